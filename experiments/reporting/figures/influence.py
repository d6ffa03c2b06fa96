"""Which assumptions influence an outcome most, and how well each is known. A function from tidy data to a Figure; no files."""

import math
from collections.abc import Mapping
from typing import Any

import pandas
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, value_axis
from experiments.reporting.figures.row_chart import beside, named_rows
from experiments.reporting.figures.style import GREY, INK
from experiments.reporting.translations import Words

GRADES = {"assumed": ("#D55E00", "///"), "derived": ("#E69F00", ""), "measured": ("#0072B2", ""), "policy": ("#56B4E9", "...")}
MOST = 12


def plot_influence(rows: pandas.DataFrame, subject: Mapping[str, Any], language: str, facts: Mapping[str, Any]) -> Figure:
    """The assumptions that move an outcome most, the largest on top: how far, how sure, and how well each is known.

    ``rows``: columns name_zh, name_en, evidence, mu_star, conf, noise (in the outcome's unit); ``subject``: name and unit.
    """
    words = Words(language, minus="\u2212")
    shown = rows.sort_values("mu_star", ascending=False).head(MOST)
    with style.house_style():
        page = Page(9.8, 2.5 + 0.4 * len(shown))
        page.top(words("influence_title", outcome=words.of(subject["name"])), TITLE, weight="bold", gap=0.08)
        page.top(words("influence_is"), PLAIN, color=GREY)
        grades = [grade for grade in GRADES if grade in set(shown["evidence"])]
        page.legend(
            [Patch(facecolor=GRADES[grade][0], hatch=GRADES[grade][1], edgecolor="white", label=words(f"grade_{grade}"))
             for grade in grades]
        )  # fmt: skip
        page.bottom(words("influence_footer", **{**facts, "title": words.of(facts["title"])}), SMALL)
        page.bottom(words("influence_note"), SMALL + 0.5, gap=0.1)
        axes = named_rows(page, list(shown[f"name_{language}"]), left=3.9, right=1.5, top=0.2, bottom=0.45)
        for row, each in enumerate(shown.itertuples()):
            color, hatch = GRADES[each.evidence]
            axes.barh(row, each.mu_star, height=0.66, color=color, hatch=hatch, edgecolor="white")
            axes.plot([max(each.mu_star - each.conf, 0.0), each.mu_star + each.conf], [row, row], color=INK, linewidth=1.3)
            axes.plot([each.noise, each.noise], [row - 0.4, row + 0.4], color=INK, linewidth=1.2, linestyle=(0, (1.5, 1)))
            beside(axes, row, format_with_error(each.mu_star, each.conf, subject["unit"], words))
        axes.set_xlim(left=0)
        value_axis(axes.xaxis, subject["unit"], words, difference=True)
        axes.tick_params(axis="x", labelsize=PLAIN - 1)
        unit = words.unit(subject["unit"], difference=True)
        axes.set_xlabel(words("influence_axis", unit=unit), fontsize=PLAIN - 0.5)
    return page.figure


def format_with_error(value: float, error: float, unit: str, words: Words) -> str:
    """A value and its error, both to the first digit of the error; shares as percentage points."""
    factor = 100.0 if unit == "share" else 1.0
    value, error = factor * value, factor * error
    digits = max(0, -math.floor(math.log10(error))) if 0 < error < math.inf else 2
    return words.grouped(f"{value:,.{digits}f} ± {error:,.{digits}f}")
