"""Houses and water: a guarantee may break, and is repaired by the household, or through the ordinary channel."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import charge, transfer
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import Cause
from sim.world.households import add_rigid

JUST_BROKEN = -1


@compiled
def mend(household, cost, p, luck_key, books):
    """Whether it is repaired this month: from savings where they suffice, otherwise through the ordinary channel."""
    if household.cash >= cost:
        if happens(luck_key, household.identity, p.own_repair):
            charge(household, books.own_repair, cost)
            add_rigid(household, Cause.HOUSING, cost)
            return True
        return False
    if happens(luck_key, household.identity, min(p.public_repair * p.repair_speed, 1.0)):
        return transfer(books.public_repair, cost * household.weight, household.weight)
    return False


@compiled
def well_fails(village, p):
    """Chance that drinking water fails in a month: less where more households have tap water."""
    return p.water_chance * p.shock_intensity * max(1.0 + p.tap_effect * (p.usual_tap - village.tap), 0.0)


@compiled
def break_some(county, p, draws):
    """Safe houses and wells that fail this month; they are noted as JUST_BROKEN, since nobody mends them before the next."""
    house_fails = p.house_chance * p.shock_intensity
    for household in county.households:
        if household.members == 0:
            continue
        if household.house_broken == 0 and happens(draws.house, household.identity, house_fails):
            household.house_broken = JUST_BROKEN
        if household.water_broken == 0:
            if happens(draws.water, household.identity, well_fails(county.villages[household.village], p)):
                household.water_broken = JUST_BROKEN


@process(
    reads="households.members households.identity households.weight households.village villages.tap environment.cost_trend",
    writes="households.house_broken households.water_broken households.cash households.paid households.rigid households.burden",
    draws="house water house_mended water_mended",
    pays="own_repair: households -> outside; public_repair: emergency -> outside",
)
def housing(county, p, draws, books):
    """A house becomes unsafe or a well fails; months without are counted until it is repaired."""
    trend = county.environment[0].cost_trend
    break_some(county, p, draws)
    for household in county.households:
        if (household.house_broken == 0 and household.water_broken == 0) or household.members == 0:
            continue
        if household.house_broken > 0:
            household.house_broken += 1
            if mend(household, p.house_cost * trend, p, draws.house_mended, books):
                household.house_broken = 0
        if household.water_broken > 0:
            household.water_broken += 1
            if mend(household, p.water_cost * trend, p, draws.water_mended, books):
                household.water_broken = 0
        household.house_broken = abs(household.house_broken)
        household.water_broken = abs(household.water_broken)
