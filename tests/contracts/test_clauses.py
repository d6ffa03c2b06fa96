"""The register of the policy paper is complete in both directions."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from sim.clauses import CONTRADICTED, NOT_MODELLED, clauses
from sim.core.inputs.parameters import OWN, Parameter, load_all
from sim.goals import COUNTY_ONLY, GOALS, INDICATORS
from sim.goals.goal import goal
from sim.scenario import Scenario
from sim.world.funds import fund_records
from tests.contracts.sources import advice

#: What a purse pays for outside the plan says so in these words instead of a clause.
OUTSIDE_THE_PLAN = {
    "private", "assumed running costs", "central and provincial premium subsidies", "central farm policy", "local taxes",
    "transfers from upper levels", OWN,
}  # fmt: skip


def used() -> dict[str, str]:
    """Every clause that the model names, and who names it."""
    found = {each.id: each.clause for each in [*load_all().parameters.values(), *GOALS.values()] if each.clause}
    found = {name: clause for name, clause in found.items() if clause != OWN}
    for fund, record in fund_records().items():
        found |= {f"{fund.name}.{use}": clause for use, clause in record.pays.items() if clause not in OUTSIDE_THE_PLAN}
    return found


def known() -> set[str]:
    """Every id that a row may point at."""
    fields = {f"scenario.{name}" for name in Scenario.__dataclass_fields__}
    return {*load_all().parameters, *GOALS, *INDICATORS, *COUNTY_ONLY, *fields}


def test_more_than_a_hundred_numbers_are_registered():
    assert len(clauses()) > 150


def test_every_clause_used_in_the_model_is_in_the_register():
    sections = {row.section for row in clauses().values()}
    strange = {name: clause for name, clause in used().items() if clause not in sections}
    assert not strange, advice(
        "A clause",
        (f"{name}: clauses.yaml has no section '{clause}'; write one, or 'own'" for name, clause in strange.items()),
    )


@pytest.mark.parametrize("row", clauses().values(), ids=lambda row: row.id)
def test_a_row_points_at_what_exists_or_says_why_not(row):
    gone = set(row.lives) - known()
    assert not gone, advice("A clause", (f"clauses.yaml, {row.id}: nothing is called '{name}' any more" for name in gone))
    assert bool(row.lives) != (row.kind == NOT_MODELLED) and (row.reason is None) == bool(row.lives)


@pytest.mark.parametrize("row", [row for row in clauses().values() if row.lives], ids=lambda row: row.id)
def test_the_kind_of_a_row_is_that_of_something_it_points_at(row):
    roles = {each.id: each.role for each in load_all().parameters.values()}
    kinds = {"goal" if name in GOALS else "lever" if roles.get(name) == "lever" else "indicator" if name in INDICATORS else
             "parameter" for name in row.lives}  # fmt: skip
    assert row.kind in kinds


def test_every_lever_and_goal_that_names_a_clause_is_named_by_a_row():
    named = {name for row in clauses().values() for name in row.lives}
    levers = {each.id for each in load_all().parameters.values() if each.role == "lever" and each.clause not in (None, OWN)}
    goals = {goal.id for goal in GOALS.values() if not goal.own}
    twins = {goal.observed for goal in GOALS.values() if goal.observed}
    readings = {"L1_0_5", "L1_1", "L1_3"}  # the same limit at other heights
    unnamed = sorted((levers | goals) - named - twins - readings)
    assert not unnamed, advice(
        "A clause", (f"{name}: name it under 'lives' of a row of clauses.yaml, or write clause 'own'" for name in unnamed)
    )


def test_numbers_that_contradict_each_other_point_at_each_other():
    rivals = [row for row in clauses().values() if row.contradicts]
    assert {row.id for row in rivals} >= {"tap_70", "tap_72"}
    assert all(clauses()[row.contradicts].contradicts == row.id and row.status == CONTRADICTED for row in rivals)
    assert (clauses()["tap_70"].value, clauses()["tap_72"].value) == (70, 72)


def listed(*arguments: str) -> list[dict]:
    answer = CliRunner().invoke(app, ["clauses", "--json", *arguments])
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


def test_the_register_is_printed_with_its_numbers_as_the_paper_gives_them():
    rows = {row["id"]: row for row in listed()}
    assert {name for name, row in rows.items() if row["section"] != OWN} == set(clauses())
    floor = rows["floor"]
    assert (floor["value"], floor["unit"], floor["clause"], floor["evidence"]) == (2000, "万元", "4.1.1", "policy")


@pytest.mark.parametrize(
    ("arguments", "some"),
    [
        (("--section", "4.2"), {"posts", "coverage", "tap_70"}),
        (("--section", "annex"), {"tap_72", "cooperatives"}),
        (("--department", "民政"), {"coverage", "dibao_uprating"}),
        (("--department", "civil affairs", "--kind", "lever"), {"dibao_uprating"}),
        (("--kind", "not_modelled"), {"toilets", "straw"}),
        (("--status", "contradicted"), {"tap_70", "tap_72", "enclaves", "enclaves_2021"}),
    ],
)
def test_filters_keep_what_they_name_and_nothing_else(arguments, some):
    found = listed(*arguments)
    assert {row["id"] for row in found} >= some
    assert len(found) < len(clauses())
    for option, value in zip(arguments[::2], arguments[1::2]):
        for row in found:
            if option == "--section":
                assert row["section"].startswith(value)
            elif option == "--department":
                assert any(value in name.lower() for each in row["departments"] for name in each.values())
            else:
                assert row[option.removeprefix("--")] == value


@pytest.mark.parametrize("arguments", [("--kind", "goals"), ("--status", "done"), ("--section", "9"), ("--department", "火星")])
def test_a_filter_that_fits_nothing_is_refused(arguments):
    answer = CliRunner().invoke(app, ["clauses", *arguments])
    assert answer.exit_code == 2 and answer.stdout == "" and "Traceback" not in answer.stderr


@pytest.fixture
def researcher(monkeypatch):
    """A lever and a goal that a researcher added and that the paper does not ask for."""
    lever = load_all().parameters["training.talents"].model_copy(update={"clause": OWN, "evidence": "assumed"})
    lever._id, lever._path, lever._line = "training.talents", "", 0
    monkeypatch.setitem(load_all().parameters, "training.talents", lever)
    own = replace(GOALS["E4_posts"], id="a_researchers_goal", clause=OWN, weight=0.0)
    monkeypatch.setitem(GOALS, own.id, own)


@pytest.mark.usefixtures("researcher")
def test_what_is_a_researchers_own_stands_apart_from_the_paper():
    rows = {row["id"]: row for row in listed("--section", OWN)}
    assert (rows["training.talents"]["kind"], rows["a_researchers_goal"]["kind"]) == ("lever", "goal")
    assert {row["evidence"] for row in rows.values()} == {"assumed"}
    assert {row["id"] for row in listed()} == set(clauses()) | set(rows)
    assert not set(rows) & set(used())


@pytest.mark.usefixtures("researcher")
@pytest.mark.parametrize("command", ["levers", "goals", "clauses"])
def test_tables_say_in_words_what_is_own(command):
    answer = CliRunner().invoke(app, [command, "--lang", "zh"])
    assert answer.exit_code == 0, answer.stderr
    said = sum("自定" in line for line in answer.stdout.splitlines())
    assert said >= {"levers": 1, "goals": 1, "clauses": 2}[command]


def test_own_is_no_grade_of_the_policy():
    record = load_all().parameters["training.talents"].model_dump() | {"clause": OWN}
    with pytest.raises(ValueError, match="write 'evidence: assumed'"):
        Parameter.model_validate(record)


@pytest.mark.parametrize("claim", [{"weight": 1.0}, {"headline": True}])
def test_an_own_goal_has_no_part_in_the_plan(claim):
    def tested(inputs):
        """Something is tested."""

    with pytest.raises(ValueError, match="does not ask for it"):
        goal("a_researchers_goal", "测试", "Test", "测试。", OWN, "share", **claim)(tested)
    assert "a_researchers_goal" not in GOALS


#: What a unit of the paper is in a file's.
SCALES = {"%": 0.01, "万元": 1e4, "亿元": 1e8, "万亩": 1e4, "万头": 1e4, "万吨": 1e4}
#: Numbers that stand in the model in another form, and where that is tested or said.
OTHERWISE = {
    "transition": "60 months of the scenario",
    "horizon": "the last year of the goals",
    "no_relapse": "a limit of the share, read as 2 %",
    "four_guarantees": "four parameters, one for each",
    "chronic": "a list of diseases, by one share",
    "industries": "kinds of firms",
    "four_industries": "kinds of firms",
    "zeroing": "goals of nobody left",
    "perils": "four causes",
    "cluster_count": "one cluster",
    "all_employed_annex": "a goal of everybody",
    "dibao_uprating": "compounded from 2021 on",
    "farmland": "land of a household times households",
    "above_scale": "three founded and one more asked for",
    "orchard_base": "the subsidy of orchards, whose area households choose",
    "roads": "148.4 and 166 km are one lever",
    "village_roads": "the same",
    "roads_annex": "the same",
    "village_roads_annex": "the same",
    "cut_flowers": "246 million stems",
    "bulbs": "50 million",
    "grain": "540 million jin are 270 000 t",
    "township_revenue_annex": "as 4.3.3",
    "self_sufficient_annex": "as 4.3.3",
    "ordinary_annex": "as 4.2.2",
    "major_annex": "as 4.2.2",
    "coverage_annex": "as 4.2.3",
    "units_assessed": "27 townships and streets",
    "grain_area": "270 000 t at 0.36 t a mu",
}


def numbers_of(row) -> list[float]:
    """Every number of the parameters that a row points at."""
    book = load_all().parameters
    found = [book[name] for name in row.lives if name in book and book[name].options is None]
    entries = [entry for each in found for entry in each.entries()]
    return [number for entry in entries for number in (entry if isinstance(entry, (list, tuple)) else [entry])]


@pytest.mark.parametrize(
    "row", [row for row in clauses().values() if row.lives and isinstance(row.value, int | float)], ids=lambda row: row.id
)
def test_a_number_of_the_paper_stands_in_the_model(row):
    stands = any(number == pytest.approx(row.value * SCALES.get(row.unit, 1.0)) for number in numbers_of(row))
    assert stands != (row.id in OTHERWISE), f"{row.id}: {row.value} {row.unit} is not among {numbers_of(row)[:8]}"


def test_numbers_in_another_form_are_the_papers():
    book, rows = load_all().parameters, clauses()
    assert book["farm_works.roads"].value == rows["roads"].value + rows["village_roads"].value
    assert book["thresholds.flowers"].value == pytest.approx(rows["cut_flowers"].value * 1e8)
    assert book["thresholds.bulbs"].value == pytest.approx(rows["bulbs"].value * 1e8)
    assert book["thresholds.grain"].value == pytest.approx(rows["grain"].value * 1e8 / 2 / 1000)
    assert [round(value / 1.06**number, 3) for number, value in enumerate(book["lines.dibao_uprating"].value.values())][:2] == [
        1,
        1,
    ]
    modelled = [row for row in rows.values() if row.status != NOT_MODELLED]
    assert len(modelled) >= 115
