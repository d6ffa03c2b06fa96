"""Townships and streets, and their villages."""

import csv
from pathlib import Path

from sim.core.tables import declare

TOWNSHIPS = declare(
    "townships",
    "A township, town or street.",
    """
households       | i4? | households | Rural households at founding.
maize_yield      | f8  | index      | This year's maize yield relative to normal.
grain_yield      | f8  | index      | The same of grain, what high-standard fields add included.
drought          | i4  | flag       | Whether drought struck this year.
hail             | i4  | flag       | Whether hail or snow struck sheds and orchards this month.
epidemic         | f8  | multiple   | Hospital admissions relative to normal this month.
verification     | i4? | cases      | Cases the township can still verify this quarter.
own_revenue      | f8? | yuan/month | Its own revenue in an ordinary month, enclave projects aside.
need             | f8? | yuan/month | What it has to spend in an ordinary month.
tax              | f8? | yuan       | Its part of the taxes of enclave projects this month, net of what is given back to them.
revenue_year     | f8? | yuan       | Own revenue and enclave taxes since January.
need_year        | f8? | yuan       | What it had to spend since January.
effort           | f8  | multiple   | How hard it looks for enclave projects, relative to an ordinary township.
seeking          | f8? | multiple   | How hard it is to look for investors: its own effort times what the plan asks for.
rounds           | f8? | multiple   | How often households are to be visited, relative to the monthly round.
care             | f8? | multiple   | Working time that officials have for visits and verification, relative to the plan.
papers           | f8? | multiple   | The same for paperwork.
courting         | f8? | multiple   | The same for finding investors.
bar              | f8? | multiple   | Income per head, relative to the monitoring line, below which its villages list a household.
vacant           | f8? | households | Households that its list is short of its quota.
waiting          | i4? | signals    | Signals that nobody had verified when it last divided its time.
landed_year      | i4? | projects   | Enclave projects landed since January.
sites            | f8  | multiple   | Hands and land it can offer a project, relative to an average township.
firms            | i4? | enterprises | Village enterprises that operate there.
gain             | f8  | multiple   | What they expect to earn above an ordinary profit, added up.
on_file          | f8? | persons    | Registered persons, counted where records bend under assessment.
recorded         | f8? | persons    | Those of them on file as fallen back.
pressure         | f8? | share      | Chance that a record which can be bent is bent this month.
grown            | f8[6] | quantity | Sold this month of each commodity, by households and enterprises: tonnes, stems, heads.
built            | f8  | mu         | Greenhouse land that its households have built since January.
built_publicly   | f8  | mu         | Greenhouse land built for them with public money since January.
farm_sales       | f8  | yuan       | What its households sold from their farms this month.
farm_net         | f8  | yuan       | The same less what it cost them.
let_grain        | f8  | yuan/year  | Ordinary net income from grain on land whose hands have left or died; others till it.
let_land         | f8  | mu         | Land of households that are here and without hands, when rents were paid last.
tilled           | f8  | mu         | Land of households with hands.
let_net          | f8  | yuan       | What let land nets this month for each mu of those who till it too.
""",
)

VILLAGES = declare(
    "villages",
    "An administrative village.",
    """
township         | i4? | row        | Its township or street.
households       | i4? | households | Households at founding.
first_secretary  | i4? | flag       | Whether a first secretary is posted there.
visits           | f8? | households | Households that can be visited in a month.
disease          | i4  | flag       | Whether livestock disease broke out this month.
team             | f8  | multiple   | How well the stationed team works this month, 1 as usual; 0 where there is none.
hired            | f8? | persons    | Who found work there this month.
news             | f8? | persons    | Who found work there lately, an older month counting less.
tap              | f8? | share      | Households with tap water.
growers          | f8[6] | households | Households that grew each commodity when choices were made last.
farms            | f8  | households | Households that there were then.
collective_cash  | f8? | yuan       | Asset income that the village has not yet distributed.
sharing          | i4? | households | Households among whom the next dividend is shared.
""",
)

LISTED, NUMBERED = 0, 1

_FILES = Path(__file__).parent / "files"


def read_townships() -> list[dict[str, str]]:
    """The 27 townships and streets with their public division codes, in the order of the codes."""
    with (_FILES / "townships.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_villages() -> list[dict[str, str]]:
    """The 243 administrative villages with their public division codes, in the order of the codes."""
    with (_FILES / "villages.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def township_names(places: int, townships: int) -> list[dict[str, str]]:
    """What the townships are called, in Chinese and English: by the public list, or by number."""
    if places == NUMBERED:
        return [{"zh": f"第{number}乡镇", "en": f"Township {number}"} for number in range(1, townships + 1)]
    return [{"zh": row["name"], "en": row.get("name_en") or row["name"]} for row in read_townships()]


def numbered_villages(townships: int, villages: int) -> list[int]:
    """The township of each village, where places are merely numbered: as many in each as divides, in the order of the numbers."""
    return [village * townships // villages for village in range(villages)]
