"""Townships verify: their own quarterly round of listed households, and every signal before it becomes a case."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens, lognormal
from sim.records.signals import closed_to_signals, count_noticed, raise_signal
from sim.world.codes import Channel
from sim.world.households import per_head


@process(
    reads="households.members households.identity households.weight households.at_risk households.risk_cause "
    "households.registered households.township townships.care "
    "households.marginal register.case_row register.turned_down_until register.dibao",
    writes="register.signal register.signalled register.signal_cause register.noticed register.found",
    draws="round",
)
def township_round(county, p, draws, books):
    """The quarter's round finds some listed households at risk that nobody else had noticed."""
    for row in range(len(county.households)):
        household = county.households[row]
        register = county.register[row]
        listed = household.registered == 1 or household.marginal == 1 or register.dibao == 1
        if listed and household.at_risk == 1 and household.members > 0 and not closed_to_signals(register, county.month):
            chance = p.active * p.round_share * p.sensitivity * county.townships[household.township].care
            count = count_noticed(draws.round, household.identity, household.weight, chance)
            raise_signal(register, Channel.TOWNSHIP_VERIFICATION, county.month, household.risk_cause, count)


@compiled
def verify(household, register, month, p, draws):
    """What verification puts on file: the income as found, and whether the household was found at risk."""
    register.seen = month
    error = lognormal(draws.income, household.identity, p.income_error)
    register.verified_income = household.net_per_head * error
    register.income_on_file = per_head(household, household.income_12) * error
    register.broken = 1 if household.house_broken > 0 or household.water_broken > 0 else 0
    right = happens(draws.judged, household.identity, p.sensitivity if household.at_risk == 1 else p.specificity)
    register.found = household.at_risk if right else 1 - household.at_risk


@compiled
def papers_late(village, township, p):
    """Chance that the papers of a signal are not ready: no working team prepares them, or officials are short of time for it."""
    return p.team_paperwork * (1.0 - village.team) + p.late_papers * max(1.0 - township.papers, 0.0)


@process(
    reads="households.members households.identity households.township households.at_risk households.net_per_head "
    "households.income_12 "
    "households.house_broken households.water_broken households.village villages.team townships.papers register.signal",
    writes="townships.verification register.seen register.verified_income register.income_on_file register.broken register.found",
    draws="income judged papers",
)
def signal_verification(county, p, draws, books):
    """Open signals are verified on the spot, as far as the township's capacity goes."""
    for row in range(len(county.households)):
        register = county.register[row]
        household = county.households[row]
        if register.signal < 0 or register.found >= 0 or household.members == 0:
            continue
        township = county.townships[household.township]
        if happens(draws.papers, household.identity, papers_late(county.villages[household.village], township, p)):
            continue  # nobody has prepared the papers
        if township.verification > 0:
            township.verification -= 1
            verify(household, register, county.month, p, draws)
