"""Whoever has the repository has all it speaks of: no text points outside it, and each file, module and decision named exists."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from tests.contracts.sources import ROOT

ROOMS = ("benchmarks", "docs", "experiments", "scenarios", "sim", "tests", "xianjie")
#: Texts at the top. The changelog is history: it may name files that are gone, but not places outside.
PAGES = (
    "README.md", "README.en.md", "CONTRIBUTING.md", "DECISIONS.md", "CHANGELOG.md", "pyproject.toml", "setup.py", ".ci/run",
    "xj.py",
)  # fmt: skip
HISTORY = "CHANGELOG.md"
DICTIONARY = "experiments/results/dictionary.yaml"
KINDS = r"py|ya?ml|md|csv|tsv|txt|json|svg|png|toml|lock|j2|ttf|woff2|parquet|npz|docx|xlsx|html|ipynb|c|mo|po"
PATH = re.compile(rf"(?<![\w./:<{{*}}-])((?:[\w.{{}}*-]+/)*[\w.{{}}*-]*\w\.(?:{KINDS}))(?![\w/(-]|\.\w)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
UPWARD = re.compile(r"(?<![\w./])(?:\.\./)+[\w./-]*")
ABSOLUTE = re.compile(r"(?<![\w./:<>~)}\]-])(?:/(?:work|home|root|Users|mnt|opt|srv|data)/[\w.-]|[A-Za-z]:\\\\?[\w])")
MODULE = re.compile(r"(?<![\w./-])((?:sim|experiments|xianjie|benchmarks)(?:\.[A-Za-z_]\w*)+)(?![\w/(]|\.\w)")
ADDRESS = re.compile(r"https?://\S+|www\.\S+")
DECISION = re.compile(r"DECISIONS\.?(?:md)?[ ,(]+(?:entry |no\. |numbers? )?(\d+)")
#: Names that stand for a file of the reader's own.
EXAMPLES = {
    "mine.yaml",
    "try.yaml",
    "winter_fuel.py",
    "winter_fuel.yaml",
    "plan.yaml",
    "a.yaml",
    "b.yaml",
    "a.docx",
    "a.xlsx",
    "county.csv",
    "brief.docx",
    "schema.json",
}
#: A name in capitals (ID.csv) stands for many.
PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b|_[A-Z]{3,}\.")


@cache
def written() -> set[str]:
    """Names of files that the program reads or writes in the folders of its user: those that the dictionary of results describes,
    and literals of the code that are file names.
    """
    described = re.findall(rf"^  ([\w-]+\.(?:{KINDS})):", (ROOT / DICTIONARY).read_text(encoding="utf-8"), re.MULTILINE)
    code = (ROOT / name for name in there()[0] if re.match(r"(experiments|xianjie)/.*\.py$", name))
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in code]
    literals = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {*described, *(each for each in literals if isinstance(each, str) and re.fullmatch(rf"[\w-]+\.(?:{KINDS})", each))}


@cache
def there() -> tuple[set[str], set[str], set[str]]:
    """Files and folders of the repository, and the names that files have, as posix paths from its root."""
    files = {name for name in PAGES if (ROOT / name).is_file()} | {"requirements.lock", "LICENSE"}
    for room in ROOMS:
        files |= {each.relative_to(ROOT).as_posix() for each in (ROOT / room).rglob("*") if each.is_file()}
    files = {each for each in files if "__pycache__" not in each}
    folders = {parent.as_posix() for each in files for parent in PurePosixPath(each).parents}
    return files, folders, {PurePosixPath(each).name for each in files}


def texts() -> list[Path]:
    """Everything that people read: pages, code, YAML, tables."""
    kinds = {".md", ".py", ".yaml", ".yml", ".toml", ".txt", ".csv", ".j2", ".json", ".c"}
    return sorted(
        ROOT / name
        for name in there()[0]
        if (PurePosixPath(name).suffix in kinds or name in PAGES) and not name.startswith("tests/bad_inputs/")
    )


def words(path: Path) -> Iterator[tuple[int, str]]:
    """What a file says to its reader, with line numbers: of code the comments and docstrings, of anything else every line."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix != ".py":
        yield from enumerate(text.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body and ast.get_docstring(node):
            for at, line in enumerate(str(node.body[0].value.value).splitlines()):  # type: ignore[attr-defined]
                yield node.body[0].lineno + at, line


@cache
def exists(name: str, beside: Path) -> bool:
    """Whether a path or bare name is a file here: from the root, from the folder ``beside`` the text, or as the end of a path."""
    files, folders, names = there()
    name = name.removeprefix("./")
    last = PurePosixPath(name).name
    if last in written() | EXAMPLES or "{" in name or PLACEHOLDER.search(last):
        return True
    if "*" in name:
        return any(PurePosixPath(each).match(name) for each in files) or name.startswith("*.")
    if "/" not in name:
        return name in names
    near = (beside / name).resolve()
    return name in files or near.exists() or any(each.endswith(f"/{name}") for each in files)


@cache
def module_exists(dotted: str) -> bool:
    """Whether a dotted name is a module, or at most two names inside one."""
    parts = dotted.split(".")
    for kept in range(len(parts), 0, -1):
        path = "/".join(parts[:kept])
        if f"{path}.py" in there()[0] or f"{path}/__init__.py" in there()[0]:
            inside = parts[kept:]
            source = ROOT / (f"{path}.py" if f"{path}.py" in there()[0] else f"{path}/__init__.py")
            return len(inside) <= 2 and all(re.search(rf"\b{name}\b", source.read_text(encoding="utf-8")) for name in inside[:1])
    return False


def outside(path: Path, line: str) -> Iterator[str]:
    """What a line points at outside the repository."""
    plain = ADDRESS.sub("", line)
    for up in UPWARD.findall(plain):
        if not (path.parent / up).resolve().is_relative_to(ROOT):
            yield up
    yield from ABSOLUTE.findall(plain)


def broken(path: Path, line: str) -> Iterator[str]:
    """Files, pages, modules and decisions that a line names and that are not there."""
    plain = ADDRESS.sub("", line)
    for target in LINK.findall(plain) if path.suffix == ".md" else ():
        page = target.partition("#")[0]
        if page and not exists(page, path.parent):
            yield target
    for name in PATH.findall(plain):
        if not exists(name, path.parent):
            yield name
    for dotted in MODULE.findall(plain):
        if not module_exists(dotted) and not PATH.fullmatch(dotted):
            yield dotted
    for number in DECISION.findall(plain):
        if int(number) not in decisions():
            yield f"DECISIONS {number}"


@cache
def decisions() -> set[int]:
    """The numbers of the entries of DECISIONS.md."""
    return {int(each) for each in re.findall(r"^## (\d+)\. ", (ROOT / "DECISIONS.md").read_text(encoding="utf-8"), re.MULTILINE)}


def test_nothing_points_outside_the_repository():
    faults = [
        f"{path.relative_to(ROOT)}:{number}: {each}"
        for path in texts()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        for each in outside(path, line)
    ]
    assert not faults, "\n".join(["write what is meant into the repository, or name its public source, in:", *faults])


def test_every_file_module_and_decision_that_a_text_names_is_there():
    faults = [
        f"{path.relative_to(ROOT)}:{number}: no {each}"
        for path in texts()
        if path.name != HISTORY
        for number, line in words(path)
        for each in broken(path, line)
    ]
    assert not faults, "\n".join(["name the file as it is called now, in:", *faults])


@pytest.mark.parametrize(
    "line",
    ["see ../../elsewhere/plan.md", "[plan](../../plan.md)", "read /work/x.md first", r"under C:\\Users\\me", "in /home/me/x"],
)
def test_a_planted_pointer_outside_is_found(line):
    assert list(outside(ROOT / "docs" / "model.md", line))


@pytest.mark.parametrize(
    "line",
    ["as `model.txt` says", "statistics.csv ln_dibao", "`sim/core/nowhere.py`", "[x](nowhere.md)", "in ``sim.core.nowhere``",
     "DECISIONS 9999", "see `core/nowhere.py`", "sim.month.nothing_here"],
)  # fmt: skip
def test_a_planted_broken_reference_is_found(line):
    assert list(broken(ROOT / "docs" / "model.md", line))


@pytest.mark.parametrize(
    "line",
    ["`sim/month.py`", "[guide](guide.en.md#x)", "https://example.org/a/b.md", "months.parquet", "sim.month",
     "`tests/*/test_*.py`", "funds.yaml", "DECISIONS 1", "[up](../README.md)", "0.5/0.7"],
)  # fmt: skip
def test_what_is_there_is_left_alone(line):
    page = ROOT / "docs" / "model.md"
    assert not list(broken(page, line)) and not list(outside(page, line))
