"""A full disk: the queue waits and goes on by itself, nothing is lost or half-written, and the page says so in one sentence."""

import contextlib
import errno
import shutil
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from experiments.page import jobs, views
from experiments.page.jobs import ANSWER, Queue
from experiments.page.workspace import Workspace
from experiments.reporting.translations import Words
from tests.page.conftest import until, wait_for

FULL = {"zh": "磁盘已满", "en": "The disk is full"}


def no_room(*_given, **_named):
    """What a write meets on a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


def refuse(queue, monkeypatch, state, times):
    """Let the record of a job in this state be refused so many times; the records that were."""
    write, refused = queue._write, []

    def refusing(job):
        if job.state == state and len(refused) < times:
            refused.append(job)
            no_room()
        write(job)

    monkeypatch.setattr(queue, "_write", refusing)
    return refused


def test_nothing_is_begun_that_cannot_be_recorded_and_the_queue_goes_on_when_it_can(queue, monkeypatch):
    begun = []
    popen = subprocess.Popen
    with monkeypatch.context() as full:
        with queue._lock:
            job = queue.ask("sweep", "a", ["goals", "--json"], 0)
            full.setattr(queue, "_write", no_room)
            full.setattr(jobs.subprocess, "Popen", lambda *given, **named: begun.append(given) or popen(*given, **named))
        until(lambda: queue.refusal is not None)
        time.sleep(1.2)  # some rounds more: the watcher is still there
        assert begun == [] and queue.job(job.id).state == "queued" and queue._watcher.is_alive()
        for language, words in FULL.items():
            assert words in views.queue_notice(queue, Words(language))
    assert wait_for(queue, job.id, "done").code == 0
    assert queue.refusal is None and views.queue_notice(queue, Words("zh")) == ""


def test_a_process_whose_record_is_refused_has_done_nothing(queue, monkeypatch):
    refused = refuse(queue, monkeypatch, "running", 2)
    job = queue.ask("sweep", "a", ["goals", "--json"], 0)
    assert wait_for(queue, job.id, "done").code == 0
    assert len({each.process for each in refused}) == 2
    assert not any(jobs.alive(replace(job, process=each.process)) for each in refused)


def test_an_end_that_could_not_be_recorded_is_recorded_later(queue, monkeypatch):
    refused = refuse(queue, monkeypatch, "done", 3)
    job = queue.ask("sweep", "a", ["goals", "--json"], 0)
    assert wait_for(queue, job.id, "done").code == 0
    assert [each.code for each in refused] == [0, 0, 0] and queue.answer(job.id)["rows"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /dev/full")
def test_a_command_that_found_no_room_goes_on_when_there_is(queue, monkeypatch):
    answer = queue.answer
    monkeypatch.setattr(queue, "answer", lambda identity: {})  # to read /dev/full would never end
    monkeypatch.setattr(queue, "free", lambda: 0)
    with queue._lock:
        job = queue.ask("sweep", "a", ["goals", "--json"], 0)
        later = queue.ask("sweep", "b", ["goals", "--json"], 0)
        (queue.folder(job.id) / ANSWER).symlink_to("/dev/full")  # every write to it meets ENOSPC
    held = wait_for(queue, job.id, "no_room")
    assert held.code not in (0, None)
    time.sleep(1.2)
    assert queue.job(job.id).state == "no_room" and queue.job(later.id).state == "queued"
    assert "磁盘已满" in views.queue_notice(queue, Words("zh"))
    (queue.folder(job.id) / ANSWER).unlink()
    monkeypatch.setattr(queue, "answer", answer)
    monkeypatch.setattr(queue, "free", lambda: jobs.ROOM)
    assert wait_for(queue, job.id, "done").code == 0
    assert queue.answer(job.id)["rows"]
    wait_for(queue, later.id, "done")
    assert views.queue_notice(queue, Words("zh")) == ""


def test_a_job_that_cannot_be_copied_leaves_nothing(queue, monkeypatch):
    queue.workspace.create("甲", "baseline")
    monkeypatch.setattr(jobs.shutil, "copyfile", no_room)
    with pytest.raises(OSError, match="No space"):
        queue.ask("run", "甲", ["run", "inputs/plans/甲.yaml"], 1)
    assert queue.jobs() == [] and list((queue.workspace.root / "runs").iterdir()) == []


def test_a_plan_that_cannot_be_saved_stays_as_it_was(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path)
    plan = workspace.create("甲", "baseline")
    before = plan.path.read_bytes()
    monkeypatch.setattr("os.fsync", no_room)
    with pytest.raises(OSError, match="No space"):
        workspace.save("甲", "", {"public_posts.count": 3000})
    assert plan.path.read_bytes() == before
    assert [path.name for path in plan.path.parent.iterdir()] == ["甲.yaml"] and not list((tmp_path / "bin").iterdir())


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 96 MB of its own, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(place)], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.deep
def test_a_run_meets_a_full_disk_in_the_middle_and_loses_nothing(small_disk, monkeypatch):
    monkeypatch.setattr(jobs, "REST", 0.0)
    monkeypatch.setattr(jobs, "ROOM", 32 << 20)
    queue = Queue(Workspace(small_disk))
    queue.workspace.take_in("小", b"extends: baseline\ntitle: small\npopulation: {general_weight: 100}\n")
    queue.start()
    try:
        plan = ["run", "inputs/plans/小.yaml", "--replications", "24", "--workers", "2", "--out", "result", "--json"]
        job = queue.ask("run", "小", plan, 24)
        until(lambda: queue.done(job.id) >= 2, 400)
        filler = small_disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as large:
            while True:
                large.write(bytes(1 << 12))
        until(lambda: "磁盘已满" in views.queue_notice(queue, Words("zh")), 200)
        until(lambda: "--resume" in queue.log(job.id), 200)  # the command itself met it, and kept what was done
        assert queue.job(job.id).state in ("running", "no_room")  # there may be no room even for the record of its end
        kept = queue.done(job.id)
        assert 2 <= kept < 24
        filler.unlink()
        assert wait_for(queue, job.id, "done", "failed", seconds=400).state == "done", queue.log(job.id)
        assert queue.answer(job.id)["completed"] == 24
    finally:
        for each in queue.jobs():
            queue.stop(each.id)
        queue.close()
        time.sleep(2)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_it_in_the_readers_language(site, language, monkeypatch):
    site.workspace.create("甲", "baseline")
    assert site.post("/settings", language=language)[0] == 303
    with monkeypatch.context() as full:
        full.setattr("os.fsync", no_room)
        for path in ("/plans/甲", "/runs", "/plans"):
            status, body = site.post(path, title="新", plan="甲", name="乙", like="baseline")
            assert status == 507 and FULL[language] in body and body.count(FULL[language]) == 1, path
    assert site.workspace.names() == ["甲"] and site.queue.jobs() == []
    site.queue.refusal = OSError(errno.ENOSPC, "")
    status, body = site.get("/")
    assert status == 200 and body.count(FULL[language]) == 1
    site.queue.refusal = None
    assert FULL[language] not in site.get("/")[1]
