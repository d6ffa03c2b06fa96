"""Jobs of all kinds: put into the queue, followed, stopped, gone on with, and their answers and files."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from experiments.execution import reuse
from experiments.page import answers, views
from experiments.page.jobs import AFTERWARDS, RESULT, Job, plans_named
from experiments.page.routes.shared import SEED, Page, event, events, redirect
from experiments.page.workspace import Plan
from experiments.reporting.translations import Words
from sim.core.inputs.errors import UserError

REPLICATIONS = ("10", "20", "50", "100", "1000")
RUNS = 3  # of every replication: the plan, and beside it all policy and the county's own money stopped
#: What a run offers: so many replications, or as many as it takes until every main goal is known to plus or minus so many points.
COUNTS = ("20", "100", "1000")
PRECISIONS = {"±5": 5, "±3": 3, "±2": 2}
PAUSE = 1.0  # seconds between news of a run


async def show_runs(request: Request, page: Page) -> Response:
    """All jobs."""
    words = page.words()
    jobs = await run_in_threadpool(lambda: [views.job_row(job, page.workspace, words) for job in page.queue.jobs()])
    return page.render(request, "runs.html.j2", jobs=jobs, here="/runs")


async def start_run(request: Request, page: Page) -> Response:
    """Put a run into the queue."""
    form = await page.form(request)
    plan = page.workspace.plan(str(form.get("plan", "")))
    return await run_in_threadpool(start, page, plan.name, str(form.get("replications", "20")))


def start(page: Page, name: str, replications: str) -> Response:
    plan = page.workspace.plan(name)
    if plan.scenario is None:
        raise HTTPException(422, page.words()("screen_mend_file"))
    if replications in PRECISIONS:
        how_long, total = ["--precision", precision(replications)], 0
    else:
        count = count_of(page, replications)
        how_long, total = ["--replications", count], int(count) * RUNS
    arguments = ["run", argument(plan), *how_long, "--seed", str(SEED), "--out", RESULT, "--beside", "--no-figures", "--json",
                 "--lang", page.words().language]  # fmt: skip
    return redirect("runs", page.queue.ask("run", plan.name, arguments, total).id)


def choices(words: Words) -> list[tuple[str, str]]:
    """How long a run may be: what the form sends, and how it is called."""
    named = [(value, words("screen_precision", points=points)) for value, points in PRECISIONS.items()]
    return [*((count, words("screen_times", count=words.grouped(f"{int(count):,}"))) for count in COUNTS), *named]


def precision(choice: str) -> str:
    """A precision that was chosen, as the command line takes it."""
    return f"{PRECISIONS[choice] / 100:g}"


def longer(page: Page, job: Job) -> list[dict[str, Any]]:
    """By what a finished run, or a comparison that was asked nothing further, may be made longer, with what that costs: ``value``
    as the form sends it, ``label``, ``arguments`` and how many replications ``more``. What is there is not run again.
    """
    words, asked = page.words(), list(job.arguments)
    if job.state != "done" or job.kind not in ("run", "compare") or {views.PARTS_OPTION, views.REPAIR_OPTION} & set(asked):
        return []
    count, known = views.option(asked, "--replications"), views.option(asked, "--precision")
    times = RUNS if job.kind == "run" else len(plans_named(asked))
    found = []
    for value in COUNTS if count else ():
        more = (int(value) - int(count)) * times
        if more > 0:
            label = words(
                "screen_more_to", count=words.grouped(f"{int(value):,}"), cost=views.cost_text(page.queue, job, more, words)
            )
            found.append({"value": value, "label": label, "more": more, "arguments": _with(asked, "--replications", value)})
    for value, points in PRECISIONS.items() if known else ():
        if points / 100 < float(known):
            label, arguments = words("screen_precision", points=points), _with(asked, "--precision", precision(value))
            found.append({"value": value, "label": label, "more": 0, "arguments": arguments})
    return found


def _with(arguments: Sequence[str], name: str, value: str) -> list[str]:
    """Arguments with another value of an option that they have."""
    place = arguments.index(name) + 1
    return [*arguments[:place], value, *arguments[place + 1 :]]


def argument(plan: Plan) -> str:
    """A plan as an argument of the command line, in the folder of a job."""
    return f"inputs/plans/{plan.name}.yaml" if plan.own else plan.name


def count_of(page: Page, text: str) -> str:
    if text not in REPLICATIONS:
        raise HTTPException(422, page.words()("screen_bad_count"))
    return text


async def show_run(request: Request, page: Page) -> Response:
    """A job: how far it is, or its answer."""
    return await run_in_threadpool(_run_page, request, page)


def _run_page(request: Request, page: Page) -> Response:
    words, job = page.words(), job_of(request, page)
    after, files = page.queue.after(job.id), views.result_files(page.queue, job)
    waiting, told = job.state in views.WAITING, views.answered(page.queue, job)
    answer = {} if waiting and not told else page.queue.answer(job.id)
    done = page.queue.done(job.id)
    stale = False
    if job.kind == "run" and not waiting:
        try:
            plan = page.workspace.plan(job.plan).scenario
            stale = plan is not None and views.is_stale(page.queue, job, plan)
        except UserError:
            stale = False
    said = answers.stored(page.queue.folder(job.id), words.language) if after.get("done", 1) else answers.NOTHING
    reference = page.reference().scenario
    assert reference is not None
    return page.render(
        request, "run.html.j2", job=views.job_row(job, page.workspace, words),
        settings=views.settings_of(page.queue, job, reference, words), waiting=waiting, told=told, done=done, stale=stale,
        earlier=bool(said["sections"]) and not after and job.state != "done",
        after=after, steps=len(AFTERWARDS.get(job.kind, ())),
        progress=views.after_text(job, after, words) if told else views.progress_text(job, done, words),
        log=page.queue.log(job.id) if job.state == "failed" else "", said=said,
        lines=views.goal_rows(answer.get("goals", []), words) if job.kind == "run" else [],
        tables=views.tables_of(job.kind, answer, words), documents=views.documents(files, words),
        questions=views.questions(page.queue, job, said["repair"], words), longer=longer(page, job),
        parts=views.figures(page.queue, job, words), here="/runs",
    )  # fmt: skip


def job_of(request: Request, page: Page) -> Job:
    try:
        return page.queue.job(request.path_params["id"])
    except KeyError:
        raise HTTPException(404, page.words()("screen_no_job")) from None


async def follow_run(request: Request, page: Page) -> Response:
    """News of a job until it ends; whoever comes later gets the same."""
    identity = job_of(request, page).id

    async def news() -> AsyncIterator[str]:
        while True:
            found = await run_in_threadpool(_run_news, page, identity)
            yield event(found)
            if found["ended"] or await request.is_disconnected():
                return
            await asyncio.sleep(PAUSE)

    return events(news())


def _run_news(page: Page, identity: str) -> dict[str, Any]:
    words, job = page.words(), page.queue.job(identity)
    done, ended, told = page.queue.done(identity), job.state not in views.WAITING, views.answered(page.queue, job)
    rows = views.live_rows(page.queue, job, words) if job.kind == "run" and not ended and not told else []
    table = ""
    if rows:
        parts: Any = page._templates.get_template("parts.html.j2").module
        table = str(parts.chances(rows, words))
    if told:
        after = page.queue.after(identity)
        done, total, text = after["done"], len(AFTERWARDS[job.kind]), views.after_text(job, after, words)
    else:
        total, text = job.total, views.progress_text(job, done, words, rows)
    return {
        "done": min(done, total) if total else done,
        "total": total,
        "told": told,
        "text": views.queue_notice(page.queue, words) or text,
        "state": words(f"screen_state_{job.state}"),
        "table": table,
        "ended": ended,
    }


async def stop_run(request: Request, page: Page) -> Response:
    """Stop a job; what is done is kept."""
    await page.form(request)
    job = job_of(request, page)
    await run_in_threadpool(page.queue.stop, job.id)
    return redirect("runs", job.id)


async def go_on_with_run(request: Request, page: Page) -> Response:
    """Put a job back into the queue."""
    await page.form(request)
    job = job_of(request, page)
    await run_in_threadpool(page.queue.go_on, job.id)
    return redirect("runs", job.id)


async def lengthen_run(request: Request, page: Page) -> Response:
    """More replications for a finished run, in the same folder."""
    form, job = await page.form(request), job_of(request, page)
    return await run_in_threadpool(_lengthen, page, job, str(form.get("replications", "")))


def _lengthen(page: Page, job: Job, value: str) -> Response:
    chosen = next((each for each in longer(page, job) if each["value"] == value), None)
    if chosen is None:
        raise HTTPException(422, page.words()("screen_bad_count"))
    extend(page, job, chosen["arguments"], chosen["more"])
    return redirect("runs", job.id)


def extend(page: Page, job: Job, arguments: Sequence[str], more: int) -> None:
    """Put a finished job back into the queue with more to do. Raises HTTPException 422 where its replications are of another
    version of the program, and may not be joined.
    """
    words = page.words()
    for plan, name in zip(views.plans_of(page.queue, job), views.result_folders(page.queue, job)):
        if reuse.unlike(name, reuse.inputs_of({plan.id: plan}, SEED, False)):
            raise HTTPException(422, words("screen_other_version"))
    if not page.queue.extend(job.id, arguments, more):
        raise HTTPException(422, words("screen_not_done"))


async def send_file(request: Request, page: Page) -> Response:
    """A file of a result: one of those that are offered, and no other path."""
    files = await run_in_threadpool(views.result_files, page.queue, job_of(request, page))
    path = files.get(request.path_params["path"])
    if path is None:
        raise HTTPException(404, page.words()("screen_no_such_file"))
    if path.suffix in (".svg", ".png"):
        return FileResponse(path)
    return FileResponse(path, filename=path.name)
