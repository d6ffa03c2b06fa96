"""Hand a process what it declared, and nothing else: its tables, this month's parameters, its luck, its payments."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.core.columns import Columns
from sim.core.compilation import compiled_for
from sim.core.ledger import Fund, Payment, Purse
from sim.core.luck import decision_keys
from sim.core.process import Process, Room
from sim.core.records import TABLES, restricted

MONTHS_PER_YEAR = 12
KEYS_AT_ONCE = 72  # months of keys made in one go: burn-in and plan


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
    #: The view of the rows in use that was handed out last, and the same for rules; making one takes longer than many a rule.
    _views: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def make(self, name: str, rows: int, room: int | None = None, grows: bool = False) -> Any:
        """Allocate a table with ``rows`` rows in use (and ``room`` allocated, if given) and return those in use."""
        self.rows[name] = TABLES[name].allocate(room or rows, grows)
        self.counts[name] = np.array([rows], dtype=np.int64)
        self._views.pop(name, None)
        return self.live(name)

    def _view(self, name: str) -> tuple[Any, Any]:
        kept = self._views.get(name)
        count = self.counts[name].item()
        if kept is None or len(kept[0]) != count:
            view = first_rows(self.rows[name], count)
            kept = self._views[name] = (view, plain(view))
        return kept

    def live(self, name: str) -> Any:
        """The rows in use."""
        return self._view(name)[0]

    def for_rules(self, name: str) -> Any:
        """The rows in use as rules are handed them."""
        return self._view(name)[1]

    def __getitem__(self, name: str) -> Any:
        return self.live(name)


def open_purses(tables: Tables, purses: dict[Fund, Purse], processes: list[Process]) -> dict[str, slice]:
    """Make the tables of funds and budget lines; returns for each reason its rows among the lines.

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
    return slices


class Wired:
    """A process bound to one county: call it with a month.

    ``path(id)`` gives a parameter's values by month, in the units of the rules; ``first`` is the month of their first
    entry. With ``declared_only`` the process sees only the columns that it declares, as in the contract tests; a
    process of the administration never sees more.
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
    ) -> None:
        self.process = process
        self.tables = tables
        self.replication = replication
        self.first = first
        self.narrow = declared_only or process.sees == "records"
        columns = [self._by_month(path(f"{process.owner}.{name}")) for name in parameters]
        self.parameters = [process.classes["Parameters"]._make(values) for values in zip(*columns)] if columns else []
        self.nothing = process.classes["Parameters"](0.0) if not columns else None
        self.books = self._books(slices)
        self._tables = process.tables
        self._counts = [tables.counts[name] for name in self._tables]
        #: By table: all allocated rows, and what it may see of them.
        self._shown: dict[str, tuple[Any, Any]] = {}
        #: The keys of its decisions, for so many months from ``_luck_from`` on.
        self._luck: list[Any] = []
        self._luck_from = first
        self._rooms = [tables.counts[name] for name in process.creates]
        self._in_use = [-1] * len(self._counts)
        self._seen: list = [None] * (len(self._counts) + len(self._rooms))
        self._call: Callable[..., None] | None = process.code.get(self.narrow)

    @staticmethod
    def _by_month(path: np.ndarray) -> list:
        """One plain number, or one writable row of numbers, for each month."""
        if path.ndim == 1:
            return path.tolist()
        return list(np.array(path))

    def _books(self, slices: dict[str, slice]):
        made: list[Any] = []
        for payment in self.process.pays:
            lines = self.tables["lines"][slices[payment.reason]]
            payers = np.array(payment.payers, dtype=np.int64)
            made.append(Payment(lines, self.tables["funds"], payers, int(payment.payee)))
        return self.process.classes["Books"](*(made or [0]))

    def luck(self, month: int):
        """The keys of its decisions in this month."""
        place = month - self._luck_from
        if not 0 <= place < len(self._luck):  # the keys of years are had as quickly as those of a month
            self._luck_from, self._luck = month, self._keys_from(month)
            place = 0
        return self._luck[place]

    def _keys_from(self, first: int) -> list:
        """The keys of its decisions in each of the months from ``first`` on."""
        made, luck = self.process.classes["Luck"], self.process.luck
        if not luck:
            return [made(0)] * KEYS_AT_ONCE
        months = np.arange(first, first + KEYS_AT_ONCE)
        at = {"month": months, "year": months // MONTHS_PER_YEAR, "life": np.zeros_like(months)}
        keys = decision_keys(self.replication, [each.word for each in luck], np.stack([at[each.occasion] for each in luck]))
        return list(map(made._make, zip(*keys, strict=True)))

    def county(self, month: int):
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
        return self.process.classes["County"]._make((month, month % MONTHS_PER_YEAR, *self._seen))

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
            shown = restricted(rows, self._columns(name)) if self.narrow else rows
            kept = self._shown[name] = (rows, plain(shown))
        return kept[1]

    def _columns(self, table: str) -> list[str]:
        """Declared columns in the order of the table, so that reading and writing them twice counts once."""
        declared = {*self.process.reads.get(table, ()), *self.process.writes.get(table, ())}
        return [column.name for column in TABLES[table].columns if column.name in declared]

    def __call__(self, month: int) -> None:
        parameters = self.parameters[month - self.first] if self.parameters else self.nothing
        arguments = (self.county(month), parameters, self.luck(month), self.books)
        if self._call is None:  # the first county of this program
            self.process.run(*arguments)
            self._call = self.process.code[self.narrow] = compiled_for(self.process.run, arguments)
        else:
            self._call(*arguments)
