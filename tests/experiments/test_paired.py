"""Pairs of futures: flips by hand, nothing from nothing, and what common random numbers are worth."""

import math

import numpy as np
import pytest

from experiments.analyses import comparison
from experiments.execution import runner
from experiments.results.folder import open_folder
from experiments.statistics import estimates, paired
from tests.experiments.synthetic import NAME, Scenario

RUNS = 60


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The synthetic county three times: as it is, shifted towards missing its goals, and as it is again."""
    root = tmp_path_factory.mktemp("pairs")
    for name, scenario in (("one", Scenario()), ("shifted", Scenario(id="shifted", shift=0.8)), ("again", Scenario())):
        runner.run(scenario, root / name, runner.RunOptions(RUNS, 7, 1, model_name=NAME))
    return {name: open_folder(root / name) for name in ("one", "shifted", "again")}


def test_flips_are_counted_and_weighed():
    met_one = [0, 0, 0, 1, 1, 1, 0, 1]
    met_two = [1, 1, 0, 1, 0, 1, 1, 1]
    margins = ([-1.0] * 8, [0.0, 0.0, -2.0, -1.0, -3.0, 0.0, 0.0, 0.0])
    found = paired.flips(met_one, met_two, margins, np.arange(8))
    assert (found.helped, found.harmed, found.both, found.neither) == (3, 1, 3, 1)
    assert found.difference == 0.25
    assert found.low < 0.25 < found.high
    assert found.won == 0.75
    assert found.margin_better == (5 + 0.5) / 8
    # Bonett and Price by hand: (3 + 1) / 10 and (1 + 1) / 10.
    half = 1.959964 * math.sqrt((0.4 + 0.2 - 0.2**2) / 10)
    assert (found.low, found.high) == pytest.approx((0.2 - half, 0.2 + half), abs=1e-5)


def test_what_was_not_assessed_is_left_out():
    found = paired.flips([1, np.nan, 0], [1, 1, np.nan], ([0.1, 0.2, 0.3], [0.2, 0.2, 0.2]), [0, 1, 2])
    assert (found.runs, found.both) == (1, 1)


def test_pairs_of_one_draw_count_for_less():
    random = np.random.default_rng(3)
    step = np.repeat(random.integers(0, 2, 50), 2).astype(float)  # both runs of a draw do the same
    alone = paired.difference_of_proportions(np.zeros(100), step, np.arange(100))
    together = paired.difference_of_proportions(np.zeros(100), step, np.arange(100) // 2)
    assert together[2] - together[1] > 1.3 * (alone[2] - alone[1])


def test_a_scenario_against_itself_is_exactly_nothing(folders):
    made = comparison.compare([folders["one"], folders["again"]])
    (one,) = made["comparisons"]
    assert one["same"]
    for line in one["goals"]:
        assert line["difference"] == line["low"] == line["high"] == 0
        assert line["margin_difference"] == line["margin_difference_low"] == line["margin_difference_high"] == 0
        assert (line["helped"], line["harmed"], line["margin_better"]) == (0, 0, 0.5)
    for part in ("indicators", "money", "places"):
        assert all(line["difference"] == line["low"] == line["high"] == 0 for line in one[part])
    assert {line["verdict"] for line in one["places"]} <= {"same"}


def test_a_shift_is_found_with_its_sign_and_size(folders):
    (one,) = comparison.compare([folders["one"], folders["shifted"]])["comparisons"]
    assert not one["same"]
    goals = {line["id"]: line for line in one["goals"]}
    assert goals["G2"]["margin_difference"] == pytest.approx(-0.8)
    assert goals["G2"]["margin_better"] == 0
    assert goals["G2"]["helped"] == 0 < goals["G2"]["harmed"]
    assert goals["G2"]["difference"] <= -0.05
    assert goals["joint_headline"]["harmed"] >= goals["G2"]["harmed"]
    for line in one["indicators"]:
        assert line["difference"] == pytest.approx(0.8)
    # Yuan a year: 10 000 for each unit of level, under two uses in half of the replications and under one in the others.
    public = one["money"][0]
    assert public["fund"] == "public"
    assert public["difference"] == pytest.approx(0.8 * 1e4 * 1.5)


def test_results_without_common_futures_are_refused(folders, tmp_path):
    runner.run(Scenario(), tmp_path, runner.RunOptions(4, 8, 1, model_name=NAME))
    with pytest.raises(comparison.Unpaired, match="its seed is 8"):
        comparison.compare([folders["one"], open_folder(tmp_path)])


def test_paired_luck_is_worth_what_it_shares():
    random = np.random.default_rng(1)
    common, own = random.normal(size=(2, 5000))
    assert paired.variance_ratio(common, common + 0.1 * own) == pytest.approx(200, rel=0.1)
    assert (
        paired.variance_ratio(common, common + 1.0) == pytest.approx(math.inf)
        or paired.variance_ratio(common, common + 1.0) > 1e20
    )


def test_differences_of_means_are_those_of_the_pairs():
    mean = paired.difference([1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 5.0, 5.0], [0, 0, 1, 1])
    assert mean.mean == 1.0
    assert mean == estimates.mean([1.0, 0.0, 2.0, 1.0], [0, 0, 1, 1])


def test_six_pairs_of_one_sign_are_the_fewest_that_are_clear():
    # Of the 32 arrangements of six signs (all turned alike are one) only the given one makes |t| so large: 1/32 < 0.05.
    # Of five signs there are 16.
    steps = np.array([[1.0, 1.2, 0.9, 1.1, 0.8, 1.3]]).T
    assert paired.clear_steps(steps).all() and not paired.clear_steps(steps[:5]).any()
    assert not paired.clear_steps(steps * [[1], [1], [1], [-1], [1], [1]]).any()


def test_an_outcome_among_many_has_to_stand_out_among_all_of_them():
    noise = np.random.default_rng(3).normal(size=(8, 60))
    noise[:, 0] += 1.5
    assert not paired.clear_steps(noise).any() and paired.clear_steps(noise[:, :1]).all()
    noise[:, 0] += 20.0
    assert paired.clear_steps(noise).tolist() == [True] + [False] * 59
    assert not paired.clear_steps(np.zeros((8, 3))).any()


def test_chance_alone_is_called_clear_in_one_of_twenty_searches_at_most():
    rng = np.random.default_rng(5)
    alarms = np.mean([paired.clear_steps(rng.normal(size=(6, 30))).any() for _ in range(400)])
    assert alarms <= 0.05 + 2.6 * (0.05 * 0.95 / 400) ** 0.5  # and 1/32 is expected
