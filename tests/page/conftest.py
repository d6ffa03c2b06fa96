"""A page that serves a fresh workspace, and a browser to look at it."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlencode

import pytest

from experiments.page import security
from experiments.page.jobs import Queue
from experiments.page.routes import app
from experiments.page.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = os.environ.get("XIANJIE_REQUIRE_OFFICE") == "1"
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


@pytest.fixture
def site(tmp_path):
    """The page of a fresh workspace, without a server."""
    return Site(tmp_path)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A page for the tests of one module."""
    page = Served(tmp_path_factory.mktemp("page") / "workspace")
    yield page
    page.kill()


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
