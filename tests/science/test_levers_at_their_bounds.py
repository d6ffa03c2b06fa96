"""Every lever at both ends of what a scenario may ask for, and all of them at once: the county runs, and its books close."""

import pytest

from sim.core.inputs.parameters import load_all
from sim.county import County, values_of
from sim.scenario import load_scenario
from tests.science.whole_county import SCENARIOS, SEED

LEVERS = [each for each in load_all().parameters.values() if each.role == "lever" and each.changes_from is None]


def ends(parameter) -> list[str]:
    """What a planner may write: every option of a switch, or lowest and highest of each number."""
    if parameter.options is not None:
        return list(parameter.options)
    if parameter.sums_to is not None:  # shares of a whole: all to the first, all to the last
        count = len(parameter.entries()[0])
        return [str([parameter.sums_to if place == chosen else 0.0 for place in range(count)]) for chosen in (0, count - 1)]
    low, high = parameter.limits()
    return [str([end] * len(parameter.entries()[0]) if parameter.is_list else end) for end in (low, high)]


def run_with(*sets: str, months: int = 24) -> County:
    scenario = load_scenario(SCENARIOS / "baseline.yaml", sets)
    county = County(scenario, values_of(scenario, None), SEED, 0)
    for _ in range(months):
        county.step()
    return county


@pytest.mark.deep
@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.id)
def test_a_lever_at_either_end_lets_the_county_live(lever):
    for end in ends(lever):
        county = run_with(f"{lever.id}={{2021-01: {end}}}")
        assert county.tables["households"]["members"].sum() > 0


@pytest.mark.parametrize("side", [0, -1], ids=["lowest", "highest"])
def test_all_levers_at_one_end_let_the_county_live_to_the_last_month(side):
    run_with(*(f"{lever.id}={{2021-01: {ends(lever)[side]}}}" for lever in LEVERS), months=60)
