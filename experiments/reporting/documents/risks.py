"""Risks, found by rules: each sentence rests on an interval or a count of runs."""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.reporting.documents import goals, money, probability_wording
from experiments.reporting.documents.content import Bullets
from experiments.reporting.documents.context import ReportContext
from experiments.reporting.documents.people import LEAST_FOR_WORST, format_persons, format_worst
from experiments.reporting.documents.probability_wording import Chance

NAMED = 6
#: A use is reported as unpaid from this share of the runs on.
OFTEN = 0.05
MOST_UNPAID = 3


def list_risks(context: ReportContext) -> Bullets:
    """All risks that the rules find."""
    found = tuple(sentence for rule in RULES for sentence in rule(context))
    return Bullets(found or (context.words("risk_none"),))


def _unlikely(context: ReportContext) -> Iterator[str]:
    found = goals.find_unlikely(context.results.goals)
    if found:
        names = context.words("brief_and").join(context.words.of(goal["name"]) for goal in found[:NAMED])
        more = context.words("who_more", names=names, count=len(found)) if len(found) > NAMED else names
        yield context.words("risk_unlikely", count=len(found), names=more)


def _on_file(context: ReportContext) -> Iterator[str]:
    for goal in context.results.goals:
        twin = context.twin(goal)
        true, recorded = Chance.of(goal), None if twin is None else Chance.of(twin)
        if true is not None and recorded is not None and recorded.low > true.high:
            facts = {
                "recorded": probability_wording.format_probability(recorded, context.words),
                "true": probability_wording.format_probability(true, context.words),
            }
            yield context.words("risk_on_file", name=context.words.of(goal["name"]), **facts)


def first_unlikely_year(goal: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first year from whose end on a goal stays more likely missed than met, its whole interval below one half."""
    found = None
    for year in goal.get("by_year", ()):
        if year["probability"] is None:
            continue
        if year["high"] < 0.5:
            found = found or year
        else:
            found = None
    return found


def _path(context: ReportContext) -> Iterator[str]:
    for goal in context.headline:
        year = first_unlikely_year(goal)
        if year is not None and year["year"] < context.last_year:
            chance = Chance.of({**year, "bound": "below" if year["probability"] == 0 else None})
            yield context.words(
                "risk_path",
                name=context.words.of(goal["name"]),
                year=year["year"],
                told=probability_wording.format_probability(chance, context.words),
            )


def _people(context: ReportContext) -> Iterator[str]:
    known = {quantity.id: quantity for quantity in context.measured.quantities}
    words, measured = context.words, context.measured
    if "people_below" in known:
        found = measured.level(known["people_below"])
        if found.runs >= LEAST_FOR_WORST:
            worst = format_worst(context, known["people_below"])
            yield words("risk_worst", month=context.last_month, worst=worst, mean=format_persons(found, context))
    if "people_undetected" in known:
        found = measured.level(known["people_undetected"])
        if found.low > 0:
            yield words("risk_undetected", persons=format_persons(found, context))
    if "waiting_cases" in known:
        found = measured.level(known["waiting_cases"])
        if found.low > 0:
            amount = probability_wording.with_interval(found.mean, found.low, found.high, unit="households", words=words)
            yield words("risk_waiting", month=context.last_month, households=amount)


def _unpaid(context: ReportContext) -> Iterator[str]:
    for use, series in money.find_unpaid_uses(context)[:MOST_UNPAID]:
        count, runs = int((series > 0).sum()), len(series)
        if count >= OFTEN * runs:
            found = context.measured.estimate(series / len(context.measured.years))
            amount = money.format_million(found.mean, found.low, found.high, context)
            yield context.words("risk_unpaid", count=count, runs=runs, use=money.use_name(use, context), yuan=amount)


def _misses(context: ReportContext) -> Iterator[str]:
    """Published figures that these replications miss; only where the model measures them and the scenario is the county's."""
    from experiments.validation import backtest, published_figures

    figures = published_figures.load()
    try:
        lines = backtest.compare(figures, backtest.series_of(context.results, figures))
    except (ValueError, KeyError):
        return
    lines = [line for line in lines if line["hit"] is not None]
    missed = [line for line in lines if not line["hit"]]
    if missed:
        names = dict.fromkeys(f"{context.words.of(line['name'])} ({line['when']})" for line in missed)
        yield context.words("risk_misses", count=len(missed), all=len(lines), names=context.words("brief_and").join(names))


RULES = (_unlikely, _on_file, _path, _people, _unpaid, _misses)
