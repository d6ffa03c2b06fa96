"""The goal scoreboard: a function from tidy data to a Figure in a given language. It reads and writes no file.

``facts`` are what the small print of a figure says; see ``provenance.facts``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, cell, footer
from experiments.reporting.figures.style import BLUE, GREY, LINE, VERMILLION, wrap
from experiments.reporting.goal_selection import group_goals
from experiments.reporting.translations import Words, margin, probability

NAME_WIDTH = 2.9  # inches for the names of goals


def plot_scoreboard(goals: Sequence[Mapping[str, Any]], language: str, facts: Mapping[str, Any]) -> Figure:
    """Every goal with its probability, interval and margin, under headings; what is recorded beside what is
    true.

    A goal and its recorded twin (``ID`` and ``ID_observed``) share a row: a filled circle and an open
    diamond. A goal met in none or in all of the runs gets an open triangle that points to where the truth
    lies.
    """
    words = Words(language, minus="\u2212")
    rows = _rows(goals)
    wide = 11.7
    body = sum(_height(row) for row in rows)
    with style.house_style():
        page = Page(wide, body + 2.6)
        page.top(words("scoreboard_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("scoreboard_is", runs=facts["runs"]), PLAIN, color=GREY)
        page.legend(_marks(goals, words))
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("scoreboard_is_not"), SMALL + 0.5)
        left, right = 4.55, 3.95
        axes = page.axes(left=left, right=right, top=0.42, bottom=0.3)
        box = axes.get_position()
        inch = 1 / (box.width * wide)
        columns = (1 + 0.18 * inch, 1 + 1.8 * inch)
        _probability_axis(axes, body, words)
        headings = ("axis_probability", "column_probability", "column_margin")
        for x, label in zip((0, *columns), headings, strict=True):
            cell(axes, x, -0.18, words(label), color=GREY, size=SMALL + 0.5)
        height = 0.0
        for row in rows:
            if isinstance(row, str):
                middle = height + 0.62 * _height(row)
                cell(axes, -(left - page.side) * inch, middle, words(row), fontweight="bold")
            else:
                labels = (-(left - page.side - 0.12) * inch, -(NAME_WIDTH + 0.2) * inch)
                _goal_row(axes, row, height + _height(row) / 2, label=labels, columns=columns, words=words)
                edge = height + _height(row)
                axes.plot([labels[0], 1 + 3.5 * inch], [edge] * 2, color=LINE, linewidth=0.5, clip_on=False)
            height += _height(row)
    return page.figure


def _height(row: Any) -> float:
    """The height of a row in inches: a heading, a goal, a goal with its recorded twin."""
    return 0.33 if isinstance(row, str) else 0.45 if len(row) > 1 else 0.35


def _rows(goals: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Labels of headings and, below each, tuples of a goal with its recorded twin, if it has one."""
    return [row for heading, group in group_goals(goals) for row in (heading, *group)]


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
        cell(axes, label[0], middle, first["id"].removesuffix("_observed"), color=GREY, size=SMALL + 0.5)
    cell(axes, label[1], middle, name, size=size)
    for goal in pair:
        if goal["probability"] is None:
            continue
        y = middle + (0.0 if len(pair) == 1 else 0.1 if goal["observed"] else -0.1)
        colour = VERMILLION if goal["observed"] else BLUE
        axes.plot([goal["low"], goal["high"]], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=2)
        marker, fill = _marker(goal, colour)
        look: dict[str, Any] = {"markerfacecolor": fill, "markersize": 6.5, "markeredgewidth": 1.4, "linestyle": ""}
        axes.plot([goal["probability"]], [y], marker=marker, color=colour, clip_on=False, zorder=3, **look)
        cell(axes, columns[0], y, probability(words, goal), color=colour, size=SMALL + 0.5)
        if "members" not in goal:
            middle_margin, around = margin(words, goal)
            margin_text = words("with_range", value=middle_margin, range=around)
            cell(axes, columns[1], y, margin_text, color=colour, size=SMALL)


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
