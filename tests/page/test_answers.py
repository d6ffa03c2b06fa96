"""What the page says of a run and of a comparison is what the brief says: the same sentences, tables and numbers."""

import re
import subprocess
import sys
import urllib.parse
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.page import answers, job_process
from experiments.reporting.documents import build, inputs
from experiments.reporting.documents.content import Paragraph, Table
from tests.page.conftest import ROOT, Served, Site

PLAN = """
extends: baseline
title: {zh: 两项改动, en: Two changes}
months: 12
population: {general_weight: 100}
set: {public_posts.count: 1000, budget.county_floor: 5_000_000}
"""
OFFICIAL = {"zh": "公文格式", "en": "official style"}


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """A site with a plan that was run and compared with its reference, what each setting contributes included.

    The commands are those of the queue, and what follows them is what ``job_process`` does, but for the figures.
    """
    site = Site(tmp_path_factory.mktemp("answers"))
    site.workspace.take_in("甲", PLAN.encode())
    site.workspace.take_in("参照", re.sub("set:.*", "", PLAN).replace("两项改动", "参照").encode())
    few = ["--replications", "4", "--out", "result", "--json"]
    plans = ["inputs/plans/参照.yaml", "inputs/plans/甲.yaml"]
    asked = {
        "run": site.queue.ask("run", "甲", ["run", "inputs/plans/甲.yaml", *few, "--brief", "--no-figures"], 12),
        "compare": site.queue.ask("compare", "", ["compare", *plans, *few, "--parts", "--yes"], 8),
    }
    for name, job in asked.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(site.queue.folder(job.id))
            patch.setenv("PYTHONPATH", str(ROOT))
            with open("answer.json", "wb") as answer, open("log.txt", "wb") as log:
                code = subprocess.call([sys.executable, "-m", "experiments", *job.arguments], stdout=answer, stderr=log)
            assert code == 0, site.queue.log(job.id)
            if name == "run":
                job_process.say([Path("result")], "xianjie brief result")
            else:
                job_process.after_comparison(job.arguments)
        done = replace(job, state="done", code=0)
        site.queue._write(done)
        setattr(site, name, done)
    return site


def text(found):
    """The visible text of a page, without markup and spaces."""
    import html

    return "".join(html.unescape(re.sub("<[^>]*>", " ", found)).split())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_what_the_brief_says(answered, language):
    answered.post("/settings", language=language)
    home = answered.queue.folder(answered.run.id)
    shown = text(answered.get(f"/runs/{urllib.parse.quote(answered.run.id)}")[1])
    brief = build.build_brief(inputs.open_source(home / "result"), [], language, "")
    told = [
        block for section in (*brief.sections, *brief.annexes) if section.id not in answers.LEFT_OUT for block in section.blocks
    ]
    sentences = [block.text for block in told if isinstance(block, Paragraph)]
    assert len(sentences) > 3 and [each for each in sentences if text(each) not in shown] == []
    tables = [block for block in told if isinstance(block, Table) and block.in_document]
    assert {"baseline", "goals", "all_goals", "funds", "uses"} <= {table.id for table in tables}
    for table in tables:
        for row in table.rows:
            for column in table.of("document"):
                cell = row.get(column.id, "")
                assert text(getattr(cell, "shown", cell)) in shown, (table.id, column.id)
    assert [section.title for section in brief.sections if text(section.title) not in shown] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_documents_come_in_both_languages_and_the_official_style(answered, language):
    answered.post("/settings", language=language)
    for job, stem in ((answered.run, "brief"), (answered.compare, "comparison")):
        page = answered.get(f"/runs/{urllib.parse.quote(job.id)}")[1]
        offered = [urllib.parse.unquote(each) for each in re.findall(r'href="/runs/[^"/]*/files/(brief/[^"]*)"', page)]
        endings = (".docx", "-official.docx", ".xlsx", ".html")
        assert sorted(offered) == sorted(f"brief/{stem}-{each}{ending}" for each in ("zh", "en") for ending in endings)
        assert offered[0].startswith(f"brief/{stem}-{language}") and text(OFFICIAL[language]) in text(page)
        home = answered.queue.folder(job.id)
        written = {
            each: zipfile.ZipFile(home / each).read("word/document.xml").decode() for each in offered if each.endswith(".docx")
        }
        assert len(set(written.values())) == 4  # each another document
        said = answers.stored(home, language)
        sentence = said["sections"][0]["blocks"][0]["text"]
        assert sentence in written[f"brief/{stem}-{language}.docx"] and text(sentence) in text(page)


def test_a_comparison_tells_settings_promises_people_money_by_year_and_parts(answered):
    answered.post("/settings", language="zh")
    page = answered.get(f"/runs/{urllib.parse.quote(answered.compare.id)}")[1]
    said = answers.stored(answered.queue.folder(answered.compare.id), "zh")
    assert len(said["settings"]) == 1 and len(said["settings"][0]["differences"]) == 2
    assert "由5000个岗位改为1000个岗位" in text(page) and "由2000万元/年改为500万元/年" in text(page)
    assert {"answer", "table", "who", "parts", "basis"} <= {part["id"] for part in said["sections"]}
    parts = next(part for part in said["sections"] if part["id"] == "parts")["blocks"][0]
    assert len(parts["rows"]) == 3  # two settings and their sum
    annex = next(part for part in said["annexes"] if part["id"].startswith("against"))
    money = next(block for block in annex["blocks"] if block["kind"] == "table" and block["title"] == "各项财政资金逐年增减")
    assert [head["name"] for head in money["heads"]] == ["资金", "2021"]
    answer = answered.queue.answer(answered.compare.id)
    public = next(line for line in answer["comparisons"][0]["money"] if line["fund"] == "public")
    sums = [float(cell[0].replace("−", "-").rstrip("?")) for cell in money["rows"][-1]["cells"][1:]]
    assert sum(sums) / len(sums) * 1e4 == pytest.approx(public["difference"], rel=0.02)


def test_a_picture_of_the_answer_can_be_fetched(answered):
    for job in (answered.run, answered.compare):
        page = answered.get(f"/runs/{urllib.parse.quote(job.id)}")[1]
        found = re.findall(r'src="(/runs/[^"]*/files/pictures/brief-answer[^"]*)"', page)
        assert found and answered.get(urllib.parse.unquote(found[0]))[1].lstrip().startswith("<?xml")


def test_what_cannot_be_said_leaves_the_rest_of_the_page(answered, monkeypatch):
    home = answered.queue.folder(answered.run.id)
    kept = {each: (home / answers.file_name(each)).read_bytes() for each in ("zh", "en")}
    try:
        answers.keep_problem(ValueError("odd"), home)
        status, page = answered.get(f"/runs/{urllib.parse.quote(answered.run.id)}")
        assert status == 200 and "结论没有写成" in page and 'class="chances"' in page
        (home / answers.file_name("zh")).write_text("{half", encoding="utf-8")
        assert answered.get(f"/runs/{urllib.parse.quote(answered.run.id)}")[0] == 200
    finally:
        for language, content in kept.items():
            (home / answers.file_name(language)).write_bytes(content)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_answer_fits_every_screen_and_is_accessible(answered, browser, language):
    from axe_core_python.sync_playwright import Axe

    answered.post("/settings", language=language)
    page = Served(answered.workspace.root)
    try:
        context = browser.new_context()
        tab = context.new_page()
        tab.goto(page.address)
        for job in (answered.run, answered.compare):
            for width, height in ((1366, 768), (1920, 1080), (390, 844)):
                tab.set_viewport_size({"width": width, "height": height})
                tab.goto(f"{page.root}/runs/{urllib.parse.quote(job.id)}")
                assert tab.evaluate("document.documentElement.scrollWidth") <= width, job.kind
                tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
                assert tab.evaluate("document.documentElement.scrollWidth") <= width, job.kind
                found = Axe().run(tab)["violations"]
                assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == [], job.kind
                assert len(tab.content().encode()) < 300_000
        context.close()
    finally:
        page.kill()
