"""The figures: each a function from tidy data to a Figure in a given language. They read and write no file.

``facts`` are what the small print of a figure says; see ``pictures.facts``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, MonthLocator, YearLocator
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from experiments.briefing import style
from experiments.briefing.page import PLAIN, SMALL, TITLE, Page
from experiments.briefing.scoreboard import groups
from experiments.briefing.style import BLUE, GREY, INK, LINE, VERMILLION, wrap
from experiments.briefing.words import Words, margin, probability

NAME_WIDTH = 2.9  # inches for the names of goals


def fan_chart(
    band: pandas.DataFrame,
    subject: Mapping[str, Any],
    language: str,
    facts: Mapping[str, Any],
    reference: tuple[Mapping[str, str], pandas.DataFrame] | None = None,
    threshold: float | None = None,
    events: Sequence[tuple[str, Mapping[str, str]]] = (),
) -> Figure:
    """An indicator over the months: the median and the bands that hold half and nine tenths of the runs.

    ``band``: columns month, p05, p25, p50, p75, p95; ``subject``: name, unit, definition of the indicator;
    ``reference``: the name and the band of what it is held against; ``threshold``: a level in the indicator's
    unit; ``events``: months ("2023-05") with their names.
    """
    words = Words(language, minus="\u2212")
    with style.house_style():
        page = Page(9.0, 5.6)
        unit = "" if subject["unit"] == "share" else words.unit(subject["unit"])  # the axis says percent itself
        name = words.of(subject["name"])
        page.top(words("name_and_unit", name=name, unit=unit) if unit else name, TITLE, weight="bold", gap=0.08)
        if words.of(subject.get("definition")):
            page.top(words("fan_is", definition=words.of(subject["definition"])), PLAIN, color=GREY)
        page.bottom(_footer(facts, words), SMALL)
        page.bottom(words("fan_is_not"), SMALL + 0.5, gap=0.12)
        axes = page.axes(left=0.95, right=0.45, top=0.42, bottom=0.32)
        handles = _fan(axes, band, words)
        if reference is not None:
            handles.append(_reference(axes, reference, words))
        _value_axis(axes, subject["unit"], words)
        if threshold is not None:
            _threshold(axes, threshold, subject["unit"], words)
        _time_axis(axes, band["month"])
        for month, event in events:
            _event(axes, np.datetime64(month), words.of(event))
        axes.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(0, 1.01),
            ncols=len(handles),
            frameon=False,
            fontsize=PLAIN - 0.5,
            borderaxespad=0,
            handlelength=1.8,
            columnspacing=1.6,
        )
    return page.figure


def _fan(axes: Axes, band: pandas.DataFrame, words: Words) -> list[Any]:
    month = band["month"].to_numpy()
    axes.fill_between(month, band["p05"], band["p95"], color=style.BAND_NINE, linewidth=0)
    axes.fill_between(month, band["p25"], band["p75"], color=style.BAND_HALF, linewidth=0)
    (line,) = axes.plot(month, band["p50"], color=BLUE, linewidth=2, label=words("median"))
    half = Patch(color=style.BAND_HALF, label=words("half"))
    return [line, half, Patch(color=style.BAND_NINE, label=words("nine_tenths"))]


def _reference(axes: Axes, reference: tuple[Mapping[str, str], pandas.DataFrame], words: Words) -> Line2D:
    """The median as a dashed line, nine tenths between two fine ones: lines stay readable across the other's
    band.
    """
    name, band = reference
    month = band["month"].to_numpy()
    for edge in ("p05", "p95"):
        axes.plot(month, band[edge], color=VERMILLION, linewidth=0.8, linestyle=(0, (1, 2)))
    label = words("reference_band", name=words.of(name))
    (line,) = axes.plot(month, band["p50"], color=VERMILLION, linewidth=1.6, linestyle=(0, (5, 2)), label=label)
    return line


def _threshold(axes: Axes, level: float, unit: str, words: Words) -> None:
    axes.axhline(level, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    low, high = axes.get_ylim()
    room = 0.08 * (high - low)
    axes.set_ylim(min(low, level - room), max(high, level + room))
    axes.annotate(
        words("threshold", value=words.level(level, unit)),
        (0.004, level),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3),
        textcoords="offset points",
        fontsize=SMALL + 1,
    )


def _event(axes: Axes, month: np.datetime64, name: str) -> None:
    axes.axvline(month.astype("datetime64[D]").astype(object), color=GREY, linewidth=0.8)
    axes.annotate(
        name,
        (month.astype("datetime64[D]").astype(object), 0.98),
        xycoords=("data", "axes fraction"),
        xytext=(3, 0),
        textcoords="offset points",
        fontsize=SMALL + 0.5,
        color=GREY,
        va="top",
    )


def _value_axis(axes: Axes, unit: str, words: Words) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    if unit == "share":
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words("percent", number=f"{100 * value:g}")))
    else:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))


def _time_axis(axes: Axes, months: pandas.Series) -> None:
    """A tick each January, the year written under its middle."""
    first = months.iloc[0]
    axes.set_xlim(first, months.iloc[-1] + pandas.DateOffset(days=15))
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(MonthLocator(7))
    axes.xaxis.set_minor_formatter(DateFormatter("%Y"))
    axes.tick_params(axis="x", which="minor", length=0, pad=5)


def goal_scoreboard(goals: Sequence[Mapping[str, Any]], language: str, facts: Mapping[str, Any]) -> Figure:
    """Every goal with its probability, interval and margin, under headings; what is recorded beside what is
    true.

    A goal and its recorded twin (``ID`` and ``ID_observed``) share a row: a filled circle and an open
    diamond. A goal met in none or in all of the runs gets an open triangle that points to where the truth
    lies.
    """
    words = Words(language, minus="\u2212")
    rows = _rows(goals)
    wide, row_height, heading_height = 11.7, 0.46, 0.36
    body = sum(heading_height if isinstance(row, str) else row_height for row in rows)
    with style.house_style():
        page = Page(wide, body + 2.6)
        page.top(words("scoreboard_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("scoreboard_is", runs=facts["runs"]), PLAIN, color=GREY)
        page.legend(_marks(goals, words))
        page.bottom(_footer(facts, words), SMALL)
        page.bottom(words("scoreboard_is_not"), SMALL + 0.5)
        left, right = 4.55, 3.95
        axes = page.axes(left=left, right=right, top=0.42, bottom=0.3)
        box = axes.get_position()
        inch = 1 / (box.width * wide)
        columns = (1 + 0.18 * inch, 1 + 1.8 * inch)
        _probability_axis(axes, body, words)
        headings = ("axis_probability", "column_probability", "column_margin")
        for x, label in zip((0, *columns), headings, strict=True):
            _cell(axes, x, -0.18, words(label), color=GREY, size=SMALL + 0.5)
        height = 0.0
        for row in rows:
            if isinstance(row, str):
                middle = height + 0.62 * heading_height
                _cell(axes, -(left - page.side) * inch, middle, words(row), weight="bold")
                height += heading_height
            else:
                labels = (-(left - page.side - 0.12) * inch, -(NAME_WIDTH + 0.2) * inch)
                _goal_row(axes, row, height + row_height / 2, labels, columns, words)
                height += row_height
                axes.plot([labels[0], 1 + 3.5 * inch], [height] * 2, color=LINE, linewidth=0.5, clip_on=False)
    return page.figure


def _rows(goals: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Labels of headings and, below each, tuples of a goal with its recorded twin, if it has one."""
    return [row for heading, group in groups(goals) for row in (heading, *group)]


def _goal_row(
    axes: Axes,
    pair: tuple[Mapping, ...],
    middle: float,
    label: Sequence[float],
    columns: Sequence[float],
    words: Words,
) -> None:
    """One row: id and name at the two places of ``label``, marks, and the texts of the two ``columns``."""
    first = pair[0]
    size = PLAIN - 0.5
    name = wrap(words.of(first["name"]), NAME_WIDTH, size)
    if name.count("\n") > 1:
        size = SMALL
        name = wrap(words.of(first["name"]), NAME_WIDTH, size)
    if "members" not in first:
        _cell(axes, label[0], middle, first["id"].removesuffix("_observed"), color=GREY, size=SMALL + 0.5)
    _cell(axes, label[1], middle, name, size=size)
    for goal in pair:
        if goal["probability"] is None:
            continue
        y = middle + (0.0 if len(pair) == 1 else 0.1 if goal["observed"] else -0.1)
        colour = VERMILLION if goal["observed"] else BLUE
        axes.plot([goal["low"], goal["high"]], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=2)
        marker, fill = _marker(goal, colour)
        look: dict[str, Any] = {"markerfacecolor": fill, "markersize": 6.5, "markeredgewidth": 1.4, "linestyle": ""}
        axes.plot([goal["probability"]], [y], marker=marker, color=colour, clip_on=False, zorder=3, **look)
        _cell(axes, columns[0], y, probability(words, goal), color=colour, size=SMALL + 0.5)
        if "members" not in goal:
            middle_margin, around = margin(words, goal)
            said = words("with_range", value=middle_margin, range=around)
            _cell(axes, columns[1], y, said, color=colour, size=SMALL)


def _marker(goal: Mapping[str, Any], colour: str) -> tuple[str, str]:
    """Shape and filling of a goal's mark."""
    if goal["bound"]:
        return (">" if goal["bound"] == "below" else "<"), "white"
    return ("D", "white") if goal["observed"] else ("o", colour)


def _marks(goals: Sequence[Mapping[str, Any]], words: Words) -> list[Line2D]:
    look: dict[str, Any] = {"markersize": 6.5, "markeredgewidth": 1.4, "linestyle": "-", "linewidth": 2.2}
    marks = [Line2D([], [], marker="o", color=BLUE, label=words("mark_true"), **look)]
    if any(goal["observed"] for goal in goals):
        shape: dict[str, Any] = {"marker": "D", "markerfacecolor": "white", "color": VERMILLION}
        marks.append(Line2D([], [], label=words("mark_observed"), **shape, **look))
    if any(goal["bound"] for goal in goals):
        shape = {"marker": ">", "markerfacecolor": "white", "color": GREY}
        marks.append(Line2D([], [], label=words("mark_bound"), **shape, **look))
    return marks


def _probability_axis(axes: Axes, height: float, words: Words) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [words("percent", number=n) for n in (0, 25, 50, 75, 100)])
    axes.tick_params(axis="x", labelsize=SMALL + 0.5)
    axes.grid(axis="x")
    axes.set_axisbelow(True)


def _cell(axes: Axes, x: float, y: float, text: str, size: float = PLAIN, color: str = INK, weight: str = "normal") -> None:
    """Text left-aligned at a fraction of the axes' width and a height in data units."""
    axes.text(x, y, text, fontsize=size, color=color, fontweight=weight, va="center", ha="left", linespacing=1.15)


def footer(facts: Mapping[str, Any], language: str) -> str:
    """The small print of a figure."""
    return _footer(facts, Words(language, minus="\u2212"))


def _footer(facts: Mapping[str, Any], words: Words) -> str:
    vantage = facts.get("vantage")
    said = words("vantage", vantage=vantage) if vantage else words("vantage_today")
    return words("figure_footer", **{**facts, "title": words.of(facts["title"]), "vantage": said})
