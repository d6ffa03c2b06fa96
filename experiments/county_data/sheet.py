"""One table of an export: where its headings stand, what kind of table it is, and its rows read field by field.

Headings stand in one or several of the first rows, merged or not. Every row below is placed, or it is blank, a heading again, a
total or a remark, and is counted as such. A cell that cannot be read is a finding and leaves its field empty.
"""

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from experiments.county_data import columns, identity, values
from experiments.county_data.columns import Field, Heading
from experiments.county_data.findings import Findings
from experiments.county_data.workbook import Table
from sim.core.inputs.errors import BilingualText

DEEPEST = 12  # rows among which headings are looked for
FEWEST = 2  # headings without which a row is none
TOTAL = re.compile(
    r"(?:本页|全[县市区乡镇村])?(?:合|小|总|共)\s*计[:：]?[\d.,\s人户个元万共]*|累计|总\s*数|.{1,12}(?:合计|小计|总计)[:：]?"
)
_MOST_LISTED = 20  # rows that a note names
TOTAL_WITHIN = 12  # cells of a row among which it says that it is a total
#: Who a row is about: a row without any of these, and with little else, is a remark.
OF_WHOM = ("household", "person", "identity", "head_identity")
#: What numbers of households and persons are written with; who filled in a table, and when, is not.
_NUMBERED = re.compile(r"(?=.*[\d*])[A-Za-z\d*=\"'\s+._-]+")
#: A township or a village, and no remark below the table.
_NAME = re.compile(r"(?!备?注|说明|填|制表|审核|单位|负责|联系|合计|总计|日期)[\u4e00-\u9fff·()]{2,15}|[A-Z][A-Za-z' -]{1,40}")
#: Papers whose number is no identity number.
_OTHER_PAPERS = ("护照", "港澳", "台湾", "台胞", "军官", "士兵", "出生", "户口", "其他", "回乡")
#: Median of a column of yuan below which it is in 10 000 yuan.
LEAST_MEDIAN = 100.0
FEWEST_FOR_MEDIAN = 20
LARGE = ("wage", "production", "transfer", "gross_income", "net_income", "income_per_head")

PERSONS, HOUSEHOLDS, VILLAGES, TOWNSHIPS, WORK, POSTS, LOANS, CIVIL_HOUSEHOLDS, CIVIL_PERSONS, UNKNOWN = (
    "persons", "households", "villages", "townships", "work", "posts", "loans", "civil_households", "civil_persons", "unknown",
)  # fmt: skip


@dataclass(slots=True)
class Record:
    """A row: its number as Excel shows it, and what stands in the fields that could be read."""

    row: int
    values: dict[str, Any]

    def get(self, name: str) -> Any:
        """What stands in a field; None for nothing."""
        return self.values.get(name)


@dataclass
class Sheet:
    """A table read: ``where`` is its file and sheet, ``kind`` what it is a table of, ``fields`` the columns that were found."""

    where: tuple[str, str]
    kind: str
    fields: dict[str, Field] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    totals: list[Record] = field(default_factory=list)
    title: str = ""
    rows: Counter[str] = field(default_factory=Counter)  # placed, blank, heading, total, remark
    unused: list[str] = field(default_factory=list)  # letters of the columns that are not read

    def has(self, *names: str) -> bool:
        """Whether the table has all these columns."""
        return all(name in self.fields for name in names)


def read(table: Table, findings: Findings, progress: Callable[[int], None] | None = None) -> Sheet:
    """Read a table. One whose headings are not found has the kind ``UNKNOWN`` and no records."""
    where = (table.file, table.sheet)
    head = list(itertools.islice(table.rows, DEEPEST + 3))
    block = _locate(head)
    if block is None:
        count = sum(1 for _ in table.rows) + len(head)
        sheet = Sheet(where, UNKNOWN)
        sheet.rows["unread"] = count
        return sheet
    first, last, by_place = block
    headings = _headings(by_place, table, head[first : last + 1])
    sheet = Sheet(where, UNKNOWN, fields={each.field.id: each.field for each in headings})
    sheet.title = " ".join(cell for _, row in head[:first] for cell in row if isinstance(cell, str) and len(cell) < 60)
    sheet.kind = _kind(sheet)
    sheet.rows["heading"] = last + 1
    width = max((len(row) for _, row in head[first : last + 1]), default=0)
    read_places = {each.place for each in headings}
    named = {place for _, row in head[first : last + 1] for place, cell in enumerate(row) if cell != ""}
    sheet.unused = [letters(place) for place in range(width) if place in named and place not in read_places]
    texts = {cell for _, row in head[first : last + 1] for cell in row if columns.match(cell) is not None}
    reader = _Reader(sheet, headings, texts, table, findings)
    for number, row in itertools.chain(head[last + 1 :], table.rows):
        reader.take(number, row)
        if progress is not None and number % 2000 == 0:
            progress(number)
    reader.finish()
    return sheet


def letters(place: int) -> str:
    """The letters of a column by its place from 0."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def _locate(head: list[tuple[int, list[Any]]]) -> tuple[int, int, list[dict[int, tuple[Field, float | None]]]] | None:
    """First and last row of the headings, as places in ``head``, and what each matches by place; None if there are none."""
    matched = [
        {place: found for place, cell in enumerate(row) if (found := columns.match(cell)) is not None}
        for _, row in head[:DEEPEST]
    ]
    filled = [sum(cell != "" for cell in row) for _, row in head[:DEEPEST]]
    if not matched:
        return None
    best = max(range(len(matched)), key=lambda number: (len({found[0].id for found in matched[number].values()}), -number))
    distinct = len({found[0].id for found in matched[best].values()})
    if distinct < FEWEST:
        return None
    first = last = best
    while last + 1 < len(matched) and _goes_on(head[last + 1][1], matched[last + 1], filled[last + 1]):
        last += 1
    while first > 0 and (matched[first - 1] or filled[first - 1] > 1):
        first -= 1
    return first, last, matched[first : last + 1]


def _goes_on(row: list[Any], matched: dict[int, Any], filled: int) -> bool:
    """Whether the row below headings is one of them: headings, units, codes or the numbers of columns."""
    texts = [cell for cell in row if cell != ""]
    if not texts:
        return False
    if matched and len(matched) * 2 >= filled:
        return True
    if all(isinstance(cell, str) and columns.unit(cell) is not None for cell in texts):
        return True
    numbers = [values.text_of(cell).strip("()") for cell in texts]
    return len(numbers) > 2 and numbers == [str(number) for number in range(int(numbers[0]), int(numbers[0]) + len(numbers))] \
        if numbers[0] in ("0", "1") else False  # fmt: skip


def _headings(
    by_place: list[dict[int, tuple[Field, float | None]]], table: Table, head: list[tuple[int, list[Any]]]
) -> list[Heading]:
    """The columns that are read, in their order: the lowest heading of a column that is known counts; a merged heading above
    it, or a row of units below, may name its unit.
    """
    units: dict[int, float] = {}
    for number, row in head:
        for place, cell in enumerate(row):
            if not isinstance(cell, str) or not cell:
                continue
            found = columns.unit(cell)
            if found is None:
                inside = re.search(r"[(（](万元|千元|亿元|元)[)）]", cell)
                found = columns.UNITS[inside[1]] if inside else None
            if found is None:
                continue
            last = next((right for top, left, bottom, right in table.merged if top <= number <= bottom and left == place), place)
            units |= dict.fromkeys(range(place, last + 1), found)
    lowest: dict[int, tuple[Field, float | None]] = {}
    for matched in by_place:
        lowest |= matched
    return [
        Heading(place, found, factor if factor is not None else units.get(place))
        for place, (found, factor) in sorted(lowest.items())
    ]


def _kind(sheet: Sheet) -> str:
    """What a table is a table of, by its columns, and by its names where these leave it open."""
    named = " ".join((*sheet.where, sheet.title))
    someone = sheet.has("person") or sheet.has("identity")
    if sheet.has("monthly_wage") or sheet.has("job_start"):
        return WORK if someone else UNKNOWN
    if "insured" in sheet.fields or "monthly_dibao" in sheet.fields:
        return CIVIL_HOUSEHOLDS
    if not sheet.has("household") and ("civil_registered" in sheet.fields or (someone and "低保" in named)):
        return CIVIL_PERSONS
    if not sheet.has("household") and someone and not sheet.has("relation") and (sheet.has("post_pay") or "公益" in named):
        return POSTS
    if "loan" in sheet.fields and not sheet.has("person") and not sheet.has("members"):
        return LOANS if sheet.has("household") or someone or sheet.has("head_identity") else UNKNOWN
    if sheet.has("person") or (sheet.has("household", "identity")):
        return PERSONS
    if sheet.has("household"):
        return HOUSEHOLDS
    if any(name.startswith(("village_", "township_")) for name in sheet.fields):
        return VILLAGES if sheet.has("village") else TOWNSHIPS if sheet.has("township") else UNKNOWN
    if someone and sheet.has("post"):
        return POSTS
    return UNKNOWN


class _Reader:
    """Takes the rows of a table one after the other."""

    def __init__(self, sheet: Sheet, headings: list[Heading], texts: set[str], table: Table, findings: Findings) -> None:
        self.sheet, self.headings, self.texts, self.findings = sheet, headings, texts, findings
        self.cells = table.cells
        self.places: dict[str, list[Heading]] = {}
        for heading in headings:
            self.places.setdefault(heading.field.id, []).append(heading)
        self.known: dict[str, dict[str, Any]] = {}
        self.repaired: Counter[str] = Counter()
        self.numbers: dict[str, list[Record]] = {}
        self.bare: list[int] = []  # rows of places with a name and nothing else
        self.of_whom = [each.place for each in headings if each.field.id in OF_WHOM]

    def take(self, number: int, row: list[Any]) -> None:
        """Place one row."""
        if not any(cell != "" and cell is not None for cell in row):
            self.sheet.rows["blank"] += 1
            return
        if self._is_heading(row):
            self.sheet.rows["heading"] += 1
            self.repaired["heading"] += 1
            return
        if any(_is_total(cell) for cell in row[:TOTAL_WITHIN]):
            self.sheet.rows["total"] += 1
            self.sheet.totals.append(Record(number, self._values(number, row, quiet=True)))
            return
        if self._is_remark(number, row):
            self.sheet.rows["remark"] += 1
            return
        self.sheet.rows["placed"] += 1
        self.sheet.records.append(Record(number, self._values(number, row)))

    def _is_heading(self, row: list[Any]) -> bool:
        same = texts = 0
        for heading in self.headings[:12]:
            cell = row[heading.place] if heading.place < len(row) else ""
            if cell == "":
                continue
            texts += 1
            same += isinstance(cell, str) and cell in self.texts
        return same >= FEWEST and same * 2 >= texts

    def _is_remark(self, number: int, row: list[Any]) -> bool:
        """Whether a row is about nobody: a note below the table, or who filled it in."""
        if self.sheet.kind in (VILLAGES, TOWNSHIPS):
            filled = [each for each in self.headings if each.place < len(row) and row[each.place] != ""]
            if any(each.field.kind != "place" for each in filled):
                return False
            name = "village" if self.sheet.kind == VILLAGES else "township"
            if not any(each.field.id == name and _NAME.fullmatch(values.text_of(row[each.place])) for each in filled):
                return True
            self.bare.append(number)
            return False
        if any(place < len(row) and _NUMBERED.fullmatch(values.text_of(row[place])) for place in self.of_whom):
            return False
        filled = sum(each.place < len(row) and row[each.place] != "" for each in self.headings)
        return filled < min(FEWEST + 1, max(len(self.headings) // 2, 1))

    def _values(self, number: int, row: list[Any], quiet: bool = False) -> dict[str, Any]:
        """The fields of a row."""
        found: dict[str, Any] = {}
        papers = self.places.get("identity_type", ())
        kinds = [str(row[each.place]) for each in papers if each.place < len(row)]
        other = any(word in kind for kind in kinds for word in _OTHER_PAPERS)
        for name, headings in self.places.items():
            if name == "identity" and other:
                continue
            for heading in headings:
                cell = row[heading.place] if heading.place < len(row) else ""
                if cell == "":
                    if not quiet:
                        self._look_behind(number, heading)
                    continue
                value = self._value(number, cell, heading, quiet=quiet)
                if value is None:
                    continue
                if name not in found:
                    found[name] = value
                elif found[name] != value and not quiet and heading.field.names and heading.field.kind in ("number", "money"):
                    self.findings.add(self.sheet.where, number, "two_values", heading.field.name)
        return found

    def _look_behind(self, number: int, heading: Heading) -> None:
        """Add a finding for a cell that is not empty in the file: a formula without a value, or an error."""
        place = (number, heading.place)
        if place in self.cells.empty_formulas:
            self.findings.add(self.sheet.where, number, "empty_formula", heading.field.name)
        elif place in self.cells.errors:
            self.findings.add(self.sheet.where, number, "error_cell", heading.field.name)

    def _value(self, number: int, cell: Any, heading: Heading, quiet: bool) -> Any:
        """What a cell says; None for nothing, and for what is a finding."""
        field, where = heading.field, self.sheet.where
        if field.kind == "identity":
            return self._identity(number, cell, field, quiet=quiet)
        if field.kind == "key":
            if identity.is_spoilt_key(cell):
                self.findings.add(where, number, "spoilt_key", field.name)
                return None
            return identity.read_key(cell) or None
        if field.kind == "place":
            return values.text_of(cell)[:60] or None
        if isinstance(cell, str) and cell.startswith("#") and cell.endswith(("!", "?", "A", "0")):
            self.findings.add(where, number, "error_cell", field.name)
            return None
        known = self.known.setdefault(field.id, {}) if isinstance(cell, str) and field.kind not in ("number", "money") else None
        if known is not None and cell in known:
            return known[cell]
        try:
            value = values.read(cell, field)
            if (
                isinstance(cell, str)
                and not cell.isascii()
                and field.kind in ("number", "money", "month", "date")
                and value is not None
            ):
                self.repaired["full_width"] += 1
            if field.kind in ("number", "money") and value is not None:
                value = self._in_unit(value, cell, heading)
                if not quiet:
                    values.check_range(value, field)
        except values.Fault as fault:
            if not quiet:
                self.findings.add(where, number, fault.kind, field.name, fault.detail)
            return None
        if known is not None:
            known[cell] = value
        return value

    def _in_unit(self, value: float, cell: Any, heading: Heading) -> float:
        """A number in yuan, mu or persons: a unit in the cell goes before that of the heading."""
        if heading.factor in (None, 1.0) or (isinstance(cell, str) and any(mark in cell for mark in "万亿元")):
            return value
        return value * (heading.factor or 1.0)

    def _identity(self, number: int, cell: Any, field: Field, quiet: bool) -> Any:
        found = identity.read_identity(cell)
        kind: Any = {identity.MASKED: "masked", identity.SPOILT: "spoilt", identity.LENGTH: "length", identity.DIGIT: "digit",
                     identity.BIRTH: "identity_birth"}.get(found.state)  # fmt: skip
        if kind is not None and not quiet:
            self.findings.add(self.sheet.where, number, kind, field.name)
        return found if found.state != identity.NONE else None

    def finish(self) -> None:
        """Columns in 10 000 yuan whose heading does not say so, and what was repaired or passed over."""
        for name in LARGE:
            headings = self.places.get(name, [])
            positive = [value for each in self.sheet.records if (value := each.get(name)) and value > 0] if headings else []
            if len(positive) < FEWEST_FOR_MEDIAN or statistics.median(positive) >= LEAST_MEDIAN:
                continue
            called = headings[0].field.name
            if headings[0].factor == 1.0:
                self.findings.add(self.sheet.where, 0, "contradiction_unit", called, _WRONG_UNIT)
            else:
                self.findings.note(
                    self.sheet.where, f"{called}: read as 10 000 yuan, by its size", f"{called}：按数值大小判断以万元为单位"
                )
            for each in self.sheet.records:
                if each.get(name) is not None:
                    each.values[name] *= 1e4
        if self.sheet.kind in (TOWNSHIPS, VILLAGES):
            self._look_at_names()
        self._note()

    def _look_at_names(self) -> None:
        """Places without a name, and townships that stand in two rows: the first counts. Villages that do are looked at when all
        tables are joined.
        """
        name = "township" if self.sheet.kind == TOWNSHIPS else "village"
        first: dict[str, int] = {}
        kept = []
        for each in self.sheet.records:
            called = str(each.get(name) or "").strip()
            if not called:
                self.findings.add(self.sheet.where, each.row, "missing_key", "乡镇" if name == "township" else "村")
            elif name == "township" and called in first:
                before = BilingualText(f"row {first[called]}", f"第 {first[called]} 行")
                self.findings.add(self.sheet.where, each.row, "place_twice", "乡镇", before)
                continue
            first.setdefault(called, each.row)
            kept.append(each)
        self.sheet.records = kept

    def _note(self) -> None:
        note = self.findings.note
        where, rows = self.sheet.where, self.sheet.rows
        if self.repaired["heading"]:
            count = self.repaired["heading"]
            note(where, f"{count} repeated rows of headings passed over", f"跳过重复的表头 {count} 行")
        if self.bare:
            listed = ", ".join(map(str, self.bare[:_MOST_LISTED])) + (", …" if len(self.bare) > _MOST_LISTED else "")
            english = (
                f"rows with a name and nothing else: {listed}; each counts as a place, and columns with gaps are not added up"
            )
            note(where, english, f"只有名称、其余未填的行：{listed}；各计为一个乡镇或村，有空缺的列不求和比对")
        if rows["total"]:
            note(where, f"{rows['total']} rows of totals passed over", f"跳过合计行 {rows['total']} 行")
        if rows["remark"]:
            note(where, f"{rows['remark']} rows of remarks passed over", f"跳过备注行 {rows['remark']} 行")
        if self.repaired["full_width"]:
            count = self.repaired["full_width"]
            note(where, f"{count} numbers with full-width characters read", f"含全角字符的数字 {count} 个，已转换")
        if self.cells.stored:
            count = self.cells.stored
            note(where, f"{count} formulas: their stored values were taken", f"公式 {count} 个，采用文件中保存的结果")


def _is_total(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell) < 20 and TOTAL.fullmatch(cell.strip()) is not None


_WRONG_UNIT = BilingualText(
    "the heading says yuan, and the numbers are of the size of 10 000 yuan; read as 10 000 yuan",
    "列名写的是元，数值却像是万元；已按万元读取",
)


def records_of(sheets: list[Sheet], *kinds: str) -> Iterator[tuple[Sheet, Record]]:
    """The records of all tables of these kinds."""
    for sheet in sheets:
        if sheet.kind in kinds:
            for record in sheet.records:
                yield sheet, record
