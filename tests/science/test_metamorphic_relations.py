"""Sentences about the county that must hold whatever the numbers are (MR1 to MR32 of the model knowledge)."""

import dataclasses

import numpy as np
import pytest

from sim.core.ledger import Fund
from sim.core.parameters import load_all
from sim.county import County, values_of
from sim.world.codes import Destination
from tests.science.lives import SEED, SEEDS, SHOCKS, county, difference, life, paid, scenario, yearly

QUIET = {f"{subject}__shock_intensity": 0.0 for subject in SHOCKS} | {
    "wages__slump_chance": 0.0,
    "enterprises__failure_intensity": 0.0,
    "dibao__assessment_error": 0.0,
    "dibao__exclusion_error": 0.0,
    "demography__mortality": [0.0] * 9,
    "demography__birth_chance": 0.0,
    "family_division__leaving_chance": 0.0,
    "separations__return_home": 0.0,
    "demography__weak_from_age": 200.0,
    "demography__last_working_age": 200.0,
    "public_posts__oldest": 200.0,
    "education__senior_high_cost": 0.0,
    "education__tertiary_cost": 0.0,
    "microcredit__return_spread": 0.0,
    "founding__loans_outstanding": 0.0,  # the income of a loan ends with its term
    "microcredit__loans": 0.0,
    "microcredit__startup_loans": 0.0,
    "village_assets__falling_behind": 0.0,
}
ROUGH = {
    f"{subject}__shock_intensity": 2.0 for subject in ("illness", "accidents", "housing", "separations", "livestock_disease")
}


def test_mr1_without_shocks_errors_and_change_in_the_family_nobody_relapses():
    assert yearly("relapse_rate", **QUIET).max() <= 0.0001


def test_mr4_half_the_money_means_more_relapse():
    assert difference("relapse_rate", budget__county_floor=10e6).mean() > 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_mr5_twice_the_shocks_mean_more_relapse_more_own_spending_and_longer_queues(seed):
    for indicator in ("relapse_rate", "own_rigid_spending", "waiting_help"):
        assert yearly(indicator, seed, **ROUGH).mean() > yearly(indicator, seed).mean(), indicator


@pytest.mark.parametrize("seed", SEEDS)
def test_mr6_better_eyes_find_households_sooner(seed):
    sharp = {"village_visit__detection": 0.8, "village_visit__first_secretary": 0.2, "self_report__report": 0.3}
    assert yearly("identification_delay", seed, **sharp).mean() < yearly("identification_delay", seed).mean()


def test_mr6_better_eyes_leave_fewer_unnoticed():
    sharp = {"village_visit__detection": 0.8, "village_visit__first_secretary": 0.2, "self_report__report": 0.3}
    assert difference("relapse_undetected", **sharp).mean() < 0.0


def test_mr7_slow_paperwork_does_not_mean_less_relapse():
    slow, quick = (
        np.array([yearly("relapse_rate", seed, case_review__procedural_lag=lag).mean() for seed in SEEDS]) for lag in (6.0, 0.0)
    )
    error = (slow - quick).std(ddof=1) / np.sqrt(len(slow))
    assert (slow - quick).mean() > -2.0 * error


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_mr8_a_higher_dibao_line_costs_more_and_leaves_fewer_below_by_income(seed):
    low, high = ({"lines__dibao_line": {"2020-01": 5500, "2021-01": line}} for line in (5000, 6200))
    assert paid("dibao", seed, **high) > paid("dibao", seed, **low)
    assert yearly("relapse_rate_income", seed, **high).mean() < yearly("relapse_rate_income", seed, **low).mean()


def test_mr10_a_higher_reimbursement_target_moves_the_same_sum_from_patients_to_the_funds():
    high = {"medical_reimbursement__target_ordinary": 0.95, "budget__county_floor": 80e6}
    low = {"budget__county_floor": 80e6}
    top_up = sum(paid(use, **high) - paid(use, **low) for use in ("top_up_prefecture", "top_up_county"))
    own = (_registered_rigid(**high) - _registered_rigid(**low)).sum()
    assert top_up > 0.0
    # Not to the fen: fewer in need of help means that a few broken houses wait longer in other hands.
    assert own == pytest.approx(-top_up, rel=2e-3)


def _registered_rigid(**changes):
    """Self-paid rigid spending of all registered persons by year, yuan."""
    per_head = life(**changes).indicators["own_rigid_spending"][11::12]
    return per_head * life(**changes).indicators["registered_persons"][11::12]


def test_mr11_a_larger_share_of_the_prefecture_helps_the_county_and_changes_nothing_for_households():
    # Money saved would go on to industry, and so to dividends: that way is closed here.
    ample = {"budget__county_floor": 500e6, "budget__industry_share": 0.0}
    relieved = {**ample, "medical_reimbursement__county_share": 0.3}
    assert paid("top_up_county", **relieved) < paid("top_up_county", **ample)
    for indicator in ("own_rigid_spending", "registered_income", "relapse_rate"):
        np.testing.assert_allclose(yearly(indicator, **relieved), yearly(indicator, **ample), rtol=1e-9)


def test_mr14_half_the_county_with_half_the_money_fares_the_same_per_head():
    founding = load_all().of("founding")
    halved = {
        f"founding__{name}": founding[name].value / 2
        for name in (
            "registered_persons", "registered_dibao_persons", "registered_dibao_households", "dibao_persons", "dibao_households",
            "marginal_persons", "rural_persons", "poor_students", "outside_jobs", "local_jobs", "visits_per_village",
        )
    }  # fmt: skip
    halved["founding__enterprise_count"] = [count / 2 for count in founding["enterprise_count"].value]
    halved |= {"budget__county_floor": 10e6, "budget__bridging": 25e6, "budget__employment": 5e6, "public_posts__count": 2500}
    halved |= {"capacity__cases_per_quarter": 30}
    halved |= {f"founding__{name}": founding[name].value / 2 for name in ("loans_outstanding", "asset_value")}
    book = load_all().parameters
    halved |= {
        name.replace(".", "__"): book[name].value / 2
        for name in (
            "microcredit.loans", "microcredit.startup_loans", "microcredit.compensation", "training.talents",
            "training.person_times", "work_relief.places", "enclave_projects.leads", "enclave_projects.construction_plan",
        )
    }  # fmt: skip
    halved["enterprise_growth__targets"] = [count / 2 for count in book["enterprise_growth.targets"].value]
    seeds = SEEDS[:6]
    for indicator, tolerance in (("rural_income", 0.01), ("registered_income", 0.015), ("relapse_rate", 0.15)):
        half = np.mean([yearly(indicator, seed, **halved) for seed in seeds])
        whole = np.mean([yearly(indicator, seed) for seed in seeds])
        assert half == pytest.approx(whole, rel=tolerance), indicator


def test_mr15_a_lever_left_at_its_status_quo_changes_no_bit():
    same = {"budget__county_floor": 20e6, "public_posts__count": 5000, "dibao__discovery": 0.08}
    assert life(**same).digest == life().digest


def test_mr15_a_lever_that_nobody_uses_changes_no_bit():
    assert life(public_posts__count=0, earnings__post_pay=700).digest == life(public_posts__count=0).digest


def test_mr16_what_changes_in_2023_changes_nothing_before():
    later = life(budget__county_floor={"2021-01": 20e6, "2023-01": 5e6}, dibao__discovery={"2021-01": 0.08, "2023-01": 0.5})
    for indicator, series in life().indicators.items():
        np.testing.assert_array_equal(later.indicators[indicator][:24], series[:24], err_msg=indicator)
    assert later.digest != life().digest


def test_mr17_if_all_money_is_worth_half_as_much_nothing_real_changes():
    chosen = scenario()
    values = values_of(chosen, None)
    book = load_all().parameters
    doubled = {name: path * 2 if book[name].unit.startswith("yuan") else path for name, path in values.paths.items()}
    nominal = County(chosen, dataclasses.replace(values, paths=doubled), SEED, 0).live()
    real = life()
    for indicator in ("relapse_rate", "monitored_share", "dibao_coverage", "registered_outside", "at_risk_share", "wage_share"):
        np.testing.assert_array_equal(nominal.indicators[indicator], real.indicators[indicator], err_msg=indicator)
    for indicator in ("rural_income", "registered_income", "own_rigid_spending", "dibao_outlay", "debt_per_head"):
        np.testing.assert_array_equal(nominal.indicators[indicator], 2.0 * real.indicators[indicator], err_msg=indicator)


def test_mr18_without_enterprises_nobody_loses_a_job_with_one():
    kinds = len(load_all().parameters["founding.enterprise_count"].value)
    alone = county(founding__enterprise_count=[0] * kinds, enclave_projects__effort=0.0)
    alone.live()
    assert len(alone.tables["enterprises"]) == 0
    assert alone.tables["persons"]["lost_to"].max() < 1000, "codes from 1000 on are failures of enterprises"
    assert (alone.tables["persons"]["enterprise"] == -1).all()


def test_mr25_at_32_988_registered_persons_dibao_covers_exactly_half_at_the_start():
    founded = county(founding__registered_persons=32988)
    audit = {row["id"]: row["achieved"] for row in founded.audit}
    assert audit["registered_dibao_persons_2021"] / audit["registered_persons_2021"] == 0.5


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_mr27_without_monitoring_the_books_look_better_and_the_truth_is_worse(seed):
    blind, seeing = life(seed, "no_monitoring.yaml").indicators, life(seed).indicators
    assert blind["relapse_rate"][11::12].mean() > seeing["relapse_rate"][11::12].mean()
    assert blind["intake_year"].max() == 0.0
    assert blind["relapse_recorded"][11::12].max() == 0.0
    assert seeing["relapse_recorded"][11::12].min() > 0.0


def test_mr29_no_purse_is_ever_negative_and_all_money_is_accounted_for():
    """Books are closed every month by the county itself; here they are added up once more from outside."""
    lived = county()
    for _ in range(24):
        lived.step()
        funds = lived.tables["funds"]
        gap = funds["opened"] + funds["inflow"] - funds["outflow"] - funds["balance"]
        assert np.abs(gap).max() < 0.005
        assert funds["balance"][: Fund.HOUSEHOLDS].min() >= 0.0
        assert abs((funds["balance"] - funds["opened"]).sum()) < 0.005


def test_mr30_what_households_receive_is_what_others_paid():
    lived = county()
    for _ in range(12):
        lived.step()
        households, lines = lived.tables["households"], lived.tables["lines"]
        received = (households["weight"] * households["received"]).sum()
        assert received == pytest.approx(lines["yuan"][lines["payee"] == Fund.HOUSEHOLDS].sum(), abs=0.005)
        dibao = (households["weight"] * households["dibao_received"]).sum()
        row = next(row for row in _lines(lived) if row[0] == "dibao")
        assert dibao == pytest.approx(row[1], abs=0.005)


def _lines(lived):
    from sim.month import PROCESSES_IN_ORDER

    reasons = [payment.reason for each in PROCESSES_IN_ORDER for payment in each.pays for _ in payment.payers]
    return zip(reasons, lived.tables["lines"]["yuan"])


def test_mr31_everybody_is_in_one_place_and_no_job_is_filled_twice():
    lived = county()
    for month in range(24):
        lived.step()
        persons, enterprises = lived.tables["persons"], lived.tables["enterprises"]
        working = persons["alive"] == 1
        employed = persons["enterprise"] >= 0
        assert np.isin(persons["status"], list(Destination)).all()
        assert (persons["status"][employed] == Destination.LOCAL_FIRM).all()
        counted = np.bincount(persons["enterprise"][employed & working], minlength=len(enterprises))
        np.testing.assert_array_equal(counted, enterprises["registered"], err_msg=f"month {month}")
        assert (enterprises["registered"] <= enterprises["desired"]).all()
        weight = lived.tables["households"]["weight"][persons["household"]]
        posts = weight[working & (persons["status"] == Destination.PUBLIC_POST)].sum()
        assert posts <= lived.setting("public_posts.count")


def test_with_shocks_and_trends_off_2021_goes_on_as_2020_was():
    """Jobs still end and are found at the ordinary pace: without that, everybody between jobs would be in one by spring.

    The sums of twelve months are compared before September, when a year's school leavers begin to work.
    """
    still = QUIET | {
        "separations__shock_intensity": 1.0,
        "separations__return_home": 0.0012,
        "wages__outside_wage": 4549.0,
        "wages__local_wage": 3606.0,
        "wages__wage_growth_error": 0.0,
        "wages__farm_growth": 0.0,
        "wages__farm_growth_error": 0.0,
        "wages__transfer_growth": 0.0,
        "wages__cost_growth": 0.0,
        "dibao__inclusion_error": 0.0,
        "lines__dibao_uprating": 1.0,
    }
    lived = county(**still)
    before = lived.latest("rural_income")
    for _ in range(8):
        lived.step()
    assert lived.latest("rural_income") == pytest.approx(before, rel=0.005)


def test_scenarios_share_the_people_they_are_founded_with():
    plan, without = county(3), county(3, public_posts__count=0)
    for column in ("identity", "household", "age", "capacity", "chronic", "registered", "stage"):
        np.testing.assert_array_equal(plan.tables["persons"][column], without.tables["persons"][column], err_msg=column)
    for column in ("identity", "segment", "members", "land", "township", "village"):
        np.testing.assert_array_equal(plan.tables["households"][column], without.tables["households"][column], err_msg=column)
