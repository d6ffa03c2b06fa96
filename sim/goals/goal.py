"""What a goal is: a definition an official could quote, a function of a replication, and a record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from sim.core.inputs.parameters import OWN
from sim.core.inputs.resolve import Values
from sim.goals.measure import Measure

YEARS_IN_MONTHS = 12
QUARTER = 3
FIRST_YEAR = 2021

Scope = Literal["county", "township", "segment"]


@dataclass(frozen=True)
class GoalInputs:
    """What goals look at. Index 0 of every series is January 2020; ``months`` counts the months from January 2021.

    ``series``: county indicators by id; ``townships``: sums by month and township (months, townships, measures); ``clusters``:
    nearness to a cluster (L2) by quarter from 2021; ``values``: the parameters; ``survey``: standard normal errors of the
    county's survey, 2020 on; ``budget``: rows of year, fund, use, yuan, count, shortfall.
    """

    series: dict[str, np.ndarray]
    townships: np.ndarray
    clusters: np.ndarray
    values: Values
    survey: np.ndarray
    budget: Sequence[Mapping[str, Any]]

    @cached_property
    def measures(self) -> np.ndarray:
        """Sums of the county by month (months, measures)."""
        return self.townships.sum(axis=1)

    def until(self, months: int) -> "GoalInputs":
        """The same replication as seen after its first ``months`` months (whole years): itself if it is not longer."""
        if months >= len(self.townships) - YEARS_IN_MONTHS:
            return self
        rows, year = YEARS_IN_MONTHS + months, FIRST_YEAR + months // YEARS_IN_MONTHS
        return replace(
            self,
            series={name: values[:rows] for name, values in self.series.items()},
            townships=self.townships[:rows],
            clusters=self.clusters[: months // QUARTER],
            survey=self.survey[: months // YEARS_IN_MONTHS + 1],
            budget=[row for row in self.budget if row["year"] < year],
        )

    @property
    def years(self) -> int:
        """Whole years from 2021."""
        return (len(self.townships) - YEARS_IN_MONTHS) // YEARS_IN_MONTHS

    def yearly(self, measure: Measure) -> np.ndarray:
        """Sums of a measure over the months of each year from 2020 on, by township: (years, townships)."""
        whole = self.townships[: (self.years + 1) * YEARS_IN_MONTHS, :, measure]
        return whole.reshape(self.years + 1, YEARS_IN_MONTHS, -1).sum(axis=1)

    def year_end(self, measure: Measure) -> np.ndarray:
        """A measure at the end of each year from 2020 on, by township: (years, townships)."""
        return self.townships[YEARS_IN_MONTHS - 1 :: YEARS_IN_MONTHS, :, measure]

    def paid(self, uses: Sequence[str], fund: str | None = None, of: str = "yuan") -> np.ndarray:
        """Yuan paid (or ``of="shortfall"``: not paid) for these uses in each year from 2021, by one fund or by all."""
        sums = np.zeros(self.years)
        for row in self.budget:
            if row["use"] in uses and fund in (None, row["fund"]):
                sums[row["year"] - FIRST_YEAR] += row[of]
        return sums

    def december(self, indicator: str) -> np.ndarray:
        """An indicator at the end of each year from 2020 on."""
        return self.series[indicator][YEARS_IN_MONTHS - 1 :: YEARS_IN_MONTHS]

    def fund_total(self, fund: str) -> np.ndarray:
        """Yuan paid by a fund in each year from 2021."""
        return self.paid([row["use"] for row in self.budget if row["fund"] == fund], fund)

    def threshold(self, name: str) -> float:
        """A threshold by its name."""
        return float(self.values.at(f"thresholds.{name}"))


@dataclass(frozen=True)
class GoalOutcome:
    """How a replication ended for a goal. ``margin``: distance to the threshold, positive when met, in the goal's unit;
    ``value``: what was compared; ``by_year``: whether each year met it.
    """

    met: bool
    margin: float
    value: float
    by_year: np.ndarray


@dataclass(frozen=True)
class Goal:
    """A goal that a document may ask for, or (clause ``own``) of the model's author. ``clause``, ``weight`` and ``headline`` are
    those of the plan by which a county is judged, in ``GOALS`` those of Lingyuan's. ``observed``: id of the same goal as the administration would see it, if there is one.

    ``scope``: whether it holds for the county, for each township or for a segment; ``deadline``: the year by whose end it must be
    met, None for the end of the scenario or every year of it; ``weight``: its part in the share of the plan's goals that are
    met, 0 for readings, twins and whatever else the paper does not ask for; ``watched``: the indicator that says month by month how things
    stand with it; ``after``: it is about the years after the plan.
    """

    id: str
    name: dict[str, str]
    definition: dict[str, str]
    clause: str | None
    unit: str
    function: Callable[[GoalInputs], GoalOutcome]
    headline: bool = False
    observed: str | None = None
    scope: Scope = "county"
    deadline: int | None = None
    weight: float = 0.0
    watched: str | None = None
    after: bool = False

    @property
    def own(self) -> bool:
        """Whether it is its author's own: the paper does not ask for it, so it counts in nothing that is said of the paper's goals."""
        return self.clause == OWN

    def evaluate(self, inputs: GoalInputs) -> GoalOutcome:
        """Whether a replication met it, and by what margin."""
        return self.function(inputs)


#: Goals of the plan, measured at the end of 2025 at the latest.
GOALS: dict[str, Goal] = {}
#: Goals of the years after it, measured where a scenario's horizon lies beyond 2025.
EXIT_GOALS: dict[str, Goal] = {}


def goal(
    id: str,
    zh: str,
    en: str,
    definition_zh: str,
    clause: str | None,
    unit: str,
    headline: bool = False,
    observed: str | None = None,
    scope: Scope = "county",
    deadline: int | None = None,
    weight: float = 0.0,
    watched: str | None = None,
    after: bool = False,
):
    """Declare a function as a goal, of the plan or (``after``) of the years after it; its docstring is the English definition."""

    def declare(function: Callable[[GoalInputs], GoalOutcome]) -> Callable[[GoalInputs], GoalOutcome]:
        definition = " ".join((function.__doc__ or "").split())
        if id in GOALS or id in EXIT_GOALS or not definition:
            raise ValueError(f"goal '{id}' is declared twice or has no definition")
        if clause == OWN and (weight or headline):
            raise ValueError(f"goal '{id}' is 'own': the paper does not ask for it, so it has no weight and heads nothing")
        names, definitions = {"zh": zh, "en": en}, {"zh": definition_zh, "en": definition}
        registry = EXIT_GOALS if after else GOALS
        registry[id] = Goal(
            id,
            names,
            definitions,
            clause=clause,
            unit=unit,
            function=function,
            headline=headline,
            observed=observed,
            scope=scope,
            deadline=deadline,
            weight=weight,
            watched=watched,
            after=after,
        )
        return function

    return declare


#: What sums and products may miss of a threshold that they just reach, relative to what is compared (at least 1).
ROUNDING = 1e-9


def round_margins(margins: np.ndarray, values: np.ndarray | float) -> np.ndarray:
    """Margins, those that differ from 0 by nothing but rounding set to 0: 695 persons are at least 5000 × 0.139."""
    near = (np.abs(margins) < ROUNDING * np.maximum(np.abs(values), 1.0)) & (margins != 0.0)  # a −0 stays what it is
    return np.where(near, 0.0, margins)


def outcome_of_all_years(margins: np.ndarray, value: float) -> GoalOutcome:
    """An outcome that needs every year's margin to be at least 0."""
    margins = round_margins(margins, value)
    worst = float(np.min(margins))
    return GoalOutcome(worst >= 0.0, worst, value, margins >= 0.0)


def outcome_at_end(margins: np.ndarray, values: np.ndarray) -> GoalOutcome:
    """An outcome that counts at the last year's end: each year says whether it was reached by then."""
    margins = round_margins(margins, values)
    return GoalOutcome(bool(margins[-1] >= 0.0), float(margins[-1]), float(values[-1]), margins >= 0.0)


def outcome_in_year(inputs: GoalInputs, year: int, margins: np.ndarray, values: np.ndarray) -> GoalOutcome:
    """An outcome decided at the end of ``year``; margins and values by year from 2021. Later years repeat it."""
    at = min(year - FIRST_YEAR, inputs.years - 1)
    margins = round_margins(margins, values)
    met = bool(margins[at] >= 0.0)
    return GoalOutcome(met, float(margins[at]), float(values[at]), np.full(inputs.years, met))
