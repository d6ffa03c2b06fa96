"""What takes long: one queue of commands, each in a process of its own that outlives the page. The journal is the truth.

runs/ID/job.json     what was asked, its state and process
runs/ID/inputs/      plans and counties as they were when it was asked
runs/ID/result/      the result folder of the command
runs/ID/answer.json  what the command printed with --json; runs/ID/log.txt what it said on the way
runs/ID/after.json   how far what follows the command is: what it says, documents, figures
runs/ID/pace.json    seconds that a replication took, for what more would cost

Where the disk is full nothing is lost: a job that found no room waits until there is some and goes on where it was, a record that
could not be written is written in the next round, and no process begins before its record stands.
"""

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

import psutil

from experiments.page.workspace import COUNTIES, PLANS, RUNS, Workspace
from experiments.results import journal
from experiments.results.files import as_json, read_object, safe, write_text

State = Literal["queued", "running", "no_room", "done", "failed", "stopped", "interrupted"]
KINDS = ("run", "compare", "sweep", "county")
RECORD, ANSWER, LOG, RESULT, INPUTS, UPLOADS = "job.json", "answer.json", "log.txt", "result", "inputs", "inputs/uploads"
AFTER, PACE = "after.json", "pace.json"
PARTS = f"{RESULT}-parts"  # where a comparison keeps what each setting contributes, and what repairs a promise
#: What follows the command of a job, in this order; once the first is done the answer stands.
AFTERWARDS = {
    "run": ("answer", "documents", "story", "figures"),
    "compare": ("answer", "documents"),
    "sweep": ("answer", "figures"),
}
LONGEST_LOG = 4000  # characters of the log that the page shows
SOME_FAILED, CONTRADICTED, INCOMPLETE, INTERRUPTED = 3, 4, 5, 130
GO = b"go\n"  # what a process is told once its record stands
ROOM = 64 << 20  # bytes that must be free before a job goes on that found no room
FULL = 4 << 20  # bytes; with less free, a job that fails is taken to have failed for that
REST = 20.0  # seconds between two tries of a job that found no room
_LOOK = 0.5  # seconds between looks at the queue


@dataclass(frozen=True)
class Job:
    """A command that was asked for. ``arguments``: as on the command line, relative to its folder; ``total``: replications, or 0
    where it is not known before; ``before``: replications that were there when its process began; ``process`` with ``started``:
    which process runs it.
    """

    id: str
    kind: str
    plan: str
    arguments: tuple[str, ...]
    total: int
    state: State = "queued"
    asked: float = 0.0
    begun: float = 0.0
    ended: float = 0.0
    process: int = 0
    started: float = 0.0
    code: int | None = None
    before: int = 0


class Queue:
    """The jobs of a workspace; at most one runs. Use ``start`` once; it looks after the queue until ``close``."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        #: What the system refused in the last round of the queue, mostly that the disk is full; None where nothing was refused.
        self.refusal: OSError | None = None
        #: Whether a job waits for room on the disk.
        self.held = False

    def start(self) -> None:
        """Find what runs already, say of what was cut off that it was, and begin to look after the queue."""
        try:
            self._end_those_gone()
        except OSError as problem:
            self.refusal = problem  # the next round tries again
        self._watcher.start()

    def close(self) -> None:
        """Look after the queue no longer; what runs goes on."""
        self._closed.set()

    def folder(self, identity: str) -> Path:
        """The folder of a job. Raises KeyError for one that there is not."""
        if identity not in {path.parent.name for path in (self.workspace.root / RUNS).glob(f"*/{RECORD}")}:
            raise KeyError(identity)
        return self.workspace.root / RUNS / identity

    def jobs(self) -> list[Job]:
        """All jobs, the newest first."""
        found = []
        for path in (self.workspace.root / RUNS).glob(f"*/{RECORD}"):
            try:
                record = json.loads(path.read_text(encoding="utf-8"))
                found.append(Job(**{**record, "arguments": tuple(record["arguments"])}))
            except (OSError, ValueError, TypeError, KeyError):
                continue  # another program's file, or half of one: no job
        return sorted(found, key=lambda job: (-job.asked, job.id))

    def job(self, identity: str) -> Job:
        """One job. Raises KeyError for one that there is not."""
        found = {job.id: job for job in self.jobs()}
        return found[identity]

    def ask(
        self, kind: str, plan: str, arguments: Sequence[str], total: int, uploads: Mapping[str, bytes] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> Job:  # fmt: skip
        """Put a job at the end of the queue, with plans and counties as they are now; ``uploads``: files it reads, which are not
        kept, ``files``: those that are, both by name. Raises OSError where they cannot be written; nothing is left of it then.
        """
        with self._lock:
            asked = time.time()
            stem = f"{safe(plan or kind)}-{kind}-{time.strftime('%m%d-%H%M%S', time.localtime(asked))}"
            taken = {job.id for job in self.jobs()}
            identity = next(name for name in (stem, *(f"{stem}-{number}" for number in range(2, 1000))) if name not in taken)
            folder = self.workspace.root / RUNS / identity
            job = Job(identity, kind, plan, tuple(arguments), total, asked=asked)
            try:
                for name in (PLANS, COUNTIES):
                    _copy(self.workspace.root / name, folder / INPUTS / name)
                for name, content in ((UPLOADS, uploads or {}), (INPUTS, files or {})):
                    for file, whole in content.items():
                        (folder / name).mkdir(exist_ok=True)
                        (folder / name / file).write_bytes(whole)
                self._write(job)
            except OSError:
                shutil.rmtree(folder, ignore_errors=True)  # half a job is none
                raise
            return job

    def stop(self, identity: str) -> None:
        """Stop a job as Ctrl-C does: what is done is kept. One that waits is taken out of the queue."""
        with self._lock:
            job = self.job(identity)
            if job.state in ("queued", "no_room"):
                self._write(replace(job, state="stopped", ended=time.time()))
            elif job.state == "running" and alive(job):
                family = psutil.Process(job.process)
                for each in (*family.children(recursive=True), family):  # as a terminal does with Ctrl-C
                    with suppress(psutil.NoSuchProcess):
                        each.send_signal(signal.SIGINT)

    def go_on(self, identity: str) -> None:
        """Put a job that was stopped or cut off back into the queue; it goes on where it was."""
        with self._lock:
            job = self.job(identity)
            if job.state in ("stopped", "interrupted", "failed", "no_room"):
                self._again(job)

    def extend(self, identity: str, arguments: Sequence[str], total: int) -> bool:
        """Put a job that is done back into the queue with other ``arguments``, which ask for ``total`` replications more; whether
        that was done.
        """
        with self._lock:
            job = self.job(identity)
            if job.state == "done":
                self._again(replace(job, arguments=tuple(arguments), total=job.total + total))
            return job.state == "done"

    def _again(self, job: Job) -> None:
        self._write(replace(job, state="queued", process=0, started=0.0, ended=0.0, code=None))

    def _watch(self) -> None:
        while not self._closed.wait(_LOOK):
            with self._lock:
                try:
                    self._look()
                    self.refusal = None
                except OSError as problem:
                    self.refusal = problem  # shown on the page; the next round tries again

    def _look(self) -> None:
        self._end_those_gone()
        jobs = self.jobs()
        held = [job for job in jobs if job.state == "no_room"]
        self.held = bool(held)
        if any(job.state == "running" for job in jobs):
            return
        if any(time.time() - job.ended < REST for job in held) or (held and self.free() < ROOM):
            return
        waiting = held or [job for job in jobs if job.state == "queued"]
        if waiting:
            self._begin(waiting[-1])

    def _end_those_gone(self) -> None:
        for job in self.jobs():
            if job.state == "running" and not self._is_running(job):
                self._end(job)

    def free(self) -> int:
        """Bytes that are free on the disk of the workspace."""
        return shutil.disk_usage(self.workspace.root).free

    def _is_running(self, job: Job) -> bool:
        child = self._children.get(job.id)
        return child.poll() is None if child is not None else alive(job)

    def _begin(self, job: Job) -> None:
        folder = self.workspace.root / RUNS / job.id
        arguments = list(job.arguments)
        if job.kind == "run" and journal.chunk_files(folder / RESULT / "journal"):
            arguments.append("--resume")
        job = replace(job, before=self.done(job.id))
        self._write(job)  # where there is no room for a record, no process is begun
        with (folder / ANSWER).open("wb") as answer, (folder / LOG).open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "experiments.page.job_process", *arguments],
                cwd=folder, stdin=subprocess.PIPE, stdout=answer, stderr=log, start_new_session=True,
            )  # fmt: skip
        assert child.stdin is not None
        with child.stdin:
            try:
                started = psutil.Process(child.pid).create_time()
            except psutil.NoSuchProcess:
                started = time.time()
            now = time.time()
            try:
                self._write(replace(job, state="running", begun=job.begun or now, process=child.pid, started=started))
            except OSError:
                child.kill()  # it was not told to go, and has done nothing
                child.wait()
                raise
            self._children[job.id] = child
            with suppress(BrokenPipeError):
                child.stdin.write(GO)

    def _end(self, job: Job) -> None:
        child = self._children.get(job.id)
        code = child.poll() if child is not None else None
        after = self.after(job.id)
        answered = bool(self.answer(job.id)) and after.get("done", 0) == len(AFTERWARDS.get(job.kind, ()))
        state: State = "failed"
        if code in (0, SOME_FAILED, CONTRADICTED) or (code is None and answered):
            state = "done"
        elif code in (INTERRUPTED, -signal.SIGINT):
            state = "stopped"
        elif code == INCOMPLETE or (code is not None and self.free() < FULL):
            state = "no_room"
        elif code is None or code < 0:
            state = "interrupted"
        self._write(replace(job, state=state, ended=time.time(), code=code))
        self._children.pop(job.id, None)  # not before its end is on record

    def answer(self, identity: str) -> dict[str, Any]:
        """What a finished command printed; {} where it printed nothing whole."""
        try:
            found = json.loads((self.folder(identity) / ANSWER).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {"rows": found}

    def after(self, identity: str) -> dict[str, Any]:
        """How far what follows a job's command is: ``done`` steps of ``AFTERWARDS``, the ``count`` of figures so far, and the
        ``problem`` of the documents by language; {} before the command has ended, and for jobs of 0.11 and before.
        """
        return read_object(self.folder(identity) / AFTER) or {}

    def pace(self, identity: str) -> float | None:
        """Seconds that a replication of a job took; None where it is not known."""
        found = (read_object(self.folder(identity) / PACE) or {}).get("seconds")
        return float(found) if isinstance(found, (int, float)) else None

    def log(self, identity: str) -> str:
        """The end of what a command said on the way."""
        try:
            return (self.folder(identity) / LOG).read_text(encoding="utf-8", errors="replace")[-LONGEST_LOG:]
        except OSError:
            return ""

    def done(self, identity: str) -> int:
        """Replications in all journals of a job so far; of a run to a precision those of the plan alone, as they decide."""
        home, job = self.folder(identity), self.job(identity)
        if job.kind == "run" and not job.total:
            return sum(len(numbers) for numbers in journal.stored_replications(home / RESULT / "journal").values())
        return replications_in(home)

    def _write(self, job: Job) -> None:
        write_text(self.workspace.root / RUNS / job.id / RECORD, as_json(asdict(job)))


def replications_in(home: Path) -> int:
    """Replications in all journals in the folder of a job."""
    places = [path for name in (RESULT, PARTS) for path in (home / name).rglob("journal") if path.is_dir()]
    return sum(len(numbers) for place in places for numbers in journal.stored_replications(place).values())


def plans_named(arguments: Sequence[str]) -> list[str]:
    """The plans that a command is about, as its arguments name them."""
    return list(takewhile(lambda word: not word.startswith("--"), arguments[1:]))


def _copy(folder: Path, to: Path) -> None:
    """Copy a folder of files. Raises OSError at the first that cannot be."""
    to.mkdir(parents=True)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            target = to / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def alive(job: Job) -> bool:
    """Whether the very process that runs a job is there."""
    try:
        process = psutil.Process(job.process)
        return abs(process.create_time() - job.started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, ValueError):
        return False
