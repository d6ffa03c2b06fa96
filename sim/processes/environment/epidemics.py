"""Epidemics: months in which more people of a township need a hospital than usual."""

from sim.core.process import process
from sim.core.random_draws import happens


@process(writes="townships.epidemic environment.epidemic", draws="countywide here")
def epidemics(county, p, draws, books):
    """Hospital admissions of the month relative to normal, in the whole county or in one township."""
    everywhere = happens(draws.countywide, 0, min(p.county_chance * p.shock_intensity, 1.0))
    for environment in county.environment:
        environment.epidemic = max(p.admissions if everywhere else 1.0, p.ordered_admissions)
    for k in range(len(county.townships)):
        struck = everywhere or happens(draws.here, k, min(p.township_chance * p.shock_intensity, 1.0))
        county.townships[k].epidemic = max(p.admissions if struck else 1.0, p.ordered_admissions)
