"""Two scenarios on common random numbers: what the second changes, with intervals for pairs.

A pair is one replication run under both. Pairs that share a parameter draw are alike, so, as in ``estimates``, draws are
clusters.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from experiments.statistics import estimates
from experiments.statistics.estimates import CONFIDENCE

ROUNDED = 1e-12  # of a sum of squares that is but rounding


@dataclass(frozen=True)
class Flips:
    """A goal in the futures of both scenarios.

    ``helped``: missed by the first and met by the second; ``harmed``: the reverse; ``both`` and ``neither`` the rest (counts).
    ``difference``: probability under the second less that under the first, with ``low`` and ``high``. ``won``: of the futures in
    which they differ, the share in which the second meets the goal (McNemar's comparison), NaN if none differs.
    ``margin_better``: the share of futures in which the second comes nearer to the goal, or clears it by more; ties count half.
    """

    helped: int
    harmed: int
    both: int
    neither: int
    difference: float
    low: float
    high: float
    won: float
    won_low: float
    won_high: float
    margin_better: float
    margin_better_low: float
    margin_better_high: float
    runs: int


def flips(first: ArrayLike, second: ArrayLike, margins: tuple[ArrayLike, ArrayLike], draws: ArrayLike) -> Flips:
    """A goal met (1) or not (0) by each pair of runs, and by what margin; ``draws`` the parameter draw of each pair.

    Pairs in which either was not assessed (NaN) are left out.
    """
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    known = ~(np.isnan(one) | np.isnan(two))
    one, two, cluster = one[known], two[known], np.asarray(draws)[known]
    helped = (two > one).astype(np.float64)
    differs = one != two
    step = np.asarray(margins[1], dtype=np.float64)[known] - np.asarray(margins[0], dtype=np.float64)[known]
    # Not one margin moved, by not one bit: the goal does not hang on what differs, and the difference is nothing, not "about"
    # nothing.
    difference, low, high = difference_of_proportions(one, two, cluster) if step.any() else (0.0, 0.0, 0.0)
    won = estimates.proportion(helped[differs], cluster[differs])
    better, better_low, better_high = share_better(np.sign(step), cluster)
    return Flips(
        helped=int(helped.sum()), harmed=int((two < one).sum()), both=int((one * two).sum()),
        neither=int(((1 - one) * (1 - two)).sum()), difference=difference, low=low, high=high,
        won=won.probability, won_low=won.low, won_high=won.high,
        margin_better=better, margin_better_low=better_low, margin_better_high=better_high, runs=len(one),
    )  # fmt: skip


def difference_of_proportions(
    first: NDArray[np.float64], second: NDArray[np.float64], draws: NDArray, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """Difference of two paired proportions, and its interval.

    Bonett and Price's adjusted interval for pairs (2012, doi 10.3102/1076998611411915): one imagined pair is added that the
    second wins and one that it loses, so that the interval keeps a width where few futures differ. Its variance is widened by
    the design effect of pairs that share a draw. Equal outcomes everywhere give 0 with the width that so many pairs allow.
    """
    runs = len(first)
    if runs == 0:
        return math.nan, -1.0, 1.0
    step = second - first
    up, down = float((step > 0).sum()), float((step < 0).sum())
    effective = runs / design_effect(step, draws)
    shrink = effective / runs
    won, lost = ((count * shrink + 1.0) / (effective + 2.0) for count in (up, down))
    centre = won - lost
    z = float(special.ndtri(0.5 + confidence / 2))
    half = z * math.sqrt(max(won + lost - centre**2, 0.0) / (effective + 2.0))
    return float(step.mean()), max(-1.0, centre - half), min(1.0, centre + half)


def design_effect(values: NDArray[np.float64], draws: NDArray) -> float:
    """How many times the variance of the mean of ``values`` exceeds that of independent runs, at least 1 (Kish).

    Where all values are the same, runs of a draw agree as far as can be seen: they count as one, as in ``estimates.proportion``.
    """
    _, index, sizes = np.unique(draws, return_inverse=True, return_counts=True)
    runs, count = len(values), len(sizes)
    if count == runs or count < 2:
        return 1.0
    shares = estimates.split(values, draws)
    size = float((sizes**2).sum()) / runs
    correlation = 1.0 if math.isnan(shares.ignorance) else shares.ignorance
    return 1.0 + (size - 1.0) * min(1.0, max(0.0, correlation))


def share_better(step: NDArray[np.float64], draws: NDArray) -> tuple[float, float, float]:
    """The share of pairs with a positive step, ties counting half, and its interval; all ties give one half, known exactly."""
    if len(step) == 0:
        return math.nan, 0.0, 1.0
    if not step.any():
        return 0.5, 0.5, 0.5
    scores = (step + 1.0) / 2.0
    mean = float(scores.mean())
    effective = len(scores) / design_effect(scores, draws)
    low, high = estimates.wilson(mean * effective, effective)
    return mean, low, high


def difference(first: ArrayLike, second: ArrayLike, draws: ArrayLike, confidence: float = CONFIDENCE) -> estimates.Mean:
    """Mean of second − first over pairs, with an interval from the spread between draws; equal values give exactly 0."""
    step = np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    if len(step) and not np.any(step):  # NaN counts as something
        return estimates.Mean(0.0, 0.0, 0.0, len(step))
    return estimates.mean(step, draws, confidence)


ARRANGEMENTS = 4096  # beyond so many arrangements of signs, that many are drawn


def clear_steps(steps: ArrayLike, confidence: float = CONFIDENCE) -> NDArray[np.bool_]:
    """Which of many outcomes changed clearly, each looked at once among all (pairs × outcomes of second − first; known values).

    If nothing changed but by chance, each pair's steps might as well have had the other sign, all outcomes together: an outcome
    is clear where its |t| is reached, by any outcome, in less than 1 − confidence of all arrangements of signs (Westfall and
    Young's single-step maximum). Exact whatever the outcomes share, and for few pairs; six is the least that 95 % takes.
    """
    known = np.asarray(steps, dtype=np.float64)
    pairs = len(known)
    squares = (known**2).sum(axis=0)
    moved = squares > 0.0
    if 2 ** (pairs - 1) <= ARRANGEMENTS:  # the first pair keeps its sign: turning all of them changes no |t|
        codes = np.arange(2 ** (pairs - 1))
        signs = 1.0 - 2.0 * ((codes[:, None] >> np.arange(pairs)) & 1)
    else:
        signs = np.random.default_rng(pairs).choice([-1.0, 1.0], size=(ARRANGEMENTS, pairs))
        signs[0] = 1.0
    means = signs @ known[:, moved] / pairs
    spread = np.maximum(squares[moved] - pairs * means**2, ROUNDED * squares[moved])
    sizes = np.abs(means) * math.sqrt(pairs) / np.sqrt(spread / (pairs - 1))
    reached = (sizes.max(axis=1, initial=0.0)[:, None] >= sizes[0] * (1.0 - ROUNDED)).mean(axis=0)
    clear = np.zeros(known.shape[1], dtype=np.bool_)
    clear[moved] = reached < 1.0 - confidence
    return clear


def variance_ratio(first: ArrayLike, second: ArrayLike) -> float:
    """How many times smaller the variance of the paired difference is than that of two independent samples; inf if it is 0."""
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    spread = float(np.var(two - one, ddof=1))
    return math.inf if spread == 0 else float(np.var(one, ddof=1) + np.var(two, ddof=1)) / spread
