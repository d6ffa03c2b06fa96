"""Killed, out of disk, extended, cut into shards, tampered with: what is done is kept, and equals what would have been."""

import contextlib
import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.analyses import design as sweep_design
from experiments.analyses import sweep
from experiments.execution import runner, verify, worker_pool
from experiments.execution import shards as parts
from experiments.results import fingerprint, journal
from experiments.results.folder import open_folder
from tests.experiments.synthetic import NAME, Scenario, synthetic
from tests.experiments.test_runner import files, run

ROOT = Path(__file__).parents[2]
KILLS_IN_CI, KILLS = 5, 50
SLOW = 0.01  # seconds of a life: long enough to be killed in the middle


def factor(name):
    return sweep_design.Factor(
        name, {"zh": name, "en": name}, "share", "quantile", (), 0.0, 1.0, False, None, "assumption", "assumed", 0.5
    )


def design(seconds=0.0):
    """A sweep of the synthetic county: two scenarios, nine points each, six replications at every point."""
    scenarios = (Scenario(seconds=seconds), Scenario(id="shifted", shift=0.3, seconds=seconds))
    factors = (factor("admission_rate"), factor("wage_growth"))
    settings = tuple({"admission_rate": one, "wage_growth": two} for one in (0.1, 0.5, 0.9) for two in (0.2, 0.5, 0.8))
    title = {"zh": "合成", "en": "Synthetic"}
    return sweep_design.Design(
        Path("s.yaml"), title, "grid", scenarios, factors, settings, 6, False, ("R3", "indicator_0"), {"s": settings}
    )


def swept(out, workers=1, seconds=0.0, **options):
    return sweep.sweep(design(seconds), out, runner.RunOptions(seed=7, workers=workers, model_name=NAME, **options))


def tables_of(folder):
    """The bytes of everything that a sweep writes."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


SCRIPT = """
from pathlib import Path
from tests.experiments.test_nothing_lost import swept
if __name__ == "__main__":
    swept(Path({out!r}), {workers}, {seconds})
"""


def begin(tmp_path, out, workers):
    """Begin the sweep in a process of its own, in a group that can be killed as a whole."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(out=str(out), workers=workers, seconds=SLOW), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script)], cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), start_new_session=True
    )


def kill_again_and_again(tmp_path, kills, seed):
    """Kill the sweep ``kills`` times at random moments, each time going on with what is there; then let it end."""
    dice = random.Random(seed)
    out, hit = tmp_path / "killed", 0
    while hit < kills:
        child = begin(tmp_path, out, 1 + hit % 2)
        deadline = time.monotonic() + dice.uniform(0.3, 3.0)
        while time.monotonic() < deadline and child.poll() is None:
            time.sleep(0.01)
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            hit += 1
        else:  # it was done before it could be killed: begin anew
            assert child.returncode == 0
            for path in sorted(out.rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
    child = begin(tmp_path, out, 2)
    assert child.wait(timeout=120) == 0
    swept(tmp_path / "whole", 1, SLOW)
    assert tables_of(out) == tables_of(tmp_path / "whole")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_five_kills_lose_and_change_nothing(tmp_path):
    kill_again_and_again(tmp_path, KILLS_IN_CI, 1)


@pytest.mark.deep
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_fifty_kills_lose_and_change_nothing(tmp_path):
    kill_again_and_again(tmp_path, KILLS, 2)


RUN = """
import sys, time
from pathlib import Path
from experiments.results import tables
from tests.experiments.synthetic import Scenario
from tests.experiments.test_nothing_lost import RUNS, SLOW
from tests.experiments.test_runner import run
out, real = Path(sys.argv[1]), tables.grouped

def grouped(path, *rest):
    real(path, *rest)
    (out / "writing").touch()
    time.sleep(0.1)  # so that there is a moment in which to be killed

if __name__ == "__main__":
    tables.grouped = grouped
    run(out, Scenario(seconds=SLOW), RUNS, int(sys.argv[2]))
"""
RUNS = 60
HOW = ("group", "parent", "worker", "tables")


def children(process):
    """The worker processes that a process has begun, spawned or forked from the server that it has begun."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    servers = {int(row[0]) for row in rows if int(row[1]) == process and "forkserver" in row[-1]}
    return [
        int(row[0])
        for row in rows
        if (int(row[1]) == process and "spawn_main" in row[-1]) or (int(row[1]) in servers and "forkserver" in row[-1])
    ]


def until(condition, child, seconds=60.0):
    """Wait for something while a process runs; whether it came to be."""
    deadline = time.monotonic() + seconds
    while not condition() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.03)
    return bool(condition()) and child.poll() is None


def kill(how, child, out, dice):
    """Kill in one of the ways; whether anything was hit. After the death of a worker its parent goes on."""
    if how == "tables":
        if not until((out / "writing").exists, child):
            return False
        time.sleep(dice.uniform(0.0, 0.4))
    elif how == "worker":
        if not until(lambda: children(child.pid), child):
            return False
        time.sleep(dice.uniform(0.0, 0.4))
    else:
        until(lambda: False, child, dice.uniform(0.3, 2.0))
    if child.poll() is not None:
        return False
    if how == "worker":
        workers = children(child.pid)
        if not workers:  # nothing was left to simulate
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(dice.choice(workers), signal.SIGKILL)
        return True
    if how == "parent":
        child.kill()
    else:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return True


def killed_in_every_way(tmp_path, kills, seed):
    """Kill a run ``kills`` times, each time going on with what is there, until it is whole; then begin another. Nothing that was
    on disk is lost, nothing comes out otherwise; how often it was killed in each way.
    """
    dice, hits, round_ = random.Random(seed), dict.fromkeys(HOW, 0), 0
    script = tmp_path / "run.py"
    script.write_text(RUN, encoding="utf-8")
    run(tmp_path / "whole", Scenario(seconds=SLOW), RUNS)
    while sum(hits.values()) < kills:
        out, have, round_ = tmp_path / f"killed-{round_}", set(), round_ + 1
        out.mkdir()
        while True:
            how = min(HOW, key=lambda each: (hits[each], dice.random())) if sum(hits.values()) < kills else ""
            (out / "writing").unlink(missing_ok=True)
            child = subprocess.Popen(
                [sys.executable, str(script), str(out), str(2 if how == "worker" else 1 + round_ % 2)],
                cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), start_new_session=True,
            )  # fmt: skip
            try:
                hits[how] = hits.get(how, 0) + kill(how, child, out, dice) if how else 0
                ended = child.poll() is not None or how in ("", "worker")
                if ended:
                    child.wait(timeout=120)
            finally:
                child.kill()
                child.wait()
            now = journal.stored_replications(out / "journal").get(worker_pool.CHUNKS, set())
            assert have <= now, "what was on disk is lost"
            have = now
            if child.returncode == 0:
                break
            assert child.returncode == -signal.SIGKILL
        (out / "writing").unlink(missing_ok=True)
        assert files(out) == files(tmp_path / "whole")
        assert not list(out.rglob("*.partial"))
    return hits


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_run_killed_in_every_way_loses_and_changes_nothing(tmp_path):
    hits = killed_in_every_way(tmp_path, 4, 1)
    assert all(hits[how] for how in HOW)


@pytest.mark.deep
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_hundred_kills_lose_and_change_nothing(tmp_path):
    hits = killed_in_every_way(tmp_path, 100, 2)
    assert min(hits[how] for how in HOW) >= 20


def test_a_sweep_is_the_same_for_any_number_of_workers(tmp_path):
    swept(tmp_path / "one", 1)
    swept(tmp_path / "two", 2)
    assert tables_of(tmp_path / "one") == tables_of(tmp_path / "two")


def test_a_full_disk_ends_the_run_and_resuming_loses_nothing(tmp_path, monkeypatch):
    whole = tmp_path / "whole"
    run(whole)
    written = []
    real = journal.store

    def full(path, *rest):
        if len(written) == 2:
            path.with_name(f".{path.name}.1.partial").write_bytes(b"half of it")
            raise OSError(28, "No space left on device")
        written.append(path)
        real(path, *rest)

    monkeypatch.setattr(journal, "store", full)
    outcome = run(tmp_path / "full")
    assert "No space left" in outcome.problem
    assert outcome.completed == 2
    assert not (tmp_path / "full" / "manifest.json").exists()
    monkeypatch.setattr(journal, "store", real)
    assert run(tmp_path / "full").completed == 11
    assert files(tmp_path / "full") == files(whole)
    assert not list((tmp_path / "full").rglob("*.partial"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limits on files")
def test_a_real_limit_on_files_is_a_disk_problem(tmp_path):
    """The system itself refuses to write: the sweep ends with what it has."""
    script = f"""
import resource, signal
from pathlib import Path
from experiments.execution.worker_pool import DiskProblem
from tests.experiments.test_nothing_lost import swept
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
try:
    swept(Path({str(tmp_path / "out")!r}))
except DiskProblem as problem:
    print("disk:", problem)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "disk:" in done.stdout, done.stderr
    swept(tmp_path / "out")
    swept(tmp_path / "whole")
    assert tables_of(tmp_path / "out") == tables_of(tmp_path / "whole")


def test_a_torn_chunk_is_lived_again(tmp_path):
    run(tmp_path / "whole")
    run(tmp_path / "torn")
    torn = sorted((tmp_path / "torn" / "journal").glob("*.npz"))[1]
    torn.write_bytes(torn.read_bytes()[:-100])
    run(tmp_path / "torn")
    assert files(tmp_path / "torn") == files(tmp_path / "whole")


def test_replications_are_added_as_if_they_had_been_asked_for_at_once(tmp_path):
    run(tmp_path / "grown", replications=7)
    run(tmp_path / "grown", replications=20, workers=2)
    run(tmp_path / "whole", replications=20)
    assert files(tmp_path / "grown") == files(tmp_path / "whole")


def test_shards_joined_are_one_run(tmp_path):
    scenario = Scenario(broken=(4,))
    run(tmp_path / "whole", scenario, 20)
    shards = [tmp_path / f"shard-{number}" for number in range(3)]
    for folder, part in zip(shards, (range(6), range(6, 14), range(14, 20))):
        outcome = run(folder, scenario, 20, part=part)
        assert outcome.completed + outcome.failed == len(part)
        assert not (folder / "manifest.json").exists()
    parts.collect(shards, tmp_path / "joined")
    assert files(tmp_path / "joined") == files(tmp_path / "whole")


def test_shards_that_make_no_whole_are_refused(tmp_path):
    for number, part in enumerate((range(6), range(4, 12))):
        run(tmp_path / str(number), replications=20, part=part)
    with pytest.raises(parts.Unjoined, match="replication 4 is in"):
        parts.collect([tmp_path / "0", tmp_path / "1"], tmp_path / "a")
    with pytest.raises(parts.Unjoined, match="14 of 20 replications are in no part, the first of them 6"):
        parts.collect([tmp_path / "0"], tmp_path / "b")
    run(tmp_path / "2", Scenario(shift=0.5), 20, part=range(12, 20))
    with pytest.raises(parts.Unjoined, match="not parts of one run: the scenario has changed: shift was 0.0, is 0.5"):
        parts.collect([tmp_path / "0", tmp_path / "2"], tmp_path / "c")
    with pytest.raises(parts.Unjoined, match="is no shard"):
        parts.collect([tmp_path], tmp_path / "d")
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "c").exists()


def test_a_sweep_in_shards_fills_one_journal(tmp_path):
    """Shards of a sweep on a shared disk write into the folder that the last of them, asked for the whole, sums up."""
    swept(tmp_path / "whole")
    total = 2 * 9 * 6
    for part in (range(50), range(50, 80)):
        assert swept(tmp_path / "parts", part=part) is None
    swept(tmp_path / "parts")
    assert sum(len(numbers) for numbers in journal.stored_replications(tmp_path / "parts" / "journal").values()) == total
    assert tables_of(tmp_path / "parts") == tables_of(tmp_path / "whole")


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("scenario", "the scenario has changed: shift was 0.0, is 1.0"),
        ("seed", r"the seed differs \(7, now 8\)"),
        ("code", "the program's rules or parameters have changed"),
        ("dependency", 'a dependency has another version: numpy "0.1", now'),
    ],
)
def test_what_has_changed_is_noticed_and_refused(tmp_path, monkeypatch, what, reason):
    run(tmp_path, replications=5)
    before = files(tmp_path)
    scenario, seed = Scenario(), 7
    if what == "scenario":
        scenario = dataclasses.replace(scenario, shift=1.0)
    elif what == "seed":
        seed = 8
    elif what == "code":
        monkeypatch.setattr(type(synthetic), "code", lambda self: "edited")
    else:
        place = tmp_path / "journal" / fingerprint.FILE
        noted = json.loads(place.read_text(encoding="utf-8"))
        noted["versions"]["numpy"] = "0.1"
        place.write_text(json.dumps(noted), encoding="utf-8")
    with pytest.raises(runner.Refused, match=reason):
        runner.run(scenario, tmp_path, runner.RunOptions(9, seed, 1, model_name=NAME))
    assert files(tmp_path) == before


def test_a_journal_that_belongs_to_nobody_is_refused(tmp_path):
    run(tmp_path, replications=3)
    (tmp_path / "journal" / fingerprint.FILE).unlink()
    with pytest.raises(runner.Refused, match="does not say what it belongs to"):
        run(tmp_path, replications=5)


def test_verify_finds_what_was_tampered_with(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    run(tmp_path, replications=12)
    found = verify.verify(tmp_path, 12, 1, 1)
    assert (found.checked, found.wrong, found.recorded) == (tuple(range(12)), (), 12)
    assert len(verify.verify(tmp_path, None, 1, 1).checked) == verify.LEAST
    table = pq.read_table(tmp_path / "replications.parquet")
    kept = table["kept"].to_pylist()
    kept[5] = kept[6]
    edited = table.set_column(table.schema.get_field_index("kept"), "kept", pa.array(kept))
    pq.write_table(edited, tmp_path / "replications.parquet")
    assert verify.verify(tmp_path, 12, 1, 1).wrong == (5,)


def test_a_stopping_rule_goes_on_until_it_is_precise_and_writes_down_every_look(tmp_path):
    until = runner.Sequential(0.05, 2000)
    outcome = run(tmp_path / "rule", replications=100, until=until)
    looks = outcome.manifest["stopping"]["looks"]
    assert [look["reached"] for look in looks] == [False] * (len(looks) - 1) + [True]
    assert len(looks) <= 5
    for goal in open_folder(tmp_path / "rule").goals:
        if goal["headline"] and "members" not in goal:
            assert (goal["high"] - goal["low"]) / 2 <= 0.05
    assert outcome.completed == looks[-1]["runs"] > 100
    run(tmp_path / "same", replications=outcome.completed)
    same, rule = files(tmp_path / "same"), files(tmp_path / "rule")
    assert {name: data for name, data in same.items() if name != "manifest.json"} == {
        name: data for name, data in rule.items() if name != "manifest.json"
    }


def test_a_stopping_rule_stops_at_the_most(tmp_path):
    outcome = run(tmp_path, replications=100, until=runner.Sequential(0.01, 150))
    assert outcome.completed == 150
    assert not outcome.manifest["stopping"]["looks"][-1]["reached"]
