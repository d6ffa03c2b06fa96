"""What every rule keeps to, read from the source: parameters joined, no stray numbers, no random draw without an address."""

import ast

import pytest

from sim.core.inputs.parameters import load_parameters
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
