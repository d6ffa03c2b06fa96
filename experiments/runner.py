"""Many lives of one scenario: cut into chunks, lived by an executor, journalled, put in order, summed up.

Which process lives which replication, and in what order they come back, leaves no trace: luck has an address,
chunks carry the numbers of their replications, and the final files are written sorted from the journal.
"""

import platform
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from experiments import journal
from experiments.executors import Executor, Finished, InProcess, Processes, usable_processors
from experiments.journal import Chunk, Failure, Lived
from experiments.lives import COUNTY, Say, find

SECONDS_PER_CHUNK = 2.0
LARGEST_CHUNK = 80
HOPELESS = 8  # if so many replications fail before one lives, the fault is not theirs
IN_HAND = 2  # chunks each worker has: one to work on, one to go on with


@dataclass(frozen=True)
class Plan:
    """Everything that decides what the replications are; picklable. ``lives`` names the model (see
    ``lives.find``).
    """

    scenario: Any
    seed: int
    only_luck: bool
    lives: str
    folder: Path
    profile: bool = False

    def draw(self, replication: int) -> int:
        """The parameter draw of a replication: two lives share one, unless only luck varies."""
        return replication if self.only_luck else replication // 2


class Worker:
    """Lives chunks of replications and writes each to the journal. Made once in every process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lives = find(plan.lives)
        self.lives.prepare(plan.scenario)
        self.catalogue = self.lives.catalogue(plan.scenario)

    def __call__(self, replications: tuple[int, ...]) -> float:
        """Live these replications; returns seconds of work."""
        start = time.perf_counter()
        lived: list[Lived] = []
        failures: list[Failure] = []
        for replication in replications:
            try:
                lived.append(self.live(replication))
            except Exception as problem:
                failures.append(failure(self.plan, replication, problem))
        path = journal.chunk_path(self.plan.folder, replications)
        journal.write_chunk(path, lived, failures, self.catalogue)
        return time.perf_counter() - start

    def live(self, replication: int) -> Lived:
        """One replication, with the quantiles of its parameters."""
        plan = self.plan
        draw = plan.draw(replication)
        quantiles = {} if plan.only_luck else self.lives.draw(plan.scenario, plan.seed, draw)
        life = self.lives.live(plan.scenario, quantiles or None, plan.seed, replication, plan.profile)
        return Lived(replication, draw, quantiles, life)


def failure(plan: Plan, replication: int, problem: BaseException) -> Failure:
    """What is kept of a replication that failed."""
    text = "".join(traceback.format_exception(problem))
    summary = f"{type(problem).__name__}: {problem}"
    return Failure(replication, plan.draw(replication), plan.seed, summary, text)


@dataclass
class Progress:
    """How far a run is; handed to the caller after every chunk. ``hits``: replications that met all headline
    goals.
    """

    total: int
    done: int = 0
    failed: int = 0
    hits: int = 0


@dataclass
class Outcome:
    """How a run ended. ``completed`` and ``failed`` count replications; the others were not begun, because
    the run was ``interrupted`` or because the first ones all failed.
    """

    out: Path
    requested: int
    completed: int
    failed: int
    interrupted: bool
    seconds: float
    manifest: dict[str, Any] = field(repr=False)


def run(
    scenario: Any,
    out: Path,
    replications: int = 100,
    seed: int = 2021,
    workers: int | None = None,
    only_luck: bool = False,
    profile: bool = False,
    lives: str = COUNTY,
    say: Say = lambda what, **facts: None,
    progress: Callable[[Progress], None] = lambda progress: None,
    executor: Callable[[Callable[[], Worker]], Executor] | None = None,
) -> Outcome:
    """Live ``replications`` lives of a scenario and write the result folder ``out``, which must be empty or
    absent.

    ``workers``: processes, default one for each usable processor; 1 runs in this process. ``executor`` makes
    another place to run from a picklable maker of workers. Files are the same bytes for any number of
    workers. A failing replication is recorded and the others go on; Ctrl-C ends the run with what is done,
    marked incomplete. Raises ValueError for fewer than one replication, and whatever preparing the model
    raises.
    """
    from experiments import results

    if replications < 1:
        raise ValueError(f"a run has at least one replication, not {replications}")
    started, clock = time.time(), time.perf_counter()
    model = find(lives)
    model.prepare(scenario, say)
    folder = out / "journal"
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(scenario, seed, only_luck, lives, folder, profile)
    count = min(workers or usable_processors(), replications)
    make = executor or (InProcess if count == 1 else partial(Processes, workers=count))
    watch = Progress(replications)
    headline = [name for name, goal in model.catalogue(scenario).goals.items() if goal.headline]
    interrupted = False
    place = make(partial(Worker, plan))
    try:
        say("tell_living", replications=replications, workers=place.workers)
        for chunk in _chunks(place, plan, range(replications)):
            _count(watch, chunk, headline)
            progress(watch)
            if watch.failed == watch.done >= HOPELESS:
                say("tell_all_failed", failed=watch.failed)
                break
    except KeyboardInterrupt:
        interrupted = True
        say("tell_interrupted")
        try:
            for finished in place.stop():
                if not finished.died:
                    _count(watch, Chunk(journal.chunk_path(folder, finished.task)), headline)
        except KeyboardInterrupt:
            say("tell_interrupted_again")
    finally:
        place.close()
    say("tell_writing")
    run_record = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(started)),
        "seconds": time.perf_counter() - clock,
        "workers": place.workers,
        "host": platform.node(),
        "interrupted": interrupted,
    }
    manifest = results.write(out, plan, replications, run_record)
    seconds = manifest["run"]["seconds"] = round(time.perf_counter() - clock, 3)
    return Outcome(out, replications, watch.done - watch.failed, watch.failed, interrupted, seconds, manifest)


def _chunks(place: Executor, plan: Plan, wanted: Sequence[int]) -> Iterator[Chunk]:
    """Hand out chunks and yield them as they are found whole in the journal.

    The first chunks are single replications; from their pace the size is chosen so that a chunk takes about
    two seconds: long enough that handing it over costs nothing, short enough that Ctrl-C and a crash cost
    little. When a worker process goes down (killed for its memory, a fault in compiled code), every
    replication it may have died of is lived again with nothing beside it, so that only the guilty one is
    recorded as failed.
    """
    position = 0
    pace = 0.0  # seconds per replication
    suspects: list[int] = []
    while position < len(wanted) or suspects or place.pending:
        while not suspects and position < len(wanted) and place.pending < IN_HAND * place.workers:
            size = _chunk_size(pace, len(wanted) - position, place.workers)
            place.submit(tuple(wanted[position : position + size]))
            position += size
        if suspects and not place.pending:
            place.submit((suspects.pop(0),))
        for finished in place.finished():
            path = journal.chunk_path(plan.folder, finished.task)
            if finished.died and not path.exists():
                if finished.alone and len(finished.task) == 1:
                    _record_death(plan, finished)
                else:
                    suspects.extend(finished.task)
                    continue
            chunk = Chunk(path)
            if finished.result is not None:
                pace = finished.result / len(finished.task)
            yield chunk


def _chunk_size(pace: float, left: int, workers: int) -> int:
    """How many replications the next chunk gets; small at the end, so that the workers end together."""
    if pace <= 0:
        return 1
    wanted = min(LARGEST_CHUNK, round(SECONDS_PER_CHUNK / pace))
    return max(1, min(wanted, -(-left // (2 * workers))))


def _record_death(plan: Plan, finished: Finished) -> None:
    """Write the chunk of a replication that took its process down."""
    replication = finished.task[0]
    died = failure(plan, replication, RuntimeError("the process that lived this replication died"))
    catalogue = find(plan.lives).catalogue(plan.scenario)
    journal.write_chunk(journal.chunk_path(plan.folder, finished.task), [], [died], catalogue)


def _count(watch: Progress, chunk: Chunk, headline: list[str]) -> None:
    watch.done += len(chunk.lives) + len(chunk.failures)
    watch.failed += len(chunk.failures)
    if chunk.lives:
        goals = chunk.header["layout"]["goals"]
        met = chunk.array("goals")[:, [goals.index(name) for name in headline], 0]
        watch.hits += int(met.all(axis=1).sum())


@dataclass(frozen=True)
class Forecast:
    """What a run would cost: ``disk`` bytes in the end, ``journal`` bytes more while it runs, ``memory``
    bytes per worker.
    """

    replications: int
    workers: int
    seconds: float
    disk: int
    journal: int
    memory: int


def forecast(
    scenario: Any,
    replications: int,
    seed: int,
    workers: int | None,
    only_luck: bool,
    lives: str = COUNTY,
    say: Say = print,
) -> Forecast:
    """Live one replication, write nothing that stays, and say what ``replications`` of them would take."""
    import tempfile

    from experiments import results

    find(lives).prepare(scenario, say)
    count = min(workers or usable_processors(), replications)
    with tempfile.TemporaryDirectory() as scratch:
        plan = Plan(scenario, seed, only_luck, lives, Path(scratch), False)
        worker = Worker(plan)
        pace = min(worker((number,)) for number in range(2))
        chunk = Chunk(journal.chunk_path(plan.folder, (0,)))
        if not chunk.lives:
            raise RuntimeError(f"the first replication failed: {chunk.failures[0].error}")
        disk = results.predicted_size(chunk, worker.catalogue, replications)
        waiting = chunk.path.stat().st_size * replications
    # Two processes on one chip share its memory: a pool of two was measured at 1.9 times one.
    seconds = pace * replications / (1 if count == 1 else 0.95 * count)
    return Forecast(replications, count, seconds, disk, waiting, peak_memory())


def peak_memory() -> int:
    """The largest memory this process has held, in bytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024
