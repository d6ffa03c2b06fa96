"""Enterprises as firms: their accounts, plans, openings and closings, by hand and by what must never happen."""

import numpy as np
import pytest

from experiments.validation.relations.world import World
from sim.core.ledger import Fund
from sim.county import County
from sim.world.bookkeeping import BooksDoNotClose, add_up_accounts, close_month
from sim.world.codes import AssetState, Commodity, Destination, EntryRule, Industry, Linkage, ProjectStage, Sector
from sim.world.enterprises import unaccounted
from tests.hand import Hand

ALL = len(Sector)
PLAIN = dict(price_exposure=1.5, price_in_sales=[1.0] * ALL, tax=[0.1] * ALL, learning=1.0, ploughed_back=0.0, reserve_months=2.0)


def firms(count: int = 1, **columns) -> Hand:
    """Enterprises that operate with a margin of 1.25 on 8 000 yuan of wages, half of it again in materials."""
    hand = Hand(enterprises=count, markets=10)
    of = hand.enterprises
    of["alive"], of["sector"], of["commodity"] = 1, Sector.COOPERATIVE, Commodity.VEGETABLES
    of["wages"], of["margin"], of["materials"], of["fortune"], of["prospect"] = 8_000.0, 1.25, 0.5, 1.0, 1.0
    of["usual"] = of["expected"] = 0.25
    of["capital"], of["jobs_founded"], of["staff_founded"], of["desired"], of["registered"] = 400_000.0, 4.0, 1.0, 4, 4
    for name, values in columns.items():
        of[name] = values
    return hand


# --- the account of a month -----------------------------------------------------------------------------------------------------


def test_an_account_by_hand_sales_inputs_tax_and_profit_in_cash():
    # 1.25 × 8 000 = 10 000 over materials of 5 000. At a price of 1.1: sales 15 000 × 1.1 = 16 500; the margin 10 000 × 1.15;
    # inputs 5 000; tax a tenth of the margin, 1 150. Before wages 10 350 stay in hand, 2 350 of them profit: 0.29375.
    hand = firms()
    hand.commodities["price"] = 1.1
    hand.run("enterprise_trade", **PLAIN)
    firm = hand.enterprises[0]
    assert (firm.sales, firm.inputs, firm.tax) == pytest.approx((16_500.0, 5_000.0, 1_150.0))
    assert firm.cash == pytest.approx(10_350.0) and firm.wage_bill == 8_000.0 and firm.wages == 0.0
    assert firm.expected == pytest.approx(2_350.0 / 8_000.0)
    assert firm.sales_year == firm.sales


def test_owners_leave_a_reserve_and_lenders_take_interest():
    # Two months of 10 000 stay; 30 000 + 10 000 − 20 000 are drawn. An overdraft costs half a per cent a month.
    for cash, used, left in ((30_000.0, 20_000.0, 20_000.0), (-20_000.0, 50.0, -10_050.0)):
        hand = firms(cash=cash, opened=cash)
        hand.run("enterprise_trade", **{**PLAIN, "tax": [0.0] * ALL, "overdraft_interest": 0.005})
        assert hand.enterprises[0].used == pytest.approx(used) and hand.enterprises[0].cash == pytest.approx(left)


def test_profit_above_an_ordinary_one_is_invested_and_below_it_capital_wears_out():
    # At 1.2: 10 000 × 1.3 − 8 000 = 5 000 of profit, 0.625 per yuan against 0.25: half of 0.375 × 8 000 = 1 500 is invested.
    for price, amount in ((1.2, 1_500.0), (1.0, 0.0), (0.8, -1_500.0)):
        hand = firms(cash=20_000.0, opened=20_000.0)
        hand.commodities["price"] = price
        hand.run("enterprise_trade", **{**PLAIN, "tax": [0.0] * ALL, "ploughed_back": 0.5})
        assert hand.paid("firm_investment") == pytest.approx(max(amount, 0.0))
        assert hand.enterprises[0].capital == pytest.approx(400_000.0 + amount)
        assert hand.enterprises[0].jobs_founded == pytest.approx(4.0 * (1.0 + amount / 400_000.0))


def test_rent_of_a_village_asset_is_paid_by_its_operator_and_earned_by_the_sheds():
    hand = firms()
    hand.assets["value"], hand.assets["operator"], hand.assets["state"] = 120_000.0, 0, AssetState.OPERATING
    hand.run("asset_returns", asset_return=0.08 / 12)
    firm = hand.enterprises[0]
    assert firm.rent == hand.paid("firm_rent") == pytest.approx(800.0) and hand.paid("asset_rent") == 0.0
    assert firm.cash == pytest.approx(-800.0) and hand.villages[0].collective_cash == pytest.approx(800.0)
    hand.run("enterprise_trade", **{**PLAIN, "tax": [0.0] * ALL})
    assert firm.sales - firm.inputs == pytest.approx(10_800.0), "the margin on wages, and the rent of last month"


def test_an_operator_beyond_its_overdraft_falls_behind():
    for overdrawn, state in ((0, AssetState.OPERATING), (1, AssetState.IN_ARREARS)):
        hand = firms(overdrawn=overdrawn)
        hand.assets["operator"] = 0
        hand.run("asset_states", falling_behind=0.0)
        assert hand.assets[0].state == state


def test_workers_without_a_row_are_paid_by_firms_and_never_more_than_there_are():
    # Two sampled rows of ten households with a local worker each at 2 000: twenty workers. Firms want thirty: shared 1 : 2.
    hand = Hand(households=2, persons=2, enterprises=2)
    hand.households["weight"] = 10
    hand.persons["household"], hand.persons["status"] = [0, 1], Destination.LOCAL_FIRM
    hand.persons["capacity"] = hand.persons["productivity"] = 1.0
    hand.markets["pay"] = 2_000.0
    hand.enterprises["alive"], hand.enterprises["staff"] = 1, [10.0, 20.0]
    hand.run("staff_wages")
    assert hand.enterprises["staff"] == pytest.approx([20 / 3, 40 / 3])
    assert hand.paid("wages_staff") == pytest.approx(40_000.0)
    assert hand.enterprises["wages"] == pytest.approx([40_000 / 3, 80_000 / 3])
    assert hand.environment[0].other_local == 20.0


def test_an_enclave_project_pays_its_tax_and_gets_back_what_is_returned():
    # 100 million promised, half of it made, 3 % tax a year, at full size, less a fifth: 100 000 a month; 30 % of it comes back.
    hand = Hand(enclaves=1)
    row = hand.enclaves[0]
    row.identity, row.stage, row.investment, row.realised, row.jobs, row.registered = (
        9,
        ProjectStage.PRODUCING,
        100e6,
        0.5,
        40.0,
        2.0,
    )
    hand.enclaves["since"] = -24
    hand.environment["other_pay"] = 2_500.0
    hand.run("enclave_production", tax_yield=0.03 / 12, displacement=0.2, tax_share=1.0, incentive=0.3, margin=1.25)
    firm = hand.tables.rows["enterprises"][row.enterprise]
    assert firm.tax == pytest.approx(70_000.0) and firm.cash == pytest.approx(-70_000.0)
    # Its margin: 1.25 per yuan of wages, and 125 000 of tax on 100 000 of wages.
    assert firm.margin == pytest.approx(2.5) and firm.staff == 38.0 and firm.capital == pytest.approx(50e6)


def test_a_project_pays_the_same_tax_whoever_gets_it():
    # 100 000 a month as above, of which the township gets a quarter and the park the rest.
    hand = Hand(enclaves=1)
    row = hand.enclaves[0]
    row.identity, row.stage, row.investment, row.realised, row.jobs = 9, ProjectStage.PRODUCING, 100e6, 0.5, 40.0
    hand.enclaves["since"] = -24
    hand.environment["other_pay"] = 2_500.0
    hand.run("enclave_production", tax_yield=0.03 / 12, displacement=0.2, tax_share=0.25, incentive=0.0)
    assert hand.paid("enclave_tax") == pytest.approx(25_000.0) and hand.paid("enclave_tax_elsewhere") == pytest.approx(75_000.0)
    assert hand.tables.rows["enterprises"][row.enterprise].tax == pytest.approx(100_000.0)


def test_a_project_closes_with_its_firm():
    hand = Hand(enclaves=1)
    hand.enclaves["stage"], hand.enclaves["enterprise"], hand.enclaves["jobs"] = ProjectStage.PRODUCING, 0, 40.0
    hand.run("enclave_production")
    assert hand.enclaves[0].stage == ProjectStage.CLOSED and hand.paid("enclave_tax") == 0.0


def project(**columns) -> Hand:
    """A project at full size: 40 jobs, 2.4 of them for registered workers, 50 million built, with a firm in the table."""
    hand = Hand(enclaves=1)
    row, firm = hand.enclaves[0], hand.enterprises[0]
    row.identity, row.stage, row.since, row.enterprise = 9, ProjectStage.PRODUCING, -24, 0
    row.investment, row.realised, row.jobs, row.registered = 100e6, 0.5, 40.0, 2.4
    firm.alive, firm.sector, firm.capital, firm.expected, firm.usual = 1, Sector.ENCLAVE, 50e6, 0.25, 0.25
    for name, value in columns.items():
        hand.enterprises[name] = value
    return hand


@pytest.mark.parametrize(("cash", "owners", "written_off"), [(80_000.0, 80_000.0, 0.0), (-30_000.0, 0.0, 30_000.0)])
def test_what_a_closed_project_leaves_is_its_owners_once(cash, owners, written_off):
    hand = project(cash=cash, opened=cash)
    hand.enclaves["stage"] = ProjectStage.CLOSED
    for paid in (1.0, 0.0):
        hand.run("enclave_production", month=1)
        assert hand.paid("project_owners") == paid * owners and hand.paid("project_written_off") == paid * written_off
    firm = hand.enterprises[0]
    assert (firm.alive, firm.desired, firm.staff, firm.cash) == (0, 0, 0.0, 0.0) and unaccounted(firm) == pytest.approx(0.0)


@pytest.mark.parametrize("expected", [-0.5, 0.25, 2.0])
def test_a_project_has_the_jobs_of_its_size_whatever_it_expects_and_keeps_no_others(expected):
    # 2.4 jobs are two or three, the same every month; by its capital, a quarter larger, three and not more; then one or two.
    jobs = []
    for capital in (50e6, 50e6, 62.5e6, 25e6):
        hand = project(expected=expected, capital=capital, desired=jobs[-1] if jobs else 0)
        hand.run("enclave_production", month=1, ramp_months=1.0)
        hand.run("enterprises", month=1, failure_intensity=0.0, adjustment=0.5)
        jobs.append(int(hand.enterprises[0].desired))
        assert hand.enterprises[0].staff == pytest.approx(37.6 * capital / 50e6)
    assert jobs[0] == jobs[1] in (2, 3) and jobs[2] == 3 and jobs[3] in (1, 2)


def test_new_local_jobs_are_those_of_projects_and_of_firms_over_those_founded():
    # 40 jobs, half of them for the county, a fifth lost elsewhere: 16. Firms plan for 5 more than at founding: 21 / 300.
    hand = project()
    hand.environment["local_founded"], hand.environment["staff_founded"] = 300.0, 10.0
    hand.tables.counts["enterprises"][0] = 2
    firm = hand.enterprises[1]
    firm.alive, firm.identity, firm.sector, firm.staff, firm.staff_founded = 1, 2, Sector.COOPERATIVE, 15.0, 15.0
    hand.run("enclave_production", month=1, local_share=0.5, displacement=0.2)
    hand.run("enterprises", month=1, failure_intensity=0.0)
    assert hand.environment[0].enclave_jobs == pytest.approx(16.0)
    assert hand.environment[0].local_demand == pytest.approx(21.0 / 300.0)


def test_a_shortage_of_workers_is_no_lay_off_of_those_there_are():
    # One firm wants ten workers, four are there: it has four, plans for more, and nobody is laid off in the month after.
    hand = firms(staff=10.0, staff_founded=10.0, registered=0, desired=0, jobs_founded=0.0)
    hand.households["weight"] = 4
    hand.persons["status"] = Destination.LOCAL_FIRM
    hand.persons["capacity"] = hand.persons["productivity"] = 1.0
    hand.markets["pay"] = 2_000.0
    hand.run("enterprises", failure_intensity=0.0)
    hand.run("staff_wages")
    assert hand.enterprises[0].staff == hand.environment[0].staff == pytest.approx(4.0)
    hand.run("enterprises", month=1, failure_intensity=0.0)
    assert hand.environment[0].staff_change > 0.0
    hand.run("lay_offs", month=1)
    assert hand.persons[0].status == Destination.LOCAL_FIRM
    # Where the firm closes, all of them are laid off.
    hand.enterprises["overdrawn"], hand.enterprises["cash"] = 100, -1e9
    hand.run("enterprises", month=1)
    assert hand.enterprises[0].alive == 0 and hand.environment[0].staff_change == pytest.approx(-4.0)


def test_what_firms_grow_follows_their_capital():
    # Half of 0.375 × 8 000 = 1 500 yuan on 400 000 of capital, as above: what is grown rises by as much.
    hand = firms(cash=20_000.0, opened=20_000.0, grows=1e6)
    hand.commodities["price"] = 1.2
    hand.run("enterprise_trade", **{**PLAIN, "tax": [0.0] * ALL, "ploughed_back": 0.5})
    assert hand.enterprises[0].grows == pytest.approx(1e6 * (1.0 + 1_500.0 / 400_000.0))
    # 40 000 yuan of industry money on as much capital: a tenth more.
    hand = firms(grows=1e6)
    hand.environment["enterprise_money"] = 40_000.0
    hand.run("added_jobs")
    assert hand.enterprises[0].grows == pytest.approx(1.1e6)


# --- the check ------------------------------------------------------------------------------------------------------------------


def random_months(seed: int) -> Hand:
    """Two hundred enterprises in random states after a month of everything that moves their money."""
    rng = np.random.default_rng(seed)
    count = 200
    hand = firms(
        count,
        sector=rng.integers(0, Sector.ENCLAVE, count),
        commodity=rng.integers(0, 6, count),
        linkage=rng.integers(0, len(Linkage), count),
        wages=rng.lognormal(9.0, 1.0, count),
        materials=rng.uniform(0.0, 20.0, count),
        fortune=rng.lognormal(0.0, 0.3, count),
        cash=rng.normal(10_000.0, 40_000.0, count),
        age=rng.integers(0, 60, count),
        overdrawn=rng.integers(0, 4, count),
        staff=rng.uniform(0.0, 5.0, count),
        expected=rng.normal(0.25, 0.4, count),
    )
    hand.enterprises["opened"] = hand.enterprises["cash"]
    hand.commodities["price"] = rng.lognormal(0.0, 0.4, 6)
    hand.persons["status"] = Destination.LOCAL_FIRM
    hand.persons["capacity"] = hand.persons["productivity"] = 1.0
    hand.households["weight"], hand.households["linked"] = 1_000, rng.integers(0, count)
    hand.households["holdings"] = 5_000.0
    hand.markets["pay"] = 2_000.0
    hand.assets["operator"], hand.assets["value"] = rng.integers(0, count), 500_000.0
    for process in ("enterprise_trade", "enterprises", "orders", "staff_wages", "asset_returns", "profit_shares"):
        hand.run(process, month=int(rng.integers(0, 60)), seed=seed)
    return hand


@pytest.mark.parametrize("seed", range(8))
def test_value_added_is_wages_rent_tax_and_profit_for_every_enterprise(seed):
    hand = random_months(seed)
    worst = max(abs(unaccounted(row)) for row in hand.enterprises)
    assert worst < 0.005 and (hand.enterprises["sales"] > 0).sum() == 200
    assert len(set(hand.enterprises["alive"])) == 2, "some of them closed within the month"


@pytest.mark.parametrize("column", ["sales", "inputs", "tax", "rent", "wages", "used"])
def test_a_fen_that_an_account_does_not_explain_is_found(column):
    hand = random_months(1)
    hand.enterprises[column][7] += 0.01
    sums = np.zeros(11)
    add_up_accounts(hand.enterprises, sums)
    assert sums[8] == 7 and abs(sums[9]) == pytest.approx(0.01, abs=1e-6)


def test_the_month_stops_with_the_row_and_the_gap():
    hand = firms(wages=0.0)
    hand.run("village_visit")  # a process that pays nobody opens the purses
    hand.enterprises["sales"] = 12.5
    with pytest.raises(BooksDoNotClose, match=r"value added of row 0 of enterprises .* is off by \+12\.500 yuan"):
        close_month(hand.households, hand.enterprises, hand.tables["funds"], hand.tables["lines"])


# --- plans, openings, closings --------------------------------------------------------------------------------------------------


def jobs_after(price: float, months: int = 12) -> float:
    hand = firms(400, desired=0, jobs_founded=8.0, staff=1.0)
    hand.enterprises["desired"] = 8
    hand.commodities["price"] = price
    for month in range(months):
        hand.enterprises["wages"] = 8_000.0
        hand.run("enterprise_trade", month=month)
        hand.run("enterprises", month=month, failure_intensity=0.0)
    return float(hand.enterprises["desired"].sum() + hand.enterprises["staff"].sum())


def test_a_higher_price_never_makes_fewer_jobs():
    jobs = [jobs_after(price) for price in (0.6, 0.8, 1.0, 1.25, 1.6)]
    assert jobs == sorted(jobs) and jobs[-1] > 1.1 * jobs[0]


def test_places_that_registered_workers_leave_open_go_to_others():
    # Four places, one filled: half of the three open ones are offered to others, a fifth of the way each month.
    hand = firms(registered=1, staff=1.0)
    hand.run("enterprises", open_to_others=0.5, adjustment=0.2, failure_intensity=0.0)
    assert hand.enterprises[0].staff == pytest.approx(1.0 + 0.2 * 1.5)


def test_a_firm_that_keeps_jobs_lays_off_others_first():
    for linkage, desired in ((Linkage.NONE, 30), (Linkage.JOBS, 40)):
        hand = firms(linkage=linkage, desired=40, registered=40, staff=5.0, jobs_founded=20.0)
        hand.run("enterprises", adjustment=0.5, failure_intensity=0.0)
        assert hand.enterprises[0].desired == desired


def test_who_loses_money_is_overdrawn_and_closes_and_who_earns_does_not():
    # At 0.3 the margin is 10 000 × (1 − 1.05) < 0: 8 000 of wages a month soon exceed two months of overdraft.
    for price, alive in ((0.3, 0), (1.0, 1)):
        hand = firms(cash=10_000.0)
        hand.commodities["price"] = price
        for month in range(12):
            hand.run("enterprise_trade", month=month, **{**PLAIN, "tax": [0.0] * ALL})
            hand.run("enterprises", month=month, failure_intensity=0.0, succession=0.0)
            if hand.enterprises[0].alive:
                hand.enterprises["wages"] += 8_000.0
                hand.enterprises["cash"] -= 8_000.0
        assert hand.enterprises[0].alive == alive
        assert (hand.enterprises[0].staff > 0.0) == (alive == 1)


def closings(**columns) -> int:
    hand = firms(4_000, **columns)
    hand.run("enterprises", base_failure=0.1)
    return int((hand.enterprises["alive"] == 0).sum())


def test_those_who_earn_less_and_the_small_ones_close_more_often():
    assert closings(expected=-0.25) > closings(expected=0.25) > closings(expected=0.75) > 0
    assert closings(staff=2.0) > closings(staff=200.0) > 0


def openings(gain: float, entry: EntryRule, target: float = 0.0) -> int:
    """How many of 2 000 places open within a month, where one enterprise of the same line and township earns ``gain`` more."""
    hand = firms(2_001, industry=Industry.FLOWERS)
    hand.enterprises["alive"][1:], hand.enterprises["planned"][1:] = 0, 1
    hand.enterprises["expected"][0] = 0.25 + gain
    targets = [0.0, 0.0, target, 0.0, 0.0]
    hand.run("enterprise_openings", targets=targets, entry=entry, founders=0.1, entry_response=1.0, pace=0.2)
    return int(hand.enterprises["alive"][1:].sum())


def test_founders_come_where_it_pays_and_the_county_brings_more():
    profit, target = EntryRule.PROFIT, EntryRule.TARGET
    assert openings(0.5, profit) > openings(0.0, profit) > openings(-0.5, profit) > 0
    assert openings(0.0, profit, target=1_000.0) > openings(0.0, profit)
    assert openings(0.5, target) == openings(-0.5, target) == 0
    assert openings(0.5, target, 1_000.0) == openings(-0.5, target, 1_000.0) == pytest.approx(200, abs=45)


def test_a_failed_place_is_taken_over_the_sooner_the_better_it_pays():
    def taken(prospect):
        hand = firms(2_000, alive=0, prospect=prospect, jobs_founded=0.6)
        hand.run("enterprises", succession=0.1)
        return hand.enterprises

    poor, rich = taken(0.5), taken(2.0)
    assert 0 < poor["alive"].sum() < rich["alive"].sum()
    assert rich["desired"][rich["alive"] == 1].mean() == pytest.approx(0.6, abs=0.06), "the mean of jobs is kept, not cut off"


# --- links ----------------------------------------------------------------------------------------------------------------------


def village_of_growers(growers: int = 4) -> Hand:
    hand = Hand(households=growers, persons=growers, enterprises=2)
    hand.households["holdings"][:, Commodity.VEGETABLES] = 12_000.0
    hand.commodities["season"] = 1 / 12
    hand.enterprises["alive"], hand.enterprises["commodity"], hand.enterprises["cash"] = 1, Commodity.VEGETABLES, 5_000.0
    hand.enterprises["sector"], hand.enterprises["linkage"] = [Sector.COOPERATIVE, Sector.PROCESSOR], Linkage.ORDERS
    return hand


def test_an_order_pays_a_premium_and_a_floor_on_what_is_sold():
    # 1 000 net a month at 0.6 are 2 000 of sales at a net share of a half: (0.9 − 0.6) + 0.03 of them, 660. Who lost half of its
    # sheds sold half, and gets half; who has half of its hands' work, likewise; nobody else gets anything.
    hand = village_of_growers()
    hand.households["linked"] = [0, 0, 0, -1]
    hand.households["shed"], hand.households["worked"] = [1.0, 0.5, 1.0, 1.0], [1.0, 1.0, 0.5, 1.0]
    hand.commodities["price"], hand.commodities["net_share"] = 0.6, 0.5
    hand.run("orders", floor_price=0.9, order_premium=0.03)
    np.testing.assert_allclose(hand.households["business"], [660.0, 330.0, 330.0, 0.0])
    np.testing.assert_allclose(hand.enterprises["inputs"], [1_320.0, 0.0])
    np.testing.assert_allclose(hand.enterprises["cash"], [3_680.0, 5_000.0])


def test_a_buyer_short_of_cash_pays_everybody_the_same_part():
    hand = village_of_growers()
    hand.households["linked"] = 1
    hand.enterprises["cash"] = [0.0, 300.0]
    hand.households["weight"] = [1, 2, 3, 4]
    hand.commodities["price"] = 0.6
    hand.run("orders", floor_price=0.75, order_premium=0.0)
    np.testing.assert_allclose(hand.households["business"], 30.0)  # 300 for ten households that are owed 150 each
    assert hand.enterprises["cash"][1] == pytest.approx(0.0)


def test_more_orders_never_lower_the_income_of_the_linked():
    for price in (0.5, 0.8, 1.0, 1.5):
        earned = []
        for linked in range(5):
            hand = village_of_growers()
            hand.enterprises["cash"] = 1e6
            hand.households["linked"][:linked] = 0
            hand.commodities["price"] = price
            hand.run("orders")
            earned.append(hand.households["business"].copy())
        assert all((more >= less).all() for less, more in zip(earned, earned[1:]))
        assert earned[-1].sum() > earned[0].sum()


# --- enclave projects and townships ---------------------------------------------------------------------------------------------


def test_a_township_without_hands_or_land_gets_few_projects():
    def landed(sites):
        hand = Hand(enclaves=2_000)
        hand.enclaves["stage"], hand.enclaves["identity"] = ProjectStage.SIGNED, np.arange(2_000)
        hand.environment["land_left"] = 1e6
        hand.townships["sites"] = sites
        hand.run("enclave_pipeline", landing=0.12)
        return (hand.enclaves["stage"] == ProjectStage.LANDED).mean()

    assert landed(0.0) == 0.0
    assert landed(0.5) == pytest.approx(0.06, abs=0.02) and landed(1.5) == pytest.approx(0.18, abs=0.03)


def test_money_of_the_township_is_its_share_less_what_it_gives_back():
    hand = Hand(enclaves=1)
    row = hand.enclaves[0]
    row.identity, row.stage, row.investment, row.realised, row.jobs = 9, ProjectStage.PRODUCING, 100e6, 0.5, 40.0
    hand.enclaves["since"] = -24
    hand.environment["other_pay"] = 2_500.0
    hand.run("enclave_production", tax_yield=0.03 / 12, displacement=0.2, tax_share=0.5, incentive=0.2)
    assert hand.townships[0].tax == hand.balances[Fund.TOWNSHIP] == pytest.approx(40_000.0)


# --- founding -------------------------------------------------------------------------------------------------------------------


def test_founded_accounts_sell_in_a_month_a_twelfth_of_what_the_cluster_sells_in_a_year():
    county = World(0.1).county()
    enterprises, values = county.tables["enterprises"], county.values
    cluster = (enterprises["sector"] <= Sector.LEADING_FIRM) & (enterprises["alive"] == 1)
    assert enterprises["revenue"][cluster].sum() == pytest.approx(values.at("founding.cluster_revenue"))
    assert (enterprises["staff"][enterprises["alive"] == 0] == 0.0).all()
    assert 0.0 < enterprises["staff"].sum() <= county.tables["environment"][0].other_local
    counts = np.bincount(enterprises["sector"], minlength=5)
    assert (counts >= values.at("founding.enterprise_count")).all(), "places for as many as the paper states, and more"
    sold = enterprises["sales_year"][cluster].sum()
    assert sold == 0.0, "the year begins"
    county.step()
    sold = 12.0 * enterprises["sales"][cluster].sum()
    assert sold == pytest.approx(enterprises["revenue"][cluster].sum(), rel=0.15)


def test_rents_of_the_trial_year_are_not_owed_when_2020_begins(monkeypatch):
    """A trial year of twelve rents says what dividends are; as rent of one month it would be earned back at once."""
    rents = []

    def stop(county):
        rents.append(county.tables["enterprises"]["rent"].copy())
        raise StopIteration

    monkeypatch.setattr(County, "_run_month", stop)
    with pytest.raises(StopIteration):
        World(0.05).county()
    assert not rents[0].any()


def test_all_grain_is_the_households_whatever_their_part_of_the_rest():
    low, high = (World(0.05).county(founding__household_share=[part] * 5) for part in (0.3, 0.9))
    for county in (low, high):
        grain = county.production[Commodity.MAIZE]
        assert grain["of_enterprises"] == 0.0
        assert grain["quantity"] == pytest.approx(county.values.at("founding.output")[Commodity.MAIZE], rel=1e-6)
    assert low.production[Commodity.FRUIT]["of_households"] < high.production[Commodity.FRUIT]["of_households"]
