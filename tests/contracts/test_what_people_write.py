"""Slips that people make in the files they write: each is named, with what to write instead, in the reader's language."""

import os
import re
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.analyses import budget_allocation, design, discovery_spec
from experiments.cli import console
from experiments.cli.app import app
from sim.core.inputs import yaml_file
from sim.core.inputs.errors import MOST_FAULTS, InputError, InputErrors, UserError, shorten
from sim.core.inputs.notation import LONGEST_SHOWN, full_width, half, intended_number
from sim.core.inputs.parameters import load_all, month_number, month_within
from sim.core.inputs.removed import REMOVED
from sim.county import values_of
from sim.scenario import load_county, load_scenario
from sim.scenario.office_values import read_number

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
HEAD = f"extends: {SCENARIOS / 'baseline.yaml'}\ntitle: 试\n"
SET = HEAD + "set:\n  "
FACT = "rural_income:\n  name: {zh: 收入, en: income}\n  parameter: founding.rural_income\n  value: 15500\n"
FACT += "  evidence: measured\n  source: 统计公报\n"
SPEC = f"title: 试\nscenarios: [{SCENARIOS / 'baseline'}]\ndesign: grid\nreplications: 2\nfactors:\n"
LEVEL = "  public_posts.count: [4000]\n"


def invoke(*arguments, **settings):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], **settings)


def refused(path, read):
    with pytest.raises(InputError) as caught:
        read(path)
    return caught.value


@pytest.fixture
def written(tmp_path):
    def write(text, name="mine.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return write


@pytest.mark.parametrize("name", REMOVED)
def test_a_parameter_of_an_earlier_version_is_refused_with_the_reason_and_what_to_write(written, name):
    fault = refused(written(SET + f"{name}: 1"), load_scenario)
    assert fault.line == 4 and f"'{name}' was removed: " in fault.english and f"“{name}”已取消：" in fault.chinese
    known = load_all().parameters
    meant = [each for each in re.findall(r"[a-z_]+\.[a-z_]+", REMOVED[name].english) if each in known]
    assert meant and all(each in fault.chinese for each in meant) and name not in known


#: A scenario; the line that is named, and what of the remedy, in Chinese and in English.
SLIPS = {
    "ten thousands": (SET + "budget.county_floor: 2000万", 4, "请写成 20000000", "write 20000000"),
    "ten thousand yuan": (SET + "budget.county_floor: 2,000 万元", 4, "请写成 20000000", "write 20000000"),
    "a hundred million": (SET + "budget.county_floor: 0.5亿", 4, "请写成 50000000", "write 50000000"),
    "percent": (SET + "case_review.listed_share: 10%", 4, "请写成 0.1", "write 0.1"),
    "thousands": (SET + "budget.county_floor: 20,000,000", 4, "请写成 20000000", "write 20000000"),
    "thousands by date": (SET + "budget.county_floor: {2021: 20,000,000}", 4, "数字里不要写逗号", "without commas"),
    "full-width digits": (SET + "public_posts.count: ３０００", 4, "请写成 3000（含有全角字符", "full-width characters"),
    "full-width list": (SET + "farm_choice.capital: [1，2]", 4, "全角", "full-width"),
    "full-width colons": (HEAD + "set：\n  public_posts.count： 3000", 4, "“：”是全角符号", "'：' is a full-width character"),
    "a full-width colon": (
        HEAD + "set:\n  public_posts.count：3000",
        3,
        "“：”是全角符号，请改用半角“:”，后面空一格",
        "'：' is a full-width character; type ':' and a space",
    ),  # fmt: skip
    "a full-width colon in braces": ("title: {zh：试, en: Try}", 1, "“：”是全角符号", "'：' is a full-width character"),
    "a full-width comma in braces": ("title: {zh: 试，en: Try}", 1, "“，”是全角符号", "'，' is a full-width character"),
    "full-width braces": ("title: ｛zh: 试, en: Try｝", 1, "“｛”是全角符号", "'｛' is a full-width character"),
    "a full-width month": (SET + "public_posts.count: {２０２３: 1}", 4, "应写成 2023-01", "write 2023-01"),
    "a month in words": (SET + "public_posts.count: {2023年7月: 1}", 4, "应写成 2023-07", "write 2023-07"),
    "a tab": (HEAD + "set:\n\tpublic_posts.count: 3000", 4, "制表符 Tab", "begins with a tab"),
    "a comma in a title": ("title: {zh: 少3000个岗位, 省钱, en: Fewer}", 1, "“省钱”因此成了单独一项", "'省钱' stands alone"),
    "a colon in a title": ("title: 方案: 甲", 1, "请给整句加引号", "in quotes"),
    "a month twice": (SET + "budget.county_floor: {2021: 2e7, 2021-01: 1e7}", 4, "2021-01 写了两次", "2021-01 is written twice"),
    "nothing by month": (SET + "budget.county_floor: {}", 4, "什么也没有设定", "sets nothing"),
    "nothing of a subject": (SET + "public_posts: {}", 4, "不能是空的", "not empty"),
    "nothing set": (HEAD + "set: {}", 3, "不能是空的", "not empty"),
    "a founding by month": (SET + "founding.villages: {2022: 200}", 4, "县只建一次", "founded once"),
    "5000 digits": (SET + f"public_posts.count: {'9' * 5000}", 4, "最多 40 位", "at most 40 digits"),
    "infinite": (SET + "public_posts.count: 1e999", 4, "太大", "too large"),
    "not a number": (SET + "public_posts.count: .nan", 4, "必须是数字", "must be a number"),
    "beyond any county": (SET + "farm_choice.capital: [1e9, 1, 1, 1, 1, 1]", 4, "应在 0 至 65 之间", "0 to 65"),
    "one number for a list": (SET + "farm_choice.capital: 1e9", 4, "应写成列表", "must be a list"),
    "vantage": (HEAD + "vantage: 1999", 3, "不在2020年至2030年之内", "2020 to 2030"),
    "brackets": ("[" * 30_000, 1, "层次嵌套超过 20 层", "nested more than 20 deep"),
    "dashes": ("- " * 30_000, 1, "层次嵌套超过 20 层", "nested more than 20 deep"),
    "itself": (HEAD + "set: &a {b: *a}", 3, "请直接写出值", "write the value out"),
    "NUL in a name": ('extends: "a\\0b"\ntitle: 试', 1, "没有这个文件", "no such file beside it"),
    "NUL": ("title: a\0b", 1, "U+0000", "U+0000"),
    "a long name": (HEAD + f"county: {'a' * 300}", 3, "没有这个文件", "no such file beside it"),
    "two documents": (HEAD + "---\ntitle: x", 3, "请删去“---”", "leave out the line '---'"),
    "a tag": ("title: !!python/name:os.system x", 1, "请删去", "leave it out"),
    "a hidden character": ('title: "a\\u202eb"', 1, "看不见的字符 '\\u202e'", "does not show; delete it"),
    "no title": ("title: ''", 1, "不能是空的", "must be text"),
    "a sweep": (SPEC + LEVEL, 1, "xianjie sweep", "xianjie sweep"),
    "no space after a colon": (
        HEAD + "set:\n  public_posts.count:3000",
        3,
        "半角冒号后面要空一个半角空格",
        "ordinary space is needed",
    ),
    "a wide space there": (HEAD + "set:\n  public_posts.count:\u30003000", 3, "半角冒号后面要空", "ordinary space is needed"),
    "a firm space there": (HEAD + "set:\n  public_posts.count:\u00a03000", 3, "半角冒号后面要空", "ordinary space is needed"),
    "half a post": (SET + "public_posts.count: 3000.5", 4, "请写成 3000 或 3001", "write 3000 or 3001"),
    "half a post from a month on": (SET + "public_posts.count: {2022: 3000.5}", 4, "请写成 3000 或 3001", "write 3000 or 3001"),
    "half a team": (SET + "stationed_teams.teams: 100.5", 4, "不是整数", "no whole number"),
    "half a township": (SET + "founding.townships: 2.5", 4, "请写成 2 或 3", "write 2 or 3"),
    "goals in a list": (HEAD + "goals: [R3]", 3, "“goals”下面应一行写一个", "'goals' must be a mapping"),
    "a bell after Chinese": ("title: 一二三四五六七八九十甲乙\nreason: 试\nplan: a\x07b\n", 3, "U+0007", "U+0007"),
    "NUL at the end": (HEAD + "reason: 十二个汉字在这里\0", 3, "U+0000", "U+0000"),
    "off before the plan": (HEAD + "levers: {off: 2020-06}", 3, "改为 2021-01", "write 2021-01 in place of 2020-06"),
    "exit before the plan": (HEAD + "levers: {exit: 2020}", 3, "改为 2021-01", "write 2021-01 in place of 2020-01"),
    "a weight of everybody": (HEAD + "population: {detail: full, general_weight: 50}", 3, "请删去这一项", "leave it out"),
    "a blank title": ('title: " "', 1, "不能是空的", "not blank"),
    "a title that does not show": ('title: "\\u200b"', 1, "不能是空的", "not blank"),
    "a title with no character": ('title: "a\\uFFFFb"', 1, "看不见的字符", "does not show; delete it"),
    "Excel": (b"PK\x03\x04" + bytes(100), 0, "请把内容写进以 .yaml 结尾的文本文件", "a document of Excel/Word, not text"),
    "GBK": ("title: 我的方案".encode("gbk"), 1, "请用编辑器另存为 UTF-8 编码", "save it as UTF-8"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_with_its_remedy_in_the_language_asked_for(written, slip):
    text, line, chinese, english = SLIPS[slip]
    path = written(text)
    for lang, said in (("zh", chinese), ("en", english)):
        answer = invoke("check", path, "--lang", lang)
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert answer.stderr.startswith(f"{path}:{line}: " if line else f"{path}: "), answer.stderr
        assert said in answer.stderr and len(answer.stderr.splitlines()) == 1, answer.stderr


#: A county file, in what it differs from a right one, and what is said.
FACTS = {
    "name as text": ("{zh: 收入, en: income}", "农村居民收入", 2, "name 要写中文和英文各一句"),
    "no name": ("{zh: 收入, en: income}", "", 2, "name 要写中文和英文各一句"),
    "names in a list": ("{zh: 收入, en: income}", "[收入, income]", 2, "name 要写中文和英文各一句"),
    "one language": ("{zh: 收入, en: income}", "{zh: 收入}", 2, "中文和英文各一句"),
    "no source": ("统计公报", "", 6, "没有写来源 source；请写明出处"),
    "a blank source": ("统计公报", "' '", 6, "没有写来源 source；请写明出处"),
    "a source that does not show": ("统计公报", '"\\u200b"', 6, "没有写来源 source；请写明出处"),
    "a line missing, by name": ("  source: 统计公报\n", "", 1, "请补上 source"),
    "a line too many": ("  source: 统计公报\n", "  source: 统计公报\n  sauce: 1\n", 1, "请删去 sauce"),
    "one language, with its fact": ("{zh: 收入, en: income}", "{zh: 收入}", 2, "“rural_income”的名称 name"),
    "blank names": ("{zh: 收入, en: income}", "{zh: ' ', en: income}", 2, "不能是空的"),
    "a source in a list": ("统计公报", "[a]", 6, "应是不超过 1000 字的文字"),
    "no such parameter": ("founding.rural_income", "founding.rural_incom", 3, "是不是想写“founding.rural_income”"),
    "no such evidence": ("measured", "measurd", 5, "是不是想写“measured”"),
    "a value in words": ("15500", "1.55万", 4, "请写成 15500"),
    "a line missing": ("  source: 统计公报\n", "", 1, "name、parameter、value、evidence、source"),
}


@pytest.mark.parametrize("slip", FACTS)
def test_a_slip_in_a_county_file_is_named_wherever_the_file_is_read(written, slip):
    before, after, line, said = FACTS[slip]
    county = written(FACT.replace(before, after), "county.yaml")
    plan = written("title: 试\ncounty: county\n")
    for error in (refused(county, load_county), refused(plan, load_scenario)):
        assert (error.place, error.line) == (str(county), line)
        assert said in error.chinese
    assert "mine.yaml 以它为基础" in error.chinese
    for answer in (invoke("check", county), invoke("run", county, "--plan", SCENARIOS / "baseline.yaml")):
        assert answer.exit_code == 2 and said in answer.stderr


@pytest.mark.parametrize("text", [HEAD + "set: {public_posts.count: 1}", HEAD + "months: 12\n", "county: county\ntitle: 试\n"])
def test_a_scenario_where_a_county_belongs_is_told_once(written, text):
    other = written(text, "other.yaml")
    error = refused(written("title: 试\ncounty: other.yaml\n"), load_scenario)
    assert not isinstance(error, InputErrors) or len(error.errors) == 1
    assert error.place in (str(other), str(SCENARIOS / "baseline.yaml")) and "这里要的是县情文件" in error.chinese


def test_support_may_end_before_a_clause_lets_some_of_it_end(written):
    load_scenario(written(HEAD + "levers: {exit: 2023-01}"))
    assert "2026-01" in refused(written(HEAD + "levers: {exit: 2026-01}"), load_scenario).chinese


@pytest.mark.parametrize("cell", ["10%", "１０％", "5‰"])
def test_a_percentage_of_what_is_no_share_is_refused_in_a_form(cell):
    with pytest.raises(UserError, match="no share"):
        read_number(cell, "", load_all().parameters["budget.county_floor"])
    assert read_number("10%", "", load_all().parameters["case_review.listed_share"]) == 0.1


def test_a_line_that_begins_with_a_wide_space_is_told_so(written):
    for space in "\u3000\u00a0":
        error = refused(written(HEAD + f"set:\n{space}public_posts.count: 3000"), load_scenario)
        assert "请改用半角空格" in error.chinese and "type ordinary ones" in error.english


def test_what_is_wrong_with_a_sweep_is_told_in_plain_english(written):
    for factor, said in (
        ("[]", "at least 1 entries"),
        ("{low: 1, high: 2, levels: 1}", "at least 2"),
        ("{values: 3}", "a list, such"),
    ):
        error = refused(written(SPEC + f"  public_posts.count: {factor}\n"), design.load)
        assert said in error.english and "validation" not in error.english


def test_no_range_is_told_with_an_exponent(written):
    error = refused(written(SET + "founding.dibao_persons: -5"), load_scenario)
    assert "0 至 100000000 " in error.chinese and "0 to 100000000 " in error.english


def test_a_tilde_that_no_shell_replaced_is_the_users_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert console._at_home(Path("~/zz")) == tmp_path / "zz" and console._at_home(None) is None
    assert console._at_home(Path("~nobody-of-this-name/zz")) == Path("~nobody-of-this-name/zz")


def test_a_vantage_by_year_is_its_january(written):
    assert load_scenario(written(HEAD + "vantage: 2022\n")).vantage == "2022-01"
    assert load_scenario(written(HEAD + "vantage: '2022'\n")).vantage == "2022-01"


def of_parameter(parameter, value):
    """A fact of a county, on one line."""
    name = parameter.partition(".")[2]
    return f"{name}: {{name: {{zh: 数, en: N}}, parameter: {parameter}, value: {value}, evidence: policy, source: t}}\n"


@pytest.mark.parametrize(
    ("county", "setting", "value"),
    [
        (of_parameter("budget.county_floor", 21000000), "budget.county_floor: 1e7", 1e7),
        (of_parameter("budget.county_floor", 21000000), "illness.admission_rate: 0.1", 21000000),
        ("code: 341824\n" + of_parameter("founding.county_size", 0.5), "public_posts.count: 3000", 10_000_000),
        (str(SCENARIOS / "county.yaml"), "budget.county_floor: 1e7", 1e7),
    ],
)  # fmt: skip
@pytest.mark.parametrize("depth", [1, 2])
def test_the_county_that_a_plan_names_lies_under_what_it_builds_on(written, county, setting, value, depth):
    """What a parent sets counts before the county's facts, and nothing is left of the county that the parent names."""
    named = county if county.startswith("/") else written(county, "my_county.yaml")
    above = written(SET + setting, "above.yaml")
    if depth > 1:
        above = written(f"extends: {above}\ntitle: 二\n", "between.yaml")
    made = load_scenario(written(f"extends: {above}\ntitle: 三\ncounty: {named}\nreason: 试\n"))
    assert values_of(made, None).at("budget.county_floor", 12) == pytest.approx(value / 12)
    shipped = str(SCENARIOS / "county.yaml")
    places = {each.place for found in made.overrides.values() for each in found}
    assert (shipped in places) == (str(named) == shipped)


#: A county that cannot be, as facts; the line that is named, and what is said.
TOO_SMALL = {
    "no townships": (of_parameter("founding.townships", 0), 1, "应在 1 至 1000 之间", "outside 1 to 1000"),
    "no villages": (of_parameter("founding.villages", 0), 1, "应在 1 至", "outside 1 to"),
    "no size": ("code: 341824\n" + of_parameter("founding.county_size", 0), 2, "应在 0.0002 至", "outside 0.0002 to"),
    "hardly a size": ("code: 341824\n" + of_parameter("founding.county_size", 0.0001), 2, "应在 0.0002 至", "outside 0.0002 to"),
    "nobody registered": ("code: 341824\n" + of_parameter("founding.registered_persons", 0), 2, "应在 32 至", "outside 32 to"),
    "one registered": ("code: 341824\n" + of_parameter("founding.registered_persons", 1), 2, "应在 32 至", "outside 32 to"),
    "nobody": ("code: 341824\n" + of_parameter("founding.rural_persons", 0), 2, "应在 1 至", "outside 1 to"),
    "others than on the list": (of_parameter("founding.townships", 30), 1, "founding.places 设为 numbered", "not 30 and 243"),
    "more households than persons": (
        "code: 341824\n" + of_parameter("founding.registered_persons", 40) + of_parameter("founding.registered_dibao_persons", 9)
        + of_parameter("founding.registered_dibao_households", 20), 4, "不可能有 9 人", "20 households cannot have 9 members"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TOO_SMALL)
def test_a_county_that_cannot_be_founded_is_refused_before_anything_is_run(written, tmp_path, case):
    text, line, chinese, english = TOO_SMALL[case]
    county = written(text, "small.yaml")
    for lang, said in (("zh", chinese), ("en", english)):
        for words in (("check", county), ("run", county, "--replications", 2, "--out", tmp_path / "out")):
            answer = invoke(*words, "--lang", lang)
            assert answer.exit_code == 2 and answer.stderr.startswith(f"{county}:{line}: ") and said in answer.stderr
            assert len(answer.stderr.splitlines()) == 1 and not (tmp_path / "out").exists()


def test_a_right_county_file_is_checked_as_one_and_is_no_scenario(written):
    answer = invoke("check", SCENARIOS / "county.yaml", "--lang", "en")
    assert answer.exit_code == 0 and "7 facts of a county, 6 of them still assumed" in " ".join(answer.stdout.split())
    assert '"ok": true' in invoke("check", SCENARIOS / "county.yaml", "--json").stdout
    assert invoke("check", SCENARIOS / "county.yaml", "--set", "public_posts.count=1").exit_code == 2
    assert "name it in one" in refused(SCENARIOS / "county.yaml", load_scenario).english
    assert "holds no facts" in refused(written("{}"), load_county).english


#: A sweep, and what is said.
SPECS = {
    "a level by month": ("  budget.county_floor: [{2021: 10000000}]\n", 6, "每一档只能写一个值"),
    "NUL in a name": (LEVEL, 2, "没有这个文件"),
    "too many replications": (LEVEL, 4, "不能大于 1000000"),
    "replications in words": (LEVEL, 4, "请写成 20000"),
    "replications that are no whole number": (LEVEL, 4, "必须是整数"),
    "infinite ends": ("  public_posts.count: {low: 0, high: .inf}\n", 6, "必须是数字"),
    "ends in words": ("  budget.county_floor: {low: 1000万, high: 2000万}\n", 6, "请写成 10000000"),
    "a month nobody knows": ("  public_posts.count: {low: 0, high: 1, from: 1999}\n", 6, "不在2020年至2030年之内"),
    "no such lever": ("  public_posts.coutn:\n", 6, "没有这个政策措施或假定（是不是想写“public_posts.count”"),
}
INSTEAD = {
    "NUL in a name": (f"[{SCENARIOS / 'baseline'}]", '["a\\0b"]'),
    "too many replications": ("replications: 2", "replications: 99999999999999999999999"),
    "replications in words": ("replications: 2", "replications: 2万"),
    "replications that are no whole number": ("replications: 2", "replications: 2.5"),
}


@pytest.mark.parametrize("slip", SPECS)
def test_a_slip_in_a_sweep_is_named_before_anything_is_begun(written, slip):
    factors, line, said = SPECS[slip]
    path = written((SPEC + factors).replace(*INSTEAD.get(slip, ("", ""))))
    error = refused(path, design.load)
    first = error.errors[0] if isinstance(error, InputErrors) else error
    assert (first.place, first.line) == (str(path), line)
    assert said in first.chinese


@pytest.mark.parametrize(
    ("factor", "key"),
    [
        ("{values: }", "values"), ("{low: , high: }", "low"), ("{levels: }", "levels"), ("{from: , values: [4000]}", "from"),
        ("{quantiles: , low: 3000, high: 4000}", "quantiles"), ("{low: 3000, high: }", "high"), ("{values: ~}", "values"),
    ],
)  # fmt: skip
def test_a_key_of_a_factor_without_a_value_is_refused(written, factor, key):
    error = refused(written(SPEC + f"  public_posts.count: {factor}\n"), design.load)
    first = error.errors[0] if isinstance(error, InputErrors) else error
    assert first.line == 6 and f"“{key}”后面没有写值" in first.chinese and f"'{key}' is empty" in first.english


@pytest.mark.parametrize("line", ["points:", "outcomes:", "correlations:", "only_luck:"])
def test_a_key_of_a_sweep_without_a_value_is_refused(written, line):
    error = refused(written(SPEC.replace("factors:", f"{line}\nfactors:") + LEVEL), design.load)
    assert error.line == 5 and "后面没有写值" in error.chinese
    text = f"title: 试\nscenario: {SCENARIOS / 'baseline'}\nbudget: 20000000\ngoals: [R3, G2]\n"
    error = refused(written(text + "programmes: {posts: {at_least: }, health: }\n"), budget_allocation.read)
    assert error.line == 5 and "“at_least”后面没有写值" in error.chinese


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
@pytest.mark.parametrize(("low", "high", "points"), [(3000, 3004, 4), (3000, 3007, 8), (3000, 3015, 16), (0, 8000, 8)])
def test_spread_points_in_whole_numbers_are_all_different(written, kind, low, high, points):
    points += kind == "latin_hypercube" and points == high - low
    text = SPEC.replace("grid", f"{kind}\npoints: {points}") + f"  public_posts.count: {{low: {low}, high: {high}}}\n"
    settings = [each["public_posts.count"] for each in design.load(written(text)).settings]
    assert len(set(settings)) == points and low <= min(settings) and max(settings) <= high


def test_spread_points_that_would_repeat_are_refused_on_their_line(written):
    ends = "  public_posts.count: {low: 3000, high: 3001}\n  stationed_teams.teams: {low: 100, high: 101}\n"
    for kind, points, said in (
        ("latin_hypercube", 4, "4 个点中有重复"),
        ("sobol", 8, "只有 4 个不同的点"),
        ("sobol", 3, "2的幂"),
    ):
        error = refused(written(SPEC.replace("grid", f"{kind}\npoints: {points}") + ends), design.load)
        assert error.line == 4 and said in error.chinese


def test_an_outcome_that_is_none_is_told_with_its_line(written):
    path = written(SPEC.replace("factors:", "outcomes: [xx]\nfactors:") + LEVEL)
    answer = invoke("sweep", path, "--dry-run", "--lang", "en")
    assert answer.exit_code == 2 and answer.stderr.startswith(f"{path}:5: outcomes: there is no goal")


def test_a_scenario_is_no_sweep(written):
    for read in (design.load, budget_allocation.read):
        assert refused(written(HEAD + "months: 12\n"), read).english.startswith("is a scenario, and no question")


def test_one_text_is_title_enough_in_every_file(written):
    scenario = load_scenario(written(HEAD.replace("试", "我的方案")))
    assert scenario.title == {"zh": "我的方案", "en": "我的方案"}
    assert scenario.reason == {"zh": "", "en": ""}  # not the reason of what it extends
    spec = written(SPEC + LEVEL)
    assert design.load(spec).title == {"zh": "试", "en": "试"}
    one = SPEC.replace("design: grid\nreplications: 2\n", "goal: R3\n") + "  illness.mean_bill:\n"
    assert discovery_spec.load(written(one)).title["en"] == "试"
    parts = "programmes: {posts: {at_least: nan}, health: }\n"
    text = f"title: 试\nscenario: {SCENARIOS / 'baseline'}\nbudget: 2000万\ngoals: [R3, G2]\n{parts}"
    assert [each.line for each in refused(written(text), budget_allocation.read).errors] == [3, 5]


def test_a_name_finds_its_file_with_or_without_the_ending(written):
    written(HEAD + "months: 12\n", "parent.yaml")
    assert load_scenario(written("extends: parent\ntitle: 试\n")).months == 12
    assert load_scenario(written("extends: parent.yaml\ntitle: 试\n")).months == 12


def test_a_fault_of_a_parent_names_the_scenario_that_was_asked_for(written):
    parent = written(HEAD + "set: {public_posts.count: 90000}\n", "parent.yaml")
    error = refused(written("extends: parent\ntitle: 试\n"), load_scenario)
    assert (error.place, error.line) == (str(parent), 3)
    assert error.english.endswith("(mine.yaml builds on it)")
    assert "builds on it" not in refused(parent, load_scenario).english


def test_the_count_of_what_a_plan_sets_leaves_out_what_it_inherits(written):
    written(SET + "public_posts.count: 3000\n  budget.county_floor: 10000000\n", "parent.yaml")
    child = written("extends: parent\ntitle: 试\nset: {public_posts.count: 2000}\n")
    assert load_scenario(child).own == ["public_posts.count"]
    assert "设定1项" in "".join(invoke("check", child).stdout.split())
    assert "设定2项" in "".join(invoke("check", child, "--set", "earnings.post_pay=500").stdout.split())


@pytest.mark.parametrize(
    ("setting", "question"),
    [
        ("budget.county_floor=2000", "2000元/年，基准2000万元/年，低10000倍：是否漏写“万”？"),
        ("budget.county_floor={2023: 2000}", "低10000倍：是否漏写“万”？"),
        ("public_posts.count=50", "50个岗位，基准5000个岗位，低100倍：是否少写了零？"),
        ("targeted_help.relief_menu=[0.1, 1, 1, 1, 1, 1, 1, 1]", "低10倍"),
        ("public_posts.count=501", None),
        ("public_posts.count=0", None),  # none at all is meant
    ],
)
def test_a_value_far_from_the_status_quo_is_taken_and_asked_about(setting, question):
    answer = invoke("check", SCENARIOS / "baseline.yaml", "--set", setting)
    assert answer.exit_code == 0 and "检查无误" in "".join(answer.stdout.split())
    assert question in answer.stderr if question else not answer.stderr
    written = invoke("check", SCENARIOS / "baseline.yaml", "--set", setting, "--json", "--lang", "zh").stdout
    assert (question in written) if question else ("warnings" not in written)


def test_the_status_quo_is_that_of_the_county(written):
    county = written(FACT.replace("founding.rural_income", "earnings.post_pay").replace("15500", "40"), "county.yaml")
    plan = written("title: 试\ncounty: county\nset: {earnings.post_pay: 300}\n")
    answer = invoke("check", plan)
    assert answer.exit_code == 0 and answer.stderr.count("低10倍") == 1  # the county's own, not the plan's
    assert f"{county}:4: earnings.post_pay" in answer.stderr


def test_only_regular_files_are_read(tmp_path):
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    large = tmp_path / "large.yaml"
    with open(large, "wb") as file:
        file.truncate(3_000_000_000)  # a hole: nothing is on the disk
    for path, said in ((pipe, "pipe"), ("/dev/zero", "device"), (tmp_path, "folder"), (large, "larger than"), ("a" * 5000, "")):
        found: list[object] = []
        reader = threading.Thread(target=lambda path=path, found=found: found.append(refused(Path(path), yaml_file.read_text)))
        reader.daemon = True
        reader.start()
        reader.join(timeout=20)
        assert found and said in str(found[0])


def test_a_great_many_faults_are_told_up_to_a_limit(written):
    path = written(HEAD + "".join(f"key{number}: 1\n" for number in range(40_000)))
    error = refused(path, load_scenario)
    assert isinstance(error, InputErrors) and len(error.errors) == MOST_FAULTS + 1
    assert "more faults than these" in error.errors[-1].english
    spec = written(SPEC + LEVEL + "".join(f"key{number}: 1\n" for number in range(40_000)))
    assert len(refused(spec, design.load).errors) == MOST_FAULTS + 1


def test_what_does_not_show_is_escaped_and_what_is_long_is_cut(tmp_path):
    error = InputError("a\x1b[31m\u202e.yaml", 1, f"'{shorten('x' * 500)}'", "\udcff\x00")
    assert str(error).splitlines()[0] == "a\\x1b[31m\\u202e.yaml:1: \\udcff\\x00"
    assert len(shorten("x" * 500)) == LONGEST_SHOWN
    answer = invoke("check", SCENARIOS / "baseline.yaml", "--set", "a.b=\udcff\x1b")
    assert answer.exit_code == 2 and "\\udcff\\x1b" in answer.stderr and "\x1b" not in answer.stderr
    named = tmp_path / "a\u202eb.yaml"
    named.write_text(HEAD, encoding="utf-8")
    answer = invoke("check", named)
    assert answer.exit_code == 0 and "a\\u202eb.yaml" in answer.stdout.replace("\n", "")
    answer = invoke("check", "--colour\x1b[31m")
    assert answer.exit_code == 2 and "\\x1b[31m" in answer.stderr and "\x1b" not in answer.stderr


@pytest.mark.parametrize(
    ("named", "system", "languages"),
    [
        ((), "C.UTF-8", 2), ((), "", 2), ((), "de_DE.UTF-8", 2), ((), "zh_CN.UTF-8", "zh"), ((), "en_GB", "en"),
        (("--lang", "en"), "zh_CN.UTF-8", "en"), (("--lang=zh",), "en_US", "zh"), (("--lang", "both"), "C", 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("typed", [("check", "nowhere.yaml"), ("check", "nowhere.yaml", "--sett", "1")])
def test_faults_are_told_in_the_language_asked_for_or_of_the_system(typed, named, system, languages):
    answer = invoke(*typed, *named, env={"LC_ALL": system, "LC_MESSAGES": "", "LANG": ""})
    chinese = [bool(re.search("[\u4e00-\u9fff]", line)) for line in answer.stderr.splitlines()]
    assert answer.exit_code == 2
    assert chinese == {2: [True, False], "zh": [True], "en": [False]}[languages], answer.stderr


def test_numbers_and_months_as_people_type_them():
    numbers = {
        "2000万": 20_000_000, "1.5亿": 150_000_000, "2千万元": 20_000_000, "３０％": 0.3, "5‰": 0.005, "1,234.5": 1234.5,
        "20 000": 20_000, "'3000'": 3000, "３．５": 3.5, "1,23": None, "万": None, "二千": None, "²": None, "1" * 50: None,
    }  # fmt: skip
    assert {text: intended_number(text) for text in numbers} == numbers
    for wrong in ("２０２１", "2021-13", "2021/07", "", "21", "2021-7"):
        with pytest.raises(ValueError):
            month_number(wrong)
    for outside in ("1999", "2019-12", "2031", 2050):
        with pytest.raises(ValueError):
            month_within(outside)
    assert [month_within(text) for text in ("2020-01", 2021, "2030-12")] == [-12, 0, 119]
    assert half("（ｐｕｂ．ｃ：１）") == "(pub.c:1)"
    assert full_width("title: 公益岗位：减到3000个，省下的钱修路") == ""  # a mark within a text is no slip


def test_what_a_scenario_may_set_is_finite():
    for parameter in load_all().parameters.values():
        if parameter.options is None:
            low, high = parameter.limits()
            assert -1e13 < low <= high < 1e13, parameter.id
