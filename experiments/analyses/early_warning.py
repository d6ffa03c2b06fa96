"""Early warning: when does a goal become unlikely, how would one see it, and which lever still rescues it?

The rule. A future at the end of a month has two marks: its *standing*, whether every year's end so far was on course,
and the *watched* indicator of the goal at that month. The standing counts for goals that a missed year decides; where some of the
futures missed a year's end and met the goal all the same, all are of one standing.
Futures of one standing are put in order of the watched indicator and cut
into groups of equal number (five, or fewer where there are not ten futures to a group). The probability of the goal at its
deadline, given what has been seen so far, is the share of the futures of the same group that meet it. For the question whether
one single future was recognised, the futures of its own parameter draw are left out of its group. A goal is unlikely for a future
from the first quarter's end from which that share stays below the limit until the deadline.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.statistics import estimates, paired

QUARTER, YEAR = 3, 12
FIRST_YEAR = 2021
GROUPS, LEAST = 5, 10
LEAST_RUNS = 4 * LEAST


@dataclass(frozen=True)
class Group:
    """Futures that look alike at the end of a month, and how likely the goal is for them.

    ``on_course``: their standing; ``number`` of ``groups``, 0 with the lowest watched values; ``lowest`` and ``highest`` of these
    (NaN where nothing is watched).
    """

    month: int
    on_course: bool
    number: int
    groups: int
    lowest: float
    highest: float
    probability: float
    low: float
    high: float
    runs: int


@dataclass(frozen=True)
class Outlook:
    """What can be seen of one goal, quarter by quarter up to its deadline.

    ``months``: ends of quarters (0 = January 2021); ``groups``: of all of them; ``recognised``: by month, the share of futures
    that miss the goal for which it is unlikely by then; ``false_alarms``: the same of futures that meet it; ``lost_from``:
    (futures,) the month from which the goal is unlikely for good, NaN if it never is.
    """

    prior: estimates.Proportion
    months: tuple[int, ...]
    groups: tuple[Group, ...]
    recognised: NDArray[np.float64]
    false_alarms: NDArray[np.float64]
    lost_from: NDArray[np.float64]


def outlook(
    met: NDArray[np.float64],
    on_course: NDArray[np.float64],
    watched: NDArray[np.float64] | None,
    draws: NDArray[np.int64],
    deadline: int,
    likely: float,
) -> Outlook:
    """Look at one goal. ``met``: (futures,) 0 or 1; ``on_course``: (futures, years); ``watched``: (futures, months) or None;
    ``deadline``: months until it; ``likely``: below this probability the goal is unlikely.
    """
    months = tuple(range(QUARTER - 1, deadline, QUARTER))
    missed_a_year = (on_course[:, : deadline // YEAR] == 0).any(axis=1)
    decides = not bool((missed_a_year & (met == 1)).any())
    groups: list[Group] = []
    chances = np.full((len(met), len(months)), np.nan)
    for place, month in enumerate(months):
        done = (month + 1) // YEAR
        standing = ~(on_course[:, :done] == 0).any(axis=1) if decides else np.ones(len(met), dtype=bool)
        for course in (True, False):
            rows = np.flatnonzero(standing == course)
            for number, (members, count) in enumerate(_cut(rows, None if watched is None else watched[:, month])):
                groups.append(_group(month, course, number, count=count, members=members, met=met, watched=watched, draws=draws))
                chances[members, place] = _without_own_draw(met[members], draws[members])
    unlikely = chances < likely
    after = np.flip(np.logical_and.accumulate(np.flip(unlikely, axis=1), axis=1), axis=1)
    lost_from = np.where(after.any(axis=1), np.array(months)[np.argmax(after, axis=1)], np.nan)
    missed, kept = met == 0, met == 1
    shares = [unlikely[rows].mean(axis=0) if rows.any() else np.full(len(months), np.nan) for rows in (missed, kept)]
    return Outlook(
        estimates.proportion(met, draws), months, tuple(groups), recognised=shares[0], false_alarms=shares[1], lost_from=lost_from
    )


def _cut(rows: NDArray[np.intp], values: NDArray[np.float64] | None) -> list[tuple[NDArray[np.intp], int]]:
    """Futures in order of a value, cut into groups of equal number; equal values are never parted."""
    if len(rows) == 0:
        return []
    if values is None:
        return [(rows, 1)]
    own = values[rows]
    count = max(1, min(GROUPS, len(rows) // LEAST))
    edges = np.unique(np.nanquantile(own, np.arange(1, count) / count)) if count > 1 and not np.isnan(own).all() else np.array([])
    number = np.searchsorted(edges, own, side="left")
    found = [rows[number == each] for each in np.unique(number)]
    return [(each, len(found)) for each in found]


def _group(
    month: int, course: bool, number: int, count: int, members: NDArray[np.intp], met: NDArray[np.float64],
    watched: NDArray[np.float64] | None, draws: NDArray[np.int64],
) -> Group:  # fmt: skip
    values = np.array([np.nan]) if watched is None else watched[members, month]
    known = values[~np.isnan(values)]
    lowest, highest = (float(known.min()), float(known.max())) if len(known) else (math.nan, math.nan)
    chance = estimates.proportion(met[members], draws[members])
    return Group(
        month,
        course,
        number,
        groups=count,
        lowest=lowest,
        highest=highest,
        probability=chance.probability,
        low=chance.low,
        high=chance.high,
        runs=len(members),
    )


def _without_own_draw(met: NDArray[np.float64], draws: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each future of a group, the share of the others, those of its own draw left out, that meet the goal; NaN if none."""
    _, index = np.unique(draws, return_inverse=True)
    own, size = np.bincount(index, met)[index], np.bincount(index)[index]
    others = len(met) - size
    return np.where(others > 0, (met.sum() - own) / np.where(others > 0, others, 1), np.nan)


def series_of(watched: str | None, months: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64] | None:
    """(futures, months) of what a goal watches: an indicator, or ``one/other``; None if that was not measured."""
    if watched is None:
        return None
    names = watched.split("/")
    if any(name not in months for name in names):
        return None
    return months[names[0]] if len(names) == 1 else months[names[0]] / months[names[1]]


def deadline_of(goal: Any, months: int) -> int:
    """Months from January 2021 until a goal is decided, in a run of so many months; the plan's by the end of 2025."""
    year = getattr(goal, "deadline", None)
    end = (year - FIRST_YEAR + 1) * YEAR if year else 5 * YEAR
    return min(end, months)


@dataclass(frozen=True)
class Rescue:
    """A goal with and without a lever that changes from a month on, on the same futures.

    ``probability`` with ``low`` and ``high``: with the lever; ``before``: without it; ``difference`` with its paired interval;
    ``helped``: futures that miss the goal without it and meet it with it, of ``missed``; ``verdict``: "rescued" if the goal was
    unlikely and all of the interval is at least at the limit, "perhaps" if only the estimate is, "still" if it stays unlikely,
    "likely" if it was likely without.
    """

    goal: str
    lever: str
    setting: Any
    start: str
    probability: float
    low: float
    high: float
    bound: str | None
    before: float
    difference: float
    difference_low: float
    difference_high: float
    helped: int
    harmed: int
    missed: int
    verdict: str


def rescue(goal: str, lever: str, setting: Any, start: str, without: Any, found: Any, likely: float) -> Rescue:
    """Compare the outcomes of a point (``study.Outcomes``) with those without the lever, for the futures that both ran."""
    common = np.intersect1d(without.replications, found.replications)
    one, two = (np.isin(each.replications, common) for each in (without, found))
    draws = found.draws[two]
    met = [each.outcome(goal)[rows] for each, rows in ((without, one), (found, two))]
    margins = [each.outcome(f"{goal}.margin")[rows] for each, rows in ((without, one), (found, two))]
    chance, before = estimates.proportion(met[1], draws), estimates.proportion(met[0], draws)
    flips = paired.flips(met[0], met[1], (margins[0], margins[1]), draws)
    return Rescue(
        goal, lever, setting, start=start, probability=chance.probability, low=chance.low, high=chance.high, bound=chance.bound,
        before=before.probability, difference=flips.difference, difference_low=flips.low, difference_high=flips.high,
        helped=flips.helped, harmed=flips.harmed, missed=flips.helped + flips.neither,
        verdict=verdict(before.probability, chance.probability, chance.low, likely),
    )  # fmt: skip


def verdict(before: float, probability: float, low: float, likely: float) -> str:
    """What a lever does for a goal; see ``Rescue``."""
    if before >= likely:
        return "likely"
    return "rescued" if low >= likely else "perhaps" if probability >= likely else "still"


def alarm(groups: Sequence[Group], likely: float) -> list[Group]:
    """The groups, month by month, for which the goal is unlikely although every year's end so far was on course."""
    return [group for group in groups if group.on_course and group.probability < likely]
