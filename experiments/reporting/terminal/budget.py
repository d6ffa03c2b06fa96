"""The budget on the terminal: fund × use × year, and what programmes cost and achieve."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table

from experiments.reporting.translations import Words

MILLION = 1e6


def table(rows: Sequence[Mapping[str, Any]], funds: Mapping[str, Mapping[str, str]], language: str) -> Table:
    """Millions of yuan by fund, use and year; months with something unpaid, and how much."""
    words = Words(language)
    years = sorted({row["year"] for row in rows})
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("column_fund", "column_use"):
        shown.add_column(words(name), overflow="fold")
    for year in years:
        shown.add_column(str(year), justify="right")
    shown.add_column(words("column_months_short"), justify="right")
    shown.add_column(words("column_unpaid"), justify="right")
    cells = {(row["fund"], row["use"], row["year"]): row for row in rows}
    last = None
    for fund, use in dict.fromkeys((row["fund"], row["use"]) for row in rows):
        own = [cells.get((fund, use, year)) for year in years]
        if fund != last and last is not None:
            shown.add_section()
        name = words.of(funds[fund]) if fund != last else ""
        last = fund
        months = sum(row["months"] for row in own if row) / len(years)
        unpaid = sum(row["shortfall"] for row in own if row) / len(years)
        paid = [f"{row['yuan'] / MILLION:.2f}" if row else "" for row in own]
        label = words(f"use_{use}") if words.has(f"use_{use}") else use
        shown.add_row(name, label, *paid, f"{months:.1f}" if months else "", f"{unpaid / MILLION:.2f}" if unpaid else "")
    return shown


def costs(rows: Sequence[Mapping[str, Any]], language: str) -> Table:
    """Static and net cost, clawback, behavioural effect, and the effect of one more million, with intervals."""
    words = Words(language)
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column(words("column_programme"), overflow="fold")
    for name in ("static", "net", "clawback", "behavioural", "relapsed_per_million", "waiting_per_million", "own_per_million"):
        shown.add_column(words(f"column_{name}"), justify="right")
    for row in rows:
        money = (_interval(row[name], MILLION, 2) for name in ("static", "net", "clawback", "behavioural"))
        persons = _interval(row["relapsed_per_million"], 1.0, 0), _interval(row["waiting_per_million"], 1.0, 0)
        shown.add_row(words.of(row["name"]), *money, *persons, _interval(row["own_per_million"], MILLION, 2))
    return shown


def league(rows: Sequence[Mapping[str, Any]], language: str) -> Table:
    """What one more million of the county's own buys, the most persons first; what cannot be told from nothing is marked."""
    words = Words(language)
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column(words("column_programme"), overflow="fold")
    for name in ("kept", "income", "promises"):
        shown.add_column(words(f"column_league_{name}"), justify="right")
    for row in rows:
        cells = (_interval(row[name], 1.0, digits) for name, digits in (("kept", 0), ("income", 0), ("promises", 2)))
        shown.add_row(words.of(row["name"]), *cells)
    return shown


def _interval(found: Any, scale: float, digits: int) -> str:
    """A mean over its interval."""
    middle, low, high = (f"{value / scale:+,.{digits}f}" for value in (found.mean, found.low, found.high))
    return middle if low == "+nan" else f"{middle}\n({low} {high})"
