"""A month driven in machine code is the month called rule by rule, and fails as it does."""

import struct
from dataclasses import replace

import numpy as np
import pytest

import sim.county
from experiments.relations.world import World, scenario
from sim.core import columns, driving
from sim.core.compilation import IS_COMPILED, compiled, settled
from sim.core.driving import words_of

pytestmark = pytest.mark.skipif(not IS_COMPILED, reason="nothing is driven where nothing is compiled")
MONTHS = 26  # two Januaries, two Decembers


def county(months=MONTHS):
    """A small county, its luck that of seed 3."""
    return sim.county.County(replace(scenario(), months=months), World(size=1 / 8).values(), 3, 0)


def lived(one_by_one: bool):
    """A county after its months, and how often the driver lived one of them."""
    made = county()
    driven = []
    if one_by_one:
        made.watch = lambda process, month, before: None
    live = made._driver.live
    made._driver.live = lambda *asked: driven.append(live(*asked)) or driven[-1]
    while made.month < MONTHS:
        made.step()
    return made, driven


def test_a_month_driven_is_the_month_called_rule_by_rule():
    one, _ = lived(one_by_one=True)  # also the first of the program, so that every rule has run
    other, driven = lived(one_by_one=False)
    assert driven == [-1] * MONTHS
    for name in one.tables.rows:
        assert one.tables[name].tobytes() == other.tables[name].tobytes(), name
    assert one._record.measures.tobytes() == other._record.measures.tobytes()
    assert one._record.onsets.tobytes() == other._record.onsets.tobytes()


def test_what_fails_in_machine_code_says_why_and_where():
    lived(one_by_one=True)
    full = county()
    assert full.month == 0  # January: children are about to be born
    full.tables.counts["persons"][0] = len(full.tables.rows["persons"])
    with pytest.raises(OverflowError, match="table 'persons' is full") as problem:
        full.step()
    assert problem.value.__notes__ == ["in process 'births', month 2021-01"]


def test_words_are_what_a_compiled_function_takes():
    array = np.arange(6.0).reshape(2, 3)
    start = array.__array_interface__["data"][0]
    assert words_of((1, -1, np.uint64(2**64 - 1))) == [1, -1, -1]
    assert words_of(1.5) == list(struct.unpack("q", struct.pack("d", 1.5)))
    assert words_of((array,)) == [0, 0, 6, 8, start, 2, 3, 24, 8]


@settled
@compiled
def _sum(table, out):
    """The cash of all rows."""
    out[0] = 0.0
    for row in table:
        out[0] += row.cash


def test_code_kept_for_a_table_is_not_used_for_one_with_other_room(monkeypatch):
    dtype = np.dtype((np.record, np.dtype([("identity", "u8"), ("cash", "f8")], align=True)))
    large = columns.allocate("roomy", dtype, 100)
    monkeypatch.setattr(columns, "LEAST_LINES", 17)
    small = columns.allocate("roomy", dtype, 100)
    assert small.capacity < large.capacity
    for table in (large, small, large, small):
        table["cash"] = np.arange(100.0)
        out = np.zeros(1)
        _sum(table, out)
        assert out[0] == 4950.0


def test_a_county_with_more_room_has_code_of_its_own(monkeypatch):
    made = county(months=1)
    before = {step.process.name: wired._types() for step, wired in made.steps}
    monkeypatch.setattr(columns, "LEAST_LINES", 8 * columns.LEAST_LINES)
    made.tables.rows["persons"] = made.tables.rows["persons"].copy()
    for step, wired in made.steps:
        about_persons = "persons" in (*step.process.tables, *step.process.creates)
        assert (wired._types() != before[step.process.name]) == about_persons


def test_a_rule_that_does_not_take_its_arguments_as_words_is_called_from_python(monkeypatch):
    lived(one_by_one=True)
    monkeypatch.setattr(driving, "fits", lambda code, words: False)
    made = county(months=2)
    assert made._driver.live(made.month, 0, len(made.steps)) is None
    made.step()
    assert made.month == 1
