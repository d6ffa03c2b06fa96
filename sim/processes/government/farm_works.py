"""What project money from above does for farming: greenhouses, cold stores, fields, soil, seed, roads, selling online.

Each year's works are paid in spring and serve from then on; what they add is small beside prices and weather, and said to be.
"""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import transfer
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import Commodity


@compiled
def waits_for_a_greenhouse(household):
    """Listed households with hands and without a greenhouse come first."""
    listed = household.registered == 1 or household.marginal == 1
    return listed and household.members > 0 and household.farm_labour > 0.0 and household.holdings[Commodity.VEGETABLES] <= 0.0


@compiled
def hand_over_greenhouses(county, p, draws):
    """Greenhouses go to listed households by lot, as much as a household works, free of rent; returns the mu handed over."""
    waiting = 0.0
    for household in county.households:
        if waits_for_a_greenhouse(household):
            waiting += household.weight
    if waiting <= 0.0:
        return 0.0
    chance = min(p.greenhouses / p.greenhouse_size / waiting, 1.0)
    net = county.commodities[Commodity.VEGETABLES].net_unit * p.greenhouse_size
    given = 0.0
    for household in county.households:
        if waits_for_a_greenhouse(household) and happens(draws.greenhouse, household.identity, chance):
            household.holdings[Commodity.VEGETABLES] = net
            built = household.weight * p.greenhouse_size
            county.townships[household.township].built_publicly += built
            given += built
    return given


@compiled
def work_the_soil(environment, p, books):
    """The year's tillage and seed serve this year's harvest; a better grade of the soil stays."""
    environment.conserved = 0.0
    environment.subsoiled = 0.0
    environment.better_seed = 0.0
    if p.conservation > 0.0 and transfer(books.conservation_paid, p.conservation * p.conservation_cost, p.conservation):
        environment.conserved = p.conservation
    if p.subsoiling > 0.0 and transfer(books.subsoiling_paid, p.subsoiling * p.subsoiling_cost, p.subsoiling):
        environment.subsoiled = p.subsoiling
    more = p.good_seed - p.seed_before
    changed = max(more, 0.0) * environment.grain_land
    if changed <= 0.0 or transfer(books.seed_support, changed * p.seed_cost, changed):
        environment.better_seed = more
    land = environment.grain_land
    if p.soil_grade > 0.0 and transfer(books.soil_improved, p.soil_grade * land * p.grade_cost, land):
        environment.soil_grade += p.soil_grade


@process(
    reads="households.members households.weight households.identity households.township households.registered "
    "households.marginal households.farm_labour commodities.net_unit commodities.set_up environment.grain_land",
    writes="households.holdings townships.built_publicly environment.stores environment.sold_online environment.good_fields "
    "environment.roads environment.conserved environment.subsoiled environment.better_seed environment.soil_grade",
    draws="greenhouse",
    pays="greenhouses_built: farm_projects -> outside; cold_stores: farm_projects -> outside; "
    "online_support: farm_projects -> outside; fields_built: farm_projects -> outside; roads_built: farm_projects -> outside; "
    "conservation_paid: farm_projects -> outside; subsoiling_paid: farm_projects -> outside; "
    "seed_support: farm_projects -> outside; soil_improved: farm_projects -> outside",
)
def farm_works(county, p, draws, books):
    """The year's works are built and paid for."""
    environment = county.environment[0]
    for township in county.townships:
        township.built_publicly = 0.0
    if p.greenhouses > 0.0:  # paid for as handed over: a purse of upper levels does not refuse
        given = hand_over_greenhouses(county, p, draws)
        transfer(books.greenhouses_built, given * county.commodities[Commodity.VEGETABLES].set_up, given)
    if p.cold_stores > 0.0 and transfer(books.cold_stores, p.cold_stores * p.store_cost, p.cold_stores):
        environment.stores += p.cold_stores * p.store_size
    environment.sold_online = 0.0
    if p.online_sellers > 0.0 and transfer(books.online_support, p.online_sellers * p.online_cost, p.online_sellers):
        environment.sold_online = p.online_sellers * p.online_sales
    work_the_soil(environment, p, books)
    if p.fields > 0.0 and transfer(books.fields_built, p.fields * p.field_cost, p.fields):
        environment.good_fields += p.fields
    if p.roads > 0.0 and transfer(books.roads_built, p.roads * p.road_cost, p.roads):
        environment.roads += p.roads
