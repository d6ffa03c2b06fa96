"""The answer: what must stand on page one does, the worst first; a number told twice is one; no change breaks nothing."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.analyses import attribution, budget, comparison, consequences, settings
from experiments.analyses.attribution import Package
from experiments.analyses.changes import Amount, GoalChange
from experiments.analyses.consequences import Consequences
from experiments.cli.app import app
from experiments.execution.study import Outcomes
from experiments.reporting import answer, baseline_answer
from experiments.reporting.baseline_answer import BaselineFacts
from experiments.reporting.documents import build, inputs
from experiments.reporting.documents import comparison as documents_comparison
from experiments.reporting.documents import goals as documents_goals
from experiments.reporting.documents import pages as documents_pages
from experiments.reporting.documents.content import Cell, Paragraph
from experiments.reporting.office_numbers import OfficeNumbers
from experiments.reporting.translations import Words
from experiments.results import folder, standing
from experiments.results.files import plain
from sim.county import sample_values
from sim.goals.fiscal import ENTITLEMENTS
from sim.scenario import load_scenario, without_county_money

BASE = """
extends: {root}/scenarios/baseline.yaml
title: {{zh: 基准方案, en: "The baseline"}}
reason: {{zh: 检验。, en: "A test."}}
months: 12
population: {{general_weight: 100}}
"""
CUT = """
extends: base.yaml
title: {zh: 压减方案, en: "The cut"}
reason: {zh: 检验。, en: "A test."}
set:
  budget.county_floor: 4000000
  public_posts.count: 3000
"""
SAME = """
extends: base.yaml
title: {zh: 照旧方案, en: "As before"}
reason: {zh: 检验。, en: "A test."}
"""
PAIRS = 6


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A plan that takes most of the county's own money away, and one that changes nothing, each beside the same baseline."""
    import os

    place = tmp_path_factory.mktemp("answer")
    for name, text in (("base", BASE.format(root=os.path.abspath("."))), ("cut", CUT), ("same", SAME)):
        (place / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = CliRunner().invoke(
        app, ["compare", *(str(place / f"{name}.yaml") for name in ("base", "cut", "same")), "--replications", str(PAIRS),
              "--json", "--quiet", "--workers", "2", "--out", str(place / "out")],
    )  # fmt: skip
    assert found.exit_code == 0, found.stderr + repr(found.exception)
    made = json.loads(found.stdout)
    results = {name: folder.open_folder(place / "out" / name) for name in ("base", "cut", "same")}
    return made, results, place / "out"


@pytest.fixture(scope="module")
def facts(compared):
    _made, results, _out = compared
    return Consequences(results["base"], results["cut"])


@pytest.fixture(scope="module")
def pages(compared):
    """The brief of the comparison by language."""
    out = compared[2]
    sources = [inputs.open_source(out / name) for name in ("base", "cut")]
    return {language: build.build_comparison(sources, language, "") for language in ("zh", "en")}


def text_of(brief) -> str:
    """Every text of the two pages, cells too."""
    texts = [brief.title, brief.subtitle]
    for section in brief.sections:
        texts.append(section.title)
        for block in section.blocks:
            if isinstance(block, Paragraph):
                texts.append(block.text)
            elif hasattr(block, "rows"):
                texts += [shown(cell) for row in block.rows for cell in row.values()]
                texts += [block.title, block.note, *(column.name for column in block.columns)]
            else:
                texts.append(block.caption)
    return "\n".join([*texts, brief.source, brief.footer])


def shown(cell) -> str:
    return cell.shown if isinstance(cell, Cell) else cell


def test_a_plan_that_breaks_the_hospital_promise_says_so_in_the_first_sentence(compared):
    made, _results, _out = compared
    cut = made["comparisons"][0]
    assert "普通患者住院报销90%" in cut["answer"]["zh"][0] and "守不住" in cut["answer"]["zh"][0]
    assert "ordinary hospital costs" in cut["answer"]["en"][0] and "breaks" in cut["answer"]["en"][0]
    broken = {each["goal"]: each for each in cut["broken"]}
    assert {"H1_ordinary", "B2"} <= broken.keys()
    worst = broken["H1_ordinary"]
    assert worst["first_year"] == 2021 and worst["yuan"] > 0 and worst["persons"] < 0 and not worst["decided"]
    assert broken["B1_floor"]["decided"] and broken["E4_posts"]["decided"]
    # What nobody decided stands before what the plan gave up.
    order = [each["decided"] for each in cut["broken"]]
    assert order == sorted(order)


def test_a_plan_equal_to_the_baseline_breaks_nothing_and_says_that_nothing_changed(compared):
    same = compared[0]["comparisons"][1]
    assert same["same"] and same["broken"] == []
    assert [len(same["answer"][language]) for language in ("zh", "en")] == [1, 1]
    assert "完全相同" in same["answer"]["zh"][0] and "nothing changes" in same["answer"]["en"][0]


def test_the_top_of_the_json_holds_the_answers_of_all_plans(compared):
    made = compared[0]
    cut, same = (each["answer"]["zh"] for each in made["comparisons"])
    # Of several plans the first sentence about each says whose it is.
    assert made["answer"]["zh"] == [f"压减方案：{cut[0]}", *cut[1:], f"照旧方案：{same[0]}"]
    assert [each["goal"] for each in made["broken"]] == [each["goal"] for each in made["comparisons"][0]["broken"]]
    assert {each["scenario"] for each in made["broken"]} == {"cut"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_must_stand_on_page_one_by_rule_stands_there(compared, pages, language):
    """Counted anew from the replications, apart from the facts."""
    _made, results, _out = compared
    one, two = (results[name].table("replications").set_index("replication") for name in ("base", "cut"))
    words, page = Words(language), text_of(pages[language])
    first_section = "\n".join(block.text for block in pages[language].sections[0].blocks)
    must = 0
    for line in results["base"].goals:
        if "members" in line or line["observed"]:
            continue
        name = line["id"]
        promised = line["weight"] > 0 or line["headline"] or name == "B2"
        before, after = one[f"goal.{name}.met"], two[f"goal.{name}.met"]
        harmed, helped = int((after < before).sum()), int((after > before).sum())
        if promised and harmed == len(before):  # every run turned: no rule lets that pass
            must += 1
            title = re.split("（|: ", words.of(line["name"]))[0]
            assert title in first_section and title in page, name
            assert helped == 0
    assert must >= 3


def numbers_in(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_number_that_is_told_twice_is_one_number(compared, facts, pages, language):
    made, words = compared[0]["comparisons"][0], Words(language)
    brief = pages[language]
    told = " ".join(block.text for block in brief.sections[0].blocks)
    table = next(block for block in brief.sections[1].blocks if hasattr(block, "rows"))
    rows = {shown(row["item"]): row for row in table.rows}
    # The sentences of the page are those of the JSON and of the terminal.
    for sentence in made["answer"][language]:
        assert sentence in told or sentence == words("answer_trial", runs=PAIRS)
    # Persons of the table are those of the sentence, and the difference of the facts.
    for record in made["broken"]:
        change = facts.goal(record["goal"])
        assert record["difference"] == change.difference == pytest.approx((change.met_other - change.met_first) / change.pairs)
        row = next((row for item, row in rows.items() if answer.short_name(change, words) in item), None)
        if row is None or record["persons"] is None:
            continue
        assert set(numbers_in(shown(row["persons"]))) <= set(numbers_in(told)), record["goal"]
        if not change.given_up:
            assert row["first"].value == record["first_probability"] and row["other"].value == record["other_probability"]
    own = rows[words("row_own")]
    scale = words.table_money
    step = scale * (own["other"].value - own["first"].value)
    assert step == pytest.approx(facts.own.difference / len(facts.in_force), abs=0.01 * scale)
    assert own["unit"] == {"zh": "万元/年", "en": "million yuan a year"}[language]
    assert set(numbers_in(shown(own["repair"]))) <= set(numbers_in(told))
    # The workbook's tables are of the same facts: goals by id, and purses that add up to their sum.
    sheets = {table.id: table for table in brief.tables()}
    for row in (*sheets["goals"].rows, *sheets["all_goals"].rows):
        change = facts.goal(row["id"]) if "id" in row else None
        if change is not None and change.pairs:
            assert row["difference"].value == pytest.approx(change.difference, abs=1e-4), row["id"]
            assert (row["helped"].value, row["harmed"].value) == (change.helped, change.harmed)
    purses = sheets["money"].rows
    place = next(number for number, row in enumerate(purses) if row["fund"] == words("public_money"))
    for column in ("money_first", "money_other", "money_change"):
        assert sum(row[column].value for row in purses[:place]) == pytest.approx(purses[place][column].value, abs=place + 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_neither_language_has_a_word_of_the_other_nor_a_word_of_the_machine(pages, language):
    text = text_of(pages[language])
    if language == "zh":
        assert not re.search(r"[A-Za-z]{2,}", text), re.findall(r".{6}[A-Za-z]{2,}.{6}", text)
        for wrong in ("您", "遍", "未来", "前者", "后者", "百万元", "救起", "抓手"):
            assert wrong not in text
    else:
        assert not re.search(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]", text)
    for machine in ("xianjie", "--", "seed", "1e-", "e+"):
        assert machine not in text.lower().replace("xianjie policy laboratory", "")


def test_few_pairs_are_a_trial_told_in_counts(pages):
    text = text_of(pages["zh"])
    assert f"{PAIRS}次推演中" in text and "试算" in text and "十次中约" not in text


def test_money_is_told_from_the_first_year_that_differs(compared):
    """A plan from 2021 on has one year here; a plan that never differs is told over all of them."""
    made = compared[0]
    assert [one["since"] for one in made["comparisons"]] == [2021, 2021]
    public = next(line for line in made["comparisons"][0]["money"] if line["fund"] == "public")
    own = next(line for line in made["comparisons"][0]["money"] if line["fund"] == "county_floor" and not line["use"])
    assert own["difference"] < -1.5e7 and public["difference"] < 0
    assert any(line["fund"] == "township" for line in made["comparisons"][0]["money"])


def test_the_last_years_standing_is_the_final_probability(compared):
    for results in compared[1].values():
        for goal in results.goals:
            if goal["probability"] is not None and goal["by_year"]:
                assert goal["by_year"][-1]["probability"] == goal["probability"], goal["id"]


def test_a_goal_of_every_year_is_kept_until_a_year_only_if_every_year_so_far_was():
    by_year = {2021: np.array([1.0, 0.0, 1.0]), 2022: np.array([1.0, 1.0, 1.0]), 2023: np.array([1.0, 1.0, 0.0])}
    found = standing.cumulate(by_year, np.array([1.0, 0.0, 0.0]))
    assert {year: values.tolist() for year, values in found.items()} == {
        2021: [1.0, 0.0, 1.0], 2022: [1.0, 0.0, 1.0], 2023: [1.0, 0.0, 0.0]
    }  # fmt: skip
    # A goal of the end: one that met it had missed a year before, so years stand for themselves.
    found = standing.cumulate(by_year, np.array([1.0, 1.0, 0.0]))
    assert found[2021].tolist() == [1.0, 0.0, 1.0] and found[2023].tolist() == [1.0, 1.0, 0.0]


def change(**values) -> GoalChange:
    """A promise met by all of 100 pairs before, and by none after, unless said otherwise."""
    usual = {
        "id": "X", "name": {"zh": "某", "en": "X"}, "unit": "", "promise": True, "owed": False, "headline": False,
        "observed": False, "decided": False, "near": False, "pairs": 100, "met_first": 100, "met_other": 0, "helped": 0,
        "harmed": 100, "low": -1.0, "high": -0.9, "years": {}, "first_year": 2023, "behind": (), "persons": None,
        "yuan": None, "lever": None,
    }  # fmt: skip
    draws = {f"{way}_draws": values.get(way, usual[way]) for way in ("helped", "harmed")}  # each pair another draw
    return GoalChange(**{**usual, **draws, **values})


@pytest.mark.parametrize(
    ("values", "broken"),
    [
        ({}, True),
        ({"near": True}, False),  # a miss of less than 1 % is as good as met
        ({"observed": True}, False),
        ({"met_other": 91, "harmed": 9, "low": -0.15, "high": -0.03}, False),  # nine points
        ({"met_other": 90, "harmed": 10, "low": -0.2, "high": 0.05}, True),  # one way only: a promise breaks without the interval
        ({"met_other": 90, "harmed": 13, "helped": 3, "low": -0.2, "high": 0.05}, False),
        ({"met_other": 90, "harmed": 13, "helped": 3, "low": -0.2, "high": -0.01}, True),  # clear among all goals
        ({"met_other": 90, "harmed": 10, "low": -0.2, "high": 0.05, "promise": False}, False),
        ({"met_other": 90, "harmed": 10, "low": -0.2, "high": 0.05, "promise": False, "owed": True}, True),
        ({"pairs": 12, "met_first": 4, "met_other": 0, "harmed": 4, "high": 0.3}, False),  # four turns may be chance
        ({"pairs": 20, "met_first": 5, "harmed": 5, "harmed_draws": 3, "high": 0.3}, False),  # five turns in three draws may be
        ({"pairs": 4, "met_first": 4, "met_other": 0, "harmed": 4, "high": 0.3}, True),  # every run turned
        ({"met_other": 100, "harmed": 0, "low": 0.0, "high": 0.0, "given_up": True}, True),
    ],
)
def test_what_breaks_by_rule(values, broken):
    assert change(**values).broken is broken


def test_entitlements_behind_the_goal_are_those_of_the_model():
    assert consequences.promises()["B2"]["uses"] == list(ENTITLEMENTS)


def test_own_money_stopped_is_what_the_brief_runs_beside_a_plan():
    scenario = load_scenario("scenarios/own_money_stopped.yaml")
    beside = without_county_money(load_scenario("scenarios/baseline.yaml"))
    one, two = (sample_values(each, 2021, None) for each in (scenario, beside))
    for name in ("budget.county_floor", "medical_reimbursement.target_ordinary", "poverty_insurance.pool_share"):
        assert one.at(name, 5) == two.at(name, 5) == 0
    mine = {name for name in scenario.overrides if scenario.overrides[name][-1].place.endswith("own_money_stopped.yaml")}
    theirs = {name for name, found in beside.overrides.items() if found[-1].place == "levers: off"}
    assert mine == theirs


class PlantedStudy:
    """A study whose outcomes are a formula of the settings that a point has."""

    plan = SimpleNamespace(seed=7)

    def __init__(self, value) -> None:
        self.value, self.runs = value, 0

    def run(self, wanted) -> None:
        self.points = {**getattr(self, "points", {}), **{at.name: at for at, _numbers in wanted}}
        self.runs += sum(len(numbers) for _at, numbers in wanted)

    def outcomes(self, at, numbers=None) -> Outcomes:
        numbers = np.array(list(numbers))
        values = np.array([self.value(at, int(number)) for number in numbers])
        none = np.zeros((len(numbers), 0))
        return Outcomes(
            numbers, numbers, ("goal",), ("relapse_rate", "registered_persons"), met=(values > 0.5).astype(float)[:, None],
            margin=none, value=none, decembers=np.stack([values, np.ones(len(numbers))], axis=1)[:, None, :],
            public=values, funds={"county_floor": values}, unpaid=values, kept=(), failed=(),
        )  # fmt: skip


def package(*names: str) -> Package:
    first = load_scenario("scenarios/baseline.yaml")
    other = load_scenario("scenarios/baseline.yaml", tuple(f"{name}=1" for name in names))
    return Package.of(first, other)


LEVERS = ("public_posts.count", "enclave_projects.effort", "training.talents", "work_relief.places", "microcredit.loans")


def test_shares_of_an_interaction_are_divided_equally_and_add_up():
    made = package("public_posts.count", "training.talents")
    assert made.parts == ("public_posts.count", "training.talents")

    def value(at, number):  # 3 for the first, 1 for the second, 2 more for both; the same in every replication
        code = at.name.removeprefix("parts")
        return 3.0 * (code[0] == "1") + 1.0 * (code[1] == "1") + 2.0 * (code == "11")

    found = attribution.attribute(made, PlantedStudy(value), 4, [])
    posts, training = found["metrics"][0]["parts"]
    assert [posts[key]["mean"] for key in ("alone", "left_out", "share")] == [3.0, 5.0, 4.0]
    assert [training[key]["mean"] for key in ("alone", "left_out", "share")] == [1.0, 3.0, 2.0]
    assert found["metrics"][0]["total"]["mean"] == 6.0 and found["exact"]


def test_with_many_settings_each_replication_has_an_order_of_its_own_and_shares_still_add_up():
    made = package(*LEVERS)
    assert len(made.parts) == 5

    def value(at, number):
        on = [each == "1" for each in at.name.removeprefix("parts")]
        return sum(on) + 4.0 * (on[0] and on[4]) + 0.1 * number * on[2]

    study = PlantedStudy(value)
    found = attribution.attribute(made, study, 30, [])
    parts = {each["lever"]: each["share"] for each in found["metrics"][0]["parts"]}
    assert not found["exact"] and sum(share["mean"] for share in parts.values()) == pytest.approx(
        found["metrics"][0]["total"]["mean"]
    )
    first = parts[made.parts[0]]
    assert first["low"] <= 3.0 <= first["high"]  # 1 of its own and half of 4
    assert parts[made.parts[1]]["mean"] == 1.0
    assert study.runs == made.runs(30) <= 30 * (2 + 2 * 5 + 4)


def test_a_plan_of_one_setting_has_nothing_to_divide():
    with pytest.raises(attribution.Indivisible, match="nothing to divide"):
        package("public_posts.count")


def amount(first: float, other: float) -> Amount:
    return Amount(first, other, other - first, other - first, other - first, other - first)


def test_the_cheapest_repair_brings_back_three_quarters_and_has_its_price():
    """Replication n meets the goal from 10 + n/2 million on (n = 0 … 19): three quarters need 17 million."""
    scenario = load_scenario("scenarios/baseline.yaml", ("budget.county_floor=10000000",))

    def value(at, number):
        return 12.0 * sample_values(at.scenario, 1, None).at("budget.county_floor", 30)  # the model counts by the month

    class Study(PlantedStudy):
        def outcomes(self, at, numbers=None):
            found = super().outcomes(at, numbers)
            met = found.funds["county_floor"] + 1.0 >= 1e7 + 0.5e6 * found.replications
            return Outcomes(**{**vars(found), "met": met.astype(float)[:, None]})

    lever = SimpleNamespace(id="budget.county_floor", month="2021-01", first=20_000_000, other=10_000_000)
    facts = SimpleNamespace(levers=[lever], years=[2021], in_force=[2021])
    broken = change(id="goal", lever="budget.county_floor", pairs=20, met_first=20, met_other=1)
    found = attribution.repair(facts, broken, scenario, Study(value), 20)
    assert found["value"] is not None, found["reason"]
    assert 1.7e7 <= found["value"] <= 1.7e7 + 1e7 * attribution.STEP and found["probability"] >= 0.7625
    assert found["own_yuan"] == pytest.approx(found["value"] - 1e7)
    assert "13" not in answer.repair_sentence(found, Words("zh")) and "万元" in answer.repair_sentence(found, Words("zh"))


def test_a_promise_whose_lever_the_plan_leaves_alone_is_repaired_by_raising_it():
    """Replication n meets the goal from 20 + n/2 million on: three quarters of 20 need 27; the plan has 20, 40 is tried."""
    scenario = load_scenario("scenarios/baseline.yaml", ("public_posts.count=3000",))

    def value(at, number):
        return 12.0 * sample_values(at.scenario, 1, None).at("budget.county_floor", 30)

    class Study(PlantedStudy):
        def outcomes(self, at, numbers=None):
            found = super().outcomes(at, numbers)
            met = found.funds["county_floor"] + 1.0 >= 2e7 + 0.5e6 * found.replications
            return Outcomes(**{**vars(found), "met": met.astype(float)[:, None]})

    facts = SimpleNamespace(levers=[], years=[2021], in_force=[2021], since=2021, setting=lambda name: 20_000_000)
    broken = change(id="goal", lever="budget.county_floor", pairs=20, met_first=20, met_other=1)
    found = attribution.repair(facts, broken, scenario, Study(value), 20)
    assert found["value"] is not None, found["reason"]
    assert 2.7e7 <= found["value"] <= 2.7e7 + 2e7 * attribution.STEP and found["probability"] >= 0.7625
    assert not found["kept"] and found["own_yuan"] == pytest.approx(found["value"] - 2e7)
    told = answer.repair_sentence(found, Words("zh"))
    assert "由每年2000万元增加到" in told and "本级每年比本方案多支出约" in told
    # What upper levels pay is told as public money, not as nothing of the county's own.
    elsewhere = {**found, "own_yuan": 0.0, "public_yuan": 5e6}
    assert "各级财政每年比本方案多支出约500万元" in answer.repair_sentence(elsewhere, Words("zh"))
    assert "public money" in answer.repair_sentence(elsewhere, Words("en"))


@pytest.mark.parametrize("lever", ["village_assets.rule", "no.such_lever", None])
def test_a_promise_whose_lever_is_no_number_has_no_repair(lever):
    facts = SimpleNamespace(levers=[], years=[2021], in_force=[2021], since=2021, setting=lambda name: "equal")
    found = attribution.repair(facts, change(lever=lever), None, None, 5)
    assert found["value"] is None and "no number" in found["reason"]


def test_the_league_ranks_by_persons_kept_above_the_line_for_a_million_of_own_money():
    def result(yuan, relapsed, income, fund="county_floor", use="help_relief"):
        row = {"year": 2021, "fund": fund, "use": use, "yuan": yuan, "count": 1, "shortfall": 0.0, "months": 0}
        return {
            "budget": [row],
            "public": yuan,
            "own": 0.0,
            "relapsed": relapsed,
            "waiting": 0.0,
            "income": income,
            "promises": 9.0,
        }

    found = {
        ("", ""): [result(1e6, 800.0, 14000.0), result(1e6, 900.0, 14000.0)],
        ("help", "off"): [result(0.0, 0.0, 0.0)] * 2,
        ("help", "more"): [result(3e6, 780.0, 14010.0), result(3e6, 880.0, 14010.0)],
        ("dibao_discovery", "off"): [result(0.0, 0.0, 0.0)] * 2,
        ("dibao_discovery", "more"): [result(1e6, 100.0, 15000.0, "civil_affairs", "dibao")] * 2,
    }
    (row,) = budget.league(found)  # what upper levels pay is not the county's to buy
    assert row["id"] == "help" and row["own"].mean == 2e6
    assert row["kept"].mean == 10.0 and row["income"].mean == 5.0 and row["promises"].mean == 0.0


def test_parts_and_repairs_that_were_run_stand_in_the_brief(compared):
    _made, results, out = compared
    around = {"mean": 120.0, "low": 80.0, "high": 160.0}
    part = {"lever": "public_posts.count", "alone": around, "left_out": around, "share": around}
    fixed = {"goal": "H1_ordinary", "name": {"zh": "普通患者住院报销90%", "en": "Hospital"}, "lever": "budget.county_floor",
             "value": 15_000_000, "own_yuan": 5_000_000.0, "met": 5, "runs": 6}  # fmt: skip
    record = {"parts": {"metrics": [{"metric": "below", "total": around, "parts": [part]}]}, "repairs": [fixed]}
    sources = [inputs.open_source(out / name) for name in ("base", "cut")]
    brief = build.build_comparison(sources, "zh", "", parts=record)
    first = "".join(block.text for block in brief.sections[0].blocks)
    assert "保持每年1500万元" in first and "约500万元" in first and "6次推演中5次达标" in first
    table = next(block for section in brief.sections if section.id == "parts" for block in section.blocks)
    assert [shown(row["share"]) for row in table.rows] == ["+120（+80～+160）"] * 2
    assert "尚未推演" not in text_of(brief)


def test_rows_stand_in_the_order_of_the_text():
    decided, other, promise = change(decided=True), change(promise=False), change()
    assert answer.in_order([other, decided, promise]) == [promise, decided, other]


@pytest.mark.parametrize(
    ("first", "other", "low", "high", "told"),
    [(100.0, 90.0, -12.0, -8.0, True), (100.0, 90.0, -22.0, 2.0, False), (1000.0, 995.0, -6.0, -4.0, False)],
)
def test_money_moves_where_it_clearly_does_and_by_more_than_a_trifle(first, other, low, high, told):
    assert answer.moves(Amount(first, other, low, high, low, high, 0, 0)) is told


def test_a_folder_of_a_comparison_names_the_results_in_it(tmp_path):
    assert comparison.compared(tmp_path) == []
    named = {"scenarios": [{"folder": "elsewhere/baseline"}, {"folder": "elsewhere/own"}]}
    (tmp_path / "comparison.json").write_text(json.dumps(named), encoding="utf-8")
    (tmp_path / "baseline").mkdir()
    assert comparison.compared(tmp_path) == []  # one of them lies elsewhere
    (tmp_path / "own").mkdir()
    assert comparison.compared(tmp_path) == [tmp_path / "baseline", tmp_path / "own"]
    (tmp_path / "comparison.json").write_text("[", encoding="utf-8")
    assert comparison.compared(tmp_path) == []


def test_a_brief_is_written_of_a_comparisons_folder_alone(compared, tmp_path):
    _made, _results, out = compared
    made = CliRunner().invoke(app, ["brief", str(out), "--format", "html", "--out", str(tmp_path / "brief"), "--quiet"])
    assert made.exit_code == 0, made.stderr
    text = (tmp_path / "brief" / "comparison-zh.html").read_text(encoding="utf-8")
    assert "压减方案" in text and "照旧方案" in text


FEWER_POSTS = ("public_posts.count=3000",)


@pytest.mark.parametrize(
    ("name", "sets", "title"),
    [
        ("baseline", (), "基准方案：按凌委办发〔2021〕18号执行"),
        ("baseline", ("public_posts.count=5000",), "基准方案：按凌委办发〔2021〕18号执行"),
        ("baseline", FEWER_POSTS, "调整方案：基准方案改动1项"),
        ("floor_10m", (), "本级资金减半（每年1000万元）"),
        ("floor_10m", FEWER_POSTS, "调整方案：本级资金减半（每年1000万元）改动1项"),
    ],
)
def test_a_changed_plan_does_not_go_by_the_name_of_the_plan_that_it_changes(name, sets, title):
    description = plain(folder.description(load_scenario(name, sets)))
    assert settings.title(description)["zh"] == title
    assert ("Baseline" in settings.title(description)["en"].split(": ")) == title.startswith("基准方案")


@pytest.mark.parametrize(
    ("language", "changed", "missed"),
    [("zh", "由5000个改为3000个", "公益岗位5000人以上"), ("en", "5,000 becomes 3,000", "At least 5,000 on public")],
)
def test_the_brief_of_a_changed_plan_names_its_settings_and_what_it_gives_up(compared, language, changed, missed):
    _made, _results, out = compared
    brief, base = (build.build_brief(inputs.open_source(out / name), [], language, "") for name in ("cut", "base"))
    first = brief.sections[0].blocks[0].text
    assert changed in first and missed in first and changed not in brief.subtitle  # said once
    assert OfficeNumbers(Words(language)).times(0, PAIRS) in first
    assert changed not in base.sections[0].blocks[0].text and missed not in base.sections[0].blocks[0].text


def test_what_is_to_be_checked_has_the_value_that_the_run_used():
    """Not what the county's file says of it, which the plan or the middle of a draw may replace; of a dated one the first."""
    values = {"earnings.post_pay": {"2021-01": 400, "2023-01": 200}, "enclave_projects.construction_plan": 2083.3333333333335}
    listed = [
        {"parameter": name, "name": {"zh": f"{name}（元）", "en": name}, "value": 1234.5678, "evidence": "assumed"}
        for name in values
    ]
    results = SimpleNamespace(manifest={"parameters": values, "scenario": {"county": listed}})
    told = documents_pages.checks(results, OfficeNumbers(Words("zh")))
    assert "earnings.post_pay（本文暂用2021年1月起400元/月" in told and "construction_plan（本文暂用2080亩" in told
    assert "1234" not in told and "{" not in told


@pytest.mark.parametrize(
    ("levers", "decided", "not_decided"),
    [
        ({"public_posts.count"}, {"E4_posts"}, set()),
        ({"earnings.post_pay", "public_posts.per_household"}, set(), {"E4_posts"}),  # as many posts stay on offer
        ({"budget.county_floor"}, {"B1_floor", "B2"}, {"H1_ordinary"}),
        ({"medical_reimbursement.target_ordinary"}, {"H1_ordinary"}, {"H1_major"}),
    ],
)
def test_a_promise_is_decided_over_by_its_own_lever_alone(levers, decided, not_decided):
    found = consequences.about_levers(levers, None)
    assert decided <= found and found.isdisjoint(not_decided)


def test_only_what_a_plan_takes_back_is_given_up(compared):
    """A lever that goes further from being off gives nothing up, even where its goal is missed."""
    _made, results, _out = compared
    facts = BaselineFacts.of(results["cut"], None, None)
    assert {each.id for each in facts.given_up} >= {"E4_posts", "B1_floor"}
    assert not BaselineFacts.of(results["base"], None, None).given_up
    raised = BaselineFacts.of(results["cut"], None, None)
    turned = [settings.LeverChange(each.id, each.month, each.other, each.first, each.first) for each in facts.settings]
    raised.__dict__["settings"] = turned
    assert not raised.given_up and "主动放弃" not in "".join(baseline_answer.sentences(raised, Words("zh")))


def changed_amount(difference: float, *, clear: bool, first: float = 500.0) -> Amount:
    ends = (difference - 1.0, difference + 1.0) if clear else (-1000.0, 1000.0)
    return Amount(first, first + difference, *ends, p10=difference - 1.0, p90=difference + 1.0, rises=100, falls=0)


WATCHED = SimpleNamespace(manifest={"parameters": dict.fromkeys(consequences.MONITORING, 1)})
UNWATCHED = SimpleNamespace(manifest={"parameters": dict.fromkeys(consequences.MONITORING, {"2020-01": 1, "2021-01": 0})})


def facts_of(broken=(), persons=None, pairs=100):
    """Facts of a comparison as far as its second page asks for them; ``persons``: by indicator, the same in every year."""
    found = persons or {}
    return SimpleNamespace(
        first=WATCHED,
        other=WATCHED,
        broken=list(broken),
        pairs=pairs,
        years=[2021],
        since=2021,
        persons=lambda indicator, _year: found.get(indicator),
    )


@pytest.mark.parametrize(
    ("values", "sure", "told"),
    [
        ({"pairs": 20, "met_first": 20, "met_other": 12, "harmed": 8}, True, True),
        ({"pairs": 20, "met_first": 1, "met_other": 0, "harmed": 1, "given_up": True}, False, True),  # chance alone may do that
        ({"pairs": 20, "met_first": 20, "met_other": 0, "harmed": 20, "decided": True}, False, False),  # missed since it was set
    ],
)
def test_a_direction_is_called_sure_on_enough_runs_and_never_of_what_was_decided(values, sure, told):
    numbers = OfficeNumbers(Words("zh"))
    said = "".join(documents_pages.surety(facts_of([change(**values)]), numbers))
    assert ("方向比较有把握" in said) == sure and ("由达标转为不达标" in said) == told


def place(name: str, difference: float, verdict: str, first: float = 10_000.0) -> dict:
    return {"scope": "segment", "unit": name, "name": {"zh": name, "en": name}, "indicator": "rural_income", "first": first,
            "difference": difference, "verdict": verdict}  # fmt: skip


def test_who_loses_less_than_a_hundredth_is_not_named():
    numbers = OfficeNumbers(Words("zh"))
    said = "".join(
        documents_pages.who([place("甲", -200, "loses"), place("乙", -50, "loses"), place("丙", -60, "loses")], numbers)
    )
    assert "甲" in said and "乙" not in said and "丙" not in said and "均受损" not in said and "其他几类" not in said
    assert "均受损" in "".join(documents_pages.who([place("甲", -200, "loses"), place("乙", -150, "loses")], numbers))
    assert "无明显变化" in "".join(documents_pages.who([place("甲", -99, "loses")], numbers))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_those_behind_a_broken_promise_are_named_before_incomes(pages, facts, language):
    words = Words(language)
    hurt = next(each for each in pages[language].sections if each.id == "who").blocks[0].text
    assert hurt.startswith(words("who_concerned", items="").split("：" if language == "zh" else ":")[0])
    posts = facts.goal("E4_posts")
    assert answer.short_name(posts, words) in hurt and OfficeNumbers(words).count(posts.persons.difference) in hurt


def test_a_number_of_persons_that_does_not_clearly_change_is_so_in_text_and_table():
    """The text says that the truth shows no clear change: so does the table, and of the register too."""
    numbers = OfficeNumbers(Words("zh"))
    for clear in (True, False):
        found = facts_of(persons={name: changed_amount(60.0, clear=clear) for name in ("relapse_rate", "relapse_recorded")})
        (said,) = answer.people(found, numbers)
        rows = list(documents_comparison._people_rows(found, numbers, ("relapse_rate", "relapse_recorded")))
        assert ("未见明显变化" in said) == (not clear)
        assert {row["persons"] for row in rows} == {"多约60人" if clear else "未见明显变化"}
    mixed = {"relapse_rate": changed_amount(60.0, clear=True), "relapse_recorded": changed_amount(40.0, clear=False)}
    assert "台账没有反映" in "".join(answer.people(facts_of(persons=mixed), numbers))


def test_a_register_that_nobody_keeps_has_no_count():
    """With monitoring stopped its 0 is no good news: text and table say that there is none."""
    numbers = OfficeNumbers(Words("zh"))
    found = facts_of(persons={name: changed_amount(60.0, clear=True) for name in ("relapse_rate", "relapse_recorded")})
    assert [consequences.monitored(each, 2021) for each in (WATCHED, UNWATCHED)] == [True, False]
    assert consequences.monitored(UNWATCHED, 2020)
    found.other = UNWATCHED
    assert "无从反映" in "".join(answer.people(found, numbers))
    true, recorded = documents_comparison._people_rows(found, numbers, ("relapse_rate", "relapse_recorded"))
    assert "无监测" in recorded["other"].shown and recorded["persons"] == "—" and recorded["first"].shown.endswith("人")
    assert true["other"].shown.endswith("人")


class Tables:
    """A result as far as numbers of persons and of money at year ends go."""

    def __init__(self, folder, months, parameters, payments=()):
        import pandas

        self.folder, self.goals = folder, []
        replications = pandas.DataFrame({"replication": range(PAIRS), "draw": range(PAIRS), "kept": [folder] * PAIRS})
        rows = [
            {
                "replication": run,
                "month": pandas.Timestamp(f"{year}-12-01"),
                **{name: values[year] for name, values in months.items()},
            }
            for run in range(PAIRS)
            for year in range(2021, 2026)
        ]
        paid = [
            {
                "replication": run,
                "year": year,
                "fund": "employment",
                "use": "post_pay",
                "yuan": yuan,
                "shortfall": 0.0,
                "count": 1,
            }
            for run in range(PAIRS)
            for year, yuan in payments
        ]
        columns = ["replication", "year", "fund", "use", "yuan", "shortfall", "count"]
        self._tables = {
            "replications": replications,
            "months": pandas.DataFrame(rows),
            "payments": pandas.DataFrame(paid, columns=columns),
        }
        self.manifest = {
            "months": [f"{year}-12" for year in range(2021, 2026)],
            "parameters": parameters,
            "indicators": {name: {"unit": "persons"} for name in months},
            "scenario": {"plan": None},
        }

    def table(self, name):
        return self._tables[name].copy()


def years(*values):
    return dict(zip(range(2021, 2026), values, strict=True))


def posts(filled, count, pay):
    return Tables(str(count), {"posts_filled": filled}, {"public_posts.count": count}, list(pay.items()))


TAPER = {"2021-01": 5000, "2023-01": 4000, "2024-01": 3000, "2025-01": 2000}


def test_what_is_cut_year_by_year_is_told_by_its_last_year_and_its_money_by_the_same():
    first = posts(years(*[5000.0] * 5), 5000, years(*[500.0] * 5))
    tapered = posts(years(5000.0, 5000.0, 4000.0, 3000.0, 2000.0), TAPER, years(500.0, 500.0, 400.0, 300.0, 200.0))
    facts = Consequences(first, tapered)
    record = consequences.promises()["E4_posts"]
    assert facts._standing_year("posts_filled") == 2025
    assert facts._persons(record, (), 2023).difference == -3000.0 and facts._yuan(record, (), 2023).difference == -300.0
    for_a_while = posts(years(5000.0, 5000.0, 2000.0, 2000.0, 4990.0), TAPER, years(500.0, 500.0, 200.0, 200.0, 499.0))
    assert Consequences(first, for_a_while)._standing_year("posts_filled") == 2024


@pytest.mark.parametrize(
    ("filled", "told"),
    [(5040.0, "公益岗位数量增加3000个，2025年末实际只多约40人上岗。"), (8000.0, ""), (5000.0, "没有明显增加")],
)
def test_posts_that_nobody_takes_are_told_beside_those_that_are_offered(monkeypatch, filled, told):
    first = posts(years(*[5000.0] * 5), 5000, years(*[500.0] * 5))
    raised = posts(years(5000.0, *[filled] * 4), {"2021-01": 5000, "2022-01": 8000}, years(500.0, *[501.0] * 4))
    facts = Consequences(first, raised)
    monkeypatch.setattr(facts, "goal", lambda name: name)
    said = list(answer.idle(facts, OfficeNumbers(Words("zh"))))
    assert (told in said[0]) if told else said == []


def test_persons_that_change_in_few_runs_are_no_news():
    few = Amount(620.0, 600.0, low=-31.0, high=-6.0, p10=-40.0, p90=0.0, rises=0, falls=12)
    assert not answer.persons_move(few, 20)
    assert answer.persons_move(Amount(620.0, 600.0, low=-31.0, high=-6.0, p10=-40.0, p90=-1.0, rises=0, falls=19), 20)


def test_that_a_poor_chance_is_no_sign_of_harmlessness_is_said_of_cuts_alone():
    unmoved = change(headline=True, met_first=2, met_other=2)
    for setting, said in (((5000, 3000), True), ((5000, 8000), False)):
        lever = SimpleNamespace(id="public_posts.count", first=setting[0], other=setting[1])
        facts = SimpleNamespace(broken=[], kept=[], goals=[unmoved], levers=[lever])
        told = "".join(answer.main_goals(facts, OfficeNumbers(Words("en"))))
        assert ("harmless" in told) == said and "no clear change" in told


def test_less_than_a_hundredth_is_neither_gain_nor_loss():
    assert answer.is_slight({"difference": -1.6, "first": 21900.0}) and not answer.is_slight(
        {"difference": -470.0, "first": 15600.0}
    )


def test_several_plans_are_told_apart_in_sections_and_sheets(compared):
    out = compared[2]
    brief = build.build_comparison([inputs.open_source(out / name) for name in ("base", "cut", "same")], "zh", "")
    named = [each.title for each in brief.sections]
    assert named[0] == "压减方案：核心结论" and "照旧方案：核心结论" in named
    titles = [table.title for table in brief.tables()]
    assert len(set(titles)) == len(titles)
    assert all(title.startswith(("压减方案：", "照旧方案：", "基准方案：")) for title in titles)


def test_how_to_make_it_again_names_files_without_folders(compared):
    brief = build.build_brief(inputs.open_source(compared[2] / "cut"), [], "zh", f"xianjie brief {compared[2]}/cut --out x")
    again = next(table for table in brief.tables() if table.id == "again")
    told = "".join(str(row["value"]) for row in again.rows)
    assert str(compared[2]) not in told and "cut.yaml" in told and "xianjie brief cut --out x" in told


def test_where_nobody_keeps_a_register_tables_have_no_count_of_it(result):
    """All policy stopped ends monitoring too: its empty register is no good news, and no change can be read from it."""
    tables = {table.id: table for table in build.build_brief(inputs.open_source(result), [], "zh", "").tables()}
    words = Words("zh")
    row = next(each for each in tables["people"].rows if each["what"] == words("people_recorded"))
    assert row["base_value"].value is None and row["difference"].value is None and "无监测" in row["base_mean"]
    assert row["value"].value is not None
    goals = {each["id"]: each for name in ("goals", "all_goals") for each in tables[name].rows if "id" in each}
    assert goals["R1"]["base"].value is None and goals["R1"]["change"] == words("cell_none")
    assert all("无监测" not in goals[name]["without"] for name in ("R3", "G2", "R7"))


@pytest.mark.parametrize(("name", "register"), [("R1", True), ("R3_observed", True), ("Z3_observed", True), ("R3", False),
                                                ("G2_observed", False), ("joint_all", False)])  # fmt: skip
def test_which_goals_are_judged_by_the_register(name, register):
    assert documents_goals.of_register(name) == register
