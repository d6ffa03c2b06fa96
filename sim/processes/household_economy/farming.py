"""What land, sheds and animals bring in: sales less costs, booked when sold."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import hand, settle, take
from sim.core.process import process
from sim.world.codes import Cause, Commodity, Event
from sim.world.farms import is_fresh, ordinary_sales, standing
from sim.world.households import add_event


@compiled
def price_at_the_gate(commodities, environment, p):
    """The month's prices with what works add: roads for all; cold stores and online sale for what is fresh, spread over it.

    What is kept, sold online and sold in all is at prices of 2020, so that none loses weight as prices rise.
    """
    kept = environment.stores * p.farm_price[Commodity.VEGETABLES] * p.store_saving
    online = environment.sold_online * p.online_margin
    most = p.store_saving + p.online_margin
    fresh = min((kept + online) / environment.fresh_sales, most) if environment.fresh_sales > 0.0 else 0.0
    for kind in range(len(commodities)):
        gain = environment.roads / p.road_network * p.road_gain + (fresh if is_fresh(kind) else 0.0)
        commodities[kind].gate_price = commodities[kind].price * (1.0 + gain)
        commodities[kind].net_share = p.net_share[kind]


@compiled
def works_gain(environment, poor, p):
    """What fields, tillage, seed and soil add to an ordinary harvest of grain, as a share; ``poor``: what weather took of it."""
    fields = environment.good_fields * (p.field_gain + p.field_relief * poor)
    tillage = (
        environment.conserved * (p.conservation_gain + p.conservation_relief * poor) + environment.subsoiled * p.subsoiling_gain
    )
    seed, soil = environment.better_seed * p.seed_gain, environment.soil_grade * p.grade_gain
    return (fields + tillage) / environment.grain_land + seed + soil if environment.grain_land > 0.0 else 0.0


@compiled
def open_accounts(townships, environment, p):
    """Nothing has been sold yet this month; the harvest is what the weather leaves and works add."""
    for township in townships:
        poor = max(1.0 - township.maize_yield, 0.0)
        township.grain_yield = township.maize_yield + works_gain(environment, poor, p)
        township.farm_sales = 0.0
        township.farm_net = 0.0
        township.let_grain = 0.0
        township.tilled = 0.0
        for kind in range(len(township.grown)):
            township.grown[kind] = 0.0


@compiled
def labour_factor(household, p):
    """How much of its farm a household works when hands have left, or come back; nothing without any.

    One that was founded without hands works all of what it has begun since, while it has any.
    """
    if household.farm_labour <= 0.0:
        return 0.0
    if household.farm_labour == household.farm_labour_founded or household.farm_labour_founded <= 0.0:
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
def farm_month(household, township, commodities, trend):
    """Net income of the month from all commodities, in yuan; negative when costs exceed sales."""
    net = 0.0
    for kind in range(len(commodities)):
        commodity = commodities[kind]
        if commodity.season <= 0.0 or household.holdings[kind] <= 0.0:
            continue
        sales = ordinary_sales(household, kind, commodity, trend)
        harvest = standing(kind, household, township)
        township.grown[kind] += household.weight * sales * harvest
        township.farm_sales += household.weight * sales * harvest * commodity.gate_price
        net += sales * commodity.gate_price * harvest - sales * (1.0 - commodity.net_share)
        by_harvest = sales * max(1.0 - harvest, 0.0)
        by_price = sales * harvest * max(1.0 - commodity.price, 0.0)
        household.burden[Cause.DISASTER] += by_harvest
        household.burden[Cause.MARKET] += by_price
        drought = township.drought if kind == Commodity.MAIZE or kind == Commodity.FRUIT else 0
        if drought == 1 or commodity.crash == 1:
            record_events(household, kind, by_harvest, by_price, drought, commodity.crash)
    return net


@compiled
def till_let_land(township, grain, trend):
    """Grain on land whose hands have left or died: returns what it nets for each mu of those in the township who till it too.

    Its holder has only the rent. Where nobody is left to till, it lies fallow.
    """
    if township.tilled <= 0.0:
        return 0.0
    sales = township.let_grain * grain.season * trend / grain.net_share
    sold = sales * township.grain_yield
    net = sold * grain.gate_price - sales * (1.0 - grain.net_share)
    township.grown[Commodity.MAIZE] += sold
    township.farm_sales += sold * grain.gate_price
    return net / township.tilled


@compiled
def count_hands(county, p):
    """How much of each farm is worked this month, and by township the grain on land without hands, and the land with some."""
    for household in county.households:
        household.worked = labour_factor(household, p) if household.members > 0 else 0.0
        township = county.townships[household.township]
        if household.worked > 0.0:
            township.tilled += household.weight * household.land
        else:
            township.let_grain += household.weight * household.holdings[Commodity.MAIZE]


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
    reads="households.members households.holdings households.land households.township households.shed households.herd "
    "households.farm_labour households.farm_labour_founded households.weight townships.maize_yield townships.drought "
    "commodities.season commodities.price commodities.crash environment.farm_trend environment.stores environment.sold_online "
    "environment.good_fields environment.conserved environment.subsoiled environment.better_seed environment.soil_grade "
    "environment.roads environment.fresh_sales environment.grain_land enterprises.alive "
    "enterprises.township enterprises.commodity enterprises.grows",
    writes="commodities.gate_price commodities.net_share commodities.returned townships.grain_yield townships.grown "
    "townships.farm_sales townships.farm_net townships.let_grain townships.tilled townships.let_net households.worked "
    "households.business households.burden households.event households.event_loss households.cash households.received "
    "households.paid",
    pays="farm_sales: outside -> households; farm_losses: households -> outside",
)
def farming(county, p, draws, books):
    """Farms sell what the season brings, at the month's prices, and pay their costs; what enterprises grow is counted with it."""
    environment, commodities = county.environment[0], county.commodities
    trend = environment.farm_trend
    open_accounts(county.townships, environment, p)
    price_at_the_gate(commodities, environment, p)
    count_enterprises(county, trend)
    count_hands(county, p)
    for township in county.townships:
        township.let_net = till_let_land(township, commodities[Commodity.MAIZE], trend)
    sold, sellers, lost, losers = 0.0, 0.0, 0.0, 0.0
    for household in county.households:
        if household.worked <= 0.0:
            continue
        township = county.townships[household.township]
        net = farm_month(household, township, commodities, trend) + household.land * township.let_net
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
