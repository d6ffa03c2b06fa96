"""Pensions, allowances, farm subsidies, and support from relatives."""

from sim.core.compilation import compiled
from sim.core.ledger import hand, pay, settle
from sim.core.process import process


@compiled
def monthly_due(person, p):
    """Pension of the old and allowance of the disabled, yuan a month at 2020 prices."""
    due = 0.0
    if person.age >= p.pension_age:
        due += p.pension
    if person.disabled == 1:
        due += p.disability_allowance
    return due


@process(
    reads="persons.alive persons.age persons.disabled persons.household households.weight environment.transfer_trend",
    writes="households.transfers households.cash households.received",
    pays="pension: social_security -> households",
)
@compiled
def pensions(county, p, luck, books):
    """Pensions and disability allowances of the month."""
    trend = county.environment[0].transfer_trend
    total, units = 0.0, 0.0
    for person in county.persons:
        if person.alive == 0 or (person.age < p.pension_age and person.disabled == 0):
            continue
        household = county.households[person.household]
        amount = monthly_due(person, p) * trend
        if amount > 0.0:
            total += hand(household, amount)
            units += household.weight
            household.transfers += amount
    settle(books.pension, total, units)


@process(
    reads="households.members households.weight households.land environment.transfer_trend",
    writes="households.transfers households.cash households.received",
    pays="farm_subsidy: outside -> households",
)
@compiled
def subsidies(county, p, luck, books):
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
def remittances(county, p, luck, books):
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
