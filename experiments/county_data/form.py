"""The form of a county's facts: written as a workbook with checked cells, and read back.

A row is known by its id in the first column. Lingyuan's value stands in grey beside the cell to fill in and is never read.
"""

import itertools
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
from experiments.county_data.findings import Findings
from experiments.county_data.residents_sheet import GivenResidents
from experiments.county_data.workbook import Table
from sim.core.inputs.errors import BilingualText

YEARS = (2010, 2026)
FIRST_ROW = 4  # of facts; the headings stand in the row above
ROWS_FOR_PLACES = {"乡镇": 80, "村": 1200}
#: Headings of a sheet of facts by language, and what a sheet of facts is known by.
HEADINGS = {
    "zh": ("编号", "事项", "单位", "数值", "年份", "来源", "备注", "凌源数值（供参考）", "哪里能找到"),
    "en": ("id", "Fact", "Unit", "Value", "Year", "Source", "Remark", "Lingyuan (for reference)", "Where to find it"),
}
SHEET_NAMES = {"zh": {name: name for name in (*SHEETS, "乡镇", "村", "说明")},
               "en": {"县情": "Facts", "经营主体": "Enterprises", "产业": "Industry", "资金": "Funds", "乡镇": "Townships", "村": "Villages",
                      "说明": "Notes"}}  # fmt: skip
NAME, CODE = "county_name", "county_code"
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
        for identity, chinese, english in (
            (NAME, "县（市、区）名称", "Name of the county"),
            (CODE, "行政区划代码（六位）", "Division code (six digits)"),
        ):
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


def is_form(head: Sequence[tuple[int, list[Any]]]) -> int | None:
    """The place in ``head`` of the headings of a sheet of facts; None if it is none."""
    for place, (_, row) in enumerate(head):
        texts = {str(cell).strip() for cell in row if cell != ""}
        if any({names[0], names[3], names[5]} <= texts for names in HEADINGS.values()):
            return place
    return None


def read(table: Table, head: list[tuple[int, list[Any]]], at: int, form: Form, findings: Findings) -> int:
    """Read a sheet of facts into ``form``, and return how many of its rows say something."""
    where = (table.file, table.sheet)
    named = [str(cell).strip() for cell in head[at][1]]
    names = next(each for each in HEADINGS.values() if each[0] in named and each[3] in named)
    places = {key: named.index(name) for key, name in zip(("id", "fact", "unit", "value", "year", "source"), names, strict=False)
              if name in named}  # fmt: skip
    filled = 0
    for row, cells in itertools.chain(head[at + 1 :], table.rows):
        entry = {key: cells[place] if place < len(cells) else "" for key, place in places.items()}
        identity = str(entry.get("id", "")).strip()
        place = (row, places["value"])
        behind = "empty_formula" if place in table.cells.empty_formulas else "error_cell" if place in table.cells.errors else ""
        if entry["value"] == "" and not behind:
            continue
        filled += 1
        if identity in (NAME, CODE):
            _name(form, identity, entry["value"])
            continue
        asked = asked_facts().get(identity)
        if asked is None:
            findings.add(where, row, "fact_unknown")
            continue
        if behind:
            findings.add(where, row, behind, asked.zh)  # type: ignore[arg-type]
            continue
        _fact(form, asked, entry, where, row=row, findings=findings)
    return filled


def _name(form: Form, identity: str, cell: Any) -> None:
    text = values.text_of(cell)
    if identity == NAME:
        form.name = text[:40]
    elif re.fullmatch(r"\d{6}", text):
        form.code = text


def _fact(form: Form, asked: AskedFact, entry: Mapping[str, Any], where: tuple[str, str], row: int, findings: Findings) -> None:
    unit = str(entry.get("unit", "")).strip()
    if unit and columns.plain(unit) not in (columns.plain(asked.unit), columns.plain(asked.en_unit)):
        findings.add(where, row, "fact_unit", asked.zh)
        return
    try:
        value = values.number(entry["value"], columns.Field(asked.id, "number", (asked.zh,)))
    except values.Fault:
        findings.add(where, row, "fact_number", asked.zh)
        return
    if value is None:
        return
    if isinstance(entry["value"], str):
        value = _in_unit(value, entry["value"], asked)
    if value > asked.most and "万" in asked.unit and asked.least <= value / 1e4 <= asked.most:
        english, chinese = (
            f"{value:,.0f} is of the size of yuan; write it in 10 000 yuan",
            f"{value:,.0f} 像是以元为单位，请按万元填写",
        )
        findings.add(where, row, "contradiction_unit", asked.zh, BilingualText(english, chinese))
        return
    if not asked.least <= value <= asked.most:
        findings.add(where, row, "fact_range", asked.zh)
        return
    year = None
    if entry.get("year", "") != "":
        text = values.text_of(entry["year"]).removesuffix("年").removesuffix("年度")
        if re.fullmatch(r"\d{4}", text) and YEARS[0] <= int(text) <= YEARS[1]:
            year = int(text)
        else:
            findings.add(where, row, "fact_year", asked.zh)
    source = _PRIVATE.sub("…", values.text_of(entry.get("source", ""))[:300])
    if not source:
        findings.note(where, f"{asked.en}: no source, counted as assumed", f"{asked.zh}：没有写来源，按假定处理")
    form.facts[asked.id] = GivenFact(asked, value, year, source, "", where, row)


def _in_unit(value: float, text: str, asked: AskedFact) -> float:
    """A number typed with its multiple (``3.2万``) in the unit of the form, which may have the multiple in it."""
    if "亿" in asked.unit and "亿" in text:
        return value / 1e8
    return value / 1e4 if "万" in asked.unit and ("万" in text or "亿" in text) else value


def parts(sheets: Sequence[Any], form: Form) -> dict[str, tuple[float, GivenFact]]:
    """Sums over townships and villages of what facts say as well, where every row is filled in."""
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
            if name in each.fields and None not in filled:
                add(fact, float(sum(filled)), each.where)
    return found
