"""What households grow and raise: they begin a line, widen it or give it up, by what it brought in and what neighbours do.

A household begins with a chance in proportion to how many of its village already do it; one that does it gives up in proportion
to how many do not. Both shift with what the line brought in over the last year. So nothing drifts while returns are ordinary.
"""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import charge, pay, transfer
from sim.core.process import process
from sim.core.random_draws import happens, mix
from sim.world.codes import Commodity, FarmRule


@compiled
def pull(kind, commodities, p):
    """How much likelier than in an ordinary year a line is begun, by the rule in force; 2 less it is what giving up is."""
    if p.rule == FarmRule.IMITATION:
        for other in range(Commodity.VEGETABLES, len(commodities)):
            if commodities[other].expected > commodities[kind].expected:
                return 1.0 - p.imitation
        return 1.0 + p.imitation
    return 1.0 + min(max(p.response * (commodities[kind].expected - 1.0), -p.strongest), p.strongest)


@compiled
def hands_of(household):
    """Whether somebody is at home to do the work."""
    return household.farm_labour > 0.0


@compiled
def count_growers(county):
    """How many households of each village do each line, and how many there are."""
    for village in county.villages:
        village.farms = 0.0
        for kind in range(len(county.commodities)):
            village.growers[kind] = 0.0
    for household in county.households:
        if household.members > 0:
            village = county.villages[household.village]
            village.farms += household.weight
            for kind in range(Commodity.VEGETABLES, len(county.commodities)):
                if household.holdings[kind] > 0.0:
                    village.growers[kind] += household.weight


@compiled
def subsidy_of(kind, p):
    """Part of an investment that public money pays: greenhouses, herds, orchards."""
    if kind == Commodity.HOGS or kind == Commodity.CATTLE:
        return p.herd_subsidy
    return p.orchard_subsidy if kind == Commodity.FRUIT else p.greenhouse_subsidy


@compiled
def invest(household, kind, size, p, books):
    """Build or buy what ``size`` yuan of net income a year need, if there are means; says whether it was done.

    The county pays its part as far as its money goes; the household's own part must be in hand, others lend the rest.
    """
    cost = size * p.capital[kind]
    granted = subsidy_of(kind, p) * cost
    if household.cash < p.own_part * (cost - granted) + p.kept_months * household.income_12 * p.month_share:
        return False
    if granted > 0.0 and not transfer(books.farm_grants, granted * household.weight, household.weight):
        granted = 0.0
        if household.cash < p.own_part * cost + p.kept_months * household.income_12 * p.month_share:
            return False
    lent = (1.0 - p.own_part) * (cost - granted)
    if lent > 0.0 and pay(household, books.farm_lending, lent):
        household.debt += lent
    charge(household, books.farm_investment, cost - granted)
    household.holdings[kind] += size
    return True


@compiled
def count_new_greenhouses(township, household, kind, size, commodity):
    """Add what was begun or widened to the year's new greenhouse land."""
    if kind == Commodity.VEGETABLES or kind == Commodity.FLOWERS:
        township.built += household.weight * size / commodity.net_unit


@compiled
def lives_on(household, kind, environment):
    """Whether last year's income without this line would have been below the poverty line: such a line is not given up."""
    left = household.income_12 - household.holdings[kind] * environment.farm_trend
    return left < environment.poverty_line * household.members


@compiled
def decide(household, kind, share, attraction, commodity, township, environment, draws, p, books):
    """One household and one line: begin, widen, give up, or go on."""
    size = p.first_size * commodity.usual
    if household.holdings[kind] <= 0.0:
        chance = p.wishes * p.turnover * share * attraction
        if happens(draws.begin, mix(household.identity, kind), chance) and invest(household, kind, size, p, books):
            count_new_greenhouses(township, household, kind, size, commodity)
        return
    tired = happens(draws.stop, mix(household.identity, kind), p.turnover * (1.0 - share) * (1.0 + 1.0 - attraction))
    if tired and not lives_on(household, kind, environment):
        household.holdings[kind] = 0.0
    elif not tired and happens(draws.widen, mix(household.identity, kind), p.turnover * max(attraction - 1.0, 0.0)):
        if invest(household, kind, size, p, books):
            count_new_greenhouses(township, household, kind, size, commodity)


@compiled
def choose(county, p, draws, books):
    """Line by line, every household with hands decides."""
    environment = county.environment[0]
    for kind in range(Commodity.VEGETABLES, len(county.commodities)):
        attraction = pull(kind, county.commodities, p)
        commodity = county.commodities[kind]
        for household in county.households:
            if household.members == 0 or not hands_of(household):
                continue
            village = county.villages[household.village]
            share = village.growers[kind] / village.farms
            if share > 0.0:
                township = county.townships[household.township]
                decide(household, kind, share, attraction, commodity, township, environment, draws, p, books)


@process(
    reads="households.members households.weight households.identity households.village households.farm_labour "
    "households.income_12 environment.farm_trend environment.poverty_line "
    "commodities.usual commodities.net_unit households.township",
    writes="townships.built commodities.returned commodities.expected commodities.set_up households.holdings households.cash "
    "households.received households.paid households.debt villages.growers villages.farms funds.balance",
    draws="begin stop widen",
    pays="farm_lending: outside -> households; farm_investment: households -> outside; "
    "farm_grants: bridging | county_floor -> outside",
)
def farm_choice(county, p, draws, books):
    """After the Spring Festival households decide what they grow and raise this year."""
    for township in county.townships:
        township.built = 0.0
    for kind in range(len(county.commodities)):
        commodity = county.commodities[kind]
        commodity.expected = commodity.returned
        commodity.returned = 0.0
        commodity.set_up = p.capital[kind] * commodity.net_unit
    if p.rule != FarmRule.INERTIA and county.month >= 0:
        count_growers(county)
        choose(county, p, draws, books)
