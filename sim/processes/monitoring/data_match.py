"""The quarterly match of departments' data: hospital bills, disaster lists, lost jobs, student aid."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens
from sim.records.signals import closed_to_signals, count_noticed, raise_signal
from sim.world.codes import Cause, Channel


@compiled
def match_chance(household, p):
    """Chance that a household at risk shows in the data, by what brought it there."""
    cause = household.risk_cause
    if cause == Cause.ILLNESS:
        return p.medical
    if cause == Cause.DISASTER or cause == Cause.HOUSING:
        return p.disaster
    if cause == Cause.JOB_LOSS:
        return p.job
    if cause == Cause.EDUCATION:
        return p.school
    return 0.0


@compiled
def signal_chance(household, line, listed, p):
    """Chance to be signalled: for those at risk who show in the data, and falsely for listed ones with heavy bills."""
    if household.at_risk == 1:
        shows = household.rigid_12 >= p.threshold * line * household.members or household.risk_cause != Cause.ILLNESS
        return match_chance(household, p) if shows else 0.0
    if listed and household.rigid_12 >= p.threshold * line * household.members:
        return p.false_positive
    return 0.0


@compiled
def count_matched(household, chance, p, draws):
    """How many of a row stand out. Where one hand keeps a village's data, households are found or missed together."""
    if happens(draws.shared, household.identity, p.common_error):
        return household.weight if happens(draws.village, household.village, chance) else 0
    return count_noticed(draws.matched, household.identity, household.weight, chance)


@process(
    reads="households.members households.village "
    "households.identity households.weight households.at_risk households.risk_cause households.rigid_12 "
    "households.registered households.marginal environment.monitoring_line register.case_row register.turned_down_until "
    "register.dibao",
    writes="register.signal register.signalled register.signal_cause register.noticed register.found",
    draws="matched shared village turn",
)
def data_match(county, p, draws, books):
    """Records of departments are compared, of as many villages as they can in a quarter, and what stands out is signalled."""
    line = county.environment[0].monitoring_line
    for row in range(len(county.households)):
        household = county.households[row]
        register = county.register[row]
        if household.members == 0 or closed_to_signals(register, county.month):
            continue
        listed = household.registered == 1 or household.marginal == 1 or register.dibao == 1
        chance = p.active * signal_chance(household, line, listed, p)
        if chance > 0.0 and happens(draws.turn, household.village, p.matched_villages):
            count = count_matched(household, chance, p, draws)
            raise_signal(register, Channel.DATA_MATCH, county.month, household.risk_cause, count)
