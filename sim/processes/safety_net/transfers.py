"""Pensions and what is paid in for them, allowances, farm subsidies, and support from relatives."""

import math

from sim.core.compiled.compilation import compiled
from sim.core.ledger import charge, hand, pay, settle, transfer
from sim.core.process import process
from sim.world.codes import Stage


@compiled
def old_age_due(person, p):
    """What an old person is due, yuan a month at 2020 prices: the pension, and the allowance if disabled."""
    return p.pension + (p.disability_allowance if person.disabled == 1 else 0.0)


@compiled
def give(household, amount):
    """A transfer from outside the household; returns what all households of the row got."""
    household.transfers += amount
    return hand(household, amount)


@process(
    reads="persons.alive persons.age persons.disabled persons.household households.weight environment.transfer_trend",
    writes="households.transfers households.cash households.received",
    pays="pension: social_security -> households",
)
def pensions(county, p, draws, books):
    """Pensions and disability allowances of the month."""
    trend = county.environment[0].transfer_trend
    total, units = 0.0, 0.0
    pensioned = math.ceil(p.pension_age)
    for person in county.persons:
        amount = old_age_due(person, p) * trend if person.age >= pensioned else 0.0
        if person.alive == 1 and amount > 0.0:
            total += give(county.households[person.household], amount)
            units += county.households[person.household].weight
    allowance = p.disability_allowance * trend
    for person in county.persons:
        if person.disabled == 1 and person.alive == 1 and person.age < pensioned and allowance > 0.0:
            total += give(county.households[person.household], allowance)
            units += county.households[person.household].weight
    settle(books.pension, total, units)


@process(
    reads="persons.alive persons.age persons.stage persons.household households.registered households.weight register.dibao",
    writes="households.transfers households.cash households.paid",
    pays="pension_assisted: civil_affairs -> social_security; pension_own: households -> social_security",
)
def pension_contributions(county, p, draws, books):
    """The year's pension contribution of poor adults: what government does not pay for them they pay themselves.

    What other households pay in is already taken off the transfers that surveys find, and no policy changes it.
    """
    for person in county.persons:
        if person.alive == 0 or person.stage != Stage.NOT_IN_SCHOOL or not p.contribution_age <= person.age < p.pension_age:
            continue
        household = county.households[person.household]
        if household.registered == 0 and county.register[person.household].dibao == 0:
            continue
        assisted = p.contribution * p.contribution_assisted
        own = p.contribution - assisted
        if assisted > 0.0:
            transfer(books.pension_assisted, assisted * household.weight, household.weight)
        if own > 0.0:
            charge(household, books.pension_own, own)
            household.transfers -= own


@process(
    reads="households.members households.weight households.land environment.transfer_trend",
    writes="households.transfers households.cash households.received",
    pays="farm_subsidy: outside -> households",
)
def subsidies(county, p, draws, books):
    """Farm subsidies of the year, by land."""
    trend = county.environment[0].transfer_trend
    for household in county.households:
        amount = p.subsidy_per_mu * household.land * trend
        if household.members > 0 and amount > 0.0 and pay(household, books.farm_subsidy, amount):
            household.transfers += amount


@process(
    reads="households.members households.weight households.family_support households.uncounted_income environment.transfer_trend",
    writes="households.transfers households.cash households.received",
    pays="support: outside -> households",
)
def remittances(county, p, draws, books):
    """Support from relatives elsewhere, and income that no assessor sees."""
    trend = county.environment[0].transfer_trend * p.support
    total, units = 0.0, 0.0
    for household in county.households:
        amount = (household.family_support + household.uncounted_income) * trend
        if household.members > 0 and amount > 0.0:
            total += hand(household, amount)
            units += household.weight
            household.transfers += amount
    settle(books.support, total, units)
