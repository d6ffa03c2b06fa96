"""Jobs that end: ordinary separations, more of them in a slump or in illness, and migrants who come home for good."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import uniform
from sim.world.codes import NONE, Destination, Event, SlumpKind


@compiled
def lose_job(person, event):
    """Out of work, wishing for the same work again; ``event`` is the common event that took the job, −1 if none."""
    person.preference = person.status
    person.status = Destination.NONE
    person.enterprise = NONE
    person.displaced = 1
    person.lost_to = event


@compiled
def separation(person, slump, enterprises, p, draws):
    """Whether this worker's job ends this month, and why."""
    u = uniform(draws.separation, person.identity)
    hazard = p.separation * p.shock_intensity
    if person.chronic == 1:
        hazard *= p.ill_factor
    raised = hazard
    if person.status == Destination.OUTSIDE and slump != SlumpKind.NONE:
        raised *= p.slump_factor
    employer = person.enterprise
    if u < raised:
        lose_job(person, Event.SLUMP if u >= hazard else NONE)
    elif person.status == Destination.OUTSIDE and u > 1.0 - p.return_home:
        # The other end of the same draw, so that the two never depend on each other's chance.
        person.status = Destination.FARM
        person.preference = Destination.FARM
    else:
        return
    if employer >= 0 and person.enterprise < 0:
        enterprises[employer].registered -= 1


@process(
    reads="persons.alive persons.identity persons.chronic environment.slump",
    writes="persons.status persons.preference persons.enterprise persons.displaced persons.lost_to enterprises.registered",
    draws="separation",
)
def separations(county, p, draws, books):
    """Jobs outside and in local firms end; the months in a status go on."""
    slump = county.environment[0].slump
    for person in county.persons:
        if Destination.OUTSIDE <= person.status <= Destination.LOCAL_FIRM and person.alive == 1:
            separation(person, slump, county.enterprises, p, draws)
