"""The rules by which the tables of a workbook write estimates: no digit more than the interval supports."""

import re

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as some

from experiments.reporting.documents import measures, probability_wording
from experiments.reporting.documents.context import points
from experiments.reporting.documents.probability_wording import Chance
from experiments.reporting.figures import sweep_charts
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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_adding_up_in_another_order_leaves_is_no_difference(language):
    words = Words(language)
    assert probability_wording.with_interval(4e-16, -4e-16, 1.2e-15, unit="persons", words=words, sign=True) == words(
        "no_difference"
    )
    assert words.number(4e-16, "persons", sign=True) == "0" and words.number(-4e-16, "yuan") == "0"
    assert words.number(0.0004, "persons", sign=True) != "0"


@pytest.mark.parametrize(("base", "plan", "told"), [(0.0, 0.65, "+65（+40至+90）"), (0.644, 0.0, "-64"), (0.5, 0.5, "无差异")])
def test_a_change_in_points_is_that_of_the_percents_beside_it(base, plan, told):
    around = 0.0 if base == plan else 0.25
    change = probability_wording.Change(plan - base, plan - base - around, plan - base + around)
    assert points(change, Words("zh"), (base, plan)).startswith(told)


@pytest.mark.parametrize(
    ("subject", "values", "within"),
    [
        ({"kind": "probability", "unit": "share"}, (0.0, -0.1, 0.217), (0.0, 0.217)),
        ({"kind": "probability", "unit": "share"}, (0.9, 0.7, 1.1), (0.7, 1.0)),
        ({"kind": "mean", "unit": "million yuan/year"}, (0.1, -0.2, 0.4), (0.0, 0.4)),
        ({"kind": "margin", "unit": "persons"}, (10.0, -10.0, 30.0), (-10.0, 30.0)),
    ],
)
def test_an_interval_holds_nothing_that_cannot_be(subject, values, within):
    assert sweep_charts.bounded(*values, subject) == within


def test_a_mean_of_counts_has_no_end_below_none():
    run = pandas.Series([0.0, 0.0, 0.0, 40.0], index=range(4))
    measured = measures.Measurements(None)
    measured.__dict__["draws"] = pandas.Series(range(4), index=range(4))
    assert measured.estimate(run).low == 0.0 and measured.estimate(run - 20.0).low < -20.0
