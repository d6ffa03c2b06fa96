"""Where tasks run: on the workers of a Dask cluster that somebody has started (extra ``cluster``).

Workers need not share a disk with this process: tasks go out and chunks come back through the scheduler's connections. What has
to be the same everywhere is what decides a result: code, parameters, versions, kind of machine and its arithmetic. That is
checked on every worker before work begins, and again on each that joins later.
"""

import contextlib
import hashlib
import importlib
import logging
import pickle
import platform
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from typing import Any

from experiments.execution.local_executor import FinishedTask, PlaceLost, Work
from experiments.model_api import COUNTY
from experiments.results import fingerprint

REACH = 5.0  # seconds to reach the scheduler
FIRST_WORKER = 10.0  # seconds in which a worker must be there
PATIENCE = 60.0  # seconds without any worker, after which the cluster is taken for lost
LOOK = 2.0  # seconds between two looks at the cluster
NOISY = ("distributed", "tornado", "asyncio")  # whose loggers speak of a scheduler that is gone


class NoCluster(fingerprint.IncompatibleRun):
    """There is no cluster to work on, or it is not fit for this work; the message says why and what to do."""


class Cluster:
    """A connection to a Dask scheduler whose workers are fit to run the model ``model_name``. Use it in a ``with`` statement.

    Raises NoCluster at once, before any time is spent: no Dask here, nobody at the address, no worker, a worker with other code.
    """

    def __init__(self, address: str, model_name: str = COUNTY) -> None:
        try:
            distributed = importlib.import_module("distributed")
        except ImportError:
            raise NoCluster(
                "Dask is not installed here; install the extra: pip install 'xianjie[cluster]'",
                "本机没有安装 Dask；请运行 pip install 'xianjie[cluster]'",
            ) from None
        self.model_name, self.here = model_name, fingerprint.describe_machine(model_name)
        self._stack = contextlib.ExitStack()
        self.lost = False
        self._levels = _silence()
        self._stack.callback(self._speak)
        try:
            self.client = distributed.Client(address, timeout=REACH, set_as_default=False)
            self._stack.callback(self._leave)
        except (OSError, ValueError, ImportError) as problem:
            self._stack.close()
            reason = str(problem).splitlines()[0]
            raise NoCluster(
                f"no Dask scheduler answers at {address} within {REACH:g} s ({reason})",
                f"{REACH:g} 秒内连不上 {address} 的 Dask 调度器；请核对地址和网络，系统提示原文：{reason}",
            ) from None
        try:
            self._check(address)
            self.first = self.workers
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.close()

    def _leave(self) -> None:
        with contextlib.suppress(Exception):  # a scheduler that is gone cannot be taken leave of
            self.client.close(timeout=REACH)

    def _speak(self) -> None:
        """Give Dask's loggers their levels back; not after a loss, of which Dask complains until the process ends."""
        if not self.lost:
            for logger, level in self._levels:
                logger.setLevel(level)

    @property
    def workers(self) -> int:
        """Worker processes that are there now. Raises PlaceLost when the scheduler is gone."""
        try:
            return len(self.client.nthreads())
        except Exception as problem:
            self.lost = True
            raise PlaceLost(f"the scheduler is gone: {_first_line(problem)}") from None

    def executor(self, make: Callable[[], Work]) -> "Dask":
        """A place to run for a pool."""
        return Dask(self, make)

    def _check(self, address: str) -> None:
        """Raise NoCluster unless there is a worker and all of them would give the results that this machine gives."""
        try:
            self.client.wait_for_workers(1, timeout=FIRST_WORKER)
        except TimeoutError:
            raise NoCluster(
                f"the scheduler at {address} has had no worker for {FIRST_WORKER:g} s; start workers first",
                f"{address} 的调度器等了 {FIRST_WORKER:g} 秒也没有工作进程；请先启动工作进程",
            ) from None
        python = self.here["versions"]["python"]
        for worker, facts in self.client.get_versions()["workers"].items():
            theirs = ".".join(str(facts["host"]["python"]).split(".")[:3])
            if theirs != python:  # compared first: code cannot be sent from one Python to another
                raise NoCluster(
                    f"the worker {worker} runs Python {theirs}, this is Python {python}; install the same on both",
                    f"工作进程 {worker} 用的是 Python {theirs}，本机是 Python {python}；请装成同一版本",
                )
        for worker, there in self.client.run(_machine_question(self.model_name), on_error="return").items():
            if isinstance(there, Exception):
                there = {"missing": str(there)}
            if "missing" in there:
                raise NoCluster(
                    f"the worker {worker} cannot import Xianjie ({there['missing']}); install the same version of it there",
                    f"工作进程 {worker} 无法载入衔接；请在那里安装同一版本，系统提示原文：{there['missing']}",
                )
            reason = unlike(self.here, there)
            if reason:
                raise NoCluster(
                    f"the worker {worker} would compute other results: {reason}; install the same on both",
                    f"工作进程 {worker} 会算出不同的结果，请两边装成同一版本；差别：{reason}",
                )


def unlike(here: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    """What tells one machine from another, in words; empty if nothing does."""
    words = {
        "code": "the rules or parameters (sim) are of another version",
        "program": "the program (experiments) is of another version",
        "arithmetic": "its processor or mathematical library gives other last digits",
    }
    found = [text for key, text in words.items() if here[key] != there.get(key)]
    for part in ("versions", "platform"):
        pairs = fingerprint.differences(here[part], there.get(part, {}))
        found += [f"{name} is {theirs} there, {ours} here" for name, ours, theirs in pairs]
    return ", ".join(found)


def _machine_question(model_name: str) -> Callable[[], dict[str, Any]]:
    """The question to a worker about its machine. It travels as code, so that a worker without Xianjie can answer too."""

    def describe() -> dict[str, Any]:
        try:
            from experiments.results import fingerprint
        except ImportError as problem:
            return {"missing": str(problem)}
        return fingerprint.describe_machine(model_name)

    return describe


class Dask:
    """Tasks on the workers of a ``Cluster``; ``make()`` (picklable) makes the work there, once in each worker process.

    A task whose worker died is given to another by Dask itself, and comes back here only after it has taken down as many workers
    as the scheduler allows (``distributed.scheduler.allowed-failures``, by default three and one more).
    """

    def __init__(self, cluster: Cluster, make: Callable[[], Work]) -> None:
        self._cluster, self._client = cluster, cluster.client
        self._make = pickle.dumps(make)
        self._name = hashlib.sha256(self._make).hexdigest()[:16]
        self._tasks: dict[Any, Any] = {}
        self._alone: set[Any] = set()
        self._back: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._lost: PlaceLost | None = None
        self._seen = self._looked = time.monotonic()
        self._workers = max(1, cluster.first)
        self.patience = PATIENCE

    @property
    def workers(self) -> int:
        """Worker processes, at least one: some may join and some leave while there is work."""
        if time.monotonic() > self._looked + LOOK:
            self._look()
        return self._workers

    @property
    def pending(self) -> int:
        """How many tasks wait or are under way."""
        return len(self._tasks)

    def submit(self, task: Any) -> None:
        """Hand a task to the scheduler."""
        try:
            what = (self._name, self._make, self._cluster.model_name, self._cluster.here, task)
            future = self._client.submit(work, *what, pure=False)
        except Exception as problem:
            self._cluster.lost = True
            raise PlaceLost(f"the scheduler takes no tasks: {_first_line(problem)}") from None
        self._alone = set() if self._tasks else {future}
        self._tasks[future] = task
        future.add_done_callback(self._back.put)

    def next_finished(self) -> list[FinishedTask]:
        """Tasks that are back. Raises PlaceLost when the scheduler or all workers are gone; what came back before is given
        first.
        """
        back: list[Any] = []
        while not back:
            if self._lost is not None:
                raise self._lost
            with contextlib.suppress(queue.Empty):
                back.append(self._back.get(timeout=LOOK))
                break
            self._look()
        with contextlib.suppress(queue.Empty):
            while True:
                back.append(self._back.get_nowait())
        found: list[FinishedTask] = []
        for future in back:
            if future not in self._tasks:  # it was dropped by ``stop``
                continue
            try:
                found.append(self._finished_task(future))
            except PlaceLost as lost:
                self._lost = lost
        return found

    def _finished_task(self, future: Any) -> FinishedTask:
        from distributed.scheduler import KilledWorker

        task = self._tasks.pop(future)
        try:
            return FinishedTask(task, future.result(timeout=self.patience))
        except KilledWorker:
            return FinishedTask(task, died=True, alone=future in self._alone)
        except (OtherMachine, ImportError) as other:
            raise PlaceLost(f"a worker has joined that is not fit for this: {_first_line(other)}") from None
        except (CancelledError, OSError, TimeoutError) as problem:
            self._cluster.lost = True
            raise PlaceLost(f"the scheduler is gone: {_first_line(problem)}") from None

    def _look(self) -> None:
        """Count the workers; the place is lost when there has been none for too long."""
        self._looked = time.monotonic()
        try:
            count = self._cluster.workers
        except PlaceLost as lost:
            self._lost = lost
            return
        if count:
            self._seen, self._workers = self._looked, count
        elif self._looked > self._seen + self.patience:
            self._lost = PlaceLost(f"the cluster has had no worker for {self.patience:g} s")

    def stop(self) -> Iterator[FinishedTask]:
        """Drop what no worker works on, wait for the rest, and give that back."""
        if not self._tasks:  # as after every county of many: no question to all workers
            return
        try:
            begun = {key for keys in self._client.run(_under_way).values() for key in keys}
            waiting = [future for future in self._tasks if future.key not in begun and not future.done()]
            self._client.cancel(waiting)
        except Exception:  # the cluster is gone, and with it whatever was under way
            waiting = list(self._tasks)
        for future in waiting:
            del self._tasks[future]
        while self._tasks:
            try:
                yield from self.next_finished()
            except PlaceLost:
                return

    def close(self) -> None:
        """Drop whatever was not given back; the cluster stays."""
        if self._tasks:
            with contextlib.suppress(Exception):
                self._client.cancel(list(self._tasks))
        self._tasks.clear()


def _under_way(dask_worker: Any) -> list[Any]:
    """Keys of the tasks that this worker works on."""
    return [task.key for task in dask_worker.state.executing]


# What follows runs on the workers.


class OtherMachine(Exception):
    """A worker that joined after the check and would give other results."""


_made: dict[str, Work] = {}
_one_at_a_time = threading.Lock()  # a worker may have several threads, and a county is run by one


def work(name: str, make: bytes, model_name: str, expected: Mapping[str, Any], task: Any) -> Any:
    """Do a task with the work that ``make`` (pickled) makes, made once in this process and kept under ``name``."""
    with _one_at_a_time:
        if name not in _made:
            reason = unlike(expected, fingerprint.describe_machine(model_name))
            if reason:
                raise OtherMachine(f"a worker on {platform.node()} would compute other results: {reason}")
            _made.clear()
            _made[name] = pickle.loads(make)()
        return _made[name](task)


def _silence() -> list[tuple[logging.Logger, int]]:
    """Keep Dask and what it stands on from writing into the log what the caller reads in one sentence; the levels before.

    Several of its loggers have a level and a handler of their own, so that it is not enough to silence the uppermost.
    """
    known = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in NOISY]
    before = [(logger, logger.level) for logger in map(logging.getLogger, {*known, *NOISY})]
    for logger, _level in before:
        logger.setLevel(logging.CRITICAL + 1)
    return before


def _first_line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]
