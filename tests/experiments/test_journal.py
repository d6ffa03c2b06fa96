"""Journals that cannot lie: whatever is done to one, what comes out is right, or refused in one sentence."""

import dataclasses
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments import model_api
from experiments.analyses import sweep
from experiments.cli import run_helpers
from experiments.cli.app import app
from experiments.cli.console import Code, choose_exit_code
from experiments.execution import runner, verify, worker_pool
from experiments.execution import shards as parts
from experiments.results import fingerprint, folder_lock, journal
from experiments.results.files import as_json
from experiments.results.folder import open_folder
from sim.core.inputs.errors import InputError, UserError
from tests.experiments import damage, test_nothing_lost
from tests.experiments.synthetic import NAME, Scenario
from tests.experiments.test_runner import files, kept, run

ROOT = Path(__file__).parents[2]
SMALL = Scenario(months=24, indicators=2, banded=0)
COUNT = 8
EACH, EACH_DEEP = 1, 8  # how often each kind of damage is done

pytestmark = pytest.mark.skipif(os.name == "nt", reason="some kinds of damage need links, pipes and signals")


def cut_in(size):
    """How chunks are cut for a test, whatever the machine's pace."""
    return lambda pace, left, workers: min(size, left)


@pytest.fixture(scope="module")
def journals(tmp_path_factory):
    """Sound results, by what tells them apart from ``whole``; ``cut``: the same run in other chunks; two shards of it."""
    folder = tmp_path_factory.mktemp("journals")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker_pool, "chunk_size", cut_in(2))
        run(folder / "whole", SMALL, COUNT)
        run(folder / "longer", SMALL, COUNT + 4)
        run(folder / "scenario", Scenario(months=24, indicators=2, banded=0, shift=0.4), COUNT)
        runner.run(SMALL, folder / "seed", runner.RunOptions(COUNT, 8, 1, model_name=NAME))
        run(folder / "shard-0", SMALL, COUNT, part=range(4))
        run(folder / "shard-1", SMALL, COUNT, part=range(4, COUNT))
        patch.setattr(worker_pool, "chunk_size", cut_in(3))
        run(folder / "cut", SMALL, COUNT)
    return folder


def copy(folder, to):
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(folder, to))


def tree(folder):
    """Everything below a folder: names, and the bytes of regular files."""
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def gone_on_with(folder, journals):
    """Going on with a damaged journal: an equal result, or a refusal in both languages."""
    try:
        outcome = run(folder, SMALL, COUNT)
    except (runner.Refused, journal.Damaged) as reason:
        assert reason.english and reason.chinese
        return "refused"
    assert choose_exit_code(outcome) == Code.DONE
    assert files(folder) == files(journals / "whole")
    assert journal.account(folder / "journal")[1] == []
    return "equal"


def collected(folder, journals, into):
    """Joining a damaged shard with a sound one: an equal result, or a refusal; the shards stay as they are."""
    before = tree(folder)
    try:
        parts.collect([folder, journals / "shard-1"], into)
    except parts.Unjoined as reason:
        assert reason.english and reason.chinese
        assert not into.exists()
        assert not list(into.parent.glob(f".{into.name}*"))
        found = "refused"
    else:
        assert files(into) == files(journals / "whole")
        found = "equal"
    assert tree(folder) == before
    return found


def damaged(name, times, journals, tmp_path):
    """Do a kind of damage ``times`` times, at every door; how often each ended how."""
    found = []
    for number in range(times):
        dice = random.Random(f"{name} {number}")
        folder = copy(journals / "whole", tmp_path / "run")
        damage.KINDS[name](folder, journals, dice)
        verdict = verify.verify(folder, 1, number, 1)
        assert not verdict.wrong
        assert verdict.faults or damage.says_the_same(folder, journals / "whole"), (name, number)
        found.append(gone_on_with(folder, journals))
        shard = copy(journals / "shard-0", tmp_path / "shard")
        damage.KINDS[name](shard, journals, dice)
        found.append(collected(shard, journals, tmp_path / "joined"))
        shutil.rmtree(tmp_path / "joined", ignore_errors=True)
    return found


@pytest.mark.parametrize("name", damage.KINDS)
def test_damage_of_every_kind_is_mended_or_refused(name, journals, tmp_path):
    assert set(damaged(name, EACH, journals, tmp_path)) <= {"equal", "refused"}


@pytest.mark.deep
@pytest.mark.parametrize("name", damage.KINDS)
def test_damage_of_every_kind_again_and_again(name, journals, tmp_path):
    assert set(damaged(name, EACH_DEEP, journals, tmp_path)) <= {"equal", "refused"}


def test_a_replication_stands_in_one_chunk_only(journals, tmp_path):
    folder = copy(journals / "whole", tmp_path / "run")
    damage.overlapping(folder, journals, random.Random(1))
    (wrong,) = journal.account(folder / "journal")[1]
    assert "stands in another chunk too" in wrong.english
    with pytest.raises(journal.Damaged, match="stands in another chunk too"):
        journal.read(folder / "journal")


def test_a_run_that_lacks_replications_is_not_done(journals, tmp_path):
    outcome = run(tmp_path, SMALL, COUNT, executor=None)
    assert choose_exit_code(outcome) == Code.DONE
    fewer = runner.Outcome(tmp_path, COUNT + 2, COUNT, 0, False, 0.0, {})
    assert choose_exit_code(fewer) == Code.INCOMPLETE


def test_a_stopping_rule_gone_on_with_looks_as_it_did(tmp_path):
    """Interrupted after the looks, the journal holds more than the first look is about."""
    first = runner.Sequential(0.06, 400)
    run(tmp_path, replications=100, until=first)
    again = runner.Sequential(0.06, 400)
    outcome = run(tmp_path, replications=100, until=again)
    assert again.looks == first.looks
    assert outcome.manifest["complete"]


@pytest.mark.parametrize(
    "name", ["swapped", "renamed over another", "copied to other numbers", "removed", "header digests changed"]
)
def test_points_of_a_sweep_are_not_taken_for_each_other(name, tmp_path):
    def few(out):
        design = test_nothing_lost.design()
        small = dataclasses.replace(design, settings=design.settings[:3], task={"s": design.settings[:3]})
        return sweep.sweep(small, out, runner.RunOptions(seed=7, workers=1, model_name=NAME))

    few(tmp_path / "whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "run")
    damage.KINDS[name](tmp_path / "run", tmp_path, random.Random(name))
    few(tmp_path / "run")
    assert test_nothing_lost.tables_of(tmp_path / "run") == test_nothing_lost.tables_of(tmp_path / "whole")


def test_going_on_before_the_first_chunk_begins(tmp_path, monkeypatch):
    """A run that died early is begun by --resume; one that never was is not gone on with, nor added to."""
    monkeypatch.setattr(run_helpers.model_api, "COUNTY", NAME)
    wanted = run_helpers.RunRequest(4, 7, 1, resume=True)
    with pytest.raises(InputError, match="no run to go on with"):
        run_helpers.prepare_folder(SMALL, tmp_path / "absent", wanted)
    (tmp_path / "died" / "journal").mkdir(parents=True)
    run_helpers.prepare_folder(SMALL, tmp_path / "died", wanted)
    with pytest.raises(InputError, match="no run to go on with"):
        run_helpers.prepare_folder(SMALL, tmp_path / "died", dataclasses.replace(wanted, resume=False, add=3))


def test_a_replication_that_cannot_be_is_refused():
    done = CliRunner().invoke(app, ["explain", "--household", "1", "--replication", "100000000000000000000"])
    assert done.exit_code == Code.WRONG_INPUT
    assert "--replication" in done.output


HOLDER = """
import sys, time
from pathlib import Path
from experiments.results import folder_lock as locking
with locking.held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder):
    """A process that holds a folder."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout.readline() == "held\n"
    return child


def test_one_process_at_a_time_and_its_death_frees_the_folder(tmp_path):
    child = holder(tmp_path / "journal")
    try:
        with pytest.raises(runner.Busy, match=rf"another process is at work in .*process {child.pid} on"):
            run(tmp_path, SMALL, 2)
        with pytest.raises(folder_lock.Held, match=f"process {child.pid}"):
            folder_lock.check(tmp_path / "journal")
        assert not journal.chunk_files(tmp_path / "journal")
        child.send_signal(signal.SIGKILL)
        child.wait()
        folder_lock.check(tmp_path / "journal")
        assert run(tmp_path, SMALL, 2).completed == 2
        assert run(tmp_path, SMALL, 2).completed == 2
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_whatever_stands_in_the_lock_is_no_lock(tmp_path):
    """Neither an old lock, nor one that names a living process, nor garbage blocks anybody; no file is written through a link."""
    (tmp_path / "journal").mkdir()
    lock = tmp_path / "journal" / folder_lock.FILE
    for text in ("", "not JSON", json.dumps({"process": os.getpid(), "host": "here", "since": "today"})):
        lock.write_text(text, encoding="utf-8")
        folder_lock.check(tmp_path / "journal")
    assert run(tmp_path, SMALL, 2).completed == 2
    lock.unlink()
    mine = tmp_path / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    lock.symlink_to(mine)
    with pytest.raises(OSError, match="symbolic"):
        run(tmp_path, SMALL, 2)
    assert mine.read_text(encoding="utf-8") == "mine"


def test_a_folder_thrown_away_under_a_lock_is_begun_anew(tmp_path, monkeypatch):
    """Between opening the lock and getting it, whoever held it may have removed the folder."""
    real, thrown = folder_lock._lock, []

    def lock(handle):
        if not thrown:
            thrown.append(shutil.rmtree(tmp_path / "journal"))
        real(handle)

    monkeypatch.setattr(folder_lock, "_lock", lock)
    with folder_lock.held(tmp_path / "journal"):
        assert (tmp_path / "journal" / folder_lock.FILE).exists()
        monkeypatch.setattr(folder_lock, "_lock", real)
        with pytest.raises(folder_lock.Held):
            folder_lock.check(tmp_path / "journal")


def test_a_process_killed_from_outside_fails_nothing_for_good(tmp_path, monkeypatch):
    """However often it was killed, going on simulates its replication again; a replication's own error is not tried again."""
    run(tmp_path / "whole", SMALL, 6)
    deadly = Scenario(months=24, indicators=2, banded=0, deadly=(3,), broken=(5,))
    outcome = run(tmp_path / "out", deadly, 6, 2)
    assert (outcome.completed, outcome.failed) == (4, 2)
    handed = []
    real = worker_pool.Worker.__call__
    monkeypatch.setattr(worker_pool.Worker, "__call__", lambda self, task: handed.extend(task.replications) or real(self, task))
    outcome = run(tmp_path / "out", SMALL, 6)
    assert handed == [3]
    assert (outcome.completed, outcome.failed) == (5, 1)
    assert kept(tmp_path / "out") == {n: k for n, k in kept(tmp_path / "whole").items() if n != 5}
    assert [failure["replication"] for failure in open_folder(tmp_path / "out").failures] == [5]


def test_one_death_with_nothing_beside_it_is_forgiven(tmp_path):
    """A worker killed once more while its replication is tried alone costs nothing."""

    class Unlucky:
        """Two at a time; the processes of the first tasks die, and of the first that is tried alone."""

        workers, deaths = 2, 0

        def __init__(self, make):
            self._work, self._tasks = make(), []

        @property
        def pending(self):
            return len(self._tasks)

        def submit(self, task):
            self._tasks.append(task)

        def next_finished(self):
            tasks, self._tasks = self._tasks, []
            if self.deaths < 2:
                type(self).deaths += 1
                return [worker_pool.FinishedTask(task, died=True, alone=len(tasks) == 1) for task in tasks]
            return [worker_pool.FinishedTask(task, self._work(task)) for task in tasks]

        def stop(self):
            return iter(())

        def close(self):
            pass

    run(tmp_path / "whole", SMALL, 6)
    assert run(tmp_path / "out", SMALL, 6, executor=Unlucky).completed == 6
    assert Unlucky.deaths == 2
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_only_models_of_ours_are_imported(journals, tmp_path, monkeypatch):
    """A manifest or a journal that names another module is refused, and the module is not run."""
    (tmp_path / "planted_model.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = copy(journals / "whole", tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(as_json({**manifest, "lives": "planted_model:county"}), encoding="utf-8")
    with pytest.raises(UserError, match="none of ours: 'planted_model:county'"):
        verify.verify(folder, 1, 1, 1)
    shard = copy(journals / "shard-0", tmp_path / "shard")
    belongs = fingerprint.read_fingerprint(shard / "journal")
    fingerprint.write_fingerprint(shard / "journal", {**belongs, "lives": "planted_model:county"})
    with pytest.raises(parts.Unjoined):
        parts.collect([shard, journals / "shard-1"], tmp_path / "joined")
    for name in (None, 3, ["a"], "os:system", "experiments.model_api:Wrong"):
        with pytest.raises(UserError, match="none of ours"):
            model_api.load_model(name, from_file=True)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "{", '{"scenario": 3, "replications": 8}', "[" * 100_000, "\ud800", "NaN"],
    ids=["empty", "object", "list", "null", "torn", "text", "deep", "surrogate", "nan"],
)
def test_a_broken_note_of_a_shard_is_refused(text, journals, tmp_path):
    shard = copy(journals / "shard-0", tmp_path / "shard")
    (shard / parts.FILE).write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(parts.Unjoined, match=r"shard\.json"):
        parts.collect([shard, journals / "shard-1"], tmp_path / "joined")
    assert not (tmp_path / "joined").exists()


def edited(path, **changes):
    """Change fields of a JSON object in a file."""
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(as_json({**record, **changes}), encoding="utf-8")


def test_the_plan_beside_a_shard_is_the_one_that_was_simulated(journals, tmp_path):
    """Another plan is refused although its note is sealed as ours are; so is another number of replications."""
    shard = copy(journals / "shard-0", tmp_path / "shard")
    note = json.loads((shard / parts.FILE).read_text(encoding="utf-8"))
    edited(shard / parts.FILE, replications=4)
    with pytest.raises(parts.Unjoined, match="changed since"):
        parts.collect([shard], tmp_path / "joined")
    digest = fingerprint.digest(fingerprint.read_fingerprint(shard / "journal"))
    parts.write_shard_record(shard, Scenario(**{**note["scenario"], "shift": 9.0}), COUNT, digest)
    with pytest.raises(parts.Unjoined, match=r"the scenario has changed: shift was 0\.0, is 9\.0"):
        parts.collect([shard, journals / "shard-1"], tmp_path / "joined")


def test_what_a_killed_collect_left_is_used_or_cleared(journals, tmp_path, monkeypatch):
    shards = [journals / "shard-0", journals / "shard-1"]

    def killed(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(parts.shutil, "rmtree", lambda *arguments, **options: None)  # a killed process clears nothing away
        patch.setattr(parts.results, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            parts.collect(shards, tmp_path / "joined")
    assert not (tmp_path / "joined").exists()
    assert list(tmp_path.glob(".joined*"))
    parts.collect(shards, tmp_path / "joined")
    assert files(tmp_path / "joined") == files(journals / "whole")
    assert not list(tmp_path.glob(".joined*"))
    (tmp_path / "empty").mkdir()
    parts.collect(shards, tmp_path / "empty")
    assert files(tmp_path / "empty") == files(journals / "whole")


def forge_goals(folder):
    goals = json.loads((folder / "goals.json").read_text(encoding="utf-8"))
    goals["goals"][0]["probability"] = 1.0
    (folder / "goals.json").write_text(as_json(goals), encoding="utf-8")


def forge_table(folder):
    """Every replication meets the first goal; the scoreboard is made to agree."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from experiments.statistics import estimates

    table = pq.read_table(folder / "replications.parquet")
    place = table.schema.get_field_index("goal.G2.met")
    pq.write_table(table.set_column(place, "goal.G2.met", pa.array([True] * len(table))), folder / "replications.parquet")
    goals = json.loads((folder / "goals.json").read_text(encoding="utf-8"))
    chance = estimates.proportion([1.0] * len(table), table["draw"].to_pylist())
    for line in goals["goals"]:
        if line["id"] == "G2":
            line |= {"probability": chance.probability, "low": chance.low, "high": chance.high}
    (folder / "goals.json").write_text(as_json(goals), encoding="utf-8")


def forge_csv(folder):
    text = (folder / "goals.csv").read_text(encoding="utf-8-sig")
    (folder / "goals.csv").write_text(text.replace("0.", "0.9"), encoding="utf-8-sig")


def forge_manifest(folder):
    edited(folder / "manifest.json", parameters={"admission_rate": 0.9})


def add_table(folder):
    (folder / "failures.json").write_text("[]", encoding="utf-8")


def remove_table(folder):
    (folder / "budget.csv").unlink()


def cut_table(folder):
    data = (folder / "months.parquet").read_bytes()
    (folder / "months.parquet").write_bytes(data[:-40])


def sign_again(folder):
    """What a forger does next: every hash of the manifest made to fit."""
    import hashlib

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    present = sorted({*manifest["files"], "failures.json"})
    manifest["files"] = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name in present
        if (folder / name).exists() and (data := (folder / name).read_bytes()) is not None
    }
    (folder / "manifest.json").write_text(as_json(manifest), encoding="utf-8")


@pytest.mark.parametrize("signed", [False, True], ids=["as it is", "hashes made to fit"])
@pytest.mark.parametrize(
    "forge", [forge_goals, forge_table, forge_csv, forge_manifest, add_table, remove_table, cut_table], ids=lambda f: f.__name__
)
def test_verify_believes_no_forged_file(forge, signed, journals, tmp_path):
    folder = copy(journals / "whole", tmp_path / "run")
    assert not verify.verify(folder, 1, 1, 1).faults
    forge(folder)
    if signed:
        sign_again(folder)
    assert verify.verify(folder, 1, 1, 1).faults


def test_without_a_journal_the_sample_still_tells(journals, tmp_path):
    folder = copy(journals / "whole", tmp_path / "run")
    shutil.rmtree(folder / "journal")
    sound = verify.verify(folder, None, 1, 1)
    assert not sound.faults and not sound.wrong and len(sound.notes) == 1
    forge_table(folder)
    sign_again(folder)
    assert verify.verify(folder, COUNT, 1, 1).wrong


def test_an_edited_brief_is_named_and_no_fault(journals, tmp_path):
    import hashlib

    folder = copy(journals / "whole", tmp_path / "run")
    (folder / "brief").mkdir()
    listed = {}
    for name in ("brief/brief-zh.html", "brief/brief-zh.docx"):
        (folder / name).write_text("as written", encoding="utf-8")
        listed[name] = hashlib.sha256(b"as written").hexdigest()
    (folder / verify.LISTED).parent.mkdir(exist_ok=True)
    (folder / verify.LISTED).write_text(as_json({"files": listed}), encoding="utf-8")
    assert verify.verify(folder, 1, 1, 1).edited == ()
    (folder / "brief/brief-zh.html").write_text("in my words", encoding="utf-8")
    found = verify.verify(folder, 1, 1, 1)
    assert found.edited == ("brief/brief-zh.html",)
    assert not found.faults and not found.wrong
