"""The form of levers: what is shown is what holds, what is typed is what is set, and nothing else changes."""

import pytest

from experiments.page import lever_form
from experiments.page.routes import studies
from experiments.page.workspace import Workspace
from experiments.reporting.translations import Words
from sim.core.inputs import shipped
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


@pytest.mark.parametrize("name", sorted(name for name in shipped.files() if "/" not in name and name != shipped.COUNTY))
def test_the_form_of_a_shipped_plan_left_as_it_was_changes_nothing(name):
    plan = load_scenario(name)
    own = {"public_posts.count": 4000}
    assert lever_form.read(fields_of(plan), own, plan, load_scenario("baseline")) == (own, {}, {})


def by_month(scenario, lever):
    """What a lever is in every month of the form."""
    found = lever_form.steps(scenario)[lever]
    return [found[max(each for each in found if each <= month)] for month in range(lever_form.MONTHS)]


@pytest.mark.parametrize("model", ["baseline", "dibao_line_10"])
def test_one_changed_year_leaves_the_months_of_the_others_as_they_are(tmp_path, model):
    lever, workspace = "lines.dibao_uprating", Workspace(tmp_path)
    workspace.create("mine", model)
    plan = workspace.plan("mine")
    before = by_month(plan.scenario, lever)
    form = fields_of(plan.scenario)
    year_ends = [before[12 * number + 11] for number in range(5)]
    assert [form[f"{lever}:0:{year}"] for year in lever_form.YEARS] == [f"{each:.10g}" for each in year_ends]
    settings, problems, _typed = lever_form.read(form | {f"{lever}:0:2023": "1.3"}, {}, plan.scenario, workspace.base(plan))
    assert not problems and "2023-07" in settings[lever] and not any(month.endswith("-01") for month in [*settings[lever]][1:])
    after = by_month(workspace.save("mine", "", settings).scenario, lever)
    july = slice(30, 42)  # July 2023 to June 2024
    assert after[july] == [1.3] * 12
    assert after[:30] == before[:30] and after[42:] == before[42:]


def test_a_year_after_a_changed_one_keeps_its_value_where_the_file_had_none_for_it(tmp_path):
    lever, workspace = "public_posts.count", Workspace(tmp_path)
    workspace.create("mine")
    plan = workspace.plan("mine")
    settings, _problems, _typed = lever_form.read(
        fields_of(plan.scenario) | {f"{lever}:0:2023": "3000"}, {}, plan.scenario, workspace.base(plan)
    )
    assert settings == {lever: {"2021-01": 5000, "2023-01": 3000, "2024-01": 5000}}
    saved = workspace.save("mine", "", settings)
    again = fields_of(saved.scenario) | {f"{lever}:0:2024": "3000", f"{lever}:0:2025": "3000"}
    settings, _problems, _typed = lever_form.read(again, settings, saved.scenario, workspace.base(saved))
    assert settings == {lever: {"2021-01": 5000, "2023-01": 3000}}


def test_steps_after_the_years_of_the_form_stay(tmp_path):
    lever, plan = "public_posts.count", load_scenario("exit_taper")
    settings, _problems, _typed = lever_form.read(
        fields_of(plan) | {f"{lever}:0:2022": "4000"}, {}, plan, load_scenario("baseline")
    )
    months = settings[lever]
    assert (months["2022-01"], months["2023-01"], months["2026-01"], months["2028-01"]) == (4000, 5000, 4800, 0)


@pytest.mark.parametrize(
    ("standing", "values", "written"),
    [
        ({0: 1.0, 6: 1.06, 18: 1.166}, [1.06, 1.2, 1.2, 1.2, 1.2], {"2021-01": 1.0, "2021-07": 1.06, "2022-07": 1.2}),
        ({0: 1.0, 6: 1.06}, [1.06, 1.06, 1.3, 1.06, 1.06],
         {"2021-01": 1.0, "2021-07": 1.06, "2023-07": 1.3, "2024-07": 1.06}),
        ({0: 1.0, 2: 1.1, 8: 1.2}, [1.3, 1.2, 1.2, 1.2, 1.2],
         {"2021-01": 1.0, "2021-03": 1.1, "2021-09": 1.3, "2022-07": 1.2}),
        ({0: 1.0, 6: 1.06}, [2.0] * 5, 2.0),
        ({0: 1.123456789, 24: 1.3}, [1.123457, 1.123457, 1.4, 1.4, 1.4], {"2021-01": 1.123456789, "2023-01": 1.4}),
    ],
)  # fmt: skip
def test_a_changed_year_holds_from_the_month_in_which_the_lever_changes(standing, values, written):
    parameter = load_all().parameters["lines.dibao_uprating"]
    base = lever_form.steps(load_scenario("baseline"))["lines.dibao_uprating"]
    assert lever_form.dated(parameter, values, standing, base) == written


def test_a_lever_is_told_in_the_words_and_units_of_an_office():
    reference = load_scenario("baseline")
    levers = {field.id: field for group in lever_form.groups(reference, reference, {}, WORDS, {}, {}) for field in group.fields}
    assert levers["data_match.active"].name == "部门数据比对覆盖率" and levers["data_match.active"].unit == "%"
    told = "".join(field.effect for field in levers.values())
    assert "40000000" not in told and "（0." not in told and "（work）" not in told
    assert levers["lines.dibao_uprating"].turns == "7月" and not levers["budget.industry_share"].turns
    assert levers["budget.bridging_paid"].held_month == "2026年1月"


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


def test_a_save_that_fails_leads_to_every_field_that_is_wrong(site):
    """And the quick look, which cannot go on, is to say so instead of going on for ever."""
    site.workspace.create("mine")
    form = fields_of(site.workspace.plan("mine").scenario)
    wrong = {"public_posts.count:0:2023": "三千", "budget.county_floor:0:2024": "a"}
    status, page = site.post("/plans/mine", **form | wrong)
    assert status == 422
    for lever in ("public_posts.count", "budget.county_floor"):
        assert f'href="#lever-{lever}"' in page and f'id="lever-{lever}"' in page
    assert 'data-wrong="所填数字有误，未试算。"' in page and "2025年末" in page


def test_a_sweep_is_called_after_the_levers_that_it_tries():
    found = studies._title(
        {"zh": "基准方案：按文件执行", "en": "Baseline: as written"}, {"budget.county_floor": [], "village_visit.active": []}
    )
    assert found["zh"].startswith("基准方案：本级衔接资金、入户走访覆盖率") and found["en"].startswith("Baseline: ")
