"""Goals as curves: faster growth than the province by how far ahead it is assumed, and no relapse by its threshold.

One number hides what it hangs on: an assumption that nobody has measured (growth), or a definition (relapse). Both curves are
computed from what every replication left of its goals, so folders of older versions have them too.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.statistics import estimates

if TYPE_CHECKING:
    import pandas

#: Growth a year ahead of the province, and relapse thresholds, at which curves are computed.
GAPS = tuple(step / 200 for step in range(-4, 9))
THRESHOLDS = tuple(step / 200 for step in range(2, 11))
#: The goals that have one, and over what.
GROWTH, INCOME_ALONE, AFTER_SPENDING, CLUSTER = "G2", "R2", "R3", "L2"
#: Counties lifted out of poverty outgrew the province in each of these years (Liaoning, 2025).
EVERY_YEAR, FIRST, LAST = "G1", 2021, 2024

#: What a replication left of its goals, by goal: ``met``, ``margin``, ``value`` and the years, each of all replications.
Outcomes = Mapping[str, Mapping[str, NDArray]]


def read_outcomes(replications: "pandas.DataFrame") -> Outcomes:
    """Outcomes from ``replications.parquet``; only goals that have a curve, as far as the table has them."""
    found: dict[str, dict[str, NDArray]] = {}
    for column in replications.columns:
        first, _, rest = column.partition(".")
        goal, _, part = rest.rpartition(".")
        if first == "goal" and goal in (GROWTH, INCOME_ALONE, AFTER_SPENDING, CLUSTER, EVERY_YEAR):
            found.setdefault(goal, {})[part] = replications[column].to_numpy(dtype=np.float64)
    return found


def add_curves(goals: Mapping[str, dict[str, Any]], outcomes: Outcomes, draws: NDArray) -> None:
    """Give the lines of the scoreboard their ``curve`` (at, probability, low, high, runs, bound) and ``four_years``."""
    for goal in (GROWTH, INCOME_ALONE, AFTER_SPENDING):
        points = curve(goal, outcomes, draws)
        if goal in goals and points:
            goals[goal]["curve"] = points
    if EVERY_YEAR in goals and (found := years_running(outcomes, draws)):
        goals[EVERY_YEAR]["four_years"] = found


def curve(goal: str, outcomes: Outcomes, draws: NDArray) -> list[dict[str, Any]]:
    """The curve of a goal, empty where the replications do not say."""
    if goal not in outcomes or (goal == AFTER_SPENDING and CLUSTER not in outcomes):
        return []
    if goal == GROWTH:
        ahead = centre(outcomes[goal]["margin"])
        met = [_known(ahead, ahead + gap > 0.0) for gap in GAPS]
        return [_point(gap, each, draws) for gap, each in zip(GAPS, met)]
    worst = outcomes[goal]["value"]
    free = outcomes[CLUSTER]["met"] > 0 if goal == AFTER_SPENDING else np.ones(len(worst), dtype=bool)
    return [_point(limit, _known(worst, (limit - worst >= -1e-12) & free), draws) for limit in THRESHOLDS]


def centre(margins: NDArray) -> NDArray:
    """Margins less their mean: what chance and parameters add to a gap that is assumed."""
    return margins - np.nanmean(margins) if not np.isnan(margins).all() else margins


def years_running(outcomes: Outcomes, draws: NDArray, first: int = FIRST, last: int = LAST) -> dict[str, Any] | None:
    """The probability that the county outgrew the province in each of these years; None where they were not all run."""
    years = [str(year) for year in range(first, last + 1)]
    if EVERY_YEAR not in outcomes or any(year not in outcomes[EVERY_YEAR] for year in years):
        return None
    met = np.min([outcomes[EVERY_YEAR][year] for year in years], axis=0)
    point = _point(0.0, met, draws)
    del point["at"]
    return {"first": first, "last": last, **point}


def first_reaching(points: Sequence[Mapping[str, Any]], level: float) -> float | None:
    """The least gap or threshold of a curve from which on the probability is at least ``level``; None if it never is."""
    return next((point["at"] for point in points if point["probability"] >= level), None)


def _known(values: NDArray, met: NDArray) -> NDArray:
    """Met as 1 and 0, NaN where it was not assessed."""
    return np.where(np.isnan(values), np.nan, met.astype(float))


def _point(at: float, met: NDArray, draws: NDArray) -> dict[str, Any]:
    chance = estimates.proportion(met, draws)
    return {"at": at, **{key: getattr(chance, key) for key in ("probability", "low", "high", "runs", "bound")}}
