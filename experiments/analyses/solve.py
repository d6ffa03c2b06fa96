"""How much is enough: the smallest, or largest, value of a lever at which a goal is met with a wanted probability.

With common random numbers a future that meets the goal at one value meets it, if the goal is monotone in the lever, at every
better one. So the same futures are run at few values: first at both bounds and between, to see which way the probability goes and
whether it ever turns; then between the two values that embrace the wanted probability, halving. Where the curve turns by more
than chance allows, or does not reach the wanted probability within the bounds, there is no answer, and NoAnswer is raised.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.analyses.design import Factor, FactorRecord, factor, point, refuse_unfounded, say_setting
from experiments.execution.study import Study
from experiments.model_api import Catalogue
from experiments.results.files import as_json, write_csv, write_text
from experiments.results.fingerprint import version
from experiments.statistics import estimates, paired
from sim.core.inputs.errors import InputError, unknown
from sim.core.inputs.parameters import load_all

FIRST = 5  # values looked at before halving, bounds included
EXPECTED = 9  # and about so many more while halving
TURN = 0.975  # the confidence, divided among all pairs of neighbours, with which a turn must be shown


class NoAnswer(ValueError):
    """The question has no answer; ``reason`` is the key of the message, ``facts`` fill it; its own text is English."""

    def __init__(self, reason: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.reason, self.facts = reason, facts


@dataclass(frozen=True)
class CurvePoint:
    """The goal at one value of the lever: probability with its interval, and whether each future met it."""

    value: float
    probability: float
    low: float
    high: float
    met: NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """``value`` meets the goal with the wanted probability, by the estimate; between ``low`` and ``high`` lies the true one, 95 %
    (None: beyond the bound). ``rising``: a larger value makes the goal likelier. ``curve``: all that was looked at, by value.
    """

    value: float
    low: float | None
    high: float | None
    rising: bool
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class Question:
    """How much of a lever is enough: ``low`` and ``high`` bound the search (None: the lever's own bounds), ``start`` is the month
    from which a value holds. See ``solve`` for ``largest``.
    """

    lever: str
    goal: str
    probability: float = 0.8
    largest: bool = False
    low: float | None = None
    high: float | None = None
    start: str | None = None

    def factor(self, scenario: Any, catalogue: Catalogue, mark: str = "") -> Factor:
        """The lever, checked. Raises InputError; ``mark`` stands before the names of options."""
        if self.goal not in catalogue.goals:
            raise InputError(f"{mark}goal", 0, *unknown("there is no goal", "没有这个目标：", self.goal, list(catalogue.goals)))
        if (self.low is None) != (self.high is None):
            raise InputError(
                f"{mark}low",
                0,
                f"give both {mark}low and {mark}high, or neither",
                f"{mark}low 和 {mark}high 要么都写，要么都不写",
            )
        parameter = load_all().parameters.get(self.lever)
        if parameter is not None and (parameter.options is not None or parameter.is_list):
            raise InputError(
                f"{mark}lever", 0, f"{self.lever} is a choice or a list, and only a number can be searched; name another lever, "
                "or compare its values by 'xianjie sweep'",
                f"{self.lever} 是选项或列表，只有单个的数才能求解；请改写别的政策措施，或用 xianjie sweep 比较各个取值"
            )  # fmt: skip
        if parameter is not None and parameter.role == "assumption" and self.low is None:
            raise InputError(
                f"{mark}lever", 0,
                f"{self.lever} is an assumption: nobody sets it. Name a lever, or give {mark}low and {mark}high",
                f"{self.lever} 是假定，不由政府设定；请改写一个政策措施，或写明 {mark}low 和 {mark}high"
            )  # fmt: skip
        record = FactorRecord.model_validate({"low": self.low, "high": self.high, "from": self.start})
        try:
            found = factor(self.lever, record, False)
        except ValueError as problem:
            raise InputError.of(f"{mark}lever", 0, problem, self.lever) from None
        for end in (found.low, found.high):
            try:
                refuse_unfounded(scenario, [found], {self.lever: end})
            except InputError as problem:
                raise InputError.of(f"{mark}lever", 0, problem, say_setting([found], {self.lever: end})) from None
        return found


FILES = ("solution.json", "curve.csv")


def answer(scenario: Any, question: Question, study: Study, replications: int) -> dict[str, Any]:
    """Search with the runs of a study; the answer as plain data. Raises NoAnswer.

    ``study`` is of this scenario alone, with the task that ``task_of`` says.
    """
    lever, goal, numbers = question.lever, question.goal, range(replications)
    searched = question.factor(scenario, study.catalogue)

    def evaluate(value: float) -> tuple[Any, Any]:
        setting = {lever: int(value) if searched.whole else value}
        at = point(scenario, [searched], setting, f"v{value!r}")
        study.run([(at, numbers)])
        found = study.outcomes(at, numbers)
        return found.outcome(goal), found.draws

    found = solve(evaluate, (searched.low, searched.high), question.probability, largest=question.largest, whole=searched.whole)
    result: dict[str, Any] = {
        "scenario": scenario.id, "lever": lever, "goal": goal, "probability": question.probability, "largest": question.largest,
        "seed": study.plan.seed, "replications": replications, "value": found.value, "low": found.low, "high": found.high,
        "curve": [{key: getattr(at, key) for key in ("value", "probability", "low", "high")} for at in found.curve],
        "title": dict(scenario.title), "version": version("xianjie"),
        "subject": {"id": goal, "name": dict(study.catalogue.goals[goal].name), "unit": "share", "kind": "probability"},
        "factor": {"id": lever, "name": searched.name, "unit": searched.unit, "kind": searched.kind, "central": searched.central},
    }  # fmt: skip
    return result


def write(result: Mapping[str, Any], folder: Path) -> None:
    """Write the answer into a folder: whole as JSON, and the values that were looked at as a table."""
    write_text(folder / FILES[0], as_json(result))
    write_csv(folder / FILES[1], result["curve"])


def task_of(question: Question, searched: Factor) -> dict[str, Any]:
    """What a journal of this search belongs to, beside its scenario: another goal of the same lever may use it."""
    return {"lever": question.lever, "from": searched.month}


def solve(
    evaluate: Callable[[float], tuple[NDArray[np.float64], NDArray[np.int64]]],
    bounds: tuple[float, float],
    wanted: float,
    largest: bool = False,
    whole: bool = False,
    tolerance: float = 1.0 / 64,
) -> Answer:
    """Search. ``evaluate(value)``: whether each future met the goal, and its parameter draw; the same futures at every value.

    ``largest``: the largest value that still reaches ``wanted`` instead of the smallest, for a lever that harms the goal; the
    other way round the question has the bound as its trivial answer, and is refused. ``tolerance``: as a share of the bounds'
    distance. ``whole``: only whole numbers. Raises NoAnswer.
    """
    seen: dict[float, CurvePoint] = {}

    def look(value: float) -> CurvePoint:
        value = float(round(value)) if whole else float(value)
        if value not in seen:
            met, draws = evaluate(value)
            chance = estimates.proportion(met, draws)
            seen[value] = CurvePoint(
                value, chance.probability, chance.low, high=chance.high, met=np.asarray(met, dtype=np.float64)
            )
            look.draws = draws  # type: ignore[attr-defined]
        return seen[value]

    for value in np.linspace(*bounds, FIRST):
        look(float(value))
    first, last = look(bounds[0]), look(bounds[1])
    rising = last.probability > first.probability
    _check_moves(_ordered(seen))
    _check_turns(_ordered(seen), rising, look.draws)  # type: ignore[attr-defined]
    if rising == largest:
        raise NoAnswer(
            "solve_trivial",
            f"the goal grows {'likelier' if rising else 'less likely'} as the lever grows, so the "
            f"{'largest' if largest else 'smallest'} value that reaches it is a bound; ask for the other end",
        )
    best, worst = (last, first) if rising else (first, last)
    if best.high < wanted:
        raise NoAnswer(
            "solve_unreachable",
            f"at {best.value:g}, its best, the goal is met with probability {best.probability:.2f} (at most {best.high:.2f}), "
            f"which is less than {wanted:g}",
            value=best.value, probability=best.probability, high=best.high,
        )  # fmt: skip
    if best.probability < wanted:
        raise NoAnswer(
            "solve_undecided",
            f"at {best.value:g}, its best, the goal is met with probability {best.probability:.2f} ({best.low:.2f} to "
            f"{best.high:.2f}): more replications are needed to say whether {wanted:g} can be reached",
            value=best.value, probability=best.probability, low=best.low, high=best.high,
        )  # fmt: skip
    step = max(tolerance * abs(bounds[1] - bounds[0]), 1.0 if whole else 0.0)
    for edge in ("probability", "high", "low"):  # the estimate, then both ends of its interval
        _halve(look, seen, edge, wanted=wanted, rising=rising, step=step)
    curve = _ordered(seen)
    _check_turns(curve, rising, look.draws)  # type: ignore[attr-defined]
    value = _crossing(curve, "probability", wanted, rising)
    easy = _crossing(curve, "high", wanted, rising)  # where the interval first reaches it: it may be enough already
    safe = _crossing(curve, "low", wanted, rising)  # where all of the interval is above it: it surely is enough
    assert value is not None
    low, high = (easy, safe) if rising else (safe, easy)
    if worst.high >= wanted:  # the interval reaches beyond the bound
        low, high = (None, high) if rising else (low, None)
    return Answer(value, low, high, rising=rising, curve=curve)


def _ordered(seen: dict[float, CurvePoint]) -> tuple[CurvePoint, ...]:
    return tuple(seen[value] for value in sorted(seen))


def _check_moves(curve: Sequence[CurvePoint]) -> None:
    if all(np.array_equal(at.met, curve[0].met) for at in curve):
        raise NoAnswer("solve_flat", "the lever changes the outcome of the goal in no future between its bounds")


def _check_turns(curve: Sequence[CurvePoint], rising: bool, draws: NDArray[np.int64]) -> None:
    """Refuse where the probability goes the other way between two values by more than chance allows."""
    pairs = [(one, two) for number, one in enumerate(curve) for two in curve[number + 1 :]]
    confidence = 1.0 - 2.0 * (1.0 - TURN) / max(1, len(pairs))
    for one, two in pairs:
        _middle, low, high = paired.difference_of_proportions(one.met, two.met, draws, confidence)
        if (high if rising else -low) < 0:
            raise NoAnswer(
                "solve_turns",
                f"the goal is not monotone: its probability is {one.probability:.2f} at {one.value:g} and "
                f"{two.probability:.2f} at {two.value:g}, against the way it goes from bound to bound",
                one=one.value, two=two.value, first=one.probability, second=two.probability,
            )  # fmt: skip


def _halve(
    look: Callable[[float], CurvePoint], seen: dict[float, CurvePoint], edge: str, wanted: float, rising: bool, step: float
) -> None:
    """Look between the last value at which ``edge`` is below ``wanted`` and the first where it is not, until a step apart."""
    while True:
        ordered = _ordered(seen) if rising else _ordered(seen)[::-1]
        place = next((number for number, at in enumerate(ordered) if getattr(at, edge) >= wanted), None)
        if place is None or place == 0:
            return
        before, after = ordered[place - 1].value, ordered[place].value
        middle = (before + after) / 2
        count = len(seen)
        if abs(after - before) <= step * 1.000001:
            return
        look(middle)
        if len(seen) == count:  # whole numbers: nothing between
            return


def _crossing(curve: Sequence[CurvePoint], edge: str, wanted: float, rising: bool) -> float | None:
    """The first value, on the way to better ones, from which this end of the interval is at least ``wanted``."""
    ordered = curve if rising else curve[::-1]
    return next((at.value for at in ordered if getattr(at, edge) >= wanted and not math.isnan(getattr(at, edge))), None)
