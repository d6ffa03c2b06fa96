"""Prices, weather, slumps and admissions: by hand, and as far from trend as published series are."""

import numpy as np
import pytest

from sim.world.codes import Commodity, SlumpKind
from tests.hand import Hand

MONTHS = 600
MANY = 20_000


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


def slump_of(hand, **parameters):
    hand.run("slump", **parameters)
    return SlumpKind(int(hand.environment[0].slump)), float(hand.environment[0].slump_depth)


def test_an_ordered_slump_neither_ends_nor_softens_one_that_came_by_luck():
    hand = Hand()
    drawn = dict(slump_depth=0.1, slump_months=1e9, slump_chance=1.0)
    assert slump_of(hand, **drawn) == (SlumpKind.BY_LUCK, 0.1)
    assert slump_of(hand, **drawn, ordered_slump=0.05) == (SlumpKind.BOTH, 0.1)  # the deeper is felt
    assert slump_of(hand, **drawn, ordered_slump=0.3) == (SlumpKind.BOTH, 0.3)
    assert slump_of(hand, **drawn) == (SlumpKind.BY_LUCK, 0.1)  # the order is over, the other is not
    assert slump_of(hand, **drawn | {"slump_months": 1.0}) == (SlumpKind.NONE, 0.0)


def test_luck_may_begin_a_slump_while_another_is_ordered():
    hand = Hand()
    never, always = dict(slump_depth=0.1, slump_chance=0.0), dict(slump_depth=0.1, slump_chance=1.0)
    assert slump_of(hand, **never, ordered_slump=0.2) == (SlumpKind.ORDERED, 0.2)
    assert slump_of(hand, **always, ordered_slump=0.2) == (SlumpKind.BOTH, 0.2)


def test_the_storms_of_six_months_make_the_year_s_chance():
    hand, monthly = Hand(townships=MANY), 1.0 - (1.0 - 0.08) ** (1.0 / 12.0)
    struck = np.zeros(MANY, dtype=bool)
    for month in (0, 1, 4, 5, 6, 11):
        hand.run("hail", month=month, hail_chance=monthly)
        struck |= hand.townships["hail"] == 1
    assert struck.mean() == pytest.approx(0.08, abs=0.008)


def test_admissions_of_a_year_are_the_published_rate():
    """15.2 a year for a hundred persons, of whom thirteen are chronically ill, as counted where the rate was published."""
    hand, admitted = Hand(households=MANY, persons=MANY), 0
    hand.persons["household"] = np.arange(MANY)
    hand.persons["chronic"] = np.arange(MANY) % 100 < 13
    for month in range(12):
        hand.run("illness", month=month, admission_rate=0.152 / 12)
        admitted += int((hand.persons["bill"] > 0.0).sum())
    assert admitted / MANY == pytest.approx(0.152, abs=0.006)
