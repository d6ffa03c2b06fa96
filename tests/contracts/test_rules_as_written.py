"""What every rule keeps to, read from the source: parameters and columns joined, no stray numbers, no random draw without an
address."""

import ast
import importlib
from collections.abc import Iterator

import pytest

import sim.month  # noqa: F401  declares the tables
from sim.core.inputs.parameters import load_all, load_parameters
from sim.core.ledger import Fund
from sim.core.process import PROCESSES
from sim.core.tables import TABLES
from tests.contracts.sources import ROOT, SIM, advice, attributes_of, functions, process_files, tree

FILES = process_files()
IDS = [path.stem for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_rules_read_exactly_the_parameters_of_their_own_file(path):
    beside = path.with_suffix(".yaml")
    written = set(load_parameters(beside)) if beside.exists() else set()
    read, here = attributes_of(path, "p"), beside.relative_to(ROOT).as_posix()
    assert read == written, advice(
        "A lever",
        [*(f"{name}: {path.name} reads p.{name}; add its record to {here}" for name in sorted(read - written)),
         *(f"{name}: no rule reads p.{name}; use it, or take it out of {here}" for name in sorted(written - read))],
    )  # fmt: skip


def test_every_purse_that_a_lever_names_is_one():
    known = {fund.name.lower() for fund in Fund}
    astray = [each for each in load_all().parameters.values() if each.fund not in {None, *known}]
    assert not astray, advice(
        "A lever", (f"{each.id}: '{each.fund}' is no purse of sim/world/funds.yaml" for each in astray)
    )  # fmt: skip


COLUMNS = {column.name for table in TABLES.values() for column in table.columns}
#: What rules are handed beside rows, and what they import: their attributes are no columns.
NO_ROWS = {"p", "draws", "books", "county", "math"}


def columns_of(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every column that the functions of a module name, with its line; those of functions elsewhere are not seen."""
    for function in (node for node in module.body if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and node.attr in COLUMNS:
                name = ast.unparse(node.value)
                if name not in NO_ROWS and not name[0].isupper():  # Cause.LOW_INCOME.value is a code
                    yield node.lineno, node.attr


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_rules_name_only_columns_that_their_processes_declare(path):
    """A run hands over whole tables, for speed, so that nothing else notices before a test by hand."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    ours = [each for each in PROCESSES.values() if each.module == module.__name__]
    declared = {name for each in ours for part in (each.reads, each.writes) for names in part.values() for name in names}
    astray = [(line, name) for line, name in columns_of(tree(path)) if name not in declared]
    assert not astray, advice(
        "A column", (f"{path.name}, line {line}: {name} stands in no reads= or writes= of this file" for line, name in astray)
    )


def test_a_column_that_is_not_declared_is_seen():
    planted = ast.parse("def rule(county, p):\n    for person in county.persons:\n        person.age += p.age + Cause.X.value")
    assert list(columns_of(planted)) == [(3, "age")]


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_every_rule_is_explained(path):
    assert ast.get_docstring(tree(path)), f"{path.name} does not say what it is about"
    unexplained = [function.name for function in functions(path) if not ast.get_docstring(function)]
    assert unexplained == []


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_the_only_numbers_in_rules_are_0_1_and_minus_1(path):
    strays = [
        f"{function.name}: {node.value} in line {node.lineno}"
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(node.value) not in (0, 1)
    ]
    assert not strays, advice(
        "A lever", (f"{path.name}, {stray}: give the number a name, papers and a record in {path.stem}.yaml" for stray in strays)
    )


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_no_rule_tests_the_month(path):
    found = [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)]
    assert found == [], "calendar words belong into sim/month.py"


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_module_of_rules_fits_on_a_few_screens(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


CLOCKS_AND_DICE = {"random", "time", "datetime", "secrets", "uuid"}
#: What a module may use all the same, and why: no result depends on it.
ALLOWED = {
    SIM / "county.py": ("imports time",),  # the profile of a county
    SIM / "policies.py": ("imports uuid",),  # a policy that nothing can recognise again has to differ from every other
    SIM / "model.py": ("uses .random",),  # Mesa's sets of agents are made with Mesa's generator; no rule draws from it
    SIM / "agents" / "faces.py": ("uses .random",),
}


def luck_without_address(module: ast.Module) -> list[str]:
    """Dice, clocks and hashes that a module uses, with their lines."""
    faults = []
    for node in ast.walk(module):
        names: set[str] = set()
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {(node.module or "").split(".")[0]}
        faults += [f"line {node.lineno}: imports {name}" for name in sorted(names & CLOCKS_AND_DICE)]
        if isinstance(node, ast.Attribute) and node.attr == "random":
            faults.append(f"line {node.lineno}: uses .random")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hash":
            faults.append(f"line {node.lineno}: calls hash(), which differs between interpreters")
    return faults


@pytest.mark.parametrize("path", sorted(SIM.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_luck_comes_from_addresses_only(path):
    allowed = ALLOWED.get(path, ())
    assert [fault for fault in luck_without_address(tree(path)) if not fault.endswith(allowed)] == []


@pytest.mark.parametrize(
    "planted", ["import random", "from time import time", "import secrets as s", "x = np.random.rand()", "y = hash('a')"]
)
def test_the_guard_sees_what_it_guards_against(planted):
    assert len(luck_without_address(ast.parse(planted))) == 1


def test_rules_use_math_not_numpy():
    users = [
        path.name
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import) and any(alias.name == "numpy" for alias in node.names)
    ]
    assert users == []
