"""The command line in both languages: what help says, and what one that is not understood is answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from experiments.cli.console import Code, Language, language, note_language
from experiments.cli.help_zh import COMMANDS, OPTIONS, breakable, folded
from sim.core.inputs.errors import INDENT
from sim.core.inputs.notation import escape

#: Every fault of a command line is one of these, wherever the version of Typer at hand keeps its classes.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]
EXTRA = "Got unexpected extra argument"


class Commands(TyperGroup):
    """The commands of ``xianjie``, whose help and whose complaints (exit code 2) are in both languages."""

    def get_command(self, context: Any, name: str) -> Any:
        """A command, its help and that of its options with the Chinese before the English."""
        command: Any = super().get_command(context, name)
        chinese = COMMANDS.get(name)
        if command is None or chinese is None or (command.help or "").startswith(chinese):
            return command
        command.short_help = f"{breakable(chinese)} · {command.get_short_help_str(200)}"
        command.help = f"{chinese}。\n\n{command.help}"
        for parameter in command.params:
            said = getattr(parameter, "help", None)
            if said in OPTIONS:
                parameter.help = f"{folded(OPTIONS[said])}\n\n{said}"
        return command

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """As Typer does it; here what comes before the command is read."""
        note_language(arguments[1] if len(arguments) > 1 else settings.get("args", ()))
        with answered():
            return super().make_context(*arguments, **settings)

    def invoke(self, context: Any) -> Any:
        """As Typer does it; here the command and its options are read."""
        with answered():
            return super().invoke(context)


@contextmanager
def answered() -> Iterator[None]:
    """Tell what is wrong and end, rather than let Typer tell it in English."""
    try:
        yield
    except UsageError as problem:
        if type(problem).__name__ == "NoArgsIsHelpError":
            raise
        english = english_of(problem)
        chinese = chinese_of(problem, english)
        context = getattr(problem, "ctx", None)
        command = context.command_path if context is not None else "xianjie"
        spoken = language()
        if spoken != Language.EN:
            typer.echo(escape(f"{_ended(chinese, '。', '？')}用法见 {command} -h"), err=True)
        if spoken != Language.ZH:
            indent = INDENT if spoken is None else ""
            typer.echo(indent + escape(f"{_ended(english, '. ', '?', ' ')}For help: {command} -h"), err=True)
        raise typer.Exit(Code.WRONG_INPUT) from problem


def _ended(sentence: str, stop: str, question: str, apart: str = "") -> str:
    return sentence + (apart if sentence.endswith(question) else stop)


def english_of(problem: Exception) -> str:
    """What is wrong in Typer's own words."""
    said = problem.format_message() if hasattr(problem, "format_message") else str(problem)
    return str(said).rstrip(".")


def chinese_of(problem: Exception, english: str) -> str:
    """What is wrong, and the nearest that would be right; what is not recognised quotes the English."""
    kind, name = type(problem).__name__, _name(problem, english)
    if kind == "NoSuchOption":
        near = "、".join(sorted(getattr(problem, "possibilities", None) or ()))
        return f"没有选项 {name}" + (f"，是不是想写 {near}？" if near else "")
    if kind == "MissingParameter":
        return f"缺少选项 {name}" if name.startswith("-") else f"缺少参数 {name}"
    if kind == "BadOptionUsage":
        return f"选项 {name} 后面不写值" if "does not take" in english else f"选项 {name} 后面要写一个值"
    if kind == "BadParameter":
        return _value(problem, name, english)
    if english.startswith("No such command"):
        typed, *others = english.split("'")[1::2]
        return f"没有命令“{typed}”" + (f"，是不是想写“{'”、“'.join(others)}”？" if others else "")
    if english.startswith(EXTRA):
        return f"多写了 {english.rpartition('(')[2].rstrip(')')}"
    return f"命令的写法不对，系统提示原文：{english}"


def _value(problem: Exception, name: str, english: str) -> str:
    """A value that an option or an argument does not take: why, if the validator said so."""
    errors = getattr(problem.__cause__, "errors", None)
    if "is not one of" in english:
        known = "、".join(english.partition("is not one of")[2].split("'")[1::2])
        return f"{name}：只能是 {known} 之一"
    if english.endswith("is not a number"):
        return f"{name}：要写一个数，不能写 nan 或 inf"
    if errors is None:
        return f"{name} 的值不对，系统提示原文：{getattr(problem, 'message', english)}"
    from sim.core.inputs.validation import explain

    return explain({**errors()[0], "loc": ()}, (), name).chinese


def _name(problem: Exception, english: str) -> str:
    """The option or argument as help calls it, which the English text quotes; nothing where the fault is not about one."""
    quoted = english.split("'")[1::2]
    return str(getattr(problem, "option_name", "") or (quoted[0] if quoted else ""))
