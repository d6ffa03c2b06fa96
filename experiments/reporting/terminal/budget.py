"""The budget on the terminal: fund × use × year, and what programmes cost and achieve."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table

from experiments.reporting.office_numbers import OfficeNumbers
from experiments.reporting.terminal.comparison import signed
from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words

COSTS = ("static", "net", "clawback", "behavioural")


def table(rows: Sequence[Mapping[str, Any]], funds: Mapping[str, Mapping[str, str]], language: str) -> Table:
    """Money by fund, use and year, in 万元 (English: million yuan); months with something unpaid, and how much, a year."""
    words = Words(language)
    numbers, years = OfficeNumbers(words), sorted({row["year"] for row in rows})
    shown = _table(words, "column_fund_use", *map(str, years), "column_months_short", "column_unpaid")
    cells = {(row["fund"], row["use"], row["year"]): row for row in rows}
    last = None
    for fund, use in dict.fromkeys((row["fund"], row["use"]) for row in rows):
        own = [cells.get((fund, use, year)) for year in years]
        if fund != last:
            shown.add_row(Prose(words.of(funds[fund]), "bold"))
        last = fund
        months = sum(row["months"] for row in own if row) / len(years)
        unpaid = sum(row["shortfall"] for row in own if row) / len(years)
        paid = [numbers.table_money(row["yuan"]) if row else "" for row in own]
        label = words(f"use_{use}") if words.has(f"use_{use}") else use
        short = [f"{months:.1f}" if months else "", numbers.table_money(unpaid) if unpaid else ""]
        shown.add_row(Prose(f"  {label}"), *paid, *short)
    return shown


def costs(rows: Sequence[Mapping[str, Any]], language: str) -> Table:
    """Static and net cost, clawback and behavioural effect, 万元 a year (English: million yuan), with intervals."""
    words = Words(language)
    shown = _table(words, "column_programme", *(f"column_{name}" for name in COSTS))
    for row in rows:
        shown.add_row(
            Prose(words.of(row["name"])), *(_interval(row[name], _unit(words), _digits(words), words) for name in COSTS)
        )
    return shown


def one_more(rows: Sequence[Mapping[str, Any]], language: str) -> Table:
    """What one more million a year does: persons below the line, help left waiting, own income, with intervals."""
    words = Words(language)
    names = (("relapsed_per_million", 1.0, 0), ("waiting_per_million", 1.0, 0), ("own_per_million", _unit(words), _digits(words)))
    shown = _table(words, "column_programme", *(f"column_{name}" for name, *_rest in names))
    for row in rows:
        shown.add_row(
            Prose(words.of(row["name"])), *(_interval(row[name], scale, digits, words) for name, scale, digits in names)
        )
    return shown


def _unit(words: Words) -> float:
    """The unit of money of a table, in yuan."""
    return 1e4 if words.language == "zh" else 1e6


def _digits(words: Words) -> int:
    """Decimals of money in that unit."""
    return 0 if words.language == "zh" else 2


def _table(words: Words, first: str, *columns: str) -> Table:
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column(words(first), overflow="fold")
    for column in columns:
        shown.add_column(column if column.isdigit() else Prose(words(column)), justify="right", overflow="fold")
    return shown


def league(rows: Sequence[Mapping[str, Any]], language: str) -> Table:
    """What one more million of the county's own buys, the most persons first; what cannot be told from nothing is marked."""
    words = Words(language)
    shown = _table(words, "column_programme", *(f"column_league_{name}" for name in ("kept", "income", "promises")))
    for row in rows:
        cells = (_interval(row[name], 1.0, digits, words) for name, digits in (("kept", 0), ("income", 0), ("promises", 2)))
        shown.add_row(Prose(words.of(row["name"])), *cells)
    return shown


def _interval(found: Any, scale: float, digits: int, words: Words) -> str:
    """A mean over its interval; what rounds to nothing is 0."""
    middle, low, high = (signed(value / scale, digits) for value in (found.mean, found.low, found.high))
    if words.language == "zh":
        middle, low, high = (each.replace(",", "") for each in (middle, low, high))
    return middle if low == "+nan" else f"{middle}\n({words('range_signed', low=low, high=high)})"
