"""The budget: what funds receive each month, and what goes to industry before single households are helped."""

from sim.core.compilation import compiled
from sim.core.ledger import Fund, affordable, transfer
from sim.core.process import process


@process(
    pays="county_floor_appropriation: outside -> county_floor; bridging_appropriation: outside -> bridging; "
    "employment_appropriation: outside -> employment; floor_administration: county_floor -> outside; "
    "bridging_administration: bridging -> outside",
    writes="funds.balance",
)
@compiled
def monthly_tranche(county, p, luck, books):
    """A twelfth of the year's appropriations comes in; running costs go off at once. What a month leaves is carried over."""
    transfer(books.county_floor_appropriation, p.county_floor, 1.0)
    transfer(books.bridging_appropriation, p.bridging, 1.0)
    transfer(books.employment_appropriation, p.employment, 1.0)
    transfer(books.floor_administration, p.county_floor * p.administration, 1.0)
    transfer(books.bridging_administration, p.bridging * p.administration, 1.0)


@compiled
def spend(payment, envelope):
    """Pay an envelope, or as much of it as the fund still holds."""
    fund = payment.funds[payment.payers[0]]
    amount = min(envelope, fund.balance)
    if amount > 0.0 and affordable(payment, amount):
        transfer(payment, amount, 1.0)


@process(
    reads="funds.inflow funds.outflow",
    writes="funds.balance",
    pays="floor_industry: county_floor -> outside; bridging_industry: bridging -> outside",
)
@compiled
def industry(county, p, luck, books):
    """The industry share is spent: of the whole bridging tranche, as its rules count it, and of what is left of the county's."""
    floor = county.funds[Fund.COUNTY_FLOOR]
    spend(books.floor_industry, p.industry_share * max(floor.inflow - floor.outflow, 0.0))
    spend(books.bridging_industry, p.industry_share * p.bridging)
