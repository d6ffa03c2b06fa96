"""Questions to several runs: plans compared, and levers swept."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from experiments.analyses.attribution import Package
from experiments.page import answers, lever_form, views
from experiments.page.jobs import RESULT, Job
from experiments.page.routes.runs import argument, count_of, extend, job_of
from experiments.page.routes.shared import SEED, Page, redirect
from experiments.reporting.answer import short_title
from experiments.reporting.lever_values import lever_name
from experiments.reporting.translations import LANGUAGES, Words
from sim.core.inputs.parameters import load_all
from sim.scenario import Scenario

ATTRIBUTION, REPAIR = (views.PARTS_OPTION, "--yes"), (views.REPAIR_OPTION, "--yes")
COMPARED = 3  # plans beside the first
MOST_VALUES = 12  # of a lever in a sweep


async def show_compare(request: Request, page: Page) -> Response:
    """Which plans to compare."""
    return page.render(request, "compare.html.j2", cards=await run_in_threadpool(page.cards), here="/compare")


async def start_compare(request: Request, page: Page) -> Response:
    """Put a comparison into the queue."""
    form = await page.form(request)
    others = form.get("other", [])
    names = [str(form.get("first", "")), *(others if isinstance(others, list) else [others])]
    names = list(dict.fromkeys(map(str, names)))
    if not 1 < len(names) <= 1 + COMPARED:
        raise HTTPException(422, page.words()("screen_compare_count"))
    plans = [page.workspace.plan(name) for name in names]
    count = count_of(page, str(form.get("replications", "20")))
    arguments = ["compare", *map(argument, plans), "--replications", count, "--seed", str(SEED), "--out", RESULT, "--json"]
    more = 0
    if form.get("parts"):
        more = await run_in_threadpool(_runs_of_parts, page, [plan.scenario for plan in plans], int(count))
        arguments += ATTRIBUTION
    return redirect("runs", page.queue.ask("compare", "", arguments, int(count) * len(plans) + more).id)


def _runs_of_parts(page: Page, plans: Sequence[Scenario | None], replications: int) -> int:
    """How many replications it takes to say what each setting contributes. Raises HTTPException 422 where it cannot be said."""
    if len(plans) != 2 or None in plans:
        raise HTTPException(422, page.words()("screen_parts_of_one"))
    first, other = (plan for plan in plans if plan is not None)
    return Package.of(first, other).runs(replications)


async def add_parts(request: Request, page: Page) -> Response:
    """Ask of a finished comparison also what each setting contributes."""
    await page.form(request)
    return await run_in_threadpool(_add, page, job_of(request, page), ATTRIBUTION)


async def add_repairs(request: Request, page: Page) -> Response:
    """Ask of a finished comparison also for the cheapest repair of what the plan breaks."""
    await page.form(request)
    return await run_in_threadpool(_add, page, job_of(request, page), REPAIR)


def _add(page: Page, job: Job, options: Sequence[str]) -> Response:
    repair = answers.stored(page.queue.folder(job.id), page.words().language)["repair"]
    if options == ATTRIBUTION:
        more = views.runs_of_parts(page.queue, job) if job.kind == "compare" else 0
    else:
        more = repair.get("runs", 0) if views.REPAIR_OPTION not in job.arguments else 0
    if not more or job.state != "done":
        raise HTTPException(422, page.words()("screen_parts_of_one" if options == ATTRIBUTION else "screen_no_repair"))
    extend(page, job, [*job.arguments, *(each for each in options if each not in job.arguments)], more)
    return redirect("runs", job.id)


async def show_sweep(request: Request, page: Page) -> Response:
    """Which levers to vary."""
    words, reference = page.words(), page.reference().scenario
    assert reference is not None
    groups = await run_in_threadpool(lever_form.groups, reference, reference, {}, words, {}, {})
    levers = [
        field
        for group in groups
        for field in group.fields
        if not field.options and len(field.parts) == 1 and not field.held_until
    ]
    return page.render(request, "sweep.html.j2", cards=await run_in_threadpool(page.cards), levers=levers, here="/sweep")


def _title(plan: Mapping[str, str], factors: Mapping[str, Any]) -> dict[str, str]:
    """A sweep is called after the plan and the levers that it tries."""
    book, found = load_all().parameters, {}
    for language in LANGUAGES:
        words = Words(language)
        names = words("name_list").join(lever_name(book[each], words) for each in factors)
        found[language] = words("sweep_title", plan=short_title(plan[language]), levers=names)
    return found


async def start_sweep(request: Request, page: Page) -> Response:
    """Put a sweep into the queue."""
    form = await page.form(request)
    plan, book, words = page.workspace.plan(str(form.get("plan", ""))), load_all().parameters, page.words()
    factors = {}
    for number in (1, 2):
        lever = str(form.get(f"lever{number}", ""))
        if not lever:
            continue
        if lever not in book or book[lever].role != "lever":
            raise HTTPException(422, words("screen_no_lever"))
        factors[lever] = lever_form.read_values(book[lever], str(form.get(f"values{number}", "")), MOST_VALUES)
    count = count_of(page, str(form.get("replications", "10")))
    spec = {
        "title": _title(plan.title, factors),
        "scenarios": [argument(plan).removeprefix("inputs/")],
        "design": "grid",
        "replications": int(count),
        "factors": factors,
    }
    points = 1
    for values in factors.values():
        points *= len(values)
    arguments = ["sweep", "inputs/sweep.yaml", "--seed", str(SEED), "--out", RESULT, "--no-figures", "--json"]
    files = {"sweep.yaml": yaml.safe_dump(spec, allow_unicode=True, sort_keys=False).encode()}
    job = page.queue.ask("sweep", plan.name, arguments, points * int(count), files=files)
    return redirect("runs", job.id)
