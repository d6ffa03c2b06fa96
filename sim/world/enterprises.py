"""Village enterprises: processors, leading firms, cooperatives and family farms that hire from the households."""

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
revenue         | f8? | yuan/year        | Sales of the whole firm in a year, of which its registered workers make a part.
grows           | f8  | yuan/year        | What it grows itself in an ordinary year, at prices of 2020.
alive           | i4? | flag             | Whether it operates.
age             | i4  | months           | Months since it was founded.
jobs_founded    | f8  | jobs             | Its size at founding prices.
desired         | i4  | jobs             | Jobs it wants filled with registered workers.
registered      | i4? | jobs             | Jobs held by registered workers and others whose household has a row of its own.
unasked         | i4  | jobs             | Workers not yet considered while some are laid off.
margin          | f8  | multiple         | Sales less materials, per yuan of wages, at ordinary prices.
wages           | f8  | yuan             | Wages paid this month.
wage_bill       | f8  | yuan             | Wages paid last month: what its workers can make in this one.
cash            | f8  | yuan             | Money in hand; negative on overdraft.
inflow          | f8  | yuan             | Received this month.
outflow         | f8  | yuan             | Paid this month.
opened          | f8  | yuan             | Money in hand when the month opened.
overdrawn       | i4  | months           | Months beyond its overdraft.
""",
)
