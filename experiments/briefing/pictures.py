"""The first pictures of a result folder: drawn from its files alone, in both languages, each with its data
beside it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments import output_folder
from experiments.briefing import style
from experiments.briefing.words import LANGUAGES
from experiments.results import Results

PLAN_ENDS = 2025
#: What a run draws at its end; a brief has PDF too.
KINDS = ("png", "svg")
ROOM = 5_000_000  # bytes that the figures of one result take, by measurement


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
    """The goals that a picture has room for: the headline, what the paper itself sets, their twins on file, what lies beyond the
    plan where a life goes on so long, and all at once.

    Other readings and analytic twins are on the terminal's scoreboard and in ``goals.csv``. Where no goal has a weight, all.
    """
    chosen = {
        goal["id"] for goal in goals
        if goal["headline"] or goal.get("weight", 0.0) > 0.0 or "members" in goal or (goal.get("deadline") or 0) > PLAN_ENDS
    }  # fmt: skip
    chosen -= {"joint_all"}
    if not any(goal.get("weight", 0.0) > 0.0 for goal in goals):
        return list(goals)
    return [goal for goal in goals if goal["id"].removesuffix("_observed") in chosen]


def draw(results: Results, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Fan charts of the headline indicators and the scoreboard as PNG and SVG in ``figures``, each with
    its data (CSV) and a description (text); their paths.
    """
    from experiments.briefing import gallery

    with output_folder.building(results.folder) as new:
        made = [
            results.folder / path.relative_to(new)
            for language in languages
            for picture in gallery.first_pictures(results, language)
            for path in gallery.save(picture, new / "figures", KINDS)
        ]
    return list(dict.fromkeys(made))


def tidy(tables: Sequence[Any]) -> Any:
    """Bands of the county as one table, months as people write them."""
    import pandas

    data = pandas.concat(tables).drop(columns=["scope", "unit"])
    data["month"] = data["month"].dt.strftime("%Y-%m")
    return data


def provenance(small_print: dict[str, Any]) -> str:
    """The small print as it stands in the metadata of a picture."""
    return "; ".join(f"{key}: {value}" for key, value in small_print.items() if key != "title")
