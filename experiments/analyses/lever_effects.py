"""What every lever does and costs: off, and turned as far as it goes, each against the same futures of the scenario itself.

A lever that moves nothing beyond noise at either end is dead: either the model leaves out what it acts on, or it is no lever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from experiments.analyses.structural_uncertainty import replications, round_digits
from experiments.execution.study import PUBLIC, Outcomes, Study
from experiments.model_api import Point
from experiments.statistics import paired
from sim.core.inputs.errors import UserError
from sim.core.inputs.parameters import Parameter, load_all, month_number
from sim.core.inputs.resolve import Override
from sim.scenario import Scenario
from sim.world.funds import NOT_PUBLIC

FILE = Path(__file__).with_suffix(".yaml")
SIDES = ("off", "most")
UNPAID = "unpaid"
YEARS, FUND = "years", "fund"
MILLION = 1e6
ROUNDING = 1e-9  # sums of money in another order differ by less
#: What a lever moves at best: an outcome that is read of every lever; only what its own subject watches; only money; nothing.
PEOPLE, ROOM, MONEY, NOTHING, FIXED = "people", "room", "money", "nothing", "fixed"


@cache
def spec() -> dict[str, Any]:
    """The file beside this one: ``outcomes`` of every lever, those of its ``rooms``, and how far is ``most``."""
    record: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return record


def levers() -> list[Parameter]:
    """Every lever, in the order of the model."""
    return [each for each in load_all().parameters.values() if each.role == "lever"]


def status_quo(lever: Parameter) -> Any:
    """How it stands when the plan ends."""
    return lever.entries()[-1]


def far_end(lever: Parameter) -> Any:
    """The end farthest from how a lever stands that is not ``off``; None if there is none. Of a switch the last option."""
    named = spec()["most"].get(lever.id)
    if named is not None:
        return named
    now = status_quo(lever)
    if lever.options is not None:
        ends: list[Any] = list(lever.options)
    elif lever.sums_to is not None:  # shares of a whole: all of it to the last
        ends = [[0.0] * (len(now) - 1) + [lever.sums_to]]
    else:
        level = float(np.mean(now))
        limits = sorted(lever.limits(override=False), key=lambda end: (abs(end - level), end))
        ends = [int(end) if end.is_integer() else end for end in limits]
        ends = [[end] * len(now) for end in ends] if lever.is_list else ends
    others = [end for end in ends if end not in (now, lever.off)]
    return others[-1] if others else None


def settings(lever: Parameter) -> dict[str, Any]:
    """What each side sets a lever to; a side at which it stands already is left out. Empty where a clause holds it fast."""
    if lever.changes_from is not None:
        return {}
    values = {"off": lever.off, "most": far_end(lever)}
    moved = lever.is_dated
    return {side: value for side, value in values.items() if value is not None and (moved or value != status_quo(lever))}


def turned(scenario: Scenario, lever: Parameter, value: Any) -> Scenario:
    """The scenario with a lever set from January 2021 on. Raises InputError for a value that it cannot take."""
    override = Override({month_number("2021-01"): value}, f"effects: {lever.id}", 0)
    override.check(lever)
    given = scenario.overrides
    return replace(scenario, overrides={**given, lever.id: [*given.get(lever.id, []), override]})


def points(scenario: Scenario, chosen: Sequence[Parameter]) -> dict[tuple[str, str], Point]:
    """The scenario itself as ("", ""), then every side of every lever."""
    made = {("", ""): Point("usual", scenario)}
    for lever in chosen:
        for side, value in settings(lever).items():
            made[lever.id, side] = Point(f"{lever.id}.{side}", turned(scenario, lever, value))
    return made


def run_points(study: Study, wanted: Mapping[tuple[str, str], Point], futures: int) -> dict[tuple[str, str], Outcomes]:
    """Outcomes of every point over the same futures. Raises ValueError if a replication failed: holes would unpair."""
    numbers = replications(futures)
    study.run([(point, numbers) for point in wanted.values()])
    found = {key: study.outcomes(point, numbers) for key, point in wanted.items()}
    short = [point.name for key, point in wanted.items() if len(found[key].replications) < futures]
    if short:
        raise ValueError(f"replications failed under {', '.join(short)}: without them futures cannot be compared")
    return found


def room(lever: Parameter) -> str:
    """The subject of sim/processes to which a lever belongs."""
    return Path(lever._path).parts[2]


def outcome(found: Outcomes, name: str) -> NDArray[np.float64]:
    """(replications,) of an outcome, as the file beside this one names it; money in million yuan a year."""
    first, _, part = name.partition(".")
    if name == UNPAID:
        return found.unpaid / MILLION
    if first == FUND:
        return found.funds.get(part, np.zeros(len(found.public))) / MILLION
    if part == YEARS:
        return mean_known(found.decembers[:, :, found.indicators.index(first)])
    return found.outcome(name)


def mean_known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means along the last axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, values, 0.0).sum(axis=-1) / known.sum(axis=-1))


def money(found: Mapping[tuple[str, str], Outcomes]) -> list[str]:
    """All public purses, each of them that any point paid from, and what stayed unpaid."""
    funds = sorted({fund for each in found.values() for fund in each.funds if fund not in NOT_PUBLIC})
    return [PUBLIC, *(f"{FUND}.{fund}" for fund in funds), UNPAID]


def summarise(found: Mapping[tuple[str, str], Outcomes], chosen: Sequence[Parameter], code: str) -> dict[str, Any]:
    """The finding as plain data: ``usual``, the mean of every outcome as things stand; ``levers``, by id: verdict, who pays,
    evidence, the hash of the model that it was tried in, and what each side changes by outcome; what never changed is left out.
    """
    purses = money(found)
    names = dict.fromkeys([*spec()["outcomes"], *(name for own in spec()["rooms"].values() for name in own), *purses])
    usual = {name: round_digits(float(mean_known(outcome(found["", ""], name)))) for name in names}
    return {"usual": usual, "levers": {each.id: {**_summarise_lever(found, each, purses), "code": code} for each in chosen}}


def _summarise_lever(
    found: Mapping[tuple[str, str], Outcomes], lever: Parameter, purses: Sequence[str]
) -> dict[str, Any]:  # fmt: skip
    common, own = spec()["outcomes"], spec()["rooms"][room(lever)]
    set_to, steps = settings(lever), {}
    for side in set_to:
        for name in (*common, *own, *purses):
            step = _step(found["", ""], found[lever.id, side], name)
            if not (step == 0.0).all():
                steps[side, name] = step
    clear = _clear(steps)
    draws = found["", ""].draws
    sides = {
        side: {
            "value": value,
            "outcomes": {name: _change(step, draws, (of, name) in clear) for (of, name), step in steps.items() if of == side},
        }
        for side, value in set_to.items()
    }
    moved = {name for _side, name in clear}
    verdicts = ((PEOPLE, common), (ROOM, own), (MONEY, purses))
    verdict = next((kind for kind, some in verdicts if moved.intersection(some)), NOTHING)
    return {
        "verdict": verdict if set_to else FIXED,
        "fund": lever.fund,
        "pays": [name.removeprefix(f"{FUND}.") for name in purses if name.startswith(FUND) and name in moved],
        "evidence": lever.evidence,
        **sides,
    }


def _step(usual: Outcomes, other: Outcomes, name: str) -> NDArray[np.float64]:
    """(futures,) of what a side changes of an outcome; NaN where either does not know it."""
    before, after = outcome(usual, name), outcome(other, name)
    same = np.isclose(before, after, rtol=ROUNDING, atol=0.0, equal_nan=True)
    return np.where(same, 0.0, after - before)


def _clear(steps: Mapping[tuple[str, str], NDArray[np.float64]]) -> set[tuple[str, str]]:
    """The sides and outcomes that changed beyond chance, all looked at together; never what some future does not know."""
    known = [key for key, step in steps.items() if np.isfinite(step).all()]
    if not known:
        return set()
    return {key for key, clear in zip(known, paired.clear_steps(np.stack([steps[key] for key in known], axis=1))) if clear}


def _change(step: NDArray[np.float64], draws: NDArray[np.int64], clear: bool) -> dict[str, Any]:
    """What a side changes of an outcome, with the 95 % interval of its own pairs. ``clear``: beyond chance among all outcomes."""
    known = np.isfinite(step)
    mean = paired.difference(np.zeros(known.sum()), step[known], draws[known])
    change, low, high = (round_digits(each) for each in (mean.mean, mean.low, mean.high))
    return {"change": change, "low": low, "high": high, "clear": clear}


#: In what two findings must be alike for levers of one to stand among those of the other.
ALIKE = ("scenario", "months", "general_weight", "seed", "futures")


def joined(before: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """The finding ``before`` with the levers of ``made`` in place of its own, without levers that are none any more.

    Raises UserError if the two were made with other futures.
    """
    for key in ALIKE:
        if before.get(key) != made[key]:
            raise UserError(
                f"the finding has {key} {before.get(key)}, not {made[key]}; try every lever, or with the same",
                f"已存的测算 {key} 为 {before.get(key)}，这次是 {made[key]}；请改成一致，或全部重算",
            )
    both = {**before["levers"], **made["levers"]}
    return {**before, "levers": {each.id: both[each.id] for each in levers() if each.id in both}}
