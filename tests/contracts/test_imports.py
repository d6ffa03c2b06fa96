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
    "front-door-on-top": [("experiments.analyses.planted", "xianjie"), ("sim.planted", "xianjie")],
    "front-door-runs-no-commands": [("xianjie.planted", "experiments.cli.console")],
    "imports-go-down": [
        ("sim.core.planted", "sim.world"),
        ("sim.world.planted", "sim.records"),
        ("sim.world.planted", "sim.founding.founding"),
        ("sim.records.planted", "sim.processes"),
        ("sim.processes.shocks.planted", "sim.goals"),
        ("sim.goals.planted", "sim.processes"),
        ("sim.processes.labour.planted", "sim.month"),
        ("sim.founding.planted", "sim.month"),
        ("sim.month", "sim.scenario"),
        ("sim.scenario.scenario", "sim.county"),
        ("sim.county", "sim.agents"),
        ("sim.agents.planted", "sim.model"),
    ],
    "core-goes-down": [
        ("sim.core.tables", "sim.core.inputs.parameters"),
        ("sim.core.compiled.columns", "sim.core.calendar"),
    ],
    "scenario-goes-down": [
        ("sim.scenario.county_file", "sim.scenario.scenario_reader"),
        ("sim.scenario.scenario_reader", "sim.scenario.scenario"),
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
        ("experiments.statistics.estimates", "mesa"),
    ],
    "rooms-go-down": [
        ("experiments.statistics.planted", "experiments.results.journal"),
        ("experiments.results.planted", "experiments.execution.worker_pool"),
        ("experiments.execution.planted", "experiments.analyses.sweep"),
        ("experiments.analyses.planted", "experiments.validation.backtest"),
        ("experiments.validation.planted", "experiments.reporting.translations"),
        ("experiments.reporting.planted", "experiments.cli.console"),
        ("experiments.cli.planted", "experiments.__main__"),
    ],
    "reporting-goes-down": [
        ("experiments.reporting.translations", "experiments.reporting.figure_data"),
        ("experiments.reporting.figure_data", "experiments.reporting.figures.style"),
        ("experiments.reporting.figures.planted", "experiments.reporting.terminal.tables"),
        ("experiments.reporting.documents.planted", "experiments.reporting.terminal.tables"),
    ],
    "page-goes-down": [
        ("experiments.page.workspace", "experiments.page.jobs"),
        ("experiments.page.jobs", "experiments.page.views"),
        ("experiments.page.views", "experiments.page.routes.planted"),
        ("experiments.page.routes.planted", "experiments.page.server"),
    ],
    "command-line-goes-down": [
        ("experiments.cli.console", "experiments.cli.run_helpers"),
        ("experiments.cli.run_helpers", "experiments.cli.ask.sweep"),
        ("experiments.cli.ask.planted", "experiments.cli.run.run"),
        ("experiments.cli.run.planted", "experiments.cli.app"),
    ],
    "runner-sees-county": [
        ("experiments.execution.runner", "sim.month"),
        ("experiments.execution.local_executor", "sim.world.households"),
    ],
    "runner-without-mesa": [
        ("experiments.execution.runner", "experiments.results.planted"),
        ("experiments.results.planted", "sim.model"),
        ("experiments.execution.local_executor", "mesa"),
    ],
    "reports-run-nothing": [
        ("experiments.reporting.planted", "experiments.execution.runner"),
        ("experiments.reporting.figures.planted", "sim.county"),
    ],
    "statistics-are-pure": [("experiments.statistics.planted", "sim.world.households")],
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


@pytest.mark.parametrize(
    ("house", "contract"),
    [("sim", "imports-go-down"), ("experiments", "rooms-go-down"), ("experiments/reporting", "reporting-goes-down")],
)
def test_a_new_room_must_find_its_floor(packages, house, contract):
    (packages / house / "attic.py").touch()
    outcome = lint(packages, "--contract", contract)
    assert outcome.returncode == 1
    assert "attic" in outcome.stdout
