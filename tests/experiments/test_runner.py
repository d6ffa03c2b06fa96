"""Any number of workers, failures, deaths and Ctrl-C: what is done is kept, and equals what would have
been.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments import model_api
from experiments.analyses import comparison
from experiments.execution import runner, verify, worker_pool
from experiments.execution.local_executor import InProcess, Processes
from experiments.results.folder import open_folder
from tests.experiments.synthetic import NAME, Scenario

ROOT = Path(__file__).parents[2]


def run(out, scenario=Scenario(), replications=11, workers=1, **options):  # noqa: B008
    return runner.run(scenario, out, runner.RunOptions(replications, 7, workers, model_name=NAME, **options))


def files(folder):
    """The bytes of every file; of the manifest all but what tells how the run went."""
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    manifest = json.loads(found.pop("manifest.json"))
    manifest.pop("run")
    return found | {"manifest.json": json.dumps(manifest)}


def kept(folder):
    """Replication and digest of every life of a result."""
    table = open_folder(folder).table("replications", ["replication", "kept"])
    return dict(zip(table["replication"].tolist(), table["kept"].tolist(), strict=True))


def test_the_same_bytes_for_one_worker_and_for_two(tmp_path):
    scenario = Scenario(broken=(4,))
    outcomes = [run(tmp_path / str(workers), scenario, 13, workers) for workers in (1, 2)]
    assert [(o.completed, o.failed, o.interrupted) for o in outcomes] == [(12, 1, False)] * 2
    assert files(tmp_path / "1") == files(tmp_path / "2")


def test_a_failing_replication_is_kept_with_its_seed_and_loses_nothing_else(tmp_path):
    run(tmp_path / "whole")
    outcome = run(tmp_path / "broken", Scenario(broken=(4, 9)))
    assert (outcome.completed, outcome.failed) == (9, 2)
    first, second = open_folder(tmp_path / "broken").failures
    assert (first["replication"], first["draw"], first["seed"]) == (4, 2, 7)
    assert first["error"] == "ValueError: month 2023-07: fund 'county_floor' is short in 4"
    assert "Traceback" in second["traceback"]
    expected = {number: digest for number, digest in kept(tmp_path / "whole").items() if number not in (4, 9)}
    assert kept(tmp_path / "broken") == expected


def test_a_replication_that_kills_its_process_is_found_and_the_others_live(tmp_path):
    run(tmp_path / "whole", replications=9)
    outcome = run(tmp_path / "deadly", Scenario(deadly=(5,)), 9, 2)
    assert (outcome.completed, outcome.failed) == (8, 1)
    (failure,) = open_folder(tmp_path / "deadly").failures
    assert failure["replication"] == 5
    assert "died" in failure["error"]
    expected = {number: digest for number, digest in kept(tmp_path / "whole").items() if number != 5}
    assert kept(tmp_path / "deadly") == expected


def test_a_hopeless_run_stops_early(tmp_path):
    said = []
    outcome = run(tmp_path, Scenario(broken=tuple(range(500))), 500, on_status=lambda what, **facts: said.append(what))
    assert outcome.completed == 0
    assert runner.HOPELESS <= outcome.failed < 100
    assert not outcome.manifest["complete"]
    assert "tell_all_failed" in said
    assert not (tmp_path / "goals.json").exists()


class Interrupted(InProcess):
    """Ctrl-C after three chunks."""

    def next_finished(self):
        self.chunks = getattr(self, "chunks", 0) + 1
        if self.chunks > 3:
            raise KeyboardInterrupt
        return super().next_finished()


def test_an_interrupted_run_keeps_what_is_done_and_says_that_it_is_incomplete(tmp_path):
    run(tmp_path / "whole")
    outcome = run(tmp_path / "part", Scenario(), executor=Interrupted)
    assert outcome.interrupted
    assert 0 < outcome.completed < 11
    part = open_folder(tmp_path / "part")
    assert not part.manifest["complete"]
    assert part.goals[0]["runs"] == outcome.completed
    assert list((tmp_path / "part" / "journal").glob("chunk-*.npz"))
    assert kept(tmp_path / "part").items() <= kept(tmp_path / "whole").items()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to send Ctrl-C to")
def test_ctrl_c_on_a_terminal_ends_workers_and_all(tmp_path):
    """The terminal sends SIGINT to the whole group: the parent answers, the workers finish their chunk."""
    started = tmp_path / "started"
    script = f"""
from pathlib import Path
from experiments.execution import worker_pool as pool, runner
from tests.experiments.synthetic import NAME, Scenario
if __name__ == "__main__":
    scenario = Scenario(seconds=0.05, started=Path({str(started)!r}))
    outcome = runner.run(scenario, Path({str(tmp_path / "out")!r}), runner.RunOptions(10_000, 7, 2, model_name=NAME))
    raise SystemExit(130 if outcome.interrupted else 0)
"""
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    child = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py")],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    journal = tmp_path / "out" / "journal"
    while time.monotonic() < deadline and not list(journal.glob("chunk-*.npz")):
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130, errors
    assert "Traceback" not in errors
    result = open_folder(tmp_path / "out")
    assert not result.manifest["complete"]
    assert result.manifest["run"]["interrupted"]
    assert 0 < result.manifest["replications"]["completed"] < 10_000


def test_two_lives_share_a_draw_unless_only_luck_varies(tmp_path):
    run(tmp_path / "pairs", replications=4)
    run(tmp_path / "luck", replications=4, only_luck=True)
    pairs, singles = (open_folder(tmp_path / name).table("replications") for name in ("pairs", "luck"))
    assert pairs["draw"].tolist() == [0, 0, 1, 1]
    quantile = pairs["quantile.admission_rate"].tolist()
    assert quantile[0] == quantile[1] != quantile[2] == quantile[3]
    assert pairs["digest"].nunique() == 4
    assert singles["draw"].tolist() == [0, 1, 2, 3]
    assert not [column for column in singles if column.startswith("quantile.")]


def failing():
    raise RuntimeError("no such file: county.yaml")


def test_workers_that_cannot_start_say_why():
    pool = Processes(failing, 1)
    try:
        pool.submit((0,))
        with pytest.raises(RuntimeError, match="could not start") as caught:
            pool.next_finished()
        assert "county.yaml" in str(caught.value.__cause__)
    finally:
        pool.close()


def test_chunks_last_about_two_seconds_and_shrink_towards_the_end():
    assert worker_pool.chunk_size(0.0, 1000, 2) == 1  # pace unknown
    assert worker_pool.chunk_size(0.05, 1000, 2) == 40
    assert worker_pool.chunk_size(0.001, 10_000, 2) == worker_pool.LARGEST_CHUNK
    assert worker_pool.chunk_size(5.0, 1000, 2) == 1
    assert worker_pool.chunk_size(0.05, 12, 2) == 3
    assert worker_pool.chunk_size(0.05, 1, 2) == 1


def test_a_run_has_at_least_one_replication(tmp_path):
    with pytest.raises(ValueError, match="at least one"):
        run(tmp_path, replications=0)


def doubling():
    return lambda number: 2 * number


def test_a_pool_that_broke_between_two_looks_loses_nothing_and_blames_nobody():
    pool = Processes(doubling, 1)
    try:
        pool.submit(1)
        assert [each.result for each in pool.next_finished()] == [2]
        for process in pool._pool._processes.values():
            process.kill()
        deadline = time.monotonic() + 60
        while not pool._pool._broken:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        pool.submit(5)
        (lost,) = pool.next_finished()
        assert (lost.task, lost.died, lost.alone) == (5, True, False)
        pool.submit(5)
        assert [each.result for each in pool.next_finished()] == [10]
    finally:
        pool.close()


def test_single_draws_share_the_first_hundred_and_then_take_one_draw_each(tmp_path, monkeypatch):
    """Same bytes for any number of workers; the pairs that stay are those of an ordinary run; the two kinds are never mixed."""
    monkeypatch.setattr(model_api, "PAIRED", 6)
    run(tmp_path / "pairs", replications=12)
    run(tmp_path / "one", replications=8, single_draws=True)
    run(tmp_path / "one", replications=12, single_draws=True)  # goes on
    run(tmp_path / "whole", replications=12, single_draws=True)
    assert files(tmp_path / "one") == files(tmp_path / "whole")
    draws = (
        open_folder(tmp_path / "one").table("replications", ["replication", "draw"]).sort_values("replication")["draw"].tolist()
    )
    assert draws == [0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8]
    pairs, single = kept(tmp_path / "pairs"), kept(tmp_path / "one")
    assert [number for number in range(12) if pairs[number] == single[number]] == [0, 1, 2, 3, 4, 5, 6]
    assert "single_draws" not in open_folder(tmp_path / "pairs").manifest
    assert open_folder(tmp_path / "one").manifest["single_draws"] is True
    for folder, other in (("pairs", True), ("one", False)):
        with pytest.raises(runner.Refused, match="--single-draws differs"):
            run(tmp_path / folder, replications=12, single_draws=other)
    with pytest.raises(comparison.Unpaired, match="single_draws"):
        comparison.check([open_folder(tmp_path / name) for name in ("pairs", "one")])
    goal = json.loads((tmp_path / "one" / "goals.json").read_text())["goals"][0]
    assert 0.0 <= goal["luck"] <= 1.0  # three pairs still tell chance from ignorance


def test_single_draws_are_the_same_bytes_for_one_worker_and_for_two(tmp_path):
    for workers in (1, 2):
        run(tmp_path / str(workers), replications=130, workers=workers, single_draws=True)
    assert files(tmp_path / "1") == files(tmp_path / "2")
    table = open_folder(tmp_path / "1").table("replications", ["draw"])
    assert table["draw"].nunique() == 50 + 30


def test_a_result_of_single_draws_is_verified(tmp_path):
    run(tmp_path / "out", replications=104, single_draws=True)
    assert verify.verify(tmp_path / "out", 4, 1, 1).faults == ()
