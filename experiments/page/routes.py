"""The addresses of the page: each reads a request, asks the workspace or the queue, and renders a template."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import yaml
from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from experiments.page import lever_form, views
from experiments.page.jobs import RESULT, UPLOADS, Queue
from experiments.page.quick_look import SPENDING, QuickLook
from experiments.page.security import OnlyThisBrowser
from experiments.page.workspace import COUNTIES, REFERENCE, Plan, Workspace, check_name
from experiments.reporting import plan_workbook
from experiments.reporting.figures import style
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results.files import as_json, safe, write_text
from experiments.results.fingerprint import version
from sim.core.inputs import shipped
from sim.core.inputs.errors import InputError, UserError
from sim.core.inputs.parameters import load_all
from sim.goals import INDICATORS
from sim.scenario import Scenario, plan_form

HERE = Path(__file__).parent
FONTS = ("XianjieSansSC-Regular.woff2", "XianjieSansSC-Bold.woff2")
SETTINGS = "page.json"
REPLICATIONS = ("10", "20", "50", "100", "1000")
COMPARED = 3  # plans beside the first
MOST_VALUES = 12  # of a lever in a sweep
MOST_LOOKS = 20
PAUSE = 1.0  # seconds between news of a run
SEED = 2021
#: What an office hands in, and what a county folder offers to take away.
OFFICE_FILES = (".xlsx", ".xls", ".ods", ".csv")
COUNTY_FILES = ("audit.html", "audit.xlsx", "county.yaml")


class Page:
    """What the addresses share: the workspace, its queue, the quick look, and how a page is rendered."""

    def __init__(self, workspace: Workspace, queue: Queue, token: str, on_quit: Callable[[], None]) -> None:
        self.workspace, self.queue, self.token, self.on_quit = workspace, queue, token, on_quit
        self.quick_look = QuickLook()
        self._cards: tuple[object, list[dict[str, Any]]] = (None, [])
        self.looks: dict[str, tuple[Scenario, Scenario]] = {}
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    def settings(self) -> dict[str, str]:
        """Language and reference plan, as chosen."""
        found = {"language": "zh", "reference": REFERENCE}
        try:
            kept = json.loads((self.workspace.root / SETTINGS).read_text(encoding="utf-8"))
            return found | {key: value for key, value in kept.items() if key in found and isinstance(value, str)}
        except (OSError, ValueError, AttributeError):
            return found

    def words(self) -> Words:
        """The texts in the chosen language."""
        language = self.settings()["language"]
        return Words(language if language in LANGUAGES else "zh", minus="\u2212")

    def reference(self) -> Plan:
        """The plan that others are held against; the baseline where the chosen one is gone or has faults."""
        try:
            plan = self.workspace.plan(self.settings()["reference"])
        except UserError:
            plan = self.workspace.plan(REFERENCE)
        return plan if plan.scenario is not None else self.workspace.plan(REFERENCE)

    def cards(self) -> list[dict[str, Any]]:
        """All plans, one's own first, each with its last run."""
        words, reference, own = self.words(), self.reference(), self.workspace.names()
        assert reference.scenario is not None
        key = (self.workspace.stamp(), words.language, reference.name)
        if key != self._cards[0]:
            names = [*own, *(name for name in shipped.names() if name not in own)]
            self._cards = key, [views.card(self.workspace.plan(name), reference.scenario, words) for name in names]
        last: dict[str, Any] = {}
        for job in self.queue.jobs():
            if job.kind == "run":
                last.setdefault(job.plan, job)
        return [{**card, "job": last.get(card["name"])} for card in self._cards[1]]

    def render(self, request: Request, template: str, status: int = 200, **facts: Any) -> HTMLResponse:
        """A page from its template."""
        words = self.words()
        text = self._templates.get_template(template).render(
            t=words, language=words.language, token=self.token, path=request.url.path, version=version("xianjie") or "",
            notice=facts.pop("notice", ""), notice_kind=facts.pop("notice_kind", ""), here=facts.pop("here", ""),
            hidden=self._hidden, reference=self.reference().name, **facts,
        )  # fmt: skip
        return HTMLResponse(text, status)

    def _hidden(self) -> Any:
        from markupsafe import Markup

        return Markup('<input type="hidden" name="token" value="{}">').format(self.token)

    async def form(self, request: Request) -> dict[str, Any]:
        """The fields of a posted form. Raises HTTPException 403 without the token, 400 for a form that cannot be read."""
        try:
            form = await request.form(max_files=20, max_fields=3000)
        except Exception as problem:
            if type(problem).__name__ == "TooLarge":
                raise
            raise HTTPException(400, "this form cannot be read") from None
        found: dict[str, Any] = {}
        for key, value in form.multi_items():
            found[key] = (
                [*found[key], value] if isinstance(found.get(key), list) else [found[key], value] if key in found else value
            )
        if found.pop("token", None) != self.token:
            raise HTTPException(403, "the form has no right token")
        return found

    def plan(self, request: Request) -> Plan:
        """The plan that an address names. Raises HTTPException 404."""
        try:
            return self.workspace.plan(request.path_params["name"])
        except UserError as problem:
            raise HTTPException(404, views.problem_text(problem, self.words())) from None


def build(workspace: Workspace, queue: Queue, token: str, hosts: frozenset[str], on_quit: Callable[[], None]) -> Starlette:
    """The application."""
    page = Page(workspace, queue, token, on_quit)
    routes = [
        Route("/", _bound(show_plans, page)),
        Route("/plans", _bound(create_plan, page), methods=["POST"]),
        Route("/plans/import", _bound(import_plan, page), methods=["POST"]),
        Route("/plans/{name}", _bound(edit_plan, page)),
        Route("/plans/{name}", _bound(save_plan, page), methods=["POST"]),
        Route("/plans/{name}/check", _bound(check_plan, page), methods=["POST"]),
        Route("/plans/{name}/look", _bound(look_at_plan, page)),
        Route("/plans/{name}/yaml", _bound(export_plan, page)),
        Route("/plans/{name}/form", _bound(export_form, page)),
        Route("/plans/{name}/rename", _bound(rename_plan, page), methods=["POST"]),
        Route("/plans/{name}/delete", _bound(delete_plan, page), methods=["POST"]),
        Route("/runs", _bound(show_runs, page)),
        Route("/runs", _bound(start_run, page), methods=["POST"]),
        Route("/runs/{id}", _bound(show_run, page)),
        Route("/runs/{id}/progress", _bound(follow_run, page)),
        Route("/runs/{id}/stop", _bound(stop_run, page), methods=["POST"]),
        Route("/runs/{id}/go-on", _bound(go_on_with_run, page), methods=["POST"]),
        Route("/runs/{id}/files/{path:path}", _bound(send_file, page)),
        Route("/compare", _bound(show_compare, page)),
        Route("/compare", _bound(start_compare, page), methods=["POST"]),
        Route("/sweep", _bound(show_sweep, page)),
        Route("/sweep", _bound(start_sweep, page), methods=["POST"]),
        Route("/county", _bound(show_county, page)),
        Route("/county", _bound(read_county, page), methods=["POST"]),
        Route("/county/form", _bound(send_county_form, page)),
        Route("/county/{name}/{file}", _bound(send_county_file, page)),
        Route("/settings", _bound(change_settings, page), methods=["POST"]),
        *(Route(f"/static/{name}", _font(name)) for name in FONTS),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    handlers = {HTTPException: _bound_error(page), UserError: _bound_error(page), InputError: _bound_error(page)}
    app = Starlette(
        routes=routes, middleware=[Middleware(OnlyThisBrowser, token=token, hosts=hosts)], exception_handlers=handlers
    )
    app.state.page = page
    return app


def _bound(endpoint: Callable[[Request, Page], Any], page: Page) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        found: Response = await endpoint(request, page)
        return found

    return answer


def _bound_error(page: Page) -> Callable[[Request, Exception], Any]:
    async def answer(request: Request, problem: Exception) -> Response:
        words = page.words()
        status = problem.status_code if isinstance(problem, HTTPException) else 422
        text = str(problem.detail) if isinstance(problem, HTTPException) else ""
        if isinstance(problem, UserError):
            text = views.problem_text(problem, words)
        heading = words("screen_not_found") if status == 404 else words("screen_refused")
        return page.render(request, "message.html.j2", status, heading=heading, text=text, back="/")

    return answer


def _font(name: str) -> Callable[[Request], Any]:
    async def answer(_request: Request) -> Response:
        return FileResponse(style.FONTS / name, media_type="font/woff2")

    return answer


def _to(*parts: str) -> RedirectResponse:
    return RedirectResponse("/" + "/".join(quote(part, safe="") for part in parts), 303)


async def show_plans(request: Request, page: Page) -> Response:
    """All plans."""
    cards = await run_in_threadpool(page.cards)
    return page.render(request, "plans.html.j2", cards=cards, forms=",.xlsx", counties=page.workspace.counties(), here="/")


async def create_plan(request: Request, page: Page) -> Response:
    """A new plan, like another."""
    form = await page.form(request)
    plan = page.workspace.create(str(form.get("name", "")), str(form.get("like", REFERENCE)), str(form.get("county", "")))
    return _to("plans", plan.name)


async def import_plan(request: Request, page: Page) -> Response:
    """A plan from a file of the planner's."""
    form = await page.form(request)
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise HTTPException(400, page.words()("screen_no_file"))
    content = await upload.read()
    file = Path(upload.filename.replace("\\", "/"))
    ending = file.suffix.lower() if plan_form.is_form(file) else ".yaml"
    plan = await run_in_threadpool(page.workspace.take_in, file.stem, content, ending)
    return _to("plans", plan.name)


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
    return page.render(
        request, "edit.html.j2", status, name=plan.name, title=words.of(plan.title), own=plan.own, problem=text, jobs=jobs[:5],
        groups=lever_form.groups(scenario, reference, plan.tree.get("set") or {}, words, problems, typed), years=lever_form.YEARS,
        differences=list(lever_form.differences(scenario, reference, words)), option_name=_option_namer(words),
        copy=words("screen_copy_of", name=words.of(plan.title))[:40],
    )  # fmt: skip


def _option_namer(words: Words) -> Callable[[str, str], str]:
    def name(identity: str, option: str) -> str:
        label = f"screen_option_{identity.partition('.')[2]}_{option}"
        return words(label) if words.has(label) else option

    return name


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
        return _to("plans", plan.name)
    settings, problems, typed = _read_form(page, plan, form)
    if problems:
        return _edit_page(request, page, plan, problems, typed, page.words()("screen_not_saved"), 422)
    try:
        page.workspace.save(plan.name, str(form.get("title", "")), settings)
    except InputError as problem:
        found, rest = _by_lever(problem, settings, page.words())
        return _edit_page(request, page, plan, found, {key: str(value) for key, value in form.items()}, rest, 422)
    if form.get("then") == "run":
        return _start(page, plan.name, str(form.get("replications", "20")))
    return _to("plans", plan.name)


def _by_lever(problem: InputError, settings: dict[str, Any], words: Words) -> tuple[dict[str, str], str]:
    """Faults beside the fields they are about, and what is about no field."""
    text = views.problem_text(problem, words)
    found = {}
    for part in getattr(problem, "errors", [problem]):
        fault = views.problem_text(part, words)
        for lever in settings:
            if lever in fault:
                found[lever] = fault.partition(lever)[2].strip("”'：: ") or fault
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
        return {"problems": {}, "differences": list(lever_form.differences(plan.scenario, reference, words)),
                "key": _keep_look(page, plan.scenario, reference)}  # fmt: skip
    settings, problems, _typed = _read_form(page, plan, form)
    try:
        scenario = page.workspace.try_out(plan, str(form.get("title", "")), settings)
    except InputError as problem:
        found, rest = _by_lever(problem, settings, words)
        return {"problems": problems | found, "differences": [] if found else [rest], "key": ""}
    differs = list(lever_form.differences(scenario, reference, words)) or [words("screen_as_reference")]
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
            yield _event(_look_news(each, words))

    return _events(news())


def _look_news(found: dict[str, Any], words: Words) -> dict[str, Any]:
    if "problem" in found:
        return {"text": words("screen_look_failed", problem=found["problem"]), "ended": True}
    if "lines" not in found:
        return {"text": words("screen_look_done"), "ended": True}
    rows = []
    for line in found["lines"]:
        if line["id"] == SPENDING:
            name, unit, scale = words("screen_spending"), words("screen_spending_unit"), 1e-4
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


async def export_plan(request: Request, page: Page) -> Response:
    """The file of a plan, as the command line takes it."""
    plan = page.plan(request)
    return FileResponse(plan.path, media_type="application/yaml", filename=f"{plan.name}.yaml")


async def export_form(request: Request, page: Page) -> Response:
    """A plan as a workbook's form."""
    plan = page.plan(request)
    if plan.scenario is None:
        raise HTTPException(422, page.words()("screen_mend_file"))
    content = await run_in_threadpool(page.workspace.as_form, plan, page.words().language)
    return _workbook(content, f"{plan.name}.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(content, media_type=kind, headers={"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"})


async def rename_plan(request: Request, page: Page) -> Response:
    """Another name for a plan."""
    form = await page.form(request)
    page.workspace.rename(page.plan(request).name, str(form.get("name", "")))
    return _to("")


async def delete_plan(request: Request, page: Page) -> Response:
    """A plan into the bin."""
    await page.form(request)
    page.workspace.delete(page.plan(request).name)
    return _to("")


async def show_runs(request: Request, page: Page) -> Response:
    """All jobs."""
    words = page.words()
    jobs = await run_in_threadpool(lambda: [views.job_row(job, page.workspace, words) for job in page.queue.jobs()])
    return page.render(request, "runs.html.j2", jobs=jobs, here="/runs")


async def start_run(request: Request, page: Page) -> Response:
    """Put a run into the queue."""
    form = await page.form(request)
    plan = page.workspace.plan(str(form.get("plan", "")))
    return await run_in_threadpool(_start, page, plan.name, str(form.get("replications", "20")))


def _start(page: Page, name: str, replications: str) -> Response:
    plan = page.workspace.plan(name)
    if plan.scenario is None:
        raise HTTPException(422, page.words()("screen_mend_file"))
    count = _count(page, replications)
    arguments = ["run", _argument(plan), "--replications", count, "--seed", str(SEED), "--out", RESULT, "--brief", "--json",
                 "--lang", page.words().language]  # fmt: skip
    return _to("runs", page.queue.ask("run", plan.name, arguments, int(count)).id)


def _argument(plan: Plan) -> str:
    """A plan as an argument of the command line, in the folder of a job."""
    return f"inputs/plans/{plan.name}.yaml" if plan.own else plan.name


def _count(page: Page, text: str) -> str:
    if text not in REPLICATIONS:
        raise HTTPException(422, page.words()("screen_bad_count"))
    return text


async def show_run(request: Request, page: Page) -> Response:
    """A job: how far it is, or its answer."""
    return await run_in_threadpool(_run_page, request, page)


def _run_page(request: Request, page: Page) -> Response:
    words, job = page.words(), _job(request, page)
    waiting, files = job.state in views.WAITING, views.result_files(page.queue, job)
    answer = {} if waiting else page.queue.answer(job.id)
    done = page.queue.done(job.id)
    stale = False
    if job.kind == "run" and not waiting:
        try:
            plan = page.workspace.plan(job.plan).scenario
            stale = plan is not None and views.is_stale(page.queue, job, plan)
        except UserError:
            stale = False
    answers = answer.get("answer", {}) if isinstance(answer.get("answer"), dict) else {}
    return page.render(
        request, "run.html.j2", job=views.job_row(job, page.workspace, words), waiting=waiting, done=done, stale=stale,
        progress=views.progress_text(job, done, words), log=page.queue.log(job.id) if job.state == "failed" else "",
        answer_lines=answers.get(words.language, []),
        lines=views.goal_rows(answer.get("goals", []), words) if job.kind == "run" else [],
        tables=views.tables_of(job.kind, answer, words), documents=views.documents(files, words),
        parts=views.figures(page.queue, job, words), here="/runs",
    )  # fmt: skip


def _job(request: Request, page: Page) -> Any:
    try:
        return page.queue.job(request.path_params["id"])
    except KeyError:
        raise HTTPException(404, page.words()("screen_no_job")) from None


async def follow_run(request: Request, page: Page) -> Response:
    """News of a job until it ends; whoever comes later gets the same."""
    identity = _job(request, page).id

    async def news() -> AsyncIterator[str]:
        while True:
            found = await run_in_threadpool(_run_news, page, identity)
            yield _event(found)
            if found["ended"] or await request.is_disconnected():
                return
            await asyncio.sleep(PAUSE)

    return _events(news())


def _run_news(page: Page, identity: str) -> dict[str, Any]:
    words, job = page.words(), page.queue.job(identity)
    done, ended = page.queue.done(identity), job.state not in views.WAITING
    rows = views.live_rows(page.queue, job, words) if job.kind == "run" and not ended else []
    table = ""
    if rows:
        parts: Any = page._templates.get_template("parts.html.j2").module
        table = str(parts.chances(rows, words))
    return {
        "done": min(done, job.total) if job.total else done,
        "total": job.total,
        "text": views.progress_text(job, done, words),
        "table": table,
        "ended": ended,
    }


async def stop_run(request: Request, page: Page) -> Response:
    """Stop a job; what is done is kept."""
    await page.form(request)
    job = _job(request, page)
    await run_in_threadpool(page.queue.stop, job.id)
    return _to("runs", job.id)


async def go_on_with_run(request: Request, page: Page) -> Response:
    """Put a job back into the queue."""
    await page.form(request)
    job = _job(request, page)
    await run_in_threadpool(page.queue.go_on, job.id)
    return _to("runs", job.id)


async def send_file(request: Request, page: Page) -> Response:
    """A file of a result: one of those that are offered, and no other path."""
    files = await run_in_threadpool(views.result_files, page.queue, _job(request, page))
    path = files.get(request.path_params["path"])
    if path is None:
        raise HTTPException(404, page.words()("screen_no_such_file"))
    if path.suffix in (".svg", ".png"):
        return FileResponse(path)
    return FileResponse(path, filename=path.name)


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
    count = _count(page, str(form.get("replications", "20")))
    arguments = ["compare", *map(_argument, plans), "--replications", count, "--seed", str(SEED), "--out", RESULT, "--json"]
    return _to("runs", page.queue.ask("compare", "", arguments, int(count) * len(plans)).id)


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
    count = _count(page, str(form.get("replications", "10")))
    spec = {
        "title": plan.title,
        "scenarios": [_argument(plan).removeprefix("inputs/")],
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
    return _to("runs", job.id)


async def show_county(request: Request, page: Page) -> Response:
    """Counties read so far, and the door for another."""
    return page.render(request, "county.html.j2", counties=page.workspace.counties(), files=COUNTY_FILES, here="/county")


async def send_county_form(request: Request, page: Page) -> Response:
    """An empty form of a county's facts."""

    def made() -> bytes:
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "county.xlsx"
            plan_workbook.write_county_form(out, page.words().language)
            return out.read_bytes()

    return _workbook(await run_in_threadpool(made), f"{page.words()('screen_county_form_name')}.xlsx")


async def read_county(request: Request, page: Page) -> Response:
    """Put the reading of an office's files into the queue. The files are kept until they are read, and no longer."""
    form = await page.form(request)
    name = check_name(str(form.get("name", "")))
    given = form.get("files", [])
    uploads = {}
    for number, upload in enumerate(given if isinstance(given, list) else [given]):
        if isinstance(upload, UploadFile) and upload.filename:
            file = Path(upload.filename.replace("\\", "/"))
            if file.suffix.lower() not in OFFICE_FILES:
                raise HTTPException(422, page.words()("screen_county_kinds"))
            uploads[f"{number + 1}-{safe(file.stem)}{file.suffix.lower()}"] = await upload.read()
    if not uploads:
        raise HTTPException(422, page.words()("screen_no_file"))
    out = page.workspace.root / COUNTIES / name
    arguments = ["county", "import", *(f"{UPLOADS}/{each}" for each in uploads), "--out", str(out), "--json",
                 "--lang", page.words().language]  # fmt: skip
    job = await run_in_threadpool(page.queue.ask, "county", "", arguments, 0, uploads)
    return _to("runs", job.id)


async def send_county_file(request: Request, page: Page) -> Response:
    """The audit of a county, or its file."""
    name, file = request.path_params["name"], request.path_params["file"]
    if name not in page.workspace.counties() or file not in COUNTY_FILES:
        raise HTTPException(404, page.words()("screen_no_such_file"))
    path = page.workspace.root / COUNTIES / name / file
    if not path.is_file():
        raise HTTPException(404, page.words()("screen_no_such_file"))
    return FileResponse(path, filename=file)


async def change_settings(request: Request, page: Page) -> Response:
    """Language, reference plan, or the end of the page."""
    form = await page.form(request)
    chosen = page.settings()
    if form.get("language") in LANGUAGES:
        chosen["language"] = str(form["language"])
    if "reference" in form:
        chosen["reference"] = page.workspace.plan(str(form["reference"])).name
    write_text(page.workspace.root / SETTINGS, as_json(chosen))
    if form.get("quit"):
        page.on_quit()
        words = page.words()
        return page.render(request, "message.html.j2", heading=words("screen_ended"), text=words("screen_ended_text"), back="/")
    back = str(form.get("back", "/"))
    return RedirectResponse(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/", 303)


def _event(found: dict[str, Any]) -> str:
    return f"data: {json.dumps(found, ensure_ascii=False)}\n\n"


def _events(news: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(news, media_type="text/event-stream")
