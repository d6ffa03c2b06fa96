"""A brief says nothing twice in two ways, and loses nothing: both kinds, both languages, both styles; with faults planted."""

import json
import re
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import yaml
from docx.oxml.ns import qn
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting.documents import build, inputs, word
from experiments.reporting.documents.content import Brief, Cell, Illustration, Paragraph, Table
from experiments.reporting.documents.figure_bytes import Pictures
from experiments.reporting.translations import Words
from tests.reporting.conftest import write
from tests.reporting.test_answer import BASE, compared, facts, pages  # noqa: F401 (fixtures)

LANGUAGES = ("zh", "en")
BOOK = yaml.safe_load(Path("experiments/reporting/words_answer.yaml").read_text(encoding="utf-8"))
#: What a planted fault puts into a cell; no number of the test is like it.
SPOILT = "977"


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> dict[str, Brief]:
    """The brief of one plan with the runs beside it, by language."""
    place = tmp_path_factory.mktemp("alone")
    (place / "base.yaml").write_text(BASE.format(root=Path.cwd()), encoding="utf-8")
    found = CliRunner().invoke(
        app, ["run", str(place / "base.yaml"), "--replications", "4", "--brief", "--no-figures", "--quiet", "--workers", "2",
              "--out", str(place / "out")],
    )  # fmt: skip
    assert found.exit_code == 0, found.stderr + repr(found.exception)
    source = inputs.open_source(place / "out")
    return {language: build.build_brief(source, [], language, "") for language in LANGUAGES}


@pytest.fixture(scope="module")
def briefs(alone, pages) -> dict[tuple[str, str], Brief]:  # noqa: F811
    """Both kinds of brief in both languages."""
    made = {("baseline", language): alone[language] for language in LANGUAGES}
    return made | {("comparison", language): pages[language] for language in LANGUAGES}


def told(words: Words, label: str, text: str) -> list[dict[str, str]]:
    """What a text puts into the sentence of a label, wherever it has that sentence."""
    template = BOOK[label][words.language]
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^。；;]+?)", re.escape(template))
    return [found.groupdict() for found in re.finditer(pattern, text.replace("\n", "。"))]


def shown(cell: Cell | str) -> str:
    return cell.shown if isinstance(cell, Cell) else cell


def numbers_in(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text)


def text_of(brief: Brief, *sections: str) -> str:
    blocks = [block for each in brief.sections if not sections or each.id in sections for block in each.blocks]
    return "\n".join(block.text for block in blocks if isinstance(block, Paragraph))


def main_table(brief: Brief) -> Table:
    return next(block for section in brief.sections for block in section.blocks if isinstance(block, Table))


def contradictions(kind: str, brief: Brief) -> list[str]:
    """Where a number of the text differs from the same number in the table, or has no row to stand in."""
    words = Words(brief.language, minus="\u2212")
    answer, whole = text_of(brief, "answer"), text_of(brief)
    rows = {shown(row["item"]): {key: shown(cell) for key, cell in row.items()} for row in main_table(brief).rows}
    pairs: list[tuple[str, str, str]] = []

    def hold(what: str, said: str, item: str, column: str) -> None:
        pairs.append((what, said, rows[item][column] if item in rows else f"no row {item}"))

    if kind == "baseline":
        for found in told(words, "base_below", answer):
            hold("true", found["true"], words("row_true", year=found["year"]), "plan")
            hold("recorded", found["recorded"], words("row_recorded", year=found["year"]), "plan")
        for found in told(words, "own_uses", whole):
            hold("own", found["money"], words("row_own"), "plan")
        counted = [found["runs"] for found in told(words, "lead_baseline", brief.subtitle)]
        pairs += [("runs", runs, "4") for runs in counted]
    else:
        for side in ("more", "fewer"):
            for found in told(words, f"people_{side}", answer):
                hold("people", found["count"], words("row_true", year=found["year"]), "persons")
        for label in ("money_saved", "money_spent"):
            pairs += [(label, found["money"], rows[words("row_own")]["repair"]) for found in told(words, label, answer)]
    columns = ("plan", "own_stopped") if kind == "baseline" else ("first", "other")
    for found in told(words, "item_trial_down", answer):  # counts of a promise are those of its row
        listed = found["names"].split("：")[-1].split("、") if brief.language == "zh" else re.findall("“(.*?)”", found["names"])
        row = next((row for item, row in rows.items() if any(name in item for name in listed)), None)
        for key, column in zip(("met_first", "met_other"), columns):
            if row is None:
                pairs.append((str(listed), found[key], "no row"))
            else:  # a row of what was given up by decision has persons instead
                pairs += [(f"{listed}", found[key], each["met"]) for each in told(words, "times_count", row[column])]
                pairs += [(f"{listed}", found[key], row[column])] * (row[column] == SPOILT)
    return [f"{what}: {said} / {cell}" for what, said, cell in pairs if not set(numbers_in(said)) <= set(numbers_in(cell))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["baseline", "comparison"])
def test_no_number_of_the_text_differs_from_that_of_the_table(briefs, kind, language):
    assert contradictions(kind, briefs[kind, language]) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["baseline", "comparison"])
def test_a_number_changed_in_the_table_alone_is_found(briefs, kind, language):
    """Every row that the text tells of, spoilt in turn; some rows stand in the table only."""
    brief, found = briefs[kind, language], 0
    table = main_table(brief)
    for number, row in enumerate(table.rows):
        spoilt_row = {key: replace(cell, shown=SPOILT) if isinstance(cell, Cell) else SPOILT if key != "item" else cell
                      for key, cell in row.items()}  # fmt: skip
        spoilt = replace(table, rows=(*table.rows[:number], spoilt_row, *table.rows[number + 1 :]))
        sections = tuple(
            replace(each, blocks=tuple(spoilt if block is table else block for block in each.blocks)) for each in brief.sections
        )
        found += bool(contradictions(kind, replace(brief, sections=sections)))
    assert found >= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promise_that_the_answer_tells_of_has_a_row(briefs, facts, language):  # noqa: F811
    words, brief = Words(language), briefs["comparison", language]
    items, answer = [shown(row["item"]) for row in main_table(brief).rows], text_of(brief, "answer")
    names = [re.split("（|: ", words.of(each.name))[0] for each in facts.broken if each.promise or each.owed]
    assert len(names) >= 3
    for name in names:
        assert name in answer and any(name in item for item in items), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_payments_that_two_promises_share_are_counted_in_one_row(briefs, facts, language):  # noqa: F811
    cells = [shown(row["persons"]) for row in main_table(briefs["comparison", language]).rows]
    payments = [cell for cell in cells if cell not in (Words(language)("cell_none"), Words(language)("cell_counted"))]
    shared = {each.behind for each in facts.broken if each.behind}
    assert shared and sum("人次" in cell or "payments" in cell for cell in payments) == len(shared)


def official(brief: Brief, path: Path) -> "docx.document.Document":
    word.write(brief, path, Pictures(["png"]), "official")
    return docx.Document(str(path))


def texts_in(document) -> list[str]:
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p"))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["baseline", "comparison"])
def test_an_official_paper_holds_every_sentence_table_and_picture_of_the_two_pages(briefs, tmp_path, kind, language):
    brief = briefs[kind, language]
    document = official(brief, tmp_path / "official.docx")
    texts = texts_in(document)
    blocks = [block for section in brief.sections for block in section.blocks]
    for block in blocks:
        if isinstance(block, Paragraph):
            assert block.text in texts
    tables = [block for block in blocks if isinstance(block, Table)]
    pictures = [block for block in blocks if isinstance(block, Illustration)]
    assert len(document.tables) == len(tables) >= 1 and len(document.inline_shapes) == len(pictures)
    named = next(text for text in texts if text.startswith(brief.labels["attachments"]))
    assert all(each.title in named for each in tables) and all(each.caption in named for each in pictures)
    # The text comes first and whole: nothing of it stands behind the first annex.
    first = texts.index(f"{brief.labels['attachment']}1")
    assert max(texts.index(block.text) for block in blocks if isinstance(block, Paragraph)) < first
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    told_sections = [each.title for each in brief.sections if any(isinstance(block, Paragraph) for block in each.blocks)]
    assert [title for title in told_sections if any(title in heading for heading in headings)] == told_sections


def test_a_long_official_text_is_set_tighter_and_never_cut(briefs, tmp_path):
    brief = briefs["comparison", "zh"]
    size = official(brief, tmp_path / "short.docx").styles["Body Text"].paragraph_format.line_spacing.pt
    extra = tuple(Paragraph(f"另有情况第{number}条，" + "县里各部门须逐项核实后再作决定，" * 4) for number in range(9))
    long = replace(brief, sections=(replace(brief.sections[0], blocks=(*brief.sections[0].blocks, *extra)), *brief.sections[1:]))
    document = official(long, tmp_path / "long.docx")
    assert document.styles["Body Text"].paragraph_format.line_spacing.pt < size
    assert {each.text for each in extra} <= set(texts_in(document))


def league_of(scenario: str) -> dict:
    """What ``xianjie budget --out`` keeps, of one programme."""
    around = {"mean": 12.4, "low": 3.0, "high": 21.8}
    row = {"id": "help", "name": {"zh": "应急帮扶", "en": "Relief"}, "own": around, "kept": around, "income": around,
           "promises": {"mean": 0.25, "low": -0.1, "high": 0.6}}  # fmt: skip
    return {"scenario": scenario, "seed": 2021, "replications": 8, "table": [], "programmes": [], "league": [row]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("compare", [False, True])
def test_the_league_of_own_money_stands_in_both_kinds_of_brief(compared, tmp_path, language, compare):  # noqa: F811
    out = compared[2]
    (tmp_path / "league").mkdir()
    record = league_of("cut" if compare else "base")
    (tmp_path / "league" / "budget.json").write_text(json.dumps(record), encoding="utf-8")
    folders = [out / "base", out / "cut", tmp_path / "league"] if compare else [out / "base", tmp_path / "league"]
    (written,) = write(folders, tmp_path / "to", (language,), ("word",), compare=compare)
    texts = texts_in(docx.Document(str(written)))
    middle, low, high = "+12", "+3", "+22"
    cell = f"{middle}（{low}～{high}）" if language == "zh" else f"{middle} ({low} to {high})"
    assert "".join(texts).replace(" ", "").count(cell.replace(" ", "")) == 2 and record["league"][0]["name"][language] in texts
    assert any(Words(language)("page_league") in text for text in texts)


def test_a_league_of_another_plan_is_refused(compared, tmp_path):  # noqa: F811
    out = compared[2]
    (tmp_path / "budget.json").write_text(json.dumps(league_of("cut")), encoding="utf-8")
    with pytest.raises(inputs.Unusable, match="of the plan it is about"):
        write([out / "base", tmp_path], tmp_path / "to", ("zh",), ("html",))
