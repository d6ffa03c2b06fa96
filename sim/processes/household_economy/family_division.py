"""Who leaves the household and the county: grown children who found their own, and households that move to town or return."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import descendant, happens
from sim.world.codes import NONE, Destination, Stage
from sim.world.labour_market import market_of
from sim.world.persons import can_work, count_members
from sim.world.split_rows import divide


@compiled
def leaver(household, persons, p):
    """The row of the grown child who may leave: the youngest able member of the right age, if another able one stays."""
    chosen, able = -1, 0
    row = household.first_person
    while row >= 0:
        person = persons[row]
        if can_work(person):
            able += 1
            if p.youngest <= person.age <= p.oldest and (chosen < 0 or person.age < persons[chosen].age):
                chosen = row
        row = person.next
    return chosen if able > 1 else -1


@compiled
def unlink(household, persons, leaving):
    """Take a member out of the household's chain."""
    if household.first_person == leaving:
        household.first_person = persons[leaving].next
    else:
        row = household.first_person
        while persons[row].next != leaving:
            row = persons[row].next
        persons[row].next = persons[leaving].next
    persons[leaving].next = -1


@compiled
def move_away(household, persons, enterprises):
    """Everybody of a household lives in town from now on; its row stays, without members."""
    row = household.first_person
    while row >= 0:
        person = persons[row]
        if person.enterprise >= 0:
            enterprises[person.enterprise].registered -= 1
            person.enterprise = NONE
        if person.alive == 1:
            person.alive = 0
            person.away = 1
            person.status = Destination.NONE
            person.ill_months = 0
        row = person.next
    count_members(household, persons)


@process(
    reads="persons.identity persons.age persons.capacity persons.stage",
    writes="persons.next persons.household persons.alive persons.away persons.status persons.enterprise persons.ill_months "
    "enterprises.registered households.* histories.* register.*",
    draws="leaves to_town",
    creates="households histories register",
)
def family_division(county, p, draws, books):
    """Some grown children leave: for a household in the county with their share of everything, or for town with empty hands."""
    for row in range(len(county.households)):
        household = county.households[row]
        if household.members <= 1 or household.workers <= 1:
            continue
        if not happens(draws.leaves, household.identity, p.leaving_chance):
            continue
        child = leaver(household, county.persons, p)
        if child < 0:
            continue
        identity = descendant(household.identity, county.month, household.births)
        to_town = happens(draws.to_town, household.identity, p.to_town)
        share = 0.0 if to_town else 1.0 / household.members
        made = divide(row, identity, share, county.households_room, county.histories_room, county.register_room)
        household.births += 1
        founded = county.households_room.rows[made]
        unlink(household, county.persons, child)
        founded.first_person = child
        county.persons[child].household = made
        count_members(household, county.persons)
        count_members(founded, county.persons)
        if to_town:
            move_away(founded, county.persons, county.enterprises)


@compiled
def may_follow(household, persons, p):
    """Whether a household may follow a member to town: somebody works outside, and nobody is too old to go."""
    works_outside = False
    row = household.first_person
    while row >= 0:
        if persons[row].alive == 1:
            if persons[row].age > p.oldest_to_go:
                return False
            works_outside = works_outside or persons[row].status == Destination.OUTSIDE
        row = persons[row].next
    return works_outside


@compiled
def lives_in_town(household, persons):
    """Whether a household without members here has an able one in town, who could live from work here."""
    row = household.first_person
    while row >= 0:
        if persons[row].away == 1 and persons[row].capacity > 0.0 and persons[row].stage == Stage.NOT_IN_SCHOOL:
            return True
        row = persons[row].next
    return False


@compiled
def come_back(household, history, persons, market):
    """A household is here again; what it had in town for a year is taken to be outside pay for each who can work."""
    row = household.first_person
    while row >= 0:
        person = persons[row]
        if person.away == 1:
            person.alive = 1
            person.away = 0
            person.preference = NONE
        row = person.next
    count_members(household, persons)
    earned = market.pay[Destination.OUTSIDE] * household.workers
    for month in range(len(history.income)):
        history.income[month] = earned
        history.countable[month] = earned
        history.rigid[month] = 0.0
    household.income_12 = earned * len(history.income)
    household.countable_12 = household.income_12
    household.rigid_12 = 0.0


@process(
    reads="persons.next persons.age persons.capacity persons.stage persons.household households.identity households.first_person "
    "households.segment register.dibao register.case_row markets.pay",
    writes="persons.alive persons.away persons.status persons.preference persons.enterprise persons.ill_months "
    "enterprises.registered households.members households.workers households.income_12 households.countable_12 "
    "households.rigid_12 histories.income histories.countable histories.rigid",
    draws="follows returns",
)
def moving(county, p, draws, books):
    """Households follow to town whoever works there, and some of those in town return; who is on file stays."""
    for row in range(len(county.households)):
        household, register = county.households[row], county.register[row]
        if household.members == 0:
            if happens(draws.returns, household.identity, p.returning) and lives_in_town(household, county.persons):
                market = county.markets[market_of(household.segment, 1.0)]
                come_back(household, county.histories[row], county.persons, market)
        elif register.dibao == 0 and register.case_row < 0 and happens(draws.follows, household.identity, p.following):
            if may_follow(household, county.persons, p):
                move_away(household, county.persons, county.enterprises)
