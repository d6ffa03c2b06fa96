"""Risks, found by rules: each sentence stands on an interval or a count of runs."""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.reporting.documents import goals, money, probability_wording
from experiments.reporting.documents.content import Bullets
from experiments.reporting.documents.context import ReportContext
from experiments.reporting.documents.people import LEAST_FOR_WORST, persons, worst_of
from experiments.reporting.documents.probability_wording import Chance

NAMED = 6
#: A use is told as unpaid from this share of the runs on.
OFTEN = 0.05
MOST_UNPAID = 3


def bullets(told: ReportContext) -> Bullets:
    """All risks that the rules find."""
    found = tuple(sentence for rule in RULES for sentence in rule(told))
    return Bullets(found or (told.words("risk_none"),))


def _unlikely(told: ReportContext) -> Iterator[str]:
    found = goals.unlikely(told.results.goals)
    if found:
        names = told.words("brief_and").join(told.words.of(goal["name"]) for goal in found[:NAMED])
        more = told.words("who_more", names=names, count=len(found)) if len(found) > NAMED else names
        yield told.words("risk_unlikely", count=len(found), names=more)


def _on_file(told: ReportContext) -> Iterator[str]:
    for goal in told.results.goals:
        twin = told.twin(goal)
        true, recorded = Chance.of(goal), None if twin is None else Chance.of(twin)
        if true is not None and recorded is not None and recorded.low > true.high:
            facts = {
                "recorded": probability_wording.told(recorded, told.words),
                "true": probability_wording.told(true, told.words),
            }
            yield told.words("risk_on_file", name=told.words.of(goal["name"]), **facts)


def turning(goal: Mapping[str, Any]) -> Mapping[str, Any] | None:
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


def _path(told: ReportContext) -> Iterator[str]:
    for goal in told.headline:
        year = turning(goal)
        if year is not None and year["year"] < told.last_year:
            chance = Chance.of({**year, "bound": "below" if year["probability"] == 0 else None})
            yield told.words(
                "risk_path",
                name=told.words.of(goal["name"]),
                year=year["year"],
                told=probability_wording.told(chance, told.words),
            )


def _people(told: ReportContext) -> Iterator[str]:
    known = {quantity.id: quantity for quantity in told.measured.quantities}
    words, measured = told.words, told.measured
    if "people_below" in known:
        found = measured.level(known["people_below"])
        if found.runs >= LEAST_FOR_WORST:
            worst = worst_of(told, known["people_below"])
            yield words("risk_worst", month=told.last_month, worst=worst, mean=persons(found, told))
    if "people_undetected" in known:
        found = measured.level(known["people_undetected"])
        if found.low > 0:
            yield words("risk_undetected", persons=persons(found, told))
    if "waiting_cases" in known:
        found = measured.level(known["waiting_cases"])
        if found.low > 0:
            said = probability_wording.with_interval(found.mean, found.low, found.high, "households", words)
            yield words("risk_waiting", month=told.last_month, households=said)


def _unpaid(told: ReportContext) -> Iterator[str]:
    for use, series in money.unpaid_uses(told)[:MOST_UNPAID]:
        count, runs = int((series > 0).sum()), len(series)
        if count >= OFTEN * runs:
            found = told.measured.estimate(series / len(told.measured.years))
            said = money.million(found.mean, found.low, found.high, told)
            yield told.words("risk_unpaid", count=count, runs=runs, use=money.use_name(use, told), yuan=said)


def _misses(told: ReportContext) -> Iterator[str]:
    """Published figures that these very lives miss; only where the model measures them and the scenario is the county's."""
    from experiments.validation import backtest, published_figures

    figures = published_figures.load()
    try:
        lines = backtest.compare(figures, backtest.series_of(told.results, figures))
    except (ValueError, KeyError):
        return
    lines = [line for line in lines if line["hit"] is not None]
    missed = [line for line in lines if not line["hit"]]
    if missed:
        names = dict.fromkeys(f"{told.words.of(line['name'])} ({line['when']})" for line in missed)
        yield told.words("risk_misses", count=len(missed), all=len(lines), names=told.words("brief_and").join(names))


RULES = (_unlikely, _on_file, _path, _people, _unpaid, _misses)
