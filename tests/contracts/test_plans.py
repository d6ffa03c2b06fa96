"""Plans as data: Lingyuan's document and the national rules apart, goals of one's own, and what is wrong with a plan folder."""

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.execution import reuse
from experiments.reporting.goal_selection import plan_goals
from experiments.results.folder import description
from sim import county
from sim.clauses import clauses_of
from sim.core.inputs import shipped
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_all
from sim.goals import EXIT_GOALS, GOALS, GoalInputs, goals_of
from sim.goals.goal import Goal
from sim.goals.measure import Measure
from sim.goals.own_goal import OwnGoal, is_own_id, known_indicators, outcome_of
from sim.goals.plans import Plan, goals_asked, home, load_plan, national, targets_of, thresholds_of
from sim.scenario import load_scenario, missing_facts, origins, restore_scenario, with_changes
from sim.scenario.plan_check import check_plan
from tests.reporting.conftest import few_pictures

ROOT = Path(__file__).resolve().parents[2]
JIXI = ROOT / "scenarios" / "counties" / "jixi"
OWN = """title: {zh: 本县方案, en: Our plan}
document: {zh: 某委发〔2021〕1号, en: Document no. 1 of 2021}
goals:
  R3: {clause: 1.1}
  E4_posts: {clause: 3.1, weight: 1, targets: {posts: 402}, name: {zh: 公益岗位402人, en: 402 on posts}}
  my_income:
    name: {zh: 人均收入达到两万元, en: Income of 20 000 yuan}
    indicator: rural_income
    at_least: 20000
    when: [2022, 2023-06]
"""


def plan_folder(folder, text=OWN, register=None):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    if register is not None:
        (folder / "clauses.yaml").write_text(register, encoding="utf-8")
    return folder


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_lingyuan_is_judged_by_all_that_its_document_and_the_nation_ask_for():
    for which in ("baseline", "counties/lingyuan"):
        scenario = load_scenario("baseline", county_file=None if which == "baseline" else which)
        assert scenario.plan == home() and goals_of(scenario.months, scenario.plan) == GOALS
        assert scenario.plan.foreign == frozenset()
        assert not any(each.place.endswith("plan.yaml") for found in scenario.overrides.values() for each in found)
    assert (
        {each.id for each in national().asked}
        < {each.id for each in home().asked}
        == {goal.id for goal in GOALS.values() if not goal.own}
    )


def test_a_county_without_a_plan_of_its_own_has_the_national_rules_and_no_foreign_target():
    scenario = load_scenario("baseline", county_file=JIXI)
    asked = county.catalogue(scenario).goals
    assert scenario.plan.id == "national" and list(asked) == [name for name in GOALS if name in asked]
    assert {"R3", "G2", "R7", "Z1", "C2_exclusion", "B2"} <= set(asked)
    assert not [name for name in asked if name[0] in "FNYWEH" or name in ("C1", "G7", "B1_floor", "B1_industry")]
    assert all(goal.clause is None and goal.weight == 0.0 for goal in asked.values())
    assert "凌委办发" not in scenario.title["zh"] + scenario.reason["zh"] and "2000万元" not in scenario.reason["zh"]
    named = {each.id for each in origins(scenario)} | {fact.parameter for fact in missing_facts(scenario)}
    assert "thresholds.projects_landed" not in named and "thresholds.relapse_share" in named
    assert {each.id: each.origin for each in origins(scenario)}["province.growth"] == "scaled"
    assert clauses_of(description(scenario)["plan"]) == {} and clauses_of(None)


def test_plans_of_several_sources_go_before_each_other(tmp_path):
    plan_folder(tmp_path / "plans" / "one")
    plan_folder(tmp_path / "plans" / "two", OWN.replace("402", "403"))
    facts = (JIXI / "county.yaml").read_text(encoding="utf-8")
    there = tmp_path / "here"
    there.mkdir()
    (there / "county.yaml").write_text(f"plan: ../plans/one\n{facts}", encoding="utf-8")
    by_county = load_scenario("baseline", county_file=there)
    assert by_county.plan.id == "one"
    assert county.values_of(by_county, None).at("thresholds.posts") == 402
    assert {each.id: each.origin for each in origins(by_county)}["thresholds.posts"] == "plan"
    assert by_county.title["zh"] == "绩溪县：基准方案：按某委发〔2021〕1号执行"
    scenario = tmp_path / "mine.yaml"
    scenario.write_text("extends: baseline\ntitle: 试\nplan: plans/two\n", encoding="utf-8")
    by_scenario = load_scenario(scenario, county_file=there)
    assert by_scenario.plan.id == "two" and county.values_of(by_scenario, None).at("thresholds.posts") == 403
    named = load_scenario(scenario, county_file=there, plan="lingyuan_2021")
    assert named.plan == home()
    assert load_scenario(scenario, ["thresholds.posts=500"], there).overrides["thresholds.posts"][-1].value == 500
    again = restore_scenario(json.loads(json.dumps(description(by_county))))
    assert again.plan == by_county.plan and goals_asked(again.plan).keys() == goals_asked(by_county.plan).keys()
    one, two = (reuse.inputs_of({"x": each}, 1, False) for each in (by_county, named))
    assert one != two, "a result judged by another plan is another result"


def test_a_goal_is_held_against_the_thresholds_that_it_looks_up():
    assert targets_of(GOALS["E4_posts"]) == ["posts"] and targets_of(GOALS["R3"]) == []
    assert thresholds_of(GOALS["Y_hogs"]) == {"hogs"} and thresholds_of(GOALS["N_cluster"]) == {
        "cluster_growth",
        "cluster_revenue",
    }
    assert targets_of(GOALS["B1_floor"]) == ["county_floor"] and "gdp_growth" in targets_of(GOALS["G7"])
    used = {name for goal in GOALS.values() for name in targets_of(goal)}
    stored = (shipped.folder(shipped.PLANS) / "lingyuan_2021" / "thresholds.yaml").read_text(encoding="utf-8")
    there = {line[:-1] for line in stored.splitlines() if line and line[0].isalpha()}
    assert used == there, "a document's targets are in its folder, and each belongs to a goal"
    assert {f"thresholds.{name}" for name in there} <= set(load_all().parameters)


def inputs_with(name, values):
    """A replication of which only one indicator matters: 12 months of 2020, then these."""
    series = np.concatenate([np.zeros(12), np.array(values, dtype=float)])
    return GoalInputs(
        {name: series}, np.zeros((len(series), 1, len(Measure))), np.zeros(0), values=None, survey=np.zeros(0), budget=[]
    )  # fmt: skip


NAMES = {"zh": "自定", "en": "own"}


@pytest.mark.parametrize(
    ("record", "met", "margin", "value", "by_year"),
    [
        (OwnGoal("x", NAMES, "dibao_persons", 20.0, None, (23,)), True, 4.0, 24.0, [False, True]),
        (OwnGoal("x", NAMES, "dibao_persons", 20.0, None, (5, 23)), False, -14.0, 6.0, [False, True]),
        (OwnGoal("x", NAMES, "dibao_persons", 12.0, None, ()), True, 0.0, 12.0, [True, True]),
        (OwnGoal("x", NAMES, "dibao_persons", None, 12.0, ()), False, -12.0, 24.0, [True, False]),
        (OwnGoal("x", NAMES, "dibao_persons", None, 6.0, (0, 5)), True, 0.0, 6.0, [False, False]),
    ],
)
def test_a_goal_of_ones_own_by_hand(record, met, margin, value, by_year):
    """The indicator is 1 in January 2021, 2 in February, … 24 in December 2022."""
    found = outcome_of(record, inputs_with("dibao_persons", range(1, 25)))
    assert (found.met, found.margin, found.value, list(found.by_year)) == (met, margin, value, by_year)


def test_a_month_without_a_value_counts_as_met():
    found = outcome_of(
        OwnGoal("x", NAMES, "identification_delay", None, 3.0, ()), inputs_with("identification_delay", [np.nan] * 12)
    )
    assert found.met and found.margin == 0.0 and found.value == 0.0


def test_goals_of_ones_own_stand_beside_the_others_and_say_what_they_are(tmp_path):
    scenario = tmp_path / "mine.yaml"
    goals = "\n".join(line for line in OWN.split("goals:\n")[1].splitlines()[2:])
    scenario.write_text(f"extends: baseline\ntitle: 试\nmonths: 36\ngoals:\n{goals}\n", encoding="utf-8")
    chosen = load_scenario(scenario)
    asked = county.catalogue(chosen).goals
    assert list(asked) == [*GOALS, "my_income"] and isinstance(asked["my_income"], Goal)
    mine = asked["my_income"]
    assert mine.own and mine.weight == 0.0 and mine.unit == "yuan" and mine.watched == "rural_income"
    assert mine.name == {
        "zh": "人均收入达到两万元（本方案自定目标）", "en": "Income of 20 000 yuan (a goal of the plan's own)",
    }  # fmt: skip
    assert "2022-12、2023-06" in mine.definition["zh"] and "at least 20000" in mine.definition["en"]
    more = with_changes(chosen, _tree("goals: {other: {name: 别的, indicator: dibao_persons, at_most: 5, when: 2021}}"), "change")
    assert set(county.catalogue(more).goals) == {*asked, "other"}
    again = restore_scenario(json.loads(json.dumps(description(chosen))))
    assert again.plan == chosen.plan
    with pytest.raises(InputError, match=r"short.yaml:5: [\s\S]*2023-06.*write 'months: 36' or more"):
        load_scenario(_shorter(scenario))


def _tree(text):
    from sim.core.inputs import yaml_file

    return yaml_file.parse(text, "change")


def _shorter(scenario):
    short = scenario.with_name("short.yaml")
    short.write_text(scenario.read_text(encoding="utf-8").replace("months: 36", "months: 12"), encoding="utf-8")
    return short


def test_a_plans_own_goal_that_is_due_later_is_left_out_and_said(tmp_path, caplog):
    plan_folder(tmp_path / "p")
    scenario = tmp_path / "year.yaml"
    scenario.write_text("extends: baseline\ntitle: 一年\nmonths: 12\nplan: p\n", encoding="utf-8")
    chosen = load_scenario(scenario)
    assert "my_income" not in county.catalogue(chosen).goals and "E4_posts" in county.catalogue(chosen).goals
    assert "is due after this scenario ends" in caplog.text


FAULTS = [
    ("title: {zh: 本县方案, en: Our plan}\n", "", 1, "'title' is missing"),
    ("goals:\n", "goal:\n", 3, "a plan has no key 'goal'"),
    ("E4_posts: {clause", "E4_post: {clause", 5, "the model has no goal 'E4_post' (did you mean 'E4_posts'?)"),
    (", targets: {posts: 402}", "", 5, "write the document's own targets: 'targets: {posts: …}'"),
    ("posts: 402", "post: 402", 5, "it is not held against 'post' (did you mean 'posts'?)"),
    ("posts: 402", "posts: 四百", 5, "posts:"),
    ("posts: 402", "posts: -1", 5, "posts: -1 lies outside"),
    (", name: {zh: 公益岗位402人, en: 402 on posts}", "", 5, "'name' is missing: the model's name has Lingyuan's numbers"),
    ("weight: 1,", "weight: many,", 5, "'weight' must be a number"),
    ("clause: 3.1, weight", "clauses: 3.1, weight", 5, "a goal of the model has no key 'clauses'"),
    ("R3: {clause: 1.1}", "R3: [1.1]", 4, "goal 'R3' must be a mapping"),
    ("R3: {clause: 1.1}", "R3: {headline: yes please}", 4, "'headline' must be true or false"),
    ("  my_income:", "  MyIncome:", 6, "the id of a goal of your own is 2 to 40 small letters"),
    ("indicator: rural_income", "indicator: rural_incom", 8, "unknown indicator 'rural_incom' (did you mean 'rural_income'?)"),
    ("    indicator: rural_income\n", "", 6, "'indicator' is missing; 'xianjie goals --indicators' lists them"),
    ("at_least: 20000", "at_least: 两万", 9, "'at_least'"),
    ("at_least: 20000", "at_least: 20000\n    at_most: 3", 9, "write one of 'at_least: …' and 'at_most: …'"),
    ("    at_least: 20000\n", "", 6, "write one of 'at_least: …' and 'at_most: …'"),
    ("indicator: rural_income\n    at_least: 20000", "indicator: relapse_rate\n    at_most: 2", 9, "write 0.02 for 2 %"),
    ("when: [2022, 2023-06]", "when: soon", 10, "'soon' is no year and no month"),
    ("when: [2022, 2023-06]", "when: 2019", 10, "2019 lies outside 2021-01 to 2030-12"),
    ("    when: [2022, 2023-06]\n", "", 6, "'when' is missing"),
    ("name: {zh: 人均收入达到两万元, en: Income of 20 000 yuan}", "name: {zh: 收入}", 7, "'name' needs one text"),
    ("at_least: 20000", "atleast: 20000\n    at_least: 1", 9, "a goal of your own has no key 'atleast'"),
    (OWN.partition("goals:")[2], " []\n", 3, "'goals' must be a mapping"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "says"), FAULTS)
def test_every_slip_in_a_plan_is_one_message_with_its_line(right, wrong, line, says, tmp_path):
    assert right in OWN
    folder = plan_folder(tmp_path / "p", OWN.replace(right, wrong, 1))
    plan, faults = check_plan(folder)
    assert plan is None and [each for each in faults if says in each.english and each.line == line], [
        str(each) for each in faults
    ]
    answer = invoke("plan", "check", folder, "--lang", "en")
    assert answer.exit_code == 2 and f"plan.yaml:{line}: " in answer.output and "Traceback" not in answer.output
    scenario = tmp_path / "x.yaml"
    scenario.write_text("extends: baseline\ntitle: x\nplan: p\n", encoding="utf-8")
    with pytest.raises(InputError):
        load_scenario(scenario)


def test_all_faults_of_a_folder_are_told_at_once(tmp_path):
    register = """sections: {'1.1': {zh: 目标, en: Aims, departments: [nobody]}}
clauses:
  one: {section: '1.2', fixes: {zh: 数, en: Number}, value: 1, unit: 人, year: 2021, kind: goal, lives: [E4_posts]}
  two: {section: '1.1', fixes: {zh: 数, en: Number}, value: 1, unit: 人, year: 2021, kind: goal, lives: [E4_nothing]}
"""
    broken = OWN.replace("posts: 402", "posts: x").replace("when: [2022, 2023-06]", "when: soon")
    answer = invoke("plan", "check", plan_folder(tmp_path / "p", broken, register), "--json")
    assert answer.exit_code == 2
    found = json.loads(answer.stdout)
    assert not found["ok"] and all(each["zh"] and each["en"] for each in found["findings"])
    places = {(Path(each["file"]).name, each["line"]) for each in found["findings"]}
    assert {("plan.yaml", 5), ("plan.yaml", 10), ("clauses.yaml", 1), ("clauses.yaml", 3), ("clauses.yaml", 4)} <= places
    shutil.copy(ROOT / "scenarios/plans/lingyuan_2021/clauses.yaml", tmp_path / "p" / "clauses.yaml")
    answer = invoke("plan", "check", plan_folder(tmp_path / "p"), "--json")
    assert [each["line"] for each in json.loads(answer.stdout)["findings"]] == [4, 5], "sections that the register does not have"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_passes_once_it_is_filled(language, tmp_path):
    folder = tmp_path / "mine"
    assert invoke("plan", "template", folder, "--lang", language).exit_code == 0
    empty = invoke("plan", "check", folder, "--json")
    assert empty.exit_code == 2
    lines = (folder / "plan.yaml").read_text(encoding="utf-8").splitlines()
    empties = {number for number, line in enumerate(lines, 1) if line.startswith(("title:", "goals:"))}
    assert {each["line"] for each in json.loads(empty.stdout)["findings"]} == empties
    again = invoke("plan", "template", folder, "--lang", language)
    assert again.exit_code == 2 and "Traceback" not in again.output
    text = (folder / "plan.yaml").read_text(encoding="utf-8").replace("{zh: , en: }   #", "{zh: 本县, en: Ours}   #", 1)
    values = {name: load_all().parameters[f"thresholds.{name}"].value for goal in GOALS.values() for name in targets_of(goal)}
    lines = []
    for line in text.splitlines():
        name = line.strip("# ").partition(":")[0]
        if line.startswith("  # ") and name in GOALS:  # as an office fills it in: no # in front, and what is asked
            line = line.replace("  # ", "  ", 1).replace("clause: ", "clause: 1.1").replace("{zh: , en: }", "{zh: 名, en: Name}")
            for key, value in values.items():
                line = line.replace(f"{{{key}: ", f"{{{key}: {value}").replace(f", {key}: ", f", {key}: {value}")
        lines.append(line)
    (folder / "plan.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    full = invoke("plan", "check", folder, "--json")
    assert full.exit_code == 0, full.output
    found = json.loads(full.stdout)
    assert set(found["goals"]) >= {goal.id for goal in GOALS.values() if not goal.own and not goal.id.endswith("_observed")}


def test_shipped_plans_are_right_and_found_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert set(shipped.plans()) == {"national", "lingyuan_2021"}
    for name in ("national", "lingyuan_2021", "plans/lingyuan_2021"):
        assert check_plan(name)[1] == [] and isinstance(load_plan(name), Plan)
    with pytest.raises(InputError, match="did you mean 'national'"):
        load_plan("nationl")
    for wrong in ("", "a\0b", "x" * 5000):
        with pytest.raises(InputError):
            load_plan(wrong)


def test_commands_list_what_a_plan_asks_for(tmp_path):
    folder = plan_folder(tmp_path / "p")
    told = json.loads(invoke("goals", "--plan", folder, "--json").stdout)
    goals = {each["id"]: each for each in told}
    assert goals["E4_posts"]["name"]["zh"] == "公益岗位402人" and goals["E4_posts"]["clause"] == "3.1" and "F1" not in goals
    assert goals["my_income"]["clause"] == "own" and goals["R7"]["source"].startswith("国开发")
    indicators = {each["id"] for each in json.loads(invoke("goals", "--indicators", "--json").stdout)}
    assert indicators == set(known_indicators())
    assert invoke("goals", "--indicators", "--plan", folder).exit_code == 2
    assert invoke("clauses", "--plan", folder).exit_code == 2
    assert json.loads(invoke("clauses", "--plan", "lingyuan_2021", "--json").stdout) == json.loads(
        invoke("clauses", "--json").stdout
    )


def test_a_readers_own_goals_are_told_by_their_ids_and_shown_wherever_there_is_room():
    assert not any(is_own_id(name) for name in (*GOALS, *EXIT_GOALS, "joint_plan", "joint_all"))
    assert is_own_id("my_income")
    lines = [
        {"id": name, "headline": name == "R3", "weight": float(name == "E1"), "observed": False} for name in ("R3", "E1", "E2")
    ]
    lines.append({"id": "my_income", "headline": False, "weight": 0.0, "observed": False})
    assert [line["id"] for line in plan_goals(lines)] == ["R3", "E1", "my_income"]


def test_two_plans_are_compared_by_what_both_ask_for_and_own_goals_are_in_brief_and_comparison(tmp_path):
    head = f"extends: baseline\ncounty: {JIXI}\nmonths: 12\npopulation: {{general_weight: 100}}\n"
    goals = "goals:\n  my_income: {name: {zh: 收入两万, en: Income}, indicator: rural_income, at_least: 20000, when: 2021}\n"
    files = {"plain": f"title: 甲\n{head}", "one": f"title: 乙\n{head}{goals}", "two": f"title: 丙\n{head}{goals}"}
    for name, text in files.items():
        more = "set: {public_posts.count: 200}\n" if name == "two" else ""
        (tmp_path / f"{name}.yaml").write_text(text + more, encoding="utf-8")
    run = ("--replications", 2, "--workers", 1, "--quiet")
    for first, other, own in (("one", "plain", False), ("one", "two", True)):
        out = tmp_path / f"{first}-{other}"
        done = invoke("compare", tmp_path / f"{first}.yaml", tmp_path / f"{other}.yaml", "--out", out, *run, "--lang", "zh")
        assert done.exit_code == 0 and ("收入两万（本方案自定目" in done.output) is own, done.output  # the name may wrap after it
        assert "飞地" not in done.output.partition("指标")[0]
    with few_pictures():
        done = invoke("run", tmp_path / "one.yaml", "--out", tmp_path / "brief", "--brief", "--no-figures", *run)
    assert done.exit_code == 0, done.output
    page = (tmp_path / "brief" / "brief" / "brief-zh.html").read_text(encoding="utf-8")
    assert "收入两万（本方案自定目标）" in page and "按凌源折算" in page and "54个" not in page and "凌委办发" not in page
    table = (tmp_path / "brief" / "goals.csv").read_text(encoding="utf-8-sig")
    assert "\nmy_income," in table and "\nF1," not in table and "\nE4_posts," not in table


MARKS = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "'",
    "#",
    "\n",
    "  ",
    "\t",
    "：",
    "，",
    "-",
    "&a",
    "*a",
    "!!python",
    "null",
    "1e999",
    "2%",
    "？",
    "\0",
]


@pytest.mark.parametrize("block", range(8))
def test_mutated_plans_are_refused_or_right_but_never_a_traceback(block, tmp_path):
    """Four hundred plans and registers with letters struck out, put in, and lines exchanged."""
    register = """sections: {'1.1': {zh: 目标, en: Aims}}
clauses:
  a: {section: '1.1', fixes: {zh: 数, en: N}, value: 1, unit: 人, year: 2021, kind: goal, lives: [R3]}
"""
    drawn = random.Random(block)
    refused = 0
    for number in range(50):
        texts = [OWN, register]
        which = drawn.randrange(2)
        letters = list(texts[which])
        for _ in range(drawn.randrange(1, 5)):
            at = drawn.randrange(len(letters))
            kind = drawn.randrange(4)
            if kind == 0:
                del letters[at : at + drawn.randrange(1, 12)]
            elif kind == 1:
                letters.insert(at, drawn.choice(MARKS))
            elif kind == 2:
                letters[at] = drawn.choice(MARKS)
            else:
                lines = "".join(letters).split("\n")
                drawn.shuffle(lines)
                letters = list("\n".join(lines))
            letters = letters or ["x"]
        texts[which] = "".join(letters)
        plan, faults = check_plan(plan_folder(tmp_path / f"p{number}", *texts))
        assert (plan is None) == bool(faults)
        refused += bool(faults)
        assert all(each.english and each.chinese for each in faults)
        if plan is not None:
            goals_asked(plan)
    assert refused > 25, "most slips are seen"


def test_what_cannot_be_founded_is_one_message(tmp_path):
    """4000 households on dibao with 3000 members."""
    names = {"rural_persons": 20000, "registered_persons": 7000, "other_registered_size": 2.1, "dibao_households": 4990,
             "dibao_persons": 5000, "registered_dibao_households": 4000, "registered_dibao_persons": 3000}  # fmt: skip
    facts = [
        f"{name}: {{name: {{zh: 数, en: Number}}, parameter: founding.{name}, value: {value}, evidence: measured, source: test}}"
        for name, value in names.items()
    ]
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "county.yaml").write_text("\n".join(["code: 341825", *facts]), encoding="utf-8")
    with pytest.raises(InputError, match="4000 households cannot have 3000 members") as told:
        load_scenario("baseline", county_file=tmp_path / "bad")
    assert (told.value.place, told.value.line) == (str(tmp_path / "bad" / "county.yaml"), 8)
    answer = invoke("population", tmp_path / "bad", "--lang", "en")
    assert answer.exit_code == 2 and answer.output.count("\n") == 1
    assert "county.yaml:8: " in answer.output and "4000 households cannot have 3000 members" in answer.output
