"""A county of the planner's own: the empty form, the files of an office, and what was read from them."""

import tempfile
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from experiments.page.jobs import UPLOADS
from experiments.page.routes.shared import Page, redirect, workbook
from experiments.page.workspace import COUNTIES, check_name
from experiments.reporting import plan_workbook
from experiments.results.files import safe

#: What an office hands in, and what a county folder offers to take away.
OFFICE_FILES = (".xlsx", ".xls", ".ods", ".csv")
COUNTY_FILES = ("audit.html", "audit.xlsx", "county.yaml")


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

    return workbook(await run_in_threadpool(made), f"{page.words()('screen_county_form_name')}.xlsx")


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
    return redirect("runs", job.id)


async def send_county_file(request: Request, page: Page) -> Response:
    """The audit of a county, or its file."""
    name, file = request.path_params["name"], request.path_params["file"]
    if name not in page.workspace.counties() or file not in COUNTY_FILES:
        raise HTTPException(404, page.words()("screen_no_such_file"))
    path = page.workspace.root / COUNTIES / name / file
    if not path.is_file():
        raise HTTPException(404, page.words()("screen_no_such_file"))
    return FileResponse(path, filename=file)
