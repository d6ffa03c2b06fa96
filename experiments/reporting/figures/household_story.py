"""One household's income as a line, with the events of its life. A function from tidy data to a Figure; no files."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas
from matplotlib.dates import DateFormatter, MonthLocator, YearLocator
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, value_axis
from experiments.reporting.figures.style import BLUE, GREY, INK, VERMILLION, width, wrap
from experiments.reporting.translations import Words

MOST = 14  # events: more would make a list of the picture


def plot_story(
    series: Sequence[tuple[str, pandas.DataFrame]],
    events: Sequence[tuple[str, str]],
    heading: tuple[str, str],
    language: str,
    foot: str,
) -> Figure:
    """Net income per head month by month against the lines, and numbered events with a sentence each.

    ``series``: for each scenario its title and columns month, net (yuan), poverty_line, monitoring_line, below; the events are
    those of the first, a second is drawn beside it; ``events``: months ("2022-07") and what happened, in order; ``heading``:
    title and the line under it.
    """
    words = Words(language, minus="\u2212")
    half = (len(events) + 1) // 2
    size, room = SMALL + 0.5, 5.0
    sentences = [wrap(f"{month} {text}", room - 0.35, size) for month, text in events]
    column_lines = [
        sum(text.count("\n") + 1 for text in sentences[:half]),
        sum(text.count("\n") + 1 for text in sentences[half:]),
    ]
    below = max(column_lines, default=0) * size * 1.5 / 72 + 0.12 * half
    with style.house_style():
        page = Page(11.4, 6.2 + below)
        page.top(heading[0], TITLE, weight="bold", gap=0.08)
        page.top(heading[1], PLAIN, color=GREY)
        page.bottom(foot, SMALL)
        page.bottom(words("story_note"), SMALL + 0.5, gap=0.1)
        bottom = page.below
        axes = page.axes(left=0.95, right=0.45, top=0.45, bottom=below + 0.55)
        handles = []
        for number, (title, data) in enumerate(series):
            color, line = ((BLUE, "-"), (GREY, "--"))[number]
            look: dict[str, Any] = {"color": color, "linestyle": line, "linewidth": 2.2 if number == 0 else 1.6, "label": title}
            axes.plot(data["month"], data["net"], zorder=3, **look)
            handles.append(Line2D([], [], **look))
        first = series[0][1]
        for name, color in (("poverty_line", VERMILLION), ("monitoring_line", INK)):
            axes.step(first["month"], first[name], where="post", color=color, linewidth=1.1, linestyle=(0, (4, 2)), zorder=2)
            label = words("line_poverty" if name == "poverty_line" else "line_monitoring")
            handles.append(Line2D([], [], color=color, linewidth=1.1, linestyle=(0, (4, 2)), label=label))
        under = first["below"].to_numpy(dtype=bool)
        if under.any():
            axes.fill_between(
                first["month"], 0, 1, where=under, step="mid", transform=axes.get_xaxis_transform(), color="#f6dcc6", alpha=0.7,
                linewidth=0, zorder=0,
            )  # fmt: skip
            handles.append(Line2D([], [], color="#f6dcc6", linewidth=7, label=words("story_below")))
        _numbers(axes, first, events)
        value_axis(axes.yaxis, "yuan", words)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        axes.set_ylabel(words("spread_axis"), fontsize=PLAIN - 0.5)
        axes.set_xlim(first["month"].iloc[0], first["month"].iloc[-1] + pandas.DateOffset(days=20))
        axes.xaxis.set_major_locator(YearLocator())
        axes.xaxis.set_major_formatter(NullFormatter())
        axes.xaxis.set_minor_locator(MonthLocator(7))
        axes.xaxis.set_minor_formatter(DateFormatter("%Y"))
        axes.tick_params(axis="x", which="minor", length=0, pad=5)
        axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.01), ncols=len(handles), frameon=False,
                    fontsize=PLAIN - 1, borderaxespad=0, columnspacing=1.4)  # fmt: skip
        _sentences(page, sentences, half, top=bottom + below, size=size, room=room)
    return page.figure


def _numbers(axes: Any, data: pandas.DataFrame, events: Sequence[tuple[str, str]]) -> None:
    """A numbered mark on the line for each event; those of one month stand above each other."""
    level = dict(zip(data["month"].dt.strftime("%Y-%m"), data["net"]))
    seen: dict[str, int] = {}
    for number, (month, _text) in enumerate(events, start=1):
        if month not in level:
            continue
        stack = seen.get(month, 0)
        seen[month] = stack + 1
        day = np.datetime64(month)
        ring = {"boxstyle": "circle,pad=0.25", "facecolor": INK, "edgecolor": "white"}
        look: dict[str, Any] = {"fontsize": SMALL, "color": "white", "ha": "center", "va": "center", "zorder": 6, "bbox": ring}
        axes.annotate(str(number), (day, level[month]), xytext=(0, 11 + 15 * stack), textcoords="offset points", **look)
        if stack == 0:
            axes.plot([day], [level[month]], marker="o", markersize=4, color=INK, zorder=5)


def _sentences(page: Page, sentences: Sequence[str], half: int, top: float, size: float, room: float) -> None:
    """The sentences in two columns, each behind its number."""
    for column, part in enumerate((sentences[:half], sentences[half:])):
        height = top
        for number, text in enumerate(part, start=1 + column * half):
            left = page.side + column * (room + 0.35)
            mark = f"{number}"
            look: dict[str, Any] = {"fontsize": size, "va": "top", "linespacing": 1.25}
            page.figure.text(left / page.width, height / page.height, mark, fontweight="bold", **look)
            indent = left + max(0.24, width(mark) * size / 72 + 0.08)
            page.figure.text(indent / page.width, height / page.height, text, **look)
            height -= (text.count("\n") + 1) * size * 1.5 / 72 + 0.1
