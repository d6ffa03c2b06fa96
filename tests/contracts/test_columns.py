"""A table kept by column is the same table: rules cannot tell, and nothing that is written gets lost."""

import numpy as np
import pytest
from numba import typeof
from numba.core.errors import TypingError

import sim.month  # noqa: F401  declares the tables
from sim.core.compiled import columns
from sim.core.compiled.compilation import IS_COMPILED, entry_point
from sim.core.tables import TABLES, restrict

DTYPE = np.dtype(
    (np.record, np.dtype([("age", "i2"), ("cash", "f8"), ("flag", "i1"), ("losses", "f8", (3,)), ("identity", "u8")], align=True))
)
ROWS, LEAST = 130, 2**17


@entry_point
def age_and_pay(table, amounts):
    """What rules do: read, write, add, look at a row by its number, at a column of several values, copy a row."""
    for row in table:
        row.age += 1
        row.cash = row.cash * 0.5 + amounts[0]
        for i in range(len(row.losses)):
            row.losses[i] += row.age * amounts[i]
    for place in range(len(table)):
        if table[place].age % 7 == 0:
            table[place].flag = 1
    table[3] = table[5]
    table[-1].cash += 1.0


@entry_point
def read_flag(table):
    """The flag of the first row."""
    return table[0].flag


def by_column(rows=ROWS):
    made = columns.allocate("made up", DTYPE, rows, least=LEAST)
    fill(made)
    return made


def as_records(rows=ROWS):
    made = np.zeros(rows, DTYPE).view(np.recarray)
    fill(made)
    return made


def fill(table):
    count = len(table)
    table["age"] = np.arange(count) % 90
    table["cash"] = np.linspace(-5.0, 1e6, count)
    table["losses"] = np.arange(3 * count).reshape(count, 3) / 7.0
    table["identity"] = np.arange(count).astype("u8") + np.uint64(2**63)


def test_a_rule_does_the_same_to_records_and_to_columns_bit_for_bit():
    amounts = np.array([0.1, 0.7, 1e-3])
    one, other = by_column(), as_records()
    age_and_pay(one, amounts)
    age_and_pay(other, amounts)
    assert all(one[name].tobytes() == np.ascontiguousarray(other[name]).tobytes() for name in DTYPE.names)
    assert 0 < one["flag"].sum() < ROWS


def test_columns_begin_at_places_of_their_own_in_a_cache_line_and_do_not_overlap():
    table = by_column()
    spans = sorted((table[name].__array_interface__["data"][0], table[name].nbytes) for name in DTYPE.names)
    assert spans[0][0] % columns.ALIGNED == 0
    assert all(start % 8 == 0 for start, _ in spans)  # where float64 have to begin
    assert all((following - start) % columns.ALIGNED == 8 for (start, _), (following, _) in zip(spans, spans[1:], strict=False))
    assert all(start + size <= following for (start, size), (following, _) in zip(spans, spans[1:], strict=False))


def test_counties_of_ordinary_size_share_one_type_and_a_larger_one_is_lived_the_same():
    whole = LEAST + columns.PER_LINE
    few, most, more = by_column(3 * ROWS), by_column(whole), by_column(whole + 1)
    assert typeof(few) == typeof(most) != typeof(more)
    assert few.capacity == whole < more.capacity
    assert all(table.capacity // columns.PER_LINE % 2 == 1 for table in (few, more))
    amounts, records = np.array([0.1, 0.7, 1e-3]), as_records(whole + 1)
    age_and_pay(more, amounts)
    age_and_pay(records, amounts)
    assert all(more[name].tobytes() == np.ascontiguousarray(records[name]).tobytes() for name in DTYPE.names)


def test_a_row_is_a_place_in_the_table():
    table = by_column()
    row = table[7]
    row.cash = 12.0
    row["age"] += 3
    assert (table["cash"][7], table["age"][7], table[7 - ROWS].cash) == (12.0, 10, 12.0)
    assert [int(each.age) for each in table][:9] == [0, 1, 2, 3, 4, 5, 6, 10, 8]


def test_a_first_part_is_a_view_and_chosen_rows_are_copies_that_refuse_to_be_written():
    table = by_column()
    table.first(4)["cash"] = -1.0
    assert (table["cash"][:5] == -1.0).tolist() == [True, True, True, True, False]
    for chosen in (table[2:4], table[table["age"] > 80], table[[5, 1]]):
        with pytest.raises(ValueError, match="read-only"):
            chosen["cash"] = 0.0
    assert table[[5, 1]]["age"].tolist() == [5, 1]


def test_a_copy_is_independent_and_may_be_written_back():
    table = by_column()
    kept = table.copy()
    table["cash"] = 0.0
    assert kept["cash"][-1] == 1e6
    table[:] = kept
    assert table.tobytes() == kept.tobytes()


@pytest.mark.parametrize("place", [ROWS, -ROWS - 1])
def test_a_row_beyond_the_table_is_refused(place):
    with pytest.raises(IndexError, match=f"no row {place}"):
        by_column()[place]


def test_a_narrow_view_lacks_the_other_columns_compiled_and_not():
    table = by_column()
    narrow = restrict(table, ["cash", "age"])
    narrow["cash"] = 3.0
    assert table["cash"].max() == 3.0
    assert narrow.dtype.names == ("cash", "age")
    for read in (lambda: narrow["flag"], lambda: narrow[0].flag):
        with pytest.raises(AttributeError, match="no column 'flag'"):
            read()
    with pytest.raises(TypingError if IS_COMPILED else AttributeError, match="flag"):
        read_flag(narrow)
    assert read_flag(table) == 0


def test_the_tables_that_every_month_passes_over_are_kept_by_column():
    kept = {name for name, table in TABLES.items() if table.by_column}
    assert kept == {"households", "persons", "histories", "register"}
