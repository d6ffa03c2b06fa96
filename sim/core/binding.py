"""Hand a process what it declared, and nothing else: its tables, this month's parameters, its random draws, its payments."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sim.core.compiled.columns import Columns
from sim.core.compiled.compilation import capacities, machine_code
from sim.core.ledger import Fund, Payment, Purse
from sim.core.process import Process, Room
from sim.core.random_draws import decision_keys
from sim.core.tables import TABLES, restrict

MONTHS_PER_YEAR = 12
USUAL_MONTHS = 72  # burn-in and plan


def first_rows(rows: Any, count: int) -> Any:
    """A view of the first rows of a table, however it is kept."""
    return rows.first(count) if isinstance(rows, Columns) else rows[:count]


def plain(rows: Any) -> Any:
    """The same table, records as a plain array: its rows read the same, and a part of it is had forty times faster."""
    return rows if isinstance(rows, Columns) else np.asarray(rows)


@dataclass
class Tables:
    """The tables of one county: all allocated rows of each, and how many are in use (an array of one number)."""

    rows: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, np.ndarray] = field(default_factory=dict)
    #: The views of the rows in use that were handed out last, to people and to rules; making one takes longer than many a rule.
    _in_use: dict[str, Any] = field(default_factory=dict)
    _for_rules: dict[str, Any] = field(default_factory=dict)

    def make(self, name: str, rows: int, room: int | None = None, grows: bool = False) -> Any:
        """Allocate a table with ``rows`` rows in use (and ``room`` allocated, if given) and return those in use."""
        self.rows[name] = TABLES[name].allocate(room or rows, grows)
        self.counts[name] = np.array([rows], dtype=np.int64)
        self._in_use.pop(name, None)
        self._for_rules.pop(name, None)
        return self.in_use(name)

    def in_use(self, name: str) -> Any:
        """The rows in use."""
        kept, count = self._in_use.get(name), self.counts[name].item()
        if kept is None or len(kept) != count:
            kept = self._in_use[name] = first_rows(self.rows[name], count)
        return kept

    def for_rules(self, name: str) -> Any:
        """The rows in use as rules are handed them."""
        kept, count = self._for_rules.get(name), self.counts[name].item()
        if kept is None or len(kept) != count:
            kept = self._for_rules[name] = first_rows(plain(self.rows[name]), count)
        return kept

    def __getitem__(self, name: str) -> Any:
        return self.in_use(name)


def open_purses(
    tables: Tables, purses: dict[Fund, Purse], processes: list[Process], owed: frozenset[str] = frozenset()
) -> dict[str, slice]:
    """Make the tables of funds and budget lines; returns for each reason its rows among the lines.

    ``owed``: reasons that are owed by right or contract, which come before all others where money is reserved for them.
    Raises ValueError when two processes pay for the same reason.
    """
    funds = tables.make("funds", len(Fund))
    for fund in Fund:
        funds[fund].code = fund
        funds[fund].purse = purses[fund]
    slices: dict[str, slice] = {}
    count = 0
    for each in processes:
        for payment in each.pays:
            if payment.reason in slices:
                raise ValueError(f"two processes pay '{payment.reason}'; a reason belongs to one process")
            slices[payment.reason] = slice(count, count + len(payment.payers))
            count += len(payment.payers)
    lines = tables.make("lines", count)
    for each in processes:
        for payment in each.pays:
            block = lines[slices[payment.reason]]
            block["reason"] = slices[payment.reason].start
            block["payer"] = payment.payers
            block["payee"] = payment.payee
            block["owed"] = payment.reason in owed
    return slices


class BoundProcess:
    """A process bound to one county: call it with a month.

    ``path(id)`` gives a parameter's values by month, in the units of the rules; ``first`` is the month of their first
    entry; a process without parameters has random draws for so many ``months`` from then on. With ``declared_only`` the
    process sees only the columns that it declares, as in the contract tests; a process of the administration never sees more.
    """

    def __init__(
        self,
        process: Process,
        tables: Tables,
        parameters: list[str],
        path: Callable[[str], np.ndarray],
        replication: np.uint64,
        slices: dict[str, slice],
        first: int = -MONTHS_PER_YEAR,
        declared_only: bool = False,
        months: int = USUAL_MONTHS,
    ) -> None:
        self.process = process
        self.tables = tables
        self.replication = replication
        self.first = first
        self.narrow = declared_only or process.sees == "records"
        #: Every parameter by month: plain numbers, or writable rows of numbers, one behind another.
        self.paths = [np.array(path(f"{process.owner}.{name}")) for name in parameters]
        #: Months for which it has parameters and random draws.
        self.months = len(self.paths[0]) if self.paths else months
        self.books = self._books(slices)
        self._tables = process.tables
        self._counts = [tables.counts[name] for name in self._tables]
        #: By table: all allocated rows, and what it may see of them.
        self._shown: dict[str, tuple[Any, Any]] = {}
        self._rooms = [tables.counts[name] for name in process.creates]
        self._in_use = [-1] * len(self._counts)
        self._seen: list = [None] * (len(self._counts) + len(self._rooms))
        self._call: Callable[..., None] | None = None

    def _books(self, slices: dict[str, slice]) -> tuple[Payment, ...]:
        made: list[Payment] = []
        for payment in self.process.pays:
            lines = self.tables["lines"][slices[payment.reason]]
            payers = np.array(payment.payers, dtype=np.int64)
            made.append(Payment(lines, self.tables["funds"], payers, int(payment.payee)))
        books: tuple[Payment, ...] = self.process.classes["Books"](*(made or (0,)))
        return books

    def parameters(self, month: int) -> tuple:
        """What it is handed as parameters in a month: plain numbers, and writable rows of numbers."""
        made: tuple = self.process.classes["Parameters"]._make(self._by_month[month - self.first] if self.paths else (0.0,))
        return made

    @cached_property
    def _by_month(self) -> list[tuple]:
        """Its parameters, month by month; taking each from its path every month took longer than many a rule."""
        columns = [path.tolist() if path.ndim == 1 else list(path) for path in self.paths]
        return list(zip(*columns, strict=True))

    @cached_property
    def keys(self) -> np.ndarray:
        """The keys of its decisions by month: uint64, months × decisions."""
        months = np.arange(self.first, self.first + self.months)
        at = {"month": months, "year": months // MONTHS_PER_YEAR, "life": np.zeros_like(months)}
        decisions = self.process.draws
        if not decisions:
            return np.zeros((self.months, 1), dtype=np.uint64)
        occasions = np.stack([at[each.occasion] for each in decisions])
        return np.ascontiguousarray(decision_keys(self.replication, [each.word for each in decisions], occasions).T)

    def draws(self, month: int) -> tuple[np.uint64, ...]:
        """The keys of its decisions in a month."""
        made: tuple[np.uint64, ...] = self.process.classes["Draws"]._make(
            self.keys[month - self.first] if self.process.draws else (0,)
        )
        return made

    def county(self, month: int) -> tuple:
        """What it may see of the county in this month."""
        grown = False
        for place, count in enumerate(self._counts):
            rows = count.item()
            if rows != self._in_use[place]:  # its view is made anew
                self._in_use[place], self._seen[place] = rows, self._view(self._tables[place])
                grown = True
        if grown and self._rooms:
            rooms = [Room(self._rows(name), count) for name, count in zip(self.process.creates, self._rooms, strict=True)]
            self._seen[len(self._counts) :] = rooms
        made: tuple = self.process.classes["County"]._make((month, month % MONTHS_PER_YEAR, *self._seen))
        return made

    def _view(self, name: str) -> Any:
        """A table's rows in use as it may see them; all who see everything share one view."""
        if self.narrow:
            return first_rows(self._rows(name), self.tables.counts[name].item())
        return self.tables.for_rules(name)

    def _rows(self, name: str) -> Any:
        """A table's allocated rows as it may see them, made once: that takes longer than many a rule."""
        rows: Any = self.tables.rows[name]
        kept = self._shown.get(name)
        if kept is None or kept[0] is not rows:
            shown = restrict(rows, self._columns(name)) if self.narrow else rows
            kept = self._shown[name] = (rows, plain(shown))
        return kept[1]

    def _columns(self, table: str) -> list[str]:
        """Declared columns in the order of the table, so that reading and writing them twice counts once."""
        declared = {*self.process.reads.get(table, ()), *self.process.writes.get(table, ())}
        return [column.name for column in TABLES[table].columns if column.name in declared]

    def arguments(self, month: int) -> tuple:
        """What it is handed in a month: county, parameters, keys of random draws and books."""
        return self.county(month), self.parameters(month), self.draws(month), self.books

    def _types(self) -> tuple:
        """What tells the types of its arguments in this county from those in another: the columns it sees, and room for rows."""
        return (self.narrow, *capacities(self.tables.rows[name] for name in (*self._tables, *self.process.creates)))

    def __call__(self, month: int) -> None:
        arguments = self.arguments(month)
        if self._call is None:
            kind = self._types()
            if kind not in self.process.code:  # the first county of this program
                self.process.code[kind] = machine_code(self.process.run, arguments)
            self._call = self.process.code[kind]
        self._call(*arguments)
