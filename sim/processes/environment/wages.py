"""Wages and trends that nobody in the county sets, and the slump that may strike all migrants at once."""

import math

from sim.core.process import process
from sim.core.random_draws import happens, normal
from sim.world.codes import SlumpKind


@process(
    writes="environment.wage_error environment.wage_step environment.farm_step environment.farm_trend "
    "environment.transfer_trend environment.cost_trend",
    draws="wage farm",
)
def trends(county, p, draws, books):
    """A new year's growth: expected, plus errors that county and province share, the county's own gap and drift, and recovery."""
    for environment in county.environment:
        environment.wage_step = normal(draws.wage, 0)
        environment.farm_step = normal(draws.farm, 0)
        gap = math.log(1.0 + p.county_growth_gap + p.county_drift + p.recovery)
        environment.wage_error += p.wage_growth_error * environment.wage_step + gap + math.log(1.0 + p.work_growth)
        environment.farm_trend *= (1.0 + p.farm_growth) * math.exp(p.farm_growth_error * environment.farm_step + gap)
        environment.transfer_trend *= 1.0 + p.transfer_growth
        environment.cost_trend *= 1.0 + p.cost_growth


@process(writes="environment.slump environment.slump_depth", draws="begins ends")
def slump(county, p, draws, books):
    """Whether the outside labour market falls into a slump, or leaves it.

    One that a scenario orders changes nothing of that; of both the deeper is felt.
    """
    for environment in county.environment:
        if environment.slump == SlumpKind.BY_LUCK or environment.slump == SlumpKind.BOTH:
            by_luck = not happens(draws.ends, 0, 1.0 / p.slump_months)
        else:
            by_luck = happens(draws.begins, 0, p.slump_chance)
        ordered = p.ordered_slump > 0.0
        if by_luck:
            environment.slump = SlumpKind.BOTH if ordered else SlumpKind.BY_LUCK
        else:
            environment.slump = SlumpKind.ORDERED if ordered else SlumpKind.NONE
        environment.slump_depth = max(p.slump_depth if by_luck else 0.0, p.ordered_slump)


@process(reads="environment.wage_error", writes="environment.outside_wage environment.local_wage")
def wages(county, p, draws, books):
    """Going wages of the month, outside and near home, before any slump."""
    for environment in county.environment:
        environment.outside_wage = p.outside_wage * math.exp(environment.wage_error)
        environment.local_wage = p.local_wage * math.exp(environment.wage_error)
