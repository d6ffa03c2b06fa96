"""The first table: counts of goals and paired differences, from made-up chunks whose answer is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from experiments.reporting.terminal.first_table import FirstTable

GOALS = ("R3", "H1", "same")
NAMES = {"zh": "目标", "en": "goal"}


def catalogue():
    goal = {name: SimpleNamespace(name=NAMES, headline=name == "R3", weight=1.0) for name in GOALS}
    indicator = {"rural_income": SimpleNamespace(name={"zh": "收入", "en": "income"}, unit="yuan")}
    return SimpleNamespace(goals=goal, indicators=indicator)


class Chunk:
    """Replications with the goals they meet and the income they end with."""

    def __init__(self, met, incomes):
        self.completed = [{"replication": number} for number in met]
        self.header = {"layout": {"goals": list(GOALS), "indicators": ["rural_income"]}}
        goals = np.array([[[float(flag), 0.0, 0.0] for flag in flags] for flags in met.values()])
        months = np.array([[[0.0], [income]] for income in incomes])
        self.array = {"goals": goals, "months": months}.__getitem__


@pytest.fixture
def table():
    made = FirstTable(("plan", "without_policy"), catalogue(), "zh", 2025)
    made.add("plan", Chunk({0: (1, 1, 1), 1: (0, 1, 1)}, [100.0, 300.0]))
    made.add("without_policy", Chunk({1: (0, 0, 1), 2: (0, 0, 1)}, [200.0, 900.0]))
    return made


def test_goals_are_counts_of_the_replications_that_are_there(table):
    assert table.counts("R3") == [(1, 2), (0, 2)]
    assert table.counts("H1") == [(2, 2), (0, 2)]


def test_differences_are_of_replications_that_both_runs_have(table):
    assert table.difference("rural_income", "without_policy") == 100.0
    lone = FirstTable(("plan", "without_policy"), catalogue(), "zh", 2025)
    assert lone.difference("rural_income", "without_policy") is None


def test_the_headline_is_shown_and_of_the_others_what_the_plan_changes(table):
    assert table.shown_goals() == ["R3", "H1"]
    assert [row[1:] for row in table.rows()] == [["1/2", "0/2"], ["2/2", "0/2"], ["", ""], ["200元", "+100元"]]


def test_it_fills_as_replications_come_in_and_says_that_it_is_a_trial(table):
    table.add("without_policy", Chunk({0: (1, 1, 1)}, [100.0]))
    assert table.counts("R3") == [(1, 2), (1, 3)]
    assert "各推演2次" in str(table.heading())
