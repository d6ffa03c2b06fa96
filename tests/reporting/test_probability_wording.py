"""The rules by which a brief turns estimates into sentences, in both languages: no sentence says more than its interval."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from experiments.reporting.documents import probability_wording, risks, summary
from experiments.reporting.documents.probability_wording import Chance, Change
from experiments.reporting.translations import Words
from experiments.statistics import estimates

ZH, EN = Words("zh"), Words("en")
NUMERALS = {character: number for number, character in enumerate("一两三四五六七八九", 1)}


@pytest.mark.parametrize(
    ("chance", "zh", "en"),
    [
        (Chance(0.72, 0.65, 0.78, 400), "十种未来里约有七种", "in about 7 of 10 futures"),
        # 7 of 10 lies outside so narrow an interval; 72 of 100 within.
        (Chance(0.72, 0.715, 0.725, 40000), "一百种未来里约有72种", "in about 72 of 100 futures"),
        (Chance(0.004, 0.002, 0.009, 2000), "一千种未来里约有4种", "in about 4 of 1000 futures"),
        (Chance(0.5, 0.2, 0.8, 8), "十种未来里约有2到8种（遍数不足以说得更细）",
         "in some 2 to 8 of 10 futures (the runs allow no closer answer)"),
        (Chance(0.0, 0.0, 0.03, 100, "below"), "100遍模拟中无一达到，概率不高于3%",
         "met in none of 100 runs, so the probability is at most 3 %"),
        (Chance(1.0, 0.97, 1.0, 100, "above"), "100遍模拟全部达到，概率不低于97%",
         "met in all 100 runs, so the probability is at least 97 %"),
        (Chance(0.0001, 0.00005, 0.0004, 90000), "极少有未来能达到，概率不高于0.04%",
         "in hardly any future, the probability is at most 0.04 %"),
        (None, "未作评估", "not assessed"),
    ],
)  # fmt: skip
def test_a_probability_is_worded_no_finer_than_its_interval(chance, zh, en):
    assert probability_wording.reading(chance, ZH) == zh
    assert probability_wording.reading(chance, EN) == en


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.91, 0.99, "very_likely"), (0.89, 0.99, "likely"), (0.55, 0.9, "rather_likely"), (0.4, 0.6, "undecided"),
        (0.1, 0.45, "rather_unlikely"), (0.02, 0.3, "unlikely"), (0.0, 0.08, "very_unlikely"), (0.0, 1.0, "undecided"),
    ],
)  # fmt: skip
def test_a_verdict_is_true_of_the_whole_interval(low, high, verdict):
    chance = Chance((low + high) / 2, low, high, 100)
    assert probability_wording.verdict(chance) == verdict
    assert probability_wording.format_verdict(chance, ZH) == ZH(f"verdict_{verdict}")


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        (Change(0.12, 0.05, 0.19), "使概率提高12 个百分点（5–19）", "it raises the probability by 12 points (5–19)"),
        (Change(-0.12, -0.19, -0.05), "使概率降低12 个百分点（5–19）", "it lowers the probability by 12 points (5–19)"),
        (Change(0.02, -0.03, 0.07), "看不出对概率有影响（95%区间 -3 至 +7 个百分点）",
         "no effect on the probability can be shown (95 % interval -3 to +7 points)"),
        (Change(0.0, 0.0, 0.0), "没有任何一种未来因此不同", "it makes no difference in any future"),
        (None, "变化不详", "the change is not known"),
    ],
)  # fmt: skip
def test_a_change_is_reported_only_where_its_interval_lies_on_one_side_of_nothing(change, zh, en):
    assert probability_wording.change_of_probability(change, ZH) == zh
    assert probability_wording.change_of_probability(change, EN) == en


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


def test_a_difference_of_nothing_is_reported_as_none():
    assert probability_wording.with_interval(0.0, 0.0, 0.0, "yuan", ZH, sign=True) == "无差异"
    assert probability_wording.with_interval(-3.0, -5.0, -1.0, "yuan", EN, sign=True) == "-3 yuan (-5 to -1)"


def test_files_look_better_only_where_the_intervals_lie_apart():
    true = Chance(0.2, 0.1, 0.3, 50)
    assert summary.compare_with_record(true, Chance(0.6, 0.4, 0.8, 50)) == "better"
    assert summary.compare_with_record(true, Chance(0.35, 0.25, 0.5, 50)) == "alike"
    assert summary.compare_with_record(Chance(0.9, 0.8, 0.95, 50), true) == "worse"


def test_a_goal_turns_unlikely_when_it_stays_below_one_half_for_good():
    years = [(2021, 0.45), (2022, 0.7), (2023, 0.4), (2024, 0.3)]
    goal = {"by_year": [{"year": year, "probability": high - 0.1, "low": 0.0, "high": high} for year, high in years]}
    assert risks.first_unlikely_year(goal)["year"] == 2023
    assert risks.first_unlikely_year({"by_year": goal["by_year"][:2]}) is None


outcomes = some.lists(some.tuples(some.booleans(), some.booleans()), min_size=1, max_size=60)


@given(outcomes, some.integers(1, 40))
def test_whatever_the_runs_every_word_agrees_with_the_interval(pairs, repeats):
    met = [float(value) for pair in pairs * repeats for value in pair]
    draws = [number for number in range(len(pairs) * repeats) for _ in range(2)]
    found = estimates.proportion(met, draws)
    chance = Chance.of(vars(found))
    low, high = next(
        (low, high) for name, low, high in probability_wording.VERDICTS if name == probability_wording.verdict(chance)
    )
    assert low <= chance.low and chance.high <= high
    zh, en = probability_wording.reading(chance, ZH), probability_wording.reading(chance, EN)
    if chance.bound:
        assert probability_wording.format_probability(chance, EN).startswith(("at most", "at least"))
        assert not re.search(r"\b(0|100) %", en) and "100%" not in zh.replace("低于100%", "")
        return
    match = re.fullmatch(r"in about (\d+) of (\d+) futures", en)
    if match:
        share = int(match[1]) / int(match[2])
        assert chance.low <= share <= chance.high and 0 < share < 1
        number = re.fullmatch(r"[十百千一]+种未来里约有(.+)种", zh)[1]
        assert NUMERALS.get(number) == int(match[1]) or number == match[1]
    else:
        spread = re.match(r"in some (\d+) to (\d+) of 10", en)
        if spread:
            assert int(spread[1]) / 10 <= chance.low and chance.high <= int(spread[2]) / 10
            assert f"{spread[1]}到{spread[2]}种" in zh
        else:
            assert "at most" in en or "at least" in en


@given(some.floats(-1e7, 1e7), some.floats(1e-3, 1e6))
def test_a_rounded_value_stays_within_its_interval(middle, half):
    low, high = middle - half, middle + half
    assert low <= probability_wording.round_to_interval(middle, low, high) <= high


@given(some.floats(-0.9, 0.9), some.floats(0.001, 0.5))
def test_a_change_that_is_reported_has_the_sign_of_its_whole_interval(middle, half):
    change = Change(middle, max(-1.0, middle - half), min(1.0, middle + half))
    text = probability_wording.change_of_probability(change, EN)
    assert ("raises" in text) == (change.low > 0)
    assert ("lowers" in text) == (change.high < 0)
    assert ("no effect" in text) == (change.low <= 0 <= change.high)
