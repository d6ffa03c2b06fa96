"""The brief of a result: what each document holds, what hostile input does not do, which folders are refused or marked."""

import hashlib
import json
import re
import shutil
import socket
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import qn
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting.documents import inputs, word_styles
from experiments.reporting.documents.content import clean, clean_part, stack_lines
from experiments.reporting.figures import style
from experiments.reporting.translations import Words
from experiments.results import folder as results
from tests.reporting.conftest import HOSTILE, write

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SOURCE = {"zh": "不得用于认定具体农户", "en": "not to be used to assess single households"}
#: The headings, in their order.
NAMES = ("answer", "baseline_table", "who", "basis", "checks")
SECTIONS = {language: [Words(language)(f"page_{name}") for name in NAMES] for language in ("zh", "en")}


class Page(HTMLParser):
    """What a browser would make of the page: tags with their attributes, and the text outside of styles."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags, self.headings, self.text, self.inside = [], [], "", ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.inside = tag
        if tag == "h2":
            self.headings.append("")

    def handle_data(self, data):
        if self.inside == "h2":
            self.headings[-1] += data
        if self.inside != "style":
            self.text += data

    def handle_endtag(self, tag):
        self.inside = ""


def words_of(document: Path) -> list[str]:
    """Every text of a Word document, paragraph by paragraph, those in tables too."""
    body = docx.Document(str(document)).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]


def strings_of(workbook: Path) -> list[str]:
    """Every text of a workbook."""
    with zipfile.ZipFile(workbook) as parts:
        tree = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
    return ["".join(t.text or "" for t in entry.iter(f"{MAIN}t")) for entry in tree]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", ["html", "docx"])
def test_a_document_answers_first_and_holds_every_section(documents, language, form):
    path = documents[f"brief-{language}.{form}"]
    text = Page(path).text if form == "html" else "\n".join(words_of(path))
    headings = (
        Page(path).headings
        if form == "html"
        else [p.text for p in docx.Document(str(path)).paragraphs if p.style.name == "Heading 1"]
    )
    assert [heading.lstrip("0123456789 　一二三四五、") for heading in headings] == SECTIONS[language]
    assert text.index(headings[0]) < text.index(headings[1]) < text.index(SOURCE[language])
    # People and money lead, beside all policy stopped; what the register sees follows.
    first = "全部政策停止" if language == "zh" else "all policy stopped"
    assert text.index(first) < text.index("台账" if language == "zh" else "register")
    # An office's paper names no command, no seed and no version.
    for word in ("xianjie", "--", "seed", "种子"):
        assert word not in text


def test_word_has_real_headings_captions_heads_and_fonts(documents):
    document = docx.Document(str(documents["brief-zh.docx"]))
    assert sum(p.style.name == "Heading 1" for p in document.paragraphs) >= len(SECTIONS["zh"])
    captions = [p for p in document.paragraphs if p.style.name == "Caption"]
    fields = [i.text for p in captions for i in p._p.iter(qn("w:instrText"))]
    assert len(fields) == len(captions) >= len(document.tables) and {field.split()[1] for field in fields} == {"图", "表"}
    assert all(t.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for t in document.tables)
    with zipfile.ZipFile(documents["brief-zh.docx"]) as parts:
        styles = parts.read("word/styles.xml").decode()
    assert "Theme=" not in styles
    used = {p.style.style_id for p in document.paragraphs} | {"Cell", "Normal"}
    for each in document.styles:
        if each.style_id in used:
            fonts = each.element.find(qn("w:rPr")).find(qn("w:rFonts"))
            assert fonts.get(qn("w:eastAsia")) == "微软雅黑", each.name
    about = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert len(about) == 1 and all(len(text) > 40 for text in about)


@pytest.fixture(scope="module")
def without_network(result, tmp_path_factory):
    """The official Word document and the others, written while every way to the network raises."""

    def refused(*_args, **_kwargs):
        raise AssertionError("a brief reached for the network")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto", "bind"):
            patch.setattr(socket.socket, name, refused, raising=False)
        patch.setattr(socket, "getaddrinfo", refused)
        written = write([result], tmp_path_factory.mktemp("official"), ("zh",), ("html", "word", "excel"), "official")
    return {path.suffix: path for path in written}


def test_no_network_is_touched(without_network):
    assert set(without_network) == {".html", ".docx", ".xlsx"}


def test_official_word_follows_the_standard_for_official_documents(without_network):
    path = without_network[".docx"]
    document = docx.Document(str(path))

    def font(name):
        return document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))

    assert (font("Title"), font("Body Text"), font("Heading 1")) == ("方正小标宋简体", "仿宋", "黑体")
    page = document.sections[0]
    assert [round(margin.mm) for margin in (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)] == [
        37,
        35,
        28,
        26,
    ]
    assert document.styles["Title"].font.size.pt == 22 and document.styles["Body Text"].paragraph_format.line_spacing.pt == 28
    assert [p.text[:2] for p in document.paragraphs if p.style.name == "Heading 1"][:2] == ["一、", "二、"]


def test_an_english_brief_after_the_standard_has_no_chinese_numerals():
    official = word_styles.LOOKS["official"]
    assert [official.number(section, language) for section, language in ((1, "zh"), (11, "zh"), (1, "en"))] == [
        "一、",
        "十一、",
        "1  ",
    ]
    assert word_styles.LOOKS["plain"].number(2, "zh") == "二、"


def test_a_workbook_has_numbers_charts_heads_and_explains_every_column(documents):
    with zipfile.ZipFile(documents["brief-zh.xlsx"]) as parts:
        names = parts.namelist()
        book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
        sheets = [parts.read(f"xl/worksheets/sheet{n}.xml").decode() for n in range(1, len(book.find(f"{MAIN}sheets")) + 1)]
        styles = parts.read("xl/styles.xml").decode()
        strings = strings_of(documents["brief-zh.xlsx"])
    titles = [sheet.get("name") for sheet in book.find(f"{MAIN}sheets")]
    assert len(titles) == len(set(titles)) and titles[0] == "核心结论" and titles[-1] == "列的说明"
    assert not any("<f>" in sheet for sheet in sheets), "a cell holds a formula"
    assert all('state="frozen"' in sheet for sheet in sheets[1:])
    assert sum(name.startswith("xl/charts/chart") for name in names) >= 5
    assert "0%" in styles and "#,##0" not in styles  # an office groups no thousands

    def table(sheet):
        tree = ElementTree.fromstring(sheet)
        return [
            [strings[int(c.find(f"{MAIN}v").text)] if c.get("t") == "s" else c for c in row] for row in tree.iter(f"{MAIN}row")
        ]

    explained = {(row[0], row[1]) for row in table(sheets[-1])[1:]}
    for title, sheet in zip(titles[1:-1], sheets[1:-1], strict=True):
        for name in table(sheet)[0]:
            assert (title, name) in explained, f"the column {name} of {title} is not explained"
    assert all(len(row) == 4 and len(row[2]) > 3 for row in table(sheets[-1])[1:])


def test_few_runs_are_counted_and_never_told_as_a_share(documents):
    # Four runs: none or all of them leaves at least a fourth open, so the pages count runs, and the workbook has bounds.
    page = Page(documents["brief-en.html"]).text
    assert "of 4 runs" in page and "a trial" in page
    scoreboard = page[page.index("Goals, people and money") : page.index("Who gains")]
    assert not re.search(r"(?<![\d.–])(0|100) %", scoreboard)
    assert any(text.startswith("at most") for text in strings_of(documents["brief-en.xlsx"]))


def test_hostile_titles_are_text_everywhere(result, documents):
    title = "=cmd|'/c calc'!A1 <script>alert(1)</script> ../../etc/passwd & {{ 7*7 }} http://x.example???衔接"
    page = Page(documents["brief-zh.html"])
    assert title in page.text
    assert not any(tag in ("script", "iframe", "object", "link", "form") for tag, _ in page.tags)
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    for _, attributes in page.tags:
        for name in ("src", "href"):
            assert attributes.get(name, "#").startswith(("data:", "#"))
    assert any(title in text for text in words_of(documents["brief-zh.docx"]))
    with zipfile.ZipFile(documents["brief-zh.docx"]) as parts:
        assert b"http://x.example" not in b"".join(parts.read(n) for n in parts.namelist() if n.endswith(".rels"))
    assert any(title in text for text in strings_of(documents["brief-zh.xlsx"]))
    with zipfile.ZipFile(documents["brief-zh.xlsx"]) as parts:
        assert not any("hyperlink" in parts.read(n).decode(errors="ignore") for n in parts.namelist() if "worksheets/sheet" in n)
    inside = {path.relative_to(result).parts[0] for path in result.rglob("*")}
    assert {path.name for path in (result / "brief").iterdir()} == {"brief-zh.html", "brief-zh.docx", "brief-zh.xlsx"}
    assert inside <= {*results.MADE, *results.FOLDERS}


def test_a_scenario_called_after_a_path_does_not_leave_the_folder(result, tmp_path):
    folder = copy(result, tmp_path)
    change_manifest(folder, lambda manifest: manifest["scenario"].update(id="../../evil"))
    goals = folder / "goals.json"
    goals.write_text(
        goals.read_text(encoding="utf-8").replace('"scenario": "hostile"', '"scenario": "../../evil"'), encoding="utf-8"
    )
    change_manifest(
        folder, lambda manifest: manifest["files"]["goals.json"].update(sha256=hashlib.sha256(goals.read_bytes()).hexdigest())
    )
    (written,) = write([folder], tmp_path / "to", annexes=True)
    assert written == tmp_path / "to" / "brief-zh.html" and "../../evil" in Page(written).text
    assert {path.name for path in tmp_path.iterdir()} == {"copy", "to"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x1b[31m", "a?b?[31m"), ("\u202eab\u2066", "?ab?"), ("\ud800x", "?x"), ("\ue000\ufffe\U0001ffff", "???"),
        ("行\n行\u2028", "行\n行?"), ("x" * 9000, "x" * 3999 + "…"),
    ],
)  # fmt: skip
def test_what_no_document_can_hold_becomes_a_question_mark(text, expected):
    assert clean(text) == expected
    assert clean_part(({"a": [text]},)) == ({"a": [expected]},)


def test_an_interval_stands_whole_under_its_number():
    assert stack_lines("72%（63–80%）") == ["72%", "（63–80%）"]
    assert stack_lines("12 points (5–19)") == ["12 points", "(5–19)"]
    assert stack_lines("五年收入增速（住户调查）") == ["五年收入增速（住户调查）"]


def test_every_letter_of_the_page_is_in_the_font_it_carries(documents):
    for language in ("zh", "en"):
        missing = {c for c in Page(documents[f"brief-{language}.html"]).text if ord(c) not in style._characters()}
        assert not missing, f"{language}: {sorted(missing)}"


def test_the_same_result_gives_the_same_bytes(result, documents, tmp_path):
    again = write([result], tmp_path, ("en",), ("html", "word", "excel"))
    for path in again:
        assert path.read_bytes() == documents[path.name].read_bytes(), path.name


def copy(result: Path, root: Path) -> Path:
    """A copy of the result that may be spoilt."""
    return Path(shutil.copytree(result, root / "copy", ignore=shutil.ignore_patterns("journal", "brief")))


def change_manifest(folder: Path, change) -> None:
    """Change the manifest in place."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def edit(name):
    """A spoiler that edits a file of the folder."""
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + b" ")


def remove(name):
    """A spoiler that removes a file of the folder."""
    return lambda folder: (folder / name).unlink()


def manifest(change):
    """A spoiler that changes the manifest."""
    return lambda folder: change_manifest(folder, change)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (remove("manifest.json"), "holds no result"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "can read"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "can read"),
        (manifest(lambda m: m.update(format=99)), "format 99"),
        (manifest(lambda m: m["program"].update(name="other")), "not written by xianjie"),
        (manifest(lambda m: m["replications"].update(completed=0)), "holds no finished replication"),
        (manifest(lambda m: m["files"].pop("years.parquet")), "lists no years.parquet"),
        (manifest(lambda m: m["files"].update({"../x": {"bytes": 1, "sha256": ""}})), "outside the folder"),
        (manifest(lambda m: m.update(hash="0" * 64)), "manifest.json was changed after the run (hash"),
        (manifest(lambda m: m.update(seed=7)), "manifest.json was changed after the run (seed"),
        (edit("goals.json"), "goals.json was changed after the run"),
        (edit("replications.parquet"), "replications.parquet was changed after the run"),
        (remove("payments.parquet"), "payments.parquet is missing"),
    ],
)  # fmt: skip
def test_a_folder_that_is_not_as_the_run_left_it_is_refused_with_the_reason(result, tmp_path, spoil, reason):
    folder = copy(result, tmp_path)
    spoil(folder)
    answer = CliRunner().invoke(app, ["brief", str(folder), "--quiet", "--to", str(tmp_path / "to")])
    assert answer.exit_code == 2 and reason in answer.stderr, answer.stderr
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize(
    ("spoil", "label"),
    [
        (edit("goals.csv"), "mark_changed"),
        (manifest(lambda m: (m.update(complete=False), m["replications"].update(requested=9))), "mark_incomplete"),
        (manifest(lambda m: m["replications"].update(failed=1)), "mark_failed"),
        (manifest(lambda m: m.update(lives="some.other:model")), "mark_foreign"),
        (manifest(lambda m: m.update(code="0" * 16)), "mark_other_code"),
        (lambda folder: edit("goals.json")(folder / "without_policy"), "mark_without_unusable"),
    ],
)  # fmt: skip
def test_what_a_reader_must_know_of_a_folder_comes_first(result, tmp_path, spoil, label):
    folder = copy(result, tmp_path)
    spoil(folder)
    found = inputs.open_source(folder)
    # Four replications are few, and that is marked as well; a changed model no longer pairs with the run without policy.
    assert label in {mark.label for mark in found.marks}
    assert "mark_few" in {mark.label for mark in found.marks}
    if label in ("mark_incomplete", "mark_without_unusable"):
        (page,) = write([folder], tmp_path / "to")
        text = Page(page).text
        assert Words("zh")("base_no_companion") in text


def test_a_comparison_is_briefed_on_common_random_numbers(result, tmp_path):
    written = write([result / "without_policy", result], tmp_path, ("zh",), ("html", "word", "excel"), compare=True)
    assert {path.name for path in written} == {f"comparison-zh.{end}" for end in ("html", "docx", "xlsx")}
    text = Page(tmp_path / "comparison-zh.html").text
    assert "逐次对照推演4次" in text and SOURCE["zh"] in text and Words("zh")("page_comparison_table") in text
    assert not {c for c in text if ord(c) not in style._characters()}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["OUT", "--format", "pdf"], "unknown format 'pdf'"),
        (["OUT", "OUT"], "use --compare"),
        (["--compare", "OUT"], "at least two"),
        (["OUT/nowhere"], "holds no result"),
        (["OUT", "--to", "OUT/manifest.json"], "is a file"),
    ],
)
def test_wrong_usage_ends_in_2_with_one_sentence_in_each_language(result, arguments, reason):
    answer = CliRunner().invoke(app, ["brief", "--quiet", *(each.replace("OUT", str(result)) for each in arguments)])
    assert answer.exit_code == 2 and reason in answer.stderr, answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 2


def test_a_shard_is_not_briefed(tmp_path):
    answer = CliRunner().invoke(
        app, ["run", "scenarios/baseline.yaml", "--brief", "--shard", "1/2", "--out", str(tmp_path / "o")]
    )
    assert answer.exit_code == 2 and "no whole result" in answer.stderr


def test_the_title_of_the_fixture_is_the_hostile_one(result):
    title = json.loads((result / "manifest.json").read_text(encoding="utf-8"))["scenario"]["title"]["zh"]
    assert title.startswith(HOSTILE) and "\x07" in title and "\u202e" in title  # the fixture put the last two there


def test_a_document_that_somebody_edited_is_never_written_over(result, tmp_path):
    folder = copy(result, tmp_path)
    edited, other = folder / "brief" / "brief-zh.html", folder / "brief" / "brief-zh-2.html"
    assert write([folder], folder / "brief") == [edited]
    edited.write_text("edited", encoding="utf-8")
    (folder / "brief" / "speech.html").write_text("mine", encoding="utf-8")
    assert write([folder], folder / "brief") == write([folder], folder / "brief") == [other]
    assert edited.read_text(encoding="utf-8") == "edited" and "html" in other.read_text(encoding="utf-8")
    (tmp_path / "to").mkdir()
    mine = tmp_path / "to" / "brief-zh.html"
    mine.write_text("mine", encoding="utf-8")
    assert write([folder], tmp_path / "to") == [mine.with_name("brief-zh-2.html")]
    assert mine.read_text(encoding="utf-8") == "mine"
