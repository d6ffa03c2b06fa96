"""Kinds of households and townships, as tables of the workbook: levels, and who gains and loses where the interval allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from experiments.analyses.comparison import GAINS, LOSES, SAME
from experiments.reporting.answer import is_slight
from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Cell, Chart, Table
from experiments.reporting.documents.context import ReportContext, column

PLURAL = {"segment": "segments", "township": "townships"}
INCOME, RELAPSE = "rural_income", "relapse_rate"
NAMED = 6


@dataclass(frozen=True)
class Places:
    """Levels of places at the end of the last year, and the verdicts of the comparison, if there is one."""

    context: ReportContext

    @cached_property
    def levels(self) -> dict[tuple[str, str, str], Any]:
        """Values by replication for (scope, unit, indicator), at the end of the last year."""
        table = self.context.results.table("years")
        indicators = [name for name in (INCOME, RELAPSE) if name in table.columns]
        last = table[table["year"] == table["year"].max()]
        found = {}
        for (scope, unit), own in last.groupby(["scope", "unit"], observed=True):
            indexed = own.set_index("replication")
            for name in indicators:
                if indexed[name].notna().any():
                    found[str(scope), str(unit), name] = indexed[name].astype(np.float64)
        return found

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of the comparison on places; none without one."""
        comparison = self.context.measured.comparison
        return [] if comparison is None else comparison["places"]

    def line(self, scope: str, unit: str, indicator: str) -> dict[str, Any] | None:
        """The comparison's line for one place and indicator."""
        return next((e for e in self.lines if (e["scope"], e["unit"], e["indicator"]) == (scope, unit, indicator)), None)

    def verdict(self, scope: str, unit: str) -> str:
        """The verdict over income and relapse together: gains, loses, mixed, unclear or same; below a hundredth unclear."""
        lines = [line for name in (INCOME, RELAPSE) if (line := self.line(scope, unit, name)) is not None]
        found = {"unclear" if line["verdict"] in (GAINS, LOSES) and is_slight(line) else line["verdict"] for line in lines}
        if GAINS in found and LOSES in found:
            return "mixed"
        return GAINS if GAINS in found else LOSES if LOSES in found else SAME if found == {SAME} else "unclear"


def build_tables(context: ReportContext) -> Iterator[Table]:
    """A table for each scope that has values."""
    places = Places(context)
    for scope in PLURAL:
        if any(key[0] == scope for key in places.levels):
            yield build_table(context, places, scope)


def list_names(units: Sequence[str], context: ReportContext) -> str:
    """A list of places, cut where it grows too long."""
    known = {place["unit"]: context.words.of(place) for plural in PLURAL.values() for place in context.manifest[plural]}
    shown = context.words("brief_and").join(known.get(unit, unit) for unit in units[:NAMED])
    return shown if len(units) <= NAMED else context.words("who_more", names=shown, count=len(units))


def build_table(context: ReportContext, places: Places, scope: str) -> Table:
    """Places of one scope in their own order: nobody is ranked."""
    words, compared = context.words, bool(places.lines)
    columns = [column(words, "place", width=2.2), column(words, "income", "whole", width=1.7)]
    if compared:
        columns.append(column(words, "income_change", "whole", width=1.9))
    columns.append(column(words, "relapse", "share", width=1.5, digits=2))
    if compared:
        columns.append(column(words, "relapse_change", "points", width=1.9, digits=2))
        columns.append(column(words, "verdict", width=1.2))
    order = [place["unit"] for place in context.manifest[PLURAL[scope]]]
    rows = tuple(_row(context, places, scope, unit) for unit in order)
    title = words(f"table_{PLURAL[scope]}", year=context.last_year)
    note = words("note_places" if compared and context.other is None else "note_places_levels") if context.other is None else ""
    return Table(
        PLURAL[scope], title, tuple(columns), rows=rows, note=note, chart=Chart(words("col_relapse"), "place", ("relapse",))
    )


def _row(context: ReportContext, places: Places, scope: str, unit: str) -> dict[str, Cell | str]:
    words = context.words
    row: dict[str, Cell | str] = {"place": list_names([unit], context)}
    if any(places.line(scope, unit, name) for name in (INCOME, RELAPSE)):
        row["verdict"] = words(f"verdict_{places.verdict(scope, unit)}")
    for name, key, kind in ((INCOME, "income", "yuan"), (RELAPSE, "relapse", "share")):
        values = places.levels.get((scope, unit, name))
        if values is None:
            row[key] = words("not_here")
            continue
        found = context.measured.estimate(values)
        if found.runs == 0:
            row[key] = words("not_here")
            continue
        number = probability_wording.round_to_interval(found.mean, found.low, found.high)
        shown = probability_wording.with_interval(
            found.mean, found.low, found.high, unit="share" if kind == "share" else "", words=words
        )
        row[key] = Cell(number, shown)
        line = places.line(scope, unit, name)
        change = None if line is None else probability_wording.Change.of(line)
        if change is not None:
            scale = 100.0 if kind == "share" else 1.0
            ends = [scale * each for each in (change.difference, change.low, change.high)]
            row[f"{key}_change"] = Cell(
                probability_wording.round_to_interval(ends[0], ends[1], ends[2]),
                probability_wording.with_interval(ends[0], ends[1], ends[2], unit="", words=words, sign=True),
            )
    return row
