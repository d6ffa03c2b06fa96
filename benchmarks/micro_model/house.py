"""The micro-model on Xianjie's own machinery: declared tables of records, rules written for one row, processes, books.

Nothing here is faster than what ``sim`` itself is made of: tables are declared and processes wired as in ``sim.month``, money
moves through the ledger, and random draws are mixed by ``sim.core.random_draws.mix``. Only their addresses differ: all peers
share them. Meant for a process of its own: its tables and processes must not meet those of the county.
"""

import math
import time

import numpy as np

from benchmarks.micro_model import inputs
from benchmarks.micro_model.inputs import LINE, MASK, MONTHS, ODD, SCHOOL, SEASON, TOWNSHIPS, VILLAGES
from sim.core import random_draws as core_luck
from sim.core.binding import BoundProcess, Tables, open_purses
from sim.core.compiled.compilation import compiled
from sim.core.ledger import Fund, Purse, affordable, transfer
from sim.core.process import PROCESSES, process
from sim.core.random_draws import mix
from sim.core.tables import declare

HOUSEHOLDS = declare(
    "households",
    "A household.",
    """
identity    | u8 | key         | Its key to draws.
land        | f8 | mu          | Land it farms.
skill       | f8 | ratio       | Its skill beside the usual.
housing     | f8 | share       | How sound its house is.
pension     | f8 | yuan/month  | Pension of one elder.
edu_cost    | f8 | yuan        | School bill of one pupil.
frailty     | f8 | ratio       | How easily it falls ill.
savings     | f8 | yuan        | What it has put by.
debt        | f8 | yuan        | What it owes.
asset       | f8 | yuan        | What its things are worth.
inc12       | f8 | yuan/month  | Income, smoothed over twelve months.
oop12       | f8 | yuan/month  | Its own medical bills, smoothed.
ded_left    | f8 | yuan        | What it bears itself before insurance pays.
cap_left    | f8 | yuan        | What insurance still pays this year.
oop_y       | f8 | yuan        | What the year's bills left to it.
support     | f8 | yuan        | Help granted last month.
wage        | f8 | yuan        | Wages of the month.
farm        | f8 | yuan        | Farm income of the month.
prop        | f8 | yuan        | Property income of the month.
transf      | f8 | yuan        | Transfers of the month.
cons        | f8 | yuan        | Spending of the month.
oop         | f8 | yuan        | Its own medical bill of the month.
need        | f8 | yuan        | What it lacks, if monitored.
vill        | i2 | row         | Its village.
pov_months  | i2 | months      | How long it was poor.
un_months   | i2 | months      | How long it has been without a job.
town        | i1 | row         | Its township.
n_mem       | i1 | persons     | Members.
n_work      | i1 | persons     | Who can work.
n_elder     | i1 | persons     | Who draws a pension.
n_school    | i1 | persons     | Who goes to school.
insured     | i1 | yes or no   | Whether it is insured.
job         | i1 | code        | 0 none, 1 at an enterprise, 2 away.
sick        | i1 | months      | How long it stays ill.
chronic     | i1 | yes or no   | Whether somebody is chronically ill.
monitored   | i1 | yes or no   | Whether it is on the list.
poor        | i1 | yes or no   | Whether it is below the line.
stable      | i1 | months      | How long it has been well above the line.
want        | i1 | yes or no   | Whether it wants a job here.
""",
)
declare(
    "villages",
    "A village, and what was counted in it this month.",
    """
staff      | f8    | probability | That a household at risk is noticed in a month.
counted    | i8[8] | count       | See ``inputs.COUNTED``.
""",
)
declare(
    "townships",
    "A township.",
    """
disaster   | f8[60] | strength | Strength of the disaster of each month, 0 for none.
price      | f8[60] | ratio    | What farm produce sells for, by month.
slots      | i8     | jobs     | Jobs at enterprises.
workers    | i8     | jobs     | Who has one.
""",
)
WAITING = """
first      | i8 | rank | The smallest is served first.
household  | i8 | row  | Who waits; of equals the lowest row is served first.
"""
declare("requests", "A request for help.", WAITING)
declare("applications", "An application for a job, sorted by township.", WAITING)


@compiled
def bits(household, address):
    """64 random bits for one purpose (``address``) of one household."""
    return mix(household.identity + address, np.uint64(0))


@compiled
def uniform(household, address):
    """In [0, 1)."""
    return np.int64(bits(household, address) >> np.uint64(11)) * core_luck.UNIT


@compiled
def triangular(household, address):
    """In (−1, 1)."""
    drawn = bits(household, address)
    return np.int64((drawn >> np.uint64(32)) + (drawn & np.uint64(0xFFFFFFFF))) * 2.0**-32 - 1.0


@compiled
def disaster(household, strength, draws):
    """Crops and things are lost; returns the loss, a share."""
    if strength > 0.0 and uniform(household, draws.hit) < strength * (1.2 - 0.5 * household.housing):
        loss = 0.3 + 0.4 * strength
        household.asset *= 1.0 - 0.1 * loss
        return loss
    return 0.0


@compiled
def insurance_year(household, draws):
    """A new insurance year begins."""
    household.insured = uniform(household, draws.enrolment) < 0.95
    household.ded_left = 400.0
    household.cap_left = 150000.0
    household.oop_y = 0.0


@compiled
def illness(household, draws):
    """Somebody may fall ill; returns the bill, yuan."""
    if household.sick > 0:
        household.sick -= 1
    cost = 0.0
    if uniform(household, draws.shock) < (
        0.010 + 0.004 * household.n_elder + 0.015 * household.chronic + 0.010 * household.frailty
    ):
        cost = min(800.0 / math.sqrt(1.0 - uniform(household, draws.cost)), 60000.0)
        if cost > 20000.0:
            household.chronic = 1
        household.sick = 1 + (cost > 3000.0) + 2 * (cost > 10000.0)
    if household.chronic:
        cost += 120.0
    return cost


@compiled
def reimbursed(household, cost):
    """Basic insurance, serious-illness insurance and medical assistance, one after the other."""
    if cost <= 0.0 or not household.insured:
        return 0.0
    eligible = max(cost - household.ded_left, 0.0)
    household.ded_left = max(household.ded_left - cost, 0.0)
    rate = 0.55 if cost < 1000.0 else (0.65 if cost < 10000.0 else 0.70)
    basic = min(eligible * rate, household.cap_left)
    household.cap_left -= basic
    rest = cost - basic
    household.oop_y += rest
    serious = 0.0
    above = household.oop_y - (5000.0 if household.monitored else 10000.0)
    if above > 0.0:
        serious = min(rest, above) * (0.65 if household.monitored else 0.60)
    if household.monitored:
        return basic + serious + min(0.7 * (rest - serious), 3000.0)
    return basic + serious


@compiled
def work(household, loss, draws):
    """A job may end; who has none may find one away, or want one here."""
    household.want = 0
    if household.job > 0:
        ends = 0.02 + 0.03 * (household.sick > 0) + 0.02 * loss + (0.01 if household.job == 2 else 0.0)
        if uniform(household, draws.job) < ends:
            household.job = 0
            household.un_months = 0
        return
    household.un_months += 1
    if household.n_work > 0:
        drawn = uniform(household, draws.job)
        if drawn < 0.06 * household.skill:
            household.job = 2
        elif drawn < 0.25:
            household.want = 1


@compiled
def earn(household, loss, price, p, draws):
    """Wages, harvest, property and transfers; returns their sum, yuan."""
    household.wage = 0.0
    if household.job > 0:
        usual = 1900.0 if household.job == 1 else 2600.0
        household.wage = household.n_work * household.skill * usual * (1.0 + 0.25 * triangular(household, draws.wage))
        if household.sick > 0:
            household.wage *= 0.5
    harvest = household.land * 95.0 * p.season * (1.0 + 0.3 * triangular(household, draws.crop)) * (1.0 - loss)
    household.farm = harvest * price * (0.95 + 0.1 * uniform(household, draws.price))
    household.prop = household.asset * 0.002
    household.transf = household.pension * household.n_elder + household.support
    return household.wage + household.farm + household.prop + household.transf


@compiled
def spend(household, income, p, draws):
    """Life costs; what is left repays and is saved, what is lacking is borrowed."""
    food = 260.0 * household.n_mem * p.prices
    school = household.n_school * household.edu_cost * p.school
    household.cons = food + 0.30 * max(income - food, 0.0) * (0.9 + 0.2 * uniform(household, draws.consumption))
    net = income - household.cons - school - household.oop
    household.debt *= 1.004
    if net >= 0.0:
        repaid = min(household.debt, 0.5 * net)
        household.debt -= repaid
        household.savings += net - repaid
    else:
        left = household.savings + net
        household.savings = max(left, 0.0)
        if left < 0.0:
            household.debt -= left


@compiled
def account(household, income, p):
    """Twelve months are smoothed; returns income per head less medical bills, yuan a year."""
    household.inc12 += (income - household.support - household.inc12) * p.twelfth
    household.oop12 += (household.oop - household.oop12) * p.twelfth
    per_head = (household.inc12 - household.oop12) * 12.0 / household.n_mem
    household.poor = per_head < p.line
    household.pov_months += household.poor
    return per_head


@compiled
def watch(household, per_head, loss, staff, p, draws):
    """Who stays well above the line for half a year leaves the list; who is at risk may be noticed."""
    if household.monitored:
        household.stable = household.stable + 1 if per_head > 1.5 * p.line else 0
        if household.stable >= 6:
            household.monitored = 0
            household.stable = 0
    elif household.poor or (
        per_head < 1.5 * p.line and (household.oop12 * 12.0 > 5000.0 or household.debt > 30000.0 or loss > 0.0)
    ):
        if uniform(household, draws.detection) < staff:
            household.monitored = 1
            household.stable = 0


@compiled
def lacks(household, income, p):
    """What a monitored household lacks, yuan."""
    if not household.monitored:
        return 0.0
    own = income - household.support - household.oop
    return min(max(p.monthly_line * household.n_mem - own, 0.0), 4000.0)


@compiled
def fen(yuan):
    """Whole fen."""
    return np.int64(100.0 * yuan)


@compiled
def count(village, household, income, reimbursement):
    """Add a household to the counts of its village."""
    counted = village.counted
    counted[0] += household.poor
    counted[1] += household.monitored
    counted[2] += household.job > 0
    counted[3] += fen(income)
    counted[4] += fen(household.oop)
    counted[5] += fen(reimbursement)
    counted[6] += fen(household.support)
    counted[7] += np.int64(household.need)


@compiled
def queue(room, household, rank):
    """A household joins a queue."""
    place = room.count[0]
    if place >= len(room.rows):
        raise OverflowError("a queue is full")
    room.rows[place].household = household
    room.rows[place].first = rank
    room.count[0] = place + 1


@process(
    reads="households.* villages.staff townships.disaster townships.price townships.slots",
    writes="households.* villages.counted townships.workers requests.* applications.*",
    creates="requests applications",
    draws="hit shock cost job wage crop price detection consumption priority enrolment",
)
def life(county, p, draws, books):
    """Everything that happens to a household by itself; neighbouring rules share one loop."""
    for township in county.townships:
        township.workers = 0
    for row in range(len(county.households)):
        household = county.households[row]
        township = county.townships[household.town]
        village = county.villages[household.vill]
        loss = disaster(household, township.disaster[county.month], draws)
        if p.new_year:
            insurance_year(household, draws)
        cost = illness(household, draws)
        reimbursement = reimbursed(household, cost)
        household.oop = cost - reimbursement
        work(household, loss, draws)
        income = earn(household, loss, township.price[county.month], p, draws)
        spend(household, income, p, draws)
        per_head = account(household, income, p)
        watch(household, per_head, loss, village.staff, p, draws)
        household.need = lacks(household, income, p)
        count(village, household, income, reimbursement)
        household.support = 0.0
        township.workers += household.job == 1
        if household.need >= 1.0:
            queue(county.requests_room, row, -np.int64(household.need))
        if household.want:
            queue(county.applications_room, row, np.int64(bits(household, draws.priority) >> np.uint64(40)))


@compiled
def before(one, other):
    """Whether one who waits is served before the other."""
    return one.first < other.first or (one.first == other.first and one.household < other.household)


@compiled
def sink(waiting, start, place, stop):
    """In the heap of rows ``start`` to ``stop``, whose first is served first, let the row in ``place`` sink to its place."""
    first, household = waiting[place].first, waiting[place].household
    while True:
        child = 2 * place - start + 1
        if child >= stop:
            break
        if child + 1 < stop and before(waiting[child + 1], waiting[child]):
            child += 1
        below = waiting[child]
        if first < below.first or (first == below.first and household < below.household):
            break
        waiting[place].first, waiting[place].household = below.first, below.household
        place = child
    waiting[place].first, waiting[place].household = first, household


@compiled
def line_up(waiting, start, stop):
    """Make a heap of rows ``start`` to ``stop``."""
    for place in range(start + (stop - start) // 2 - 1, start - 1, -1):
        sink(waiting, start, place, stop)


@compiled
def leave(waiting, start, stop):
    """The first leaves; the heap ends one row earlier."""
    waiting[start].first, waiting[start].household = waiting[stop - 1].first, waiting[stop - 1].household
    sink(waiting, start, start, stop - 1)


@process(
    reads="requests.*",
    writes="households.support requests.*",
    creates="requests",
    pays="budget: outside -> county_floor; help: county_floor -> households",
)
def support(county, p, draws, books):
    """The county's money of the month goes to the greatest need first, until the next cannot be paid in full."""
    transfer(books.budget, p.budget, 1.0)
    waiting = county.requests
    stop = len(waiting)
    line_up(waiting, 0, stop)
    while stop > 0:
        amount = -1.0 * waiting[0].first
        if not affordable(books.help, amount):
            break
        transfer(books.help, amount, 1.0)
        county.households[waiting[0].household].support = amount
        leave(waiting, 0, stop)
        stop -= 1
    county.requests_room.count[0] = 0


@process(
    reads="households.town townships.slots townships.workers applications.*",
    writes="households.job households.un_months applications.*",
    creates="applications",
)
def hiring(county, p, draws, books):
    """Free jobs of each township go to those who want one, by lot."""
    waiting = county.applications
    start = 0
    while start < len(waiting):
        town = county.households[waiting[start].household].town
        stop = start + 1
        while stop < len(waiting) and county.households[waiting[stop].household].town == town:
            stop += 1
        end = stop
        line_up(waiting, start, stop)
        for _ in range(min(county.townships[town].slots - county.townships[town].workers, stop - start)):
            hired = county.households[waiting[start].household]
            hired.job = 1
            hired.un_months = 0
            leave(waiting, start, stop)
            stop -= 1
        start = end
    county.applications_room.count[0] = 0


class SharedDraws(BoundProcess):
    """A process wired as any other, but that its draws have the addresses that all peers share."""

    def __init__(self, *declared) -> None:
        super().__init__(*declared)
        # ``sim.core.random_draws.mix`` adds one step of its own, which is taken off here.
        purposes = range(len(self.process.draws))
        keys = ([np.uint64((inputs.address(month, each) - ODD) & MASK) for each in purposes] for month in range(MONTHS))
        self._keys = [self.process.classes["Draws"](*(made or [0])) for made in keys]

    def draws(self, month: int):
        """The keys of its decisions in this month."""
        return self._keys[month]


def parameters(budget: int) -> dict[str, dict[str, np.ndarray]]:
    """What rules see as ``p``, by process and month."""
    month = np.arange(MONTHS)
    same = np.ones(MONTHS)
    return {
        "life": {
            "season": np.array(SEASON)[month % 12],
            "school": np.array(SCHOOL)[month % 12],
            "prices": 1.0 + 0.002 * month,
            "new_year": 1.0 * (month % 12 == 0),
            "line": same * LINE,
            "monthly_line": same * (LINE / 12),
            "twelfth": same * (1 / 12),
        },
        "support": {"budget": same * budget},
        "hiring": {},
    }


_BOUND: list[bool] = []


def found(households: int) -> tuple[Tables, list[SharedDraws]]:
    """A county of so many households, and its processes in order."""
    world = inputs.world(households)
    values = parameters(world.budget)
    processes = [PROCESSES[name] for name in values]
    if not _BOUND:
        for each in processes:
            each.bind(list(values[each.name]))
        _BOUND.append(True)
    tables = Tables()
    rows = tables.make("households", households)
    for name, column in inputs.households(households).items():
        rows[name] = column
    rows["identity"] = inputs.keys_of(np.arange(households))
    tables.make("villages", VILLAGES)["staff"] = world.staff
    townships = tables.make("townships", TOWNSHIPS)
    townships["disaster"], townships["price"], townships["slots"] = world.disaster.T, world.price.T, world.slots
    for name in ("requests", "applications"):
        tables.make(name, 0, room=households)
    purses = {fund: Purse.BUDGET if fund is Fund.COUNTY_FLOOR else Purse.SECTOR for fund in Fund}
    slices = open_purses(tables, purses, processes)
    wired = [
        SharedDraws(each, tables, list(values[each.name]), lambda path: values_at(values, path), np.uint64(0), slices, 0)
        for each in processes
    ]
    return tables, wired


def values_at(values: dict[str, dict[str, np.ndarray]], path: str) -> np.ndarray:
    """Values of ``house.NAME``: names are unique among the processes."""
    name = path.rpartition(".")[2]
    return next(known[name] for known in values.values() if name in known)


def run_once(count: int) -> tuple[float, dict]:
    """Seconds and aggregates of one replication; founding is outside the time."""
    tables, month = found(count)
    villages, counted = tables["villages"], np.zeros((MONTHS, VILLAGES, len(inputs.COUNTED)), dtype=np.int64)
    start = time.process_time()
    for number in range(MONTHS):
        villages["counted"] = 0
        for each in month:
            each(number)
        counted[number] = villages["counted"]
    seconds = time.process_time() - start
    rows = tables["households"]
    return seconds, inputs.answer(counted, rows["savings"], rows["debt"], rows["job"], rows["pov_months"])
