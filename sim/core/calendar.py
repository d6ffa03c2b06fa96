"""The calendar of a month list: how often a process runs, said in words, so that no rule tests the month itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.core.process import Process

MONTHS_PER_YEAR = 12
JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE, JULY, AUGUST, SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = range(12)
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Step:
    """A process in its place in the month, the calendar months in which it runs, and the reason for its place.

    ``burn_in``: it also runs in the year before the first.
    """

    process: Process
    calendar: tuple[int, ...]
    reason: str
    burn_in: bool = False

    def due(self, month: int) -> bool:
        """Whether it runs in this month (0 = the first month of the first year; negative = burn-in)."""
        return (month >= 0 or self.burn_in) and month % MONTHS_PER_YEAR in self.calendar

    @property
    def cadence(self) -> str:
        """The cadence in words."""
        if len(self.calendar) == MONTHS_PER_YEAR:
            return "monthly"
        return " ".join(NAMES[month] for month in self.calendar)


@dataclass(frozen=True)
class Part:
    """A heading of the month, in Chinese and in English, and the steps under it."""

    zh: str
    en: str
    steps: tuple[Step, ...]


def monthly(process: Process, reason: str, burn_in: bool = False) -> Step:
    """Every month."""
    return Step(process, tuple(range(MONTHS_PER_YEAR)), reason, burn_in)


def quarterly(process: Process, reason: str, burn_in: bool = False) -> Step:
    """In the last month of every quarter."""
    return Step(process, (MARCH, JUNE, SEPTEMBER, DECEMBER), reason, burn_in)


def yearly(month: int, process: Process, reason: str, burn_in: bool = False) -> Step:
    """Once a year, in the month named."""
    return Step(process, (month,), reason, burn_in)


def in_months(months: tuple[int, ...], process: Process, reason: str, burn_in: bool = False) -> Step:
    """In several months of the year."""
    return Step(process, months, reason, burn_in)


def steps_of(parts: tuple[Part, ...]) -> Iterator[Step]:
    """All steps in order."""
    for part in parts:
        yield from part.steps
