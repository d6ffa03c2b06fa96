"""What land, sheds and animals bring in: sales less costs, booked when sold."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import hand, settle, take
from sim.core.process import process
from sim.world.codes import Cause, Commodity, Event
from sim.world.households import add_event


@compiled
def standing(kind, household, township):
    """How much of an ordinary harvest a household can sell of a commodity, as a share."""
    if kind == Commodity.MAIZE:
        return township.grain_yield
    if kind == Commodity.FRUIT:
        return township.maize_yield
    if kind == Commodity.VEGETABLES or kind == Commodity.FLOWERS:
        return household.shed
    return household.herd


@compiled
def is_fresh(kind):
    """Whether it is sold fresh: what cold stores keep, and what is sold online."""
    return kind == Commodity.VEGETABLES or kind == Commodity.FLOWERS or kind == Commodity.FRUIT


@compiled
def price_at_the_gate(commodities, environment, trend, p):
    """The month's prices with what works add: roads for all; cold stores and online sale for what is fresh, spread over it."""
    kept = environment.stores * p.farm_price[Commodity.VEGETABLES] * p.store_saving
    online = environment.sold_online * p.online_margin
    fresh = min((kept + online) / (p.fresh_sales * trend), p.store_saving + p.online_margin)
    for kind in range(len(commodities)):
        gain = environment.roads / p.road_network * p.road_gain + (fresh if is_fresh(kind) else 0.0)
        commodities[kind].gate_price = commodities[kind].price * (1.0 + gain)


@compiled
def open_accounts(townships, fields, p):
    """Nothing has been sold yet this month; ``fields``: part of the grain land that is high-standard fields."""
    for township in townships:
        poor = max(1.0 - township.maize_yield, 0.0)
        township.grain_yield = township.maize_yield + fields * (p.field_gain + p.field_relief * poor)
        township.farm_sales = 0.0
        township.farm_net = 0.0
        for kind in range(len(township.grown)):
            township.grown[kind] = 0.0


@compiled
def labour_factor(household, p):
    """How much of its farm a household still works when hands have left, or come back."""
    if household.farm_labour == household.farm_labour_founded:  # as most are: tested first, the branch is nearly always predicted
        return 1.0
    if household.farm_labour_founded <= 0.0:
        return 1.0
    return (household.farm_labour / household.farm_labour_founded) ** p.labour_elasticity


@compiled
def record_events(household, kind, by_harvest, by_price, drought, crash):
    """Remember the common event behind a poor harvest or a low price."""
    if drought == 1 and by_harvest > 0.0:
        add_event(household, Event.DROUGHT, by_harvest)
    if crash == 1 and by_price > 0.0:
        add_event(household, Event.PRICE_CRASH + kind, by_price)


@compiled
def farm_month(household, township, commodities, trend, p):
    """Net income of the month from all commodities, in yuan; negative when costs exceed sales."""
    labour = labour_factor(household, p)
    net = 0.0
    for kind in range(len(commodities)):
        commodity = commodities[kind]
        if commodity.season <= 0.0 or household.holdings[kind] <= 0.0:
            continue
        income = household.holdings[kind] * commodity.season * trend * labour
        sales = income / p.net_share[kind]
        harvest = standing(kind, household, township)
        township.grown[kind] += household.weight * sales * harvest
        township.farm_sales += household.weight * sales * harvest * commodity.gate_price
        net += sales * commodity.gate_price * harvest - (sales - income)
        by_harvest = sales * max(1.0 - harvest, 0.0)
        by_price = sales * harvest * max(1.0 - commodity.price, 0.0)
        household.burden[Cause.DISASTER] += by_harvest
        household.burden[Cause.MARKET] += by_price
        drought = township.drought if kind == Commodity.MAIZE or kind == Commodity.FRUIT else 0
        if drought == 1 or commodity.crash == 1:
            record_events(household, kind, by_harvest, by_price, drought, commodity.crash)
    return net


@compiled
def till_for(household, township, season, p):
    """Land whose hands have left or died goes on being tilled by others; the holder has only the rent."""
    sales = household.holdings[Commodity.MAIZE] / p.net_share[Commodity.MAIZE] * season
    township.grown[Commodity.MAIZE] += household.weight * sales * township.grain_yield


@compiled
def count_enterprises(county, trend):
    """What enterprises grow themselves."""
    for enterprise in county.enterprises:
        if enterprise.alive == 1 and enterprise.grows > 0.0:
            sales = enterprise.grows * trend * county.commodities[enterprise.commodity].season
            county.townships[enterprise.township].grown[enterprise.commodity] += sales


@compiled
def count_output(county, trend, p):
    """What was booked at ordinary prices becomes tonnes, stems and heads; and the year's returns are added up."""
    for township in county.townships:
        for kind in range(len(township.grown)):
            township.grown[kind] /= trend * p.farm_price[kind]
    for kind in range(len(county.commodities)):
        commodity = county.commodities[kind]
        commodity.returned += commodity.season * (1.0 + (commodity.gate_price - 1.0) / p.net_share[kind])


@process(
    reads="households.members households.holdings households.township households.shed households.herd households.farm_labour "
    "households.farm_labour_founded households.weight townships.maize_yield townships.drought commodities.season "
    "commodities.price commodities.crash environment.farm_trend environment.stores environment.sold_online "
    "environment.good_fields environment.roads enterprises.alive enterprises.township enterprises.commodity enterprises.grows",
    writes="commodities.gate_price commodities.returned townships.grain_yield townships.grown townships.farm_sales "
    "townships.farm_net households.business households.burden households.event households.event_loss households.cash "
    "households.received households.paid",
    pays="farm_sales: outside -> households; farm_losses: households -> outside",
)
@compiled
def farming(county, p, draws, books):
    """Farms sell what the season brings, at the month's prices, and pay their costs; what enterprises grow is counted with it."""
    environment, commodities = county.environment[0], county.commodities
    trend = environment.farm_trend
    open_accounts(county.townships, environment.good_fields / p.grain_land, p)
    price_at_the_gate(commodities, environment, trend, p)
    count_enterprises(county, trend)
    sold, sellers, lost, losers = 0.0, 0.0, 0.0, 0.0
    for household in county.households:
        township = county.townships[household.township]
        if household.members == 0 or (household.farm_labour <= 0.0 and household.farm_labour_founded > 0.0):
            till_for(household, township, commodities[Commodity.MAIZE].season * trend, p)
        if household.members == 0:
            continue
        net = farm_month(household, township, commodities, trend, p)
        household.business += net
        township.farm_net += household.weight * net
        if net > 0.0:
            sold += hand(household, net)
            sellers += household.weight
        elif net < 0.0:
            lost += take(household, -net)
            losers += household.weight
    settle(books.farm_sales, sold, sellers)
    settle(books.farm_losses, lost, losers)
    count_output(county, trend, p)
