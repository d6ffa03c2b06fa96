"""Probabilities known better than by counting: how lucky the parameters happened to be drawn is taken out of the count.

Nearly all that decides a goal are the parameters, and their distribution is known. So the margin of a goal is regressed on the
parameters of each draw, and what the regression expects of the parameters drawn is replaced by what it expects of all (a control
variate; Lavenberg and Welch 1981, doi 10.1287/mnsc.27.3.322). A draw is never judged by a regression that has seen it
(cross-fitting), so that the estimate errs neither way however poor the regression is, and its interval is that of a mean.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from experiments.statistics.estimates import CONFIDENCE, wilson

FOLDS = 5
LEAST_DRAWS = 200  # with fewer there is little to learn from hundreds of parameters
LEAST_EITHER = 20.0  # draws that met a goal, and that missed it: a rarer event is counted
PENALTIES = 30
ROUNDS = 5000  # of the descent, many times what it takes
DIGITS = 6  # beyond them a mathematical library may add up otherwise


@dataclass(frozen=True)
class Draws:
    """The parameters of every replication, and where they come from.

    ``number``: (runs,) which draw a replication belongs to; ``quantiles``: (runs, parameters), uniform and independent but for
    those ``together``, the columns whose values are those of a member of an ensemble; ``members``: (members, together), each as
    likely as any other.
    """

    number: NDArray[np.int64]
    quantiles: NDArray[np.float64]
    together: NDArray[np.int64]
    members: NDArray[np.float64]

    def chosen(self, which: NDArray[np.bool_]) -> "Draws":
        """Of these replications alone."""
        return replace(self, number=self.number[which], quantiles=self.quantiles[which])


@dataclass(frozen=True)
class Adjusted:
    """A probability with its interval; ``left``: the share of its variance that parameters do not explain. ``draws`` made it."""

    probability: float
    low: float
    high: float
    draws: int
    left: float


def adjust(met: NDArray, margin: NDArray, of: Draws, confidence: float = CONFIDENCE) -> Adjusted | None:
    """The probability of a goal from what each replication left: ``met`` (0 or 1) and ``margin`` (positive where met), (runs,).

    None where it would be worth no more than counting: few draws, a rare outcome, a replication that was not assessed. The
    interval is Wilson's, on as many independent replications as would say as much.
    """
    _, first, index, count = np.unique(of.number, return_index=True, return_inverse=True, return_counts=True)
    draws = len(first)
    share, distance = np.bincount(index, met) / count, np.bincount(index, margin) / count
    rarer = min(share.sum(), draws - share.sum())
    if draws < LEAST_DRAWS or not rarer >= LEAST_EITHER or not np.isfinite(distance).all():
        return None
    scores, members = special.ndtri(of.quantiles[first]), special.ndtri(of.members)
    expected, overall = np.empty(draws), 0.0
    fold = np.arange(draws) % FOLDS
    for each in range(FOLDS):
        judged = fold == each
        rule = _Regression(scores[~judged], distance[~judged])
        expected[judged] = rule.chance(scores[judged])
        overall += float(judged.mean()) * rule.chance_of_all(of.together, members)
    rest = share - expected
    estimate = min(max(float(rest.mean()) + overall, 0.5 / draws), 1.0 - 0.5 / draws)
    variance = float(rest.var(ddof=1))
    independent = estimate * (1.0 - estimate) * draws / variance
    low, high = wilson(estimate * independent, independent, confidence)
    left = variance / float(share.var(ddof=1))
    return Adjusted(round(estimate, DIGITS), round(low, DIGITS), round(high, DIGITS), draws=draws, left=round(left, DIGITS))


class _Regression:
    """The margin as a sum over parameters, of which the lasso keeps those that matter, and normal errors around it.

    ``scores``: normal scores of the parameters, (draws, parameters).
    """

    def __init__(self, scores: NDArray, margin: NDArray) -> None:
        from sklearn.linear_model import LassoCV

        found = LassoCV(cv=FOLDS, alphas=PENALTIES, max_iter=ROUNDS).fit(scores, margin)
        self.level, self.slopes = float(found.intercept_), found.coef_
        self.error = math.sqrt(float(found.mse_path_.mean(axis=1).min()))  # of margins that the regression had not seen

    def chance(self, scores: NDArray) -> NDArray:
        """The probability that the margin is positive, by draw."""
        found: NDArray = special.ndtr((self.level + scores @ self.slopes) / self.error)
        return found

    def chance_of_all(self, together: NDArray, members: NDArray) -> float:
        """The same over all parameters that could be drawn, exactly: members one by one; the scores of the other parameters are
        normal and independent, so their sum is one more normal error.
        """
        others = np.delete(self.slopes, together)
        spread = math.sqrt(self.error**2 + float(others @ others))
        return float(special.ndtr((self.level + members @ self.slopes[together]) / spread).mean())
