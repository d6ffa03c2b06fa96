"""One household's life in words, the panel, the budget table."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from experiments.analyses import budget
from experiments.cli.app import app
from experiments.cli.run.explain import Filter
from experiments.reporting.household_story import StoryWriter, _book, months_below
from sim.core.inputs.parameters import load_all
from sim.household_trace import FINDS, HouseholdTrace, candidates, end_of, fund_names
from sim.world.codes import Cause
from tests.science.whole_county import county, scenario, simulate


@pytest.fixture(scope="module")
def relapsed() -> dict:
    """A household that fell below the line, and when."""
    simulated = county()
    return {**candidates(simulated, "relapsed")[40], "tables": simulated.tables}


@pytest.fixture(scope="module")
def story(relapsed) -> HouseholdTrace:
    return HouseholdTrace(county(), int(relapsed["tables"]["households"]["identity"][relapsed["row"]]))


def test_looking_on_changes_no_bit(story):
    """The county run again ends as one that nobody watched."""
    watched = story.county.run()
    assert watched.digest == simulate().digest


def test_the_story_holds_the_fall_that_the_search_found(story, relapsed):
    fell = [fact.month for fact in story.facts if fact.kind == "fell_below"]
    assert relapsed["month"] in fell


def test_what_is_said_of_costs_and_dibao_adds_up_with_the_rows(story):
    """Own hospital costs of a year are part of the year's own spending, and dibao at the end is what the last fact says."""
    end = end_of(story.county, story.row)
    granted = [fact for fact in story.facts if fact.kind in ("dibao_granted", "dibao_ended", "opens_on_dibao")]
    assert bool(granted and granted[-1].kind != "dibao_ended") == end["dibao"]
    for year in (fact for fact in story.facts if fact.kind == "year"):
        own = sum(f.values["own"] for f in story.facts if f.kind == "reimbursed" and year.month - 12 < f.month <= year.month)
        assert own <= year.values["rigid_12"] + 1.0


def test_every_fact_has_a_sentence_in_both_languages(story):
    for language in ("zh", "en"):
        telling = StoryWriter(language, fund_names())
        for fact in story.facts:
            sentence = telling.fact(fact.kind, fact.values)
            assert sentence and "{" not in sentence
        assert all(telling.ending(end_of(story.county, story.row), story.facts))


def test_every_kind_of_fact_that_can_be_noted_has_words():
    import ast
    import inspect

    import sim.household_trace

    kinds = set()
    for node in ast.walk(ast.parse(inspect.getsource(sim.household_trace))):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            first = node.value.elts[0]
            chosen = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
            kinds |= {each.value for each in chosen if isinstance(each, ast.Constant)}
    assert kinds > {"born", "fell_below", "help_delivered"}
    assert kinds <= set(_book()["facts"])
    for part in _book().values():
        assert all(set(texts) == {"zh", "en"} for texts in part.values())


def test_months_below_are_counted_from_fall_to_rise_or_to_the_end():
    from sim.household_trace import Fact

    facts = [
        Fact(3, "", "fell_below"),
        Fact(6, "", "rose_above", {"months": 3}),
        Fact(10, "", "fell_below"),
        Fact(59, "", "year"),
    ]
    assert months_below(facts, {"below": True}) == 3 + 50
    assert months_below(facts[:2], {"below": False}) == 3


def test_the_three_searches_find_what_they_say():
    for kind in FINDS:
        # With everybody listed and little money some wait; as the plan runs nobody is served late.
        simulated = (
            county(file="list_all.yaml", budget__county_floor=5e6, budget__bridging=1e7) if kind == "served-late" else county()
        )
        found = candidates(simulated, kind)
        assert found and found == sorted(found, key=lambda each: (each["month"], each["row"]))
        assert all(each["members"] > 0 and each["cause"] in {*Cause.__members__, "NONE"} for each in found)
        if kind == "never-noticed":
            assert not any(each["identified"] for each in found)


def test_candidates_are_filtered_by_town_cause_year_and_whether_identified():
    each = {"month": 14, "cause": "ILLNESS", "identified": False, "township": {"zh": "刀尔登镇", "en": "Daoerdeng"}}
    fitting = (Filter(), Filter("刀尔登"), Filter("daoer"), Filter(cause="ILLNESS"), Filter(year=2022), Filter(identified=False))
    assert all(one.fits(each) for one in fitting)
    others = (Filter("北炉"), Filter(cause="MARKET"), Filter(year=2021), Filter(identified=True))
    assert not any(one.fits(each) for one in others)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--find", "relapsed", "--cause", "因疾"], "因病"),
        (["--find", "relapsed", "--town", "没有的镇"], "没有名称含“没有的镇”的乡镇"),
        (["--household", "3", "--year", "2022"], "只与 --find 一起用"),
    ],
)
def test_a_filter_that_names_nothing_is_refused_before_anything_is_run(words, said):
    answer = CliRunner().invoke(app, ["explain", *words])
    assert answer.exit_code == 2 and said in answer.stderr


def test_explain_tells_two_scenarios_beside_each_other(relapsed):
    arguments = ["explain", "--household", str(relapsed["row"]), "--only-luck", "--beside", "scenarios/floor_40m.yaml", "--json"]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 0, answer.stderr
    first, second = json.loads(answer.stdout)
    assert (first["scenario"], second["scenario"]) == ("baseline", "floor_40m")
    assert first["facts"][0] == second["facts"][0], "both begin alike: the same household, the same random draws"


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain"],
        ["explain", "--find", "relapse"],
        ["explain", "--household", "99999999", "--only-luck"],
        ["explain", "--household", "1", "--find", "relapsed"],
        ["panel", "--replications", "3-1"],
        ["panel", "--replications", "x"],
        ["panel", "--out", "panel.csv"],
        ["budget", "--programme", "posts"],
    ],
)
def test_wrong_questions_are_refused(arguments, tmp_path):
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 2
    assert answer.stdout == "" and len(answer.stderr.strip().splitlines()) == 2


def test_the_panel_holds_every_household_of_every_year_and_agrees_with_the_indicators(tmp_path):
    path = tmp_path / "panel.parquet"
    answer = CliRunner().invoke(app, ["panel", "--only-luck", "--out", str(path)])
    assert answer.exit_code == 0, answer.stderr
    panel = pq.read_table(path).to_pandas()
    assert pq.read_schema(path).metadata[b"scenario"] == b"baseline"
    assert not panel.duplicated(["replication", "year", "household"]).any()
    for year, rows in panel.groupby("year"):
        income = (rows["weight"] * (rows[["wages", "business", "property_income", "transfers"]].sum(axis=1))).sum()
        persons = (rows["weight"] * rows["members"]).sum()
        month = 12 * (int(year) - 2020) - 1
        assert persons == pytest.approx(simulate().indicators["rural_persons"][month], rel=1e-9)
        # Who died within the year has income in the panel's county but no row at its end.
        assert income / persons == pytest.approx(simulate().indicators["rural_income"][month], rel=0.02)
    assert list(tmp_path.iterdir()) == [path]


def test_every_programme_names_uses_and_levers_that_exist():
    from sim.world.funds import fund_records

    uses = {use for record in fund_records().values() for use in record.pays}
    for name, programme in budget.programmes().items():
        assert set(programme["uses"]) <= uses, name
        for side in ("off", "more"):
            assert all(load_all().parameters[lever].role == "lever" for lever in programme[side])
            assert scenario("baseline.yaml", budget.settings(name, side))


def test_a_million_more_is_about_a_million():
    """The sizes in programmes.yaml are set by hand: each adds between a third of a million and three."""
    plain = budget.run_replications("scenarios/baseline.yaml", (), 2021, [0], True)
    for name in ("public_posts", "insurance", "work_relief", "training", "school_aid", "county_floor"):
        more = budget.run_replications("scenarios/baseline.yaml", budget.settings(name, "more"), 2021, [0], True)
        uses = budget.programmes()[name]["uses"]
        added = budget._under(more[0], uses) - budget._under(plain[0], uses)
        assert 0.3e6 < added < 3e6, name


def simulated(yuan: float, use: str = "training_places") -> dict:
    line = {"year": 2021, "fund": "bridging", "use": use, "yuan": yuan, "count": 2.0, "shortfall": 1.0, "months": 3}
    return {"budget": [line], "public": yuan, "own": 3.0, "relapsed": 2.0, "waiting": 1.0}


def test_the_cost_of_a_programme_against_itself_is_nothing():
    same = [simulated(5.0, "dibao")] * 3
    row = budget.costs({("", ""): same, ("dibao_discovery", "off"): same, ("dibao_discovery", "more"): same})[0]
    for name in ("static", "net", "clawback", "behavioural", "relapsed_per_million"):
        assert (row[name].mean, row[name].low, row[name].high) == (0.0, 0.0, 0.0)


def test_the_table_is_the_mean_over_replications():
    (row,) = budget.table([simulated(10.0), simulated(30.0)])
    assert (row["yuan"], row["months"], row["shortfall"]) == (20.0, 3.0, 1.0)


def test_an_interval_of_one_value_is_unknown():
    alone = budget.estimate([4.0])
    assert alone.mean == 4.0 and np.isnan(alone.low)
    assert budget.estimate([1.0, 3.0]).low < 2.0 < budget.estimate([1.0, 3.0]).high


def test_words_of_all_uses_exist():
    from sim.world.funds import fund_records

    words = yaml.safe_load((budget.FILE.parents[1] / "reporting" / "words.yaml").read_text(encoding="utf-8"))
    public = [record for fund, record in fund_records().items() if fund.name not in ("HOUSEHOLDS", "ENTERPRISES", "OUTSIDE")]
    missing = {use for record in public for use in record.pays if f"use_{use}" not in words}
    assert missing == set()


def small_county(file: str, months: int):
    from dataclasses import replace

    from sim.county import County, values_of

    plan = replace(scenario(file), general_weight=100, months=months)
    return County(plan, values_of(plan, None), 2021, 0)


def test_a_story_says_why_a_village_listed_a_household_or_did_not_where_the_worst_off_come_first():
    simulated = small_county("governments_react.yaml", 12)
    while simulated.month < 12:
        simulated.step()
    households, register = simulated.tables["households"], simulated.tables["register"]
    row = int(
        np.flatnonzero((register["turned_down_until"] > 0) & (households["registered"] == 1) & (households["members"] > 0))[0]
    )
    name = int(households["identity"][row])
    facts = HouseholdTrace(small_county("governments_react.yaml", 12), name).facts
    kinds = [fact.kind for fact in facts]
    place = kinds.index("turned_down")
    assert kinds[place - 1] == "looked_better_off" and "looked_worse_off" not in kinds
    for language in ("zh", "en"):
        sentence = StoryWriter(language, fund_names()).fact("looked_better_off", facts[place - 1].values)
        assert f"{facts[place - 1].values['yuan']:.0f}" in sentence.replace(",", "")
    planned = {fact.kind for fact in HouseholdTrace(small_county("baseline.yaml", 12), name).facts}
    assert not planned & {"looked_better_off", "looked_worse_off"}, "by lot there is no reason to give"
