"""``xianjie new``: what is asked, what is written, what is refused, and that nothing is lost."""

import json

import pytest
import yaml
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.cli.plan import new
from sim.scenario import load_scenario


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_command(*words, **more):
    return CliRunner().invoke(app, ["new", *words], **more)


def test_options_make_a_plan_that_is_read_back_and_says_what_each_number_is(folder):
    answer = run_command("我的方案", "--money", "1000", "--posts", "3000", "--from", "2023", "--set", "dibao.grace_months=12")
    assert answer.exit_code == 0, answer.stderr
    text = (folder / "我的方案.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["set"] == {
        "budget.county_floor": {"2023-01": 10_000_000}, "public_posts.count": {"2023-01": 3000}, "dibao.grace_months": 12
    }  # fmt: skip
    assert "现行2000万元/年" in text and "可设0～8000个岗位" in text
    scenario = load_scenario("我的方案")
    assert scenario.title == {"zh": "我的方案", "en": "我的方案"}
    assert set(scenario.own) == {"budget.county_floor", "public_posts.count", "dibao.grace_months"}


def test_a_plan_goes_where_scenarios_are(folder):
    (folder / "scenarios").mkdir()
    found = json.loads(run_command("p", "--posts", "3000", "--json").stdout)
    assert found == {"file": str(new.Path("scenarios", "p.yaml")), "set": {"public_posts.count": 3000}}
    assert (folder / "scenarios" / "p.yaml").is_file()


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        (["baseline", "--posts", "1"], "自带方案的名称"),
        (["a/b", "--posts", "1"], "不能作方案名"),
        (["p.yaml", "--posts", "1"], "不能作方案名"),
        (["p", "--posts", "9000"], "应在 0 到 8000 之间"),
        (["p", "--money", "nan"], "应在 0 到 10000 之间"),
        (["p", "--set", "nothing.here=1"], "没有这个参数"),
        (["p", "--from", "2030", "--posts", "1"], "--from"),
        (["p"], "没有终端可以提问"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(folder, words, chinese):
    answer = run_command(*words)
    assert answer.exit_code == 2 and chinese in answer.stderr
    assert list(folder.iterdir()) == []


def test_a_file_that_exists_is_left_alone(folder):
    (folder / "p.yaml").write_text("mine", encoding="utf-8")
    answer = run_command("p", "--posts", "3000")
    assert answer.exit_code == 2 and "已经存在" in answer.stderr
    assert (folder / "p.yaml").read_text(encoding="utf-8") == "mine"


def test_questions_are_asked_in_the_units_of_an_office_and_wrong_answers_asked_again(folder, monkeypatch):
    monkeypatch.setattr(
        "experiments.cli.plan.new.sys", type("Sys", (), {"stdin": type("In", (), {"isatty": lambda self: True})()})
    )
    answer = run_command("p", input="2023\n1000\n99999\n3000\n\n\n")
    assert answer.exit_code == 0, answer.stderr
    asked = yaml.safe_load((folder / "p.yaml").read_text(encoding="utf-8"))["set"]
    assert asked == {"budget.county_floor": {"2023-01": 10_000_000}, "public_posts.count": {"2023-01": 3000}}
    assert "多少万元（现行2000）" in answer.stderr and "应在 0 到 8000 之间" in answer.stderr


def test_a_plan_that_changes_nothing_is_not_written(folder, monkeypatch):
    monkeypatch.setattr(
        "experiments.cli.plan.new.sys", type("Sys", (), {"stdin": type("In", (), {"isatty": lambda self: True})()})
    )
    answer = run_command("p", input="\n\n\n\n\n")
    assert answer.exit_code == 2 and "各项都与基准方案相同" in answer.stderr
    assert list(folder.iterdir()) == []
