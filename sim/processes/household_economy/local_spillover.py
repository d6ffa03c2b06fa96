"""Local spill-over: part of what public money adds to household incomes is spent with local producers. Off by default."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import Fund, pay
from sim.core.process import process
from sim.world.codes import Commodity


@compiled
def sells_locally(household):
    """What a household produces for sale in an ordinary year, maize aside, yuan."""
    total = 0.0
    for kind in range(len(household.holdings)):
        total += household.holdings[kind]
    return total - household.holdings[Commodity.MAIZE]


@compiled
def public_payments(lines):
    """What all public funds have paid to households this month, yuan."""
    total = 0.0
    for line in lines:
        if line.payee == Fund.HOUSEHOLDS and line.payer < Fund.HOUSEHOLDS:
            total += line.yuan
    return total


@process(
    reads="lines.payer lines.payee lines.yuan households.members households.holdings households.weight environment.cost_trend",
    writes="environment.transfers_2020 households.business households.cash households.received",
    pays="local_sales: outside -> households",
)
def local_spillover(county, p, draws, books):
    """What public funds pay beyond the level of 2020 comes back as local sales, shared by those who have something to sell."""
    environment = county.environment[0]
    paid = public_payments(county.lines)
    if county.month < 0:
        environment.transfers_2020 += p.month_share * paid
        return
    extra = (paid - environment.transfers_2020 * environment.cost_trend) * p.spent_locally
    if extra <= 0.0:
        return
    total = 0.0
    for household in county.households:
        if household.members > 0:
            total += household.weight * sells_locally(household)
    if total <= 0.0:
        return
    for household in county.households:
        if household.members > 0 and sells_locally(household) > 0.0:
            amount = extra * sells_locally(household) / total
            if pay(household, books.local_sales, amount):
                household.business += amount
