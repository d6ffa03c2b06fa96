"""What the addresses of all areas share: the workspace, its queue, the quick look, and how a page is rendered."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from experiments.page import views
from experiments.page.jobs import Queue
from experiments.page.quick_look import QuickLook
from experiments.page.workspace import REFERENCE, Plan, Workspace
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results.fingerprint import version
from sim.core.inputs import shipped
from sim.core.inputs.errors import UserError
from sim.scenario import Scenario

TEMPLATES = Path(__file__).parent.parent / "templates"
SETTINGS = "page.json"
SEED = 2021


class Page:
    """What the addresses share: the workspace, its queue, the quick look, and how a page is rendered."""

    def __init__(self, workspace: Workspace, queue: Queue, token: str, on_quit: Callable[[], None]) -> None:
        self.workspace, self.queue, self.token, self.on_quit = workspace, queue, token, on_quit
        self.quick_look = QuickLook()
        self._cards: tuple[object, list[dict[str, Any]]] = (None, [])
        self.looks: dict[str, tuple[Scenario, Scenario]] = {}
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
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
        notice = views.queue_notice(self.queue, words)
        text = self._templates.get_template(template).render(
            t=words, language=words.language, token=self.token, path=request.url.path, version=version("xianjie") or "",
            notice=notice, here=facts.pop("here", ""), hidden=self._hidden, reference=self.reference().name, **facts,
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


def redirect(*parts: str) -> RedirectResponse:
    return RedirectResponse("/" + "/".join(quote(part, safe="") for part in parts), 303)


def workbook(content: bytes, name: str) -> Response:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(content, media_type=kind, headers={"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"})


def event(found: dict[str, Any]) -> str:
    return f"data: {json.dumps(found, ensure_ascii=False)}\n\n"


def events(news: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(news, media_type="text/event-stream")
