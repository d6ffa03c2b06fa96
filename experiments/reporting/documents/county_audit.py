"""The audit of an import: a page and a workbook of what was read, counted, found wrong and left out; nothing of any household."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.reporting.documents import excel, html
from experiments.reporting.documents.build import LABELS
from experiments.reporting.documents.content import (
    Block,
    Brief,
    Callout,
    Cell,
    Column,
    Kind,
    Paragraph,
    Place,
    Row,
    Section,
    Table,
    clean_part,
)
from experiments.reporting.documents.figure_bytes import Pictures
from experiments.reporting.documents.write import workbook_words
from experiments.reporting.translations import Words
from experiments.results import fingerprint

if TYPE_CHECKING:
    from experiments.county_data.findings import Finding
    from experiments.county_data.importer import Imported

PAGE, WORKBOOK = "audit.html", "audit.xlsx"
#: Findings that the page lists; the workbook lists all.
MOST_ON_PAGE = 300


def write(imported: "Imported", title: str, folder: Path, language: str) -> None:
    """Write ``audit.html`` and ``audit.xlsx``."""
    brief = build(imported, title, language)
    excel.write(brief, folder / WORKBOOK, workbook_words(language))
    html.write(_for_page(brief, Words(language)), folder / PAGE, Pictures(["svg"]))


def build(imported: "Imported", title: str, language: str) -> Brief:
    """The content of the audit in one language."""
    words = Words(language)
    sections = [
        Section("counts", words("audit_counts"), (_counts(imported, words),)),
        Section("contradictions", words("audit_contradictions"), _contradictions(imported, words)),
        Section("findings", words("audit_findings"), _findings(imported, words)),
        Section("rules", words("audit_rules"), (_rules(imported, words),)) if imported.rules else None,
        Section("facts", words("audit_facts"), (_facts(imported, words),)),
        Section("margins", words("audit_margins"), _margins(imported, words)) if imported.tables.margins else None,
        Section("residents", words("audit_residents"), _residents(imported, words)) if _has_residents(imported) else None,
        Section("read", words("audit_read"), _read(imported, words)),
    ]
    brief = Brief(
        language, words("audit_title", title=title),
        words("audit_subtitle", files=len({each.file for each in imported.read}), tables=len(imported.read),
              month=imported.month),
        (_answer(imported, words), Callout("limit", words("audit_privacy"), (words("audit_privacy_text"),))),
        tuple(section for section in sections if section is not None),
        words("audit_footer", version=fingerprint.version("xianjie") or ""),
        f"{imported.month}-01", {name: words(name) for name in LABELS},
    )  # fmt: skip
    cleaned: Brief = clean_part(brief)
    return cleaned


def _answer(imported: "Imported", words: Words) -> Callout:
    counts, findings = imported.counts, imported.findings
    label = "audit_answer_tables" if imported.tables.cells else "audit_answer_facts"
    lines = [words(label, households=counts.registered_households, persons=counts.registered_persons, facts=len(imported.facts))]
    if findings.contradictions:
        lines.append(words("audit_answer_contradictions", count=len(findings.contradictions)))
    placed = sum(each.rows.get("placed", 0) for each in imported.read)
    found = len({(each.file, each.sheet, each.row) for each in findings.found if not each.contradiction})
    lines.append(words("audit_answer_rows", placed=placed, found=found))
    return Callout("warning" if findings.contradictions else "answer", words("audit_answer"), tuple(lines))


def _column(words: Words, name: str, kind: Kind = "text", width: float = 1.0, place: Place = "both") -> Column:
    label = words(f"audit_col_{name}")
    return Column(name, label, label, kind, width, place)


def _whole(value: int | float | None) -> Cell | str:
    return "" if value is None else Cell(value, f"{value:,.10g}")


def _table(
    words: Words, name: str, columns: Sequence[Column], rows: Iterable[Row], note: str = "", in_document: bool = True
) -> Table:
    return Table(name, words(f"audit_{name}"), tuple(columns), tuple(rows), note, in_document=in_document)


def _counts(imported: "Imported", words: Words) -> Table:
    def origin(name: str, value: int | None) -> str:
        return words(
            "audit_is_counted" if name in imported.counted else "audit_is_missing" if value is None else "audit_is_stated"
        )

    return _table(
        words, "counts", (_column(words, "item", width=2), _column(words, "number", "whole"), _column(words, "origin")),
        ({"item": words(f"audit_{name}"), "number": words("audit_blank") if value is None else _whole(value),
          "origin": origin(name, value)}
         for name, value in imported.counts.described().items()),
    )  # fmt: skip


def _of(finding: "Finding", words: Words) -> str:
    return finding.chinese if words.language == "zh" else finding.english


def _lines(found: Sequence["Finding"], words: Words, name: str, note: str = "", in_document: bool = True) -> Table:
    columns = (
        _column(words, "file", width=1.6),
        _column(words, "sheet"),
        _column(words, "row", "year", 0.5),
        _column(words, "what", width=3.4),
    )
    rows: list[Row] = [
        {
            "file": each.file,
            "sheet": each.sheet,
            "row": Cell(each.row, str(each.row)) if each.row else "",
            "what": _of(each, words),
        }
        for each in found
    ]
    return _table(words, name, columns, rows, note, in_document)


def _contradictions(imported: "Imported", words: Words) -> tuple[Block, ...]:
    found = imported.findings.contradictions
    return (_lines(found, words, "contradictions"),) if found else (Paragraph(words("audit_no_contradictions")),)


def _findings(imported: "Imported", words: Words) -> tuple[Block, ...]:
    found = [each for each in imported.findings.found if not each.contradiction]
    if not found:
        return (Paragraph(words("audit_no_findings")),)
    kinds: Counter[str] = Counter()
    for each in found:
        kinds[_of(each, words) if each.rows == 1 else _of(each, words)] += each.rows
    by_kind = _table(
        words, "by_kind", (_column(words, "what", width=4), _column(words, "count", "whole")),
        ({"what": text, "count": _whole(number)} for text, number in kinds.most_common()),
    )  # fmt: skip
    return by_kind, _lines(found, words, "findings")


def _for_page(brief: Brief, words: Words) -> Brief:
    """The brief with its longest table cut to what a page can show."""
    from dataclasses import replace

    def cut(block: Block) -> Block:
        if isinstance(block, Table) and len(block.rows) > MOST_ON_PAGE:
            return replace(block, rows=block.rows[:MOST_ON_PAGE], note=words("audit_more", count=MOST_ON_PAGE))
        return block

    sections = tuple(replace(section, blocks=tuple(cut(block) for block in section.blocks)) for section in brief.sections)
    return replace(brief, sections=sections)


def _rules(imported: "Imported", words: Words) -> Table:
    columns = (
        _column(words, "rule"),
        _column(words, "what", width=4),
        _column(words, "asked", "whole"),
        _column(words, "failed", "whole"),
    )
    return _table(
        words, "rules", columns,
        ({"rule": each.id, "what": each.name.chinese if words.language == "zh" else each.name.english,
          "asked": _whole(each.asked), "failed": _whole(each.failed)} for each in imported.rules),
        words("audit_rules_note"),
    )  # fmt: skip


def _facts(imported: "Imported", words: Words) -> Table:
    from experiments.county_data.facts import asked_facts

    zh = words.language == "zh"
    columns = (
        _column(words, "item", width=2), _column(words, "unit"), _column(words, "value", "number"),
        _column(words, "home", "number"),
        _column(words, "year", "year", 0.6), _column(words, "source", width=2),
    )  # fmt: skip
    rows: list[Row] = []
    for name, fact in asked_facts().items():
        given = imported.facts.get(name)
        rows.append({
            "item": fact.zh if zh else fact.en, "unit": fact.unit if zh else fact.en_unit,
            "value": words("audit_blank") if given is None else _whole(given.value), "home": _whole(fact.home),
            "year": "" if given is None or given.year is None else Cell(given.year, str(given.year)),
            "source": "" if given is None else given.source,
        })  # fmt: skip
    return _table(words, "facts", columns, rows, words("audit_facts_note"))


def _category(row: dict[str, Any], words: Words) -> str:
    category = str(row["category"])
    if row["variable"] == "dibao" and words.has(f"audit_dibao_{category}"):
        return words(f"audit_dibao_{category}")
    return words(f"audit_is_{category}") if row["variable"] != "township" and words.has(f"audit_is_{category}") else category


def _margins(imported: "Imported", words: Words) -> tuple[Block, ...]:
    by = {row["variable"]: words("audit_by_class" if row["variable"] == "kind" else f"audit_by_{row['variable']}")
          for row in imported.tables.margins}  # fmt: skip
    columns = (_column(words, "variable"), _column(words, "category", width=2), _column(words, "households", "whole"),
               _column(words, "persons", "whole"))  # fmt: skip
    margins = _table(
        words, "margins", columns,
        ({"variable": by[row["variable"]], "category": _category(row, words), "households": _whole(row["households"]),
          "persons": _whole(row["persons"])} for row in imported.tables.margins),
    )  # fmt: skip
    if not imported.tables.incomes:
        return (margins,)
    columns = (
        _column(words, "item", width=2),
        _column(words, "mean", "whole"),
        _column(words, "median", "whole"),
        _column(words, "with", "whole"),
    )
    incomes = _table(
        words, "incomes", columns,
        ({"item": words(f"audit_source_{row['source']}"), "mean": _whole(round(row["mean"])),
          "median": _whole(round(row["p50"])) if any(row[f"p{tenth}0"] for tenth in range(1, 10)) else "—",  # too few households
          "with": _whole(row["households_with"])} for row in imported.tables.incomes),
    )  # fmt: skip
    return margins, incomes


def _has_residents(imported: "Imported") -> bool:
    return bool(imported.residents.cells or imported.residents.ages)


def _residents(imported: "Imported", words: Words) -> tuple[Block, ...]:
    """Residents by township and by size, and by age: what general households will agree with."""
    census = imported.residents
    columns = (_column(words, "variable"), _column(words, "category", width=2), _column(words, "households", "whole"),
               _column(words, "persons", "whole"))  # fmt: skip
    rows: list[Row] = []
    for variable, key in (("township", "township"), ("size", "size")):
        for category in dict.fromkeys(
            str(getattr(cell, key)) for cell in sorted(census.cells, key=lambda cell: cell.size * (key == "size"))
        ):
            here = [cell for cell in census.cells if str(getattr(cell, key)) == category]
            rows.append({"variable": words(f"audit_by_{variable}"), "category": category,
                         "households": _whole(sum(cell.households for cell in here)),
                         "persons": _whole(sum(cell.persons for cell in here))})  # fmt: skip
    for band in census.ages:
        sex = "" if band.sex == "all" else f"{words('audit_men' if band.sex == '男' else 'audit_women')} "
        rows.append({"variable": words("audit_by_age_sex"), "category": f"{sex}{band.age}", "households": "",
                     "persons": _whole(band.persons)})  # fmt: skip
    return (_table(words, "residents", columns, rows, words("audit_residents_note")),)


def _read(imported: "Imported", words: Words) -> tuple[Block, ...]:
    columns = (
        _column(words, "file", width=1.8), _column(words, "sheet"), _column(words, "table", width=1.2),
        _column(words, "placed", "whole"),
        _column(words, "passed", "whole"), _column(words, "unused", width=1.2),
    )  # fmt: skip
    rows: list[Row] = [
        {"file": each.file, "sheet": each.sheet, "table": words(f"audit_kind_{each.kind}"),
         "placed": _whole(each.rows.get("placed", 0)),
         "passed": _whole(sum(each.rows.values()) - each.rows.get("placed", 0)), "unused": " ".join(each.unused)}
        for each in imported.read
    ]  # fmt: skip
    tables: tuple[Block, ...] = (_table(words, "read", columns, rows),)
    if not imported.findings.notes:
        return tables
    notes: list[Row] = [
        {"file": each.file, "sheet": each.sheet, "note": each.text.chinese if words.language == "zh" else each.text.english}
        for each in imported.findings.notes
    ]
    beside = (_column(words, "file", width=1.6), _column(words, "sheet"), _column(words, "note", width=4))
    return (*tables, _table(words, "notes", beside, notes))
