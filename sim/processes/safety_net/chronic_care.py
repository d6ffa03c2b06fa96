"""Medicines and visits of the chronically ill: subsidised for the listed diseases, the rest the household's own."""

from sim.core.compilation import compiled
from sim.core.ledger import settle, take
from sim.core.luck import happens
from sim.core.process import process
from sim.world.codes import Cause
from sim.world.households import add_rigid


@process(
    reads="persons.alive persons.chronic persons.identity persons.household households.registered households.weight "
    "environment.cost_trend",
    writes="households.cash households.paid households.rigid households.burden",
    luck="treated@life certified@life",
    pays="chronic_subsidy: medical_insurance -> outside; chronic_own: households -> outside",
)
@compiled
def chronic_care(county, p, luck, books):
    """A month of outpatient care for those under treatment."""
    cost = p.outpatient_cost * county.environment[0].cost_trend
    subsidy, subsidised, borne, bearers = 0.0, 0.0, 0.0, 0.0
    for person in county.persons:
        if person.chronic == 0 or person.alive == 0 or not happens(luck.treated, person.identity, p.treated_share):
            continue
        household = county.households[person.household]
        share = p.subsidy if happens(luck.certified, person.identity, p.certified_share) else 0.0
        if share > 0.0 and household.registered == 1:
            share = min(share + p.registered_extra, 1.0)
        if share > 0.0:
            subsidy += share * cost * household.weight
            subsidised += household.weight
        own = cost * (1.0 - share)
        if own > 0.0:
            borne += take(household, own)
            bearers += household.weight
            add_rigid(household, Cause.ILLNESS, own)
    settle(books.chronic_subsidy, subsidy, subsidised)
    settle(books.chronic_own, borne, bearers)
