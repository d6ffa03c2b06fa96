"""Livestock disease: an outbreak strikes a village; herds recover slowly."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens, uniform
from sim.world.codes import Cause, Commodity, Event
from sim.world.households import add_burden, add_event


@compiled
def strike(household, income, p, draws):
    """Part of the herd dies; the loss is what it would have brought over the months of recovery."""
    lost = household.herd * (p.least_loss + (p.most_loss - p.least_loss) * uniform(draws.extent, household.identity))
    household.herd -= lost
    add_burden(household, Cause.DISASTER, lost * income)
    add_event(household, Event.LIVESTOCK_DISEASE, lost * income)


@process(
    reads="households.members households.identity households.village households.holdings",
    writes="villages.disease households.herd households.burden households.event households.event_loss",
    draws="outbreak reached extent",
)
def livestock_disease(county, p, draws, books):
    """Outbreaks take part of the herds of a village; the others recover."""
    outbreak = False
    for v in range(len(county.villages)):
        chance = min(p.outbreak_chance * p.shock_intensity, 1.0)
        county.villages[v].disease = 1 if happens(draws.outbreak, v, chance) else 0
        outbreak = outbreak or county.villages[v].disease == 1
    for household in county.households:
        diseased = outbreak and county.villages[household.village].disease == 1
        if household.herd >= 1.0 and not diseased:
            continue  # as nearly everywhere: nothing to recover from, nothing to fear
        income = household.holdings[Commodity.HOGS] + household.holdings[Commodity.CATTLE]
        if household.members == 0 or income <= 0.0:
            continue
        if household.herd < 1.0:
            household.herd = min(household.herd + p.recovery, 1.0)
        if diseased and happens(draws.reached, household.identity, p.reached_share):
            strike(household, income, p, draws)
