"""Help in one language, and usage errors of the command line in that of the user, or both where it is not known."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from experiments.cli.console import Code, Language, message_language, remember_language, show
from experiments.cli.help_pages import command_page, list_page
from sim.core.inputs.errors import INDENT
from sim.core.inputs.notation import escape

#: Every fault of a command line is one of these, wherever the version of Typer at hand keeps its classes.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]
SAME = 0.1  # of the likeness of two words: less apart, either may have been meant
EXTRA = "Got unexpected extra argument"


class Commands(TyperGroup):
    """The commands of ``xianjie``: help in one language, that of --lang or of the system, and usage errors with exit code 2."""

    def get_command(self, context: Any, name: str) -> Any:
        """A command that answers, and explains itself, in the language of the system where --lang names none."""
        command: Any = super().get_command(context, name)
        if command is None:
            return None
        for parameter in command.params:
            if parameter.name == "lang" and parameter.default is not None and (chosen := message_language()):
                parameter.default = type(parameter.default)(chosen)
        if not hasattr(command, "commands"):
            command.format_help = lambda context, formatter: show(command_page(command, context, help_language()))
        return command

    def format_help(self, context: Any, formatter: Any) -> None:
        """The list of commands; click's own formatter is left alone."""
        show(list_page(self, help_language(), context.command_path if context.parent is not None else "xianjie"))

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """As Typer does it; the arguments before the command are parsed here."""
        words = arguments[1] if len(arguments) > 1 else settings.get("args", ())
        remember_language(words)
        refuse_empty(words)
        with report_usage_errors():
            return super().make_context(*arguments, **settings)

    def invoke(self, context: Any) -> Any:
        """As Typer does it; the command and its options are parsed here."""
        with report_usage_errors():
            return super().invoke(context)


def refuse_empty(words: Iterable[str]) -> None:
    """End with exit code 2 where a word of a command line is empty, as ``--out ""`` is: it would be taken for the folder that one
    is in. Of --set a better message says so.
    """
    before = ""
    for word in words:
        option, equals, value = word.partition("=")
        name = option if option.startswith("--") and equals and not value else before if before.startswith("-") else ""
        if (not word or (name == option and equals and not value)) and name != "--set":
            english = f"{name or 'an argument'} is empty; write what is meant, or leave it out"
            chinese = f"{f'{name} ' if name else '有一个参数'}是空的；请写明，或去掉"
            lines = {Language.ZH: chinese, Language.EN: english}
            chosen = message_language()
            typer.echo(lines[Language(chosen)] if chosen else f"{chinese}\n{INDENT}{english}", err=True)
            raise typer.Exit(Code.WRONG_INPUT)
        before = word


def take_language(
    lang: Annotated[Language | None, typer.Option(help="Language of the answer; by default the system's.")] = None,
) -> None:
    """Of a group of commands, which answers in its list of them alone; ``remember_language`` has read it before."""


def help_language() -> str:
    """The language of help: that of --lang, else of the system, else Chinese."""
    return message_language() or Language.ZH


@contextmanager
def report_usage_errors() -> Iterator[None]:
    """Print a usage error and exit with code 2, before Typer prints it in English; in both languages where none is chosen."""
    try:
        yield
    except UsageError as problem:
        if type(problem).__name__ == "NoArgsIsHelpError":
            raise
        _keep_nearest(problem)
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


def _keep_nearest(problem: Any) -> None:
    """Of the options that may have been meant, keep those as near as the nearest: ``--langg`` is not ``--explain``."""
    typed, possible = getattr(problem, "option_name", ""), getattr(problem, "possibilities", None)
    if possible:
        near = {each: SequenceMatcher(None, typed, each).ratio() for each in possible}
        problem.possibilities = sorted(each for each, ratio in near.items() if ratio > max(near.values()) - SAME)


def _end_sentence(sentence: str, stop: str, question: str, apart: str = "") -> str:
    return sentence + (apart if sentence.endswith(question) else stop)


def format_english(problem: Exception) -> str:
    """The error in Typer's own words."""
    message = problem.format_message() if hasattr(problem, "format_message") else str(problem)
    told = _explained(problem)
    if told is not None:
        return f"Invalid value for '{_parameter_name(problem, str(message))}': {told.english}"
    return str(message).rstrip(".")


def _explained(problem: Exception) -> Any:
    """What is wrong with the value of an option, in both languages, where it is known."""
    errors = getattr(problem.__cause__, "errors", None)
    if errors is None:
        return None
    from sim.core.inputs.validation import explain_value

    return explain_value(errors()[0])


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
    told = _explained(problem)
    if told is not None:
        return f"{name}：{told.chinese}"
    if "is not one of" in english:
        known = "、".join(english.partition("is not one of")[2].split("'")[1::2])
        return f"{name}：只能是 {known} 之一"
    if english.endswith("is not a number"):
        return f"{name}：要写一个数，不能写 nan 或 inf"
    return f"{name} 的值不对，系统提示原文：{getattr(problem, 'message', english)}"


def _parameter_name(problem: Exception, english: str) -> str:
    """The option or argument as help calls it, which the English text quotes; empty where the error is not about one."""
    quoted = english.split("'")[1::2]
    return str(getattr(problem, "option_name", "") or (quoted[0] if quoted else ""))
