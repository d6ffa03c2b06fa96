"""Structural switches on margins made by hand: which futures a plan is run over, how plans are ranked."""

from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.analyses import structural_uncertainty as structure
from experiments.cli.app import app
from experiments.execution.study import Outcomes
from sim.scenario import load_scenario

PLANS = ("baseline", "support_withdrawn", "floor_10m")
FUTURES, RANKED = 8, 4
#: Mean margins of the three plans, by whether the switch turns the first and the last round.
USUAL, TURNED = (0.03, 0.01, 0.02), (0.02, 0.01, 0.03)


def outcomes(mean, count):
    """A goal's margins that scatter a little around a mean, the same way for every plan."""
    margin = (mean + 0.001 * np.cos(np.arange(count)))[:, None]
    numbers = np.arange(count) * 2
    empty = np.zeros((count, 0))
    return Outcomes(numbers, numbers // 2, ("R3",), (), (margin > 0.015).astype(float), margin, margin, np.zeros((count, 1, 0)),
                    empty, {}, empty, (), ())  # fmt: skip


class Runs:
    """A study that runs nothing: it remembers what was asked, and its margins are made by hand; ``lost`` replications fail."""

    def __init__(self, lost=0):
        self.asked, self.lost = {}, lost

    def run(self, wanted):
        self.asked = {point.name: list(numbers) for point, numbers in wanted}

    def outcomes(self, point, numbers):
        switch, plan = point.name.split(".")
        mean = (TURNED if switch == "income" else USUAL)[PLANS.index(plan)]
        return outcomes(mean, len(numbers) - self.lost)


@pytest.fixture(scope="module")
def plans():
    return {name: load_scenario(name) for name in PLANS}


def test_plans_that_are_only_ranked_are_run_over_the_first_futures(plans):
    runs = Runs()
    found = structure.run_switches(runs, plans, FUTURES, RANKED)
    switches = [each.id for each in structure.switches()]
    assert set(runs.asked) == {f"{switch}.{plan}" for switch in switches for plan in PLANS}
    for name, numbers in runs.asked.items():
        # Every other replication: two successive ones share a parameter draw.
        assert numbers == [2 * number for number in range(RANKED if name.endswith("floor_10m") else FUTURES)]
    assert {len(each.replications) for each in found.values()} == {RANKED, FUTURES}


def test_a_switch_is_said_to_turn_an_order_where_both_orders_are_clear(plans):
    found = structure.run_switches(Runs(), plans, FUTURES, RANKED)
    catalogue = SimpleNamespace(goals={"R3": SimpleNamespace(headline=True)})
    made = structure.summarise(found, catalogue)
    by_switch = {line["switch"]: line for line in made["ranking"]["R3"]}
    assert [line["plan"] for line in by_switch["reference"]["order"]] == ["baseline", "floor_10m", "support_withdrawn"]
    assert [line["plan"] for line in by_switch["income"]["order"]] == ["floor_10m", "baseline", "support_withdrawn"]
    assert (by_switch["reference"]["turned"], by_switch["income"]["turned"]) == ([], [["baseline", "floor_10m"]])
    # A margin is met by the baseline and floor_10m in all of their futures; each row says over how many that is.
    rows = {plan: lines[0] for plan, lines in made["goals"]["R3"].items()}
    assert {plan: (row["met"], row["futures"]) for plan, row in rows.items()} == {
        "baseline": (FUTURES, FUTURES), "support_withdrawn": (0, FUTURES), "floor_10m": (RANKED, RANKED)
    }  # fmt: skip
    changes = {row["switch"]: row["change"] for row in made["goals"]["R3"]["baseline"]}
    assert changes["income"] == pytest.approx(-0.01) and changes["transitions"] == 0.0


def test_a_lost_replication_would_unpair_the_futures(plans):
    with pytest.raises(ValueError, match="reference/baseline"):
        structure.run_switches(Runs(lost=1), plans, FUTURES, RANKED)


def test_more_futures_to_rank_than_there_are_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(app, ["structure", "--futures", "8", "--ranked", "9", "--yes"])
    assert answer.exit_code == 2 and "--ranked" in answer.stderr and answer.stdout == ""
    assert list(tmp_path.iterdir()) == []
