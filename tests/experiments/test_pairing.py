"""Two scenarios in step with common random numbers."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.validation.divergence_check import BEFORE, first_difference
from sim.scenario import load_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
BASELINE = str(SCENARIOS / "baseline.yaml")


def paired(*arguments: str):
    return CliRunner().invoke(app, ["check", "--paired", *arguments])


def test_a_scenario_is_the_same_as_itself():
    scenario = load_scenario(BASELINE)
    assert first_difference(scenario, scenario, 2021, 0, until=6) is None


def test_a_change_in_2022_first_shows_in_that_month(tmp_path):
    later = load_scenario(BASELINE, ("public_posts.count={2021-01: 5000, 2022-03: 3000}",))
    found = first_difference(load_scenario(BASELINE), later, 2021, 0, until=24)
    assert found is not None and found.month == 14
    assert "persons.status" in found.columns


def test_what_changes_the_founding_differs_before_2021():
    other = load_scenario(BASELINE, ("founding.land_spread=0.6",))
    found = first_difference(load_scenario(BASELINE), other, 2021, 0, until=3)
    assert found is not None and found.month == BEFORE


def test_the_drought_of_2023_changes_nothing_before_its_month():
    answer = paired(BASELINE, str(SCENARIOS / "drought_2023.yaml"), "--until", "2023-01", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["same_through"] == "2022-12"


def test_scenarios_that_differ_too_early_end_with_1():
    answer = paired(BASELINE, str(SCENARIOS / "floor_40m.yaml"), "--until", "2021-06", "--lang", "en")
    assert answer.exit_code == 1
    assert "first differ" in answer.stdout or "differ before" in answer.stdout


@pytest.mark.parametrize("arguments", [(BASELINE,), (BASELINE, BASELINE, BASELINE), (BASELINE, BASELINE, "--until", "2020-01")])
def test_impossible_questions_are_refused(arguments):
    answer = paired(*arguments)
    assert answer.exit_code == 2 and answer.stdout == ""
