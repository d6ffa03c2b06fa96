"""What each setting of a plan contributes, and the cheapest repair of a promise that the plan breaks; on the same draws.

A plan that sets several levers at once changes more, or less, than each would alone. Each is therefore run alone and left out,
and given its Shapley share: the mean of what it adds when the settings come one after another in random order. With few
settings every order counts; with more, each replication has an order of its own (drawn by its number), so that a share's
interval holds the uncertainty of the orders too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.analyses import solve
from experiments.analyses.changes import LEAST, GoalChange
from experiments.analyses.consequences import OWN_FUND, PERSONS, TRUE, Consequences
from experiments.analyses.design import FactorRecord, factor, point
from experiments.execution.study import Outcomes, Study
from experiments.model_api import Point
from experiments.results.files import as_json, read_object, write_text
from experiments.statistics import paired
from sim.core.inputs.errors import UserError
from sim.core.inputs.parameters import load_all
from sim.scenario import Scenario

#: With so many settings or fewer every order is counted.
EXACT = 3
#: A repair brings back so much of what was lost.
BACK = 0.75
#: A repair is sought to this part of the way between both plans' values.
STEP = 0.125
FILE = "attribution.json"
BELOW, MONEY = "below", "own_money"


class Indivisible(UserError):
    """A plan that has no parts to tell apart; the message says why."""


@dataclass(frozen=True)
class Package:
    """Two plans and the settings in which they differ."""

    first: Scenario
    other: Scenario
    parts: tuple[str, ...]

    @classmethod
    def of(cls, first: Scenario, other: Scenario) -> "Package":
        """Raises Indivisible where fewer than two settings differ, or a plan is written in Python."""
        if first.policies or other.policies:
            raise Indivisible("a plan written in Python has no settings to tell apart", "用 Python 写的方案无法按措施分解")
        names = sorted({*first.overrides, *other.overrides})
        parts = tuple(name for name in names if _values(first, name) != _values(other, name))
        if len(parts) < 2:
            raise Indivisible(
                "the plans differ in fewer than two settings: there is nothing to divide; name a plan that sets two or more",
                "两个方案的不同不到两项措施，无须分解；请给出改动两项以上措施的方案",
            )
        return cls(first, other, parts)

    def point(self, chosen: frozenset[str]) -> Point:
        """The first plan with the chosen settings of the other."""
        overrides = dict(self.first.overrides)
        for name in chosen:
            overrides.pop(name, None)
            if name in self.other.overrides:
                overrides[name] = self.other.overrides[name]
        code = "".join("1" if name in chosen else "0" for name in self.parts)
        return Point(f"parts{code}", replace(self.first, overrides=overrides))

    def orders(self, replications: int, seed: int) -> list[list[tuple[str, ...]]]:
        """The orders of each replication."""
        if len(self.parts) <= EXACT:
            every = list(permutations(self.parts))
            return [every for _number in range(replications)]
        return [
            [tuple(self.parts[place] for place in np.random.default_rng([seed, number]).permutation(len(self.parts)))]
            for number in range(replications)
        ]

    def wanted(self, replications: int, seed: int) -> list[tuple[Point, list[int]]]:
        """Which replications of which points are needed."""
        every, needed = list(range(replications)), dict[frozenset[str], set[int]]()
        whole = frozenset(self.parts)
        for chosen in (
            frozenset[str](),
            whole,
            *(frozenset({name}) for name in self.parts),
            *(whole - {name} for name in self.parts),
        ):
            needed[chosen] = set(every)
        for number, orders in enumerate(self.orders(replications, seed)):
            for order in orders:
                for place in range(1, len(order)):
                    needed.setdefault(frozenset(order[:place]), set()).add(number)
        return [(self.point(chosen), sorted(numbers)) for chosen, numbers in needed.items()]

    def runs(self, replications: int) -> int:
        """How many replications an attribution takes."""
        return sum(len(numbers) for _point, numbers in self.wanted(replications, 0))


def _values(scenario: Scenario, name: str) -> list[Any]:
    return [each.value for each in scenario.overrides.get(name, [])]


def attribute(
    package: Package, study: Study, replications: int, goals: Sequence[str], in_force: float = 1.0
) -> dict[str, Any]:  # fmt: skip
    """The contributions of every setting to persons below the line (end), own money (yuan a year of those ``in_force``, the
    share of the years in which the plans differ) and these goals (probability):
    ``alone``, ``left_out`` (the whole plan less the plan without it) and ``share`` (Shapley), each with a 95 % interval.
    """
    seed = study.plan.seed
    wanted = package.wanted(replications, seed)
    study.run(wanted)
    found = {at.name: study.outcomes(at, numbers) for at, numbers in wanted}
    metrics = [BELOW, MONEY, *goals]
    draws = found[package.point(frozenset()).name].draws
    scale = {MONEY: 1.0 / in_force}
    values = {
        name: {metric: scale.get(metric, 1.0) * _measure(each, metric) for metric in metrics} for name, each in found.items()
    }
    rows = []
    for metric in metrics:
        at = {name: dict(zip(found[name].replications.tolist(), own[metric])) for name, own in values.items()}
        rows.append(_rows(package, metric, at, draws, package.orders(replications, seed)))
    return {"parts": list(package.parts), "replications": replications, "exact": len(package.parts) <= EXACT, "metrics": rows}


def _measure(found: Outcomes, metric: str) -> NDArray[np.float64]:
    if metric == MONEY:
        return found.funds.get(OWN_FUND, np.zeros(len(found.replications)))
    if metric == BELOW:
        return found.outcome(TRUE) * found.outcome(PERSONS)
    return found.outcome(metric)


def _rows(
    package: Package, metric: str, at: Mapping[str, Mapping[int, float]], draws: NDArray[np.int64],
    orders: Sequence[Sequence[tuple[str, ...]]],
) -> dict[str, Any]:  # fmt: skip
    numbers, whole = range(len(orders)), frozenset(package.parts)

    def value(chosen: frozenset[str], number: int) -> float:
        return at[package.point(chosen).name][number]

    def described(steps: Sequence[float]) -> dict[str, float]:
        found = np.array(steps)
        mean = paired.difference(np.zeros(len(found)), found, draws)
        most = 1.0 if metric not in (BELOW, MONEY) else np.inf  # a probability changes by no more
        return {"mean": mean.mean, "low": float(max(mean.low, -most)), "high": float(min(mean.high, most))}

    parts = []
    for name in package.parts:
        shares = []
        for number in numbers:
            gains = []
            for order in orders[number]:
                before = frozenset(order[: order.index(name)])
                gains.append(value(before | {name}, number) - value(before, number))
            shares.append(float(np.mean(gains)))
        only = frozenset({name})
        parts.append({
            "lever": name,
            "alone": described([value(only, number) - value(frozenset(), number) for number in numbers]),
            "left_out": described([value(whole, number) - value(whole - only, number) for number in numbers]),
            "share": described(shares),
        })  # fmt: skip
    total = described([value(whole, number) - value(frozenset(), number) for number in numbers])
    return {"metric": metric, "total": total, "parts": parts}


def repair(facts: Consequences, change: GoalChange, other: Scenario, study: Study, replications: int) -> dict[str, Any]:
    """The smallest change of the lever that pays for a broken promise which brings back three quarters of what was lost, and
    what it costs a year, the county (``own_yuan``) and all public purses (``public_yuan``); ``value`` None, with the reason,
    where the lever does not do it: between both plans' values if the plan changes it, else up to twice its value under the plan.
    """
    made: dict[str, Any] = {"goal": change.id, "name": dict(change.name), "lever": change.lever, "value": None}
    found_span = _span(facts, change.lever)
    if found_span is None:
        return {**made, "reason": "the lever that pays for it has no number that could be raised"}
    plan, towards, month, kept = found_span
    lever = str(change.lever)
    low, high = sorted((plan, towards))
    try:
        searched = factor(lever, FactorRecord.model_validate({"low": low, "high": high, "from": month}), False)
    except UserError as reason:  # the paper holds the lever
        return {**made, "reason": str(reason)}
    numbers, costs = range(replications), dict[float, tuple[float, float]]()

    def evaluate(value: float) -> tuple[Any, Any]:
        setting = int(value) if searched.whole else value
        at = point(other, [searched], {lever: setting}, f"{lever}-{value!r}")
        study.run([(at, numbers)])
        found = study.outcomes(at, numbers)
        costs[value] = float(_measure(found, MONEY).mean()), float(found.public.mean())
        return found.outcome(change.id), found.draws

    aim = change.other + BACK * (change.first - change.other)
    try:
        found = solve.solve(evaluate, (low, high), aim, largest=towards < plan, whole=searched.whole, tolerance=STEP)
    except solve.NoAnswer as none:
        return {**made, "reason": str(none)}
    reached = next(each for each in found.curve if each.value == found.value)
    own, public = (
        (at - base) * len(facts.years) / len(facts.in_force) for at, base in zip(costs[found.value], costs[plan], strict=True)
    )
    return {
        **made, "value": found.value, "met": int(reached.met.sum()), "runs": len(reached.met),
        "probability": reached.probability, "low": reached.low, "high": reached.high,
        "own_yuan": own, "public_yuan": public, "from": month, "plan": plan, "reference": towards if kept else plan,
        "kept": kept,
    }  # fmt: skip


def _span(facts: Consequences, lever: str | None) -> tuple[float, float, str, bool] | None:
    """Where a repair is sought: from the plan's value of the lever, towards that of the reference if the plan changes it, else
    towards twice as much within its bounds; from which month; and whether the plan changes it. None for what is no number.
    """
    setting = next((each for each in facts.levers if each.id == lever), None)
    if setting is not None:
        ends = (setting.other, setting.first)
        return (float(ends[0]), float(ends[1]), setting.month, True) if all(map(_is_number, ends)) else None
    known = load_all().parameters.get(lever or "")
    value = facts.setting(lever or "")
    if known is None or known.bounds is None or not _is_number(value):
        return None
    most = float(known.bounds[1])
    towards = min(most, 2.0 * value) if value > 0 else most
    return (float(value), towards, f"{facts.since}-01", False) if towards > value else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def repairable(facts: Consequences) -> list[GoalChange]:
    """One promise of each lever whose repair can be sought: what fell by decision is not repaired but decided otherwise."""
    found: dict[str, GoalChange] = {}
    for each in facts.broken:
        if each.lever is not None and not each.decided and each.difference <= -LEAST:
            found.setdefault(each.lever, each)
    return list(found.values())


def repair_runs(replications: int) -> int:
    """How many replications a search for one repair takes at most."""
    return replications * (solve.FIRST + round(1 / STEP))


def found_before(folder: Path, replications: int) -> dict[str, Any]:
    """What an earlier question of the same two plans left in a folder, with as many replications: ``parts`` and ``repairs``; None
    and no repairs where nothing did.
    """
    record = read_object(folder / FILE) or {}
    if record.get("replications") != replications:
        record = {}
    return {"replications": replications, "parts": record.get("parts"), "repairs": record.get("repairs", [])}


def write(result: Mapping[str, Any], folder: Path) -> None:
    """Write what was found into a folder."""
    write_text(folder / FILE, as_json(result))
