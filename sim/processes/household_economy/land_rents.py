"""Land that its holders no longer till: others till it, and pay rent for part of it."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import hand, settle
from sim.core.process import process


@process(
    reads="households.members households.weight households.land households.farm_labour environment.farm_trend",
    writes="households.property_income households.cash households.received",
    pays="land_rent: outside -> households",
)
@compiled
def land_rents(county, p, draws, books):
    """In January whoever has land and nobody to till it gets the year's rent, where rent is paid at all."""
    total, units = 0.0, 0.0
    for household in county.households:
        if household.members == 0 or household.farm_labour > 0.0:
            continue
        amount = household.land * p.rent * p.paid_share * county.environment[0].farm_trend
        total += hand(household, amount)
        units += household.weight
        household.property_income += amount
    settle(books.land_rent, total, units)
