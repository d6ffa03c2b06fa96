"""Hail and snow on greenhouses, and their rebuilding."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import charge
from sim.core.process import process
from sim.core.random_draws import happens, uniform
from sim.world.codes import Cause, Commodity, Event
from sim.world.households import add_event, add_rigid


@compiled
def shed_income(household):
    """What its greenhouses would bring in an ordinary year."""
    return household.holdings[Commodity.VEGETABLES] + household.holdings[Commodity.FLOWERS]


@compiled
def damage(household, p, draws):
    """Part of the greenhouses is destroyed."""
    lost = household.shed * (p.least_loss + (p.most_loss - p.least_loss) * uniform(draws.extent, household.identity))
    household.shed -= lost
    household.shed_lost = lost
    add_event(household, Event.STORM, lost * shed_income(household))


@compiled
def rebuild(household, p, books):
    """A part is put up again each month, at the household's cost."""
    part = min(p.rebuilt_per_month, 1.0 - household.shed)
    cost = part * shed_income(household) * p.rebuilding_cost
    household.shed += part
    charge(household, books.rebuilding, cost)
    add_rigid(household, Cause.DISASTER, cost)


@process(
    reads="households.members households.identity households.township households.holdings households.weight townships.hail",
    writes="households.shed households.shed_lost households.event households.event_loss households.rigid households.burden "
    "households.cash households.paid",
    draws="hit extent",
    pays="rebuilding: households -> outside",
)
def storms(county, p, draws, books):
    """Where hail or snow fell greenhouses break; broken ones are rebuilt month by month."""
    for household in county.households:
        hail = county.townships[household.township].hail == 1
        if household.shed >= 1.0 and not hail:
            continue  # as nearly everywhere: nothing to rebuild, nothing to fear
        if household.members == 0 or shed_income(household) <= 0.0:
            continue
        household.shed_lost = 0.0
        if household.shed < 1.0:
            rebuild(household, p, books)
        if hail and happens(draws.hit, household.identity, p.hit_share):
            damage(household, p, draws)
