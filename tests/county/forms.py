"""Filled-in forms and small tables, for tests."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl

from experiments.county_data import form, residents_sheet
from experiments.reporting import plan_workbook


@cache
def _empty(language: str) -> bytes:
    """The empty form, written once in a test session."""
    with TemporaryDirectory() as scratch:
        plan_workbook.write_county_form(Path(scratch) / "form.xlsx", language)
        return (Path(scratch) / "form.xlsx").read_bytes()


def filled(path: Path, values: dict[str, Any], language: str = "zh", source: str = "统计公报", year: Any = 2020) -> Path:
    """A form with these facts filled in, by id, and a code; a value may be (value, source, year)."""
    values = {"county_code": "341899", **values}
    path.write_bytes(_empty(language))
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in range(form.FIRST_ROW, sheet.max_row + 1):
            identity = sheet.cell(row, 1).value
            if identity in values:
                given = values[identity]
                value, own, of = given if isinstance(given, tuple) else (given, source, year)
                sheet.cell(row, 4, value)
                sheet.cell(row, 6, own)
                sheet.cell(row, 5, of)
    book.save(path)
    return path


def with_residents(
    path: Path, townships: list[tuple[Any, ...]] = (), ages: dict[str, tuple[Any, ...]] | None = None, sizes: dict[str, Any] | None = None,
    source: str = "第七次人口普查"
) -> Path:  # fmt: skip
    """A form with its sheet of residents filled in: townships by row; men, women and both by age label; households by size label."""
    made = openpyxl.load_workbook(path)
    sheet = made[residents_sheet.SHEET] if residents_sheet.SHEET in made.sheetnames else made[residents_sheet.ENGLISH]
    first = residents_sheet.HEAD_ROW + 1
    sheet["B3"] = source
    for row, cells in enumerate(townships, first):
        for place, value in enumerate(cells):
            sheet.cell(row, residents_sheet.TOWNSHIP + 1 + place, value)
    for labels, place, given in (
        (residents_sheet.AGE, residents_sheet.MEN, ages or {}),
        (residents_sheet.SIZE, residents_sheet.OF_SIZE, {label: (number,) for label, number in (sizes or {}).items()}),
    ):
        known = {
            sheet.cell(row, labels + 1).value: row for row in range(first, sheet.max_row + 1) if sheet.cell(row, labels + 1).value
        }
        for label, cells in given.items():
            row = known.get(label) or max(known.values()) + 1
            known[label] = row
            sheet.cell(row, labels + 1, label)
            for number, value in enumerate(cells):
                sheet.cell(row, place + 1 + number, value)
    made.save(path)
    return path


def row_of(path: Path, identity: str) -> int:
    """The row of a fact in a form, as Excel shows it."""
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in range(form.FIRST_ROW, sheet.max_row + 1):
            if sheet.cell(row, 1).value == identity:
                return row
    raise KeyError(identity)


def book(path: Path, rows: list[list[Any]], name: str = "Sheet1", merged: tuple[str, ...] = ()) -> Path:
    """A workbook of one sheet."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    made.save(path)
    return path
