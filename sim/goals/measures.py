"""What is counted at the end of every month, by township and segment; every indicator and goal is a ratio of these sums."""

from enum import IntEnum, auto

import numpy as np

from sim.core.compilation import compiled
from sim.core.wiring import Tables
from sim.world.codes import CaseState, Channel, Destination, Segment

SPELL = 3  # months: a spell (R4), and the quarter of Z2
TWO_YEARS = 24  # months


class Measure(IntEnum):
    """The sums kept, weighted by the households a row stands for. Persons unless said otherwise; yuan for money."""

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return count

    PERSONS = auto()
    HOUSEHOLDS = auto()
    INCOME = auto()
    INCOME_12 = auto()
    WAGES = auto()
    BUSINESS = auto()
    PROPERTY = auto()
    TRANSFERS = auto()
    RIGID = auto()
    DEBT = auto()
    REGISTERED = auto()
    REGISTERED_HOUSEHOLDS = auto()
    REGISTERED_INCOME_12 = auto()
    REGISTERED_RIGID = auto()
    BELOW = auto()  # registered, R3, not inherited
    BELOW_INCOME = auto()  # registered, R2, not inherited
    BELOW_SPELL = auto()  # registered, R3 for three months or more, not inherited
    BELOW_INHERITED = auto()  # registered, below since before January 2021
    UNDETECTED = auto()  # registered, R3, never identified
    REPORTED_BELOW = auto()  # registered, R1
    AT_RISK = auto()
    AT_RISK_REGISTERED = auto()
    ENTERED = auto()  # registered households entering R3 this month
    MONITORED = auto()
    MONITORED_REGISTERED = auto()
    IDENTIFIED = auto()  # households identified this month
    DELAY = auto()  # months from onset to identification, summed over them
    CASES = auto()  # households identified two years ago or earlier
    ELIMINATED = auto()  # those of them whose risk was eliminated within two years
    WAITING = auto()  # identified before this month, no measure yet: households
    LATE = auto()  # identified, and below for longer than a quarter since: households
    DIBAO = auto()
    DIBAO_REGISTERED = auto()
    DIBAO_YUAN = auto()
    POSTS = auto()
    OUTSIDE = auto()  # registered persons in work outside
    LOCAL = auto()  # registered persons in local firms
    WAITING_HELP = auto()  # packages in the queue
    REGISTERED_WAGES = auto()
    REGISTERED_INCOME = auto()


@compiled
def measure_household(household, register, month, out):
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
    if register.dibao == 1:
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
def measure(households, persons, register, cases, packages, month, out):
    """Add a month's sums into ``out`` (townships × segments × measures, yuan, persons or households)."""
    for row in range(len(households)):
        household = households[row]
        if household.members > 0:
            measure_household(household, register[row], month, out[household.township, household.segment])
    for person in persons:
        if person.registered == 1 and person.alive == 1 and person.status <= Destination.PUBLIC_POST:
            household = households[person.household]
            cell = out[household.township, household.segment]
            if person.status == Destination.OUTSIDE:
                cell[Measure.OUTSIDE] += household.weight
            elif person.status == Destination.LOCAL_FIRM:
                cell[Measure.LOCAL] += household.weight
            else:
                cell[Measure.POSTS] += household.weight
    for case in cases:
        household = households[case.household]
        measure_case(case, household, month, out[household.township, household.segment])
    for package in packages:
        if package.waiting == 1:
            household = households[package.household]
            out[household.township, household.segment, Measure.WAITING_HELP] += household.weight


def record(tables: Tables, month: int) -> np.ndarray:
    """The sums of a month: float64 of shape (townships, segments, measures)."""
    out = np.zeros((len(tables["townships"]), len(Segment), len(Measure)))
    measure(tables["households"], tables["persons"], tables["register"], tables["cases"], tables["packages"], month, out)
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
