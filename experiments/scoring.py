"""How good predictions were: does the band hold what happened, and how far off was it (CRPS)."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

#: Equally likely scores that stand for a normal error; so a prediction needs no luck of its own.
SCORES: NDArray[np.float64] = stats.norm.ppf((np.arange(40) + 0.5) / 40.0)


def widened(values: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Every value with every error of a normal one of standard deviation ``spread``: (values * scores,), sorted."""
    return np.sort((values[:, None] + spread * SCORES[None, :]).ravel()) if spread > 0 else np.sort(values)


def ends(sample: NDArray[np.float64], at: tuple[float, float] = (0.05, 0.95)) -> tuple[float, float]:
    """The ends of the band that holds nine in ten of a sample, each value standing for the middle of its share."""
    low, high = np.quantile(sample, at, method="hazen")
    return float(low), float(high)


def crps(sample: NDArray[np.float64], happened: float) -> float:
    """The continuous ranked probability score of a sample: its mean distance to what happened less half that within itself.

    In the unit of the sample; 0 is perfect, and of a single value it is the distance (Gneiting and Raftery 2007, doi
    10.1198/016214506000001437).
    """
    ordered = np.sort(sample)
    count = len(ordered)
    within = 2.0 * float((ordered * (2.0 * np.arange(count) - count + 1.0)).sum()) / count**2
    return float(np.abs(ordered - happened).mean()) - 0.5 * within
