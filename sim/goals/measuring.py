"""What is counted at the end of every month, by township and segment; every indicator and goal is a ratio of these sums."""

import numpy as np

from sim.core.binding import Tables
from sim.core.compiled.compilation import compiled, reuse_machine_code
from sim.goals.measure import Measure
from sim.goals.places import measure_places
from sim.world.codes import NONE, CaseState, Channel, Destination, Segment, Stage
from sim.world.persons import can_work

SPELL = 3  # months: a spell (R4), and the quarter of Z2
TWO_YEARS = 24  # months
HALF_YEAR = 6  # months
EVENTS = 2**32  # more than there are codes of events
#: Flags of a registered household: somebody is able to work, and somebody works.
ABLE, AT_WORK = 1, 2


@compiled
def measure_household(household, register, line, month, out):
    """Add one row of households, and its file, to the sums of its township and segment."""
    w = household.weight
    people = w * household.members
    out[Measure.HOUSEHOLDS] += w
    out[Measure.PERSONS] += people
    out[Measure.INCOME_12] += w * household.income_12
    out[Measure.WAGES] += w * household.wages
    out[Measure.BUSINESS] += w * household.business
    out[Measure.PROPERTY] += w * household.property_income
    out[Measure.TRANSFERS] += w * household.transfers
    out[Measure.RIGID] += w * household.rigid
    out[Measure.DEBT] += w * household.debt
    if household.at_risk == 1:
        out[Measure.AT_RISK] += people
        out[Measure.RISK_BEGAN] += w if household.onset == month else 0
    eligible = household.countable_12 < line * household.members and household.disqualifying == 0
    if eligible:
        out[Measure.ELIGIBLE] += people
        out[Measure.ELIGIBLE_UNSERVED] += people * (1 - register.dibao)
    if register.dibao == 1:
        out[Measure.SERVED_INELIGIBLE] += 0.0 if eligible else people
        out[Measure.DIBAO] += people
        out[Measure.DIBAO_YUAN] += w * household.dibao_received
    if register.identified == 1:
        out[Measure.ON_FILE] += people
        if register.case_row >= 0:
            out[Measure.MONITORED] += people
        else:
            out[Measure.ON_FILE_ELIMINATED] += people
    if register.identified == 1 or household.marginal == 1:
        out[Measure.LISTED] += people
        out[Measure.LISTED_UNSTABLE + register.listed_as] += people
    if household.registered == 1:
        measure_registered(household, register, month, people, out)


@compiled
def measure_registered(household, register, month, people, out):
    """The sums that are kept of registered households only; see also ``derive``."""
    if register.reported_below == 1:
        out[Measure.REPORTED_BELOW] += people
    if register.polished == 1:
        out[Measure.POLISHED] += people
    if household.inherited == 1:
        out[Measure.BELOW_INHERITED] += people
        return
    if household.below_income == 1:
        out[Measure.BELOW_INCOME] += people
    if household.below == 1:
        out[Measure.BELOW] += people
        if household.below_months >= SPELL:
            out[Measure.BELOW_SPELL] += people
        if register.identified == 0:
            out[Measure.UNDETECTED] += people
        if household.entered == month:
            out[Measure.ENTERED] += household.weight


@compiled
def derive(cell, segment):
    """The sums of a township and segment that follow from others: a segment is of registered households, or of none."""
    cell[Measure.INCOME] = cell[Measure.WAGES] + cell[Measure.BUSINESS] + cell[Measure.PROPERTY] + cell[Measure.TRANSFERS]
    if segment == Segment.REGISTERED_DIBAO or segment == Segment.REGISTERED_OTHER:
        cell[Measure.REGISTERED] = cell[Measure.PERSONS]
        cell[Measure.REGISTERED_HOUSEHOLDS] = cell[Measure.HOUSEHOLDS]
        cell[Measure.REGISTERED_INCOME_12] = cell[Measure.INCOME_12]
        cell[Measure.REGISTERED_RIGID] = cell[Measure.RIGID]
        cell[Measure.REGISTERED_WAGES] = cell[Measure.WAGES]
        cell[Measure.REGISTERED_INCOME] = cell[Measure.INCOME]
        cell[Measure.AT_RISK_REGISTERED] = cell[Measure.AT_RISK]
        cell[Measure.ON_FILE_REGISTERED] = cell[Measure.ON_FILE]
        cell[Measure.MONITORED_REGISTERED] = cell[Measure.MONITORED]
        cell[Measure.DIBAO_REGISTERED] = cell[Measure.DIBAO]
    if segment == Segment.REGISTERED_DIBAO:
        cell[Measure.POOREST] = cell[Measure.PERSONS]
        cell[Measure.POOREST_INCOME_12] = cell[Measure.INCOME_12]


@compiled
def waited(household, register, month):
    """Months that a household identified now was at risk and could have been: a meeting that turns it down has seen it in time."""
    return max(month - max(household.onset, register.turned_down_until), 0) if household.onset >= 0 else 0


@compiled
def measure_case(case, household, register, month, out):
    """Add one monitoring case."""
    w = household.weight
    if month - case.identified >= TWO_YEARS:
        out[Measure.CASES] += w
        if case.state == CaseState.ELIMINATED and case.eliminated - case.identified <= TWO_YEARS:
            out[Measure.ELIMINATED] += w
            out[Measure.ELIMINATED_AT_RISK] += w * household.at_risk
    if case.identified == month and case.channel != Channel.INHERITED:
        out[Measure.IDENTIFIED] += w
        out[Measure.DELAY] += w * waited(household, register, month)
    if case.state == CaseState.MONITORED:
        if case.identified < month and case.measures == 0:
            out[Measure.WAITING] += w
        since = month - case.identified
        if household.below == 1 and min(since, household.below_months) > SPELL:
            out[Measure.LATE] += w


@compiled
def measure_care(person, w, cell):
    """Add a registered patient's bill of the month, and what was paid of it."""
    reimbursed = person.bill - person.own_bill
    cell[Measure.BILLED] += w * person.bill
    cell[Measure.REIMBURSED] += w * reimbursed
    if person.major == 1:
        cell[Measure.PROMISED_MAJOR] += w * person.promised
        cell[Measure.REIMBURSED_MAJOR] += w * reimbursed
    else:
        cell[Measure.PROMISED_ORDINARY] += w * person.promised
        cell[Measure.REIMBURSED_ORDINARY] += w * reimbursed


@compiled
def measure_member(person, w, cell):
    """Add a living member of a registered household: the place in the labour market, and the bill of the month.

    Returns which of ABLE and AT_WORK the member makes the household.
    """
    if person.bill > 0.0:
        measure_care(person, w, cell)
    if person.status == Destination.OUTSIDE:
        cell[Measure.OUTSIDE] += w
    elif person.status == Destination.LOCAL_FIRM:
        cell[Measure.LOCAL] += w
    if not can_work(person):
        return 0
    cell[Measure.ABLE] += w
    if person.preference != Destination.FARM:
        cell[Measure.PAID_WORK_WISHED] += w
        if person.paid_months >= HALF_YEAR:
            cell[Measure.PAID_HALF_YEAR] += w
    if person.status == Destination.NONE:
        return ABLE
    cell[Measure.WORKING] += w
    return ABLE | AT_WORK


@compiled
def measure_student(person, w, cell):
    """Add a living student of the zero-burden list."""
    cell[Measure.POOR_STUDENTS] += w
    if person.school_paid > 0.0:
        cell[Measure.BURDENED_STUDENTS] += w


@compiled
def measure(households, persons, register, cases, packages, labour, onsets, line, month, out):
    """Add a month's sums into ``out`` (townships × segments × measures, yuan, persons or households).

    ``labour``: zeros, one for each household, which take whether anybody is able to work, and works; ``onsets``: one for each
    case, which take the month that the risk of a new case began in; ``line``: dibao.
    """
    # As they stand, and not household by household: neighbours in the table are alike.
    for person in persons:
        if person.status == Destination.PUBLIC_POST and person.alive == 1:
            household = households[person.household]  # registered, or monitored alone: the plan counts both
            out[household.township, household.segment, Measure.POSTS] += household.weight
        if person.registered == 1 and person.alive == 1:
            household = households[person.household]
            cell = out[household.township, household.segment]
            labour[person.household] |= measure_member(person, household.weight, cell)
    for row in range(len(households)):
        household = households[row]
        if household.members > 0:
            cell = out[household.township, household.segment]
            measure_household(household, register[row], line, month, cell)
            if labour[row] != 0:
                cell[Measure.ABLE_HOUSEHOLDS] += household.weight
                cell[Measure.IDLE_HOUSEHOLDS] += household.weight if labour[row] == ABLE else 0
    for township in range(len(out)):
        for segment in range(len(out[township])):
            derive(out[township, segment], segment)
    for person in persons:
        if person.poor_student == 1 and person.alive == 1 and person.stage != Stage.NOT_IN_SCHOOL:
            household = households[person.household]
            measure_student(person, household.weight, out[household.township, household.segment])
    for row in range(len(cases)):
        case = cases[row]
        household = households[case.household]
        if case.identified == month:
            onsets[row] = household.onset
        measure_case(case, household, register[case.household], month, out[household.township, household.segment])
    for package in packages:
        if package.waiting == 1:
            household = households[package.household]
            out[household.township, household.segment, Measure.WAITING_HELP] += household.weight


@compiled
def copy_lines(lines, budget):
    """Copy what was paid on every line of the budget, to how many, and what could not be paid (lines × 3)."""
    for row in range(len(lines)):
        budget[row, 0], budget[row, 1], budget[row, 2] = lines[row].yuan, lines[row].units, lines[row].unpaid


@reuse_machine_code
def record_month(of_people, of_places, environment, lines, labour, onsets, scale, month, out, budget, province):
    """Everything that is recorded at the end of a month; see ``Record``. What belongs to a place is recorded under the last segment,
    which has no meaning for it."""
    households, persons, register, cases, packages = of_people
    measure(households, persons, register, cases, packages, labour, onsets, environment[0].dibao_line, month, out)
    townships, villages, enterprises, assets, enclaves = of_places
    measure_places(townships, villages, enterprises, assets, enclaves, scale, month, out[:, Segment.GENERAL])
    copy_lines(lines, budget)
    province[0] = environment[0].province_income


class Record:
    """The measures of every month of one replication, from ``first`` on.

    ``measures``: (months, townships, segments, measures); ``budget``: (months, lines, 3), see ``copy_lines``; ``province``:
    the province's income, (months,); ``onsets``: by case, the month in which the risk began that it was opened for.
    ``scale``: yuan a year that make a firm large.
    """

    def __init__(self, tables: Tables, first: int, months: int, scale: float) -> None:
        self._tables, self._first, self._scale = tables, first, scale
        self.measures = np.zeros((months, len(tables["townships"]), len(Segment), len(Measure)))
        self.budget = np.zeros((months, len(tables["lines"]), 3))
        self.province = np.ones(months)
        self.onsets = np.full(len(tables.rows["cases"]), NONE, dtype=np.int64)

    def add_month(self, month: int) -> None:
        """Measure a month, at its end."""
        tables, index = self._tables, month - self._first
        labour = np.zeros(len(tables["households"]), np.int8)
        of_people = tuple(tables.for_rules(name) for name in ("households", "persons", "register", "cases", "packages"))
        of_places = tuple(tables.for_rules(name) for name in ("townships", "villages", "enterprises", "assets", "enclaves"))
        environment, lines = tables.for_rules("environment"), tables.for_rules("lines")
        out, budget, province = self.measures[index], self.budget[index], self.province[index : index + 1]
        record_month(
            of_people, of_places, environment, lines, labour, self.onsets, self._scale, month, out, budget, province
        )  # fmt: skip


def largest_cluster(tables: Tables, month: int, least_households: float, least_share: float) -> float:
    """How near the quarter that ends this month came to a cluster (L2): 1 or more is one.

    Over villages and townships and common events, the largest of min(households / least number, share / least share) of
    registered households that entered R3 within the quarter through that event. Ordinary illness is no common event.
    """
    households = tables["households"]
    rows = np.flatnonzero(households["entered"] > month - 3)
    there = (households["registered"][rows] == 1) & (households["members"][rows] > 0)
    rows = rows[there & (households["entered_event"][rows] >= 0)]
    if len(rows) == 0:
        return 0.0
    registered = (households["registered"] == 1) & (households["members"] > 0)
    worst = 0.0
    for place in ("village", "township"):
        total = np.bincount(households[place][registered], households["weight"][registered])
        together = households[place][rows].astype(np.int64) * EVENTS + households["entered_event"][rows]
        found, inverse = np.unique(together, return_inverse=True)
        count = np.bincount(inverse, households["weight"][rows])
        near = np.minimum(count / least_households, count / total[found // EVENTS] / least_share)
        worst = max(worst, float(near.max()))
    return worst
