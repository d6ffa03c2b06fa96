"""Grown children found households of their own and take their part of everything along."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import descendant, happens
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


@process(
    reads="persons.identity persons.age persons.alive persons.capacity persons.stage persons.ill_months",
    writes="persons.next persons.household households.* histories.* register.*",
    draws="leaves",
    creates="households histories register",
)
@compiled
def family_division(county, p, draws, books):
    """Some grown children leave and found a household with their share of land, money and claims."""
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
        share = 1.0 / household.members
        made = divide(row, identity, share, county.households_room, county.histories_room, county.register_room)
        household.births += 1
        founded = county.households_room.rows[made]
        unlink(household, county.persons, child)
        founded.first_person = child
        county.persons[child].household = made
        count_members(household, county.persons)
        count_members(founded, county.persons)
