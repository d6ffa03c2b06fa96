"""The one picture of a brief: a promise and persons by year in a comparison, two goals over what they hang on for one plan."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from experiments.analyses.consequences import RECORDED, TRUE, Consequences
from experiments.reporting.answer import short_name
from experiments.reporting.figures import provenance, style
from experiments.reporting.figures.picture import Picture
from experiments.reporting.translations import Words
from experiments.results import curves
from experiments.results.folder import Results

if TYPE_CHECKING:
    from experiments.reporting.baseline_answer import BaselineFacts

SIZE = (6.9, 2.15)
PLAIN = 8.0
HEADROOM = 1.4  # above the highest number of persons, where four lines are named


def promise_and_people(facts: Consequences, language: str) -> Picture | None:
    """Left, the worst promise: the share of runs that keep it, by year, both plans. Right, persons below the line, true and on
    the register. None where the results have neither.
    """
    words = Words(language, minus="\u2212")
    worst = next((each for each in facts.broken if each.years and not each.decided), None)
    levels = {name: [facts.persons(name, year) for year in facts.years] for name in (TRUE, RECORDED)}
    people = all(amount is not None for found in levels.values() for amount in found)
    panels = int(worst is not None) + int(people)
    if not panels:
        return None
    rows: list[dict[str, Any]] = []
    with style.house_style():
        figure = Figure(figsize=SIZE)
        axes = list(np.atleast_1d(figure.subplots(1, panels)))
        if worst is not None:
            own, title = axes[0], short_name(worst, words)
            for side, place, color, line in (("first", 0, style.BLUE, "-"), ("other", 1, style.VERMILLION, "--")):
                values = [worst.years[year][place] for year in worst.years]
                own.plot(
                    list(worst.years),
                    values,
                    color=color,
                    linestyle=line,
                    marker="o",
                    markersize=3.5,
                    label=words(f"page_{side}"),
                )
                rows += [
                    {"what": worst.id, "plan": side, "year": year, "value": value} for year, value in zip(worst.years, values)
                ]
            own.set_ylim(-0.03, 1.05)
            own.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words("percent", number=f"{100 * value:.0f}")))
            _finish(own, style.wrap(words("panel_kept", goal=title), SIZE[0] / panels - 0.6, PLAIN))
        if people:
            own = axes[-1]
            for name, color in ((TRUE, style.INK), (RECORDED, style.GREY)):
                for side, line, mark in (("first", "-", "o"), ("other", "--", "s")):
                    values = [getattr(amount, side) for amount in levels[name]]
                    label = words("panel_line", what=words(f"panel_{name}"), plan=words(f"page_{side}"))
                    own.plot(facts.years, values, color=color, linestyle=line, marker=mark, markersize=3.5, label=label)
                    rows += [{"what": name, "plan": side, "year": y, "value": v} for y, v in zip(facts.years, values)]
            highest = max(max(each.first, each.other) for found in levels.values() for each in found if each is not None)
            own.set_ylim(0, HEADROOM * highest if highest > 0 else None)
            _finish(own, words("panel_people"), loc="upper left", ncols=2)
        figure.tight_layout(w_pad=2.0)
    title = words("figure_promise" if not people else "figure_people" if worst is None else "figure_comparison")
    return _picture(facts.other, figure, rows, title, words, language)


def goal_curves(facts: "BaselineFacts", language: str) -> Picture | None:
    """The chance of no relapse over its threshold, and of outgrowing the province over how much faster growth would be."""
    words = Words(language, minus="\u2212")
    found = [(goal, points) for goal in (curves.AFTER_SPENDING, curves.GROWTH) if (points := _points(facts, goal))]
    if not found:
        return None
    rows: list[dict[str, Any]] = []
    with style.house_style():
        figure = Figure(figsize=SIZE)
        for own, (goal, points) in zip(np.atleast_1d(figure.subplots(1, len(found))), found):
            at, middle = [point[0] for point in points], [point[1] for point in points]
            own.plot(at, middle, color=style.BLUE, marker="o", markersize=3.5)
            standard, label = (0.02 if goal == curves.AFTER_SPENDING else 0.0), words(f"panel_line_{goal}")
            own.axvline(standard, color=style.GREY, linewidth=0.9, linestyle=(0, (4, 3)), label=label)
            own.set_ylim(-0.03, 1.05)
            own.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words("percent", number=f"{100 * value:.0f}")))
            unit = words("percent", number="{}") if goal == curves.AFTER_SPENDING else "{}"
            own.xaxis.set_major_formatter(
                FuncFormatter(lambda value, _, unit=unit: unit.format(f"{100 * value:.3g}".replace("-", words.minus)))
            )
            own.xaxis.set_major_locator(MultipleLocator(0.01))
            _finish(own, words(f"panel_curve_{goal}"), years=False, loc="lower right")
            own.set_xlabel(words(f"panel_axis_{goal}"), fontsize=PLAIN - 0.5)
            rows += [{"what": goal, "plan": "", "at": x, "value": y} for x, y in zip(at, middle)]
        figure.tight_layout(w_pad=2.0)
    return _picture(facts.results, figure, rows, words("figure_baseline"), words, language)


def _points(facts: "BaselineFacts", goal: str) -> list[tuple[float, float]]:
    """The curve; growth over how much faster it would be a year than it is in the model."""
    if goal != curves.GROWTH:
        return [(point["at"], point["probability"]) for point in facts.curve(goal)]
    outcomes, _draws = facts.outcomes
    if goal not in outcomes or np.isnan(outcomes[goal]["margin"]).all():
        return []
    margins = outcomes[goal]["margin"]
    return [(step / 200, float(np.nanmean(margins + step / 200 > 0.0))) for step in range(0, 9)]


def _finish(axes: Any, title: str, years: bool = True, loc: str = "best", ncols: int = 1) -> None:
    axes.set_title(title, fontsize=PLAIN + 0.5, loc="left")
    axes.tick_params(labelsize=PLAIN - 0.5)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    if years:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(fontsize=PLAIN - 1.0, frameon=False, loc=loc, ncols=ncols)


def _picture(
    results: Results, figure: Figure, rows: Sequence[dict[str, Any]], title: str, words: Words, language: str
) -> Picture:
    told = words("item_list").join(
        words("described_place_of", what=_name(results, row["what"], words),
              plan=words(f"page_{row['plan']}") if row["plan"] else "",
              at=row.get("year", row.get("at")), value=f"{row['value']:.3g}")
        for row in rows
    )  # fmt: skip
    alt = words("sentence_end", text=words("described_figure", title=title, points=told))
    facts = provenance.facts(results)
    return Picture(
        "answer", title, figure, data=pandas.DataFrame(rows), alt=alt, caption=title, section="answer", language=language,
        provenance=provenance.provenance(facts),
    )  # fmt: skip


def _name(results: Results, what: str, words: Words) -> str:
    for goal in results.goals:
        if goal["id"] == what:
            return words.of(goal["name"])
    return words(f"panel_{what}")
