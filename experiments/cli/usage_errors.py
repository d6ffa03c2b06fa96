"""Help and usage errors of the command line in both languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from experiments.cli.console import Code, Language, message_language, remember_language
from experiments.cli.help_texts import fold, join_phrases, summary, translate_help
from sim.core.inputs.errors import INDENT
from sim.core.inputs.notation import escape

#: Every fault of a command line is one of these, wherever the version of Typer at hand keeps its classes.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]
EXTRA = "Got unexpected extra argument"


class Commands(TyperGroup):
    """The commands of ``xianjie``, with help and usage errors (exit code 2) in both languages."""

    def get_command(self, context: Any, name: str) -> Any:
        """A command, its help and that of its options with the Chinese before the English."""
        command: Any = super().get_command(context, name)
        chinese = translate_help(summary(command.help or "")) if command is not None else None
        if chinese is None:  # no such command, or its help was translated before
            return command
        command.short_help = f"{join_phrases(chinese)} · {command.get_short_help_str(200)}"
        command.help = f"{chinese}。\n\n{command.help}"
        for parameter in command.params:
            english = getattr(parameter, "help", None) or ""
            translation = translate_help(english) if english else None
            if translation is not None:
                parameter.help = f"{fold(translation)}\n\n{english}"
        return command

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """As Typer does it; the arguments before the command are parsed here."""
        remember_language(arguments[1] if len(arguments) > 1 else settings.get("args", ()))
        with report_usage_errors():
            return super().make_context(*arguments, **settings)

    def invoke(self, context: Any) -> Any:
        """As Typer does it; the command and its options are parsed here."""
        with report_usage_errors():
            return super().invoke(context)


@contextmanager
def report_usage_errors() -> Iterator[None]:
    """Print a usage error in both languages and exit with code 2, before Typer prints it in English."""
    try:
        yield
    except UsageError as problem:
        if type(problem).__name__ == "NoArgsIsHelpError":
            raise
        english = format_english(problem)
        chinese = format_chinese(problem, english)
        context = getattr(problem, "ctx", None)
        command = context.command_path if context is not None else "xianjie"
        chosen = message_language()
        if chosen != Language.EN:
            typer.echo(escape(f"{_end_sentence(chinese, '。', '？')}用法见 {command} -h"), err=True)
        if chosen != Language.ZH:
            indent = INDENT if chosen is None else ""
            typer.echo(indent + escape(f"{_end_sentence(english, '. ', '?', ' ')}For help: {command} -h"), err=True)
        raise typer.Exit(Code.WRONG_INPUT) from problem


def _end_sentence(sentence: str, stop: str, question: str, apart: str = "") -> str:
    return sentence + (apart if sentence.endswith(question) else stop)


def format_english(problem: Exception) -> str:
    """The error in Typer's own words."""
    message = problem.format_message() if hasattr(problem, "format_message") else str(problem)
    return str(message).rstrip(".")


def format_chinese(problem: Exception, english: str) -> str:
    """The error in Chinese, with the nearest valid spelling; an error that is not recognised quotes the English."""
    kind, name = type(problem).__name__, _parameter_name(problem, english)
    if kind == "NoSuchOption":
        near = "、".join(sorted(getattr(problem, "possibilities", None) or ()))
        return f"没有选项 {name}" + (f"，是不是想写 {near}？" if near else "")
    if kind == "MissingParameter":
        return f"缺少选项 {name}" if name.startswith("-") else f"缺少参数 {name}"
    if kind == "BadOptionUsage":
        return f"选项 {name} 后面不写值" if "does not take" in english else f"选项 {name} 后面要写一个值"
    if kind == "BadParameter":
        return _explain_value(problem, name, english)
    if english.startswith("No such command"):
        typed, *others = english.split("'")[1::2]
        return f"没有命令“{typed}”" + (f"，是不是想写“{'”、“'.join(others)}”？" if others else "")
    if english.startswith(EXTRA):
        return f"多写了 {english.rpartition('(')[2].rstrip(')')}"
    return f"命令的写法不对，系统提示原文：{english}"


def _explain_value(problem: Exception, name: str, english: str) -> str:
    """The Chinese for an invalid value of an option or argument, with the validator's reason if there is one."""
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


def _parameter_name(problem: Exception, english: str) -> str:
    """The option or argument as help calls it, which the English text quotes; empty where the error is not about one."""
    quoted = english.split("'")[1::2]
    return str(getattr(problem, "option_name", "") or (quoted[0] if quoted else ""))
