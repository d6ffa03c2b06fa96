"""Households that report a difficulty themselves."""

from sim.core.process import process
from sim.records.signals import closed_to_signals, count_noticed, raise_signal
from sim.world.codes import Channel


@process(
    reads="households.members households.identity households.weight households.at_risk households.risk_cause "
    "households.awareness "
    "register.case_row register.turned_down_until",
    writes="register.signal register.signalled register.signal_cause register.noticed register.found",
    draws="reports",
)
def self_report(county, p, draws, books):
    """Some households at risk report it."""
    for row in range(len(county.households)):
        household = county.households[row]
        register = county.register[row]
        if household.at_risk == 1 and household.members > 0 and not closed_to_signals(register, county.month):
            chance = p.active * p.report * household.awareness
            count = count_noticed(draws.reports, household.identity, household.weight, chance)
            raise_signal(register, Channel.SELF_REPORT, county.month, household.risk_cause, count)
