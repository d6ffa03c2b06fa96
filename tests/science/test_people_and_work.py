"""Who lives in a county and who of them can work, at founding and five years later; and what more posts do."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from sim.county import County, values_of
from tests.science.test_plans_begin_in_2021 import small
from tests.science.whole_county import SEED

GROUPS = ((15, 24), (25, 39), (40, 54), (55, 59), (60, 64), (65, 69), (70, 79), (80, 120))
#: Published for Liaoning, and moved by what members of rural households differ: see founding.age_shares.
PYRAMID = {(0, 14): 0.11, (15, 59): 0.6165, (60, 120): 0.2735, (65, 120): 0.1875}
REPLICATIONS, WEIGHT = 2, 20  # households to a row: few enough that chance leaves two points between the years


def weights(county: County) -> np.ndarray:
    """How many persons each row of living persons stands for; rows of the dead stand for none."""
    persons, households = county.tables["persons"], county.tables["households"]
    return households["weight"][persons["household"]] * (persons["alive"] == 1)


def able_share(county: County, ages: tuple[int, int]) -> float:
    """Share of an age group out of school who can work."""
    persons = county.tables["persons"]
    there = weights(county) * (persons["age"] >= ages[0]) * (persons["age"] <= ages[1]) * (persons["stage"] == 0)
    return float((there * (persons["capacity"] > 0.0)).sum() / there.sum())


@cache
def counties() -> tuple[dict, dict, dict]:
    """Shares of the pyramid at founding, and who can work by age at founding and at the end of 2025; means of replications."""
    detailed = dataclasses.replace(small(), general_weight=WEIGHT)
    pyramid, founded, after = [], [], []
    for replication in range(REPLICATIONS):
        county = County(detailed, values_of(detailed, None), SEED, replication)
        age, weight = county.tables["persons"]["age"], weights(county)
        pyramid.append([weight[(age >= low) & (age <= high)].sum() / weight.sum() for low, high in PYRAMID])
        founded.append([able_share(county, group) for group in GROUPS])
        for _ in range(60):
            county.step()
        after.append([able_share(county, group) for group in GROUPS])
    found = ((PYRAMID, pyramid), (GROUPS, founded), (GROUPS, after))
    return tuple(dict(zip(keys, np.mean(rows, axis=0))) for keys, rows in found)


@pytest.mark.parametrize("group", PYRAMID, ids=str)
def test_ages_at_founding_are_those_published(group):
    assert counties()[0][group] == pytest.approx(PYRAMID[group], abs=0.02)


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_as_many_of_an_age_can_work_in_2025_as_at_founding(group):
    _, founded, after = counties()
    assert after[group] == pytest.approx(founded[group], abs=0.02)


def test_an_ageing_county_has_fewer_who_can_work():
    shares = []
    county = County(small(), values_of(small(), None), SEED, 0)
    for _ in range(61):
        if county.month in (0, 60):
            shares.append(able_share(county, (0, 120)))
        if county.month < 60:
            county.step()
    assert shares[1] < shares[0]


def test_more_posts_neither_lower_income_nor_raise_relapse():
    found = []
    for count in (3000, 5000, 8000):
        scenario = small(f"public_posts.count={count}")
        runs = []
        for replication in range(2):
            county = County(scenario, values_of(scenario, None), SEED, replication)
            for _ in range(48):
                county.step()
            runs.append((county.latest("registered_income"), county.latest("relapse_rate")))
        found.append(np.mean(runs, axis=0))
    for fewer, more in zip(found, found[1:]):
        assert more[0] >= fewer[0] - 5.0, "yuan"
        assert more[1] <= fewer[1] + 0.001, "a tenth of a point"
