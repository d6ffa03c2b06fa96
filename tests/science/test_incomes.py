"""How incomes are spread at founding, and what that means for who is listed and who applies."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.county import County, values_of
from sim.founding.audit import income_by_fifths
from sim.scenario import load_scenario
from sim.world.codes import Segment

SEEDS = range(3)
#: China's rural fifths of 2019 in yuan a head, as recalled of the yearbook; no source of them could be seen.
NATION = np.array([4262.6, 9754.1, 13984.2, 19732.4, 36049.4])


@cache
def founded(seed: int) -> County:
    scenario = replace(load_scenario("scenarios/baseline.yaml"), general_weight=20)
    return County(scenario, values_of(scenario, None), seed, 0)


def of_general(county: County) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are living general households, and how many persons each stands for."""
    households = county.tables["households"]
    general = (households["segment"] == Segment.GENERAL) & (households["members"] > 0)
    return general, (households["weight"] * households["members"]).astype(float)


def test_fifths_by_hand():
    # Ten persons, incomes 1 to 10 of 55: the poorest two have 3, the richest two 19. A row may be two persons.
    income = np.array([10.0, 2, 3, 4, 5, 6, 7, 8, 9, 1])
    expected = np.array([3, 7, 11, 15, 19]) / 55
    assert income_by_fifths(income, np.ones(10)) == pytest.approx(expected)
    assert income_by_fifths(np.array([1.0, 2, 3, 4, 5]), np.full(5, 2.0)) == pytest.approx(np.arange(1, 6) / 15)


@pytest.mark.parametrize("seed", SEEDS)
def test_fifths_of_rural_persons_have_their_share_of_income_in_january_2021(seed):
    households = founded(seed).tables["households"]
    there = households["members"] > 0
    income = households["income_12"][there] / households["members"][there]
    shares = income_by_fifths(income, (households["weight"] * households["members"])[there].astype(float))
    assert shares == pytest.approx(NATION / NATION.sum(), rel=0.15)
    assert all(row["ok"] for row in founded(seed).audit if row["id"].startswith("fifth_"))


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_is_poor_on_paper_and_was_not_listed_has_means_and_is_not_at_risk(seed):
    county = founded(seed)
    households = county.tables["households"]
    general, persons = of_general(county)
    poor = general & (households["net_per_head"] < 6600.0)
    assert persons[poor].sum() > 0.1 * persons[general].sum(), "many are below the monitoring line by measured income"
    assert persons[poor & (households["at_risk"] == 1)].sum() < 0.02 * persons[poor].sum()
    assert households["disqualifying"][poor].mean() > 0.97


def test_households_with_means_that_shut_them_out_do_not_apply_for_dibao():
    from tests.hand import Hand

    hand = Hand(households=2, persons=2)
    hand.households["disqualifying"] = [0, 1]
    hand.households["countable_12"], hand.environment["dibao_line"] = 1_000.0, 5_000.0
    hand.households["awareness"] = 1.0
    hand.run("dibao_application", application=1.0, processing_months=1.0)
    assert hand.register["application"].tolist() == [1, -1]
