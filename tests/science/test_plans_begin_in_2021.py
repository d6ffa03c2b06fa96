"""No plan rewrites the past: all scenarios of a county are founded and burnt in alike, and levers act from January 2021."""

import dataclasses
import hashlib
from functools import cache

import numpy as np
import pytest

from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_all
from sim.county import BURN_IN, County, run_county, sample_quantiles, values_of
from sim.scenario import Scenario, load_scenario, without_policy
from tests.science.test_levers_at_their_bounds import ends
from tests.science.whole_county import SCENARIOS, SEED

LEVERS = [each for each in load_all().parameters.values() if each.role == "lever"]
CHANGEABLE = [each for each in LEVERS if each.changes_from is None]


def small(*sets: str, file: str = "baseline.yaml", county_file: object = None) -> Scenario:
    """A county of few rows, which takes a quarter of a second to run."""
    loaded = load_scenario(SCENARIOS / file, sets, county_file)  # type: ignore[arg-type]
    return dataclasses.replace(loaded, population_detail="sampled", general_weight=100, months=60)


def founded(scenario: Scenario, values=None) -> str:
    """Hash of every table of a county after burn-in, before the first process of January 2021."""
    county = County(scenario, values or values_of(scenario, None), SEED, 0)
    assert county.month == 0
    digest = hashlib.sha256()
    for name in sorted(county.tables.rows):
        rows = county.tables[name]
        for column in sorted(rows.dtype.names):
            digest.update(f"{name}.{column}".encode() + np.ascontiguousarray(rows[column]).tobytes())
    return digest.hexdigest()


@pytest.mark.parametrize("lever", CHANGEABLE, ids=lambda lever: lever.id)
def test_an_undated_value_is_one_dated_january_2021(lever):
    usual = values_of(small(), None)
    for end in ends(lever):
        undated, dated = (values_of(small(f"{lever.id}={text}"), None) for text in (end, f"{{2021-01: {end}}}"))
        for name, path in undated.paths.items():
            np.testing.assert_array_equal(dated.paths[name], path, err_msg=f"{name} where {lever.id} is {end}")
            np.testing.assert_array_equal(path[:BURN_IN], usual.paths[name][:BURN_IN], err_msg=f"{name}: 2020 is bent")
        assert undated.used == dated.used


def test_founding_and_burn_in_read_nothing_of_what_a_plan_sets():
    """With the test above, for every lever at every value: the founded county is equal bit for bit."""
    scenario = small()
    poisoned = values_of(scenario, None)
    paths = dict(poisoned.paths)
    for lever in LEVERS:
        path = paths[lever.id] = paths[lever.id].copy()
        path[BURN_IN:] = -1 if lever.options is not None else np.nan
    assert founded(scenario, dataclasses.replace(poisoned, paths=paths)) == founded(scenario)


@pytest.mark.deep
@pytest.mark.parametrize("lever", CHANGEABLE, ids=lambda lever: lever.id)
def test_the_founded_county_is_equal_for_a_lever_at_both_ends(lever):
    usual = founded(small())
    for end in ends(lever):
        assert founded(small(f"{lever.id}={end}")) == usual
        assert founded(small(f"{lever.id}={{2021-01: {end}}}")) == usual


@pytest.mark.parametrize("name", ["support_withdrawn", "fewer_better_posts", "industry_first", "dibao_line_10"])
def test_shipped_scenarios_share_their_past(name):
    scenario = small(file=f"{name}.yaml")
    assert founded(scenario) == founded(small()) == founded(without_policy(scenario))


def test_a_county_file_states_the_status_quo(tmp_path):
    county = tmp_path / "county.yaml"
    text = (SCENARIOS / "county.yaml").read_text(encoding="utf-8")
    county.write_text(text.replace("  value: 400\n  evidence: assumed", "  value: 600\n  evidence: measured"), encoding="utf-8")
    assert (values_of(small(county_file=county), None).path("earnings.post_pay") == 600).all()
    planned = values_of(small("earnings.post_pay=500", county_file=county), None).path("earnings.post_pay")
    assert (planned[:BURN_IN] == 600).all() and (planned[BURN_IN:] == 500).all()


@pytest.mark.parametrize("date", ["2020-01", "2020", "2020-12"])
def test_a_lever_dated_before_the_plan_is_refused(date):
    with pytest.raises(InputError, match="write 2021-01 in place of 2020"):
        small(f"public_posts.count={{{date}: 4000}}")


def test_a_first_date_never_reaches_back():
    """Neither of a lever that has dates of its own, nor of an assumption."""
    values = values_of(small("budget.industry_share={2021-01: 0.9}", "weather.ordered_drought={2021-01: 1.0}"), None)
    usual = values_of(small(), None)
    for name in ("budget.industry_share", "weather.ordered_drought"):
        np.testing.assert_array_equal(values.path(name)[:BURN_IN], usual.path(name)[:BURN_IN])
        assert (values.path(name)[BURN_IN:] != usual.path(name)[BURN_IN:]).any()


# --- more never acts like less --------------------------------------------------------------------------------------------------

REPLICATIONS = range(4)


@cache
def outcome(*sets: str) -> dict[str, np.ndarray]:
    """Registered income and the share that fell back at the end of 2025, by replication; draws are common to all scenarios."""
    scenario = small(*sets)
    results = [run_county(scenario, sample_quantiles(scenario, SEED, number), SEED, number).indicators for number in REPLICATIONS]
    return {name: np.array([each[name][-1] for each in results]) for name in ("registered_income", "relapse_rate")}


@pytest.fixture(scope="module")
def usual() -> dict[str, np.ndarray]:
    return outcome()


@pytest.mark.parametrize(
    ("lever", "rising"),
    [
        ("public_posts.count", (0, 2000)),
        ("earnings.post_pay", (0, 200)),
        ("medical_reimbursement.premium_covered", (0.0, 0.5)),
        ("dibao.paid_share", (0.0, 0.5)),
    ],
)
def test_less_of_it_makes_poorer_and_more_fall_back(usual, lever, rising):
    """From nothing by way of about half to the status quo: income never falls and relapse never rises, on the same draws."""
    steps = [*(outcome(f"{lever}={value}") for value in rising), usual]
    for less, more in zip(steps, steps[1:]):
        assert (more["registered_income"] - less["registered_income"]).mean() > 0.0
        assert (more["relapse_rate"] - less["relapse_rate"]).mean() <= 0.0


def test_no_posts_and_posts_at_no_pay_are_nearly_the_same(usual):
    no_posts, no_pay = (
        (outcome(text)["registered_income"] - usual["registered_income"]).mean()
        for text in ("public_posts.count=0", "earnings.post_pay=0")
    )
    assert no_posts < 0.0 and no_pay < 0.0
    assert 0.5 < no_posts / no_pay < 2.0
