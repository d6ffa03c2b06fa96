"""What land, sheds and animals bring in: sales less costs, booked when sold."""

from sim.core.compilation import compiled
from sim.core.ledger import charge, pay
from sim.core.process import process
from sim.world.codes import Cause, Commodity, Event
from sim.world.households import add_burden, add_event


@compiled
def standing(kind, household, township):
    """How much of an ordinary harvest a household can sell of a commodity, as a share."""
    if kind == Commodity.MAIZE or kind == Commodity.FRUIT:
        return township.maize_yield
    if kind == Commodity.VEGETABLES or kind == Commodity.FLOWERS:
        return household.shed
    return household.herd


@compiled
def labour_factor(household, p):
    """How much of its farm a household still works when hands have left, or come back."""
    if household.farm_labour_founded <= 0.0 or household.farm_labour == household.farm_labour_founded:
        return 1.0
    return (household.farm_labour / household.farm_labour_founded) ** p.labour_elasticity


@compiled
def book_losses(household, kind, ordinary, price, harvest, drought, crash):
    """Remember what a poor harvest or a low price took, and the common event behind it."""
    by_harvest = ordinary * max(1.0 - harvest, 0.0)
    by_price = ordinary * harvest * max(1.0 - price, 0.0)
    if by_harvest > 0.0:
        add_burden(household, Cause.DISASTER, by_harvest)
        if drought == 1:
            add_event(household, Event.DROUGHT, by_harvest)
    if by_price > 0.0:
        add_burden(household, Cause.MARKET, by_price)
        if crash == 1:
            add_event(household, Event.PRICE_CRASH + kind, by_price)


@compiled
def farm_month(household, township, commodities, trend, p):
    """Net income of the month from all commodities, in yuan; negative when costs exceed sales."""
    labour = labour_factor(household, p)
    net = 0.0
    for kind in range(len(commodities)):
        if household.holdings[kind] <= 0.0 or commodities[kind].season <= 0.0:
            continue
        income = household.holdings[kind] * commodities[kind].season * trend * labour
        sales = income * p.sales_ratio[kind]
        harvest = standing(kind, household, township)
        price = commodities[kind].price
        net += sales * price * harvest - (sales - income)
        if harvest < 1.0 or price < 1.0:
            drought = township.drought if kind == Commodity.MAIZE or kind == Commodity.FRUIT else 0
            book_losses(household, kind, sales, price, harvest, drought, commodities[kind].crash)
    return net


@process(
    reads="households.members households.holdings households.township households.shed households.herd households.farm_labour "
    "households.farm_labour_founded households.weight townships.maize_yield townships.drought commodities.season "
    "commodities.price commodities.crash environment.farm_trend",
    writes="households.business households.burden households.event households.event_loss households.cash households.received "
    "households.paid",
    pays="farm_sales: outside -> households; farm_losses: households -> outside",
)
@compiled
def farming(county, p, luck, books):
    """Farms sell what the season brings, at the month's prices, and pay what it cost."""
    trend = county.environment[0].farm_trend
    for household in county.households:
        if household.members == 0:
            continue
        net = farm_month(household, county.townships[household.township], county.commodities, trend, p)
        household.business += net
        if net > 0.0:
            pay(household, books.farm_sales, net)
        elif net < 0.0:
            charge(household, books.farm_losses, -net)
