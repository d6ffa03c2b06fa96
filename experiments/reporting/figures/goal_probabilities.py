"""How likely goals are by year and under two scenarios, and in which replications the second scenario changes the outcome.

Functions from tidy data to a Figure in a given language; they read and write no file.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, footer, value_axis
from experiments.reporting.figures.row_chart import ROW, beside, heading, interval, named_rows, share_axis
from experiments.reporting.figures.style import BLUE, DARK, GREY, INK, LIGHT_TO_DARK, VERMILLION
from experiments.reporting.translations import Words

HALF = 0.5
FLIPS = (("both", BLUE, ""), ("helped", "#8fc1e0", "////"), ("harmed", VERMILLION, "\\\\"), ("neither", "#E3E3E3", ""))


def judge_path(years: pandas.DataFrame, words: Words) -> str:
    """When a goal becomes unlikely: the first year from which its interval stays below one half; or likely at the end, or open.

    ``years``: columns year, low, high, in order.
    """
    below = years["high"].to_numpy() < HALF
    if below[-1]:
        first = len(below) - 1
        while first > 0 and below[first - 1]:
            first -= 1
        return words("unlikely_from", year=int(years["year"].iloc[first]))
    return words("likely_at_end" if years["low"].iloc[-1] > HALF else "open_at_end")


def format_chance(probability: float, low: float, high: float, words: Words) -> str:
    """A probability in a narrow field; only the bound where none or all of the runs met the goal."""
    if np.isnan(probability):
        return words("unknown")
    if probability == 0.0:
        return f"≤{words.percent(high)}"
    return f"≥{words.percent(low)}" if probability == 1.0 else words.percent(probability)


def plot_chance_by_year(data: pandas.DataFrame, language: str, facts: Mapping[str, Any]) -> Figure:
    """The probability of being on course at each year's end, a row for each goal, darker where likelier.

    ``data``: columns goal, name_zh, name_en, headline, year, probability, low, high.
    """
    words = Words(language, minus="\u2212")
    goals = list(dict.fromkeys(data["goal"]))
    years = sorted(data["year"].unique())
    with style.house_style():
        page = Page(10.4, 2.3 + ROW * len(goals))
        page.top(words("chance_by_year_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("chance_by_year_is"), PLAIN, color=GREY)
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("chance_by_year_note"), SMALL + 0.5, gap=0.1)
        names = [str(data.loc[data["goal"] == goal, f"name_{language}"].iloc[0]) for goal in goals]
        axes = named_rows(page, names, left=4.0, right=2.0, top=0.32, bottom=0.08)
        wide = data.pivot(index="goal", columns="year", values="probability").loc[goals, years].to_numpy()
        axes.imshow(wide, aspect="auto", cmap=LIGHT_TO_DARK, vmin=0, vmax=1, zorder=1)
        for row, goal in enumerate(goals):
            own = data[data["goal"] == goal].sort_values("year")
            for column, each in enumerate(own.itertuples()):
                dark = each.probability > DARK
                label = format_chance(each.probability, each.low, each.high, words)
                axes.text(column, row, label, fontsize=PLAIN - 1, ha="center", va="center", color="white" if dark else INK)
            outlook = judge_path(own, words)
            beside(axes, row, outlook, color=VERMILLION if own["high"].iloc[-1] < HALF else INK)
            if bool(own["headline"].iloc[0]):
                axes.get_yticklabels()[row].set_fontweight("bold")
        for edge in range(1, len(years)):
            axes.axvline(edge - 0.5, color="white", linewidth=1.5, zorder=2)
        for edge in range(1, len(goals)):
            axes.axhline(edge - 0.5, color="white", linewidth=1.5, zorder=2)
        axes.set_xticks([])
        for column, year in enumerate(years):
            heading(axes, column, str(year))
        axes.annotate(
            words("column_verdict"), (1, 1), xycoords="axes fraction", xytext=(8, 5), textcoords="offset points",
            fontsize=PLAIN - 1, color=GREY, va="bottom",
        )  # fmt: skip
        for spine in axes.spines.values():
            spine.set_visible(False)
    return page.figure


def plot_comparison(data: pandas.DataFrame, titles: tuple[str, str], language: str, facts: Mapping[str, Any]) -> Figure:
    """Two scenarios on common random numbers: both probabilities, and their difference with its interval for pairs, by goal.

    ``data``: columns name_zh, name_en, first, first_low, first_high, other, other_low, other_high, difference, low, high;
    ``titles``: of both scenarios, in the language.
    """
    words = Words(language, minus="\u2212")
    names = list(data[f"name_{language}"])
    with style.house_style():
        page = Page(11.0, 2.9 + 0.44 * len(names))
        page.top(words("comparison_title", other=titles[1], first=titles[0]), TITLE, weight="bold", gap=0.08)
        page.top(words("comparison_is"), PLAIN, color=GREY)
        look: dict[str, Any] = {"linewidth": 2.0, "markersize": 6.5}
        first = Line2D([], [], color=GREY, marker="o", markerfacecolor="white", label=titles[0], **look)
        page.legend([first, Line2D([], [], color=BLUE, marker="s", label=titles[1], **look)])
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("comparison_note"), SMALL + 0.5, gap=0.1)
        left = named_rows(page, names, left=4.0, right=4.1, top=0.35, bottom=0.32)
        share_axis(left, words)
        right = page.axes(left=7.2, right=1.75, top=0.35, bottom=0.32)
        right.set_ylim(left.get_ylim())
        right.set_yticks([])
        right.spines["left"].set_visible(False)
        right.axvline(0, color=INK, linewidth=0.9)
        for row, each in enumerate(data.itertuples()):
            interval(left, row - 0.16, each.first_low, each.first, each.first_high, GREY, markerfacecolor="white")
            interval(left, row + 0.16, each.other_low, each.other, each.other_high, BLUE, marker="s")
            clear = each.low > 0 or each.high < 0
            color = (BLUE if each.difference > 0 else VERMILLION) if clear else GREY
            interval(right, row, each.low, each.difference, each.high, color, markerfacecolor=color if clear else "white")
            label = _points(each.difference, each.low, each.high, words)
            beside(right, row, label, color=color)
        reach = max(0.05, float(np.nanmax(np.abs(data[["low", "high"]].to_numpy()))) * 1.08)
        right.set_xlim(-reach, reach)
        right.xaxis.set_major_locator(_few())
        right.xaxis.set_major_formatter(lambda value, _: format_points(value, words))
        right.tick_params(axis="x", labelsize=PLAIN - 1)
        right.grid(axis="x")
        right.set_axisbelow(True)
        heading(left, 0.5, words("axis_probability"))
        heading(right, 0, words("axis_difference"))
    return page.figure


def _few() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(4, symmetric=True)


def _points(middle: float, low: float, high: float, words: Words) -> str:
    if middle == low == high == 0:
        return "0"
    ends = words("range_signed", low=format_points(low, words), high=format_points(high, words))
    return f"{format_points(middle, words)} ({ends})"


def format_points(value: float, words: Words) -> str:
    """Percentage points as the number of runs supports them: whole, unless a difference would round to 0."""
    shown = 100 * value
    text = f"{abs(shown):.0f}" if abs(shown) >= 0.5 or abs(shown) < 0.05 else f"{abs(shown):.1f}"
    return (words.minus if shown <= -0.05 else "+" if shown >= 0.05 else "") + text


def plot_flips(data: pandas.DataFrame, titles: tuple[str, str], language: str, facts: Mapping[str, Any]) -> Figure:
    """The flip table: of all pairs of replications, in how many both scenarios meet a goal, only one of them, or neither.

    ``data``: columns name_zh, name_en, both, helped, harmed, neither (counts).
    """
    words = Words(language, minus="\u2212")
    names = list(data[f"name_{language}"])
    total = data[["both", "helped", "harmed", "neither"]].sum(axis=1).max()
    with style.house_style():
        page = Page(10.0, 2.75 + 0.4 * len(names))
        page.top(words("flips_title", other=titles[1], first=titles[0]), TITLE, weight="bold", gap=0.08)
        page.top(words("flips_is", pairs=int(total)), PLAIN, color=GREY)
        patches = [
            Patch(facecolor=color, hatch=hatch, edgecolor="white", label=words(f"flip_{part}")) for part, color, hatch in FLIPS
        ]
        page.legend(patches)
        page.bottom(footer(facts, words), SMALL)
        axes = named_rows(page, names, left=4.0, right=1.9, top=0.32, bottom=0.12)
        for row, each in enumerate(data.to_dict("records")):
            start = 0.0
            for part, color, hatch in FLIPS:
                count = each[part]
                axes.barh(row, count, left=start, height=0.66, color=color, hatch=hatch, edgecolor="white", linewidth=0.8)
                if count >= 0.04 * total:
                    plain = not hatch
                    axes.text(
                        start + count / 2, row, str(int(count)), ha="center", va="center", fontsize=PLAIN - 1,
                        color="white" if part == "both" else INK,
                        bbox=None if plain else {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0},
                    )  # fmt: skip
                start += count
            beside(axes, row, words("flips_told", helped=int(each["helped"]), harmed=int(each["harmed"])))
        axes.set_xlim(0, total)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
    return page.figure


def format_place(kind: str, at: float, words: Words) -> str:
    """A place on the axis of a curve in words: points of growth with their sign, or a threshold."""
    return words.quantity(at, "share", True) if kind == "growth" else words.level(at, "share")


def plot_goal_curves(
    kind: str, data: pandas.DataFrame, marks: Sequence[tuple[float, str]], language: str, facts: Mapping[str, Any]
) -> Figure:
    """The probability of a goal over what it hangs on: of "growth" the assumed gap to the province, of "relapse" the threshold.

    ``data``: columns name_zh, name_en, at, probability, low, high; a line for each name. ``marks``: places, and labels.
    """
    words = Words(language, minus="\u2212")
    with style.house_style():
        page = Page(8.4, 5.5)
        page.top(words(f"curve_{kind}_title"), TITLE, weight="bold", gap=0.08)
        page.top(words(f"curve_{kind}_is"), PLAIN, color=GREY)
        looks: tuple[tuple[str, Any, str], ...] = ((BLUE, "-", "o"), (VERMILLION, "--", "s"))
        lines = list(zip(dict.fromkeys(data[f"name_{language}"]), looks))
        if len(lines) > 1:
            page.legend([
                Line2D([], [], label=name, color=color, linestyle=line, marker=mark) for name, (color, line, mark) in lines
            ])  # fmt: skip
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words(f"curve_{kind}_note"), SMALL + 0.5, gap=0.1)
        axes = page.axes(left=1.0, right=0.5, top=0.25 + 0.2 * len(marks), bottom=0.55)
        for name, (color, line, mark) in lines:
            own = data[data[f"name_{language}"] == name].sort_values("at")
            axes.fill_between(own["at"], own["low"], own["high"], color=color, alpha=0.18, linewidth=0)
            axes.plot(own["at"], own["probability"], color=color, linestyle=line, marker=mark, markersize=4.5, clip_on=False)
        low, high = float(data["at"].min()), float(data["at"].max())
        axes.set_xlim(low, high)
        for number, (at, label) in enumerate(marks):
            if low <= at <= high:
                text = words(label, at=format_place(kind, at, words))
                axes.axvline(at, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
                axes.annotate(text, (at, 1), xycoords=("data", "axes fraction"), xytext=(0, 3 + 14 * number), va="bottom",
                              ha="center", textcoords="offset points", fontsize=SMALL + 0.5, color=GREY)  # fmt: skip
        axes.set_ylim(0, 1)
        value_axis(axes.yaxis, "share", words)
        value_axis(axes.xaxis, "share", words, difference=kind == "growth")
        axes.xaxis.set_major_locator(MultipleLocator(0.01))
        axes.set_xlabel(words(f"curve_{kind}_axis"), fontsize=PLAIN)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
    return page.figure
