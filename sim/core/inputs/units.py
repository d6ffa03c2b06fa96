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


#: What a unit admits in any county: beyond it nothing is meant, and nothing can be computed.
UNITS: dict[str, Unit] = {
    "probability/year": Unit(_yearly_chance, 0.0, 1.0),
    "probability/quarter": Unit(_plain, 0.0, 1.0),  # met by processes that run once a quarter
    "probability/month": Unit(_plain, 0.0, 1.0),
    "probability/event": Unit(_plain, 0.0, 1.0),
    "growth/year": Unit(_yearly_growth, -0.99, 10.0),
    "yuan/year": Unit(_twelfth, 0.0, 1e12),
    "share/year": Unit(_twelfth, -1.0, 10.0),  # interest and returns: earned a twelfth at a time, not compounded
    "projects/year": Unit(_twelfth, 0.0, 1e5),
    "loans/year": Unit(_twelfth, 0.0, 1e6),
    "yuan/month": Unit(_plain, 0.0, 1e12),
    "yuan": Unit(_plain, 0.0, 1e12),
    "yuan/event": Unit(_plain, 0.0, 1e12),
    "yuan/person-year": Unit(_plain, 0.0, 1e12),  # a line or a threshold, never divided
    "share": Unit(_plain, -1.0, 10.0),
    "multiple": Unit(_plain, 0.0, 1e3),
    "index": Unit(_plain, -1e3, 1e3),
    "log points": Unit(_plain, -10.0, 10.0),
    "months": Unit(_plain, -1.0, 1200.0),
    "years": Unit(_plain, 0.0, 150.0),
    "persons": Unit(_plain, 0.0, 1e8),
    "households": Unit(_plain, 0.0, 1e8),
    "jobs": Unit(_plain, 0.0, 1e7),
    "enterprises": Unit(_plain, 0.0, 1e6),
    "townships": Unit(_plain, 0.0, 1e3),
    "villages": Unit(_plain, 0.0, 1e5),
    "quantity": Unit(_plain, 0.0, 1e12),  # tonnes, stems or heads, as the record says
    "yuan/unit": Unit(_plain, 0.0, 1e9),  # for a tonne, a stem or a head
    "mu/year": Unit(_plain, 0.0, 1e8),  # built once a year
    "mu": Unit(_plain, 0.0, 1e8),
    "places/year": Unit(_plain, 0.0, 1e7),  # given out once a year
    "teams": Unit(_plain, 0.0, 1e5),
    "projects": Unit(_plain, 0.0, 1e5),
    "utils": Unit(_plain, -1e6, 1e6),
    "switch": Unit(_plain),
}
