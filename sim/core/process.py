"""A process: what happens in a month, with all that it reads, writes, draws and pays declared in one line above it.

The declaration is a contract. The model hands the process only what it declares, as named tuples: ``county`` (tables),
``p`` (this month's parameters, from the YAML of the same name), ``draws`` (keys of the decisions it declares) and
``books`` (the payments it declares). Contract tests run every process on views that lack everything else.
"""

import inspect
import sys
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.compiled.compilation import entry_point
from sim.core.compiled.numba_types import register_arguments
from sim.core.ledger import Fund
from sim.core.random_draws import word
from sim.core.tables import TABLES

Room = namedtuple("Room", "rows count")
"""A table that a process may add rows to: all its allocated rows, and an array with the number in use."""

#: Made at run time, which type checkers do not follow.
_namedtuple: Any = namedtuple

OCCASIONS = ("month", "year", "life")


@dataclass(frozen=True)
class Decision:
    """A decision left to a random draw: drawn afresh every month, every year, or once in a replication ("life")."""

    name: str
    word: np.uint64
    occasion: str


@dataclass(frozen=True)
class PaymentDeclaration:
    """A reason to pay, the funds that may pay in the order in which they are tried, and who receives."""

    reason: str
    payers: tuple[Fund, ...]
    payee: Fund


@dataclass
class Process:
    """A declared process. ``owner`` is the stem of its module and of the YAML file that holds its parameters."""

    name: str
    owner: str
    module: str
    run: Any
    meaning: str
    reads: dict[str, list[str]]
    writes: dict[str, list[str]]
    creates: tuple[str, ...]
    sees: str
    draws: tuple[Decision, ...]
    pays: tuple[PaymentDeclaration, ...]
    classes: dict[str, Any] = field(default_factory=dict)
    #: Its machine code, by what tells the types of its arguments in one county from those in another (see ``BoundProcess``).
    code: dict[tuple, Callable[..., None]] = field(default_factory=dict)

    @property
    def tables(self) -> list[str]:
        """The tables it is handed, in a fixed order."""
        return sorted({*self.reads, *self.writes})

    @property
    def yaml(self) -> Path:
        """The file of its parameters."""
        return Path(str(sys.modules[self.module].__file__)).with_suffix(".yaml")

    def bind(self, parameters: list[str]) -> None:
        """Make the named tuples that the process is called with.

        They become attributes of its module, because Numba finds compiled code again only if the types of its
        arguments can be imported by name.
        """
        fields = {
            "County": ["month", "calendar", *self.tables, *(f"{table}_room" for table in self.creates)],
            "Parameters": parameters,
            "Draws": [decision.name for decision in self.draws],
            "Books": [payment.reason for payment in self.pays],
        }
        module = sys.modules[self.module]
        stem = "".join(part.capitalize() for part in self.name.split("_"))
        for kind, names in fields.items():
            made: Any = _namedtuple(f"{stem}{kind}", names or ["nothing"], module=self.module)
            setattr(module, made.__name__, made)
            register_arguments(made)
            self.classes[kind] = made


PROCESSES: dict[str, Process] = {}


def _columns(text: str, what: str, name: str) -> dict[str, list[str]]:
    """``"persons.age households.*"`` as tables and columns; ValueError if one does not exist."""
    columns: dict[str, list[str]] = {}
    for item in text.split():
        table, _, column = item.partition(".")
        if table not in TABLES:
            raise ValueError(f"process '{name}' {what} '{item}': there is no table '{table}'")
        names = [each.name for each in TABLES[table].columns] if column == "*" else [TABLES[table].column(column).name]
        columns.setdefault(table, []).extend(names)
    return columns


def _decisions(text: str, owner: str) -> tuple[Decision, ...]:
    decisions = []
    for item in text.split():
        name, _, occasion = item.partition("@")
        occasion = occasion or "month"
        if occasion not in OCCASIONS:
            raise ValueError(f"'{owner}': a decision is taken each month, @year or @life, not '@{occasion}'")
        decisions.append(Decision(name, word(f"{owner}.{name}"), occasion))
    return tuple(decisions)


def _payments(text: str, name: str) -> tuple[PaymentDeclaration, ...]:
    payments = []
    for item in filter(None, (part.strip() for part in text.split(";"))):
        reason, _, route = item.partition(":")
        payers, _, payee = route.partition("->")
        try:
            codes = tuple(Fund[payer.strip().upper()] for payer in payers.split("|"))
            payments.append(PaymentDeclaration(reason.strip(), codes, Fund[payee.strip().upper()]))
        except KeyError as unknown:
            raise ValueError(f"process '{name}': there is no fund {unknown}") from None
    return tuple(payments)


def process(
    reads: str = "", writes: str = "", draws: str = "", pays: str = "", creates: str = "", sees: str = "world"
) -> Callable[[Callable[..., None]], Process]:
    """Declare a function, which is compiled, as a process of the month.

    ``reads``/``writes``: ``table.column`` words; ``draws``: decision words, with ``@year`` or ``@life`` where the draw is not
    monthly; ``pays``: ``reason: fund | fund -> fund``, separated by semicolons; ``creates``: tables it may add rows to;
    ``sees``: ``world``, or ``records`` for a process of the administration, which is handed no true column at all.
    Raises ValueError when a declaration names something that does not exist.
    """

    def declare(function: Callable[..., None]) -> Process:
        owner = function.__module__.rpartition(".")[2]
        name = function.__name__
        if name in PROCESSES and PROCESSES[name].module != function.__module__:
            raise ValueError(f"two processes are called '{name}'")
        made = Process(
            name=name,
            owner=owner,
            module=function.__module__,
            run=entry_point(function),
            meaning=inspect.cleandoc(function.__doc__ or "").split("\n")[0],
            reads=_columns(reads, "reads", name),
            writes=_columns(writes, "writes", name),
            creates=tuple(creates.split()),
            sees=sees,
            draws=_decisions(draws, owner),
            pays=_payments(pays, name),
        )
        if sees == "records":
            for table, columns in [*made.reads.items(), *made.writes.items()]:
                for column in columns:
                    if TABLES[table].column(column).truth:
                        raise ValueError(f"process '{name}' sees only records, but '{table}.{column}' is true")
        PROCESSES[name] = made
        return made

    return declare
