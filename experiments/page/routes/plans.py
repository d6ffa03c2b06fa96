"""The list of plans: new, copied, taken in and out as files, renamed, deleted into the bin."""

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from experiments.page.routes.shared import Page, redirect, workbook
from experiments.page.workspace import REFERENCE
from sim.scenario import plan_form


async def show_plans(request: Request, page: Page) -> Response:
    """All plans."""
    cards = await run_in_threadpool(page.cards)
    return page.render(request, "plans.html.j2", cards=cards, forms=",.xlsx", counties=page.workspace.counties(), here="/")


async def create_plan(request: Request, page: Page) -> Response:
    """A new plan, like another."""
    form = await page.form(request)
    plan = page.workspace.create(str(form.get("name", "")), str(form.get("like", REFERENCE)), str(form.get("county", "")))
    return redirect("plans", plan.name)


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
    return redirect("plans", plan.name)


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
    return workbook(content, f"{plan.name}.xlsx")


async def rename_plan(request: Request, page: Page) -> Response:
    """Another name for a plan."""
    form = await page.form(request)
    page.workspace.rename(page.plan(request).name, str(form.get("name", "")))
    return redirect("")


async def delete_plan(request: Request, page: Page) -> Response:
    """A plan into the bin."""
    await page.form(request)
    page.workspace.delete(page.plan(request).name)
    return redirect("")
