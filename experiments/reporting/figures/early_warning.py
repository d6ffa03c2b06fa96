"""Pictures of early warning and of the drift of records: each a function from plain data to a Figure in a given language."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page
from experiments.reporting.figures.style import BLUE, GREY, INK, VERMILLION
from experiments.reporting.translations import Words, probability


def plot_outlook(look: Any, name: Mapping[str, str], watched: str, language: str, facts: Mapping[str, Any]) -> Figure:
    """How likely a goal is, by quarter, for replications that look worst, best, or have missed a year already.

    ``look``: ``experiments.analyses.early_warning.Outlook``; ``name`` of the goal; ``watched``: the watched indicator, in words.
    """
    words = Words(language, minus="\u2212")
    lines = {"warn_best": (BLUE, "-"), "warn_worst": (VERMILLION, "--"), "warn_missed": (GREY, ":")}
    with style.house_style():
        page = Page(9.0, 5.6)
        page.top(words("warn_title", goal=words.of(name)), TITLE, weight="bold", gap=0.08)
        if watched:
            page.top(words("warn_watched", name=watched), PLAIN, color=GREY)
        page.bottom(words("warn_footer", **{**facts, "title": words.of(facts["title"])}), SMALL)
        page.bottom(words("warn_band"), SMALL + 0.5, gap=0.12)
        axes = page.axes(left=0.95, right=0.45, top=0.42, bottom=0.32)
        for label, (color, line) in lines.items():
            path = _path(look, label)
            if len(path):
                axes.fill_between(path["month"], path["low"], path["high"], color=color, alpha=0.15, linewidth=0)
                axes.plot(path["month"], path["probability"], color=color, linestyle=line, linewidth=1.8, label=words(label))
        quarters = [np.datetime64("2021-01") + month for month in look.months]
        axes.plot(quarters, look.recognised, color=INK, linewidth=1.0, marker=".", label=words("warn_recognised"))
        axes.axhline(facts["likely"], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set_ylim(-0.02, 1.02)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words("percent", number=f"{100 * value:g}")))
        axes.grid(axis="y")
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.01), ncols=4, frameon=False, fontsize=PLAIN - 0.5, borderaxespad=0,
            handlelength=1.8, columnspacing=1.4,
        )  # fmt: skip
    return page.figure


def _path(look: Any, label: str) -> pandas.DataFrame:
    """By quarter, the best or the worst group of replications on course, or the best of those that have missed a year's end."""
    rows = []
    for month in look.months:
        groups = [each for each in look.groups if each.month == month and each.on_course == (label != "warn_missed")]
        if not groups:
            continue
        choose = min if label == "warn_worst" else max
        # Best and worst by their place in the order of the watched value, not by the outcome.
        first, last = groups[0], groups[-1]
        chosen = choose((first, last), key=lambda each: (_direction(look) * each.number, each.number))
        rows.append(
            {"month": np.datetime64("2021-01") + month, **{key: getattr(chosen, key) for key in ("probability", "low", "high")}}
        )
    return pandas.DataFrame(rows)


def _direction(look: Any) -> float:
    """1 if high values of the watched indicator are good for the goal, −1 if they are bad: from all quarters together."""
    lift = 0.0
    for month in look.months:
        groups = [each for each in look.groups if each.month == month and each.on_course]
        lift += groups[-1].probability - groups[0].probability if len(groups) > 1 else 0.0
    return 1.0 if lift >= 0 else -1.0


def describe_outlook(look: Any, name: Mapping[str, str], language: str, likely: float) -> str:
    """The picture in words."""
    words = Words(language)
    sentences = [
        words("warn_said", goal=words.of(name), chance=probability(words, vars(look.prior)), likely=words.percent(likely))
    ]
    for month, caught, false in zip(look.months, look.recognised, look.false_alarms):
        if (month + 1) % 12 == 0 and not np.isnan(caught) and not np.isnan(false):
            sentences.append(
                words("warn_said_year", year=2021 + month // 12, caught=words.percent(caught), false=words.percent(false))
            )
    return words("gap").join(sentences)


def plot_divergence(
    true: pandas.DataFrame,
    observed: pandas.DataFrame,
    polished: pandas.DataFrame,
    names: Mapping[str, Mapping[str, str]],
    language: str,
    footer: str,
) -> Figure:
    """An indicator in truth and in the records, the gap between both shaded, and how much of it the assessment causes.

    Bands with columns month, p05, p50, p95; ``names``: of true, observed and polished.
    """
    words = Words(language, minus="\u2212")
    with style.house_style():
        page = Page(9.0, 5.6)
        page.top(words("divergence_title"), TITLE, weight="bold", gap=0.08)
        page.top(words("divergence_is"), PLAIN, color=GREY)
        page.bottom(footer, SMALL)
        page.bottom(words("divergence_note"), SMALL + 0.5, gap=0.12)
        axes = page.axes(left=0.95, right=0.45, top=0.42, bottom=0.32)
        month = true["month"].to_numpy()
        axes.fill_between(month, observed["p50"], true["p50"], color=GREY, alpha=0.25, linewidth=0, label=words("divergence_gap"))
        for band, key, color, line in (
            (true, "true", BLUE, "-"), (observed, "observed", VERMILLION, "--"), (polished, "polished", INK, ":")
        ):  # fmt: skip
            axes.plot(month, band["p50"], color=color, linestyle=line, linewidth=1.8, label=words.of(names[key]))
            if key != "polished":
                axes.fill_between(month, band["p05"], band["p95"], color=color, alpha=0.12, linewidth=0)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words("percent", number=f"{100 * value:g}")))
        axes.grid(axis="y")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=2, frameon=False, fontsize=PLAIN - 0.5, borderaxespad=0)
    return page.figure
