"""A wide table whose columns lie one behind another, and whose rows still read like records.

Each of nearly a hundred processes passes over all households or persons and looks at a few of their many columns. Among
records it drags every row through the memory whole; among columns only what it looks at. So the large tables of the county
are kept by column, and ``household.debt += shortfall`` stays what it was: a row is a place in the table, compiled
(``numba_types``) and uncompiled alike.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

ALIGNED = 64  # bytes: a cache line
PER_LINE = 8  # float64 in a cache line


class Float32View:
    """Several numbers of a row that are kept in four bytes each and computed in eight, as compiled rules do."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, which: int) -> np.float64:
        return np.float64(self.numbers[which])

    def __setitem__(self, which: int, value: Any) -> None:
        self.numbers[which] = value


class Row:
    """One row of a table kept by column; its attributes are the columns, read and written in place."""

    __slots__ = ("place", "table")

    def __init__(self, table: "Columns", place: int) -> None:
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "place", place)

    def __getattr__(self, name: str) -> Any:
        value = self.table[name][self.place]
        if value.dtype != np.float32:
            return value
        return Float32View(value) if value.ndim else np.float64(value)

    def __setattr__(self, name: str, value: Any) -> None:
        self.table[name][self.place] = value

    __getitem__ = __getattr__
    __setitem__ = __setattr__


class Columns:
    """A table kept by column: ``table["cash"]`` is an array over its rows, ``table[3]`` a row; both are views.

    All columns share one buffer of bytes, and each begins so many bytes after it as ``fields`` say. That belongs to the type of
    a table, as its capacity does (see ``capacity_of``), so that two numbers, where the buffer begins and the rows in use, are all
    that compiled code needs to know. A column of several numbers is kept as that many columns: a rule that reads what a household
    earns with one crop does not drag the others through the memory.
    """

    __slots__ = ("base", "buffer", "capacity", "columns", "dtype", "fields", "length", "table")

    def __init__(
        self, table: str, dtype: np.dtype, buffer: np.ndarray, capacity: int, length: int, fields: tuple, base: int | None = None
    ) -> None:
        self.table, self.dtype, self.buffer, self.capacity, self.length, self.fields = (
            table, dtype, buffer, capacity, length, fields
        )  # fmt: skip
        self.base: int = buffer.__array_interface__["data"][0] if base is None else base
        #: Arrays over the rows, made on first use: most views are handed to rules that need none.
        self.columns: dict[str, np.ndarray] = {}

    def _array(self, name: str) -> np.ndarray:
        for column, base, shape, start in self.fields:
            if column == name:
                if not shape:
                    return np.frombuffer(self.buffer, base, self.length, start)
                values = np.frombuffer(self.buffer, base, self.capacity * math.prod(shape), start)
                return np.moveaxis(values.reshape(*shape, self.capacity)[..., : self.length], -1, 0)
        raise AttributeError(f"table '{self.table}' has no column '{name}' here")

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, place) for place in range(self.length))

    def __getitem__(self, which: Any) -> Any:
        if isinstance(which, str):
            found = self.columns.get(which)
            if found is None:
                found = self.columns[which] = self._array(which)
            return found
        if isinstance(which, slice | np.ndarray | list):
            return self._records(which)
        place = which.__index__()
        if not -self.length <= place < self.length:
            raise IndexError(f"table '{self.table}' has no row {place}")
        return Row(self, place % self.length)

    def _records(self, which: Any) -> np.recarray:
        """Chosen rows as records: a copy, and so not to be written to."""
        places = np.arange(self.length)[which]
        made = np.empty(len(places), self.dtype).view(np.recarray)
        for name, *_ in self.fields:
            made[name] = self[name][places]
        made.flags.writeable = False
        return made

    def first(self, count: int) -> "Columns":
        """A view of the first rows."""
        return Columns(
            self.table, self.dtype, self.buffer, capacity=self.capacity, length=count, fields=self.fields, base=self.base
        )

    def __setitem__(self, which: Any, value: Any) -> None:
        """Write a column, or a whole row or table of the same columns."""
        if isinstance(which, str):
            self[which][:] = value
            return
        for name, *_ in self.fields:
            self[name][which] = value[name]

    def __getattr__(self, name: str) -> np.ndarray:
        if name in type(self).__slots__:
            raise AttributeError(name)
        column: np.ndarray = self[name]
        return column

    @property
    def nbytes(self) -> int:
        """Bytes of the rows in use."""
        return sum(self[name].nbytes for name, *_ in self.fields)

    def copy(self) -> "Columns":
        """The same rows in memory of their own."""
        made = allocate(self.table, self.dtype, self.length, least=self.capacity - PER_LINE)
        made[:] = self
        return made

    def tobytes(self) -> bytes:
        """All columns, one behind another."""
        return b"".join(self[name].tobytes() for name, *_ in self.fields)

    def restrict(self, names: list[str]) -> "Columns":
        """A view of the same memory in which only the named columns exist; reading another fails."""
        kept = tuple(field for field in self.fields if field[0] in names)
        dtype: Any = self.dtype[names]
        return Columns(self.table, dtype, self.buffer, capacity=self.capacity, length=self.length, fields=kept)


def capacity_of(rows: int, least: int) -> int:
    """Rows to allocate for so many: the smallest of a few sizes from ``least`` on, the same for every county of an ordinary size.

    A capacity known when a rule is compiled makes one register do for all columns, instead of one for each. What is never
    written to takes no memory; a size that was not met before is compiled for once. Every size is eight times an odd number:
    columns an even number of cache lines apart would meet in the same few places of the processor's cache.
    """
    lines = least // PER_LINE + 1
    while lines * PER_LINE < rows:
        lines = 8 * (lines - 1) + 1
    return lines * PER_LINE


def allocate(table: str, dtype: np.dtype, rows: int, least: int) -> Columns:
    """A table of ``rows`` zeroed rows of a record dtype, kept by column; tables of up to ``least`` rows (a power of two, 128 or
    more) are of one type.
    """
    capacity = capacity_of(rows, least)
    fields, size = [], 0
    for name in dtype.names or ():
        column = dtype[name]
        fields.append((name, column.base.str, column.shape, size))
        # The next begins an eighth of a line further on, so that a pass over many columns never needs a new line of all at once.
        size += -(-column.itemsize * capacity // ALIGNED) * ALIGNED + ALIGNED // PER_LINE
    size = -(-size // ALIGNED) * ALIGNED
    memory = np.zeros(size + 2 * ALIGNED, dtype=np.uint8)  # to begin at a line, and for who reads a line beyond the end
    start = -memory.ctypes.data % ALIGNED
    return Columns(table, dtype, memory[start : start + size], capacity=capacity, length=rows, fields=tuple(fields))
