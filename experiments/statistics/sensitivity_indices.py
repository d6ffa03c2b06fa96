"""Which numbers matter: screening, variance shares, and what it would be worth to know one of them.

Everything here works on an ``evaluate``: a function from points in the unit cube (points, factors) to outcomes (points,
replicates). Replicates of one point differ in their random draws; the same replicate has the same draws at every point (common
random numbers). Sampling designs work on the mean over replicates; what random draws do to the *differences* between points is
estimated from the replicates and taken out of every index, so that noise is not sold as an effect. Sampling and elementary
effects are SALib's.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Evaluate = Callable[[NDArray[np.float64]], NDArray[np.float64]]
RESAMPLES = 500
HELD_OUT = 0.2
NEGLIGIBLE = 1e-12  # of the outcome: rounding, not worth
TRUSTED = 0.5  # the least share of held-out variance that an emulator has to explain


@dataclass(frozen=True)
class Screened:
    """The elementary effects of one factor on one outcome (Morris), in the outcome's unit per full range of the factor.

    ``mu_star``: mean size, with its 95 % half-width ``conf``; ``mu``: mean with sign; ``noise``: the mean size that random draws
    alone would show; ``size``: root mean square with their variance taken out. ``passes``: whether the size stands out of the
    noise.
    """

    factor: str
    mu_star: float
    conf: float
    mu: float
    sigma: float
    noise: float
    size: float
    passes: bool


@dataclass(frozen=True)
class Share:
    """The share of one factor in the variance of an outcome (Sobol): ``first`` alone, ``total`` with all that it interacts
    with, each with the half-width of its 95 % interval, the effect of random draws taken out.
    """

    factor: str
    first: float
    first_conf: float
    total: float
    total_conf: float


@dataclass(frozen=True)
class Variance:
    """The variance of an outcome over the points, without that of random draws (``parameters``); ``random``: within a point,
    between replicates; ``noise``: what random draws added to the variance of the points' means, and was taken out.
    """

    parameters: float
    random: float
    noise: float

    @property
    def random_share(self) -> float:
        """The share of random draws in the variance of a single replication; NaN where nothing varies."""
        total = self.parameters + self.random
        return self.random / total if total > 0 else math.nan


@dataclass(frozen=True)
class EmulatorSkill:
    """How an emulator did on points that it was not fitted to: share of their variance explained, share within its own 95 % band,
    and the mean squared error of its probabilities against that of always saying the mean (Brier's skill: 1 is perfect, 0 is
    no better).
    """

    explained: float
    covered: float
    skill: float
    points: int

    @property
    def trusted(self) -> bool:
        """Whether indices are computed from it."""
        return self.explained >= TRUSTED


def problem(names: Sequence[str]) -> dict[str, Any]:
    """Factors in the unit cube, as SALib wants them."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def morris_points(names: Sequence[str], trajectories: int, seed: int) -> NDArray[np.float64]:
    """Trajectories of Morris: (trajectories * (factors + 1), factors)."""
    from SALib.sample import morris

    value: NDArray[np.float64] = morris.sample(problem(names), trajectories, num_levels=4, seed=seed)
    return value


def screen(names: Sequence[str], points: NDArray[np.float64], results: NDArray[np.float64], seed: int) -> list[Screened]:
    """Elementary effects of results (points, replicates) at the points of ``morris_points``; largest size first."""
    from SALib.analyze import morris

    means = results.mean(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = morris.analyze(problem(names), points, means, num_levels=4, seed=seed, num_resamples=RESAMPLES)
    effects = _elementary(points, results)  # (factors, trajectories, replicates)
    replicates = results.shape[1]
    rows = []
    for number, name in enumerate(names):
        own = effects[number]
        mean = own.mean(axis=1)
        chance = float(own.var(axis=1, ddof=1).mean() / replicates) if replicates > 1 else 0.0
        square = float((mean**2).mean())
        # Without an effect, mean squares of so many trajectories exceed chance's by less than this in 99 of 100 cases. What it
        # adds is estimated from few replicates itself: the ratio of the two is F, and chi-square would let pass too many.
        limit = chance * stats.f.ppf(0.99, len(mean), len(mean) * (replicates - 1)) if replicates > 1 else 0.0
        rows.append(
            Screened(
                name, float(found["mu_star"][number]), float(found["mu_star_conf"][number]), mu=float(found["mu"][number]),
                sigma=float(found["sigma"][number]), noise=math.sqrt(2.0 * chance / math.pi),
                size=math.sqrt(max(0.0, square - chance)), passes=bool(square > limit and square > 0.0),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: -row.size)


def _elementary(points: NDArray[np.float64], results: NDArray[np.float64]) -> NDArray[np.float64]:
    """Elementary effects by factor, trajectory and replicate: the change of the outcome over the change of the factor."""
    factors = points.shape[1]
    count = len(points) // (factors + 1)
    result = np.zeros((factors, count, results.shape[1]))
    for trajectory in range(count):
        start = trajectory * (factors + 1)
        steps = np.diff(points[start : start + factors + 1], axis=0)
        changes = np.diff(results[start : start + factors + 1], axis=0)
        moved = np.argmax(np.abs(steps), axis=1)
        for step, factor in enumerate(moved):
            result[factor, trajectory] = changes[step] / steps[step, factor]
    return result


def sobol_points(names: Sequence[str], base: int, seed: int) -> NDArray[np.float64]:
    """Saltelli's design on Sobol points: (base * (factors + 2), factors); ``base`` a power of two."""
    from SALib.sample import sobol

    value: NDArray[np.float64] = sobol.sample(problem(names), base, calc_second_order=False, seed=seed)
    return value


def variance(results: NDArray[np.float64]) -> Variance:
    """Random draws and parameters in results (points, replicates) of which a replicate has the same draws at every point.

    Two-way analysis of variance. What draws do alike at all points moves no difference between them; what they do differently
    (the residual) adds its variance, divided by the replicates, to that of the points' means.
    """
    points, replicates = results.shape
    means = results.mean(axis=1)
    spread = float(means.var(ddof=1))
    if replicates < 2:
        return Variance(spread, 0.0, 0.0)
    residual = results - means[:, None] - results.mean(axis=0)[None, :] + results.mean()
    noise = float((residual**2).sum()) / ((points - 1) * (replicates - 1)) / replicates
    return Variance(max(0.0, spread - noise), float(results.var(axis=1, ddof=1).mean()), min(noise, spread))


def shares(names: Sequence[str], results: NDArray[np.float64]) -> tuple[list[Share], Variance]:
    """Variance shares of results (points, replicates) at ``sobol_points``; largest total first; [] if nothing varies.

    First order after Saltelli and others (2010, doi 10.1016/j.cpc.2009.09.018), total after Jansen. Every product of two outcomes
    in them is the mean over pairs of *different* replicates (``_apart``): the draws of one replicate are independent of
    another's, so that they add nothing, whether they are new at every point or change smoothly with the factors. A single
    replicate is taken as without chance.

    Intervals: the jackknife over base points of the whole ratio, with Student's quantile; for first order also what so few
    replicates leave open (``_of_few_replicates``), which no number of points makes smaller.
    """
    found = variance(results)
    if found.parameters <= 0:
        return [], found
    factors, replicates = len(names), results.shape[1]
    blocks = (results - results.mean(axis=0)).reshape(-1, factors + 2, replicates)  # a base point each: A, A with each of B, B
    a, b, mixed = blocks[:, :1], blocks[:, -1:], blocks[:, 1:-1]
    tops = np.hstack([_apart(b, mixed - a), _apart(a - mixed, a - mixed) / 2.0])  # (base points, first and total of each factor)
    below = _apart(blocks, blocks).mean(axis=1) * len(results) / (len(results) - 1)
    whole = tops.mean(axis=0) / found.parameters
    without = (tops.sum(axis=0) - tops) / (below.sum() - below)[:, None]  # each base point left out in turn
    count = len(blocks)
    spread = (count - 1) / count * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    if replicates > 1:
        joint = np.maximum(((b * (mixed - a)).mean(axis=-1) - _apart(b, mixed - a)).mean(axis=0), 0.0)
        spread[:factors] += _of_few_replicates(whole[:factors], joint / found.parameters, replicates)
    half = stats.t.ppf(0.975, count - 1) * np.sqrt(spread)
    rows = [Share(name, *(float(each[at]) for at in (i, factors + i) for each in (whole, half))) for i, name in enumerate(names)]
    return sorted(rows, key=lambda row: -row.total), found


def _apart(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    """Products along the last axis (replicates), averaged over pairs of different ones; of a single one, its product."""
    replicates = one.shape[-1]
    together = one.mean(axis=-1) * two.mean(axis=-1)
    value: NDArray[np.float64] = (
        together if replicates == 1 else (replicates * together - (one * two).mean(axis=-1)) / (replicates - 1)
    )
    return value


def _of_few_replicates(first: NDArray[np.float64], joint: NDArray[np.float64], replicates: int) -> NDArray[np.float64]:
    """The variance of first-order indices that comes from having so few replicates, at most.

    ``joint``: of each factor, the variance of what random draws and this factor do together, relative to that of the parameters.
    In a replicate it may go with or against the factor's own effect, by at most the root of the product of both (Cauchy and
    Schwarz); what it adds above it adds to the variance below as well.
    """
    own = np.clip(first, 0.0, 1.0)
    each = own * joint
    value: NDArray[np.float64] = 4.0 / replicates * ((1.0 - own) ** 2 * each + own**2 * (each.sum() - each))
    return value


class Emulator:
    """A Gaussian process of the margin of a goal over the factors, and from it the probability of the goal at any point.

    Fitted to the means of results (points, replicates); ``scatter`` is the standard deviation of a single replication around
    its point, taken as the same everywhere. The goal is met when the margin is above 0.
    """

    def __init__(self, points: NDArray[np.float64], results: NDArray[np.float64], seed: int = 2021) -> None:
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

        self.centre, self.scale = float(results.mean()), float(results.mean(axis=1).std()) or 1.0
        kernel = ConstantKernel(1.0, (1e-2, 1e2)) * RBF(np.ones(points.shape[1]), (0.1, 50.0)) + WhiteKernel(0.1, (1e-6, 2.0))
        self._process = GaussianProcessRegressor(kernel, n_restarts_optimizer=1, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a length at its bound only says that a factor does nothing
            self._process.fit(points, (results.mean(axis=1) - self.centre) / self.scale)
        self.scatter = float(np.sqrt(results.var(axis=1, ddof=1).mean())) if results.shape[1] > 1 else 0.0
        # What is white in the means is the chance of so many replicates; the surface itself is known better than a new mean.
        self._white = float(self._process.kernel_.k2.noise_level)

    def margin(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The expected margin at points, and the standard deviation of a new mean of replicates there."""
        middle, spread = self._process.predict(points, return_std=True)
        return self.centre + self.scale * middle, self.scale * spread

    def surface(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The expected margin at points, and how well it is known: without the chance of new replications."""
        middle, spread = self._process.predict(points, return_std=True)
        return self.centre + self.scale * middle, self.scale * np.sqrt(np.maximum(spread**2 - self._white, 0.0))

    @property
    def noise(self) -> float:
        """The standard deviation, around the surface, of a mean of as many replicates as it was fitted to."""
        return self.scale * math.sqrt(self._white)

    def probability(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability that a replication at these points meets the goal."""
        middle: NDArray[np.float64] = self.centre + self.scale * self._process.predict(points)
        if self.scatter <= 0:
            return (middle > 0).astype(np.float64)
        value: NDArray[np.float64] = stats.norm.cdf(middle / self.scatter)
        return value


def validate(points: NDArray[np.float64], results: NDArray[np.float64], seed: int = 2021) -> EmulatorSkill:
    """Fit an emulator to four fifths of the points and ask it about the others."""
    order = np.random.default_rng(seed).permutation(len(points))
    held = max(2, round(HELD_OUT * len(points)))
    test, train = order[:held], order[held:]
    emulator = Emulator(points[train], results[train], seed)
    middle, spread = emulator.margin(points[test])
    truth = results[test].mean(axis=1)
    around = float(((truth - results[train].mean()) ** 2).sum())
    explained = 1.0 - float(((truth - middle) ** 2).sum()) / around if around > 0 else 0.0
    covered = float((np.abs(truth - middle) <= 1.96 * spread).mean())
    met = (results[test] > 0).astype(np.float64)
    usual = float(((met - (results[train] > 0).mean()) ** 2).mean())
    error = float(((met - emulator.probability(points[test])[:, None]) ** 2).mean())
    return EmulatorSkill(explained, covered, 1.0 - error / usual if usual > 0 else 0.0, held)


def shares_of_probability(names: Sequence[str], emulator: Emulator, base: int, seed: int) -> list[Share]:
    """Variance shares of the goal's probability itself, from the emulator; the largest total first."""
    return shares(names, emulator.probability(sobol_points(names, base, seed))[:, None])[0]


@dataclass(frozen=True)
class Worth:
    """What it would be worth to know one factor before choosing among scenarios, in the outcome's unit.

    ``value``: expected gain of choosing with it known over choosing now, what chance alone would show taken out (``chance``);
    ``changes``: the share of the factor's range in which another scenario than now's best would be chosen.
    """

    factor: str
    value: float
    chance: float
    changes: float


def worth_of_knowing(
    names: Sequence[str], points: NDArray[np.float64], outcomes: NDArray[np.float64], seed: int, degree: int = 3
) -> list[Worth]:
    """Expected value of perfect information about each factor alone; the largest first.

    ``outcomes`` (points, scenarios): the mean outcome of each scenario at each point, larger is better. The expected outcome
    given one factor is a polynomial fitted over all points (Strong, Oakley and Brennan 2014, doi 10.1177/0272989X13505910,
    regress likewise). The maximum over noisy fits is too large; the same with the factor shuffled shows by how much.
    """
    random = np.random.default_rng(seed)
    rows = []
    for number, name in enumerate(names):
        value, changes = _gain(points[:, number], outcomes, degree)
        chance = float(np.mean([_gain(random.permutation(points[:, number]), outcomes, degree)[0] for _ in range(40)]))
        worth = value - chance if value - chance > NEGLIGIBLE * abs(outcomes).max() else 0.0
        rows.append(Worth(name, worth, chance, changes))
    return sorted(rows, key=lambda row: -row.value)


def _gain(where: NDArray[np.float64], outcomes: NDArray[np.float64], degree: int) -> tuple[float, float]:
    design = np.polynomial.legendre.legvander(2.0 * where - 1.0, degree)
    fitted = design @ np.linalg.lstsq(design, outcomes, rcond=None)[0]
    now = int(np.argmax(outcomes.mean(axis=0)))
    return float(fitted.max(axis=1).mean() - fitted.mean(axis=0).max()), float((fitted.argmax(axis=1) != now).mean())
