"""Many replications of one scenario: run by a pool of workers, journalled, summed up in a result folder.

A run is the one point of its journal, and grows by replications: resumed, extended, cut into shards or stopped by a rule, its
files are those of a run of as many replications from the start.
"""

import contextlib
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.execution import stopping_rule
from experiments.execution.local_executor import PlaceLost, RunInterrupted, usable_processors
from experiments.execution.worker_pool import CHUNKS, Make, Stopped, Task, Worker, WorkerPool
from experiments.model_api import COUNTY, OnStatus, Plan, Point, Scenario, load_model
from experiments.results import fingerprint, folder_lock, journal, output_folder
from experiments.results.files import remove_partials
from experiments.results.journal import Chunk
from sim.core.inputs.errors import founding_problem, recorded_problem

HOPELESS = 8  # if the first replications fail, so many of them and no other ends well, the fault is not theirs
DRAWN = ("figures", "brief")  # folders beside the journal that are written into


@dataclass
class Progress:
    """How far a run is; handed to the caller after every chunk. ``hits``: replications that met all headline
    goals; ``newest``: the chunk that was counted last.
    """

    total: int
    done: int = 0
    failed: int = 0
    hits: int = 0
    newest: Chunk | None = None


@dataclass
class Outcome:
    """How a run ended. ``completed`` and ``failed`` count replications; the others were not begun, because
    the run was ``interrupted``, it was halted (``problem`` says by what, ``message_key`` is the key of the sentence about it), or
    the first ones all failed.
    """

    out: Path
    requested: int
    completed: int
    failed: int
    interrupted: bool
    seconds: float
    manifest: dict[str, Any] = field(repr=False)
    problem: str = ""
    message_key: str = ""
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


def _ignore(*_: Any, **_facts: Any) -> None:
    """For a caller that does not listen."""


@dataclass(frozen=True)
class RunOptions:
    """How a scenario is to be run.

    ``workers``: processes, default one for each usable processor; 1 runs in this process. ``executor`` makes another place to run
    from a picklable maker of workers. ``part``: run only these replications and write no tables (a shard). ``until``: go on
    beyond ``replications`` until the headline probabilities are precise. ``single_draws``: as in ``Plan``.
    ``on_status`` and ``on_progress`` are notified.
    """

    replications: int = 100
    seed: int = 2021
    workers: int | None = None
    only_luck: bool = False
    profile: bool = False
    model_name: str = COUNTY
    executor: Make | None = None
    part: Sequence[int] | None = None
    until: Sequential | None = None
    on_status: OnStatus = _ignore
    on_progress: Callable[[Progress], None] = _ignore
    single_draws: bool = False


def run(scenario: Scenario, out: Path, options: RunOptions) -> Outcome:
    """Run the replications of a scenario and write the result folder ``out``.

    What the journal in ``out`` already holds of this very run is not simulated again; one of another run raises Refused. Files
    are the same bytes for any number of workers. A failing replication is recorded and the others go on; Ctrl-C ends the run
    with what is done, marked incomplete. Raises ValueError for fewer than one replication, and whatever preparing the model
    raises.
    """
    if options.replications < 1:
        raise ValueError(f"a run has at least one replication, not {options.replications}")
    with _plan(scenario, out, options) as plan:
        return _fill(out, plan, scenario, options)


def run_first(scenario: Scenario, out: Path, options: RunOptions) -> list[Chunk]:
    """Put the replications of a run into the journal of ``out``, and write no tables: ``run`` goes on with them. Returns the
    chunks that the journal holds.

    Raises what ``run`` raises before its first replication, and Stopped or RunInterrupted where ``run`` ends early.
    """
    with _plan(scenario, out, options) as plan:
        wanted = range(options.replications)
        workers = min(options.workers or usable_processors(), len(wanted))
        with WorkerPool(plan, scenario, workers, on_status=options.on_status, executor=options.executor) as pool:
            watch = Progress(len(wanted), done=len(wanted) - len(pool.remaining(Point(CHUNKS, scenario), wanted)))

            def count(chunk: Chunk) -> None:
                _count(watch, chunk, [])
                options.on_progress(watch)

            pool.run([(Point(CHUNKS, scenario), wanted)], count)
        return list(journal.read(plan.folder, CHUNKS))


@contextlib.contextmanager
def _plan(scenario: Scenario, out: Path, options: RunOptions) -> Iterator[Plan]:
    """The model made ready and the journal in ``out`` held; what its replications have in common."""
    model = load_model(options.model_name)
    model.prepare(scenario, options.on_status)
    folder = out / "journal"
    inputs = fingerprint.collect_inputs(
        model, options.model_name, {scenario.id: scenario}, seed=options.seed, only_luck=options.only_luck,
        single_draws=options.single_draws,
    )  # fmt: skip
    with claim(folder, inputs) as digest:
        yield Plan(
            options.seed, options.only_luck, folder, model_name=options.model_name, profile=options.profile, digest=digest,
            single_draws=options.single_draws,
        )  # fmt: skip


def _fill(out: Path, plan: Plan, scenario: Scenario, options: RunOptions) -> Outcome:
    """What ``run`` does once the journal is its own."""
    from experiments.execution import shards
    from experiments.results import folder as results

    started, clock = time.time(), time.perf_counter()
    model, folder = load_model(plan.model_name), plan.folder
    point = Point(CHUNKS, scenario)
    replications, until, on_status = options.replications, options.until, options.on_status
    wanted = range(replications) if options.part is None else options.part
    watch = Progress(len(wanted))
    headline = [name for name, goal in model.catalogue(scenario).goals.items() if goal.headline]
    interrupted, problem, message_key = False, "", ""
    cause: BaseException | None = None
    workers = min(options.workers or usable_processors(), len(wanted))
    with WorkerPool(plan, scenario, workers, on_status=on_status, executor=options.executor) as pool:
        if until is None:
            _refuse_more(pool, wanted)
        for chunk in journal.read(folder, CHUNKS):
            _count(watch, chunk, headline)
        if watch.done:
            on_status("tell_resumed", done=watch.done)
        on_status("tell_living", replications=len(pool.remaining(point, wanted)), workers=pool.place.workers)

        def count(chunk: Chunk) -> bool:
            _count(watch, chunk, headline)
            options.on_progress(watch)
            return watch.failed == watch.done >= HOPELESS

        try:
            while True:
                pool.run([(point, wanted)], count)
                if watch.failed == watch.done >= HOPELESS:
                    on_status("tell_all_failed", failed=watch.failed)
                    break
                if until is None:
                    break
                more = _look(until, plan, scenario, headline, len(wanted))
                if more is None:
                    _refuse_more(pool, wanted)
                    break
                on_status("tell_look", runs=len(wanted), **stopping_rule.format_look(until.looks[-1]), more=more - len(wanted))
                wanted, watch.total, replications = range(more), more, more
        except Stopped:
            interrupted = True
        except RunInterrupted as why:
            problem, message_key, cause = str(why), why.message_key, None if isinstance(why, PlaceLost) else why.__cause__
        count_of_workers = pool.place.workers

    def outcome(interrupted: bool, manifest: dict[str, Any], **problem: Any) -> Outcome:
        return Outcome(
            out=out,
            requested=replications,
            completed=watch.done - watch.failed,
            failed=watch.failed,
            interrupted=interrupted,
            seconds=round(time.perf_counter() - clock, 3),
            manifest=manifest,
            **problem,
        )

    run_record = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(started)),
        "seconds": time.perf_counter() - clock,
        "workers": count_of_workers,
        "host": platform.node(),
        "interrupted": interrupted,
    }
    if problem:
        return outcome(False, {}, problem=problem, message_key=message_key, cause=cause)
    if options.part is not None:
        shards.write_shard_record(out, scenario, replications, plan.digest)
        record = {"part": [wanted[0], wanted[-1]], "replications": replications, "run": run_record}
        return replace(outcome(interrupted, record), requested=len(wanted))
    on_status("tell_writing")
    stopping = None if until is None else vars(until)
    manifest = results.write(out, plan, scenario, requested=replications, run_record=run_record, stopping=stopping)
    ended = outcome(interrupted, manifest)
    manifest["run"]["seconds"] = ended.seconds
    written = manifest["replications"]
    return replace(ended, completed=written["completed"], failed=written["failed"])


@contextlib.contextmanager
def claim(folder: Path, inputs: dict[str, Any]) -> Iterator[str]:
    """Hold the journal ``folder``, new or of these very inputs (see ``fingerprint.collect_inputs``); the digest its chunks carry.

    Raises Busy if another process works in it, Refused if it is another's. What processes that were killed had half written, in
    the journal and in the result folder around it, is removed.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(folder_lock.held(folder))
        except folder_lock.Held as who:
            raise Busy(who.english, who.chinese) from None
        before = fingerprint.read_fingerprint(folder)
        if before is not None:
            reasons = fingerprint.changes(before, inputs)
            if reasons:
                raise Refused.of(reasons)
        elif journal.chunk_files(folder):
            raise Refused(
                f"{folder} does not say what it belongs to: {fingerprint.FILE} is missing or broken",
                f"{folder} 没有写明属于哪次推演：缺少 {fingerprint.FILE}，或已损坏",
            )
        for place in (folder, folder.parent, *(folder.parent / name for name in DRAWN)):
            remove_partials(place)
        output_folder.remove_abandoned(folder.parent)
        fingerprint.write_fingerprint(folder, inputs)
        yield fingerprint.digest(inputs)


def _refuse_more(pool: WorkerPool, wanted: Sequence[int]) -> None:
    """Raise Refused if the journal holds replications that are not wanted: they would be counted."""
    more = pool.done.get(CHUNKS, set()).difference(wanted)
    if more:
        raise Refused(
            f"it holds {len(more)} replications that are not asked for, the first of them {min(more)}; ask for more",
            f"里面有 {len(more)} 次不在这次要算的范围内，最前面的是第 {min(more)} 次；请把次数写多一些",
        )


def _look(until: Sequential, plan: Plan, scenario: Scenario, headline: Sequence[str], runs: int) -> int | None:
    """Look at the headline probabilities; how many replications to go on to, or None to stop."""
    chunks = [chunk for chunk in journal.read(plan.folder, CHUNKS) if chunk.completed]
    order = [chunks[0].header["layout"]["goals"].index(name) for name in headline]
    outcomes = np.concatenate([chunk.array("goals")[:, order] for chunk in chunks])
    records = [record for chunk in chunks for record in chunk.completed]
    early = np.array([record["replication"] < runs for record in records])  # gone on with, the journal holds later ones too
    draws = np.array([record["draw"] for record in records])[early]
    by_goal = dict(zip(headline, outcomes[early, :, 0].T, strict=True))
    adjusted = {}
    if plan.single_draws:
        from experiments.results import summaries
        from experiments.statistics import control_variates

        drawn = summaries.drawn_parameters(chunks, load_model(plan.model_name), scenario, plan.seed).chosen(early)
        margins = dict(zip(headline, outcomes[early, :, 1].T, strict=True))
        adjusted = {name: control_variates.adjust(met, margins[name], drawn) for name, met in by_goal.items()}
    look, more = stopping_rule.look(
        by_goal, draws, until.precision, runs, largest=until.largest, single_draws=plan.single_draws, adjusted=adjusted
    )
    until.looks.append(look)
    return more


def _count(watch: Progress, chunk: Chunk, headline: list[str]) -> None:
    watch.done += len(chunk.completed) + len(chunk.failures)
    watch.failed += len(chunk.failures)
    watch.newest = chunk
    if chunk.completed and headline:
        goals = chunk.header["layout"]["goals"]
        met = chunk.array("goals")[:, [goals.index(name) for name in headline], 0]
        watch.hits += int(met.all(axis=1).sum())


@dataclass(frozen=True)
class Forecast:
    """What a run would cost: ``disk`` bytes of tables, ``journal`` bytes more for going on later, ``memory``
    bytes per worker; ``pace`` seconds of one replication.
    """

    replications: int
    workers: int
    seconds: float
    disk: int
    journal: int
    memory: int
    pace: float


def forecast(scenario: Scenario, options: RunOptions) -> Forecast:
    """Run two replications, write nothing that stays, and say what ``options.replications`` of them would take."""
    import tempfile

    from experiments.results import folder as results

    replications = options.replications
    load_model(options.model_name).prepare(scenario, options.on_status)
    count = min(options.workers or usable_processors(), replications)
    with tempfile.TemporaryDirectory() as scratch:
        plan = Plan(options.seed, options.only_luck, Path(scratch), options.model_name)
        worker = Worker(plan, scenario)
        tasks = [Task(Point(CHUNKS, scenario), (number,)) for number in range(2)]
        completed = [worker(task) for task in tasks]
        pace = min(each.seconds for each in completed)
        journal.store(tasks[0].path(plan.folder), completed[0].chunk)
        chunk = Chunk(tasks[0].path(plan.folder))
        if not chunk.completed:
            error = chunk.failures[0].error
            raise founding_problem(error) or RuntimeError(f"the first replication failed: {recorded_problem(error, 'en')}")
        disk = results.predicted_size(chunk, worker.catalogue(scenario), replications)
        waiting = chunk.path.stat().st_size * replications
    seconds = duration(pace, replications, count)
    return Forecast(replications, count, seconds=seconds, disk=disk, journal=waiting, memory=peak_memory(), pace=pace)


def duration(pace: float, replications: int, workers: int) -> float:
    """Seconds that replications take; two processes on one chip share its memory: a pool of two was measured at 1.9 times one."""
    return pace * replications / (1 if workers == 1 else 0.95 * workers)


def peak_memory() -> int:
    """The largest memory this process has held, in bytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024
