"""The register of the policy paper is complete in both directions."""

import pytest

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
