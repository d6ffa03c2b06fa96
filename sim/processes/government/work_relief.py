"""Work relief: small public works of the warm season, paid in wages to people of listed households who are at home."""

from sim.core.compilation import compiled
from sim.core.ledger import affordable, pay
from sim.core.luck import happens
from sim.core.process import process
from sim.world.codes import Destination
from sim.world.persons import can_work


@compiled
def may_be_hired(person, household, register):
    """Whether somebody of a registered or monitored household is free for a month's work."""
    if household.weight > 1 or (household.registered == 0 and register.case_row < 0):
        return False
    return can_work(person) and (person.status == Destination.FARM or person.status == Destination.NONE)


@process(
    reads="persons.household persons.identity persons.alive persons.capacity persons.stage persons.ill_months persons.status "
    "households.registered households.weight register.case_row",
    writes="households.wages households.cash households.received",
    luck="hired",
    pays="work_relief_wages: bridging | county_floor -> households",
)
@compiled
def work_relief(county, p, luck, books):
    """Hands are hired for the month by lot, as long as the money lasts."""
    if p.places <= 0.0:
        return
    waiting = 0
    for person in county.persons:
        if may_be_hired(person, county.households[person.household], county.register[person.household]):
            waiting += 1
    chance = min(p.places / max(waiting, 1), 1.0)
    for person in county.persons:
        household = county.households[person.household]
        if may_be_hired(person, household, county.register[person.household]):
            if happens(luck.hired, person.identity, chance) and affordable(books.work_relief_wages, p.wage):
                pay(household, books.work_relief_wages, p.wage)
                household.wages += p.wage
