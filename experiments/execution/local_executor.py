"""Where tasks run: in this process, or in a pool of processes on this machine.

An executor takes tasks one by one and gives them back as they finish, in any order; how tasks are cut,
recorded and put in order is the runner's affair. A cluster or a batch system is another class with the same
four methods.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for_one
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

Work = Callable[[Any], Any]
SPAWN, FORKSERVER = "spawn", "forkserver"
PRELOADED = "experiments.execution.preloaded"
THREADS = Path("/proc/self/task")  # where a process can count all its threads, those of libraries included: Linux
#: Variables that begin like this decide what code is loaded; a fork server has loaded by those that it was started with.
LOADED_BY = ("PYTHON", "NUMBA_", "XIANJIE_")
ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}  # mathematical libraries start no threads


class RunInterrupted(Exception):
    """The run cannot go on for now; every chunk before is whole, and the journal can be resumed.

    ``message_key``: the key of the sentence that says so to the user.
    """

    message_key = "disk_problem"


class PlaceLost(RunInterrupted):
    """The place where replications are run is gone: a scheduler, or all of its workers."""

    message_key = "place_lost"


@dataclass(frozen=True)
class FinishedTask:
    """A task that came back. ``died``: the process that worked on it, or on another task beside it, went
    down; ``alone``: no other task was in hand, so the blame is certain.
    """

    task: Any
    result: Any = None
    died: bool = False
    alone: bool = False


class Executor(Protocol):
    """What the runner needs of a place to run."""

    @property
    def workers(self) -> int:
        """How many tasks are worked on at once."""

    @property
    def pending(self) -> int:
        """How many tasks were handed in and have not come back."""

    def submit(self, task: Any) -> None:
        """Hand in a task (picklable)."""

    def next_finished(self) -> list[FinishedTask]:
        """Wait until at least one task is back; those that are. An exception raised by the work itself is
        raised here.
        """

    def stop(self) -> Iterator[FinishedTask]:
        """Drop what has not begun, wait for what has, and give that back."""

    def close(self) -> None:
        """Let go of the workers at once."""


class InProcess:
    """One task at a time in this very process: for one worker, for debugging, for profiling."""

    workers = 1

    def __init__(self, make: Callable[[], Work]) -> None:
        self._work = make()
        self._tasks: list[Any] = []

    @property
    def pending(self) -> int:
        """How many tasks wait."""
        return len(self._tasks)

    def submit(self, task: Any) -> None:
        """Keep a task until ``next_finished`` is called."""
        self._tasks.append(task)

    def next_finished(self) -> list[FinishedTask]:
        """Work on the oldest task."""
        return [FinishedTask(task := self._tasks.pop(0), self._work(task))]

    def stop(self) -> Iterator[FinishedTask]:
        """Nothing is ever under way between two calls."""
        self._tasks.clear()
        return iter(())

    def close(self) -> None:
        """Nothing to let go of."""


class Processes:
    """A pool of ``workers`` processes, started once; each builds its work with ``make()`` (picklable) and
    keeps it.

    Never forked from this process: a forked copy of one with threads (Arrow, a server's) may hang. On Linux they are forked from
    one that has loaded what all of them need and has no threads (``preloaded``), so that they share its memory and need not load
    it again; elsewhere, and where that process cannot be had, each is spawned and loads for itself.
    """

    def __init__(self, make: Callable[[], Work], workers: int) -> None:
        self.workers = workers
        self._make = make
        self._tasks: dict[Future, Any] = {}
        self._refused: set[Future] = set()  # of a pool that had broken before it was handed their tasks
        self.method = start_method()
        self._pool = self._open()

    def _open(self) -> ProcessPoolExecutor:
        context: Any = multiprocessing.get_context(self.method)
        if self.method == FORKSERVER:
            context.set_forkserver_preload([PRELOADED])
        begin = (self._make, dict(os.environ))
        return ProcessPoolExecutor(self.workers, mp_context=context, initializer=_begin, initargs=begin)

    @property
    def pending(self) -> int:
        """How many tasks wait or are under way."""
        return len(self._tasks)

    def submit(self, task: Any) -> None:
        """Queue a task; the pool starts its processes with the first ones.

        A pool that broke since ``next_finished`` last looked takes no task: this one comes back as lost, like those in hand.
        """
        with _no_interrupt(), without_main(), _for_the_server():
            try:
                future = self._submit(task)
            except BrokenProcessPool as broken:
                future = Future()
                future.set_exception(broken)
                self._refused.add(future)
            self._tasks[future] = task

    def _submit(self, task: Any) -> Future:
        try:
            return self._pool.submit(_work, task)
        except (OSError, EOFError):
            if self.method != FORKSERVER:
                raise
        # The server has ended: it has threads, or was killed. Nothing was begun: workers start before they are given tasks.
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.method = SPAWN
        self._pool = self._open()
        return self._pool.submit(_work, task)

    def next_finished(self) -> list[FinishedTask]:
        """Tasks that are back; after the death of a worker, all that were in hand, and the pool is a new
        one.
        """
        done, _ = wait(self._tasks, return_when=FIRST_COMPLETED)
        if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
            wait(self._tasks)  # the pool is about to fail them all
            done = set(self._tasks)
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = self._open()
        lost = {future for future in done if isinstance(future.exception(), BrokenProcessPool)}
        tasks = {future: self._tasks.pop(future) for future in done}
        kept = [FinishedTask(tasks[future], future.result()) for future in done - lost]
        alone = len(lost) == 1 and not lost & self._refused  # what never began has killed nobody
        self._refused -= lost
        return kept + [FinishedTask(tasks[future], died=True, alone=alone) for future in lost]

    def stop(self) -> Iterator[FinishedTask]:
        """Cancel the queue, then wait for the tasks under way (a few seconds: chunks are kept that short)."""
        for future in list(self._tasks):
            if future.cancel():
                del self._tasks[future]
        while self._tasks:
            yield from self.next_finished()

    def close(self) -> None:
        """End the pool; processes still at work are ended too (their unfinished chunk was never renamed)."""
        processes = list((getattr(self._pool, "_processes", None) or {}).values())
        busy = bool(self._tasks)
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            if busy:
                process.terminate()
            process.join()


class SharedExecutor:
    """A maker of executors that makes one and lends it again: many runs, one after another, on workers started once.

    The runs must be of one kind, because the workers keep the work that was made for the first: same model, seed and options.
    """

    def __init__(self, make: Callable[[Callable[[], Any]], Executor]) -> None:
        self._make = make
        self._place: Executor | None = None

    def __call__(self, make: Callable[[], Work]) -> Executor:
        if self._place is None:
            self._place = self._make(make)
        return _BorrowedExecutor(self._place)

    def end(self) -> None:
        """Let go of the workers."""
        if self._place is not None:
            self._place.close()
            self._place = None


class _BorrowedExecutor:
    """An executor whose borrower does not close it."""

    def __init__(self, place: Executor) -> None:
        self._place = place

    @property
    def workers(self) -> int:
        return self._place.workers

    @property
    def pending(self) -> int:
        return self._place.pending

    def submit(self, task: Any) -> None:
        self._place.submit(task)

    def next_finished(self) -> list[FinishedTask]:
        return self._place.next_finished()

    def stop(self) -> Iterator[FinishedTask]:
        return self._place.stop()

    def close(self) -> None:
        for _ in self._place.stop():  # a run that ended early leaves nothing to the next
            pass


_made: Work | None = None
_problem: Exception | None = None


def _begin(make: Callable[[], Work], environment: Mapping[str, str]) -> None:
    """Start of a worker, in the ``environment`` of its parent. A failure is kept and raised by the first task: raised here, the
    pool would hide its text.
    """
    global _made, _problem
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; only the parent answers it
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    try:
        _made = make()
    except Exception as problem:
        _problem = problem


def _work(task: Any) -> Any:
    if _made is None:
        raise RuntimeError("a worker could not start") from _problem
    return _made(task)


def _end_with_the_parent() -> None:
    """A worker whose parent was killed would wait for tasks forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_one([parent.sentinel])
        os._exit(1)


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold Ctrl-C back while a process starts: until it has run ``_begin``, a child would die of it noisily.

    A child inherits the blocked signal; the parent receives a held one on leaving.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_loaded_by: list[dict[str, str]] = []


def start_method() -> str:
    """How worker processes are to be started here and now."""
    now = {name: value for name, value in os.environ.items() if name.startswith(LOADED_BY)}
    if not THREADS.is_dir():
        return SPAWN
    if not _loaded_by:
        _loaded_by.append(now)
    return FORKSERVER if now == _loaded_by[0] else SPAWN


@contextlib.contextmanager
def _for_the_server() -> Iterator[None]:
    """The environment that a fork server, if one is started now, has to have: no threads, and modules found where this process
    finds them, whatever lies in the current folder. Its workers are handed that of this process.
    """
    before = dict(os.environ)
    path = os.pathsep.join(each for each in sys.path if each)
    os.environ.update({**ALONE, "PYTHONSAFEPATH": "1", "PYTHONPATH": path})
    try:
        yield
    finally:
        for name in (*ALONE, "PYTHONSAFEPATH", "PYTHONPATH"):
            os.environ.pop(name, None)
            if name in before:
                os.environ[name] = before[name]


@contextlib.contextmanager
def without_main() -> Iterator[None]:
    """Hide the caller's script while a process starts: a spawned process would run it once more.

    Workers need nothing of it, and a script that does not guard its last lines would start workers within workers.
    """
    main = sys.modules.get("__main__")
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        if main is not None:
            sys.modules["__main__"] = main


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
