"""Governments that decide, by hand: as planned nothing moves; by records or assessment, money, time and lists do."""

import pytest

from sim.core.ledger import Fund
from sim.month import MONTH, WARM_MONTHS
from sim.world.codes import Cause, DecisionRule, Destination, Listing
from tests.hand import Hand

PLAN, REACTS, ASSESSED = DecisionRule.AS_PLANNED, DecisionRule.REACTIVE, DecisionRule.UNDER_ASSESSMENT
PARTS = {"households_part": 0.4, "papers_part": 0.4, "investors_part": 0.2}


def county(files: int = 2, behind: float = 0.0, idle: float = 0.0) -> Hand:
    """Ten registered households of one person; two files when the plan began, so many now; one township with a project."""
    hand = Hand(households=10, persons=10)
    hand.households["registered"] = 1
    hand.register["case_row"][:files] = 0
    environment = hand.environment[0]
    environment.files_2021, environment.income_behind, environment.idle_workers = 2, behind, idle
    hand.townships["landed_year"] = 1
    return hand


def decide(hand: Hand, rule: DecisionRule, month: int = 0) -> tuple[float, float]:
    hand.run(
        "county_decision", rule=rule, discretionary=0.2, files_response=1.0, income_response=10.0, idle_response=5.0,
        relapse_response=50.0, month=month,
    )  # fmt: skip
    return float(hand.environment[0].moved), float(hand.environment[0].to_industry)


def test_as_planned_the_county_moves_nothing_whatever_lies_on_its_desk():
    hand = county(files=10, behind=0.2, idle=1.0)
    hand.environment["moved"] = 0.1  # a plan that takes over from another rule
    assert decide(hand, PLAN) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("files", "behind", "idle", "moved", "to_industry"),
    [
        (2, 0.0, 0.0, 0.0, 0.0),  # no gap
        (3, 0.0, 0.0, 0.1, 0.0),  # half as many files again: half of a fifth, all of it for help
        (3, 0.05, 0.0, 0.2, 0.1),  # help 0.5 and industry 0.5: a fifth, half of it for industry
        (4, 0.1, 0.2, 0.2, 0.2 / 3),  # every gap is full: a third each
        (1, -0.1, 0.0, 0.0, 0.0),  # fewer files, ahead of the province
    ],
)
def test_a_county_that_reacts_moves_money_by_the_gaps_on_file(files, behind, idle, moved, to_industry):
    assert decide(county(files, behind, idle), REACTS) == pytest.approx((moved, to_industry))


def test_the_files_of_the_first_decision_are_what_later_ones_are_held_against():
    hand = county(files=4)
    hand.environment["files_2021"] = 0.0
    assert decide(hand, REACTS) == (0.0, 0.0)
    assert hand.environment[0].files_2021 == 4


def test_the_more_files_the_less_goes_to_industry_and_the_more_is_left_for_help():
    spent = []
    for files in (2, 3, 4):
        hand = county(files, behind=0.05)
        decide(hand, REACTS)
        hand.money(Fund.BRIDGING, 100.0)
        hand.run("industry", bridging=100.0, bridging_paid=1.0, industry_share=0.5)
        spent.append(100.0 - hand.balances[Fund.BRIDGING])
    # 0.1 moved, all to industry: 45 + 10. 0.2 moved, half to industry: 40 + 10. 0.2 moved, a third: 40 + 6.67.
    assert spent == pytest.approx([55.0, 50.0, 40.0 + 20.0 / 3])


def test_under_assessment_open_files_and_income_do_not_count_but_falls_on_file_and_townships_without_a_project():
    hand = county(files=10, behind=0.5)
    assert decide(hand, ASSESSED) == (0.0, 0.0)
    hand.register["reported_below"][:1] = 1  # a tenth on file as fallen: more than the two in a hundred that make the gap full
    assert decide(hand, ASSESSED) == pytest.approx((0.2, 0.0))
    hand.townships["landed_year"] = 0
    assert decide(hand, ASSESSED) == pytest.approx((0.2, 0.1)), "half for help, half for industry"


def test_the_desk_shows_income_behind_the_province_since_2020_and_idle_hands():
    hand = Hand(households=2, persons=2)
    hand.households["registered"] = [1, 0]
    hand.households["income_12"] = 10_000.0
    hand.persons["household"], hand.persons["capacity"] = [0, 1], 1.0
    hand.persons["status"] = [Destination.NONE, Destination.FARM]
    hand.run("county_statistics", month=-1, survey_error=0.0)
    hand.households["income_12"] = 10_500.0
    hand.environment["province_income"] = 1.1
    hand.run("county_statistics", month=5, rule=REACTS, survey_error=0.0)
    assert hand.environment[0].income_behind == pytest.approx(1 - 1.05 / 1.1)
    assert hand.environment[0].idle_workers == 1.0, "the other household is not registered"


def test_money_moved_to_work_hires_for_the_month():
    hand = Hand(households=10, persons=10)
    hand.households["registered"], hand.persons["capacity"], hand.persons["status"] = 1, 1.0, Destination.NONE
    hand.persons["household"] = range(10)
    hand.money(Fund.BRIDGING, 1e6)
    assert hand.run("work_relief", places=0.0, wage=1500.0).work_relief_wages == 0.0
    hand.environment["work_money"] = 15_000.0  # ten months of work, and ten hands
    assert hand.run("work_relief", places=0.0, wage=1500.0).work_relief_wages == 15_000.0


@pytest.mark.parametrize(("month", "warm"), [(0, 3), (6, 5)])
def test_warm_months_spend_all_that_the_half_year_moves_to_work(month, warm):
    hand = county(idle=0.2)
    hand.columns["inflow", Fund.BRIDGING] = 900.0
    hand.columns["inflow", Fund.COUNTY_FLOOR] = 100.0
    assert decide(hand, REACTS, month) == pytest.approx((0.2, 0.0)), "all that is moved is for work"
    assert warm == len([each for each in WARM_MONTHS if month <= each < month + 6])
    assert hand.environment[0].work_money * warm == pytest.approx(6 * 0.2 * 1000.0)


def divide_time(rule: DecisionRule, month: int = 0, waiting: int = 0, **asked: float) -> Hand:
    hand = Hand(households=30, persons=30)
    hand.register["signal"][:waiting] = 0
    hand.register["found"] = -1
    for column, value in asked.items():
        hand.townships[column] = value
    hand.run(
        "township_decision", month=month, rule=rule, **PARTS, backlog_response=0.05, reward_papers=0.5, reward_projects=1.0
    )  # fmt: skip
    return hand


def time_of(hand: Hand) -> list[float]:
    return [float(hand.townships[0][name]) for name in ("care", "papers", "courting")]


def test_as_planned_effort_has_no_price():
    assert time_of(divide_time(PLAN, seeking=3.0, rounds=3.0, waiting=20)) == [1.0, 1.0, 1.0]


def test_a_township_that_seeks_investors_harder_verifies_less():
    hand = divide_time(REACTS, seeking=2.0)
    # 0.4 + 0.4 + 0.2 × 2 = 1.2 asked of a day of 1: every use gets five sixths of what it asks.
    assert time_of(hand) == pytest.approx([1 / 1.2] * 3)
    capacity = []
    for seeking in (0.0, 1.0, 2.0, 3.0):
        hand = divide_time(REACTS, seeking=seeking)
        hand.run("verification_capacity", cases_per_quarter=61.0)
        capacity.append(int(hand.townships[0].verification))
    assert capacity == [76, 61, 50, 43]  # 61 over 0.8, 1, 1.2 and 1.4


def test_visits_made_more_often_leave_less_time_for_investors_and_fewer_leave_more_for_verification():
    often, seldom = divide_time(REACTS, rounds=2.0), divide_time(REACTS, rounds=0.5)
    assert time_of(often) == pytest.approx([1 / 1.4] * 3)
    assert time_of(seldom) == pytest.approx([1 / 0.8] * 3)


def test_a_township_that_reacts_gives_more_time_to_households_the_more_signals_wait():
    care = [time_of(divide_time(REACTS, waiting=waiting)) for waiting in (0, 10, 20, 30)]
    # Ten signals: half as much time again is asked, 0.6 + 0.4 + 0.2 = 1.2. Twenty or more: twice as much, 1.4.
    assert [each[0] for each in care] == pytest.approx([1.0, 1.5 / 1.2, 2 / 1.4, 2 / 1.4])
    assert [each[2] for each in care] == pytest.approx([1.0, 1 / 1.2, 1 / 1.4, 1 / 1.4])


def test_under_assessment_files_and_projects_take_the_time_of_households_most_of_all_in_decembers_quarter():
    # The last quarter: 0.4 + 0.4 × 1.5 + 0.2 × 2 = 1.4. The first, a quarter of that: 0.4 + 0.4 × 1.125 + 0.2 × 1.25 = 1.1.
    quarters = [
        months for part in MONTH for step in part.steps if step.process.name == "township_decision" for months in step.calendar
    ]
    found = [time_of(divide_time(ASSESSED, month=month, waiting=20)) for month in quarters]
    assert found[0] == pytest.approx([1 / 1.1, 1.125 / 1.1, 1.25 / 1.1])
    assert found[-1] == pytest.approx([1 / 1.4, 1.5 / 1.4, 2 / 1.4]), "December's quarter has the whole of it"
    assert found == sorted(found, reverse=True) and len(found) == 4


def test_no_time_is_asked_for_where_nothing_is_to_be_done():
    hand = Hand()
    hand.townships["rounds"] = hand.townships["seeking"] = 0.0
    hand.run("township_decision", rule=REACTS, households_part=0.4, papers_part=0.0, investors_part=0.2)
    assert time_of(hand) == [1.0, 1.0, 1.0]


def test_less_time_means_fewer_visits_fewer_leads_and_later_papers():
    def noticed(process: str, care: float, **p: float) -> int:
        hand = Hand(households=2000, persons=2000)
        hand.households["at_risk"] = hand.households["registered"] = 1
        hand.villages["households"], hand.villages["visits"] = 2000, 2000
        hand.townships["care"] = care
        hand.run(process, active=1.0, **p)
        return int((hand.register["signal"] >= 0).sum())

    # Every visit notices: a visit of every second listed household. A round of a half, which recognises all: of a quarter.
    assert noticed("village_visit", 1.0, detection=1.0, first_secretary=0.0, listed_visits=1.0) == 2000
    assert noticed("village_visit", 0.5, detection=1.0, first_secretary=0.0, listed_visits=1.0) == pytest.approx(1000, abs=90)
    assert noticed("township_round", 0.5, round_share=0.5, sensitivity=1.0) == pytest.approx(500, abs=80)

    leads = []
    for courting in (0.5, 1.0):
        hand = Hand()
        hand.townships["courting"] = courting
        for month in range(60):
            hand.run("enclave_leads", month=month, leads=20.0)
        leads.append(len(hand.enclaves))
        assert hand.townships[0].seeking == 1.0, "what is sought does not depend on the time there is"
    assert leads[0] == pytest.approx(600, abs=100) and leads[1] == pytest.approx(1200, abs=140)

    for papers, found in ((1.0, 1), (0.0, -1)):
        hand = Hand()
        hand.households["at_risk"] = 1
        hand.townships["verification"], hand.townships["papers"] = 5, papers
        hand.register["signal"], hand.register["found"] = 0, -1
        hand.run("signal_verification", team_paperwork=0.0, late_papers=1.0, sensitivity=1.0)
        assert hand.register[0].found == found


def deliberate(rule: DecisionRule, incomes: list[float], **p: float) -> Hand:
    """Verified signals of as many households in one village, each with its income relative to a line of 1000 yuan."""
    hand = Hand(households=len(incomes), persons=len(incomes))
    hand.environment["monitoring_line"] = 1000.0
    hand.register["signal"], hand.register["found"] = 0, 1
    hand.register["verified_income"] = [1000.0 * each for each in incomes]
    exact = {"meeting_error": 0.0, "village_error": 0.0, "favour": 0.0, "blame": 0.0, "guarantee": 0.0}
    hand.tables.make("cases", 0, room=len(incomes) + 1)
    hand.townships["bar"] = 0.5
    hand.run("case_review", rule=rule, procedural_lag=0.0, **{**exact, **p})
    return hand


def listed(hand: Hand) -> list[int]:
    return (hand.register["case_row"] >= 0).nonzero()[0].tolist()


def test_whoever_looks_worse_off_than_the_bar_is_listed_and_the_bar_moves():
    hand = deliberate(REACTS, [0.45, 0.45, 0.6, 0.3], listed_share=0.2, bar_step=0.1)
    # Bar 0.5: the first is listed, bar 0.42; the second not, 0.44; the third not, 0.46; the fourth is, 0.38.
    assert listed(hand) == [0, 3]
    assert hand.townships[0].bar == pytest.approx(0.38)


def test_worst_first_lists_as_many_as_the_lot_and_poorer_ones():
    incomes = [(each * 7919 % 1000) / 1000 for each in range(4000)]  # 0 to 1, in no order
    found = {}
    for rule in (PLAN, REACTS):
        hand = deliberate(rule, incomes, listed_share=0.2, meeting_error=0.2, village_error=0.1, bar_step=0.1)
        rows = listed(hand)
        found[rule] = len(rows), sum(incomes[row] for row in rows) / len(rows)
    assert found[PLAN][0] == pytest.approx(800, abs=100) and found[REACTS][0] == pytest.approx(800, abs=60)
    assert found[PLAN][1] == pytest.approx(0.5, abs=0.05) and found[REACTS][1] < 0.3


@pytest.mark.parametrize(
    ("cause", "columns"),
    [({"favour": 0.2, "tied_share": 1.0}, {}), ({"blame": 0.2}, {"registered": 1}), ({"guarantee": 0.2}, {"broken": 1})],
)
def test_ties_fear_of_blame_and_a_broken_house_make_a_household_look_poorer(cause, columns):
    def case(**p: float) -> list[int]:
        hand = Hand()
        hand.environment["monitoring_line"] = 1000.0
        hand.register["signal"], hand.register["found"], hand.register["verified_income"] = 0, 1, 600.0
        hand.households["registered"], hand.register["broken"] = columns.get("registered", 0), columns.get("broken", 0)
        hand.townships["bar"] = 0.5
        usual = {"meeting_error": 0.0, "village_error": 0.0, "favour": 0.0, "blame": 0.0, "guarantee": 0.0}
        hand.run("case_review", rule=REACTS, procedural_lag=0.0, **{**usual, **p})
        return listed(hand)

    assert case() == [] and case(**cause) == [0]  # 0.6 of the line is above the bar of 0.5; 0.4 is below


def test_under_a_quota_the_bar_rises_while_the_list_is_short_and_then_falls():
    incomes = [0.9] * 10
    # Nobody is registered: the list is full from the start, and nobody moves the bar by being turned down.
    hand = deliberate(ASSESSED, incomes, quota=0.1, bar_step=0.2)
    assert (listed(hand), hand.townships[0].bar) == ([], 0.5)
    hand = Hand(households=10, persons=10, cases=0)
    hand.environment["monitoring_line"] = 1000.0
    hand.households["registered"] = 1
    hand.register["signal"], hand.register["found"], hand.register["verified_income"] = 0, 1, 850.0
    hand.townships["bar"] = 0.5
    hand.run(
        "case_review", rule=ASSESSED, procedural_lag=0.0, quota=0.2, bar_step=0.2, meeting_error=0.0, village_error=0.0,
        favour=0.0, blame=0.0,
    )  # fmt: skip
    # Two are wanted. The bar of 0.5 turns one down, 0.7 the next; 0.9 lists two, and the list is full. It lists one more,
    # which lowers the bar to 0.7, and then no more.
    assert listed(hand) == [2, 3, 4]
    assert hand.townships[0].bar == pytest.approx(0.7)


def match(weights: list[int], villages: int = 1, **p: float) -> Hand:
    hand = Hand(households=len(weights), persons=1, villages=villages)
    hand.households["at_risk"], hand.households["risk_cause"], hand.households["weight"] = 1, Cause.JOB_LOSS, weights
    hand.households["village"] = [row % villages for row in range(len(weights))]
    hand.run("data_match", active=1.0, job=0.4, **p)
    return hand


def test_where_one_hand_keeps_the_data_a_village_is_found_or_missed_as_a_whole_and_no_more_often():
    hand = match([1] * 4000, villages=400, common_error=1.0)
    by_village = (hand.register["signal"].reshape(10, 400) >= 0).sum(axis=0)
    assert set(by_village.tolist()) == {0, 10}
    assert (by_village == 10).mean() == pytest.approx(0.4, abs=0.08)
    alone = match([1] * 4000, villages=400, common_error=0.0)
    assert (alone.register["signal"] >= 0).mean() == pytest.approx(0.4, abs=0.03)
    assert len(set((alone.register["signal"].reshape(10, 400) >= 0).sum(axis=0).tolist())) > 4
    assert match([7], common_error=1.0, seed=1).register[0].noticed in (0, 7), "several alike go together as well"


def test_departments_match_as_many_villages_as_they_can():
    assert (match([1] * 400, villages=400, matched_villages=0.0).register["signal"] >= 0).sum() == 0
    half = match([1] * 4000, villages=400, matched_villages=0.5).register["signal"].reshape(10, 400) >= 0
    assert half.mean() == pytest.approx(0.2, abs=0.03)
    assert half.any(axis=0).mean() == pytest.approx(0.5, abs=0.08), "whole villages are left out"


@pytest.mark.parametrize(
    ("registered", "marginal", "income", "listing"),
    [
        (1, 0, 0.9, Listing.UNSTABLE),
        (0, 0, 0.9, Listing.MARGINAL),
        (0, 1, 1.2, Listing.MARGINAL),  # listed as marginal in 2020
        (1, 0, 1.2, Listing.SUDDEN),
        (0, 0, 1.2, Listing.SUDDEN),
    ],
)
def test_a_household_is_listed_as_one_of_the_three_official_types(registered, marginal, income, listing):
    hand = Hand(cases=0)
    hand.environment["monitoring_line"] = 1000.0
    hand.households["registered"], hand.households["marginal"] = registered, marginal
    hand.register["signal"], hand.register["found"], hand.register["income_on_file"] = 0, 1, 1000.0 * income
    hand.run("case_review", procedural_lag=0.0, listed_share=1.0)
    assert (hand.register[0].identified, hand.register[0].listed_as) == (1, listing)
