"""The table of addresses, and what answers when something is refused. Each reads a request, asks the workspace or the queue, and
renders a template.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from experiments.page import views
from experiments.page.jobs import Queue
from experiments.page.routes import county, edit, plans, runs, studies
from experiments.page.routes.shared import SETTINGS, Page
from experiments.page.security import OnlyThisBrowser
from experiments.page.workspace import Workspace
from experiments.reporting.figures import style
from experiments.reporting.translations import LANGUAGES
from experiments.results.files import as_json, write_text
from sim.core.inputs.errors import InputError, UserError

STATIC = Path(__file__).parent.parent / "static"
FONTS = ("XianjieSansSC-Regular.woff2", "XianjieSansSC-Bold.woff2")


def build(workspace: Workspace, queue: Queue, token: str, hosts: frozenset[str], on_quit: Callable[[], None]) -> Starlette:
    """The application."""
    page = Page(workspace, queue, token, on_quit)
    routes = [
        Route("/", _bound(plans.show_plans, page)),
        Route("/plans", _bound(plans.create_plan, page), methods=["POST"]),
        Route("/plans/import", _bound(plans.import_plan, page), methods=["POST"]),
        Route("/plans/{name}", _bound(edit.edit_plan, page)),
        Route("/plans/{name}", _bound(edit.save_plan, page), methods=["POST"]),
        Route("/plans/{name}/check", _bound(edit.check_plan, page), methods=["POST"]),
        Route("/plans/{name}/look", _bound(edit.look_at_plan, page)),
        Route("/plans/{name}/yaml", _bound(plans.export_plan, page)),
        Route("/plans/{name}/form", _bound(plans.export_form, page)),
        Route("/plans/{name}/rename", _bound(plans.rename_plan, page), methods=["POST"]),
        Route("/plans/{name}/delete", _bound(plans.delete_plan, page), methods=["POST"]),
        Route("/runs", _bound(runs.show_runs, page)),
        Route("/runs", _bound(runs.start_run, page), methods=["POST"]),
        Route("/runs/{id}", _bound(runs.show_run, page)),
        Route("/runs/{id}/progress", _bound(runs.follow_run, page)),
        Route("/runs/{id}/stop", _bound(runs.stop_run, page), methods=["POST"]),
        Route("/runs/{id}/go-on", _bound(runs.go_on_with_run, page), methods=["POST"]),
        Route("/runs/{id}/more", _bound(runs.lengthen_run, page), methods=["POST"]),
        Route("/runs/{id}/parts", _bound(studies.add_parts, page), methods=["POST"]),
        Route("/runs/{id}/repairs", _bound(studies.add_repairs, page), methods=["POST"]),
        Route("/runs/{id}/files/{path:path}", _bound(runs.send_file, page)),
        Route("/compare", _bound(studies.show_compare, page)),
        Route("/compare", _bound(studies.start_compare, page), methods=["POST"]),
        Route("/sweep", _bound(studies.show_sweep, page)),
        Route("/sweep", _bound(studies.start_sweep, page), methods=["POST"]),
        Route("/county", _bound(county.show_county, page)),
        Route("/county", _bound(county.read_county, page), methods=["POST"]),
        Route("/county/form", _bound(county.send_county_form, page)),
        Route("/county/{name}/{file}", _bound(county.send_county_file, page)),
        Route("/settings", _bound(change_settings, page), methods=["POST"]),
        *(Route(f"/static/{name}", _font(name)) for name in FONTS),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    handlers = {
        HTTPException: _bound_error(page),
        UserError: _bound_error(page),
        InputError: _bound_error(page),
        OSError: _bound_error(page),
    }
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
        if isinstance(problem, OSError):
            status, text = 507, views.refusal_text(problem, words)
        heading = words("screen_not_found") if status == 404 else words("screen_refused")
        return page.render(request, "message.html.j2", status, heading=heading, text=text, back="/")

    return answer


def _font(name: str) -> Callable[[Request], Any]:
    async def answer(_request: Request) -> Response:
        return FileResponse(style.FONTS / name, media_type="font/woff2")

    return answer


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
