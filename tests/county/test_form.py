"""The form: written empty, read back as filled in; only what is filled in counts, and what contradicts is named."""

import json

import openpyxl
import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.county_data import form, importer
from experiments.county_data.facts import asked_facts
from experiments.reporting import plan_workbook
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_all
from sim.scenario import load_county, load_scenario
from tests.county.forms import filled, row_of

GIVEN = {
    "county_name": "某某县", "county_code": "341899", "hukou_persons": 180000, "resident_persons": 140000, "rural_persons": 56000,
    "registered_persons": 7600, "registered_households": 3300, "county_floor": 2100, "townships": 11, "villages": 81, "tap_water": 85.5,
    "loans": 372, "loans_money": 1723.5, "cluster_revenue": 1.5, "rural_income": ("1.75万", "统计公报", 2020), "gdp": (85, "", 2020),
}  # fmt: skip


def read(path):
    return importer.read([path])


def found(imported):
    return {(each.row, each.kind) for each in imported.findings.found}


def run(*words):
    return CliRunner().invoke(app, ["county", *map(str, words)])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_form_is_read_back_as_it_was_filled_in(tmp_path, language):
    imported = read(filled(tmp_path / "a.xlsx", GIVEN, language))
    assert imported.findings.found == []
    assert (imported.name, imported.code) == ("某某县", "341899")
    expected = {key: value for key, value in GIVEN.items() if not key.startswith("county_n") and key != "county_code"}
    assert {key: each.value for key, each in imported.facts.items()} == {**expected, "rural_income": 17500, "gdp": 85}
    assert imported.counts.registered_persons == 7600 and imported.counts.villages == 81


def test_an_empty_form_founds_nothing(tmp_path):
    plan_workbook.write_county_form(tmp_path / "a.xlsx", "zh")
    with pytest.raises(InputError, match="nothing here to found"):
        read(tmp_path / "a.xlsx")


def test_every_fact_has_a_parameter_that_there_is_and_lingyuans_value_within_its_bounds():
    book = load_all().parameters
    for fact in asked_facts().values():
        if fact.parameter:
            assert fact.parameter in book
            assert fact.least <= fact.home <= fact.most, fact.id
    assert len(asked_facts()) >= 60


def test_the_form_checks_its_cells_and_says_where_numbers_are_found(tmp_path):
    plan_workbook.write_county_form(tmp_path / "a.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["县情", "乡镇", "村", "常住户分布", "经营主体", "产业", "资金", "方案", "说明"]
    rows = sum(sheet.cell(row, 1).value in asked_facts() for sheet in book.worksheets for row in range(1, sheet.max_row + 1))
    assert rows == len(asked_facts())
    sheet = book["县情"]
    checked = {str(each.sqref) for each in sheet.data_validations.dataValidation}
    for row in range(form.FIRST_ROW + 2, sheet.max_row + 1):
        assert f"D{row}" in checked and sheet.cell(row, 9).value and sheet.cell(row, 4).comment
        assert not sheet.cell(row, 4).protection.locked and sheet.cell(row, 2).protection.locked


def test_the_county_file_says_what_was_filled_in_and_with_which_evidence(tmp_path):
    path = filled(tmp_path / "a.xlsx", GIVEN)
    answer = run("import", path, "--out", tmp_path / "县", "--json")
    assert answer.exit_code == 0, answer.output
    facts = {fact.id: fact for fact in load_county(tmp_path / "县")[0]}
    assert facts["county_floor"].value == 21_000_000 and facts["county_floor"].evidence == "measured"
    assert facts["tap_water"].value == pytest.approx(0.855) and facts["cluster_revenue"].value == 150_000_000
    assert facts["gdp"].evidence == "assumed" and facts["gdp"].parameter == ""
    assert set(facts) == set(GIVEN) - {"county_name", "county_code"}
    scenario = load_scenario("baseline", county_file=tmp_path / "县")
    assert scenario.overrides["budget.county_floor"][-1].value == 21_000_000
    assert run("check", tmp_path / "县").exit_code == 0


def test_areas_heads_and_prices_are_yields_and_prices_of_what_was_filled_in_and_lingyuans_of_the_rest(tmp_path):
    industry = {"grain": 45000, "grain_area": 10, "hogs": 30000, "hogs_raised": 48000, "fruit_area": 900,
                "vegetables_price": 2.8, "cattle_price": 16000}  # fmt: skip
    answer = run("import", filled(tmp_path / "a.xlsx", {**GIVEN, **industry}), "--out", tmp_path / "县", "--json")
    assert answer.exit_code == 0, answer.output
    facts = {fact.id: fact for fact in load_county(tmp_path / "县")[0]}
    home = load_all().parameters
    # 45 000 t from 100 000 mu; 30 000 sold of 48 000 raised. Prices per kg are given per tonne.
    usual = list(home["founding.farm_yield"].value)
    assert facts["farm_yield"].value == [0.45, *usual[1:3], 0.625, *usual[4:]]
    prices = list(home["farming.farm_price"].value)
    assert facts["farm_price"].value == [prices[0], 2800, *prices[2:4], 16000, prices[5]]
    assert facts["farm_yield"].evidence == facts["farm_price"].evidence == "derived"
    # Orchards without their output give no yield, and two outputs of six are no list: they are on record.
    for name in ("fruit_area", "grain", "hogs"):
        assert facts[name].parameter == ""
    scenario = load_scenario("baseline", county_file=tmp_path / "县")
    assert scenario.overrides["founding.farm_yield"][-1].value[0] == 0.45
    assert scenario.overrides["farming.farm_price"][-1].value[4] == 16000


@pytest.mark.parametrize(
    ("fact", "value", "kind"),
    [
        ("rural_persons", "很多", "fact_number"),
        ("county_floor", 20_000_000, "contradiction_unit"),
        ("tap_water", 140, "fact_range"),
        ("posts", -1, "fact_range"),
        ("county_floor", 3_000_000_000_000, "fact_range"),
        ("rural_persons", (50000, "公报", 1999), "fact_year"),
        ("rural_persons", "#REF!", "error_cell"),
    ],
)
def test_a_fault_in_a_fact_leaves_it_out_and_names_its_row(tmp_path, fact, value, kind):
    path = filled(tmp_path / "a.xlsx", {"registered_persons": 7600, fact: value})
    imported = read(path)
    assert found(imported) == {(row_of(path, fact), kind)}
    assert (fact in imported.facts) == (kind == "fact_year")


def test_a_changed_unit_or_an_unknown_row_is_not_guessed_at(tmp_path):
    path = filled(tmp_path / "a.xlsx", {"registered_persons": 7600, "county_floor": 2000})
    book = openpyxl.load_workbook(path)
    money, row = book["资金"], row_of(path, "county_floor")
    money.cell(row, 3, "元")
    book["县情"].append(["own_fact", "自己加的", "人", 5, 2020, "某"])
    book.save(path)
    imported = read(path)
    assert {each.kind for each in imported.findings.found} == {"fact_unit", "fact_unknown"}
    assert set(imported.facts) == {"registered_persons"}


@pytest.mark.parametrize(
    ("facts", "at", "kind"),
    [
        ({"rural_persons": 150000, "resident_persons": 140000}, "rural_persons", "contradiction_hukou"),
        ({"hukou_persons": 500000, "resident_persons": 140000}, "resident_persons", "contradiction_hukou"),
        ({"registered_households": 9000, "registered_persons": 7600}, "registered_households", "contradiction_parts"),
        ({"registered_dibao_persons": 9000, "registered_persons": 7600}, "registered_dibao_persons", "contradiction_dibao"),
        ({"registered_employed": 8000, "registered_persons": 7600}, "registered_employed", "contradiction_workers"),
        ({"registered_outside": 2000, "registered_local": 1000, "registered_employed": 2500}, "registered_employed", "contradiction_workers"),
        ({"loans": 372, "loans_money": 290000}, "loans_money", "contradiction_unit"),
        ({"registered_persons": 7600, "grain": 45000, "grain_area": 0.1}, "grain_area", "contradiction_unit"),
    ],
)  # fmt: skip
def test_facts_that_cannot_both_be_true_are_named_and_exit_4(tmp_path, facts, at, kind):
    path = filled(tmp_path / "a.xlsx", facts)
    answer = run("import", path, "--out", tmp_path / "县", "--json")
    assert answer.exit_code == 4
    (finding,) = json.loads(answer.stdout)["findings"]
    assert (finding["row"], finding["kind"]) == (row_of(path, at), kind)
    assert (tmp_path / "县" / "county.yaml").is_file()


def test_parts_are_held_against_their_sum(tmp_path):
    path = filled(tmp_path / "a.xlsx", {"registered_persons": 100, "townships": 3})
    book = openpyxl.load_workbook(path)
    heads = {cell.value: cell.column for cell in book["乡镇"][1]}
    for row, number in enumerate((60, 30), 2):
        book["乡镇"].cell(row, heads["乡镇"], f"{row}镇")
        book["乡镇"].cell(row, heads["脱贫人口数"], number)
    book.save(path)
    assert {each.kind for each in read(path).findings.contradictions} == {"contradiction_parts"}
    assert {each.column for each in read(path).findings.contradictions} == {"脱贫人口", "乡镇（街道）数"}


def test_the_template_is_not_written_over_anything(tmp_path):
    path = tmp_path / "a.xlsx"
    assert run("template", path, "--json").exit_code == 0
    before = path.read_bytes()
    assert run("template", path).exit_code == 2 and path.read_bytes() == before
    assert run("template", tmp_path / "a.docx").exit_code == 2
    assert run("template", tmp_path / "none" / "a.xlsx").exit_code == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.xlsx"]


def with_plan(path, cells, facts=GIVEN):
    """A form with some facts, and these cells of the plan by lever and heading."""
    book = openpyxl.load_workbook(filled(path, facts))
    sheet = book["方案"]
    heads = next(row for row in sheet.iter_rows() if row[0].value == "名称")
    columns = {cell.value: cell.column for cell in heads}
    rows = {sheet.cell(row, columns["代号"]).value: row for row in range(heads[0].row + 1, sheet.max_row + 1)}
    for (lever, heading), value in cells.items():
        sheet.cell(rows[lever], columns[heading], value)
    book.save(path)
    return path, rows


def test_the_plan_of_a_form_becomes_a_scenario_of_the_county(tmp_path):
    path, _ = with_plan(tmp_path / "a.xlsx", {("budget.county_floor", "2023年"): 1000, ("public_posts.count", "全期"): 3000})
    answer = run("import", path, "--out", tmp_path / "县", "--lang", "zh")
    assert answer.exit_code == 0 and "方案.yaml" in "".join(answer.stdout.split())
    scenario = load_scenario(tmp_path / "县" / "方案.yaml")
    assert scenario.title["zh"] == "本县方案"
    values = {
        name: found[-1].value
        for name, found in scenario.overrides.items()
        if name in ("budget.county_floor", "public_posts.count")
    }
    assert values["public_posts.count"] == 3000 and 10_000_000 in values["budget.county_floor"].values()
    assert scenario.overrides["founding.registered_persons"][-1].value == GIVEN["registered_persons"]


def test_a_plan_without_values_writes_no_scenario(tmp_path):
    imported = read(filled(tmp_path / "a.xlsx", GIVEN))
    assert imported.plan is None and imported.findings.found == []
    assert {(each.sheet, each.kind) for each in imported.read} >= {("方案", "plan"), ("县情", "form")}


def test_a_fault_of_a_plan_is_found_with_its_row_and_keeps_the_facts(tmp_path):
    path, rows = with_plan(tmp_path / "a.xlsx", {("public_posts.count", "全期"): "三千个13912345678"})
    imported = read(path)
    assert found(imported) == {(rows["public_posts.count"], "plan_value")}
    assert imported.plan is None and len(imported.facts) > 10
    assert "13912345678" not in imported.findings.found[0].chinese + imported.findings.found[0].english


def test_a_plan_that_builds_on_a_file_of_its_own_is_not_taken(tmp_path):
    (tmp_path / "own.yaml").write_text("extends: baseline\ntitle: 自己的\n", encoding="utf-8")
    path, _ = with_plan(tmp_path / "a.xlsx", {("public_posts.count", "全期"): 3000})
    book = openpyxl.load_workbook(path)
    (cell,) = (row[1] for row in book["方案"].iter_rows() if row[0].value == "在哪个方案上修改")
    cell.value = "own.yaml"
    book.save(path)
    assert found(read(path)) == {(cell.row, "plan_extends")}


def test_a_long_number_in_a_title_is_not_kept(tmp_path):
    path, _ = with_plan(tmp_path / "a.xlsx", {("public_posts.count", "全期"): 3000})
    book = openpyxl.load_workbook(path)
    (cell,) = (row[1] for row in book["方案"].iter_rows() if row[0].value == "方案名称")
    cell.value = "张某13912345678的方案"
    book.save(path)
    assert run("import", path, "--out", tmp_path / "县").exit_code == 0
    assert "13912345678" not in "".join(
        each.read_text("utf-8", "replace") for each in (tmp_path / "县").rglob("*") if each.is_file()
    )
