"""The form of levers: what is shown is what holds, what is typed is what is set, and nothing else changes."""

import pytest

from experiments.page import lever_form
from experiments.page.workspace import Workspace
from experiments.reporting.translations import Words
from sim.core.inputs.errors import InputError, UserError
from sim.core.inputs.parameters import load_all
from sim.scenario import load_scenario

WORDS = Words("zh")
LEVERS = [each for each in load_all().parameters.values() if each.role == "lever"]


def fields_of(scenario, base=None):
    """What a browser would post of the form as it is shown."""
    form = {}
    for group in lever_form.groups(scenario, base or scenario, {}, WORDS, {}, {}):
        for field in group.fields:
            for number, part in enumerate(field.parts):
                form |= {lever_form.field_name(field.id, number, year): text for year, text in zip(lever_form.YEARS, part.plan)}
    return form


def test_every_lever_has_a_field_with_unit_bounds_and_evidence():
    shown = [field for group in lever_form.groups(load_scenario("baseline"), load_scenario("baseline"), {}, WORDS, {}, {})
             for field in group.fields]  # fmt: skip
    assert sorted(field.id for field in shown) == sorted(each.id for each in LEVERS)
    for field in shown:
        assert field.evidence and field.effect and field.name
        assert field.options or float(field.low) < float(field.high)


@pytest.mark.parametrize("name", ["baseline", "floor_10m", "dibao_line_10", "exit_taper", "kpi_gaming"])
def test_a_form_left_as_it_was_changes_nothing(name):
    plan = load_scenario(name)
    own = {"public_posts.count": 4000}
    assert lever_form.read(fields_of(plan), own, plan, load_scenario("baseline")) == (own, {}, {})


@pytest.mark.parametrize("lever", [each.id for each in LEVERS if each.options is None and each.changes_from is None])
def test_what_is_typed_is_set_in_the_units_of_files(lever):
    parameter, plan = load_all().parameters[lever], load_scenario("baseline")
    form = fields_of(plan)
    typed = lever_form.shown(parameter, parameter.limits()[1])
    names = [name for name in form if name.startswith(f"{lever}:0:")]
    form |= dict.fromkeys(names, typed)
    settings, problems, _typed = lever_form.read(form, {}, plan, plan)
    assert not problems
    if all(value == typed for name, value in fields_of(plan).items() if name in names):
        assert settings == {}  # it is at its bound already
        return
    value = settings[lever][0] if parameter.is_list else settings[lever]
    assert value == pytest.approx(parameter.limits()[1])


def test_a_year_is_set_from_its_january_on():
    plan = load_scenario("baseline")
    form = fields_of(plan) | {
        f"budget.county_floor:0:{year}": "１，０００" if year > 2022 else "2000" for year in lever_form.YEARS
    }
    settings, problems, _typed = lever_form.read({k: v.replace("，", ",") for k, v in form.items()}, {}, plan, plan)
    assert not problems
    assert settings == {"budget.county_floor": {"2021-01": 20_000_000, "2023-01": 10_000_000}}


def test_what_is_no_number_is_shown_again_beside_its_field():
    plan = load_scenario("baseline")
    form = fields_of(plan) | {"public_posts.count:0:2023": "三千"}
    settings, problems, typed = lever_form.read(form, {}, plan, plan)
    assert settings == {} and problems == {"public_posts.count": "screen_not_a_number"}
    assert typed["public_posts.count:0:2023"] == "三千"


def test_a_value_back_at_what_the_plan_builds_on_is_not_set(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.create("halved", "floor_10m")
    plan = workspace.plan("halved")
    form = fields_of(plan.scenario) | {f"budget.county_floor:0:{year}": "2000" for year in lever_form.YEARS}
    settings, _problems, _typed = lever_form.read(form, {}, plan.scenario, workspace.base(plan))
    assert settings == {"budget.county_floor": 20_000_000}  # the shipped plan it builds on has 10 million
    saved = workspace.save("halved", "", settings)
    back = fields_of(saved.scenario) | {f"budget.county_floor:0:{year}": "1000" for year in lever_form.YEARS}
    assert lever_form.read(back, settings, saved.scenario, workspace.base(saved))[0] == {}


def test_the_parts_of_a_lever_have_names():
    reference = load_scenario("baseline")
    levers = {field.id: field for group in lever_form.groups(reference, reference, {}, WORDS, {}, {}) for field in group.fields}
    assert [part.label for part in levers["budget.industry_split"].parts] == ["村集体资产", "村企", "飞地园区"]


def test_a_number_beyond_its_bounds_is_told_in_the_unit_of_the_form():
    settings = {
        "budget.county_floor": {"2021-01": 2e7, "2023-01": 2e11},
        "budget.industry_share": 20.0,
        "public_posts.count": 3000,
    }
    found = lever_form.outside(settings, WORDS)
    assert set(found) == {"budget.county_floor", "budget.industry_share"}
    assert found["budget.county_floor"].startswith("20000000超出范围") and "万元/年" in found["budget.county_floor"]
    assert found["budget.industry_share"] == "2000超出范围，应填0～100%。"
    assert lever_form.outside({"budget.county_floor": 2e7}, Words("en")) == {}


def test_values_of_a_sweep_are_read_or_refused():
    floor = load_all().parameters["budget.county_floor"]
    assert lever_form.read_values(floor, "1000，1500、2000 3000".replace("，", " "), 12) == [1e7, 1.5e7, 2e7, 3e7]
    for text in ("", "1000", "a b", "1000 99999999", " ".join(["1"] * 13)):
        with pytest.raises((UserError, InputError)):
            lever_form.read_values(floor, text, 12)
