"""The register of the policy paper is complete in both directions."""

import json

import pytest
from typer.testing import CliRunner

from experiments.cli import app
from sim.clauses import CONTRADICTED, NOT_MODELLED, clauses
from sim.core.parameters import load_all
from sim.goals import COUNTY_ONLY, GOALS, INDICATORS
from sim.scenario import Scenario
from sim.world.funds import fund_records

#: What a purse pays for outside the plan says so in these words instead of a clause.
OUTSIDE_THE_PLAN = {
    "private", "assumed running costs", "central and provincial premium subsidies", "central farm policy", "local taxes",
    "transfers from upper levels",
}  # fmt: skip


def used() -> dict[str, str]:
    """Every clause that the model names, and who names it."""
    found = {each.id: each.clause for each in [*load_all().parameters.values(), *GOALS.values()] if each.clause}
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
    assert {name: clause for name, clause in used().items() if clause not in sections} == {}


@pytest.mark.parametrize("row", clauses().values(), ids=lambda row: row.id)
def test_a_row_points_at_what_exists_or_says_why_not(row):
    assert set(row.lives) <= known()
    assert bool(row.lives) != (row.kind == NOT_MODELLED) and (row.reason is None) == bool(row.lives)


@pytest.mark.parametrize("row", [row for row in clauses().values() if row.lives], ids=lambda row: row.id)
def test_the_kind_of_a_row_is_that_of_something_it_points_at(row):
    roles = {each.id: each.role for each in load_all().parameters.values()}
    kinds = {"goal" if name in GOALS else "lever" if roles.get(name) == "lever" else "indicator" if name in INDICATORS else
             "parameter" for name in row.lives}  # fmt: skip
    assert row.kind in kinds


def test_every_lever_and_goal_that_names_a_clause_is_named_by_a_row():
    named = {name for row in clauses().values() for name in row.lives}
    levers = {each.id for each in load_all().parameters.values() if each.role == "lever" and each.clause}
    twins = {goal.observed for goal in GOALS.values() if goal.observed}
    readings = {"L1_0_5", "L1_1", "L1_3"}  # the same limit at other heights
    assert (levers | set(GOALS)) - named - twins - readings == set()


def test_numbers_that_contradict_each_other_point_at_each_other():
    rivals = [row for row in clauses().values() if row.contradicts]
    assert {row.id for row in rivals} >= {"tap_70", "tap_72"}
    assert all(clauses()[row.contradicts].contradicts == row.id and row.status == CONTRADICTED for row in rivals)
    assert (clauses()["tap_70"].value, clauses()["tap_72"].value) == (70, 72)


def asked(*arguments: str) -> list[dict]:
    answer = CliRunner().invoke(app, ["clauses", "--json", *arguments])
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


def test_the_register_is_printed_with_its_numbers_as_the_paper_gives_them():
    rows = {row["id"]: row for row in asked()}
    assert set(rows) == set(clauses())
    floor = rows["floor"]
    assert (floor["value"], floor["unit"], floor["clause"], floor["evidence"]) == (2000, "万元", "4.1.1", "policy")


@pytest.mark.parametrize(
    ("arguments", "some"),
    [
        (("--section", "4.2"), {"posts", "coverage", "tap_70"}),
        (("--section", "annex"), {"tap_72", "cooperatives"}),
        (("--department", "民政"), {"coverage", "dibao_uprating"}),
        (("--department", "civil affairs", "--kind", "lever"), {"dibao_uprating"}),
        (("--kind", "not_modelled"), {"roads", "straw"}),
        (("--status", "contradicted"), {"tap_70", "tap_72", "enclaves", "enclaves_2021"}),
    ],
)
def test_filters_keep_what_they_name_and_nothing_else(arguments, some):
    found = asked(*arguments)
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
