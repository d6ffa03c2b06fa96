"""Mesa's idiom on top of the county: agents are faces of the rows that the rules compute, and change nothing by being seen."""

import warnings
from pathlib import Path

import numpy as np
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mesa

    from sim.agents import Government, Household, VillageEnterprise
    from sim.model import CountyModel

from sim.core.ledger import Fund
from tests.science.lives import SCENARIOS, county

BASELINE = Path(SCENARIOS / "baseline.yaml")


@pytest.fixture
def model():
    made = CountyModel(BASELINE, seed=2021)
    yield made
    made.close()


def test_a_model_lives_the_months_of_the_county(model):
    plain = county()
    for _ in range(3):
        model.step()
        plain.step()
    assert model.county.latest("rural_income") == plain.latest("rural_income")
    assert len(model.datacollector.get_model_vars_dataframe()) == 3


def test_looking_at_agents_changes_nothing(model):
    plain = county()
    assert len(model.agents_by_type[Household]) == len(plain.tables["households"])
    for _ in range(4):
        model.step()
        plain.step()
    for name in ("households", "persons", "register", "funds"):
        assert model.county.tables[name].tobytes() == plain.tables[name].tobytes(), name


def test_agents_can_be_selected_and_added_up_as_mesa_does(model):
    households = model.agents_by_type[Household]
    registered = households.select(lambda household: household.registered == 1)
    table = model.county.tables["households"]
    assert registered.agg("members", sum) == table["members"][table["registered"] == 1].sum()
    assert len(model.agents_by_type[VillageEnterprise]) == len(model.county.tables["enterprises"])
    groups = households.groupby("segment", result_type="list").groups
    assert {int(key): len(group) for key, group in groups.items()} == dict(enumerate(np.bincount(table["segment"])))


def test_a_household_that_is_split_off_has_a_face_too(model):
    before = len(model.agents_by_type[Household])
    for _ in range(3):
        model.step()
    assert len(model.agents_by_type[Household]) == len(model.county.tables["households"]) > before


def test_a_face_writes_into_its_row(model):
    household = model.agents_by_type[Household][0]
    household.debt = 123.0
    assert model.county.tables["households"]["debt"][household.row] == 123.0
    assert [person.household for person in household.people] == [household.row] * len(household.people)
    with pytest.raises(AttributeError, match="has no 'wealth'"):
        _ = household.wealth


def test_the_government_shows_funds_and_settings(model):
    government = model.agents_by_type[Government][0]
    model.step()
    assert government.fund(Fund.COUNTY_FLOOR) >= 0.0
    assert government.setting("public_posts.count") == 5000


def test_overrides_are_keywords_and_batch_run_varies_them():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = mesa.batch_run(
            CountyModel, {"scenario": str(BASELINE), "public_posts__count": [4000, 5000]}, max_steps=1, display_progress=False
        )
    assert sorted({row["public_posts__count"] for row in found}) == [4000, 5000]
    assert all(row["rural_income"] > 10_000 for row in found)
