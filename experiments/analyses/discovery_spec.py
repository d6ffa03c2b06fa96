"""When does the plan fail? The specification of a scenario discovery, a YAML file or a scenario, and the cases it stands for.

A case is one future with its own values of the factors (a Latin hypercube) and its own random draws. Factors are assumptions,
over their own distributions, levers over a range or with choices, and, where several scenarios are named (shocks on order, for
instance), which of them it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from experiments.analyses import design, sensitivity
from experiments.analyses.design import Factor, FactorRecord
from experiments.model_api import Point
from experiments.statistics.sampling import Correlation, correlation, spread
from sim.core.inputs import yaml_file
from sim.core.inputs.errors import InputError, UserError, all_of
from sim.core.inputs.parameters import load_all
from sim.core.inputs.validation import Real, Title, Whole
from sim.scenario import load_scenario

SCENARIO = "scenario"  # the factor that says which scenario a case is run under
NAME_OF_SCENARIO = {"zh": "情景", "en": "Scenario"}
LEAST_POINTS = 40
GOAL = "R3"


class Spec(BaseModel):
    """A discovery as written."""

    model_config = ConfigDict(extra="forbid")
    title: Title
    scenarios: list[str] = Field(min_length=1, max_length=design.MOST_SCENARIOS)
    goal: str
    where: Literal["fails", "holds"] = "fails"
    points: Whole = Field(default=200, ge=LEAST_POINTS, le=design.MOST_POINTS)
    held_out: Real = Field(default=0.3, ge=0.1, le=0.6)
    density: Real | None = Field(default=None, gt=0, lt=1)
    boxes: Whole = Field(default=3, ge=1, le=10)
    factors: dict[str, FactorRecord] | None = Field(default=None, min_length=1)
    correlations: list[Correlation] = []


@dataclass(frozen=True)
class Discovery:
    """A checked discovery. ``goal``: whose failure (``where`` "fails") or success ("holds") is looked for; ``held_out``: the
    share of cases that have no part in the search; ``density``: wanted of a box, or None for the best balance with coverage.
    """

    path: Path
    title: dict[str, str]
    scenarios: tuple[Any, ...]
    goal: str
    where: str
    points: int
    held_out: float
    density: float | None
    boxes: int
    factors: tuple[Factor, ...]
    correlations: tuple[Correlation, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The factors by which cases differ, in the order of their columns."""
        return (*((SCENARIO,) if len(self.scenarios) > 1 else ()), *(factor.id for factor in self.factors))

    @property
    def choices(self) -> tuple[int, ...]:
        """The columns that hold choices, not numbers."""
        first = len(self.columns) - len(self.factors)
        return (*range(first), *(first + number for number, factor in enumerate(self.factors) if factor.levels))

    def cube(self, seed: int) -> NDArray[np.float64]:
        """(points, columns) shares of each factor's range; of a factor with choices the number of the choice."""
        names = list(self.columns)
        cube = spread(
            "latin_hypercube", len(names), self.points, correlation=correlation(self.correlations, names), seed=seed % 2**32
        )
        for column in self.choices:
            cube[:, column] = np.floor(cube[:, column] * self._count(column))
        return cube

    def cases(self, cube: NDArray[np.float64]) -> list[tuple[Point, int]]:
        """Each case as a point and the replication whose random draws it has. No two cases share these, nor the draw of the
        parameters that are no factors.
        """
        first = len(self.columns) - len(self.factors)
        made = []
        for number, row in enumerate(cube):
            scenario = self.scenarios[int(row[0])] if first else self.scenarios[0]
            setting = {factor.id: self.value(factor, share) for factor, share in zip(self.factors, row[first:])}
            made.append((design.point(scenario, self.factors, setting, f"case.{number:05d}"), 2 * number))
        return made

    def value(self, factor: Factor, share: float) -> Any:
        """The value, or quantile, that a case has where its column says ``share``."""
        return factor.levels[int(share)] if factor.levels else factor.at(float(share))

    def _count(self, column: int) -> int:
        first = len(self.columns) - len(self.factors)
        return len(self.scenarios) if column < first else len(self.factors[column - first].levels)

    def describe_column(self, column: int) -> dict[str, Any]:
        """What a column is: id, names, unit, evidence, and what its choices are called."""
        first = len(self.columns) - len(self.factors)
        if column < first:
            return {"id": SCENARIO, "name": NAME_OF_SCENARIO, "unit": "", "evidence": "",
                    "choices": [each.title for each in self.scenarios]}  # fmt: skip
        factor = self.factors[column - first]
        choices = [{"zh": str(level), "en": str(level)} for level in factor.levels]
        unit = load_all().parameters[factor.id].unit
        return {"id": factor.id, "name": factor.name, "unit": unit, "evidence": factor.evidence, "choices": choices}

    def physical_value(self, column: int, share: float) -> tuple[float, str]:
        """What a share of a factor's range is: the value, and "value"; or, where a factor moves a whole path, what it is
        multiplied by, and "times".
        """
        factor = self.factors[column - (len(self.columns) - len(self.factors))]
        if factor.kind != "quantile":
            return float(factor.at(share)), "value"
        parameter = load_all().parameters[factor.id]
        return float(parameter.at_quantile(factor.at(share))), "times" if parameter.has_factor_range else "value"

    def task(self) -> dict[str, Any]:
        """What the replications of the cases depend on, as plain data; how boxes are sought in them is no part of it."""
        return {
            "points": self.points,
            "factors": {
                factor.id: [factor.kind, list(factor.levels), factor.low, factor.high, factor.month] for factor in self.factors
            },
            "correlations": [[*pair.between, pair.rank] for pair in self.correlations],
        }


def load(path: Path, goal: str | None = None, points: int | None = None) -> Discovery:
    """Read and check a spec, or a scenario of which all assumptions are to vary. Raises InputError (or InputErrors)."""
    tree = yaml_file.read_mapping(path)
    if "scenarios" not in tree and "goal" not in tree:
        scenario = load_scenario(path)
        factors = tuple(sensitivity.factors_of(scenario, []))
        return Discovery(
            path, scenario.title, (scenario,), goal=goal or GOAL, where="fails", points=points or 200,
            held_out=0.3, density=None, boxes=3, factors=factors,
        )  # fmt: skip
    spec = design.validated(path, tree, Spec)
    scenarios = design.scenarios_of(path, tree, spec.scenarios)
    made = Discovery(
        path, spec.title, scenarios, goal=goal or spec.goal, where=spec.where, points=points or spec.points,
        held_out=spec.held_out, density=spec.density, boxes=spec.boxes, factors=_factors(spec, path, tree, scenarios),
        correlations=tuple(spec.correlations),
    )  # fmt: skip
    try:
        made.cube(0)
    except ValueError as problem:
        raise InputError.of(path, tree.lines["correlations"], problem) from None
    return made


def _factors(spec: Spec, path: Path, tree: yaml_file.Mapping, scenarios: Sequence[Any]) -> tuple[Factor, ...]:
    """The factors as written, or all assumptions that vary and that no scenario sets; each tried at its ends."""
    if spec.factors is None:
        free: list[Factor] = sensitivity.factors_of(scenarios[0], [])
        return tuple(factor for factor in free if not any(factor.id in scenario.overrides for scenario in scenarios))
    lines = tree["factors"].lines
    faults, made = [], []
    for name, record in spec.factors.items():
        try:
            if record.quantiles is not None or record.levels is not None:
                raise UserError(
                    "quantiles and levels are for sweeps; give values to choose from, low and high, or nothing",
                    "quantiles 和 levels 只用于 sweep；这里请写备选的 values，或 low 和 high，或什么都不写",
                )
            factor = design.factor(name, record, record.values is not None)
            for scenario in scenarios:
                for value in factor.levels or (factor.at(0.0), factor.at(1.0)):
                    design.refuse_unfounded(scenario, [factor], {name: value})
            made.append(factor)
        except InputError as problem:
            faults.append(InputError.of(path, lines.get(name, 0), problem))
        except ValueError as problem:
            faults.append(InputError.of(path, lines.get(name, 0), problem, name))
    if faults:
        raise all_of(faults)
    return tuple(made)
