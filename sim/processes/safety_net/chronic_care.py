"""Medicines and visits of the chronically ill: subsidised for the listed diseases, the rest the household's own."""

from sim.core.ledger import settle, take
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import Cause
from sim.world.households import add_rigid


@process(
    reads="persons.alive persons.chronic persons.identity persons.household households.registered households.weight "
    "environment.cost_trend",
    writes="households.cash households.paid households.rigid households.burden",
    draws="treated@life certified@life",
    pays="chronic_subsidy: medical_insurance -> outside; chronic_own: households -> outside",
)
def chronic_care(county, p, draws, books):
    """A month of outpatient care for those under treatment."""
    cost = p.outpatient_cost * county.environment[0].cost_trend
    subsidy, subsidised, borne, bearers = 0.0, 0.0, 0.0, 0.0
    for person in county.persons:
        if person.chronic == 0 or person.alive == 0:
            continue
        household = county.households[person.household]
        # Chance decides who is treated and whose illness is listed; nothing foresees that, so what is nought is added too.
        treated = 1.0 if happens(draws.treated, person.identity, p.treated_share) else 0.0
        listed = treated if happens(draws.certified, person.identity, p.certified_share) else 0.0
        extra = p.registered_extra if household.registered == 1 and p.subsidy > 0.0 else 0.0
        share = listed * min(p.subsidy + extra, 1.0)
        own = cost * (treated - share)
        subsidy += share * cost * household.weight
        subsidised += household.weight if share > 0.0 else 0
        borne += take(household, own)
        bearers += household.weight if own > 0.0 else 0
        add_rigid(household, Cause.ILLNESS, own)
    settle(books.chronic_subsidy, subsidy, subsidised)
    settle(books.chronic_own, borne, bearers)
