"""A table is declared once, as text a person can read; its dtype, dictionary, exports and agents derive from it.

A household is a row, and a rule can say ``household.debt += shortfall``: the same line runs compiled and uncompiled. A table
is kept as NumPy records, or, where it is wide and long, by column (``sim.core.compiled.columns``); rules cannot tell the
difference.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import sim.core.compiled.numba_types  # noqa: F401  teaches the compiler what a table kept by column is
from sim.core.compiled import columns
from sim.core.compiled.columns import Columns

SPARE_SHARE = 0.15
#: Rows of households, with those to spare, in counties up to twice as large as Lingyuan when general households are sampled.
USUAL_ROWS = 2**17


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    dtype: str
    unit: str
    meaning: str
    shape: tuple[int, ...] = ()
    truth: bool = True  # False: the administration's own knowledge, visible to processes that see only records


@dataclass(frozen=True)
class Table:
    """The declaration of a table: what one row is, and its columns in order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    dtype: np.dtype = field(compare=False)
    by_column: int = 0

    def column(self, name: str) -> Column:
        """The column called ``name``; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table '{self.name}' has no column '{name}'")

    def unusual_room(self, rows: int) -> int:
        """Rows that a table by column is allocated for ``rows``, 0 where rules compiled for a usual county serve it."""
        capacity = columns.capacity_of(rows, self.by_column)
        return capacity if capacity > self.by_column + columns.PER_LINE else 0

    def allocate(self, rows: int, grows: bool = False) -> Any:
        """``rows`` zeroed rows, with 15 % to spare (at least 64) where the table may grow: a recarray, or ``Columns``."""
        room = rows + max(64, int(rows * SPARE_SHARE)) if grows else rows
        if self.by_column:
            return columns.allocate(self.name, self.dtype, room, least=self.by_column)
        return np.zeros(room, dtype=self.dtype).view(np.recarray)


TABLES: dict[str, Table] = {}


def declare(name: str, meaning: str, columns: str, by_column: int = 0) -> Table:
    """Declare a table from lines ``column | dtype[shape] | unit | one sentence``.

    Columns are laid out in the order written, aligned as C would align them. A dtype ending in ``?`` marks a column that
    the administration knows (its own register); all others are truth. ``by_column``: kept by column rather than as records,
    for up to so many rows: rules are compiled once for all counties that have no more, and once again for larger ones.
    Raises ValueError for a malformed line, a repeated column or a repeated table.
    """
    declared = []
    for line in columns.strip().splitlines():
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 4 or not all(parts):
            raise ValueError(f"table '{name}': a column is 'name | dtype | unit | meaning', not {line!r}")
        column, dtype, unit, sentence = parts
        known = dtype.endswith("?")
        base, _, shape = dtype.rstrip("?").partition("[")
        size = (int(shape.rstrip("]")),) if shape else ()
        declared.append(Column(column, base, unit, meaning=sentence, shape=size, truth=not known))
    names = [column.name for column in declared]
    if len(set(names)) != len(names) or name in TABLES:
        raise ValueError(f"table '{name}': declared twice, or a column is declared twice")
    layout = np.dtype([(c.name, c.dtype, c.shape) if c.shape else (c.name, c.dtype) for c in declared], align=True)
    table = Table(name, meaning, tuple(declared), dtype=np.dtype((np.record, layout)), by_column=by_column)
    TABLES[name] = table
    return table


def restrict(array: Any, names: list[str]) -> Any:
    """A view of the same memory in which only the named columns exist; reading another fails."""
    if isinstance(array, Columns):
        return array.restrict(names)
    return array[names].view(np.recarray)
