"""Contracts over every goal and indicator."""

import numpy as np
import pytest

from experiments.reporting.translations import Words
from experiments.validation.relations.world import SCENARIOS
from sim.founding import audit
from sim.goals import COUNTY_ONLY, EXIT_GOALS, EXIT_INDICATORS, GOALS, INDICATORS, indicators_of
from sim.goals.fiscal import ENTITLEMENTS, INDUSTRY
from sim.goals.goal import outcome_at_end, outcome_of_all_years
from sim.scenario import load_scenario, missing_facts
from sim.world.funds import fund_records
from tests.contracts.sources import advice
from tests.science.whole_county import simulate

MUST = {
    "G1", "G2", "G3", "G5", "R1", "R2", "R3", "R4", "R7", "L1_0_5", "L1_1", "L1_2", "L1_3", "L2", "Z1", "Z2", "Z3",
    "G2_observed", "R3_observed", "Z3_observed", "G7", "E1", "E2", "E3", "E4_outside", "E4_local", "E4_posts", "C1",
    "C2_exclusion", "C2_inclusion", "H1_ordinary", "H1_major", "H1_bills", "W_school", "W_70", "W_72", "F1", "F1_2021",
    "F2_producing", "F2_jobs", "F3_revenue", "F3_self", "N_processors", "N_leading", "N_coops", "N_farms",
    "N_tight", "N_cluster",
    "Y_grain", "Y_vegetables", "Y_greenhouses", "Y_flowers", "Y_bulbs", "Y_hogs", "Y_cattle", "B1_floor", "B1_industry", "B2",
}  # fmt: skip


def test_the_goals_of_the_plan_are_all_there():
    in_paper = {goal.id for goal in GOALS.values() if not goal.own}
    assert in_paper == MUST, advice(
        "A goal",
        [*(f"{name}: is gone from sim/goals/; the paper asks for it" for name in sorted(MUST - in_paper)),
         *(f"{name}: give it the clause 'own' in sim/goals/; or, if the paper asks for it, add it to MUST in "
           "tests/contracts/test_goals.py and to a row of clauses.yaml" for name in sorted(in_paper - MUST))],
    )  # fmt: skip
    assert {goal.id for goal in GOALS.values() if goal.headline} == {"G2", "R3"}


@pytest.mark.parametrize("goal", GOALS.values(), ids=lambda goal: goal.id)
def test_a_goal_is_bilingual_defined_and_tied_to_a_clause(goal):
    rules = {
        "its name and definition are in Chinese and in English": all(goal.name.values()) and all(goal.definition.values()),
        "its docstring, the English definition, ends with a full stop": goal.definition["en"].endswith("."),
        "its Chinese definition ends with 。": goal.definition["zh"].endswith("。"),
        "it names a clause of the paper, or 'own'": bool(goal.clause),
        "observed= names another goal": goal.observed is None or goal.observed in GOALS,
    }
    wrong = [rule for rule, kept in rules.items() if not kept]
    assert not wrong, advice("A goal", (f"{goal.id}, {goal.function.__module__}: must hold: {rule}" for rule in wrong))


def test_goals_of_the_years_after_are_bilingual_and_no_part_of_the_paper():
    assert set(EXIT_GOALS) == {"X1", "X1_observed", "X2", "X3", "X4"}
    for goal in EXIT_GOALS.values():
        assert set(goal.name) == set(goal.definition) == {"zh", "en"}
        assert goal.definition["en"].endswith(".") and goal.definition["zh"].endswith("。")
        assert goal.after and goal.clause is None and goal.weight == 0.0 and not goal.headline and goal.deadline == 2028
    for indicator in EXIT_INDICATORS.values():
        assert set(indicator.name) == {"zh", "en"} and not indicator.headline


@pytest.mark.parametrize("goal", [*GOALS.values(), *EXIT_GOALS.values()], ids=lambda goal: goal.id)
def test_what_a_goal_watches_is_an_indicator(goal):
    watched = [] if goal.watched is None else goal.watched.split("/")
    assert len(watched) <= 2
    strange = set(watched) - set(indicators_of(120))
    assert not strange, advice(
        "A goal", (f"{goal.id}: watches '{name}', which is no indicator; sim/goals/indicators.py lists them" for name in strange)
    )


@pytest.mark.parametrize("goal", GOALS.values(), ids=lambda goal: goal.id)
def test_met_and_margin_say_the_same(goal):
    outcome = simulate().goals[goal.id]
    assert np.isfinite(outcome.margin)
    assert (outcome.margin >= 0.0) == outcome.met or outcome.margin == 0.0
    assert len(outcome.by_year) == 5


@pytest.mark.parametrize("indicator", [*INDICATORS.values(), *COUNTY_ONLY.values()], ids=lambda indicator: indicator.id)
def test_an_indicator_is_bilingual_and_measured_every_december(indicator):
    assert set(indicator.name) == {"zh", "en"}
    assert np.isfinite(simulate().indicators[indicator.id][23::12]).all()


def test_at_most_twelve_indicators_are_banded():
    assert 1 <= sum(indicator.banded for indicator in INDICATORS.values()) <= 12


def test_streets_without_villages_are_missing_and_not_zero():
    shares = simulate().townships["relapse_rate"]
    assert shares.shape[1] == 27
    assert np.isnan(shares[-1]).sum() == 2


def test_every_unit_that_a_planner_reads_has_words():
    words = Words("zh")
    units = {each.unit for each in [*GOALS.values(), *INDICATORS.values(), *COUNTY_ONLY.values()]}
    strange = sorted(unit for unit in units if not words.has(f"unit_{unit}"))
    assert not strange, advice(
        "A goal", (f"the unit '{unit}' has no words: use another, or add 'unit_{unit}' to words.yaml" for unit in strange)
    )


def test_a_goal_has_scope_deadline_and_weight_as_data():
    for goal in GOALS.values():
        assert goal.scope in ("county", "township", "segment")
        assert goal.deadline is None or 2021 <= goal.deadline <= 2025
        assert goal.weight >= 0.0
    assert sum(goal.weight > 0.0 for goal in GOALS.values()) >= 20


def test_what_was_decided_in_2021_does_not_change_later():
    for goal in (goal for goal in GOALS.values() if goal.deadline == 2021):
        by_year = simulate().goals[goal.id].by_year
        assert (by_year == by_year[0]).all(), goal.id


def test_entitlements_are_reasons_of_payment():
    uses = {use for record in fund_records().values() for use in record.pays}
    assert set(ENTITLEMENTS) | set(INDUSTRY) <= uses


def test_the_switch_of_townships_counts_27_or_25():
    counted = {name: simulate(thresholds__enclave_units=name).goals["F1_2021"].margin for name in ("all_27", "with_villages_25")}
    assert counted["with_villages_25"] >= counted["all_27"]


def test_what_rounding_misses_of_a_threshold_is_not_missed():
    """695 persons are at least 5000 × 0.139, which is 695.0000000000001; a whole person short is short."""
    for achieved, met in ((695.0, True), (694.0, False)):
        margins = np.array([achieved - 5000 * 0.139])
        assert outcome_of_all_years(margins, achieved).met is met and outcome_of_all_years(margins, achieved).by_year[0] == met
        assert outcome_at_end(margins, np.array([achieved])).met is met
        row = audit._at_least("posts", "岗位", "Posts", 5000 * 0.139, achieved)
        assert row["ok"] is met and row["status"] == ("within" if met else "missed")
    assert outcome_of_all_years(np.array([0.1 + 0.2 - 0.3]), 0.3).margin == 0.0
    assert not outcome_of_all_years(np.array([-1e-6]), 0.5).met
    assert audit._between("share", "比例", "Share", 0.0, 0.3, 0.1 + 0.2)["ok"]
    assert not audit._between("share", "比例", "Share", 0.0, 0.3, 0.3001)["ok"]


SIX = {
    "size": ("founding.county_size", 0.139), "places": ("founding.places", "numbered"),
    "rural": ("founding.rural_persons", 50000), "income": ("founding.rural_income", 13000),
    "registered": ("founding.registered_persons", 4500),
    "line": ("lines.dibao_line", 5200),
}  # fmt: skip


def test_a_county_of_six_facts_is_not_filled_in(tmp_path):
    file = tmp_path / "six.yaml"
    rest = "name: {zh: 事实, en: Fact}, evidence: measured, source: yearbook"
    facts = [f"{name}: {{{rest}, parameter: {sets}, value: {value}}}" for name, (sets, value) in SIX.items()]
    file.write_text("\n".join(facts), encoding="utf-8")
    missing = {fact.parameter: fact for fact in missing_facts(load_scenario(SCENARIOS / "baseline.yaml", county_file=file))}
    assert not {parameter for parameter, _ in SIX.values()} & set(missing)
    assert missing["public_posts.count"].evidence == "scaled"
    assert missing["public_posts.count"].value == pytest.approx(695)
    assert missing["earnings.post_pay"].evidence == "taken"
    assert missing["founding.vacancy_share"].evidence == "assumed"
    for language in ("zh", "en"):
        words = Words(language)
        assert all(words.has(f"basis_{fact.evidence}") for fact in missing.values())
    own = {fact.id for fact in missing_facts(load_scenario(SCENARIOS / "baseline.yaml"))}
    assert own == {"rural_income", "dibao_line", "registered_persons", "post_pay", "bridging", "employment"}
