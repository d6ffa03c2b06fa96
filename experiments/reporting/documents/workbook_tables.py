"""The tables of ``export_tables`` as parts of a brief: for the workbook whole, for a document where it asks for one."""

from collections.abc import Iterator, Sequence
from typing import Any

from experiments.reporting.documents import export_tables
from experiments.reporting.documents.content import Cell, Column, Kind, Row, Table
from experiments.reporting.translations import Words
from experiments.results.folder import Results

KINDS: dict[str, tuple[Kind, int]] = {
    export_tables.TEXT: ("text", 0),
    export_tables.WHOLE: ("year", 0),
    export_tables.MONEY: ("whole", 0),
    export_tables.DECIMAL: ("number", 2),
    export_tables.PERCENT: ("share", 1),
}
#: ``goals`` reports the goals of a brief itself: as bounds where none or all of the runs met one, with policy beside without.
LEFT_OUT = ("goals",)
IN_DOCUMENTS = ("coverage",)


def build_tables(results: Sequence[Results], words: Words) -> Iterator[Table]:
    """Every table of these folders but those that a brief reports itself."""
    for table in export_tables.build_tables(results, words.language):
        if table.id not in LEFT_OUT:
            yield _table(table, words)


def _table(table: export_tables.Table, words: Words) -> Table:
    columns = []
    for key, column in table.columns.items():
        kind, digits = KINDS[column.format]
        kind = "whole" if kind == "year" and key != "year" else kind  # counts
        columns.append(
            Column(
                key,
                column.name,
                column.meaning,
                kind=kind,
                width=3.0 if key == "section_name" else 1.0,
                place="both",
                digits=digits,
            )
        )
    rows: list[Row] = [
        {column.id: _cell(value, column, words) for column, value in zip(columns, values, strict=True)}
        for values in table.data.itertuples(index=False, name=None)
    ]
    shown = table.id in IN_DOCUMENTS
    return Table(f"sheet_{table.id}", table.title, tuple(columns), rows=tuple(rows), note=table.note, in_document=shown)


def _cell(value: Any, column: Column, words: Words) -> Cell | str:
    if column.kind == "text" or isinstance(value, str):
        return str(value)
    if value is None or value != value:
        return Cell(None, "")
    number = float(value)
    whole = column.kind in ("year", "whole")
    shown = str(round(number)) if column.kind == "year" else words.number(number, "share" if column.kind == "share" else "")
    return Cell(round(number) if whole else number, shown)
