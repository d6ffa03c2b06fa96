"""Rows found sixty-four at a time are the rows that a look at each would have found, in the same order."""

import numpy as np
import pytest
from numba.core.errors import TypingError

import sim.month  # noqa: F401  declares the tables
from sim.core.columns import allocate
from sim.core.compilation import IS_COMPILED, compiled
from sim.core.finding import drawn, having
from sim.core.luck import uniform

DTYPE = np.dtype((np.record, np.dtype([("identity", "u8"), ("place", "i4"), ("code", "i1"), ("age", "i2")], align=True)))
#: Around the edges of a word, and some words.
SIZES = (0, 1, 63, 64, 65, 128, 130, 1000)


@compiled
def note_having(table, low, high, found):
    """Places of the rows found, in the order in which they come; returns how many."""
    count = 0
    for row in having(table, "code", low, high):
        found[count] = row.place
        count += 1
    return count


@compiled
def note_drawn(table, key, bound, found):
    """The same for rows that luck draws."""
    count = 0
    for row in drawn(table, key, bound):
        found[count] = row.place
        count += 1
    return count


@compiled
def turn_over(table):
    """A rule that changes the column it looks at: who had 1 gets 2."""
    for row in having(table, "code", 1, 1):
        row.code = 2


@compiled
def look_at_ages(table):
    """What no rule may do: the column is wider than a byte."""
    count = 0
    for _ in having(table, "age", 1, 1):
        count += 1
    return count


def table(rows):
    made = allocate("found in", DTYPE, rows)
    made["identity"] = np.arange(rows).astype(np.uint64) * np.uint64(2654435761)
    made["place"] = np.arange(rows)
    made["code"] = np.random.default_rng(rows).integers(-3, 6, rows)
    return made


@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize(("low", "high"), [(1, 1), (0, 2), (-2, 0), (4, 127), (5, 1), (4, 500), (-300, 0), (130, 127)])
def test_having_finds_what_a_look_at_each_row_finds(rows, low, high):
    within, found = table(rows), np.full(rows, -1)
    count = note_having(within, low, high, found)
    assert found[:count].tolist() == np.flatnonzero((within["code"] >= low) & (within["code"] <= high)).tolist()


@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize("bound", [0.0, 0.02, 0.5, 1.0])
def test_drawn_finds_those_whose_draw_is_below_the_bound(rows, bound):
    key = np.uint64(987654321987654321)
    within, found = table(rows), np.full(rows, -1)
    count = note_drawn(within, key, bound, found)
    draws = np.array([uniform(key, identity) for identity in within["identity"]])
    assert found[:count].tolist() == np.flatnonzero(draws < bound).tolist()


def test_rows_beyond_those_in_use_are_not_found():
    whole = table(200)
    whole["code"] = 1
    part, found = whole.first(70), np.full(200, -1)
    assert note_having(part, 1, 1, found) == 70
    assert note_drawn(part, np.uint64(5), 1.0, found) == 70


def test_a_rule_may_change_what_it_looks_at_of_the_row_it_is_at():
    within = table(500)
    before = within["code"].copy()
    turn_over(within)
    assert within["code"].tolist() == np.where(before == 1, 2, before).tolist()


@pytest.mark.skipif(not IS_COMPILED, reason="only the compiler minds")
def test_a_column_wider_than_a_byte_is_refused():
    with pytest.raises(TypingError):
        look_at_ages(table(10))
