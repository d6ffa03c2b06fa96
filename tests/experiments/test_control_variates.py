"""A probability adjusted for the parameters drawn: unbiased, narrower, exact where it can be, and none where it cannot."""

import json

import numpy as np
import pytest
from scipy.stats import norm

from experiments.execution import runner
from experiments.reporting.terminal import scoreboard
from experiments.results.folder import open_folder
from experiments.statistics import control_variates, estimates
from experiments.statistics.control_variates import Draws, adjust
from tests.experiments.test_runner import files, run

PARAMETERS, OF_MEMBERS, MEMBERS = 12, 3, 40


def world(seed, draws, explained=0.7, threshold=0.5, pairs=20):
    """Margins of replications, the first ``pairs`` draws run twice, that are a line in a few parameters and normal chance: met,
    margin, their draws and the true probability over all parameters.
    """
    random = np.random.default_rng(seed)
    members = random.uniform(0.02, 0.98, (MEMBERS, OF_MEMBERS))
    quantiles = random.uniform(size=(draws, PARAMETERS))
    together = np.array([0, 4, 7])
    quantiles[:, together] = members[np.arange(draws) % MEMBERS]
    slopes = np.zeros(PARAMETERS)
    slopes[[0, 1, 4, 9]] = 0.5, 0.6, -0.3, 0.5
    slopes *= np.sqrt(explained / (slopes @ slopes))
    number = np.concatenate([np.repeat(np.arange(pairs), 2), np.arange(pairs, draws)])
    chance = np.sqrt(1 - explained) * random.normal(size=len(number))
    margin = threshold + norm.ppf(quantiles[number]) @ slopes + chance
    spread = np.sqrt(1 - explained + slopes[[1, 9]] @ slopes[[1, 9]])
    truth = norm.cdf((threshold + norm.ppf(members) @ slopes[together]) / spread).mean()
    return (margin > 0).astype(float), margin, Draws(number, quantiles[number], together, members), float(truth)


def test_what_parameters_explain_is_taken_out_of_the_interval():
    met, margin, drawn, truth = world(1, 600)
    adjusted, counted = adjust(met, margin, drawn), estimates.proportion(met, drawn.number)
    assert adjusted.low <= truth <= adjusted.high
    assert adjusted.draws == 600
    assert adjusted.high - adjusted.low < 0.8 * (counted.high - counted.low)
    unexplained = adjust(*(world(1, 600, explained=0.05)[:3]))
    assert adjusted.left < 0.6 < 0.9 < unexplained.left, "what parameters hardly move they hardly explain"


def test_worlds_drawn_unluckily_are_put_right():
    """Over many worlds the adjusted estimate strays less from the truth than the count, and on neither side of it."""
    misses = []
    for seed in range(12):
        met, margin, drawn, truth = world(seed, 250, explained=0.8)
        misses.append((adjust(met, margin, drawn).probability - truth, met.mean() - truth))
    adjusted, counted = np.array(misses).T
    assert np.sqrt((adjusted**2).mean()) < 0.8 * np.sqrt((counted**2).mean())
    assert abs(adjusted.mean()) < 3 * adjusted.std() / np.sqrt(len(adjusted))


def test_the_expectation_over_all_parameters_is_that_of_very_many_drawn_ones():
    met, margin, drawn, _ = world(2, 300)
    scores = norm.ppf(drawn.quantiles[:300])
    rule = control_variates._Regression(scores, margin[:300])
    random = np.random.default_rng(5)
    many = random.normal(size=(400_000, PARAMETERS))
    many[:, drawn.together] = norm.ppf(drawn.members)[random.integers(MEMBERS, size=len(many))]
    assert rule.chance_of_all(drawn.together, norm.ppf(drawn.members)) == pytest.approx(rule.chance(many).mean(), abs=0.002)


def test_where_nothing_can_be_learnt_nothing_is_adjusted():
    met, margin, drawn, _ = world(3, 300)
    few = np.arange(len(met)) < 150
    assert adjust(met[few], margin[few], drawn.chosen(few)) is None
    assert adjust(np.zeros(len(met)), margin, drawn) is None, "a goal never met"
    assert adjust((margin > np.sort(margin)[-6]).astype(float), margin, drawn) is None, "a goal met five times"
    unknown = margin.copy()
    unknown[7] = np.nan
    assert adjust(met, unknown, drawn) is None, "a replication that was not assessed"


def test_a_run_with_single_draws_says_it_of_headline_goals_and_in_no_table(tmp_path):
    run(tmp_path / "single", replications=320, single_draws=True)
    run(tmp_path / "pairs", replications=320)
    goals = {goal["id"]: goal for goal in open_folder(tmp_path / "single").goals}
    assert {name for name, goal in goals.items() if "adjusted" in goal} == {"G2", "R3"}
    for goal, truth in (("G2", 0.5), ("R3", norm.cdf(1.0))):
        adjusted = goals[goal]["adjusted"]
        assert adjusted["low"] <= truth <= adjusted["high"]
        assert adjusted["high"] - adjusted["low"] < goals[goal]["high"] - goals[goal]["low"]
    assert not any("adjusted" in goal for goal in open_folder(tmp_path / "pairs").goals)
    for name, language, said in (("single", "en", True), ("single", "zh", True), ("pairs", "en", False), ("pairs", "zh", False)):
        shown = open_folder(tmp_path / name)
        text = " ".join(str(part) for part in scoreboard.answer(shown.manifest, shown.goals, [], language))
        sentence = "Adjusted for the parameters" if language == "en" else "扣除参数抽样的偶然影响"
        assert (sentence in text) is said
    headers = [(tmp_path / name / "goals.csv").read_text().splitlines()[0] for name in ("single", "pairs")]
    assert headers[0] == headers[1]


def test_a_stopping_rule_stops_by_the_adjusted_interval_and_gone_on_with_looks_as_it_did(tmp_path):
    first, again, pairs = (runner.Sequential(0.05, 4000) for _ in range(3))
    run(tmp_path / "one", replications=100, until=first, single_draws=True)
    before = files(tmp_path / "one")
    (tmp_path / "one" / "manifest.json").unlink()
    run(tmp_path / "one", replications=100, until=again, single_draws=True)
    run(tmp_path / "pairs", replications=100, until=pairs)
    assert again.looks == first.looks
    assert files(tmp_path / "one") == before
    assert first.looks[-1]["reached"] and first.looks[-1]["runs"] < pairs.looks[-1]["runs"]
    adjusted = [goal["adjusted"] for goal in json.loads((tmp_path / "one" / "goals.json").read_text())["goals"][:2]]
    assert max(each["high"] - each["low"] for each in adjusted) / 2 == pytest.approx(first.looks[-1]["half_width"])
