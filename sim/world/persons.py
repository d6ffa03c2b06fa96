"""Persons: rows of their own, hanging on their household by first and next."""

from sim.core.compiled.compilation import compiled
from sim.core.tables import USUAL_ROWS, declare
from sim.world.codes import Destination, Stage

PERSONS = declare(
    "persons",
    "A member of a household; the dead keep their row.",
    """
identity     | u8 | -                  | Address of its random draws; children derive theirs from their household.
household    | i4 | row                | The household.
next         | i4 | row                | The next member; −1 for the last.
age          | i1 | years              | Age, one more each January.
female       | i1 | flag               | Sex.
alive        | i1 | flag               | Whether living, and living here.
away         | i1 | flag               | Whether it has moved to town with its household.
registered   | i1 | flag               | Registered as lifted out of poverty.
poor_student | i1 | flag               | On the list of poor students at zero burden.
capacity     | f4 | labour units       | Working capacity: 1 full, 0.5 weak, 0 none.
strength     | f4 | share              | Place among people of its age, 0 the strongest: able while below a falling curve.
chronic      | i1 | flag               | Has a chronic illness.
disabled     | i1 | flag               | Is disabled.
ill_months   | i2 | months             | Months of work still lost to illness.
bill         | f8 | yuan               | Hospital bill of this month.
major        | i1 | flag               | Whether this month's admission is for a major illness.
own_bill     | f8 | yuan               | What this month's bill left to the household.
promised     | f8 | yuan               | The part of this month's bill to which the promised rate relates.
epidemic     | i1 | flag               | Whether an epidemic caused this month's admission.
stage        | i1 | code (Stage)       | Schooling.
school_years | i2 | years              | Years left in this stage.
status       | i1 | code (Destination) | Where the person's labour goes.
preference   | i1 | code (Destination) | Where it wishes to go; −1 before the first choice.
enterprise   | i4 | row                | The village enterprise that employs; −1 for another employer or none.
productivity | f8 | multiple           | Earnings relative to the going wage.
displaced    | i1 | flag               | Lost the last job, rather than never having had one.
paid_months  | i2 | months             | Months with pay since January.
school_paid  | f8 | yuan               | What the household paid for this school year.
student_debt | f8 | yuan               | What is left to repay of state student loans.
lost_to      | i4 | code (Event)       | Common event that took the last job; −1 if none did.
placement    | f8 | multiple           | How much faster help finds this person a job; 0 if none is given.
cumulative   | f8 | yuan               | Eligible hospital cost left to the patient since January.
""",
    by_column=4 * USUAL_ROWS,
)


@compiled
def at_age(curve, age, step):
    """The value of a curve at an age, between its points, which are ``step`` years apart; beyond its end the last value."""
    place = age / step
    before = int(place)
    if before + 1 >= len(curve):
        return curve[len(curve) - 1]
    return curve[before] + (curve[before + 1] - curve[before]) * (place - before)


@compiled
def capacity_at(strength, age, able, full, step, weak):
    """Working capacity that a strength leaves at an age: the same curves at founding and in every year after."""
    if strength < at_age(full, age, step):
        return 1.0
    return weak if strength < at_age(able, age, step) else 0.0


@compiled
def can_work(person):
    """Whether a living person out of school has any working capacity this month."""
    return person.alive == 1 and person.capacity > 0.0 and person.stage == Stage.NOT_IN_SCHOOL and person.ill_months == 0


@compiled
def has_hands_at_home(household, persons):
    """Whether a member who can work, now or when well again, is not away at work."""
    row = household.first_person
    while row >= 0:
        person = persons[row]
        at_home = person.status < Destination.OUTSIDE or person.status > Destination.LOCAL_FIRM
        if at_home and person.alive == 1 and person.capacity > 0.0 and person.stage == Stage.NOT_IN_SCHOOL:
            return True
        row = person.next
    return False


@compiled
def lives_away(household, persons):
    """Whether a member lives in town."""
    row = household.first_person
    while row >= 0:
        if persons[row].away == 1:
            return True
        row = persons[row].next
    return False


@compiled
def count_members(household, persons):
    """Count a household's living members, its workers and their labour anew."""
    household.members = 0
    household.workers = 0
    row = household.first_person
    while row >= 0:
        person = persons[row]
        if person.alive == 1:
            household.members += 1
            if person.capacity > 0.0 and person.stage == Stage.NOT_IN_SCHOOL:
                household.workers += 1
        row = person.next
