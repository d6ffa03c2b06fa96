"""What ``calibrate`` prints: recovery of known values, what was learned, which published figures the ensemble covers."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from experiments.reporting.terminal.prose import Prose
from experiments.reporting.terminal.tables import table_of
from experiments.reporting.translations import Words


def answer(result: Mapping[str, Any], language: str, folder: Path) -> Iterator[RenderableType]:
    """Recovery of known values, the published figures, what was learned, and the result folder."""
    words = Words(language)
    recovery = result["recovery"]
    yield Prose(words("calibrate_recovery"), "bold")
    yield words(
        "calibrate_recovered",
        truths=recovery["truths"],
        covered=words.percent(recovery["covered"]),
        matched=words.percent(recovery["matched"]),
    )
    if "figures" in result:
        yield from _figures(result, words)
        yield from _learned(result["learned"], words)
    yield words("folder", out=folder)


def _figures(result: Mapping[str, Any], words: Words) -> Iterator[RenderableType]:
    yield Prose(f"\n{words('calibrate_figures')}", "bold")
    table = table_of(words, "column_figure")
    table.add_column(words("column_when"), no_wrap=True)
    for column in ("column_published", "column_before", "column_after"):
        table.add_column(words(column), overflow="fold")
    table.add_column(words("column_inside"), no_wrap=True)
    for line in result["figures"]:
        unit = line["unit"]
        published = line["published"] if isinstance(line["published"], Sequence) else [line["published"]]
        table.add_row(
            f"{words.of(line['name'])}\n{words.of(line['place'])}",
            line["when"],
            words("gap").join(words.number(value, unit) for value in published)
            if len(published) == 1
            else words("range_signed", low=words.number(published[0], unit), high=words.quantity(published[1], unit)),
            _band(line["prior"], unit, words),
            _band(line["ensemble"], unit, words),
            words("inside" if line["inside"] else "outside"),
        )
    yield table
    lives, hits = (sum(line[kind] for line in result["figures"]) for kind in ("inside", "hit"))
    yield words("backtest_held", lives=lives, hits=hits, figures=len(result["figures"]))
    yield words(
        "calibrate_left",
        first=words.percent(result["left"][0]),
        last=words.percent(result["left"][1]),
        effective=f"{result['effective']:.0f}",
        members=result["members"],
        centre=f"{result['implausibility_of_centre']:.1f}",
    )


def _band(band: Sequence[float], unit: str, words: Words) -> str:
    low, middle, high = band
    ends = words("range_signed", low=words.number(low, unit), high=words.number(high, unit))
    return f"{words.quantity(middle, unit)}\n{words('bracketed', text=ends)}"


def _learned(rows: Sequence[Mapping[str, Any]], words: Words) -> Iterator[RenderableType]:
    yield Prose(f"\n{words('calibrate_learned')}", "bold")
    table: Table = table_of(words, "column_assumption")
    for column in ("column_centre_before", "column_centre_after", "column_interval", "column_narrowed"):
        table.add_column(words(column), justify="right")
    for row in rows:
        unit, value = row["unit"], row["value"]
        table.add_row(
            f"{words.of(row['title'])}\n{row['name']}",
            words.number(row["before"], unit),
            words.number(value["centre"], unit),
            words("range_signed", low=words.number(value["low"], unit), high=words.number(value["high"], unit)),
            words.percent(max(0.0, row["narrowed"])),
        )
    yield table
    yield words("calibrate_meaning")
