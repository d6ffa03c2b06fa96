"""What is typed wrongly is answered in both languages, with exit code 2 and nothing on stdout."""

import subprocess
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.cli.help_zh import COMMANDS, LONGEST, OPTIONS, breakable, cells, folded

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
        (["run", BASELINE, "--replications", "x"], "--replications：必须是整数", "valid integer"),
        (["run", BASELINE, "--replications", "0"], "--replications：不能小于 1", "greater than or equal to 1"),
        (["run", BASELINE, "--precision", "x"], "--precision：必须是数字", "valid number"),
        (["run", BASELINE, "--lang", "fr"], "--lang：只能是 zh、en 之一", "'fr' is not one of"),
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


def test_without_a_word_it_helps():
    answer = CliRunner().invoke(app, [])
    assert answer.exit_code in (0, 2)
    assert "Usage" in answer.output and "Traceback" not in answer.output


def test_help_of_every_command_and_option_is_chinese_first_and_nothing_is_left_over():
    commands: Any = typer.main.get_command(app)
    context = commands.make_context("xianjie", ["run", "-h"], resilient_parsing=True)
    said = set()
    assert set(commands.list_commands(context)) == set(COMMANDS)
    for name in COMMANDS:
        plain = {parameter.help for parameter in commands.commands[name].params if getattr(parameter, "help", None)}
        said |= {text.rpartition("\n\n")[2] for text in plain}
        command = commands.get_command(context, name)
        assert command.help.startswith(COMMANDS[name]) and command.short_help.startswith(breakable(COMMANDS[name]))
        for parameter in command.params:
            text = getattr(parameter, "help", None)
            assert text, f"{name} {parameter.opts}: no help"
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.rpartition("\n\n")[0]), (
                f"{name} {parameter.opts}: {text}"
            )
    assert said == set(OPTIONS)


def test_no_phrase_of_help_is_longer_than_the_narrowest_line():
    for text in OPTIONS.values():
        longest = max(folded(text).split("\n\n"), key=cells)
        assert cells(longest) <= 2 * LONGEST + 1, longest


def test_help_shows_both_languages():
    shown = " ".join(CliRunner().invoke(app, ["solve", "-h"]).output.replace("│", " ").split())
    assert "…" not in shown
    assert COMMANDS["solve"][:10] in shown.replace("\n", "")
    assert "要有多大把握" in shown and "How likely it must be." in shown
    assert "把情景推演许多遍" in CliRunner().invoke(app, ["-h"]).output
