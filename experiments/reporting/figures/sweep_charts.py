"""The pictures of sweeps: response curves with bands, a tornado, a heat map of two factors. They read and write no file."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas
from matplotlib.figure import Figure

from experiments.reporting import lever_values
from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, value_axis
from experiments.reporting.figures.style import BLUE, GREY, INK, VERMILLION, width, wrap
from experiments.reporting.office_numbers import ENOUGH
from experiments.reporting.translations import COUNTED, Words, probability

NUMBERS = (int, float, np.number)
LINES = (("-", "o", BLUE), ("--", "s", VERMILLION), (":", "^", INK), ("-.", "D", GREY))
MOST_BARS = 14


def plot_response_curve(
    curves: Mapping[str, pandas.DataFrame],
    subject: Mapping[str, Any],
    factor: Mapping[str, Any],
    language: str,
    facts: Mapping[str, Any],
    answer: tuple[float, float, str] | None = None,
) -> Figure:
    """An outcome against the values of a factor: a line for each scenario, with the 95 % band of its mean or probability.

    ``curves``: by the scenario's title, columns value, mean, low, high; ``subject``: name, unit, kind of the outcome; ``factor``:
    name, unit, central of the factor; ``answer``: value, level and words of a point to be marked.
    """
    words = Words(language, minus="\u2212")
    with style.house_style():
        page = Page(8.0, 5.0)
        page.top(
            words("sweep_against", outcome=outcome_title(subject, words), factor=words.of(factor["name"])), TITLE, weight="bold"
        )
        _foot(page, facts, words, words("sweep_band"))
        axes = page.axes(left=1.0, right=0.5, top=0.5 if len(curves) > 1 else 0.25, bottom=0.55)
        for (title, curve), (line, mark, color) in zip(curves.items(), LINES * len(curves)):
            ordered = curve.sort_values("value")
            axes.fill_between(ordered["value"], ordered["low"], ordered["high"], color=color, alpha=0.18, linewidth=0)
            axes.plot(ordered["value"], ordered["mean"], linestyle=line, marker=mark, color=color, markersize=4.5, label=title)
        central = factor.get("central")
        if factor["kind"] == "value" and isinstance(central, (int, float)):
            axes.axvline(central, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
            axes.annotate(words("status_quo"), (central, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
                          textcoords="offset points", fontsize=SMALL + 0.5, color=GREY, va="bottom", ha="center")  # fmt: skip
        if answer is not None:
            axes.plot([answer[0]], [answer[1]], marker="D", markersize=9, color=VERMILLION, zorder=5)
            axes.annotate(answer[2], answer[:2], xytext=(8, -10), textcoords="offset points", fontsize=PLAIN, va="top", zorder=6,
                          bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0})  # fmt: skip
        scale, unit = words.large(
            subject["unit"], _size(subject["unit"], max(float(curve["mean"].abs().max()) for curve in curves.values()))
        )
        value_axis(axes.yaxis, subject["unit"], words, scale=scale)
        if subject["unit"] != "share":  # the axis says percent itself
            axes.set_ylabel(unit, fontsize=PLAIN)
        largest = max(float(curve["value"].abs().max()) for curve in curves.values())
        value_axis(axes.xaxis, factor["unit"], words, scale=words.large(factor["unit"], largest)[0])
        axes.set_xlabel(wrap(_axis(factor, words, largest), page.width - 1.5, PLAIN), fontsize=PLAIN)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        if len(curves) > 1:
            axes.legend(
                loc="lower left", bbox_to_anchor=(0, 1.05), ncols=2, frameon=False, fontsize=PLAIN - 0.5, borderaxespad=0.2
            )
    return page.figure


def plot_tornado(
    bars: pandas.DataFrame, subject: Mapping[str, Any], names: Mapping[str, str], language: str, facts: Mapping[str, Any]
) -> Figure:
    """How much each factor changes an outcome, the largest on top: a bar for each level, with its paired 95 % interval.

    ``bars``: columns factor, label (the level), difference, low, high; ``names``: the factors' names.
    """
    words = Words(language, minus="\u2212")
    size = bars.groupby("factor")["difference"].agg(lambda column: column.abs().max()).sort_values(ascending=False)
    shown = list(size.index[:MOST_BARS])
    rows = [(factor, group) for factor, group in bars[bars["factor"].isin(shown)].groupby("factor", sort=False)]
    rows.sort(key=lambda row: shown.index(row[0]))
    count = sum(len(group) for _factor, group in rows)
    with style.house_style():
        page = Page(9.6, 1.9 + 0.3 * count + 0.12 * len(rows))
        page.top(words("tornado_title", outcome=outcome_title(subject, words)), TITLE, weight="bold")
        _foot(page, facts, words, words("tornado_note"))
        levels = max(width(str(label)) for label in bars["label"]) * SMALL / 72 + 0.2  # inches for the column of levels
        axes = page.axes(left=3.1 + levels, right=0.5, top=0.15, bottom=0.45)
        place, ticks = 0.0, []
        for factor, group in rows:
            first = place
            for _, row in group.iterrows():
                color = BLUE if row["difference"] >= 0 else VERMILLION
                axes.barh(place, row["difference"], height=0.78, color=color, alpha=0.75)
                axes.plot([row["low"], row["high"]], [place, place], color=INK, linewidth=1.1)
                axes.annotate(
                    row["label"], (0, place), xycoords=("axes fraction", "data"), xytext=(-6, 0), textcoords="offset points",
                    fontsize=SMALL, color=GREY, va="center", ha="right",
                )  # fmt: skip
                place += 1.0
            ticks.append(((first + place - 1.0) / 2, wrap(names[factor], 2.9, PLAIN)))
            place += 0.4
        axes.set_yticks([at for at, _ in ticks], [name for _, name in ticks], fontsize=PLAIN)
        axes.set_ylim(place - 0.4, -0.8)
        axes.tick_params(axis="y", length=0, pad=levels * 72)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        axes.axvline(0, color=INK, linewidth=0.8)
        scale, unit = words.large(subject["unit"], 0.0, difference=True)
        value_axis(axes.xaxis, subject["unit"], words, difference=True, scale=scale)
        axes.set_xlabel(words("tornado_axis", unit=unit), fontsize=PLAIN)
    return page.figure


def plot_heat_map(
    cells: pandas.DataFrame,
    subject: Mapping[str, Any],
    across: Mapping[str, Any],
    up: Mapping[str, Any],
    language: str,
    facts: Mapping[str, Any],
) -> Figure:
    """An outcome over two factors: a field for each pair of values, its number in it.

    ``cells``: columns across, up, mean, low, high.
    """
    words = Words(language, minus="\u2212")
    grid = cells.pivot(index="up", columns="across", values="mean")
    ends = [cells.pivot(index="up", columns="across", values=name).to_numpy(dtype=float) for name in ("low", "high")]
    with style.house_style():
        title, across_page = heat_title(subject, (across, up), words), min(10.0, max(6.0, 2.6 + 1.05 * len(grid.columns)))
        more = 0.3 * wrap(title, across_page - 0.8, TITLE).count("\n")  # a title that names both factors may take several lines
        page = Page(across_page, min(8.5, 2.8 + 0.55 * len(grid.index)) + more)
        page.top(title, TITLE, weight="bold")
        _foot(page, facts, words, words("heat_note"))
        largest = {"up": _largest(grid.index), "across": _largest(grid.columns)}
        labels = [_level(value, up, words, largest["up"]) for value in grid.index]
        name = wrap(_axis(up, words, largest["up"]), page.above - page.below - 0.5, PLAIN)
        left = 0.7 + max(width(label) for label in labels) * PLAIN / 72 + (name.count("\n") + 1) * 0.17
        axes = page.axes(left=left, right=0.4, top=0.12, bottom=0.6)
        low, high = (0.0, 1.0) if subject["kind"] == "probability" else (float(grid.min().min()), float(grid.max().max()))
        axes.imshow(grid.to_numpy(), aspect="auto", origin="lower", cmap=style.LIGHT_TO_DARK, vmin=low, vmax=high)
        for row in range(len(grid.index)):
            for column in range(len(grid.columns)):
                value = float(grid.iloc[row, column])
                dark = high > low and (value - low) / (high - low) > style.DARK
                first, last = bounded(value, float(ends[0][row, column]), float(ends[1][row, column]), subject)
                chance = subject["kind"] == "probability"
                label = words.percent(value) if chance else quantity(value, subject["unit"], words)
                if np.isfinite([first, last]).all():
                    around = words.percents(first, last) if chance else span(value, first, last, subject["unit"], words)
                    label += f"\n{around}"
                axes.text(column, row, label, ha="center", va="center", fontsize=SMALL, color="white" if dark else INK)
        axes.set_xticks(range(len(grid.columns)), [_level(value, across, words, largest["across"]) for value in grid.columns],
                        fontsize=PLAIN)  # fmt: skip
        axes.set_yticks(range(len(grid.index)), labels, fontsize=PLAIN)
        axes.tick_params(length=0)
        for edge in range(1, len(grid.columns)):
            axes.axvline(edge - 0.5, color="white", linewidth=2)
        for edge in range(1, len(grid.index)):
            axes.axhline(edge - 0.5, color="white", linewidth=2)
        axes.set_xlabel(wrap(_axis(across, words, largest["across"]), page.width - left, PLAIN), fontsize=PLAIN)
        axes.set_ylabel(name, fontsize=PLAIN)
        for spine in axes.spines.values():
            spine.set_visible(False)
    return page.figure


def bounded(value: float, low: float, high: float, subject: Mapping[str, Any]) -> tuple[float, float]:
    """An interval within what there can be: a probability from 0 to 1, what is counted or paid not below 0."""
    if subject["kind"] == "probability":
        return max(low, 0.0), min(high, 1.0)
    counted = subject["kind"] != "margin" and (subject["unit"] in COUNTED or "yuan" in subject["unit"])
    return (max(low, 0.0) if counted and value >= 0.0 else low), high


def bounded_rows(rows: pandas.DataFrame, subject: Mapping[str, Any]) -> pandas.DataFrame:
    """Rows of points with their intervals within what there can be; columns mean, low, high."""
    ends = [bounded(*each, subject) for each in zip(rows["mean"], rows["low"], rows["high"], strict=True)]
    return rows.assign(low=[low for low, _high in ends], high=[high for _low, high in ends])


def span(value: float, low: float, high: float, unit: str, words: Words) -> str:
    """An interval in the unit of the value beside it, which has it; percent at both ends."""
    if unit == "share":
        first = words.quantity(low, unit) if words.language == "zh" else words.number(low, unit)
        return words("range", low=first, high=words.quantity(high, unit))
    ends = {name: _number(end, unit, words, value) for name, end in (("low", low), ("high", high))}
    return words("range" if low >= 0 else "range_signed", **ends)


def heat_title(subject: Mapping[str, Any], factors: Sequence[Mapping[str, Any]], words: Words) -> str:
    """The title of an outcome over two factors, which it names."""
    names = words("brief_and").join(words.of(each["name"]) for each in factors)
    return words("sweep_against", outcome=outcome_title(subject, words), factor=names)


def outcome_title(subject: Mapping[str, Any], words: Words) -> str:
    """What an outcome is called in a title: a goal by its probability."""
    kinds = {"probability": "outcome_probability", "margin": "outcome_margin"}
    name = words.of(subject["name"])
    return words(kinds[subject["kind"]], name=name) if subject["kind"] in kinds else name


def describe_points(title: str, rows: Sequence[tuple[str, float, float, float]], unit: str, language: str) -> str:
    """A picture in words: its title, and each point with its interval."""
    words = Words(language)
    points = (
        words(
            "with_range",
            value=f"{label} {quantity(mean, unit, words)}",
            range=span(mean, low, high, unit, words),
        )
        for label, mean, low, high in rows
    )
    return words("gap").join([words("sentence", text=title), words("sentence", text=words("semicolon").join(points))])


def format_level(value: Any, factor: Mapping[str, Any], words: Words) -> str:
    """A level of a factor as texts and tables show it: a quantile as such, a number in its unit, anything else as it is."""
    try:
        number = float(value)
    except ValueError:
        return str(value)
    if factor["kind"] == "quantile":
        return words("level_quantile", number=f"{number:g}")
    return lever_values.number_text(number, factor["unit"], words)


def format_outcome(row: Mapping[str, Any], subject: Mapping[str, Any], words: Words) -> str:
    """An outcome of a point with its interval, and its paired difference to the scenario's own values where the sweep tries
    these; a probability of few runs as a count, one of 0 or 1 in all runs as the bound that it is. ``row``: as in the summary of
    a sweep.
    """
    if subject["kind"] == "probability" and 0 < row["runs"] < ENOUGH:
        return words("count_of", met=round(row["mean"] * row["runs"]), runs=int(row["runs"]))
    difference = row.get("difference")  # None in JSON, not a number in a table, and absent in an older sweep
    if difference is None or pandas.isna(difference):
        return _level_text(row, subject, words)
    moved = format_difference(row, ("difference_low", "difference_high"), subject["unit"], words)
    return "\n".join([_level_text(row, subject, words), words("beside_own", text=moved)])


def _level_text(row: Mapping[str, Any], subject: Mapping[str, Any], words: Words) -> str:
    if subject["kind"] == "probability":
        bound = None if pandas.isna(row["bound"]) else row["bound"]
        return probability(words, {"probability": row["mean"], "low": row["low"], "high": row["high"], "bound": bound})
    middle = quantity(row["mean"], subject["unit"], words)
    if pandas.isna(row["low"]):
        return middle
    ends = bounded(row["mean"], row["low"], row["high"], subject)
    return f"{middle}\n{words('bracketed', text=span(row['mean'], *ends, unit=subject['unit'], words=words))}"


def format_difference(row: Mapping[str, Any], ends: tuple[str, str], unit: str, words: Words) -> str:
    """A paired difference with its interval, if there is one; ``ends``: the columns of the interval's ends."""
    values = [float("nan") if row[name] is None else float(row[name]) for name in ("difference", *ends)]
    scale, name = words.large(unit, max((abs(each) for each in values if np.isfinite(each)), default=0.0), difference=True)
    middle, low, high = (words.number(each / scale, unit, sign=True) for each in values)
    text = words.with_unit(middle, name)
    if not np.isfinite(values).all():  # too few pairs for an interval
        return text
    return f"{text}\n{words('bracketed', text=words('range_signed', low=low, high=high))}"


def quantity(value: float, unit: str, words: Words) -> str:
    """An outcome with its unit; millions of yuan as the language tells them."""
    return words.with_unit(_number(value, unit, words, value), words.large(unit, _size(unit, value))[1])


def _number(value: float, unit: str, words: Words, beside: float) -> str:
    """A number without its unit, which is that of the one ``beside`` it."""
    return words.number(value / words.large(unit, _size(unit, beside))[0], unit)


def _size(unit: str, value: float) -> float:
    """What decides how a unit is called: large sums in 亿元, incomes in 元 throughout."""
    return abs(value) if unit.startswith("million") else 0.0


def _largest(values: Any) -> float:
    """The largest number among the values of a factor, whatever its sign; 0 where they are no numbers."""
    return max((abs(float(each)) for each in values if isinstance(each, NUMBERS)), default=0.0)


def _level(value: Any, factor: Mapping[str, Any], words: Words, largest: float) -> str:
    if isinstance(value, NUMBERS):
        scale = words.large(factor["unit"], largest)[0]
        return f"{float(value):.2g}" if factor["kind"] == "quantile" else words.number(float(value) / scale, factor["unit"])
    return str(value)


def _axis(factor: Mapping[str, Any], words: Words, largest: float) -> str:
    name = words.of(factor["name"])
    if factor["kind"] == "quantile":
        return words("axis_quantile", name=name)
    unit = "" if factor["unit"] == "share" else words.large(factor["unit"], largest)[1]
    return words("name_and_unit", name=name, unit=unit) if unit else name


def _foot(page: Page, facts: Mapping[str, Any], words: Words, note: str) -> None:
    page.bottom(words("sweep_footer", **{**facts, "title": words.of(facts["title"])}), SMALL)
    page.bottom(note, SMALL + 0.5, gap=0.12)
