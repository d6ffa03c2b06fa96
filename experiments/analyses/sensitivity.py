"""The two stages of a sensitivity analysis: many assumptions screened, the few that matter divided into shares of variance.

Each assumption moves over its own distribution, by quantile; the others stay at their central values. The ranking is joined with
the evidence behind each number, so that what is both influential and only assumed stands on top.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.analyses import design
from experiments.execution.study import Study
from experiments.model_api import Catalogue, Point
from experiments.statistics import sensitivity_indices
from sim.core.inputs.errors import InputError, unknown
from sim.core.inputs.parameters import load_all
from sim.core.inputs.resolve import assumptions
from sim.scenario import Scenario

MOST_SHARED = 10
WEAKEST = ("assumed", "derived", "measured", "policy")  # evidence, the weakest first
PROBABILITY_BASE = 1024


def factors_of(scenario: Scenario, chosen: Sequence[str]) -> list[design.Factor]:
    """The assumptions to look at: those named, or all that vary and that the scenario does not set. Raises InputError."""
    book = load_all()
    free = [name for name in assumptions(book) if name not in scenario.overrides]
    for name in chosen:
        if name not in free:
            if name in scenario.overrides:
                raise InputError("--factor", 0, f"{name}: the scenario sets it", f"{name}：情景里已经设定了它，不再变动；请另选")
            raise InputError("--factor", 0, *unknown("no assumption that varies", "没有这个有不确定范围的假定：", name, free))
    return [design.factor(name, design.FactorRecord(), False) for name in (dict.fromkeys(chosen) or free)]


def outcomes_of(chosen: Sequence[str], catalogue: Catalogue) -> dict[str, str]:
    """By outcome named, what is measured of a replication: a goal's margin, or an indicator at the end. Raises InputError."""
    known = [*catalogue.goals, *catalogue.indicators]
    names = chosen or [
        *(name for name, goal in catalogue.goals.items() if goal.headline),
        *(name for name, each in catalogue.indicators.items() if each.headline),
    ]
    for name in names:
        if name not in known:
            raise InputError("--outcome", 0, *unknown("there is no goal or indicator", "没有这个目标或指标：", name, known))
    return {name: f"{name}.margin" if name in catalogue.goals else name for name in names}


class Stage:
    """One design, run for one scenario when it is made: rows of the unit cube as points of a study.

    Which factors passed the screening depends on the outcomes named, so the names of points say of which factors they are.
    """

    def __init__(
        self,
        study: Study,
        scenario: Scenario,
        factors: Sequence[design.Factor],
        rows: NDArray[np.float64],
        *,
        stem: str,
        count: int,
    ) -> None:
        self.study, self.rows, self.numbers = study, rows, range(count)
        few = hashlib.sha256(" ".join(each.id for each in factors).encode()).hexdigest()[:8]
        self.points: list[Point] = [
            design.point(
                scenario, factors, {each.id: each.at(float(share)) for each, share in zip(factors, row)}, f"{stem}~{few}.{i:06d}"
            )
            for i, row in enumerate(rows)
        ]
        study.run([(point, self.numbers) for point in self.points])
        self._found = [study.outcomes(point, self.numbers) for point in self.points]
        short = [point.name for point, found in zip(self.points, self._found) if len(found.replications) < count]
        if short:
            raise ValueError(
                f"{len(short)} points have replications that failed, the first {short[0]}: a design with holes has no indices"
            )

    def outcome(self, measure: str) -> NDArray[np.float64]:
        """(points, replicates) of an outcome."""
        return np.stack([found.outcome(measure) for found in self._found])


def screen_factors(
    stage: Stage, names: Sequence[str], outcomes: dict[str, str], seed: int
) -> dict[str, list[sensitivity_indices.Screened]]:
    """By outcome, all factors screened; outcomes that some replications do not have are left out."""
    found = {name: stage.outcome(measure) for name, measure in outcomes.items()}
    return {
        name: sensitivity_indices.screen(names, stage.rows, values, seed)
        for name, values in found.items()
        if np.isfinite(values).all()
    }


def select_passing(screened_by: dict[str, list[sensitivity_indices.Screened]], most: int = MOST_SHARED) -> list[str]:
    """At most ten factors that stand out of the noise, taken in turn from the top of each outcome's ranking."""
    queues = [[row.factor for row in rows if row.passes] for rows in screened_by.values()]
    chosen: list[str] = []
    for place in range(max((len(queue) for queue in queues), default=0)):
        for queue in queues:
            if place < len(queue) and queue[place] not in chosen and len(chosen) < most:
                chosen.append(queue[place])
    return chosen


def variance_shares(
    stage: Stage, names: Sequence[str], outcomes: dict[str, str], goals: Sequence[str], seed: int
) -> dict[str, dict[str, Any]]:
    """By outcome: ``shares``, ``variance``; for a goal also ``trust`` in the emulator of its margin and, where it may be trusted,
    ``probability``, the shares of the goal's probability itself.
    """
    result: dict[str, dict[str, Any]] = {}
    for name, measure in outcomes.items():
        values = stage.outcome(measure)
        if not np.isfinite(values).all():
            continue
        rows, variance = sensitivity_indices.shares(names, values)
        result[name] = {"shares": rows, "variance": variance}
        if name in goals:
            trust = sensitivity_indices.validate(stage.rows, values, seed)
            result[name] |= {"trust": trust, "probability": None}
            if trust.trusted:
                emulator = sensitivity_indices.Emulator(stage.rows, values, seed)
                result[name]["probability"] = sensitivity_indices.shares_of_probability(names, emulator, PROBABILITY_BASE, seed)
    return result


def describe_assumption(name: str, scenario: Scenario) -> dict[str, Any]:
    """What stands behind a number: its name, evidence, first source, and whether it is one of the county's own."""
    parameter = load_all().parameters[name]
    return {
        "name": parameter.name.model_dump(),
        "unit": parameter.unit,
        "evidence": parameter.evidence,
        "source": parameter.sources[0].title if parameter.sources else "",
        "county": name in {fact.parameter for fact in scenario.county},
    }


def rank_by_evidence(rows: Sequence[Any], scenario: Scenario) -> list[dict[str, Any]]:
    """Rows of a ranking with the evidence behind them, the weakest evidence first, and within a grade as they were ranked."""
    described = [{**asdict(row), **describe_assumption(row.factor, scenario)} for row in rows]
    return sorted(described, key=lambda row: WEAKEST.index(row["evidence"]))
