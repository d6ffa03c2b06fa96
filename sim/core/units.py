"""Units of parameters, and what the rules make of them: files speak per year, rules per month."""

from collections.abc import Callable
from dataclasses import dataclass

MONTHS_PER_YEAR = 12
MONTHS_PER_QUARTER = 3


def _plain(value: float) -> float:
    return value


def _yearly_chance(value: float) -> float:
    """The chance in a month that makes this chance in a year."""
    return 1.0 - (1.0 - value) ** (1.0 / MONTHS_PER_YEAR)


def _yearly_growth(value: float) -> float:
    """The growth in a month that makes this growth in a year."""
    return (1.0 + value) ** (1.0 / MONTHS_PER_YEAR) - 1.0


def _twelfth(value: float) -> float:
    return value / MONTHS_PER_YEAR


@dataclass(frozen=True)
class Unit:
    """A unit: how a rule sees it, and what values it admits."""

    convert: Callable[[float], float]
    lowest: float = float("-inf")
    highest: float = float("inf")


UNITS: dict[str, Unit] = {
    "probability/year": Unit(_yearly_chance, 0.0, 1.0),
    "probability/quarter": Unit(_plain, 0.0, 1.0),  # met by processes that run once a quarter
    "probability/month": Unit(_plain, 0.0, 1.0),
    "probability/event": Unit(_plain, 0.0, 1.0),
    "growth/year": Unit(_yearly_growth, -0.99),
    "yuan/year": Unit(_twelfth),
    "share/year": Unit(_twelfth),  # interest and returns: earned a twelfth at a time, not compounded
    "projects/year": Unit(_twelfth, 0.0),
    "loans/year": Unit(_twelfth, 0.0),
    "yuan/month": Unit(_plain),
    "yuan": Unit(_plain),
    "yuan/event": Unit(_plain),
    "yuan/person-year": Unit(_plain),  # a line or a threshold, never divided
    "share": Unit(_plain),
    "multiple": Unit(_plain),
    "index": Unit(_plain),
    "log points": Unit(_plain),
    "months": Unit(_plain),
    "years": Unit(_plain),
    "persons": Unit(_plain, 0.0),
    "households": Unit(_plain, 0.0),
    "jobs": Unit(_plain, 0.0),
    "enterprises": Unit(_plain, 0.0),
    "townships": Unit(_plain, 0.0),
    "villages": Unit(_plain, 0.0),
    "mu": Unit(_plain, 0.0),
    "places/year": Unit(_plain, 0.0),  # given out once a year
    "teams": Unit(_plain, 0.0),
    "projects": Unit(_plain, 0.0),
    "utils": Unit(_plain),
    "switch": Unit(_plain),
}
