"""What a goal is: a definition an official could quote, a function of a life, and a record."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.core.resolving import Values

YEARS_IN_MONTHS = 12


@dataclass(frozen=True)
class Lived:
    """What goals look at. Index 0 of every series is January 2020; ``months`` counts the months from January 2021.

    ``series``: county indicators by id; ``measures``: sums by month (months, measures); ``clusters``: nearness to a cluster
    (L2) by quarter from 2021; ``values``: the parameters; ``survey``: standard normal errors of the county's survey, 2020 on.
    """

    series: dict[str, np.ndarray]
    measures: np.ndarray
    clusters: np.ndarray
    values: Values
    survey: np.ndarray

    @property
    def years(self) -> int:
        """Whole years from 2021."""
        return (len(self.measures) - YEARS_IN_MONTHS) // YEARS_IN_MONTHS

    def december(self, indicator: str) -> np.ndarray:
        """An indicator at the end of each year from 2020 on."""
        return self.series[indicator][YEARS_IN_MONTHS - 1 :: YEARS_IN_MONTHS]

    def threshold(self, name: str) -> float:
        """A threshold of ``thresholds.yaml``."""
        return float(self.values.at(f"thresholds.{name}"))


@dataclass(frozen=True)
class GoalOutcome:
    """How a life ended for a goal. ``margin``: distance to the threshold, positive when met, in the goal's unit;
    ``value``: what was compared; ``by_year``: whether each year met it.
    """

    met: bool
    margin: float
    value: float
    by_year: np.ndarray


@dataclass(frozen=True)
class Goal:
    """A goal of the plan. ``observed``: id of the same goal as the administration would see it, if there is one."""

    id: str
    name: dict[str, str]
    definition: dict[str, str]
    clause: str | None
    unit: str
    function: Callable[[Lived], GoalOutcome]
    headline: bool = False
    observed: str | None = None

    def evaluate(self, lived: Lived) -> GoalOutcome:
        """Whether a life met it."""
        return self.function(lived)


GOALS: dict[str, Goal] = {}


def goal(
    id: str,
    zh: str,
    en: str,
    definition_zh: str,
    clause: str | None,
    unit: str,
    headline: bool = False,
    observed: str | None = None,
):
    """Declare a function as a goal; its docstring is the English definition."""

    def declare(function: Callable[[Lived], GoalOutcome]) -> Callable[[Lived], GoalOutcome]:
        definition = " ".join((function.__doc__ or "").split())
        if id in GOALS or not definition:
            raise ValueError(f"goal '{id}' is declared twice or has no definition")
        GOALS[id] = Goal(
            id, {"zh": zh, "en": en}, {"zh": definition_zh, "en": definition}, clause, unit, function, headline, observed
        )
        return function

    return declare


def outcome(margins: np.ndarray, value: float) -> GoalOutcome:
    """An outcome that needs every year's margin to be at least 0."""
    worst = float(np.min(margins))
    return GoalOutcome(worst >= 0.0, worst, value, margins >= 0.0)
