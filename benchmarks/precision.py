"""Processor seconds until both headline probabilities are known to ± 2 points, by pairs and with ``--single-draws``.

Both follow from one run in pairs: what a replication costs, how likely each goal is, and how alike the two replications of a
parameter draw are (the design effect less one). The replications needed are those at which the 95 % interval would be so narrow;
with single draws only the first ``PAIRED`` count as pairs. The estimates are checked by running single draws, too.
"""

import math
import time
from collections.abc import Iterator

from benchmarks.measuring import BASELINE, BenchmarkOptions, Line, scratch
from experiments.execution import runner
from experiments.execution.stopping_rule import Z
from experiments.model_api import PAIRED
from experiments.results.folder import open_folder

PRECISION = 0.02
REPLICATIONS = 400
SHARE = 0.25


def headline(folder) -> dict[str, dict]:
    """The headline goals of a result by id: probability, runs, effective_runs."""
    return {goal["id"]: goal for goal in open_folder(folder).goals if goal["headline"] and "members" not in goal}


def needed(goal: dict) -> tuple[float, float]:
    """Replications until ± ``PRECISION``, in pairs and with single draws."""
    chance = goal["probability"]
    alike = goal["runs"] / goal["effective_runs"] - 1.0
    independent = chance * (1.0 - chance) * (Z / PRECISION) ** 2
    # n = independent * (1 + PAIRED * alike / n), the design effect of so many pairs among n
    single = (independent + math.sqrt(independent**2 + 4.0 * independent * PAIRED * alike)) / 2.0
    return independent * (1.0 + alike), single


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """A line for each headline goal, then one for both."""
    from sim.scenario import load_scenario

    scenario = load_scenario(BASELINE)
    replications = 12 if options.quick else REPLICATIONS
    found, seconds = {}, {}
    with scratch() as folder:
        runner.run(scenario, folder / "warm", runner.RunOptions(2, workers=1))
        for name, singles in (("pairs", False), ("single", True)):
            start = time.process_time()
            runner.run(scenario, folder / name, runner.RunOptions(replications, workers=1, single_draws=singles))
            seconds[name] = (time.process_time() - start) / replications
            found[name] = headline(folder / name)
    counts = {id_: needed(goal) for id_, goal in found["pairs"].items() if 0.0 < goal["probability"] < 1.0}
    for id_, (pairs, single) in counts.items():
        goal, check = found["pairs"][id_], found["single"][id_]
        effect, seen = (each["runs"] / each["effective_runs"] for each in (goal, check))
        yield Line(
            f"replications until {id_} is known to ± {100 * PRECISION:g} points, with singles beside pairs",
            f"{single:.0f} beside {pairs:.0f}, {single / pairs:.2f}",
            note=f"probability {goal['probability']:.3f}; design effect in pairs {effect:.2f}, of {replications} with single "
            f"draws {seen:.2f}, expected {1.0 + (effect - 1.0) * min(PAIRED, replications) / replications:.2f}",
        )
    if counts:
        pairs, single = (max(count[which] for count in counts.values()) for which in (0, 1))
        share = single * seconds["single"] / (pairs * seconds["pairs"])
        yield Line(
            f"processor seconds until {' and '.join(counts)} are known to ± {100 * PRECISION:g} points, singles beside pairs",
            f"{single * seconds['single']:.0f} s beside {pairs * seconds['pairs']:.0f} s, {share:.2f}",
            f"<= {SHARE:g}",
            None if options.quick else share <= SHARE,
            f"{seconds['pairs']:.2f} s of processor time for a replication, tables included, {replications} replications of each",
        )
