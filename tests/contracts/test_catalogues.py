"""The gettext catalogues of help: compiled from what people edit, complete; pages of help in one language, on 80 columns."""

import gettext
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.cli.catalogues import compile_mo, read_po, sources
from experiments.cli.help_texts import DOMAIN, LOCALE, summary
from experiments.reporting.terminal import month
from sim.core.calendar import steps_of
from sim.month import MONTH

#: One word for one concept: what was said before, and is 政策措施, 假定, 次, 推演, 基准方案 now.
OLD_WORDS = re.compile(r"抓手|杠杆|假设|遍(?!其范围)|基准情景|模拟")
LATIN = re.compile(r"[A-Za-z][\w./:=<>-]*[A-Za-z]")
CHINESE = re.compile(r"[\u2e80-\uffff]+")
#: Values of options, formats and methods that have no other name.
VALUES = {
    "zh", "en", "both", "all", "plain", "official", "html", "word", "excel", "Word", "Excel", "Morris", "Sobol", "Dask", "dask",
    "local", "baseline", "now", "none", "lever", "goal", "parameter", "assumption", "indicator", "modelled", "contradicted",
    "relapsed", "parquet", "journal", "outputs", "annex", "xianjie", "xlsx", "xls", "ods", "csv", "Schema",
}  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]
HIDDEN = ("help", "install_completion", "show_completion")
COMPILE = "python -m experiments.cli.catalogues"


@cache
def chinese() -> dict[str, str]:
    """The Chinese help by the English, without the header."""
    translations = read_po(LOCALE / "zh" / "LC_MESSAGES" / f"{DOMAIN}.po")
    return {english: text for english, text in translations.items() if english}


@cache
def plain_help() -> dict[str, set[str]]:
    """The English help by command: that of the command, then those of its options and arguments; ``GROUP NAME`` in a group."""
    group: Any = typer.main.get_command(app)
    return {
        name: {summary(command.help), *(each.help for each in command.params if each.name not in HIDDEN)}
        for name, command in {**commands_by_name(), "": group}.items()
    }


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


def test_help_is_in_one_language_however_often_a_command_is_looked_up():
    for name in names():
        for lang, other in (("zh", LATIN), ("en", CHINESE)):
            for _ in range(2):
                page = CliRunner().invoke(app, [*name.split(), "-h", "--lang", lang], env={"COLUMNS": "80"}).output
                assert all(cell_len(line.rstrip()) <= 80 for line in page.splitlines()), (name, page)
                found = [word for word in other.findall(page) if not is_a_name(word)]
                assert not found, (name, lang, found)


def is_a_name(word: str) -> bool:
    """Whether a Latin word is one that people type: a command, an option, a value, a file; or an acronym."""
    return word in typed() or word.isupper() or any(mark in word for mark in "./_=:-")


@cache
def typed() -> set[str]:
    """What is typed: commands, their options and what these take."""
    commands = commands_by_name().values()
    options = {each for command in commands for option in command.params for each in (*option.opts, str(option.metavar))}
    return {each.removeprefix("--") for each in options} | {word for name in names() for word in name.split()} | VALUES


def names() -> list[str]:
    """All commands."""
    return list(commands_by_name())


@cache
def commands_by_name() -> dict[str, Any]:
    """All commands as Typer makes them."""
    group: Any = typer.main.get_command(app)

    def of(commands: Any, before: str = "") -> dict[str, Any]:
        found = {}
        for name, command in commands.items():
            found[before + name] = command
            found |= of(command.commands, f"{before}{name} ") if hasattr(command, "commands") else {}
        return found

    return of(group.commands)


def test_the_front_page_and_the_list_are_in_one_language():
    for lang, other, own in (("zh", LATIN, "先用这五个命令"), ("en", CHINESE, "Five commands to begin with")):
        page = CliRunner().invoke(app, ["--lang", lang], env={"COLUMNS": "80"}).output
        assert own in page and all(cell_len(line.rstrip()) <= 80 for line in page.splitlines())
        whole = page + CliRunner().invoke(app, ["-h", "--lang", lang], env={"COLUMNS": "80"}).output
        assert [word for word in other.findall(whole) if not is_a_name(word)] == []
        assert all(name.partition(" ")[0] in whole for name in names()), "a command is in no group"


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


def test_every_process_of_the_month_says_in_chinese_what_it_does_and_why_it_stands_there():
    told = month.in_chinese()
    assert list(told) == [step.process.name for step in steps_of(MONTH)]
    for name, texts in told.items():
        assert len(texts) == 2, name
        assert all(CHINESE.search(text) and not LATIN.search(text) and not text.endswith("。") for text in texts), name


def test_the_month_speaks_one_language():
    def printed(lang):
        return CliRunner().invoke(app, ["month", "--lang", lang], env={"COLUMNS": "80"}).stdout

    names = {step.process.name for step in steps_of(MONTH)}
    assert set(LATIN.findall(printed("zh"))) <= names
    assert not CHINESE.search(printed("en"))


def test_no_label_and_no_help_uses_a_word_that_was_given_up():
    from experiments.reporting import translations
    from experiments.results import dictionary

    labels = {name: texts["zh"] for name, texts in translations._book().items()}
    described = {f"{file}: {name}": str(each) for file in dictionary.files() for name, each in dictionary.columns(file).items()}
    found = {name: text for name, text in {**labels, **chinese(), **described}.items() if OLD_WORDS.search(text)}
    assert not found
    for page in ("glossary.md", "guide.zh.md", "intended_use.zh.md"):
        assert not OLD_WORDS.search((ROOT / "docs" / page).read_text(encoding="utf-8")), page
