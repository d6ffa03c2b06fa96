"""The scoreboard on the terminal: a line for each goal, how likely it is, by what margin, and what is on file.

What is true and what the administration has on record stand side by side. Only characters that a
Chinese console can show are used (GBK has no minus sign but the hyphen).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table

from experiments.analyses import settings
from experiments.reporting.goal_selection import group_goals
from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words, bound, margin, probability

FEW = 50  # runs, below which a result is a trial, and a goal is told as so many of so many
LIAONING = "21"  # of whose areas it is published that they outgrew the province
INHERITED = "inherited"
HEADLINE = "heading_headline"


def answer(
    manifest: Mapping[str, Any],
    goals: Sequence[Mapping[str, Any]],
    audit: Sequence[Mapping[str, Any]],
    language: str,
    explain: bool = False,
) -> Iterator[RenderableType]:
    """The answer of a run, last what is asked for first: a line for each goal. ``explain``: before it the definition of each,
    where its spread comes from, and the founding population.
    """
    words = Words(language)
    if goals and explain:
        yield Prose(words("heading_definitions"), "bold")
        yield _definitions(goals, manifest["only_luck"], words)
        yield Prose(f"\n{words('margin_meaning')}\n")
    if goals:
        yield from _audit(audit, words, explain)
    yield from map(Prose, _head(manifest, goals, words))
    if goals:
        yield _table(goals, words)
        at_home = str(manifest["scenario"].get("county_code") or LIAONING).startswith(LIAONING)
        for found in (goal["four_years"] for goal in goals if "four_years" in goal and at_home):
            shown = probability(words, found)
            yield Prose(words("curve_running_said", first=found["first"], last=found["last"], told=shown))
        adjusted = [
            words("adjusted_goal", name=words.of(goal["name"]), chance=probability(words, {**goal["adjusted"], "bound": None}))
            for goal in goals
            if "adjusted" in goal
        ]
        if adjusted:
            yield Prose(words("adjusted_line", chances=words("semicolon").join(adjusted)))
        if not explain:
            yield Prose(words("scoreboard_note"))


def _head(manifest: Mapping[str, Any], goals: Sequence[Mapping[str, Any]], words: Words) -> Iterator[str]:
    """Scenario, months, runs, draws, seed, vantage; whether it is a trial, and what is missing of an incomplete run."""
    scenario, counts, months = manifest["scenario"], manifest["replications"], manifest["months"]
    if words.of(scenario.get("title")):
        yield words.of(settings.title(scenario))
    draws = goals[0]["draws"] if goals else 0
    vantage = scenario.get("vantage")
    parts = (
        words("lived", runs=counts["completed"], first=words.month(months[0]), last=words.month(months[-1])),
        _say_draws(manifest, draws, words),
        words("seed", seed=manifest["seed"]),
        *([words("vantage", vantage=words.month(vantage))] if vantage else []),
    )
    yield words("sentence", text=words("comma").join(parts))
    if not manifest["complete"]:
        yield words("incomplete", **counts)
    elif counts["failed"]:
        yield words("some_failed", failed=counts["failed"])
    if goals and counts["completed"] < FEW:
        yield words("scoreboard_trial", runs=counts["completed"])


def _say_draws(manifest: Mapping[str, Any], draws: int, words: Words) -> str:
    """How replications and draws of the parameters go together."""
    if manifest["only_luck"]:
        return words("lived_luck")
    return words("lived_single" if manifest.get("single_draws") else "lived_pairs", draws=draws)


def _table(goals: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """A line for each goal, always in the same order: how often it is met, the interval, the margin, and the same on file."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(words("column_goal"))
    for name in ("met", "interval", "margin", "on_file"):
        table.add_column(words(f"column_{name}_short"), justify="right", no_wrap=True)
    groups = sorted(group_goals(goals), key=lambda group: group[0] == HEADLINE)  # last is what stands above the prompt
    for heading, rows in groups:
        table.add_row(Prose(words(heading), "bold"))
        for row in rows:
            true = next((goal for goal in row if not goal["observed"]), row[0])
            twin = next((goal for goal in row if goal["observed"] and goal is not true), None)
            name = words.of(true["name"]) + (words("on_file_mark") if true["observed"] else "")
            cells = [_met(true, words), _interval(true, words), _margin(true, words), _met(twin, words) if twin else ""]
            table.add_row(Prose(f" {name}"), *cells)
    return table


def _met(goal: Mapping[str, Any], words: Words) -> str:
    """How often a goal is met: of few runs a count, of many a share."""
    if goal["probability"] is None:
        return words("unknown")
    if goal["runs"] < FEW or goal["bound"]:
        return f"{round(goal['probability'] * goal['runs'])}/{goal['runs']}"
    return words.percent(goal["probability"]).replace(" ", "")


def _interval(goal: Mapping[str, Any], words: Words) -> str:
    """The 95 % interval of the probability; one-sided where none or all of the runs met the goal."""
    if "share_met" in goal:
        return words("share_met_short", share=words.percent(goal["share_met"]))
    if goal["probability"] is None:
        return ""
    if goal["bound"]:
        return bound(words, goal)
    return words.percents(goal["low"], goal["high"])


def _margin(goal: Mapping[str, Any], words: Words) -> str:
    """The median margin, positive where the goal is met, as an office writes it."""
    if "members" in goal or goal["margin"] is None:
        return ""
    text = margin(words, goal)[0]
    return text if words.language == "en" else text.replace(",", "").replace(" ", "")


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


def _definitions(goals: Sequence[Mapping[str, Any]], only_luck: bool, words: Words) -> Table:
    """The id and definition of each goal, and where the spread of its margin comes from."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column()
    for goal in goals:
        spread = _spread(goal, only_luck, words)
        told = [words.of(goal["definition"])] if "definition" in goal else []
        told += [words("spread_said", spread=spread.replace("\n", words("comma")))] if spread and "members" not in goal else []
        if told:
            table.add_row(goal["id"], Prose(" ".join(told)))
    return table


def _audit(audit: Sequence[Mapping[str, Any]], words: Words, explain: bool = True) -> Iterator[RenderableType]:
    """Quantities of the founding population that missed their target; with ``explain`` also who is below at the start."""
    inherited = [line for line in audit if INHERITED in line["id"]]
    checked = [line for line in audit if INHERITED not in line["id"]]
    missed = [line for line in checked if not line["ok"]]
    if missed or explain:
        yield Prose(f"{words('heading_audit')}", "bold")
    if missed:
        yield Prose(words("audit_missed", count=len(checked), missed=len(missed)))
    elif explain:
        yield Prose(words("audit_kept", count=len(checked)))
    for line in missed:
        low, achieved, high = (words.quantity(line[part], line["unit"]) for part in ("lowest", "achieved", "highest"))
        if low != high:  # a mean within the target says nothing of the county that missed it
            achieved = words("with_range", value=achieved, range=words("range", low=low, high=high))
        target = words.target(line["target"], line["unit"])
        yield Prose(f"  {words('audit_line', name=words.of(line['name']), target=target, achieved=achieved)}")
    if inherited and explain:
        yield Prose(f"\n{words('heading_inherited')}", "bold")
        for line in inherited:
            numbers = {part: words.quantity(line[part], line["unit"]) for part in ("achieved", "lowest", "highest")}
            yield Prose(f"  {words('inherited_line', name=words.of(line['name']), **numbers)}")
    if missed or explain:
        yield Prose("")


def profile(times: Mapping[str, float], language: str) -> Iterator[RenderableType]:
    """Milliseconds of each process of the month, slowest first, and their sum."""
    words = Words(language)
    yield Prose(f"\n{words('heading_profile')}", "bold")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(words("column_process"), no_wrap=True)
    table.add_column("ms", justify="right")
    for name, milliseconds in sorted(times.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{milliseconds:.2f}")
    table.add_section()
    table.add_row(words("total"), f"{sum(times.values()):.2f}")
    yield table
