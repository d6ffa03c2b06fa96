"""Monitoring, help and the budget by hand."""

import pytest

from sim.core.ledger import Fund
from sim.world.codes import CaseState, Cause, Channel, Destination, Help, QueueRule
from tests.hand import Hand


def at_risk(weight: int = 1) -> Hand:
    hand = Hand()
    hand.households["at_risk"], hand.households["weight"], hand.households["awareness"] = 1, weight, 1.0
    hand.households["registered"] = 1
    hand.villages["households"], hand.villages["visits"] = 10, 10
    hand.register["found"] = -1
    return hand


def test_a_household_that_reports_is_signalled_once():
    hand = at_risk()
    hand.run("self_report", report=1.0, active=1.0)
    assert (hand.register[0].signal, hand.register[0].signalled, hand.register[0].noticed) == (Channel.SELF_REPORT, 0, 1)
    hand.run("village_visit", month=1, detection=1.0, first_secretary=0.0, active=1.0, listed_visits=1.0)
    assert hand.register[0].signalled == 0, "a second channel does not signal again"


def test_a_channel_that_is_off_sees_nothing():
    for name in ("self_report", "village_visit", "data_match", "township_round"):
        hand = at_risk()
        hand.run(name, active=0.0)
        assert hand.register[0].signal == -1, name


def test_who_is_not_at_risk_is_not_signalled_by_visitors():
    hand = at_risk()
    hand.households["at_risk"] = 0
    hand.run("village_visit", detection=1.0, active=1.0)
    assert hand.register[0].signal == -1


def test_one_noticed_among_ten_alike_steps_out_with_a_row_of_its_own():
    hand = at_risk(weight=10)
    hand.households["cash"] = 100.0
    hand.register["signal"], hand.register["noticed"] = Channel.VILLAGE_VISIT, 1
    hand.run("stepping_out")
    assert hand.households["weight"].tolist() == [9, 1]
    assert hand.households["cash"].tolist() == [100.0, 100.0], "each of them has what each had"
    assert hand.register["signal"].tolist() == [-1, Channel.VILLAGE_VISIT]
    assert hand.persons["household"].tolist() == [0, 1]
    assert hand.persons["identity"][0] != hand.persons["identity"][1]


def test_verification_stops_when_the_townships_capacity_is_used_up():
    hand = Hand(households=3, persons=3)
    hand.households["at_risk"] = 1
    hand.register["signal"], hand.register["found"] = Channel.SELF_REPORT, -1
    hand.townships["verification"] = 2
    hand.run("signal_verification", sensitivity=1.0, specificity=1.0)
    assert sorted(hand.register["found"].tolist()) == [-1, 1, 1]
    assert hand.townships[0].verification == 0


def test_a_verified_risk_becomes_a_case_and_an_unfounded_one_is_dismissed():
    hand = Hand(households=2, persons=2)
    hand.register["signal"], hand.register["found"] = Channel.SELF_REPORT, [1, 0]
    hand.run("case_review", month=4, procedural_lag=0.0, listed_share=1.0)
    assert len(hand.cases) == 1
    case = hand.cases[0]
    assert (case.household, case.state, case.identified) == (0, CaseState.MONITORED, 4)
    assert hand.register["case_row"].tolist() == [0, -1]
    assert hand.register["signal"].tolist() == [-1, -1]


def test_who_is_turned_down_in_deliberation_is_not_signalled_again_for_as_long_as_that_stands():
    hand = at_risk()
    hand.register["signal"], hand.register["found"] = Channel.SELF_REPORT, 1
    hand.run("case_review", month=4, procedural_lag=0.0, listed_share=0.0, turned_down_months=12.0)
    assert len(hand.cases) == 0
    assert (hand.register[0].signal, hand.register[0].found, hand.register[0].turned_down_until) == (-1, -1, 16)
    for month, signal in ((15, -1), (16, Channel.SELF_REPORT)):
        hand.run("self_report", month=month, report=1.0, active=1.0)
        assert hand.register[0].signal == signal, month


def test_deliberation_lists_the_share_it_is_said_to_list():
    hand = Hand(households=4000, persons=4000, cases=0)
    hand.register["signal"], hand.register["found"] = Channel.SELF_REPORT, 1
    hand.tables.make("cases", 0, room=4000)
    hand.run("case_review", procedural_lag=0.0, listed_share=0.25)
    assert 0.22 < len(hand.cases) / 4000 < 0.28
    assert (hand.register["turned_down_until"] > 0).sum() == 4000 - len(hand.cases)


def waiting(costs, severities, kind=Help.RELIEF) -> Hand:
    """A queue of packages, one for each of several monitored households."""
    count = len(costs)
    hand = Hand(households=count, persons=count)
    hand.environment["monitoring_line"] = 6600.0
    for name in ("cases", "packages"):
        hand.tables.counts[name][0] = count
    hand.cases["state"], hand.cases["household"] = CaseState.MONITORED, range(count)
    packages = hand.packages
    packages["identity"], packages["case_row"], packages["household"] = range(1, count + 1), range(count), range(count)
    packages["kind"], packages["waiting"], packages["cost"], packages["severity"] = kind, 1, costs, severities
    return hand


def test_the_worst_off_are_helped_first_and_what_does_not_fit_is_passed_over():
    # 5 000 yuan: the worst gets 3 000; the next wants 3 000 and does not fit; the last wants 2 000 and does.
    hand = waiting(costs=[2000.0, 3000.0, 3000.0], severities=[500.0, 3000.0, 6000.0])
    hand.money(Fund.COUNTY_FLOOR, 5000.0)
    hand.run("targeted_help", queue=QueueRule.SEVERITY)
    assert hand.packages["waiting"].tolist() == [0, 1, 0]
    assert hand.households["cash"].tolist() == [2000.0, 0.0, 3000.0]
    assert hand.balances[Fund.COUNTY_FLOOR] == 0.0


def test_bridging_money_pays_for_development_and_never_for_relief():
    relief = waiting([3000.0], [100.0])
    relief.money(Fund.BRIDGING, 9000.0)
    relief.run("targeted_help")
    assert relief.packages[0].waiting == 1
    development = waiting([4000.0], [100.0], kind=Help.DEVELOPMENT)
    development.money(Fund.BRIDGING, 9000.0)
    development.run("targeted_help")
    assert development.balances[Fund.BRIDGING] == 5000.0


def test_when_a_case_is_closed_its_packages_leave_the_queue():
    hand = waiting([3000.0], [100.0])
    hand.cases["state"] = CaseState.ELIMINATED
    hand.money(Fund.COUNTY_FLOOR, 9000.0)
    hand.run("targeted_help")
    assert (hand.packages[0].waiting, hand.packages[0].delivered) == (0, -1)


def monitored(**columns) -> Hand:
    hand = Hand()
    hand.environment["monitoring_line"] = 6600.0
    hand.tables.counts["cases"][0] = 1
    hand.cases["state"], hand.cases["cause"], hand.cases["measures"] = CaseState.MONITORED, Cause.ILLNESS, 1
    hand.cases["stable"], hand.cases["resolved"] = 6, 1
    hand.households["workers"] = 1
    hand.register["income_on_file"] = 7000.0
    hand.register["case_row"] = 0
    for column, value in columns.items():
        (hand.cases if column in hand.cases.dtype.names else hand.households if column == "workers" else hand.register)[
            column
        ] = value
    return hand


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({}, CaseState.ELIMINATED),
        ({"measures": 0}, CaseState.MONITORED),
        ({"stable": 5}, CaseState.MONITORED),
        ({"resolved": 0}, CaseState.MONITORED),
        ({"broken": 1}, CaseState.MONITORED),
        ({"workers": 0}, CaseState.MONITORED),  # without labour 6 600 x 1.15 = 7 590 is asked for
        ({"workers": 0, "income_on_file": 7600.0}, CaseState.ELIMINATED),
    ],
)
def test_risk_is_eliminated_only_when_the_file_shows_all_that_is_demanded(columns, state):
    hand = monitored(**columns)
    hand.run("risk_elimination", review_chance=1.0, stable_months=6.0, margin_without_labour=0.15)
    assert hand.cases[0].state == state


def test_on_file_as_fallen_is_only_whom_somebody_has_looked_at_lately():
    for seen, reported in ((10, 1), (6, 0)):
        hand = monitored(verified_income=3000.0, seen=seen)
        hand.environment["poverty_line"] = 4160.0
        hand.run("relapse_records", month=10, fresh_months=3.0)
        assert hand.register[0].reported_below == reported


def test_a_tranche_fills_the_funds_and_running_costs_go_off():
    hand = Hand()
    hand.run("monthly_tranche", county_floor=1000.0, bridging=2000.0, employment=300.0, administration=0.03)
    assert hand.balances[Fund.COUNTY_FLOOR] == pytest.approx(970.0)
    assert hand.balances[Fund.BRIDGING] == pytest.approx(1940.0)
    assert hand.balances[Fund.EMPLOYMENT] == pytest.approx(300.0)


def test_the_county_s_own_money_grows_by_the_rate_of_each_january():
    """Nothing until 2022, a tenth more from 2023 on: 2021 and 2022 are not counted back."""
    hand, came = Hand(), {}
    for month in range(48):
        hand.money(Fund.COUNTY_FLOOR, 0.0)
        rate = 0.1 if month >= 24 else 0.0
        hand.run("monthly_tranche", month=month, county_floor=100.0, administration=0.0, floor_uprating=rate)
        came[month] = hand.balances[Fund.COUNTY_FLOOR]
    assert [came[month] for month in (0, 23, 24, 35, 36)] == pytest.approx([100.0, 100.0, 110.0, 110.0, 121.0])


def test_posts_are_paid_by_employment_money_first_then_bridging_then_the_county():
    hand = Hand(households=3, persons=3)
    hand.persons["status"], hand.persons["capacity"], hand.persons["household"] = 2, 0.5, range(3)
    hand.markets["pay"] = 0.0
    for fund in (Fund.EMPLOYMENT, Fund.BRIDGING):
        hand.money(fund, 400.0)
    hand.run("earnings", post_pay=400.0)
    assert (hand.balances[Fund.EMPLOYMENT], hand.balances[Fund.BRIDGING]) == (0.0, 0.0)
    assert hand.unpaid("post_pay") == 400.0, "nobody could pay the third"
    assert sorted(hand.households["wages"].tolist()) == [0.0, 400.0, 400.0]


def test_what_is_owed_is_reserved_and_what_one_purse_lacks_is_kept_in_the_next():
    """A twelfth of last year's 1 200 and a half more is 150 in each purse that owes; employment money has only 100 of it."""
    hand = Hand()
    parameters = dict(county_floor=1000.0, bridging=500.0, employment=100.0, administration=0.0, reserve_margin=0.5)
    hand.columns = {("owed", Fund.EMPLOYMENT): 1200.0, ("owed", Fund.COUNTY_FLOOR): 1200.0}
    hand.run("monthly_tranche", **parameters)
    kept = [hand.funds[fund].reserved for fund in (Fund.EMPLOYMENT, Fund.BRIDGING, Fund.COUNTY_FLOOR)]
    assert kept == pytest.approx([150.0, 50.0, 150.0])
    assert hand.funds[Fund.COUNTY_FLOOR].owed == 0.0, "a new year's count begins"


@pytest.mark.parametrize(("kept", "hired"), [(100.0, 1500.0), (900.0, 0.0)])
def test_work_relief_leaves_alone_what_is_reserved(kept, hired):
    hand = Hand()
    hand.households["registered"], hand.persons["capacity"], hand.persons["status"] = 1, 1.0, Destination.FARM
    hand.money(Fund.COUNTY_FLOOR, 2000.0)
    hand.reserve(Fund.COUNTY_FLOOR, kept)
    assert hand.run("work_relief", places=1.0, wage=1500.0).work_relief_wages == hired


def test_training_buys_as_many_places_as_money_is_free_for():
    hand = Hand()
    hand.money(Fund.BRIDGING, 1000.0)
    hand.reserve(Fund.BRIDGING, 400.0)
    assert hand.run("training", talents=10.0, person_times=0.0, cost=100.0).training_places == pytest.approx(600.0)
    assert hand.unpaid("training_places") == pytest.approx(400.0)


def test_what_is_owed_is_paid_out_of_the_reserve_and_takes_it_up():
    hand = Hand()
    hand.persons["status"], hand.persons["capacity"] = 2, 0.5
    hand.markets["pay"] = 0.0
    hand.money(Fund.EMPLOYMENT, 1000.0)
    hand.reserve(Fund.EMPLOYMENT, 900.0)
    hand.run("earnings", post_pay=400.0)
    fund = hand.funds[Fund.EMPLOYMENT]
    assert (fund.balance, fund.reserved, fund.owed) == (600.0, 500.0, 400.0)
