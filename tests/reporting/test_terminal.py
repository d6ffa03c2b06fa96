"""What the terminal prints fits it: lines broken as each language is, levers with their units and parts, the first table."""

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting.terminal import comparison
from experiments.reporting.terminal import levers as table
from experiments.reporting.terminal.prose import CLOSING, OPENING, Prose, wrap
from experiments.reporting.translations import LANGUAGES, Words
from sim.core.inputs.parameters import load_all

LEVERS = [each for each in load_all().parameters.values() if each.role == "lever"]


@pytest.mark.parametrize("width", [8, 20, 33, 80])
def test_lines_fit_and_break_where_printers_break_them(width):
    text = (
        "每年末扣除自付刚性支出后低于贫困线（或住房、饮水保障缺失超过三个月）的脱贫人口，不超过 5000 人；see docs/guide.zh.md。"
    )
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)
    if width > 8:
        assert not any(line[0] in CLOSING or line[-1] in OPENING for line in lines)


def test_a_chinese_sentence_does_not_leave_half_a_line_empty():
    lines = wrap("参数未知，但这一句很长很长很长，" * 6, 40)
    assert all(cell_len(line) >= 36 for line in lines[:-1])


def test_prose_in_a_cell_measures_and_prints_what_fits():
    console = Console(width=20)
    measured = Prose("公益性岗位补贴 abc").__rich_measure__(console, console.options)
    assert measured.maximum == 18 and measured.minimum <= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_lever_has_words_for_its_parts_options_and_subject(language):
    words = Words(language)
    for lever in LEVERS:
        assert words(f"subject_{table.subject(lever)}")
        if isinstance(lever.value, (list, tuple)):
            assert len(words(f"parts_{lever.id}").split("|")) == len(lever.value), lever.id
        for option in lever.options or ():
            assert words.has(f"option_{option}"), (lever.id, option)
        assert " ".join(table.facts(lever, words).split())


def test_no_two_levers_have_one_name():
    for language in LANGUAGES:
        names = [lever.name.model_dump()[language] for lever in LEVERS]
        assert sorted(names) == sorted(set(names))


def test_levers_are_told_in_the_units_of_an_office():
    told = {lever.id: table.facts(lever, Words("zh")) for lever in LEVERS}
    assert told["budget.county_floor"].startswith("现行2000万元/年；可设0～1亿元/年；")
    assert told["public_posts.count"].startswith("现行5000个岗位；可设0～8000个岗位；停用即0个岗位；由就业补助资金支出；")
    assert "村集体资产50%，村企30%，飞地园区20%" in told["budget.industry_split"].replace(" ", "")
    assert "平均分配" in told["village_assets.rule"]


def test_a_search_finds_by_name_subject_fund_and_id_and_says_if_nothing_is_found():
    assert {lever.id for lever in table.search(LEVERS, "岗位")} >= {"public_posts.count", "earnings.post_pay"}
    assert [lever.id for lever in table.search(LEVERS, "PUBLIC_POSTS.COUNT")] == ["public_posts.count"]
    assert all(lever.fund == "medical_assistance" for lever in table.search(LEVERS, "医疗救助"))
    answer = CliRunner().invoke(app, ["levers", "--search", "没有这个"])
    assert answer.exit_code == 2 and "没有名称含“没有这个”的政策措施" in answer.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_levers_fit_eighty_columns(language):
    page = CliRunner().invoke(app, ["levers", "--lang", language], env={"COLUMNS": "80"}).output
    assert all(cell_len(line.rstrip()) <= 80 for line in page.splitlines())
    assert page.count(" public_posts.count") == 1


def test_a_long_answer_goes_into_a_file_that_is_not_there_yet(tmp_path):
    file = tmp_path / "levers.txt"
    answer = CliRunner().invoke(app, ["levers", "--out", str(file)])
    assert (answer.exit_code, answer.output.strip()) == (0, str(file))
    assert "public_posts.count" in file.read_text(encoding="utf-8")
    again = CliRunner().invoke(app, ["levers", "--out", str(file)])
    assert again.exit_code == 2 and "已经存在" in again.stderr


@pytest.mark.parametrize("command", ["levers", "goals", "clauses"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_fit_eighty_columns_in_one_language(command, language):
    page = CliRunner().invoke(app, [command, "--lang", language], env={"COLUMNS": "80"}).output
    assert all(cell_len(line.rstrip()) <= 80 for line in page.splitlines())
    if language == "en":
        found = [line for line in page.splitlines() if any("\u4e00" <= letter <= "\u9fff" for letter in line)]
        assert not found
    else:
        assert not [unit for unit in ENGLISH_UNITS if f"{unit}" in page]


#: Units and grades that stood in Chinese lists.
ENGLISH_UNITS = (
    " multiple",
    "yuan/",
    " share",
    " jobs",
    " households",
    "assumed",
    "measured",
    " switch",
    " enterprises",
    "built in",
)


def test_the_money_behind_a_broken_promise_is_listed_however_uncertain():
    """The hospital top-up: its interval holds 0, and the promise that it pays for breaks."""
    line = {"first": 8_650_000.0, "other": 7_620_000.0, "difference": -1_030_000.0, "low": -2e6, "high": 1e5}
    lines = [{"fund": "county_floor", "use": use, **line} for use in ("", "top_up_county", "interest_subsidy")]
    for goals, listed in ((["H1_ordinary"], 2), ([], 1)):
        shown = comparison.money(lines, Words("zh"), comparison.uses_behind(goals))
        assert shown.row_count == listed
        assert [*shown.columns[3].cells][-1] == "-103＊"
    assert "守不住的承诺" in Words("zh")("compare_money_note", year=2021)
