"""Households that have been noticed among several alike get a row of their own."""

from sim.core.process import process
from sim.core.random_draws import descendant
from sim.world.codes import NONE
from sim.world.split_rows import split_weight


@process(
    writes="households.* histories.* register.* persons.*",
    creates="households histories register persons",
)
def stepping_out(county, p, draws, books):
    """Whoever a county programme may serve stands for itself alone."""
    for row in range(len(county.households)):
        register = county.register[row]
        household = county.households[row]
        if register.signal < 0 or household.weight == 1:
            continue
        for ordinal in range(min(register.noticed, household.weight - 1)):
            identity = descendant(household.identity, county.month, household.births + ordinal)
            made = split_weight(
                row, identity, county.households_room, county.histories_room, county.register_room, county.persons_room
            )
            county.register_room.rows[made].noticed = 1
        household.births += register.noticed
        if household.weight > 1 or register.noticed < household.weight:
            register.signal = NONE
            register.signalled = NONE
        register.noticed = 1
