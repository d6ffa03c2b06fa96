"""The fan chart: an indicator over the months with dated events, its threshold, and published figures.

A function from tidy data to a Figure in a given language; it reads and writes no file.
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
from matplotlib.ticker import NullFormatter

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, footer, paragraph, value_axis
from experiments.reporting.figures.style import BLUE, GREY, INK, VERMILLION, width
from experiments.reporting.translations import Words

MOST_EVENTS = 6
LONGEST_EVENT = 48  # letters


def plot_fan_chart(
    band: pandas.DataFrame,
    subject: Mapping[str, Any],
    language: str,
    facts: Mapping[str, Any],
    reference: tuple[Mapping[str, str], pandas.DataFrame] | None = None,
    threshold: float | None = None,
    events: Sequence[tuple[str, Mapping[str, str]]] = (),
    published: Sequence[Mapping[str, Any]] = (),
) -> Figure:
    """An indicator over the months: the median and the bands that hold half and nine tenths of the runs.

    ``band``: columns month, p05, p25, p50, p75, p95; ``subject``: name, unit, definition of the indicator;
    ``reference``: the name and the band of what it is compared with; ``threshold``: a level in the indicator's
    unit; ``events``: months ("2023-05") with their names; ``published``: figures with span (two months), published (a number or
    low and high) and place. Only the first ``MOST_EVENTS`` events are drawn: more would hide the fan.
    """
    words = Words(language, minus="\u2212")
    with style.house_style():
        what = words.of(subject.get("definition"))
        text = words("fan_is", definition=what) if what else ""
        page = Page(9.0, 5.6 + (paragraph(text, 9.0, PLAIN) if what else 0.0))  # the definition takes no room from the fan
        unit = "" if subject["unit"] == "share" else words.unit(subject["unit"])  # the axis says percent itself
        name = words.of(subject["name"])
        page.top(words("name_and_unit", name=name, unit=unit) if unit else name, TITLE, weight="bold", gap=0.08)
        if what:
            page.top(text, PLAIN, color=GREY)
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("fan_is_not"), SMALL + 0.5, gap=0.12)
        axes = page.axes(left=0.95, right=0.45, top=0.36, bottom=0.32)
        handles = _fan(axes, band, words)
        if reference is not None:
            handles.append(_reference(axes, reference, words))
        value_axis(axes.yaxis, subject["unit"], words)
        _grid(axes)
        if threshold is not None:
            _threshold(axes, threshold, subject["unit"], words)
        _time_axis(axes, band["month"])
        handles += _published(axes, published, words)
        _events(axes, events[:MOST_EVENTS], words, page.width - 1.4)
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


def _events(axes: Axes, events: Sequence[tuple[str, Mapping[str, str]]], words: Words, inches: float) -> None:
    """A line at each month with its name at the top, in as many rows as it takes; on the left of the line near the end."""
    first, last = axes.get_xlim()
    ends: list[float] = []  # of the last name in each row, in inches
    low, high = axes.get_ylim()
    for month, name in sorted(events, key=lambda event: event[0]):
        day = np.datetime64(month).astype("datetime64[D]").astype(float)
        if not first <= day <= last:
            continue
        text = style.drawable(words.of(name), LONGEST_EVENT)
        long = width(text) * (SMALL + 0.5) / 72 + 0.12
        at = (day - first) / (last - first) * inches
        left = at + long > inches
        start = at - long if left else at
        row = next((number for number, end in enumerate(ends) if end <= start), len(ends))
        ends[row:] = [start + long]
        axes.axvline(day, color=GREY, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=1)
        axes.annotate(
            text, (day, 1), xycoords=("data", "axes fraction"), xytext=(-4 if left else 4, -3 - 12 * row),
            textcoords="offset points", fontsize=SMALL + 0.5, color=INK, va="top", ha="right" if left else "left", zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
        )  # fmt: skip
    if ends:  # room for the names over what is drawn
        axes.set_ylim(low, high + (high - low) * 0.055 * len(ends))


def _published(axes: Axes, published: Sequence[Mapping[str, Any]], words: Words) -> list[Any]:
    """Open diamonds at published numbers, brackets over published ranges, with their place; entries for the legend."""
    look: dict[str, Any] = {"color": INK, "markerfacecolor": "white", "markeredgewidth": 1.3, "zorder": 6, "clip_on": False}
    first_month, last_month = axes.get_xlim()
    handles = {}
    for figure in published:
        first, last = (np.datetime64(month, "D").astype(float) for month in figure["span"])
        middle, value = (first + last) / 2, figure["published"]
        if not isinstance(value, list):
            top = value
            (mark,) = axes.plot([middle], [value], marker="D", markersize=7, linestyle="", label=words("published"), **look)
            handles["number"] = mark
        else:
            top = value[1]
            if first == last:
                axes.errorbar(
                    [middle], [sum(value) / 2], [(value[1] - value[0]) / 2], color=INK, capsize=5, linewidth=1.4, zorder=6
                )
            else:
                axes.hlines(value, first, last + 30, color=INK, linewidth=1.2, linestyle=(0, (1, 1.2)), zorder=6)
            handles["range"] = Line2D([], [], color=INK, linewidth=1.2, linestyle=(0, (1, 1.2)), label=words("published_range"))
        side = "left" if middle - first_month < 60 else "right" if last_month - middle < 120 else "center"
        axes.annotate(
            words.of(figure["place"]), (middle, top), xytext=(0, 7), textcoords="offset points", fontsize=SMALL,
            ha=side, va="bottom", zorder=6, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.4},
        )  # fmt: skip
    return list(handles.values())


def _grid(axes: Axes) -> None:
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)


def _time_axis(axes: Axes, months: pandas.Series) -> None:
    """A tick each January, the year written under its middle."""
    first = months.iloc[0]
    axes.set_xlim(first, months.iloc[-1] + pandas.DateOffset(days=15))
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(MonthLocator(7))
    axes.xaxis.set_minor_formatter(DateFormatter("%Y"))
    axes.tick_params(axis="x", which="minor", length=0, pad=5)
