"""Do the conclusions depend on how the model is built? The same futures run under every structural switch.

A switch is a choice that no datum decides: how people choose work, what the 90 % is a share of, which income is held against the
lines, what dibao does to the search for work, whether spending spills over. Same parameters and common random
numbers: differences are paired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from experiments.execution.study import Outcomes, Study
from experiments.model_api import Catalogue, Point
from experiments.results.files import safe
from experiments.statistics import estimates, paired
from sim.core.inputs.parameters import load_all
from sim.core.inputs.resolve import Override
from sim.scenario import Scenario

FILE = Path(__file__).with_suffix(".yaml")
REFERENCE = "reference"
#: Digits kept in the stored finding: three that matter, so that the file is small and does not pretend.
DIGITS = 3


@dataclass(frozen=True)
class Switch:
    """A structural alternative: its id, its names, and the parameters that it sets."""

    id: str
    name: dict[str, str]
    sets: dict[str, Any]


@cache
def switches() -> tuple[Switch, ...]:
    """Every switch of ``experiments/analyses/structural_uncertainty.yaml``, the reference first."""
    records = yaml.safe_load(FILE.read_text(encoding="utf-8"))["switches"]
    return tuple(Switch(name, record["name"], record["set"]) for name, record in records.items())


@cache
def scenarios() -> tuple[str, ...]:
    """File stems of the plans that are ranked, the reference first."""
    return tuple(yaml.safe_load(FILE.read_text(encoding="utf-8"))["scenarios"])


def apply_switch(scenario: Scenario, switch: Switch) -> Scenario:
    """A scenario with a switch applied. Raises InputError for a value that the parameter cannot take."""
    overrides = dict(scenario.overrides)
    for name, value in switch.sets.items():
        override = Override(value, f"structure.yaml: {switch.id}", 0)
        override.check(load_all().parameters[name])
        overrides[name] = [*overrides.get(name, []), override]
    return replace(scenario, overrides=overrides)


def replications(futures: int) -> list[int]:
    """One replication of each of so many parameter draws: two successive replications share a draw, so every other one."""
    return [2 * number for number in range(futures)]


def count_futures(plans: Sequence[str], futures: int, ranked: int) -> dict[str, int]:
    """Over how many futures each plan is run: the first two over all, those that are only ranked over the first ``ranked``."""
    return {name: futures if place < 2 else min(ranked, futures) for place, name in enumerate(plans)}


def run_switches(study: Study, plans: Mapping[str, Scenario], futures: int, ranked: int) -> dict[tuple[str, str], Outcomes]:
    """Outcomes by switch and plan, over the futures that ``count_futures`` gives each plan, from the first on.

    Raises ValueError if a replication failed: holes would unpair.
    """
    counts = count_futures(list(plans), futures, ranked)
    points = {
        (switch.id, name): Point(f"{switch.id}.{safe(name)}", apply_switch(plan, switch))
        for switch in switches()
        for name, plan in plans.items()
    }
    study.run([(point, replications(counts[plan])) for (_, plan), point in points.items()])
    found = {(switch, plan): study.outcomes(point, replications(counts[plan])) for (switch, plan), point in points.items()}
    short = [f"{switch}/{plan}" for (switch, plan), each in found.items() if len(each.replications) < counts[plan]]
    if short:
        raise ValueError(f"replications failed under {', '.join(short)}: without them futures cannot be compared")
    return found


def summarise(found: Mapping[tuple[str, str], Outcomes], catalogue: Catalogue) -> dict[str, Any]:
    """The finding as plain data: ``goals`` (each under every switch, with and without the plan) and ``ranking`` (plans by
    headline goal under every switch).
    """
    plans = list(dict.fromkeys(plan for _, plan in found))
    headline = [name for name, goal in catalogue.goals.items() if goal.headline]
    goals = {
        name: {
            plan: [_under(found, switch.id, plan, name) for switch in switches()]
            for plan in (plans if name in headline else plans[:2])
        }
        for name in catalogue.goals
    }
    ranking = {name: [_rank_plans(found, switch.id, plans, name) for switch in switches()] for name in headline}
    return {"goals": goals, "ranking": ranking}


def _under(found: Mapping[tuple[str, str], Outcomes], switch: str, plan: str, goal: str) -> dict[str, Any]:
    """A goal under a switch: chance, mean margin, and what the switch changes of the margin, in pairs with the reference."""
    own, usual = found[switch, plan], found[REFERENCE, plan]
    met, margin = own.outcome(goal), own.outcome(f"{goal}.margin")
    chance = estimates.proportion(met, own.draws)
    change = paired.difference(usual.outcome(f"{goal}.margin"), margin, own.draws)
    return {
        "switch": switch,
        "met": int(np.nansum(met)),
        "futures": len(met),
        "probability": round_digits(chance.probability), "low": round_digits(chance.low), "high": round_digits(chance.high),
        "margin": round_digits(float(np.nanmean(margin))),
        "change": round_digits(change.mean), "change_low": round_digits(change.low), "change_high": round_digits(change.high),
    }  # fmt: skip


def _rank_plans(found: Mapping[tuple[str, str], Outcomes], switch: str, plans: Sequence[str], goal: str) -> dict[str, Any]:
    """Plans from best to worst by mean margin under a switch, over the futures that all have; each with its paired distance to
    the first plan; and how many pairs of plans stand the other way round than in the reference, and clearly so.
    """
    common = min(len(found[switch, plan].replications) for plan in plans)
    margins = {plan: found[switch, plan].outcome(f"{goal}.margin")[:common] for plan in plans}
    usual = {plan: found[REFERENCE, plan].outcome(f"{goal}.margin")[:common] for plan in plans}
    draws = found[switch, plans[0]].draws[:common]
    order = sorted(plans, key=lambda plan: -float(np.nanmean(margins[plan])))
    lines = []
    for plan in order:
        step = paired.difference(margins[plans[0]], margins[plan], draws)
        difference, low, high = (round_digits(each) for each in (step.mean, step.low, step.high))
        lines.append({"plan": plan, "difference": difference, "low": low, "high": high})
    pairs = [(one, two) for place, one in enumerate(plans) for two in plans[place + 1 :]]
    turned = [[one, two] for one, two in pairs if _turned(margins, usual, one, two=two, draws=draws)]
    return {"switch": switch, "order": lines, "turned": turned, "pairs": len(pairs)}


def _turned(
    margins: Mapping[str, NDArray], usual: Mapping[str, NDArray], one: str, two: str, draws: NDArray
) -> bool:  # fmt: skip
    """Whether two plans stand clearly in one order in the reference and clearly in the other under the switch."""
    signs = []
    for side in (usual, margins):
        step = paired.difference(side[one], side[two], draws)
        signs.append(0 if step.low <= 0.0 <= step.high else 1 if step.mean > 0 else -1)
    return signs[0] * signs[1] < 0


def round_digits(value: float) -> float | None:
    """Three digits that matter; None for what is not known."""
    return None if not np.isfinite(value) else float(f"{value:.{DIGITS}g}")
