"""Township finance: own revenue grows with the economy and with the taxes of enclave projects; upper levels fill the gap.

What a township in surplus has left when a year is over goes up again, as unspent money of a budget year does.
"""

from sim.core.ledger import Fund, transfer
from sim.core.process import process
from sim.core.random_draws import normal


@process(
    reads="funds.balance",
    writes="townships.own_revenue townships.need townships.revenue_year townships.need_year",
    draws="growth",
    pays="township_surplus: township -> outside",
)
def township_budgets(county, p, draws, books):
    """A new year's budget in each township: own revenue and needs grow, each at its own pace; what the old year left goes up."""
    left = county.funds[Fund.TOWNSHIP].balance * p.surrendered
    if left > 0.0:
        transfer(books.township_surplus, left, 1.0)
    for k in range(len(county.townships)):
        township = county.townships[k]
        township.own_revenue *= max(1.0 + p.revenue_growth + p.revenue_spread * normal(draws.growth, k), 0.0)
        township.need *= 1.0 + p.need_growth
        township.revenue_year = 0.0
        township.need_year = 0.0


@process(
    reads="townships.own_revenue townships.need townships.tax",
    writes="townships.revenue_year townships.need_year",
    pays="township_revenue: outside -> township; township_subsidy: outside -> township; township_services: township -> outside",
)
def township_finance(county, p, draws, books):
    """A month's revenue and spending: a township in need is subsidised, one that has more keeps it for the year."""
    for township in county.townships:
        revenue = township.own_revenue + township.tax
        township.revenue_year += revenue
        township.need_year += township.need
        if township.own_revenue > 0.0:
            transfer(books.township_revenue, township.own_revenue, 1.0)
        if township.need > revenue:
            transfer(books.township_subsidy, township.need - revenue, 1.0)
        if township.need > 0.0:
            transfer(books.township_services, township.need, 1.0)
