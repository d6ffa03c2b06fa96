"""The gettext catalogues of help: compiled from what people edit, complete, and broken into lines that fit."""

import gettext
from functools import cache
from typing import Any

import pytest
import typer

from experiments.cli.app import app
from experiments.cli.catalogues import compile_mo, read_po, sources
from experiments.cli.help_texts import DOMAIN, LOCALE, LONGEST, count_cells, fold, join_phrases, split_phrases, summary

COMPILE = "python -m experiments.cli.catalogues"


@cache
def chinese() -> dict[str, str]:
    """The Chinese help by the English, without the header."""
    translations = read_po(LOCALE / "zh" / "LC_MESSAGES" / f"{DOMAIN}.po")
    return {english: text for english, text in translations.items() if english}


def plain_help() -> dict[str, set[str]]:
    """The English help by command: that of the command, then those of its options; ``GROUP NAME`` within a group."""

    def of(group: Any, before: str = "") -> dict[str, set[str]]:
        found = {}
        for name, command in group.commands.items():
            found[before + name] = {summary(command.help), *(each.help for each in command.params if each.name != "help")}
            found |= of(command, f"{name} ") if hasattr(command, "commands") else {}
        return found

    return of(typer.main.get_command(app))


def looked_up(group: Any, context: Any, name: str) -> Any:
    """A command as help shows it, within its group if it is in one."""
    first, _, rest = name.partition(" ")
    command = group.get_command(context, first)
    return looked_up(command, context, rest) if rest else command


def commands(group: Any) -> list[Any]:
    """Every command, and those of groups."""
    return [
        each
        for command in group.commands.values()
        for each in (command, *(commands(command) if hasattr(command, "commands") else ()))
    ]


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.relative_to(LOCALE).parts[0])
def test_the_compiled_catalogue_is_made_from_its_source_and_gettext_reads_it(source):
    translations = read_po(source)
    assert source.with_suffix(".mo").read_bytes() == compile_mo(translations), f"run {COMPILE}"
    catalogue = gettext.translation(DOMAIN, LOCALE, [source.relative_to(LOCALE).parts[0]])
    assert {english: catalogue.gettext(english) for english in translations} == translations


def test_every_command_and_option_has_chinese_help_and_no_translation_is_left_over():
    english = set().union(*plain_help().values())
    assert None not in english, "an option has no help at all"
    assert english - set(chinese()) == set(), f"add these to the .po file, then run {COMPILE}"
    assert set(chinese()) - english == set(), f"nothing says this any more: delete it from the .po file, then run {COMPILE}"
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in chinese().values())


def test_help_shows_chinese_first_however_often_a_command_is_looked_up():
    group: Any = typer.main.get_command(app)
    context = group.make_context("xianjie", ["run", "-h"], resilient_parsing=True)
    for name, texts in plain_help().items():
        for _ in range(2):
            command = looked_up(group, context, name)
        key = next(text for text in texts if command.help.startswith(f"{chinese()[text]}。\n\n"))
        assert key in summary(command.help.partition("\n\n")[2])
        assert command.short_help.startswith(f"{join_phrases(chinese()[key])} · ")
        for parameter in (each for each in command.params if each.name != "help"):
            folded, _, english = parameter.help.rpartition("\n\n")
            assert folded == fold(chinese()[english])


def test_no_phrase_of_option_help_is_longer_than_the_narrowest_line():
    options = set().union(*(texts for texts in plain_help().values())) - {
        summary(command.help) for command in commands(typer.main.get_command(app))
    }
    for english in options:
        longest = max(fold(chinese()[english]).split("\n\n"), key=count_cells)
        assert count_cells(longest) <= 2 * LONGEST + 1, longest
        assert "".join(split_phrases(chinese()[english])) == chinese()[english].replace(" ", "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('msgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"\n', ":5: .*twice"),
        ('msgid "a"\nmsgid "b"\nmsgstr "c"\n', ":2: .*incomplete"),
        ('msgid "a"\nmsgstr ""\n', ":3: .*incomplete"),
        ('msgstr "a"\n', ":1: .*needs its msgid"),
        ('msgid "a"\nmsgctxt "b"\n', ":2: write a comment"),
        ('msgid "a\nmsgstr "b"\n', ":1: write a comment"),
    ],
)
def test_a_faulty_catalogue_is_named_with_its_line(tmp_path, text, fault):
    (tmp_path / "a.po").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=fault):
        read_po(tmp_path / "a.po")


def test_a_text_may_go_on_over_lines_and_hold_quotes(tmp_path):
    (tmp_path / "a.po").write_text('# x\nmsgid ""\n"a \\"b\\"\\n"\n"c"\nmsgstr "甲" \n'.replace('" \n', '"\n'), encoding="utf-8")
    assert read_po(tmp_path / "a.po") == {'a "b"\nc': "甲"}
