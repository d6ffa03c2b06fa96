"""Persons: rows of their own, hanging on their household by first and next."""

from sim.core.compilation import compiled
from sim.core.records import declare
from sim.world.codes import Stage

PERSONS = declare("persons", "A member of a household; the dead keep their row.", """
identity     | u8 | -                  | Luck address; children derive theirs from their household.
household    | i4 | row                | The household.
next         | i4 | row                | The next member; −1 for the last.
age          | i4 | years              | Age, one more each January.
female       | i4 | flag               | Sex.
alive        | i4 | flag               | Whether living.
registered   | i4 | flag               | Registered as lifted out of poverty.
dibao_founded| i4 | flag               | Covered by dibao on 1 January 2021.
poor_student | i4 | flag               | On the list of poor students at zero burden.
capacity     | f8 | labour units       | Working capacity: 1 full, 0.5 weak, 0 none.
chronic      | i4 | flag               | Has a chronic illness.
disabled     | i4 | flag               | Is disabled.
ill_months   | i4 | months             | Months of work still lost to illness.
stage        | i4 | code (Stage)       | Schooling.
school_years | i4 | years              | Years left in this stage.
status       | i4 | code (Destination) | Where the person's labour goes.
preference   | i4 | code (Destination) | Where it went when the county was founded.
months       | i4 | months             | Months in this status.
enterprise   | i4 | row                | The village enterprise that employs; −1 for another employer or none.
productivity | f8 | multiple           | Earnings relative to the going wage.
displaced    | i4 | flag               | Lost the last job to the employer's failure or lay-off.
wishes_post  | i4 | flag               | Would take a public-welfare post if one were free.
cumulative   | f8 | yuan               | Eligible hospital cost left to the patient since January, before serious-illness insurance.
""")


@compiled
def can_work(person):
    """Whether a living person out of school has any working capacity this month."""
    return person.alive == 1 and person.capacity > 0.0 and person.stage == Stage.NOT_IN_SCHOOL and person.ill_months == 0
