"""From signal to case: what verification found is deliberated in the village and decided by the county, after some time."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import descendant, happens, normal
from sim.world.codes import NONE, CaseState, DecisionRule, Listing


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
def listing_of(household, register, line):
    """The official type: income on file above the line, a sudden hardship; below it, lifted but unstable, or else marginal.

    Whoever the sweep of 2020 listed as marginal stays so.
    """
    if household.marginal == 1:
        return Listing.MARGINAL.value
    if register.income_on_file >= line:
        return Listing.SUDDEN.value
    return Listing.UNSTABLE.value if household.registered == 1 else Listing.MARGINAL.value


@compiled
def close_signal(register):
    """Nothing is pending any more."""
    register.signal = NONE
    register.signalled = NONE
    register.found = NONE


@compiled
def standing(household, register, line, p, draws):
    """How well off a household looks to its village's meeting: income as verified, in monitoring lines, as people see it.

    Every meeting errs, and every village in its own way. Ties make a household look poorer, and so does the fear of blame: for
    leaving out a registered one, which is counted if it falls, or one whose broken house everybody sees.
    """
    seen = register.verified_income / line + p.meeting_error * normal(draws.looks, household.identity)
    seen += p.village_error * normal(draws.village, household.village)
    if happens(draws.tied, household.identity, p.tied_share):
        seen -= p.favour
    return seen - p.blame * household.registered - p.guarantee * register.broken


@compiled
def is_listed(household, register, township, line, p, draws):
    """Whether a household is listed: by lot; or whoever looks worse off than the bar, which moves to keep the number.

    Each listing lowers the bar of a township's villages and each refusal raises it, so that in the end the planned share is
    listed, but the worst off. Under assessment the number is a quota: while the list is short refusals raise the bar, then
    listings lower it.
    """
    if p.rule == DecisionRule.AS_PLANNED:
        return happens(draws.listed, household.identity, p.listed_share)
    share = p.listed_share
    if p.rule == DecisionRule.UNDER_ASSESSMENT:
        share = 1.0 if township.vacant > 0.0 else 0.0
    register.above_bar = standing(household, register, line, p, draws) - township.bar
    if register.above_bar < 0.0:
        township.bar -= p.bar_step * (1.0 - share)
        township.vacant -= 1.0
        return True
    township.bar += p.bar_step * share
    return False


@compiled
def count_vacant(county, p):
    """How many households the list of each township is short of its quota, a share of its registered households."""
    for township in county.townships:
        township.vacant = 0.0
    for row in range(len(county.register)):
        household = county.households[row]
        if household.members > 0:
            township = county.townships[household.township]
            township.vacant += p.quota * household.weight * household.registered
            township.vacant -= 1.0 if county.register[row].case_row >= 0 else 0.0


@process(
    sees="records",
    reads="households.identity households.members households.weight households.township households.village "
    "households.registered households.marginal register.verified_income register.income_on_file "
    "register.broken environment.monitoring_line townships.pressure",
    writes="townships.bar townships.vacant register.above_bar "
    "register.signal register.signalled register.signal_cause register.noticed register.found register.case_row "
    "register.identified register.listed_as register.turned_down_until "
    "cases.identity cases.household cases.state cases.cause cases.channel cases.signalled cases.identified "
    "cases.eliminated",
    draws="procedure put_off listed looks@year village@life tied@life",
    creates="cases",
)
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
            if is_listed(household, register, county.townships[household.township], line, p, draws):
                identity = descendant(household.identity, county.month, 0)
                open_case(row, register, identity, county.month, county.cases_room)
                register.listed_as = listing_of(household, register, line)
            else:
                register.turned_down_until = county.month + int(p.turned_down_months)
            close_signal(register)
