"""The sampled population against the full one."""

import dataclasses

import numpy as np
import pytest

from sim.county import County
from tests.science.whole_county import SEED, scenario, simulate, values

SEEDS = range(4)


@pytest.mark.deep
def test_one_row_for_ten_households_tells_the_same_as_one_row_each():
    """For registered households, whose rows are the same either way, to a hundredth; for what sampled rows add, within noise."""
    full = dataclasses.replace(scenario(), population_detail="full")
    fully = [County(full, values(), SEED, seed).run().indicators for seed in SEEDS]
    sampled = [simulate(seed).indicators for seed in SEEDS]

    def both(indicator):
        return (np.array([one[indicator][11::12].mean() for one in results]) for results in (fully, sampled))

    for indicator, tolerance in (
        ("rural_income", 0.01),
        ("registered_income", 0.01),
        ("own_rigid_spending", 0.01),
        ("relapse_rate", 0.10),
        ("dibao_persons", 0.03),
        ("rural_persons", 0.01),
        ("monitored_persons", 0.15),
    ):
        of_full, of_sample = both(indicator)
        assert of_sample.mean() == pytest.approx(of_full.mean(), rel=tolerance), indicator
