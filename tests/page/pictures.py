"""Pictures of the page for the guide, by ``python -m tests.page.pictures``: a plan with fewer posts and its quick look."""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.page.conftest import CHROMIUM, ROOT

SIZE = {"width": 1366, "height": 768}
LEVER = "public_posts.count"


def take(folder: Path) -> None:
    """Serve a fresh workspace and write ``page-LANGUAGE.png``."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        command = [sys.executable, "-u", "-m", "experiments", "open", place, "--no-browser"]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        address = next(found.group(0) for line in server.stdout if (found := re.search(r"http://\S+", line)))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport=SIZE, device_scale_factor=1.5)
        tab.goto(address, timeout=120_000)
        tab.locator("form[action='/plans'] input[name=name]").first.fill("posts-3000")
        tab.locator("form[action='/plans'] button.main").first.click()
        for language in ("zh", "en"):
            if language == "en":
                tab.get_by_role("button", name="English").click()
            group = tab.locator("details.group", has=tab.locator(f"input[data-all='{LEVER}:0:']")).first
            if group.get_attribute("open") is None:
                group.locator("summary").first.click()
            box = tab.locator(f"label input[data-all='{LEVER}:0:']")
            box.fill("3000")
            tab.locator("#look-state", has_text="完成" if language == "zh" else "done").wait_for(timeout=600_000)
            box.scroll_into_view_if_needed()
            tab.mouse.wheel(0, 200)
            time.sleep(0.5)
            tab.screenshot(path=folder / f"page-{language}.png")
            tab.evaluate("window.onbeforeunload = null")
        browser.close()
        server.terminate()


if __name__ == "__main__":
    take(ROOT / "docs")
