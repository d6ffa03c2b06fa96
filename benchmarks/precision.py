"""Processor seconds until both headline probabilities are known to ± 2 points, by pairs and with ``--single-draws``.

With single draws the run is made: it goes on until the rule stops it, its looks included. By pairs it would take an hour; what it
takes follows from a run in pairs: what a replication costs, how likely each goal is, and how alike the two replications of a
parameter draw are (the design effect). That the intervals hold is measured in tests/experiments/test_coverage.py.
"""

import time
from collections.abc import Iterator

from benchmarks.measuring import BASELINE, BenchmarkOptions, Line, scratch
from experiments.execution import runner
from experiments.execution.stopping_rule import Z
from experiments.results.folder import open_folder

PRECISION = 0.02
REPLICATIONS, MOST = 400, 10_000
SHARE = 0.25


def headline(folder) -> dict[str, dict]:
    """The headline goals of a result by id: probability, runs, effective_runs, adjusted."""
    return {goal["id"]: goal for goal in open_folder(folder).goals if goal["headline"] and "members" not in goal}


def needed(goal: dict) -> float:
    """Replications in pairs until a goal is known to ± ``PRECISION``."""
    chance = goal["probability"]
    return chance * (1.0 - chance) * (Z / PRECISION) ** 2 * goal["runs"] / goal["effective_runs"]


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """A line for each headline goal, then one for both."""
    from sim.scenario import load_scenario

    scenario = load_scenario(BASELINE)
    replications, most = (12, 20) if options.quick else (REPLICATIONS, MOST)
    until = runner.Sequential(PRECISION, most)
    with scratch() as folder:
        runner.run(scenario, folder / "warm", runner.RunOptions(2, workers=1))
        start = time.process_time()
        runner.run(scenario, folder / "pairs", runner.RunOptions(replications, workers=1))
        each = (time.process_time() - start) / replications
        start = time.process_time()
        made = runner.run(
            scenario, folder / "single", runner.RunOptions(min(100, most), workers=1, single_draws=True, until=until)
        )
        seconds = time.process_time() - start
        pairs, single = headline(folder / "pairs"), headline(folder / "single")
    for id_, goal in single.items():
        counted = f"counted {goal['probability']:.3f} ({goal['low']:.3f} to {goal['high']:.3f})"
        adjusted = goal.get("adjusted")
        yield Line(
            f"{id_} after {made.completed} replications with single draws: probability, adjusted for the parameters drawn",
            f"{adjusted['probability']:.3f} ({adjusted['low']:.3f} to {adjusted['high']:.3f})" if adjusted else "not adjusted",
            note=f"{counted}; " + (f"parameters leave {adjusted['left']:.0%} of the variance; " if adjusted else "")
            + f"in pairs known to ± {100 * PRECISION:g} points after {needed(pairs[id_]):.0f}",
        )  # fmt: skip
    by_pairs = each * max(needed(goal) for goal in pairs.values())
    share = seconds / by_pairs if by_pairs else 1.0
    yield Line(
        f"processor seconds until {' and '.join(single)} are known to ± {100 * PRECISION:g} points, single draws beside pairs",
        f"{seconds:.0f} s beside {by_pairs:.0f} s, {share:.2f}",
        f"<= {SHARE:g}",
        None if options.quick else share <= SHARE and until.looks[-1]["reached"],
        f"single draws run until stopped, after looks at {', '.join(str(look['runs']) for look in until.looks)} replications; "
        f"pairs reckoned from {replications} replications, {each:.2f} s of processor time each, tables included",
    )
