"""The scoreboard on the terminal: how likely each goal is, by what margin, how much of the spread is chance.

What is true and what the administration has on record stand side by side. Only characters that a
Chinese console can show are used (GBK has no minus sign but the hyphen).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments.reporting.goal_selection import group_goals
from experiments.reporting.translations import Words, bound, margin, probability

RARE = 0.01
INHERITED = "inherited"


def answer(
    manifest: Mapping[str, Any],
    goals: Sequence[Mapping[str, Any]],
    audit: Sequence[Mapping[str, Any]],
    language: str,
) -> Iterator[RenderableType]:
    """The whole answer of a run: its size, the goals, what each means, the founding population."""
    words = Words(language)
    yield Text("\n".join(_head(manifest, goals, words)))
    if goals:
        yield _table(goals, manifest["only_luck"], words)
        yield Text(words("margin_meaning"))
        for found in (goal["four_years"] for goal in goals if "four_years" in goal):
            shown = probability(words, found)
            yield Text(words("curve_running_said", first=found["first"], last=found["last"], told=shown))
        yield Text(f"\n{words('heading_definitions')}", style="bold")
        yield _definitions(goals, words)
        yield from _audit(audit, words)


def _head(manifest: Mapping[str, Any], goals: Sequence[Mapping[str, Any]], words: Words) -> Iterator[str]:
    """Scenario, months, runs, draws, seed, vantage; and what is missing of an incomplete run."""
    scenario, counts, months = manifest["scenario"], manifest["replications"], manifest["months"]
    if words.of(scenario.get("title")):
        yield words.of(scenario["title"])
    draws = goals[0]["draws"] if goals else 0
    vantage = scenario.get("vantage")
    parts = (
        words("lived", runs=counts["completed"], first=months[0], last=months[-1]),
        words("lived_luck") if manifest["only_luck"] else words("lived_pairs", draws=draws),
        words("seed", seed=manifest["seed"]),
        words("vantage", vantage=vantage) if vantage else words("vantage_today"),
    )
    yield words("sentence", text=words("comma").join(parts))
    if not manifest["complete"]:
        yield words("incomplete", **counts)
    elif counts["failed"]:
        yield words("some_failed", failed=counts["failed"])


def _table(goals: Sequence[Mapping[str, Any]], only_luck: bool, words: Words) -> Table:
    """A row for each goal, with its recorded twin in a column of its own."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True, style="dim")
    recorded = any(goal["observed"] for goal in goals)
    columns = ("column_goal", "mark_true", *(["mark_observed"] if recorded else []), "column_spread")
    for column in columns:
        table.add_column(words(column), overflow="fold")  # Chinese has no spaces to break at
    table.add_column(words("column_runs"), justify="right", no_wrap=True)
    for number, (heading, rows) in enumerate(group_goals(goals)):
        if number:
            table.add_row()
        table.add_row("", Text(words(heading), style="bold"))
        for row in rows:
            first = row[0]
            true = next((goal for goal in row if not goal["observed"]), None)
            twin = next((goal for goal in row if goal["observed"]), None)
            cells = [true, twin] if recorded else [true]
            label = "" if "members" in first else first["id"].removesuffix("_observed")
            shown = ("" if goal is None else _chance_and_margin(goal, words) for goal in cells)
            spread = _spread(first, only_luck, words)
            table.add_row(label, words.of(first["name"]), *shown, spread, str(first["runs"]))
    return table


def _chance_and_margin(goal: Mapping[str, Any], words: Words) -> str:
    """The probability over the margin.

    Below 1 % and above 99 % the probability is mostly a statement about the number of runs, so the margin
    leads, and the probability is a count of runs.
    """
    chance = goal["probability"]
    if chance is None:
        return words("unknown")
    rare = chance < RARE or chance > 1 - RARE
    shown = _count(goal, words) if rare else probability(words, goal)
    if "members" in goal:
        return shown
    middle, around = margin(words, goal)
    apart = f"{middle}\n{words('bracketed', text=around)}"
    return f"{apart}\n{shown}" if rare else f"{shown}\n{apart}"


def _count(goal: Mapping[str, Any], words: Words) -> str:
    """A rare or nearly certain goal as a count of runs."""
    runs = goal["runs"]
    if goal["bound"]:
        label = "met_none" if goal["bound"] == "below" else "met_all"
        return words(label, runs=runs, bound=bound(words, goal))
    interval = words.percents(goal["low"], goal["high"])
    return words("met_some", count=round(goal["probability"] * runs), runs=runs, interval=interval)


def _spread(goal: Mapping[str, Any], only_luck: bool, words: Words) -> str:
    """How much of the margin's variance comes from the random draws, how much from not knowing the parameters."""
    if "share_met" in goal:
        if goal["share_met_low"] is None or not math.isfinite(goal["share_met_low"]):
            return words("share_met_alone", share=words.percent(goal["share_met"]))
        around = words.percents(goal["share_met_low"], goal["share_met_high"])
        return words("share_met", share=words.percent(goal["share_met"]), range=around)
    if "members" in goal:
        return ""
    if only_luck:
        return words("spread_only_luck")
    if goal["luck"] is None:
        return words("spread_unknown")
    if goal["ignorance_negative"]:
        return words("spread_no_ignorance")
    return words("spread", luck=words.percent(goal["luck"]), ignorance=words.percent(goal["ignorance"]))


def _definitions(goals: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """The definition of each goal, a line each."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for goal in goals:
        if "definition" in goal:
            table.add_row(goal["id"], words.of(goal["definition"]))
    return table


def _audit(audit: Sequence[Mapping[str, Any]], words: Words) -> Iterator[RenderableType]:
    """Quantities of the founding population that missed their target, and who is below the line at the start."""
    inherited = [line for line in audit if INHERITED in line["id"]]
    checked = [line for line in audit if INHERITED not in line["id"]]
    missed = [line for line in checked if not line["ok"]]
    yield Text(f"\n{words('heading_audit')}", style="bold")
    if missed:
        yield Text(words("audit_missed", count=len(checked), missed=len(missed)))
    else:
        yield Text(words("audit_kept", count=len(checked)))
    for line in missed:
        low, achieved, high = (words.quantity(line[part], line["unit"]) for part in ("lowest", "achieved", "highest"))
        if low != high:  # a mean within the target says nothing of the county that missed it
            achieved = words("with_range", value=achieved, range=words("range", low=low, high=high))
        target = words.target(line["target"], line["unit"])
        yield Text(f"  {words('audit_line', name=words.of(line['name']), target=target, achieved=achieved)}")
    if inherited:
        yield Text(f"\n{words('heading_inherited')}", style="bold")
    for line in inherited:
        numbers = {part: words.quantity(line[part], line["unit"]) for part in ("achieved", "lowest", "highest")}
        yield Text(f"  {words('inherited_line', name=words.of(line['name']), **numbers)}")


def profile(times: Mapping[str, float], language: str) -> Iterator[RenderableType]:
    """Milliseconds of each process of the month, slowest first, and their sum."""
    words = Words(language)
    yield Text(f"\n{words('heading_profile')}", style="bold")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(words("column_process"), no_wrap=True)
    table.add_column("ms", justify="right")
    for name, milliseconds in sorted(times.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{milliseconds:.2f}")
    table.add_section()
    table.add_row(words("total"), f"{sum(times.values()):.2f}")
    yield table
