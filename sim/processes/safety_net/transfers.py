"""Pensions, allowances, farm subsidies, and support from relatives."""

import math

from sim.core.compiled.compilation import compiled
from sim.core.ledger import hand, pay, settle
from sim.core.process import process


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
@compiled
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
    reads="households.members households.weight households.land environment.transfer_trend",
    writes="households.transfers households.cash households.received",
    pays="farm_subsidy: outside -> households",
)
@compiled
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
@compiled
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
