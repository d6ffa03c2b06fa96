"""Counties beside each other on the terminal: how likely each reaches its headline goals."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments.reporting.origin_text import ORDER
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
        table.add_row(county, *(_cell(cells.get((county, goal)), words) for goal in goals))
    yield table
    if len(counties) > MOST_SHOWN:
        yield words("counties_not_shown", count=len(counties) - MOST_SHOWN)


def origins(sources: Sequence[Mapping[str, Any]], language: str) -> Iterator[RenderableType]:
    """A row for each county: how many of its numbers are of which origin, and which plan it was judged by."""
    words = Words(language)
    table = Table(box=box.ASCII)
    for head in ("county", "counties_judged"):
        table.add_column(words(head))
    kinds = [kind for kind in ORDER if any(each[kind] for each in sources)]
    for kind in kinds:
        table.add_column(words(f"origin_{kind}"), justify="right")
    for each in sources[:MOST_SHOWN]:
        table.add_row(each["county"], each["judged_by"], *(str(each[kind]) for kind in kinds))
    yield Text(words("counties_origins"), style="bold")
    yield table


def _cell(line: Mapping[str, Any] | None, words: Words) -> str:
    if line is None:  # its plan does not ask for it
        return "-"
    low, high = words.percent(line["low"]), words.percent(line["high"])
    share = "-" if line["probability"] is None else words.percent(line["probability"])
    return f"{share} [{low}, {high}]"
