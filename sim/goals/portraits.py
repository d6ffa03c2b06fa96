"""What a life leaves behind that is no series by month: how incomes are spread, and how far cases of risk came, and how fast."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.core.wiring import Tables
from sim.goals.measure import Measure
from sim.world.codes import CaseState, Channel, Segment

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
    """Numbers of one life. ``axes``: the labels along each axis of ``values`` (float64), by name, in order; ``unit``: of these."""

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


class Following:
    """Remembers, of every case, when the risk began that it was opened for: later the household may be in another."""

    def __init__(self) -> None:
        self._onsets: dict[int, int] = {}

    def note(self, tables: Tables, month: int) -> None:
        """Look at the cases opened this month, at its end."""
        cases, onset = tables["cases"], tables["households"]["onset"]
        for row in np.flatnonzero((cases["identified"] == month) & (cases["channel"] != Channel.INHERITED)):
            self._onsets[int(row)] = int(onset[cases["household"][row]])

    def portraits(self, tables: Tables, began: np.ndarray, spread: list[np.ndarray]) -> dict[str, Portrait]:
        """Everything at the end of a life.

        ``began``: households whose risk began, (months, segments); ``spread``: incomes at each of ``MOMENTS``. Of risks, only
        those count that began in February 2021 or later and a year or more before the end, so that each was followed for a year
        at least; of several cases for one risk the first.
        """
        segments = tuple(segment.name.lower() for segment in Segment)
        last = max(len(began) - FOLLOWED, 0)
        stages = np.zeros((len(Segment), len(STAGES)))
        delays = np.zeros((len(Segment), len(STEPS), LONGEST + 1))
        stages[:, 0] = began[FIRST:last].sum(axis=0)
        helped = first_help(tables)
        seen: set[tuple[int, int]] = set()
        for row, onset in self._onsets.items():
            case = tables["cases"][row]
            household = tables["households"][case["household"]]
            segment, weight = household["segment"], float(household["weight"])
            if onset < 0:
                stages[segment, 4] += weight * (case["identified"] < last)
            elif FIRST <= onset < last and (int(case["household"]), onset) not in seen:
                seen.add((int(case["household"]), onset))
                dates = [onset, int(case["identified"]), helped.get(row), _resolved(case)]
                stages[segment, 1:4] += weight * np.array([date is not None for date in dates[1:]])
                for step, (before, after) in enumerate(zip(dates, dates[1:])):
                    if before is not None and after is not None:
                        delays[segment, step, min(max(after - before, 0), LONGEST)] += weight
        lows = ("below", *(str(edge) for edge in EDGES))
        months = tuple(str(month) for month in range(LONGEST + 1))
        return {
            "incomes": Portrait({"moment": MOMENTS, "segment": segments, "low": lows}, np.array(spread), "persons"),
            "monitoring": Portrait({"segment": segments, "stage": STAGES}, stages, "households"),
            "delays": Portrait({"segment": segments, "step": STEPS, "months": months}, delays, "households"),
        }


def _resolved(case: np.ndarray) -> int | None:
    return int(case["eliminated"]) if case["state"] == CaseState.ELIMINATED else None


def first_help(tables: Tables) -> dict[int, int]:
    """The month of the first measure of each case that has one; dibao in place when it was opened is one."""
    delivered: dict[int, list[int]] = {}
    packages = tables["packages"]
    for row in np.flatnonzero(packages["delivered"] >= 0):
        delivered.setdefault(int(packages["case_row"][row]), []).append(int(packages["delivered"][row]))
    cases = tables["cases"]
    helped = {}
    for row in np.flatnonzero(cases["measures"] > 0):
        months = delivered.get(int(row), [])
        in_place = cases["measures"][row] > len(months)
        helped[int(row)] = int(cases["identified"][row]) if in_place else min(months)
    return helped


def risks_begun(measures: np.ndarray) -> np.ndarray:
    """Households whose risk began, (months, segments), from measures of shape (months, townships, segments, measures)."""
    return measures[..., Measure.RISK_BEGAN].sum(axis=1)
