"""A planner's way through the page in a real browser: nothing leaves the machine, nothing is lost, everybody can use it."""

import json
import time
import zipfile

import pytest

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SIZES = {"office": (1366, 768), "projector": (1920, 1080), "phone": (390, 844)}
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
def test_every_area_fits_the_screen_and_is_accessible(tab, served, size, language, tmp_path):
    from axe_core_python.sync_playwright import Axe

    if language == "en":
        tab.get_by_role("button", name="English").click()
    try:
        width, height = SIZES[size]
        tab.set_viewport_size({"width": width, "height": height})
        for area in AREAS:
            tab.goto(served.root + area)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, area
            found = Axe().run(tab)["violations"]
            assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == [], area
            assert tab.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-CN")
            assert len(tab.content().encode()) < 300_000
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


@pytest.mark.deep
def test_a_planner_comes_to_an_answer_whatever_happens_on_the_way(served, browser, tmp_path):
    """Copy, change, look, run, reload, kill the server in the middle, go on, read, compare, download."""
    context = browser.new_context(accept_downloads=True)
    tab = context.new_page()
    tab.goto(served.address)
    new_plan(tab, "少岗位")
    lever(tab, "public_posts.count").fill("3000")
    tab.locator("#look-state", has_text="完成").wait_for(timeout=600_000)
    assert "−" in tab.locator("#look").inner_text()
    tab.locator("button[name=then]").click()
    tab.locator("#progress-text").wait_for()
    identity = tab.url.rpartition("/")[2]
    tab.reload()
    while tab.locator("#bar").count() and float(tab.locator("#bar").get_attribute("value") or 0) < 1:
        time.sleep(0.5)
    served.kill()
    served.start()
    tab.goto(served.address)
    tab.goto(f"{served.root}/runs/{identity}")
    tab.locator("#state .state.done").wait_for(timeout=600_000)
    rows = tab.locator("table.chances tbody tr").count()
    assert rows > 40
    with tab.expect_download() as waiting:
        tab.locator("a[href$='.docx']").click()
    document = tmp_path / "brief.docx"
    waiting.value.save_as(document)
    with zipfile.ZipFile(document) as word:
        assert "少岗位" in word.read("word/document.xml").decode()
    for picture in tab.locator("figure img").all():
        picture.scroll_into_view_if_needed()
        assert picture.get_attribute("alt")
    result = served.folder / "runs" / __import__("urllib.parse", fromlist=["unquote"]).unquote(identity) / "result"
    assert json.loads((result / "manifest.json").read_text())["replications"]["completed"] == 20
    context.close()
