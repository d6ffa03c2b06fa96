"""A comparison on the terminal: probabilities and flips, money, indicators, who gains and who loses."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments.analyses.comparison import GAINS, LOSES
from experiments.reporting.goal_selection import plan_goals
from experiments.reporting.translations import Words, probability

MILLION = 1e6
SMALLEST = 5000.0  # yuan a year: less is 0.00 million


def answer(result: Mapping[str, Any], language: str, folder: Path | None) -> Iterator[RenderableType]:
    """All comparisons with the first scenario."""
    words = Words(language)
    first, *others = (words.of(each["title"]) for each in result["scenarios"])
    for one, other in zip(result["comparisons"], others):
        heading = words("compare_heading", first=first, other=other)
        yield Text(f"\n{heading}", style="bold")
        yield Text(words("compare_pairs", pairs=one["pairs"], draws=one["draws"]))
        if one["same"]:
            yield Text(words("compare_same"))
        yield goals(one["goals"], words)
        yield Text(words("compare_goals_note"))
        yield money(one["money"], words)
        yield indicators(one["indicators"], words)
        yield places(one["places"], words)
    if folder is not None:
        yield Text(words("folder", out=folder))


def goals(lines: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """The headline goals, and other goals of the plan that some replication flips; goals that nothing changes are left out."""
    columns = ("column_first", "column_other", "column_difference", "column_helped", "column_harmed", "column_better")
    table = _table(words, "column_goal", *columns)
    for row in goal_rows(lines, words):
        table.add_row(*row)
    return table


def goal_rows(lines: Sequence[Mapping[str, Any]], words: Words) -> Iterator[tuple[str, ...]]:
    """The rows of ``goals``: name, both probabilities, difference, replications helped and harmed, share with a better margin."""
    flipped = {line["id"] for line in plan_goals(lines) if line["helped"] or line["harmed"]}
    shown = flipped | {line["id"] for line in lines if line["headline"]}
    parts = ("probability", "low", "high", "bound")
    for line in lines:
        if line["id"] in shown:
            sides = [{key: line[f"{side}_{key}"] for key in parts} for side in ("first", "other")]
            better = "" if line["margin_better"] is None else words.percent(line["margin_better"])
            yield (
                words.of(line["name"]) + (words("on_file_mark") if line["observed"] else ""),
                *(probability(words, side) for side in sides),
                points(line["difference"], line["low"], line["high"], words),
                str(line["helped"]),
                str(line["harmed"]),
                better,
            )


def points(middle: float | None, low: float | None, high: float | None, words: Words) -> str:
    """A difference of shares in percentage points over its interval; no difference at all is 0."""
    if middle is None or low is None or high is None:
        return words("unknown")
    if middle == low == high == 0:
        return "0"
    return f"{100 * middle:+.1f}\n({words('range_signed', low=f'{100 * low:+.1f}', high=f'{100 * high:+.1f}')})"


def money(lines: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """Yuan a year in millions: what all public purses pay, and each fund and use that clearly changes; a use stands under its
    fund.
    """
    from sim.household_trace import fund_names

    table = _table(words, "column_money", "column_first", "column_other", "column_difference")
    funds = {line["fund"] for line in lines if _clear(line) and abs(line["difference"]) >= SMALLEST}
    for line in lines:
        clear = _clear(line) and abs(line["difference"]) >= SMALLEST
        if not clear and (line["use"] or line["fund"] not in {*funds, "public"}):
            continue
        fund = words("public_money") if line["fund"] == "public" else words.of(fund_names()[line["fund"]])
        use = f"use_{line['use']}"
        name = fund if not line["use"] else "  " + (words(use) if words.has(use) else line["use"])
        sides = (f"{line[side] / MILLION:,.2f}" for side in ("first", "other"))
        table.add_row(name, *sides, _interval([line[key] / MILLION for key in ("difference", "low", "high")], 2, words))
    return table


def _clear(line: Mapping[str, Any]) -> bool:
    """Whether the interval of a difference lies on one side of 0."""
    return line["low"] is not None and (line["low"] > 0 or line["high"] < 0)


def _interval(found: Sequence[float], digits: int, words: Words) -> str:
    middle, low, high = found
    if middle == low == high == 0:
        return "0"
    return f"{middle:+,.{digits}f}\n({words('range_signed', low=f'{low:+,.{digits}f}', high=f'{high:+,.{digits}f}')})"


def indicators(lines: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """Headline indicators, and others whose interval does not include 0, at the end of the last year."""
    table = _table(words, "column_indicator", "column_first", "column_other", "column_difference")
    for line in lines:
        if line["headline"] or _clear(line):
            sides = (words.quantity(line[side], line["unit"]) for side in ("first", "other"))
            numbers = [words.number(line[key], line["unit"], sign=True) for key in ("difference", "low", "high")]
            same = line["difference"] == line["low"] == line["high"] == 0
            difference = "0" if same else f"{numbers[0]}\n({words('range_signed', low=numbers[1], high=numbers[2])})"
            table.add_row(words.of(line["name"]), *sides, difference)
    return table


def places(lines: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """Who gains and who loses: segments, then townships, by the indicators whose interval shows it."""
    table = _table(words, "column_who", "column_gains", "column_loses")
    for scope in ("segment", "township"):
        for unit in dict.fromkeys(line["unit"] for line in lines if line["scope"] == scope):
            own = [line for line in lines if line["unit"] == unit and line["scope"] == scope]
            cells = [_list_indicators([line for line in own if line["verdict"] == verdict], words) for verdict in (GAINS, LOSES)]
            if scope == "segment" or any(cells):
                table.add_row(words.of(own[0]["name"]), *cells)
    return table


def _list_indicators(lines: Sequence[Mapping[str, Any]], words: Words) -> str:
    return "\n".join(
        words("who_told", indicator=words(f"who_{line['indicator']}"), difference=_who_difference(line, words)) for line in lines
    )


def _who_difference(line: Mapping[str, Any], words: Words) -> str:
    unit = "share" if line["indicator"].endswith(("rate", "share")) else "yuan"
    return words.quantity(line["difference"], unit, difference=True)


def _table(words: Words, first: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(words(first), overflow="fold")
    for column in columns:
        table.add_column(words(column), justify="right", overflow="fold")
    return table
