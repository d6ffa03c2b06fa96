"""The process of one job: the command as on the command line; then what it says, for the page, and documents and figures.

It begins once it is told that its record stands. Where the disk is full it ends as the command line does, to be begun again.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from experiments.page import answers, pictures
from experiments.page.jobs import (
    AFTER,
    AFTERWARDS,
    ANSWER,
    GO,
    INCOMPLETE,
    INTERRUPTED,
    PACE,
    PARTS,
    RESULT,
    SOME_FAILED,
    UPLOADS,
    plans_named,
    replications_in,
)
from experiments.results.files import as_json, write_text
from sim.core.inputs.errors import describe_problem, disk_is_full
from sim.scenario import Scenario, load_scenario

STORY = "story.json"
GIVE_WAY = 10  # of 19, on Linux and macOS
LOOK = 1.0  # seconds between looks whether the first replication is stored
#: Whose story is told: the first household of the first kind that the replication has.
KINDS = ("relapsed", "served-late", "never-noticed")


def main(arguments: list[str]) -> int:
    """Run the command; its exit code. What it prints goes where this process prints. All of it gives way to other programs: the
    page, and what else its planner works with, answer at once.
    """
    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else GIVE_WAY)
    Path(AFTER).unlink(missing_ok=True)
    code = run_command(arguments)
    if arguments[0] == "county" and code != INCOMPLETE:
        shutil.rmtree(UPLOADS, ignore_errors=True)  # read, and not kept: they hold personal data
    if arguments[0] in AFTERWARDS and code in (0, SOME_FAILED):
        try:
            follow(arguments)
        except OSError as problem:
            if not disk_is_full(problem):
                raise
            return INCOMPLETE
    return code


def run_command(arguments: Sequence[str]) -> int:
    """Run the command; its exit code. Keeps how long a replication took, from the first that was stored to the end."""
    before, first = replications_in(Path()), (0.0, 0)
    with subprocess.Popen([sys.executable, "-m", "experiments", *arguments], stdin=subprocess.DEVNULL) as command:
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    command.wait(LOOK)
                    break
                if not first[1] and (found := replications_in(Path())) > before:
                    first = time.time(), found
        except BaseException:  # Ctrl-C among others; the command gets the signal too
            command.kill()
            raise
    more = replications_in(Path()) - first[1] if first[1] else 0
    if more > 0:
        with suppress(OSError):  # what more would cost is then not said
            write_text(Path(PACE), as_json({"seconds": (time.time() - first[0]) / more}))
    return command.returncode


def follow(arguments: Sequence[str]) -> None:
    """What follows a command that ended well, a step at a time: the answer first, which then stands, whatever becomes of the
    documents. Raises OSError where the disk is full.
    """
    kind, folders, plans = arguments[0], [Path(RESULT)], list[Scenario]()
    if kind == "compare":
        folders = [Path(each["folder"]) for each in json.loads(Path(ANSWER).read_text(encoding="utf-8"))["scenarios"]]
        folders += [Path(PARTS)] if Path(PARTS).is_dir() else []
        plans = [load_scenario(Path(each)) for each in plans_named(arguments)]
    command = " ".join(["xianjie brief", *(["--compare"] if plans else []), *map(str, folders)])
    record: dict[str, Any] = {"done": 0}

    def note(**facts: Any) -> None:
        record.update(facts)
        write_text(Path(AFTER), as_json(record))

    for number, step in enumerate(AFTERWARDS[kind]):
        note(done=number)
        if step == "answer":
            if kind != "sweep":  # its tables are the answer
                tell(folders, command, plans)
        elif step == "documents":
            note(problem=attempt(lambda: answers.write_documents(folders, Path(), command, compare=bool(plans))))
        elif step == "story":
            tell_story(arguments[1], Path(RESULT))
        else:
            pictures.draw(Path(RESULT), Path(pictures.FOLDER), kind == "sweep", on_picture=lambda count: note(count=count))
    note(done=len(AFTERWARDS[kind]))


def tell(folders: Sequence[Path], command: str, plans: Sequence[Scenario] = ()) -> None:
    """Write what these results say, or why that cannot be. Raises OSError where the disk is full."""
    problem = attempt(lambda: answers.write(folders, Path(), command, plans))
    if problem:
        answers.keep_problem(problem, Path())


def attempt(part: Callable[[], None]) -> dict[str, str]:
    """Why a part could not be made, by language; {} where it was made. Raises OSError where the disk is full."""
    try:
        part()
    except Exception as problem:  # whatever is wrong with this part, the others stand
        if isinstance(problem, OSError) and disk_is_full(problem):
            raise
        told = describe_problem(problem)
        return {"zh": told.chinese, "en": told.english}
    return {}


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
