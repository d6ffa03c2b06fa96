"""KPI gaming: what is on file improves, what is true does not."""

import numpy as np
import pytest

from tests.science.whole_county import simulate

SEEDS = range(4)
FILES = ("kpi_gaming.yaml", "baseline.yaml")
#: Where all who are found at risk are listed there is something on file to bend, and help to lose by it.
LISTED = {"case_review__listed_share": 1.0}


@pytest.fixture(scope="module")
def gap():
    """By indicator and seed, gaming less baseline: every December."""

    def of(indicator: str) -> np.ndarray:
        bent, plain = ([simulate(seed, file, **LISTED).indicators[indicator][11::12] for seed in SEEDS] for file in FILES)
        return np.array(bent) - np.array(plain)

    return of


def test_under_pressure_the_recorded_rate_falls_and_the_true_one_does_not(gap):
    assert (gap("relapse_recorded").mean(axis=1) < 0).all()
    assert gap("relapse_rate").mean() >= 0
    assert (gap("relapse_divergence").mean(axis=1) < 0).all()


def test_cases_are_closed_earlier_and_more_of_them_are_still_at_risk(gap):
    assert np.nanmean(gap("eliminated_share")) > 0
    assert np.nanmean(gap("eliminated_at_risk")) > 0
    assert gap("monitored_share").mean() < 0


def test_records_drift_more_towards_december_and_start_afresh_in_january():
    polished = np.mean([simulate(seed, "kpi_gaming.yaml").indicators["relapse_polished"] for seed in SEEDS], axis=0)
    by_month = polished.reshape(5, 12).mean(axis=0)
    assert by_month[0] < by_month[5] < by_month[11]


def test_the_baseline_has_none_of_it():
    assert simulate(0).indicators["relapse_polished"].max() == 0.0
    none = simulate(0, "kpi_gaming.yaml", assessment__gaming=0.0)
    for name, series in simulate(0).indicators.items():
        assert none.indicators[name].tobytes() == series.tobytes(), name
