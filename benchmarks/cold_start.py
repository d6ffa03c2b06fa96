"""What a first-time user waits for: help, the first result from an empty cache, and importing beside peers."""

import tempfile
from collections.abc import Iterator

from benchmarks.measuring import BenchmarkOptions, Line, command, in_turn, run_command, run_cost
from benchmarks.serving import has

FRESH = {1: 4.0, 2: 4.5}  # processor seconds to reach, by workers


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """Lines for help, first result, second result, and imports."""
    rounds = 1 if options.quick else 5
    words = {"xianjie --help": ["-m", "experiments", "--help"], "import sim.county": ["-c", "import sim.county"]}
    words |= {f"import {name}": ["-c", f"import {name}"] for name in ("numba", "mesa")}
    candidates = {name: lambda given=each: command(*given)[0] for name, each in words.items()}
    if has("starsim", options.peers):
        candidates["import starsim"] = lambda: command("-c", "import starsim", python=options.peers)[0]
    seconds = in_turn(candidates, rounds)
    text = ", ".join(f"{name} {sorted(times)[len(times) // 2]:.2f} s" for name, times in seconds.items())
    yield Line("wall seconds of a fresh process", text, note=f"median of {rounds} rounds in turn; modules in the system's cache")
    with tempfile.TemporaryDirectory() as cache:
        first, memory = run_command(2, 1, cache)
        second, _ = run_command(2, 1, cache)
    yield Line("first result (two replications, figures included) from an empty cache", f"{first:.1f} s", note=f"{memory:.0f} MB")
    yield Line("the same once everything is compiled", f"{second:.1f} s")
    for workers, target in FRESH.items():
        costs = [run_cost(2, workers, "--no-figures") for _ in range(rounds)]
        median = sorted(each.processor for each in costs)[rounds // 2]
        wall = sorted(each.seconds for each in costs)[rounds // 2]
        yield Line(
            f"processor seconds of a fresh start with {workers} worker(s): two replications, tables, no figures, all compiled",
            f"{median:.2f} s",
            f"<= {target:g} s",
            None if options.quick else median <= target,
            f"median of {rounds}; {wall:.2f} s of wall, largest process {max(each.megabytes for each in costs):.0f} MB",
        )
