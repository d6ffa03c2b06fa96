"""Sensitivity on functions whose indices are known, with chance on top; solving on curves whose answer is known."""

import numpy as np
import pytest
from scipy.stats import norm

from experiments.analyses import solve
from experiments.statistics import sensitivity_indices

NAMES = ["x1", "x2", "x3"]
# Ishigami's function with a = 7, b = 0.1: the indices in closed form (Saltelli and others 2008, doi 10.1002/9780470725184).
FIRST = {"x1": 0.3139, "x2": 0.4424, "x3": 0.0}
TOTAL = {"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}


def ishigami(points):
    x = np.pi * (2.0 * points - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def with_chance(values, replicates, common, own, seed=0):
    """Replications (points, replicates): chance that is the same at every point, and chance that is not."""
    random = np.random.default_rng(seed)
    return values[:, None] + common * random.normal(size=replicates) + own * random.normal(size=(len(values), replicates))


@pytest.mark.parametrize(("common", "own", "replicates"), [(0.0, 0.0, 1), (2.0, 0.0, 3), (1.0, 2.0, 4)])
def test_sobol_indices_are_those_of_ishigami_with_noise_and_without(common, own, replicates):
    points = sensitivity_indices.sobol_points(NAMES, 2048, 1)
    rows, found = sensitivity_indices.shares(NAMES, with_chance(ishigami(points), replicates, common, own))
    for row in rows:
        assert row.first == pytest.approx(FIRST[row.factor], abs=max(0.02, row.first_conf))
        assert row.total == pytest.approx(TOTAL[row.factor], abs=max(0.02, row.total_conf))
    assert [row.factor for row in rows] == ["x1", "x2", "x3"]
    assert found.parameters == pytest.approx(13.84, rel=0.05)
    if common == 0.0 and own == 0.0:
        assert found.random == found.noise == 0.0
    if own:
        assert found.noise == pytest.approx(own**2 / replicates, rel=0.1)
        assert 0 < found.random_share < 0.5


def test_noise_left_in_would_have_spoilt_the_indices():
    points = sensitivity_indices.sobol_points(NAMES, 1024, 1)
    outcome = with_chance(ishigami(points), 2, 0.0, 4.0)
    mended, _ = sensitivity_indices.shares(NAMES, outcome)
    naive, _ = sensitivity_indices.shares(NAMES, outcome.mean(axis=1, keepdims=True))
    error = {name: [abs(row.total - TOTAL[row.factor]) for row in rows] for name, rows in (("mended", mended), ("naive", naive))}
    assert sum(error["mended"]) < 0.5 * sum(error["naive"])


def test_nothing_varies_nothing_is_shared():
    points = sensitivity_indices.sobol_points(NAMES, 16, 1)
    rows, found = sensitivity_indices.shares(NAMES, np.ones((len(points), 2)))
    assert rows == []
    assert np.isnan(found.random_share)


def test_screening_finds_the_linear_effects_and_passes_no_dummy():
    names = ["strong", "weak", *(f"dummy {number}" for number in range(30))]
    points = sensitivity_indices.morris_points(names, 10, 1)
    rows = sensitivity_indices.screen(names, points, with_chance(4.0 * points[:, 0] + 1.0 * points[:, 1], 3, 1.0, 0.3), 1)
    assert [row.factor for row in rows[:2]] == ["strong", "weak"]
    assert rows[0].mu == pytest.approx(4.0, abs=0.5)
    assert all(row.passes for row in rows[:2])
    assert sum(row.passes for row in rows[2:]) <= 2  # one in a hundred by chance


def test_a_factor_without_effect_passes_one_screening_in_a_hundred():
    """What chance adds is estimated from two replicates; chi-square, which takes it for known, let 13 in a hundred pass."""
    names = [f"dummy {number}" for number in range(40)]
    passed = []
    for seed in range(50):
        points = sensitivity_indices.morris_points(names, 4, seed)
        passed += [
            row.passes
            for row in sensitivity_indices.screen(names, points, with_chance(np.zeros(len(points)), 2, 1.0, 0.5, seed), 1)
        ]
    assert 0.004 < np.mean(passed) < 0.017


def smooth_chance(points, replicates, seed):
    """Chance that goes with or against the whole outcome in a replicate, two thirds as large: 40 % of a run."""
    values = ishigami(points)
    return (values - values.mean())[:, None] * np.sqrt(2 / 3) * np.random.default_rng(seed).normal(size=replicates)


@pytest.mark.parametrize("base", [64, 256])
@pytest.mark.parametrize("smooth", [False, True])
def test_intervals_of_variance_shares_hold_the_truth_where_chance_is_two_fifths(base, smooth):
    inside = []
    for seed in range(60):
        points = sensitivity_indices.sobol_points(NAMES, base, seed)
        values, chance = ishigami(points), np.sqrt(13.84 * 2 / 3)
        outcome = values[:, None] + smooth_chance(points, 2, seed) if smooth else with_chance(values, 2, 0.0, chance, seed)
        rows, _ = sensitivity_indices.shares(NAMES, outcome)
        inside += [[abs(row.first - FIRST[row.factor]) <= row.first_conf,
                    abs(row.total - TOTAL[row.factor]) <= row.total_conf] for row in rows]  # fmt: skip
    assert np.mean(inside, axis=0).min() > 0.92


def test_an_emulator_says_how_far_it_may_be_trusted():
    points = sensitivity_indices.sobol_points(NAMES, 64, 3)
    smooth = with_chance(points[:, 0] + 0.5 * points[:, 1] ** 2 - 0.6, 3, 0.1, 0.2)
    good = sensitivity_indices.validate(points, smooth)
    assert good.trusted
    assert good.explained > 0.8
    assert good.covered >= 0.85
    assert good.skill > 0.1
    noise = with_chance(np.zeros(len(points)), 3, 0.0, 1.0)
    assert not sensitivity_indices.validate(points, noise).trusted


def test_the_probability_of_a_goal_hangs_on_what_moves_its_margin():
    points = sensitivity_indices.sobol_points(NAMES, 64, 3)
    emulator = sensitivity_indices.Emulator(points, with_chance(2.0 * points[:, 0] - 1.0, 4, 0.0, 0.3))
    corners = np.array([[0.1, 0.5, 0.5], [0.5, 0.5, 0.5], [0.9, 0.5, 0.5]])
    assert emulator.probability(corners) == pytest.approx(norm.cdf([-0.8 / 0.3, 0.0, 0.8 / 0.3]), abs=0.12)
    rows = sensitivity_indices.shares_of_probability(NAMES, emulator, 256, 1)
    assert rows[0].factor == "x1"
    assert rows[0].total > 0.9
    assert max(row.total for row in rows[1:]) < 0.1


def test_only_the_number_that_decides_the_choice_is_worth_knowing():
    points = sensitivity_indices.sobol_points(NAMES, 128, 1)
    random = np.random.default_rng(2)
    better_if_high = np.stack([np.zeros(len(points)), points[:, 1] - 0.45], axis=1) + 0.05 * random.normal(size=(len(points), 2))
    rows = sensitivity_indices.worth_of_knowing(NAMES, points, better_if_high, 1)
    assert rows[0].factor == "x2"
    # Known, the first is chosen below 0.45: the mean of the loss avoided is the integral of 0.45 - x from 0 to 0.45.
    assert rows[0].value == pytest.approx(0.45**2 / 2, abs=0.02)
    assert rows[0].changes == pytest.approx(0.45, abs=0.06)
    assert max(row.value for row in rows[1:]) < 0.01


# How much is enough


def futures(curve, count=400, seed=1, own=0.0):
    """A goal met in each of the same futures where a fixed draw lies below ``curve(value)``."""
    random = np.random.default_rng(seed)
    levels = random.uniform(size=count)

    def evaluate(value):
        shaken = levels + own * np.random.default_rng([seed, round(1000 * value)]).normal(size=count)
        return (shaken < curve(value)).astype(float), np.arange(count) // 2

    return evaluate


def test_the_smallest_value_that_is_enough():
    answer = solve.solve(futures(lambda value: value / 10), (0.0, 10.0), 0.6)
    assert answer.rising
    assert answer.value == pytest.approx(6.0, abs=0.5)
    assert answer.low <= 6.0 <= answer.high
    assert answer.high - answer.low < 2.0
    assert [at.value for at in answer.curve] == sorted(at.value for at in answer.curve)


def test_the_largest_value_that_still_does():
    answer = solve.solve(futures(lambda value: 1 - value / 10), (0.0, 10.0), 0.6, largest=True)
    assert not answer.rising
    assert answer.value == pytest.approx(4.0, abs=0.5)
    assert answer.low <= 4.0 <= answer.high


def test_whole_numbers_stay_whole():
    answer = solve.solve(futures(lambda value: value / 20), (0, 20), 0.55, whole=True)
    assert all(float(at.value).is_integer() for at in answer.curve)
    assert 10 <= answer.value <= 12


@pytest.mark.parametrize(
    ("curve", "wanted", "largest", "reason"),
    [
        (lambda value: 0.1 + 0.03 * value, 0.8, False, "solve_unreachable"),
        (lambda value: 0.2 + 0.056 * value, 0.79, False, "solve_undecided"),
        (lambda value: 0.9 - abs(value - 5) / 8, 0.7, False, "solve_turns"),
        (lambda value: 0.5, 0.5, False, "solve_flat"),
        (lambda value: value / 10, 0.5, True, "solve_trivial"),
    ],
)
def test_a_question_without_an_answer_is_refused_with_the_reason(curve, wanted, largest, reason):
    with pytest.raises(solve.NoAnswer) as caught:
        solve.solve(futures(curve), (0.0, 10.0), wanted, largest)
    assert caught.value.reason == reason


def test_chance_that_wobbles_is_not_taken_for_a_turn():
    for seed in range(20):
        answer = solve.solve(futures(lambda value: 0.3 + 0.05 * value, 100, seed, own=0.02), (0.0, 10.0), 0.55)
        assert 2.0 < answer.value < 8.0


@pytest.mark.deep
def test_the_interval_of_the_answer_holds_the_truth():
    hits = []
    for seed in range(300):
        answer = solve.solve(futures(lambda value: value / 10, 100, seed), (0.0, 10.0), 0.5)
        hits.append((answer.low or 0.0) <= 5.0 <= (answer.high or 10.0))
    assert np.mean(hits) > 0.92
