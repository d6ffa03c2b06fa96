"""Two scenarios with common random numbers, run in step month by month: until when are they the same, bit for bit?"""

from dataclasses import dataclass
from typing import Any

from sim.county import County, parameter_draw_of, sample_values

BEFORE = -1  # they differ as founded, before January 2021


@dataclass(frozen=True)
class Difference:
    """The first month (0 = January 2021, −1: as founded) at whose end two counties differ, and the columns that do."""

    month: int
    columns: tuple[str, ...]


def _differing(first: County, second: County) -> tuple[str, ...]:
    """Columns that are not the same bytes; a table with more rows than its twin differs as a whole."""
    found = []
    for name in sorted(first.tables.rows):
        one, other = first.tables[name], second.tables[name]
        if len(one) != len(other):
            found.append(f"{name} ({len(one)} / {len(other)})")
            continue
        found += [f"{name}.{column}" for column in one.dtype.names or () if one[column].tobytes() != other[column].tobytes()]
    return tuple(found)


def first_difference(
    scenario: Any, other: Any, seed: int, replication: int, until: int, only_luck: bool = False
) -> Difference | None:
    """Run both until ``until`` months have passed; None if every row of every table was the same at every month's end."""
    number = None if only_luck else parameter_draw_of(replication)
    one, two = (County(each, sample_values(each, seed, number), seed, replication) for each in (scenario, other))
    columns = _differing(one, two)
    if columns:
        return Difference(BEFORE, columns)
    for month in range(min(until, scenario.months, other.months)):
        one.step()
        two.step()
        columns = _differing(one, two)
        if columns:
            return Difference(month, columns)
    return None
