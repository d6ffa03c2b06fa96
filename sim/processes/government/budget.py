"""The budget: what funds receive each month, and what goes to industry before single households are helped."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import Fund, free_money, transfer, transfer_from
from sim.core.process import process


@compiled
def uprate(environment, month, calendar, p):
    """How much the county's own money has grown since January 2021: by the rate in force in each January since."""
    if month > 0 and calendar == 0:
        environment.floor_growth *= 1.0 + p.floor_uprating
    return environment.floor_growth


@compiled
def keep_for_what_is_owed(fund, rest, calendar, p):
    """Reserve what last year says is owed in a month, a margin, and what the purse before lacks; returns what this one lacks."""
    if calendar == 0:
        fund.owed_year = fund.owed
        fund.owed = 0.0
    fund.reserved = fund.owed_year * p.month_share * (1.0 + p.reserve_margin) + rest
    return max(fund.reserved - fund.balance, 0.0)


@process(
    pays="county_floor_appropriation: outside -> county_floor; bridging_appropriation: outside -> bridging; "
    "employment_appropriation: outside -> employment; floor_administration: county_floor -> outside; "
    "bridging_administration: bridging -> outside",
    writes="funds.balance funds.reserved funds.owed funds.owed_year environment.floor_growth",
)
def monthly_tranche(county, p, draws, books):
    """A twelfth of the year's appropriations comes in; running costs go off at once. What a month leaves is carried over."""
    floor = p.county_floor * uprate(county.environment[0], county.month, county.calendar, p)
    transfer(books.county_floor_appropriation, floor, 1.0)
    bridging = p.bridging * p.bridging_paid
    transfer(books.bridging_appropriation, bridging, 1.0)
    transfer(books.employment_appropriation, p.employment, 1.0)
    transfer(books.floor_administration, floor * p.administration, 1.0)
    transfer(books.bridging_administration, bridging * p.administration, 1.0)
    rest = 0.0
    for code in (Fund.EMPLOYMENT, Fund.BRIDGING, Fund.COUNTY_FLOOR):  # the order in which they pay what is owed
        rest = keep_for_what_is_owed(county.funds[code], rest, county.calendar, p)


@compiled
def envelope(fund, share, whole):
    """What an industry share takes: of ``whole`` yuan, or as much of it as the fund has free."""
    return max(min(share * whole, free_money(fund)), 0.0)


@compiled
def invest(payment, fund, amount):
    """Spend an amount on one branch of industry; returns what was spent, yuan."""
    if amount <= 0.0 or not transfer_from(payment, fund, amount, 1.0):
        return 0.0
    return amount


@compiled
def industry_part(environment, p):
    """The planned share for industry, as far as the county has left the plan as it was, and what it has moved there."""
    return p.industry_share * (1.0 - environment.moved) + environment.to_industry


@process(
    reads="funds.inflow funds.outflow funds.reserved environment.moved environment.to_industry",
    writes="funds.balance environment.asset_money environment.enterprise_money environment.park_money",
    pays="industry_assets: bridging | county_floor -> outside; industry_enterprises: bridging | county_floor -> outside; "
    "industry_parks: bridging | county_floor -> outside",
)
def industry(county, p, draws, books):
    """The industry share is spent: of the whole bridging tranche, as its rules count it, and of what is left of the county's."""
    floor, bridging = county.funds[Fund.COUNTY_FLOOR], county.funds[Fund.BRIDGING]
    environment = county.environment[0]
    share = industry_part(environment, p)
    from_bridging = envelope(bridging, share, p.bridging * p.bridging_paid)
    from_floor = envelope(floor, share, max(floor.inflow - floor.outflow, 0.0))
    assets, enterprises, parks = p.industry_split[0], p.industry_split[1], p.industry_split[len(p.industry_split) - 1]
    environment.asset_money = invest(books.industry_assets, 0, assets * from_bridging) + invest(
        books.industry_assets, 1, assets * from_floor
    )
    environment.enterprise_money = invest(books.industry_enterprises, 0, enterprises * from_bridging) + invest(
        books.industry_enterprises, 1, enterprises * from_floor
    )
    environment.park_money = invest(books.industry_parks, 0, parks * from_bridging) + invest(
        books.industry_parks, 1, parks * from_floor
    )


@process(
    writes="funds.balance funds.reserved environment.asset_money environment.enterprise_money environment.park_money",
    pays="industry_year_end: county_floor -> outside",
)
def year_end(county, p, draws, books):
    """What the year has left of the county's own money goes to industry, in the usual parts, rather than lie idle."""
    county.funds[Fund.COUNTY_FLOOR].reserved = 0.0  # what was owed this year is paid
    left = p.left_over_to_industry * county.funds[Fund.COUNTY_FLOOR].balance
    if left > 0.0 and transfer(books.industry_year_end, left, 1.0):
        environment = county.environment[0]
        environment.asset_money += p.industry_split[0] * left
        environment.enterprise_money += p.industry_split[1] * left
        environment.park_money += p.industry_split[len(p.industry_split) - 1] * left
