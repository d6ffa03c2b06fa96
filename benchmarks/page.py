"""How long the planner's page takes for a request while a run keeps every worker busy.

The page is served on a workspace of its own, a run of a thousand replications is asked for on it, and once the first are done
each area is asked in turn, as a browser does: over the network address, with the cookie, the whole body read. Then it is stopped.
"""

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from benchmarks.measuring import ROOT, BenchmarkOptions, Line, in_turn, scratch, seconds_of

SECONDS, ROUNDS = 0.1, 40
PLAN = "posts"
STARTING = 300.0  # seconds to wait for the page, and for the first replications


class Browser:
    """Requests to the page with its cookie, each on a connection of its own."""

    def __init__(self, address: str) -> None:
        found = re.match(r"http://([\d.]+):(\d+)/\?token=(\S+)", address)
        if found is None:
            raise RuntimeError(f"the page said {address!r}")
        self.host, self.token = f"{found.group(1)}:{found.group(2)}", found.group(3)
        self.cookie = self._ask("GET", f"/?token={self.token}", None, {})[1].split(";")[0]

    def get(self, path: str) -> str:
        """The body of a page. Raises RuntimeError if it was not given."""
        return self._ask("GET", path, None, {"Cookie": self.cookie})[2]

    def post(self, path: str, **fields: str) -> str:
        """The address that the answer to a form sends to, or its body. Raises RuntimeError if it was refused."""
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        _cookie, place, body = self._ask("POST", path, urlencode({"token": self.token, **fields}), headers)[1:]
        return place or body

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, str, str]:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return answer.status, answer.getheader("set-cookie") or "", answer.getheader("location") or "", text


@contextmanager
def served(folder: Path) -> Iterator[Browser]:
    """The page on a folder, until it is done with."""
    words = [sys.executable, "-u", "-m", "experiments", "open", str(folder), "--no-browser"]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        address = next((line.strip() for line in process.stdout if line.startswith("http://")), "")
        yield Browser(address)
    finally:
        process.terminate()
        process.wait()


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the form of levers."""
    form = page.partition('id="levers"')[2].partition("</form>")[0]
    return {name: value for name, value in re.findall(r'<input name="([^"]+)" value="([^"]*)"', form) if ":" in name}


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """Each area, and the check of a changed form, while a run goes on."""
    rounds = 3 if options.quick else ROUNDS
    with scratch() as folder, served(folder / "workspace") as browser:
        browser.post("/plans", name=PLAN, like="baseline")
        form = fields_of(browser.get(f"/plans/{PLAN}"))
        form |= {name: "3000" for name in form if name.startswith("public_posts.count:")}
        run = browser.post("/runs", plan="baseline", replications="1000")
        job = folder / "workspace" / "runs" / run.rpartition("/")[2]
        try:
            _wait_for_the_first(job)
            areas = {"plans": "/", "edit": f"/plans/{PLAN}", "runs": "/runs", "run": run, "compare": "/compare",
                     "sweep": "/sweep", "county": "/county"}  # fmt: skip
            asked = {name: _timed(browser.get, path) for name, path in areas.items()}
            asked["check"] = _timed(browser.post, f"/plans/{PLAN}/check", **form)
            for call in asked.values():
                call()  # the first of each reads its template
            taken = in_turn(asked, rounds)
            busy = _state(job) == "running"
        finally:
            browser.post(f"{run}/stop")
            while _state(job) == "running":
                time.sleep(0.2)
    if not busy:
        raise RuntimeError("the run was over before the requests were")
    every = [1000 * seconds for found in taken.values() for seconds in found]
    late = float(np.percentile(every, 95))
    areas_told = ", ".join(f"{name} {1000 * np.median(found):.0f} ms" for name, found in taken.items())
    yield Line(
        "milliseconds of a request to the planner's page while a run keeps all cores busy: median, 95th percentile, longest",
        f"{np.median(every):.0f}, {late:.0f}, {max(every):.0f}",
        f"95th percentile < {1000 * SECONDS:.0f}",
        late < 1000 * SECONDS,
        f"{len(every)} requests in turn; medians: {areas_told}",
    )


def _wait_for_the_first(job: Path) -> None:
    since = time.monotonic()
    while not list(job.glob("result/journal/*")):
        if time.monotonic() - since > STARTING or _state(job) not in ("queued", "running"):
            raise RuntimeError(f"the run has not begun: {(job / 'log.txt').read_text(encoding='utf-8')}")
        time.sleep(0.2)


def _timed(call, *words: str, **fields: str):
    return lambda: seconds_of(lambda: call(*words, **fields))


def _state(job: Path) -> str:
    return str(json.loads((job / "job.json").read_text(encoding="utf-8"))["state"])
