"""Prices and weather: by hand, and as far from trend as published series are."""

import numpy as np
import pytest

from sim.world.codes import Commodity
from tests.hand import Hand

MONTHS = 600


def price_path(kind, months=MONTHS, **overrides):
    """Log prices of a commodity, month by month."""
    hand, found = Hand(), []
    for month in range(months):
        hand.run("prices", month=month, **overrides)
        found.append(np.log(hand.commodities["price"][kind]))
    return np.array(found)


def test_each_price_forgets_at_its_own_pace():
    hand = Hand()
    spread, left = [0.1] * 6, [0.9, 0.5, 0.5, 0.9, 0.9, 0.0]
    for month in range(2):
        hand.run("prices", month=month, price_spread=spread, price_persistence=left)
    # A month adds spread² × (1 − left²): vegetables 0.01 × 0.75 = 0.0075, and of the month before a quarter is left, 0.001875.
    # Maize 0.01 × 0.19 = 0.0019, and 0.81 of it, 0.001539. What nothing is left of stands at the steady variance at once.
    variance = hand.commodities["variance"]
    assert variance[Commodity.VEGETABLES] == pytest.approx(0.009375)
    assert variance[Commodity.MAIZE] == pytest.approx(0.003439)
    assert variance[5] == pytest.approx(0.01)


def test_vegetable_prices_move_as_the_published_series_does():
    """Of 2021: sd of the twelve rises over a year before 9.6 points, and 0.47 between neighbouring months."""
    path = price_path(Commodity.VEGETABLES)
    rises = path[12:] - path[:-12]
    assert 0.08 < rises.std() < 0.115
    assert 0.35 < np.corrcoef(path[1:], path[:-1])[0, 1] < 0.6


def test_a_years_mean_price_moves_less_than_its_months():
    path = price_path(Commodity.VEGETABLES)
    yearly = path.reshape(-1, 12).mean(axis=1)
    assert yearly.std() < 0.7 * path.std()
    assert np.diff(yearly).std() < 0.065


def test_a_countys_harvest_moves_less_than_a_townships():
    hand, found = Hand(townships=30), []
    for year in range(200):
        hand.run("weather", month=12 * year)
        found.append(hand.townships["maize_yield"].copy())
    found = np.array(found)
    assert found.mean(axis=1).std() < 0.085
    assert found.mean(axis=1).std() < found.std(axis=0).mean()


def test_drought_takes_its_share_of_the_harvest():
    # Everywhere struck, and nothing else: 1 − 0.28.
    hand = Hand(townships=3)
    hand.run("weather", yield_spread=0.0, drought_chance=1.0)
    assert hand.townships["maize_yield"] == pytest.approx([0.72] * 3)
    hand.run("weather", yield_spread=0.0, drought_chance=0.0)
    assert hand.townships["maize_yield"] == pytest.approx([1.0] * 3)
