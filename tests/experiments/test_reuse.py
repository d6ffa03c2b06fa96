"""What was simulated before is not simulated again: a comparison takes over what a run left, and nothing else."""

import json

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.results import journal

SMALL = "title: {title}\nreason: r\ncounty: {county}\nmonths: 12\npopulation: {{general_weight: 100}}\n"


def run_command(*words):
    answer = CliRunner().invoke(app, list(words))
    assert answer.exit_code == 0, answer.stderr + repr(answer.exception)
    return answer


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A folder with a small baseline of its own, run four times, and a plan that extends it."""
    folder = tmp_path_factory.mktemp("reuse")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "baseline.yaml").write_text(SMALL.format(title="base", county="county"), encoding="utf-8")
        (folder / "mine.yaml").write_text(
            "extends: baseline.yaml\ntitle: mine\nreason: r\nset: {public_posts.count: 3000}\n", encoding="utf-8"
        )
        run_command("run", "baseline", "--replications", "4", "--workers", "1", "--no-figures", "--quiet")
    return folder


def test_a_single_plan_is_held_against_the_baseline_whose_replications_are_found_again(ran, monkeypatch):
    monkeypatch.chdir(ran)
    answer = run_command("compare", "mine", "--replications", "6", "--workers", "1", "--json")
    assert "“base”已有4次推演，直接取用" in answer.stderr
    made = json.loads(answer.stdout)
    assert [each["id"] for each in made["scenarios"]] == ["baseline", "mine"]
    place = next((ran / "outputs").glob("compare-*")) / "baseline"
    before = {record["replication"]: record["kept"] for record in lives(ran / "outputs" / "baseline-2021-x4")}
    assert {number: kept for number, kept in kept_of(place).items() if number < 4} == before
    assert sorted(kept_of(place)) == list(range(6))


def test_with_another_seed_nothing_is_taken_over(ran, monkeypatch, tmp_path):
    monkeypatch.chdir(ran)
    answer = run_command("compare", "mine", "--replications", "2", "--seed", "7", "--workers", "1", "--out", str(tmp_path / "o"))
    assert "直接取用" not in answer.stderr


def lives(place):
    return [record for chunk in journal.read(place / "journal", "chunk") for record in chunk.completed]


def kept_of(place):
    return {record["replication"]: record["kept"] for record in lives(place)}
