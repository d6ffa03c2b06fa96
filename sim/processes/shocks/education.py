"""What school costs: nothing for poor students up to senior high, something for others, much beyond."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import charge, transfer
from sim.core.process import process
from sim.world.codes import Cause, Stage
from sim.world.households import add_rigid


@compiled
def school_cost(person, p):
    """A year's fees and board of a student, at 2020 prices."""
    if person.stage == Stage.COMPULSORY:
        return p.compulsory_cost
    if person.stage == Stage.SENIOR_HIGH:
        return p.senior_high_cost
    return p.tertiary_cost


@compiled
def paid_by_others(person, registered, cost, p):
    """What public money takes over: everything for those on the list of poor students, an aid for registered students beyond."""
    if person.poor_student == 1 and person.stage != Stage.TERTIARY:
        return cost * p.zero_burden
    if person.stage == Stage.TERTIARY and registered == 1:
        return min(cost, p.tertiary_aid)
    return 0.0


@process(
    reads="persons.alive persons.stage persons.poor_student persons.household households.registered households.weight "
    "environment.cost_trend",
    writes="persons.school_paid households.rigid households.burden households.cash households.paid",
    pays="school_own: households -> outside; school_aid: education -> outside",
)
@compiled
def school_bills(county, p, draws, books):
    """The school year's bills fall due."""
    trend = county.environment[0].cost_trend
    for person in county.persons:
        if person.alive == 0 or person.stage == Stage.NOT_IN_SCHOOL:
            continue
        household = county.households[person.household]
        cost = school_cost(person, p) * trend
        aid = paid_by_others(person, household.registered, cost, p)
        if aid > 0.0:
            transfer(books.school_aid, aid * household.weight, household.weight)
        own = cost - aid
        person.school_paid = own
        if own > 0.0:
            charge(household, books.school_own, own)
            add_rigid(household, Cause.EDUCATION, own)
