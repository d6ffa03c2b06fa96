"""Counties beside each other on the terminal: how likely each reaches its headline goals."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table

from experiments.reporting.translations import Words

MOST_SHOWN = 40  # counties; all of them are in counties.csv


def answer(lines: Sequence[Mapping[str, Any]], language: str) -> Iterator[RenderableType]:
    """A row for each county, a column for each headline goal: probability and its 95 % interval."""
    words = Words(language)
    goals = {line["goal"]: line[f"name_{language}"] for line in lines if line["headline"]}
    counties = list(dict.fromkeys(line["county"] for line in lines))
    table = Table(box=box.ASCII)
    table.add_column(words("county"))
    for goal, name in goals.items():
        table.add_column(f"{goal} {name}", justify="right")
    cells = {(line["county"], line["goal"]): line for line in lines}
    for county in counties[:MOST_SHOWN]:
        table.add_row(county, *(_cell(cells[county, goal], words) for goal in goals))
    yield table
    if len(counties) > MOST_SHOWN:
        yield words("counties_not_shown", count=len(counties) - MOST_SHOWN)


def _cell(line: Mapping[str, Any], words: Words) -> str:
    low, high = words.percent(line["low"]), words.percent(line["high"])
    share = "-" if line["probability"] is None else words.percent(line["probability"])
    return f"{share} [{low}, {high}]"
