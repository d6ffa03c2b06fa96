"""Prices of what the county grows: a season that comes back, and departures from trend that fade."""

import math

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import normal
from sim.world.codes import Commodity


@compiled
def season_of(kind, month, p):
    """A month's sales of a commodity relative to an average month; the twelve average one."""
    if kind == Commodity.MAIZE:
        return p.maize_season[month]
    if kind == Commodity.VEGETABLES:
        return p.vegetable_season[month]
    if kind == Commodity.FLOWERS:
        return p.flower_season[month]
    if kind == Commodity.FRUIT:
        return p.fruit_season[month]
    return p.livestock_season[month]


@compiled
def season_sum(kind, p):
    """Sum of a commodity's seasonal figures, so that the year's shares add up to one however they are written."""
    total = 0.0
    for month in range(len(p.maize_season)):
        total += season_of(kind, month, p)
    return total


@process(writes="commodities.season")
def seasons(county, p, draws, books):
    """When in the year each commodity is sold."""
    for kind in range(len(county.commodities)):
        county.commodities[kind].season = season_of(kind, county.calendar, p) / season_sum(kind, p)


@process(writes="commodities.price commodities.deviation commodities.variance commodities.crash", draws="price")
def prices(county, p, draws, books):
    """Each price departs from its trend and returns; the mean over all random draws stays at trend."""
    for kind in range(len(county.commodities)):
        commodity = county.commodities[kind]
        steady = p.price_spread[kind] * p.shock_intensity
        left = p.price_persistence[kind]
        step = steady * math.sqrt(1.0 - left * left)
        commodity.deviation = left * commodity.deviation + step * normal(draws.price, kind)
        commodity.variance = left * left * commodity.variance + step * step
        half = commodity.variance / (1.0 + 1.0)
        commodity.price = math.exp(commodity.deviation - half) * (1.0 - p.ordered_crash[kind])
        commodity.crash = 1 if commodity.price < 1.0 - p.crash_depth else 0
