"""The metamorphic relations MR1 to MR32 hold in a county an eighth the size; `xianjie selftest` looks at the whole one."""

import json

import pytest

from experiments.validation import selftest
from experiments.validation.relations import RELATIONS, World
from tests.science.whole_county import SMALL

WORLD = SMALL
#: Two pools of workers take long to start; tests/experiments/test_command_line.py checks the same on result folders.
SLOW = ("MR32",)


def test_all_thirty_two_are_there():
    assert sorted(each.number for each in RELATIONS.values()) == list(range(1, 33))
    assert all(each.zh and each.en and each.where for each in RELATIONS.values())


@pytest.mark.parametrize("name", sorted(set(RELATIONS) - set(SLOW), key=lambda name: int(name[2:])))
def test_the_relation_holds(name):
    found = RELATIONS[name].check(WORLD)
    assert found.holds, found.en


@pytest.mark.deep
@pytest.mark.parametrize("name", SLOW)
def test_the_slow_relation_holds(name):
    assert RELATIONS[name].check(WORLD).holds


def test_a_relation_that_stops_with_an_error_does_not_hold_and_says_why(monkeypatch):
    class Broken(World):
        def county(self, *given, **changes):
            raise RuntimeError("the county burned down")

    monkeypatch.setattr(selftest, "World", Broken)
    row = next(selftest.relations(selftest.QUICK, 1, only=["MR29"]))
    assert row["holds"] is False and "burned down" in row["measured"]["en"]
    json.dumps(row)
