"""The answer of one plan: what it does for people, how likely its main goals are, what the county's own money holds up.

Read from the same facts as a comparison: the plan against all policy stopped, and against the county's own money stopped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from experiments.analyses import settings
from experiments.analyses.changes import Amount, GoalChange, LeverChange
from experiments.analyses.consequences import RECORDED, TRUE, Consequences, about_levers, monitored
from experiments.reporting.answer import MOSTLY, describe_settings, items, persons_move, short_name
from experiments.reporting.office_numbers import OfficeNumbers
from experiments.reporting.translations import Words
from experiments.results import curves
from experiments.results.folder import Results
from sim.core.inputs.parameters import load_all

#: The promise that is the county's own money.
FLOOR = "B1_floor"
INCOME, UNDETECTED = "registered_income", "relapse_undetected"
#: A growth gap or a threshold is told where the goal reaches this probability.
SURE = 0.9
#: A gap that is 0.0 points in print.
SAME_GROWTH = 0.0005


@dataclass(frozen=True)
class BaselineFacts:
    """A plan with its companion runs; those that were not made are None. ``itself``: the plan beside itself, for its levels."""

    results: Results
    stopped: Consequences | None
    own_stopped: Consequences | None

    @classmethod
    def of(cls, results: Results, without_policy: Results | None, without_own: Results | None) -> "BaselineFacts":
        """``stopped``: from all policy stopped to the plan; ``own_stopped``: from the plan to its own money stopped."""
        return cls(
            results,
            None if without_policy is None else Consequences(without_policy, results),
            None if without_own is None else Consequences(results, without_own),
        )

    @cached_property
    def itself(self) -> Consequences:
        """The plan on both sides: levels without a difference."""
        return Consequences(self.results, self.results)

    @property
    def last(self) -> int:
        """The last simulated year."""
        return self.itself.years[-1]

    @cached_property
    def in_force(self) -> list[int]:
        """The years from the first on that the plan changes: a mean of money over earlier ones would hide what it changes."""
        first = min((int(each.month[:4]) for each in self.settings), default=self.itself.years[0])
        return [year for year in self.itself.years if year >= first]

    def level(self, indicator: str, year: int | None = None) -> Amount | None:
        """An indicator under the plan at a year's end, in persons where it is a share of them."""
        return self.itself.persons(indicator, year or self.last)

    @cached_property
    def settings(self) -> list[LeverChange]:
        """What the plan sets otherwise than the baseline of its county."""
        return settings.against_baseline(self.results.manifest["scenario"])

    @cached_property
    def given_up(self) -> list[GoalChange]:
        """The promises that the plan gives up by what it sets: it takes their own lever back, and misses them in most runs."""
        book = load_all().parameters
        cut = [each.id for each in self.settings if settings.is_cut(book[each.id], each)]
        about = about_levers(cut, self.results.manifest["scenario"].get("plan")) if cut else set()
        return [each for each in self.itself.goals if each.id in about and each.promise and each.pairs and each.other < MOSTLY]

    @cached_property
    def identified(self) -> float | None:
        """The share of households that came at risk and were identified, over all runs; None where nobody was followed."""
        try:
            table = self.results.table("monitoring")
        except (OSError, KeyError, ValueError):
            return None
        sums = table.groupby(table["stage"].astype(str))["value"].sum()
        return float(sums["identified"] / sums["began"]) if sums.get("began", 0.0) > 0 else None

    @cached_property
    def outcomes(self) -> tuple[curves.Outcomes, Any]:
        """What the curves are made of, and the draw of each replication."""
        table = self.results.table("replications")
        return curves.read_outcomes(table), table["draw"].to_numpy()

    def curve(self, goal: str) -> list[dict[str, Any]]:
        """The curve of a goal, empty where the runs do not say."""
        outcomes, draws = self.outcomes
        return [point for point in curves.curve(goal, outcomes, draws) if point["runs"]]

    @cached_property
    def gap(self) -> float | None:
        """The median difference in yearly growth from the province's."""
        outcomes, _draws = self.outcomes
        own = outcomes.get(curves.GROWTH)
        return None if own is None or np.isnan(own["margin"]).all() else float(np.nanmedian(own["margin"]))

    def needed(self) -> float | None:
        """How much faster a year growth would have to be for the goal to be met in nine runs of ten; None where not known."""
        outcomes, _draws = self.outcomes
        own = outcomes.get(curves.GROWTH)
        return (
            None if own is None or np.isnan(own["margin"]).all() else max(0.0, -float(np.nanquantile(own["margin"], 1.0 - SURE)))
        )

    def wide_enough(self) -> float | None:
        """The least threshold of relapse at which the goal is met in nine runs of ten; None where no threshold is."""
        return curves.first_reaching(self.curve(curves.AFTER_SPENDING), SURE)


def held_up(own: Consequences) -> list[GoalChange]:
    """The promises that break where the county's own money stops, its floor itself left out."""
    return [each for each in own.broken if each.id != FLOOR and (each.promise or each.owed)]


def sentences(facts: BaselineFacts, words: Words) -> Iterator[str]:
    """People and money first, then what the register sees, the main goals, and what the county's own money holds up."""
    numbers = OfficeNumbers(words)
    yield from _given_up(facts, numbers)
    yield from _policy(facts, numbers)
    yield from _below(facts, numbers)
    yield from _relapse(facts, numbers)
    yield from _growth(facts, numbers)
    yield from _own_money(facts, numbers)
    if facts.stopped is None:
        yield words("base_no_companion")


def _given_up(facts: BaselineFacts, numbers: OfficeNumbers) -> Iterator[str]:
    """What a changed plan changes and gives up by decision; that nothing else of it was held against the baseline."""
    words, texts = numbers.words, []
    if facts.settings:
        texts.append(words("base_changed", levers=describe_settings(facts.settings, numbers)))
    if facts.given_up:
        names = (words("quoted_name", name=short_name(each, words)) for each in facts.given_up)
        times = (numbers.times(each.met_other, each.pairs) for each in facts.given_up)
        items = (words("base_given_up_item", name=name, times=each) for name, each in zip(names, times))
        texts.append(words("base_given_up", items=words("item_list").join(items)))
    if texts:
        yield words("sentence_gap").join(texts)
        yield words("base_not_compared_else" if facts.given_up else "base_not_compared")


def _policy(facts: BaselineFacts, numbers: OfficeNumbers) -> Iterator[str]:
    words, stopped = numbers.words, facts.stopped
    if stopped is None:
        return
    below, income = stopped.persons(TRUE, facts.last), stopped.persons(INCOME, facts.last)
    if below is None or income is None or not (below.clear and income.clear):
        return
    yield words(
        "base_policy", year=facts.last,
        fewer=words("base_fewer" if below.difference < 0 else "base_more", count=numbers.count(below.difference)),
        income=words("base_higher" if income.difference > 0 else "base_lower", money=numbers.a_head(income.difference)),
    )  # fmt: skip


def _below(facts: BaselineFacts, numbers: OfficeNumbers) -> Iterator[str]:
    words = numbers.words
    true, recorded, missed = (facts.level(name) for name in (TRUE, RECORDED, UNDETECTED))
    if true is None or recorded is None or missed is None or true.other <= 0:
        return
    if not monitored(facts.results, facts.last):
        yield words("base_below_unmonitored", year=facts.last, true=numbers.count(true.other))
        return
    yield words(
        "base_below", year=facts.last, true=numbers.count(true.other), recorded=numbers.count(recorded.other),
        share=numbers.share(missed.other / true.other),
    )  # fmt: skip
    if facts.identified is not None:
        yield words("base_identified", share=numbers.share(facts.identified))


def _relapse(facts: BaselineFacts, numbers: OfficeNumbers) -> Iterator[str]:
    words, goal, twin = numbers.words, facts.itself.goal("R3"), facts.itself.goal("R3_observed")
    if goal is None or not goal.pairs:
        return
    text = words("base_relapse", times=numbers.times(goal.met_other, goal.pairs))
    if twin is not None and twin.met_other > goal.met_other and monitored(facts.results, facts.last):
        text += words("base_relapse_on_file", times=numbers.times(twin.met_other, twin.pairs))
    enough = facts.wide_enough()
    points = facts.curve(curves.AFTER_SPENDING)
    if enough is not None and points and enough > points[0]["at"]:
        text += words("base_relapse_curve", share=numbers.setting(enough, "share"))
    elif points:
        text += words("base_relapse_never", share=numbers.setting(points[-1]["at"], "share"))
    yield words("sentence_end", text=text)


def _growth(facts: BaselineFacts, numbers: OfficeNumbers) -> Iterator[str]:
    words, goal, gap, needed = numbers.words, facts.itself.goal("G2"), facts.gap, facts.needed()
    if goal is None or gap is None or needed is None or not goal.pairs:
        return
    side = "base_growth_level" if abs(gap) < SAME_GROWTH else "base_growth_behind" if gap < 0 else "base_growth_ahead"
    text = words("base_growth", times=numbers.times(goal.met_other, goal.pairs)) + words(side, points=numbers.points(gap))
    if needed > SAME_GROWTH:
        text += words("base_growth_needed", points=numbers.points(needed))
    yield words("sentence_end", text=text)


def _own_money(facts: BaselineFacts, numbers: OfficeNumbers) -> Iterator[str]:
    words, own = numbers.words, facts.own_stopped
    if own is None:
        return
    held = [each for each in own.broken if each.id != FLOOR]
    promised = held_up(own)
    if promised:
        yield words("base_own_holds", items=items(promised, numbers, own))
    elif not held:
        yield words("base_own_none")
    below = own.persons(TRUE, facts.last)
    if below is not None and persons_move(below, own.pairs):
        side = "more" if below.difference > 0 else "fewer"
        yield words(f"base_own_{side}", year=facts.last, count=numbers.count(below.difference))
    unmoved = [each for each in own.goals if each.headline and each.id not in {one.id for one in own.broken}]
    if unmoved:
        names = words("name_list").join(words("quoted_name", name=short_name(each, words)) for each in unmoved)
        yield words("base_own_unmoved", goals=names)
