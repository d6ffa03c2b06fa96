"""Accidents and other shocks that cost a household much at once."""

from sim.core.ledger import charge
from sim.core.process import process
from sim.core.random_draws import happens, lognormal
from sim.world.codes import Cause
from sim.world.households import add_rigid


@process(
    reads="households.members households.identity households.weight environment.cost_trend",
    writes="households.rigid households.burden households.cash households.paid",
    draws="struck cost",
    pays="accident_cost: households -> outside",
)
def accidents(county, p, draws, books):
    """A few households meet with an accident and bear what it costs."""
    trend = county.environment[0].cost_trend
    chance = p.chance * p.shock_intensity
    for household in county.households:
        if household.members > 0 and happens(draws.struck, household.identity, chance):
            cost = p.mean_cost * trend * lognormal(draws.cost, household.identity, p.cost_spread)
            charge(household, books.accident_cost, cost)
            add_rigid(household, Cause.ACCIDENT, cost)
