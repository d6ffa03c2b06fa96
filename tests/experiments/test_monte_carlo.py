"""Intervals and variance shares, against textbook numbers, extreme cases and problems whose truth is
known.
"""

import math

import numpy as np
import pytest
from scipy.stats import norm

from experiments.statistics import estimates
from experiments.statistics.estimates import jointly, mean, proportion, quantiles, random_shares, split, wilson


def pairs(draws):
    """The draw of each of ``2 * draws`` runs in pairs."""
    return np.arange(2 * draws) // 2


def two_level(random, repeats, draws, ignorance):
    """Standard normal values (repeats, draws, 2) of which a share ``ignorance`` of the variance is shared by
    a pair.
    """
    between = random.standard_normal((repeats, draws, 1))
    within = random.standard_normal((repeats, draws, 2))
    return math.sqrt(ignorance) * between + math.sqrt(1 - ignorance) * within


def test_wilson_gives_the_textbook_interval():
    # z = 1.96, 5 of 10: centre 0.5, half = 1.96 * sqrt(0.025 + 0.0096) / 1.384 = 0.2634
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    # 0 of 10: high = z^2 / (10 + z^2) = 3.8415 / 13.8415
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_independent_runs_get_wilsons_interval():
    met = np.array([1] * 37 + [0] * 63)
    estimate = proportion(met, np.arange(100))
    assert (estimate.low, estimate.high) == pytest.approx(wilson(37, 100))
    assert (estimate.runs, estimate.draws, estimate.effective_runs, estimate.bound) == (100, 100, 100, None)


def test_no_success_is_a_bound_that_counts_draws_and_not_runs():
    none, every = (proportion(np.full(100, met), pairs(50)) for met in (0, 1))
    assert (none.probability, none.low, none.bound) == (0, 0, "below")
    assert none.high == pytest.approx(wilson(0, 50)[1])
    assert (every.probability, every.high, every.bound) == (1, 1, "above")
    assert every.low == pytest.approx(1 - none.high)


@pytest.mark.parametrize("draws", [3, 10, 50, 500])
def test_seeing_a_first_success_never_lowers_the_upper_end(draws):
    upper = []
    for successes in range(4):
        met = np.zeros(2 * draws)
        met[: 2 * successes : 2] = 1  # each in a draw of its own
        upper.append(proportion(met, pairs(draws)).high)
    assert upper == sorted(upper)


def test_success_and_failure_are_treated_alike():
    met = np.random.default_rng(3).integers(0, 2, 40) * (np.arange(40) % 3 > 0)
    estimate, mirrored = proportion(met, pairs(20)), proportion(1 - met, pairs(20))
    assert (estimate.low, estimate.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low))


def test_twins_count_once_and_strangers_twice():
    half = np.random.default_rng(5).integers(0, 2, 1000)
    twins = proportion(np.repeat(half, 2), pairs(1000))
    strangers = proportion(np.random.default_rng(6).integers(0, 2, 2000), pairs(1000))
    assert twins.effective_runs == pytest.approx(1000, rel=0.001)
    assert strangers.effective_runs == pytest.approx(2000, rel=0.06)


def test_a_lost_partner_does_not_disturb():
    met, draws = np.array([1, 0, 1, 1, 0]), np.array([0, 0, 1, 1, 2])
    estimate = proportion(met, draws)
    assert 0 < estimate.low < 0.6 < estimate.high < 1
    assert 3 <= estimate.effective_runs <= 5
    assert proportion([math.nan, 1.0], [0, 0]).runs == 1
    assert proportion([math.nan], [0]).high == 1


def covered(random, repeats, draws, probability, ignorance):
    """How often the 95 % interval contains the truth."""
    met = (two_level(random, repeats, draws, ignorance) < norm.ppf(probability)).reshape(repeats, -1)
    estimates = [proportion(row, pairs(draws)) for row in met]
    return np.mean([estimate.low <= probability <= estimate.high for estimate in estimates])


def test_intervals_of_probabilities_cover_the_truth():
    random = np.random.default_rng(11)
    shares = [covered(random, 300, 50, p, r) for p in (0.1, 0.3, 0.5) for r in (0.0, 0.4, 0.9)]
    assert 0.93 <= np.mean(shares) <= 0.975  # 2 700 intervals: three standard errors are 1.3 points


@pytest.mark.deep
@pytest.mark.parametrize("draws", [5, 10, 25, 50, 250])
def test_intervals_of_probabilities_cover_the_truth_over_a_large_grid(draws):
    random = np.random.default_rng(draws)
    grid = [(p, r) for p in (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 0.95) for r in (0.0, 0.3, 0.7, 1.0)]
    shares = [covered(random, 2000, draws, p, r) for p, r in grid]
    assert 0.93 <= np.mean(shares) <= 0.97
    assert min(shares) >= 0.88  # near 0 and 1 the few possible counts make coverage jump, as with every interval


def test_the_variance_of_a_two_level_model_is_split_as_it_was_made():
    values = two_level(np.random.default_rng(1), 1, 4000, 0.36).ravel()
    shares = split(values, pairs(4000))
    assert shares.ignorance == pytest.approx(0.36, abs=0.03)
    assert shares.luck + shares.ignorance == pytest.approx(1)
    assert shares.low < 0.36 < shares.high
    assert not shares.negative


def test_the_interval_of_the_split_covers_the_truth():
    values = two_level(np.random.default_rng(2), 600, 20, 0.5).reshape(600, -1)
    shares = [split(row, pairs(20)) for row in values]
    assert np.mean([share.low <= 0.5 <= share.high for share in shares]) == pytest.approx(0.95, abs=0.03)


def test_a_split_has_honest_ends():
    opposites = split([1.0, -1.0, 2.0, -2.0, 3.0, -3.0], pairs(3))
    assert (opposites.luck, opposites.ignorance, opposites.negative) == (1.0, 0.0, True)
    twins = split([1.0, 1.0, 2.0, 2.0, 3.0, 3.0], pairs(3))
    assert (twins.luck, twins.ignorance) == (0.0, 1.0)
    assert math.isnan(split([17.3] * 6, pairs(3)).luck)  # nothing varies
    assert math.isnan(split([1.0, 2.0, 3.0], np.arange(3)).luck)  # no draw was run twice
    assert math.isnan(split([1.0, 2.0], [0, 0]).luck)  # only one draw


def test_shares_of_many_columns_equal_the_split_of_each():
    values = np.random.default_rng(4).normal(17_000, 300, (30, 6, 2))
    values[:, 2, 1] = 5.0
    shares = random_shares(values, pairs(15))
    assert shares.shape == (6, 2)
    assert math.isnan(shares[2, 1])
    expected = [split(values[:, i, 0], pairs(15)).luck for i in range(6)]
    assert shares[:, 0] == pytest.approx(expected)


def test_quantiles_leave_missing_runs_out():
    values = np.random.default_rng(7).normal(size=(41, 5, 3))
    values[3, 0, 0] = values[:30, 1, 1] = math.nan
    expected = np.nanquantile(values, estimates.BAND, axis=0)
    assert quantiles(values) == pytest.approx(expected)
    values[:, 4, 2] = math.nan
    assert np.isnan(quantiles(values)[:, 4, 2]).all()


def test_the_interval_of_a_mean_knows_of_draws():
    values = two_level(np.random.default_rng(8), 800, 12, 0.6).reshape(800, -1)
    estimates = [mean(row, pairs(12)) for row in values]
    assert np.mean([estimate.low <= 0 <= estimate.high for estimate in estimates]) == pytest.approx(0.95, abs=0.03)
    assert math.isnan(mean([1.0, 2.0], [0, 0]).low)
    assert math.isnan(mean([math.nan], [0]).mean)


def test_all_at_once_needs_each_and_stays_unknown_without_one():
    together = jointly({"a": [1, 1, 0, 1, 0], "b": [1.0, 0.0, 0.0, math.nan, math.nan]})
    assert together[[0, 1, 2, 4]].tolist() == [1, 0, 0, 0]  # who missed one has not met all, whatever the other
    assert math.isnan(together[3])
    with pytest.raises(ValueError, match="one draw for each run"):
        proportion([1, 0], [0])
