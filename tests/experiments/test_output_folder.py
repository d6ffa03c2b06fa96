"""What lies in a result folder is ours, as we wrote it, or is left alone; an old result stands until the new one is whole."""

import contextlib
import hashlib
import importlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from experiments import model_api
from experiments.cli import console, run_helpers
from experiments.execution import reuse
from experiments.execution.local_executor import InProcess
from experiments.execution.runner import RunOptions
from experiments.results import folder as results
from experiments.results import folder_lock, output_folder
from sim.core.inputs.errors import InputError
from tests.experiments.synthetic import NAME, Scenario
from tests.experiments.test_nothing_lost import design
from tests.experiments.test_runner import files

ROOT = Path(__file__).parents[2]
QUIET = console.progress_console(quiet=True)
RUNS = 4


@pytest.fixture(autouse=True)
def synthetic(monkeypatch, tmp_path):
    """Commands live the synthetic county, and write below a folder of the test's."""
    monkeypatch.setattr(model_api, "COUNTY", NAME)
    monkeypatch.chdir(tmp_path)


def wanted(**options):
    return run_helpers.RunRequest(**{"replications": RUNS, "seed": 7, "workers": 1, **options})


def live(out, scenario=Scenario(), **options):  # noqa: B008
    return run_helpers.run_scenario(scenario, out, wanted(**options), QUIET)


def tree(folder, without=(output_folder.STORE,)):
    """The hash of every file below a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != folder_lock.FILE and not set(without) & set(path.relative_to(folder).parts)
    }


def put(folder, names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"mine: {name}", encoding="utf-8")


MINE = ("figures/mine.png", "journal/notes.md", "brief/speech.docx", "goals-of-ours.csv", "story.json", "without_policy/a.txt")


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize(
    "names",
    [("goals.csv",), ("figures/a.png",), ("journal/a.npz",), ("brief/a.docx",), ("manifest.json",), ("a/b/c.txt",), MINE],
)
def test_a_folder_of_somebody_elses_is_refused_and_not_touched(tmp_path, names, fresh):
    out = tmp_path / "out"
    put(out, names)
    before = tree(out, ())
    with pytest.raises(InputError, match="will not be touched: it holds"):
        live(out, fresh=fresh)
    with pytest.raises(InputError, match="will not be touched: it holds"):
        reuse.make_way(out, "sweep", reuse.inputs_of({}, 7, False, None), fresh)
    assert tree(out, ()) == before


def test_a_run_that_died_before_its_first_chunk_is_begun_and_nothing_is_not_gone_on_with(tmp_path):
    with pytest.raises(InputError, match="no run to go on with"):
        live(tmp_path / "none", resume=True)
    assert not (tmp_path / "none").exists()
    output_folder.claim(tmp_path / "out", "run", run_helpers.canonical_inputs(Scenario(), wanted()))
    assert live(tmp_path / "out", resume=True).completed == RUNS


def test_an_empty_folder_and_what_a_file_browser_leaves_are_no_hindrance(tmp_path):
    put(tmp_path / "out", (".DS_Store",))
    (tmp_path / "out" / "figures").mkdir()
    assert live(tmp_path / "out").completed == RUNS


def test_a_place_where_no_folder_can_be_is_refused_before_anything_is_lived(tmp_path):
    file, link, fifo = tmp_path / "file", tmp_path / "link", tmp_path / "fifo"
    file.write_text("mine", encoding="utf-8")
    link.symlink_to(tmp_path / "nowhere")
    places = [file, link, file / "inside", tmp_path / ("长" * 200), Path("a\0b"), Path("a\ud800b")]
    if hasattr(os, "mkfifo"):
        os.mkfifo(fifo)
        places += [fifo, Path("/dev/null"), Path("/dev/null/x")]
    if sys.platform == "linux":
        places += [Path("/proc/x"), Path("/proc/self/x")]
    started = tmp_path / "started"
    for place in places:
        with pytest.raises(InputError, match="--out"):
            live(place, Scenario(started=started))
    assert not started.exists()
    assert file.read_text(encoding="utf-8") == "mine"
    assert {path.name for path in tmp_path.iterdir()} <= {file.name, link.name, fifo.name}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="cannot be written to"):
            live(tmp_path / "out")
    finally:
        tmp_path.chmod(0o700)


class Killed(BaseException):
    """The process ends."""


class AfterTwo(InProcess):
    """Killed after two chunks."""

    def next_finished(self):
        self.chunks = getattr(self, "chunks", 0) + 1
        if self.chunks > 2:
            raise Killed
        return super().next_finished()


@pytest.fixture
def finished(tmp_path):
    """A finished result with figures and a brief of ours, and files of the user's everywhere."""
    out = tmp_path / "out"
    live(out)
    with output_folder.building(out) as new:
        put(new, ("figures/goals-zh.png", "brief/brief-zh.docx", "brief/brief-zh.html"))
    put(out, MINE)
    return out


def test_a_finished_result_stands_until_the_new_one_is_whole(finished):
    before = tree(finished)
    for _attempt in range(2):
        with pytest.raises(Killed):
            live(finished, executor=AfterTwo, fresh=True)
        assert tree(finished) == before
    with pytest.raises(InputError, match="unfinished run of 2 replications"):
        live(finished)
    outcome = live(finished, resume=True)
    assert (outcome.out, outcome.completed) == (finished, RUNS)
    now = tree(finished)
    manifest = {"manifest.json"}
    assert {name: sha for name, sha in now.items() if name not in manifest and "npz" not in name} == {
        name: sha for name, sha in before.items() if name not in manifest and "npz" not in name
    }
    assert now["manifest.json"] != before["manifest.json"]  # when it was run
    assert not output_folder.next_to(finished).exists()


def test_what_was_edited_is_carried_over_and_what_is_out_of_date_goes(finished, tmp_path):
    for name in ("goals.csv", "brief/brief-zh.docx"):
        (finished / name).write_text("edited", encoding="utf-8")
    assert sorted(output_folder.edited(finished)) == ["brief/brief-zh.docx", "goals.csv"]
    mine = {name: sha for name, sha in tree(finished).items() if name in MINE}
    live(finished, replications=RUNS + 2)
    live(tmp_path / "other", replications=RUNS + 2)
    now = tree(finished)
    assert mine.items() <= now.items()
    assert (finished / "brief" / "brief-zh.docx").read_text(encoding="utf-8") == "edited"
    assert (finished / "goals-2.csv").read_text(encoding="utf-8") == "edited"
    assert "figures/goals-zh.png" not in now and "brief/brief-zh.html" not in now  # of the result that was
    ours = {name: data for name, data in files(finished).items() if name not in (*MINE, "goals-2.csv")}
    assert ours == files(tmp_path / "other")
    assert {path.name for path in (finished / "journal").glob("*.npz")} >= {"chunk-0000000-0000000.npz"}
    assert results.open_folder(finished).manifest["replications"]["completed"] == RUNS + 2


def test_a_document_that_was_edited_keeps_its_name_and_the_new_one_stands_beside_it(finished):
    place = finished / "brief" / "brief-zh.docx"
    assert output_folder.free(finished, place) == place
    place.write_text("edited", encoding="utf-8")
    assert output_folder.free(finished, place).name == "brief-zh-2.docx"
    with output_folder.building(finished) as new:
        put(new, ("brief/brief-zh-2.docx",))
    assert output_folder.free(finished, place).name == "brief-zh-2.docx"  # ours, and may be written anew
    assert output_folder.free(finished, finished / "brief" / "speech.docx").name == "speech-2.docx"


def test_another_plan_seed_or_version_is_refused_with_the_difference(finished, monkeypatch):
    before = tree(finished)
    for scenario, seed, reason in (
        (Scenario(shift=0.5), 7, "the scenario has changed: shift was 0.0, is 0.5"),
        (Scenario(), 8, r"the seed differs \(7, now 8\)"),
        (Scenario(id="other"), 7, "it holds a result of the scenario 'synthetic', not 'other'"),
    ):
        for options in ({}, {"resume": True}, {"again": True}, {"add": 2}):
            with pytest.raises(InputError, match=reason):
                live(finished, scenario, seed=seed, **options)
    with pytest.raises(InputError, match="of the scenario 'synthetic', not 'other'"):
        live(finished, Scenario(id="other"), fresh=True)
    with monkeypatch.context() as patch:
        patch.setattr("tests.experiments.synthetic.Synthetic.code", lambda self: "edited")
        with pytest.raises(InputError, match="rules or parameters have changed"):
            live(finished)
    assert tree(finished) == before
    live(finished, Scenario(shift=0.5), fresh=True)
    assert results.open_folder(finished).manifest["scenario"]["shift"] == 0.5
    assert set(MINE) <= set(tree(finished))


def test_a_result_whose_journal_was_taken_away_still_says_what_it_is(finished):
    for path in (finished / "journal").glob("*.npz"):
        path.unlink()
    (finished / "journal" / "belongs.json").unlink()
    (finished / output_folder.STORE / output_folder.LIST).unlink()
    with pytest.raises(InputError, match="the seed differs"):
        live(finished, seed=8)


def test_default_names_are_plain_until_another_plan_has_them(tmp_path):
    plain = Path("outputs/synthetic-7-x4")
    one, other = Scenario(), Scenario(shift=0.5)
    assert run_helpers.default_folder(one, wanted()) == plain
    live(plain)
    assert run_helpers.default_folder(one, wanted()) == plain
    beside = run_helpers.default_folder(other, wanted())
    assert beside != plain and beside.name.startswith("synthetic-7-x4-")
    assert (
        run_helpers.default_folder(other, wanted(resume=True)) == plain
    )  # there is nothing else to go on with: refused with the difference
    live(beside, other)
    assert run_helpers.default_folder(other, wanted(resume=True)) == run_helpers.default_folder(other, wanted()) == beside
    assert run_helpers.default_folder(one, wanted(only_luck=True)) == Path("outputs/synthetic-7-x4-only-luck")
    long = run_helpers.default_folder(Scenario(id="长" * 100), wanted())
    assert len(long.name.encode()) < 250 and long != run_helpers.default_folder(Scenario(id="长" * 100 + "短"), wanted())


def test_a_full_disk_while_tables_are_written_ends_in_five_and_loses_nothing(finished, monkeypatch, tmp_path):
    before = tree(finished)

    def full(*anything):
        raise OSError(28, "No space left on device")

    for out, options in ((finished, {"fresh": True}), (tmp_path / "new", {})):
        with monkeypatch.context() as patch:
            patch.setattr("experiments.results.folder.write_csv", full)
            with pytest.raises(typer.Exit) as end:
                live(out, **options)
        assert end.value.exit_code == console.Code.INCOMPLETE
    assert tree(finished) == before
    for out in (finished, tmp_path / "new"):
        assert live(out, resume=True).completed == RUNS
        assert not [path for path in out.rglob("*") if path.name.startswith("new-")]


def test_a_folder_that_vanishes_under_way_ends_in_five(tmp_path):
    class Vanishing(InProcess):
        def next_finished(self):
            shutil.rmtree(tmp_path / "out", ignore_errors=True)
            return super().next_finished()

    with pytest.raises(typer.Exit) as end:
        live(tmp_path / "out", executor=Vanishing)
    assert end.value.exit_code == console.Code.INCOMPLETE


def test_what_the_system_refuses_to_write_is_one_sentence_and_exit_code_five(capsys):
    with pytest.raises(typer.Exit) as end, console.exit_codes():
        raise OSError(28, "No space left on device", "goals.csv")
    assert end.value.exit_code == console.Code.INCOMPLETE
    said = capsys.readouterr().err
    assert "goals.csv" in said and "\n    " in said


def test_a_panel_replaces_a_panel_of_the_same_plan_and_nothing_else(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    about = {"scenario": "a", "seed": "1", "only_luck": "False", "files": "a.yaml", "asked": "x"}
    path = tmp_path / "panel.parquet"
    command = importlib.import_module("experiments.cli.run.panel")
    command._check_path(path, about)
    pq.write_table(pa.table({"year": [1]}).replace_schema_metadata(about), path)
    command._check_path(path, about | {"files": "b.yaml"})
    with pytest.raises(InputError, match="another plan .it differs in seed, asked"):
        command._check_path(path, about | {"seed": "2", "asked": "y"})
    pq.write_table(pa.table({"year": [1]}), path)
    before = path.read_bytes()
    for name in (path, tmp_path / "no.parquet"):
        (tmp_path / "no.parquet").write_text("mine", encoding="utf-8")
        with pytest.raises(InputError, match="no panel of this program"):
            command._check_path(name, about)
    assert path.read_bytes() == before
    with pytest.raises(InputError, match="--out"):
        command._check_path(tmp_path / ("长" * 100 + ".parquet"), about)


def test_a_list_that_names_files_outside_reaches_nothing(finished, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    place = finished / output_folder.STORE / output_folder.LIST
    record = json.loads(place.read_text(encoding="utf-8"))
    sha = hashlib.sha256(victim.read_bytes()).hexdigest()
    record["files"] |= {"../victim": sha, str(victim): sha, "": sha}
    place.write_text(json.dumps(record), encoding="utf-8")
    output_folder.clear(finished)
    assert victim.exists()
    assert set(tree(finished)) == set(MINE)


def swept(out, fresh=False, executor=None):
    from experiments.analyses import sweep

    asked = design()
    now = reuse.inputs_of({each.id: each for each in asked.scenarios}, 7, False, asked.task)
    work = reuse.make_way(out, "sweep", now, fresh)
    with run_helpers.guard_study(out, "en"):
        sweep.sweep(asked, work, RunOptions(seed=7, workers=1, model_name=NAME, executor=executor))
    reuse.end(out, work)


def test_a_study_made_anew_takes_the_place_of_the_old_one_when_it_is_whole(tmp_path):
    out = tmp_path / "out"
    swept(out)
    put(out, MINE)
    (out / "points.csv").write_text("edited", encoding="utf-8")
    before = tree(out)
    with pytest.raises(Killed):
        swept(out, True, AfterTwo)
    assert tree(out) == before
    swept(out)  # asked again, it goes on
    now = tree(out)
    assert now.pop("points-2.csv") == before["points.csv"]
    same = set(before) - {"points.csv"}
    assert {name: now[name] for name in same if "npz" not in name} == {name: before[name] for name in same if "npz" not in name}
    with pytest.raises(InputError, match="it holds what 'xianjie sweep' wrote"):
        live(out)
    with pytest.raises(InputError, match="what is asked has changed"):
        reuse.make_way(out, "sweep", output_folder.recorded_inputs(out) | {"task": {"other": 1}}, False)


STEPS = """
import hashlib, os, shutil, sys, warnings
from pathlib import Path
from experiments.results import output_folder
warnings.simplefilter("ignore")
root = Path(sys.argv[1])

def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*"))
            if p.is_file() and output_folder.STORE not in p.parts}

def put(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

old = {"manifest.json": "{\\"program\\": {\\"name\\": \\"xianjie\\"}, \\"hash\\": \\"1\\"}", "a.csv": "a", "gone.csv": "g",
       "figures/f.png": "f", "brief/b.docx": "b"}
new = {"manifest.json": "{\\"program\\": {\\"name\\": \\"xianjie\\"}, \\"hash\\": \\"2\\"}", "a.csv": "a2", "figures/g.png": "g2",
       "journal/belongs.json": "{}", "journal/chunk-0000000-0000001.npz": "n"}
mine = {"figures/mine.png": "m", "notes.txt": "m"}
edited = {"brief/b.docx": "edited", "a.csv": "edited"}

def begin(out):
    output_folder.claim(out, "run")
    with output_folder.building(out) as folder:
        put(folder, old)
    put(out, mine | edited)
    output_folder.claim(output_folder.next_to(out), "run")
    put(output_folder.next_to(out), new)

def deadly(step):
    left = [step]
    def patch(owner, name):
        real = getattr(owner, name)
        def call(*arguments, **options):
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            result = real(*arguments, **options)
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            return result
        setattr(owner, name, call)
    for owner, name in ((Path, "replace"), (Path, "unlink"), (Path, "rmdir"), (Path, "mkdir"), (Path, "write_text"),
                        (shutil, "rmtree"), (os, "fsync")):
        patch(owner, name)

stand = old | mine | edited
moved = new | mine | {"brief/b.docx": "edited", "a-2.csv": "edited"}
step, seen = 0, set()
while True:
    step += 1
    out = root / str(step)
    begin(out)
    child = os.fork()
    if child == 0:
        deadly(step)
        output_folder.replace(out)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    pending = (out / output_folder.STORE / output_folder.EXCHANGE).exists()
    output_folder.settle(out)
    found = tree(out)
    if pending or code == 0:
        assert found == moved, (step, found)
        assert not (out / output_folder.STORE / output_folder.EXCHANGE).exists()
        assert not output_folder.edited(out), step
    else:
        assert found in (stand, moved), (step, found)
        if found == stand:
            output_folder.replace(out)
            assert tree(out) == moved, step
    seen.add((code, found == moved, pending))
    if code == 0:
        break
assert {(9, True, True), (9, False, False), (0, True, False)} <= seen, seen
print("steps", step)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_killed_at_any_step_of_the_exchange_all_is_old_or_all_is_new(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", STEPS, str(tmp_path / "steps")], cwd=ROOT, capture_output=True, text=True, check=False,
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 40


AGAIN = """
import sys
from pathlib import Path
from experiments import model_api
from tests.experiments.synthetic import NAME, Scenario
model_api.COUNTY = NAME
from experiments.cli import console, run_helpers
if __name__ == "__main__":
    wanted = run_helpers.RunOptions(12, 7, 1, fresh=True)
    run_helpers.run_scenario(Scenario(seconds=0.05), Path(sys.argv[1]), wanted, console.progress_console(quiet=True))
"""


def killed_again_and_again(tmp_path, kills):
    """Repeat a finished run, kill it at random moments: the folder always holds the whole result and what is the user's."""
    out, dice = tmp_path / "out", random.Random(5)
    live(out, Scenario(seconds=0.05), replications=12)
    put(out, MINE)
    whole, hit = files(out), 0
    while hit < kills:
        child = subprocess.Popen(
            [sys.executable, "-c", AGAIN, str(out)], cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), start_new_session=True
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(dice.uniform(1.0, 4.0))
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            hit += 1
        child.wait()
        assert results.open_folder(out).manifest["complete"]
        assert files(out) == whole
        assert not output_folder.edited(out)
        assert set(MINE) <= set(tree(out))
    live(out, Scenario(seconds=0.05), replications=12, fresh=True)
    assert files(out) == whole
    assert {path.name for path in (out / output_folder.STORE).iterdir() if not path.name.startswith("new-")} == {"files.json"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_run_that_is_repeated_and_killed_never_takes_the_result_with_it(tmp_path):
    killed_again_and_again(tmp_path, 2)


@pytest.mark.deep
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_forty_kills_of_a_repeated_run_lose_nothing(tmp_path):
    killed_again_and_again(tmp_path, 40)
