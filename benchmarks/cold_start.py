"""What a first-time user waits for: help, the first result from an empty cache, and importing beside peers."""

import tempfile
from collections.abc import Iterator

from benchmarks.measuring import BenchmarkOptions, Line, command, in_turn, run_command
from benchmarks.serving import has


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
