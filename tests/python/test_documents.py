"""What docs/python.md, the docstrings and the notebook show is run, and every public name is in the page."""

import doctest
import importlib
import inspect
import re
from pathlib import Path

import pytest

import xianjie as xj

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
NOTEBOOK = ROOT / "docs" / "examples" / "tour.ipynb"


def test_the_examples_of_the_page_run_in_order(monkeypatch):
    room: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) >= 5
    for number, block in enumerate(blocks):
        exec(compile(block, f"docs/python.md, example {number + 1}", "exec"), room)
    assert room["result"].replications == 2


@pytest.mark.parametrize("name", ["xianjie", "xianjie.scenarios", "xianjie.policies"])
def test_the_examples_of_docstrings_run(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted and not found.failed


def test_every_public_name_is_in_the_page_and_says_what_it_is():
    for name in [*xj.__all__, "__version__"]:
        assert f"xj.{name}" in PAGE, name
    for name in xj.__all__:
        thing = getattr(xj, name)
        if not inspect.isclass(thing) or issubclass(thing, Exception):
            continue
        for attribute, value in inspect.getmembers(thing):
            if attribute.startswith("_") or thing is xj.Plan or attribute in ("checked", "kept", "function", "source"):
                continue
            assert inspect.getdoc(value) or name == "Policy", f"{name}.{attribute} has no docstring"
            assert f".{attribute}" in PAGE or f"`{attribute}" in PAGE or name == "Policy", f"{name}.{attribute}"


def test_every_function_states_parameters_results_and_errors():
    for name in ("scenario", "plan", "policy", "compare", "sweep", "solve", "load", "language"):
        text, own = inspect.getdoc(getattr(xj, name)), inspect.signature(getattr(xj, name)).parameters
        assert "Parameters\n----------" in text and "Returns\n-------" in text, name
        assert all(re.search(rf"\b{parameter}\b", text) for parameter in own), name


@pytest.mark.deep
def test_the_notebook_runs_from_top_to_bottom(tmp_path):
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") for cell in book.cells), "keep the notebook without outputs"
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in shown) == 3
    assert sum("text/html" in output.get("data", {}) for output in shown) >= 8
    assert list(tmp_path.iterdir()) == []
