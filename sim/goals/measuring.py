"""What is counted at the end of every month, by township and segment; every indicator and goal is a ratio of these sums."""

import numpy as np

from sim.core.compilation import compiled, settled
from sim.core.wiring import Tables
from sim.goals.measure import Measure
from sim.goals.places import measure_places
from sim.world.codes import CaseState, Channel, Destination, Segment, Stage
from sim.world.persons import can_work

SPELL = 3  # months: a spell (R4), and the quarter of Z2
TWO_YEARS = 24  # months
HALF_YEAR = 6  # months


@compiled
def measure_household(household, register, line, month, out):
    """Add one row of households, and its file, to the sums of its township and segment."""
    w = household.weight
    people = w * household.members
    out[Measure.HOUSEHOLDS] += w
    out[Measure.PERSONS] += people
    out[Measure.INCOME] += w * (household.wages + household.business + household.property_income + household.transfers)
    out[Measure.INCOME_12] += w * household.income_12
    out[Measure.WAGES] += w * household.wages
    out[Measure.BUSINESS] += w * household.business
    out[Measure.PROPERTY] += w * household.property_income
    out[Measure.TRANSFERS] += w * household.transfers
    out[Measure.RIGID] += w * household.rigid
    out[Measure.DEBT] += w * household.debt
    out[Measure.AT_RISK] += people * household.at_risk
    out[Measure.RISK_BEGAN] += w * household.at_risk if household.onset == month else 0.0
    eligible = household.countable_12 < line * household.members and household.disqualifying == 0
    if eligible:
        out[Measure.ELIGIBLE] += people
        out[Measure.ELIGIBLE_UNSERVED] += people * (1 - register.dibao)
    if register.dibao == 1:
        out[Measure.SERVED_INELIGIBLE] += 0.0 if eligible else people
        out[Measure.DIBAO] += people
        out[Measure.DIBAO_YUAN] += w * household.dibao_received
    if register.case_row >= 0:
        out[Measure.MONITORED] += people
    if household.registered == 1:
        measure_registered(household, register, month, people, out)


@compiled
def measure_registered(household, register, month, people, out):
    """The sums that are about registered households only."""
    w = household.weight
    out[Measure.REGISTERED] += people
    out[Measure.REGISTERED_HOUSEHOLDS] += w
    out[Measure.REGISTERED_INCOME_12] += w * household.income_12
    out[Measure.REGISTERED_RIGID] += w * household.rigid
    out[Measure.REGISTERED_WAGES] += w * household.wages
    out[Measure.REGISTERED_INCOME] += w * (household.wages + household.business + household.property_income + household.transfers)
    out[Measure.AT_RISK_REGISTERED] += people * household.at_risk
    out[Measure.REPORTED_BELOW] += people * register.reported_below
    out[Measure.POLISHED] += people * register.polished
    if register.case_row >= 0:
        out[Measure.MONITORED_REGISTERED] += people
    if register.dibao == 1:
        out[Measure.DIBAO_REGISTERED] += people
    if household.inherited == 1:
        out[Measure.BELOW_INHERITED] += people
        return
    out[Measure.BELOW_INCOME] += people * household.below_income
    if household.below == 1:
        out[Measure.BELOW] += people
        if household.below_months >= SPELL:
            out[Measure.BELOW_SPELL] += people
        if register.identified == 0:
            out[Measure.UNDETECTED] += people
        if household.entered == month:
            out[Measure.ENTERED] += w


@compiled
def measure_case(case, household, month, out):
    """Add one monitoring case."""
    w = household.weight
    if month - case.identified >= TWO_YEARS:
        out[Measure.CASES] += w
        if case.state == CaseState.ELIMINATED and case.eliminated - case.identified <= TWO_YEARS:
            out[Measure.ELIMINATED] += w
            out[Measure.ELIMINATED_AT_RISK] += w * household.at_risk
    if case.identified == month and case.channel != Channel.INHERITED:
        out[Measure.IDENTIFIED] += w
        out[Measure.DELAY] += w * max(month - household.onset, 0) if household.onset >= 0 else 0.0
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
def measure_members(household, persons, cell):
    """Add the living members of a registered household: their places in the labour market, their bills, whether all are idle."""
    w = household.weight
    outside, local, posts, able, working, wished, paid_half_year = 0, 0, 0, 0, 0, 0, 0
    row = household.first_person
    while row >= 0:
        person = persons[row]
        row = person.next
        if person.alive == 0:
            continue
        outside += 1 if person.status == Destination.OUTSIDE else 0
        local += 1 if person.status == Destination.LOCAL_FIRM else 0
        posts += 1 if person.status == Destination.PUBLIC_POST else 0
        ready = 1 if can_work(person) else 0
        wishes = ready if person.preference != Destination.FARM else 0
        able += ready
        working += ready if person.status != Destination.NONE else 0
        wished += wishes
        paid_half_year += wishes if person.paid_months >= HALF_YEAR else 0
        if person.bill > 0.0:
            measure_care(person, w, cell)
    cell[Measure.OUTSIDE] += w * outside
    cell[Measure.LOCAL] += w * local
    cell[Measure.POSTS] += w * posts
    cell[Measure.ABLE] += w * able
    cell[Measure.WORKING] += w * working
    cell[Measure.PAID_WORK_WISHED] += w * wished
    cell[Measure.PAID_HALF_YEAR] += w * paid_half_year
    cell[Measure.ABLE_HOUSEHOLDS] += w if able > 0 else 0
    cell[Measure.IDLE_HOUSEHOLDS] += w if able > 0 and working == 0 else 0


@compiled
def measure_student(person, w, cell):
    """Add a living student of the zero-burden list."""
    cell[Measure.POOR_STUDENTS] += w
    if person.school_paid > 0.0:
        cell[Measure.BURDENED_STUDENTS] += w


@compiled
def measure(households, persons, register, cases, packages, students, line, month, out):
    """Add a month's sums into ``out`` (townships × segments × measures, yuan, persons or households).

    ``students``: rows of the persons on the zero-burden list; ``line``: dibao.
    """
    for row in range(len(households)):
        household = households[row]
        if household.members > 0:
            cell = out[household.township, household.segment]
            measure_household(household, register[row], line, month, cell)
            if household.registered == 1:
                measure_members(household, persons, cell)
    for row in students:
        person = persons[row]
        if person.alive == 1 and person.stage != Stage.NOT_IN_SCHOOL:
            household = households[person.household]
            measure_student(person, household.weight, out[household.township, household.segment])
    for case in cases:
        household = households[case.household]
        measure_case(case, household, month, out[household.township, household.segment])
    for package in packages:
        if package.waiting == 1:
            household = households[package.household]
            out[household.township, household.segment, Measure.WAITING_HELP] += household.weight


_measure = settled(measure)


def record(tables: Tables, month: int, scale: float) -> np.ndarray:
    """The sums of a month: float64 of shape (townships, segments, measures); ``scale``: yuan a year that make a firm large.

    What belongs to a place is noted under the last segment, which has no meaning for it.
    """
    out = np.zeros((len(tables["townships"]), len(Segment), len(Measure)))
    t = tables
    line = t["environment"][0].dibao_line
    students = np.flatnonzero(t["persons"]["poor_student"].view(np.bool_))
    _measure(t["households"], t["persons"], t["register"], t["cases"], t["packages"], students, line, month, out)
    places = out[:, Segment.GENERAL]
    measure_places(t["townships"], t["villages"], t["enterprises"], t["assets"], t["enclaves"], scale, month, places)
    return out


def largest_cluster(tables: Tables, month: int, least_households: float, least_share: float) -> float:
    """How near the quarter that ends this month came to a cluster (L2): 1 or more is one.

    Over villages and townships and common events, the largest of min(households / least number, share / least share) of
    registered households that entered R3 within the quarter through that event. Ordinary illness is no common event.
    """
    households = tables["households"]
    registered = (households["registered"] == 1) & (households["members"] > 0)
    entered = registered & (households["entered"] > month - 3) & (households["entered_event"] >= 0)
    rows = np.flatnonzero(entered)
    worst = 0.0
    for place in ("village", "township"):
        if len(rows) == 0:
            break
        total = np.bincount(households[place][registered], households["weight"][registered])
        pairs = np.stack([households[place][rows], households["entered_event"][rows]], axis=1)
        found, inverse = np.unique(pairs, axis=0, return_inverse=True)
        count = np.bincount(inverse.ravel(), households["weight"][rows])
        near = np.minimum(count / least_households, count / total[found[:, 0]] / least_share)
        worst = max(worst, float(near.max()))
    return worst
