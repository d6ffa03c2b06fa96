"""The plausible ensemble: where it stands between the files, and that it belongs to today's parameters."""

import numpy as np
import pytest

from sim import county
from sim.core.inputs import ensemble
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_all
from tests.science.whole_county import scenario

NAMES = ("founding.rural_income", "wages.farm_growth", "accounts.buffer_years")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """An ensemble of three assumptions and five members, stored where the model looks for it."""
    members = np.linspace(0.1, 0.9, 15).reshape(5, 3)
    path = tmp_path / "ensemble.csv"
    path.write_text(ensemble.text({"command": "by hand", "seed": "1"}, NAMES, members, load_all()), encoding="utf-8")
    monkeypatch.setattr(county, "_ENSEMBLE", [ensemble.load(load_all(), path)])
    return path


def test_an_ensemble_comes_back_as_it_was_written(small):
    found = ensemble.load(load_all(), small)
    assert found.names == NAMES
    assert found.about == {"command": "by hand", "seed": "1"}
    assert found.members[4, 2] == 0.9
    assert found.centre["founding.rural_income"] == pytest.approx(found.members[2, 0])


def test_successive_draws_are_successive_members_and_the_same_in_every_scenario(small):
    plausible = scenario(sets=("uncertainty=ensemble",))
    other = scenario("no_monitoring.yaml", ("uncertainty=ensemble",))
    draws = [county.sample_quantiles(plausible, 2021, k) for k in range(5)]
    assert sorted(each[NAMES[0]] for each in draws) == sorted(ensemble.load(load_all(), small).members[:, 0])
    assert [county.sample_quantiles(other, 2021, k)[NAMES[0]] for k in range(5)] == [each[NAMES[0]] for each in draws]
    assert draws[0][NAMES[0]] == county.sample_quantiles(plausible, 2021, 5)[NAMES[0]], "after the last comes the first"
    assert draws[0]["illness.admission_rate"] != county.sample_quantiles(plausible, 2021, 5)["illness.admission_rate"]


def test_what_is_not_calibrated_keeps_its_own_draw(small):
    plausible, prior = scenario(sets=("uncertainty=ensemble",)), scenario(sets=("uncertainty=prior",))
    one, two = county.sample_quantiles(plausible, 7, 3), county.sample_quantiles(prior, 7, 3)
    assert list(one) == list(two)
    assert {name for name in one if one[name] != two[name]} == set(NAMES)


def test_built_in_yields_to_the_ensemble_and_the_ensemble_to_county_and_scenario(small):
    """Of three calibrated assumptions one is left to the ensemble, one is set by a scenario."""
    book = load_all().parameters
    values = county.values_of(scenario(sets=("uncertainty=ensemble", "wages.farm_growth=0.01")), None)
    centre = ensemble.load(load_all(), small).centre
    assert values.used["founding.rural_income"] == pytest.approx(book["founding.rural_income"].at_quantile(centre[NAMES[0]]))
    assert values.provenance["founding.rural_income"] == "ensemble"
    assert values.used["wages.farm_growth"] == 0.01
    assert values.provenance["wages.farm_growth"].startswith("--set")
    assert values.used["illness.admission_rate"] == book["illness.admission_rate"].value
    prior = county.values_of(scenario(sets=("uncertainty=prior",)), None)
    assert prior.used["founding.rural_income"] == book["founding.rural_income"].value


def test_an_assumption_that_a_scenario_sets_is_not_drawn(small):
    plausible = scenario(sets=("uncertainty=ensemble", "wages.farm_growth=0.01"))
    assert "wages.farm_growth" not in county.sample_quantiles(plausible, 2021, 0)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "within 14000 to 17500",
            "within 14000 to 18000",
            "is outdated: 'founding.rural_income' was 15900 within 14000",
        ),
        ("triangular", "uniform", "uniform, and is now"),
        ("accounts.buffer_years", "accounts.buffer_ages", "'accounts.buffer_ages' is no assumption that varies any more"),
        ("0.1", "1.1", "is no whole ensemble"),
        ("0.", "nought.", "is no whole ensemble"),
    ],
)
def test_an_outdated_or_broken_ensemble_is_refused_with_what_to_do(small, before, after, said):
    small.write_text(small.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(InputError) as problem:
        ensemble.load(load_all(), small)
    assert said in str(problem.value)
    assert "xianjie calibrate" in str(problem.value)


def test_a_missing_ensemble_is_said_and_not_passed_over(tmp_path):
    with pytest.raises(InputError, match="there is no plausible ensemble"):
        ensemble.load(load_all(), tmp_path / "ensemble.csv")


def test_uncertainty_takes_two_words():
    with pytest.raises(InputError, match="'uncertainty' must be ensemble or prior, not 'none'"):
        scenario(sets=("uncertainty=none",))
