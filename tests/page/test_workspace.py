"""Plans in a folder: nothing of the planner's is lost, nothing wrong is written, and the command line takes the same files."""

import pytest

from experiments.page.workspace import Workspace
from sim.core.inputs.errors import InputError, UserError
from sim.scenario import load_scenario


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def test_a_new_plan_is_a_file_that_the_command_line_takes(workspace):
    plan = workspace.create("少岗位", "baseline")
    assert load_scenario(plan.path).title["zh"] == "少岗位"
    assert plan.own and plan.scenario.own == []


def test_a_name_is_taken_once_whatever_its_case(workspace):
    workspace.create("Plan", "baseline")
    for name in ("Plan", "plan", "baseline", "BASELINE"):
        with pytest.raises(UserError):
            workspace.create(name, "baseline")


def test_saving_keeps_what_stood_before_and_refuses_what_is_wrong(workspace):
    plan = workspace.create("a", "baseline")
    before = plan.path.read_bytes()
    with pytest.raises(InputError):
        workspace.save("a", "", {"public_posts.count": 10**7})
    assert plan.path.read_bytes() == before
    assert not list((workspace.root / "bin").iterdir())
    workspace.save("a", "新标题", {"public_posts.count": 3000})
    assert [path.read_bytes() for path in (workspace.root / "bin").iterdir()] == [before]
    assert load_scenario(plan.path).title["zh"] == "新标题"
    assert sorted(path.name for path in plan.path.parent.iterdir()) == ["a.yaml"]


def test_what_else_a_file_says_stays(workspace):
    content = "extends: baseline\ntitle: 甲\nlevers: {'off': 2025-01}\nset: {public_posts.count: 4000}\n"
    plan = workspace.take_in("甲", content.encode())
    saved = workspace.save("甲", "", {"budget.county_floor": 10_000_000})
    assert saved.tree["levers"] == {"off": "2025-01"}
    assert dict(saved.tree["set"]) == {"budget.county_floor": 10_000_000}
    assert plan.scenario is not None


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"title: a\nset: {no.lever: 1}\n", b"a" * (2 << 20), b"extends: ../../x\ntitle: a\n"]
)
def test_a_file_with_faults_is_not_taken_in(workspace, content):
    with pytest.raises((UserError, InputError)) as refused:
        workspace.take_in("b", content)
    assert "trial" not in str(refused.value)
    assert not list((workspace.root / "plans").iterdir())


def test_deleting_moves_into_the_bin_and_shipped_plans_stay(workspace):
    plan = workspace.create("a", "baseline")
    kept = workspace.delete("a")
    assert kept.is_file() and not plan.path.exists()
    for change in (
        lambda: workspace.delete("baseline"),
        lambda: workspace.save("baseline", "", {}),
        lambda: workspace.rename("baseline", "x"),
    ):
        with pytest.raises(UserError):
            change()


def test_renaming_keeps_the_content(workspace):
    content = workspace.create("a", "floor_10m").path.read_bytes()
    assert workspace.rename("a", "b").path.read_bytes() == content
    assert workspace.names() == ["b"]


def test_a_plan_that_somebody_broke_says_why(workspace):
    plan = workspace.create("a", "baseline")
    plan.path.write_text("title: [\n", encoding="utf-8")
    broken = workspace.plan("a")
    assert broken.scenario is None and broken.problem is not None


def test_a_form_of_a_workbook_comes_in_as_the_same_plan_and_goes_out_again(workspace):
    made = workspace.create("甲", "floor_10m")
    workspace.save("甲", "", {"public_posts.count": 3000})
    form = workspace.as_form(workspace.plan("甲"), "zh")
    taken = workspace.take_in("乙", form, ".xlsx")
    assert taken.path.suffix == ".yaml" and taken.scenario.overrides["public_posts.count"][-1].value == 3000
    assert taken.scenario.overrides["budget.county_floor"][-1].value == 10_000_000
    assert sorted(path.name for path in made.path.parent.iterdir()) == ["乙.yaml", "甲.yaml"]


def test_a_plan_names_a_county_that_is_there(workspace):
    with pytest.raises(UserError):
        workspace.create("丙", "baseline", "nowhere")
