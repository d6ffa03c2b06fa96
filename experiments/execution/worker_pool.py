"""A pool of workers that run counties and put every finished chunk into one journal.

Its input is a list of points, each with replications. What the journal already holds is not run again, whoever ran it: that is
all there is to resuming, to extending and to joining the parts of a run. Which process runs which replication, and in what order
they come back, leaves no trace: every random draw has an address, and a chunk carries its replications' numbers.
"""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from experiments.execution.local_executor import Executor, FinishedTask, InProcess, Processes, RunInterrupted, usable_processors
from experiments.model_api import Catalogue, OnStatus, Plan, Point, Scenario, load_model
from experiments.results import journal
from experiments.results.journal import Chunk, Failure, Replication
from sim.core.inputs.errors import record_problem

CHUNKS = "chunk"  # the name of the only point of a run

SECONDS_PER_CHUNK = 2.0
LARGEST_CHUNK = 80
ATTEMPTS = 2  # deaths of a process with nothing but one replication in hand, after which that replication has failed
IN_HAND = 2  # chunks each worker has: one to work on, one to go on with


@dataclass(frozen=True)
class Task:
    """Successive replications of a point, for one worker. ``digest``: the hash of the fingerprint, which their chunk carries."""

    point: Point
    replications: tuple[int, ...]
    digest: str = ""

    def path(self, folder: Path) -> Path:
        """Where its chunk is kept."""
        return journal.chunk_path(folder, self.point.name, self.replications)


@dataclass(frozen=True)
class CompletedChunk:
    """A chunk as it comes back: ``seconds`` of work and the packed replications.

    The pool writes it, wherever it was run: a worker may sit on another machine that does not see the journal's disk.
    """

    seconds: float
    chunk: bytes


class Worker:
    """Runs tasks and packs each into a chunk. Made once in every process."""

    def __init__(self, plan: Plan, scenario: Scenario) -> None:
        self.plan = plan
        self.model = load_model(plan.model_name)
        self.model.prepare(scenario)
        self._catalogues: list[tuple[Scenario, Catalogue]] = [(scenario, self.model.catalogue(scenario))]

    def __call__(self, task: Task) -> CompletedChunk:
        """Run these replications."""
        start = time.perf_counter()
        self.model.prepare(task.point.scenario)  # a larger county may have to be compiled for
        completed: list[Replication] = []
        failures: list[Failure] = []
        for replication in task.replications:
            try:
                completed.append(self.run(task.point, replication))
            except Exception as problem:
                failures.append(failure(self.plan, replication, problem))
        catalogue = self.catalogue(task.point.scenario)
        chunk = journal.pack(
            task.point.name, completed, failures, catalogue=catalogue, outcomes_only=self.plan.outcomes_only, digest=task.digest
        )
        return CompletedChunk(time.perf_counter() - start, chunk)

    def catalogue(self, scenario: Scenario) -> Catalogue:
        """What is measured; the same for all scenarios of equal length."""
        for known, catalogue in self._catalogues:
            if known is scenario or known.months == scenario.months:
                return catalogue
        self._catalogues.append((scenario, self.model.catalogue(scenario)))
        return self._catalogues[-1][1]

    def run(self, point: Point, replication: int) -> Replication:
        """One replication, with the quantiles of its parameters."""
        plan = self.plan
        draw = plan.parameter_draw(replication)
        quantiles = {} if plan.only_luck else self.model.sample(point.scenario, plan.seed, draw)
        quantiles = {**quantiles, **point.held}
        result = self.model.run(point.scenario, quantiles or None, plan.seed, replication=replication, profile=plan.profile)
        return Replication(replication, draw, quantiles, result)


def failure(plan: Plan, replication: int, problem: BaseException) -> Failure:
    """What is kept of a replication that failed."""
    text = "".join(traceback.format_exception(problem))
    return Failure(replication, plan.parameter_draw(replication), plan.seed, error=record_problem(problem), traceback=text)


class Stopped(Exception):
    """Ctrl-C: what was under way is on disk too, unless Ctrl-C came twice."""


class DiskProblem(RunInterrupted):
    """A chunk could not be written; everything before it is whole."""


Make = Callable[[Callable[[], Worker]], Executor]


class WorkerPool:
    """Workers, started once; ``run`` may be called as often as there is something to run. Use it in a ``with`` statement.

    ``workers``: processes, default one for each usable processor; 1 works in this process. ``executor`` makes another place to
    work from a picklable maker of workers.
    """

    def __init__(
        self,
        plan: Plan,
        scenario: Scenario,
        workers: int | None = None,
        on_status: OnStatus = lambda what, **facts: None,
        executor: Make | None = None,
    ) -> None:
        load_model(plan.model_name).prepare(scenario, on_status)
        plan.folder.mkdir(parents=True, exist_ok=True)
        self.plan = plan
        self.on_status = on_status
        self.done = journal.settle(plan.folder, plan.digest)
        self._deaths: Counter[tuple[str, int]] = Counter()  # by point and replication, with nothing beside it
        self._pace = 0.0  # seconds per replication
        self._back: list[FinishedTask] = []  # came back, and are not in the journal yet
        count = workers or usable_processors()
        make = executor or (InProcess if count == 1 else partial(Processes, workers=count))
        self.place = make(partial(Worker, plan, scenario))

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *problem: object) -> None:
        self.place.close()

    def remaining(self, point: Point, replications: Iterable[int]) -> list[int]:
        """Those replications that the journal does not hold."""
        have = self.done.get(point.name, set())
        return [number for number in replications if number not in have]

    def run(
        self,
        wanted: Sequence[tuple[Point, Sequence[int]]],
        count: Callable[[Chunk], bool | None] = lambda chunk: None,
    ) -> None:
        """Run what the journal does not hold of ``wanted``; ``count`` receives every new chunk, and may return True to stop.

        Raises Stopped after Ctrl-C, DiskProblem when a chunk cannot be written, and whatever RunInterrupted the executor raises.
        """
        left = [(point, number) for point, numbers in wanted for number in self.remaining(point, numbers)]
        try:
            for chunk in self._chunks(left):
                self._record(chunk)
                if count(chunk):
                    break
        except KeyboardInterrupt:
            self.on_status("tell_interrupted")
            try:
                for finished in (*self._back, *self.place.stop()):
                    if not finished.died:
                        chunk = self._store(finished)
                        self._record(chunk)
                        count(chunk)
            except KeyboardInterrupt:
                self.on_status("tell_interrupted_again")
            raise Stopped from None
        except OSError as problem:
            raise DiskProblem(str(problem)) from problem

    def _store(self, finished: FinishedTask) -> Chunk:
        """The chunk that came back, once it is whole in the journal."""
        path = finished.task.path(self.plan.folder)
        journal.store(path, finished.result.chunk)
        return Chunk(path)

    def _record(self, chunk: Chunk) -> None:
        self.done.setdefault(chunk.header["point"], set()).update(chunk.replications)

    def _chunks(self, left: Sequence[tuple[Point, int]]) -> Iterator[Chunk]:
        """Hand out tasks and yield their chunks as they are found whole in the journal.

        The first are single replications; from their pace the size is chosen so that a chunk takes about two seconds: long
        enough that handing it over costs nothing, short enough that Ctrl-C and a crash cost little. When a worker process goes
        down (killed from outside or for its memory, a fault in compiled code), every replication it may have died of is simulated
        again with nothing beside it, so that only one that takes its process down again and again is recorded as failed.
        """
        position = 0
        suspects: list[Task] = []
        while position < len(left) or suspects or self.place.pending:
            while not suspects and position < len(left) and self.place.pending < IN_HAND * self.place.workers:
                task = successive(left, position, chunk_size(self._pace, len(left) - position, self.place.workers))
                self.place.submit(replace(task, digest=self.plan.digest))
                position += len(task.replications)
            if suspects and not self.place.pending:
                self.place.submit(suspects.pop(0))
            self._back += self.place.next_finished()
            while self._back:
                finished = self._back[0]
                if not finished.died:
                    self._pace = finished.result.seconds / len(finished.task.replications)
                elif self._is_hopeless(finished):
                    finished = self._failed_for_good(finished)
                else:
                    suspects += [replace(finished.task, replications=(number,)) for number in finished.task.replications]
                    self._back.pop(0)
                    continue
                chunk = self._store(finished)
                self._back.pop(0)
                yield chunk

    def _is_hopeless(self, finished: FinishedTask) -> bool:
        """Whether a task is a replication that took its process down ``ATTEMPTS`` times with nothing beside it."""
        if not finished.alone or len(finished.task.replications) > 1:
            return False
        who = finished.task.point.name, finished.task.replications[0]
        self._deaths[who] += 1
        return self._deaths[who] >= ATTEMPTS

    def _failed_for_good(self, finished: FinishedTask) -> FinishedTask:
        """What is kept of a replication that took its process down; going on with the journal simulates it again."""
        task, plan = finished.task, self.plan
        died = failure(plan, task.replications[0], RuntimeError("the process that ran this replication died"))
        catalogue = load_model(plan.model_name).catalogue(task.point.scenario)
        chunk = journal.pack(
            task.point.name, [], [died], catalogue=catalogue, outcomes_only=plan.outcomes_only, digest=task.digest, died=True
        )
        return FinishedTask(task, CompletedChunk(0.0, chunk))


def successive(left: Sequence[tuple[Point, int]], start: int, size: int) -> Task:
    """The task that begins at ``start``: at most ``size`` successive replications of one point."""
    point, first = left[start]
    count = 1
    for other, number in left[start + 1 : start + size]:
        if other.name != point.name or number != first + count:
            break
        count += 1
    return Task(point, tuple(range(first, first + count)))


def chunk_size(pace: float, left: int, workers: int) -> int:
    """How many replications the next chunk gets; small at the end, so that the workers end together."""
    if pace <= 0:
        return 1
    wanted = min(LARGEST_CHUNK, round(SECONDS_PER_CHUNK / pace))
    return max(1, min(wanted, -(-left // (2 * workers))))
