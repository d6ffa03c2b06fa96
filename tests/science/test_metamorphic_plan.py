"""Sentences about the whole plan that must hold whatever the numbers are: MR3, MR12, MR19, MR20, MR22, MR24, MR26, MR28."""

import numpy as np
import pytest

from sim.core.ledger import Fund
from sim.core.parameters import load_all
from sim.world import places, synthesis
from tests.science.lives import SEEDS, county, difference, life, paid, yearly


def standard_error(differences: np.ndarray) -> float:
    return float(differences.std(ddof=1) / np.sqrt(len(differences)))


def test_mr3_more_county_money_does_not_mean_more_relapse():
    found = difference("relapse_rate", budget__county_floor=40e6)
    assert found.mean() <= 2.0 * standard_error(found)


def test_mr12_a_higher_premium_with_the_same_claims_changes_nothing_for_households():
    """The reserve never runs dry at either premium, and the county's money is ample."""
    ample = {"budget__county_floor": 500e6, "budget__industry_share": 0.0, "poverty_insurance__premium": 300.0}
    dear = {**ample, "poverty_insurance__premium": 450.0}
    assert paid("insurance_premium", **dear) == pytest.approx(1.5 * paid("insurance_premium", **ample), rel=1e-6)
    for indicator in ("own_rigid_spending", "registered_income", "relapse_rate"):
        np.testing.assert_allclose(yearly(indicator, **dear), yearly(indicator, **ample), rtol=1e-9)


def test_mr19_more_enclave_projects_mean_more_revenue_and_jobs_and_leave_relapse_alone():
    effort = {"enclave_projects__effort": 2.0, "enclave_projects__land_quota": 0.1}
    assert difference("enclaves_producing", **effort).min() > 0.0
    assert difference("township_revenue", **effort).min() > 0.0
    assert difference("enclave_registered", **effort).mean() > 0.0
    early = [yearly("relapse_rate", seed, **effort)[:2] - yearly("relapse_rate", seed)[:2] for seed in SEEDS]
    assert np.abs(early).mean() < 0.0005, "within two years hardly anything has been built (SF17)"


def test_mr20_without_dividends_property_income_is_gone_and_nothing_else_moves_before():
    kept = life(village_assets__household_share={"2021-01": 0.0})
    assert paid("dividends", village_assets__household_share={"2021-01": 0.0}) == 0.0 < paid("dividends")
    for name, series in life().indicators.items():
        np.testing.assert_array_equal(kept.indicators[name][:11], series[:11], err_msg=name)
    assert kept.indicators["registered_income"][11] < life().indicators["registered_income"][11]


def test_mr22_spill_over_of_nothing_is_no_spill_over():
    assert life(local_spillover__spent_locally=0.0).digest == life().digest
    assert yearly("business_share", local_spillover__spent_locally=0.2)[-1] > yearly("business_share")[-1]


def test_mr24_a_large_buffer_ends_borrowing_and_leaves_poverty_by_income_as_it_is():
    """Relapse is defined on income, not on what people can live on: savings do not change it, but for help not asked for."""
    plain, rich = county(), county()
    rich.tables["households"]["cash"] += 1e6
    rich.tables["funds"]["balance"][Fund.HOUSEHOLDS] += (rich.tables["households"]["weight"] * 1e6).sum()
    poor_life, rich_life = plain.live(), rich.live()
    assert rich_life.indicators["debt_per_head"][-1] < 0.05 * poor_life.indicators["debt_per_head"][-1]
    gap = rich_life.indicators["relapse_rate_income"][11::12] - poor_life.indicators["relapse_rate_income"][11::12]
    assert np.abs(gap).max() < 0.003


def test_mr26_serving_by_severity_is_no_worse_than_by_lot():
    scarce = {"budget__county_floor": 12e6}
    by_lot = np.array([yearly("relapse_rate", seed, **scarce, targeted_help__queue="random").mean() for seed in SEEDS])
    severity = np.array([yearly("relapse_rate", seed, **scarce).mean() for seed in SEEDS])
    assert (by_lot - severity).mean() >= -2.0 * standard_error(by_lot - severity)


def test_mr28_a_township_split_in_two_changes_no_total(monkeypatch):
    """Half the villages of the first township go to a street that has none."""
    rows = places.read_villages()
    empty = next(
        each["code"] for each in places.read_townships() if not any(row["code"].startswith(each["code"]) for row in rows)
    )
    split = places.read_townships()[0]["code"]
    moved = {row["code"] for row in [row for row in rows if row["code"].startswith(split)][::2]}
    renamed = [{**row, "code": empty + row["code"][9:]} if row["code"] in moved else row for row in rows]
    whole = {name: np.mean([yearly(name, seed).mean() for seed in SEEDS[:4]]) for name in ("rural_income", "relapse_rate")}
    monkeypatch.setattr(synthesis, "read_villages", lambda: renamed)
    lives = [county(seed).live() for seed in SEEDS[:4]]
    assert np.isnan(lives[0].townships["rural_income"][-1]).sum() == 1
    for name, tolerance in (("rural_income", 0.005), ("relapse_rate", 0.1)):
        assert np.mean([each.indicators[name][11::12].mean() for each in lives]) == pytest.approx(whole[name], rel=tolerance)


@pytest.mark.parametrize("lever", [each.id for each in load_all().parameters.values() if each.role == "lever"])
def test_every_lever_at_its_status_quo_resolves_to_the_same_numbers(lever):
    """What a scenario sets to the status quo reaches the rules as the same bits, so no life can differ (MR15)."""
    from sim.county import values_of
    from tests.science.lives import scenario

    parameter = load_all().parameters[lever]
    if parameter.is_dated:
        text = "{" + ", ".join(f"{month}: {value}" for month, value in parameter.value.items()) + "}"
    else:
        text = str(parameter.value)
    usual, said = values_of(scenario(), None), values_of(scenario("baseline.yaml", (f"{lever}={text}",)), None)
    for name, path in usual.paths.items():
        np.testing.assert_array_equal(said.paths[name], path, err_msg=name)
