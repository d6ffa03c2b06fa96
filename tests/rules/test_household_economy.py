"""A household's month by hand: living, borrowing, twelve months, who is at risk and who has fallen below."""

import pytest

from sim.world.codes import Cause, Event
from tests.hand import Hand

LIVING = dict(subsistence=330.0, propensity=0.75, hoard_months=12.0, dissaving=0.0, interest=0.0025, repaid_share=0.3)


def household(**columns) -> Hand:
    hand = Hand()
    hand.environment["poverty_line"], hand.environment["monitoring_line"] = 4000.0, 6600.0
    for column, value in columns.items():
        hand.households[column] = value
    return hand


def test_living_costs_a_subsistence_and_most_of_what_is_left():
    # 2 members: 660. Income 24 000 a year is 2 000 a month, 1 340 beyond; 0.75 of it is 1 005. Together 1 665.
    hand = household(members=2, income_12=24_000.0, cash=5000.0)
    hand.run("living_and_coping", **LIVING)
    assert hand.households[0].cash == pytest.approx(5000.0 - 1665.0)


def test_what_cash_does_not_cover_is_borrowed():
    # 4 800 yuan a year are 400 a month: 330 and 0.75 of 70 beyond, less 100 in hand.
    hand = household(members=1, income_12=4_800.0, cash=100.0)
    hand.run("living_and_coping", **LIVING)
    assert hand.households[0].cash == 0.0
    assert hand.households[0].debt == pytest.approx(282.5)
    assert hand.paid("borrowing") == pytest.approx(282.5)


@pytest.mark.parametrize(("income", "cash", "spent"), [(0.0, 100.0, 100.0), (0.0, 1_000.0, 330.0), (1_200.0, 20.0, 100.0)])
def test_who_earns_less_than_a_subsistence_lives_on_savings_and_then_on_what_it_earns(income, cash, spent):
    hand = household(members=1, income_12=income, cash=cash)
    hand.run("living_and_coping", **LIVING)
    assert hand.paid("living") == pytest.approx(spent)


def test_debts_bear_interest_and_are_paid_back_out_of_what_is_spare():
    # Interest 1 000 x 0.0025 = 2.5. After 330 for living 3 667.5 are left, 330 of them kept; 0.3 x 3 337.5 is over 1 000.
    hand = household(members=1, income_12=0.0, cash=4000.0, debt=1000.0)
    hand.run("living_and_coping", **LIVING)
    assert hand.households[0].debt == 0.0
    assert hand.households[0].cash == pytest.approx(4000.0 - 2.5 - 330.0 - 1000.0)


def close(hand: Hand, **parameters) -> None:
    """Close the accounts of a month with rounded thresholds."""
    central = dict(heavy_share=0.3, heavy_ceiling=0.65, buffer_years=0.5, guarantee_months=3.0, common_share=0.5)
    for name in ("income", "rigid", "countable"):
        hand.households[f"{name}_12"] = hand.histories[name].sum(axis=1)
    hand.run("close_accounts", month=5, **(central | parameters))


def test_the_sums_carried_on_are_what_the_twelve_months_add_up_to():
    hand = household(members=2)
    for month in range(30):
        hand.households["wages"] = 1000.0 / (1.0 + month)  # thirds and sevenths: sums that rounding touches
        hand.households["rigid"] = 100.0 * (month % 7)
        hand.run("close_accounts", month=month)
        for name in ("income", "rigid", "countable"):
            exactly = hand.histories[name].sum(axis=1)
            assert hand.households[f"{name}_12"] == pytest.approx(exactly, abs=1e-9), (month, name)
    last = sum(1000.0 / (1.0 + month) for month in range(18, 30))
    assert hand.households["income_12"][0] == pytest.approx(last)


def test_low_income_is_a_risk():
    hand = household(members=2, cash=0.0)
    hand.histories["income"] = 1050.0  # 12 600 a year, less the month under way: 11 550 over 2 heads is below 6 600
    close(hand)
    assert (hand.households[0].at_risk, hand.households[0].onset) == (1, 5)


def test_everyday_fees_are_no_risk_and_a_heavy_bill_is():
    for rigid, at_risk in ((1900.0, 0), (9000.0, 1)):
        # 2 members with 16 000: 8 000 a head. 1 900 is below 0.3 x 6 600 x 2 = 3 960. 9 000 is above, and leaves 3 500 a head,
        # which is below 0.65 x 6 600 = 4 290.
        hand = household(members=2, cash=0.0, wages=5000.0, rigid=rigid)
        hand.histories["income"] = 1000.0
        close(hand)
        assert hand.households[0].at_risk == at_risk


def test_who_has_means_is_not_at_risk():
    for column, value in (("disqualifying", 1), ("cash", 6600.0)):
        hand = household(members=2)
        hand.households[column] = value
        close(hand)
        assert hand.households[0].at_risk == 0


def test_below_the_poverty_line_net_of_rigid_spending_is_relapse_and_its_month_is_kept():
    hand = household(members=1, wages=5000.0, rigid=1500.0)
    close(hand)  # 5 000 - 1 500 = 3 500 < 4 000
    row = hand.households[0]
    assert (row.below, row.below_income, row.entered, row.below_months) == (1, 0, 5, 1)


def test_a_common_event_that_took_most_is_the_cause_of_entry():
    hand = household(members=1, event=Event.DROUGHT, event_loss=800.0)
    hand.households["burden"][0, Cause.DISASTER] = 1000.0
    close(hand)
    assert hand.households[0].entered_event == Event.DROUGHT
    hand = household(members=1, event=Event.DROUGHT, event_loss=400.0)
    hand.households["burden"][0, Cause.ILLNESS] = 1000.0
    close(hand)
    assert hand.households[0].entered_event == -1, "illness took more than the drought"


def test_a_broken_house_is_a_risk_at_once_and_relapse_after_three_months():
    for months, below in ((2, 0), (4, 1)):
        hand = household(members=1, wages=20_000.0, cash=90_000.0, house_broken=months)
        close(hand)
        assert (hand.households[0].at_risk, hand.households[0].below) == (1, below)


def test_who_was_below_when_2021_opened_has_not_relapsed_under_the_plan():
    hand = household(members=1, below=1, entered=-3)
    hand.run("mark_inherited")
    assert (hand.households[0].inherited, hand.households[0].entered) == (1, -1)
    hand.households["wages"] = 9000.0
    close(hand)
    assert hand.households[0].inherited == 0, "out once, it counts like everybody"


def test_own_work_pays_by_the_hands_at_home_and_is_partly_wages():
    # A tenth of local pay of 4 000 is 400 a month with both hands; with one of two left 200, of which 0.25 is wages.
    for hands, earned in ((2.0, 400.0), (1.0, 200.0), (0.0, 0.0), (3.0, 400.0)):
        hand = household(members=2, own_work=0.1, farm_labour=hands, farm_labour_founded=2.0)
        hand.environment["local_wage"] = 4000.0
        hand.run("own_work", wage_part=0.25)
        row = hand.households[0]
        assert (row.wages, row.business, row.cash) == pytest.approx((0.25 * earned, 0.75 * earned, earned))
        assert hand.paid("own_work_pay") == pytest.approx(earned)


def test_who_had_no_hands_at_home_has_no_own_work():
    hand = household(members=1, own_work=0.1, farm_labour=1.0, farm_labour_founded=0.0)
    hand.environment["local_wage"] = 4000.0
    hand.run("own_work")
    assert hand.households[0].cash == 0.0


def test_the_official_count_looks_once_a_year_and_at_income_alone():
    hand = household(members=1, wages=400.0, rigid=5_000.0)  # 4 800 a year, far below 4 000 net of what it had to pay
    for month in range(12):
        hand.run("close_accounts", month=month, income_concept=2, official_month=12)
        assert hand.households[0].below == 0, "in December twelve months of 400 are above 4 000"
    hand.households["wages"] = 0.0
    for month in range(12, 24):
        hand.run("close_accounts", month=month, income_concept=2, official_month=12)
        assert hand.households[0].below == (1 if month == 23 else 0)
        assert hand.households[0].below_income == (1 if month >= 14 else 0)  # 10 x 400 are not below 4 000, 9 x 400 are
    hand.households["wages"] = 9_000.0
    hand.run("close_accounts", month=24, income_concept=2, official_month=12)
    assert (hand.households[0].below, hand.households[0].below_months) == (1, 2), "on file until the next check"
