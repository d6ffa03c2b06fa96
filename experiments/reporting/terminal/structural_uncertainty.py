"""Structural switches and the screening of assumptions, on the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table

from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words

SHOWN = 3  # numbers shown of each goal


def answer(result: Mapping[str, Any], goals: Mapping[str, Any], language: str, folder: Path) -> Iterator[RenderableType]:
    """For each headline goal: what every switch does to it, with the plan and without, and to the order of the plans."""
    words = Words(language)
    yield words("structure_head", futures=result["futures"])
    for name, order in result["ranking"].items():
        goal = goals[name]
        for plan, rows in result["goals"][name].items():
            yield Prose(f"\n{words.of(goal.name)} — {words.of(result['plans'][plan])}", "bold")
            yield _switches(result, rows, goal.unit, words)
        yield Prose(f"\n{words('structure_order', goal=words.of(goal.name), futures=result['ranked'])}", "bold")
        yield _orders(result, order, words)
    yield words("structure_note")
    yield words("folder", out=folder)


def _switches(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], unit: str, words: Words) -> Table:
    table = _table(words, "column_switch", "column_met", "column_margin", "column_switch_change")
    for row in rows:
        switch = words.of(result["switches"][row["switch"]]["name"])
        table.add_row(
            switch,
            format_met(row, words),
            words.quantity(row["margin"], unit, True),
            format_change(row, unit, words),
        )
    return table


def format_met(row: Mapping[str, Any], words: Words) -> str:
    """In how many replications a goal was met."""
    return words("structure_met", met=row["met"], futures=row["futures"])


def format_change(row: Mapping[str, Any], unit: str, words: Words) -> str:
    """What a switch changes of the margin, with its interval; nothing for the reference itself."""
    if row["switch"] == "reference":
        return ""
    low, high = (words.number(row[f"change_{end}"], unit, sign=True) for end in ("low", "high"))
    value = words.quantity(row["change"], unit, True)
    return words("with_range", value=value, range=words("range_signed", low=low, high=high))


def _orders(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], words: Words) -> Table:
    table = _table(words, "column_switch", "column_order", "column_turned")
    for row in rows:
        order = " > ".join(words.of(result["plans"][line["plan"]]) for line in row["order"])
        table.add_row(words.of(result["switches"][row["switch"]]["name"]), order, format_turned(row, words))
    return table


def format_turned(row: Mapping[str, Any], words: Words) -> str:
    """How many pairs of plans a switch clearly puts in the other order."""
    return "" if row["switch"] == "reference" else words("structure_turned", turned=len(row["turned"]), pairs=row["pairs"])


def screening(result: Mapping[str, Any], goals: Mapping[str, Any], language: str, folder: Path) -> Iterator[RenderableType]:
    """The ten assumptions that matter most, and the three on which each goal depends most."""
    from sim.core.inputs.parameters import load_all

    words, book = Words(language), load_all().parameters

    def parameter_name(factor: str) -> str:
        return f"{words.of(book[factor].name.model_dump())} ({factor})"

    yield Prose(words("screening_head", factors=result["factors"], points=result["points"]), "bold")
    table = _table(words, "column_factor", "column_evidence", "column_of_variance")
    for line in result["most"]:
        grade = words(f"grade_{book[line['factor']].evidence}")
        table.add_row(parameter_name(line["factor"]), grade, words.percent(line["share"]))
    yield table
    table = _table(words, "column_goal", "column_factor", "column_correlation")
    for name, lines in result["goals"].items():
        if not lines:
            table.add_row(words.of(goals[name].name), words("screening_never_varies"), "")
        for place, line in enumerate(lines[:SHOWN]):
            noise = "" if line["stands_out"] else words("screening_in_noise")
            table.add_row(
                "" if place else words.of(goals[name].name), parameter_name(line["factor"]), f"{line['correlation']:+.2f} {noise}"
            )
    yield table
    yield words("screening_note")
    yield words("folder", out=folder)


def _table(words: Words, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(words(column), overflow="fold", justify="left" if place == 0 else "default")
    return table
