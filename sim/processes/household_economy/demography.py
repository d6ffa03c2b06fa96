"""Births, deaths, ageing and school, at a yearly pace; and children who found households of their own."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import descendant, happens, uniform
from sim.world.codes import NONE, Destination, Stage
from sim.world.persons import capacity_at, count_members


@compiled
def die(person):
    """The dead keep their row and leave everything else."""
    person.alive = 0
    person.away = 0
    person.capacity = 0.0
    person.status = Destination.NONE
    person.enterprise = NONE
    person.stage = Stage.NOT_IN_SCHOOL


@compiled
def strength_left(person, p):
    """Working capacity that the person's strength leaves at its age."""
    return capacity_at(person.strength, person.age, p.able_by_age, p.full_by_age, p.strength_step, p.weak_capacity)


@compiled
def grow_older(person, p, draws):
    """A year more; at every age the weakest cannot work any longer, and some die."""
    person.age += 1
    group = min(int(person.age / p.age_group), len(p.mortality) - 1)
    if happens(draws.death, person.identity, p.mortality[group]):
        die(person)
        return
    person.capacity = min(person.capacity, strength_left(person, p))


@process(
    reads="persons.identity persons.next persons.strength households.first_person",
    writes="persons.age persons.alive persons.away persons.capacity persons.stage persons.status persons.enterprise "
    "enterprises.registered households.members households.workers",
    draws="death",
)
def ageing_and_deaths(county, p, draws, books):
    """Everybody is a year older, here or in town; strength wanes and some die."""
    for person in county.persons:
        if person.alive == 1 or person.away == 1:
            employer = person.enterprise
            grow_older(person, p, draws)
            if person.capacity <= 0.0:
                person.status = Destination.NONE
                person.enterprise = NONE
            if employer >= 0 and person.enterprise < 0:
                county.enterprises[employer].registered -= 1
    for household in county.households:
        if household.members > 0:
            count_members(household, county.persons)


@compiled
def add_child(household, row, persons, room, month):
    """A newborn takes the next free row of the persons, at the head of the household's chain."""
    if room.count[0] >= len(room.rows):
        raise OverflowError("table 'persons' is full: a child could not be added")
    place = room.count[0]
    child = room.rows[place]
    child.identity = descendant(household.identity, month, household.births)
    child.household = row
    child.next = household.first_person
    child.age = 0
    child.female = 0
    child.alive = 1
    child.registered = household.registered
    child.enterprise = NONE
    child.status = Destination.NONE
    child.preference = Destination.FARM
    child.productivity = persons[household.first_person].productivity
    household.first_person = place
    household.births += 1
    household.members += 1
    room.count[0] = place + 1


@process(
    reads="persons.age persons.female persons.alive persons.productivity persons.identity persons.household persons.next "
    "persons.registered persons.enterprise persons.status persons.preference households.identity households.registered",
    writes="persons.identity persons.household persons.next persons.age persons.female persons.alive persons.strength "
    "persons.registered persons.enterprise persons.status persons.preference persons.productivity "
    "households.first_person households.births households.members",
    draws="birth sex strength",
    creates="persons",
)
def births(county, p, draws, books):
    """Children are born to women of an age to have them."""
    for woman in county.persons:
        if woman.female == 0 or woman.alive == 0 or not p.first_birth_age <= woman.age <= p.last_birth_age:
            continue
        if happens(draws.birth, woman.identity, p.birth_chance):
            home = county.households[woman.household]
            add_child(home, woman.household, county.persons, county.persons_room, county.month)
            girl = happens(draws.sex, woman.identity, 1.0 - p.boys)
            child = county.persons_room.rows[county.persons_room.count[0] - 1]
            child.female = 1 if girl else 0
            child.strength = uniform(draws.strength, child.identity)


@compiled
def leave_school(person, p):
    """Out of school: as able to work as others of that age, and yet to choose where."""
    person.stage = Stage.NOT_IN_SCHOOL
    person.school_years = 0
    person.poor_student = 0
    person.capacity = strength_left(person, p)
    person.status = Destination.NONE
    person.preference = NONE


@compiled
def next_stage(person, p, draws):
    """A stage of school is over: on to the next one, or out."""
    u = uniform(draws.studies_on, person.identity)
    if person.stage == Stage.COMPULSORY and u < p.senior_high_share:
        person.stage = Stage.SENIOR_HIGH
        person.school_years = int(p.senior_high_years)
    elif person.stage == Stage.SENIOR_HIGH and u < p.tertiary_share:
        person.stage = Stage.TERTIARY
        person.school_years = int(p.tertiary_years)
        person.poor_student = 0
    else:
        leave_school(person, p)


@process(
    reads="persons.age persons.alive persons.away persons.strength persons.identity persons.household persons.next "
    "persons.capacity households.first_person",
    writes="persons.stage persons.school_years persons.poor_student persons.capacity persons.status persons.preference "
    "households.members households.workers",
    draws="studies_on",
)
def school_year(county, p, draws, books):
    """A school year begins: some enter, some move on, some leave and look for work."""
    for person in county.persons:
        if person.alive == 0 and person.away == 0:
            continue
        if person.stage != Stage.NOT_IN_SCHOOL:
            person.school_years -= 1
            if person.school_years <= 0:
                next_stage(person, p, draws)
                count_members(county.households[person.household], county.persons)
        elif person.age == p.school_age and person.capacity == 0.0:
            person.stage = Stage.COMPULSORY
            person.school_years = int(p.compulsory_years)
