"""Which goals and indicators a horizon has: those of the plan, and beyond 2025 those of the years after it."""

from dataclasses import replace

import numpy as np

from sim.core.inputs.parameters import PLAN_MONTHS
from sim.goals.exit import EXIT_INDICATORS
from sim.goals.goal import EXIT_GOALS, GOALS, Goal, GoalInputs, GoalOutcome
from sim.goals.indicators import COUNTY_ONLY, INDICATORS, Indicator
from sim.goals.plans import Plan, goals_asked, home


def goals_of(months: int, plan: Plan | None = None) -> dict[str, Goal]:
    """The goals by which a scenario of so many months is judged: those of its plan, of Lingyuan's where there is none, so far as
    they are due.
    """
    due = {each.id for each in (plan or home()).own if each.first_due > months}
    found = {name: each for name, each in (GOALS if plan is None else goals_asked(plan)).items() if name not in due}
    return found | EXIT_GOALS if months > PLAN_MONTHS else found


def indicators_of(months: int) -> dict[str, Indicator]:
    """The county indicators of a scenario of so many months."""
    found = {**INDICATORS, **COUNTY_ONLY}
    return found | EXIT_INDICATORS if months > PLAN_MONTHS else found


def outcomes(inputs: GoalInputs, months: int, asked: Plan | None = None) -> dict[str, GoalOutcome]:
    """How a replication of so many months ended, for every goal of its plan and horizon.

    Goals of the plan look at its years only, so that a longer horizon leaves them as they are; the years after are not assessed
    for them (NaN in ``by_year``).
    """
    plan = inputs.until(PLAN_MONTHS)
    goals = goals_of(months, asked)
    own = {
        name for name in goals if name not in GOALS and name not in EXIT_GOALS
    }  # a reader's own say themselves when they are due
    found = {name: each.evaluate(inputs if name in own else plan) for name, each in goals.items() if name not in EXIT_GOALS}
    if months <= PLAN_MONTHS:
        return found
    later = np.full(inputs.years - plan.years, np.nan)
    found = {
        name: each if name in own else replace(each, by_year=np.concatenate([each.by_year, later]))
        for name, each in found.items()
    }
    return found | {name: each.evaluate(inputs) for name, each in EXIT_GOALS.items()}
