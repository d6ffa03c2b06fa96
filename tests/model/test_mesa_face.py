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

from sim.core.inputs.errors import InputError, UserError
from sim.core.ledger import Fund
from sim.scenario import load_scenario
from sim.world.codes import Segment
from tests.science.whole_county import SCENARIOS, county

BASELINE = Path(SCENARIOS / "baseline.yaml")


@pytest.fixture
def model():
    made = CountyModel(BASELINE, seed=2021)
    yield made
    made.close()


def test_a_model_runs_the_months_of_the_county(model):
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


def test_faces_say_what_they_have_and_codes_are_words(model):
    household = model.agents_by_type[Household][0]
    assert {"cash", "members", "people", "row"} <= set(dir(household))
    assert isinstance(household.segment, Segment) and household.segment == model.county.tables["households"]["segment"][0]
    assert household.segment.name.lower() in repr(household) and repr(household).startswith("<Household 0, ")
    with pytest.raises(AttributeError, match="did you mean 'members'"):
        _ = household.memebrs
    assert household.linked == model.county.tables["households"]["linked"][0]


def test_sums_and_means_by_name_are_of_households_not_of_rows(model):
    households, table = model.agents_by_type[Household], model.county.tables["households"]
    weights = table["weight"]
    assert households.agg("members", "count") == weights.sum() > len(table)
    assert households.agg("members", "sum") == (weights * table["members"]).sum()
    assert households.agg("members", ["mean", max]) == [
        pytest.approx((weights * table["members"]).sum() / weights.sum()),
        table["members"].max(),
    ]
    registered = households.select(lambda household: household.registered == 1)
    assert registered.agg("cash", "sum") == pytest.approx((weights * table["cash"])[table["registered"] == 1].sum())
    sums = {int(name): group.agg("members", "sum") for name, group in households.groupby("segment").groups.items()}
    assert sum(sums.values()) == households.agg("members", "sum")
    assert np.isnan(households.select(lambda household: False).agg("cash", "mean"))
    enterprises = model.agents_by_type[VillageEnterprise]
    assert enterprises.agg("cash", "count") == len(enterprises)
    with pytest.raises(ValueError, match="did you mean 'mean'"):
        households.agg("cash", "meen")


def test_a_household_that_is_split_off_has_a_face_too(model):
    before = len(model.agents_by_type[Household])
    for _ in range(3):
        model.step()
    assert len(model.agents_by_type[Household]) == len(model.county.tables["households"]) > before


def test_what_the_rules_compute_cannot_be_set_through_a_face(model):
    household = model.agents_by_type[Household][0]
    before = model.county.tables["households"].tobytes()
    with pytest.raises(AttributeError, match="CountyModel\\(scenario, public_posts__count=3000\\)"):
        household.cash += 500
    with pytest.raises(AttributeError, match="不能直接改"):
        household.row = 1
    with pytest.raises(AttributeError):
        model.agents_by_type[Household].set("debt", 0.0)
    assert model.county.tables["households"].tobytes() == before
    household.note = "mine"
    assert household.note == "mine", "attributes of one's own, as any Mesa agent has them"
    assert [person.household for person in household.people] == [household.row] * len(household.people)
    with pytest.raises(AttributeError, match="has no 'wealth'"):
        _ = household.wealth


def test_values_of_a_founded_county_cannot_be_set(model):
    values = model.county.values
    with pytest.raises(UserError, match="fixed once a county is founded"):
        values.path("public_posts.count")[30:] = 0.0
    for change in (lambda: values.paths.update({}), lambda: values.paths["public_posts.count"].fill(0.0)):
        with pytest.raises((AttributeError, ValueError)):
            change()
    free = values.path("public_posts.count") * 2.0
    free[0] = 1.0
    assert free[0] == 1.0 and values.at("public_posts.count") == 5000.0


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


@pytest.mark.parametrize("scenario", [BASELINE, load_scenario(BASELINE)], ids=["path", "scenario"])
def test_overrides_are_used_or_refused_whatever_the_scenario_is_given_as(scenario):
    for given in (3000, "3000", np.int64(3000), {"2021-01": 3000}):
        made = CountyModel(scenario, public_posts__count=given, uncertainty="prior")
        assert made.county.setting("public_posts.count") == 3000, given
        assert made.county.scenario.uncertainty == "prior"
    for wrong, word in (
        ({"public_posts__coutn": 3000}, "did you mean 'public_posts.count'"),
        ({"public_posts__count": 90000}, "lies outside"),
        ({"public_posts__count": {"2029": 1}}, "beyond the horizon"),
        ({"uncertainty": "none"}, "must be ensemble or prior"),
    ):
        with pytest.raises(InputError) as caught:
            CountyModel(scenario, **wrong)
        assert word in caught.value.english and caught.value.place.startswith("CountyModel: ")
