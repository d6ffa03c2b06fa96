"""Health over the years: chronic illness and disability begin."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import NONE, Destination


@compiled
def decline(person, p, draws):
    """A year's chance of a chronic illness, and of a disability that ends working life."""
    older = p.older_multiple if person.age >= p.older_from else 1.0
    if person.chronic == 0 and happens(draws.chronic, person.identity, p.chronic_onset * older * p.shock_intensity):
        person.chronic = 1
    if person.capacity > 0.0 and happens(draws.disabled, person.identity, p.disability_onset * older * p.shock_intensity):
        person.disabled = 1
        person.capacity = 0.0
        person.status = Destination.NONE


@process(
    reads="persons.alive persons.age persons.identity",
    writes="persons.chronic persons.disabled persons.capacity persons.status persons.enterprise enterprises.registered",
    draws="chronic disabled",
)
def health(county, p, draws, books):
    """Chronic illnesses and disabilities of the past year show."""
    for person in county.persons:
        if person.alive == 1 and person.age >= p.adult_age:
            decline(person, p, draws)
            if person.capacity <= 0.0 and person.enterprise >= 0:
                county.enterprises[person.enterprise].registered -= 1
                person.enterprise = NONE
