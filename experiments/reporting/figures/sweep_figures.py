"""Which pictures a sweep has, drawn from its tables alone, in both languages, each with its data beside it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas

from experiments.reporting.figures import style, sweep_charts
from experiments.reporting.figures.provenance import drawable, provenance
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results import output_folder
from experiments.results.files import read_csv, safe, write_frame

MOST_CURVES = 12


def render(folder: Path, manifest: dict[str, Any], languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Response curves, tornado and heat map in ``figures``: PNG, SVG, description and CSV each; their paths."""
    facts = facts_of(manifest)
    paths: list[Path] = []
    with output_folder.building(folder) as new:
        target = new / "figures"
        target.mkdir()
        for stem, data, make in pictures_of(folder, manifest, facts):
            path = target / f"{stem}.csv"
            write_frame(path, data)
            paths.append(path)
            for language in languages:
                figure, _title, description = make(language)
                paths += style.save(figure, target / f"{stem}-{language}", description, provenance(facts))
    return [folder / path.relative_to(new) for path in paths]


def facts_of(manifest: dict[str, Any]) -> dict[str, Any]:
    """What the small print of a sweep's pictures says."""
    return {
        "title": drawable(manifest["title"]), "points": manifest["points"], "replications": manifest["replications"],
        "seed": manifest["seed"], "version": manifest["program"]["version"], "hash": manifest["hash"][:12],
    }  # fmt: skip


def pictures_of(
    folder: Path, manifest: dict[str, Any], facts: dict[str, Any]
) -> Iterator[tuple[str, pandas.DataFrame, Callable[[str], tuple[Any, str, str]]]]:
    """File name, data, and a function from a language to figure, title and description, for every picture of a sweep."""
    summary, effects = read_csv(folder / "summary.csv"), read_csv(folder / "effects.csv")
    factors = manifest["factors"]
    for subject in manifest["outcomes"]:
        own = sweep_charts.bounded_rows(summary[summary["outcome"] == subject["id"]], subject)
        name = safe(subject["id"])
        if manifest["design"] == "grid" and len(factors) == 2:
            for scenario, cells in own.groupby("scenario", sort=False):
                yield _heat(f"heat-{name}-{safe(scenario)}", cells, subject, factors=factors, facts=facts)
        if manifest["design"] == "grid" and len(factors) == 1 and _numeric(own[factors[0]["id"]]):
            yield _curve(
                f"curve-{name}",
                own.rename(columns={factors[0]["id"]: "value"}),
                subject,
                factor=factors[0],
                manifest=manifest,
                facts=facts,
            )
        if effects.empty:
            continue
        moved = effects[effects["outcome"] == subject["id"]]
        if manifest["design"] == "one_at_a_time":
            for scenario, bars in moved.groupby("scenario", sort=False):
                yield _tornado(f"tornado-{name}-{safe(scenario)}", bars, subject, manifest=manifest, facts=facts)
        else:
            tops = moved.dropna(subset=["difference"]).drop(columns=["low", "high"])
            tops = tops.rename(columns={"difference_low": "low", "difference_high": "high"})
            for scenario, bars in tops.groupby("scenario", sort=False):
                yield _tornado(f"tornado-{name}-{safe(scenario)}", bars, subject, manifest=manifest, facts=facts)
        yield from _curves(name, own, moved, subject=subject, manifest=manifest, facts=facts)


def _curves(
    name: str, own: pandas.DataFrame, moved: pandas.DataFrame, subject: Any, manifest: Any, facts: Any
) -> Iterator[tuple[str, pandas.DataFrame, Any]]:
    """A response curve for each factor with three or more levels (one at a time), or for each factor (sampled points)."""
    for factor in manifest["factors"][:MOST_CURVES]:
        if manifest["design"] == "one_at_a_time":
            rows = own[own[factor["id"]].notna()].rename(columns={factor["id"]: "value"})
        else:
            rows = moved[moved["factor"] == factor["id"]]
        if not _numeric(rows["value"]) or rows["value"].nunique() < 3:
            continue
        if (
            manifest["design"] == "one_at_a_time"
            and factor["kind"] == "value"
            and isinstance(factor.get("central"), (int, float))
        ):
            base = own[own[[each["id"] for each in manifest["factors"]]].isna().all(axis=1)]  # the scenario itself is a point too
            rows = pandas.concat([rows, base.assign(value=factor["central"])]).sort_values("value", kind="stable")
        yield _curve(f"curve-{name}-{safe(factor['id'])}", rows, subject, factor=factor, manifest=manifest, facts=facts)


def _numeric(column: pandas.Series) -> bool:
    return pandas.api.types.is_numeric_dtype(column)


def _curve(
    stem: str, rows: pandas.DataFrame, subject: Any, factor: Any, manifest: Any, facts: Any
) -> tuple[str, pandas.DataFrame, Any]:
    titles = {each["id"]: drawable(each["title"]) for each in manifest["scenarios"]}
    data = rows[["scenario", "value", "mean", "low", "high"]]

    def make(language: str) -> tuple[Any, str, str]:
        words = Words(language)
        called = {scenario: words.of(title) for scenario, title in titles.items()}
        if len(set(called.values())) < len(called):  # two scenarios of one title are two curves
            called = {scenario: words("name_and_unit", name=title, unit=scenario) for scenario, title in called.items()}
        curves = {called[scenario]: part for scenario, part in data.groupby("scenario", sort=False)}
        title = words("sweep_against", outcome=sweep_charts.outcome_title(subject, words), factor=words.of(factor["name"]))
        points = [(f"{row.value:g}", row.mean_, row.low, row.high) for row in data.rename(columns={"mean": "mean_"}).itertuples()]
        description = sweep_charts.describe_points(title, points, subject["unit"], language)
        return sweep_charts.plot_response_curve(curves, subject, factor, language=language, facts=facts), title, description

    return stem, data, make


def _tornado(stem: str, bars: pandas.DataFrame, subject: Any, manifest: Any, facts: Any) -> tuple[str, pandas.DataFrame, Any]:
    named = {factor["id"]: factor for factor in manifest["factors"]}
    data = bars[["factor", "value", "difference", "low", "high"]]

    def make(language: str) -> tuple[Any, str, str]:
        words = Words(language)
        spread = manifest["design"] != "one_at_a_time"
        labels = [
            words("top_less_bottom") if spread else sweep_charts.format_level(value, named[factor], words)
            for factor, value in zip(data["factor"], data["value"])
        ]
        names = {factor: words.of(record["name"]) for factor, record in named.items()}
        shown = data.assign(label=labels)
        title = words("tornado_title", outcome=sweep_charts.outcome_title(subject, words))
        points = [(f"{names[row.factor]} {row.label}", row.difference, row.low, row.high) for row in shown.itertuples()]
        description = sweep_charts.describe_points(title, points, subject["unit"], language)
        return sweep_charts.plot_tornado(shown, subject, names, language=language, facts=facts), title, description

    return stem, data, make


def _heat(stem: str, cells: pandas.DataFrame, subject: Any, factors: Any, facts: Any) -> tuple[str, pandas.DataFrame, Any]:
    across, up = factors
    data = cells.rename(columns={across["id"]: "across", up["id"]: "up"})[["across", "up", "mean", "low", "high"]]

    def make(language: str) -> tuple[Any, str, str]:
        words = Words(language)
        title = sweep_charts.heat_title(subject, (across, up), words)
        points = [
            (
                " × ".join(
                    sweep_charts.format_level(value, factor, words) for value, factor in ((row.across, across), (row.up, up))
                ),
                row.mean_,
                row.low,
                row.high,
            )
            for row in data.rename(columns={"mean": "mean_"}).itertuples()
        ]
        description = sweep_charts.describe_points(title, points, subject["unit"], language)
        return sweep_charts.plot_heat_map(data, subject, across, up=up, language=language, facts=facts), title, description

    return stem, data, make
