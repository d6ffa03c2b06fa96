"""When to stop: replications are added until every headline probability is precise enough, and honestly so.

Looking again and again until an interval happens to be narrow picks the moments at which it is too narrow. Three things keep the
stated 95 %: looks are few, because each asks at once for as many replications as its own estimate says are needed; what is needed
is reckoned from that end of the interval at which the spread is largest, so that a lucky estimate does not stop it; and a run
never stops before ``LEAST`` replications. With single draws a probability is adjusted for the parameters drawn, as soon as
there are enough of them to learn from (see ``control_variates``). What is left is measured: tests/experiments/test_coverage.py.
"""

import math
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from scipy import special

from experiments.statistics import estimates
from experiments.statistics.control_variates import Adjusted

LEAST = 100
NONE: Mapping[str, Adjusted | None] = {}
GROWTH = 1.1  # the least by which a look adds
LEARNING = 300  # replications with single draws, before which no more are requested by the count alone
LEAP = 2.0  # the most by which a look adds with single draws: the more there are, the more they explain
Z = float(special.ndtri(0.975))


def needed(chance: estimates.Proportion, precision: float, single_draws: bool = False, adjusted: Adjusted | None = None) -> int:
    """Replications after which the interval of this probability should be within ± ``precision``.

    From the end of the interval nearest to one half, with the design effect of pairs that share their parameters; with
    ``single_draws`` no pairs are added beyond the first ``PAIRED`` replications; of one that is ``adjusted`` only what the
    parameters leave unexplained counts.
    """
    worst = min(max(0.5, (adjusted or chance).low), (adjusted or chance).high)
    effective = worst * (1.0 - worst) * (Z / precision) ** 2
    if adjusted:
        return math.ceil(effective * adjusted.left) + chance.runs - adjusted.draws
    effect = chance.runs / max(chance.effective_runs, 1.0)
    if single_draws:
        return math.ceil(effective + (effect - 1.0) * chance.runs)  # what the pairs cost is so much, however many follow
    return math.ceil(effective * effect)


def look(
    met: Mapping[str, NDArray],
    draws: NDArray,
    precision: float,
    runs: int,
    largest: int,
    single_draws: bool = False,
    adjusted: Mapping[str, Adjusted | None] = NONE,
) -> tuple[dict[str, Any], int | None]:
    """One look: what it saw, and the number of replications to go on to (None: stop).

    ``met``: by headline goal (runs,) of 0 or 1; ``adjusted``: those whose probability could be adjusted. The record names the
    widest goal, half the width of its interval, and whether the precision is ``reached``.
    """
    chances = {name: estimates.proportion(column, draws) for name, column in met.items()}
    shown = {name: adjusted.get(name) or chance for name, chance in chances.items()}
    halves = {name: (chance.high - chance.low) / 2 for name, chance in shown.items()}
    widest = max(halves, key=lambda name: halves[name])
    reached = halves[widest] <= precision and runs >= LEAST
    record = {"runs": runs, "goal": widest, "half_width": halves[widest], "reached": reached}
    if reached or runs >= largest:
        return record, None
    wanted = max(needed(chance, precision, single_draws, adjusted.get(name)) for name, chance in chances.items())
    if single_draws:
        wanted = min(wanted, max(LEARNING, int(LEAP * runs)))
    more = max(LEAST, wanted, math.ceil(runs * GROWTH))
    return record, min(more + more % 2, largest)


def format_look(record: Mapping[str, Any]) -> dict[str, Any]:
    """A look as words need it: the goal, and half the width in points."""
    return {"goal": record["goal"], "points": f"{100 * record['half_width']:.1f}"}
