"""What is wrong is written in Chinese and in English, and both say the same."""

import ast
import pickle
import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting.translations import Words
from sim.core.inputs.errors import BilingualText, InputError, InputErrors, UserError, not_a_number
from sim.core.inputs.units import UNITS
from sim.core.inputs.validation import explain
from tests.contracts import sources

FOLDER = Path(__file__).resolve().parents[1] / "bad_inputs"
SCENARIOS = sources.ROOT / "scenarios"
FILES = sorted(path for room in ("sim", "experiments") for path in (sources.ROOT / room).rglob("*.py"))
#: Where in a call the English stands; the Chinese follows it.
ENGLISH = {"InputError": 2, "add_fault": 2, "BilingualText": 0, "unknown": 0, "UserError": 0}
CHARACTER = re.compile("[\u4e00-\u9fff]")


def kinds() -> dict[str, int]:
    """``ENGLISH`` with every kind of UserError that there is."""
    found, before = dict(ENGLISH), 0
    while len(found) > before:
        before = len(found)
        for path in FILES:
            for node in ast.walk(sources.tree(path)):
                if isinstance(node, ast.ClassDef):
                    bases = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
                    if any(found.get(base) == 0 and base != "BilingualText" for base in bases):
                        found[node.name] = 0
    return found


def texts(tree: ast.AST, kinds: dict[str, int]) -> list[tuple[ast.expr, ast.expr]]:
    """Every pair of an English and a Chinese text that stands in the source."""
    pairs = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = kinds.get(name)
        if first is None or any(isinstance(each, ast.Starred) for each in node.args[: first + 2]):
            continue
        english, chinese = node.args[first : first + 2]
        if words(english) or words(chinese):
            pairs.append((english, chinese))
    return pairs


def words(text: ast.expr) -> str:
    """What of a text is written out."""
    inside = {id(part) for each in ast.walk(text) if isinstance(each, ast.FormattedValue) for part in ast.walk(each)}
    return "".join(
        node.value
        for node in ast.walk(text)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside
    )


def facts(text: ast.expr) -> set[str]:
    """What is put into a text, however each language joins or quotes it."""
    found = set()
    for node in ast.walk(text):
        if isinstance(node, ast.FormattedValue):
            form = ast.unparse(node.format_spec) if node.format_spec else ""
            plain = re.sub(r"(?<=')[^']*(?=')|(?<=\")[^\"]*(?=\")", "", ast.unparse(node.value))
            found.add(re.sub(r"\b(english|chinese)\b", "both", plain) + form)
    return found or ({ast.unparse(text.args[0])} if isinstance(text, ast.Call) and ast.unparse(text.func) == "str" else set())


def faults(english: ast.expr, chinese: ast.expr) -> list[str]:
    """What is wrong with a pair of texts."""
    found = []
    if words(english) and re.search("[A-Za-z]{2}", words(english)) and not CHARACTER.search(words(chinese)):
        found.append("no Chinese")
    if CHARACTER.search(words(english)):
        found.append("Chinese in the English")
    if facts(english) != facts(chinese):
        found.append(f"other facts: {facts(english) ^ facts(chinese)}")
    if re.search("[\u4e00-\u9fff](?!: 值)[,;:!?]|[「」]", words(chinese)):
        found.append("punctuation of another language")
    return found


def test_every_message_says_the_same_in_both_languages():
    known = kinds()
    assert {"Refused", "NoCluster", "Unjoined", "Unpaired", "Unusable", "TooImplausible"} < set(known)
    pairs = [(path, *pair) for path in FILES for pair in texts(sources.tree(path), known)]
    assert len(pairs) > 150
    wrong = [
        f"{path.relative_to(sources.ROOT)}:{english.lineno}: {'; '.join(faults(english, chinese))}"
        for path, english, chinese in pairs
        if faults(english, chinese)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('UserError("is empty", "is empty")', "no Chinese"),
        ('UserError("为空", "为空")', "Chinese in the English"),
        ('InputError(path, 0, f"{name} is empty", "是空的")', "other facts"),
        ('InputError(path, 0, f"{name} is empty", f"{line} 是空的")', "other facts"),
        ('self.add_fault(path, 0, "is empty; fill it", "是空的;请填写")', "punctuation"),
        ('self.add_fault(path, 0, f"not {x}", f"不是「{x}」")', "punctuation"),
    ],
)
def test_a_message_that_forgets_one_language_is_found(call, said):
    (pair,) = texts(ast.parse(call), ENGLISH)
    assert said in "; ".join(faults(*pair))


def test_a_unit_has_one_chinese_name():
    chinese = Words("zh")
    for unit, each in UNITS.items():
        assert CHARACTER.search(each.zh) and not re.search("[a-z]", each.zh), unit
        shown = chinese.unit(unit) if chinese.has(f"unit_{unit}") else ""
        assert shown in ("", "%", each.zh), unit  # figures write shares in percent, and an index without a word


def test_a_unit_is_named_in_the_language_of_the_message():
    assert not_a_number("many", "yuan/year") == (
        "must be a number in yuan/year, not 'many'", "必须是数字（单位：元/年），现在写的是“many”"
    )  # fmt: skip


BASELINE = str(SCENARIOS / "baseline.yaml")


@pytest.mark.parametrize(
    ("arguments", "place", "chinese", "english"),
    [
        (
            ["check", str(FOLDER / "unknown_lever.yaml")],
            f"{FOLDER / 'unknown_lever.yaml'}:5",
            "没有这个参数：“public_posts.coutn”（是不是想写“public_posts.count”？）",
            "unknown lever 'public_posts.coutn' (did you mean 'public_posts.count'?)",
        ),
        (
            ["check", str(FOLDER / "outside_bounds.yaml")],
            f"{FOLDER / 'outside_bounds.yaml'}:5",
            "public_posts.count：90000 超出允许范围，应在 0 至 8000 之间（单位：个岗位）",
            "public_posts.count: 90000 lies outside 0 to 8000 jobs",
        ),
        (
            ["check", str(FOLDER / "broken_yaml.yaml")],
            f"{FOLDER / 'broken_yaml.yaml'}:2",
            "不符合 YAML 写法，请检查这一行和前几行的缩进、冒号、引号和括号；系统提示原文：did not find expected ',' or '}'",
            "is not valid YAML: did not find expected ',' or '}'",
        ),
        (
            ["check", str(FOLDER / "unknown_key.yaml")],
            f"{FOLDER / 'unknown_key.yaml'}:4",
            "没有这一项：“titel”（是不是想写“title”？）",
            "unknown key 'titel' (did you mean 'title'?)",
        ),
        (
            ["check", str(FOLDER / "bad_month.yaml")],
            f"{FOLDER / 'bad_month.yaml'}:5",
            "budget.county_floor：“2021-13”不是月份；应写成 2021-12，只写 2021 表示当年1月",
            "budget.county_floor: '2021-13' is not a month; write 2021-12, or 2021 for its January",
        ),
        (
            ["check", "nowhere.yaml"],
            "nowhere.yaml",
            "没有这个文件；请核对路径和文件名",
            "there is no such file; check its path and name",
        ),
        (
            ["check", BASELINE, "--set", "public_posts.count"],
            "--set public_posts.count",
            "应写成“参数名=值”",
            "write it as parameter=value",
        ),
        (
            ["parameters", "--role", "levers"],
            "--role",
            "只能写 assumption、lever、all，现在写的是“levers”（是不是想写“lever”？）",
            "must be assumption, lever or all, not 'levers' (did you mean 'lever'?)",
        ),
        (
            ["verify", str(FOLDER)],
            str(FOLDER),
            f"无法复核：{FOLDER} 里没有推演结果：缺少 manifest.json；请核对文件夹，或先用 xianjie run 运行",
            f"cannot be verified: {FOLDER} holds no result: there is no manifest.json",
        ),
        (
            ["brief", str(FOLDER), "--quiet"],
            "brief",
            f"{FOLDER} 里没有推演结果：缺少 manifest.json；请核对文件夹，或先用 xianjie run 运行",
            f"{FOLDER} holds no result: there is no manifest.json",
        ),
    ],
)
def test_a_wrong_input_is_told_in_chinese_first_and_english_below(arguments, place, chinese, english):
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 2
    assert answer.stderr == f"{place}: {chinese}\n    {english}\n"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    share: float = Field(gt=0, le=1)
    names: list[str] = Field(min_length=2)
    count: int = 1


@pytest.mark.parametrize(
    ("record", "english", "chinese"),
    [
        ({"names": ["a", "b"]}, "'mine.share' is missing", "缺少“mine.share”，请补上"),
        (
            {"share": 1, "names": ["a", "b"], "shares": 1},
            "mine.shares: unknown key 'shares' (did you mean 'share'?)",
            "mine.shares：没有这一项：“shares”（是不是想写“share”？）",
        ),
        ({"share": 0, "names": ["a", "b"]}, "mine.share: must be more than 0", "mine.share：必须大于 0"),
        ({"share": 2, "names": ["a", "b"]}, "mine.share: must be at most 1", "mine.share：不能大于 1"),
        ({"share": 1, "names": "a"}, "mine.names: must be a list, such as [a, b]", "mine.names：必须是列表，如 [a, b]"),
        (
            {"share": 1, "names": ["a"]},
            "mine.names: needs at least 2 entries, and has 1",
            "mine.names：至少要有 2 项，现在有 1 项",
        ),
        (
            {"share": 1, "names": ["a", "b"], "count": "x"},
            "mine.count: must be a whole number, not 'x'",
            "mine.count：必须是整数，现在写的是“x”",
        ),
    ],
)
def test_what_pydantic_finds_is_told_in_both_languages(record, english, chinese):
    with pytest.raises(ValidationError) as caught:
        Inner.model_validate(record)
    assert explain(caught.value.errors()[0], list(Inner.model_fields), "mine") == BilingualText(english, chinese)


def test_what_nobody_foresaw_is_quoted():
    error = InputError.of("mine.yaml", 3, OSError("device not ready"), "share")
    assert str(error) == "mine.yaml:3: share：出了问题，系统提示原文：device not ready\n    share: device not ready"


def test_errors_survive_the_way_between_processes():
    one, two = InputError("a.yaml", 3, "is empty", "是空的"), InputError("--set", 0, "is no month", "不是月份")
    for error in (one, InputErrors([one, two]), UserError("is empty", "是空的")):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and str(again) == str(error) and again.chinese == "是空的"
    assert str(InputErrors([one, two])) == "a.yaml:3: 是空的\n    is empty\n--set: 不是月份\n    is no month"
