"""Beyond 2025: the first five years of a longer run are those of the shorter one, and what ends then shows only then."""

import numpy as np
import pytest

from sim.core.inputs.parameters import LONGEST, PLAN_MONTHS, load_all
from sim.county import County, values_of
from sim.goals import EXIT_GOALS, EXIT_INDICATORS, GOALS
from sim.scenario import load_scenario
from tests.peach_blossom.six import Village
from tests.science.whole_county import SCENARIOS, SEED, simulate

NONE, TAPER, CLIFF = (f"exit_{name}.yaml" for name in ("none", "taper", "cliff"))
LATER = slice(PLAN_MONTHS, None)


@pytest.fixture(scope="module")
def after():
    """One replication of ten years without an end of support, with a taper, and with a cliff; common random numbers."""
    return {name: simulate(0, name) for name in (NONE, TAPER, CLIFF)}


def test_the_first_five_years_of_ten_are_those_of_five_to_the_byte(after):
    five = simulate(0)
    for name, ten in after.items():
        for part in ("indicators", "townships", "segments"):
            short, long = getattr(five, part), getattr(ten, part)
            moved = [key for key, series in short.items() if long[key][:PLAN_MONTHS].tobytes() != series.tobytes()]
            assert moved == [], (name, part)
        assert five.budget == [row for row in ten.budget if row["year"] <= 2025]


def test_goals_of_the_plan_are_measured_at_its_end_whatever_comes_after(after):
    five = simulate(0)
    for ten in after.values():
        assert set(ten.goals) == {*GOALS, *EXIT_GOALS}
        for name, outcome in five.goals.items():
            longer = ten.goals[name]
            assert (longer.met, longer.margin, longer.value) == (outcome.met, outcome.margin, outcome.value)
            assert longer.by_year[:5].tolist() == outcome.by_year.tolist()
            assert len(longer.by_year) == 10
            assert np.isnan(longer.by_year[5:]).all()


def test_goals_of_the_years_after_are_shown_only_where_they_are_run(after):
    assert set(simulate(0).goals) == set(GOALS)
    assert not set(EXIT_INDICATORS) & set(simulate(0).indicators)
    for name in EXIT_GOALS:
        by_year = after[NONE].goals[name].by_year
        assert np.isnan(by_year[[0, 1, 2, 3, 4, 8, 9]]).all()
        assert not np.isnan(by_year[5:8]).any()
    entered = after[NONE].indicators["entered_since_2025"]
    assert np.isnan(entered[:PLAN_MONTHS]).all()
    assert (np.diff(entered[LATER]) > -0.002).all(), "entries add up; only the number of households moves"


def test_more_households_fall_after_a_cliff_than_after_a_taper_than_with_support(after):
    def fallen(name: str, end: int) -> float:
        return float(after[name].indicators["entered_since_2025"][end - 1])

    assert fallen(NONE, 72) < fallen(TAPER, 72) < fallen(CLIFF, 72)
    assert fallen(NONE, LONGEST) < 0.75 * fallen(TAPER, LONGEST)


def test_what_an_exit_ends_is_no_longer_paid_and_what_stays_is(after):
    def paid(name: str, use: str, year: int) -> float:
        return sum(row["yuan"] for row in after[name].budget if row["use"] == use and row["year"] == year)

    for use in ("post_pay", "county_floor_appropriation", "top_up_county"):
        assert paid(CLIFF, use, 2025) == paid(NONE, use, 2025)
        assert paid(CLIFF, use, 2027) == 0.0, use
    assert 0.0 < paid(TAPER, "post_pay", 2026) < paid(NONE, "post_pay", 2026)
    assert paid(TAPER, "post_pay", 2028) == 0.0
    assert paid(CLIFF, "dibao", 2027) > paid(NONE, "dibao", 2027) > 0.0


def test_the_rows_of_every_table_are_the_same_until_support_ends():
    counties = []
    for name in ("baseline.yaml", CLIFF):
        scenario = load_scenario(SCENARIOS / name)
        county = County(scenario, values_of(scenario, None), SEED, 1)
        for _ in range(24):
            county.step()
        counties.append(county)
    one, two = counties
    assert one.tables.rows.keys() == two.tables.rows.keys()
    assert [name for name in one.tables.rows if one.tables[name].tobytes() != two.tables[name].tobytes()] == []


def test_dated_values_go_on_by_their_forecast_rule_and_the_others_stay():
    scenario = load_scenario(SCENARIOS / NONE)
    values = values_of(scenario, None)
    line = load_all().parameters["lines.poverty_line"]
    last, growth = line.value["2025-01"], line.forecast.growth
    for years in range(1, 6):
        assert values.at("lines.poverty_line", 60 + 12 * (years - 1)) == pytest.approx(last * (1 + growth) ** years)
    assert values.at("lines.poverty_line", 71) == values.at("lines.poverty_line", 60), "a step a year"
    # The dibao line is uprated in July.
    rises = np.flatnonzero(np.diff([float(values.at("lines.dibao_uprating", month)) for month in range(60, LONGEST)]))
    assert (rises + 61).tolist() == [66, 78, 90, 102, 114]
    assert values.at("budget.industry_share", LONGEST - 1) == values.at("budget.industry_share", PLAN_MONTHS - 1)
    for parameter in load_all().parameters.values():
        assert parameter.forecast is None or (parameter.forecast.evidence == "assumed" and parameter.forecast.where)


def test_a_taper_goes_by_equal_steps_from_what_the_scenario_has_set():
    values = values_of(load_scenario(SCENARIOS / TAPER), None)
    steps = [float(values.at("budget.county_floor", month)) for month in range(59, 86)]
    assert np.diff(steps[:26]) == pytest.approx(np.full(25, -steps[0] / 25))
    assert steps[25:] == [0.0, 0.0]
    less = load_scenario(SCENARIOS / TAPER, ["public_posts.count={2021-01: 2500}"])
    assert values_of(less, None).at("public_posts.count", 90) == 2500, "what is set on top of an exit holds, as everywhere"


def test_six_households_live_ten_years():
    village = Village(months=LONGEST)
    village.run(LONGEST)
    assert village.month == LONGEST
    assert village.tables["households"]["members"].sum() > 0


@pytest.mark.deep
@pytest.mark.parametrize("name", [NONE, TAPER, CLIFF, "support_withdrawn.yaml"])
def test_ten_years_end_without_a_full_table_for_any_draw(name, tmp_path):
    from sim.county import sample_quantiles

    path = tmp_path / "ten.yaml"
    path.write_text(f"extends: {SCENARIOS / name}\ntitle: {{zh: 十年, en: Ten}}\nreason: {{zh: 试, en: Try}}\nmonths: 120\n")
    scenario = load_scenario(path)
    for number in range(3):
        county = County(scenario, values_of(scenario, sample_quantiles(scenario, SEED, number)), SEED, 2 * number)
        county.run()
        for table, rows in county.tables.rows.items():
            used = int(county.tables.counts[table][0])
            assert used == len(rows) or used < 0.8 * len(rows), (table, used, len(rows))
