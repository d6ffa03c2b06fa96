"""Tables of a file, row by row: .xlsx, .xls and .ods through calamine, .csv as UTF-8 or else GB18030.

Nothing is calculated: a formula has the value that was stored with it. Nothing outside the file is opened.
"""

import csv
import io
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine

from experiments.county_data import old_workbook, packages
from experiments.county_data.packages import TEXT, SheetCells
from sim.core.inputs.errors import UserError

#: What stands in a cell: text, a number, a date, a truth value, or "" for nothing.
Cell = Any
LONGEST_CELL = 20_000  # letters
MOST_SHEETS = 200
MOST_COLUMNS = 2_000
MOST_FORM_ROWS, MOST_FORM_COLUMNS = 2_000, 40  # of a sheet that is filled in by hand
#: UTF-8 first, since GB18030 reads almost anything.
GB = "gb18030"
ENCODINGS = ("utf-8-sig", GB)
#: Share of pairs of bytes, taken as GB18030, that are characters no office writes, from which a text is of another encoding.
_ODD_PAIRS = 0.2
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass
class Table:
    """A sheet, or a CSV file (``sheet`` is "" then): its rows as (number as Excel shows it, cells), to be read once.

    ``merged``: merged ranges as (first row, first column, last row, last column), rows from 1 and columns from 0.
    """

    file: str
    sheet: str
    rows: Iterator[tuple[int, list[Cell]]]
    cells: SheetCells = field(default_factory=SheetCells)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    encoding: str = ""
    path: Path | None = None  # of an .xlsx workbook


def tables(path: Path) -> Iterator[Table]:
    """The tables of a file, one after the other; each is to be read before the next is asked for.

    Raises UserError for a file that is no table, is damaged or protected, or would take too much memory.
    """
    kind = packages.kind_of(path)
    if kind == TEXT:
        yield from _text(path)
        return
    if kind == packages.XLS:
        yield from _old(path)
        return
    surveyed = packages.survey(path, kind)
    with _open(path) as book:
        names = [each.name for each in book.sheets_metadata if each.typ == python_calamine.SheetTypeEnum.WorkSheet]
        for name in names[:MOST_SHEETS]:
            sheet = _sheet(book, name)
            merged = _merged(sheet.merged_cell_ranges or ())
            yield Table(path.name, name, _rows(sheet), surveyed.get(name, SheetCells()), merged,
                        path=path if kind == packages.XLSX else None)  # fmt: skip


def percent_cells(table: Table) -> frozenset[tuple[int, int]]:
    """Cells (row from 1, column from 0) of a table of .xlsx that show their number as a percentage: 0.855 as 85.5 %. The reader
    of tables does not tell.
    """
    import openpyxl

    if table.path is None:
        return frozenset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that are not kept; nothing is written back
        try:
            book = openpyxl.load_workbook(table.path, read_only=True, data_only=True, keep_links=False)
            rows = book[table.sheet].iter_rows(max_row=MOST_FORM_ROWS, max_col=MOST_FORM_COLUMNS)
            found = frozenset((cell.row, cell.column - 1) for row in rows for cell in row
                              if cell.value is not None and "%" in (cell.number_format or ""))  # fmt: skip
            book.close()
        except Exception:  # whatever this library cannot cope with that the other could: then no format is known
            return frozenset()
    return found


def _old(path: Path) -> Iterator[Table]:
    """The tables of a workbook of the old format."""
    if _is_protected(path):
        raise _protected()
    for number, (name, merged, rows) in enumerate(old_workbook.sheets(path, _protected())):
        if number < MOST_SHEETS:
            yield Table(path.name, name, enumerate(rows, 1), merged=_merged(merged))


def _merged(ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> tuple[tuple[int, int, int, int], ...]:
    return tuple((top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in ranges)


@contextmanager
def _silent() -> Iterator[None]:
    """Nothing on stderr: the reader's own library prints a trace of its own where a file is broken, before it says so."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _open(path: Path) -> Any:
    """The workbook in a file, opened by what it is and not by what it is called."""
    try:
        with _silent():
            return python_calamine.load_workbook(io.BytesIO(path.read_bytes()))
    except python_calamine.PasswordError:
        raise _protected() from None
    except (python_calamine.CalamineError, OSError, ValueError, TypeError):
        raise packages.damaged() from None
    except BaseException as problem:
        raise _refused(problem) from None


def _protected() -> UserError:
    return UserError(
        "is protected by a password; take the protection off and save it again",
        "设有打开密码；请取消密码后重新保存",
    )


def _is_protected(path: Path) -> bool:
    """Whether an OLE file holds an encrypted workbook: the name of its stream stands in it in UTF-16."""
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()


def _refused(problem: BaseException) -> BaseException:
    """What the reader's own library could not cope with, as a fault of the file; anything else as it is."""
    return packages.damaged() if type(problem).__name__ == "PanicException" else problem


def _sheet(book: Any, name: str) -> Any:
    try:
        with _silent():
            return book.get_sheet_by_name(name)
    except (python_calamine.CalamineError, ValueError, OSError):
        raise packages.damaged() from None
    except BaseException as problem:
        raise _refused(problem) from None


def _rows(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a sheet, from row 1 on."""
    if sheet.start is None:
        return
    if sheet.total_height * sheet.total_width > packages.MOST_CELLS:
        raise packages.too_large()
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, row if len(row) <= MOST_COLUMNS else row[:MOST_COLUMNS]


def _text(path: Path) -> Iterator[Table]:
    """The one table of a CSV file."""
    encoding = _encoding(path)
    if not encoding:
        raise UserError(
            "is neither UTF-8 nor GB18030 text; save it as .xlsx or as CSV (UTF-8)",
            "既不是 UTF-8 也不是 GB18030 编码；请另存为 .xlsx 或“CSV UTF-8”格式",
        )
    if encoding == GB and _is_big5(path):
        raise UserError(
            "looks like Big5 text, as written in traditional characters; save it as CSV UTF-8 or as .xlsx",
            "像是 Big5（繁体）编码；请另存为“CSV UTF-8”格式或 .xlsx",
        )
    with path.open("r", encoding=encoding, newline="") as file:
        yield Table(path.name, "", _lines(file, _delimiter(path, encoding)), encoding=encoding)


def _encoding(path: Path) -> str:
    """The first encoding that reads the whole file."""
    with path.open("rb") as raw:
        marked = _MARKS.get(raw.read(2))
    for encoding in (marked,) if marked else ENCODINGS:
        try:
            with path.open("r", encoding=encoding, newline="") as file:
                while piece := file.read(packages.PIECE):
                    if "\0" in piece:
                        return ""
            return encoding
        except UnicodeError:
            continue
    return ""


def _is_big5(path: Path) -> bool:
    """Whether a text that can be read as GB18030 is Big5: the second byte of its pairs is often an ASCII one then, which no
    character in daily use has in GB18030.
    """
    with path.open("rb") as raw:
        head = raw.read(packages.PIECE)
    pairs = re.findall(rb"[\x81-\xfe]([\x40-\x7e\x80-\xfe])", head)
    odd = sum(b"\x40" <= second <= b"\x7e" for second in pairs)
    if odd <= _ODD_PAIRS * len(pairs):
        return False
    try:
        head[: head.rfind(b"\n") + 1].decode("big5hkscs")
    except UnicodeError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    """What parts the cells: whichever of comma, tab and semicolon stands most often in the first lines."""
    with path.open("r", encoding=encoding, newline="") as file:
        head = file.read(packages.PIECE >> 4)
    lines = head.splitlines()[:20]
    return max(",\t;", key=lambda mark: sum(line.count(mark) for line in lines))


def _lines(file: Any, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a CSV file, numbered as Excel shows them: a line end within quotes begins no row."""
    csv.field_size_limit(1 << 20)
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise UserError(
                f"row {number} cannot be read: a quotation mark is not closed, or a cell is too long; save it as .xlsx",
                f"第 {number} 行无法读取：引号没有成对，或单元格过长；请另存为 .xlsx",
            ) from None
        yield number, [_typed(cell[:LONGEST_CELL]) for cell in row[:MOST_COLUMNS]]


def _typed(text: str) -> Cell:
    """A cell of a CSV file without what only keeps Excel from reading it as a number: ="…", a leading ' or tab."""
    text = text.strip(" \t\r\n\u3000\ufeff")
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1]
    return text[1:] if text.startswith("'") else text
