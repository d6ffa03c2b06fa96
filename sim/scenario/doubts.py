"""Values that are taken, but so far from the status quo that somebody should ask whether they are meant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.core.inputs.parameters import ParameterBook
from sim.core.inputs.resolve import Override
from sim.scenario.county_file import SIZE
from sim.scenario.scenario_reader import LEVERS

#: A value so many times more or less than the status quo is queried.
FAR = 10.0


@dataclass(frozen=True)
class Doubt:
    """A value far from the status quo: it is accepted, and queried. As text it says so in English."""

    place: str
    line: int
    identity: str
    value: float
    usual: float

    @property
    def times(self) -> float:
        """How many times more the larger of the two is."""
        return max(self.value / self.usual, self.usual / self.value)

    def __str__(self) -> str:
        way = "more" if abs(self.value) > abs(self.usual) else "less"
        return (
            f"{self.place}:{self.line}: {self.identity}: {self.value:,.10g} is {self.times:,.0f} times {way} than "
            f"the status quo, {self.usual:,.10g}; is that meant?"
        )


def doubts(overrides: Mapping[str, Sequence[Override]], book: ParameterBook) -> list[Doubt]:
    """Every value that a county, a scenario or the command line sets ``FAR`` times or more away from what it was
    before. Exempt are zero, a change of sign, and the facts of a county of another size.
    """
    size = overrides[SIZE][-1].value if SIZE in overrides else 1.0
    found = []
    for identity, entries in overrides.items():
        parameter = book.parameters[identity]
        if parameter.options is not None:
            continue
        scale = size if parameter.scales_with == SIZE else 1.0
        usual = [[number * scale for number in row] for row in _rows(parameter.value)]
        for each in entries:
            rows = list(_rows(each.value))
            if not (each.local or LEVERS in each.place):
                found += [Doubt(each.place, each.line, identity, *pair) for row in rows if (pair := _far(row, usual))]
            if each.status_quo:
                usual = rows
    return found


def _rows(value: Any) -> Iterator[list[float]]:
    """The numbers of a value for each of its dates."""
    for entry in value.values() if isinstance(value, Mapping) else [value]:
        yield list(entry) if isinstance(entry, (list, tuple)) else [entry]


def _far(row: Sequence[float], usual: Sequence[Sequence[float]]) -> tuple[float, float] | None:
    """The first number of a row that is far from all there were in its place, and the nearest of them; None if there is none."""
    for number, before in zip(row, zip(*usual)):
        near = [(max(number / each, each / number), each) for each in before if number * each > 0.0]
        if len(near) == len(before) and min(near)[0] >= FAR:
            return number, min(near)[1]
    return None
