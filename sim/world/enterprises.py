"""Village enterprises and their accounts: processors, leading firms, cooperatives and family farms that hire from households.

A month's account of a firm: what it sold, less what it used up, is its value added; that goes to wages, rent, tax and profit.
Profit is drawn, shared, invested, paid as interest, or stays in hand. ``bookkeeping`` holds every firm to this every month.
"""

import math

from sim.core.compiled.compilation import compiled
from sim.core.ledger import settle_enterprise
from sim.core.random_draws import happens
from sim.core.tables import declare

ENTERPRISES = declare(
    "enterprises",
    "A village enterprise.",
    """
identity        | u8  | -                | Address of its random draws.
village         | i4? | row              | Its village.
township        | i4? | row              | Its township or street.
sector          | i4? | code (Sector)    | What it is.
industry        | i4? | code (Industry)  | Its line of business.
commodity       | i4? | code (Commodity) | The commodity whose price it follows, as far as it is exposed.
exposure        | f8  | share            | How far its sales follow that price: fully for growers, not at all for photovoltaics.
linkage         | i4? | code (Linkage)   | How households share in what it earns.
tight           | i4? | flag             | Whether it is a leading firm with tight linkage.
planned         | i4? | flag             | Whether it has never opened yet.
revenue         | f8? | yuan/year        | Sales in the year counted last, of processors and leading firms; 0 for others.
grows           | f8  | yuan/year        | What it grows itself in an ordinary year, at prices of 2020.
alive           | i4? | flag             | Whether it operates.
age             | i4  | months           | Months since it was founded.
capital         | f8  | yuan             | What its sheds, machines and animals are worth.
jobs_founded    | f8  | jobs             | Jobs that its capital offers registered workers at ordinary profit.
staff_founded   | f8  | jobs             | Jobs that its capital offers all others at ordinary profit.
staff           | f8  | jobs             | Jobs held by others: their rows stand for many, who work in many firms.
desired         | i4  | jobs             | Jobs it wants filled with registered workers.
registered      | i4? | jobs             | Jobs held by registered workers and others whose household has a row of its own.
unasked         | i4  | jobs             | Workers not yet considered while some are laid off.
margin          | f8  | multiple         | Sales less materials, per yuan of wages, at ordinary prices.
materials       | f8  | multiple         | What it uses up, per yuan of that margin, at ordinary prices.
fortune         | f8  | multiple         | What this year's margin is worth relative to an ordinary year's.
usual           | f8  | multiple         | Profit per yuan of wages in an ordinary month.
expected        | f8  | multiple         | Profit per yuan of wages that it expects, by its own last months.
prospect        | f8  | multiple         | How much its line and its township draw founders, while it is closed.
sales           | f8  | yuan             | Sold this month.
sales_year      | f8  | yuan             | Sold since January.
inputs          | f8  | yuan             | Used up this month: materials, and what was paid above the market.
rent            | f8  | yuan             | Rent of village assets paid this month.
tax             | f8  | yuan             | Tax of this month, less what is given back.
used            | f8  | yuan             | Profit used this month: drawn, shared, invested, interest; less write-offs.
owed            | f8  | yuan             | Owed to households above the market; then the part of it that is paid.
wages           | f8  | yuan             | Wages paid this month.
wage_bill       | f8  | yuan             | Wages paid last month: what its workers can make in this one.
cash            | f8  | yuan             | Money in hand; negative on overdraft.
inflow          | f8  | yuan             | Received this month.
outflow         | f8  | yuan             | Paid this month.
opened          | f8  | yuan             | Money in hand when the month opened.
overdrawn       | i4  | months           | Months beyond its overdraft.
""",
)


@compiled
def use_profit(enterprise, payment, amount):
    """Part of the profit leaves the firm: drawn, invested, or paid as interest."""
    settle_enterprise(enterprise, payment, amount, False)
    enterprise.used += amount


@compiled
def grow(enterprise, factor):
    """Capital becomes ``factor`` times as much, offers that many times the jobs, and yields that many times the harvest."""
    enterprise.capital *= factor
    enterprise.jobs_founded *= factor
    enterprise.staff_founded *= factor
    enterprise.grows *= factor


@compiled
def whole_jobs(enterprise, jobs, key):
    """Jobs as a whole number, up or down by a draw, so that the mean is kept."""
    whole = math.floor(jobs)
    if happens(key, enterprise.identity, jobs - whole):
        whole += 1.0
    return int(whole)


@compiled
def open_firm(enterprise, key):
    """A firm opens, or somebody takes its place over: with the jobs its capital offers, and an ordinary profit expected."""
    enterprise.alive = 1
    enterprise.planned = 0
    enterprise.age = 0
    enterprise.expected = enterprise.usual
    enterprise.staff = enterprise.staff_founded
    enterprise.desired = whole_jobs(enterprise, enterprise.jobs_founded, key)


@compiled
def close_firm(enterprise, owners, written_off):
    """The end: what is left goes to the owners, what is owed is written off by the lenders outside (a payment for each)."""
    if enterprise.cash > 0.0:
        use_profit(enterprise, owners, enterprise.cash)
    elif enterprise.cash < 0.0:
        enterprise.used += enterprise.cash
        settle_enterprise(enterprise, written_off, -enterprise.cash, True)
    enterprise.alive = 0
    enterprise.desired = 0
    enterprise.staff = 0.0
    enterprise.overdrawn = 0


@compiled
def unaccounted(enterprise):
    """Value added less wages, rent, tax and profit, where profit is what was used and what cash has grown by, yuan."""
    value_added = enterprise.sales - enterprise.inputs
    profit = enterprise.cash - enterprise.opened + enterprise.used
    return value_added - (enterprise.wages + enterprise.rent + enterprise.tax + profit)
