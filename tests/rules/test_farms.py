"""What farms sell, what works add to it, what households choose to grow, and who is paid rent, by hand."""

import numpy as np
import pytest

from experiments.validation.relations.world import World
from sim.core.ledger import Fund
from sim.world.codes import Commodity, Destination, FarmRule
from tests.hand import Hand

GRAIN, VEGETABLES, CATTLE = Commodity.MAIZE, Commodity.VEGETABLES, Commodity.CATTLE
PRICE = [2000.0, 3000.0, 3.0, 2000.0, 15000.0, 3000.0]
NET = [0.5, 0.5, 0.5, 0.1, 0.25, 0.5]


def farm(hand: Hand, **more):
    hand.run("farming", farm_price=PRICE, net_share=NET, **more)


def growers(count: int, holding: float, kind: Commodity = VEGETABLES) -> Hand:
    hand = Hand(households=count)
    hand.households["farm_labour"] = hand.households["farm_labour_founded"] = 1.0
    hand.households["holdings"][:, kind] = holding
    hand.households["shed"] = hand.households["herd"] = 1.0
    return hand


def test_what_is_sold_is_counted_in_tonnes():
    # 1 000 yuan net are 2 000 yuan of sales at a net share of a half: one tonne at 2 000 yuan, for each of three households.
    hand = growers(1, 1_000.0, GRAIN)
    hand.households["weight"] = 3
    farm(hand)
    township = hand.townships[0]
    assert township.grown[GRAIN] == pytest.approx(3.0)
    assert township.farm_sales == pytest.approx(6_000.0) and township.farm_net == pytest.approx(3_000.0)


def test_a_low_price_takes_income_and_leaves_the_quantity():
    # A price a tenth lower: 1 800 of sales less 1 000 of costs leave 800.
    hand = growers(1, 1_000.0, GRAIN)
    hand.commodities["price"][GRAIN] = 0.9
    farm(hand)
    assert hand.households["business"][0] == pytest.approx(800.0) and hand.townships[0].grown[GRAIN] == pytest.approx(1.0)
    assert hand.commodities["returned"][GRAIN] == pytest.approx(0.8), "what households will go by"


def test_half_a_harvest_is_half_the_quantity():
    hand = growers(1, 1_000.0, GRAIN)
    hand.townships["maize_yield"] = 0.5
    farm(hand, field_gain=0.0, field_relief=0.0)
    assert hand.townships[0].grown[GRAIN] == pytest.approx(0.5)


def test_high_standard_fields_spare_part_of_a_poor_harvest():
    # On the tenth of the land that is such a field half of what is lost is spared: 0.5 + 0.1 × 0.5 × 0.5 = 0.525.
    hand = growers(1, 1_000.0, GRAIN)
    hand.townships["maize_yield"] = 0.5
    hand.environment["good_fields"], hand.environment["grain_land"] = 75_000.0, 750_000.0
    farm(hand, field_gain=0.0, field_relief=0.5)
    assert hand.townships[0].grown[GRAIN] == pytest.approx(0.525)


@pytest.mark.parametrize("trend", [1.0, 1.5])
def test_what_cold_stores_save_and_online_sale_adds_is_spread_over_what_is_fresh(trend):
    # 100 t at 3 000 yuan, a tenth of it saved: 30 000; 100 000 yuan sold online for 5 % more: 5 000; over 1 000 000 yuan: 3.5 %,
    # however much prices have risen since.
    hand = growers(1, 1_000.0)
    hand.households["holdings"][0, GRAIN] = 1_000.0
    hand.environment["stores"], hand.environment["sold_online"] = 100.0, 100_000.0
    hand.environment["fresh_sales"], hand.environment["farm_trend"] = 1e6, trend
    farm(hand, store_saving=0.1, online_margin=0.05, road_gain=0.0)
    assert hand.commodities["gate_price"][VEGETABLES] == pytest.approx(1.035)
    assert hand.commodities["gate_price"][GRAIN] == 1.0
    assert hand.households["business"][0] == pytest.approx(trend * (2_000.0 + 2_000.0 * 0.035))


def test_the_county_founded_says_what_is_fresh_and_how_much_land_bears_grain():
    county = World(0.05).county()
    environment, rows = county.tables["environment"][0], {row["id"]: row for row in county.production}
    assert environment.grain_land == pytest.approx(rows["maize"]["bears"], rel=1e-6)
    fresh = sum(rows[kind]["value"] for kind in ("vegetables", "flowers", "fruit"))
    assert environment.fresh_sales == pytest.approx(fresh, rel=1e-6)


def let_land(founded: float = 1.0, hands: float = 0.0) -> Hand:
    """One household with 5 mu and a number of hands, and two neighbours who work 4 mu, and 6 mu twice, each netting 1 000."""
    hand = growers(3, 1_000.0, GRAIN)
    hand.households["farm_labour_founded"], hand.households["farm_labour"] = [founded, 1.0, 1.0], [hands, 1.0, 1.0]
    hand.households["land"], hand.households["weight"] = [5.0, 4.0, 6.0], [1, 1, 2]
    hand.persons["capacity"] = 1.0
    return hand


@pytest.mark.parametrize("founded", [0.0, 1.0])
def test_land_without_hands_is_tilled_by_neighbours_who_have_what_it_yields(founded):
    # 1 000 for 4 + 2 × 6 = 16 mu: 62.5 a mu. So 4 000 in all, as when all have hands, and as many tonnes.
    hand = let_land(founded)
    farm(hand)
    assert hand.households["business"].tolist() == pytest.approx([0.0, 1_250.0, 1_375.0])
    assert hand.paid("farm_sales") == hand.townships[0].farm_net == pytest.approx(4_000.0)
    assert hand.townships[0].grown[GRAIN] == pytest.approx(4.0) and hand.townships[0].farm_sales == pytest.approx(8_000.0)


def test_where_nobody_has_hands_land_lies_fallow_and_bears_no_rent():
    hand = let_land()
    hand.households["farm_labour"] = 0.0
    hand.persons["capacity"] = 0.0
    farm(hand)
    assert not hand.households["business"].any() and hand.townships[0].grown[GRAIN] == 0.0
    hand.run("land_rents")
    assert hand.paid("land_rent") == 0.0 and not hand.households["property_income"].any()


def test_a_household_founded_without_hands_keeps_no_farm_that_it_has_none_for():
    hand = growers(1, 1_000.0)
    hand.households["farm_labour_founded"] = 0.0
    for labour, business in ((0.0, 0.0), (1.0, 1_000.0), (0.0, 1_000.0)):
        hand.households["farm_labour"] = labour
        farm(hand)
        assert hand.households["business"][0] == pytest.approx(business)


def test_rent_of_let_land_is_paid_by_those_who_till_it():
    # Five mu at 300 yuan, rent paid for six tenths of the land: 900, of which the neighbours bear 56.25 for each of 16 mu.
    hand = let_land()
    hand.persons["status"] = Destination.OUTSIDE
    hand.households["first_person"] = [0, -1, -1]
    hand.run("land_rents", rent=300.0, paid_share=0.6)
    assert hand.households["property_income"].tolist() == pytest.approx([900.0, 0.0, 0.0])
    assert hand.households["business"].tolist() == pytest.approx([0.0, -225.0, -337.5])
    assert hand.paid("land_rent") == pytest.approx(900.0)
    assert hand.households["weight"] @ hand.households["cash"] == pytest.approx(0.0), "no yuan comes from outside"


def test_who_lies_in_hospital_in_january_lets_no_land():
    for ill, capacity, rent in ((1, 1.0, 0.0), (1, 0.0, 900.0)):
        hand = let_land()
        hand.persons["status"], hand.persons["capacity"], hand.persons["ill_months"] = Destination.FARM, capacity, ill
        hand.run("farm_hands")
        hand.households["farm_labour"][1:] = 1.0
        assert hand.households["farm_labour"][0] == 0.0
        hand.run("land_rents", rent=300.0, paid_share=0.6)
        assert hand.households["property_income"][0] == pytest.approx(rent)


def village(growing: int, others: int, cash: float = 1e6, expected: float = 1.0) -> Hand:
    """A village in which so many households have a greenhouse that nets 10 000 yuan, and so many have none."""
    hand = growers(growing + others, 0.0)
    hand.households["holdings"][:growing, VEGETABLES] = 10_000.0
    hand.households["cash"] = cash
    hand.commodities["usual"] = hand.commodities["net_unit"] = 10_000.0
    hand.commodities["returned"] = expected
    hand.money(Fund.BRIDGING, 1e9)
    hand.money(Fund.COUNTY_FLOOR, 1e9)
    return hand


CAPITAL = [0.0, 5.0, 3.0, 1.5, 3.0, 4.0]


def test_nobody_begins_what_no_neighbour_does_and_everybody_may_where_all_others_do():
    hand = village(0, 50)
    hand.run("farm_choice", turnover=1.0)
    assert not hand.households["holdings"].any()
    # 99 of 100 grow, turnover and all returns ordinary: the last one begins with chance 0.99.
    hand = village(99, 1)
    hand.run("farm_choice", turnover=1.0, wishes=1.0, response=0.0)
    assert hand.households["holdings"][99, VEGETABLES] > 0.0


def test_nobody_gives_up_the_line_that_keeps_it_above_the_poverty_line():
    # Each nets 10 000 yuan of an income of 13 000 or 15 000; without it 3 000 or 5 000 are left, and the line is 4 000.
    for income, kept in ((13_000.0, 1), (15_000.0, 0)):
        hand = village(1, 999)
        hand.environment["farm_trend"], hand.environment["poverty_line"] = 1.0, 4_000.0
        hand.households["income_12"], hand.households["members"] = income, 1
        hand.run("farm_choice", turnover=1.0, response=0.0)  # 999 of 1 000 do not grow: who grows stops with chance 0.999
        assert (hand.households["holdings"][0, VEGETABLES] > 0.0) == kept


def test_a_greenhouse_costs_what_must_be_in_hand_and_the_rest_is_lent():
    # Half an ordinary one nets 5 000 and costs 25 000: 10 000 in hand, 15 000 lent.
    hand = village(99, 1)
    hand.run(
        "farm_choice",
        turnover=1.0,
        wishes=1.0,
        response=0.0,
        first_size=0.5,
        capital=CAPITAL,
        own_part=0.4,
        greenhouse_subsidy=0.0,
    )
    newcomer = hand.households[99]
    assert newcomer.holdings[VEGETABLES] == pytest.approx(5_000.0)
    assert newcomer.cash == pytest.approx(1e6 - 10_000.0) and newcomer.debt == pytest.approx(15_000.0)
    assert hand.paid("farm_investment") == pytest.approx(25_000.0) and hand.paid("farm_lending") == pytest.approx(15_000.0)
    assert hand.townships[0].built == pytest.approx(0.5), "5 000 yuan of net income are half a mu here"


def test_nobody_invests_what_it_has_not():
    hand = village(99, 1, cash=9_999.0)
    hand.run(
        "farm_choice",
        turnover=1.0,
        wishes=1.0,
        response=0.0,
        first_size=0.5,
        capital=CAPITAL,
        own_part=0.4,
        greenhouse_subsidy=0.0,
    )
    assert hand.households["holdings"][99, VEGETABLES] == 0.0


def test_a_subsidy_is_paid_from_public_money_and_lets_poorer_households_begin():
    # A fifth of 25 000 is paid by the county: 8 000 of the other 20 000 must be in hand.
    hand = village(99, 1, cash=9_999.0)
    hand.run(
        "farm_choice",
        turnover=1.0,
        wishes=1.0,
        response=0.0,
        first_size=0.5,
        capital=CAPITAL,
        own_part=0.4,
        greenhouse_subsidy=0.2,
    )
    assert hand.households["holdings"][99, VEGETABLES] == pytest.approx(5_000.0)
    assert hand.paid("farm_grants") == pytest.approx(5_000.0) and hand.paid("farm_investment") == pytest.approx(20_000.0)
    assert hand.paid("farm_lending") == hand.households["debt"][99] == pytest.approx(12_000.0)


def shares_after(expected: float, rule: FarmRule = FarmRule.RETURNS) -> float:
    hand = village(500, 500, expected=1.0)
    hand.households["income_12"] = 20_000.0  # enough to live on without the line
    hand.commodities["returned"][VEGETABLES] = expected
    hand.run("farm_choice", rule=float(rule), turnover=0.2, wishes=1.0, response=1.5)
    return float((hand.households["holdings"][:, VEGETABLES] > 0.0).mean())


def test_ordinary_returns_leave_a_line_as_it_is_and_better_ones_spread_it():
    low, ordinary, high = shares_after(0.5), shares_after(1.0), shares_after(1.5)
    assert low < ordinary < high
    assert ordinary == pytest.approx(0.5, abs=0.05)


def test_inertia_leaves_everything_and_imitation_follows_the_best():
    assert shares_after(1.5, FarmRule.INERTIA) == 0.5
    assert shares_after(1.5, FarmRule.IMITATION) > 0.5 > shares_after(0.5, FarmRule.IMITATION)


def test_public_greenhouses_go_to_listed_households_with_hands():
    # Two wait, 2.5 mu each, and 5 mu are built: both get one that nets 10 000 × 2.5 yuan a year.
    hand = growers(4, 0.0)
    hand.households["registered"] = [1, 0, 1, 1]
    hand.households["marginal"] = [0, 0, 0, 0]
    hand.households["farm_labour"] = [1.0, 1.0, 1.0, 0.0]
    hand.commodities["net_unit"] = 10_000.0
    hand.run("farm_choice", month=1, rule=float(FarmRule.INERTIA), capital=CAPITAL)  # says that a mu costs five times its net
    hand.run("farm_works", month=2, greenhouses=5.0, greenhouse_size=2.5,
             cold_stores=0.0, online_sellers=0.0, fields=0.0, roads=0.0)  # fmt: skip
    assert hand.households["holdings"][:, VEGETABLES].tolist() == [25_000.0, 0.0, 25_000.0, 0.0]
    assert hand.paid("greenhouses_built") == pytest.approx(5.0 * 50_000.0) and hand.townships[0].built_publicly == pytest.approx(
        5.0
    )


def test_works_are_paid_and_add_up():
    hand = Hand()
    works = {"greenhouses": 0.0, "cold_stores": 20.0, "online_sellers": 10.0, "fields": 47_000.0, "roads": 314.4}
    costs = {"store_cost": 250_000.0, "online_cost": 200_000.0, "field_cost": 1_500.0, "road_cost": 400_000.0}
    for year in (1, 2):
        hand.run("farm_works", month=12 * year, store_size=240.0, online_sales=3e6, **works, **costs)
        environment = hand.environment[0]
        assert environment.stores == pytest.approx(4_800.0 * year) and environment.good_fields == pytest.approx(47_000.0 * year)
        assert environment.sold_online == pytest.approx(3e7) and environment.roads == pytest.approx(314.4 * year)
        assert hand.paid("cold_stores") == pytest.approx(5e6) and hand.paid("fields_built") == pytest.approx(70.5e6)


def test_tillage_and_seed_serve_the_year_and_soil_stays():
    hand = Hand()
    hand.environment["grain_land"] = 600_000.0
    works = dict.fromkeys(("greenhouses", "cold_stores", "online_sellers", "fields", "roads"), 0.0)
    soil = {"conservation": 150_000.0, "conservation_cost": 40.0, "subsoiling": 200_000.0, "subsoiling_cost": 25.0,
            "good_seed": 0.96, "seed_before": 0.95, "seed_cost": 20.0, "grade_cost": 400.0}  # fmt: skip
    hand.run("farm_works", month=2, soil_grade=0.2, **works, **soil)
    assert hand.paid("conservation_paid") == pytest.approx(6e6) and hand.paid("subsoiling_paid") == pytest.approx(5e6)
    assert hand.paid("seed_support") == pytest.approx(0.01 * 600_000 * 20) and hand.paid("soil_improved") == pytest.approx(48e6)
    hand.run("farm_works", month=14, soil_grade=0.0, **works, **soil | {"conservation": 0.0, "subsoiling": 0.0})
    environment = hand.environment[0]
    assert (environment.conserved, environment.subsoiled) == (0.0, 0.0)
    assert environment.soil_grade == pytest.approx(0.2) and environment.better_seed == pytest.approx(0.01)


def test_what_works_add_to_a_harvest():
    # A harvest a tenth short: a quarter of the land conserved adds 0.03 + 0.2 × 0.1, a third subsoiled 0.03; seed and soil too.
    hand = growers(1, 1_000.0, GRAIN)
    hand.environment["grain_land"] = 600_000.0
    hand.environment["conserved"], hand.environment["subsoiled"] = 150_000.0, 200_000.0
    hand.environment["better_seed"], hand.environment["soil_grade"] = 0.01, 0.2
    hand.townships["maize_yield"] = 0.9
    farm(hand, conservation_gain=0.03, conservation_relief=0.2, subsoiling_gain=0.03, seed_gain=0.1, grade_gain=0.1)
    assert hand.townships[0].grain_yield == pytest.approx(0.9 + 0.25 * (0.03 + 0.02) + 0.01 + 0.001 + 0.02)


def test_founded_farms_add_up_to_the_county():
    from sim.founding.livelihoods import anchor_farms

    holdings = np.array([[1.0, 0.0], [3.0, 2.0]])
    households = {"weight": np.array([2, 1]), "holdings": holdings}
    anchor_farms(households, np.array([1.0, 2.0]), np.array([80.0, 40.0]))
    # Before: 2 × 1 × 1 + 1 × 2 × 3 = 8 and 1 × 2 × 2 = 4.
    assert holdings.tolist() == [[10.0, 0.0], [30.0, 20.0]]
