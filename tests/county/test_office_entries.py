"""What offices write into a form: used in the unit that it says, or reported with its cell; nothing vanishes."""

import datetime

import openpyxl
import pytest

from experiments.county_data import columns, form, importer, values
from experiments.county_data.facts import asked_facts
from experiments.county_data.findings import TEXTS
from sim.core.inputs.errors import InputError
from sim.scenario import load_scenario
from tests.county.forms import filled, row_of, with_residents
from tests.county.test_form import with_plan

GIVEN = {"county_name": "某某县", "rural_persons": 56000, "registered_persons": 7600, "registered_households": 3300}


def edited(path, facts, edit=None):
    """A form with these facts, changed by hand: ``edit`` takes the workbook, the sheet 资金 and the row of ``county_floor``."""
    filled(path, {**GIVEN, **facts})
    if edit is not None:
        book = openpyxl.load_workbook(path)
        edit(book, book["资金"], row_of(path, "county_floor"))
        book.save(path)
    return path


def taken(path):
    """What an import uses, and what it finds, by row and kind."""
    imported = importer.read([path])
    return imported, {(each.row, each.kind) for each in imported.findings.found}


@pytest.mark.parametrize(
    ("fact", "written", "value"),
    [
        ("tap_water", "85.5%", 85.5),
        ("tap_water", "８５％", 85),
        ("tap_water", "855‰", 85.5),
        ("tap_water", "85.5", 85.5),
        ("tap_water", "0.5%", 0.5),
        ("county_floor", "21000000元", 2100),
        ("county_floor", "2100万元", 2100),
        ("county_floor", "2100万", 2100),
        ("county_floor", "0.21亿元", 2100),
        ("county_floor", "￥21000000", 2100),
        ("county_floor", "2,100", 2100),
        ("gdp", "850000万元", 85),
        ("registered_persons", "0.76万人", 7600),
        ("registered_persons", "7600名", 7600),
        ("registered_persons", "7600个", 7600),
        ("villages", "81个村", 81),
        ("above_scale_firms", "3个", 3),
        ("arable_land", "200000亩", 20),
        ("grain", "4.5万吨", 45000),
        ("flowers", "23500万支", 23500),
        ("grain_price", "2.3元", 2.3),
        ("post_pay", "500元/月", 500),
        ("assets_per_village", 3.5, 3.5),
    ],
)
def test_a_unit_that_fits_is_used(tmp_path, fact, written, value):
    imported, found = taken(edited(tmp_path / "a.xlsx", {fact: written}))
    assert imported.facts[fact].value == pytest.approx(value, rel=1e-12)
    assert not found


@pytest.mark.parametrize(
    ("fact", "written", "kind", "said"),
    [
        ("registered_persons", "7600户", "other_unit", "请按“人”填写"),
        ("registered_persons", "7600元", "other_unit", "请按“人”填写"),
        ("county_floor", "10%", "other_unit", "请按“万元”直接填数"),
        ("county_floor", "3千", "other_unit", "请按“万元”只填数字"),
        ("grain_price", "2.3元/斤", "other_unit", "请按“元/公斤”填写"),
        ("post_pay", "6000元/年", "other_unit", "请按“元/月”填写"),
        ("tap_water", "85户", "other_unit", "请按“%”填写"),
        ("tap_water", 0.855, "fact_share", "85.5"),
        ("tap_water", 1, "fact_share", "85.5"),
        ("registered_persons", 7600.5, "fact_fraction", "整数"),
        ("registered_households", "3300.3", "fact_fraction", "整数"),
        ("townships", 11.5, "fact_fraction", "整数"),
        ("posts", 10.5, "fact_fraction", "整数"),
        ("county_floor", "约2100", "fact_number", "万元"),
        ("county_floor", datetime.datetime(2020, 1, 1), "fact_number", "万元"),
        ("county_floor", "无", "fact_nothing", "0"),
        ("county_floor", "-", "fact_nothing", "0"),
        ("county_floor", "不详", "fact_nothing", "0"),
        ("tap_water", 140, "fact_range", "0 至 100 %"),
    ],
)
def test_what_contradicts_the_unit_is_left_out_and_says_what_to_write(tmp_path, fact, written, kind, said):
    path = edited(tmp_path / "a.xlsx", {fact: written})
    imported, found = taken(path)
    assert (row_of(path, fact), kind) in found and fact not in imported.facts
    (finding,) = (each for each in imported.findings.found if each.kind == kind)
    assert said in finding.chinese


def test_a_cell_that_shows_a_percentage_is_one(tmp_path):
    path = filled(tmp_path / "a.xlsx", {**GIVEN, "tap_water": 0.855, "insured_share": 1, "posts": 0.5})
    book = openpyxl.load_workbook(path)
    for fact in ("tap_water", "insured_share", "posts"):
        book["县情"].cell(row_of(path, fact), 4).number_format = "0.0%"
    book.save(path)
    imported, found = taken(path)
    assert (imported.facts["tap_water"].value, imported.facts["insured_share"].value) == (85.5, 100)
    assert found == {(row_of(path, "posts"), "other_unit")}


@pytest.mark.parametrize(
    ("written", "code", "kind"),
    [
        ("341899", "341899", ""),
        (341899.0, "341899", ""),
        ("３４１８９９", "341899", ""),
        ("341899000000", "341899", ""),
        ("341899（某县）", "341899", ""),
        ("21138", "", "code"),
        ("2113820", "", "code"),
        ("341899100000", "", "code"),
        ("ABCDEF", "", "code"),
        ("000000", "", "code"),
        ("341800", "", "code"),
        ("341899/341800", "", "code"),
        (None, "", "code_missing"),
    ],
)
def test_a_code_is_used_where_it_is_clear_and_reported_where_not(tmp_path, written, code, kind):
    path = edited(tmp_path / "a.xlsx", {"county_code": written})
    imported, found = taken(path)
    assert imported.code == code
    assert found == ({(row_of(path, "county_code"), kind)} if kind else set())


def put(column, value):
    return lambda book, sheet, row: sheet.cell(row, column, value)


def swap(column):
    def exchange(book, sheet, row):
        one, other = sheet.cell(row, column), sheet.cell(row + 1, column)
        one.value, other.value = other.value, one.value

    return exchange


def merge(book, sheet, row):
    sheet.merge_cells(start_row=row, end_row=row + 1, start_column=4, end_column=4)


def again(book, sheet, row):
    sheet.append([sheet.cell(row, column).value if column != 4 else 1000 for column in range(1, 10)])


@pytest.mark.parametrize(
    ("facts", "edit", "kind", "cell", "value"),
    [
        ({}, put(5, 2100), "fact_elsewhere", "E4", None),
        ({}, put(6, "2100"), "fact_elsewhere", "F4", None),
        ({}, put(7, 2100), "fact_elsewhere", "G4", None),
        ({}, put(8, 9999), "fact_elsewhere", "H4", None),
        ({}, put(3, 2100), "fact_elsewhere", "C4", None),
        ({}, put(12, 2100), "fact_beside", "L4", None),
        ({"county_floor": 2100}, put(12, "见附件"), "fact_beside", "L4", 2100),
        ({"county_floor": 2100}, merge, "fact_merged", "D4:D5", None),
        ({"county_floor": 2100}, again, "fact_twice", "第 4 行", 2100),
        ({"county_floor": 2100}, swap(1), "fact_name", "本级衔接资金", None),
        ({"county_floor": 2100}, swap(2), "fact_name", "上级衔接资金", None),
        ({"county_floor": 2100}, put(1, " "), "fact_unknown", "", None),
        ({"county_floor": 2100}, put(3, "元"), "fact_unit", "万元", None),
    ],
)
def test_what_stands_in_the_wrong_place_is_reported_with_its_cell(tmp_path, facts, edit, kind, cell, value):
    imported, _ = taken(edited(tmp_path / "a.xlsx", facts, edit))
    finding = next(each for each in imported.findings.found if each.kind == kind)
    assert finding.sheet == "资金" and cell in finding.chinese
    fact = imported.facts.get("county_floor")
    assert (fact and fact.value) == value


@pytest.mark.parametrize("heading", ["2020年数值", "数 值", "数值（万元）"])
def test_a_changed_heading_of_the_values_is_still_one(tmp_path, heading):
    imported, found = taken(
        edited(tmp_path / "a.xlsx", {"county_floor": 2100}, lambda book, sheet, row: sheet.cell(3, 4, heading))
    )
    assert imported.facts["county_floor"].value == 2100 and not found


def test_a_sheet_without_the_heading_of_the_values_is_reported(tmp_path):
    imported, found = taken(
        edited(tmp_path / "a.xlsx", {"county_floor": 2100}, lambda book, sheet, row: sheet.cell(3, 4, "金额"))
    )
    assert "county_floor" not in imported.facts and found == {(3, "fact_heading")}


def test_a_sheet_added_to_the_form_is_reported(tmp_path):
    imported, found = taken(edited(tmp_path / "a.xlsx", {}, lambda book, sheet, row: book.create_sheet("备用").append(["甲", 1])))
    assert found == {(1, "sheet_unread")} and imported.findings.found[0].sheet == "备用"


def test_a_year_and_a_source_filled_down_are_no_finding(tmp_path):
    def down(book, sheet, row):
        for each in range(row, sheet.max_row + 1):
            sheet.cell(each, 5, 2020)
            sheet.cell(each, 6, "财政局决算")
            sheet.cell(each, 7, "本县没有")

    assert taken(edited(tmp_path / "a.xlsx", {}, down))[1] == set()


@pytest.mark.parametrize("township", [("甲镇", "9000人", 27000), ("甲镇", 9000, "27000户"), ("甲镇", "48%", 27000)])
def test_a_unit_on_the_sheet_of_residents_must_fit(tmp_path, township):
    path = with_residents(edited(tmp_path / "a.xlsx", {}), townships=[township, ("乙镇", "0.95万户", "2.9万人")])
    assert "other_unit" in {kind for _, kind in taken(path)[1]}


@pytest.mark.parametrize(
    ("column", "cell"), [("wage", "3户"), ("wage", "50%"), ("members", "3元"), ("land", "3人"), ("work_months", "3年")]
)
def test_a_unit_in_an_export_must_fit_its_column(column, cell):
    with pytest.raises(values.Fault) as fault:
        values.number(cell, columns.fields()[column])
    assert fault.value.kind == "other_unit" and columns.fields()[column].unit in fault.value.detail.chinese


@pytest.mark.parametrize(
    ("facts", "townships", "cell"),
    [
        ({"county_floor": 2100, "county_code": None}, [], "资金!D4"),
        ({"registered_persons": 7600}, [], "县情!D5"),
        ({"county_code": None}, [("甲镇", 9000, 27000)], "常住户分布!B5"),
    ],
)
def test_a_county_form_with_facts_is_no_plan_until_it_is_imported(tmp_path, facts, townships, cell):
    path = filled(tmp_path / "本县.xlsx", facts)
    if townships:
        with_residents(path, townships=townships)
    with pytest.raises(InputError) as refused:
        load_scenario(path)
    for text in (refused.value.text_in("zh"), refused.value.text_in("en")):
        assert text.startswith(f"{path}:{cell}: ") and "xianjie county import 本县.xlsx" in text


def test_a_county_form_without_facts_is_a_plan(tmp_path):
    assert load_scenario(filled(tmp_path / "a.xlsx", {"county_code": None})).title["zh"] == "本县方案"


def test_a_fault_of_the_plan_is_said_before_the_facts_are_refused(tmp_path):
    path, rows = with_plan(tmp_path / "a.xlsx", {("public_posts.count", "全期"): "三千个"})
    with pytest.raises(InputError, match=f"F{rows['public_posts.count']}: public_posts.count"):
        load_scenario(path)


def test_what_is_wrong_with_a_plan_as_a_whole_is_said_at_import(tmp_path):
    path, _ = with_plan(tmp_path / "a.xlsx", {("public_posts.count", "全期"): 3000})
    book = openpyxl.load_workbook(path)
    (cell,) = (row[1] for row in book["方案"].iter_rows() if row[0].value == "站在哪个月看")
    cell.value = "2031-13"
    book.save(path)
    imported, found = taken(path)
    assert (cell.row, "plan_contradicts") in found and imported.plan is None
    assert "2031-13" in next(each.chinese for each in imported.findings.found if each.kind == "plan_contradicts")


def test_every_number_of_the_form_counts_or_measures():
    assert {each.id for each in asked_facts().values() if each.average} == {"assets_per_village"}
    assert all(form.read_cell(5, "", form.OfficeName(each.en_unit, each.unit)) == 5 for each in asked_facts().values())


def test_findings_say_the_same_in_both_languages():
    for kind, text in TEXTS.items():
        assert ("{detail}" in text.english) == ("{detail}" in text.chinese), kind


def places(path, facts, *rows):
    """A form whose sheet of townships has these rows: name and registered persons."""
    filled(path, {**GIVEN, **facts})
    book = openpyxl.load_workbook(path)
    heads = {cell.value: cell.column for cell in book["乡镇"][1]}
    for row, (name, persons) in enumerate(rows, 2):
        for head, value in (("乡镇", name), ("脱贫人口数", persons)):
            book["乡镇"].cell(row, heads[head], value)
    book.save(path)
    return path


def test_a_township_with_a_name_and_nothing_else_counts_and_is_named(tmp_path):
    path = places(tmp_path / "a.xlsx", {"townships": 3}, ("甲镇", 3000), ("乙镇", None), ("丙镇", 4600), ("填表人：某", None))
    imported, found = taken(path)
    assert found == set()
    (note,) = (each.text for each in imported.findings.notes if "只有名称" in each.text.chinese)
    assert ": 3;" in note.english and "：3；" in note.chinese


def test_townships_that_exceed_the_county_contradict_it_with_blanks_among_them(tmp_path):
    path = places(tmp_path / "a.xlsx", {"townships": 3}, ("甲镇", 3000), ("乙镇", None), ("丙镇", 9600))
    assert taken(path)[1] == {(row_of(path, "registered_persons"), "contradiction_parts")}


def test_a_township_listed_twice_or_without_a_name_is_named_by_its_row(tmp_path):
    path = places(tmp_path / "a.xlsx", {"townships": 3}, ("甲镇", 3000), ("甲镇", 4600), (None, 4600), ("乙镇", 0))
    imported, found = taken(path)
    assert found == {(3, "place_twice"), (4, "missing_key")}
    assert "第 2 行" in next(each.chinese for each in imported.findings.found if each.kind == "place_twice")
