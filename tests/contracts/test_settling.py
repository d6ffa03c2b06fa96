"""What is handed out row by row and settled at the end of a pass is the same money as what is paid to each row by itself."""

import re

import numpy as np
import pytest

import sim.core.ledger as ledger
from sim.core.ledger import Fund, Payment, Purse
from sim.core.process import PROCESSES
from sim.core.tables import TABLES
from sim.county import make_ready
from sim.world.funds import fund_records
from tests.contracts.sources import process_files

SETTLED = re.compile(r"\bsettle\(books\.(\w+)")


def purses(payer: Fund, purse: Purse, balance: float = 0.0) -> Payment:
    """One line of the budget between a payer of this kind and households, and twenty rows of them to pay."""
    funds = TABLES["funds"].allocate(len(Fund))
    funds["purse"], funds["purse"][Fund.HOUSEHOLDS] = Purse.BUDGET, Purse.SECTOR
    funds["purse"][payer], funds["balance"][payer] = purse, balance
    return Payment(TABLES["lines"].allocate(1), funds, np.array([payer], dtype=np.int64), int(Fund.HOUSEHOLDS))


def twenty():
    """Rows of households of several weights with some cash."""
    households = TABLES["households"].allocate(20)
    households["weight"] = np.arange(20) % 5 + 1
    households["cash"] = np.linspace(-100.0, 4000.0, 20)
    return households


@pytest.mark.parametrize(("payer", "purse"), [(Fund.OUTSIDE, Purse.SECTOR), (Fund.SOCIAL_SECURITY, Purse.OPEN_ENDED)])
def test_handing_and_settling_is_paying_each(payer, purse):
    amounts = np.linspace(0.1, 777.7, 20)
    one, other, each, together = twenty(), twenty(), purses(payer, purse), purses(payer, purse)
    total, units = 0.0, 0.0
    for place, amount in enumerate(amounts):
        assert ledger.pay(one[place], each, amount)
        total += ledger.hand(other[place], amount)
        units += other[place].weight
    ledger.settle(together, total, units)
    assert all(one[name].tobytes() == other[name].tobytes() for name in one.dtype.names)
    assert each.lines.tobytes() == together.lines.tobytes()
    for column in ("balance", "inflow", "outflow", "drawn"):
        assert each.funds[column] == pytest.approx(together.funds[column], abs=1e-6)


def test_taking_and_settling_is_charging_each():
    amounts = np.linspace(0.1, 777.7, 20)
    one, other = twenty(), twenty()
    each, together = purses(Fund.HOUSEHOLDS, Purse.SECTOR), purses(Fund.HOUSEHOLDS, Purse.SECTOR)
    total, units = 0.0, 0.0
    for place, amount in enumerate(amounts):
        ledger.charge(one[place], each, amount)
        total += ledger.take(other[place], amount)
        units += other[place].weight
    ledger.settle(together, total, units)
    assert all(one[name].tobytes() == other[name].tobytes() for name in one.dtype.names)
    assert each.lines.tobytes() == together.lines.tobytes()


def test_nothing_is_settled_out_of_a_fund_that_refuses():
    payment = purses(Fund.COUNTY_FLOOR, Purse.BUDGET, balance=10.0)
    ledger.settle(payment, 0.0, 0.0)
    with pytest.raises(ValueError, match="may refuse"):
        ledger.settle(payment, 11.0, 1.0)


def test_rules_settle_only_what_nobody_can_refuse():
    make_ready()
    kinds = {fund: record.purse for fund, record in fund_records().items()}
    payers = {payment.reason: payment.payers for process in PROCESSES.values() for payment in process.pays}
    settled = {reason for path in process_files() for reason in SETTLED.findall(path.read_text(encoding="utf-8"))}
    assert len(settled) >= 8
    for reason in settled:
        assert all(kinds[payer] != Purse.BUDGET for payer in payers[reason]), reason
