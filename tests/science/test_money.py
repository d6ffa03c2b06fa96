"""Money in the county, an eighth the size: what is owed comes first, loans and cover make nobody poor, purses are settled."""

from dataclasses import replace

import numpy as np
import pytest

from sim.core.ledger import Fund
from sim.world.codes import LoanState
from tests.science.whole_county import SMALL, WHOLE, paid, simulate

WORLD, SIZE = SMALL, SMALL.size
NO_LOANS = {"microcredit__loans": 0.0, "microcredit__startup_loans": 0.0}
#: Four replications of the whole county: how often cover pays in a small one is a matter of a few households.
LARGE = replace(WHOLE, seeds=range(4))
#: Two-sided 5 % of Student's t for four replications, in standard errors.
NOISE = 3.18
#: The borrower bears the whole interest, and earns just that on average.
FAIR = {"microcredit__interest_subsidy": 0.0, "microcredit__startup_subsidy": 0.0, "microcredit__loan_return": 0.0385}


def test_more_work_relief_and_training_never_leave_the_medical_top_up_unpaid():
    """In the whole county: in a small one a month's bills may be twice the usual."""
    # The county's part of the top-up is some 8 of its 10 million, and nothing comes from above.
    tight = {"budget__county_floor": 10e6, "budget__bridging": 0.0, "public_posts__count": 0.0}
    for greedy in ({}, {"work_relief__places": 3000.0, "training__person_times": 20_000.0}):
        short = sum(row["shortfall"] for row in simulate(0, **tight, **greedy).budget if row["use"] == "top_up_county")
        assert short == 0.0, greedy
        assert paid("work_relief_wages", 0, **tight, **greedy) > 0.0, "what is free is spent all the same"


def test_a_lump_larger_than_a_months_money_is_paid_within_the_year():
    wanted = 4e6 * SIZE
    assert WORLD.paid("compensation_fund", 0, microcredit__compensation=wanted) == pytest.approx(5 * wanted)


@pytest.mark.parametrize("many", [580.0, 2000.0])
def test_a_loan_at_a_fair_rate_never_makes_poor(many):
    for terms in ({}, FAIR):
        with_loans = {**terms, "microcredit__loans": many * SIZE}
        more = WORLD.means("relapse_rate", **with_loans) - WORLD.means("relapse_rate", **terms, **NO_LOANS)
        assert more.mean() <= NOISE * more.std(ddof=1) / np.sqrt(len(more)), terms


def test_loans_are_as_many_after_five_years_and_few_default():
    county = WORLD.county()
    founded = int((county.tables["loans"]["state"] == LoanState.ACTIVE).sum())
    while county.month < 60:
        county.step()
    loans = county.tables["loans"]
    states = np.bincount(loans["state"], minlength=3)
    # Start-up loans, thirty a year for two years, come on top.
    assert states[LoanState.ACTIVE] == pytest.approx(founded, rel=0.2)
    due = founded / 24.0 * 60.0  # half the stock falls due each year
    assert 0.005 * due < states[LoanState.DEFAULTED] < 0.07 * due, "published: 1 to 7 % overdue by number"


def test_a_contracted_insurer_pays_every_claim_and_keeps_nothing():
    county, helped = WORLD.county(), []
    while county.month < 60:
        county.step()
        households = county.tables["households"]
        assert ("poverty_insurer", "insurance_claims") not in county.short_lines()
        if county.month % 12 == 0:
            there = households["members"] > 0
            helped.append(households["weight"] @ (households["claimed"] > 0.0) / households["weight"][there].sum())
    assert 0.0005 < np.mean(helped) < 0.004, "of all households a year; published between 0.0003 and 0.008"
    premium = WORLD.paid("insurance_premium", 0) / 5.0
    assert county.tables["funds"]["balance"][Fund.POVERTY_INSURER] < premium


def test_without_a_premium_there_is_no_cover():
    assert WORLD.due("insurance_claims", 0, poverty_insurance__premium={"2021-01": 0.0}) == pytest.approx(0.0, abs=1e5 * SIZE)


@pytest.mark.parametrize(
    "more",
    [
        {"poverty_insurance__deductible": 8_000.0},
        {"poverty_insurance__band_rates": [0.7, 0.8, 0.9]},
        {"medical_reimbursement__assistance_ratio": 0.5},
        {"targeted_help__relief_menu": [1.3] * 8},
    ],
    ids=["deductible", "bands", "assistance", "relief"],
)
def test_more_cover_and_aid_never_make_poor(more):
    change = LARGE.difference("relapse_rate", **more)
    assert change.mean() <= NOISE * change.std(ddof=1) / np.sqrt(len(change))


def test_entries_of_a_year_are_counted_from_the_first_month_on():
    """Beside the stock, which counts only who fell after January 2021 and so needs a year to fill."""
    found = [WORLD.result(seed).indicators for seed in WORLD.seeds]
    entered, stock = (np.mean([each[name] for each in found], axis=0) for name in ("entered_year", "relapse_rate"))
    assert entered[:6].mean() > 0.5 * entered[24:].mean()
    assert stock[:6].mean() < 0.5 * stock[24:].mean()


def test_purses_are_settled_every_year():
    county = WORLD.county()
    while county.month < 48:
        county.step()
    funds = county.tables["funds"]["balance"]
    filled, premiums = float(funds[Fund.TOWNSHIP]), 40e6 * SIZE
    assert funds[Fund.INSURER] < premiums, "no more than one season's premiums"
    county.step()  # January: what townships had left after a year goes up
    assert funds[Fund.TOWNSHIP] < 0.5 * filled
