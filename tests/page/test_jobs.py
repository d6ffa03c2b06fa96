"""The queue: one after another, in the order asked; what ends, fails, is stopped or cut off is said to be so."""

from dataclasses import replace

import pytest

from experiments.page.jobs import Queue
from experiments.page.workspace import Workspace
from tests.page.conftest import wait_for


def test_commands_run_one_after_another(queue):
    first = queue.ask("sweep", "a", ["goals", "--json"], 0)
    second = queue.ask("sweep", "b", ["schema"], 0)
    second = wait_for(queue, second.id, "done")
    first = queue.job(first.id)
    assert first.state == "done" and first.ended <= second.begun + 1.0
    assert queue.answer(first.id)["rows"]
    assert [job.id for job in queue.jobs()] == [second.id, first.id]


def test_a_command_that_is_refused_fails_and_says_why(queue):
    job = wait_for(queue, queue.ask("run", "x", ["run", "nowhere.yaml"], 1).id, "failed")
    assert job.code == 2 and "nowhere" in queue.log(job.id)


def test_what_waits_can_be_taken_out(queue, monkeypatch):
    monkeypatch.setattr(queue, "_begin", lambda job: None)
    job = queue.ask("run", "x", ["goals"], 1)
    queue.stop(job.id)
    assert queue.job(job.id).state == "stopped"
    queue.go_on(job.id)
    assert queue.job(job.id).state == "queued"


def test_a_process_that_is_gone_is_found_at_the_next_start(tmp_path):
    workspace = Workspace(tmp_path)
    queue = Queue(workspace)
    job = queue.ask("run", "x", ["goals"], 1)
    queue._write(replace(job, state="running", process=2**22 - 1, started=1.0))
    again = Queue(workspace)
    again.start()
    again.close()
    assert again.job(job.id).state == "interrupted"


def test_files_of_others_are_no_jobs(queue):
    stray = queue.workspace.root / "runs" / "stray"
    stray.mkdir()
    (stray / "job.json").write_text('{"id": 3}', encoding="utf-8")
    assert queue.jobs() == []
    with pytest.raises(KeyError):
        queue.folder("../..")


def test_an_offices_files_become_a_county_and_are_not_kept(queue, tmp_path):
    from experiments.page import views
    from experiments.reporting.translations import Words
    from tests.county import exports

    given = exports.write(tmp_path, exports.office(exports.people(60)))
    uploads = {f"{number}{path.suffix}": path.read_bytes() for number, path in enumerate(given)}
    out = queue.workspace.root / "counties" / "本县"
    files = [f"inputs/uploads/{name}" for name in uploads]
    job = queue.ask("county", "", ["county", "import", *files, "--out", str(out), "--json"], 0, uploads)
    assert wait_for(queue, job.id, "done", "failed").state == "done", queue.log(job.id)
    assert queue.workspace.counties() == ["本县"]
    assert not (queue.folder(job.id) / "inputs" / "uploads").exists()
    tables = views.tables_of("county", queue.answer(job.id), Words("zh"))
    assert ["脱贫户（户）", f"{queue.answer(job.id)['counts']['registered_households']:,}"] in tables[0]["rows"]
    plan = queue.workspace.create("本县方案", "baseline", "本县")
    assert plan.scenario is not None, plan.problem
