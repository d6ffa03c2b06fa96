"""Pressure of assessment by hand: records bend, near the line and before December, and nothing true does."""

import pytest

from sim.world.codes import CaseState
from tests.hand import Hand


def two_townships() -> Hand:
    """Two townships with two registered households of three persons each; one of the second township is on file as fallen."""
    hand = Hand(households=4, persons=4, townships=2)
    hand.households["township"] = [0, 0, 1, 1]
    hand.households["members"], hand.households["registered"] = 3, 1
    hand.register["reported_below"] = [0, 0, 0, 1]
    return hand


def test_without_gaming_there_is_no_pressure():
    hand = two_townships()
    hand.run("assessment", month=11)
    assert hand.townships["pressure"].tolist() == [0.0, 0.0]


def test_pressure_is_full_in_december_and_most_where_most_are_on_file():
    hand = two_townships()
    hand.run("assessment", month=11, gaming=0.4, by_standing=0.5)
    # The first is best of all: half of 0.4. The second is behind every other: all of it.
    assert hand.townships["pressure"].tolist() == pytest.approx([0.2, 0.4])
    hand.run("assessment", month=2, gaming=0.4, by_standing=0.5)
    assert hand.townships["pressure"].tolist() == pytest.approx([0.05, 0.1]), "March: three twelfths"


def monitored(verified: float, broken: int = 0, pressure: float = 1.0) -> Hand:
    hand = Hand()
    hand.environment["poverty_line"] = 4000.0
    hand.townships["pressure"] = pressure
    hand.register["case_row"], hand.register["seen"] = 0, 10
    hand.register["verified_income"], hand.register["broken"] = verified, broken
    return hand


@pytest.mark.parametrize(
    ("verified", "broken", "pressure", "below", "polished"),
    [
        (3500.0, 0, 1.0, 0, 1),  # within 30 % of the line: written up to it
        (3500.0, 0, 0.0, 1, 0),  # nobody presses
        (2500.0, 0, 1.0, 1, 0),  # too far below
        (3500.0, 1, 1.0, 1, 0),  # everybody sees the broken house
        (4500.0, 0, 1.0, 0, 0),  # nothing to hide
    ],
)
def test_accounts_near_the_line_are_left_out_of_the_count(verified, broken, pressure, below, polished):
    hand = monitored(verified, broken, pressure)
    hand.run("relapse_records", month=11, reach=0.3)
    assert (hand.register[0].reported_below, hand.register[0].polished) == (below, polished)
    assert hand.register[0].verified_income == verified, "what was seen stays on file"


def test_who_is_left_out_stays_out_until_the_year_ends():
    out = []
    for month in range(12):
        hand = Hand(households=60, persons=60)
        hand.environment["poverty_line"] = 4000.0
        hand.townships["pressure"] = 0.5 * (month + 1) / 12
        hand.register["case_row"], hand.register["seen"], hand.register["verified_income"] = 0, month, 3900.0
        hand.run("relapse_records", month=month)
        out.append(set(hand.register["polished"].nonzero()[0].tolist()))
    assert all(before <= after for before, after in zip(out, out[1:]))
    assert len(out[0]) < len(out[-1]) < 60


def test_a_verified_signal_is_put_off_under_full_pressure_and_taken_up_without():
    for pressure, opened in ((1.0, 0), (0.0, 1)):
        hand = Hand()
        hand.townships["pressure"] = pressure
        hand.register["signal"], hand.register["found"] = 0, 1
        hand.run("case_review", month=11, procedural_lag=0.0, listed_share=1.0)
        assert hand.tables.counts["cases"][0] == opened
        assert (hand.register[0].signal >= 0) == (opened == 0), "put off is not dismissed"


def test_a_case_is_closed_early_under_pressure():
    for pressure, state in ((0.5, CaseState.ELIMINATED), (0.0, CaseState.MONITORED)):
        hand = Hand(cases=1)
        hand.environment["monitoring_line"], hand.townships["pressure"] = 6000.0, pressure
        hand.households["workers"] = 1
        case = hand.cases[0]
        # Three months above the line: half of the six that the procedure asks for.
        case.state, case.measures, case.stable, case.resolved = CaseState.MONITORED, 1, 3, 1
        hand.register["case_row"], hand.register["income_on_file"] = 0, 8000.0
        hand.run("risk_elimination", month=11, review_chance=1.0, stable_months=6.0, hastened=1.0)
        assert case.state == state
