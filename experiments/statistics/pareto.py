"""Plans beside each other over the same futures: regret, in how many goals are met, and what survives fresh random draws.

Arrays are (plans, futures, goals); a larger margin is better. Every interval treats parameter draws as clusters, as in
``estimates``, and differences between plans are paired.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.statistics import estimates, paired

RESAMPLES = 400


def regrets(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """(plans, futures, goals) by how much each plan falls short of the best of these plans in the same future."""
    value: NDArray[np.float64] = margins.max(axis=0, keepdims=True) - margins
    return value


def at_level(values: NDArray[np.float64], level: float, axis: int = 1) -> NDArray[np.float64]:
    """What at least the share ``level`` of the futures does not exceed; at level 1 the largest, which is minimax regret."""
    return np.quantile(values, level, axis=axis, method="inverted_cdf")


def standing(criterion: str, margins: NDArray[np.float64], met: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """(plans, goals) what a search makes as small as it can: regret at a level, or the share of futures that miss the goal."""
    return at_level(regrets(margins), level) if criterion == "regret" else 1.0 - met.mean(axis=1)


def unbeaten(costs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(plans,) whether no other plan is at least as good in every column and better in one; ``costs`` are better when small."""
    result = np.ones(len(costs), dtype=bool)
    for number, own in enumerate(costs):
        result[number] = not ((costs <= own).all(axis=1) & (costs < own).any(axis=1)).any()
    return result


def spread(costs: NDArray[np.float64], count: int) -> list[int]:
    """At most ``count`` of these plans that lie far apart: the best for each goal, then whatever is farthest from all chosen."""
    width = costs.max(axis=0) - costs.min(axis=0)
    scaled = (costs - costs.min(axis=0)) / np.where(width > 0, width, 1.0)
    chosen: list[int] = []
    for goal in range(costs.shape[1]):
        best = min(range(len(costs)), key=lambda number: (scaled[number, goal], scaled[number].sum(), number))
        if best not in chosen and len(chosen) < count:
            chosen.append(best)
    while len(chosen) < min(count, len(costs)):
        gaps = [min(float(np.abs(scaled[number] - scaled[other]).max()) for other in chosen) for number in range(len(costs))]
        farthest = max(range(len(costs)), key=lambda number: (gaps[number], -number))
        if gaps[farthest] <= 0:
            break
        chosen.append(farthest)
    return sorted(chosen)


@dataclass(frozen=True)
class Interval:
    """A number with its 95 % interval; ``high`` is None where futures not simulated may well exceed whatever was seen."""

    value: float
    low: float
    high: float | None


def regret_interval(values: NDArray[np.float64], draws: NDArray[np.int64], level: float, seed: int) -> Interval:
    """Regret at a level over futures (futures,), its interval by drawing the parameter draws again (bootstrap).

    At level 1 it is the largest seen, and only a lower bound of the largest that there is.
    """
    value = float(at_level(values, level, axis=0))
    if level >= 1.0:
        return Interval(value, value, None)
    random = np.random.default_rng([seed, 11])
    _, index = np.unique(draws, return_inverse=True)
    groups = [values[index == number] for number in range(int(index.max()) + 1)]
    found = [
        float(at_level(np.concatenate([groups[pick] for pick in random.integers(0, len(groups), len(groups))]), level, axis=0))
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(found, [0.025, 0.975])
    return Interval(value, float(min(low, value)), float(max(high, value)))


def share_met(met: NDArray[np.float64], draws: NDArray[np.int64]) -> estimates.Proportion:
    """The satisficing share: in how many futures a goal, or all of them (futures, goals), are met."""
    return estimates.proportion(met.min(axis=1) if met.ndim == 2 else met, draws)


@dataclass(frozen=True)
class Shrunk:
    """The advantage of a plan over a reference: as the search saw it, on fresh random draws, and by how much it shrank."""

    searched: estimates.Mean
    fresh: estimates.Mean
    shrank: float
    low: float
    high: float


def shrunk(
    searched: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]],
    fresh: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]],
) -> Shrunk:
    """The optimiser's curse, measured. Each side: margins of the reference, of the plan (futures,), and their draws.

    A winner was chosen partly by chance; on futures that had no part in choosing it only what is real is left. Differences
    to the reference on the same futures are compared, so that a fresh set of harder futures is not taken for a loss.
    """
    before, after = paired.difference(*searched), paired.difference(*fresh)
    half = math.hypot((before.high - before.low) / 2, (after.high - after.low) / 2)
    step = before.mean - after.mean
    return Shrunk(before, after, step, low=step - half, high=step + half)


def surely_beaten(margins: NDArray[np.float64], draws: NDArray[np.int64]) -> list[int | None]:
    """By plan, another plan that is surely no worse for any goal and surely better for one; None if there is none.

    Every plan is held against every other, and the chance that any of all these verdicts is wrong is held at 5 % (Holm's steps,
    1979, over all ordered pairs): of nine equal plans one would seem beaten in every second search if each pair were judged
    on its own. Plans that never differ in a goal are equal there.
    """
    plans = range(len(margins))
    chances: list[tuple[float, int, int]] = []
    for own, other in ((own, other) for own in plans for other in plans if own != other):
        steps = [step for step in (margins[other] - margins[own]).T if step.any()]
        chances.append((max((estimates.doubt(step, draws) for step in steps), default=1.0), own, other))
    beaten: list[list[int]] = [[] for _ in plans]
    for place, (chance, own, other) in enumerate(sorted(chances)):
        if chance * (len(chances) - place) > 1.0 - estimates.CONFIDENCE:
            break
        beaten[own].append(other)
    return [min(rivals, default=None) for rivals in beaten]


def steps_of(shares: Sequence[float], steps: int, most: Sequence[int]) -> tuple[int, ...]:
    """Whole steps by programme from shares of which the last is kept in reserve; nothing beyond what a programme takes at most.

    Largest remainders decide, so that the steps add up; all shares 0 keep everything in reserve.
    """
    weights = np.maximum(np.asarray(shares, dtype=np.float64), 0.0)
    if weights.sum() <= 0:
        return (0,) * len(most)
    exact = weights / weights.sum() * steps
    whole = np.floor(exact + 1e-9).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: steps - int(whole.sum())]] += 1
    return tuple(min(int(number), int(limit)) for number, limit in zip(whole, most))
