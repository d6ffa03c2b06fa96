"""One plan: its form of levers, the check beside each field, and the first look at a change."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import yaml
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from experiments.page import lever_form, views
from experiments.page.quick_look import SPENDING
from experiments.page.routes import runs
from experiments.page.routes.shared import Page, event, events, redirect
from experiments.page.workspace import Plan
from experiments.reporting import plan_differences
from experiments.reporting.translations import MILLION, Words
from experiments.results.files import as_json
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_all
from sim.goals import INDICATORS
from sim.scenario import Scenario

MOST_LOOKS = 20


async def edit_plan(request: Request, page: Page) -> Response:
    """The form of levers of a plan."""
    return await run_in_threadpool(_edit_page, request, page, page.plan(request), {}, {}, "", 200)


def _edit_page(
    request: Request, page: Page, plan: Plan, problems: dict[str, str], typed: dict[str, str], problem: str, status: int
) -> Response:
    words, reference = page.words(), page.reference().scenario
    assert reference is not None
    scenario = plan.scenario or reference
    text = problem or (views.problem_text(plan.problem, words) if plan.problem else "")
    jobs = [views.job_row(job, page.workspace, words) for job in page.queue.jobs() if job.plan == plan.name and job.kind == "run"]
    groups = lever_form.groups(scenario, reference, plan.tree.get("set") or {}, words, problems, typed)
    return page.render(
        request, "edit.html.j2", status, name=plan.name, title=words.of(plan.title), own=plan.own, problem=text, jobs=jobs[:5],
        groups=groups, wrong=[field for group in groups for field in group.fields if field.problem], years=lever_form.YEARS,
        last_year=plan_differences.last_year(scenario),
        differences=list(plan_differences.differences(scenario, reference, words)),
        option_name=partial(words.option, typed=False), choices=runs.choices(words),
        copy=words("screen_copy_of", name=words.of(plan.title))[:40],
    )  # fmt: skip


def _read_form(page: Page, plan: Plan, form: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    if plan.scenario is None:
        raise HTTPException(422, page.words()("screen_mend_file"))
    own = _flat(plan.tree.get("set") or {})
    settings, problems, typed = lever_form.read(form, own, plan.scenario, page.workspace.base(plan))
    words = page.words()
    return settings, {lever: words(label) for lever, label in problems.items()}, typed


def _flat(settings: Any) -> dict[str, Any]:
    """What a file sets, by whole ids: it may group them by subject."""
    book, found = load_all().parameters, {}
    for key, value in settings.items():
        if key in book:
            found[key] = yaml.safe_load(as_json(value))
        else:
            found |= {f"{key}.{name}": yaml.safe_load(as_json(each)) for name, each in value.items()}
    return found


async def save_plan(request: Request, page: Page) -> Response:
    """Write what the form says; run it, if that was asked."""
    plan, form = page.plan(request), await page.form(request)
    return await run_in_threadpool(_save, request, page, plan, form)


def _save(request: Request, page: Page, plan: Plan, form: dict[str, Any]) -> Response:
    if form.get("reset") == "reference":
        page.workspace.save(plan.name, str(form.get("title", "")), {})
        return redirect("plans", plan.name)
    settings, problems, typed = _read_form(page, plan, form)
    if problems:
        return _edit_page(request, page, plan, problems, typed, page.words()("screen_not_saved"), 422)
    try:
        page.workspace.save(plan.name, str(form.get("title", "")), settings)
    except InputError as problem:
        found, rest = _by_lever(problem, settings, page.words())
        return _edit_page(request, page, plan, found, {key: str(value) for key, value in form.items()}, rest, 422)
    if form.get("then") == "run":
        return runs.start(page, plan.name, str(form.get("replications", "20")))
    return redirect("plans", plan.name)


def _by_lever(problem: InputError, settings: dict[str, Any], words: Words) -> tuple[dict[str, str], str]:
    """Faults beside the fields they are about, and what is about no field."""
    text, outside = views.problem_text(problem, words), lever_form.outside(settings, words)
    found = {}
    for part in getattr(problem, "errors", [problem]):
        fault = views.problem_text(part, words)
        for lever in settings:
            if lever in fault:
                found[lever] = outside.get(lever) or fault.partition(lever)[2].strip("”'：: ") or fault
    return found, words("screen_not_saved") if found else text


async def check_plan(request: Request, page: Page) -> Response:
    """Whether what is in the form is right, what differs, and a key by which it can be looked at."""
    plan, form = page.plan(request), await page.form(request)
    return JSONResponse(await run_in_threadpool(_check, page, plan, form))


def _check(page: Page, plan: Plan, form: dict[str, Any]) -> dict[str, Any]:
    words, reference = page.words(), page.reference().scenario
    assert reference is not None
    if not plan.own:
        assert plan.scenario is not None
        return {"problems": {}, "differences": list(plan_differences.differences(plan.scenario, reference, words)),
                "key": _keep_look(page, plan.scenario, reference)}  # fmt: skip
    settings, problems, _typed = _read_form(page, plan, form)
    try:
        scenario = page.workspace.try_out(plan, str(form.get("title", "")), settings)
    except InputError as problem:
        found, rest = _by_lever(problem, settings, words)
        return {"problems": problems | found, "differences": [] if found else [rest], "key": ""}
    differs = list(plan_differences.differences(scenario, reference, words)) or [words("screen_as_reference")]
    return {
        "problems": problems,
        "hints": lever_form.hints(scenario, words),
        "differences": differs,
        "key": "" if problems else _keep_look(page, scenario, reference),
    }


def _keep_look(page: Page, scenario: Scenario, reference: Scenario) -> str:
    key = f"{len(page.looks)}-{id(scenario):x}"
    page.looks[key] = (scenario, reference)
    while len(page.looks) > MOST_LOOKS:
        page.looks.pop(next(iter(page.looks)))
    page.quick_look.warm()
    return key


async def look_at_plan(request: Request, page: Page) -> Response:
    """The first look at what is in the form, as it comes."""
    found = page.looks.get(request.query_params.get("key", ""))
    if found is None:
        raise HTTPException(404, page.words()("screen_look_gone"))
    words = page.words()

    async def news() -> AsyncIterator[str]:
        async for each in iterate_in_threadpool(page.quick_look.look(*found)):
            yield event(_look_news(each, words))

    return events(news())


def _look_news(found: dict[str, Any], words: Words) -> dict[str, Any]:
    if "problem" in found:
        return {"text": words("screen_look_failed", problem=found["problem"]), "ended": True}
    if "lines" not in found:
        return {"text": words("screen_look_done"), "ended": True}
    rows = []
    for line in found["lines"]:
        if line["id"] == SPENDING:
            largest = max(MILLION, *(abs(line[key]) for key in ("change", "low", "high")))
            by, unit = words.large("yuan/year", largest)
            name, scale = words("screen_spending"), 1 / by
        else:
            record = INDICATORS[line["id"]]
            name, unit, scale = words.of(record.name), words.unit(record.unit, difference=True), 1.0
        kind = "" if line["id"] == SPENDING else INDICATORS[line["id"]].unit
        change, low, high = (words.number(line[key] * scale, kind, sign=True) for key in ("change", "low", "high"))
        rows.append(
            [
                name,
                words("screen_look_change", change=change, low=low, high=high, unit=unit, rose=line["rose"], pairs=line["pairs"]),
            ]
        )
    return {"rows": rows, "text": words("screen_look_pairs", pairs=found["lines"][0]["pairs"]), "ended": False}
