"""Linkage: enterprises buy from linked households above the market's price, share their reserve, or take new households in."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import pay_from_enterprise
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import Linkage, Sector
from sim.world.enterprises import grow
from sim.world.farms import ordinary_sales, standing


@compiled
def has_orders(household, enterprises):
    """Whether a household grows under orders of a firm that operates."""
    if household.linked < 0 or household.members == 0:
        return False
    firm = enterprises[household.linked]
    return firm.alive == 1 and firm.linkage == Linkage.ORDERS


@compiled
def paid_above_market(household, county, p):
    """What the buyer owes beyond the market's price for what the household sells this month: up to a floor, and a premium."""
    kind = county.enterprises[household.linked].commodity
    commodity, township = county.commodities[kind], county.townships[household.township]
    sold = ordinary_sales(household, kind, commodity, county.environment[0].farm_trend) * standing(kind, household, township)
    return sold * (max(p.floor_price - commodity.price, 0.0) + p.order_premium)


@process(
    reads="households.members households.linked households.holdings households.worked households.shed households.herd "
    "households.weight households.township townships.grain_yield townships.maize_yield enterprises.alive enterprises.linkage "
    "enterprises.commodity commodities.season commodities.price commodities.net_share environment.farm_trend",
    writes="households.business households.cash households.received enterprises.cash enterprises.outflow enterprises.inputs "
    "enterprises.owed",
    pays="order_price: enterprises -> households",
)
def orders(county, p, draws, books):
    """Enterprises pay those who grow for them a premium and a floor price on what they sell.

    Each pays all it owes, or the same part of it to everybody as far as it has cash.
    """
    for firm in county.enterprises:
        firm.owed = 0.0
    for household in county.households:
        if has_orders(household, county.enterprises):
            county.enterprises[household.linked].owed += paid_above_market(household, county, p) * household.weight
    for firm in county.enterprises:  # from what is owed to the part of it that can be paid
        firm.owed = min(max(firm.cash, 0.0) / firm.owed, 1.0) if firm.owed > 0.0 else 0.0
    for household in county.households:
        if not has_orders(household, county.enterprises):
            continue
        firm = county.enterprises[household.linked]
        amount = paid_above_market(household, county, p) * firm.owed
        if amount > 0.0:
            pay_from_enterprise(household, firm, books.order_price, amount)
            firm.inputs += amount * household.weight
            household.business += amount


@process(
    reads="households.members households.linked households.weight enterprises.alive enterprises.linkage enterprises.opened",
    writes="households.property_income households.cash households.received enterprises.cash enterprises.outflow enterprises.used",
    pays="shares: enterprises -> households",
)
def profit_shares(county, p, draws, books):
    """At the year's end enterprises that share give linked households equal parts of a share of what they hold."""
    for household in county.households:
        if household.linked < 0 or household.members == 0:
            continue
        firm = county.enterprises[household.linked]
        if firm.alive == 0 or firm.linkage != Linkage.SHARES:
            continue
        amount = min(p.share_paid * max(firm.opened, 0.0) / p.linked_per_firm, max(firm.cash, 0.0) / household.weight)
        if amount > 0.0:
            pay_from_enterprise(household, firm, books.shares, amount)
            firm.used += amount * household.weight
            household.property_income += amount


@compiled
def take_in(county, firm_row, p, draws):
    """A firm links households of its township that grow what it buys and are not linked yet."""
    firm = county.enterprises[firm_row]
    for household in county.households:
        if household.linked >= 0 or household.registered == 0 or household.township != firm.township or household.members == 0:
            continue
        grows = household.holdings[firm.commodity] > 0.0
        if grows and happens(draws.joins, household.identity, p.taking_in):
            household.linked = firm_row


@process(
    reads="households.registered households.township households.holdings households.members households.identity "
    "enterprises.identity enterprises.alive enterprises.sector enterprises.township enterprises.commodity",
    writes="households.linked enterprises.tight enterprises.linkage enterprises.capital enterprises.jobs_founded "
    "enterprises.staff_founded enterprises.grows",
    draws="tightens joins",
)
def tight_linkage(county, p, draws, books):
    """Leading firms bind themselves closely to households, until as many do as the plan asks."""
    tight, others = 0, 0
    for firm in county.enterprises:
        if firm.sector == Sector.LEADING_FIRM and firm.alive == 1:
            tight += firm.tight
            others += 1 - firm.tight
    chance = min(p.pace * max(p.tight_firms - tight, 0.0) / max(others, 1), 1.0)
    if chance <= 0.0:
        return
    for row in range(len(county.enterprises)):
        firm = county.enterprises[row]
        if firm.sector != Sector.LEADING_FIRM or firm.alive == 0 or firm.tight == 1:
            continue
        if happens(draws.tightens, firm.identity, chance):
            firm.tight = 1
            if firm.linkage == Linkage.NONE or firm.linkage == Linkage.JOBS or firm.linkage == Linkage.ASSET_RENT:
                firm.linkage = Linkage.ORDERS
            grow(firm, 1.0 + p.jobs_kept)
            take_in(county, row, p, draws)
