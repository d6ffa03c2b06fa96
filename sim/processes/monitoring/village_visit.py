"""The monthly round of the village: listed households first, others as far as the visits go."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.records.signals import closed_to_signals, count_noticed, raise_signal
from sim.world.codes import Channel


@compiled
def visit_chance(household, register, village, township, p):
    """Chance of a visit this month. Listed households are all on the round; others share what visits are left."""
    made = p.frequency * (1.0 - p.team_visits * (1.0 - village.team)) * township.care
    if household.registered == 1 or household.marginal == 1 or register.dibao == 1:
        return min(p.listed_visits * made, 1.0)
    return min(village.visits * p.visits_for_others * made / max(village.households, 1), 1.0)


@process(
    reads="households.members households.identity households.weight households.at_risk households.risk_cause "
    "households.registered "
    "households.marginal households.village households.township townships.care "
    "villages.visits villages.households villages.team register.case_row "
    "register.turned_down_until "
    "register.dibao",
    writes="townships.rounds register.signal register.signalled register.signal_cause register.noticed register.found",
    draws="noticed",
)
def village_visit(county, p, draws, books):
    """Visitors notice some of the households at risk."""
    for township in county.townships:
        township.rounds = p.active * p.frequency
    for row in range(len(county.households)):
        household = county.households[row]
        register = county.register[row]
        if household.at_risk == 1 and household.members > 0 and not closed_to_signals(register, county.month):
            village, township = county.villages[household.village], county.townships[household.township]
            detect = p.detection + p.first_secretary * village.team
            chance = p.active * min(detect, 1.0) * visit_chance(household, register, village, township, p)
            count = count_noticed(draws.noticed, household.identity, household.weight, chance)
            raise_signal(register, Channel.VILLAGE_VISIT, county.month, household.risk_cause, count)
