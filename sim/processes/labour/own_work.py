"""Odd jobs and small trade: what hands at home earn beside the farm, from the outside world."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import hand, settle
from sim.core.process import process


@compiled
def hands_left(household):
    """Which part of the hands that were at home when the county was founded is there this month; at most all."""
    if household.farm_labour == household.farm_labour_founded:  # as nearly everywhere
        return 1.0 if household.farm_labour > 0.0 else 0.0
    if household.farm_labour_founded <= 0.0:
        return 0.0
    return min(household.farm_labour / household.farm_labour_founded, 1.0)


@process(
    reads="households.members households.weight households.own_work households.farm_labour households.farm_labour_founded "
    "environment.local_wage",
    writes="households.wages households.business households.cash households.received",
    pays="own_work_pay: outside -> households",
)
def own_work(county, p, draws, books):
    """Odd jobs and small trade pay as work near home does, and as far as hands are there; partly wages, partly own business."""
    going = county.environment[0].local_wage
    total, units = 0.0, 0.0
    for household in county.households:
        if household.members == 0:
            continue
        # Whoever has none gets nothing: to add that takes less time than to guess, household by household, who has some.
        amount = household.own_work * going * hands_left(household)
        total += hand(household, amount)
        units += household.weight if amount > 0.0 else 0
        household.wages += amount * p.wage_part
        household.business += amount * (1.0 - p.wage_part)
    settle(books.own_work_pay, total, units)
