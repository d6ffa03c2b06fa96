"""The books of a month: opened before anything happens, closed when everything has, to half a fen.

What every household and every enterprise holds must follow from what it received and paid; the sums over all rows must
equal the sector's purse; every purse and every line of the budget must agree. So must every enterprise's account: value added is
wages, rent, tax and profit. Nothing is corrected here: a gap stops the run.
"""

import numpy as np

from sim.core.compiled.compilation import compiled, reuse_machine_code
from sim.core.ledger import Fund, Purse
from sim.world.enterprises import unaccounted

TOLERANCE = 0.005  # yuan
HUNDRED = 100  # rows


class BooksDoNotClose(Exception):
    """Money was made or lost; the message names the purse and the gap in yuan."""


@reuse_machine_code
def open_month(households, enterprises, funds, lines):
    """Remember what everybody holds, and start the month's sums at zero; of households column by column, which takes least."""
    for household in households:
        household.opened = household.cash
    for household in households:
        household.received = 0.0
    for household in households:
        household.paid = 0.0
    for household in households:
        household.wages = 0.0
    for household in households:
        household.business = 0.0
    for household in households:
        household.property_income = 0.0
    for household in households:
        household.transfers = 0.0
    for household in households:
        household.post_pay = 0.0
    for household in households:
        household.dibao_received = 0.0
    for household in households:
        household.rigid = 0.0
    for enterprise in enterprises:
        enterprise.opened = enterprise.cash
        enterprise.inflow = 0.0
        enterprise.outflow = 0.0
        enterprise.sales = 0.0
        enterprise.inputs = 0.0
        enterprise.tax = 0.0
        enterprise.used = 0.0
    for fund in funds:
        fund.opened = fund.balance
        fund.inflow = 0.0
        fund.outflow = 0.0
        fund.drawn = 0.0
    for line in lines:
        line.yuan = 0.0
        line.units = 0.0
        line.unpaid = 0.0


@compiled
def add_up_households(households, sums):
    """Into ``sums``: the row whose cash follows least from its month, its gap, and cash held, received and paid by all (yuan).

    Each row counts with its weight. Cash is billions: its rows are added up by hundreds, and what each further hundred loses
    in the addition is carried to the next.
    """
    worst, gap = -1, 0.0
    cash, lost, received, paid = 0.0, 0.0, 0.0, 0.0
    for first in range(0, len(households), HUNDRED):
        held = 0.0
        for row in range(first, min(first + HUNDRED, len(households))):
            household = households[row]
            off = abs(household.opened + household.received - household.paid - household.cash)
            if not off <= gap:
                worst, gap = row, off
            held += household.weight * household.cash
            received += household.weight * household.received
            paid += household.weight * household.paid
        part = held - lost
        longer = cash + part
        lost = (longer - cash) - part
        cash = longer
    sums[0], sums[1], sums[2], sums[3], sums[4] = worst, gap, cash, received, paid


@compiled
def add_up_enterprises(enterprises, sums):
    """The same for village enterprises."""
    worst, gap = -1, 0.0
    cash, received, paid = 0.0, 0.0, 0.0
    for row in range(len(enterprises)):
        enterprise = enterprises[row]
        off = abs(enterprise.opened + enterprise.inflow - enterprise.outflow - enterprise.cash)
        if not off <= gap:
            worst, gap = row, off
        cash += enterprise.cash
        received += enterprise.inflow
        paid += enterprise.outflow
    sums[0], sums[1], sums[2], sums[3], sums[4] = worst, gap, cash, received, paid


@compiled
def settle_sectors(funds, lines):
    """Sectors are sums of private purses: what they received and paid is what the lines and the open-ended purses say."""
    for line in lines:
        payer, payee = funds[line.payer], funds[line.payee]
        if payee.purse == Purse.SECTOR:
            payee.inflow += line.yuan
        if payer.purse == Purse.SECTOR:
            payer.outflow += line.yuan
    outside = funds[Fund.OUTSIDE]
    for fund in funds:
        outside.outflow += fund.drawn
    for fund in funds:
        if fund.purse == Purse.SECTOR:
            fund.balance = fund.opened + fund.inflow - fund.outflow


@compiled
def tolerance(scale):
    """Half a fen, or as much as adding up large sums in float64 may lose."""
    return max(TOLERANCE, 1e-12 * abs(scale))


@compiled
def add_up_funds(funds, sums):
    """Into ``sums``: the first fund that does not hold what it held, received and did not pay, or that owes and may not (−1 if
    there is none), by how much its balance is off, how much all money has grown, and all money (yuan)."""
    wrong, gap = -1, 0.0
    grown, money = 0.0, 0.0
    for code in range(len(funds)):
        fund = funds[code]
        off = fund.opened + fund.inflow - fund.outflow - fund.balance
        sound = abs(off) <= tolerance(fund.opened + fund.inflow)
        if wrong < 0 and not (sound and (fund.balance >= 0.0 or fund.purse == Purse.SECTOR)):
            wrong, gap = code, off
        grown += fund.balance - fund.opened
        money += abs(fund.balance)
    sums[0], sums[1], sums[2], sums[3] = wrong, gap, grown, money


@compiled
def add_up_lines(lines, funds, sector, sums):
    """Into ``sums``, from its sixth place on: what the lines of the budget say that a sector received, and paid, and what its
    purse holds (yuan)."""
    came, went = 0.0, 0.0
    for line in lines:
        if line.payee == sector:
            came += line.yuan
        if line.payer == sector:
            went += line.yuan
    sums[5], sums[6], sums[7] = came, went, funds[sector].balance


@compiled
def add_up_accounts(enterprises, sums):
    """Into ``sums``, from its ninth place on: the enterprise whose value added is least explained by wages, rent, tax and profit,
    and by how much (yuan)."""
    worst, gap, scale = -1, 0.0, 0.0
    for row in range(len(enterprises)):
        off = unaccounted(enterprises[row])
        if not abs(off) <= abs(gap):
            worst, gap, scale = row, off, enterprises[row].sales
    sums[8], sums[9], sums[10] = worst, gap, scale


@reuse_machine_code
def add_up(households, enterprises, funds, lines, sums):
    """Settle the sectors and add up everything into ``sums``: a row for the funds, one for households, one for enterprises."""
    settle_sectors(funds, lines)
    add_up_funds(funds, sums[0])
    add_up_households(households, sums[1])
    add_up_lines(lines, funds, Fund.HOUSEHOLDS, sums[1])
    add_up_enterprises(enterprises, sums[2])
    add_up_lines(lines, funds, Fund.ENTERPRISES, sums[2])
    add_up_accounts(enterprises, sums[2])


def _check(what: str, gap: float, scale: float) -> None:
    if not abs(gap) <= tolerance(scale):
        raise BooksDoNotClose(f"{what} is off by {gap:+,.3f} yuan")


def _check_funds(funds, wrong: float, gap: float, grown: float, money: float) -> None:
    """Every fund holds what it held, received and did not pay; none but a sector may owe."""
    if wrong >= 0.0:
        fund = funds[int(wrong)]
        name = Fund(int(wrong)).name.lower()
        _check(f"fund '{name}'", gap, fund.opened + fund.inflow)
        raise BooksDoNotClose(f"fund '{name}' holds {fund.balance:,.2f} yuan")
    _check("all money", grown, money)


def close_month(households, enterprises, funds, lines) -> None:
    """Stop the run if any money was made or lost this month.

    Raises BooksDoNotClose naming the row, the fund or the sector, and the gap.
    """
    sums = np.zeros((3, 11))
    add_up(households, enterprises, funds, lines, sums)
    of_funds, *of_sectors = sums.tolist()
    _check_funds(funds, *of_funds[:4])
    for name, sector in zip(("households", "enterprises"), of_sectors, strict=True):
        row, gap, cash, received, paid, came, went, balance = sector[:8]
        _check(f"the cash of row {row:.0f} of {name}", gap, 0.0)
        _check(f"what {name} received against what was paid to them", received - came, came)
        _check(f"what {name} paid against what was received from them", paid - went, went)
        _check(f"what {name} hold against their sector's purse", cash - balance, came + went + abs(cash))
    row, gap, scale = of_sectors[1][8:]
    _check(f"value added of row {row:.0f} of enterprises against wages, rent, tax and profit", gap, scale)
