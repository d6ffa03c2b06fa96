"""The process of one job: the command as on the command line; then what it says, for the page, and documents and figures.

It begins once it is told that its record stands. Where the disk is full it ends as the command line does, to be begun again.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from experiments.page import answers, pictures
from experiments.page.jobs import ANSWER, GO, INCOMPLETE, INTERRUPTED, PARTS, RESULT, SOME_FAILED, UPLOADS, plans_named
from experiments.results.files import as_json, write_text
from sim.core.inputs.errors import disk_is_full
from sim.scenario import Scenario, load_scenario

STORY = "story.json"
GIVE_WAY = 10  # of 19, on Linux and macOS
#: Whose story is told: the first household of the first kind that the replication has.
KINDS = ("relapsed", "served-late", "never-noticed")


def main(arguments: list[str]) -> int:
    """Run the command; its exit code. What it prints goes where this process prints. All of it gives way to other programs: the
    page, and what else its planner works with, answer at once.
    """
    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else GIVE_WAY)
    code = subprocess.call([sys.executable, "-m", "experiments", *arguments], stdin=subprocess.DEVNULL)
    if arguments[0] == "county" and code != INCOMPLETE:
        shutil.rmtree(UPLOADS, ignore_errors=True)  # read, and not kept: they hold personal data
    after = {"run": after_run, "compare": after_comparison}.get(arguments[0])
    if after is not None and code in (0, SOME_FAILED):
        try:
            after(arguments)
        except OSError as problem:
            if not disk_is_full(problem):
                raise
            return INCOMPLETE
    return code


def after_run(arguments: Sequence[str]) -> None:
    """One household's story, what the run says, its documents and figures. Raises OSError where the disk is full."""
    say([Path(RESULT)], f"xianjie brief {RESULT}")
    tell_story(arguments[1], Path(RESULT))
    pictures.draw(Path(RESULT), Path(pictures.FOLDER))


def after_comparison(arguments: Sequence[str]) -> None:
    """What a comparison says, and its documents. Raises OSError where the disk is full."""
    folders = [Path(each["folder"]) for each in json.loads(Path(ANSWER).read_text(encoding="utf-8"))["scenarios"]]
    plans = [load_scenario(Path(each)) for each in plans_named(arguments)]
    parts = [Path(PARTS)] if Path(PARTS).is_dir() else []
    say([*folders, *parts], f"xianjie brief --compare {' '.join(map(str, [*folders, *parts]))}", plans)


def say(folders: Sequence[Path], command: str, plans: Sequence[Scenario] = ()) -> None:
    """Write what these results say and the documents, or why that cannot be. Raises OSError where the disk is full."""
    try:
        answers.write(folders, Path(), command, plans)
        answers.write_documents(folders, Path(), command, compare=bool(plans))
    except Exception as problem:  # whatever is wrong with this part, the others stand
        if isinstance(problem, OSError) and disk_is_full(problem):
            raise
        answers.keep_problem(problem, Path())


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
        if sys.stdin.buffer.readline() != GO:
            sys.exit(INTERRUPTED)  # the page ended before it could keep the record
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
