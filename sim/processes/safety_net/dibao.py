"""Dibao: who applies or is found, who is granted it, who is reviewed, and what is paid."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import pay
from sim.core.process import process
from sim.core.random_draws import happens, normal
from sim.world.codes import NONE
from sim.world.dibao_rules import assessed_income, benefit_due


@compiled
def assess(household, p, draws):
    """Income per head and year as the assessor sees it now."""
    counted = household.countable_12 / household.members
    trait = normal(draws.trait, household.identity)
    fresh = normal(draws.fresh, household.identity)
    return assessed_income(counted, trait, fresh, p.assessment_error, p.error_persistence)


@compiled
def may_apply(household, register, month):
    """Without means that shut it out, not on dibao, nothing pending, and not refused lately."""
    free = register.dibao == 0 and register.application < 0 and register.recertification <= month
    return free and household.members > 0 and household.disqualifying == 0


@process(
    reads="households.members households.identity households.weight households.countable_12 households.awareness "
    "households.disqualifying "
    "households.registered households.marginal environment.dibao_line register.dibao register.recertification register.case_row",
    writes="register.application",
    draws="applies found",
)
def dibao_application(county, p, draws, books):
    """Households that believe they qualify apply; officials look for listed households that do."""
    line = county.environment[0].dibao_line
    for row in range(len(county.households)):
        household = county.households[row]
        register = county.register[row]
        if not may_apply(household, register, county.month):
            continue
        counted = household.countable_12 / household.members
        if counted >= line * (1.0 + p.hope):
            continue
        listed = household.registered == 1 or household.marginal == 1 or register.case_row >= 0
        if happens(draws.applies, household.identity, min(p.application * household.awareness, 1.0)):
            register.application = county.month + int(p.processing_months)
        elif listed and counted < line and happens(draws.found, household.identity, p.discovery):
            register.application = county.month + int(p.processing_months)


@compiled
def grant(household, register, assessed, line, month, p, draws):
    """Put a household on dibao; reviews are spread over the year."""
    register.dibao = 1
    register.assessed = assessed
    register.benefit = benefit_due(assessed, line, p.least_share, household.members)
    register.recertification = month + review_interval(household, p)
    register.grace_until = NONE


@compiled
def review_interval(household, p):
    """Months to the next review: longer where nobody can work."""
    return int(p.review_without_labour) if household.workers == 0 else int(p.review_with_labour)


@process(
    reads="households.members households.identity households.countable_12 households.workers households.disqualifying "
    "environment.dibao_line",
    writes="register.dibao register.assessed register.benefit register.recertification register.grace_until register.application",
    draws="trait@life fresh refused admitted",
)
def dibao_decision(county, p, draws, books):
    """Applications that fall due are decided, with errors of both kinds."""
    line = county.environment[0].dibao_line
    for row in range(len(county.households)):
        household = county.households[row]
        register = county.register[row]
        if register.application < 0 or register.application > county.month or household.members == 0:
            continue
        register.application = NONE
        assessed = assess(household, p, draws)
        qualifies = assessed < line and household.disqualifying == 0
        if qualifies:
            granted = not happens(draws.refused, household.identity, p.exclusion_error)
        else:
            granted = happens(draws.admitted, household.identity, p.inclusion_error)
        if granted:
            grant(household, register, assessed, line, county.month, p, draws)
        else:
            register.recertification = county.month + int(p.wait_after_refusal)


@compiled
def review(household, register, line, month, p, draws):
    """One review: the benefit is set anew, or a time of grace begins, or support ends."""
    assessed = assess(household, p, draws)
    register.assessed = assessed
    register.recertification = month + review_interval(household, p)
    if assessed < line and household.disqualifying == 0:
        register.benefit = benefit_due(assessed, line, p.least_share, household.members)
        register.grace_until = NONE
    elif register.grace_until < 0 and not happens(draws.kept, household.identity, p.inclusion_error):
        register.grace_until = month + int(p.grace_months)


@process(
    reads="households.members households.identity households.countable_12 households.workers households.disqualifying "
    "environment.dibao_line",
    writes="register.dibao register.assessed register.benefit register.recertification register.grace_until",
    draws="trait@life fresh kept",
)
def dibao_review(county, p, draws, books):
    """Reviews that fall due; support ends when a time of grace is over or a household has died out."""
    line = county.environment[0].dibao_line
    for row in range(len(county.households)):
        register = county.register[row]
        if register.dibao == 0:
            continue
        household = county.households[row]
        if household.members == 0 or (register.grace_until >= 0 and register.grace_until < county.month):
            register.dibao = 0
            register.benefit = 0.0
            register.grace_until = NONE
            register.recertification = county.month
        elif register.recertification <= county.month:
            review(household, register, line, county.month, p, draws)


@process(reads="households.members environment.dibao_line register.dibao register.assessed", writes="register.benefit")
def dibao_uprating(county, p, draws, books):
    """A new line lifts every benefit at once, by what the last assessment leaves lacking to it."""
    line = county.environment[0].dibao_line
    for row in range(len(county.households)):
        register = county.register[row]
        if register.dibao == 1 and county.households[row].members > 0:
            register.benefit = benefit_due(register.assessed, line, p.least_share, county.households[row].members)


@process(
    reads="households.members households.weight register.dibao register.benefit",
    writes="households.transfers households.dibao_received households.cash households.received",
    pays="dibao: civil_affairs -> households",
)
def dibao_payment(county, p, draws, books):
    """The month's dibao is paid."""
    for row in range(len(county.households)):
        register = county.register[row]
        household = county.households[row]
        if register.dibao == 1 and household.members > 0:
            amount = register.benefit * p.paid_share
            if amount > 0.0 and pay(household, books.dibao, amount):
                household.transfers += amount
                household.dibao_received += amount
