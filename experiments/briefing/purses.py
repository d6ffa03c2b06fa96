"""Where each purse's money goes, and how much it is from year to year. Functions from tidy data to a Figure; no files."""

from collections.abc import Mapping
from typing import Any

import pandas
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.briefing import style
from experiments.briefing.page import PLAIN, SMALL, TITLE, Page, footer
from experiments.briefing.rows import beside, heading, named_rows
from experiments.briefing.style import BLUE, GREY, INK, PARTS, VERMILLION, width
from experiments.briefing.words import Words

MILLION = 1e6
SMALLEST = 0.02  # of a purse: smaller uses are drawn together
ACROSS = 4


def uses(data: pandas.DataFrame, language: str, facts: Mapping[str, Any]) -> Figure:
    """A bar for each purse, cut by what it pays for; what the whole comes to a year, and what stayed unpaid, beside it.

    ``data``: columns fund, fund_zh, fund_en, use, use_zh, use_en, yuan (a year), p05, p95 (of the purse), shortfall (a year); the
    uses of a purse largest first.
    """
    words = Words(language, minus="\u2212")
    funds = list(dict.fromkeys(data["fund"]))
    with style.house_style():
        page = Page(11.4, 2.2 + 0.46 * len(funds))
        page.top(words("uses_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("uses_is"), PLAIN, color=GREY)
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("uses_note"), SMALL + 0.5, gap=0.1)
        names = [str(data.loc[data["fund"] == fund, f"fund_{language}"].iloc[0]) for fund in funds]
        axes = named_rows(page, names, left=2.45, right=2.6, top=0.3, bottom=0.05)
        inches = page.width - 2.45 - 2.6
        for row, fund in enumerate(funds):
            own = data[data["fund"] == fund]
            total = own["yuan"].sum()
            start = 0.0
            for number, (name, share) in enumerate(_parts(own, total, language, words)):
                color, hatch = PARTS[number % len(PARTS)]
                axes.barh(row, share, left=start, height=0.72, color=color, hatch=hatch, edgecolor="white", linewidth=0.8)
                _label(axes, name, start, share, row, inches, number)
                start += share
            first = own.iloc[0]
            shown = words.quantity(total / MILLION, "million yuan/year")
            around = words("range", low=_million(first["p05"], words), high=_million(first["p95"], words))
            beside(axes, row - 0.13, words("with_range", value=shown, range=around))
            unpaid = own["shortfall"].sum() / MILLION
            said = (
                words("unpaid_told", amount=words.quantity(unpaid, "million yuan/year")) if unpaid >= 0.005 else words("all_paid")
            )
            beside(axes, row + 0.22, said, size=SMALL, color=VERMILLION if unpaid >= 0.005 else GREY)
        axes.set_xlim(0, 1)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        heading(axes, 0, words("uses_axis"), ha="left")
    return page.figure


def _million(yuan: float, words: Words) -> str:
    return words.number(yuan / MILLION, "million yuan/year")


def _parts(own: pandas.DataFrame, total: float, language: str, words: Words) -> list[tuple[str, float]]:
    """Names and shares of a purse's uses, the small ones as one."""
    if total <= 0.0:
        return []
    large = own[own["yuan"] >= SMALLEST * total]
    parts = [(str(name), float(yuan / total)) for name, yuan in zip(large[f"use_{language}"], large["yuan"])]
    rest = 1.0 - sum(share for _name, share in parts)
    return [*parts, (words("other_uses"), rest)] if rest > 1e-9 else parts


def _label(axes: Any, name: str, start: float, share: float, row: int, inches: float, number: int) -> None:
    """The use's name within its part, in a size that fits, with the share below; nothing where there is no room."""
    room = share * inches - 0.08
    for size in (PLAIN - 1, SMALL):
        if width(name) * size / 72 <= room:
            color, hatch = PARTS[number % len(PARTS)]
            dark = color in (BLUE, style.GREEN, VERMILLION) and not hatch
            axes.text(
                start + share / 2, row, name, ha="center", va="center", fontsize=size, color="white" if dark else INK,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0} if hatch else None,
            )  # fmt: skip
            return


def by_year(data: pandas.DataFrame, language: str, facts: Mapping[str, Any]) -> Figure:
    """A small chart for each purse on its own scale: what it paid in each year, nine runs in ten as a line.

    ``data``: columns fund, fund_zh, fund_en, year, yuan, p05, p95.
    """
    words = Words(language, minus="\u2212")
    funds = list(dict.fromkeys(data["fund"]))
    down = -(-len(funds) // ACROSS)
    with style.house_style():
        page = Page(11.0, 1.75 + 1.75 * down)
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
            million = own[["yuan", "p05", "p95"]] / MILLION
            place = range(len(own))
            axes.bar(place, million["yuan"], color=style.BAND_HALF, width=0.68)
            axes.vlines(list(place), million["p05"], million["p95"], color=INK, linewidth=1.1)
            highest = float(million["p95"].max()) or 1.0
            axes.set_ylim(0, highest * 1.28)
            for at, (middle, end) in enumerate(zip(million["yuan"], million["p95"])):
                said = words.number(float(middle), "million yuan/year")
                axes.text(at, max(middle, end) + 0.04 * highest, said, ha="center", fontsize=SMALL, color=INK)
            axes.set_xticks(list(place), [str(year) for year in own["year"]], fontsize=SMALL)
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
            axes.tick_params(length=0)
            axes.set_title(str(own[f"fund_{language}"].iloc[0]), fontsize=PLAIN, loc="left", fontweight="bold", pad=4)
    return page.figure


def legend_of_parts(labels: list[str]) -> list[Patch]:
    """Patches for parts of a whole, in the order of ``style.PARTS``."""
    return [Patch(facecolor=color, hatch=hatch, edgecolor="white", label=label) for label, (color, hatch) in zip(labels, PARTS)]
