"""Arithmetic of the labour markets, shared by choice, pay and founding."""

import math

from sim.core.compiled.compilation import compiled
from sim.world.codes import Destination

STRENGTHS = 2  # weak and full labour


@compiled
def market_of(segment, capacity):
    """The row of the labour market of a person: its household's segment, and whether it is full labour."""
    return segment * STRENGTHS + (1 if capacity >= 1.0 else 0)


@compiled
def attraction(market, destination, farm_trend, response):
    """How many of those who choose anew a destination draws, up to a common factor.

    At founding these are the founding shares; pay that has grown faster than elsewhere draws more. It is the logit of
    utilities ``response * ln(growth of pay) + ln(share)``: constants are fitted by construction.
    """
    if destination == Destination.FARM:
        return market.shares[destination] * math.exp(response * math.log(farm_trend))
    if market.pay_founded[destination] <= 0.0 or market.pay[destination] <= 0.0:
        return market.shares[destination]
    growth = market.pay[destination] / market.pay_founded[destination]
    return market.shares[destination] * math.exp(response * math.log(growth))
