"""What comes with the program is found from anywhere: names of scenarios, and the files of the wheel and of the sdist."""

import json
import os
import runpy
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest
import setuptools
from typer.testing import CliRunner

import xianjie as xj
from experiments.analyses import budget_allocation, design, discovery_spec
from experiments.cli import console
from experiments.cli.app import app
from experiments.reporting import model_reference
from sim.core.inputs import shipped
from sim.core.inputs.errors import InputError
from sim.scenario import load_scenario
from sim.scenario.county_file import is_county_file

ROOT = Path(__file__).resolve().parents[2]
OWN = "extends: baseline\ntitle: 自己的\nmonths: 12\npopulation: {general_weight: 100}\n"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_bare_name_is_a_shipped_scenario(elsewhere):
    assert shipped.names() == sorted({path.stem for path in (ROOT / "scenarios").glob("*.yaml")} - {"county"})
    for name in shipped.names():
        assert shipped.scenario_file(name) == ROOT / "scenarios" / f"{name}.yaml"
    assert load_scenario("floor_40m").id == xj.scenario("floor_40m").id == "floor_40m"
    assert load_scenario("baseline", county_file="county").id == "county"
    assert is_county_file("county") and not is_county_file("baseline")


def test_commands_take_a_bare_name_and_default_to_the_shipped_baseline(elsewhere):
    for words in (["check", "floor_40m"], ["check", "county"], ["run", "baseline", "--show-config"]):
        answer = CliRunner().invoke(app, [*words, "--json"])
        assert answer.exit_code == 0, answer.output
        assert json.loads(answer.stdout)
    assert load_scenario(console.BASELINE).id == "baseline"
    assert not list(elsewhere.iterdir())


def test_an_own_file_wins(elsewhere):
    (elsewhere / "scenarios").mkdir()
    (elsewhere / "scenarios" / "baseline.yaml").write_text(OWN, encoding="utf-8")
    assert shipped.scenario_file("baseline") == Path("scenarios/baseline.yaml")
    assert load_scenario("baseline").months == 12  # what it extends is not itself, but the shipped one
    (elsewhere / "baseline.yaml").write_text(OWN.replace("12", "24"), encoding="utf-8")
    assert load_scenario("baseline").months == xj.scenario("baseline").months == 24
    (elsewhere / "floor_10m").write_text(OWN.replace("12", "36"), encoding="utf-8")
    assert load_scenario("floor_10m").months == 36
    (elsewhere / "outputs").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        load_scenario("outputs")


def test_files_name_shipped_scenarios_and_counties(elsewhere):
    (elsewhere / "mine.yaml").write_text("title: 我\ncounty: county\nmonths: 12\n", encoding="utf-8")
    assert load_scenario("mine").county == load_scenario("baseline").county
    for path in sorted((ROOT / "experiments" / "specs").glob("*.yaml")):
        shutil.copy(path, elsewhere)  # as in a wheel, where no folder of scenarios lies two levels up
        text = path.read_text(encoding="utf-8")
        read = budget_allocation.read if "budget:" in text else discovery_spec.load if "discover" in path.stem else design.load
        assert read(Path(path.name)), path.name


@pytest.mark.parametrize(
    ("name", "chinese", "english"),
    [
        ("basline", "没有这个文件，也没有这个自带的情景：“basline”（是不是想写“baseline”？）", "did you mean 'baseline'?"),
        ("scenarios/baseline.yaml", "请只写名称 baseline", "is called 'baseline', without folder and .yaml"),
        ("floor_40m.yaml", "请只写名称 floor_40m", "is called 'floor_40m'"),
        ("nowhere.yaml", "没有这个文件；请核对路径和文件名", "there is no such file"),
        ("a" * 5000, "没有这个文件", "there is neither a file nor a shipped scenario"),
    ],
)
def test_where_there_is_neither_the_name_is_refused(elsewhere, name, chinese, english):
    for lang, said in (("zh", chinese), ("en", english)):
        answer = CliRunner().invoke(app, ["check", name, "--lang", lang])
        assert answer.exit_code == 2 and said in answer.output, answer.output
        assert answer.output.count("\n") == 1


def test_what_a_file_extends_is_refused_with_the_nearest_name(elsewhere):
    (elsewhere / "mine.yaml").write_text(OWN.replace("baseline", "floor_04m"), encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'floor_40m'"):
        load_scenario("mine")


def test_pages_are_made_from_shipped_findings_and_touch_nobody_elses(elsewhere):
    made = CliRunner().invoke(app, ["document", "--lang", "en"])
    assert made.exit_code == 0, made.output
    assert (elsewhere / "docs" / "odd.md").read_text(encoding="utf-8") == model_reference.pages(ROOT)["docs/odd.md"]
    page = elsewhere / "docs" / "reference" / "goals.en.md"
    page.write_text("# My own goals\n", encoding="utf-8")
    (elsewhere / "docs" / "odd.md").unlink()
    refused = CliRunner().invoke(app, ["document", "--lang", "en"])
    assert refused.exit_code == 2 and "docs/reference/goals.en.md:1: is no page that this command made" in refused.output
    assert page.read_text(encoding="utf-8") == "# My own goals\n" and not (elsewhere / "docs" / "odd.md").exists()


def test_the_wheel_gets_every_file_of_the_packages_and_what_is_shipped(monkeypatch):
    monkeypatch.chdir(ROOT)
    given = {}
    monkeypatch.setattr(setuptools, "setup", lambda **named: given.update(named))
    runpy.run_path("setup.py")
    distribution = setuptools.Distribution({"script_name": "setup.py"})
    distribution.parse_config_files()
    build = given["cmdclass"]["build_py"](distribution)
    build.ensure_finalized()
    built = {Path(each).relative_to(build.build_lib).as_posix() for each in build.get_outputs(include_bytecode=False)}
    packages = [path for room in ("sim", "experiments", "xianjie") for path in (ROOT / room).rglob("*") if path.is_file()]
    ours = {path.relative_to(ROOT).as_posix() for path in packages if "__pycache__" not in path.parts and path.suffix != ".md"}
    assert not ours - built, f"add their kind to [tool.setuptools.package-data] in pyproject.toml: {sorted(ours - built)}"
    data = {each.removeprefix("xianjie/data/") for each in built - ours}
    assert data == {
        path.relative_to(ROOT).as_posix()
        for folder in ("scenarios", "docs/demo", "docs/findings", "docs/written")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert {name for name in data if not (ROOT / name).is_file()} == set()
    assert data <= set(build.get_source_files())  # so that an sdist can build the same wheel


@pytest.mark.deep
def test_a_wheel_built_from_the_sdist_runs_in_an_empty_folder(tmp_path):
    def call(*words, **options):
        done = subprocess.run([str(word) for word in words], capture_output=True, encoding="utf-8", **options)
        assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def build(what, source):
        call(sys.executable, "-c", f"from setuptools import build_meta as b; b.build_{what}({str(tmp_path)!r})", cwd=source)

    left_out = shutil.ignore_patterns(".*", "__pycache__", "outputs", "build", "dist", "*.egg-info")
    shutil.copytree(ROOT, tmp_path / "source", ignore=left_out)
    build("sdist", tmp_path / "source")
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    build("wheel", next((tmp_path / "unpacked").iterdir()))
    # The environment has what the lock installed, by way of a path file, but not this checkout: path files do not chain.
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    packages = Path(call(scripts / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (packages / "lock.pth").write_text(os.fspath(Path(setuptools.__file__).parents[1]) + "\n", encoding="utf-8")
    call(scripts / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", next(tmp_path.glob("*.whl")))

    empty = tmp_path / "empty"
    empty.mkdir()
    named = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"PYTHONUTF8": "1"}
    named.setdefault("XIANJIE_CACHE", str(ROOT / ".cache"))  # the rules are the same, and so is their compiled code
    options = {"cwd": empty, "env": named}
    found = call(
        scripts / "python", "-c", "import xianjie as xj; print(xj.__file__); print(xj.scenario('baseline').months)", **options
    )
    assert Path(found.splitlines()[0]).is_relative_to(packages) and found.splitlines()[1] == "60"
    assert "R3" in call(scripts / "xianjie", "goals", **options)
    assert "public_posts.count" in call(scripts / "xianjie", "run", "baseline", "--show-config", **options)
    assert not list(empty.iterdir())
    (empty / "small.yaml").write_text(OWN, encoding="utf-8")
    run = ("run", "small", "--replications", "2", "--workers", "1", "--quiet", "--json")
    there = json.loads(call(scripts / "xianjie", *run, **options))
    assert there["completed"] == 2 and (empty / there["out"] / "figures").is_dir()
    manifest = json.loads((empty / there["out"] / "manifest.json").read_text(encoding="utf-8"))
    assert str(packages) in manifest["scenario"]["files"][0]
    here = (sys.executable, "-m", "experiments", *run, "--no-figures", "--out", "here")
    assert json.loads(call(*here, cwd=empty, env=named | {"PYTHONPATH": str(ROOT)}))["hash"] == there["hash"]
    call(scripts / "xianjie", "document", **options)
    assert (empty / "docs" / "odd.md").is_file()
