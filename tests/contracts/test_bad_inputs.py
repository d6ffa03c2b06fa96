"""Every bad input gets one clear message with file and line, exit code 2, no traceback, and nothing half-written."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from experiments.cli.app import app
from sim.core.inputs import yaml_file
from sim.core.inputs.errors import INDENT, InputError
from sim.core.inputs.parameters import load_all
from sim.scenario import load_scenario, scenario_schema

FOLDER = Path(__file__).resolve().parents[1] / "bad_inputs"
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"

#: What the message of each file must say.
SAYS = {
    "alias_bomb": "aliases",
    "bad_detail": "sampled or full",
    "bad_month": "not a month",
    "bad_months": "whole years",
    "bad_option": "severity",
    "bad_vantage": "not a month",
    "changed_too_early": "until 2026-01",
    "contradiction": "already set on line 5, to 3000",
    "levers_half": "can only be off or left",
    "after_the_horizon": "ends with 2025-12; write 'months: 84'",
    "exit_after_the_horizon": "levers: 2026-01 lies beyond",
    "months_beyond_the_data": "beyond 2030 there are neither data",
    "taper_in_years": "whole number of months",
    "negative_money": "-5000000 lies outside 0",
    "shares_do_not_sum": "must add up to 1",
    "broken_yaml": "not valid YAML",
    "extends_itself": "extends itself",
    "extends_nothing": "no such file",
    "list_too_short": "list of 6",
    "missing_title": "'title' is missing",
    "month_outside": "2020 to 2030",
    "nan": "must be a number",
    "no_county": "no such file beside it",
    "not_a_mapping": "must be a mapping",
    "not_utf8": "not UTF-8",
    "one_language": "Chinese and an English",
    "outside_bounds": "0 to 8000",
    "outside_range": "0.1 to 0.22",
    "set_is_a_list": "must be a mapping",
    "unknown_key": "did you mean 'title'",
    "unknown_lever": "did you mean 'public_posts.count'",
    "written_twice": "written twice",
    "wrong_type": "must be a number",
}


def test_every_bad_file_has_its_expected_message():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_a_bad_scenario_is_refused_with_file_line_and_what_to_do(name):
    path = FOLDER / f"{name}.yaml"
    answer = CliRunner().invoke(app, ["check", str(path)])
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert re.match(rf".*{name}\.yaml:\d+: ", answer.stderr.splitlines()[0]), answer.stderr
    assert SAYS[name] in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("command", ["run", "population", "backtest"])
def test_no_command_begins_anything_on_a_bad_scenario(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(app, [command, str(FOLDER / "unknown_lever.yaml")])
    assert answer.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "nowhere.yaml"],
        ["check", str(FOLDER)],
        ["check", str(SCENARIOS / "baseline.yaml"), "--set", "nonsense"],
        ["check", str(SCENARIOS / "baseline.yaml"), "--set", "public_posts.count=1", "--set", "public_posts.count=2"],
        ["check", str(SCENARIOS / "baseline.yaml"), "--set", "public_posts.count=-1"],
        ["run", str(SCENARIOS / "baseline.yaml"), "--replications", "0"],
        ["run", str(SCENARIOS / "baseline.yaml"), "--lang", "fr"],
        ["parameters", "--role", "levers"],
        ["no-such-command"],
    ],
)
def test_wrong_usage_ends_with_2(arguments):
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 2
    assert "Traceback" not in answer.stderr


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    path = tmp_path / "several.yaml"
    path.write_text(
        "title: {zh: 试, en: Try}\nreason: {zh: 试, en: Try}\nsett: 1\nset:\n  a.b: 1\n  public_posts.count: x\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    lines = [line for line in str(caught.value).splitlines() if not line.startswith(INDENT)]
    assert [line.split(":")[1] for line in lines] == ["3", "5", "6"]


def test_a_result_folder_of_something_else_is_not_touched(tmp_path):
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("years of work", encoding="utf-8")
    answer = CliRunner().invoke(app, ["run", str(SCENARIOS / "baseline.yaml"), "--replications", "2", "--out", str(other)])
    assert answer.exit_code == 2
    assert (other / "chapter.txt").read_text(encoding="utf-8") == "years of work"


BOOK = load_all().parameters
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
KEYS = st.one_of(
    st.sampled_from(["title", "reason", "extends", "county", "months", "population", "vantage", "set"]), st.text(max_size=12)
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_whatever_is_written_is_either_a_scenario_or_an_input_error(tmp_path, content):
    path = tmp_path / "any.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8", errors="surrogatepass")
    try:
        load_scenario(path)
    except InputError as problem:
        assert str(problem)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(BOOK)), VALUES)
def test_whatever_a_parameter_is_set_to_is_either_taken_or_an_input_error(name, value):
    text = f"{name}={yaml.safe_dump(value, default_flow_style=True, allow_unicode=True).removesuffix('...').strip()}"
    try:
        scenario = load_scenario(SCENARIOS / "baseline.yaml", [text])
    except InputError as problem:
        assert "--set" in str(problem)
    else:
        assert name in scenario.overrides


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_either_yaml_or_an_input_error(text):
    try:
        yaml_file.parse(text, "text")
    except InputError as problem:
        assert "text" in str(problem)


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_that_ships_is_right(path):
    if path.stem == "county":
        return
    scenario = load_scenario(path)
    assert scenario.title["zh"] and scenario.reason["en"]


def test_the_schema_knows_every_parameter_and_every_key():
    schema = scenario_schema(load_all())
    settable = schema["properties"]["set"]["properties"]
    assert {name for name in settable if "." in name} == set(BOOK)
    nested = {f"{owner}.{name}" for owner, found in settable.items() if "." not in owner for name in found["properties"]}
    assert nested == set(BOOK)
    assert schema["additionalProperties"] is False
