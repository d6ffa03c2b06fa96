"""An open-ended purse draws what it lacks, and rounding never leaves it owing."""

import numpy as np

from sim.core.ledger import Fund, Purse, withdraw
from sim.core.tables import TABLES


def test_drawing_the_difference_leaves_exactly_nothing():
    # Sums for which holding + (due − holding) rounds to less than what is due: one replication in a thousand met one in a bank.
    rng = np.random.default_rng(2021)
    holding, due = rng.uniform(0.0, 1e7, 20_000), rng.uniform(1e7, 1e8, 20_000)
    owing = np.flatnonzero(holding + (due - holding) < due)
    assert len(owing) > 10
    for held, total in zip(holding[owing], due[owing], strict=True):
        funds = TABLES["funds"].allocate(len(Fund))
        funds["purse"], funds["balance"] = Purse.OPEN_ENDED, held
        assert withdraw(funds, Fund.BANK, total, 0)
        bank = funds[Fund.BANK]
        assert bank.balance == 0.0
        assert bank.drawn == bank.inflow == total - held
        assert bank.outflow == total
