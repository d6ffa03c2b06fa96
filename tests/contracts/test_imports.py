"""The import contracts of pyproject.toml hold, and each of them is seen to fail on planted violations."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = SETTINGS["tool"]["importlinter"]["contracts"]

#: For each contract the imports that must break it: (importer, imported). A module that is missing is made.
VIOLATIONS = {
    "imports-go-down": [
        ("sim.core.planted", "sim.world"),
        ("sim.world.planted", "sim.records"),
        ("sim.records.planted", "sim.processes"),
        ("sim.processes.shocks.planted", "sim.goals"),
        ("sim.goals.planted", "sim.processes"),
        ("sim.processes.labour.planted", "sim.month"),
        ("sim.month", "sim.scenario"),
        ("sim.scenario", "sim.county"),
        ("sim.county", "sim.agents"),
        ("sim.agents.planted", "sim.model"),
    ],
    "county-is-plain": [
        ("sim.core.planted", "experiments.results"),
        ("sim.world.planted", "matplotlib.pyplot"),
        ("sim.goals.planted", "pandas"),
        ("sim.records.planted", "pyarrow.parquet"),
    ],
    "subjects-apart": [("sim.processes.stray", "sim.processes.shocks")],
    "processes-apart": [
        ("sim.processes.shocks.planted", "sim.processes.labour.planted"),
        ("sim.processes.government.planted", "sim.processes.government.neighbour"),
    ],
    "mesa-is-a-face": [
        ("sim.county", "mesa"),
        ("sim.processes.shocks.planted", "mesa.space"),
        ("experiments.monte_carlo", "mesa"),
    ],
    "runner-sees-county": [
        ("experiments.runner", "sim.month"),
        ("experiments.executors", "sim.world.households"),
    ],
    "runner-without-mesa": [
        ("experiments.runner", "experiments.planted"),
        ("experiments.planted", "sim.model"),
        ("experiments.executors", "mesa"),
    ],
    "briefing-above-experiments": [("experiments.results", "experiments.briefing.planted")],
    "command-line-on-top": [
        ("experiments.briefing.planted", "experiments.cli"),
        ("experiments.monte_carlo", "experiments.commands.planted"),
        ("experiments.commands.planted", "experiments.cli"),
        ("xianjie.planted", "experiments.commands.planted"),
    ],
    "front-door-on-top": [("sim.core.planted", "xianjie.scenarios"), ("experiments.results", "xianjie")],
}


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages in ``folder``; in a new process, as this one knows the real ones."""
    start = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", start, "--no-cache", *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONUTF8": "1", "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
    )


def plant(folder: Path, importer: str, imported: str) -> None:
    """Make ``importer`` import ``imported``; both exist afterwards if they belong to the project."""
    for name in (importer, imported):
        place = folder.joinpath(*name.split("."))
        if name.startswith(("sim.", "experiments.", "xianjie.")) and not place.is_dir():
            place.with_suffix(".py").touch()
    with folder.joinpath(*importer.split(".")).with_suffix(".py").open("a", encoding="utf-8") as source:
        source.write(f"\nimport {imported}\n")


@pytest.fixture
def packages(tmp_path):
    """A copy of the packages, sources only, with the contracts beside it."""
    for package in ("sim", "experiments", "xianjie"):
        for source in (ROOT / package).rglob("*.py"):
            target = tmp_path / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def test_the_contracts_are_kept():
    outcome = lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_contract_has_violations_to_fail_on():
    assert set(VIOLATIONS) == {contract["id"] for contract in CONTRACTS}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["id"])
def test_a_planted_violation_breaks_the_contract(packages, contract):
    for importer, imported in VIOLATIONS[contract["id"]]:
        plant(packages, importer, imported)
    outcome = lint(packages, "--contract", contract["id"])
    assert outcome.returncode == 1
    assert "0 kept, 1 broken" in outcome.stdout, outcome.stdout + outcome.stderr
    for importer, imported in VIOLATIONS[contract["id"]]:
        shown = imported.split(".")[0] if not imported.startswith(("sim", "experiments", "xianjie")) else imported
        assert f"{importer} -> {shown}" in outcome.stdout


def test_a_new_room_in_sim_must_find_its_floor(packages):
    (packages / "sim" / "attic.py").touch()
    outcome = lint(packages, "--contract", "imports-go-down")
    assert outcome.returncode == 1
    assert "attic" in outcome.stdout
