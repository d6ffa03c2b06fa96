"""A comparison on the terminal: every goal that changes, money in the years in force, indicators, who gains and loses; the
answer last.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table

from experiments.analyses.attribution import BELOW, MONEY
from experiments.analyses.comparison import GAINS, LOSES
from experiments.analyses.consequences import OWN_FUND, promises
from experiments.reporting.answer import is_slight
from experiments.reporting.office_numbers import ENOUGH, OfficeNumbers
from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words, is_nothing, probability
from sim.goals.own_goal import is_own_id
from sim.world.funds import NOT_PUBLIC

SMALLEST = 5000.0  # yuan a year: less is nothing in ten thousands


def answer(result: Mapping[str, Any], language: str, folder: Path | None) -> Iterator[RenderableType]:
    """All comparisons with the first scenario; ``result`` as ``reporting.answer.add_answers`` leaves it."""
    words = Words(language)
    first, *others = (words.of(each["title"]) for each in result["scenarios"])
    for one, other in zip(result["comparisons"], others):
        heading = words("compare_heading", first=first, other=other)
        yield Prose(f"\n{heading}", "bold")
        yield words("compare_pairs", pairs=one["pairs"])
        if not one["same"]:
            yield goals(one["goals"], words)
            yield words("compare_goals_note")
            yield money(one["money"], words, uses_behind(each["goal"] for each in one["broken"]))
            yield words("compare_money_note", year=one["since"])
            yield indicators(one["indicators"], words)
            yield places(one["places"], words)
        for metric in (result.get("parts") or {}).get("metrics", ()):
            yield words("parts_title", what=_metric(metric["metric"], one["goals"], words))
            yield parts(metric, words)
        if result.get("parts"):
            yield words("parts_note")
        yield Prose(words("compare_answer"), "bold")
        yield from one["answer"][language]
    if folder is not None:
        yield words("folder", out=folder)


def goals(lines: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """The main goals, and every other goal that some replication turns; goals that nothing changes are left out."""
    table = _table(words, "column_goal", "column_first", "column_other", "column_difference", "column_helped", "column_harmed")
    for row in goal_rows(lines, words):
        table.add_row(Prose(row[0]), *row[1:6])
    return table


def goal_rows(lines: Sequence[Mapping[str, Any]], words: Words) -> Iterator[tuple[str, ...]]:
    """The rows of ``goals``: name, both probabilities, difference, replications helped and harmed, share with a better margin.
    In a trial, counts instead of probabilities.
    """
    parts = ("probability", "low", "high", "bound")
    for line in lines:
        if line["headline"] or line["helped"] or line["harmed"] or is_own_id(line["id"]):
            sides = [{key: line[f"{side}_{key}"] for key in parts} for side in ("first", "other")]
            better = "" if line["margin_better"] is None else words.percent(line["margin_better"])
            trial = 0 < line["runs"] < ENOUGH
            counts = [line["both"] + line["harmed"], line["both"] + line["helped"]]
            yield (
                words.of(line["name"]) + (words("on_file_mark") if line["observed"] else ""),
                *(
                    words("count_of", met=met, runs=line["runs"]) if trial else probability(words, side)
                    for met, side in zip(counts, sides)
                ),
                words.number(100 * line["difference"], "points", sign=True)
                if trial
                else points(line["difference"], line["low"], line["high"], words),
                str(line["helped"]),
                str(line["harmed"]),
                better,
            )


def points(middle: float | None, low: float | None, high: float | None, words: Words) -> str:
    """A difference of shares in percentage points over its interval; no difference at all is 0."""
    if middle is None or low is None or high is None:
        return words("unknown")
    if is_nothing(middle, low, high):
        return "0"
    return f"{100 * middle:+.0f}\n({words('range_signed', low=f'{100 * low:+.0f}', high=f'{100 * high:+.0f}')})"


def money(lines: Sequence[Mapping[str, Any]], words: Words, behind: Collection[str] = ()) -> Table:
    """Yuan a year in the years in force: every purse, so that they add up, the uncertain differences marked; under a purse the
    uses that clearly change, and those ``behind`` a broken promise.
    """
    from sim.household_trace import fund_names

    table, numbers = _table(words, "column_money", "column_first", "column_other", "column_difference"), OfficeNumbers(words)
    places = {fund: place for place, fund in enumerate(dict.fromkeys(line["fund"] for line in lines))}
    order = sorted(lines, key=lambda line: (line["fund"] in NOT_PUBLIC, line["fund"] != OWN_FUND, line["fund"] == "public",
                                            places[line["fund"]]))  # fmt: skip
    sums = [line for line in order if line["fund"] == "public"]
    order = [line for line in order if line["fund"] != "public"]
    last = len([line for line in order if line["fund"] not in NOT_PUBLIC])
    for line in (*order[:last], *sums, *order[last:]):
        large = abs(line["difference"] or 0.0) >= SMALLEST
        if line["use"] and not (large and (_clear(line) or line["use"] in behind)):
            continue
        fund = words("public_money") if line["fund"] == "public" else words.of(fund_names()[line["fund"]])
        use = f"use_{line['use']}"
        name = fund if not line["use"] else "  " + (words(use) if words.has(use) else line["use"])
        sides = (numbers.table_money(line[side]) for side in ("first", "other"))
        mark = "" if _clear(line) or not large else words("uncertain_mark")
        table.add_row(Prose(name), *sides, numbers.table_money(line["difference"], sign=True) + mark)
    return table


def uses_behind(goals: Iterable[str]) -> set[str]:
    """What is paid for by the payments that these goals are about."""
    records = [promises().get(goal, {}) for goal in goals]
    return {use for record in records for name in ("uses", "paid") for use in record.get(name, ())}


def _clear(line: Mapping[str, Any]) -> bool:
    """Whether the interval of a difference lies on one side of 0."""
    return line["low"] is not None and (line["low"] > 0 or line["high"] < 0)


def indicators(lines: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """Headline indicators at the end of the last year; all of them are in the files."""
    table = _table(words, "column_indicator", "column_first", "column_other", "column_difference")
    for line in lines:
        if line["headline"]:
            sides = (words.quantity(line[side], line["unit"]) for side in ("first", "other"))
            numbers = [words.number(line[key], line["unit"], sign=True) for key in ("difference", "low", "high")]
            same = is_nothing(line["difference"], line["low"], line["high"])
            difference = "0" if same else f"{numbers[0]}\n({words('range_signed', low=numbers[1], high=numbers[2])})"
            table.add_row(Prose(words.of(line["name"])), *sides, difference)
    return table


def parts(metric: Mapping[str, Any], words: Words) -> Table:
    """What each setting contributes to one outcome; shares add up to the whole."""
    from sim.core.inputs.parameters import load_all

    book, table = load_all().parameters, _table(words, "column_setting", "column_alone", "column_left_out", "column_share")
    kind = metric["metric"]
    money = (1e4, 0) if words.language == "zh" else (1e6, 2)
    scale, digits = money if kind == MONEY else (1.0, 0) if kind == BELOW else (0.01, 0)
    for part in metric["parts"]:
        known = book.get(part["lever"])
        name = words.of(known.name.model_dump()) if known is not None else part["lever"]
        table.add_row(name, *(_around(part[key], scale, digits, words) for key in ("alone", "left_out", "share")))
    table.add_row(words("parts_total"), "", "", _around(metric["total"], scale, digits, words))
    return table


def _around(found: Mapping[str, float], scale: float, digits: int, words: Words) -> str:
    middle, low, high = (signed(found[key] / scale, digits) for key in ("mean", "low", "high"))
    return middle if found["low"] == found["high"] else f"{middle}\n({words('range_signed', low=low, high=high)})"


def signed(number: float, digits: int) -> str:
    """A number with its sign; what rounds to nothing is 0."""
    text = f"{number:+,.{digits}f}"
    return text if float(text.replace(",", "")) else "0"


def _metric(name: str, goals: Sequence[Mapping[str, Any]], words: Words) -> str:
    if name in (BELOW, MONEY):
        return words(f"parts_{name}")
    return words("parts_goal", goal=next(words.of(line["name"]) for line in goals if line["id"] == name))


def places(lines: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """Who gains and who loses among the kinds of households, by the indicators whose interval shows it; townships are not
    compared, since their differences rest mostly on assumptions.
    """
    table = _table(words, "column_who", "column_gains", "column_loses")
    for unit in dict.fromkeys(line["unit"] for line in lines if line["scope"] == "segment"):
        own = [line for line in lines if line["unit"] == unit and line["scope"] == "segment"]
        cells = [
            _list_indicators([line for line in own if line["verdict"] == verdict and not is_slight(line)], words)
            for verdict in (GAINS, LOSES)
        ]
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
