"""The safety net by hand: hospital bills, dibao, pensions, premiums."""

import pytest

from sim.core.ledger import Fund
from sim.world.codes import ReimbursementBase, Stage
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


def adult(age: int = 40, registered: int = 1, dibao: int = 0) -> Hand:
    hand = Hand()
    hand.persons["age"] = age
    hand.households["registered"], hand.households["cash"] = registered, 1000.0
    hand.register["dibao"] = dibao
    return hand


@pytest.mark.parametrize(("registered", "dibao", "poor"), [(1, 0, 1), (0, 1, 1), (0, 0, 0)])
def test_government_pays_the_pension_contribution_of_poor_adults_and_nobody_elses(registered, dibao, poor):
    # 100 yuan, all of it paid by government: the household keeps its 1 000.
    hand = adult(registered=registered, dibao=dibao)
    hand.run("pension_contributions", contribution=100.0, contribution_assisted=1.0)
    assert hand.paid("pension_assisted") == 100.0 * poor and hand.paid("pension_own") == 0.0
    assert hand.households[0].cash == 1000.0 and hand.households[0].transfers == 0.0


def test_what_government_does_not_pay_of_the_contribution_the_household_loses():
    # 0.25 x 100 = 25 paid by government; the household pays 75, and its transfer income is so much less.
    hand = adult()
    hand.run("pension_contributions", contribution=100.0, contribution_assisted=0.25)
    assert hand.paid("pension_assisted") == 25.0 and hand.paid("pension_own") == 75.0
    assert hand.households[0].cash == 925.0 and hand.households[0].transfers == -75.0


@pytest.mark.parametrize(("age", "pays"), [(15, 0), (16, 1), (59, 1), (60, 0)])
def test_contributions_are_due_from_16_until_the_pension_begins(age, pays):
    hand = adult(age)
    hand.run("pension_contributions", contribution=100.0, contribution_assisted=0.0, contribution_age=16, pension_age=60)
    assert hand.paid("pension_own") == 100.0 * pays


def test_somebody_in_school_or_dead_pays_no_contribution():
    for column, value in (("stage", Stage.TERTIARY), ("alive", 0)):
        hand = adult(age=19)
        hand.persons[column] = value
        hand.run("pension_contributions", contribution=100.0, contribution_assisted=0.0)
        assert hand.paid("pension_own") == 0.0


def student(registered: int = 1, stage: int = Stage.TERTIARY) -> Hand:
    hand = Hand()
    hand.persons["stage"], hand.persons["age"] = stage, 20
    hand.households["registered"], hand.households["cash"] = registered, 20_000.0
    return hand


COSTS = dict(tertiary_cost=13_000.0, senior_high_cost=5000.0, tertiary_aid=3000.0)


@pytest.mark.parametrize(
    ("loans", "cap", "registered", "loan"),
    [(1.0, 12_000.0, 1, 10_000.0), (1.0, 8000.0, 1, 8000.0), (0.0, 12_000.0, 1, 0.0), (1.0, 12_000.0, 0, 0.0)],
)
def test_a_student_loan_takes_over_the_own_cost_up_to_its_ceiling(loans, cap, registered, loan):
    # 13 000 less an aid of 3 000 for the registered leave 10 000 (13 000 for others, who get no loan).
    hand = student(registered)
    hand.run("school_bills", student_loans=loans, student_loan_cap=cap, **COSTS)
    own = (10_000.0 if registered else 13_000.0) - loan
    assert hand.paid("student_loan") == loan == hand.persons[0].student_debt
    assert hand.paid("school_own") == own == hand.persons[0].school_paid == hand.households[0].rigid
    assert hand.households[0].cash == 20_000.0 - own


def test_a_student_who_borrows_does_so_in_every_year():
    lent = []
    for year in range(3):
        hand = Hand(households=1, persons=60)
        hand.persons["stage"], hand.persons["age"] = Stage.TERTIARY, 20
        hand.persons["identity"] = range(100, 160)
        hand.persons["household"] = 0
        hand.households["registered"] = 1
        hand.run("school_bills", month=8 + 12 * year, student_loans=0.5, student_loan_cap=12_000.0, **COSTS)
        lent.append((hand.persons["student_debt"] > 0.0).tolist())
    assert lent[0] == lent[1] == lent[2] and 15 < sum(lent[0]) < 45


def test_below_tertiary_education_nobody_borrows():
    hand = student(stage=Stage.SENIOR_HIGH)
    hand.run("school_bills", student_loans=1.0, **COSTS)
    assert hand.paid("student_loan") == 0.0 and hand.paid("school_own") == 5000.0


TERMS = dict(student_loan_rate=0.04, student_loan_repaid_from=27, student_loan_instalment=0.1)


@pytest.mark.parametrize(
    ("stage", "age", "state", "family", "left"),
    [
        (Stage.TERTIARY, 20, 800.0, 0.0, 20_000.0),  # 0.04 x 20 000, paid by the state
        (Stage.NOT_IN_SCHOOL, 23, 0.0, 800.0, 20_000.0),  # the same, paid by the family
        (Stage.NOT_IN_SCHOOL, 27, 0.0, 2800.0, 18_000.0),  # and a tenth of the principal
    ],
)
def test_the_state_pays_interest_during_study_and_the_family_afterwards(stage, age, state, family, left):
    hand = student(stage=stage)
    hand.persons["age"], hand.persons["student_debt"] = age, 20_000.0
    hand.run("student_loan_service", **TERMS)
    assert (hand.paid("student_interest"), hand.paid("student_loan_due")) == (state, family)
    assert hand.persons[0].student_debt == left
    assert hand.households[0].rigid == family and hand.households[0].cash == 20_000.0 - family


def test_the_student_loan_of_somebody_who_died_is_written_off():
    hand = student(stage=Stage.NOT_IN_SCHOOL)
    hand.persons["alive"], hand.persons["student_debt"] = 0, 20_000.0
    hand.run("student_loan_service", **TERMS)
    assert hand.paid("student_loan_due") == hand.paid("student_interest") == 0.0
