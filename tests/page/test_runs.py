"""What is asked of the queue from the page: how long a run may be, to stop and go on, and what each setting contributes."""

from dataclasses import replace

import pytest

from experiments.analyses.attribution import Package
from experiments.page import views
from experiments.reporting.translations import Words
from sim.scenario import load_scenario
from tests.page.conftest import path_of


@pytest.fixture
def plans(site):
    """A plan that sets two things, one that sets one, and their reference, in a site whose queue is not looked after."""
    for name, own in (("参照", ""), ("一项", "set: {public_posts.count: 1000}\n"),
                      ("两项", "set: {public_posts.count: 1000, budget.county_floor: 5_000_000}\n")):  # fmt: skip
        site.workspace.take_in(name, f"extends: baseline\ntitle: {name}\n{own}".encode())
    return site


def asked(site, path, **fields):
    """The job that a form put into the queue; the status and page where it did not."""
    before = {job.id for job in site.queue.jobs()}
    status, page = site.post(path, **fields)
    new = [job for job in site.queue.jobs() if job.id not in before]
    return (new[0], status) if new else (page, status)


@pytest.mark.parametrize(
    ("chosen", "option", "total"),
    [("20", ("--replications", "20"), 60), ("1000", ("--replications", "1000"), 3000), ("±5", ("--precision", "0.05"), 0),
     ("±2", ("--precision", "0.02"), 0)],
)  # fmt: skip
def test_a_run_is_so_many_replications_or_as_many_as_it_takes(plans, chosen, option, total):
    job, status = asked(plans, "/runs", plan="两项", replications=chosen)
    assert status == 303 and job.total == total
    assert job.arguments[job.arguments.index(option[0]) + 1] == option[1]
    assert ("--replications" in job.arguments) != ("--precision" in job.arguments)


@pytest.mark.parametrize("chosen", ["7", "±1", "±", "-20", "1e9", "20; rm"])
def test_no_other_length_is_taken(plans, chosen):
    page, status = asked(plans, "/runs", plan="两项", replications=chosen)
    assert status == 422 and plans.queue.jobs() == []


@pytest.mark.parametrize(("language", "label"), [("zh", "直到误差不超过±3个百分点"), ("en", "until known to ±3 points")])
def test_every_length_is_offered_where_a_run_begins(plans, language, label):
    plans.post("/settings", language=language)
    for name in ("两项", "baseline"):
        page = plans.get(f"/plans/{name}")[1]
        assert label in page and all(f'<option value="{each}">' in page for each in ("20", "100", "1000", "±5", "±3", "±2"))


def test_a_run_to_a_precision_says_how_well_its_goals_are_known(plans):
    job, _status = asked(plans, "/runs", plan="两项", replications="±3")
    running = replace(job, state="running", started=1.0)
    rows = [{"low": 0.2, "high": 0.4}, {"low": 0.5, "high": 0.56}, {"low": None, "high": None}]
    for language, known in (("zh", "±10.0个百分点"), ("en", "±10.0 points")):
        assert known in views.progress_text(running, 40, Words(language), rows)
        assert "40" in views.progress_text(running, 40, Words(language))


def test_a_run_is_stopped_and_goes_on(plans):
    job, _status = asked(plans, "/runs", plan="两项", replications="100")
    path = path_of(job)
    assert "停止" in plans.get(path)[1]
    assert plans.post(f"{path}/stop")[0] == 303 and plans.queue.job(job.id).state == "stopped"
    assert "继续" in plans.get(path)[1]
    assert plans.post(f"{path}/go-on")[0] == 303
    again = plans.queue.job(job.id)
    assert again.state == "queued" and again.arguments == job.arguments and again.total == job.total


def test_what_each_setting_contributes_is_a_job_of_known_size(plans):
    job, status = asked(plans, "/compare", first="参照", other="两项", replications="20", parts="yes")
    paths = [plans.workspace.plan(name).path for name in ("参照", "两项")]
    runs = Package.of(*map(load_scenario, paths)).runs(20)
    assert status == 303 and runs > 0 and job.total == 40 + runs
    assert job.arguments[:3] == ("compare", "inputs/plans/参照.yaml", "inputs/plans/两项.yaml")
    assert job.arguments[-2:] == ("--parts", "--yes")
    assert "<h1>对比：“参照”、“两项”</h1>" in plans.get(path_of(job))[1]


@pytest.mark.parametrize("others", [["两项", "一项"], ["一项"]])
def test_parts_of_several_plans_or_of_one_setting_are_refused(plans, others):
    page, status = asked(plans, "/compare", first="参照", other=others, replications="20", parts="yes")
    assert status == 422 and plans.queue.jobs() == []
    assert "措施" in page and "Traceback" not in page


def test_a_finished_comparison_is_asked_for_its_parts_once(plans):
    job, _status = asked(plans, "/compare", first="参照", other="两项", replications="20")
    path = path_of(job)
    assert plans.post(f"{path}/parts")[0] == 422  # not yet
    plans.queue._write(replace(job, state="done", code=0))
    assert f'action="{path_of(job)}/parts"' in plans.get(path)[1]
    assert plans.post(f"{path}/parts")[0] == 303
    again = plans.queue.job(job.id)
    assert again.state == "queued" and again.arguments == (*job.arguments, "--parts", "--yes") and again.total > job.total
    plans.queue._write(replace(again, state="done", code=0))
    assert "/parts" not in plans.get(path)[1] and plans.post(f"{path}/parts")[0] == 422


def test_a_run_under_way_does_not_need_its_plan_any_more(plans):
    job, _status = asked(plans, "/runs", plan="两项", replications="20")
    frozen = views.plans_of(plans.queue, job)
    plans.workspace.delete("两项")
    assert frozen[0].overrides["public_posts.count"][-1].value == 1000
    assert views.plans_of(plans.queue, job)[0].title == frozen[0].title
    status, page = plans.get(path_of(job))
    assert status == 200 and "两项" in page


def test_a_shipped_plan_is_found_by_its_name(plans):
    job, _status = asked(plans, "/runs", plan="baseline", replications="20")
    assert job.arguments[1] == "baseline" and views.plans_of(plans.queue, job)[0].id == "baseline"


def test_the_page_of_a_run_says_what_its_plan_set_when_it_was_asked(plans):
    job, _status = asked(plans, "/runs", plan="两项", replications="20")
    plans.workspace.save("两项", "", {"public_posts.count": 4000})
    page = plans.get(path_of(job))[1]
    assert "公益岗位数量：由5000个岗位改为1000个岗位" in page and "本级衔接资金：由2000万元/年改为500万元/年" in page
    assert "4000" not in page
