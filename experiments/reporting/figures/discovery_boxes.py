"""The picture of a scenario discovery: density against coverage as a box narrows, and the range of each factor in the box."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from experiments.reporting import discovery_text
from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page
from experiments.reporting.figures.style import BAND_HALF, BLUE, GREY, INK, LINE, VERMILLION, wrap
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results import output_folder
from experiments.results.files import read_csv

MOST = 6


def render(folder: Path, manifest: Mapping[str, Any], languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """``figures/box-N-zh`` and so on for every box reported: PNG, SVG and description; their paths."""
    if not manifest["boxes"]:
        return []
    steps = read_csv(folder / "trajectory.csv")
    cases = pandas.read_parquet(folder / "cases.parquet")
    paths: list[Path] = []
    with output_folder.building(folder) as new:
        target = new / "figures"
        target.mkdir()
        for number in range(len(manifest["boxes"])):
            box = manifest["boxes"][number]
            for earlier in manifest["boxes"][:number]:
                cases = cases[~cases[f"in_box_{earlier['number']}"]]
            own = steps[steps["box"] == box["number"]]
            for language in languages:
                figure = plot_box(box, own, cases, manifest=manifest, language=language)
                text = " ".join(discovery_text.answer({**manifest, "boxes": [box]}, language))
                paths += style.save(figure, target / f"box-{box['number']}-{language}", text, f"seed: {manifest['seed']}")
    return [folder / path.relative_to(new) for path in paths]


def plot_box(
    box: Mapping[str, Any], steps: pandas.DataFrame, cases: pandas.DataFrame, manifest: Mapping[str, Any], language: str
) -> Figure:
    """Left, coverage against density of every box on the way; right, the ranges of the box that was chosen.

    ``steps``: rows of ``trajectory.csv``; ``cases``: of ``cases.parquet``, those in no earlier box.
    """
    words = Words(language, minus="\u2212")
    shown = box["restrictions"][:MOST]
    goal = words.of(manifest["goal"]["name"])
    label = f"box_title_{manifest['where']}" if box["stands"] else "box_title_none"
    with style.house_style():
        page = Page(10.0, 5.3 + 0.62 * max(0, len(shown) - 2))
        page.top(words(label, goal=goal), TITLE, weight="bold")
        page.top(next(discovery_text._standing({**box, "number": 1}, manifest["where"], words)) if box["stands"] else
                 next(discovery_text._fallen(box, manifest["where"], words)), PLAIN)  # fmt: skip
        facts = {"points": manifest["cases"], "seed": manifest["seed"], "version": manifest["program"]["version"],
                 "hash": manifest["hash"][:12], "title": words.of(manifest["title"])}  # fmt: skip
        page.bottom(words("box_footer", **facts), SMALL)
        page.bottom(words("box_note"), SMALL + 0.5, gap=0.12)
        _tradeoff(page.axes(left=0.85, right=5.6, top=0.62, bottom=0.55), box, steps, words)
        _ranges(page.axes(left=5.35, right=0.35, top=0.62, bottom=0.55), shown, cases, where=manifest["where"], words=words)
    return page.figure


def _tradeoff(axes: Any, box: Mapping[str, Any], steps: pandas.DataFrame, words: Words) -> None:
    path = steps[steps["chosen"] != "told"]
    axes.plot(path["learnt_coverage"], path["learnt_density"], color=BLUE, marker="o", markersize=3, linewidth=0.9, alpha=0.7,
              label=words("mark_learnt"))  # fmt: skip
    chosen = steps[steps["chosen"] == "told"].iloc[0]
    axes.plot(chosen["learnt_coverage"], chosen["learnt_density"], marker="o", markersize=9, color=BLUE, linestyle="")
    held = box["held_out"]
    if held["density"] is not None:
        axes.errorbar(
            chosen["held_out_coverage"], held["density"],
            [[held["density"] - held["density_low"]], [held["density_high"] - held["density"]]],
            color=VERMILLION, marker="s", markersize=7, capsize=4, linestyle="", label=words("mark_held_out"),
        )  # fmt: skip
    axes.axhline(path.iloc[0]["learnt_density"], color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label=words("mark_base"))
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(0, 1.05)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: words("percent", number=f"{100 * value:g}")))
    axes.set_xlabel(words("axis_coverage"), fontsize=PLAIN - 0.5)
    axes.set_ylabel(words("axis_density"), fontsize=PLAIN - 0.5)
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.set_title(words("box_tradeoff"), fontsize=PLAIN + 0.5, loc="left", pad=26)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, frameon=False, fontsize=SMALL, borderaxespad=0.2,
                columnspacing=0.9, handletextpad=0.4)  # fmt: skip


def _ranges(axes: Any, shown: Sequence[Mapping[str, Any]], cases: pandas.DataFrame, where: str, words: Words) -> None:
    met = cases["met"].to_numpy(dtype=bool)
    for place, each in enumerate(shown):
        if each["among"] is not None:
            _choices(axes, place, each, words)
            continue
        low, high = each["low_share"] or 0.0, each["high_share"] or 1.0
        axes.add_patch(Rectangle((0, place - 0.3), 1, 0.6, facecolor="none", edgecolor=LINE))
        axes.add_patch(Rectangle((low, place - 0.3), high - low, 0.6, facecolor=BAND_HALF, edgecolor="none"))
        at = _shares(cases[each["id"]].to_numpy(dtype=float))
        for kind, (bottom, top), color in (
            (~met, (place - 0.28, place - 0.03), VERMILLION),
            (met, (place + 0.03, place + 0.28), INK),
        ):
            axes.vlines(at[kind], bottom, top, color=color, linewidth=0.7)
        for end, share in (("low", each["low_share"]), ("high", each["high_share"])):
            if share is not None:
                axes.annotate(
                    discovery_text.level(each, end, words), (share, place - 0.32), fontsize=SMALL + 0.5, ha="center", va="bottom"
                )
    axes.set_yticks(range(len(shown)), [wrap(words.of(each["name"]), 1.15, PLAIN - 1) for each in shown], fontsize=PLAIN - 1)
    axes.set_ylim(len(shown) - 0.45, -0.65)
    axes.set_xlim(-0.02, 1.02)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(words("axis_possible"), fontsize=PLAIN - 0.5)
    axes.set_title(words("box_ranges"), fontsize=PLAIN + 0.5, loc="left", pad=26)
    marks = [axes.plot([], [], color=color, marker="|", linestyle="", markersize=9, label=words(f"mark_kind_{kind}"))[0]
             for color, kind in ((VERMILLION, "fails"), (INK, "holds"))]  # fmt: skip
    marks.append(Rectangle((0, 0), 1, 1, facecolor=BAND_HALF, label=words("mark_in_box")))
    axes.legend(handles=marks, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, frameon=False, fontsize=SMALL,
                borderaxespad=0.2, columnspacing=0.9, handletextpad=0.4)  # fmt: skip


def _choices(axes: Any, place: int, each: Mapping[str, Any], words: Words) -> None:
    text = words("condition_or").join(map(words.of, each["among"]))
    axes.annotate(wrap(text, 3.5, PLAIN), (0.0, place), fontsize=PLAIN, va="center")


def _shares(values: np.ndarray) -> np.ndarray:
    """Ranks of the values as shares: the cases were sampled evenly over the range thought possible."""
    return (np.argsort(np.argsort(values, kind="stable"), kind="stable") + 0.5) / len(values)
