"""The books of a month: opened before anything happens, closed when everything has, to half a fen.

What every household and every enterprise holds must follow from what it received and paid; the sums over all rows must
equal the sector's purse; every purse and every line of the budget must agree. Nothing is corrected here: a gap stops the run.
"""

import math

import numpy as np

from sim.core.compilation import compiled, settled
from sim.core.ledger import Fund, Purse

TOLERANCE = 0.005


class BooksDoNotClose(Exception):
    """Money was made or lost; the message names the purse and the gap in yuan."""


@settled
@compiled
def open_month(households, enterprises, funds, lines):
    """Remember what everybody holds, and start the month's sums at zero."""
    for household in households:
        household.opened = household.cash
        household.received = 0.0
        household.paid = 0.0
        household.wages = 0.0
        household.business = 0.0
        household.property_income = 0.0
        household.transfers = 0.0
        household.post_pay = 0.0
        household.dibao_received = 0.0
        household.rigid = 0.0
    for enterprise in enterprises:
        enterprise.opened = enterprise.cash
        enterprise.inflow = 0.0
        enterprise.outflow = 0.0
    for fund in funds:
        fund.opened = fund.balance
        fund.inflow = 0.0
        fund.outflow = 0.0
        fund.drawn = 0.0
    for line in lines:
        line.yuan = 0.0
        line.units = 0.0
        line.unpaid = 0.0


@settled
@compiled
def add_up_households(households, sums):
    """Into ``sums``: the row whose cash follows least from its month, its gap, and cash held, received and paid by all (yuan).

    Each row counts with its weight. Cash is billions and its rows are added one by one, so what each addition loses is
    carried to the next.
    """
    worst, gap = -1, 0.0
    cash, lost, received, paid = 0.0, 0.0, 0.0, 0.0
    for row in range(len(households)):
        household = households[row]
        off = abs(household.opened + household.received - household.paid - household.cash)
        if not off <= gap:
            worst, gap = row, off
        part = household.weight * household.cash - lost
        longer = cash + part
        lost = (longer - cash) - part
        cash = longer
        received += household.weight * household.received
        paid += household.weight * household.paid
    sums[0], sums[1], sums[2], sums[3], sums[4] = worst, gap, cash, received, paid


@settled
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


@settled
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


def _check(what: str, gap: float, scale: float) -> None:
    """Half a fen, or as much as adding up large sums in float64 may lose."""
    if not abs(gap) <= max(TOLERANCE, 1e-12 * abs(scale)) or math.isnan(gap):
        raise BooksDoNotClose(f"{what} is off by {gap:+,.3f} yuan")


def _check_funds(funds: np.ndarray) -> None:
    """Every fund holds what it held, received and did not pay; none but a sector may owe."""
    balance, opened, inflow = funds["balance"], funds["opened"], funds["inflow"]
    gaps = opened + inflow - funds["outflow"] - balance
    sound = (np.abs(gaps) <= TOLERANCE) & ((balance >= 0.0) | (funds["purse"] == Purse.SECTOR))
    for code in np.flatnonzero(~sound).tolist():  # large sums, and whatever is wrong
        name = Fund(code).name.lower()
        _check(f"fund '{name}'", gaps[code], opened[code] + inflow[code])
        if funds["purse"][code] != Purse.SECTOR and balance[code] < 0.0:
            raise BooksDoNotClose(f"fund '{name}' holds {balance[code]:,.2f} yuan")
    _check("all money", (balance - opened).sum(), np.abs(balance).sum())


def close_month(households, enterprises, funds, lines) -> None:
    """Stop the run if any money was made or lost this month.

    Raises BooksDoNotClose naming the row, the fund or the sector, and the gap.
    """
    settle_sectors(funds, lines)
    funds, lines = np.asarray(funds), np.asarray(lines)  # columns of plain arrays are had ten times faster
    _check_funds(funds)
    yuan, payee, payer = lines["yuan"], lines["payee"], lines["payer"]
    for sector, rows, add_up in (
        (Fund.HOUSEHOLDS, households, add_up_households),
        (Fund.ENTERPRISES, enterprises, add_up_enterprises),
    ):
        name = sector.name.lower()
        sums = np.zeros(5)
        add_up(rows, sums)
        row, gap, cash, received, paid = sums.tolist()
        _check(f"the cash of row {row:.0f} of {name}", gap, 0.0)
        came, went = float(yuan[payee == sector].sum()), float(yuan[payer == sector].sum())
        _check(f"what {name} received against what was paid to them", received - came, came)
        _check(f"what {name} paid against what was received from them", paid - went, went)
        _check(f"what {name} hold against their sector's purse", cash - float(funds["balance"][sector]), came + went + abs(cash))
