"""An import, and two county folders beside each other, on the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import RenderableType
from rich.table import Table

from experiments.reporting.translations import Words

if TYPE_CHECKING:
    from experiments.county_data.importer import Imported


def answer(imported: "Imported", title: str, language: str, most: int) -> Iterator[RenderableType]:
    """What was counted, then what contradicts, then what was found wrong (the first ``most``)."""
    words = Words(language)
    yield words("audit_title", title=title)
    totals = Table(box=box.ASCII)
    totals.add_column(words("audit_col_item"))
    totals.add_column(words("audit_col_number"), justify="right")
    for name, value in imported.counts.described().items():
        if value:
            totals.add_row(words(f"audit_{name}"), words.grouped(f"{value:,}"))
    yield totals
    findings = imported.findings
    ordered = [*findings.contradictions, *(each for each in findings.found if not each.contradiction)]
    if not ordered:
        yield words("county_none")
        return
    if findings.contradictions:
        yield words("audit_answer_contradictions", count=len(findings.contradictions))
    wrong = Table(box=box.ASCII)
    for name in ("file", "sheet", "row", "what"):
        wrong.add_column(words(f"audit_col_{name}"), overflow="fold")
    for each in ordered[:most]:
        wrong.add_row(each.file, each.sheet, str(each.row or ""), each.chinese if language == "zh" else each.english)
    yield wrong
    if len(ordered) > most:
        yield words("county_more", count=len(ordered) - most)


def difference(found: Sequence[Mapping[str, Any]], one: Path, other: Path, language: str) -> Iterator[RenderableType]:
    """A row for each fact that differs."""
    words = Words(language)
    if not found:
        yield words("county_same", a=one, b=other)
        return
    yield words("county_differ", a=one, b=other, count=len(found))
    table = Table(box=box.ASCII)
    for name in (words("audit_col_item"), one.name, other.name):
        table.add_column(name, overflow="fold")
    for each in found:
        table.add_row(words.of(each["name"]), _shown(each["a"], words), _shown(each["b"], words))
    yield table


def _shown(value: Any, words: Words) -> str:
    if isinstance(value, (int, float)):
        return words.grouped(f"{value:,.10g}")
    return "-" if value is None else str(value)
