"""The pages of help, in one language: the front page with what a planner needs first, the list of commands, a command's own."""

from collections.abc import Iterator, Mapping
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from experiments.cli.help_texts import summary, translate_help
from experiments.reporting.terminal.prose import Prose, as_called
from experiments.reporting.translations import Words

#: What a planner needs first, in this order: how it is typed, by command.
FIRST = {
    "demo": "xianjie demo",
    "run": "xianjie run baseline --brief",
    "new": "xianjie new {plan}",
    "compare": "xianjie compare {plan}",
    "levers": "xianjie levers --search {word}",
}
GROUPS = ("plan", "run", "ask", "trust", "model", "machine")
#: What an option takes, as Typer calls it, and the label of the word for it.
KINDS = {"int": "help_kind_number", "float": "help_kind_number", "path": "help_kind_path", "Path": "help_kind_path"}
WIDEST = 26  # cells of the left column


def front_page(group: Any, lang: str) -> Iterator[RenderableType]:
    """What ``xianjie`` alone prints: five commands, and the names of the others by group."""
    words = Words(lang)
    yield Prose(words("help_title", version=version("xianjie")), "bold")
    yield Prose(words("help_question"))
    yield Prose(f"\n{words('help_first')}", "bold")
    example = {"plan": words("help_example_plan"), "word": words("help_example_word")}
    typed = {name: text.format(**example) for name, text in FIRST.items() if name in group.commands}
    yield _pairs((as_called(text), words(f"help_do_{name}")) for name, text in typed.items())
    yield Prose(f"\n{words('help_others')}", "bold")
    names = ((words(f"help_group_{key}"), "  ".join(sorted(found))) for key, found in grouped(group, set(typed)).items())
    yield _pairs(names)
    yield Prose(f"\n{words('help_more')}")


def list_page(group: Any, lang: str, path: str = "xianjie") -> Iterator[RenderableType]:
    """Every command of a group with the first sentence of its help."""
    words = Words(lang)
    yield Prose(words("help_usage_group", path=path), "bold")
    about = described(group, lang)
    if about:
        yield Prose(f"\n{about}")
    for key, names in grouped(group, set()).items():
        if path == "xianjie":
            yield Prose(f"\n{words(f'help_group_{key}')}", "bold")
        yield _pairs((name, described(group.commands[name], lang)) for name in names)
    yield Prose(f"\n{words('help_more')}")


def command_page(command: Any, context: Any, lang: str) -> Iterator[RenderableType]:
    """A command's usage, what it does, its arguments and options, and exit codes where it has its own."""
    words = Words(lang)
    shown = [each for each in command.params if not each.hidden and each.name != "help"]
    arguments = [each for each in shown if each.param_type_name == "argument"]
    usage = " ".join([context.command_path, words("help_options_mark"), *map(_argument_name, arguments)])
    yield Prose(words("help_usage", usage=usage), "bold")
    yield Prose(f"\n{described(command, lang)}")
    more = (command.help or "").partition("\n\n")[2]
    if more and lang == "en":
        yield Prose("\n" + "\n\n".join(" ".join(part.split()) for part in more.split("\n\n")))
    elif "Exit codes" in more:
        yield Prose(f"\n{words('help_exit_codes')}")
    options = [each for each in shown if each.param_type_name != "argument"]
    for label, those in (("help_arguments", arguments), ("help_options", options)):
        if those:
            yield Prose(f"\n{words(label)}", "bold")
            yield _pairs((_name(each, context, words), _explained(each, words)) for each in those)


def described(command: Any, lang: str) -> str:
    """The first sentence of a command's help."""
    english = summary(command.help or "")
    return (translate_help(english) or english) if lang == "zh" else english


def grouped(group: Any, without: set[str]) -> Mapping[str, list[str]]:
    """The names of the commands by the room of the code they live in, in the order in which they are registered."""
    found: dict[str, list[str]] = {key: [] for key in GROUPS}
    for name, command in group.commands.items():
        if name not in without and not command.hidden:
            found[_room(command)].append(name)
    return {key: names for key, names in found.items() if names}


def _room(command: Any) -> str:
    """The group of a command: its room in the code; of a group of commands, that of its first."""
    inner = next(iter(getattr(command, "commands", {}).values()), command)
    parts = getattr(inner.callback, "__module__", "").split(".")
    return parts[2] if len(parts) > 2 and parts[2] in GROUPS else GROUPS[0]


def _pairs(rows: Any) -> Table:
    """Two columns: what is typed, and what it does; a long left cell has a line of its own."""
    table = Table.grid(padding=(0, 2, 0, 0))
    made = [(f"  {left}", right) for left, right in rows]
    table.add_column(no_wrap=True, min_width=min(WIDEST, max((len(left) for left, _ in made), default=0)))
    table.add_column()
    for left, right in made:
        table.add_row(left, Prose(right))
    return table


def _argument_name(parameter: Any) -> str:
    return parameter.metavar or parameter.name.upper()


def _name(parameter: Any, context: Any, words: Words) -> str:
    """How an argument or option is typed, with what it takes."""
    if parameter.param_type_name == "argument":
        return _argument_name(parameter)
    names = " ".join(parameter.opts)
    if parameter.is_flag:
        return names
    kind = parameter.metavar or parameter.display_type(context).strip("<>").removesuffix(" range")
    kind = kind.removeprefix("list[").rstrip("]") if kind.startswith("list[") else kind
    if "|" in kind or parameter.metavar:
        return f"{names} {kind}"
    return f"{names} {words(KINDS.get(kind, 'help_kind_text'))}"


def _explained(parameter: Any, words: Words) -> str:
    """An option's help, and its default where one is set."""
    english = parameter.help or ""
    text = (translate_help(english) or english) if words.language == "zh" else english
    default = parameter.default
    if parameter.required:
        return text + words("help_required")
    if default in (None, False, 0) or parameter.name == "lang" or callable(default):
        return text
    shown = default.value if isinstance(default, Enum) else default.as_posix() if isinstance(default, Path) else default
    return text + words("help_default", value=shown)
