"""Ten years without an end of support: what nobody ordered does not drift."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.core.ledger import Fund
from sim.county import County, values_of
from sim.goals.measure import Measure
from sim.scenario import load_scenario
from sim.world.codes import LoanState, Segment
from tests.science.test_people_and_work import able_share

pytestmark = pytest.mark.deep
#: Of two replications the months to identification differ by a sixth by chance alone: few are identified in a quarter.
YEARS, REPLICATIONS, WEIGHT = 10, 8, 20
#: Who is on a list for life. Others are seldom visited, who lost dibao among them: a risk of 2021 may be found years later.
LISTED = [Segment.REGISTERED_DIBAO, Segment.REGISTERED_OTHER, Segment.MARGINAL]
GROUPS = ((25, 39), (40, 54), (55, 59), (60, 64), (65, 69))


@cache
def lived() -> dict[str, np.ndarray]:
    """By name: values of each year (years,), or of 2021 and 2030; means of replications."""
    scenario = replace(load_scenario("scenarios/exit_none.yaml"), general_weight=WEIGHT)
    runs = []
    for replication in range(REPLICATIONS):
        county = County(scenario, values_of(scenario, None), 2021, replication)
        insurer, snapshots = [], {}
        while county.month < 12 * YEARS:
            county.step()
            insurer.append(float(county.tables["funds"]["balance"][Fund.INSURER]))
            if county.month in (12, 12 * YEARS):
                loans = county.tables["loans"]
                snapshots[county.month] = [(loans["state"] == LoanState.ACTIVE).sum(), *(able_share(county, g) for g in GROUPS)]
        by_segment = county._record.measures[12:].sum(axis=1)
        sums = by_segment[:, LISTED].sum(axis=1)
        months, found = (sums[:, each].reshape(YEARS, 12).sum(axis=1) for each in (Measure.DELAY, Measure.IDENTIFIED))
        indicators = county.run().indicators
        income = indicators["rural_income"][11::12]
        runs.append(
            {
                "dibao": indicators["dibao_persons"][11::12],
                "delay": np.array([months[:3].sum() / found[:3].sum(), months[-3:].sum() / found[-3:].sum()]),
                "insurer": np.array(insurer).reshape(YEARS, 12).mean(axis=1) / income,
                "loans": np.array([snapshots[12][0], snapshots[12 * YEARS][0]], dtype=float),
                "able": np.array([snapshots[12][1:], snapshots[12 * YEARS][1:]]),
            }
        )
    return {name: np.mean([run[name] for run in runs], axis=0) for name in runs[0]}


@pytest.mark.parametrize("name", ["dibao", "delay", "insurer", "loans"])
def test_after_ten_years_it_is_within_15_percent_of_2021(name):
    """Persons on dibao; months to identification of who is on a list; the insurer's money over rural income; active loans."""
    first, last = lived()[name][[0, -1]]
    assert last == pytest.approx(first, rel=0.15)


def test_as_many_of_each_age_can_work():
    first, last = lived()["able"]
    assert last == pytest.approx(first, rel=0.15)
