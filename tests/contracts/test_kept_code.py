"""Machine code is kept by what tells the types of a rule's arguments, and a rule that fails says why and where."""

from dataclasses import replace

import numpy as np
import pytest

import sim.county
from experiments.validation.relations.world import World, scenario
from sim.core.compiled import columns
from sim.core.compiled.compilation import IS_COMPILED, reuse_machine_code
from sim.core.tables import USUAL_ROWS

pytestmark = pytest.mark.skipif(not IS_COMPILED, reason="nothing is kept where nothing is compiled")


def county(months=2):
    """A small county with the random draws of seed 3."""
    return sim.county.County(replace(scenario(), months=months), World(size=1 / 8).values(), 3, 0)


def test_a_compiled_rule_that_fails_says_why_and_where():
    full = county()
    assert full.month == 0  # January: children are about to be born
    full.tables.counts["persons"][0] = len(full.tables.rows["persons"])
    with pytest.raises(OverflowError, match="table 'persons' is full") as problem:
        full.step()
    assert problem.value.__notes__ == ["in process 'births', month 2021-01"]


@reuse_machine_code
def _sum(table, out):
    """The cash of all rows."""
    out[0] = 0.0
    for row in table:
        out[0] += row.cash


def test_code_kept_for_a_table_is_not_used_for_one_with_other_room():
    dtype = np.dtype((np.record, np.dtype([("identity", "u8"), ("cash", "f8")], align=True)))
    large = columns.allocate("roomy", dtype, 100, least=1024)
    small = columns.allocate("roomy", dtype, 100, least=128)
    assert small.capacity < large.capacity
    for table in (large, small, large, small):
        table["cash"] = np.arange(100.0)
        out = np.zeros(1)
        _sum(table, out)
        assert out[0] == 4950.0


def test_a_county_with_more_room_has_code_of_its_own():
    made = county(months=1)
    before = {step.process.name: bound._types() for step, bound in made.steps}
    persons = made.tables.rows["persons"]
    larger = made.tables.rows["persons"] = columns.allocate("persons", persons.dtype, len(persons), least=8 * USUAL_ROWS)
    larger[:] = persons
    for step, bound in made.steps:
        about_persons = "persons" in (*step.process.tables, *step.process.creates)
        assert (bound._types() != before[step.process.name]) == about_persons
