"""What a workbook is before anything of it is read: which kind of file, how large once unpacked, which of its cells are formulas.

A workbook is a ZIP archive that says of itself how large it is. It is believed only after its sheets were unpacked once, piece by
piece and up to a limit, because the reader lays out every cell up to the last one: a file of a few kilobytes can ask for more
memory than there is.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from sim.core.inputs.errors import DAMAGED_ARCHIVE, UserError

LARGEST_FILE = 300 << 20  # bytes on disk
LARGEST_PART = 1 << 30  # bytes of a part once unpacked: a sheet of 45 000 persons and 80 columns has some 300 million
LARGEST_LIST = 16 << 20  # bytes of the list of sheets
MOST_PARTS = 5_000
MOST_CELLS = 12_000_000  # up to the last row and column: 150 000 rows of 80 columns
MOST_FORMULAS = 200_000
PIECE = 1 << 20

XLSX, XLS, ODS, TEXT = "xlsx", "xls", "ods", "text"
#: How other files begin that people take for workbooks, and what to say.
_OTHERS = {b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip"}
_MARKUP = re.compile(rb"\s*(?:<!doctype html|<html|<\?xml|<table|<meta)", re.IGNORECASE)

_MOSTLY = 0.9  # of the letters of a text that a spreadsheet in Chinese writes
#: A cell with something in it, and its place.
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*(?<!/)>")
#: A cell or a row that names a place which no sheet has: a reader may take it for one that is very far away.
_NOWHERE = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br=[\"'](?![A-Z]{1,3}[1-9]\d{0,6}[\"'])|<(?:\w+:)?row\s[^>]*?\br=[\"'](?![1-9]\d{0,6}[\"'])"
)
#: A formula, an error, or a cell that does not say where it is: then every cell is looked at.
_ONE_BY_ONE = re.compile(rb"<(?:\w+:)?f[ />]|\bt=[\"']e[\"']|<(?:\w+:)?c(?=[ >])(?![^>]*?\br=)[^>]*>")
_LONGEST_TAG = 100_000


@dataclass
class SheetCells:
    """What the reader does not tell of a sheet: cells (row from 1, column from 0) whose formula has no stored value or that show
    an error, and how many formulas had one.
    """

    empty_formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    stored: int = 0


def kind_of(path: Path) -> str:
    """What a file is, by its first bytes and not by its name. Raises UserError for what is no table."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise UserError(
            f"is larger than {LARGEST_FILE >> 20} MB; export it by township",
            f"超过 {LARGEST_FILE >> 20} MB；请分乡镇导出",
        )
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise UserError("is empty", "是空文件")
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return XLS
    other = next((name for beginning, name in _OTHERS.items() if head.startswith(beginning)), "")
    if other:
        raise UserError(f"is a {other} file; export it as .xlsx or .csv", f"是 {other} 文件；请导出为 .xlsx 或 .csv")
    if _MARKUP.match(head):
        raise UserError(
            "is a web page whose name ends like a workbook's; open it in Excel or WPS and save it as .xlsx",
            "实际是网页格式；请用 Excel 或 WPS 打开，另存为 .xlsx",
        )
    if head.count(b"\0") and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        if _is_utf16(head):
            raise UserError(
                "is UTF-16 text that does not say so at its beginning; save it as CSV UTF-8 or as .xlsx",
                "是 UTF-16 编码，但文件开头没有标明；请另存为“CSV UTF-8”格式或 .xlsx",
            )
        raise UserError("is no table; export it as .xlsx or .csv", "不是表格文件；请导出为 .xlsx 或 .csv")
    return TEXT


def _is_utf16(head: bytes) -> bool:
    """Whether bytes are text of two bytes a letter, of either order: lines of what can be printed."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(encoding, "replace")
        known = sum(letter.isascii() or "\u3000" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef" for letter in text)
        if "\0" not in text and "\n" in text and known > _MOSTLY * len(text):
            return True
    return False


def _kind_of_archive(path: Path) -> str:
    with _archive(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return XLSX
        if "content.xml" in names:
            return ODS
    if "xl/workbook.bin" in names:
        raise UserError("is an .xlsb workbook; save it as .xlsx", "是 .xlsb 格式；请另存为 .xlsx")
    raise UserError(
        "is an archive, and no workbook; unpack it and hand in the tables in it", "是压缩包，不是工作簿；请解压后逐个导入"
    )


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED_ARCHIVE:
        raise damaged() from None
    if len(archive.namelist()) > MOST_PARTS:
        archive.close()
        raise damaged()
    return archive


def damaged() -> UserError:
    """That a workbook cannot be read."""
    return UserError(
        "cannot be read as a workbook; open it in Excel or WPS and save it again as .xlsx",
        "无法按工作簿读取；请用 Excel 或 WPS 打开后重新另存为 .xlsx",
    )


def too_large() -> UserError:
    """That a workbook would take too much memory."""
    return UserError(
        f"holds a sheet of more than {MOST_CELLS // 10_000} 0000 cells up to its last row and column; delete what lies beyond "
        "the table, or export it by township",
        f"有工作表到最后一行一列超过 {MOST_CELLS // 10_000} 万个单元格；请删去表格以外的内容，或分乡镇导出",
    )


def survey(path: Path, kind: str) -> dict[str, SheetCells]:
    """Unpack every sheet once and look at where its cells lie; formulas by name of sheet (of .xlsx only).

    Raises UserError for a file that is damaged, or that would take more memory than a table of a county can need.
    """
    try:
        with _archive(path) as archive:
            parts = {part.filename: part for part in archive.infolist()}
            if kind == ODS:
                _survey_ods(archive, parts)
                return {}
            for name, part in parts.items():
                if name.startswith("xl/") and not name.startswith("xl/worksheets/") and name.endswith((".xml", ".rels")):
                    for _ in _unpack(archive, part):
                        pass
            return {name: _survey_sheet(archive, parts[target]) for name, target in _sheets(archive, parts) if target in parts}
    except UserError:
        raise
    except (*DAMAGED_ARCHIVE, expat.ExpatError, LookupError, OSError):
        raise damaged() from None


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int | None = None) -> Iterator[bytes]:
    """The pieces of a part, as long as the stream itself goes on, whatever the archive says of its size."""
    if part.flag_bits & 1:
        raise damaged()
    file: Any = archive.fp
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise damaged()
    file.seek(part.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"))
    left, seen = part.compress_size, 0
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged()
    unpacking = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        packed = file.read(min(PIECE, left))
        if not packed:
            raise damaged()
        left -= len(packed)
        while packed:
            piece = unpacking.decompress(packed, PIECE) if unpacking else packed
            packed = unpacking.unconsumed_tail if unpacking else b""
            seen += len(piece)
            if seen > (LARGEST_PART if most is None else most):
                raise too_large()
            yield piece
            if unpacking and unpacking.eof:
                return


def _whole(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    return b"".join(_unpack(archive, part, LARGEST_LIST))


def _parser() -> Any:
    """A parser that takes no document type, which is where entities that grow or fetch are defined."""
    parser = expat.ParserCreate()

    def refuse(*_: Any) -> None:
        raise damaged()

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small XML file in their order, without prefixes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, given: found.append(
        (name.rpartition(":")[2], {key.rpartition(":")[2] if key != "r:id" else "rid": value for key, value in given.items()})
    )
    parser.Parse(content, True)
    return found


def _sheets(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> Iterator[tuple[str, str]]:
    """Name of each sheet and the part that holds it."""
    links = parts.get("xl/_rels/workbook.xml.rels")
    targets = {}
    if links is not None:
        for name, given in _elements(_whole(archive, links)):
            if name == "Relationship" and "Id" in given and given.get("TargetMode") != "External":
                target = given.get("Target", "").replace("\\", "/")
                targets[given["Id"]] = target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"
    for name, given in _elements(_whole(archive, parts["xl/workbook.xml"])):
        if name == "sheet" and "name" in given:
            yield given["name"], targets.get(given.get("rid", given.get("id", "")), "")


def _survey_sheet(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> SheetCells:
    """Where the cells of a sheet end, and its formulas. Raises UserError where they end too far away."""
    rows: set[bytes] = set()
    columns: set[bytes] = set()
    one_by_one, tail = False, b""
    for piece in _unpack(archive, part):
        text = tail + piece
        whole = text.rfind(b">") + 1  # a tag that is cut is looked at with the next piece
        text, tail = text[:whole], text[whole:][-_LONGEST_TAG:]
        if _NOWHERE.search(text):
            raise damaged()
        one_by_one = one_by_one or _ONE_BY_ONE.search(text) is not None
        places = _CELL.findall(text)
        columns.update(letters for letters, _ in places)
        rows.update(number for _, number in places)
    if max(map(int, rows), default=0) * max(map(column_number, columns), default=0) > MOST_CELLS:
        raise too_large()
    return _cells(archive, part) if one_by_one else SheetCells()


def column_number(letters: bytes) -> int:
    """The number of a column from 1: A is 1, XFD is 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cells(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> SheetCells:
    """Formulas and errors of a sheet, cell by cell. Raises UserError where its cells end too far away."""
    found = SheetCells()
    last = [0, 0]
    state: dict[str, Any] = {"row": 0, "column": -1, "formula": False, "value": False, "error": False, "inside": ""}

    def start(name: str, given: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            state["row"] = _number(given.get("r"), state["row"] + 1)
            state["column"] = -1
        elif name == "c":
            place = re.fullmatch(r"([A-Z]{1,3})\d{1,7}", given.get("r", ""))
            state["column"] = column_number(place[1].encode()) - 1 if place else state["column"] + 1
            state.update(formula=False, value=False, error=given.get("t") == "e")
        elif name == "f":
            state["formula"] = True
        elif name in ("v", "is"):
            state["inside"] = name

    def text(content: str) -> None:
        if state["inside"] and content.strip():
            state["value"] = True

    def end(name: str) -> None:
        name = name.rpartition(":")[2]
        if name in ("v", "is"):
            state["inside"] = ""
        elif name == "c":
            place = (state["row"], state["column"])
            if state["value"]:
                last[:] = max(last[0], place[0]), max(last[1], place[1] + 1)
            if state["error"]:
                found.errors.add(place)
            elif state["formula"] and not state["value"]:
                found.empty_formulas.add(place)
            elif state["formula"]:
                found.stored += 1
            if len(found.errors) + len(found.empty_formulas) > MOST_FORMULAS or last[0] * last[1] > MOST_CELLS:
                raise too_large()

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    for piece in _unpack(archive, part):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return found


def _number(text: str | None, other: int) -> int:
    """A number of rows or columns; one that is longer than any sheet stands for more than any sheet has."""
    if not text or not text.isdecimal():
        return other
    return int(text) if len(text) < 8 else 10**7


def _survey_ods(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> None:
    """How far the cells of an .ods workbook reach once what is repeated is repeated."""
    at = {"row": 0, "column": 0, "times": 1, "last_row": 0, "last_column": 0}

    def start(name: str, given: dict[str, str]) -> None:
        if name == "table:table":
            at.update(row=0, last_row=0, last_column=0)
        elif name == "table:table-row":
            at["times"] = _number(given.get("table:number-rows-repeated"), 1)
            at["row"] += at["times"]
            at["column"] = 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            at["column"] += _number(given.get("table:number-columns-repeated"), 1)
            if "office:value-type" in given or "table:formula" in given or "calcext:value-type" in given:
                at["last_row"], at["last_column"] = max(at["last_row"], at["row"]), max(at["last_column"], at["column"])
                if at["last_row"] * at["last_column"] > MOST_CELLS:
                    raise too_large()

    parser = _parser()
    parser.StartElementHandler = start
    for piece in _unpack(archive, parts["content.xml"]):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
