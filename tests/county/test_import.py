"""Exports as the systems make them: counted as listed, every planted fault found at its row, and nothing else."""

import json

import openpyxl
import pytest
import xlsxwriter
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.county_data import importer
from sim.core.inputs.errors import InputError
from tests.county import exports
from tests.county.forms import book

FOUND = exports.people(300)


def read(*paths):
    return importer.read(list(paths))


def kinds(imported):
    """Findings by file, row and kind; small tables have no column for monitoring, which has a test of its own."""
    return {(each.file, each.row, each.kind) for each in imported.findings.found if each.kind != "column_missing"}


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return exports.write(tmp_path_factory.mktemp("clean"), exports.office(FOUND))


@pytest.fixture(scope="module")
def imported(clean):
    return read(*clean)


def test_a_clean_export_has_no_findings_and_is_counted_as_listed(imported):
    assert imported.findings.found == []
    registered = [each for each in FOUND if each.cells["户类型"] == "脱贫户"]
    dibao = [each for each in FOUND if each.cells["享受低保政策情况"] == "农村低保"]
    counts = imported.counts
    assert counts.registered_households == len(registered)
    assert counts.registered_persons == sum(len(each.persons) for each in registered)
    assert counts.monitored_households == sum(bool(each.cells["监测对象类别"]) for each in FOUND)
    assert (counts.dibao_households, counts.dibao_persons) == (len(dibao), sum(len(each.persons) for each in dibao))
    assert counts.posts == sum(bool(one.cells["公益性岗位"]) for each in FOUND for one in each.persons)
    assert counts.loans == sum(bool(each.cells["金融帮扶"]) for each in FOUND)
    assert (counts.townships, counts.villages) == (4, 24)


def test_every_planted_fault_is_found_at_its_row_and_no_row_is_refused(tmp_path, imported):
    tables = exports.plant(exports.office(FOUND))
    assert len(tables.planted) == 20
    found = read(*exports.write(tmp_path, tables))
    assert kinds(found) == set(tables.planted)
    assert found.counts == imported.counts
    assert all(each.chinese and each.english for each in found.findings.found)


def test_every_row_is_placed_or_passed_over_for_a_reason(clean, imported):
    for each in imported.read:
        if each.file.endswith(".xlsx"):
            rows = openpyxl.load_workbook(next(path for path in clean if path.name == each.file)).active.max_row
            assert sum(each.rows.values()) == rows
    assert {each.kind for each in imported.read} == {"households", "persons", "villages", "civil_households", "work", "loans"}


HOUSEHOLD = ["户编号", "行政村", "户类型", "家庭人口数", "工资性收入（元）"]
ROWS = [[f"11000{number}", "甲村", "脱贫户", 2, 12000 + number] for number in range(8)]


@pytest.mark.parametrize("first", range(1, 7))
def test_headings_are_found_in_the_first_to_the_sixth_row(tmp_path, first):
    above = [["脱贫户信息表"], ["填表单位：", "某局"], [], ["单位：元"], ["2021年"]][: first - 1]
    path = book(tmp_path / "a.xlsx", [*above, HOUSEHOLD, *ROWS])
    found = read(path)
    assert found.counts.registered_households == 8
    assert kinds(found) == set()


def test_merged_and_repeated_headings_units_below_and_totals(tmp_path):
    rows = [
        ["脱贫户信息表", "", "", "", "", ""],
        ["基本信息", "", "", "", "收入（万元）", ""],
        [*HOUSEHOLD[:4], "工资性收入", "转移性收入"],
        ["", "", "", "人", "", ""],
        *([*row[:4], 1.25, 0.5] for row in ROWS[:4]),
        [*HOUSEHOLD[:4], "工资性收入", "转移性收入"],
        *([*row[:4], 1.25, 0.5] for row in ROWS[4:]),
        ["小计", "", "", 16, 10, 4],
        ["合计", "", "", 16, 10, 4],
        ["填表人：", "", "", "", "", ""],
    ]
    merged = ("A1:F1", "A2:D2", "E2:F2", "A3:A4")
    found = read(book(tmp_path / "a.xlsx", rows, merged=merged))
    assert kinds(found) == set()
    assert found.counts.registered_persons == 16
    (table,) = found.read
    assert table.rows == {"heading": 5, "placed": 8, "total": 2, "remark": 1}
    from experiments.county_data import findings, sheet, workbook

    record = sheet.read(next(workbook.tables(tmp_path / "a.xlsx")), findings.Findings()).records[0]
    assert (record.get("wage"), record.get("transfer")) == (12500.0, 5000.0)


def test_what_people_leave_in_a_table_is_read_as_they_mean_it(tmp_path):
    head = ["户编号\n*", "人口编号", "证 件 类 型", "证件号码", "户类型", "与户主关系", "务工时间（月）", "工资性收入（元）"]
    rows = [
        ["0012", "1", "居民身份证", FOUND[0].persons[0].cells["证件号码"].lower(), "脱贫户", "户主", "３", "¥12,000.00"],
        [12.0, "2.0", "护照", "E1234567", "脱贫户", "配偶", "无", "1.2万元"],
        ["12", "3", "居民身份证", "999999201901010011", "脱贫户", "之子", "/", 12000],
        ["合计：3人", "", "", "", "", "", 3, 36000],
        ["填表日期：2021年7月1日", "", "", "", "", "", "", ""],
    ]
    found = read(book(tmp_path / "a.xlsx", [["脱贫人口"], head, *rows]))
    assert kinds(found) == set()
    assert (found.counts.registered_households, found.counts.registered_persons) == (1, 3)
    assert found.read[0].rows == {"heading": 2, "placed": 3, "total": 1, "remark": 1}


def test_two_names_for_one_column_are_one_and_are_named_where_they_differ(tmp_path):
    rows = [[*HOUSEHOLD, "当前家庭人口数"], *([*row, 2] for row in ROWS)]
    rows[4][-1] = 5
    assert kinds(read(book(tmp_path / "a.xlsx", rows))) == {("a.xlsx", 5, "two_values")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_each_encoding(tmp_path, encoding):
    text = "\n".join([",".join(HOUSEHOLD), *(",".join(map(str, row)) for row in ROWS)])
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    found = read(tmp_path / "a.csv")
    assert found.counts.registered_households == 8
    assert found.read[0].encoding.startswith("utf-8" if "8" in encoding and encoding != "gb18030" else encoding)


def test_a_column_in_ten_thousand_yuan_is_known_by_its_size(tmp_path):
    rows = [
        ["户编号", "户类型", "家庭人口数", "工资性收入"],
        *([f"22000{number}", "脱贫户", 2, 1.2 + number / 100] for number in range(30)),
    ]
    found = read(book(tmp_path / "a.xlsx", rows))
    assert kinds(found) == set() and "10 000 yuan" in found.findings.notes[0].text.english
    rows[0][3] = "工资性收入（元）"
    found = read(book(tmp_path / "b.xlsx", rows))
    assert [each.kind for each in found.findings.contradictions] == ["contradiction_unit"]


def test_a_formula_has_the_value_that_was_stored_and_is_listed_without_one(tmp_path):
    made = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, HOUSEHOLD)
    for number, row in enumerate(ROWS, 1):
        sheet.write_row(number, 0, row)
    sheet.write_formula(2, 4, "=1+1", None, 34000)
    sheet.write_formula(3, 4, "=HYPERLINK(1)", None, "")
    sheet.write_formula(4, 4, "=1/0", None, "#DIV/0!")
    made.close()
    found = read(tmp_path / "a.xlsx")
    assert kinds(found) == {("a.xlsx", 4, "empty_formula"), ("a.xlsx", 5, "error_cell")}
    assert any("stored values" in each.text.english for each in found.findings.notes)


def test_duplicates_are_counted_once_and_told_at_the_second_row(tmp_path):
    rows = [HOUSEHOLD, *ROWS, ROWS[2]]
    found = read(book(tmp_path / "a.xlsx", rows))
    assert kinds(found) == {("a.xlsx", 10, "duplicate_household")}
    assert found.counts.registered_households == 8
    head = ["户编号", "人口编号", "证件号码", "户类型", "与户主关系"]
    people = [["1", f"50{number}", each.persons[0].cells["证件号码"], "脱贫户", "户主" if number == 0 else "其他"]
              for number, each in enumerate(FOUND[:6])]  # fmt: skip
    people += [people[1], ["1", "599", people[3][2], "脱贫户", "其他"]]
    found = read(book(tmp_path / "b.xlsx", [head, *people]))
    assert kinds(found) == {("b.xlsx", 8, "duplicate_person"), ("b.xlsx", 9, "duplicate_identity")}
    assert found.counts.registered_persons == 7


def test_a_missing_household_number_takes_the_person_out_of_its_household_alone(tmp_path):
    head = ["户编号", "人口编号", "户类型", "与户主关系", "性别"]
    people = [[f"{number // 2}", f"50{number}", "脱贫户", "其他" if number % 2 else "户主", "男"] for number in range(12)]
    people[5][0] = ""
    found = read(book(tmp_path / "a.xlsx", [head, *people]))
    assert kinds(found) == {("a.xlsx", 7, "missing_key")}
    assert (found.counts.registered_households, found.counts.registered_persons) == (6, 12)


def test_a_household_whose_number_is_missing_or_twice_is_found_by_its_head(tmp_path, imported):
    tables = exports.office(FOUND)
    tables.households[10]["户编号"] = ""
    tables.households[20]["户编号"] = tables.households[19]["户编号"]
    found = read(*exports.write(tmp_path, tables))
    assert kinds(found) == {(exports.HOUSEHOLDS, 14, "missing_key"), (exports.HOUSEHOLDS, 24, "duplicate_household")}
    assert found.counts == imported.counts


def test_a_person_whose_number_is_twice_is_said_once_and_its_household_is_not_blamed(tmp_path, imported):
    tables = exports.office(FOUND)
    place = next(number for number, row in enumerate(tables.persons) if number > 20 and row["与户主关系"] != "户主")
    tables.persons[place]["人口编号"] = tables.persons[3]["人口编号"]
    again = next(number for number, row in enumerate(tables.persons) if number > 90 and row["与户主关系"] != "户主")
    tables.persons[again]["户编号"] = ""
    found = read(*exports.write(tmp_path, tables))
    assert kinds(found) == {(exports.PERSONS, place + 2, "duplicate_person"), (exports.PERSONS, again + 2, "missing_key")}
    assert found.counts.registered_households == imported.counts.registered_households


def test_what_the_rows_of_a_household_repeat_is_checked_in_each_row(tmp_path):
    head = ["户编号", "人口编号", "户类型", "与户主关系", "当前家庭人口数", "工资性收入", "生产经营性收入", "生产经营性支出", "财产性收入", "转移性收入",
            "纯收入"]  # fmt: skip
    rows = [[f"{number // 3}", f"50{number}", "脱贫户", "其他" if number % 3 else "户主", 3, 9000, 2000, 500, 0, 1500, 12000]
            for number in range(90)]  # fmt: skip
    assert kinds(read(book(tmp_path / "a.xlsx", [head, *rows]))) == set()
    rows[31][5], rows[40][4], rows[62][10] = 0.9, 4, 13000
    assert kinds(read(book(tmp_path / "b.xlsx", [head, *rows]))) == {
        ("b.xlsx", 33, "unit"), ("b.xlsx", 42, "differs"), ("b.xlsx", 64, "income_sum"),
    }  # fmt: skip


def test_spoilt_numbers_in_a_whole_column_are_said_once_with_the_way_out(tmp_path):
    head = ["户编号", "人口编号", "证件号码", "户类型", "与户主关系"]
    people = [[f"{number}", f"50{number}", float(211382196001010000 + number), "脱贫户", "户主"] for number in range(60)]
    (finding,) = read(book(tmp_path / "a.xlsx", [head, *people])).findings.found
    assert (finding.kind, finding.rows) == ("spoilt", 60)
    assert "按文本格式重新导出" in finding.chinese and "as text" in finding.english


def test_a_masked_column_is_a_way_of_exporting_and_no_fault(tmp_path):
    head = ["户编号", "人口编号", "证件号码", "户类型", "与户主关系"]
    people = [[f"{number}", f"50{number}", "2113**********0011", "脱贫户", "户主"] for number in range(60)]
    found = read(book(tmp_path / "a.xlsx", [head, *people]))
    assert kinds(found) == set() and found.counts.registered_persons == 60
    assert "60" in found.findings.notes[-1].text.chinese


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", b"", "empty"),
        ("a.xlsx", b"PK\x03\x04 nothing", "cannot be read as a workbook"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        ("a.csv", b"\xff\xff\xfe\xfd,1\n", "neither UTF-8 nor GB18030"),
        ("a.csv", b"a,b\n\0\0", "no table"),
        ("a.pdf", b"%PDF-1.4", "PDF"),
        ("a.csv", '户编号,户类型\n"1,脱贫户\n'.encode(), "row 2 cannot be read"),
        ("a.csv", b"hello\nworld\n", "nothing here to found"),
    ],
)
def test_what_is_no_table_is_refused_in_one_message(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=says):
        read(tmp_path / name)


def test_the_command_writes_a_folder_that_can_be_read_and_says_what_it_found(tmp_path):
    tables = exports.plant(exports.office(FOUND))
    paths = exports.write(tmp_path, tables)
    out = tmp_path / "本县"
    answer = CliRunner().invoke(app, ["county", "import", *map(str, paths), "--out", str(out), "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert {(each["file"], each["row"], each["kind"]) for each in told["findings"]} == set(tables.planted)
    assert told["counts"]["registered_households"] == told["counts"]["registered_households"] > 0
    names = {path.name for path in out.iterdir() if path.name != ".xianjie"}
    assert names == {"county.yaml", "registered_households.csv", "registered_margins.csv", "registered_incomes.csv", "audit.html",
                     "audit.xlsx"}  # fmt: skip
    checked = CliRunner().invoke(app, ["county", "check", str(out), "--json"])
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["counts"] == {
        key: told["counts"][key] for key in ("registered_households", "registered_persons")
    }
    same = CliRunner().invoke(app, ["county", "diff", str(out), str(out)])
    assert same.exit_code == 0, same.output
    few = exports.write(tmp_path, exports.office(FOUND[:200]))
    again = CliRunner().invoke(app, ["county", "import", *map(str, few), "--out", str(tmp_path / "另"), "--lang", "en"])
    assert again.exit_code == 0 and "Registered households" in again.stdout
    differ = CliRunner().invoke(app, ["county", "diff", str(out), str(tmp_path / "另"), "--json"])
    assert differ.exit_code == 1
    assert "registered_persons" in {each["fact"] for each in json.loads(differ.stdout)["differences"]}


def test_a_folder_of_the_users_own_is_not_touched(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.txt").write_text("mine", encoding="utf-8")
    path = book(tmp_path / "a.xlsx", [HOUSEHOLD, *ROWS])
    answer = CliRunner().invoke(app, ["county", "import", str(path), "--out", str(tmp_path / "own")])
    assert answer.exit_code == 2
    assert [each.name for each in (tmp_path / "own").iterdir()] == ["notes.txt"]


def without(folder, change):
    """The tables of an office after ``change``."""
    tables = exports.office(FOUND)
    change(tables)
    return read(*exports.write(folder, tables))


def drop(rows, name):
    for row in rows:
        row.pop(name)


def said(imported, kind):
    return [(each.file, each.column, each.chinese) for each in imported.findings.found if each.kind == kind]


def test_persons_without_the_number_of_their_household_are_not_counted_beside_it(tmp_path, imported):
    found = without(tmp_path, lambda tables: drop(tables.persons, "户编号"))
    assert found.counts.registered_persons == imported.counts.registered_persons
    assert found.counts.other_persons == imported.counts.other_persons
    ((file, column, text),) = said(found, "column_missing")
    assert (file, column) == (exports.PERSONS, "户编号") and "家庭人口数" in text


def test_without_the_column_of_monitoring_nobody_says_that_none_is_monitored(tmp_path):
    found = without(tmp_path, lambda tables: drop(tables.households, "监测对象类别"))
    assert found.counts.monitored_households is None and found.counts.monitored_persons is None
    assert not any(row["variable"] == "kind" for row in found.tables.margins)
    ((file, column, text),) = said(found, "column_missing")
    assert (file, column) == (exports.HOUSEHOLDS, "监测对象类别") and "不计" in text


@pytest.mark.parametrize("blank", [True, False])
def test_incomes_that_lack_one_of_their_parts_are_said_to_be_unused(tmp_path, blank):
    def change(tables):
        for row in tables.households:
            if blank:
                row["工资性收入"] = ""
            else:
                row.pop("工资性收入")

    found = without(tmp_path, change)
    assert found.tables.incomes == []
    ((file, column, text),) = said(found, "incomes_unused")
    registered = found.counts.registered_households
    assert (file, column) == (exports.HOUSEHOLDS, "工资性收入") and f"脱贫户 {registered} 户中有 0 户" in text


def test_what_no_table_says_is_blank_in_the_audit_and_not_0(tmp_path):
    book(tmp_path / "a.xlsx", [HOUSEHOLD, *ROWS])
    answer = CliRunner().invoke(app, ["county", "import", str(tmp_path / "a.xlsx"), "--out", str(tmp_path / "县"), "--json"])
    counts = json.loads(answer.stdout)["counts"]
    assert (counts["registered_households"], counts["monitored_households"], counts["loans"]) == (8, None, None)
    sheet = openpyxl.load_workbook(tmp_path / "县" / "audit.xlsx")
    shown = {row[0].value: row[1].value for each in sheet.worksheets for row in each.iter_rows() if len(row) > 1}
    assert shown["监测对象（户）"] == "未填写" and shown["小额信贷（户）"] == "未填写"


@pytest.mark.parametrize(
    ("encoding", "said"), [("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("big5", "Big5"), ("gb18030", ""), ("utf-16", "")]
)
def test_a_text_in_another_encoding_is_read_or_says_how_to_save_it(tmp_path, encoding, said):
    head = "户编号,户类型,家庭人口数,工资性收入\n"
    rows = [f"11001100{number},脱贫户,2,{900 * number}\n" for number in range(60)]
    if encoding == "big5":
        head, rows = "戶編號,戶類型,家庭人口數,工資性收入\n", [each.replace("脱贫户", "脫貧戶") for each in rows]
    path = tmp_path / "a.csv"
    path.write_bytes("".join([head, *rows]).encode(encoding))
    if not said:
        assert read(path).counts.registered_households == 60
        return
    with pytest.raises(InputError) as refused:
        read(path)
    for text in (refused.value.chinese, refused.value.english):
        assert said in text and "CSV UTF-8" in text


def test_an_export_in_big5_with_lost_characters_is_refused_with_the_encoding_to_save_in(tmp_path, clean):
    (path,) = (each for each in clean if each.name == exports.PERSONS)
    other = tmp_path / path.name
    other.write_bytes(path.read_bytes().decode("gb18030").encode("big5", "replace"))
    with pytest.raises(InputError, match="CSV UTF-8"):
        read(other)
