"""Public-welfare posts: weak labour of registered households, those in need first; then others who are monitored."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import NONE, Destination
from sim.world.persons import can_work

MONITORED, ON_DIBAO, OTHER, NOT_REGISTERED, CLASSES = 0, 1, 2, 3, 4


@compiled
def candidate_of(household, persons, p, draws):
    """The member who would take a post: weak before full labour, nobody at work elsewhere; −1 if none, or if enough hold one."""
    chosen, held = NONE, 0
    row = household.first_person
    while row >= 0:
        person = persons[row]
        if person.status == Destination.PUBLIC_POST:
            held += 1
            if held >= p.per_household:
                return NONE
        elif person.status > Destination.PUBLIC_POST and can_work(person) and person.age <= p.oldest:
            weaker = chosen < 0 or person.capacity < persons[chosen].capacity
            if weaker and happens(draws.wishes, person.identity, p.wishing):
                chosen = row
        row = person.next
    return chosen


@compiled
def need_class(household, register):
    """Who is asked first: monitored households, then those on dibao, then other registered ones; last who is only monitored."""
    if household.registered == 0:
        return NOT_REGISTERED
    if register.case_row >= 0:
        return MONITORED
    return ON_DIBAO if register.dibao == 1 else OTHER


@compiled
def leave_post(person):
    """Back to the farm, or to looking for work."""
    if person.preference == Destination.PUBLIC_POST:
        person.preference = Destination.FARM
    person.status = Destination.FARM if person.preference == Destination.FARM else Destination.NONE


@compiled
def take_post(person):
    """On a post from this month on; who is between jobs goes on looking for one."""
    person.status = Destination.PUBLIC_POST
    if person.preference != Destination.OUTSIDE and person.preference != Destination.LOCAL_FIRM:
        person.preference = Destination.PUBLIC_POST
    person.displaced = 0
    person.lost_to = NONE


@compiled
def retire(county, p):
    """Posts end with age or strength; returns how many are held after."""
    held = 0
    for person in county.persons:
        if person.status != Destination.PUBLIC_POST:
            continue
        if person.capacity <= 0.0 or person.age > p.oldest:
            leave_post(person)
        else:
            held += 1
    return held


@compiled
def may_ask(household, register):
    """Whether posts are for this household at all: it has hands, and is registered or monitored."""
    return household.workers > 0 and (household.registered == 1 or register.case_row >= 0)


@compiled
def count_asking(county, p, draws):
    """How many households have somebody who asks for a post, by class."""
    monitored, on_dibao, other, not_registered = 0, 0, 0, 0
    for row in range(len(county.households)):
        household, register = county.households[row], county.register[row]
        if not may_ask(household, register) or candidate_of(household, county.persons, p, draws) < 0:
            continue
        need = need_class(household, register)
        monitored += need == MONITORED
        on_dibao += need == ON_DIBAO
        other += need == OTHER
        not_registered += need == NOT_REGISTERED
    return monitored, on_dibao, other, not_registered


@compiled
def give(county, free, waiting, need, p, draws):
    """Give ``free`` posts by lot to those ``waiting`` in a class; returns how many posts are left, none if enough ask.

    Each of those who ask has the same chance: the posts left over those still to be looked at, one after the other.
    """
    for row in range(len(county.households)):
        if free <= 0:
            return 0
        household, register = county.households[row], county.register[row]
        if not may_ask(household, register) or need_class(household, register) != need:
            continue
        person = candidate_of(household, county.persons, p, draws)
        if person < 0:
            continue
        if happens(draws.drawn, household.identity, min(free / waiting, 1.0)):
            take_post(county.persons[person])
            free -= 1
        waiting -= 1
    return free


@compiled
def fill(county, free, p, draws):
    """Give ``free`` posts out class by class; within a class the lot decides, and no post is left while somebody asks."""
    waiting = count_asking(county, p, draws)
    for need in range(CLASSES):
        if free > 0 and waiting[need] > 0:
            free = give(county, free, waiting[need], need, p, draws)


@process(
    reads="persons.next persons.alive persons.capacity persons.stage persons.ill_months persons.age persons.identity "
    "households.workers households.registered households.first_person households.identity register.case_row register.dibao",
    writes="persons.status persons.preference persons.displaced persons.lost_to",
    draws="wishes@life drawn",
)
def public_posts(county, p, draws, books):
    """Posts that are free are filled; posts beyond the number wanted end."""
    held = retire(county, p)
    if held > p.count:
        for person in county.persons:
            if person.status == Destination.PUBLIC_POST and happens(draws.drawn, person.identity, (held - p.count) / held):
                leave_post(person)
    elif held < p.count:
        fill(county, int(p.count) - held, p, draws)
