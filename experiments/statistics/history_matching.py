"""Calibration: history matching, then approximate Bayesian computation, on points of the unit cube and what was measured at them.

Nothing here knows of counties. A point is a vector of quantiles; ``results`` is what one replication at each point came to, a
column for each published figure. Replications differ in random draws, and in assumptions that are not calibrated, so an emulator
(a Gaussian process for each figure) knows the expected figure at a point with an error of its own (``surface``) and how far
single replications scatter about it (``scatter``, with what chance does to several figures at once).

A point is implausible if some figure lies further from what is expected there than ``cutoff`` times all that may lie between
them: the figure's error, the model's discrepancy, the emulator's error and the scatter (Craig and others 1997; Vernon and
others 2010, doi 10.1214/10-BA524; the cutoff of 3 by Pukelsheim's rule). What is left is weighed by ABC with a normal kernel as
wide as error and discrepancy together: then ABC is exact for a model that is wrong by that much (Wilkinson 2013, doi
10.1515/sagmb-2013-0010), and there is no further tolerance to choose.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from threadpoolctl import threadpool_limits

from experiments.statistics.sampling import EDGE, spread
from experiments.statistics.sensitivity_indices import Emulator
from sim.core.inputs.errors import UserError

Array = NDArray[np.float64]
CUTOFF = 3.0
BATCH = 4096
CHANCE = 0.05  # an input without effect is looked at so often
LEAST_ACTIVE, MOST_ACTIVE = 2, 8
NINE = (0.05, 0.95)


class TooImplausible(UserError):
    """Hardly a point is left: the model cannot give these figures within their stated errors."""


@dataclass(frozen=True)
class Data:
    """Published figures and one standard deviation of error and discrepancy together, both (figures,)."""

    centres: Array
    spreads: Array


class Emulators:
    """An emulator for each figure, fitted to results at points (points, dimensions), (points, figures)."""

    def __init__(self, points: Array, results: Array, seed: int = 2021) -> None:
        self.active = [active(points, column) for column in results.T]
        with threadpool_limits(1):  # small matrices: threads of the algebra library wait for each other, and its sums change
            self._each = [Emulator(points[:, on], column[:, None], seed) for on, column in zip(self.active, results.T)]
        middle = np.stack([each.surface(points[:, on])[0] for on, each in zip(self.active, self._each)], axis=1)
        # The scatter of replications: its size as each emulator has it, its correlation as the residuals show it.
        size = np.array([each.noise for each in self._each])
        residuals = results - middle
        together = np.atleast_2d(np.corrcoef(residuals, rowvar=False)) if len(points) > 2 else np.eye(len(size))
        self.scatter: Array = np.outer(size, size) * np.nan_to_num(together, nan=0.0)
        np.fill_diagonal(self.scatter, size**2)

    def expected(self, points: Array) -> "Expected":
        """What replications at points are expected to come to."""
        pairs = list(zip(self.active, self._each))
        with threadpool_limits(1):
            parts = [[each.surface(part[:, on]) for on, each in pairs] for part in _batches(points)]
        middle, surface = (np.concatenate([np.stack([each[side] for each in part], axis=1) for part in parts]) for side in (0, 1))
        return Expected(points, middle, surface, self.scatter)


@dataclass(frozen=True)
class Expected:
    """Expected figures at points, the emulators' own standard deviations (both: points, figures), scatter of replications."""

    points: Array
    middle: Array
    surface: Array
    scatter: Array

    def implausibility(self, data: Data) -> Array:
        """(points, figures): distance of each figure in standard deviations of all that may lie between."""
        return np.abs(self.middle - data.centres) / np.sqrt(data.spreads**2 + self.surface**2 + np.diag(self.scatter))

    def chosen(self, which: NDArray[np.bool_]) -> "Expected":
        """Some of the points."""
        return Expected(self.points[which], self.middle[which], self.surface[which], self.scatter)

    def log_weights(self, data: Data) -> Array:
        """(points,): logarithms of ABC weights, the kernel averaged over emulator error and chance instead of simulated."""
        found = np.empty(len(self.points))
        for number, (mean, own) in enumerate(zip(self.middle, self.surface)):
            root = np.linalg.cholesky(self.scatter + np.diag(data.spreads**2 + own**2))
            gap = np.linalg.solve(root, data.centres - mean)
            found[number] = -0.5 * float(gap @ gap) - float(np.log(np.diag(root)).sum())
        return found


def active(points: Array, column: Array) -> NDArray[np.intp]:
    """The inputs that an emulator looks at: those whose rank correlation with the figure chance alone would hardly show.

    Of hundreds of replications, a Gaussian process over all inputs learns noise, and takes minutes. What the others do is
    scatter.
    """
    order = np.abs(stats.spearmanr(points, column).statistic[:-1, -1])
    chance = stats.norm.ppf(1.0 - CHANCE / 2.0) / np.sqrt(len(points) - 1.0)
    ranked = np.argsort(-order)[:MOST_ACTIVE]
    return np.sort(ranked[np.maximum(order[ranked] > chance, np.arange(len(ranked)) < LEAST_ACTIVE)])


def _batches(points: Array) -> list[Array]:
    return [points[start : start + BATCH] for start in range(0, len(points), BATCH)]


@dataclass(frozen=True)
class Left:
    """Candidates that are not ruled out, spread evenly over what is left, and the share of all candidates that they are."""

    expected: Expected
    share: float

    @property
    def points(self) -> Array:
        """Where they are."""
        return self.expected.points


def cube(dimensions: int, candidates: int, seed: int) -> Array:
    """Candidates spread evenly over the unit cube."""
    return spread("latin_hypercube", dimensions, candidates, seed=seed)


def not_ruled_out(expected: Expected, data: Data, cutoff: float = CUTOFF) -> Left:
    """What history matching leaves of candidates. Raises TooImplausible if that is less than one in a thousand."""
    distance = expected.implausibility(data)
    left = distance.max(axis=1) <= cutoff
    if left.sum() < max(2, len(left) // 1000):
        nearest = np.round(distance.min(axis=0), 1).tolist()
        raise TooImplausible(
            f"{left.sum()} of {len(left)} points are left; nearest to each figure: {nearest}",
            f"{len(left)} 个点中只剩 {left.sum()} 个；与各项数字最近的距离：{nearest}",
        )
    return Left(expected.chosen(left), float(left.mean()))


@dataclass(frozen=True)
class Sample:
    """Members (members, dimensions) drawn in proportion to their weights, and how many evenly weighted ones that is worth."""

    members: Array
    effective: float


def sample(data: Data, left: Left, members: int, seed: int) -> Sample:
    """A plausible ensemble: candidates that are left, resampled by their ABC weights, in random order."""
    logs = left.expected.log_weights(data)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    random = np.random.default_rng(seed)
    # Systematic resampling: each candidate is taken as often as its weight says, give or take one.
    ticks = (random.uniform() + np.arange(members)) / members
    taken = np.minimum(np.searchsorted(np.cumsum(weights), ticks), len(weights) - 1)
    chosen = random.permutation(left.points[taken])
    return Sample(np.clip(chosen, EDGE, 1.0 - EDGE), float(1.0 / (weights**2).sum()))


@dataclass(frozen=True)
class Recovery:
    """How known truths were recovered: ``covered`` (dimensions,) is the share of truths inside their interval of nine in ten,
    ``narrowed`` (dimensions,) how much narrower these intervals are than the prior's, on average; ``truths``: how many;
    ``matched``: the share of truths that history matching did not rule out.
    """

    covered: Array
    narrowed: Array
    truths: int
    matched: float

    @property
    def overall(self) -> float:
        """The share of all intervals that held their truth."""
        return float(self.covered.mean())


def recover(points: Array, results: Array, spreads: Array, truths: int, candidates: int, seed: int) -> Recovery:
    """Can known truth be found again? Replications held back play the published world, one after another.

    To each of their figures an error as large as the stated one is added; emulators are fitted to the others; history
    matching and ABC then give intervals, which are compared with the point at which the replication was run.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(points))
    held, kept = order[:truths], order[truths:]
    emulators = Emulators(points[kept], results[kept], seed)
    everywhere, there = emulators.expected(cube(points.shape[1], candidates, seed)), emulators.expected(points[held])
    inside, width, matched = [], [], 0
    for place, number in enumerate(held):
        data = Data(results[number] + spreads * random.normal(size=len(spreads)), spreads)
        try:
            left = not_ruled_out(everywhere, data)
        except TooImplausible:
            inside.append(np.zeros(points.shape[1]))
            width.append(np.full(points.shape[1], np.nan))
            continue
        matched += bool((there.implausibility(data)[place] <= CUTOFF).all())
        low, high = np.quantile(sample(data, left, 400, seed).members, NINE, axis=0)
        inside.append((low <= points[number]) & (points[number] <= high))
        width.append(high - low)
    narrowed = 1.0 - np.nanmean(width, axis=0) / (NINE[1] - NINE[0])
    return Recovery(np.mean(inside, axis=0), narrowed, truths, matched / truths)


@dataclass(frozen=True)
class Learned:
    """What an ensemble says of one assumption: the median quantile and the interval of nine in ten."""

    name: str
    centre: float
    low: float
    high: float

    @property
    def narrowed(self) -> float:
        """0: nothing was learned; 1: everything."""
        return 1.0 - (self.high - self.low) / (NINE[1] - NINE[0])


def learned(names: Sequence[str], members: Array) -> list[Learned]:
    """What was learned of each assumption, the most first."""
    low, centre, high = np.quantile(members, (NINE[0], 0.5, NINE[1]), axis=0)
    rows = [Learned(name, float(c), float(a), float(b)) for name, c, a, b in zip(names, centre, low, high)]
    return sorted(rows, key=lambda row: -row.narrowed)
