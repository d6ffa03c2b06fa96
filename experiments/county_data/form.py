"""The form of a county's facts: written as a workbook with checked cells, and read back.

A row is known by its id in the first column. Lingyuan's value stands in grey beside the cell to fill in and is never read.
"""

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation

from experiments.county_data import columns, residents_sheet, values
from experiments.county_data.facts import GENERAL_SHEET, SHEETS, AskedFact, GivenFact, asked_facts
from experiments.county_data.findings import Findings, Kind
from experiments.county_data.residents_sheet import GivenResidents
from experiments.county_data.sheet import letters
from experiments.county_data.workbook import Table, percent_cells
from sim.core.inputs.errors import BilingualText, UserError
from sim.core.inputs.notation import half
from sim.core.inputs.units import OfficeName
from sim.scenario.county_file import CODE_DIGITS
from sim.scenario.office_values import WrongUnit, read_cell

YEARS = (2010, 2026)
FIRST_ROW = 4  # of facts; the headings stand in the row above
ROWS_FOR_PLACES = {"乡镇": 80, "村": 1200}
#: Headings of a sheet of facts by language, and what a sheet of facts is known by.
HEADINGS = {
    "zh": ("编号", "事项", "单位", "数值", "年份", "来源", "备注", "凌源数值（供参考）", "哪里能找到"),
    "en": ("id", "Fact", "Unit", "Value", "Year", "Source", "Remark", "Lingyuan (for reference)", "Where to find it"),
}
KEYS = ("id", "fact", "unit", "value", "year", "source", "remark", "home", "where")
#: What a sheet of facts is known by, even if the heading of the values was changed.
_KNOWN_BY = {"id", "fact", "source"}
_VALUE = re.compile(r"数值|value", re.IGNORECASE)
#: What a number looks like where none belongs.
_NUMERIC = re.compile(r"[-+]?\d[\d.,]*(?:%|‰|[万亿千百]?[元人户个亩家吨头支]?)")
SHEET_NAMES = {"zh": {name: name for name in (*SHEETS, "乡镇", "村", "说明")},
               "en": {"县情": "Facts", "经营主体": "Enterprises", "产业": "Industry", "资金": "Funds", "乡镇": "Townships", "村": "Villages",
                      "说明": "Notes"}}  # fmt: skip
NOTES_SHEETS = tuple(names["说明"] for names in SHEET_NAMES.values())
NAME, CODE = "county_name", "county_code"
_ABOUT = {NAME: ("县（市、区）名称", "Name of the county"), CODE: ("行政区划代码（六位）", "Division code (six digits)")}
LONGEST_NAME = 40
TITLES = {
    "zh": ("本县县情表：{sheet}", "只填“数值”“年份”“来源”三列；不知道的留空。没有来源的数按假定处理。"),
    "en": (
        "Facts of your county: {sheet}",
        "Fill in value, year and source; leave blank what is not known. Without a source a number counts as assumed.",
    ),
}
#: Columns of the sheets of townships and villages: ids of ``columns.yaml``.
PLACES: dict[str, tuple[str, ...]] = {
    "乡镇": ("township", "township_villages", "village_households", "village_persons", "village_registered_households",
             "village_registered_persons", "village_dibao_households", "village_dibao_persons"),
    "村": ("township", "village", "poor_village", "village_households", "village_persons", "village_labour", "village_away",
           "village_registered_households", "village_registered_persons", "village_dibao_households", "village_dibao_persons",
           "village_land", "village_income"),
}  # fmt: skip
NOTES = {
    "zh": (
        "怎样填", "一、“县情”“经营主体”“产业”“资金”四张表每行一项：填数值、年份、来源。单位以表中为准，不要改动“编号”和“单位”。",
        "二、“乡镇”“村”两张表每行一个乡镇或一个村；没有的列可以空着。“常住户分布”填人口普查的乡村户数、人口、年龄和户规模，建立的人口与之一致；没有可以空着。", "三、灰色的凌源数值只供对照，不会被读取；没有填的数，程序按凌源折算或按假定处理，并逐项注明。",
        "四、“方案”一张表填本县要改的政策措施：金额以万元计，比例以%计，可以分年填；空着就与基准方案相同。不想改可以整张空着。",
        "五、填好后运行：xianjie county import 本县.xlsx --out 本县；也可以和监测系统、民政系统的导出表一起导入。填了“方案”的，接着运行：xianjie run 本县/方案.yaml --brief。",
        "六、本表不需要、也请不要填写任何个人的姓名、证件号码、电话。备注栏不会被保存。",
    ),
    "en": (
        "How to fill it in", "1. Facts, Enterprises, Industry and Funds have one fact a row: value, year, source. Keep the ids and units as they are.",
        "2. Townships and Villages have one a row; columns that you do not have may stay empty. "
        "Residents takes households, members, ages and sizes of a census; the county founded agrees with it. It may stay empty.",
        "3. Lingyuan's values in grey are for comparison and are not read; what is left blank is scaled from Lingyuan or assumed, and marked so.",
        "4. The sheet 方案 is the plan: levers to change, money in 10 000 yuan, shares in %, by year if wanted. Left empty, all is as in the baseline.",
        "5. Then: xianjie county import FILE.xlsx --out FOLDER, together with exports of the monitoring and civil affairs systems if you have them. "
        "With a plan filled in, go on with: xianjie run FOLDER/方案.yaml --brief",
        "6. No names, identity numbers or telephones of persons are needed here; please write none. Remarks are not kept.",
    ),
}  # fmt: skip
#: What must not be in a source: a long number, which may be of a person.
_PRIVATE = re.compile(r"\d{11,}")

_THIN = Border(*(Side(style="thin", color="C9C9C9") for _ in range(4)))
_HEAD = PatternFill("solid", fgColor="EEF5FA")
_OPEN = PatternFill("solid", fgColor="FFFBE6")


@dataclass
class Form:
    """What a filled-in form says; ``name`` and ``code`` of the county are "" where they were left blank."""

    name: str = ""
    code: str = ""
    facts: dict[str, GivenFact] = field(default_factory=dict)
    residents: GivenResidents | None = None


def workbook(language: str) -> Workbook:
    """An empty form in one language."""
    book = Workbook()
    book.remove(book.active)
    for name in SHEETS:
        _facts_sheet(book, name, language)
        if name == GENERAL_SHEET:
            for place in PLACES:
                _places_sheet(book, place, language)
            residents_sheet.write_sheet(book, language)
    notes = book.create_sheet(SHEET_NAMES[language]["说明"])
    notes.column_dimensions["A"].width = 110
    for number, text in enumerate(NOTES[language], 1):
        cell = notes.cell(number, 1, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    return book


def _facts_sheet(book: Workbook, name: str, language: str) -> None:
    sheet = book.create_sheet(SHEET_NAMES[language][name])
    title, how = TITLES[language]
    sheet["A1"], sheet["A2"] = title.format(sheet=SHEET_NAMES[language][name]), how
    sheet["A1"].font = Font(bold=True, size=14)
    for place, heading in enumerate(HEADINGS[language], 1):
        cell = sheet.cell(FIRST_ROW - 1, place, heading)
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _THIN
    row = FIRST_ROW
    if name == GENERAL_SHEET:
        for identity, (chinese, english) in _ABOUT.items():
            _row(sheet, row, (identity, chinese if language == "zh" else english, "", None))
            sheet.cell(row, 4).number_format = "@"
            row += 1
    for fact in asked_facts().values():
        if fact.sheet != name:
            continue
        zh = language == "zh"
        _row(sheet, row, (fact.id, fact.zh if zh else fact.en, fact.unit if zh else fact.en_unit, fact.home,
                          fact.zh_where if zh else fact.en_where))  # fmt: skip
        _validate(sheet, f"D{row}", fact, language)
        row += 1
    years = DataValidation("whole", operator="between", formula1=str(YEARS[0]), formula2=str(YEARS[1]), allow_blank=True,
                           showErrorMessage=True)  # fmt: skip
    years.error = f"{YEARS[0]}–{YEARS[1]}"
    years.add(f"E{FIRST_ROW}:E{row}")
    sheet.add_data_validation(years)
    for letter, width in zip("ABCDEFGHI", (22, 40, 10, 16, 8, 34, 20, 18, 34), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"A{FIRST_ROW}"
    sheet.protection.sheet = True  # without a password: it keeps ids and units from slips, and can be taken off


def _row(sheet: Any, row: int, texts: Sequence[Any]) -> None:
    identity, name, unit, home, where = (*texts, "")[:5]
    for place, value in ((1, identity), (2, name), (3, unit), (8, home), (9, where)):
        cell = sheet.cell(row, place, value)
        cell.border = _THIN
        cell.font = Font(color="808080") if place in (1, 8, 9) else Font()
    for place in (4, 5, 6, 7):
        cell = sheet.cell(row, place)
        cell.fill, cell.border, cell.protection = _OPEN, _THIN, Protection(locked=False)


def _validate(sheet: Any, place: str, fact: AskedFact, language: str) -> None:
    check = DataValidation("decimal", operator="between", formula1=f"{fact.least:g}", formula2=f"{fact.most:.0f}", allow_blank=True,
                           showErrorMessage=True)  # fmt: skip
    unit = fact.unit if language == "zh" else fact.en_unit
    check.error = f"{fact.least:g}–{fact.most:,.0f} {unit}"
    check.errorTitle = (fact.zh if language == "zh" else fact.en)[:30]
    check.add(place)
    sheet.add_data_validation(check)
    note = Comment(f"{fact.zh_where if language == 'zh' else fact.en_where}", "Xianjie", width=260, height=60)
    sheet[place].comment = note


def _places_sheet(book: Workbook, name: str, language: str) -> None:
    sheet = book.create_sheet(SHEET_NAMES[language][name])
    known = columns.fields()
    for place, identity in enumerate(PLACES[name], 1):
        found = known[identity]
        unit = {"village_land": "亩", "village_income": "万元"}.get(identity)
        cell = sheet.cell(1, place, f"{'乡镇' if identity == 'township' else found.name}{f'（{unit}）' if unit else ''}")
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _THIN
        letter = cell.column_letter
        sheet.column_dimensions[letter].width = 16
        rows = ROWS_FOR_PLACES[name] + 1
        check = None
        if found.kind in ("number", "money"):
            check = DataValidation(
                "decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True, showErrorMessage=True
            )
        elif found.kind == "yes_no":
            check = DataValidation("list", formula1='"是,否"', allow_blank=True, showErrorMessage=True)
        if check is not None:
            check.add(f"{letter}2:{letter}{rows}")
            sheet.add_data_validation(check)
    sheet.freeze_panes = "A2"


def _columns(row: Sequence[Any]) -> dict[str, int]:
    """The column of each heading of a sheet of facts; spaces, a year and full-width letters in it do not matter."""
    texts = [columns.plain(cell) for cell in row]
    found: dict[str, int] = {}
    for names in HEADINGS.values():
        for key, name in zip(KEYS, names, strict=True):
            place = next((place for place, text in enumerate(texts) if text and text == columns.plain(name)), None)
            if place is not None:
                found.setdefault(key, place)
    if "value" not in found:  # 2020年数值, Value 2020: what is left of the headings and holds the word
        left = [place for place, text in enumerate(texts) if place not in found.values() and _VALUE.search(text)]
        if len(left) == 1:
            found["value"] = left[0]
    return found


def is_form(head: Sequence[tuple[int, list[Any]]]) -> int | None:
    """The place in ``head`` of the headings of a sheet of facts; None if it is none."""
    return next((place for place, (_, row) in enumerate(head) if len(_KNOWN_BY & set(_columns(row))) == len(_KNOWN_BY)), None)


def read(table: Table, head: list[tuple[int, list[Any]]], at: int, form: Form, findings: Findings) -> int:
    """Read a sheet of facts into ``form``, and return how many of its rows say something."""
    places = _columns(head[at][1])
    if "value" not in places:
        findings.add((table.file, table.sheet), head[at][0], "fact_heading", HEADINGS["zh"][3])
        return 0
    percent = percent_cells(table)
    filled = 0
    for row, cells in itertools.chain(head[at + 1 :], table.rows):
        filled += _Row(table, places, percent, row, cells, form, findings).read()
    return filled


class _Row:
    """One row of a sheet of facts: what stands in the column of values is read, and what stands elsewhere is reported."""

    def __init__(
        self, table: Table, places: Mapping[str, int], percent: frozenset[tuple[int, int]], row: int, cells: Sequence[Any],
        form: Form, findings: Findings
    ) -> None:  # fmt: skip
        self.table, self.places, self.percent, self.row, self.cells = table, places, percent, row, cells
        self.form, self.findings, self.where = form, findings, (table.file, table.sheet)

    def cell(self, key: str) -> Any:
        """What stands below a heading; "" for nothing."""
        place = self.places.get(key, len(self.cells))
        cell = self.cells[place] if place < len(self.cells) else ""
        return "" if isinstance(cell, str) and not cell.strip() else cell

    def fault(self, kind: Kind, column: str = "", english: str = "", chinese: str = "") -> None:
        """Report something of this row."""
        self.findings.add(self.where, self.row, kind, column, BilingualText(english, chinese))

    def name(self, *places: int) -> str:
        """Cells of this row as the spreadsheet calls them."""
        return ", ".join(f"{letters(place)}{self.row}" for place in places)

    def read(self) -> bool:
        """Read the row, and return whether it has a value."""
        identity = values.text_of(self.cell("id")).lower()
        place = (self.row, self.places["value"])
        behind = (
            "empty_formula"
            if place in self.table.cells.empty_formulas
            else "error_cell"
            if place in self.table.cells.errors
            else ""
        )
        asked = asked_facts().get(identity)
        if asked is None and identity not in (NAME, CODE):
            if any(not isinstance(cell, str) or cell.strip() for cell in self.cells) or behind:
                self.fault("fact_unknown")
                return self.cell("value") != ""
            return False
        column = asked.zh if asked is not None else _ABOUT[identity][0]
        beside = [place for place, cell in enumerate(self.cells) if place not in self.places.values() and str(cell).strip()]
        if beside:
            self.fault("fact_beside", column, self.name(*beside), self.name(*beside))
        if behind:
            self.fault(behind, column)  # type: ignore[arg-type]
        elif self._is_merged(column):
            pass
        elif self.cell("value") == "":
            self._look_elsewhere(identity, asked, column)
            return False
        elif asked is None:
            self._county(identity, column)
        else:
            self._fact(asked)
        return True

    def _is_merged(self, column: str) -> bool:
        """Whether the value's cell is one with those of other rows or columns, so that nobody can say where its value belongs."""
        for top, left, bottom, right in self.table.merged:
            if not (top <= self.row <= bottom and left <= self.places["value"] <= right):
                continue
            if top == bottom and left == self.places["value"]:
                return False  # the value stands where it belongs, and reaches into the cells beside it
            cells = f"{letters(left)}{top}:{letters(right)}{bottom}"
            self.fault("fact_merged", column, cells, cells)
            return True
        return False

    def _look_elsewhere(self, identity: str, asked: AskedFact | None, column: str) -> None:
        """Report what looks like the value in another column, where the column of values is blank."""
        if identity == CODE:
            self.fault("code_missing")
        year = values.text_of(self.cell("year"))
        odd = [] if not year or _year(year) is not None else ["year"]
        odd += [key for key in ("source", "remark", "where") if _NUMERIC.fullmatch(values.text_of(self.cell(key)))]
        if asked is not None and self._other(asked) is None:
            home, shown = self.cell("home"), asked.home
            if home != "" and (
                shown is None or not isinstance(home, (int, float)) or not math.isclose(home, shown, rel_tol=1e-6)
            ):
                odd.append("home")
            unit = columns.plain(self.cell("unit"))
            if unit not in (columns.plain(asked.unit), columns.plain(asked.en_unit), ""):
                odd.append("unit")
        if odd:
            cells = self.name(*sorted(self.places[key] for key in odd))
            self.fault("fact_elsewhere", column, f"{cells}, and {self.name(self.places['value'])} is blank",
                       f"{cells}，而 {self.name(self.places['value'])} 空着")  # fmt: skip

    def _county(self, identity: str, column: str) -> None:
        """The name or the code of the county."""
        text = values.text_of(self.cell("value"))
        before = self.form.name if identity == NAME else self.form.code
        found = text[:LONGEST_NAME] if identity == NAME else _code(text)
        if found is None:
            self.fault("code", column)
        elif before and before != found:
            self.fault("fact_twice", column, "another row or sheet", "另一行或另一张表")
        elif identity == NAME:
            self.form.name = found
        else:
            self.form.code = found

    def _fact(self, asked: AskedFact) -> None:
        """Read the value of a fact; what cannot be used is a finding."""
        unit = OfficeName(asked.en_unit, asked.unit)
        named = columns.plain(self.cell("unit"))
        other = self._other(asked)
        if other is not None:
            self.fault("fact_name", asked.zh, f"{other.en} ({other.zh})", other.zh)
            return
        if named and named not in (columns.plain(asked.unit), columns.plain(asked.en_unit)):
            self.fault("fact_unit", asked.zh, *unit)
            return
        cell = self.cell("value")
        if values.text_of(cell) in values.NOTHING:
            self.fault("fact_nothing", asked.zh)
            return
        try:
            exact = read_cell(values.text_of(cell) if isinstance(cell, str) else cell,
                              "%" if (self.row, self.places["value"]) in self.percent else "", unit)  # fmt: skip
            value = float(exact)
        except WrongUnit as problem:
            self.fault("other_unit", asked.zh, problem.english, problem.chinese)
            return
        except (UserError, OverflowError):
            self.fault("fact_number", asked.zh, *unit)
            return
        if not self._is_possible(asked, value, cell):
            return
        known = self.form.facts.get(asked.id)
        if known is not None:
            if known.value != value:
                file, sheet = known.where
                beside = known.where == self.where
                self.fault("fact_twice", asked.zh, f"row {known.row}" + ("" if beside else f" of {file}, {sheet}"),
                           ("" if beside else f"{file} 的“{sheet}”") + f"第 {known.row} 行")  # fmt: skip
            return
        if not self._is_called(asked):
            self.findings.note(self.where, f"row {self.row}: its name was changed; read as '{asked.en}' by its id",
                               f"第 {self.row} 行：事项名称被改动，按编号读作“{asked.zh}”")  # fmt: skip
        self.form.facts[asked.id] = GivenFact(asked, value, self._year(asked), self._source(asked), "", self.where, self.row)

    def _is_called(self, asked: AskedFact) -> bool:
        """Whether the row has the name of a fact, or none."""
        name = columns.plain(self.cell("fact"))
        return name in ("", columns.plain(asked.zh), columns.plain(asked.en))

    def _other(self, asked: AskedFact) -> AskedFact | None:
        """The other fact whose name the row has."""
        found = (each for each in asked_facts().values() if not self._is_called(asked) and self._is_called(each))
        return next(found, None)

    def _is_possible(self, asked: AskedFact, value: float, cell: Any) -> bool:
        """Whether a fact can have this value; a finding if not."""
        if value > asked.most and "万" in asked.unit and asked.least <= value / 1e4 <= asked.most:
            self.fault("contradiction_unit", asked.zh, f"{value:,.0f} is of the size of yuan; write it in 10 000 yuan",
                       f"{value:,.0f} 像是以元为单位，请按万元填写")  # fmt: skip
        elif not asked.least <= value <= asked.most:
            low, high = f"{asked.least:g}", f"{asked.most:,.0f}"
            self.fault("fact_range", asked.zh, f"{low} to {high} {asked.en_unit}", f"{low} 至 {high} {asked.unit}")
        elif asked.whole and value != int(value):
            self.fault("fact_fraction", asked.zh, asked.en_unit, asked.unit)
        elif asked.unit == "%" and 0 < value <= 1 and not (isinstance(cell, str) and set(half(cell)) & set("%‰")):
            self.fault("fact_share", asked.zh)
        else:
            return True
        return False

    def _year(self, asked: AskedFact) -> int | None:
        text = values.text_of(self.cell("year"))
        year = _year(text)
        if text and year is None:
            self.fault("fact_year", asked.zh)
        return year

    def _source(self, asked: AskedFact) -> str:
        source = _PRIVATE.sub("…", values.text_of(self.cell("source"))[:300])
        if not source:
            self.findings.note(self.where, f"{asked.en}: no source, counted as assumed", f"{asked.zh}：没有写来源，按假定处理")
        return source


def _year(text: str) -> int | None:
    """The year that a cell says; None for none that a fact can have."""
    bare = text.removesuffix("度").removesuffix("年")
    return int(bare) if re.fullmatch(r"\d{4}", bare) and YEARS[0] <= int(bare) <= YEARS[1] else None


def _code(text: str) -> str | None:
    """The six digits of a division code; the statistical form ends in zeros. None where it is not clear which are meant."""
    runs = re.findall(r"\d+", text)
    if len(runs) != 1 or re.search(r"[A-Za-z.]", text):
        return None
    found, rest = runs[0][:CODE_DIGITS], runs[0][CODE_DIGITS:]
    long = len(rest) in (0, 3, 6) and not rest.strip("0")
    return found if len(found) == CODE_DIGITS and long and found[0] != "0" and found[-2:] != "00" else None


def parts(sheets: Sequence[Any], form: Form) -> dict[str, tuple[float, GivenFact]]:
    """Sums over townships and villages of what facts say as well, where every row is filled in, or those that are make too many."""
    pairs = {"village_registered_households": "registered_households", "village_registered_persons": "registered_persons",
             "village_dibao_households": "dibao_households", "village_dibao_persons": "dibao_persons",
             "township_villages": "villages"}  # fmt: skip
    found: dict[str, tuple[float, GivenFact]] = {}

    def add(fact: str, value: float, where: tuple[str, str]) -> None:
        asked = asked_facts()[fact]
        if fact in form.facts and (fact not in found or form.facts[fact].value == found[fact][0]):
            found[fact] = (value, GivenFact(asked, value, None, "", "", where, 0))

    for each in sheets:
        if each.kind not in ("villages", "townships") or not each.records:
            continue
        add(each.kind, float(len(each.records)), each.where)
        for name, fact in pairs.items():
            filled = [record.get(name) for record in each.records]
            total = float(sum(number for number in filled if number is not None))
            too_many = fact in form.facts and total > form.facts[fact].value  # whatever the blank ones are
            if name in each.fields and (None not in filled or too_many):
                add(fact, total, each.where)
    return found
