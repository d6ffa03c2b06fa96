"""The process of one job: the command as on the command line; after a run also one household's story and the figures."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from experiments.page import pictures
from experiments.page.jobs import RESULT, SOME_FAILED, UPLOADS
from experiments.results.files import as_json, write_text

STORY = "story.json"
#: Whose story is told: the first household of the first kind that the replication has.
KINDS = ("relapsed", "served-late", "never-noticed")


def main(arguments: list[str]) -> int:
    """Run the command; its exit code. What it prints goes where this process prints."""
    code = subprocess.call([sys.executable, "-m", "experiments", *arguments])
    if arguments[0] == "county":
        shutil.rmtree(UPLOADS, ignore_errors=True)  # read, and not kept: they hold personal data
    if arguments[0] == "run" and code in (0, SOME_FAILED):
        tell_story(arguments[1], Path(RESULT))
        pictures.draw(Path(RESULT), Path(pictures.FOLDER))
    return code


def tell_story(scenario: str, result: Path, beside: str = "baseline") -> None:
    """One household's five years under the plan, beside the same household under the baseline; nothing where none is found."""
    for kind in KINDS:
        found = _ask("explain", "--find", kind, "--scenario", scenario)
        if found:
            plans = ["--scenario", scenario, *(["--beside", beside] if scenario != beside else [])]
            story = _ask("explain", "--household", str(found[0]["row"]), *plans)
            if story:
                write_text(result / STORY, as_json(story))
            return


def _ask(*arguments: str) -> list[dict[str, Any]]:
    """What a command prints as JSON; [] where it does not."""
    done = subprocess.run([sys.executable, "-m", "experiments", *arguments, "--json"], capture_output=True, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return []
    return found if isinstance(found, list) else []


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
