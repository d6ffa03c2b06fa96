"""The sheet 常住户分布 of a county's form, written empty and read back: a census's rural households by township and by size, and
persons by age and sex. ``experiments.county_data.residents`` checks it and makes tables of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

from experiments.county_data import columns, values
from experiments.county_data.findings import Findings, Kind
from experiments.county_data.register import township_name
from experiments.county_data.workbook import Table
from sim.core.inputs.errors import BilingualText
from sim.scenario.distributions import AGES, FEWEST, SIZES
from sim.scenario.residents import ALL, SEXES

KIND, SHEET, ENGLISH = "residents", "常住户分布", "Residents"
#: Headings by language: townships, ages, sizes; an empty column lies between the three.
HEADINGS = {
    "zh": ("乡镇", "家庭户数", "家庭户人口", "", "年龄组", "男", "女", "男女合计", "", "户规模", "各规模户数"),
    "en": ("Township", "Households", "Household members", "", "Age group", "Men", "Women", "Both sexes", "", "Household size",
           "Households of this size"),
}  # fmt: skip
TITLES = {
    "zh": ("常住户分布（乡村常住人口，第七次人口普查或最近一次统计）",
           "只填乡村部分，不含城镇。三个表可以只填一个；各规模户数须与乡镇同时填。年龄只有三个大组的，填最下面三行。", "来源"),
    "en": ("Residents (rural residents, census of 2020 or the latest count)",
           "Rural residents only. Any of the three tables may stay blank; sizes need the townships. With three age groups only, "
           "fill in the last three rows.", "Source"),
}  # fmt: skip
TOWNSHIP, HOUSEHOLDS, PERSONS, AGE, MEN, WOMEN, BOTH, SIZE, OF_SIZE = (0, 1, 2, 4, 5, 6, 7, 9, 10)
BROAD = ((0, 14), (15, 59), (60, None))
ROWS, HEAD_ROW, MOST = 80, 4, 3_000_000
_TOTALS = ("合计", "总计", "小计", "全县", "total", "sum")
_AGE = re.compile(r"(\d{1,2})(?:[-—–~～至]+(\d{1,2}))?(?:岁)?(及以上|以上|\+|and over|and older)?")
_SIZES = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_PRIVATE = re.compile(r"\d{5,}")
_THIN = Border(*(Side(style="thin", color="C9C9C9") for _ in range(4)))
_HEAD, _OPEN = PatternFill("solid", fgColor="EEF5FA"), PatternFill("solid", fgColor="FFFBE6")


@dataclass
class GivenResidents:
    """What the sheet says, each number with its row. ``ages``: by sex (or ``all``), first and last year, None if open."""

    where: tuple[str, str]
    source: str = ""
    townships: dict[str, tuple[int, int, int]] = field(default_factory=dict)  # households, persons, row
    ages: dict[tuple[str, int, int | None], tuple[int, int]] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    spoilt: set[int] = field(default_factory=set)  # parts with a number that cannot be used, by the place of their first column

    @property
    def households(self) -> int:
        """Households of all townships."""
        return sum(each[0] for each in self.townships.values())

    @property
    def persons(self) -> int:
        """Members of the households of all townships."""
        return sum(each[1] for each in self.townships.values())


def write_sheet(book: Workbook, language: str) -> None:
    """Add the empty sheet to a form."""
    made: Any = book.create_sheet(SHEET if language == "zh" else ENGLISH)
    title, how, source = TITLES[language]
    made["A1"], made["A2"], made["A3"] = title, how, source
    made["A1"].font = Font(bold=True, size=14)
    for place, heading in enumerate(HEADINGS[language], 1):
        if heading:
            cell = made.cell(HEAD_ROW, place, heading)
            cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _THIN
    zh = language == "zh"
    ages = [_age_label(band.rstrip("+").split("-")[0], band.partition("-")[2], zh) for band in AGES]
    ages += [_age_label(str(low), "" if high is None else str(high), zh) for low, high in BROAD]
    sizes = [f"{size}人{'及以上' if size == SIZES[-1] else ''}户" if zh else f"{size}{' or more' if size == SIZES[-1] else ''}"
             for size in SIZES]  # fmt: skip
    for place, labels in ((AGE, ages), (SIZE, sizes)):
        for number, label in enumerate(labels):
            made.cell(HEAD_ROW + 1 + number, place + 1, label).border = _THIN
    check = DataValidation("whole", operator="between", formula1="0", formula2=str(MOST), allow_blank=True, showErrorMessage=True)
    check.error = f"0–{MOST:,}"
    made.add_data_validation(check)
    for place, rows in ((TOWNSHIP, ROWS), (HOUSEHOLDS, ROWS), (PERSONS, ROWS), (MEN, len(ages)), (WOMEN, len(ages)),
                        (BOTH, len(ages)), (OF_SIZE, len(sizes))):  # fmt: skip
        letter = made.cell(1, place + 1).column_letter
        for row in range(HEAD_ROW + 1, HEAD_ROW + 1 + rows):
            made.cell(row, place + 1).fill = _OPEN
        if place != TOWNSHIP:
            check.add(f"{letter}{HEAD_ROW + 1}:{letter}{HEAD_ROW + rows}")
    made["B3"].fill = _OPEN
    for place, width in enumerate((16, 12, 12, 3, 14, 10, 10, 10, 3, 14, 12), 1):
        made.column_dimensions[made.cell(1, place).column_letter].width = width
    made.freeze_panes = made.cell(HEAD_ROW + 1, 1)


def _age_label(low: str, high: str, zh: bool) -> str:
    if not high:
        return f"{low}岁及以上" if zh else f"{low} and over"
    return f"{low}—{high}岁" if zh else f"{low}–{high}"


def find(head: Sequence[tuple[int, list[Any]]]) -> tuple[int, dict[int, int]] | None:
    """The place in ``head`` of the sheet's headings, and the column of each; None where they are not all there."""
    for place, (_, row) in enumerate(head):
        texts = [str(cell).strip() for cell in row]
        for names in HEADINGS.values():
            if all(name in texts for name in names if name):
                return place, {number: texts.index(name) for number, name in enumerate(names) if name}
    return None


def read(table: Table, head: list[tuple[int, list[Any]]], rest: Any, findings: Findings) -> tuple[GivenResidents, int]:
    """Read the sheet, and how many of its rows say something. ``rest``: the rows after ``head``."""
    where = (table.file, table.sheet)
    found = find(head)
    assert found is not None
    at, places = found
    given = GivenResidents(where, _source(head[:at]))
    totals: dict[int, tuple[float, int]] = {}
    filled = 0
    for row, cells in [*head[at + 1 :], *rest]:
        reader = _Row(table, given, row, {key: cells[each] if each < len(cells) else "" for key, each in places.items()}, places,
                      findings)  # fmt: skip
        filled += reader.township(totals) | reader.age() | reader.size()
    for place, part in ((HOUSEHOLDS, given.households), (PERSONS, given.persons)):
        if place in totals and TOWNSHIP not in given.spoilt and totals[place][0] != part:
            findings.add(where, totals[place][1], "sum", HEADINGS["zh"][place])
    if filled and not given.source:
        findings.note(where, "no source is named for the residents", "没有写来源，请补上")
    return given, filled


def _source(head: Sequence[tuple[int, list[Any]]]) -> str:
    for _, row in head:
        if row and str(row[0]).strip() in [texts[2] for texts in TITLES.values()] and len(row) > 1:
            return _PRIVATE.sub("…", values.text_of(row[1])[:300])
    return ""


class _Row:
    """One row of the sheet: what it says of a township, of an age and of a size."""

    def __init__(
        self, table: Table, given: GivenResidents, row: int, cells: Mapping[int, Any], places: Mapping[int, int],
        findings: Findings
    ) -> None:  # fmt: skip
        self.table, self.given, self.row, self.cells, self.places, self.findings = table, given, row, cells, places, findings

    def fault(self, part: int, kind: Kind, place: int, detail: BilingualText | None = None) -> None:
        """Say what is wrong with a cell; its part of the sheet is then not used."""
        self.findings.add(self.given.where, self.row, kind, HEADINGS["zh"][place], detail)
        self.given.spoilt.add(part)

    def number(self, part: int, place: int) -> int | None:
        """The number in a cell; None for nothing, or after a fault."""
        at = (self.row, self.places[place])
        for kind, cells in (("empty_formula", self.table.cells.empty_formulas), ("error_cell", self.table.cells.errors)):
            if at in cells:
                self.fault(part, kind, place)  # type: ignore[arg-type]
                return None
        if self.cells[place] == "":
            return None
        unit = "户" if place in (HOUSEHOLDS, OF_SIZE) else "人"
        asked = columns.Field("residents", "number", (HEADINGS["zh"][place],), 0, MOST, True, unit)
        try:
            value = values.number(self.cells[place], asked)
            if value is None:
                return None
            values.check_range(value, asked)
        except values.Fault as problem:
            self.fault(part, problem.kind, place, problem.detail)
            return None
        return int(value)

    def township(self, totals: dict[int, tuple[float, int]]) -> bool:
        """A township, or the row of totals."""
        name = township_name(values.text_of(self.cells[TOWNSHIP]))[:30]
        numbers = {place: self.number(TOWNSHIP, place) for place in (HOUSEHOLDS, PERSONS)}
        known = {place: number for place, number in numbers.items() if number is not None}
        if name.lower().startswith(_TOTALS):
            totals.update({place: (number, self.row) for place, number in known.items()})
            return bool(known)
        if not name and not known:
            return False
        if not name or len(known) < 2 or _PRIVATE.search(name):
            self.fault(TOWNSHIP, "resident_missing", TOWNSHIP)
        elif name in self.given.townships:
            self.fault(TOWNSHIP, "resident_twice", TOWNSHIP)
        elif known[HOUSEHOLDS] < FEWEST:
            self.fault(TOWNSHIP, "resident_few", HOUSEHOLDS)
        else:
            self.given.townships[name] = (known[HOUSEHOLDS], known[PERSONS], self.row)
        return True

    def age(self) -> bool:
        """Persons of an age group by sex, or of both together."""
        men, women, both = (self.number(AGE, place) for place in (MEN, WOMEN, BOTH))
        text = values.text_of(self.cells[AGE]).replace(" ", "")
        if men is None and women is None and both is None or text.lower().startswith(_TOTALS):
            return False
        match = _AGE.fullmatch(text.replace("andover", "and over").replace("andolder", "and older"))
        open_end = match is not None and match[3] is not None
        if match is None or open_end == (match[2] is not None):
            self.fault(AGE, "resident_unknown", AGE)
            return True
        band = (int(match[1]), None if open_end else int(match[2]))
        sexes: dict[str, int] = {}
        if men is not None and women is not None:
            sexes = dict(zip(SEXES, (men, women), strict=True))
            if both is not None and both != men + women:
                self.findings.add(
                    self.given.where, self.row, "contradiction_parts", HEADINGS["zh"][BOTH],
                    BilingualText(f"{both} here, and men and women together are {men + women}",
                                  f"这里是 {both}，男、女相加是 {men + women}"),
                )  # fmt: skip
        elif both is not None and men is None and women is None:
            sexes = {ALL: both}
        else:
            self.fault(AGE, "resident_missing", AGE)
            return True
        for sex, number in sexes.items():
            if (sex, *band) in self.given.ages:
                self.fault(AGE, "resident_twice", AGE)
            self.given.ages[(sex, *band)] = (number, self.row)
        return True

    def size(self) -> bool:
        """Households of a size; sizes above the last class count with it."""
        number = self.number(SIZE, OF_SIZE)
        text = values.text_of(self.cells[SIZE]).strip()
        if number is None or text.lower().startswith(_TOTALS):
            return False
        match = re.match(r"(\d{1,2}|[一二两三四五六七八九十])", text)
        size = 0 if match is None else _SIZES.get(match[1]) or int(match[1])
        if not 1 <= size <= 2 * SIZES[-1]:
            self.fault(SIZE, "resident_unknown", SIZE)
            return True
        size = min(size, SIZES[-1])
        before = self.given.sizes.get(size)
        if before is not None and size < SIZES[-1]:
            self.fault(SIZE, "resident_twice", SIZE)
        self.given.sizes[size] = (number + (before[0] if before else 0), self.row)
        return True
