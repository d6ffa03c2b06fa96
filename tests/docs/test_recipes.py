"""What CONTRIBUTING.md tells people to write is accepted as it stands there."""

import importlib.util
import re
import textwrap

import pytest

import sim.month  # noqa: F401  declares the tables
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_parameters
from sim.core.process import PROCESSES
from sim.core.tables import TABLES, declare
from sim.goals import GOALS
from tests.contracts.sources import ROOT, attributes_of

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = ("A lever", "A goal", "A programme", "A column", "A clause")


def blocks(recipe: str, kind: str) -> list[str]:
    """The boxes of one kind under a heading, with their indent taken off."""
    section = PAGE.partition(f"\n## {recipe}\n")[2].partition("\n## ")[0]
    return [textwrap.dedent(box) for box in re.findall(rf"^ *```{kind}\n(.*?)^ *```$", section, re.DOTALL | re.MULTILINE)]


def load(path, name: str):
    """A file as a module of that name."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_recipe_that_a_contract_names_is_there():
    named = set()
    for path in (ROOT / "tests" / "contracts").glob("test_*.py"):
        named |= set(re.findall(r'advice\(\s*"([^"]+)"', path.read_text(encoding="utf-8")))
    assert named and named <= set(RECIPES)
    assert all(f"\n## {recipe}\n" in PAGE for recipe in RECIPES)


@pytest.mark.parametrize("recipe", ["A lever", "A goal", "A programme"])
def test_the_records_of_a_recipe_are_accepted(recipe, tmp_path):
    written = tmp_path / "recipe.yaml"
    written.write_text("\n".join(blocks(recipe, "yaml")), encoding="utf-8")
    parameters = load_parameters(written)
    assert parameters and {each.clause for each in parameters.values()} == {"own"}


@pytest.mark.parametrize(
    ("right", "wrong", "chinese", "english"),
    [
        ("bounds: [0, 50]", "range: [0, 50]", "政策措施只写 bounds", "a lever has bounds, not a range"),
        ("bounds: [0, 50]", "bounds: [50, 0]", "上下限写反了，应从小到大", "the bounds run from high to low"),
        ("'off': 0", "'off': 60", "off：60 超出允许范围，应在 0 至 50 之间（单位：年）", "'off': 60 lies outside 0 to 50 years"),
        ("{zh: 培训最低年龄, en: Youngest trainee}", "培训最低年龄", "一行写一个“名称: 值”", "given as lines 'name: value'"),
    ],
)  # fmt: skip
def test_a_slip_in_the_record_of_the_lever_is_named(right, wrong, chinese, english, tmp_path):
    (record,) = blocks("A lever", "yaml")
    assert right in record
    written = tmp_path / "recipe.yaml"
    written.write_text(record.replace(right, wrong), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_parameters(written)
    assert chinese in caught.value.text_in("zh") and english in caught.value.text_in("en")


def test_the_line_of_the_lever_is_that_of_the_rule():
    (line,) = blocks("A lever", "python")
    rule = (ROOT / "sim" / "processes" / "government" / "training.py").read_text(encoding="utf-8")
    assert line.strip().replace("person.age < p.youngest or ", "") in rule


def test_the_goal_of_the_recipe_is_a_goal(tmp_path, monkeypatch):
    declared: dict = {}
    monkeypatch.setattr("sim.goals.goal.GOALS", declared)
    code = tmp_path / "goal.py"
    code.write_text(
        "from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_of_all_years\n\n" + blocks("A goal", "python")[0],
        encoding="utf-8",
    )
    load(code, "goal_of_the_recipe")
    (made,) = declared.values()
    assert made.own and made.definition["en"].endswith(".") and made.definition["zh"].endswith("。")
    assert made.id not in GOALS


def test_the_programme_of_the_recipe_is_a_process(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.core.process.PROCESSES", dict(PROCESSES))
    rules, numbers = tmp_path / "winter_fuel.py", tmp_path / "winter_fuel.yaml"
    rules.write_text(blocks("A programme", "python")[0], encoding="utf-8")
    numbers.write_text(blocks("A programme", "yaml")[0], encoding="utf-8")
    made = load(rules, "winter_fuel").winter_fuel
    assert attributes_of(rules, "p") == set(load_parameters(numbers))
    assert [payment.reason for payment in made.pays] == ["winter_fuel"] and made.meaning.endswith(".")


def test_the_column_of_the_recipe_is_a_column(monkeypatch):
    households = TABLES["households"].dtype.names
    monkeypatch.setattr("sim.core.tables.TABLES", {})
    (line,) = (box for box in blocks("A column", "") if "|" in box)
    (column,) = declare("made_up", "A table.", line).columns
    (rule,) = blocks("A column", "python")
    assert f"household.{column.name} " in rule and column.name not in households
