"""Incomes by source and their spread, and monitoring of households from onset to elimination of risk.

Functions from tidy data to a Figure in a given language; they read and write no file.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, footer, value_axis
from experiments.reporting.figures.row_chart import beside, heading, named_rows
from experiments.reporting.figures.spending import legend_of_parts
from experiments.reporting.figures.style import BLUE, GREY, INK, PARTS, VERMILLION
from experiments.reporting.translations import Words

SOURCES = ("wages", "business", "property", "transfers")
HIGHEST = 40_000  # yuan: what lies above is drawn together
STAGES = ("began", "identified", "helped", "eliminated")
STEPS = ("noticing", "helping", "resolving")


def plot_income_sources(data: pandas.DataFrame, language: str, facts: Mapping[str, Any]) -> Figure:
    """Income per head by its four sources: for each segment a bar for the first year's end and one for the last.

    ``data``: columns segment, name_zh, name_en, year, wages, business, property, transfers, total, p05, p95 (yuan per head).
    """
    words = Words(language, minus="\u2212")
    rows = list(data.itertuples())
    with style.house_style():
        page = Page(10.4, 2.6 + 0.4 * len(rows))
        page.top(words("sources_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("sources_is"), PLAIN, color=GREY)
        page.legend(legend_of_parts([words(f"source_{source}") for source in SOURCES]))
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("sources_note"), SMALL + 0.5, gap=0.1)
        each_twice = len(rows) // max(1, data["segment"].nunique())
        axes = named_rows(page, [""] * len(rows), left=2.9, right=1.75, top=0.2, bottom=0.35, apart=each_twice)
        for row, each in enumerate(rows):
            start = 0.0
            for source, (color, hatch) in zip(SOURCES, PARTS):
                value = getattr(each, source)
                axes.barh(row, value, left=start, height=0.74, color=color, hatch=hatch, edgecolor="white", linewidth=0.8)
                start += value
            axes.plot([each.p05, each.p95], [row, row], color=INK, linewidth=1.2)
            around = words("range", low=words.number(each.p05, "yuan"), high=words.number(each.p95, "yuan"))
            beside(axes, row - 0.14, words.quantity(each.total, "yuan"))
            beside(axes, row + 0.22, around, size=SMALL, color=GREY)
            axes.annotate(
                str(each.year), (0, row), xytext=(-5, 0), textcoords="offset points", fontsize=SMALL + 0.5, ha="right",
                va="center", color=GREY,
            )  # fmt: skip
        for segment in dict.fromkeys(data["segment"]):
            own = [row for row, each in enumerate(rows) if each.segment == segment]
            name = getattr(rows[own[0]], f"name_{language}")
            axes.annotate(
                style.wrap(name, 1.9, PLAIN), (0, float(np.mean(own))), xytext=(-40, 0), textcoords="offset points",
                fontsize=PLAIN, ha="right", va="center",
            )  # fmt: skip
        value_axis(axes.xaxis, "yuan", words)
        axes.set_xlim(0, max(data["p95"].max(), data["total"].max()) * 1.02)
        axes.tick_params(axis="x", labelsize=PLAIN - 1)
    return page.figure


def plot_spread(
    data: pandas.DataFrame, lines: Sequence[tuple[str, float, float]], language: str, facts: Mapping[str, Any]
) -> Figure:
    """How net income per head is spread before and after: registered persons on top, everybody else below.

    ``data``: columns group (registered, others), moment (opening, end), low (yuan), share, p05, p95 of persons; ``lines``: names
    of lines of income, in the language, with their levels at both moments.
    """
    words = Words(language, minus="\u2212")
    with style.house_style():
        page = Page(9.6, 7.2)
        page.top(words("spread_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("spread_is"), PLAIN, color=GREY)
        before = Patch(facecolor="#dcdcdc", edgecolor=GREY, label=words("moment_opening"))
        after = Line2D([], [], color=BLUE, linewidth=2.2, label=words("moment_end"))
        page.legend([before, after, Patch(color=style.BAND_NINE, label=words("nine_tenths"))])
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("spread_note"), SMALL + 0.5, gap=0.1)
        groups = list(dict.fromkeys(data["group"]))
        room = (page.above - page.below - 0.2) / len(groups)
        for number, group in enumerate(groups):
            own = data[data["group"] == group]
            axes = page.axes(left=0.9, right=0.45, top=0.42 + number * room, bottom=0.45 + (len(groups) - 1 - number) * room)
            _spread_of(axes, own, lines, words)
            axes.set_title(words(f"group_{group}"), fontsize=PLAIN + 0.5, loc="left", fontweight="bold", pad=5)
    return page.figure


def _spread_of(axes: Axes, own: pandas.DataFrame, lines: Sequence[tuple[str, float, float]], words: Words) -> None:
    step = 1000
    for moment in ("opening", "end"):
        part = own[own["moment"] == moment].sort_values("low")
        edges = [*part["low"], float(part["low"].iloc[-1] + step)]
        if moment == "opening":
            axes.stairs(part["share"], edges, fill=True, facecolor="#dcdcdc", edgecolor=GREY, linewidth=1.0)
        else:
            axes.stairs(part["p95"], edges, baseline=part["p05"], fill=True, color=style.BAND_NINE, alpha=0.85, linewidth=0)
            axes.stairs(part["share"], edges, color=BLUE, linewidth=2.0)
    top = axes.get_ylim()[1] * 1.12
    axes.set_ylim(0, top)
    for row, (name, first, last) in enumerate(lines):
        axes.axvline(last, color=VERMILLION, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.plot([first, first], [0, 0.06 * top], color=VERMILLION, linewidth=1.6)
        axes.annotate(
            words("line_told", name=name, first=words.number(first, "yuan"), last=words.number(last, "yuan")), (last, 1),
            xycoords=("data", "axes fraction"), xytext=(4, -3 - 12 * row), textcoords="offset points", fontsize=SMALL + 0.5,
            color=VERMILLION, va="top", bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
        )  # fmt: skip
    axes.set_xlim(own["low"].min(), HIGHEST + step)
    value_axis(axes.yaxis, "share", words)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    ticks = list(range(5000, HIGHEST, 5000))
    labels = ["<0", *(words.grouped(f"{tick:,}") for tick in ticks), words.grouped(f"≥{HIGHEST:,}")]
    axes.set_xticks([-step / 2, *ticks, HIGHEST + step / 2], labels, fontsize=PLAIN - 1)
    axes.set_xlabel(words("spread_axis"), fontsize=PLAIN - 0.5)


def plot_funnel(stages: pandas.DataFrame, delays: pandas.DataFrame, language: str, facts: Mapping[str, Any]) -> Figure:
    """Monitoring from onset to elimination: households at each stage, and how long each step took.

    ``stages``: columns group (registered, others), stage, mean, p05, p95 (households); ``delays``: group, step, p10, p50, p90
    (months), households.
    """
    words = Words(language, minus="\u2212")
    groups = list(dict.fromkeys(stages["group"]))
    with style.house_style():
        page = Page(11.4, 2.1 + 2.55 * len(groups))
        page.top(words("funnel_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("funnel_is"), PLAIN, color=GREY)
        page.bottom(footer(facts, words), SMALL)
        page.bottom(words("funnel_note"), SMALL + 0.5, gap=0.1)
        room = (page.above - page.below) / len(groups)
        for number, group in enumerate(groups):
            _funnel_of(
                page,
                stages[stages["group"] == group],
                delays[delays["group"] == group],
                number=number,
                room=room,
                count=len(groups),
                words=words,
            )
    return page.figure


def _funnel_of(
    page: Page, stages: pandas.DataFrame, delays: pandas.DataFrame, number: int, room: float, count: int, words: Words
) -> None:
    group = stages["group"].iloc[0]
    own = stages.set_index("stage").reindex(STAGES).fillna(0.0)
    top, bottom = 0.55 + number * room, 0.3 + (count - 1 - number) * room
    axes = named_rows(page, [words(f"stage_{stage}") for stage in STAGES], left=2.25, right=5.35, top=top, bottom=bottom)
    first = float(own["mean"].iloc[0])
    axes.barh(range(len(STAGES)), own["mean"], height=0.66, color=["#9aa7b0", "#8fc1e0", "#4b9ccb", BLUE])
    for row, stage in enumerate(STAGES):
        each = own.loc[stage]
        axes.plot([each["p05"], each["p95"]], [row, row], color=INK, linewidth=1.2)
        share = words.percent(each["mean"] / first) if first else ""
        label = words.quantity(each["mean"], "households")
        beside(axes, row, label if row == 0 else words("with_range", value=label, range=words("of_those_begun", share=share)))
    axes.set_xlim(0, float(own[["mean", "p95"]].to_numpy().max()) * 1.02 or 1.0)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.annotate(
        words(f"group_{group}"), (0, 1), xycoords="axes fraction", xytext=(-(2.25 - page.side) * 72, 10),
        textcoords="offset points", fontsize=PLAIN + 0.5, fontweight="bold",
    )  # fmt: skip
    time = page.axes(left=8.3, right=0.45, top=top, bottom=bottom)
    time.set_ylim(len(STAGES) - 0.5, -0.5)
    time.set_yticks([])
    time.spines["left"].set_visible(False)
    longest = max(float(delays["p90"].max()) if len(delays) else 0.0, 12.0)
    time.set_xlim(0, longest * 1.02)
    for row, step in enumerate(STEPS):
        found = delays[delays["step"] == step]
        if found.empty:
            continue
        each = found.iloc[0]
        at = row + 0.5
        time.plot([each["p10"], each["p90"]], [at, at], color=style.BAND_HALF, linewidth=7, solid_capstyle="butt")
        time.plot([each["p50"]], [at], marker="|", markersize=15, markeredgewidth=2.6, color=BLUE, linestyle="")
        facts = {"middle": f"{each['p50']:.0f}", "long": f"{each['p90']:.0f}"}
        label = words("delay_told", step=words(f"step_{step}"), **facts)
        time.annotate(label, (0, at), xytext=(0, -15), textcoords="offset points", fontsize=SMALL + 0.5, va="center", color=GREY)
    time.tick_params(axis="x", labelsize=SMALL + 0.5)
    time.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    heading(time, 0, words("delay_axis"), ha="left")
