"""How worker processes are started: from a server without threads where there is one, and the results are the same."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from experiments.execution import local_executor
from experiments.execution.local_executor import FORKSERVER, SPAWN, Processes, start_method
from tests.experiments.test_runner import files, run

ROOT = Path(__file__).parents[2]
needs_a_server = pytest.mark.skipif(not local_executor.THREADS.is_dir(), reason="threads cannot be counted here")

#: Two workers say what their parent is, how many threads it has, and what they and it have loaded.
SCRIPT = """import sys
from functools import partial
from experiments.execution import local_executor
if sys.argv[1:]:
    local_executor.PRELOADED = sys.argv[1]
place = local_executor.Processes(partial(partial, eval), 2)
question = "(os.getppid(), len(os.listdir(f'/proc/{os.getppid()}/task')), os.getcwd(), 'sim.county' in sys.modules)"
place.submit(f"[{question} for os, sys in [(__import__('os'), __import__('sys'))]][0]")
(found,) = place.next_finished()
place.close()
import os
print(place.method, found.result[0] == os.getpid(), *found.result[1:])
"""


def start(folder, *arguments):
    """What the script prints; the current folder has a package of the same name as one of ours."""
    (folder / "mine.py").write_text(SCRIPT, encoding="utf-8")
    other = folder / "work" / "experiments"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("raise SystemError('not ours')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])}
    done = subprocess.run(
        [sys.executable, folder / "mine.py", *arguments],
        cwd=folder / "work",
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@needs_a_server
def test_workers_are_forked_from_a_process_of_one_thread_that_has_loaded_the_county(tmp_path):
    assert start(tmp_path) == [FORKSERVER, "False", "1", str(tmp_path / "work"), "True"]


@needs_a_server
def test_a_server_that_has_threads_forks_nobody(tmp_path):
    (tmp_path / "threaded.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        "import experiments.execution.preloaded\n"
    )
    method, is_child, _, where, has_loaded = start(tmp_path, "threaded")
    assert (method, is_child, where, has_loaded) == (SPAWN, "True", str(tmp_path / "work"), "False")


@needs_a_server
def test_a_server_started_in_another_environment_is_not_used(monkeypatch):
    monkeypatch.setattr(local_executor, "_loaded_by", [])
    assert start_method() == FORKSERVER
    monkeypatch.setenv("A_WORD", "that loads nothing")
    assert start_method() == FORKSERVER
    monkeypatch.setenv("XIANJIE_CACHE", "elsewhere")
    assert start_method() == SPAWN


def test_spawned_where_threads_cannot_be_counted(monkeypatch, tmp_path):
    monkeypatch.setattr(local_executor, "THREADS", tmp_path / "none")
    assert start_method() == SPAWN


@needs_a_server
def test_the_same_bytes_however_workers_are_started(tmp_path, monkeypatch):
    run(tmp_path / "one", replications=6)
    for method in (FORKSERVER, SPAWN):
        monkeypatch.setattr(local_executor, "start_method", lambda method=method: method)
        run(tmp_path / method, replications=6, workers=2)
        assert files(tmp_path / method) == files(tmp_path / "one")


@needs_a_server
def test_a_worker_has_the_environment_of_now(monkeypatch):
    monkeypatch.setattr(local_executor, "start_method", lambda: FORKSERVER)
    for word in ("first", "second"):
        monkeypatch.setenv("A_WORD", word)
        place = Processes(partial(partial, eval), 1)
        place.submit("[os.environ.get(name) for os in [__import__('os')] for name in ('A_WORD', 'PYTHONSAFEPATH')]")
        (found,) = place.next_finished()
        place.close()
        assert found.result == [word, os.environ.get("PYTHONSAFEPATH")]
