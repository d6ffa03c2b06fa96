"""Crop and greenhouse insurance: premiums mostly subsidised, crops paid by the township's yield, greenhouses by their damage."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import Fund, charge, pay, transfer
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import Commodity


@compiled
def insured_sheds(household):
    """What greenhouses bring in an ordinary year, yuan."""
    return household.holdings[Commodity.VEGETABLES] + household.holdings[Commodity.FLOWERS]


@compiled
def takes_part(household, p, draws):
    """Whether a household insures its fields, and keeps to it."""
    return household.members > 0 and happens(draws.insures, household.identity, p.take_up)


@process(
    reads="households.members households.identity households.holdings households.weight environment.farm_trend funds.balance",
    writes="households.business households.cash households.paid",
    draws="insures@life",
    pays="farm_premium_own: households -> insurer; farm_premium_subsidy: bridging | county_floor -> insurer; "
    "farm_premium_upper: outside -> insurer; insurer_result: insurer -> outside",
)
def farm_premium(county, p, draws, books):
    """Spring: the year's premium for fields and greenhouses, most of it public; what the last one left is the insurers' own."""
    left = county.funds[Fund.INSURER].balance * p.kept_by_insurers
    if left > 0.0:
        transfer(books.insurer_result, left, 1.0)
    trend = county.environment[0].farm_trend
    for household in county.households:
        if not takes_part(household, p, draws):
            continue
        insured = p.crop_rate * household.holdings[Commodity.MAIZE] + p.shed_rate * insured_sheds(household)
        premium = insured * trend
        if premium <= 0.0:
            continue
        county_part = premium * p.county_subsidy
        if county_part > 0.0 and not transfer(books.farm_premium_subsidy, county_part * household.weight, household.weight):
            county_part = 0.0
        transfer(books.farm_premium_upper, premium * p.upper_subsidy * household.weight, household.weight)
        own = premium * (1.0 - p.upper_subsidy) - county_part
        if own > 0.0:
            charge(household, books.farm_premium_own, own)
            household.business -= own


@process(
    reads="households.members households.identity households.holdings households.township households.weight "
    "townships.maize_yield environment.farm_trend",
    writes="households.transfers households.cash households.received",
    draws="insures@life",
    pays="crop_claims: insurer -> households",
)
def crop_claims(county, p, draws, books):
    """Autumn: where the township's yield fell below the trigger, insured fields are paid for the shortfall."""
    trend = county.environment[0].farm_trend
    for household in county.households:
        shortfall = p.yield_trigger - county.townships[household.township].maize_yield
        if shortfall <= 0.0 or household.holdings[Commodity.MAIZE] <= 0.0 or not takes_part(household, p, draws):
            continue
        amount = p.crop_cover * shortfall * household.holdings[Commodity.MAIZE] * trend
        if amount > 0.0 and pay(household, books.crop_claims, amount):
            household.transfers += amount


@process(
    reads="households.members households.identity households.holdings households.township households.shed_lost households.weight "
    "townships.hail environment.farm_trend",
    writes="households.transfers households.cash households.received",
    draws="insures@life",
    pays="shed_claims: insurer -> households",
)
def shed_claims(county, p, draws, books):
    """In the month of a storm insured greenhouses are paid for what was destroyed."""
    trend = county.environment[0].farm_trend
    for household in county.households:
        if county.townships[household.township].hail == 0 or household.shed_lost <= 0.0 or not takes_part(household, p, draws):
            continue
        amount = p.shed_cover * household.shed_lost * insured_sheds(household) * trend
        if amount > 0.0 and pay(household, books.shed_claims, amount):
            household.transfers += amount
