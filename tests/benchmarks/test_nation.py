"""The schedule on paper, by hand."""

import pytest

from benchmarks.nation import schedule


def test_a_schedule_by_hand():
    """Ten counties of 8 replications of a second: tasks of two, four of them a county; eight workers serve two commands."""
    plan = schedule(10, 8, 8, seconds=1.0, client=1.0, size=1e6, limit=100.0, overhead=0.5)
    assert (plan.tasks, plan.commands) == (40, 2)
    assert plan.hours * 3600 == pytest.approx(5 * (3.0 + 1.0))
    assert plan.core_hours * 3600 == pytest.approx(40 * 3.0)
    assert plan.busy == pytest.approx(120 / (20 * 8))
    assert (plan.tasks_a_second, plan.gigabytes, plan.megabytes_a_second) == pytest.approx((2.0, 0.08, 4.0))
    assert plan.most_workers == 300


def test_a_scheduler_that_is_too_slow_decides():
    plan = schedule(10, 8, 8, seconds=1.0, client=0.0, size=1.0, limit=0.5, overhead=0.0)
    assert plan.hours * 3600 == pytest.approx(80.0)


def test_fewer_workers_than_tasks_of_a_county_take_turns():
    plan = schedule(3, 8, 2, seconds=1.0, client=0.0, size=1.0, limit=100.0, overhead=0.0)
    assert plan.commands == 1
    assert plan.hours * 3600 == pytest.approx(3 * 2 * 2.0)
