"""Weather: drought by township and year, hail and snow by township and month."""

import math

from sim.core.calendar import DECEMBER, FEBRUARY, JANUARY, JULY, JUNE, MAY
from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import normal, normal_quantile, uniform

#: Months in which greenhouses may be broken: snow in winter, hail in early summer.
STORM_MONTHS = (DECEMBER, JANUARY, FEBRUARY, MAY, JUNE, JULY)
#: For how many of a year's months each of them stands.
MONTHS_EACH = 12.0 / len(STORM_MONTHS)


@compiled
def together(common, own, correlation):
    """A standard normal draw that shares part of its variance with its neighbours."""
    return math.sqrt(correlation) * common + math.sqrt(1.0 - correlation) * own


@process(writes="townships.maize_yield townships.drought", draws="yields yield_here droughts drought_here ordered")
def weather(county, p, draws, books):
    """The growing season's weather in each township, known when the crop stands."""
    common_yield = normal(draws.yields, 0)
    common_drought = normal(draws.droughts, 0)
    chance = min(p.drought_chance * p.shock_intensity, 1.0)
    for k in range(len(county.townships)):
        township = county.townships[k]
        dry = together(common_drought, normal(draws.drought_here, k), p.correlation)
        struck = chance >= 1.0 or (chance > 0.0 and dry < normal_quantile(chance))
        # An ordered drought strikes the same townships in every scenario that orders as many.
        township.drought = 1 if struck or uniform(draws.ordered, k) < p.ordered_drought else 0
        ordinary = p.yield_spread * p.shock_intensity * together(common_yield, normal(draws.yield_here, k), p.correlation)
        township.maize_yield = max(1.0 + ordinary - p.drought_loss * township.drought, 0.0)


@process(writes="townships.hail", draws="hail_here")
def hail(county, p, draws, books):
    """Hail in summer or heavy snow in winter over a township: the year's chance is that of the months in which they fall."""
    chance = 1.0 - (1.0 - p.hail_chance) ** MONTHS_EACH
    for k in range(len(county.townships)):
        struck = uniform(draws.hail_here, k) < chance * p.shock_intensity
        county.townships[k].hail = 1 if struck else 0


@process(writes="townships.hail")
def clear_sky(county, p, draws, books):
    """The storm is over: its mark on the township is wiped out when the month opens."""
    for township in county.townships:
        township.hail = 0
