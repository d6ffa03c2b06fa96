"""Questions to several runs: plans compared, and levers swept."""

import yaml
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from experiments.page import lever_form
from experiments.page.jobs import RESULT
from experiments.page.routes.runs import argument, count_of
from experiments.page.routes.shared import SEED, Page, redirect
from experiments.results.files import write_text
from sim.core.inputs.parameters import load_all

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
    return redirect("runs", page.queue.ask("compare", "", arguments, int(count) * len(plans)).id)


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
        "title": plan.title,
        "scenarios": [argument(plan).removeprefix("inputs/")],
        "design": "grid",
        "replications": int(count),
        "factors": factors,
    }
    points = 1
    for values in factors.values():
        points *= len(values)
    job = page.queue.ask(
        "sweep", plan.name, ["sweep", "inputs/sweep.yaml", "--seed", str(SEED), "--out", RESULT, "--json"], points * int(count)
    )
    write_text(page.queue.folder(job.id) / "inputs" / "sweep.yaml", yaml.safe_dump(spec, allow_unicode=True, sort_keys=False))
    return redirect("runs", job.id)
