"""The source of the model as syntax trees, for contracts that read code rather than run it."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIM = ROOT / "sim"


def advice(recipe: str, lines: Iterable[str]) -> str:
    """What a failing contract says: a line for each fault, each naming a file to touch, and the recipe that tells how."""
    return "\n".join(["", *lines, f"see CONTRIBUTING.md, '{recipe}'"])


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def process_files() -> list[Path]:
    """Every module of rules."""
    return sorted(path for path in (SIM / "processes").rglob("*.py") if path.name != "__init__.py")


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """The functions that a module defines at its top."""
    return (node for node in tree(path).body if isinstance(node, ast.FunctionDef))


def attributes_of(path: Path, name: str) -> set[str]:
    """Every ``name.attribute`` that a module reads."""
    return {
        node.attr
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }
