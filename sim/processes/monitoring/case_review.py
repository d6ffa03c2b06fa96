"""From signal to case: what verification found is deliberated in the village and decided by the county, after some time."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import descendant, happens, lognormal
from sim.world.codes import NONE, CaseState, DecisionRule


@compiled
def open_case(row, register, identity, month, room):
    """Put a household under monitoring; returns the row of its case."""
    place = room.count[0]
    if place >= len(room.rows):
        raise OverflowError("table 'cases' is full: a case could not be opened")
    case = room.rows[place]
    case.identity = identity
    case.household = row
    case.state = CaseState.MONITORED
    case.cause = register.signal_cause
    case.channel = register.signal
    case.signalled = register.signalled
    case.identified = month
    case.eliminated = NONE
    room.count[0] = place + 1
    register.case_row = place
    register.identified = 1
    return place


@compiled
def close_signal(register):
    """Nothing is pending any more."""
    register.signal = NONE
    register.signalled = NONE
    register.found = NONE


@compiled
def standing(household, register, line, p, draws):
    """How well off a household looks to the meeting, relative to the line: with error, its ties, and the fear of blame.

    A broken house is seen by everybody; whoever is registered is counted if it falls, so that leaving it out may be blamed.
    """
    if register.broken == 1:
        return 0.0
    seen = register.verified_income / line * lognormal(draws.looks, household.identity, p.meeting_error)
    if happens(draws.tied, household.identity, p.tied_share):
        seen *= 1.0 - p.favour
    return seen * (1.0 - p.blame) if household.registered == 1 else seen


@compiled
def is_listed(household, register, village, line, p, draws):
    """Whether the village lists a household: by lot, or whoever looks worse off than its bar, which moves to keep the number.

    Each listing lowers the bar and each refusal raises it, so that in the end the planned share is listed, the worst off first.
    Under assessment the number is a quota: while the list is short refusals raise the bar, once it is full listings lower it.
    """
    if p.rule == DecisionRule.AS_PLANNED:
        return happens(draws.listed, household.identity, p.listed_share)
    if village.bar <= 0.0:
        village.bar = p.first_bar
    listed = standing(household, register, line, p, draws) < village.bar
    share = p.listed_share
    if p.rule == DecisionRule.UNDER_ASSESSMENT:
        share = 1.0 if village.vacant > 0.0 else 0.0
    village.bar *= 1.0 + p.bar_step * (share - (1.0 if listed else 0.0))
    village.vacant -= 1.0 if listed else 0.0
    return listed


@compiled
def count_vacant(county, p):
    """How many households the list of each village is short of its quota, a share of its registered households."""
    for village in county.villages:
        village.vacant = 0.0
    for row in range(len(county.register)):
        household = county.households[row]
        if household.members > 0:
            village = county.villages[household.village]
            village.vacant += p.quota * household.weight * household.registered
            village.vacant -= 1.0 if county.register[row].case_row >= 0 else 0.0


@process(
    sees="records",
    reads="households.identity households.members households.weight households.township households.village "
    "households.registered register.verified_income register.broken environment.monitoring_line townships.pressure",
    writes="villages.bar villages.vacant register.signal register.signalled register.signal_cause register.noticed register.found register.case_row "
    "register.identified register.turned_down_until "
    "cases.identity cases.household cases.state cases.cause cases.channel cases.signalled cases.identified "
    "cases.eliminated",
    draws="procedure put_off listed looks@year tied@life",
    creates="cases",
)
@compiled
def case_review(county, p, draws, books):
    """Verified signals are dismissed, become cases, are turned down in deliberation, or put off before an assessment."""
    line = county.environment[0].monitoring_line
    if p.rule == DecisionRule.UNDER_ASSESSMENT:
        count_vacant(county, p)
    for row in range(len(county.register)):
        register = county.register[row]
        if register.signal < 0 or register.found < 0:
            continue
        household = county.households[row]
        if register.found == 0 or household.members == 0:
            close_signal(register)
        elif happens(draws.put_off, household.identity, p.put_off * county.townships[household.township].pressure):
            continue  # no new case shortly before the assessment
        elif happens(draws.procedure, household.identity, 1.0 / (1.0 + p.procedural_lag)):
            if is_listed(household, register, county.villages[household.village], line, p, draws):
                identity = descendant(household.identity, county.month, 0)
                open_case(row, register, identity, county.month, county.cases_room)
            else:
                register.turned_down_until = county.month + int(p.turned_down_months)
            close_signal(register)
