"""From signal to case: what verification found is deliberated in the village and decided by the county, after some time."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import descendant, happens
from sim.world.codes import NONE, CaseState


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


@process(
    sees="records",
    reads="households.identity households.members households.township townships.pressure",
    writes="register.signal register.signalled register.signal_cause register.noticed register.found register.case_row "
    "register.identified register.turned_down_until "
    "cases.identity cases.household cases.state cases.cause cases.channel cases.signalled cases.identified "
    "cases.eliminated",
    draws="procedure put_off listed",
    creates="cases",
)
@compiled
def case_review(county, p, draws, books):
    """Verified signals are dismissed, become cases, are turned down in deliberation, or put off before an assessment."""
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
            if happens(draws.listed, household.identity, p.listed_share):
                identity = descendant(household.identity, county.month, 0)
                open_case(row, register, identity, county.month, county.cases_room)
            else:
                register.turned_down_until = county.month + int(p.turned_down_months)
            close_signal(register)
