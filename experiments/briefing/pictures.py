"""The first pictures of a result folder: drawn from its files alone, in both languages, each with its data
beside it.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments import files
from experiments.briefing import described, fans, figures, style
from experiments.briefing.words import LANGUAGES
from experiments.results import Results

ROOM = 4_000_000  # bytes that the figures of one result take, by measurement


def facts(results: Results) -> dict[str, Any]:
    """What the small print of every figure says."""
    manifest = results.manifest
    return {
        "title": drawable(manifest["scenario"]["title"]),
        "runs": manifest["replications"]["completed"],
        "draws": results.goals[0]["draws"],
        "seed": manifest["seed"],
        "vantage": manifest["scenario"].get("vantage"),
        "version": manifest["program"]["version"] or (manifest["program"]["commit"] or "")[:7],
        "hash": manifest["hash"][:12],
    }


def drawable(names: Mapping[str, str]) -> dict[str, str]:
    """A bilingual name that somebody wrote, as figures can draw it."""
    return {language: style.drawable(str(names.get(language, ""))) for language in LANGUAGES}


def of_the_plan(goals: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The goals that a picture has room for: the headline, what the paper itself sets, their twins on file, and all at once.

    Other readings and analytic twins are on the terminal's scoreboard and in ``goals.csv``. Where no goal has a weight, all.
    """
    chosen = {goal["id"] for goal in goals if goal["headline"] or goal.get("weight", 0.0) > 0.0 or "members" in goal}
    chosen -= {"joint_all"}
    if not any(goal.get("weight", 0.0) > 0.0 for goal in goals):
        return list(goals)
    return [goal for goal in goals if goal["id"].removesuffix("_observed") in chosen]


def draw(results: Results, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Fan charts of the headline indicators and the scoreboard as PNG and SVG in ``figures``, each with
    its data (CSV) and a description (text); their paths.
    """
    folder = results.folder / "figures"
    folder.mkdir(exist_ok=True)
    small_print = facts(results)
    indicators = results.manifest["indicators"]
    made: list[Path] = []
    for name, subject in indicators.items():
        if not subject["headline"]:
            continue
        band = results.bands("county", name)
        tables = [band]
        reference = None
        if subject.get("reference"):
            against = results.bands("county", subject["reference"])
            reference = (indicators[subject["reference"]]["name"], against)
            tables.append(against)
        path = folder / f"fan-{name}.csv"
        made.append(_data(path, tables))
        for language in languages:
            figure = fans.fan_chart(band, subject, language, small_print, reference, subject.get("threshold"))
            said = described.fan_chart(band, subject, language, reference, subject.get("threshold"))
            made += style.save(figure, folder / f"fan-{name}-{language}", said, provenance(small_print))
    shown = of_the_plan(results.goals)
    for language in languages:
        figure = figures.goal_scoreboard(shown, language, small_print)
        said = described.goal_scoreboard(shown, language)
        made += style.save(figure, folder / f"goals-{language}", said, provenance(small_print))
    goals = folder / "goals.csv"
    with (results.folder / "goals.csv").open(encoding="utf-8-sig", newline="") as file:
        drawn = {goal["id"] for goal in shown}
        files.write_csv(goals, [row for row in csv.DictReader(file) if row["id"] in drawn])
    return [*made, goals]


def _data(path: Path, tables: Sequence[Any]) -> Path:
    tidy(tables).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    return path


def tidy(tables: Sequence[Any]) -> Any:
    """Bands of the county as one table, months as people write them."""
    import pandas

    data = pandas.concat(tables).drop(columns=["scope", "unit"])
    data["month"] = data["month"].dt.strftime("%Y-%m")
    return data


def provenance(small_print: dict[str, Any]) -> str:
    """The small print as it stands in the metadata of a picture."""
    return "; ".join(f"{key}: {value}" for key, value in small_print.items() if key != "title")
