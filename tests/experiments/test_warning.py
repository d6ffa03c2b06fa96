"""Early warning: on futures whose truth is known, and as a planner asks it of the real county."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.analyses import early_warning
from experiments.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
BASELINE = str(ROOT / "scenarios" / "baseline.yaml")
RUNS, MONTHS, NEVER = 200, 24, 0.5


def ask(*arguments, code=0):
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert answer.exit_code == code, answer.stdout + answer.stderr + repr(answer.exception)
    return answer


def planted():
    """Futures that miss a goal exactly if what is watched ends above 0: noise at first, the truth in the second year."""
    random = np.random.default_rng(5)
    end = random.normal(size=RUNS)
    watched = random.normal(size=(RUNS, MONTHS))
    watched[:, 12:] = end[:, None]
    met = (end <= 0).astype(float)
    course = np.stack([np.ones(RUNS), met], axis=1)
    return met, course, watched, np.arange(RUNS) // 2


def test_what_cannot_be_seen_is_not_seen_and_what_can_is():
    met, course, watched, draws = planted()
    look = early_warning.outlook(met, course, watched, draws, MONTHS, NEVER)
    assert look.months == (2, 5, 8, 11, 14, 17, 20, 23)
    # In the second year the two lowest and the two highest fifths are sure; only the middle one is mixed.
    second = [group for group in look.groups if group.month == 14]
    assert [group.probability for group in (second[0], second[1], second[3], second[4])] == [1.0, 1.0, 0.0, 0.0]
    assert 0.0 < second[2].probability < 1.0
    assert look.recognised[4] > 0.75
    assert look.false_alarms[4] < 0.25
    assert abs(look.recognised[0] - look.false_alarms[0]) < 0.25, "noise tells the two apart by chance only"
    # A missed year decides here, and by the deadline the standing says it all.
    assert (look.recognised[-1], look.false_alarms[-1]) == (1.0, 0.0)


def test_a_missed_year_counts_only_where_it_decides():
    met, course, watched, draws = planted()
    course[:, 0] = (np.arange(RUNS) % 2 == 0).astype(float)  # on course or not after a year, and nothing follows from it
    look = early_warning.outlook(met, course, watched, draws, MONTHS, NEVER)
    assert {group.on_course for group in look.groups} == {True}
    assert look.recognised[4] > 0.75


def test_the_month_from_which_a_goal_is_lost_is_the_first_of_an_unbroken_run():
    met, course, watched, draws = planted()
    lost = early_warning.outlook(met, course, watched, draws, MONTHS, NEVER).lost_from
    assert np.isnan(lost[met == 1]).all(), "whoever meets it never loses it for good"
    surely = lost[watched[:, 12] > np.quantile(watched[:, 12], 0.8)]
    assert (surely <= 14).all()


def test_a_future_is_not_judged_by_itself():
    met, draws = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0, 0, 1, 1])
    assert early_warning._without_own_draw(met, draws).tolist() == [0.0, 0.0, 1.0, 1.0]


def test_a_goal_that_watches_nothing_is_seen_by_its_standing_alone():
    met, course, _, draws = planted()
    look = early_warning.outlook(met, course, None, draws, MONTHS, NEVER)
    assert {(group.on_course, group.groups) for group in look.groups} == {(True, 1), (False, 1)}
    assert look.recognised[0] in (0.0, 1.0)


@pytest.mark.parametrize(
    ("before", "after", "low", "said"),
    [(0.6, 0.9, 0.8, "likely"), (0.2, 0.7, 0.55, "rescued"), (0.2, 0.6, 0.4, "perhaps"), (0.2, 0.3, 0.2, "still")],
)
def test_verdicts(before, after, low, said):
    assert early_warning.verdict(before, after, low, NEVER) == said


@pytest.fixture(scope="module")
def forty_runs(tmp_path_factory):
    """Forty replications of a year."""
    folder = tmp_path_factory.mktemp("warn")
    year = folder / "year.yaml"
    year.write_text(
        f"extends: {BASELINE}\ntitle: {{zh: 年, en: Year}}\nreason: {{zh: 短, en: Short}}\nmonths: 12\n", encoding="utf-8"
    )
    out = folder / "run"
    ask("run", year, "--replications", 40, "--quiet", "--no-figures", "--out", out, "--workers", 1)
    return folder, year, out


def test_warn_reads_a_folder_and_says_when_and_how(forty_runs):
    folder, _, out = forty_runs
    asked = ("warn", out, "--goal", "R3", "--goal", "E4_local", "--out", folder / "seen", "--likely", 0.9)
    made = json.loads(ask(*asked, "--json", "--quiet").stdout)
    by_id = {line["goal"]: line for line in made["goals"]}
    assert set(by_id) == {"R3", "E4_local"}
    assert by_id["R3"]["months"] == ["2021-03", "2021-06", "2021-09", "2021-12"]
    for line in by_id.values():
        caught = [share for share in line["recognised"] if share is not None]
        assert all(0.0 <= share <= 1.0 for share in caught)
        groups = [group for group in made["groups"] if group["goal"] == line["goal"] and group["month"] == 2]
        assert sum(group["runs"] for group in groups) == 40
    for language, word in (("zh", "规则"), ("en", "Rule")):
        assert word in ask(*asked, "--lang", language).stdout
    mixed = [name for name, line in by_id.items() if line["bound"] is None]
    for name in mixed:
        for language in ("zh", "en"):
            assert (folder / "seen" / "figures" / f"outlook-{name}-{language}.png").stat().st_size > 1000


def test_a_lever_from_a_month_on_is_tried_on_the_same_futures_and_goes_on_where_it_stopped(forty_runs):
    folder, _, out = forty_runs
    asked = ("warn", out, "--goal", "E4_posts", "--levers", "public_posts.count=1000", "--from", "2021-01,2021-10",
             "--replications", 10, "--out", folder / "tried", "--quiet", "--workers", 1)  # fmt: skip
    made = json.loads(ask(*asked, "--json").stdout)
    assert [(each["lever"], each["setting"], each["start"]) for each in made["rescues"]] == [
        ("public_posts.count", 1000, "2021-01"), ("public_posts.count", 1000, "2021-10"),
    ]  # fmt: skip
    for each in made["rescues"]:
        assert each["probability"] == 0.0, "a thousand posts are not five thousand"
        assert each["difference_low"] <= each["difference"] <= each["difference_high"]
        assert each["helped"] == 0
    assert json.loads(ask(*asked, "--json").stdout) == made
    assert "public" in (folder / "tried" / "rescue.csv").read_text(encoding="utf-8-sig")
    assert any(word in ask(*asked).stdout for word in ("补救后仍难实现", "无须补救"))


def test_questions_that_cannot_be_are_refused_before_anything_is_run(forty_runs):
    folder, year, out = forty_runs
    for arguments, words in (
        ((year,), "is a scenario"),
        ((folder,), "no result"),
        ((out, "--seed", 3), "has its own settings"),
        ((out, "--goal", "R33"), "there is no goal 'R33'"),
        ((out, "--levers", "public_posts.count"), "give both"),
        ((out, "--levers", "public_post.count", "--from", "2021-05"), "there is no lever 'public_post.count'"),
        ((out, "--levers", "illness.admission_rate", "--from", "2021-05"), "there is no lever"),
        ((out, "--levers", "public_posts.count=9999", "--from", "2021-05"), "0 to 8000"),
        ((out, "--levers", "public_posts.count", "--from", "2023-05"), "when all is decided"),
        ((out, "--levers", "public_posts.count", "--from", "May"), "not a month"),
        ((out, "--levers", "budget.bridging_paid=0", "--from", "2021-05"), "until 2026-01"),
    ):
        assert words in ask("warn", *arguments, "--out", folder / "none", code=2).stderr, words
    assert not (folder / "none").exists()


def test_too_few_replications_are_refused(forty_runs, tmp_path):
    _, year, _ = forty_runs
    ask("run", year, "--replications", 2, "--quiet", "--no-figures", "--out", tmp_path / "few", "--workers", 1)
    assert "40 are the least" in ask("warn", tmp_path / "few", code=2).stderr
