"""What of a result is no series by month: how incomes are spread, and how far cases of risk came, and how fast."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.core.binding import Tables
from sim.goals.measure import Measure
from sim.world.codes import NONE, CaseState, Channel, Segment

STEP, TOP = 1000, 60_000  # yuan
#: Net income per head: below 0, then by thousands of yuan from each of these on.
EDGES = np.arange(0, TOP + STEP, STEP)
FIRST = 1  # month: risks taken over from 2020 carry month 0 as their beginning, so February 2021 is the first that is known
FOLLOWED = 12  # months for which a risk must have been followed to count
LONGEST = 36  # months; delays of so long or longer are counted together
MOMENTS = ("opening", "end")
STAGES = ("began", "identified", "helped", "eliminated", "not_at_risk")
STEPS = ("noticing", "helping", "resolving")


@dataclass(frozen=True)
class Portrait:
    """An array of one replication. ``axes``: the labels along each axis of ``values`` (float64), by name, in order; ``unit``: of these."""

    axes: Mapping[str, tuple[str, ...]]
    values: np.ndarray
    unit: str


def incomes(tables: Tables) -> np.ndarray:
    """Persons by segment and net income per head of twelve months: float64 of shape (segments, 1 + edges)."""
    households = tables["households"]
    there = households["members"] > 0
    place = np.searchsorted(EDGES, households["net_per_head"][there], side="right")
    cell = households["segment"][there].astype(np.intp) * (len(EDGES) + 1) + place
    people = (households["weight"][there] * households["members"][there]).astype(np.float64)
    return np.bincount(cell, people, len(Segment) * (len(EDGES) + 1)).reshape(len(Segment), -1)


def portraits_of(tables: Tables, onsets: np.ndarray, began: np.ndarray, spread: list[np.ndarray]) -> dict[str, Portrait]:
    """All portraits, at the end of a replication.

    ``onsets``: by case, the month in which the risk began that it was opened for, as ``Record`` kept it: later the household
    may be in another; ``began``: households whose risk began, (months, segments); ``spread``: incomes at each of ``MOMENTS``. Of risks, only
    those count that began in February 2021 or later and a year or more before the end, so that each was followed for a year
    at least; of several cases for one risk the first.
    """
    segments = tuple(segment.name.lower() for segment in Segment)
    last = max(len(began) - FOLLOWED, 0)
    stages = np.zeros((len(Segment), len(STAGES)))
    delays = np.zeros((len(Segment), len(STEPS), LONGEST + 1))
    stages[:, 0] = began[FIRST:last].sum(axis=0)
    _follow(tables, onsets, last, stages=stages, delays=delays)
    lows = ("below", *(str(edge) for edge in EDGES))
    months = tuple(str(month) for month in range(LONGEST + 1))
    return {
        "incomes": Portrait({"moment": MOMENTS, "segment": segments, "low": lows}, np.array(spread), "persons"),
        "monitoring": Portrait({"segment": segments, "stage": STAGES}, stages, "households"),
        "delays": Portrait({"segment": segments, "step": STEPS, "months": months}, delays, "households"),
    }


def _follow(tables: Tables, recorded: np.ndarray, last: int, stages: np.ndarray, delays: np.ndarray) -> None:
    """Count how far cases of risks that began before the month ``last`` came, and how long each step took."""
    cases, households = tables["cases"], tables["households"]
    rows = np.flatnonzero((cases["identified"] >= 0) & (cases["channel"] != Channel.INHERITED))
    onsets = recorded[rows]
    identified, household = cases["identified"][rows], cases["household"][rows]
    segment, weight = households["segment"][household].astype(np.intp), households["weight"][household].astype(np.float64)
    mistaken = (onsets < 0) & (identified < last)
    np.add.at(stages, (segment[mistaken], 4), weight[mistaken])
    followed = np.flatnonzero((onsets >= FIRST) & (onsets < last))
    _, first = np.unique(np.stack([household[followed], onsets[followed]]), axis=1, return_index=True)
    chosen = followed[np.sort(first)]
    eliminated = np.where(cases["state"] == CaseState.ELIMINATED, cases["eliminated"], NONE)
    dates = [each[rows[chosen]] for each in (cases["identified"], first_help(tables), eliminated)]
    before = onsets[chosen]
    for step, after in enumerate(dates):
        reached = after >= 0
        np.add.at(stages, (segment[chosen][reached], step + 1), weight[chosen][reached])
        known = reached & (before >= 0)
        months = np.clip(after - before, 0, LONGEST)[known]
        np.add.at(delays, (segment[chosen][known], step, months), weight[chosen][known])
        before = after


def first_help(tables: Tables) -> np.ndarray:
    """The month of the first measure of each case, int of shape (cases,), −1 if none; dibao in place at its opening is one."""
    cases, packages = tables["cases"], tables["packages"]
    delivered = np.flatnonzero(packages["delivered"] >= 0)
    of_case = packages["case_row"][delivered]
    month = np.full(len(cases), np.iinfo(np.int32).max)
    np.minimum.at(month, of_case, packages["delivered"][delivered])
    in_place = cases["measures"] > np.bincount(of_case, minlength=len(cases))
    helped = np.where(in_place, cases["identified"], month)
    return np.where(cases["measures"] > 0, helped, NONE)


def risks_begun(measures: np.ndarray) -> np.ndarray:
    """Households whose risk began, (months, segments), from measures of shape (months, townships, segments, measures)."""
    return measures[..., Measure.RISK_BEGAN].sum(axis=1)
