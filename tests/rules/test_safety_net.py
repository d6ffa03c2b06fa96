"""The safety net by hand: hospital bills, dibao, pensions, premiums."""

import pytest

from sim.core.ledger import Fund
from sim.world.codes import ReimbursementBase
from tests.hand import Hand

SIMPLE = dict(
    eligible_share=0.8, basic_deductible=500.0, basic_ratio=0.6, serious_deductible=1e9, serious_ratio=0.6,
    assisted_deductible=0.5, assistance_ratio=0.25, assistance_cap=20000.0, supplementary_ratio=0.1,
    target_ordinary=0.9, target_major=0.95, county_share=0.5,
)  # fmt: skip


def patient(registered: int, bill: float = 10_000.0) -> Hand:
    hand = Hand()
    hand.households["registered"] = registered
    hand.households["cash"] = 50_000.0
    hand.persons["bill"] = bill
    hand.money(Fund.COUNTY_FLOOR, 1e6)
    return hand


def test_an_ordinary_patient_pays_what_basic_insurance_leaves():
    # 10 000, of which 8 000 eligible; basic pays 0.6 x (8 000 - 500) = 4 500; own 5 500.
    hand = patient(registered=0)
    hand.run("medical_reimbursement", base=ReimbursementBase.ELIGIBLE, **SIMPLE)
    assert hand.paid("basic_insurance") == pytest.approx(4500.0)
    assert hand.households[0].rigid == pytest.approx(5500.0)
    assert hand.households[0].cash == pytest.approx(44_500.0)


def test_a_registered_patient_is_topped_up_to_90_percent_of_the_eligible_cost():
    # Remaining eligible 3 500: assistance 875, of the remaining 2 625 supplementary 262.5; paid so far 5 637.5.
    # 0.9 x 8 000 = 7 200: topped up by 1 562.5, half of it the county's. Own: 10 000 - 7 200 = 2 800.
    hand = patient(registered=1)
    hand.run("medical_reimbursement", base=ReimbursementBase.ELIGIBLE, **SIMPLE)
    assert hand.paid("medical_aid") == pytest.approx(875.0)
    assert hand.paid("supplementary") == pytest.approx(262.5)
    assert hand.paid("top_up_county") == pytest.approx(781.25)
    assert hand.paid("top_up_prefecture") == pytest.approx(781.25)
    assert hand.households[0].rigid == pytest.approx(2800.0)


def test_on_the_whole_bill_90_percent_leaves_a_tenth():
    hand = patient(registered=1)
    hand.run("medical_reimbursement", base=ReimbursementBase.WHOLE_BILL, **SIMPLE)
    assert hand.households[0].rigid == pytest.approx(1000.0)


def test_a_major_illness_is_topped_up_to_95_percent():
    hand = patient(registered=1)
    hand.persons["major"] = 1
    hand.run("medical_reimbursement", base=ReimbursementBase.WHOLE_BILL, **SIMPLE)
    assert hand.households[0].rigid == pytest.approx(500.0)


def test_without_county_money_the_patient_bears_the_countys_half_and_it_is_written_down():
    hand = patient(registered=1)
    hand.money(Fund.COUNTY_FLOOR, 0.0)
    hand.run("medical_reimbursement", base=ReimbursementBase.ELIGIBLE, **SIMPLE)
    assert hand.unpaid("top_up_county") == pytest.approx(781.25)
    assert hand.households[0].rigid == pytest.approx(2800.0 + 781.25)


def test_serious_illness_insurance_counts_over_the_year():
    # First bill: remaining eligible 3 500 stays below the deductible of 5 000. The second lifts the sum to 7 000: 0.6 x 2 000.
    hand = patient(registered=0)
    terms = SIMPLE | {"serious_deductible": 5000.0}
    hand.run("medical_reimbursement", base=ReimbursementBase.ELIGIBLE, **terms)
    assert hand.paid("serious_insurance") == 0.0
    hand.run("medical_reimbursement", base=ReimbursementBase.ELIGIBLE, **terms)
    assert hand.paid("serious_insurance") == pytest.approx(1200.0)
    hand.run("new_medical_year")
    assert hand.persons[0].cumulative == 0.0


def test_ten_alike_households_cost_the_funds_ten_times_and_each_itself_once():
    hand = patient(registered=0)
    hand.households["weight"] = 10
    hand.run("medical_reimbursement", base=ReimbursementBase.ELIGIBLE, **SIMPLE)
    assert hand.paid("basic_insurance") == pytest.approx(45_000.0)
    assert hand.households[0].rigid == pytest.approx(5500.0)


def applicant(counted: float, members: int = 2) -> Hand:
    hand = Hand()
    hand.households["members"] = members
    hand.households["countable_12"] = counted * members
    hand.environment["dibao_line"] = 5500.0
    hand.register["application"] = 0
    hand.register["recertification"] = 0
    return hand


CERTAIN = dict(assessment_error=0.0, exclusion_error=0.0, inclusion_error=0.0, least_share=0.12)


def test_mr9_without_errors_every_household_below_the_line_gets_exactly_what_is_lacking():
    # (5 500 - 4 300) x 2 members / 12 = 200 a month.
    hand = applicant(counted=4300.0)
    hand.run("dibao_decision", **CERTAIN)
    assert hand.register[0].dibao == 1
    assert hand.register[0].benefit == pytest.approx(200.0)


def test_mr9_without_errors_nobody_above_the_line_gets_anything():
    hand = applicant(counted=5600.0)
    hand.run("dibao_decision", **CERTAIN)
    assert hand.register[0].dibao == 0
    assert hand.register[0].recertification == 12, "and does not apply again for a year"


def test_very_little_lacking_still_pays_the_least_benefit():
    # 0.12 x 5 500 x 2 / 12 = 110.
    hand = applicant(counted=5450.0)
    hand.run("dibao_decision", **CERTAIN)
    assert hand.register[0].benefit == pytest.approx(110.0)


def test_owners_of_a_car_are_refused():
    hand = applicant(counted=1000.0)
    hand.households["disqualifying"] = 1
    hand.run("dibao_decision", **CERTAIN)
    assert hand.register[0].dibao == 0


def test_support_goes_on_through_the_time_of_grace_and_then_ends():
    hand = applicant(counted=9000.0)
    register = hand.register[0]
    register.dibao, register.benefit, register.application = 1, 200.0, -1
    hand.run("dibao_review", month=0, grace_months=6.0, **{key: CERTAIN[key] for key in ("assessment_error", "inclusion_error")})
    assert (hand.register[0].dibao, hand.register[0].grace_until) == (1, 6)
    hand.register["recertification"] = 99
    hand.run("dibao_review", month=6)
    assert hand.register[0].dibao == 1
    hand.run("dibao_review", month=7)
    assert (hand.register[0].dibao, hand.register[0].benefit) == (0, 0.0)


def test_a_higher_line_lifts_benefits_by_what_the_last_assessment_leaves_lacking():
    hand = applicant(counted=0.0)
    hand.register["dibao"], hand.register["assessed"] = 1, 4000.0
    hand.environment["dibao_line"] = 6400.0
    hand.run("dibao_uprating", least_share=0.12)
    assert hand.register[0].benefit == pytest.approx((6400.0 - 4000.0) * 2 / 12)


def test_government_pays_the_premium_of_the_listed_and_everybody_else_their_own():
    for registered, own in ((1, 0.0), (0, 560.0)):
        hand = Hand()
        hand.households["registered"], hand.households["members"], hand.households["cash"] = registered, 2, 1000.0
        hand.run("medical_premium", premium=280.0, premium_covered=1.0)
        assert hand.households[0].cash == 1000.0 - own
        assert hand.households[0].transfers == -own
