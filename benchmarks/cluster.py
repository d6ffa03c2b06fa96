"""What Dask costs on loopback: the same run on local processes and on a cluster of as many workers, in turn.

Every run is timed from the command's point of view, start of processes and connection included; the cluster's workers have run
something before, because a cluster is up when it is used. The hashes of the results are compared as well.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.measuring import BASELINE, ROOT, BenchmarkOptions, Line, in_turn, ratio, scratch

REPLICATIONS, ROUNDS = 200, 3
OVERHEAD = 0.10


def run(out: str, replications: int, *where: str) -> tuple[float, str]:
    """Wall seconds of ``xianjie run`` on the baseline, and the hash of its result."""
    words = ["run", str(BASELINE), "--replications", str(replications), "--quiet", "--no-figures", "--json", "--out", out]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "experiments", *words, *where], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, json.loads(done.stdout)["hash"]


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """One line: the overhead."""
    from tests.experiments.loopback import Loopback

    replications, rounds = (4, 1) if options.quick else (REPLICATIONS, ROUNDS)
    hashes: set[str] = set()
    with Loopback(options.workers) as there, scratch() as folder:
        places = {"local": ("--workers", str(options.workers)), "dask": ("--executor", "dask", "--scheduler", there.address)}

        def timed(name: str, count: int):
            def call() -> float:
                seconds, made = run(str(folder / f"{name}-{count}-{time.monotonic_ns()}"), count, *places[name])
                hashes.add(f"{count} {made}")
                return seconds

            return call

        in_turn({name: timed(name, 2) for name in places}, 1)
        hashes.clear()
        seconds = in_turn({name: timed(name, replications) for name in places}, rounds)
    over = ratio(seconds["dask"], seconds["local"])
    same = "the same bytes" if len(hashes) == 1 else "DIFFERENT RESULTS"
    yield Line(
        f"{replications} replications on Dask (loopback) beside local processes",
        f"{over.median - 1:+.1%} ({over.low - 1:+.1%} to {over.high - 1:+.1%})",
        f"< {OVERHEAD:.0%}",
        None if options.quick else over.median - 1 < OVERHEAD and len(hashes) == 1,
        f"{options.workers} workers; local {min(seconds['local']):.1f} s; {same}; {rounds} rounds in turn",
    )
