"""A page that serves a fresh workspace, and a browser to look at it."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, unquote, urlencode

import pytest

from experiments.page import jobs, security
from experiments.page.jobs import Queue
from experiments.page.routes import app
from experiments.page.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = os.environ.get("XIANJIE_REQUIRE_OFFICE") == "1"
SIZES = {"office": (1366, 768), "projector": (1920, 1080), "phone": (390, 844)}
LARGEST_PAGE = 300_000  # bytes, without pictures and fonts
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Served:
    """A page in a process of its own: ``address`` with the token, ``root`` without, the workspace's ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder.with_name(f"{folder.name}.log")
        self.start()

    def start(self) -> None:
        """Start, or start again after a kill."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "experiments", "open", str(self.folder), "--no-browser"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=ROOT)
        for _ in range(600):
            found = re.search(r"http://\S+", self.log.read_text(encoding="utf-8"))
            if found or self.process.poll() is not None:
                break
            time.sleep(0.1)
        assert found, self.log.read_text(encoding="utf-8")
        self.address = found.group(0)
        self.root = self.address.partition("/?")[0]
        self.token = self.address.partition("token=")[2]
        self.port = int(self.root.rpartition(":")[2])

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()


class Site:
    """The page without a server: its addresses called one by one, in this process. The queue is not started."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder)
        self.queue = Queue(self.workspace)
        self.app = app.build(self.workspace, self.queue, "token", frozenset({"page"}), lambda: None)

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self._call("GET", path, b"")

    def post(self, path: str, **fields: object) -> tuple[int, str]:
        """Status and text of the answer to a form."""
        return self._call("POST", path, urlencode({"token": "token", **fields}, doseq=True).encode())

    def _call(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        headers = {"host": "page", "cookie": f"{security.COOKIE}=token", "content-type": "application/x-www-form-urlencoded"}
        path, _mark, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": unquote(path),
            "query_string": query.encode(),
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        sent: list[dict[str, object]] = []

        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, object]:
            if not given:
                await asyncio.Event().wait()  # the browser stays until it has its answer
            return given.pop()

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        with ThreadPoolExecutor(1) as aside:  # where a browser is driven, this thread has a loop already
            aside.submit(lambda: asyncio.run(self.app(scope, receive, send))).result()
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode()


def until(true, seconds=60):
    """Wait for something to be so; what it then is."""
    for _ in range(seconds * 20):
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came about")


def wait_for(queue, identity, *states, seconds=90):
    """The job once it is in one of these states."""
    with suppress(AssertionError):
        until(lambda: queue.job(identity).state in states, seconds)
    job = queue.job(identity)
    assert job.state in states, f"{job} {queue.log(identity)}"
    return job


def path_of(job):
    """The address of a job."""
    return f"/runs/{quote(job.id, safe='')}"


def fits_and_is_accessible(tab, address, size, unfold=False):
    """Whether a page, and with ``unfold`` all that is folded away on it, is no wider than the screen, is small, and has no fault
    that axe-core knows of.
    """
    from axe_core_python.sync_playwright import Axe

    width, height = SIZES[size]
    tab.set_viewport_size({"width": width, "height": height})
    tab.goto(address)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width, address
    if unfold:
        tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, address
    found = Axe().run(tab)["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == [], address
    assert len(tab.content().encode()) < LARGEST_PAGE


@pytest.fixture
def queue(tmp_path, monkeypatch):
    """The queue of a fresh workspace, looked after; a job that finds no room does not rest before it is tried again."""
    monkeypatch.setattr(jobs, "REST", 0.0)
    made = Queue(Workspace(tmp_path))
    made.start()
    yield made
    for job in made.jobs():
        made.stop(job.id)
    made.close()


@pytest.fixture
def site(tmp_path):
    """The page of a fresh workspace, without a server."""
    return Site(tmp_path)


@contextmanager
def serving(folder):
    """A page that serves a folder, ended at the end."""
    page = Served(folder)
    try:
        yield page
    finally:
        page.kill()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A page for the tests of one module."""
    with serving(tmp_path_factory.mktemp("page") / "workspace") as page:
        yield page


@pytest.fixture
def fresh(tmp_path):
    """A page of its own on an empty folder."""
    with serving(tmp_path / "workspace") as page:
        yield page


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, driven by Playwright."""
    if CHROMIUM is None:
        if REQUIRED:
            pytest.fail("XIANJIE_REQUIRE_OFFICE is set, but there is no chromium")
        pytest.skip("no chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # As root Chromium needs --no-sandbox; a planner's browser never gets it.
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()
