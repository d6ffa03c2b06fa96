"""A plan as an Excel form: the same scenario as in YAML, both ways; and what is wrong in it, cell by cell."""

import io
import json
import zipfile

import openpyxl
import pytest
from typer.testing import CliRunner

from experiments.analyses.settings import without_plan
from experiments.cli.app import app
from experiments.model_api import COUNTY, load_model
from experiments.reporting import plan_workbook
from experiments.reporting.plan_differences import differences, in_proportion
from experiments.reporting.translations import Words
from experiments.results.files import canonical, plain
from sim.core.inputs import shipped
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_all
from sim.scenario import load_scenario, office_values, plan_form, scaled_levers

OWN = """title: {zh: 自拟方案, en: A plan of one's own}
reason: {zh: "=1+1", en: "=1+1"}
extends: fewer_better_posts
months: 72
vantage: 2022-03
uncertainty: prior
population: {detail: sampled, general_weight: 20}
levers: {exit: 2026-01, taper_months: 24}
set:
  public_posts.count: {2021-01: 5000, 2022-07: 4000, 2024: 3000}
  budget.county_floor: {2022: 23456789.01, 2023: 1234567}
  thresholds.relapse_share: 0.015
  thresholds.posts: 4321
"""
HEAD = ("名称", "单位", "全期", "2021年", "2022年", "代号")
WITHIN = ("名称", "单位", "起始月", "数值", "代号")


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


def inputs(scenario):
    return canonical(plain(load_model(COUNTY).canonical_inputs(scenario)))


def form(path, *rows, sheet="方案"):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def refused(path):
    with pytest.raises(InputError) as found:
        load_scenario(path)
    return found.value.text_in("zh")


@pytest.mark.parametrize("name", ["baseline", "exit_taper", "support_withdrawn", "floor_10m", "own"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_scenario_written_as_a_form_is_the_same_scenario(tmp_path, own, name, language):
    source = own if name == "own" else shipped.files()[name]
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    there = folder / f"{name}.xlsx"
    plan_workbook.write(source, there, language)
    one, two = load_scenario(source), load_scenario(there)
    assert inputs(one) == inputs(two)
    assert (one.id, one.title, one.reason, sorted(one.own)) == (two.id, two.title, two.reason, sorted(two.own))
    again = tmp_path / f"{name}.xlsx"
    plan_workbook.write(there, again, language)
    assert inputs(load_scenario(again)) == inputs(one)


def test_every_lever_and_target_keeps_its_value_to_the_last_digit():
    for parameter in load_all().parameters.values():
        for entry in (*parameter.entries(), parameter.off):
            for value in entry if isinstance(entry, (list, tuple)) else [entry]:
                if isinstance(value, (int, float)):
                    cell = office_values.office_cell(parameter, value)
                    found = office_values.read_number(cell, "", parameter)
                    assert (found, type(found)) == (value, type(value)), parameter.id


def test_amounts_are_read_as_offices_write_them(tmp_path):
    path = form(
        tmp_path / "plan.xlsx", ("方案名称", "试算"), ("在哪个方案上修改", "baseline"), HEAD,
        ("县级资金", "万元/年", None, 2500, "２６００", "budget.county_floor"),
        ("目标", None, "1.5%", None, None, "thresholds.relapse_share"),
        ("岗位", None, None, None, "3000个", "public_posts.count"), (),
        WITHIN, ("岗位", None, "2023年7月", 2000, "public_posts.count"),
    )  # fmt: skip
    set_by = load_scenario(path).overrides
    assert set_by["budget.county_floor"][-1].value == {0: 25_000_000, 12: 26_000_000}
    assert set_by["thresholds.relapse_share"][-1].value == 0.015
    assert set_by["public_posts.count"][-1].value == {12: 3000, 30: 2000}


@pytest.mark.parametrize(
    ("row", "cell", "said"),
    [
        (("县级资金", "万元/年", None, "两千", None, "budget.county_floor"), "D3", "必须是数字"),
        (("县级资金", "元/年", None, 2000, None, "budget.county_floor"), "B3", "万元"),
        (("县级资金", None, 2000, 2000, None, "budget.county_floor"), "C3", "只能填一种"),
        (("县级资金", None, None, -5, None, "budget.county_floor"), "D3", "budget.county_floor"),
        (("县级资金", None, None, None, 1e9, "budget.county_floor"), "E3", "budget.county_floor"),
        (("县级资金", None, None, 2000, None, "budget.county_floo"), "F3", "budget.county_floor"),
        (("没有的名称", None, None, 2000), "A3", "没有这个名称"),
        (("县级资金", None, None, 2000, None, "budget.county_floor", "多余"), "G3", "没有表头"),
        (("目标", None, 1.5, None, "5个", "thresholds.relapse_share"), "C3", "只能填一种"),
        (("目标", None, "5个", None, None, "thresholds.relapse_share"), "C3", "请按“%”填写"),
        (("岗位", None, "3000元", None, None, "public_posts.count"), "C3", "请按“个岗位”填写"),
        (("县级资金", None, "3千", None, None, "budget.county_floor"), "C3", "请按“万元/年”只填数字"),
    ],
)
def test_what_is_wrong_is_said_of_its_cell(tmp_path, row, cell, said):
    path = form(tmp_path / "plan.xlsx", ("方案名称", "试算"), HEAD, row)
    text = refused(path)
    assert text.startswith(f"{path}:方案!{cell}: ")
    assert said in text


@pytest.mark.parametrize(
    ("rows", "cell", "said"),
    [
        ((("方案名字", "试算"), HEAD), "A1", "方案名称"),
        ((("方案名称", "试算"), ("方案名称", "又一个"), HEAD), "A2", "写了两次"),
        ((("方案名称", "试算"), ("推演月数", "五年"), HEAD), "B2", "整年数"),
        ((("方案名称", "试算"), ("在哪个方案上修改", "没有的方案"), HEAD), "B2", "没有这个文件"),
        ((("方案名称", "试算"),), "A1", "表头"),
        ((("方案名称", "试算"), ("分几个月退完", None, 24), HEAD), "C2", "B 列"),
        ((("方案名称", "试算"), ("分几个月", None, 24), HEAD), "C2", "B 列"),
        ((("方案名称", "试算"), *[("随便写", 1)] * 60), "A1", "表头"),
        (
            (("方案名称", "试算"), HEAD, ("公益岗位数量", None, 3000, None, None, "budget.county_floor")),
            "F3",
            "应为 public_posts.count",
        ),
        ((("方案名称", "试算"), HEAD, (*[None] * 44, 7)), "AS3", "右边"),
        ((("方案名称", "试算"), (*HEAD, "2021年")), "G2", "两次"),
        ((("方案名称", "试算"), WITHIN, ("岗位", None, "七月", 3000, "public_posts.count")), "D3", "七月"),
        ((("方案名称", "试算"), WITHIN, ("岗位", None, "2022-07", None, "public_posts.count")), "C3", "没有写数值"),
        ((("方案名称", "试算"), WITHIN, *[("岗位", None, "2022-07", 3000, "public_posts.count")] * 2), "D4", "方案!D3"),
    ],
)
def test_what_is_wrong_elsewhere_is_said_of_its_cell(tmp_path, rows, cell, said):
    path = form(tmp_path / "plan.xlsx", *rows)
    text = refused(path)
    assert text.startswith(f"{path}:方案!{cell}: ")
    assert said in text


def test_formulas_are_taken_as_stored_or_refused(tmp_path):
    path = form(
        tmp_path / "plan.xlsx", ("方案名称", "试算"), HEAD, ("县级资金", None, "=1000+1000", None, None, "budget.county_floor")
    )
    assert "方案!C3" in refused(path)
    kept = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v></v>", b"<v>2000</v>").replace(b"<v />", b"<v>2000</v>"))
    path.write_bytes(kept.getvalue())
    assert load_scenario(path).overrides["budget.county_floor"][-1].value == 20_000_000


def test_what_is_no_form_is_refused(tmp_path):
    assert "没有“方案”这张表" in refused(form(tmp_path / "plan.xlsx", ("方案名称", "试算"), sheet="Sheet1"))
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 and no more")
    assert "已损坏" in refused(broken)
    old = tmp_path / "plan.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0")
    assert "另存为 .xlsx" in refused(old)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b" " * (plan_form.LARGEST_UNPACKED + 1))
    assert "解压后超过" in refused(bomb)


def test_differences_are_told_in_an_offices_words(own, tmp_path):
    scenario = load_scenario(form(
        tmp_path / "plan.xlsx", ("方案名称", "试算"), HEAD, ("县级资金", None, None, None, 2600, "budget.county_floor")
    ))  # fmt: skip
    (line,) = differences(scenario, without_plan(scenario), Words("zh"))
    assert line == "本级衔接资金：2022年1月起由2000万元/年改为2600万元/年"
    baseline = load_scenario(shipped.files()["baseline"])
    assert not list(differences(baseline, without_plan(baseline), Words("zh")))


def test_what_stands_in_proportion_to_the_county_is_told_apart_from_what_a_plan_sets(tmp_path):
    (tmp_path / "plan.yaml").write_text(
        f"extends: baseline\ntitle: 试算\ncounty: {shipped.scenario_file('counties/jixi')}\nset: {{farm_works.roads: 100}}\n",
        encoding="utf-8",
    )
    scenario = load_scenario(tmp_path / "plan.yaml")
    (line,) = differences(scenario, without_plan(scenario), Words("en"))
    # 314 km a year in Lingyuan, times 56 165 / 360 000 rural persons: 49.05, shown with three digits.
    assert line.endswith(": 49.1 km a year becomes 100 km a year")
    scaled = scaled_levers(scenario)
    assert "farm_works.roads" not in scaled and "public_posts.count" not in scaled  # the plan's own, and the county's own
    assert scaled["farm_works.cold_stores"] == 3.12
    (told,) = in_proportion(scenario, Words("zh"), explain=False)
    assert told.startswith(f"按本县规模折算{len(scaled)}项")
    assert len(in_proportion(scenario, Words("zh"), explain=True)) == 1 + len(scaled)
    assert not in_proportion(load_scenario(shipped.files()["baseline"]), Words("zh"), explain=True)
    refused = CliRunner().invoke(app, ["check", str(tmp_path / "plan.yaml"), "--json", "--explain"])
    assert refused.exit_code == 2 and "--explain" in refused.stderr


def test_the_command_writes_a_form_that_check_takes(tmp_path, own):
    def call(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    out = tmp_path / "out.xlsx"
    assert call("plan", "form", own, out).exit_code == 0
    checked = call("check", out, "--json")
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["ok"] is True
    before = out.read_bytes()
    assert call("plan", "form", own, out).exit_code == 2
    assert out.read_bytes() == before
    assert call("plan", "form", own, tmp_path / "out.yaml").exit_code == 2


def test_the_python_interface_takes_a_form_for_a_plan(tmp_path):
    import xianjie

    path = form(tmp_path / "plan.xlsx", ("方案名称", "试算"), HEAD, ("县级资金", None, 2600, None, None, "budget.county_floor"))
    assert dict(xianjie.plan(path).changes[0]["set"]) == {"budget.county_floor": 26_000_000}
