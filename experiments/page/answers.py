"""What a run or a comparison says, as plain data that the templates show: the brief's own sections, tables and annexes.

Made once in each language after a job, from the content model that ``reporting.documents`` typesets: page and documents cannot
disagree. Beside it the documents themselves, in both languages and in the official style.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.analyses import attribution
from experiments.analyses.consequences import Consequences
from experiments.page import pictures
from experiments.reporting import plan_differences
from experiments.reporting.answer import short_name
from experiments.reporting.documents import write as documents
from experiments.reporting.documents.content import Block, Brief, Bullets, Callout, Illustration, Section, Table, stack_lines
from experiments.reporting.documents.html import cells, kind
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results.files import as_json, safe, write_text
from experiments.results.folder import open_folder
from sim.scenario import Scenario

BRIEF = "brief"
#: What is said where nothing was written.
NOTHING: dict[str, Any] = {
    "problem": "", "lead": "", "source": "", "settings": [], "opening": [], "sections": [], "annexes": [], "repair": {},
}  # fmt: skip
#: Annexes for the workbook alone: what is assumed, how to run it again, and every table of the result.
LEFT_OUT = ("annex_assumed", "annex_again", "annex_other")


def file_name(language: str) -> str:
    """The file of what is said in a language."""
    return f"answer-{language}.json"


def write(folders: Sequence[Path], home: Path, command: str, plans: Sequence[Scenario] = ()) -> None:
    """Write what these results say into ``home``, in every language: one result, or several held against the first, of which
    ``plans`` are the plans. Raises UserError for a folder no brief may be written from, OSError where the disk is full.
    """
    make = documents.opened(folders, command, compare=bool(plans))
    for language in LANGUAGES:
        brief, words = make(language), Words(language, minus="\u2212")
        settings = [
            {"title": words.of(each.title), "differences": list(plan_differences.differences(each, plans[0], words))}
            for each in plans[1:]
        ]
        repair = repairable(folders, words) if len(plans) == 2 else {}
        write_text(home / file_name(language), as_json({"settings": settings, "repair": repair, **described(brief, home)}))


def repairable(folders: Sequence[Path], words: Words) -> dict[str, Any]:
    """The promises that the second plan breaks and for which a repair can be sought, and how many replications that takes at
    most; {} where there is none.
    """
    facts = Consequences(*(open_folder(folder) for folder in folders[:2]))
    found = attribution.repairable(facts)
    if not found:
        return {}
    runs = len(found) * attribution.repair_runs(int(facts.first.manifest["replications"]["requested"]))
    return {"promises": [short_name(each, words) for each in found], "runs": runs}


def write_documents(folders: Sequence[Path], home: Path, command: str, compare: bool = False) -> None:
    """Write the brief in every language and format, and after the official standard. Raises as ``write``."""
    documents.write(folders, home / BRIEF, LANGUAGES, tuple(documents.ENDINGS), "plain", command, compare, official=True)


def keep_problem(problem: Mapping[str, str], home: Path) -> None:
    """Write, in place of what is said, why it cannot be, by language."""
    for language in LANGUAGES:
        write_text(home / file_name(language), as_json({"problem": problem[language]}))


def stored(home: Path, language: str) -> dict[str, Any]:
    """What was written in a language; no sections where nothing was."""
    try:
        found = json.loads((home / file_name(language)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    return NOTHING | (found if isinstance(found, dict) else {})


def described(brief: Brief, home: Path) -> dict[str, Any]:
    """A brief as plain data; its pictures are put beside it."""
    parts = {"sections": brief.sections, "annexes": [each for each in brief.annexes if each.id not in LEFT_OUT]}
    return {
        "lead": brief.subtitle,
        "source": brief.source,
        "opening": [_block(block, brief.language, home) for block in brief.opening],
        **{name: [_section(each, brief.language, home) for each in sections] for name, sections in parts.items()},
    }


def _section(section: Section, language: str, home: Path) -> dict[str, Any]:
    blocks = [block for block in section.blocks if not isinstance(block, Table) or block.in_document]
    return {"id": section.id, "title": section.title, "blocks": [_block(block, language, home) for block in blocks]}


def _block(block: Block, language: str, home: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": kind(block)}
    if isinstance(block, Table):
        heads = [{"name": each.name, "meaning": each.meaning, "number": each.kind != "text"} for each in block.of("document")]
        return found | {"title": block.title, "heads": heads, "rows": list(_rows(block)), "note": block.note}
    if isinstance(block, Illustration):
        return found | {"caption": block.caption, "alt": block.alt, "vector": _picture(block, language, home)}
    if isinstance(block, Callout):
        return found | {"title": block.title, "lines": list(block.lines), "tone": block.tone}
    if isinstance(block, Bullets):
        return found | {"points": list(block.items)}
    return found | {"text": block.text, "small": block.small, "strong": block.strong}


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    """Each row as the lines of its cells; a heading of the rows below has one cell."""
    for number, row in enumerate(table.rows):
        shown = [stack_lines(text) for _column, text in cells(row, table)]
        head = number in table.heads
        yield {"head": head, "cells": shown[:1] if head else shown}


def _picture(block: Illustration, language: str, home: Path) -> str:
    """Write a picture; its path in the folder of the job."""
    from experiments.reporting.figures import style

    drawn = block.picture
    stem = home / pictures.FOLDER / f"brief-{safe(block.id)}-{language}"
    stem.parent.mkdir(exist_ok=True)
    style.save(drawn.figure, stem, drawn.alt, provenance=drawn.provenance, kinds=("svg",), title=drawn.title)
    return f"{pictures.FOLDER}/{stem.name}.svg"
