"""Townships and streets: a schematic grid of tiles beside a chart of dots with intervals.

A function from tidy data to a Figure in a given language; it reads and writes no file. Both follow the official list,
not the map: no boundaries are known here, and the picture says so.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, footer, value_axis
from experiments.reporting.figures.row_chart import interval, named_rows
from experiments.reporting.figures.style import BLUE, DARK, GREY, INK, LIGHT_TO_DARK, LINE, wrap
from experiments.reporting.translations import Words

ACROSS = 5
DARKEST = 0.72  # of the way from light to dark
SUFFIXES = (" Subdistrict", " Township", " Town")


def plot_tiles(data: pandas.DataFrame, subject: Mapping[str, Any], language: str, facts: Mapping[str, Any]) -> Figure:
    """An indicator by township at the end: as tiles and with nine runs in ten, both in the order of the official list.

    ``data``: columns unit, name_zh, name_en, mean, p05, p95 in the order of the list, NaN where nothing is measured;
    ``subject``: title, name, unit, note of the indicator, with title and note in the language.
    """
    words = Words(language, minus="\u2212")
    with style.house_style():
        page = Page(12.2, 7.6)
        page.top(subject["title"], TITLE, weight="bold", gap=0.08)
        page.top(words("tiles_is", name=words.of(subject["name"])), PLAIN, color=GREY)
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("tiles_note") + words("gap") + subject["note"], SMALL + 0.5, gap=0.1)
        _grid(page, data, subject, language=language, words=words)
        _rows(page, data, subject, language=language, words=words)
    return page.figure


def _grid(page: Page, data: pandas.DataFrame, subject: Mapping[str, Any], language: str, words: Words) -> None:
    axes = page.axes(left=page.side, right=5.7, top=0.38, bottom=0.12)
    down = -(-len(data) // ACROSS)
    axes.set_xlim(0, ACROSS)
    axes.set_ylim(down, 0)
    axes.axis("off")
    axes.set_title(words("tiles_schematic"), fontsize=PLAIN + 0.5, loc="left", fontweight="bold", pad=6)
    high = float(np.nanmax(data["mean"])) or 1.0
    least = float(np.nanmin(data["mean"]))
    low = min(max(0.0, least - (high - least)), least)  # townships that hardly differ hardly differ in shade
    for number, each in enumerate(data.itertuples()):
        x, y = number % ACROSS, number // ACROSS
        known = not np.isnan(each.mean)
        shade = DARKEST * (each.mean - low) / ((high - low) or 1.0) if known else 0.0
        face = LIGHT_TO_DARK(shade) if known else "white"
        axes.add_patch(
            FancyBboxPatch(
                (x + 0.05, y + 0.06), 0.9, 0.88, boxstyle="round,pad=0,rounding_size=0.06", facecolor=face,
                edgecolor=LINE if known else GREY, linewidth=0.8, linestyle="-" if known else (0, (2, 2)), mutation_aspect=1,
            )
        )  # fmt: skip
        color = "white" if known and shade > DARK else INK
        name = _short(str(getattr(each, f"name_{language}")))
        axes.text(x + 0.5, y + 0.34, wrap(name, 1.1, SMALL + 0.5), ha="center", va="center", fontsize=SMALL + 0.5, color=color,
                  linespacing=1.0)  # fmt: skip
        label = format_mean(each.mean, subject["unit"], words) if known else words("no_village")
        size = PLAIN + 1.5 if known else SMALL
        axes.text(x + 0.5, y + 0.69, label, ha="center", va="center", fontsize=size, color=color if known else GREY)


def format_mean(value: float, unit: str, words: Words) -> str:
    """A mean with one decimal: percent for shares, and counts with their unit."""
    if unit == "share":
        return words("percent", number=f"{100 * value:.1f}")
    number = words.grouped(f"{value:,.1f}")
    return words("with_unit", number=number, unit=words.unit(unit)) if words.unit(unit) else number


def _short(name: str) -> str:
    """A name without its kind in English; in Chinese the kind is one character and stays."""
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def _rows(page: Page, data: pandas.DataFrame, subject: Mapping[str, Any], language: str, words: Words) -> None:
    known = data.dropna(subset=["mean"])  # in the order of the official list: townships are not ranked
    names = [_short(str(name)) for name in known[f"name_{language}"]]
    axes = named_rows(page, names, left=7.75, right=0.4, top=0.38, bottom=0.35)
    axes.set_title(words("tiles_list"), fontsize=PLAIN + 0.5, loc="left", fontweight="bold", pad=6)
    for label in axes.get_yticklabels():
        label.set_fontsize(SMALL + 0.5)
    for row, each in enumerate(known.itertuples()):
        interval(axes, row, each.p05, each.mean, each.p95, BLUE, markersize=5)
    level = subject.get("county")
    if level is not None:
        axes.axvline(level, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
        axes.annotate(
            words("county_level", value=format_mean(level, subject["unit"], words)), (0.99, 0.012), xycoords="axes fraction",
            fontsize=SMALL + 0.5, va="bottom", ha="right", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
    axes.set_xlim(left=min(0.0, float(known["p05"].min())))
    value_axis(axes.xaxis, subject["unit"], words)
    axes.tick_params(axis="x", labelsize=PLAIN - 1)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
