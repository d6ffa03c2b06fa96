"""Many lives of one scenario: lived by a crew, journalled, summed up in a result folder.

A run is the one point of its journal, and grows by replications: resumed, extended, cut into shards or stopped by a rule, its
files are those of a run that was asked for as many replications at once.
"""

import contextlib
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from experiments.execution import stopping_rule
from experiments.execution.local_executor import PlaceLost, RunInterrupted, usable_processors
from experiments.execution.worker_pool import CHUNKS, Make, Stopped, Task, Worker, WorkerPool
from experiments.model_api import COUNTY, Plan, Point, Say, find
from experiments.results import fingerprint, folder_lock, journal
from experiments.results.files import remove_partials
from experiments.results.journal import Chunk

HOPELESS = 8  # if so many replications fail before one lives, the fault is not theirs
DRAWN = ("figures", "brief")  # folders beside the journal that are written into


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
    the run was ``interrupted``, it was halted (``problem`` says by what, ``words`` is the key of the sentence about it), or the
    first ones all failed.
    """

    out: Path
    requested: int
    completed: int
    failed: int
    interrupted: bool
    seconds: float
    manifest: dict[str, Any] = field(repr=False)
    problem: str = ""
    words: str = ""
    cause: BaseException | None = None  # what the system refused, if it was that


class Refused(fingerprint.IncompatibleRun):
    """A journal that may not be gone on with; the message says why."""


class Busy(Refused):
    """A journal that another process works in; the message says which."""


@dataclass
class Sequential:
    """Run until every headline probability is known to ``precision`` (half the width of its 95 % interval), at most ``largest``
    replications.
    """

    precision: float
    largest: int
    looks: list[dict[str, Any]] = field(default_factory=list)


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
    executor: Make | None = None,
    part: Sequence[int] | None = None,
    until: Sequential | None = None,
) -> Outcome:
    """Live ``replications`` lives of a scenario and write the result folder ``out``.

    What the journal in ``out`` already holds of this very run is not lived again; one of another run raises Refused.
    ``workers``: processes, default one for each usable processor; 1 runs in this process. ``executor`` makes
    another place to run from a picklable maker of workers. Files are the same bytes for any number of
    workers. A failing replication is recorded and the others go on; Ctrl-C ends the run with what is done,
    marked incomplete. ``part``: live only these replications and write no tables (a shard). ``until``: go on beyond
    ``replications`` until the headline probabilities are precise. Raises ValueError for fewer than one replication, and whatever
    preparing the model raises.
    """
    if replications < 1:
        raise ValueError(f"a run has at least one replication, not {replications}")
    model = find(lives)
    model.prepare(scenario, say)
    folder = out / "journal"
    with claim(folder, fingerprint.identity(model, lives, {scenario.id: scenario}, seed, only_luck)) as belongs:
        plan = Plan(seed, only_luck, folder, lives, profile, belongs=belongs)
        return _fill(out, plan, scenario, replications, workers, say, progress, executor, part, until)


def _fill(
    out: Path,
    plan: Plan,
    scenario: Any,
    replications: int,
    workers: int | None,
    say: Say,
    progress: Callable[[Progress], None],
    executor: Make | None,
    part: Sequence[int] | None,
    until: Sequential | None,
) -> Outcome:
    """What ``run`` does once the journal is its own."""
    from experiments.execution import shards
    from experiments.results import folder as results

    started, clock = time.time(), time.perf_counter()
    model, folder = find(plan.lives), plan.folder
    point = Point(CHUNKS, scenario)
    wanted = range(replications) if part is None else part
    watch = Progress(len(wanted))
    headline = [name for name, goal in model.catalogue(scenario).goals.items() if goal.headline]
    interrupted, problem, words = False, "", ""
    cause: BaseException | None = None
    workers = min(workers or usable_processors(), len(wanted))
    with WorkerPool(plan, scenario, workers, say, executor) as crew:
        if until is None:
            _refuse_more(crew, wanted)
        for chunk in journal.read(folder, CHUNKS):
            _count(watch, chunk, headline)
        if watch.done:
            say("tell_resumed", done=watch.done)
        say("tell_living", replications=len(crew.missing(point, wanted)), workers=crew.place.workers)

        def count(chunk: Chunk) -> bool:
            _count(watch, chunk, headline)
            progress(watch)
            return watch.failed == watch.done >= HOPELESS

        try:
            while True:
                crew.live([(point, wanted)], count)
                if watch.failed == watch.done >= HOPELESS:
                    say("tell_all_failed", failed=watch.failed)
                    break
                if until is None:
                    break
                more = _look(until, folder, headline, len(wanted))
                if more is None:
                    _refuse_more(crew, wanted)
                    break
                say("tell_look", runs=len(wanted), **stopping_rule.said(until.looks[-1]), more=more - len(wanted))
                wanted, watch.total, replications = range(more), more, more
        except Stopped:
            interrupted = True
        except RunInterrupted as why:
            problem, words, cause = str(why), why.words, None if isinstance(why, PlaceLost) else why.__cause__
        count_of_workers = crew.place.workers
    run_record = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(started)),
        "seconds": time.perf_counter() - clock,
        "workers": count_of_workers,
        "host": platform.node(),
        "interrupted": interrupted,
    }
    if problem:
        seconds = round(time.perf_counter() - clock, 3)
        return Outcome(out, replications, watch.done - watch.failed, watch.failed, False, seconds, {}, problem, words, cause)
    if part is not None:
        shards.note(out, scenario, replications, plan.belongs)
        record = {"part": [wanted[0], wanted[-1]], "replications": replications, "run": run_record}
        seconds = round(time.perf_counter() - clock, 3)
        return Outcome(out, len(wanted), watch.done - watch.failed, watch.failed, interrupted, seconds, record)
    say("tell_writing")
    manifest = results.write(out, plan, scenario, replications, run_record, None if until is None else vars(until))
    seconds = manifest["run"]["seconds"] = round(time.perf_counter() - clock, 3)
    ended = manifest["replications"]
    return Outcome(out, replications, ended["completed"], ended["failed"], interrupted, seconds, manifest)


@contextlib.contextmanager
def claim(folder: Path, belongs: dict[str, Any]) -> Iterator[str]:
    """Hold the journal ``folder``, made for these replications or found to be theirs; the digest that its chunks carry.

    Raises Busy if another process works in it, Refused if it is another's. What processes that were killed had half written, in
    the journal and in the result folder around it, is removed.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(folder_lock.held(folder))
        except folder_lock.Held as who:
            raise Busy(who.english, who.chinese) from None
        before = fingerprint.noted(folder)
        if before is not None:
            reasons = fingerprint.changes(before, belongs)
            if reasons:
                raise Refused.of(reasons)
        elif journal.named(folder):
            raise Refused(
                f"{folder} does not say what it belongs to: {fingerprint.FILE} is missing or broken",
                f"{folder} 没有写明属于哪次模拟：缺少 {fingerprint.FILE}，或已损坏",
            )
        for place in (folder, folder.parent, *(folder.parent / name for name in DRAWN)):
            remove_partials(place)
        fingerprint.note(folder, belongs)
        yield fingerprint.digest(belongs)


def _refuse_more(crew: WorkerPool, wanted: Sequence[int]) -> None:
    """Refused if the journal holds replications that are not asked for: they would be counted."""
    more = crew.done.get(CHUNKS, set()).difference(wanted)
    if more:
        raise Refused(
            f"it holds {len(more)} replications that are not asked for, the first of them {min(more)}; ask for more",
            f"里面有 {len(more)} 遍不在这次要算的范围内，最前面的是第 {min(more)} 遍；请把遍数写多一些",
        )


def _look(until: Sequential, folder: Path, headline: Sequence[str], runs: int) -> int | None:
    """Look at the headline probabilities; how many replications to go on to, or None to stop."""
    lived = [chunk for chunk in journal.read(folder, CHUNKS) if chunk.lives]
    order = [lived[0].header["layout"]["goals"].index(name) for name in headline]
    met = np.concatenate([chunk.array("goals")[:, order, 0] for chunk in lived])
    records = [life for chunk in lived for life in chunk.lives]
    early = np.array([life["replication"] < runs for life in records])  # gone on with, the journal holds later ones too
    draws = np.array([life["draw"] for life in records])[early]
    look, more = stopping_rule.look(dict(zip(headline, met[early].T, strict=True)), draws, until.precision, runs, until.largest)
    until.looks.append(look)
    return more


def _count(watch: Progress, chunk: Chunk, headline: list[str]) -> None:
    watch.done += len(chunk.lives) + len(chunk.failures)
    watch.failed += len(chunk.failures)
    if chunk.lives:
        goals = chunk.header["layout"]["goals"]
        met = chunk.array("goals")[:, [goals.index(name) for name in headline], 0]
        watch.hits += int(met.all(axis=1).sum())


@dataclass(frozen=True)
class Forecast:
    """What a run would cost: ``disk`` bytes of tables, ``journal`` bytes more for going on later, ``memory``
    bytes per worker; ``pace`` seconds of one life.
    """

    replications: int
    workers: int
    seconds: float
    disk: int
    journal: int
    memory: int
    pace: float


def forecast(
    scenario: Any,
    replications: int,
    seed: int,
    workers: int | None,
    only_luck: bool,
    lives: str = COUNTY,
    say: Say = print,
) -> Forecast:
    """Live two replications, write nothing that stays, and say what ``replications`` of them would take."""
    import tempfile

    from experiments.results import folder as results

    find(lives).prepare(scenario, say)
    count = min(workers or usable_processors(), replications)
    with tempfile.TemporaryDirectory() as scratch:
        plan = Plan(seed, only_luck, Path(scratch), lives)
        worker = Worker(plan, scenario)
        tasks = [Task(Point(CHUNKS, scenario), (number,)) for number in range(2)]
        made = [worker(task) for task in tasks]
        pace = min(each.seconds for each in made)
        journal.keep(tasks[0].path(plan.folder), made[0].chunk)
        chunk = Chunk(tasks[0].path(plan.folder))
        if not chunk.lives:
            raise RuntimeError(f"the first replication failed: {chunk.failures[0].error}")
        disk = results.predicted_size(chunk, worker.catalogue(scenario), replications)
        waiting = chunk.path.stat().st_size * replications
    return Forecast(replications, count, duration(pace, replications, count), disk, waiting, peak_memory(), pace)


def duration(pace: float, lives: int, workers: int) -> float:
    """Seconds that lives take; two processes on one chip share its memory: a pool of two was measured at 1.9 times one."""
    return pace * lives / (1 if workers == 1 else 0.95 * workers)


def peak_memory() -> int:
    """The largest memory this process has held, in bytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024
