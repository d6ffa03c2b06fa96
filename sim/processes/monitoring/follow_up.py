"""Monitored households are visited on: what they earn is put on file again, with error."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens, lognormal
from sim.world.codes import CaseState
from sim.world.households import per_head


@compiled
def observe(case, household, register, line, month, p, draws):
    """One visit to a monitored household. The year's accounts are kept with one error, not a new one at every visit."""
    error = lognormal(draws.income, household.identity, p.income_error)
    register.seen = month
    register.income_on_file = per_head(household, household.income_12) * error
    register.verified_income = household.net_per_head * error
    register.broken = 1 if household.house_broken > 0 or household.water_broken > 0 else 0
    case.resolved = 1 if household.burden[case.cause] < p.resolved_share * line * household.members else 0
    if register.income_on_file >= line and register.verified_income >= p.settled_share * line and register.broken == 0:
        case.stable += 1
    else:
        case.stable = 0


@process(
    reads="households.members households.identity households.net_per_head households.house_broken households.water_broken "
    "households.income_12 households.burden environment.monitoring_line cases.state cases.household cases.cause",
    writes="register.seen register.verified_income register.income_on_file register.broken cases.stable cases.resolved",
    draws="income@year visited",
)
def follow_up(county, p, draws, books):
    """Every month monitored households are looked after, and what is seen goes on file."""
    line = county.environment[0].monitoring_line
    for case in county.cases:
        if case.state != CaseState.MONITORED:
            continue
        household = county.households[case.household]
        if household.members > 0 and happens(draws.visited, household.identity, p.active * p.visited_share):
            observe(case, household, county.register[case.household], line, county.month, p, draws)
