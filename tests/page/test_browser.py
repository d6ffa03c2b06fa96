"""A planner's way through the page in a real browser: nothing leaves the machine, nothing is lost, everybody can use it."""

import json
import time
import urllib.parse

import docx
import openpyxl
import pytest

from experiments.reporting.translations import Words
from tests.county.forms import filled
from tests.page.conftest import SIZES, fits_and_is_accessible

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
#: What a county's office filled in: a county of about a tenth of Lingyuan's size.
FACTS = {
    "county_name": "某某县", "county_code": "341899", "hukou_persons": 180000, "resident_persons": 140000, "rural_persons": 56000,
    "registered_persons": 7600, "registered_households": 3300, "county_floor": 2100, "townships": 11, "villages": 81,
}  # fmt: skip
AREAS = ("/", "/plans/baseline", "/runs", "/compare", "/sweep", "/county")


@pytest.fixture
def tab(served, browser):
    """A tab on the page of which every request is noted; the test fails if one left this machine or the script failed."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    opened = context.new_page()
    asked, faults = [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda problem: faults.append(str(problem)))
    opened.goto(served.address)
    yield opened
    context.close()
    assert [address for address in asked if not address.startswith((f"http://127.0.0.1:{served.port}/", "blob:", "data:"))] == []
    assert faults == []


def open_levers(tab):
    """Open every group of levers."""
    closed = tab.locator("details.group:not([open]) > summary")
    while closed.count():
        closed.first.click()


def lever(tab, identity):
    """The box of a lever for all years."""
    return tab.locator(f"label input[data-all='{identity}:0:']")


def new_plan(tab, name):
    """Make a plan on the first page and open its levers."""
    tab.locator("form[action='/plans'] input[name=name]").first.fill(name)
    tab.locator("form[action='/plans'] button.main").first.click()
    open_levers(tab)


def test_a_change_is_checked_beside_its_field(tab):
    new_plan(tab, "核对")
    lever(tab, "budget.county_floor").fill("20000000")
    problem = tab.locator("fieldset", has=tab.locator("code", has_text="budget.county_floor")).locator(".problem")
    problem.wait_for()
    lever(tab, "budget.county_floor").fill("100")
    hint = tab.locator("fieldset", has=tab.locator("code", has_text="budget.county_floor")).locator(".hint")
    hint.wait_for()
    assert "20" in hint.inner_text()
    lever(tab, "budget.county_floor").fill("1000")
    tab.locator("#differences", has_text="由2000万元/年改为1000万元/年").wait_for()
    assert problem.count() == 0


def test_what_is_saved_is_what_was_on_the_screen(tab, served):
    new_plan(tab, "保存")
    lever(tab, "public_posts.count").fill("3000")
    tab.locator("fieldset", has=tab.locator("code", has_text="budget.county_floor")).locator("details.years > summary").click()
    for year in (2023, 2024, 2025):
        tab.locator(f"input[name='budget.county_floor:0:{year}']").fill("1000")
    tab.get_by_role("button", name="保存", exact=True).click()
    tab.wait_for_load_state()
    from sim.scenario import load_scenario

    saved = load_scenario(served.folder / "plans" / "保存.yaml")
    assert saved.overrides["public_posts.count"][-1].value == 3000
    assert saved.overrides["budget.county_floor"][-1].value == {0: 20_000_000, 24: 10_000_000}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_area_fits_the_screen_and_is_accessible(tab, served, size, language):
    if language == "en":
        tab.get_by_role("button", name="English").click()
    try:
        for area in AREAS:
            fits_and_is_accessible(tab, served.root + area, size)
            assert tab.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-CN")
    finally:
        if language == "en":
            tab.get_by_role("button", name="中文").click()


def test_the_keyboard_alone_is_enough(tab):
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.name") == "name"
    tab.keyboard.type("键盘")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/plans/*")


def test_it_works_without_the_script(served, browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(served.address)
    new = tab.locator("form[action='/plans']").first
    new.locator("input[name=name]").fill("无脚本")
    new.locator("button").click()
    open_levers(tab)
    field = tab.locator("fieldset", has=tab.locator("code", has_text="public_posts.count"))
    field.locator("details.years > summary").click()
    for year in range(2021, 2026):
        tab.locator(f"input[name='public_posts.count:0:{year}']").fill("4000")
    tab.get_by_role("button", name="保存", exact=True).click()
    assert "由5000个岗位改为4000个岗位" in tab.locator("#differences").inner_text()
    context.close()


def ended(tab, words):
    """Wait for the end of the job that is shown; whatever it says is an answer, or the test fails with its log."""
    tab.locator("#state .state.done, #state .state.failed, #state .state.interrupted").wait_for(timeout=1_800_000)
    assert tab.locator("#state .state").inner_text() == words("screen_state_done"), tab.locator("main").inner_text()[-2000:]


def bare(text):
    """A text without spaces and line ends, which page and document set as they like."""
    return "".join(text.split())


def downloaded(tab, link, path):
    """The file that a click on a link gives out."""
    with tab.expect_download() as waiting:
        link.click()
    waiting.value.save_as(path)
    return path


def passages(path):
    """What a Word file says: its whole sentences, and the cells of its tables."""
    document = docx.Document(str(path))
    sentences = [each.text for each in document.paragraphs if each.text.rstrip("）)").endswith(("。", "."))]
    return sentences + [cell.text for table in document.tables for row in table.rows for cell in row.cells]


@pytest.mark.deep
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_planner_comes_to_an_answer_whatever_happens_on_the_way(fresh, browser, language, tmp_path):
    """Copy the baseline, change it, look, run, reload, kill the server in the middle, go on, read, compare, take the brief away;
    then hand in a county's workbook, read its audit and run it.
    """
    words, name = Words(language), {"zh": "少岗位", "en": "fewer posts"}[language]
    context = browser.new_context(accept_downloads=True, viewport={"width": 1366, "height": 768})
    tab, asked = context.new_page(), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(fresh.address)
    if language == "en":
        tab.get_by_role("button", name="English").click()
    assert tab.locator("h1").inner_text() == words("screen_plans")

    card = tab.locator("li.card", has=tab.locator("a[href='/plans/baseline']"))
    card.locator("summary").click()
    copy = card.locator("form[action='/plans']")
    copy.locator("input[name=name]").fill(name)
    copy.get_by_role("button", name=words("screen_copy"), exact=True).click()
    tab.wait_for_url("**/plans/*")
    open_levers(tab)

    tab.locator("input.slider[data-all='public_posts.count:0:']").fill("3000")
    assert [tab.locator(f"input[name='public_posts.count:0:{year}']").input_value() for year in range(2021, 2026)] == ["3000"] * 5
    money = tab.locator("fieldset", has=tab.locator("code", has_text="budget.county_floor"))
    assert words.language == "en" or "万元" in money.locator("legend").inner_text()
    money.locator("details.years > summary").click()
    for year in (2023, 2024, 2025):
        tab.locator(f"input[name='budget.county_floor:0:{year}']").fill("1000")
    works = tab.locator("fieldset", has=tab.locator("code", has_text="work_relief.places"))
    lever(tab, "work_relief.places").fill("2000")
    works.locator(".hint", has_text="20").wait_for()
    lever(tab, "work_relief.places").fill("100")
    works.locator(".hint").wait_for(state="detached")
    assert tab.locator("#differences li").count() == 2
    changes = tab.locator("#differences").inner_text()
    assert words.grouped("3,000") in changes and "2023" in changes
    assert {"zh": "1000万元", "en": "10 million yuan"}[language] in changes

    tab.locator("#look-state", has_text=words("screen_look_done")).wait_for(timeout=600_000)
    assert "\u2212" in tab.locator("#look").inner_text()

    tab.locator("select[name=replications]").select_option("20")
    tab.locator("button[name=then]").click()
    tab.locator("#progress-text").wait_for()
    identity = tab.url.rpartition("/")[2]
    tab.reload()
    while tab.locator("#bar").count() and float(tab.locator("#bar").get_attribute("value") or 0) < 1:
        time.sleep(0.5)
    fresh.kill()
    fresh.start()
    tab.goto(fresh.address)
    tab.goto(f"{fresh.root}/runs/{identity}")
    ended(tab, words)
    result = fresh.folder / "runs" / urllib.parse.unquote(identity) / "result"
    assert json.loads((result / "manifest.json").read_text())["replications"]["completed"] == 20
    assert tab.locator("table.chances tbody tr").count() > 40

    word = downloaded(tab, tab.locator(f"#documents a[href$='-{language}.docx']").first, tmp_path / "brief.docx")
    said, shown = passages(word), bare(tab.locator("main").text_content())
    assert len(said) > 30 and [each for each in said if bare(each) not in shown] == []
    for picture in tab.locator("figure img").all():
        picture.scroll_into_view_if_needed()
        assert picture.get_attribute("alt")
        assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0

    tab.goto(f"{fresh.root}/compare")
    tab.locator(f"input[name=other][value='{name}']").check()
    tab.get_by_role("button", name=words("screen_compare_now"), exact=True).click()
    ended(tab, words)
    compared = tab.locator("main").inner_text()
    assert all(line in compared for line in changes.splitlines())

    tab.goto(f"{fresh.root}/county")
    county = {"zh": "某某县", "en": "Some county"}[language]
    tab.locator("form[action='/county'] input[name=name]").fill(county)
    tab.locator("input[type=file]").set_input_files(filled(tmp_path / "county.xlsx", FACTS, language))
    tab.get_by_role("button", name=words("screen_county_read"), exact=True).click()
    ended(tab, words)
    assert words.grouped("7,600") in tab.locator("main").inner_text()
    tab.goto(f"{fresh.root}/county")
    audit = openpyxl.load_workbook(downloaded(tab, tab.locator("a[href$='/audit.xlsx']"), tmp_path / "audit.xlsx"))
    assert any(cell.value == 2100 or "2,100" in str(cell.value) for sheet in audit for row in sheet.iter_rows() for cell in row)
    tab.locator("table form input[name=name]").fill(f"{name} 2")
    tab.locator("table form button").click()
    tab.locator("select[name=replications]").select_option("20")
    tab.locator("button[name=then]").click()
    ended(tab, words)
    assert tab.locator("table.chances tbody tr").count() > 20
    assert [each for each in asked if not each.startswith(("http://127.0.0.1:", "blob:", "data:"))] == []
    context.close()
