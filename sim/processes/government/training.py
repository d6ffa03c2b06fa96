"""Training: places are given to registered and monitored workers, and some come away earning more."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import leave_unpaid, spendable, transfer
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import Destination
from sim.world.persons import can_work


@compiled
def may_be_trained(person, household, register, p):
    """Whether a place is offered: able, not too old, and of a registered or monitored household."""
    if household.weight > 1 or person.age > p.oldest or not can_work(person):
        return False
    return household.registered == 1 or register.case_row >= 0


@compiled
def train(person, household, p, draws):
    """A course: whoever has no job finds one more easily, and some earn more from then on, on the farm or off it."""
    if person.status == Destination.NONE or person.status == Destination.FARM:
        person.placement = max(person.placement, p.placement)
    if not happens(draws.gains, person.identity, p.effective):
        return
    if person.status == Destination.FARM:
        for kind in range(len(household.holdings)):
            household.holdings[kind] *= 1.0 + p.gain
    else:
        person.productivity *= 1.0 + p.gain


@process(
    reads="persons.household persons.identity persons.age persons.alive persons.capacity persons.stage persons.ill_months "
    "persons.status households.registered households.weight register.case_row",
    writes="persons.placement persons.productivity households.holdings",
    draws="drawn gains",
    pays="training_places: employment | bridging | county_floor -> outside",
)
def training(county, p, draws, books):
    """The year's courses, as many as money is free for: those of listed households by lot, the others outside the plan."""
    wanted = p.talents + p.person_times
    cost = min(wanted * p.cost, spendable(books.training_places))
    leave_unpaid(books.training_places, wanted * p.cost - cost)
    if wanted <= 0.0 or cost < 0.0 or (cost <= 0.0 and p.cost > 0.0):
        return
    places = wanted if p.cost <= 0.0 else cost / p.cost
    transfer(books.training_places, cost, places)
    waiting = 0
    for person in county.persons:
        if may_be_trained(person, county.households[person.household], county.register[person.household], p):
            waiting += 1
    chance = min(places * p.listed_share / max(waiting, 1), 1.0)
    for person in county.persons:
        if may_be_trained(person, county.households[person.household], county.register[person.household], p):
            if happens(draws.drawn, person.identity, chance):
                train(person, county.households[person.household], p, draws)
