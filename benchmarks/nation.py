"""Every county of a nation on a Dask cluster: what a task costs, how two workers scale, and a thousand workers on paper.

Invented counties are run on loopback by one worker and by two, on local processes and on Dask, in turn, with two replications and
with a dozen. What a task costs beside local processes, and what a second worker is worth, is the difference of the two, in which
the start of the command and the tables of a county cancel out; whole commands are given beside. The paper schedule is made of
what was measured: seconds of a replication, bytes that come back for it, and how many empty tasks a second the scheduler finishes
for one client. It is a forecast for machines like this one whose disk and network keep up with the bytes it names; nobody has run
a thousand workers.
"""

import json
import math
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import ROOT, BenchmarkOptions, Line, command, in_turn, ratio, scratch
from experiments.execution.worker_pool import SECONDS_PER_CHUNK

NATION, WANTED, WORKERS = 832, 100, 1000
COUNTIES, REPLICATIONS, ROUNDS = 4, 12, 3
FEW = 2  # replications: one for each of two workers, of whom one would else be idle and the other compared with it
OVERHEAD, SCALING = 0.02, 0.93
EMPTY = 2000
EMPTY_TASKS = """
import sys, time
from distributed import Client, as_completed
with Client(sys.argv[1], set_as_default=False) as client:
    client.gather(client.map(abs, range(50), pure=False))
    start = time.perf_counter()
    client.gather(client.map(abs, range(int(sys.argv[2])), pure=False))
    print(int(sys.argv[2]) / (time.perf_counter() - start))
"""


@dataclass(frozen=True)
class Schedule:
    """A nation on paper, every county a run of its own as ``xianjie run counties/*`` does it. ``commands`` run side by side, each
    with its part of the counties and of the workers; ``hours`` of wall time; ``core_hours`` of work in tasks; ``busy``: their
    share in the hours of all workers; ``tasks_a_second`` that the scheduler has to finish; ``gigabytes`` that come back, at
    ``megabytes_a_second``; ``most_workers`` that the scheduler could feed at this length of a task.
    """

    tasks: int
    commands: int
    hours: float
    core_hours: float
    busy: float
    tasks_a_second: float
    gigabytes: float
    megabytes_a_second: float
    most_workers: int


def schedule(
    counties: int, replications: int, workers: int, *, seconds: float, client: float, size: float, limit: float, overhead: float
) -> Schedule:
    """Lay ``counties`` of ``replications``, ``seconds`` and ``size`` bytes each, out on workers, in tasks as the pool cuts them.

    ``client``: seconds a county costs its command beyond its replications, while its workers wait; ``limit``: tasks a second that
    the scheduler finishes; ``overhead``: share of a task's time that Dask adds. Tasks are of equal length, and there are as many
    commands as it takes to give every worker a task.
    """
    each = max(1, round(SECONDS_PER_CHUNK / seconds))
    of_county = math.ceil(replications / each)
    commands = min(counties, max(1, workers // of_county))
    tasks, length = counties * of_county, each * seconds * (1.0 + max(overhead, 0.0))
    rounds = math.ceil(of_county / (workers // commands))
    wall = max(math.ceil(counties / commands) * (rounds * length + client), tasks / limit)
    bytes_back = counties * replications * size
    return Schedule(
        tasks,
        commands,
        wall / 3600.0,
        core_hours=tasks * length / 3600.0,
        busy=tasks * length / (wall * workers),
        tasks_a_second=tasks / wall,
        gigabytes=bytes_back / 1e9,
        megabytes_a_second=bytes_back / wall / 1e6,
        most_workers=int(limit * length),
    )


def run(files: Sequence[str], out: Path, replications: int, *where: str) -> float:
    """Wall seconds of ``xianjie run`` on these counties."""
    words = ["run", *files, "--replications", str(replications), "--quiet", "--json", "--out", str(out)]
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "experiments", *words, *where], cwd=ROOT, capture_output=True, text=True, check=True)
    return time.perf_counter() - start


def hashes(out: Path) -> dict[str, str]:
    """The hash of every county's result."""
    return {path.parent.name: json.loads(path.read_text())["hash"] for path in out.glob("*/manifest.json")}


def empty_tasks(address: str, count: int) -> float:
    """Tasks a second that the scheduler finishes when there is nothing to do in them."""
    done = subprocess.run([sys.executable, "-c", EMPTY_TASKS, address, str(count)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """Overhead, scaling, the scheduler's limit, and the schedule."""
    from tests.experiments.loopback import Loopback

    counties, replications, rounds = (2, 4, 1) if options.quick else (COUNTIES, REPLICATIONS, ROUNDS)
    with scratch() as folder, Loopback(1) as one, Loopback(2) as two:
        command("-m", "experiments", "counties", "--synthetic", str(counties), "--to", str(folder / "counties"))
        files = sorted(map(str, (folder / "counties").glob("*.yaml")))
        places = {
            "local": ("--workers", "2"),
            "dask": ("--executor", "dask", "--scheduler", two.address),
            "alone": ("--executor", "dask", "--scheduler", one.address),
        }
        last: dict[str, Path] = {}

        def timed(name: str, count: int):
            def call() -> float:
                last[name] = folder / f"{name}-{count}-{time.monotonic_ns()}"
                return run(files, last[name], count, *places[name])

            return call

        in_turn({name: timed(name, FEW) for name in places}, 1)
        calls = {(name, count): timed(name, count) for count in (FEW, replications) for name in places}
        each = in_turn({f"{name} {count}": call for (name, count), call in calls.items()}, rounds)
        seconds, least = {name: each[f"{name} {replications}"] for name in places}, min(each[f"alone {FEW}"])
        tasks = {
            name: [max(more - few, 1e-9) for few, more in zip(each[f"{name} {FEW}"], seconds[name], strict=True)]
            for name in places
        }
        same = len({json.dumps(hashes(out), sort_keys=True) for out in last.values()}) == 1
        size = sum(path.stat().st_size for path in last["dask"].glob("*/journal/*.npz")) / (counties * replications)
        limit = empty_tasks(two.address, EMPTY // 10 if options.quick else EMPTY)
    over, gain = ratio(tasks["dask"], tasks["local"]), ratio(tasks["alone"], tasks["dask"])
    whole_over, whole_gain = ratio(seconds["dask"], seconds["local"]), ratio(seconds["alone"], seconds["dask"])
    judged = not options.quick
    where = f"{counties} invented counties x {replications} replications"
    yield Line(
        f"{where}: tasks on Dask (loopback, 2 workers) beside 2 local processes",
        f"{over.median - 1:+.1%} ({over.low - 1:+.1%} to {over.high - 1:+.1%})",
        f"< {OVERHEAD:.0%}",
        (over.median - 1 < OVERHEAD and same) if judged else None,
        f"{'the same bytes' if same else 'DIFFERENT RESULTS'}; whole commands {whole_over.median - 1:+.1%}, local "
        f"{min(seconds['local']):.1f} s; {rounds} rounds in turn",
    )
    yield Line(
        f"{where}: tasks of 2 Dask workers beside 1, share of the ideal",
        f"{gain.median / 2:.2f} ({gain.low / 2:.2f} to {gain.high / 2:.2f})",
        f">= {SCALING}",
        gain.median / 2 >= SCALING if judged else None,
        f"whole commands, start and tables included, {whole_gain.median / 2:.2f}; {rounds} rounds in turn",
    )
    pace = (min(seconds["alone"]) - least) / (counties * (replications - FEW))
    if pace <= 0.0:
        yield Line(
            f"on paper: {NATION} counties", "not computed", note="more replications took no longer: the machine was not quiet"
        )
        return
    client = max(0.0, least / counties - FEW * pace)
    plan = schedule(
        NATION, WANTED, WORKERS, seconds=pace, client=client, size=size, limit=limit, overhead=over.median - 1
    )  # fmt: skip
    yield Line(
        f"on paper: {NATION} counties x {WANTED} replications on {WORKERS} workers",
        f"{plan.hours:.2f} h; {plan.core_hours:.0f} core-hours of work",
        note=f"{pace:.2f} s a replication, {client:.1f} s a county in its command; {plan.commands} commands side "
        f"by side, workers {plan.busy:.0%} busy; "
        f"{plan.tasks} tasks, {plan.tasks_a_second:.0f} a second, of at most {limit:.0f} empty ones "
        f"measured, enough for {plan.most_workers} workers; {size / 1e3:.0f} kB a replication, {plan.gigabytes:.1f} GB come back "
        f"at {plan.megabytes_a_second:.0f} MB/s; computed, not run",
    )
