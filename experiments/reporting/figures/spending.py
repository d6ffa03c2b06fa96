"""What each purse pays for, and how much it pays from year to year. Functions from tidy data to a Figure; no files."""

from collections.abc import Mapping
from typing import Any

import pandas
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, cell, footer
from experiments.reporting.figures.row_chart import heading
from experiments.reporting.figures.style import GREY, INK, PARTS, VERMILLION, width, wrap
from experiments.reporting.translations import Words

TEN_THOUSAND, MILLION = 1e4, 1e6
LEAST_UNPAID = 5000.0  # yuan a year, below which nothing counts as unpaid
SMALLEST = 0.02  # of a purse: smaller uses are drawn together
ACROSS = 4
BAR, KEY, GAP = 0.34, 0.2, 0.14  # inches: a bar, a line of its key, what is left free below


def plot_uses(data: pandas.DataFrame, language: str, facts: Mapping[str, Any]) -> Figure:
    """A bar for each purse, divided by use; its total a year, and the amount unpaid, beside it.

    ``data``: columns fund, fund_zh, fund_en, use, use_zh, use_en, yuan (a year), p05, p95 (of the purse), shortfall (a year); the
    uses of a purse largest first.
    """
    words = Words(language, minus="\u2212")
    left, right = 2.45, 2.75
    wide = 11.6 - left - right
    purses = [own for _fund, own in data.groupby("fund", sort=False)]
    keys = [_key(own, language, words, wide) for own in purses]
    heights = [BAR + KEY * (max((line for line, *_rest in key), default=-1) + 1) + GAP for key in keys]
    with style.house_style():
        page = Page(11.6, 2.15 + sum(heights))
        page.top(words("uses_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("uses_is"), PLAIN, color=GREY)
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("uses_note"), SMALL + 0.5, gap=0.1)
        axes = page.axes(left=left, right=right, top=0.3, bottom=0.05)
        axes.set_xlim(0, wide)
        axes.set_ylim(page.above - page.below - 0.35, 0)
        axes.axis("off")
        top = 0.0
        for own, key, height in zip(purses, keys, heights):
            _purse(axes, own, key, top=top, wide=wide, language=language, words=words)
            top += height
        heading(axes, 0, words("uses_axis"), ha="left")
    return page.figure


def _purse(axes: Axes, own: pandas.DataFrame, key: list[tuple], top: float, wide: float, language: str, words: Words) -> None:
    """One bar from ``top`` (inches) down, its names, its key below, and its sums beside it."""
    total, start, middle = own["yuan"].sum(), 0.0, top + BAR / 2
    for number, (name, share) in enumerate(_parts(own, total, language, words)):
        color, hatch = PARTS[number % len(PARTS)]
        axes.barh(middle, share * wide, left=start, height=BAR, color=color, hatch=hatch, edgecolor="white", linewidth=0.8)
        if _fits(name, share * wide):
            patch = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0} if hatch else None
            ink = INK if hatch or number else "white"
            cell(axes, start + share * wide / 2, middle, name, size=PLAIN - 1, color=ink, ha="center", bbox=patch)
        start += share * wide
    for line, x, number, label in key:
        y = top + BAR + KEY * (line + 0.62)
        color, hatch = PARTS[number % len(PARTS)]
        axes.barh(y, 0.11, left=x, height=0.11, color=color, hatch=hatch, edgecolor="white", linewidth=0)
        cell(axes, x + 0.15, y, label, size=SMALL)
    cell(axes, -0.12, middle, wrap(str(own[f"fund_{language}"].iloc[0]), 1.85, PLAIN - 0.5), size=PLAIN - 0.5, ha="right")
    first = own.iloc[0]
    by, unit = words.large("million yuan/year", first["p95"] / MILLION)
    low, middle_sum, high = (
        words.number(yuan / MILLION / by, "million yuan/year") for yuan in (first["p05"], total, first["p95"])
    )
    around, shown = words("range", low=low, high=high), words.with_unit(middle_sum, unit)
    cell(axes, wide + 0.12, middle - 0.07, words("with_range", value=shown, range=around), size=PLAIN - 1)
    unpaid = own["shortfall"].sum()
    label = words("unpaid_told", amount=amount(unpaid, words)) if unpaid >= LEAST_UNPAID else words("all_paid")
    cell(axes, wide + 0.12, middle + 0.13, label, size=SMALL, color=VERMILLION if unpaid >= LEAST_UNPAID else GREY)


def amount(yuan: float, words: Words) -> str:
    """Money a year: 万元 or 亿元, English million yuan."""
    by, unit = words.large("million yuan/year", yuan / MILLION)
    return words.with_unit(words.number(yuan / MILLION / by, "million yuan/year"), unit)


def _number(yuan: float, words: Words) -> str:
    return words.number(yuan / (TEN_THOUSAND if words.language == "zh" else MILLION), "million yuan/year")


def _parts(own: pandas.DataFrame, total: float, language: str, words: Words) -> list[tuple[str, float]]:
    """Names and shares of a purse's uses, the small ones as one."""
    large = own[own["yuan"] >= SMALLEST * total].head(len(PARTS) - 1)
    parts = [(str(name), float(yuan / total)) for name, yuan in zip(large[f"use_{language}"], large["yuan"])]
    rest = 1.0 - sum(share for _name, share in parts)
    return [*parts, (words("other_uses"), rest)] if rest > 1e-9 else parts


def _fits(name: str, room: float) -> bool:
    """Whether a name has room in its part of a bar, inches."""
    return width(name) * (PLAIN - 1) / 72 <= room - 0.1


def _key(own: pandas.DataFrame, language: str, words: Words, wide: float) -> list[tuple[int, float, int, str]]:
    """What stands below a bar for the parts without room for a name: line, place in inches, number of the part, words."""
    placed, line, x = [], 0, 0.0
    for number, (name, share) in enumerate(_parts(own, own["yuan"].sum(), language, words)):
        if _fits(name, share * wide):
            continue
        label = f"{name} {words.percent(share)}"
        long = 0.15 + width(label) * SMALL / 72 + 0.14
        if x and x + long > wide:
            line, x = line + 1, 0.0
        placed.append((line, x, number, label))
        x += long
    return placed


def plot_by_year(data: pandas.DataFrame, language: str, facts: Mapping[str, Any]) -> Figure:
    """A small chart for each purse on its own scale: what it paid in each year, nine runs in ten as a line.

    ``data``: columns fund, fund_zh, fund_en, year, yuan, p05, p95.
    """
    words = Words(language, minus="\u2212")
    funds = list(dict.fromkeys(data["fund"]))
    down = -(-len(funds) // ACROSS)
    with style.house_style():
        page = Page(11.0, 1.6 + 1.7 * down)
        page.top(words("by_year_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("by_year_is"), PLAIN, color=GREY)
        page.bottom(footer(facts, words), SMALL)
        wide, high = (page.width - 2 * page.side) / ACROSS, (page.above - page.below - 0.1) / down
        for number, fund in enumerate(funds):
            own = data[data["fund"] == fund].sort_values("year")
            column, row = number % ACROSS, number // ACROSS
            left, top = page.side + column * wide, page.above - 0.05 - row * high
            axes = page.figure.add_axes(
                (
                    (left + 0.05) / page.width,
                    (top - high + 0.36) / page.height,
                    (wide - 0.25) / page.width,
                    (high - 0.78) / page.height,
                )
            )
            place = range(len(own))
            axes.bar(place, own["yuan"], color=style.BAND_HALF, width=0.68)
            axes.vlines(list(place), own["p05"], own["p95"], color=INK, linewidth=1.1)
            highest = float(own["p95"].max()) or 1.0
            axes.set_ylim(0, highest * 1.28)
            for at, (middle, end) in enumerate(zip(own["yuan"], own["p95"])):
                label = _number(float(middle), words)
                axes.text(at, max(middle, end) + 0.04 * highest, label, ha="center", fontsize=SMALL, color=INK)
            axes.set_xticks(list(place), [str(year) for year in own["year"]], fontsize=SMALL)
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
            axes.tick_params(length=0)
            name = wrap(str(own[f"fund_{language}"].iloc[0]), wide - 0.3, PLAIN - 0.5)
            axes.set_title(name, fontsize=PLAIN - 0.5, loc="left", fontweight="bold", pad=4, linespacing=1.1)
    return page.figure


def legend_of_parts(labels: list[str]) -> list[Patch]:
    """Patches for parts of a whole, in the order of ``style.PARTS``."""
    return [Patch(facecolor=color, hatch=hatch, edgecolor="white", label=label) for label, (color, hatch) in zip(labels, PARTS)]
