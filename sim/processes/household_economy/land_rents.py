"""Land that its holders no longer till: others of the township till it, and pay rent for part of it."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import hand, settle, take
from sim.core.process import process
from sim.world.persons import has_hands_at_home


@compiled
def tills(household, persons):
    """Whether somebody is at home to till the land over the year; who lies in hospital this month comes home again."""
    return household.farm_labour > 0.0 or has_hands_at_home(household, persons)


@compiled
def count_land(county):
    """Land of households here with hands, and without, by township."""
    for township in county.townships:
        township.tilled = 0.0
        township.let_land = 0.0
    for household in county.households:
        township = county.townships[household.township]
        if household.members > 0 and tills(household, county.persons):
            township.tilled += household.weight * household.land
        elif household.members > 0:
            township.let_land += household.weight * household.land


@process(
    reads="households.members households.weight households.township households.land households.farm_labour "
    "households.first_person persons.next persons.alive persons.capacity persons.stage persons.status environment.farm_trend",
    writes="townships.tilled townships.let_land households.property_income households.business households.cash "
    "households.received households.paid",
    pays="land_rent: households -> households",
)
def land_rents(county, p, draws, books):
    """In January whoever has land and nobody to till it gets the year's rent, where rent is paid at all.

    Those who have hands in the township till it and pay, each by the land of its own; where nobody has, nobody pays.
    """
    count_land(county)
    rent = p.rent * p.paid_share * county.environment[0].farm_trend
    total, units = 0.0, 0.0
    for household in county.households:
        township = county.townships[household.township]
        if household.members == 0 or township.tilled <= 0.0:
            continue
        if tills(household, county.persons):
            share = rent * household.land * township.let_land / township.tilled
            take(household, share)
            household.business -= share
        else:
            total += hand(household, rent * household.land)
            units += household.weight
            household.property_income += rent * household.land
    settle(books.land_rent, total, units)
