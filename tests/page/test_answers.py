"""What the page says of a run and of a comparison is what the brief says: the same sentences, tables and numbers."""

import json
import re
import subprocess
import sys
import time
import urllib.parse
import zipfile
from contextlib import contextmanager
from dataclasses import replace

import pytest

from experiments.page import answers, job_process, jobs
from experiments.page.jobs import AFTER, PACE
from experiments.page.routes import runs
from experiments.reporting.answer import repair_sentence
from experiments.reporting.documents import build, inputs
from experiments.reporting.documents.content import Paragraph, Table
from experiments.reporting.translations import Words
from tests.page.conftest import ROOT, SIZES, Site, fits_and_is_accessible, path_of, serving

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

    The commands are those of the queue, and what follows them is what ``job_process`` does, but for the story and the figures.
    """
    site = Site(tmp_path_factory.mktemp("answers"))
    site.workspace.take_in("甲", PLAN.encode())
    site.workspace.take_in("参照", re.sub("set:.*", "", PLAN).replace("两项改动", "参照").encode())
    few = ["--replications", "4", "--out", "result", "--json"]
    plans = ["inputs/plans/参照.yaml", "inputs/plans/甲.yaml"]
    asked = {
        "run": site.queue.ask("run", "甲", ["run", "inputs/plans/甲.yaml", *few, "--beside", "--no-figures"], 12),
        "compare": site.queue.ask("compare", "", ["compare", *plans, *few, "--parts", "--yes"], 8),
    }
    for name, job in asked.items():
        live(site, job)
        done = replace(job, state="done", code=0)
        site.queue._write(done)
        setattr(site, name, done)
    return site


def live(site, job, *more):
    """Do what the process of a job does, in its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(site.queue.folder(job.id))
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setitem(job_process.AFTERWARDS, "run", ("answer", "documents"))
        with open("answer.json", "wb") as answer, open("log.txt", "wb") as log:
            code = subprocess.call([sys.executable, "-m", "experiments", *job.arguments, *more], stdout=answer, stderr=log)
        assert code == 0, site.queue.log(job.id)
        job_process.follow(job.arguments)


def text(found):
    """The visible text of a page, without markup and spaces."""
    import html

    return "".join(html.unescape(re.sub("<[^>]*>", " ", found)).split())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_what_the_brief_says(answered, language):
    answered.post("/settings", language=language)
    home = answered.queue.folder(answered.run.id)
    shown = text(answered.get(path_of(answered.run))[1])
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
        page = answered.get(path_of(job))[1]
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
    page = answered.get(path_of(answered.compare))[1]
    said = answers.stored(answered.queue.folder(answered.compare.id), "zh")
    assert len(said["settings"]) == 1 and len(said["settings"][0]["differences"]) == 2
    assert "由5000个岗位改为1000个岗位" in text(page) and "由2000万元/年改为500万元/年" in text(page)
    assert {"answer", "table", "who", "parts", "basis"} <= {part["id"] for part in said["sections"]}
    parts = next(part for part in said["sections"] if part["id"] == "parts")["blocks"][0]
    assert len(parts["rows"]) == 3  # two settings and their sum
    annex = next(part for part in said["annexes"] if part["id"].startswith("against"))
    money = next(block for block in annex["blocks"] if block["kind"] == "table" and block["title"] == "各项财政资金逐年增减")
    assert [head["name"] for head in money["heads"]] == ["资金", "2021年（万元）"]
    answer = answered.queue.answer(answered.compare.id)
    public = next(line for line in answer["comparisons"][0]["money"] if line["fund"] == "public")
    sums = [float(cell[0].replace("−", "-").rstrip("?")) for cell in money["rows"][-1]["cells"][1:]]
    assert sum(sums) / len(sums) * 1e4 == pytest.approx(public["difference"], rel=0.02)


def test_a_picture_of_the_answer_can_be_fetched(answered):
    for job in (answered.run, answered.compare):
        page = answered.get(path_of(job))[1]
        found = re.findall(r'src="(/runs/[^"]*/files/pictures/brief-answer[^"]*)"', page)
        assert found and answered.get(urllib.parse.unquote(found[0]))[1].lstrip().startswith("<?xml")


def test_what_cannot_be_said_leaves_the_rest_of_the_page(answered, monkeypatch):
    home = answered.queue.folder(answered.run.id)
    kept = {each: (home / answers.file_name(each)).read_bytes() for each in ("zh", "en")}
    try:
        answers.keep_problem({"zh": "奇怪", "en": "odd"}, home)
        status, page = answered.get(path_of(answered.run))
        assert status == 200 and "结论没有写成：奇怪" in page and 'class="chances"' in page
        (home / answers.file_name("zh")).write_text("{half", encoding="utf-8")
        assert answered.get(path_of(answered.run))[0] == 200
    finally:
        for language, content in kept.items():
            (home / answers.file_name(language)).write_bytes(content)


@contextmanager
def under_way(site, job, after):
    """A job whose process still works, at this point of what follows its command (None: before its end)."""
    home = site.queue.folder(job.id)
    before = (home / AFTER).read_bytes()
    try:
        site.queue._write(replace(job, state="running", started=time.time()))
        (home / AFTER).unlink()
        if after is not None:
            (home / AFTER).write_text(json.dumps(after), encoding="utf-8")
        yield site.get(path_of(job))[1]
    finally:
        (home / AFTER).write_bytes(before)
        site.queue._write(job)


def test_the_answer_stands_while_documents_are_still_made(answered):
    answered.post("/settings", language="zh")
    said = answers.stored(answered.queue.folder(answered.run.id), "zh")["sections"][0]["blocks"][0]["text"]
    with under_way(answered, answered.run, {"done": 0}) as page:
        assert said not in page and 'data-told="yes"' not in page
    with under_way(answered, answered.run, {"done": 1}) as page:
        assert said in page and 'class="chances"' in page and 'data-told="yes"' in page
        assert "结论已出。正在写简报和数据文件（第1步，共3步）" in page and 'id="documents"' not in page
        news = runs._run_news(answered.app.state.page, answered.run.id)
        assert (news["told"], news["ended"], news["done"], news["total"], news["table"]) == (True, False, 1, 4, "")
    with under_way(answered, answered.run, {"done": 3, "count": 7}) as page:
        assert said in page and 'id="documents"' in page and "正在画图，已画7幅" in page
    with under_way(answered, answered.run, None) as page:  # more replications were asked for
        assert said in page and 'id="documents"' in page and "追加推演以前的结果" in page and 'class="chances"' not in page
    assert "追加推演以前的结果" not in answered.get(path_of(answered.run))[1]


def test_documents_that_fail_leave_the_answer(answered, monkeypatch):
    home, found = answered.queue.folder(answered.run.id), {}

    def failing(folders, place, command, compare):
        found.update(after=answered.queue.after(answered.run.id), said=answers.stored(home, "zh")["sections"])
        raise ValueError("odd")

    before = (home / AFTER).read_bytes()
    with monkeypatch.context() as patch:
        patch.chdir(home)
        patch.setitem(job_process.AFTERWARDS, "run", ("answer", "documents"))
        patch.setattr(answers, "write_documents", failing)
        job_process.follow(answered.run.arguments)
    try:
        assert found["after"] == {"done": 1} and found["said"]  # the answer stood before the documents were begun
        page = answered.get(path_of(answered.run))[1]
        assert re.search("文件没有写成：.*odd", page) and answers.stored(home, "zh")["sections"][0]["title"] in page
    finally:
        (home / AFTER).write_bytes(before)


def test_more_replications_join_those_of_a_finished_run(answered, monkeypatch):
    monkeypatch.setattr(runs, "COUNTS", ("4", "6"))
    answered.post("/settings", language="zh")
    home = answered.queue.folder(answered.run.id)
    (home / PACE).write_text('{"seconds": 50.0}', encoding="utf-8")
    page = answered.get(path_of(answered.run))[1]
    assert "增加到6次（再推演6次，约需5分钟）" in page and "增加到4次" not in page
    assert answered.post(f"{path_of(answered.run)}/more", replications="5")[0] == 422
    stored = {path: path.read_bytes() for path in (home / "result").rglob("journal/*.npz")}
    assert answered.post(f"{path_of(answered.run)}/more", replications="6")[0] == 303
    job = answered.queue.job(answered.run.id)
    assert job.state == "queued" and job.total == answered.run.total + 6
    assert answered.post(f"{path_of(answered.run)}/more", replications="6")[0] == 422  # it is asked once
    live(answered, job, "--resume")
    answered.queue._write(replace(job, state="done", code=0))
    assert {path: path.read_bytes() for path in stored} == stored and jobs.replications_in(home) == 18
    assert answered.queue.answer(job.id)["completed"] == 6
    page = answered.get(path_of(job))[1]
    assert "推演6次" in text(page) and "增加到" not in page
    answered.run = answered.queue.job(job.id)


def test_a_run_of_another_version_is_not_made_longer(answered, monkeypatch):
    answered.post("/settings", language="zh")
    monkeypatch.setattr(runs, "COUNTS", ("100",))
    journal = answered.queue.folder(answered.run.id) / "result" / ".xianjie" / "files.json"
    before = journal.read_text(encoding="utf-8")
    record = json.loads(before)
    record["asked"]["code"] = "of another version"
    journal.write_text(json.dumps(record), encoding="utf-8")
    try:
        status, page = answered.post(f"{path_of(answered.run)}/more", replications="100")
        assert status == 422 and "另一个版本" in page and answered.queue.job(answered.run.id) == answered.run
    finally:
        journal.write_text(before, encoding="utf-8")


def test_repairs_are_asked_of_a_finished_comparison_and_join_its_parts(answered):
    answered.post("/settings", language="zh")
    home = answered.queue.folder(answered.compare.id)
    repair = answers.stored(home, "zh")["repair"]
    assert repair["promises"] and repair["runs"] > 0
    page = answered.get(path_of(answered.compare))[1]
    assert f"再推演{repair['runs']}次" in page and repair["promises"][0] in page
    assert answered.post(f"{path_of(answered.run)}/repairs")[0] == 422  # no comparison
    stored = {path: path.read_bytes() for path in (home / jobs.PARTS).rglob("journal/*.npz")}
    assert stored and answered.post(f"{path_of(answered.compare)}/repairs")[0] == 303
    job = answered.queue.job(answered.compare.id)
    assert job.arguments == (*answered.compare.arguments, "--repair")
    assert job.total == answered.compare.total + repair["runs"]
    live(answered, job)
    answered.queue._write(replace(job, state="done", code=0))
    assert {path: path.read_bytes() for path in stored} == stored  # nothing was run twice, nothing lost
    answer = answered.queue.answer(job.id)
    assert answer["parts"]["parts"] and [each["goal"] for each in answer["repairs"]]
    page = text(answered.get(path_of(job))[1])
    sentences = [repair_sentence(each, Words("zh")) for each in answer["repairs"]]
    assert sentences and [each for each in sentences if text(each) not in page] == []
    assert "repairs" not in answered.get(path_of(job))[1] and answered.post(f"{path_of(job)}/repairs")[0] == 422
    answered.compare = answered.queue.job(job.id)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_answer_fits_every_screen_and_is_accessible(answered, browser, language):
    answered.post("/settings", language=language)
    with serving(answered.workspace.root) as page:
        context = browser.new_context()
        tab = context.new_page()
        tab.goto(page.address)
        for job in (answered.run, answered.compare):
            for size in SIZES:
                fits_and_is_accessible(tab, page.root + path_of(job), size, unfold=True)
        context.close()
