"""What a first-time user waits for: help, the first result from an empty cache, and importing beside peers."""

import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import ROOT, BenchmarkOptions, Line, command, cost, in_turn, run_command, run_cost
from benchmarks.serving import has

FRESH = {1: 4.0, 2: 4.5}  # processor seconds to reach, by workers
FIRST_RESULT, FIRST_YEAR, AFTER_AN_EDIT = 45.0, 15.0, 5.0  # seconds
FIRST_REPLICATION = 2.0  # processor seconds
EDITED = "sim/processes/shocks/illness.py"
PREPARE = """
from pathlib import Path
import sim.county
from sim.scenario import load_scenario
scenario = load_scenario(Path("scenarios/baseline.yaml"))
sim.county.prepare(scenario, lambda what, **facts: None)
"""
RUN = PREPARE + "sim.county.run_county(scenario, None, 2021, 0)"


def _edit_a_rule(options: BenchmarkOptions) -> Iterator[Line]:
    """In a copy of ``sim``: the first simulated year from an empty cache, a replication, and a year again after an edit."""
    with tempfile.TemporaryDirectory() as folder:
        place, cache = Path(folder) / "copy", str(Path(folder) / "cache")
        for name in ("sim", "scenarios"):
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        first = cost("-c", PREPARE, cache=cache, place=place).seconds
        cost("-c", RUN, cache=cache, place=place)
        rounds = 1 if options.quick else 5
        replication = statistics.median(cost("-c", RUN, cache=cache, place=place).processor for _ in range(rounds))
        edited = []
        for number in range(1 if options.quick else 3):
            with (place / EDITED).open("a", encoding="utf-8") as rule:
                rule.write(f"# {number}\n")
            edited.append(cost("-c", PREPARE, cache=cache, place=place).seconds)
    found = {
        "the first simulated year from an empty cache: wall seconds of a fresh process": (first, FIRST_YEAR),
        f"the same after one rule was edited ({Path(EDITED).stem})": (statistics.median(edited), AFTER_AN_EDIT),
        "one replication in a fresh process, all compiled: processor seconds": (replication, FIRST_REPLICATION),
    }
    for what, (seconds, target) in found.items():
        yield Line(what, f"{seconds:.1f} s", f"<= {target:g} s", None if options.quick else seconds <= target)


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """Lines for help, first result, second result, and imports."""
    rounds = 1 if options.quick else 5
    words = {"xianjie --help": ["-m", "experiments", "--help"], "import sim.county": ["-c", "import sim.county"]}
    words |= {f"import {name}": ["-c", f"import {name}"] for name in ("xianjie", "numba", "mesa")}
    candidates = {name: lambda given=each: command(*given)[0] for name, each in words.items()}
    if has("starsim", options.peers):
        candidates["import starsim"] = lambda: command("-c", "import starsim", python=options.peers)[0]
    seconds = in_turn(candidates, rounds)
    text = ", ".join(f"{name} {sorted(times)[len(times) // 2]:.2f} s" for name, times in seconds.items())
    yield Line("wall seconds of a fresh process", text, note=f"median of {rounds} rounds in turn; modules in the system's cache")
    with tempfile.TemporaryDirectory() as cache:
        first, memory = run_command(2, 1, cache)
        second, _ = run_command(2, 1, cache)
    yield Line(
        "first result (two replications, figures included) from an empty cache",
        f"{first:.1f} s",
        f"<= {FIRST_RESULT:g} s",
        None if options.quick else first <= FIRST_RESULT,
        f"{memory:.0f} MB",
    )
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
    yield from _edit_a_rule(options)
