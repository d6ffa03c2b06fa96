"""One bar for a whole command: shares by weight, time left from the pace so far, and nothing where there is no terminal."""

import io

import pytest
from rich.console import Console

from experiments.cli import progress
from experiments.cli.progress import COMPILE, LIVE, WRITE, CommandProgress
from experiments.execution.runner import Progress


def bar_of(*stages, terminal=False):
    return CommandProgress(Console(file=io.StringIO(), force_terminal=terminal, width=80), "zh", stages)


def test_shares_are_weighed_and_never_go_back():
    bar = bar_of((f"{LIVE}:plan", 20), (f"{LIVE}:without_policy", 20), (WRITE, 10))
    first = bar.follow(f"{LIVE}:plan", total=20)
    first(Progress(4, done=4))  # a trial of four of the twenty
    assert bar.share_done() == pytest.approx(4 / 50)
    first(Progress(20, done=2))
    assert bar.share_done() == pytest.approx(4 / 50)
    first(Progress(20, done=20))
    bar.advance(WRITE, 5)
    assert bar.share_done() == pytest.approx(25 / 50)
    bar.end(f"{LIVE}:without_policy")
    bar.advance(WRITE, 50)
    assert bar.share_done() == 1.0


def test_compiling_counts_only_where_something_is_compiled():
    bar = bar_of((COMPILE, 80), (LIVE, 20))
    bar.follow(LIVE)(Progress(20, done=10))
    assert bar.share_done() == pytest.approx(0.5)
    cold = bar_of((COMPILE, 80), (LIVE, 20), terminal=True)
    cold.on_status("tell_compiled", done=30, total=60)
    assert cold.share_done() == pytest.approx(0.4)
    cold.follow(LIVE)(Progress(20, done=10))
    assert cold.share_done() == pytest.approx(0.9)


def test_time_left_follows_the_pace_since_work_began(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    bar = bar_of((LIVE, 10))
    assert bar.seconds_left() is None
    clock[0] = 160.0  # a minute of reading files
    bar.begin(LIVE)
    clock[0] = 170.0
    bar.follow(LIVE)(Progress(10, done=5))
    assert bar.seconds_left() == pytest.approx(10.0)


def test_a_study_that_asks_for_more_does_not_start_again():
    bar = bar_of((LIVE, 50))
    update = bar.follow(LIVE, total=50)
    shares = []
    for total in (10, 20, 30, 40, 50):
        update(Progress(total, done=total))
        shares.append(bar.share_done())
    assert shares == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_where_there_is_no_terminal_one_line_says_what_begins():
    bar = bar_of((COMPILE, 80), (LIVE, 20))
    bar.on_status("tell_compiling")
    bar.on_status("tell_compiled", done=1, total=59)
    bar.on_status("tell_writing")
    lines = bar.console.file.getvalue().splitlines()
    assert len(lines) >= 2 and "编译" in lines[0] and "写出结果" in lines[-1]


def test_a_terminal_sees_stage_share_and_time(monkeypatch):
    bar = bar_of((f"{LIVE}:plan", 20), terminal=True)
    with bar:
        bar.follow(f"{LIVE}:plan")(Progress(20, done=10, hits=3))
        bar._live.refresh()
    assert "推演 本方案" in bar.console.file.getvalue() and "50%" in bar.console.file.getvalue()
