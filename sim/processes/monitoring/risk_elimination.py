"""When monitoring ends: income on file stable above the line, guarantees in order, cause resolved, help given."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import NONE, CaseState, Cause


@compiled
def safe(case, household, register, line, pressure, p):
    """Whether the file shows what the procedure demands; without labour a margin is needed, as tracking goes on for long. The
    pressure of assessment shortens the time for which a household has to be seen above the line.
    """
    if case.measures == 0 or register.broken == 1 or case.stable < p.stable_months * (1.0 - p.hastened * pressure):
        return False
    if case.resolved == 0 and case.cause != Cause.LOW_INCOME:
        return False
    return household.workers > 0 or register.income_on_file >= line * (1.0 + p.margin_without_labour)


@process(
    sees="records",
    reads="households.identity households.members households.workers households.township "
    "townships.pressure register.income_on_file register.broken "
    "environment.monitoring_line cases.identity cases.household cases.cause cases.measures cases.stable cases.resolved",
    writes="cases.state cases.eliminated register.case_row",
    draws="reviewed",
)
def risk_elimination(county, p, draws, books):
    """The village reviews, the county approves: risks are declared eliminated."""
    line = county.environment[0].monitoring_line
    for case in county.cases:
        if case.state != CaseState.MONITORED:
            continue
        household = county.households[case.household]
        register = county.register[case.household]
        gone = household.members == 0
        pressure = county.townships[household.township].pressure
        due = safe(case, household, register, line, pressure, p)
        if gone or (due and happens(draws.reviewed, case.identity, p.review_chance)):
            case.state = CaseState.DISMISSED if gone else CaseState.ELIMINATED
            case.eliminated = county.month
            register.case_row = NONE
