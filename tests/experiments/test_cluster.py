"""A Dask cluster on loopback: the same bytes as here, whatever dies in the middle."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from experiments.execution import dask_executor, runner, worker_pool
from experiments.results.folder import open_folder
from tests.experiments.loopback import ROOT, Loopback
from tests.experiments.synthetic import NAME, Scenario
from tests.experiments.test_nothing_lost import swept, tables_of
from tests.experiments.test_runner import files, kept, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the tests kill workers by signals that Windows has not")


@pytest.fixture(scope="module")
def there():
    """A scheduler with two workers that no test harms."""
    with Loopback(2) as loopback:
        yield loopback


def when(condition, seconds=60):
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)


def test_a_run_on_a_cluster_is_the_run_here_byte_for_byte(there, tmp_path):
    scenario = Scenario(broken=(4,))
    run(tmp_path / "here", scenario, 40)
    with dask_executor.Cluster(there.address, NAME) as cluster:
        outcome = run(tmp_path / "there", scenario, 40, executor=cluster.executor)
    assert (outcome.completed, outcome.failed) == (39, 1)
    assert outcome.manifest["run"]["workers"] == 2
    assert files(tmp_path / "here") == files(tmp_path / "there")


def test_a_sweep_on_a_cluster_is_the_sweep_here(there, tmp_path):
    swept(tmp_path / "here")
    with dask_executor.Cluster(there.address, NAME) as cluster:
        swept(tmp_path / "there", executor=cluster.executor)
    assert tables_of(tmp_path / "here") == tables_of(tmp_path / "there")


class Watched:
    """An executor that tells what is handed in, and calls ``at(count)`` after every batch that comes back."""

    def __init__(self, made, at):
        self._made, self._at, self.tasks, self.count = made, at, [], 0

    def __getattr__(self, name):
        return getattr(self._made, name)

    def submit(self, task):
        self.tasks += task.replications
        self._made.submit(task)

    def next_finished(self):
        found = self._made.next_finished()
        self.count += len(found)
        self._at(self.count)
        return found


def watched(cluster, at, made):
    """A maker of a watched executor, noted in ``made``."""

    def make(worker):
        made.append(Watched(cluster.executor(worker), at))
        return made[-1]

    return make


def test_a_worker_killed_in_the_middle_costs_its_chunk_and_nothing_else(tmp_path):
    scenario = Scenario(seconds=0.05)
    run(tmp_path / "here", scenario, 60)
    made = []
    with Loopback(2) as there, dask_executor.Cluster(there.address, NAME) as cluster:

        def kill(count):
            if count >= 3 and there.workers[0].poll() is None:
                there.workers[0].send_signal(signal.SIGKILL)
                there.workers[0].wait()

        outcome = run(tmp_path / "there", scenario, 60, executor=watched(cluster, kill, made))
    assert (outcome.completed, outcome.failed) == (60, 0)
    assert there.workers[0].returncode == -signal.SIGKILL
    assert sorted(made[0].tasks) == list(range(60)), "Dask gave the lost chunk to another worker; nothing was handed in twice"
    assert files(tmp_path / "here") == files(tmp_path / "there")


def test_a_replication_that_kills_its_worker_is_found_and_the_others_live(tmp_path):
    run(tmp_path / "here", Scenario(), 9)
    with Loopback(allowed=0) as there:
        there.worker(nanny=True)
        with dask_executor.Cluster(there.address, NAME) as cluster:
            outcome = run(tmp_path / "there", Scenario(deadly=(5,)), 9, executor=cluster.executor)
    assert (outcome.completed, outcome.failed) == (8, 1)
    (failure,) = open_folder(tmp_path / "there").failures
    assert failure["replication"] == 5
    assert "died" in failure["error"]
    expected = {number: digest for number, digest in kept(tmp_path / "here").items() if number != 5}
    assert kept(tmp_path / "there") == expected


def test_a_scheduler_that_goes_leaves_a_journal_that_is_gone_on_with(there, tmp_path):
    """Here, and on another cluster: the same bytes as if nothing had happened."""
    scenario = Scenario(seconds=0.02)
    run(tmp_path / "whole", scenario, 50)
    with Loopback(1) as lost, dask_executor.Cluster(lost.address, NAME) as cluster:

        def end(count):
            if count >= 4:
                lost.scheduler.send_signal(signal.SIGKILL)
                lost.scheduler.wait()

        outcome = run(tmp_path / "lost", scenario, 50, executor=watched(cluster, end, []))
    assert "scheduler" in outcome.problem
    assert outcome.message_key == "place_lost"
    assert not logging.getLogger("distributed.client").isEnabledFor(logging.CRITICAL)  # it would complain after us
    assert 4 <= outcome.completed < 50
    assert not (tmp_path / "lost" / "manifest.json").exists()
    shutil.copytree(tmp_path / "lost", tmp_path / "again")
    assert run(tmp_path / "lost", scenario, 50).completed == 50
    with dask_executor.Cluster(there.address, NAME) as cluster:
        assert run(tmp_path / "again", scenario, 50, executor=cluster.executor).completed == 50
    assert files(tmp_path / "lost") == files(tmp_path / "whole")
    assert files(tmp_path / "again") == files(tmp_path / "whole")


LOST = """
import signal, sys, time
from pathlib import Path
from experiments.execution import dask_executor
from tests.experiments.loopback import Loopback
from tests.experiments.synthetic import NAME, Scenario
from tests.experiments.test_cluster import watched
from tests.experiments.test_runner import run

if __name__ == "__main__":
    with Loopback(1) as there:
        with dask_executor.Cluster(there.address, NAME) as cluster:

            def end(count):
                if count >= 4 and there.scheduler.poll() is None:
                    there.scheduler.send_signal(signal.SIGKILL)
                    there.scheduler.wait()

            print(run(Path(sys.argv[1]), Scenario(seconds=0.02), 500, executor=watched(cluster, end, [])).problem)
        time.sleep(float(sys.argv[2]))  # in which a thread of Dask's goes on looking for the scheduler
"""


@pytest.mark.deep
@pytest.mark.parametrize("seconds", [0, 8])
def test_of_a_scheduler_that_is_gone_only_one_sentence_is_said(seconds, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(LOST, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "out"), str(seconds)],
        cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "scheduler" in done.stdout
    assert done.stderr == ""


def test_a_cluster_that_has_lost_all_its_workers_is_given_up_after_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_executor, "PATIENCE", 2.0)
    monkeypatch.setattr(dask_executor, "LOOK", 0.3)
    with Loopback(1) as there, dask_executor.Cluster(there.address, NAME) as cluster:

        def kill(count):
            there.workers[0].send_signal(signal.SIGKILL)

        outcome = run(tmp_path, Scenario(seconds=0.02), 500, executor=watched(cluster, kill, []))
    assert "no worker for 2 s" in outcome.problem
    assert 0 < outcome.completed < 500


def test_ctrl_c_waits_for_what_is_under_way_on_the_cluster(there, tmp_path):
    run(tmp_path / "whole", Scenario(), 30)

    def interrupt(count):
        if count >= 3:
            raise KeyboardInterrupt

    with dask_executor.Cluster(there.address, NAME) as cluster:
        outcome = run(tmp_path / "part", Scenario(), 30, executor=watched(cluster, interrupt, []))
    assert outcome.interrupted
    assert 0 < outcome.completed < 30
    assert kept(tmp_path / "part").items() <= kept(tmp_path / "whole").items()


def test_nobody_at_the_address_is_said_at_once(monkeypatch):
    monkeypatch.setattr(dask_executor, "REACH", 0.5)
    with pytest.raises(dask_executor.NoCluster, match="no Dask scheduler answers at tcp://127.0.0.1:9 within 0.5 s"):
        dask_executor.Cluster("tcp://127.0.0.1:9", NAME)


def test_a_scheduler_without_workers_is_refused(monkeypatch):
    monkeypatch.setattr(dask_executor, "FIRST_WORKER", 0.5)
    with Loopback() as there, pytest.raises(dask_executor.NoCluster, match="has had no worker for 0.5 s; start workers first"):
        dask_executor.Cluster(there.address, NAME)


def copied(to, edit=False):
    """A copy of what a worker needs, edited or not."""
    for part in ("experiments", "sim", "tests"):
        shutil.copytree(ROOT / part, to / part, ignore=shutil.ignore_patterns("__pycache__", "fonts"))
    if edit:
        with (to / "experiments" / "results" / "journal.py").open("a", encoding="utf-8") as file:
            file.write("\n# another version\n")
    return to


def test_workers_with_other_code_or_none_are_refused_by_name(tmp_path):
    with Loopback() as there:
        there.worker(path=copied(tmp_path / "edited", edit=True))
        with pytest.raises(dask_executor.NoCluster, match=r"worker .* would compute other results: the program \(experiments\)"):
            dask_executor.Cluster(there.address, NAME)
    # Xianjie may be installed for the Python of the tests; a package of that name without it stands before it.
    (tmp_path / "hollow" / "experiments").mkdir(parents=True)
    (tmp_path / "hollow" / "experiments" / "__init__.py").touch()
    with Loopback() as there:
        there.worker(path=tmp_path / "hollow")
        with pytest.raises(dask_executor.NoCluster, match="cannot import Xianjie"):
            dask_executor.Cluster(there.address, NAME)


def test_a_worker_that_joins_with_other_code_halts_the_run_and_harms_nothing(tmp_path):
    scenario = Scenario(seconds=0.05)
    run(tmp_path / "whole", scenario, 40)
    with Loopback(1) as there, dask_executor.Cluster(there.address, NAME) as cluster:
        joined = []

        def join(count):
            if not joined:
                joined.append(there.worker(path=copied(tmp_path / "edited", edit=True)))
                when(lambda: cluster.workers == 2)

        outcome = run(tmp_path / "out", scenario, 40, executor=watched(cluster, join, []))
    assert "not fit for this" in outcome.problem
    assert "the program (experiments) is of another version" in outcome.problem
    assert run(tmp_path / "out", scenario, 40).completed == 40
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_what_differs_is_named():
    here = dask_executor.fingerprint.describe_machine(NAME)
    assert dask_executor.unlike(here, here) == ""
    there = {**here, "versions": {**here["versions"], "numpy": "1.0"}, "arithmetic": "another"}
    reason = dask_executor.unlike(here, there)
    assert f'numpy is "1.0" there, "{here["versions"]["numpy"]}" here' in reason
    assert "last digits" in reason


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(dask_executor.NoCluster, match=r"pip install 'xianjie\[cluster\]'"):
        dask_executor.Cluster("tcp://127.0.0.1:9", NAME)


@pytest.mark.deep
def test_two_real_counties_are_the_same_on_a_cluster(there, tmp_path):
    from experiments.model_api import COUNTY
    from sim.scenario import load_scenario

    scenario = load_scenario(ROOT / "scenarios" / "baseline.yaml")
    runner.run(scenario, tmp_path / "here", runner.RunOptions(4, 3, 1))
    with dask_executor.Cluster(there.address, COUNTY) as cluster:
        runner.run(scenario, tmp_path / "there", runner.RunOptions(4, 3, executor=cluster.executor))
    assert files(tmp_path / "here") == files(tmp_path / "there")
    assert worker_pool.load_model(COUNTY).code() == open_folder(tmp_path / "there").manifest["code"]
