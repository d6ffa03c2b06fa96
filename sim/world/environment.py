"""What is common to everybody: lines, wages, trends, prices."""

from sim.core.tables import declare

ENVIRONMENT = declare(
    "environment",
    "The common state of the county: one row.",
    """
poverty_line      | f8? | yuan/person-year | The poverty line of the year.
monitoring_line   | f8? | yuan/person-year | The line below which a household is watched.
dibao_line        | f8? | yuan/person-year | The rural dibao line in force this month.
outside_wage      | f8  | yuan/month       | Going wage of migrant work away from home.
local_wage        | f8  | yuan/month       | Going wage of local paid work.
farm_trend        | f8  | index            | Net farm income of unchanged capacity, 2020 = 1, before weather and prices.
transfer_trend    | f8  | index            | Pensions, subsidies and family support, 2020 = 1.
cost_trend        | f8  | index            | Hospital bills and other costs, 2020 = 1.
slump             | i4  | code (SlumpKind) | Whether the outside labour market is in a slump.
slump_depth       | f8  | share            | Loss of outside wages while it lasts.
province_income   | f8  | index            | Rural income per head of the province, 2020 = 1.
wage_error        | f8  | log points       | Accumulated error of wage growth common to county and province.
wage_step         | f8  | standard scores  | This year's error of wage growth.
farm_step         | f8  | standard scores  | This year's error of farm growth.
epidemic          | f8  | multiple         | Hospital admissions relative to normal.
enclave_jobs      | f8  | jobs             | Net new local jobs of enclave projects, those lost elsewhere taken off.
local_demand      | f8  | share            | Net new local jobs of projects and enterprises, relative to those at founding.
local_founded     | f8  | persons          | Those who worked near home at founding, registered or not.
staff_founded     | f8  | jobs             | Workers who were not registered in village enterprises at founding.
staff             | f8  | jobs             | How many of them village enterprises employed when wages were last paid.
staff_change      | f8  | jobs             | How many more of them village enterprises plan for this month.
other_local       | f8  | persons          | Those who worked near home, not registered, when wages were last paid.
other_pay         | f8  | yuan/month       | What they were paid on average.
stores            | f8? | quantity         | Tonnes that cold stores hold which were built since 2021.
sold_online       | f8? | yuan/year        | Farm products sold online by supported firms, at farm prices of 2020.
fresh_sales       | f8  | yuan/year        | What is fresh of the county's sales in an ordinary year, prices of 2020.
grain_land        | f8  | mu               | Land that the county sowed to grain when it was founded.
good_fields       | f8? | mu               | High-standard fields built since 2021.
conserved         | f8? | mu               | Grain land under conservation tillage this year.
subsoiled         | f8? | mu               | Grain land subsoiled this year.
better_seed       | f8? | share            | Share of the land with good seed this year, above what it was before the plan.
soil_grade        | f8? | index            | Grades by which the soil was improved since 2021.
projects_building | f8? | yuan             | Investment of projects brought in last spring, which open next spring.
project_jobs      | f8? | jobs             | Net new local jobs of projects brought in since 2021, beside the enclaves.
roads             | f8? | quantity         | Kilometres of rural roads built or repaired since 2021.
land_left         | f8? | mu               | Land of the reserved quota not yet taken this year.
asset_money       | f8? | yuan             | Industry money put into village assets this month.
enterprise_money  | f8? | yuan             | Industry money given to village enterprises this month.
park_money        | f8? | yuan             | Industry money put into enclave parks this month.
income_2020       | f8  | yuan/person-year | Registered income per head of 2020, from which its growth is counted.
income_behind     | f8? | share            | How far registered income has fallen behind the province since 2020, as surveyed.
idle_workers      | f8? | share            | Registered persons able to work and without any, as in the employment ledger.
files_2021        | f8? | files            | Signals and cases open when the plan began.
moved             | f8? | share            | Part of the tranche that the county takes out of the plan for this half-year.
to_industry       | f8? | share            | Part of the tranche that goes to industry from what was moved.
work_money        | f8? | yuan/month       | What was moved to work relief, for each month in which works are built.
floor_growth      | f8  | multiple         | The county's own money relative to January 2021, by what each January added.
compensation_due  | f8  | yuan             | What the county has yet to pay into the risk-compensation fund this year.
insurer_owed      | f8  | yuan             | What the anti-poverty insurer paid beyond its premium; below 0, what that has left.
transfers_2020    | f8? | yuan/month       | What public funds paid to households in a month of 2020.
""",
)

COMMODITIES = declare(
    "commodities",
    "A commodity and its price.",
    """
price             | f8  | index            | Price this month relative to its 2020 mean, season included.
deviation         | f8  | log points       | Departure from trend, which fades.
variance          | f8  | log points²      | Variance of the departure, seen from 2020.
season            | f8  | share            | This month's share of a year's sales.
crash             | i4  | flag             | Whether the price stands in a crash.
gate_price        | f8  | index            | The same at the farm gate: what roads, cold stores and online sale add included.
net_share         | f8  | share            | Net income of a producing household in its sales, in an ordinary year.
set_up            | f8  | yuan             | What it takes to set up a mu, or to raise a head more.
net_unit          | f8  | yuan/year        | What a mu or a head raised nets in an ordinary year.
usual             | f8  | yuan/year        | What an ordinary grower earned of it when the county was founded.
returned          | f8  | multiple         | Net income of an ordinary farm since the last choice, an ordinary year being 1.
expected          | f8  | multiple         | The same as it stood when households chose last: what they went by.
""",
)

MARKETS = declare(
    "markets",
    "A labour market: persons of one segment and strength, who face the same going pay.",
    """
pay               | f8[5] | yuan/month | Going pay of each destination before any slump, for a productivity of 1.
pay_founded       | f8[5] | yuan/month | The same when the county was founded.
shares            | f8[5] | share      | Where this market's labour wished to be when the county was founded.
""",
)
