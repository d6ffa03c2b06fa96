"""How much of a year's growth of rural income is chance, at central parameters, and how it stands to what is published."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.county import run_county
from sim.scenario.scenario import load_scenario

DECEMBER, SEED, RUNS = 11, 2021, 16


@cache
def growth():
    """Growth of each year, 2021 to 2025 (replications, years)."""
    small = replace(load_scenario("scenarios/baseline.yaml"), general_weight=100)
    runs = [run_county(small, None, SEED, replication).indicators["rural_income_growth"] for replication in range(RUNS)]
    return np.array(runs)[:, DECEMBER::12]


@pytest.mark.deep
def test_a_years_growth_is_not_mostly_chance():
    """The nation's rural growth of 2021 to 2025 was 10.5, 6.3, 7.7, 6.6 and 5.8 %: sd 1.9 points, and 0.8 without 2021."""
    luck = np.sqrt(growth().var(axis=0, ddof=1).mean())
    assert 0.005 < luck < 0.02


@pytest.mark.deep
def test_2021_was_the_year_of_recovery():
    """Published of 2021: 10.5 % of the nation, 11.6 % of its counties lifted out of poverty; 10.1 % follow for the province."""
    mean = growth().mean(axis=0)
    assert mean[0] == pytest.approx(0.105, abs=0.015)
    assert (mean[1:] < mean[0]).all()
