"""Arithmetic of farms: what stands, what is sold at ordinary prices, and what is fresh; shared by those who farm and who buy."""

from sim.core.compiled.compilation import compiled
from sim.world.codes import Commodity


@compiled
def is_fresh(kind):
    """Whether it is sold fresh: what cold stores keep, and what is sold online."""
    return kind == Commodity.VEGETABLES or kind == Commodity.FLOWERS or kind == Commodity.FRUIT


@compiled
def standing(kind, household, township):
    """How much of an ordinary harvest a household can sell of a commodity, as a share."""
    if kind == Commodity.MAIZE:
        return township.grain_yield
    if kind == Commodity.FRUIT:
        return township.maize_yield
    if kind == Commodity.VEGETABLES or kind == Commodity.FLOWERS:
        return household.shed
    return household.herd


@compiled
def ordinary_sales(household, kind, commodity, trend):
    """What a household would sell of a commodity this month at ordinary prices and harvests, with the hands it has, yuan."""
    return household.holdings[kind] * commodity.season * trend * household.worked / commodity.net_share
