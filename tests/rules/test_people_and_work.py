"""People and their work by hand: school leavers, strength, posts, word of work in the village, town, and parts of a job."""

import numpy as np
import pytest

from sim.core.ledger import Fund
from sim.goals.measure import Measure
from sim.goals.measuring import Record
from sim.world.codes import Destination, Network, ProjectStage, Sector, Segment, Stage
from tests.hand import Hand

MANY = 4000
SHARES = [0.2, 0.2, 0.0, 0.6, 0.0]  # outside, local firm, post, farm, none


def people(count=MANY, **columns) -> Hand:
    """As many households of one as persons, who can work and would be paid 1 000 yuan a month anywhere."""
    hand = Hand(households=count, persons=count)
    hand.persons["household"] = np.arange(count)
    hand.persons["capacity"], hand.persons["productivity"], hand.persons["age"] = 1.0, 1.0, 40
    hand.households["segment"], hand.households["workers"] = Segment.GENERAL, 1
    hand.markets["pay"], hand.markets["pay_founded"], hand.markets["shares"] = 1_000.0, 1_000.0, SHARES
    for column, value in columns.items():
        hand.persons[column] = value
    return hand


def share(hand, column, value) -> float:
    return float((hand.persons[column] == value).mean())


# --- school ---------------------------------------------------------------------------------------------------------------------


def test_school_leavers_choose_like_everybody():
    # Everybody leaves: three in five are drawn by the farm, one in five each by jobs outside and near home.
    hand = people(age=18, stage=Stage.SENIOR_HIGH, school_years=1, capacity=0.0, status=Destination.NONE)
    hand.run("school_year", month=8, tertiary_share=0.0)
    hand.run("job_search", month=8)
    for destination in (Destination.OUTSIDE, Destination.LOCAL_FIRM, Destination.FARM):
        assert share(hand, "preference", destination) == pytest.approx(SHARES[destination], abs=0.03)


def test_who_leaves_school_is_as_able_as_others_of_that_age():
    hand = people(age=17, stage=Stage.SENIOR_HIGH, school_years=1, capacity=0.0, strength=np.linspace(0.0, 1.0, MANY))
    hand.run("school_year", month=8, tertiary_share=0.0, able_by_age=[0.9] * 19, full_by_age=[0.7] * 19, weak_capacity=0.5)
    assert share(hand, "capacity", 1.0) == pytest.approx(0.7, abs=0.001)
    assert share(hand, "capacity", 0.5) == pytest.approx(0.2, abs=0.001)


# --- strength -------------------------------------------------------------------------------------------------------------------


def test_as_many_can_work_at_every_age_as_the_curve_says():
    # Curves in steps of five years: at 60 half can work and a fifth are full labour, at 70 a tenth and nobody; at 65 between.
    able, full = [1.0] * 12 + [0.5, 0.3, 0.1] + [0.0] * 4, [1.0] * 12 + [0.2, 0.1, 0.0] + [0.0] * 4
    hand = people(age=58, strength=np.linspace(0.0, 1.0, MANY))
    found = {}
    for year in range(12):
        hand.run("ageing_and_deaths", month=12 * year, mortality=[0.0] * 9, able_by_age=able, full_by_age=full, weak_capacity=0.5)
        found[int(hand.persons["age"][0])] = (1.0 - share(hand, "capacity", 0.0), share(hand, "capacity", 1.0))
    assert found[60] == pytest.approx((0.5, 0.2), abs=0.001)
    assert found[62] == pytest.approx((0.5 - 0.2 * 2 / 5, 0.2 - 0.1 * 2 / 5), abs=0.001)
    assert found[65] == pytest.approx((0.3, 0.1), abs=0.001)
    assert found[70] == pytest.approx((0.1, 0.0), abs=0.001)


# --- posts ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pay", "leave"), [(1_000.0, 0.3 * 0.8), (399.0, 0.0)])
def test_a_holder_of_a_post_leaves_it_for_a_job_that_pays_more(pay, leave):
    # A post of 400 yuan; a holder looks a fifth less hard than the three in ten who would find a job in the month.
    hand = people(status=Destination.PUBLIC_POST, preference=Destination.OUTSIDE)
    hand.markets["pay"] = [pay, pay, 400.0, 0.0, 0.0]
    hand.run("job_search", job_finding=0.3, post_lock_in=0.2)
    assert share(hand, "status", Destination.OUTSIDE) == pytest.approx(leave, abs=0.025)
    assert share(hand, "status", Destination.PUBLIC_POST) == pytest.approx(1.0 - leave, abs=0.025)


@pytest.mark.parametrize(
    ("effort", "employment", "bridging", "found"),
    [(1.0, 1e9, 0.0, 0.3), (3.0, 1e9, 0.0, 0.42), (3.0, 0.0, 1e9, 0.42), (3.0, 0.0, 0.0, 0.24), (0.0, 0.0, 0.0, 0.24)],
)
def test_a_programme_finds_jobs_as_far_as_it_is_paid_for(effort, employment, bridging, found):
    """A fifth of the search is the programme's: three times as much of it makes 0.3 into 0.42, none of it 0.24."""
    hand = people(registered=1, status=Destination.NONE, preference=Destination.OUTSIDE)
    hand.households["registered"], hand.households["segment"] = 1, Segment.REGISTERED_OTHER
    hand.markets["pay"] = 1_000.0
    hand.money(Fund.EMPLOYMENT, employment)
    hand.money(Fund.BRIDGING, bridging)
    paid = hand.run("job_search", job_finding=0.3, programme_effect=0.2, programme_cost=300.0, outside_programme=effort)
    assert share(hand, "status", Destination.OUTSIDE) == pytest.approx(found, abs=0.025)
    placed = share(hand, "status", Destination.OUTSIDE) * MANY
    assert paid.job_services == pytest.approx(300.0 * effort * placed if employment + bridging > 0.0 else 0.0)


def test_nobody_gives_up_a_post_before_a_better_job_is_found():
    hand = people(status=Destination.PUBLIC_POST, preference=Destination.PUBLIC_POST)
    hand.markets["pay"] = [1_500.0, 1_500.0, 400.0, 0.0, 0.0]  # half as much again as when founded: holders turn to jobs
    hand.run("labour_choice", month=1, reconsidering=1.0, post_lock_in=0.0)
    assert share(hand, "status", Destination.PUBLIC_POST) == 1.0
    assert share(hand, "preference", Destination.OUTSIDE) > 0.05


def test_who_is_between_jobs_takes_a_post_and_goes_on_looking():
    hand = people(registered=1, status=Destination.NONE, preference=Destination.OUTSIDE)
    hand.households["registered"], hand.households["segment"] = 1, Segment.REGISTERED_OTHER
    hand.run("public_posts", count=MANY, wishing=1.0)
    assert share(hand, "status", Destination.PUBLIC_POST) == 1.0
    assert share(hand, "preference", Destination.OUTSIDE) == 1.0
    hand.run("public_posts", count=0.0)  # all posts end: they are between jobs again, not farmers
    assert share(hand, "status", Destination.NONE) == 1.0


def test_pay_of_posts_keeps_up_with_other_public_payments():
    # Pensions have grown by a fifth: 400 yuan become 480, or 440 where half of the growth is passed on.
    for indexing, pay in ((1.0, 480.0), (0.5, 440.0), (0.0, 400.0)):
        hand = people(1, status=Destination.PUBLIC_POST, preference=Destination.PUBLIC_POST)
        hand.environment["transfer_trend"] = 1.2
        hand.tables["funds"]["balance"] = 1e6
        for fund in hand.balances:
            hand.money(fund, 1e6)
        hand.run("earnings", post_pay=400.0, post_indexing=indexing)
        assert hand.paid("post_pay") == pytest.approx(pay)


@pytest.mark.parametrize(("registered", "monitored"), [(100, 0), (40, 60)])
def test_no_post_is_left_while_somebody_asks_and_all_who_hold_one_are_counted(registered, monitored):
    for seed in range(20):
        hand = Hand(households=100, persons=100)
        hand.persons["household"], hand.persons["capacity"], hand.persons["age"] = range(100), 1.0, 40
        hand.persons["status"] = Destination.NONE
        hand.households["workers"] = 1
        hand.households["registered"][:registered] = hand.persons["registered"][:registered] = 1
        hand.register["case_row"][registered:] = 0
        hand.run("public_posts", seed=seed, count=70.0, wishing=1.0)
        held = hand.persons["status"] == Destination.PUBLIC_POST
        assert held.sum() == 70
        assert held[:registered].sum() == min(registered, 70), "registered households come first"
        hand.tables.make("lines", 0)
        record = Record(hand.tables, 0, 1, 1e9)
        record.add_month(0)
        assert record.measures[0, :, :, Measure.POSTS].sum() == 70


def test_within_a_class_nobody_is_favoured_by_its_place():
    got = np.zeros(60)
    for seed in range(400):
        hand = people(60, registered=1, status=Destination.NONE)
        hand.households["registered"], hand.households["segment"] = 1, Segment.REGISTERED_OTHER
        hand.run("public_posts", seed=seed, count=20.0, wishing=1.0)
        got += hand.persons["status"] == Destination.PUBLIC_POST
    # A third of 400 draws: 133 with a standard deviation of 9.4; a third of the table each within four of its mean's.
    assert got.sum() == 400 * 20
    assert got.reshape(3, 20).mean(axis=1) == pytest.approx([400 / 3] * 3, abs=4 * 9.4 / 20**0.5)


# --- word of work ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("network", "found"), [(Network.NEIGHBOURS, (0.345, 0.255)), (Network.INERTIA, (0.3, 0.3))])
def test_work_is_found_more_readily_where_neighbours_found_some(network, found):
    # 30 and 10 of 100 households heard of work, 20 are usual: 0.3 x (1 + 0.3 x 0.5) and 0.3 x (1 - 0.3 x 0.5).
    hand = Hand(households=2 * MANY, persons=2 * MANY, villages=2)
    hand.persons["household"] = np.arange(2 * MANY)
    hand.persons["capacity"], hand.persons["productivity"] = 1.0, 1.0
    hand.persons["status"], hand.persons["preference"] = Destination.NONE, Destination.OUTSIDE
    hand.households["village"] = np.arange(2 * MANY) % 2
    hand.villages["households"], hand.villages["hired"] = 100, [30.0, 10.0]
    hand.run("job_search", job_finding=0.3, neighbours=0.3, network=network)
    for village in (0, 1):
        working = hand.persons["status"][hand.households["village"][hand.persons["household"]] == village] == Destination.OUTSIDE
        assert working.mean() == pytest.approx(found[village], abs=0.022)
        assert hand.villages["hired"][village] == working.sum()


# --- town -----------------------------------------------------------------------------------------------------------------------


def family(**columns) -> Hand:
    """A couple: the husband works in village enterprise 0 or wherever said, the wife outside."""
    hand = Hand(persons=2)
    hand.persons["household"], hand.persons["next"] = 0, [1, -1]
    hand.persons["age"], hand.persons["capacity"] = [40, 38], 1.0
    hand.persons["status"], hand.persons["enterprise"] = [Destination.LOCAL_FIRM, Destination.OUTSIDE], [0, -1]
    hand.enterprises["registered"] = 1
    hand.households["members"], hand.households["workers"] = 2, 2
    for column, value in columns.items():
        hand.persons[column] = value
    return hand


def test_a_household_follows_to_town_and_returns():
    hand = family()
    hand.run("moving", following=1.0, oldest_to_go=59.0)
    assert hand.households["members"][0] == 0 and hand.households["workers"][0] == 0
    assert list(hand.persons["alive"]) == [0, 0] and list(hand.persons["away"]) == [1, 1]
    assert hand.enterprises["registered"][0] == 0
    hand.run("ageing_and_deaths", month=12, mortality=[0.0] * 9)
    hand.markets["pay"] = 1_000.0
    hand.run("moving", month=12, returning=1.0)
    assert list(hand.persons["age"]) == [41, 39] and list(hand.persons["alive"]) == [1, 1]
    # Two who can work had 1 000 yuan a month each: 24 000 in the year.
    assert hand.households["members"][0] == 2 and hand.households["income_12"][0] == pytest.approx(24_000.0)
    assert hand.histories["income"][0].sum() == pytest.approx(24_000.0)


@pytest.mark.parametrize("stays", ["old", "nobody outside", "on dibao", "monitored"])
def test_who_does_not_follow_to_town(stays):
    hand = family(**{"old": {"age": [40, 60]}, "nobody outside": {"status": Destination.FARM}}.get(stays, {}))
    hand.register["dibao"] = stays == "on dibao"
    hand.register["case_row"] = 0 if stays == "monitored" else -1
    hand.run("moving", following=1.0, oldest_to_go=59.0)
    assert hand.households["members"][0] == 2 and list(hand.persons["alive"]) == [1, 1]


@pytest.mark.parametrize(("to_town", "left", "there"), [(1.0, 6.0, 0), (0.0, 3.0, 1)])
def test_a_grown_child_takes_its_part_to_a_household_but_not_to_town(to_town, left, there):
    # Of 6 mu and two members: half goes with the child who founds a household, nothing with the one who leaves for town.
    hand = family(age=[50, 25])
    hand.households["land"] = 6.0
    hand.run("family_division", leaving_chance=1.0, to_town=to_town)
    assert list(hand.households["members"]) == [1, there]
    assert hand.households["land"][0] == pytest.approx(left) and hand.households["land"].sum() == pytest.approx(6.0)


# --- parts of a job -------------------------------------------------------------------------------------------------------------


def test_parts_of_a_job_are_jobs_on_average():
    # 3 000 projects with 0.6 jobs each make 1 800, and go on wanting the same in the next month.
    hand = Hand(enclaves=3_000)
    hand.enclaves["identity"] = np.arange(1, 3_001)
    hand.enclaves["stage"], hand.enclaves["since"], hand.enclaves["enterprise"] = ProjectStage.PRODUCING, -48, -1
    hand.enclaves["registered"] = 0.6
    wanted = []
    for month in (0, 1):
        hand.run("enclave_production", month=month)
        wanted.append(int(hand.enterprises["desired"][hand.enterprises["sector"] == Sector.ENCLAVE].sum()))
    assert wanted[0] == pytest.approx(1_800, abs=90) and wanted[1] == wanted[0]
