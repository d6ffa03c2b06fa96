"""Enterprises, assets, enclaves, credit, insurance, teams and works, by hand."""

import math

import numpy as np
import pytest

from sim.core.ledger import Fund
from sim.world.codes import (
    AssetState,
    Commodity,
    Contract,
    DependenceSign,
    Destination,
    DividendRule,
    Linkage,
    LoanState,
    ProjectStage,
    Sector,
)
from tests.hand import Hand

# --- village assets -------------------------------------------------------------------------------------------------------------


def village_with_assets() -> Hand:
    hand = Hand(households=2, persons=2, assets=2)
    hand.households["registered"] = 1
    hand.households["workers"] = [1, 0]
    hand.assets["value"] = [120_000.0, 60_000.0]
    hand.assets["contract"] = Contract.FIXED_RETURN
    return hand


def test_an_asset_of_120_000_yuan_returns_800_a_month_at_8_percent():
    hand = village_with_assets()
    hand.assets["state"] = [AssetState.OPERATING, AssetState.IDLE]
    hand.run("asset_returns", asset_return=0.08 / 12)
    assert hand.paid("asset_rent") == pytest.approx(800.0)
    assert hand.villages[0].collective_cash == pytest.approx(800.0)


def test_what_is_contracted_is_shared_kept_or_owed():
    """Σ dividends + what villages keep + arrears = what contracts promise."""
    hand = village_with_assets()
    hand.assets["state"] = [AssetState.OPERATING, AssetState.IN_ARREARS]
    hand.run("asset_returns", asset_return=0.08 / 12)
    hand.money(Fund.VILLAGES, hand.paid("asset_rent"))
    promised, owed = hand.assets["due"].sum(), hand.assets["arrears"].sum()
    hand.run("dividends", household_share=0.75)
    assert promised == pytest.approx(1200.0) and owed == pytest.approx(400.0)
    assert hand.paid("dividends") == pytest.approx(600.0)
    assert hand.paid("dividends") + hand.paid("village_services") + owed == pytest.approx(promised)


def test_equal_shares_go_to_every_registered_household_and_work_shares_to_those_with_workers():
    for rule, expected in ((DividendRule.EQUAL, [300.0, 300.0]), (DividendRule.WORK, [600.0, 0.0])):
        hand = village_with_assets()
        hand.villages[0].collective_cash = 800.0
        hand.money(Fund.VILLAGES, 800.0)
        hand.run("dividends", household_share=0.75, rule=rule)
        np.testing.assert_allclose(hand.households["property_income"], expected)


def test_a_return_of_zero_pays_no_dividend():
    hand = village_with_assets()
    hand.run("asset_returns", asset_return=0.0)
    hand.run("dividends")
    assert hand.paid("dividends") == 0.0 and hand.households["property_income"].sum() == 0.0


def test_an_idle_asset_is_let_sooner_where_a_team_works():
    def let(team):
        hand = Hand(assets=2000)
        hand.assets["state"] = AssetState.IDLE
        hand.villages["team"] = team
        hand.run("asset_states", letting=0.03, team_siting=1.0)
        return (hand.assets["state"] == AssetState.OPERATING).mean()

    assert let(0.0) == pytest.approx(0.03, abs=0.01)
    assert let(1.0) == pytest.approx(0.06, abs=0.015)


# --- credit ---------------------------------------------------------------------------------------------------------------------


def borrower(capital: float = 42_000.0, started: int = 0) -> Hand:
    hand = Hand(loans=1)
    loan = hand.loans[0]
    loan.identity, loan.household, loan.principal, loan.capital = 5, 0, capital, capital
    loan.started, loan.term, loan.ability = started, 36, 1.0
    hand.households["cash"] = 10_000.0
    hand.money(Fund.BRIDGING, 1e6)
    hand.money(Fund.RISK_COMPENSATION, 1e6)
    return hand


@pytest.mark.parametrize("subsidy", [0.0, 0.5, 1.0])
def test_mr21_a_loan_that_earns_what_it_costs_changes_no_income(subsidy):
    hand = borrower()
    interest = 0.04 / 12
    hand.run(
        "loan_service", interest_rate=interest, interest_subsidy=subsidy, loan_return=interest * (1 - subsidy), return_spread=0.0
    )
    assert hand.households[0].business == pytest.approx(0.0, abs=1e-9)
    assert hand.paid("interest_subsidy") == pytest.approx(42_000 * interest * subsidy)


def test_a_loss_of_capital_is_no_income_and_a_gain_makes_capital_whole_before_it_is():
    hand = borrower()
    terms = dict(interest_rate=0.0, return_spread=0.0)
    hand.run("loan_service", loan_return=-0.1, **terms)  # a tenth of 42 000 is lost
    assert (hand.loans[0].capital, hand.households[0].business) == pytest.approx((37_800.0, 0.0))
    hand.run("loan_service", month=1, loan_return=0.1, **terms)  # 3 780 are gained: capital is 420 short of whole
    assert (hand.loans[0].capital, hand.households[0].business) == pytest.approx((41_580.0, 0.0))
    hand.run("loan_service", month=2, loan_return=0.1, **terms)  # 4 158 are gained: 420 for capital, the rest is income
    assert (hand.loans[0].capital, hand.households[0].business) == pytest.approx((42_000.0, 3_738.0))
    assert hand.paid("loan_income") == pytest.approx(3_738.0)


def test_loans_renewed_are_among_the_loans_made():
    for started, lent in ((0, 0.0), (-5, 42_000.0)):
        hand = Hand(households=2, persons=2, loans=1)
        hand.loans[0].household, hand.loans[0].started = 0, started
        hand.households["loan"] = [0, -1]
        hand.households["registered"] = hand.households["workers"] = 1
        hand.households["income_12"] = 20_000.0
        hand.money(Fund.RISK_COMPENSATION, 1e6)
        hand.run("new_loans", loans=1.0, startup_loans=0.0, loan_size=42_000.0)  # one a month, and one household without a loan
        assert hand.paid("lending") == pytest.approx(lent)


def test_a_lump_is_paid_as_money_comes_in_and_what_is_lacking_in_december_is_written_down():
    hand = Hand()
    for month, (free, paid) in enumerate([(400.0, 400.0), (300.0, 300.0), (900.0, 300.0), (900.0, 0.0)]):
        hand.money(Fund.COUNTY_FLOOR, free + 50.0)
        hand.reserve(Fund.COUNTY_FLOOR, 50.0)
        assert hand.run("risk_compensation", month=month, compensation=1_000.0).compensation_fund == pytest.approx(paid)
    hand.money(Fund.COUNTY_FLOOR, 0.0)
    hand.run("risk_compensation", month=12, compensation=700.0)  # the next January
    hand.run("risk_compensation", month=23, compensation=700.0)
    assert hand.unpaid("compensation_fund") == pytest.approx(700.0)


def test_a_loan_that_cannot_be_repaid_costs_the_fund_its_part():
    hand = borrower(started=-36)
    hand.loans["capital"] = 0.0
    hand.households["cash"] = 2_300.0
    hand.run("loan_service", loan_return=0.0, return_spread=0.0, subsistence=300.0, public_risk=0.7)
    assert hand.loans[0].state == LoanState.DEFAULTED
    assert hand.paid("loan_repaid") == pytest.approx(2_000.0)
    assert hand.paid("default_covered") == pytest.approx(0.7 * 40_000.0)


@pytest.mark.parametrize(("away", "state", "borrowed"), [(1, LoanState.REPAID, 24_000.0), (0, LoanState.DEFAULTED, 0.0)])
def test_who_moves_to_town_repays_its_loan_and_only_the_dead_leave_it_unpaid(away, state, borrowed):
    # 42 000 owed; 8 000 of capital and 10 000 of cash go along. Who lives in town borrows the other 24 000;
    # where nobody is alive the bank has lost them.
    hand = borrower()
    hand.loans["capital"] = 8_000.0
    hand.households["members"] = hand.persons["alive"] = 0
    hand.persons["away"] = away
    hand.run("loan_service", public_risk=0.7)
    household, loan = hand.households[0], hand.loans[0]
    assert loan.state == state and household.loan < 0 and loan.capital == 0.0
    assert hand.paid("loan_repaid") == pytest.approx(18_000.0 + borrowed) and household.cash == pytest.approx(0.0)
    assert household.debt == hand.paid("loan_taken_over") == pytest.approx(borrowed)
    assert hand.paid("default_covered") == pytest.approx(0.7 * (24_000.0 - borrowed))


def test_a_loan_is_renewed_only_where_it_could_be_repaid():
    for capital, state in ((42_000.0, LoanState.ACTIVE), (1_000.0, LoanState.DEFAULTED)):
        hand = borrower(started=-36)
        hand.loans["capital"] = capital
        hand.run("loan_service", loan_return=0.0, return_spread=0.0, renewal=1.0)
        assert hand.loans[0].state == state


def test_households_on_dibao_or_without_workers_do_not_borrow():
    hand = Hand(households=3, persons=3)
    hand.households["registered"] = 1
    hand.households["workers"] = [1, 1, 0]
    hand.households["income_12"] = 20_000.0
    hand.register["dibao"] = [0, 1, 0]
    hand.run("new_loans", loans=1000.0, startup_loans=0.0, loan_size=42_000.0)
    np.testing.assert_array_equal(hand.households["loan"] >= 0, [True, False, False])
    assert hand.paid("lending") == hand.paid("investment") == pytest.approx(42_000.0)


def lent(risk: float, fund: float) -> float:
    """Loans made to 1 000 that ask, where 60 are planned, the bank being half deterred by a risk that is all its own."""
    hand = Hand(households=1000, persons=1000)
    hand.households["registered"] = hand.households["workers"] = 1
    hand.households["income_12"] = 20_000.0
    hand.money(Fund.RISK_COMPENSATION, fund)
    hand.run("new_loans", loans=60.0, startup_loans=0.0, loan_size=10_000.0, public_risk=risk, caution=0.5, usual_backing=0.7)
    return hand.paid("lending") / 10_000.0


def test_a_bank_lends_less_the_more_of_a_default_is_its_own():
    # 60 at the usual backing of 0.7; without any (1 − 0.5) / (1 − 0.5 × 0.3) = 0.588 of it; wholly backed 1 / 0.85 = 1.176.
    assert lent(0.7, 1e6) == pytest.approx(60, abs=20)
    assert lent(0.0, 1e6) / lent(0.7, 1e6) == pytest.approx(0.588, abs=0.15)
    assert lent(1.0, 1e6) / lent(0.7, 1e6) == pytest.approx(1.176, abs=0.15)
    assert lent(0.7, 0.0) == lent(0.0, 0.0), "an empty fund backs nothing"


# --- insurance ------------------------------------------------------------------------------------------------------------------


def insured(spent: float) -> Hand:
    hand = Hand()
    hand.environment["poverty_line"] = 4_000.0
    hand.households["rigid"] = spent
    hand.households["rigid_12"] = spent
    hand.households["income_12"] = 5_000.0
    hand.money(Fund.POVERTY_INSURER, 1e6)
    return hand


BANDS = dict(deductible=10_000.0, band_edges=[0.0, 20_000.0, 50_000.0], band_rates=[0.5, 0.6, 0.7], income_ceiling=1.5)


@pytest.mark.parametrize(("spent", "claim"), [(9_000.0, 0.0), (14_000.0, 2_000.0), (40_000.0, 16_000.0)])
def test_claims_follow_the_bands(spent, claim):
    hand = insured(spent)
    hand.run("insurance_claims", **BANDS)
    assert hand.households[0].transfers == pytest.approx(claim)


def test_without_a_contract_no_claim_is_due():
    hand = insured(40_000.0)
    hand.run("insurance_claims", **BANDS | {"pool_share": 0.0})
    assert hand.households[0].transfers == hand.unpaid("insurance_claims") == 0.0


def test_a_contracted_insurer_pays_beyond_its_reserve_and_the_county_makes_it_good_by_december():
    hand = insured(40_000.0)
    hand.money(Fund.POVERTY_INSURER, 1_000.0)
    hand.run("insurance_claims", month=8, **BANDS)
    assert hand.households[0].transfers == pytest.approx(16_000.0)
    assert hand.environment[0].insurer_owed == pytest.approx(15_000.0)
    # Three months of the year are left in October: 5 000 then, half of the rest in November, all in December.
    hand.money(Fund.COUNTY_FLOOR, 1e6)
    paid = [hand.run("insurance_premium", month=month, premium=0.0).insurance_settlement for month in (9, 10, 11)]
    assert paid == pytest.approx([5_000.0, 5_000.0, 5_000.0])
    assert hand.environment[0].insurer_owed == pytest.approx(0.0)


def test_what_the_premium_leaves_stands_for_as_much_of_the_next_and_is_not_paid_twice():
    hand = Hand()
    hand.money(Fund.POVERTY_INSURER, 300.0)
    hand.money(Fund.COUNTY_FLOOR, 1_000.0)
    hand.run("insurance_year", returned=1.0)
    assert hand.balances[Fund.COUNTY_FLOOR] == 1_000.0
    # 200 yuan a month for one insured person: none in January, half of February's, all of March's.
    paid = [
        hand.run("insurance_premium", month=month, premium=200.0, pool_share=1.0, running_costs=0.0).insurance_premium
        for month in (0, 1, 2)
    ]
    assert paid == pytest.approx([0.0, 100.0, 200.0])
    assert hand.balances[Fund.COUNTY_FLOOR] == pytest.approx(700.0)
    assert hand.balances[Fund.POVERTY_INSURER] == pytest.approx(600.0)
    hand.run("insurance_year", month=12, returned=1.0)  # nothing was claimed: all is left once more, none of it twice
    assert hand.environment[0].insurer_owed == pytest.approx(-600.0)


def test_greenhouse_insurance_pays_for_what_this_storm_destroyed():
    """20,000 yuan a year of greenhouses insured for three tenths: 2,400 for two fifths, nothing for what broke before."""
    hand = Hand(households=2)
    hand.households["holdings"][:, 1] = 20_000.0  # vegetables
    hand.townships["hail"] = 1
    hand.households["shed"], hand.households["shed_lost"] = 0.6, [0.4, 0.0]
    hand.run("shed_claims", take_up=1.0, shed_cover=0.3)
    assert hand.households["transfers"].tolist() == pytest.approx([2_400.0, 0.0])


def test_a_storm_says_what_it_destroyed_and_forgets_it_the_next_month():
    hand = Hand()
    hand.households["holdings"][:, 1] = 20_000.0
    hand.townships["hail"] = 1
    hand.run("storms", hit_share=1.0, least_loss=0.4, most_loss=0.4)
    assert (hand.households[0].shed, hand.households[0].shed_lost) == pytest.approx((0.6, 0.4))
    hand.townships["hail"] = 0
    hand.run("storms", month=1, rebuilt_per_month=0.15)
    assert (hand.households[0].shed, hand.households[0].shed_lost) == pytest.approx((0.75, 0.0))


def test_what_a_season_of_farm_insurance_leaves_is_the_insurers_own():
    hand = Hand()
    hand.money(Fund.INSURER, 1_000.0)
    assert hand.run("farm_premium", kept_by_insurers=0.9).insurer_result == pytest.approx(900.0)


def test_what_townships_have_left_after_a_year_goes_up():
    hand = Hand()
    hand.money(Fund.TOWNSHIP, 1_000.0)
    assert hand.run("township_budgets", surrendered=0.8).township_surplus == pytest.approx(800.0)


def test_mr12_a_higher_premium_changes_no_claim():
    for premium in (50.0, 100.0):
        hand = insured(40_000.0)
        hand.money(Fund.COUNTY_FLOOR, 1e6)
        hand.run("insurance_premium", premium=premium / 12)
        hand.run("insurance_claims", **BANDS)
        assert hand.households[0].transfers == pytest.approx(16_000.0)


def test_a_failed_harvest_is_paid_where_it_is_insured():
    def claims(yield_):
        hand = Hand(households=200, persons=200)
        hand.households["holdings"][:, Commodity.MAIZE] = 1_000.0
        hand.townships["maize_yield"] = yield_
        hand.run("crop_claims")
        return hand.paid("crop_claims")

    assert claims(1.0) == 0.0
    assert claims(0.4) > claims(0.6) > 0.0


# --- enclaves and townships -----------------------------------------------------------------------------------------------------


def project(stage: ProjectStage, land: float = 100.0) -> Hand:
    hand = Hand(enclaves=1)
    row = hand.enclaves[0]
    row.identity, row.stage, row.investment, row.realised, row.jobs, row.registered = 9, stage, 100e6, 0.5, 40.0, 2.0
    hand.environment["land_left"] = land
    hand.environment["cost_trend"] = 1.0
    return hand


def test_a_signed_project_lands_only_while_the_quota_lasts():
    for land, stage in ((3.0, ProjectStage.LANDED), (2.0, ProjectStage.SIGNED)):
        hand = project(ProjectStage.SIGNED, land)
        hand.run("enclave_pipeline", landing=1.0, land_need=3.0)
        assert hand.enclaves[0].stage == stage
        assert hand.environment[0].land_left == (0.0 if stage == ProjectStage.LANDED else land)


def test_tax_is_shared_between_park_and_township():
    # 100 million promised, half of it made, 3 % tax a year, at full size; a fifth would have come anyway: 100 000 a month.
    hand = project(ProjectStage.PRODUCING)
    hand.enclaves["since"] = -24
    hand.run("enclave_production", tax_yield=0.03 / 12, displacement=0.2, tax_share=0.5, incentive=0.0)
    assert hand.paid("enclave_tax") == pytest.approx(50_000.0)
    assert hand.townships[0].tax == pytest.approx(50_000.0)


def test_a_producing_project_becomes_an_employer_once():
    hand = project(ProjectStage.PRODUCING)
    hand.enclaves["since"] = -24
    for month in (0, 1):
        hand.run("enclave_production", month=month)
    firms = hand.enterprises[hand.enterprises["sector"] == Sector.ENCLAVE]
    assert len(firms) == 1 and firms[0].jobs_founded == pytest.approx(2.0)


def test_a_township_that_missed_its_projects_tries_harder():
    def effort(landed):
        hand = Hand()
        hand.townships["landed_year"] = landed
        hand.townships["need"] = 1.0
        hand.run("township_effort", fatigue=0.1)
        return hand.townships[0].effort

    assert effort(0) > 1.0 > effort(2)


def test_a_township_in_need_is_subsidised_to_its_need():
    hand = Hand()
    hand.townships["own_revenue"], hand.townships["need"], hand.townships["tax"] = 60_000.0, 100_000.0, 10_000.0
    hand.money(Fund.TOWNSHIP, 10_000.0)  # the tax, which production has paid in
    hand.run("township_finance")
    assert hand.paid("township_subsidy") == pytest.approx(30_000.0)
    assert hand.townships[0].revenue_year == pytest.approx(70_000.0)
    assert hand.balances[Fund.TOWNSHIP] == pytest.approx(0.0)


# --- links, growth --------------------------------------------------------------------------------------------------------------


def grower() -> Hand:
    hand = Hand()
    hand.households["linked"] = 0
    hand.households["holdings"][:, Commodity.VEGETABLES] = 12_000.0
    hand.commodities["season"] = 1 / 12
    hand.environment["farm_trend"] = 1.0
    firm = hand.enterprises[0]
    firm.alive, firm.linkage, firm.commodity, firm.cash = 1, Linkage.ORDERS, Commodity.VEGETABLES, 5_000.0
    return hand


@pytest.mark.parametrize(("price", "made_up"), [(1.0, 0.0), (0.7, 200.0)])
def test_orders_make_up_the_floor_price(price, made_up):
    hand = grower()
    hand.commodities["price"] = price
    hand.run("orders", floor_price=0.9, order_premium=0.0)
    assert hand.households[0].business == pytest.approx(made_up)
    assert hand.enterprises[0].cash == pytest.approx(5_000.0 - made_up)


def test_enterprises_open_towards_the_plans_number_and_not_beyond():
    hand = Hand(enterprises=100)
    hand.enterprises["sector"] = Sector.COOPERATIVE
    hand.enterprises["alive"][:80] = 1
    hand.enterprises["planned"][80:] = 1
    for month in range(60):
        hand.run("enterprise_openings", month=month, targets=[0.0, 0.0, 90.0, 0.0, 0.0], pace=0.2)
    assert 88 <= hand.enterprises["alive"].sum() <= 92


def test_what_the_year_leaves_of_the_countys_own_money_goes_to_industry_in_its_parts():
    hand = Hand()
    hand.money(Fund.COUNTY_FLOOR, 3e6)
    hand.environment["asset_money"] = 1e5
    hand.run("year_end", month=11, left_over_to_industry=0.5, industry_split=[0.5, 0.3, 0.2])
    assert hand.paid("industry_year_end") == pytest.approx(1.5e6)
    environment = hand.environment[0]
    assert (environment.asset_money, environment.enterprise_money, environment.park_money) == pytest.approx((8.5e5, 4.5e5, 3e5))
    hand.money(Fund.COUNTY_FLOOR, 0.0)
    hand.run("year_end", month=23, left_over_to_industry=1.0)
    assert hand.paid("industry_year_end") == 0.0, "nothing is left"


def test_industry_money_makes_as_many_more_jobs_as_capital_costs():
    # 40 jobs for registered workers and 60 for others stand on 8 million: 400 000 make five more, two of them registered.
    hand = Hand(enterprises=2)
    hand.enterprises["alive"] = 1
    hand.enterprises["jobs_founded"], hand.enterprises["staff_founded"] = [30.0, 10.0], [50.0, 10.0]
    hand.enterprises["capital"] = [6_400_000.0, 1_600_000.0]
    hand.environment["enterprise_money"] = 400_000.0
    hand.run("added_jobs")
    assert hand.enterprises["jobs_founded"].sum() == pytest.approx(42.0)
    assert hand.enterprises["staff_founded"].sum() == pytest.approx(63.0)
    assert hand.enterprises["capital"].sum() == pytest.approx(8_400_000.0)


def test_projects_brought_in_open_a_year_later_and_cost_public_money():
    # 34 of 10 million, one of 500, five ventures of 10, one of 50 and two of 5 for logistics: 950 million, 30 % of it built.
    hand = Hand()
    terms = {"processing": 34.0, "processing_size": 1e7, "large_processing": 1.0, "large_processing_size": 5e8,
             "top_firms": 0.0, "joint_ventures": 5.0, "joint_venture_size": 1e7, "logistics": 3.0, "logistics_size": 5e6,
             "large_logistics": 1.0, "large_logistics_size": 5e7, "built": 0.3, "yuan_a_job": 1e6, "local_share": 0.5,
             "displacement": 0.2, "support": 0.02}  # fmt: skip
    hand.environment["cost_trend"] = 1.0
    hand.run("investment", month=2, **terms)
    assert hand.environment[0].project_jobs == 0.0
    assert hand.paid("project_support") == pytest.approx(0.02 * 0.3 * 950e6)
    begun = ("processing", "large_processing", "joint_ventures", "logistics", "large_logistics")
    hand.run("investment", month=14, **terms | dict.fromkeys(begun, 0.0))
    assert hand.environment[0].project_jobs == pytest.approx(285 * 0.5 * 0.8)
    assert hand.paid("project_support") == 0.0


# --- teams, training, works -----------------------------------------------------------------------------------------------------


def test_a_rotation_halves_a_teams_work_and_it_recovers():
    hand = Hand()
    hand.villages["first_secretary"] = 1
    seen = []
    for month in (5, 6, 9, 12):
        hand.run("stationed_teams", month=month, teams=1.0, rotation_month=6.0, rotation_spread=1.0, dip=0.5, settling_months=6.0)
        seen.append(float(hand.villages[0].team))
    np.testing.assert_allclose(seen, [1.0, 0.5, 0.75, 1.0])


def test_fewer_teams_than_villages_are_posted_exactly():
    hand = Hand(villages=243)
    hand.villages["first_secretary"] = 1
    hand.run("stationed_teams", teams=100.0, rotation_month=-1.0)
    assert hand.villages["team"].sum() == 100.0


def test_a_farmer_gains_on_the_farm_and_a_worker_in_pay():
    hand = Hand(households=2, persons=2)
    hand.households["registered"] = 1
    hand.households["holdings"][:, Commodity.MAIZE] = 1_000.0
    hand.persons["household"] = [0, 1]
    hand.persons["age"], hand.persons["capacity"], hand.persons["productivity"] = 40, 1.0, 1.0
    hand.persons["status"] = [Destination.FARM, Destination.OUTSIDE]
    hand.money(Fund.EMPLOYMENT, 1e6)
    hand.run("training", talents=10.0, person_times=0.0, cost=500.0, listed_share=1.0, effective=1.0, gain=0.08)
    assert hand.households["holdings"][:, Commodity.MAIZE].tolist() == pytest.approx([1_080.0, 1_000.0])
    assert hand.persons["productivity"].tolist() == pytest.approx([1.0, 1.08])


def test_training_reaches_its_share_and_costs_every_place():
    hand = Hand(households=1000, persons=1000)
    hand.persons["household"] = np.arange(1000)
    hand.persons["capacity"], hand.persons["age"], hand.persons["status"] = 1.0, 40, Destination.FARM
    hand.persons["productivity"] = 1.0
    hand.households["registered"] = 1
    hand.money(Fund.EMPLOYMENT, 1e6)
    hand.run("training", talents=100.0, person_times=400.0, cost=500.0, listed_share=0.4, placement=0.3, effective=0.0)
    assert hand.paid("training_places") == pytest.approx(250_000.0)
    assert (hand.persons["placement"] == 0.3).sum() == pytest.approx(200, abs=45)
    assert (hand.persons["productivity"] == 1.0).all()


def test_work_relief_pays_those_at_home_while_money_lasts():
    hand = Hand(households=10, persons=10)
    hand.persons["household"] = np.arange(10)
    hand.persons["capacity"], hand.persons["status"] = 1.0, Destination.FARM
    hand.households["registered"] = 1
    hand.money(Fund.BRIDGING, 4_600.0)
    hand.run("work_relief", places=10.0, wage=1500.0)
    assert hand.households["wages"].sum() == pytest.approx(4_500.0)


def test_a_water_project_connects_a_village_that_is_behind_others():
    hand = Hand(villages=2)
    hand.villages["tap"] = [0.5, 0.9]
    hand.run("water_works", new_projects=1.0, repaired_projects=0.0, decay=0.0, connected=0.95, new_cost=1.5e6)
    assert hand.villages["tap"].tolist() == pytest.approx([0.95, 0.9])
    assert hand.paid("water_projects") == pytest.approx(1.5e6)


def test_no_water_project_is_built_where_all_is_connected():
    hand = Hand(villages=2)
    hand.villages["tap"] = 0.95
    hand.run("water_works", new_projects=2.0, repaired_projects=0.0, decay=0.0, connected=0.95, new_cost=1.5e6)
    assert hand.paid("water_projects") == 0.0


# --- dibao and work, spill-over -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "found"), [(DependenceSign.NONE, 0.3), (DependenceSign.DISCOURAGES, 0.15), (DependenceSign.INFORMS, 0.45)]
)
def test_dibao_discourages_informs_or_leaves_the_search_for_work(sign, found):
    hand = Hand(households=4000, persons=4000)
    hand.persons["household"] = np.arange(4000)
    hand.persons["capacity"], hand.persons["productivity"] = 1.0, 1.0
    hand.persons["status"], hand.persons["preference"] = Destination.NONE, Destination.OUTSIDE
    hand.markets["pay"] = 1_000.0
    hand.register["dibao"], hand.register["benefit"] = 1, 1_000.0
    hand.run("job_search", job_finding=0.3, welfare_dependence=1.0, dependence=sign)
    assert (hand.persons["status"] == Destination.OUTSIDE).mean() == pytest.approx(found, abs=0.025)


def test_mr23_post_pay_that_is_left_out_does_not_lower_what_assessors_count():
    counted = {}
    for pay in (0.0, 400.0):
        hand = Hand()
        hand.households["wages"], hand.households["post_pay"] = 900.0 + pay, pay
        hand.run("close_accounts", post_pay_disregard=1.0)
        counted[pay] = float(hand.households[0].countable_12)
    assert counted[400.0] == pytest.approx(counted[0.0])


def test_the_help_menu_scales_relief_and_withholds_it():
    for size, packages in ((0.0, 0), (0.5, 1), (2.0, 1)):
        hand = Hand(cases=1)
        hand.cases[0].identity, hand.cases[0].household, hand.cases[0].state = 3, 0, 1
        menu = [size] * 8
        hand.run("help_requests", relief_menu=menu, relief_cost=[3000.0] * 8)
        assert len(hand.packages) == packages
        assert math.isclose(sum(hand.packages["cost"]), 3000.0 * size)


def test_mr2_more_money_serves_everybody_that_less_money_served():
    """The queue frozen and the packages alike: the served are nested, so that no household is worse off."""
    served = []
    for money in range(0, 70_000, 3_000):
        hand = Hand(households=20, persons=20, cases=20, packages=20)
        hand.cases["identity"] = np.arange(1, 21)
        hand.cases["household"] = hand.cases["identity"] - 1
        hand.cases["state"] = 1
        hand.packages["identity"], hand.packages["household"] = hand.cases["identity"], hand.cases["household"]
        hand.packages["case_row"] = np.arange(20)
        hand.packages["waiting"], hand.packages["cost"] = 1, 3_000.0
        hand.packages["severity"] = np.linspace(6000.0, 100.0, 20)
        hand.environment["monitoring_line"] = 6_600.0
        hand.money(Fund.COUNTY_FLOOR, float(money))
        hand.run("targeted_help")
        served.append(set(np.flatnonzero(hand.packages["delivered"] >= 0)))
    assert all(less <= more for less, more in zip(served, served[1:]))
    assert len(served[0]) == 0 and len(served[-1]) == 20
