"""What school costs: nothing for poor students up to senior high, something for others, much beyond, some of it on credit."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import charge, transfer
from sim.core.process import process
from sim.core.random_draws import happens
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


@compiled
def lent(person, registered, own, p, draws):
    """What a state student loan takes over of a year's own cost: students of registered households, up to the ceiling.

    Whoever borrows once borrows every year: it is one decision for all of a student's years.
    """
    if person.stage == Stage.TERTIARY and registered == 1 and happens(draws.student_loan, person.identity, p.student_loans):
        return min(own, p.student_loan_cap)
    return 0.0


@process(
    reads="persons.alive persons.stage persons.poor_student persons.household persons.identity households.registered "
    "households.weight environment.cost_trend",
    writes="persons.school_paid persons.student_debt households.rigid households.burden households.cash households.paid",
    draws="student_loan@life",
    pays="school_own: households -> outside; school_aid: education -> outside; student_loan: bank -> outside",
)
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
        loan = lent(person, household.registered, cost - aid, p, draws)
        if loan > 0.0:
            transfer(books.student_loan, loan * household.weight, household.weight)
            person.student_debt += loan
        own = cost - aid - loan
        person.school_paid = own
        if own > 0.0:
            charge(household, books.school_own, own)
            add_rigid(household, Cause.EDUCATION, own)


@process(
    reads="persons.alive persons.age persons.stage persons.household households.weight",
    writes="persons.student_debt households.rigid households.burden households.cash households.paid",
    pays="student_interest: education -> bank; student_loan_due: households -> bank",
)
def student_loan_service(county, p, draws, books):
    """What is due on student loans this year: the state pays interest while they study, then the family, and principal later.

    The loan of somebody who died is written off.
    """
    for person in county.persons:
        if person.student_debt <= 0.0 or person.alive == 0:
            continue
        household = county.households[person.household]
        interest = person.student_debt * p.student_loan_rate
        if person.stage == Stage.TERTIARY:
            transfer(books.student_interest, interest * household.weight, household.weight)
            continue
        principal = person.student_debt * p.student_loan_instalment if person.age >= p.student_loan_repaid_from else 0.0
        person.student_debt -= principal
        charge(household, books.student_loan_due, interest + principal)
        add_rigid(household, Cause.EDUCATION, interest + principal)
