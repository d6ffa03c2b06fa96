"""Money moves only here: every yuan leaves one purse, reaches another and is written on a line of the budget.

A payment is declared by the process that makes it (``post_pay: employment | bridging -> households``): a reason, the
funds that may pay in the order in which they are tried, and who receives. Each pair of reason and payer is one row of
the table ``lines``. A row of a table stands for ``weight`` households, and the multiplication happens here and nowhere else.

Nothing is clamped. A fund that cannot pay refuses, and the refusal is written down as unpaid money.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled.compilation import compiled
from sim.core.tables import declare


class Fund(IntEnum):
    """The purses. The last three are sectors rather than funds: everybody's cash, firms' cash, and the outside world."""

    COUNTY_FLOOR = 0
    BRIDGING = 1
    CIVIL_AFFAIRS = 2
    MEDICAL_INSURANCE = 3
    MEDICAL_ASSISTANCE = 4
    PREFECTURE = 5
    EMPLOYMENT = 6
    SOCIAL_SECURITY = 7
    EDUCATION = 8
    EMERGENCY = 9
    INSURER = 10
    BANK = 11
    TOWNSHIP = 12
    VILLAGES = 13
    POVERTY_INSURER = 14
    RISK_COMPENSATION = 15
    FARM_PROJECTS = 16
    HOUSEHOLDS = 17
    ENTERPRISES = 18
    OUTSIDE = 19


class Purse(IntEnum):
    """How a purse meets a payment that exceeds its balance."""

    BUDGET = 0  # refuses: what it has was appropriated, and no more comes
    OPEN_ENDED = 1  # draws the difference from outside: a statutory scheme that upper levels make good
    SECTOR = 2  # pays: a sum of private purses, each kept in its own row; settled from the lines when the month closes


FUNDS = declare(
    "funds",
    "A purse: a government fund, a scheme, or a whole sector.",
    """
code      | i4? | code (Fund)  | Which purse this is.
purse     | i4? | code (Purse) | How it meets a payment beyond its balance.
balance   | f8? | yuan         | What it holds now.
opened    | f8? | yuan         | What it held when the month opened.
inflow    | f8? | yuan         | What it received this month.
outflow   | f8? | yuan         | What it paid this month.
drawn     | f8? | yuan         | The part of its inflow that an open-ended purse drew from outside.
reserved  | f8? | yuan         | The part of its balance that is kept for what is owed by right or contract.
owed      | f8? | yuan         | What was owed by right or contract since January, paid or not, with it as the first payer.
owed_year | f8? | yuan         | The same of the whole year before.
""",
)

LINES = declare(
    "lines",
    "A line of the budget: one reason of payment out of one fund.",
    """
reason    | i4? | code         | Number of the reason in the order of the month.
payer     | i4? | code (Fund)  | The purse that pays.
payee     | i4? | code (Fund)  | The purse that receives.
yuan      | f8? | yuan         | Paid this month.
units     | f8? | payments     | How many payments that were, each household counted with its weight.
unpaid    | f8? | yuan         | What was due this month and could not be paid (on the first payer's line).
owed      | i1? | flag         | Whether it is owed by right or contract, so that money reserved may pay it.
""",
)


class FundRow(Protocol):
    """What is asked here of a row of ``funds``."""

    purse: int
    balance: float
    inflow: float
    outflow: float
    drawn: float
    reserved: float
    owed: float


class LineRow(Protocol):
    """What is asked here of a row of ``lines``."""

    yuan: float
    units: float
    unpaid: float
    owed: int


class HouseholdRow(Protocol):
    """What is asked here of a row of households, so many of them as its weight says."""

    weight: float
    cash: float
    received: float
    paid: float


class EnterpriseRow(Protocol):
    """What is asked here of a village enterprise."""

    cash: float
    inflow: float
    outflow: float


class Payment(NamedTuple):
    """One declared payment as a rule sees it: its budget lines, all funds, the codes of its payers in order, its payee."""

    lines: Sequence[LineRow]
    funds: Sequence[FundRow]
    payers: NDArray[np.int64]
    payee: int


@compiled
def withdraw(funds: Sequence[FundRow], code: int, total: float, owed: int) -> bool:
    """Take ``total`` yuan out of a fund if it can pay them, out of its reserve only what is owed; say whether it could."""
    fund = funds[code]
    if fund.purse == Purse.SECTOR:
        return True
    if fund.balance < total or (owed == 0 and fund.balance - fund.reserved < total):
        if fund.purse == Purse.BUDGET:
            return False
        lacking = total - fund.balance
        fund.balance = total  # not += lacking: what rounding takes off that sum would be a debt
        fund.inflow += lacking
        fund.drawn += lacking
    fund.balance -= total
    fund.outflow += total
    if owed == 1:
        fund.reserved = max(fund.reserved - total, 0.0)
    return True


@compiled
def arrive(payment: Payment, payer: int, total: float, units: float) -> None:
    """Money that has left a purse reaches the payee and is written on the payer's line."""
    payee = payment.funds[payment.payee]
    if payee.purse != Purse.SECTOR:
        payee.balance += total
        payee.inflow += total
    payment.lines[payer].yuan += total
    payment.lines[payer].units += units


@compiled
def transfer(payment: Payment, total: float, units: float) -> bool:
    """Move ``total`` yuan from the first payer that can to the payee; False, and a note of it, if none can."""
    owed = payment.lines[0].owed
    if owed == 1:
        payment.funds[payment.payers[0]].owed += total
    for i in range(len(payment.payers)):
        if withdraw(payment.funds, payment.payers[i], total, owed):
            arrive(payment, i, total, units)
            return True
    payment.lines[0].unpaid += total
    return False


@compiled
def transfer_from(payment: Payment, payer: int, total: float, units: float) -> bool:
    """Move ``total`` yuan from the payer in that place among the declared ones; False, and a note of it, if it cannot."""
    if not withdraw(payment.funds, payment.payers[payer], total, payment.lines[payer].owed):
        payment.lines[payer].unpaid += total
        return False
    arrive(payment, payer, total, units)
    return True


@compiled
def free_money(fund: FundRow) -> float:
    """What a fund may pay for that is not owed by right or contract, yuan."""
    return max(fund.balance - fund.reserved, 0.0)


@compiled
def affordable(payment: Payment, total: float) -> bool:
    """Whether some payer could pay ``total`` yuan now for what is not owed."""
    for i in range(len(payment.payers)):
        fund = payment.funds[payment.payers[i]]
        if fund.purse != Purse.BUDGET or free_money(fund) >= total:
            return True
    return False


@compiled
def spendable(payment: Payment) -> float:
    """The most that a single payer, each of a budget, could pay now for what is not owed, yuan."""
    most = 0.0
    for i in range(len(payment.payers)):
        most = max(most, free_money(payment.funds[payment.payers[i]]))
    return most


@compiled
def leave_unpaid(payment: Payment, total: float) -> None:
    """Write down what was due and no fund could pay."""
    payment.lines[0].unpaid += total


@compiled
def pay(household: HouseholdRow, payment: Payment, amount: float) -> bool:
    """Pay ``amount`` yuan to each household of a row; False, and a note of it, if no fund can pay them all."""
    if not transfer(payment, amount * household.weight, household.weight):
        return False
    household.cash += amount
    household.received += amount
    return True


@compiled
def charge(household: HouseholdRow, payment: Payment, amount: float) -> None:
    """Take ``amount`` yuan from each household of a row; what its cash does not cover it has to borrow at month's end."""
    transfer(payment, amount * household.weight, household.weight)
    household.cash -= amount
    household.paid += amount


@compiled
def hand(household: HouseholdRow, amount: float) -> float:
    """Put ``amount`` yuan into each purse of a row; returns what all of them got, to be settled at the end of the pass."""
    household.cash += amount
    household.received += amount
    return amount * household.weight


@compiled
def take(household: HouseholdRow, amount: float) -> float:
    """Take ``amount`` yuan out of each purse of a row; returns what all of them gave, to be settled at the end of the pass."""
    household.cash -= amount
    household.paid += amount
    return amount * household.weight


@compiled
def settle(payment: Payment, total: float, units: float) -> None:
    """Move at once what was handed to many rows, or taken from them: quicker than each by itself.

    Only for payers that never refuse, sectors and open-ended schemes, since the households have the money already.
    Raises ValueError where no payer can pay.
    """
    if total > 0.0 and not transfer(payment, total, units):
        raise ValueError("a payment was settled out of a fund that may refuse")


@compiled
def pay_from_enterprise(household: HouseholdRow, enterprise: EnterpriseRow, payment: Payment, amount: float) -> None:
    """A village enterprise pays ``amount`` yuan to each household of a row."""
    total = amount * household.weight
    transfer(payment, total, household.weight)
    enterprise.cash -= total
    enterprise.outflow += total
    household.cash += amount
    household.received += amount


@compiled
def settle_enterprise(enterprise: EnterpriseRow, payment: Payment, amount: float, incoming: bool) -> None:
    """Money between a village enterprise and the outside world: sales come in, costs go out."""
    transfer(payment, amount, 1.0)
    if incoming:
        enterprise.cash += amount
        enterprise.inflow += amount
    else:
        enterprise.cash -= amount
        enterprise.outflow += amount
