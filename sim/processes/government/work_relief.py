"""Work relief: small public works of the warm season, paid in wages to people of listed households who are at home."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import affordable, pay
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import Destination
from sim.world.persons import can_work


@compiled
def is_listed(household, register):
    """Whether it is a household of its own row that is registered or monitored."""
    return household.weight == 1 and (household.registered == 1 or register.case_row >= 0)


@compiled
def may_be_hired(person):
    """Whether a person is free for a month's work."""
    return can_work(person) and (person.status == Destination.FARM or person.status == Destination.NONE)


@compiled
def free_hands(household, persons):
    """How many of a household may be hired."""
    count = 0
    row = household.first_person
    while row >= 0:
        if may_be_hired(persons[row]):
            count += 1
        row = persons[row].next
    return count


@compiled
def places(environment, p):
    """Places of the month: those of the plan, and those for which the county has moved money here."""
    return p.places + environment.work_money / p.wage if p.wage > 0.0 else p.places


@process(
    reads="environment.work_money persons.household persons.next persons.identity persons.alive persons.capacity persons.stage "
    "persons.ill_months persons.status households.registered households.weight households.first_person register.case_row",
    writes="households.wages households.cash households.received",
    draws="hired",
    pays="work_relief_wages: bridging | county_floor -> households",
)
def work_relief(county, p, draws, books):
    """Hands are hired for the month by lot, as long as the money lasts."""
    wanted = places(county.environment[0], p)
    if wanted <= 0.0:
        return
    waiting = 0
    for row in range(len(county.households)):
        household = county.households[row]
        if is_listed(household, county.register[row]):
            waiting += free_hands(household, county.persons)
    chance = min(wanted / max(waiting, 1), 1.0)
    for person in county.persons:
        if not happens(draws.hired, person.identity, chance):
            continue
        household = county.households[person.household]
        if may_be_hired(person) and is_listed(household, county.register[person.household]):
            if affordable(books.work_relief_wages, p.wage):
                pay(household, books.work_relief_wages, p.wage)
                household.wages += p.wage
