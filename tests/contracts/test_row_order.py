"""Persons stand like beside like in their table, and every household still finds its own."""

import numpy as np
import pytest

from sim.core.random_draws import mix
from sim.county import County, values_of
from sim.founding.row_order import order_persons
from sim.scenario import load_scenario


@pytest.fixture(scope="module")
def tables():
    scenario = load_scenario("scenarios/baseline.yaml")
    return County(scenario, values_of(scenario, None), 2021, 0).tables


def members(tables, row):
    found, person = [], int(tables["households"]["first_person"][row])
    while person >= 0:
        found.append(person)
        person = int(tables["persons"]["next"][person])
    return found


def test_every_household_finds_its_members_in_their_order_and_nobody_is_lost(tables):
    households, persons = tables["households"], tables["persons"]
    met = np.zeros(len(persons), dtype=int)
    for row in range(0, len(households), 7):
        for place, person in enumerate(members(tables, row)):
            assert persons["household"][person] == row
            assert persons["identity"][person] == np.uint64(mix(households["identity"][row], np.uint64(place)))
            met[person] += 1
    looked_at = np.isin(persons["household"], np.arange(0, len(households), 7))
    assert (met == looked_at).all()


def test_the_like_stand_beside_the_like(tables):
    persons = tables["persons"]
    changes = {name: float((np.diff(persons[name]) != 0).mean()) for name in ("status", "chronic")}
    by_household = np.argsort(persons["household"], kind="stable")
    otherwise = {name: float((np.diff(persons[name][by_household]) != 0).mean()) for name in changes}
    for name, share in changes.items():
        assert share < 0.3 * otherwise[name], (name, share, otherwise[name])


def test_lining_up_once_more_changes_nothing_that_was_in_order(tables):
    before = {name: tables["persons"][name].copy() for name in ("identity", "household", "next")}
    families = [members(tables, row) for row in range(0, 200)]
    names = [tables["persons"]["identity"][each].tolist() for each in families]
    order_persons(tables)
    assert sorted(before["identity"]) == sorted(tables["persons"]["identity"])
    assert [tables["persons"]["identity"][members(tables, row)].tolist() for row in range(0, 200)] == names
