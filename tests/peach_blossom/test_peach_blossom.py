"""Six households whose January is worked out in the comments; and the same two years run compiled and as plain Python."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from sim.core.calendar import steps_of
from sim.core.ledger import Fund
from sim.month import MONTH
from sim.world.codes import Destination
from tests.hand import find
from tests.peach_blossom.run_village import watcher
from tests.peach_blossom.six import HOUSEHOLDS, Village, peach_blossom

ROOT = Path(__file__).resolve().parents[2]


@cache
def run(*words: str, compiled: bool = True) -> dict:
    """What ``run_village.py`` says of two years."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0" if compiled else "1"}
    command = [sys.executable, "-W", "error::RuntimeWarning", "-m", "tests.peach_blossom.run_village", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_compiled_and_plain_python_live_the_same_two_years_to_the_byte():
    assert run(compiled=True)["digest"] == run(compiled=False)["digest"]


def test_a_process_that_sees_only_what_it_declares_lives_the_same_years():
    assert run("declared", "watch", compiled=False)["digest"] == run(compiled=False)["digest"]


def test_no_process_changes_a_column_that_it_does_not_declare():
    assert run("declared", "watch", compiled=False)["faults"] == []


def test_every_process_of_the_month_has_run_there():
    assert set(run("declared", "watch", compiled=False)["ran"]) == {step.process.name for step in steps_of(MONTH)}


def test_an_undeclared_change_is_seen():
    """The watch itself: what a process changes beyond its declaration is found out, and what it declares is not."""
    hand, faults, ran = peach_blossom(), set(), set()
    process = find("dibao_payment")
    after = watcher(hand.tables, faults, ran)(process)
    hand.households["transfers"][0] += 1.0  # declared
    hand.households["debt"][0] += 1.0  # not declared
    after()
    assert faults == {"dibao_payment changed households.debt, which it does not declare"}


def test_who_lives_there_is_counted_right():
    hand = peach_blossom()
    assert hand.households["members"].tolist() == [2, 3, 2, 1, 2, 2]
    assert hand.households["workers"].tolist() == [0, 2, 2, 0, 2, 2]
    assert len(hand.households) == HOUSEHOLDS


def test_january_by_hand():
    """Wages, farms, pensions, dibao and support of one month, and the twelve months they close."""
    hand = peach_blossom()
    hand.money(Fund.EMPLOYMENT, 10_000.0)
    households = hand.households

    # The son of row 1 works outside for 3 000, his father holds a post for 400: 3 400.
    # The weaver of row 2 earns 2 000 in the village enterprise; so does the local worker of each household of row 5.
    hand.run("earnings", post_pay=400.0, outside_season=[1.0] * 12)
    assert households["wages"].tolist() == [0.0, 3400.0, 2000.0, 0.0, 0.0, 2000.0]
    assert hand.paid("post_pay") == 400.0
    assert hand.paid("wages_enterprise") == 2000.0
    assert hand.paid("wages_local") == 10 * 2000.0, "row 5 stands for ten households"
    assert hand.enterprises[0].wages == 2000.0 + 2000.0, "last month's, which its sales will clear, and this month's"

    # Everything is sold in one month (season 1), at ordinary prices and yields: the holdings as they stand. Nobody at rows 0 and
    # 3 can work: the others till their land too, and share its 600 + 300 yuan by the 4 + 6 + 5 + 10 × 8 = 95 mu of their own.
    hand.run("farming")
    let = 900.0 / 95.0
    business = [0.0, 1200.0 + 4.0 * let, 7800.0 + 6.0 * let, 0.0, 10500.0 + 5.0 * let, 2400.0 + 8.0 * let]
    assert households["business"].tolist() == pytest.approx(business)

    # Two pensions of 108 a month for row 0; the disabled man of row 3 gets his allowance of 70.
    hand.run("pensions", pension=108.0, disability_allowance=70.0, pension_age=60.0)
    assert households["transfers"].tolist() == [216.0, 0.0, 0.0, 70.0, 0.0, 0.0]

    # Dibao: 300 and 250 as granted. Support and uncounted income: 100 and 50.
    hand.run("dibao_payment")
    hand.run("remittances", support=1.0)
    assert households["transfers"].tolist() == [616.0, 0.0, 0.0, 370.0, 0.0, 0.0]

    # January takes the place of a twelfth of last year's income: row 0 had 14 000, of which 14 000 / 12 goes and
    # 616 comes.
    hand.run("close_accounts", month=0)
    assert households["income_12"][0] == pytest.approx(14000.0 * 11 / 12 + 616.0)
    assert households["income_12"][1] == pytest.approx(30000.0 * 11 / 12 + 3400.0 + business[1])


def test_the_money_of_two_years_adds_up():
    village = Village()
    village.run(24)  # the books close every month, or it would have stopped
    funds = village.tables["funds"]
    assert funds["balance"].sum() == pytest.approx(_opening(), abs=0.005)


def _opening() -> float:
    """All money there is at the start: what households and the enterprise hold."""
    hand = peach_blossom()
    return float((hand.households["weight"] * hand.households["cash"]).sum() + hand.enterprises["cash"].sum())


def test_where_a_household_stands_in_the_table_does_not_matter():
    """MR13: the same people in another order of rows, each with its own address of random draws, end where they would have ended.

    Queues that ration money are left out: there the order is the point.
    """
    outcomes = []
    for order in ([0, 1, 2, 3, 4, 5], [5, 3, 1, 0, 4, 2]):
        hand = peach_blossom()
        _reorder(hand, order)
        for month in range(6):
            for name in (
                "separations",
                "job_search",
                "earnings",
                "illness",
                "medical_reimbursement",
                "accidents",
                "close_accounts",
            ):
                hand.money(Fund.EMPLOYMENT, 1e6)
                hand.money(Fund.COUNTY_FLOOR, 1e6)
                hand.run(name, month=month)
        by_identity = {int(row.identity): (row.wages, row.rigid_12, row.income_12, row.cash) for row in hand.households}
        outcomes.append(by_identity)
    assert outcomes[0] == outcomes[1]


def _reorder(hand, order) -> None:
    """Put the households into another order of rows, and everything that points at them."""
    place = {old: new for new, old in enumerate(order)}
    for name in ("households", "histories", "register"):
        hand.tables[name][:] = hand.tables[name][order].copy()
    hand.persons["household"] = [place[int(row)] for row in hand.persons["household"]]
    hand.cases["household"] = [place[int(row)] for row in hand.cases["household"]]
    assert hand.persons["status"][3] == Destination.OUTSIDE
