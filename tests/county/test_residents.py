"""Residents of a census: a table fitted by hand, the sheet read and checked, and a county founded that agrees with it."""

import json
import random
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.county_data import importer, residents_sheet
from experiments.page.quick_look import small_county
from experiments.validation import county_export
from sim.core.inputs import shipped
from sim.core.inputs.errors import InputError
from sim.founding.residents import apportion, fit, round_table
from sim.scenario import load_scenario, missing_facts, origins, restore_scenario
from sim.scenario.county_folder import listed_names
from sim.scenario.distributions import AGES, SIZES
from tests.county import exports
from tests.county.forms import filled, with_residents
from tests.county.test_round_trip import SMALL

TOWNS = [("甲镇", 1000, 2600), ("乙乡", 600, 1500), ("丙乡", 400, 1300)]
SIZE_LABELS = ["1人户", "2人户", "3人户", "4人户", "5人户", "6人及以上户"]
SIZE_COUNTS = dict(zip(SIZE_LABELS, (404, 640, 430, 300, 146, 80), strict=True))
#: Persons of 85 and over are few, so that men of that age are merged with those before them.
MEN = (150, 160, 170, 160, 150, 160, 180, 190, 200, 210, 220, 230, 210, 170, 110, 60, 30, 3)
WOMEN = (140, 150, 150, 150, 150, 150, 170, 180, 190, 200, 210, 220, 200, 140, 100, 70, 40, 27)
AGE_LABELS = [*(f"{low}—{low + 4}岁" for low in range(0, 85, 5)), "85岁及以上"]
AGE_COUNTS = dict(zip(AGE_LABELS, zip(MEN, WOMEN, strict=True), strict=True))
FACTS = {"county_code": "341899", "registered_persons": 300, "villages": 12, "rural_income": 15000, "dibao_persons": 240,
         "registered_dibao_persons": 140, "registered_dibao_households": 70, "dibao_households": 130, "marginal_persons": 30,
         "posts": 20, "registered_outside": 40, "registered_local": 30, "loans": 20, "poor_students": 10}  # fmt: skip


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def sheet(path, towns=TOWNS, ages=AGE_COUNTS, sizes=SIZE_COUNTS, facts=FACTS, language="zh", **more):
    return with_residents(filled(path, facts, language), towns, ages, sizes, **more)


# 1 Fitting


def test_a_table_of_three_by_three_is_fitted_to_its_margins_as_worked_out_by_hand():
    # A seed of ones says that rows and columns have nothing to do with each other: each cell is row × column / total.
    rows, columns = np.array([10.0, 20.0, 30.0]), np.array([30.0, 18.0, 12.0])
    assert fit(np.ones((3, 3)), rows, columns) == pytest.approx(np.array([[5, 3, 2], [10, 6, 4], [15, 9, 6]]))
    # What the seed says of two rows and two columns, its odds ratio 1·4 / (2·1) = 2, is kept whatever the margins.
    found = fit(np.array([[1.0, 2.0, 1.0], [1.0, 4.0, 1.0], [1.0, 1.0, 1.0]]), rows, columns)
    assert found.sum(axis=0) == pytest.approx(columns) and found.sum(axis=1) == pytest.approx(rows)
    assert found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0]) == pytest.approx(2.0)


def test_persons_of_a_row_tilt_it_by_one_factor_from_each_size_to_the_next():
    # 7 households of 1, 2 and 3 with 17 persons: 1, 2 and 4 of them, each size twice as often as the one before.
    found = fit(np.ones((1, 3)), np.array([7.0]), None, np.array([1.0, 2.0, 3.0]), np.array([17.0]))
    assert found == pytest.approx(np.array([[1.0, 2.0, 4.0]]), abs=1e-6)


def test_rounding_keeps_both_margins_whole():
    assert list(apportion(np.array([1.0, 1.0, 1.0]), 4)) == [2, 1, 1]
    dice = np.random.default_rng(3)
    for _ in range(200):
        rows = dice.integers(0, 60, dice.integers(1, 9))
        columns = apportion(dice.random(6), int(rows.sum()))
        table = fit(dice.random((len(rows), 6)), rows.astype(float), columns.astype(float))
        made = round_table(table, rows, columns)
        assert (made >= 0).all() and list(made.sum(axis=1)) == list(rows) and list(made.sum(axis=0)) == list(columns)
        assert np.abs(made - table).max() < 3.0


# 2 The sheet


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_is_read_and_fitted_to_both_margins_and_to_the_persons_of_each_township(tmp_path, language):
    ages = AGE_COUNTS if language == "zh" else None
    sizes = (
        SIZE_COUNTS if language == "zh" else dict(zip(["1", "2", "3", "4", "5", "6 or more"], SIZE_COUNTS.values(), strict=True))
    )
    imported = importer.read([sheet(tmp_path / "a.xlsx", ages=ages, sizes=sizes, language=language)])
    assert imported.findings.found == []
    cells = imported.residents.cells
    for name, households, persons in TOWNS:
        assert sum(cell.households for cell in cells if cell.township == name) == households
        assert sum(cell.persons for cell in cells if cell.township == name) == persons
    assert [sum(cell.households for cell in cells if cell.size == size) for size in SIZES] == list(SIZE_COUNTS.values())
    means = [persons / households for _, households, persons in TOWNS]
    alone = [
        next(cell.households for cell in cells if cell.township == name and cell.size == 1) / households
        for name, households, _ in TOWNS
    ]
    assert sorted(range(3), key=means.__getitem__) == sorted(range(3), key=lambda place: -alone[place])
    if language == "zh":
        assert sum(band.persons for band in imported.residents.ages) == sum(MEN) + sum(WOMEN)
        assert {band.age for band in imported.residents.ages if band.sex == "男"} == {*AGES[:-2], "80+"}
        assert "85+" in {band.age for band in imported.residents.ages if band.sex == "女"}


def test_three_broad_age_groups_or_both_sexes_together_are_enough(tmp_path):
    ages = {"0—14岁": ("", "", 920), "15—59岁": ("", "", 3200), "60岁及以上": ("", "", 1280)}
    imported = importer.read([sheet(tmp_path / "a.xlsx", ages=ages)])
    assert imported.findings.found == []
    assert [(band.sex, band.age, band.persons) for band in imported.residents.ages] == [
        ("all", "0-14", 920),
        ("all", "15-59", 3200),
        ("all", "60+", 1280),
    ]


def test_the_county_folder_holds_two_small_tables_and_every_new_number_is_the_countys_own(tmp_path):
    answer = run("county", "import", sheet(tmp_path / "a.xlsx"), "--out", tmp_path / "县", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["residents"] == {"townships": 3, "households": 2000, "persons": 5400}
    names = {path.name for path in (tmp_path / "县").iterdir() if path.name != ".xianjie"}
    assert names == {"county.yaml", "resident_households.csv", "resident_ages.csv", "audit.html", "audit.xlsx"}
    assert "常住户分布" in (tmp_path / "县" / "audit.html").read_text(encoding="utf-8")
    told = run("county", "check", tmp_path / "县", "--lang", "zh")
    assert told.exit_code == 0 and "3 个乡镇 2000 户 5400 人" in "".join(told.stdout.splitlines()).replace(",", "")
    scenario = load_scenario("baseline", county_file=tmp_path / "县")
    found = {each.id: each for each in origins(scenario)}
    own = ("founding.rural_persons", "founding.townships", "founding.general_size", "founding.age_shares")
    assert {found[name].origin for name in own} == {"own_distribution"}
    assert found["founding.rural_persons"].value == 5400 and found["founding.townships"].value == 3
    assert not set(own) & {fact.parameter for fact in missing_facts(scenario)}
    # 2 000 households with 5 400 persons; listed are 130 on dibao (240 persons) and 160 and 30 others at 2.6 a household.
    assert found["founding.general_size"].value == pytest.approx(
        (5400 - 240 - 190) / (2000 - 130 - round(160 / 2.6) - round(30 / 2.6))
    )
    from dataclasses import asdict

    assert restore_scenario(json.loads(json.dumps(asdict(scenario)))) == scenario
    assert run("county", "diff", tmp_path / "县", tmp_path / "县").exit_code == 0


def changed(towns=TOWNS, **other):
    return {"towns": towns, **other}


AT = residents_sheet.HEAD_ROW + 1
#: What is wrong: changes of the sheet, extra facts, the row told, the kind, and the tables that are still made (cells, ages).
WRONG = {
    "more households than persons": (changed([("甲镇", 1000, 900), *TOWNS[1:]]), {}, AT, "contradiction_parts", (False, True)),
    "sizes and townships differ": (changed(sizes={**SIZE_COUNTS, "1人户": 440}), {}, AT, "contradiction_parts", (True, True)),
    "sizes are of another county": (changed(sizes={**SIZE_COUNTS, "1人户": 900}), {}, AT, "contradiction_parts", (True, True)),
    "sizes have too few persons": (changed(sizes=dict(zip(SIZE_LABELS, (1000, 700, 200, 50, 30, 20), strict=True))), {}, AT,
                                   "contradiction_parts", (True, True)),
    "a size is missing": (changed(sizes={**SIZE_COUNTS, "3人户": ""}), {}, AT, "resident_gap", (True, True)),
    "ages are of town and country": (changed(ages={k: (a * 3, b * 3) for k, (a, b) in AGE_COUNTS.items()}), {}, AT,
                                     "contradiction_parts", (True, False)),
    "an age group is missing": (changed(ages={k: v for k, v in AGE_COUNTS.items() if k != "20—24岁"}), {}, AT, "resident_gap", (True, False)),
    "men and women do not add up": (changed(ages={**AGE_COUNTS, "0—4岁": (150, 140, 300)}), {}, AT, "contradiction_parts", (True, True)),
    "broad groups do not add up": (changed(ages={**AGE_COUNTS, "0—14岁": (400, 440)}), {}, AT + 18, "contradiction_parts", (True, True)),
    "fewer rural residents in the facts": (changed(), {"rural_persons": 5000}, AT, "contradiction_parts", (True, True)),
    "many more in the facts": (changed(), {"rural_persons": 9000}, AT, "contradiction_parts", (True, True)),
    "fewer townships in the facts": (changed(), {"townships": 2}, AT, "contradiction_parts", (False, True)),
    "a township twice": (changed([*TOWNS, ("甲镇", 10, 20)]), {}, AT + 3, "resident_twice", (False, True)),
    "a township without persons": (changed([*TOWNS, ("丁乡", 10, "")]), {}, AT + 3, "resident_missing", (False, True)),
    "a township of four households": (changed([*TOWNS, ("丁乡", 4, 9)]), {}, AT + 3, "resident_few", (False, True)),
    "no number": (changed([("甲镇", "一千", 2600), *TOWNS[1:]]), {}, AT, "not_a_number", (False, True)),
    "a wrong total": (changed([*TOWNS, ("合计", 2001, 5400)]), {}, AT + 3, "sum", (True, True)),
    "sizes without townships": (changed([]), {}, AT, "resident_alone", (False, True)),
    "an age that is none": (changed(ages={**AGE_COUNTS, "老人": (1, 1)}), {}, AT + 21, "resident_unknown", (True, False)),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_contradicts_is_named_at_its_row_and_the_other_tables_are_kept(tmp_path, name):
    changes, facts, row, kind, kept = WRONG[name]
    imported = importer.read([sheet(tmp_path / "a.xlsx", facts={**FACTS, **facts}, **changes)])
    found = [(each.row, each.kind) for each in imported.findings.found if each.sheet == residents_sheet.SHEET]
    assert (row, kind) in found, imported.findings.found
    assert all(each.chinese and each.english for each in imported.findings.found)
    assert (bool(imported.residents.cells), bool(imported.residents.ages)) == kept


def test_a_broken_sheet_is_a_message_and_never_a_trace(tmp_path):
    strange = (
        "=1+1",
        "#REF!",
        "1e308",
        "nan",
        -5,
        2.5,
        "甲" * 500,
        "合计",
        True,
        "９９",
        "",
        None,
        "0—4岁",
        10**12,
        "13912345678",
    )
    path = sheet(tmp_path / "a.xlsx")
    for seed in range(40):
        dice = random.Random(seed)
        made = openpyxl.load_workbook(path)
        page = made[residents_sheet.SHEET]
        for _ in range(dice.randint(1, 6)):
            page.cell(dice.randint(3, AT + 21), dice.randint(1, 12)).value = dice.choice(strange)
        made.save(tmp_path / "b.xlsx")
        try:
            imported = importer.read([tmp_path / "b.xlsx"])
        except InputError as problem:
            assert problem.english and problem.chinese
            continue
        assert "13912345678" not in "".join(each.chinese + each.english for each in imported.findings.found), seed
        assert "13912345678" not in str(imported.residents), seed


# 3 The folder

CELLS = "township,size,households,persons\n甲镇,1,40,40\n甲镇,3,60,180\n乙乡,2,50,100\n"
BANDS = "sex,age,persons\nall,0-14,50\nall,15-59,200\nall,60+,70\n"
BAD = [
    ("resident_households.csv", "甲镇,1,40,40", "甲镇,7,40,40", 2, "size must be 1"),
    ("resident_households.csv", "甲镇,1,40,40", "甲镇,1,40,39", 2, "39 persons in 40 households"),
    ("resident_households.csv", "甲镇,1,40,40", "甲镇,3,40,40", 3, "is the same as line 2"),
    ("resident_households.csv", "甲镇,1,40,40", ",1,40,40", 2, "has no name"),
    ("resident_ages.csv", "all,15-59,200", "all,15-58,200", 3, "a band of five years or several"),
    ("resident_ages.csv", "all,15-59,200\n", "", 1, "leave a gap, overlap"),
    ("resident_ages.csv", "all,15-59,200", "男,15-59,200", 1, "needs men and women, or all together"),
    ("resident_ages.csv", "all,15-59,200", "all,15-59,900", 1, "ages add up to 1020 persons, and households to 320"),
    ("resident_ages.csv", "all,15-59,200", "both,15-59,200", 3, "sex must be"),
]  # fmt: skip
COUNTY = """title: {zh: 试县, en: Try}
code: 999901
towns: {name: {zh: 乡镇数, en: Townships}, parameter: founding.townships, value: 2, evidence: measured, source: a test}
villages: {name: {zh: 村数, en: Villages}, parameter: founding.villages, value: 4, evidence: measured, source: a test}
registered: {name: {zh: 脱贫人口, en: Registered}, parameter: founding.registered_persons, value: 90, evidence: measured, source: a test}
marginal: {name: {zh: 边缘易致贫人口, en: Marginal}, parameter: founding.marginal_persons, value: 6, evidence: measured, source: a test}
"""


@pytest.mark.parametrize(("file", "before", "after", "line", "says"), BAD, ids=[each[4] for each in BAD])
def test_what_is_wrong_in_a_table_is_one_message_with_file_and_line(tmp_path, file, before, after, line, says):
    for name, text in (("county.yaml", COUNTY), ("resident_households.csv", CELLS), ("resident_ages.csv", BANDS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert run("check", tmp_path).exit_code == 0
    (tmp_path / file).write_text((tmp_path / file).read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    answer = run("check", tmp_path, "--lang", "en")
    assert answer.exit_code == 2 and answer.stdout == ""
    (told,) = answer.stderr.strip().splitlines()
    assert f"{file}:{line}: " in told and says in told


def test_lingyuans_own_list_of_townships_is_held_to(tmp_path):
    county = shipped.scenario_file("county").read_text(encoding="utf-8")
    (tmp_path / "county.yaml").write_text(county, encoding="utf-8")
    names = listed_names()
    assert len(names) == 25

    def told(rows):
        (tmp_path / "resident_households.csv").write_text(
            "township,size,households,persons\n" + "".join(f"{name},3,5000,14000\n" for name in rows), encoding="utf-8"
        )
        return run("check", tmp_path, "--lang", "en")

    assert told(names).exit_code == 0
    for rows, says in (([*names[:-1], "甲镇"], "township must be"), (names[:-1], f"lacks the township '{names[-1]}'")):
        answer = told(rows)
        assert answer.exit_code == 2 and says in answer.stderr.replace("\n", " "), answer.stderr


# 4 Founding


def margins(given):
    """Households by township and by size, persons by township, of exported residents."""
    towns = {name: [0, 0] for name in given.townships}
    sizes = dict.fromkeys(SIZES, 0)
    for cell in given.cells:
        towns[cell.township][0] += cell.households
        towns[cell.township][1] += cell.persons
        sizes[cell.size] += cell.households
    return towns, sizes


def found(folder, weight, seed=2021):
    return county_export.found(replace(load_scenario("baseline", (), folder), general_weight=weight), seed)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    folder = tmp_path_factory.mktemp("residents")
    answer = run("county", "import", sheet(folder / "a.xlsx"), "--out", folder / "县", "--json")
    assert answer.exit_code == 0, answer.output
    return folder / "县"


def test_a_county_founded_household_by_household_has_the_margins_of_its_sheet(county):
    made = found(county, weight=1)
    given = county_export.residents(made, [name for name, _, _ in TOWNS])
    towns, sizes = margins(given)
    assert towns == {name: [households, persons] for name, households, persons in TOWNS}
    assert list(sizes.values()) == list(SIZE_COUNTS.values())
    by_age = {(band.sex, band.age): band.persons for band in given.ages}
    assert [by_age["女", age] for age in AGES] == list(WOMEN)
    assert [by_age["男", age] for age in AGES[:-2]] == list(MEN[:-2])
    assert by_age["男", AGES[-2]] + by_age["男", AGES[-1]] == sum(MEN[-2:])
    audit = {row["id"]: row for row in made.audit}
    for name in ("township_households", "township_persons", "household_sizes", "ages"):
        assert audit[f"imported_{name}"]["achieved"] == 0.0 and audit[f"imported_{name}"]["ok"]
    # Heads are grown up, and whoever is at school is of an age for it.
    persons, households = made.tables["persons"], made.tables["households"]
    assert persons["age"][households["first_person"]].min() >= 20
    assert persons["age"][persons["stage"] == 1].max() < 15 and persons["capacity"][persons["age"] < 15].max() == 0.0


def test_rows_of_several_households_miss_the_margins_by_no_more_than_half_a_row_each(county):
    made = found(county, weight=20)
    given = county_export.residents(made, [name for name, _, _ in TOWNS])
    towns, sizes = margins(given)
    total = sum(each[0] for each in towns.values())
    assert abs(total - 2000) <= 20
    for name, households, _ in TOWNS:
        assert abs(towns[name][0] - households) <= 20
    assert all(abs(count - wanted) <= 20 for count, wanted in zip(sizes.values(), SIZE_COUNTS.values(), strict=True))


def test_a_county_that_is_exported_imported_and_founded_again_keeps_its_residents(county, tmp_path):
    names = [name for name, _, _ in TOWNS]
    first = county_export.residents(found(county, weight=1, seed=5), names)
    towns, sizes = margins(first)
    ages = {label: tuple(band.persons for sex in "男女" for band in first.ages if (band.sex, band.age) == (sex, age))
            for label, age in zip(AGE_LABELS, AGES, strict=True)}  # fmt: skip
    path = sheet(tmp_path / "again.xlsx", [(name, *towns[name]) for name in names], ages,
                 dict(zip(SIZE_LABELS, sizes.values(), strict=True)))  # fmt: skip
    answer = run("county", "import", path, "--out", tmp_path / "again", "--json")
    assert answer.exit_code == 0, answer.output
    second = county_export.residents(found(tmp_path / "again", weight=1, seed=6), names)
    assert margins(second) == (towns, sizes)
    assert sum(abs(one.persons - two.persons) for one, two in zip(first.ages, second.ages, strict=True)) <= 2 * sum(MEN[-2:])


def test_a_first_look_at_such_a_county_is_founded_without_its_tables(county):
    looked = small_county(load_scenario("baseline", (), county), 0.5)
    made = county_export.found(looked)
    persons = (made.tables["households"]["weight"] * made.tables["households"]["members"]).sum()
    assert looked.residents is None and persons == pytest.approx(2700, rel=0.02)


def test_a_scenario_that_sets_another_pyramid_keeps_it(county):
    shares = [0.04] * 10 + [0.075] * 8
    scenario = load_scenario("baseline", (f"founding.age_shares={shares}",), county)
    made = county_export.found(replace(scenario, general_weight=10), 2021)
    assert not any(row["id"] == "imported_ages" for row in made.audit)
    old = made.tables["persons"]["age"][made.tables["persons"]["alive"] == 1] >= 60
    assert old.mean() > 0.35


def test_exports_and_a_census_together_give_both_the_registered_and_all_residents(tmp_path):
    places = "".join(
        f"{name}: {{name: {{zh: 数, en: N}}, parameter: founding.{name}, value: {value}, evidence: measured, source: a test}}\n"
        for name, value in (("townships", 3), ("villages", 12))
    )
    (tmp_path / "county.yaml").write_text(SMALL + places, encoding="utf-8")
    first = found(tmp_path / "county.yaml", weight=20)
    names = [f"第{number}镇" for number in (1, 2, 3)]  # as the exports call them
    towns, sizes = margins(county_export.residents(first, names))
    form = with_residents(
        filled(tmp_path / "form.xlsx", {"county_code": "341899", "villages": 12}),
        [(name, *towns[name]) for name in names], {}, dict(zip(SIZE_LABELS, sizes.values(), strict=True)),
    )  # fmt: skip
    paths = exports.write(tmp_path, exports.office(exports.of_county(first)))
    answer = run("county", "import", form, *paths, "--out", tmp_path / "out", "--json")
    assert answer.exit_code == 0, answer.output
    second = found(tmp_path / "out", weight=1, seed=7)
    assert margins(county_export.residents(second, names)) == (towns, sizes)
    one, two = county_export.columns_of(first), county_export.columns_of(second)
    for variable in ("size", "dibao", "township"):
        assert np.array_equal(np.bincount(one[variable]), np.bincount(two[variable])), variable


def test_what_was_left_blank_beside_the_ages_shows_as_no_number_and_not_as_0(tmp_path):
    path = with_residents(filled(tmp_path / "a.xlsx", {"rural_persons": 56000, "registered_persons": 7600}),
                          ages={"0—14岁": (4000, 4000), "15—59岁": (16000, 16000), "60岁及以上": (8000, 8000)})  # fmt: skip
    answer = run("county", "import", path, "--out", tmp_path / "县", "--lang", "zh")
    assert "— 个乡镇 — 户 56000 人" in " ".join(answer.stdout.split())
    answer = run("county", "import", path, "--out", tmp_path / "又", "--json")
    assert json.loads(answer.stdout)["residents"] == {"townships": None, "households": None, "persons": 56000}
