"""Contracts over every goal and indicator."""

import numpy as np
import pytest

from sim.goals import COUNTY_ONLY, GOALS, INDICATORS
from tests.science.lives import life

MUST = {
    "G1", "G2", "G3", "G5", "R1", "R2", "R3", "R4", "R7", "L1_0_5", "L1_1", "L1_2", "L1_3", "L2", "Z1", "Z2", "Z3",
    "G2_observed", "R3_observed", "Z3_observed",
}  # fmt: skip


def test_the_goals_of_the_plan_are_all_there():
    assert set(GOALS) >= MUST
    assert {goal.id for goal in GOALS.values() if goal.headline} == {"G2", "R3"}


@pytest.mark.parametrize("goal", GOALS.values(), ids=lambda goal: goal.id)
def test_a_goal_is_bilingual_defined_and_tied_to_a_clause(goal):
    for text in (goal.name, goal.definition):
        assert set(text) == {"zh", "en"} and all(text.values())
    assert goal.definition["en"].endswith(".") and goal.definition["zh"].endswith("。")
    assert goal.clause
    assert goal.observed is None or goal.observed in GOALS


@pytest.mark.parametrize("goal", GOALS.values(), ids=lambda goal: goal.id)
def test_met_and_margin_say_the_same(goal):
    outcome = life().goals[goal.id]
    assert np.isfinite(outcome.margin)
    assert (outcome.margin >= 0.0) == outcome.met or outcome.margin == 0.0
    assert len(outcome.by_year) == 5


@pytest.mark.parametrize("indicator", [*INDICATORS.values(), *COUNTY_ONLY.values()], ids=lambda indicator: indicator.id)
def test_an_indicator_is_bilingual_and_measured_every_december(indicator):
    assert set(indicator.name) == {"zh", "en"}
    assert np.isfinite(life().indicators[indicator.id][23::12]).all()


def test_at_most_twelve_indicators_are_banded():
    assert 1 <= sum(indicator.banded for indicator in INDICATORS.values()) <= 12


def test_streets_without_villages_are_missing_and_not_zero():
    shares = life().townships["relapse_rate"]
    assert shares.shape[1] == 27
    assert np.isnan(shares[-1]).sum() == 2
