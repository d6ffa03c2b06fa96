"""One short result with a hostile title, run once for all tests of briefs; programs that open documents, where they are."""

import itertools
import json
import os
import shutil

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting.figures import gallery

#: What a title may try: a formula, markup, a path, an address, a brace of Jinja.
HOSTILE = "=cmd|'/c calc'!A1 <script>alert(1)</script> ../../etc/passwd & {{ 7*7 }} http://x.example"
SCENARIO = r"""
extends: {baseline}
title: {{zh: "{title}衔接", en: "{title} end"}}
reason: {{zh: "+1-1", en: "@SUM(A1)"}}
months: 12
"""
REQUIRED = os.environ.get("XIANJIE_REQUIRE_OFFICE") == "1"
skipped: list[str] = []


def program(*names: str) -> str:
    """The path of one of these programs; the test is skipped, and counted, where there is none, or fails where it is required."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    if REQUIRED:
        pytest.fail(f"XIANJIE_REQUIRE_OFFICE is set, but there is no {names[0]}")
    skipped.append(names[0])
    pytest.skip(f"no {names[0]} here: its check of the documents was left out")


def pytest_terminal_summary(terminalreporter):
    if skipped:
        names = ", ".join(sorted(set(skipped)))
        terminalreporter.write_line(f"{len(skipped)} checks of documents were left out: no {names} on this machine")


@pytest.fixture(scope="session")
def result(tmp_path_factory):
    """A result of four short replications under a hostile title, with the run without policy and a brief, made by one command."""
    root = tmp_path_factory.mktemp("brief")
    baseline = os.path.abspath("scenarios/baseline.yaml")
    scenario = root / "hostile.yaml"
    scenario.write_text(SCENARIO.format(baseline=baseline, title=HOSTILE), encoding="utf-8")
    with few_pictures():
        answer = CliRunner().invoke(
            app, ["run", str(scenario), "--replications", "4", "--workers", "1", "--quiet", "--no-figures", "--brief",
                  "--out", str(root / "out")],
        )  # fmt: skip
    assert answer.exit_code == 0, answer.stderr + repr(answer.exception)
    manifest = root / "out" / "manifest.json"
    made = json.loads(manifest.read_text(encoding="utf-8"))
    for language in ("zh", "en"):  # a scenario with such characters is refused; documents withstand them all the same
        title = made["scenario"]["title"][language]
        made["scenario"]["title"][language] = title.replace(HOSTILE, HOSTILE + "\x07\x1b\u202e")
        made["scenario"]["reason"][language] += "\x00"
    manifest.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    return root / "out"


class few_pictures:  # noqa: N801 (read as a phrase)
    """The first two pictures only: drawing all of them is for the deep tests."""

    def __enter__(self):
        self.all = gallery.gallery
        gallery.gallery = lambda results, language: itertools.islice(self.all(results, language), 2)

    def __exit__(self, *problem):
        gallery.gallery = self.all


def write(folders, to, languages=("zh",), formats=("html",), style="plain", compare=False, annexes=False):
    """Write a brief with few pictures."""
    from experiments.reporting.documents import write as write_document

    with few_pictures():
        return write_document.write(folders, to, languages, formats, style, "xianjie brief OUT", compare, annexes)


@pytest.fixture(scope="session")
def documents(result, tmp_path_factory):
    """All documents of the result in both languages, by name."""
    written = write([result], tmp_path_factory.mktemp("documents"), ("zh", "en"), ("html", "word", "excel"))
    return {path.name: path for path in written}
