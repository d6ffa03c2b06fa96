"""A page that serves a fresh workspace, and a browser to look at it."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

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
