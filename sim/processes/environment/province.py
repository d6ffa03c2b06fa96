"""The province, against which the county's growth is judged."""

import math

from sim.core.process import process
from sim.core.random_draws import normal


@process(reads="environment.wage_step environment.farm_step", writes="environment.province_income", draws="own")
def province(county, p, draws, books):
    """The province's rural income of the year. Its error shares the draws of the county's wages and farms: the same markets."""
    for environment in county.environment:
        common = p.wage_share * environment.wage_step + (1.0 - p.wage_share) * environment.farm_step
        common /= math.sqrt(p.wage_share * p.wage_share + (1.0 - p.wage_share) * (1.0 - p.wage_share))
        own = math.sqrt(1.0 - p.correlation * p.correlation) * normal(draws.own, 0)
        error = p.growth_error * (p.correlation * common + own)
        environment.province_income *= (1.0 + p.growth + p.split * p.split_sign) * math.exp(error)
