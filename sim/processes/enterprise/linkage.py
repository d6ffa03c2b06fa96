"""Linkage: enterprises buy from linked households at a floor price, share their reserve, or take new households in."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import pay_from_enterprise
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import Linkage, Sector


@compiled
def price_gap(commodity, p):
    """How far the price lies below the floor that orders guarantee."""
    return max(p.floor_price - commodity.price, 0.0)


@process(
    reads="households.members households.linked households.holdings households.weight enterprises.alive enterprises.linkage "
    "enterprises.commodity commodities.season commodities.price environment.farm_trend",
    writes="households.business households.cash households.received enterprises.cash enterprises.outflow",
    pays="order_price: enterprises -> households",
)
@compiled
def orders(county, p, draws, books):
    """Enterprises with orders make up the floor price to the households linked to them, as far as they have cash."""
    trend = county.environment[0].farm_trend
    for household in county.households:
        if household.linked < 0 or household.members == 0:
            continue
        firm = county.enterprises[household.linked]
        if firm.alive == 0 or firm.linkage != Linkage.ORDERS:
            continue
        commodity = county.commodities[firm.commodity]
        sold = household.holdings[firm.commodity] * commodity.season * trend
        amount = min(sold * price_gap(commodity, p), max(firm.cash, 0.0) / household.weight)
        if amount > 0.0:
            pay_from_enterprise(household, firm, books.order_price, amount)
            household.business += amount


@process(
    reads="households.members households.linked households.weight enterprises.alive enterprises.linkage enterprises.opened",
    writes="households.property_income households.cash households.received enterprises.cash enterprises.outflow",
    pays="shares: enterprises -> households",
)
@compiled
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
    writes="households.linked enterprises.tight enterprises.linkage enterprises.jobs_founded",
    draws="tightens joins",
)
@compiled
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
            firm.jobs_founded *= 1.0 + p.jobs_kept
            take_in(county, row, p, draws)
