"""The rules by which the tables of a workbook write estimates: no digit more than the interval supports."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.probability_wording import Chance
from experiments.reporting.translations import Words
from experiments.statistics import estimates

EN = Words("en")


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (15732.4, 15100.0, 16364.0, "15,700 yuan (15,100–16,400)"),  # half width 632: hundreds
        (15732.4, 15730.0, 15734.8, "15,732 yuan (15,730–15,735)"),  # half width 2.4: whole
        (0.0123, 0.0119, 0.0127, "0.0123 yuan (0.0119–0.0127)"),
    ],
)
def test_a_quantity_has_no_digit_that_its_interval_does_not_support(value, low, high, expected):
    assert probability_wording.with_interval(value, low, high, "yuan", EN) == expected


def test_an_end_that_is_not_nothing_is_not_written_as_nothing():
    assert probability_wording.with_interval(12.3, 0.3, 24.3, "points", EN) == "12.3 points (0.3–24.3)"


outcomes = some.lists(some.tuples(some.booleans(), some.booleans()), min_size=1, max_size=60)


@given(outcomes, some.integers(1, 40))
def test_none_or_all_of_the_runs_is_written_as_a_bound(pairs, repeats):
    met = [float(value) for pair in pairs * repeats for value in pair]
    draws = [number for number in range(len(pairs) * repeats) for _ in range(2)]
    chance = Chance.of(vars(estimates.proportion(met, draws)))
    text = probability_wording.format_probability(chance, EN)
    assert text.startswith(("at most", "at least")) == (len(set(met)) == 1)
    assert not re.search(r"(?<![\d.])(0|100) %", text)


@given(some.floats(-1e7, 1e7), some.floats(1e-3, 1e6))
def test_a_rounded_value_stays_within_its_interval(middle, half):
    low, high = middle - half, middle + half
    assert low <= probability_wording.round_to_interval(middle, low, high) <= high
