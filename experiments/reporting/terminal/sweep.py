"""A sweep on the terminal: outcomes point by point, or factor by factor where points are sampled."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments.reporting.figures import sweep_charts
from experiments.reporting.office_numbers import ENOUGH
from experiments.reporting.translations import Words
from experiments.results.files import read_csv

MOST_ROWS = 40


def answer(manifest: Mapping[str, Any], folder: Path, language: str) -> Iterator[RenderableType]:
    """The title, and a table of levels (a grid) or of effects."""
    words = Words(language)
    yield Text(words.of(manifest["title"]), style="bold")
    yield Text(words("sweep_said", points=manifest["points"], replications=manifest["replications"]))
    if manifest["replications"] < ENOUGH:
        yield Text(words("scoreboard_trial", runs=manifest["replications"]))
    summary = read_csv(folder / "summary.csv")
    if manifest["design"] == "grid":
        yield _levels(manifest, summary[summary["point"].isin(summary["point"].unique()[:MOST_ROWS])], words)
        if manifest["points"] > MOST_ROWS:
            yield Text(words("points_not_shown", count=manifest["points"] - MOST_ROWS))
    else:
        yield _effects(manifest, read_csv(folder / "effects.csv"), words)


def _levels(manifest: Mapping[str, Any], summary: pandas.DataFrame, words: Words) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    many = len(manifest["scenarios"]) > 1
    titles = {each["id"]: words.of(each["title"]) for each in manifest["scenarios"]}
    for name in [*([words("column_scenario")] if many else []), *(words.of(factor["name"]) for factor in manifest["factors"])]:
        table.add_column(name, overflow="fold")
    for subject in manifest["outcomes"]:
        table.add_column(sweep_charts.outcome_title(subject, words), justify="right", overflow="fold")
    for _point, rows in summary.groupby("point", sort=False):
        first = rows.iloc[0]
        values = [
            "" if pandas.isna(first[factor["id"]]) else sweep_charts.format_level(first[factor["id"]], factor, words)
            for factor in manifest["factors"]
        ]
        outcomes = [
            sweep_charts.format_outcome(rows[rows["outcome"] == subject["id"]].iloc[0], subject, words)
            for subject in manifest["outcomes"]
        ]
        table.add_row(*([titles[first["scenario"]]] if many else []), *values, *outcomes)
    return table


def _effects(manifest: Mapping[str, Any], effects: pandas.DataFrame, words: Words) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(words("column_factor"), overflow="fold")
    for subject in manifest["outcomes"]:
        table.add_column(sweep_charts.outcome_title(subject, words), justify="right", overflow="fold")
    for scenario in manifest["scenarios"]:
        if len(manifest["scenarios"]) > 1:
            table.add_row(Text(words.of(scenario["title"]), style="bold"))
        own = effects[(effects["scenario"] == scenario["id"]) & effects["difference"].notna()]
        ends = ("difference_low", "difference_high") if "difference_low" in own else ("low", "high")
        for factor in manifest["factors"]:
            for value, rows in own[own["factor"] == factor["id"]].groupby("value", sort=False):
                label = words.of(factor["name"])
                if manifest["design"] == "one_at_a_time":
                    label += f" = {sweep_charts.format_level(value, factor, words)}"
                cells = []
                for subject in manifest["outcomes"]:
                    match = rows[rows["outcome"] == subject["id"]]
                    cells.append(
                        "" if match.empty else sweep_charts.format_difference(match.iloc[0], ends, subject["unit"], words)
                    )
                table.add_row(label, *cells)
    return table
