"""A county founded from distributions: what was counted comes back; and Jixi, founded from what is published of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.validation import county_export
from sim.scenario import load_scenario
from sim.scenario.distributions import HOLDS, OTHER, PARTITIONS, SOURCES, Cell, Distributions, Income, Margin
from sim.world.codes import Cause, Destination

ROOT = Path(__file__).parents[2]
BASELINE = ROOT / "scenarios" / "baseline.yaml"
SMALL = """title: {{zh: 小县, en: Small}}
size: {{name: {{zh: 规模, en: Size}}, parameter: founding.county_size, value: {size}, evidence: assumed, source: a test}}
places: {{name: {{zh: 地方, en: Places}}, parameter: founding.places, value: numbered, evidence: assumed, source: a test}}
"""


def write_county(folder: Path, given: Distributions | None, size: float) -> Path:
    """A county folder of this size with these distributions."""
    folder.mkdir()
    (folder / "county.yaml").write_text(SMALL.format(size=size), encoding="utf-8")
    if given is not None:
        county_export.write(folder, given)
    return folder


def found(folder: Path, seed: int = 2021):
    return county_export.found(replace(load_scenario(BASELINE, (), folder), general_weight=20), seed)


@pytest.fixture(scope="module")
def there_and_back(tmp_path_factory):
    """A county, its distributions, and the county founded from them by other draws."""
    path = tmp_path_factory.mktemp("counties")
    first = found(write_county(path / "first", None, 0.08))
    given = county_export.export(first)
    return first, given, found(write_county(path / "second", given, 0.08), seed=7)


def sums(given: Distributions) -> dict[tuple[str, str], tuple[int, int]]:
    return {(each.variable, each.category): (each.households, each.persons) for each in given.margins}


def test_every_count_of_an_exported_county_comes_back(there_and_back):
    _, given, second = there_and_back
    again = county_export.export(second)
    assert (again.households, again.persons) == (given.households, given.persons)
    before, after = sums(given), sums(again)
    assert before.keys() == after.keys()
    for (variable, category), counted in before.items():
        if variable == "age_sex":
            assert after[variable, category][1] == counted[1]  # persons; who lives with whom is drawn
        elif variable != "kind" and (variable != "post" or category != HOLDS):
            assert after[variable, category][0] == counted[0], (variable, category)
    assert after["post", HOLDS][1] == before["post", HOLDS][1]
    for variable in ("size", "dibao", "cause", "township"):
        for category in (name for kind, name in before if kind == variable):
            assert after[variable, category] == before[variable, category], (variable, category)


def test_what_goes_together_comes_back_within_sampling_error(there_and_back):
    first, _, second = there_and_back
    one, two = (county_export.columns_of(county) for county in (first, second))
    assert abs(np.corrcoef(one["members"], one["able"])[0, 1] - np.corrcoef(two["members"], two["able"])[0, 1]) < 0.02
    for dibao in (0, 1):
        for variable in ("members", "able"):
            means = [each[variable][each["dibao"] == dibao].mean() for each in (one, two)]
            assert means[0] == pytest.approx(means[1], abs=0.02)
        ill = [(each["cause"][each["dibao"] == dibao] == Cause.ILLNESS).mean() for each in (one, two)]
        assert ill[0] == pytest.approx(ill[1], abs=0.02)


def test_incomes_by_source_come_back_within_half_a_percent(there_and_back):
    _, given, second = there_and_back
    again = county_export.export(second)
    for each in given.incomes:
        assert again.income(each.source).mean == pytest.approx(each.mean, rel=0.005), each.source
    before, after = np.array(given.income("total").deciles), np.array(again.income("total").deciles)
    assert np.abs(after / before - 1.0).mean() < 0.02
    # A single decile comes back within sampling error: of so many households, three standard errors of a share.
    households = second.tables["households"]
    rows = households["registered"] == 1
    per_head = sum(second.founded_sources[each][rows] for each in SOURCES) / county_export.columns_of(second)["members"]
    for tenth, decile in enumerate(given.income("total").deciles, 1):
        share = tenth / 10
        assert (per_head < decile).mean() == pytest.approx(share, abs=3 * np.sqrt(share * (1 - share) / rows.sum())), tenth
    assert [row["ok"] for row in second.audit if row["id"].startswith("imported_")] == [True] * 4
    assert all(row["ok"] for row in second.audit if row["exact"])
    rural = next(row for row in second.audit if row["id"] == "rural_income")
    assert rural["ok"]  # general households have what is left of the county's mean


def test_people_of_an_imported_county_are_people(there_and_back):
    _, _, second = there_and_back
    persons, households = second.tables["persons"], second.tables["households"]
    registered = persons["registered"] == 1
    child = registered & (persons["age"] < 15)
    assert child.any() and not persons["capacity"][child].any() and not persons["chronic"][child].any()
    able = registered & (persons["capacity"] > 0.0)
    assert (persons["age"][able] >= 16).all() and (persons["stage"][able] == 0).all()
    assert ((persons["strength"] >= 0.0) & (persons["strength"] <= 1.0)).all()
    rows = households["registered"] == 1
    oldest = np.zeros(len(households), dtype=int)
    np.maximum.at(oldest, persons["household"][registered], persons["age"][registered])
    assert (oldest[rows] >= 20).mean() > 0.99
    sick = np.bincount(persons["household"], persons["chronic"], len(households))[rows]
    cause = second.tables["register"]["poverty_cause"][rows]
    assert (sick[cause == Cause.ILLNESS] > 0).all()
    for name in ("cash", "income_12", "family_support", "uncounted_income", "own_work", "land"):
        assert np.isfinite(households[name]).all() and (households[name] >= 0.0).all(), name


CELLS = (
    Cell(1, 0, 1, "illness", 60, 61), Cell(2, 1, 1, "illness", 45, 90), Cell(2, 1, 0, "education", 70, 140),
    Cell(3, 2, 0, "low_income", 80, 242), Cell(4, 2, 0, "accident", 30, 120), Cell(6, 4, 0, "low_income", 15, 96),
)  # fmt: skip


def margin(variable: str, **counts: tuple[int, int]) -> list[Margin]:
    return [Margin(variable, category.removeprefix("_"), *pair) for category, pair in counts.items()]


def test_margins_put_right_what_cells_had_to_merge(tmp_path):
    """749 persons in 300 households. The cells know nothing of 3 persons able to work, of housing, or of sizes that merged."""
    margins = [
        *margin("size", _1=(59, 59), _2=(116, 232), _3=(79, 237), _4=(30, 120), other=(16, 101)),
        *margin("able", _0=(58, 60), _1=(119, 250), _2=(100, 330), _3=(8, 30), _4=(15, 79)),
        *margin("cause", illness=(105, 151), education=(70, 140), low_income=(90, 328), housing=(5, 10), other=(30, 120)),
        *margin("township", 东镇=(100, 250), 西乡=(200, 499)),
        *margin("post", holds=(20, 21), none=(280, 690)),
        *margin("loan", holds=(33, 100), none=(267, 649)),
        *margin("kind", 脱贫不稳定户=(11, 30), 边缘易致贫户=(6, 15)),
    ]
    second = found(write_county(tmp_path / "c", Distributions("", CELLS, tuple(margins)), 0.0234))
    columns = county_export.columns_of(second)
    assert (len(columns["members"]), columns["members"].sum()) == (300, 749)
    assert columns["members"][columns["dibao"] == 1].sum() == 151 and columns["dibao"].sum() == 105
    assert np.bincount(columns["size"], minlength=7)[1:5].tolist() == [59, 116, 79, 30]
    assert np.bincount(columns["able"]).tolist() == [58, 119, 100, 8, 15]
    causes = np.bincount(columns["cause"], minlength=8)
    assert [causes[Cause[name]] for name in ("ILLNESS", "EDUCATION", "LOW_INCOME", "HOUSING")] == [105, 70, 90, 5]
    townships = np.bincount(columns["township"], minlength=2)
    assert townships.tolist() == [100, 200]
    assert columns["members"][columns["township"] == 0].sum() == 250
    persons = second.tables["persons"]
    assert ((persons["status"] == Destination.PUBLIC_POST) & (persons["registered"] == 1)).sum() == 21
    assert columns["loan"].sum() == 33 == len(second.tables["loans"])
    assert OTHER in dict.fromkeys(each.category for each in margins) and set(PARTITIONS) >= {"size", "able", "cause"}


def test_incomes_that_were_imported_are_lived_and_told_of_where_they_cannot_be(tmp_path):
    """Wages of 30 000 yuan per head, where hardly anybody works: what cannot be is in the audit, and nothing breaks."""
    deciles = tuple(float(each) for each in range(4000, 13000, 1000))
    incomes = [Income(source, 300, 0.0, (0.0,) * 9) for source in ("business", "property", "transfer")]
    rich = [Income("wage", 300, 30000.0, (0.0,) * 9), *incomes, Income("total", 300, 30000.0, deciles)]
    none_able = tuple(replace(cell, able=0) for cell in CELLS)
    second = found(write_county(tmp_path / "c", Distributions("", none_able, (), tuple(rich)), 0.0234))
    missed = {row["id"] for row in second.audit if not row["ok"]}
    assert {"imported_wage", "imported_transfer"} <= missed
    assert np.isfinite(second.tables["households"]["income_12"]).all()


def test_jixi_is_founded_with_what_is_published_of_it():
    county = county_export.found(replace(load_scenario(BASELINE, (), ROOT / "scenarios/counties/jixi"), general_weight=20))
    achieved = {row["id"]: row["achieved"] for row in county.audit}
    assert (achieved["registered_persons"], achieved["townships"], achieved["villages"]) == (7597, 11, 81)
    assert (achieved["employed"], achieved["posts"], achieved["loans"]) == (3230, 402, 372)
    households = county.tables["households"]
    assert (households["registered"] == 1).sum() == 3302
    # 12 574 yuan per registered person were published; 0.753 of a rural mean of 16 700 yuan is 12 575.
    registered = households["registered"] == 1
    assert households["income_12"][registered].sum() / 7597 == pytest.approx(12574, rel=0.01)
    assert "public_posts" not in achieved  # Lingyuan's promise of 5 000 posts is not Jixi's
