"""What stands still when nothing happens, and what scenarios share."""

import numpy as np
import pytest

from experiments.validation.relations.responses import QUIET
from tests.science.whole_county import county


def test_with_shocks_and_trends_off_2021_goes_on_as_2020_was():
    """Jobs still end and are found at the ordinary pace: without that, everybody between jobs would be in one by spring.

    The sums of twelve months are compared before September, when a year's school leavers begin to work.
    """
    still = QUIET | {
        "separations__shock_intensity": 1.0,
        "separations__return_home": 0.0012,
        "wages__outside_wage": 4549.0,
        "wages__local_wage": 3606.0,
        "wages__wage_growth_error": 0.0,
        "wages__recovery": 0.0,
        "wages__county_growth_gap": 0.0,
        "wages__farm_growth": 0.0,
        "wages__farm_growth_error": 0.0,
        "wages__transfer_growth": 0.0,
        "wages__cost_growth": 0.0,
        "dibao__inclusion_error": 0.0,
        "lines__dibao_uprating": 1.0,
    }
    standing = county(**still)
    before = standing.latest("rural_income")
    for _ in range(8):
        standing.step()
    assert standing.latest("rural_income") == pytest.approx(before, rel=0.005)


def test_scenarios_share_the_people_they_are_founded_with():
    plan, without = county(3), county(3, public_posts__count=0)
    for column in ("identity", "household", "age", "capacity", "chronic", "registered", "stage"):
        np.testing.assert_array_equal(plan.tables["persons"][column], without.tables["persons"][column], err_msg=column)
    for column in ("identity", "segment", "members", "land", "township", "village"):
        np.testing.assert_array_equal(plan.tables["households"][column], without.tables["households"][column], err_msg=column)


def test_sums_carried_on_for_twelve_months_are_the_sums_of_their_months():
    """Through births, deaths, divisions and households that step out of a row, to a fen after two years and a half."""
    standing = county(5)
    for _ in range(30):
        standing.step()
    households, histories = standing.tables["households"], standing.tables["histories"]
    there = households["members"] > 0
    for carried, months in (("income_12", "income"), ("rigid_12", "rigid"), ("countable_12", "countable")):
        gap = np.abs(households[carried][there] - histories[months][there].sum(axis=1))
        assert gap.max() < 0.01, carried
