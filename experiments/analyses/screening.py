"""Which numbers each goal depends on: all assumptions drawn at once, and the rank of each compared with that of the margin.

The cheapest screening there is: one replication for each of a few hundred points of a Latin hypercube serves every goal, where
Morris needs several for every one of some three hundred assumptions. It finds what matters on its own and about evenly over its
range. The square of a rank correlation is about the share of the variance that goes with the number; what is smaller than chance
gives among so many is said to be lost in the noise.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.analyses import design, sensitivity
from experiments.analyses.structural_uncertainty import round_digits
from experiments.execution.study import Study
from experiments.model_api import Catalogue, Point
from experiments.statistics.sampling import spread
from sim.scenario import Scenario

CHANCE = 0.05  # of one false alarm among all numbers of one goal
KEPT = 10  # numbers kept of each goal


def points(scenario: Scenario, factors: Sequence[design.Factor], count: int, seed: int) -> list[Point]:
    """So many points of a Latin hypercube over the quantiles of all factors."""
    rows = spread("latin_hypercube", len(factors), count, seed=seed)
    return [
        design.point(scenario, factors, {each.id: each.at(float(share)) for each, share in zip(factors, row)}, f"all.{i:05d}")
        for i, row in enumerate(rows)
    ]


def run_points(
    study: Study, design_points: Sequence[Point], measures: Mapping[str, str]
) -> tuple[list[Point], dict[str, NDArray[np.float64]]]:
    """Run one replication of each point, of point i the one with number i.

    The points whose replication was completed, and by outcome its value in each, (points,). Raises ValueError if all failed.
    """
    study.run([(point, [number]) for number, point in enumerate(design_points)])
    kept, found = [], []
    for number, point in enumerate(design_points):
        try:
            found.append(study.outcomes(point, [number]))
        except ValueError:  # this replication failed; screening bears a hole, and the caller counts them
            continue
        kept.append(point)
    if not found:
        raise ValueError("no replication of the screening finished")
    return kept, {name: np.array([each.outcome(measure)[0] for each in found]) for name, measure in measures.items()}


def rank_factors(factors: Sequence[str], rows: NDArray[np.float64], outcome: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Factors by the size of their rank correlation with an outcome, the largest first; [] for an outcome that never varies.

    ``rows``: (points, factors) of quantiles. ``correlation``: Spearman's; ``low``, ``high``: 95 % by Fisher's transformation;
    ``stands_out``: beyond what chance gives one in twenty times to the largest of so many (Bonferroni).
    """
    known = np.isfinite(outcome)
    values = outcome[known]
    if len(values) < 8 or np.ptp(values) == 0.0:
        return []
    ranks = stats.rankdata(rows[known], axis=0)
    own = stats.rankdata(values)
    size = len(values)
    correlations = ((ranks - ranks.mean(axis=0)) * (own - own.mean())[:, None]).mean(axis=0) / (ranks.std(axis=0) * own.std())
    error = 1.0 / np.sqrt(size - 3)
    limit = np.tanh(stats.norm.ppf(1.0 - CHANCE / len(factors) / 2.0) * error)
    order = np.argsort(-np.abs(correlations), kind="stable")
    return [
        {
            "factor": factors[at],
            "correlation": round_digits(float(correlations[at])),
            "low": round_digits(float(np.tanh(np.arctanh(correlations[at]) - 1.96 * error))),
            "high": round_digits(float(np.tanh(np.arctanh(correlations[at]) + 1.96 * error))),
            "stands_out": bool(abs(correlations[at]) > limit),
        }
        for at in order
    ]


def summarise(
    factors: Sequence[str], rows: NDArray[np.float64], outcomes: Mapping[str, NDArray[np.float64]], headline: Sequence[str]
) -> dict[str, Any]:
    """The finding as plain data: ``goals``, the numbers that each depends on; ``most``, the ten that matter most over headline
    goals (mean squared rank correlation, chance taken out).
    """
    by_goal = {name: rank_factors(factors, rows, outcome) for name, outcome in outcomes.items()}
    squares = dict.fromkeys(factors, 0.0)
    counted = [name for name in headline if by_goal[name]]
    for name in counted:
        chance = 1.0 / (len(rows) - 1)
        for line in by_goal[name]:
            squares[line["factor"]] += (line["correlation"] ** 2 - chance) / len(counted)
    most = sorted(factors, key=lambda name: -squares[name])[:KEPT]
    return {
        "factors": len(factors),
        "points": len(rows),
        "most": [{"factor": name, "share": round_digits(max(squares[name], 0.0))} for name in most],
        "goals": {name: lines[:KEPT] for name, lines in by_goal.items()},
    }


def measures(catalogue: Catalogue) -> dict[str, str]:
    """By goal, what is measured of a replication: its margin."""
    return {name: f"{name}.margin" for name in catalogue.goals}


def rows_of(design_points: Sequence[Point], factors: Sequence[str]) -> NDArray[np.float64]:
    """(points, factors): the quantiles at which each point holds them."""
    return np.array([[point.held[name] for name in factors] for point in design_points])


def factors_of(scenario: Scenario) -> list[design.Factor]:
    """All assumptions that vary and that the scenario does not set."""
    return sensitivity.factors_of(scenario, [])
