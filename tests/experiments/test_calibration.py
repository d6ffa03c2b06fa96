"""Calibration on a small model whose truth is known: it is found again, and nothing is learned from nothing."""

import numpy as np
import pytest

from experiments.statistics import history_matching
from experiments.statistics.sampling import spread

SPREADS = np.array([0.15, 0.15, 0.3])


def small(points: np.ndarray, seed: int) -> np.ndarray:
    """Three figures of four assumptions: a level, a bend, a product; the fourth does nothing. Replications scatter by 0.1."""
    a, b, c, _ = points.T
    clean = np.stack([2.0 * a + b, 3.0 * (b - 0.3) ** 2, 2.0 * a * c], axis=1)
    return clean + 0.1 * np.random.default_rng(seed).normal(size=clean.shape)


@pytest.fixture(scope="module")
def wave():
    points = spread("latin_hypercube", 4, 110, seed=5)
    return points, small(points, 6), history_matching.Emulators(points, small(points, 6))


def test_known_truths_lie_in_their_intervals_nine_times_in_ten(wave):
    """Thirty replications held back stand for the world. 120 intervals: nine in ten are 108; 96 to 118 are within chance."""
    points, simulated, _ = wave
    found = history_matching.recover(points, simulated, SPREADS, 30, 1000, 1)
    assert 0.80 <= found.overall <= 0.985
    assert found.matched >= 0.9
    assert found.narrowed[0] > 0.3, "the first assumption moves two figures and is learned"
    assert found.narrowed[3] < 0.12, "of the one that does nothing, nothing is learned"


def test_intervals_of_understated_errors_are_too_narrow(wave):
    """Forty worlds whose figures err by the stated errors, weighed as if they erred by a quarter of them: coverage must fall."""
    _, _, emulators = wave
    random = np.random.default_rng(8)
    truths = random.uniform(size=(40, 4))
    figures = small(truths, 10) + SPREADS * random.normal(size=(40, 3))
    everywhere = emulators.expected(history_matching.cube(4, 800, 3))
    held = {}
    for stated in (SPREADS, SPREADS / 4.0):
        inside = []
        for truth, seen in zip(truths, figures):
            members = history_matching.sample(
                history_matching.Data(seen, stated), history_matching.Left(everywhere, 1.0), 300, 1
            ).members
            low, high = np.quantile(members, history_matching.NINE, axis=0)
            inside.append((low <= truth) & (truth <= high))
        held[stated[0]] = float(np.mean(inside))
    assert held[SPREADS[0]] >= 0.82
    assert held[SPREADS[0] / 4.0] < held[SPREADS[0]] - 0.08


def test_the_second_wave_lies_where_the_first_one_left_room(wave):
    _, _, emulators = wave
    truth = np.array([[0.8, 0.9, 0.2, 0.5]])
    data = history_matching.Data(small(truth, 9)[0], SPREADS)
    left = history_matching.not_ruled_out(emulators.expected(history_matching.cube(4, 4000, 2)), data)
    assert 0.0 < left.share < 0.6
    assert (emulators.expected(truth).implausibility(data) <= history_matching.CUTOFF).all()
    found = history_matching.sample(data, left, 400, 3)
    low, high = np.quantile(found.members, history_matching.NINE, axis=0)
    assert (low[:3] <= truth[0, :3]).all() and (truth[0, :3] <= high[:3]).all()
    assert 20 < found.effective < len(left.points)
    again = history_matching.sample(data, left, 400, 3)
    assert again.members.tobytes() == found.members.tobytes()


def test_figures_that_the_model_cannot_give_are_refused_by_name_of_distance(wave):
    _, _, emulators = wave
    everywhere = emulators.expected(history_matching.cube(4, 2000, 2))
    with pytest.raises(history_matching.TooImplausible, match="of 2000 points are left"):
        history_matching.not_ruled_out(everywhere, history_matching.Data(np.array([9.0, 0.1, 0.5]), SPREADS))


def test_figures_with_huge_errors_teach_nothing(wave):
    _, _, emulators = wave
    data = history_matching.Data(np.array([1.5, 0.3, 0.5]), np.full(3, 100.0))
    left = history_matching.not_ruled_out(emulators.expected(history_matching.cube(4, 2000, 2)), data)
    rows = history_matching.learned(["a", "b", "c", "d"], history_matching.sample(data, left, 1000, 3).members)
    assert left.share == 1.0
    assert all(abs(row.narrowed) < 0.06 and abs(row.centre - 0.5) < 0.06 for row in rows)


def test_scatter_knows_that_chance_moves_figures_together():
    """Both figures have the same random draws: agreeing with one but not the other is less plausible than it would be apart."""
    points = spread("latin_hypercube", 2, 80, seed=1)
    chance = np.random.default_rng(2).normal(size=80)
    simulated = np.stack([points[:, 0] + chance, points[:, 0] + chance], axis=1)
    emulators = history_matching.Emulators(points, simulated)
    spreads = np.full(2, 0.1)
    alike, opposed = (
        emulators.expected(np.array([[0.5, 0.5]])).log_weights(history_matching.Data(np.array([0.5 + up, 0.5 + other]), spreads))[
            0
        ]
        for up, other in ((0.8, 0.8), (0.8, -0.8))
    )
    assert alike > opposed + 5.0
