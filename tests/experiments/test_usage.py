"""What is typed wrongly is answered in both languages, with exit code 2 and nothing on stdout."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app

BASELINE = "scenarios/baseline.yaml"


@pytest.mark.parametrize(
    ("typed", "chinese", "english"),
    [
        (["rnu"], "没有命令“rnu”，是不是想写“run”？", "Did you mean 'run'?"),
        (["run"], "缺少参数 SCENARIO...", "Missing argument"),
        (["solve", BASELINE], "缺少选项 --lever", "Missing option"),
        (["run", BASELINE, "--replicatons", "3"], "没有选项 --replicatons，是不是想写", "--replications"),
        (["--nothing"], "没有选项 --nothing", "No such option"),
        (["run", BASELINE, "--seed"], "选项 --seed 后面要写一个值", "requires an argument"),
        (["run", BASELINE, "--quiet=3"], "选项 --quiet 后面不写值", "does not take a value"),
        (["run", BASELINE, "--replications", "x"], "--replications：必须是整数", "must be a whole number, not 'x'"),
        (["run", BASELINE, "--replications", "0"], "--replications：不能小于 1", "must be at least 1"),
        (["run", BASELINE, "--precision", "x"], "--precision：必须是数字", "must be a number, not 'x'"),
        (["run", BASELINE, "--lang", "fr"], "--lang：只能写 zh、en", "must be zh or en, not 'fr'"),
        (["explain", "a", "b"], "多写了 a b", "unexpected extra argument"),
    ],
)
def test_a_command_line_that_is_not_understood_is_answered_in_both_languages(typed, chinese, english):
    answer = CliRunner().invoke(app, typed)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    first, second = answer.stderr.splitlines()
    assert first.startswith(chinese) and "用法见" in first
    assert second.startswith("    ") and english in second and second.endswith("-h")


def test_the_program_itself_answers_so():
    done = subprocess.run(
        [sys.executable, "-m", "experiments", "check", "--langg", "en"], capture_output=True, text=True, encoding="utf-8"
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("没有选项 --langg，是不是想写 --lang？用法见")


def test_without_a_word_it_names_five_commands_and_then_the_others():
    answer = CliRunner().invoke(app, [])
    assert answer.exit_code == 0
    assert "先用这五个命令" in answer.output and answer.output.index("compare") < answer.output.index("sensitivity")


@pytest.mark.parametrize(("system", "word"), [("en_US.UTF-8", "Find the smallest"), ("zh_CN.UTF-8", "某项政策措施至少")])
def test_help_speaks_the_language_of_the_system_unless_another_is_named(system, word):
    shown = CliRunner().invoke(app, ["solve", "-h"], env={"LC_ALL": system}).output
    assert word in shown.replace("\n", "")
    other = "zh" if "en" in system else "en"
    assert word not in CliRunner().invoke(app, ["solve", "-h", "--lang", other], env={"LC_ALL": system}).output


@pytest.mark.parametrize("group", ["county", "plan"])
def test_the_list_of_a_group_speaks_the_language_that_is_named(group):
    shown = [CliRunner().invoke(app, [group, *words]) for words in (["-h", "--lang", "en"], ["--lang", "en", "-h"], ["-h"])]
    assert [each.exit_code for each in shown] == [0, 0, 0]
    assert shown[0].output == shown[1].output != shown[2].output and "用法" not in shown[0].output


def test_an_answer_speaks_the_language_of_the_system_unless_another_is_named():
    shown = CliRunner().invoke(app, ["goals"], env={"LC_ALL": "en_US.UTF-8"}).output
    assert "in all" in shown
    assert shown == CliRunner().invoke(app, ["goals", "--lang", "en"]).output
