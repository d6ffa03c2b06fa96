"""Which goals and indicators a horizon has: those of the plan, and beyond 2025 those of the years after it."""

from dataclasses import replace

import numpy as np

from sim.core.inputs.parameters import PLAN_MONTHS
from sim.goals.exit import EXIT_INDICATORS
from sim.goals.goal import EXIT_GOALS, GOALS, Goal, GoalInputs, GoalOutcome
from sim.goals.indicators import COUNTY_ONLY, INDICATORS, Indicator


def goals_of(months: int) -> dict[str, Goal]:
    """The goals of a scenario of so many months."""
    return GOALS | EXIT_GOALS if months > PLAN_MONTHS else GOALS


def indicators_of(months: int) -> dict[str, Indicator]:
    """The county indicators of a scenario of so many months."""
    found = {**INDICATORS, **COUNTY_ONLY}
    return found | EXIT_INDICATORS if months > PLAN_MONTHS else found


def outcomes(inputs: GoalInputs, months: int) -> dict[str, GoalOutcome]:
    """How a replication of so many months ended, for every goal of its horizon.

    Goals of the plan look at its years only, so that a longer horizon leaves them as they are; the years after are not assessed
    for them (NaN in ``by_year``).
    """
    plan = inputs.until(PLAN_MONTHS)
    found = {name: each.evaluate(plan) for name, each in GOALS.items()}
    if months <= PLAN_MONTHS:
        return found
    later = np.full(inputs.years - plan.years, np.nan)
    found = {name: replace(each, by_year=np.concatenate([each.by_year, later])) for name, each in found.items()}
    return found | {name: each.evaluate(inputs) for name, each in EXIT_GOALS.items()}
