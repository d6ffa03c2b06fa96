"""What a sweep asks: a YAML file, checked word by word, and the points it stands for.

A factor is a lever or an assumption. A lever takes values; an assumption takes quantiles of its own distribution, so that nobody
has to know its range to sweep it, or values, where somebody wants them. Designs: every combination of a few levels (``grid``),
one factor moved at a time away from the scenario (``one_at_a_time``), or points spread over all factors at once
(``latin_hypercube``, ``sobol``), where assumptions may be correlated (by rank, through a Gaussian copula).
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scipy import stats
from scipy.stats import qmc

from experiments.crew import Point
from sim.core import yaml_file
from sim.core.errors import InputError, Wrong, all_of, nearest
from sim.core.parameters import PLAN_MONTHS, Parameter, load_all
from sim.core.resolving import Override
from sim.core.validation import explained
from sim.scenario import Scenario, load_scenario
from sim.scenario_file import beyond, month_within

LEVELS = ("grid", "one_at_a_time")
EDGE = 0.001  # quantiles nearer to 0 or 1 are taken as this far: some distributions have no end
MOST_POINTS = 20_000


class Names(BaseModel):
    """A title in both languages."""

    model_config = ConfigDict(extra="forbid")
    zh: str = Field(min_length=1, max_length=300)
    en: str = Field(min_length=1, max_length=300)


class FactorRecord(BaseModel):
    """How a factor is written: levels, or a range, or nothing for all that it may be."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    values: list[Any] | None = Field(default=None, min_length=1)
    quantiles: list[float] | None = Field(default=None, min_length=1)
    low: float | None = None
    high: float | None = None
    levels: int | None = Field(default=None, ge=2, le=101)
    start: str | None = Field(default=None, alias="from")


class Correlation(BaseModel):
    """A rank correlation of two factors."""

    model_config = ConfigDict(extra="forbid")
    between: list[str] = Field(min_length=2, max_length=2)
    rank: float = Field(gt=-1, lt=1)


class Spec(BaseModel):
    """A sweep as written."""

    model_config = ConfigDict(extra="forbid")
    title: Names
    scenarios: list[str] = Field(min_length=1)
    design: Literal["grid", "one_at_a_time", "latin_hypercube", "sobol"]
    points: int | None = Field(default=None, ge=2, le=MOST_POINTS)
    replications: int = Field(default=20, ge=1)
    only_luck: bool = False
    factors: dict[str, FactorRecord] = Field(min_length=1)
    correlations: list[Correlation] = []
    outcomes: list[str] = []


@dataclass(frozen=True)
class Factor:
    """A checked factor. ``kind``: "value" or "quantile"; ``levels`` of it, or the range ``low`` to ``high`` (both, for a lever
    whose levels are spaced evenly); ``month``: from when a value holds (None: always).
    """

    id: str
    name: dict[str, str]
    unit: str
    kind: str
    levels: tuple[Any, ...]
    low: float
    high: float
    whole: bool
    month: int | None
    role: str
    evidence: str
    central: Any

    def at(self, share: float) -> Any:
        """The value, or quantile, at a share in [0, 1] of the range."""
        if self.kind == "quantile":
            return min(max(share, EDGE), 1.0 - EDGE)
        value = self.low + share * (self.high - self.low)
        return round(value) if self.whole else value


@dataclass(frozen=True)
class Design:
    """A checked sweep: its scenarios, its factors, and its points as settings of the factors, in order. The first setting of a
    one-at-a-time design is the scenario itself ({}).
    """

    path: Path
    title: dict[str, str]
    kind: str
    scenarios: tuple[Scenario, ...]
    factors: tuple[Factor, ...]
    settings: tuple[dict[str, Any], ...]
    replications: int
    only_luck: bool
    outcomes: tuple[str, ...]
    asked: dict[str, Any]

    def points(self) -> list[Point]:
        """Every scenario at every setting, scenario by scenario. Raises InputError where a value cannot be."""
        return [
            point(scenario, self.factors, setting, f"{safe(scenario.id)}.{number:05d}")
            for scenario in self.scenarios
            for number, setting in enumerate(self.settings)
        ]


def safe(text: str) -> str:
    """A scenario's id as part of a file name."""
    return re.sub(r"[^\w.-]", "_", text)[:60]


def point(scenario: Scenario, factors: Sequence[Factor], setting: Mapping[str, Any], name: str) -> Point:
    """A scenario with some factors set. Raises InputError for a value that the parameter cannot take."""
    overrides = dict(scenario.overrides)
    held = {}
    for factor in factors:
        if factor.id not in setting:
            continue
        if factor.kind == "quantile":
            held[factor.id] = float(setting[factor.id])
            overrides.pop(factor.id, None)  # a held quantile is what is asked, whatever the county file says
            continue
        value = setting[factor.id]
        if factor.month is not None and factor.month >= max(scenario.months, PLAN_MONTHS):
            raise InputError(f"factor {factor.id}", 0, *beyond(factor.id, factor.month, scenario.months))
        made = Override(value if factor.month is None else {factor.month: value}, f"factor {factor.id}", 0)
        made.check(load_all().parameters[factor.id])
        overrides[factor.id] = [*overrides.get(factor.id, []), made]
    return Point(name, replace(scenario, overrides=overrides), held)


def load(path: Path) -> Design:
    """Read and check a spec. Raises InputError (or InputErrors), each naming file, line, what is wrong and what to do."""
    return checked(path, yaml_file.read_mapping(path))


def checked(path: Path, tree: yaml_file.Mapping, scenarios: tuple[Scenario, ...] | None = None) -> Design:
    """A spec checked that was read, or made. ``scenarios``: those that it names, if they are no files beside it."""
    if isinstance(tree.get("factors"), Mapping):
        for name, record in tree["factors"].items():  # the short forms: a list of values, or nothing at all
            if record is None or isinstance(record, list):
                tree["factors"][name] = {} if record is None else {"values": record}
    try:
        spec = Spec.model_validate(tree)
    except ValidationError as problem:
        faults = [fault(path, tree, error, Spec) for error in problem.errors()]
        raise all_of(faults) from None
    lines = tree["factors"].lines if isinstance(tree["factors"], yaml_file.Mapping) else {}
    if scenarios is None:
        scenarios = tuple(load_scenario(path.parent / name) for name in spec.scenarios)
    ids = [scenario.id for scenario in scenarios]
    if len(set(ids)) < len(ids):
        raise twice(path, tree.lines["scenarios"])
    faults = []
    factors = []
    for name, record in spec.factors.items():
        try:
            factors.append(factor(name, record, spec.design in LEVELS))
        except ValueError as problem:
            faults.append(InputError.of(path, lines.get(name, 0), problem, name))
    if faults:
        raise all_of(faults)
    try:
        settings = tuple(_settings(spec, factors))
    except ValueError as problem:
        raise InputError.of(path, tree.lines.get("correlations", tree.lines["design"]), problem) from None
    asked = {"settings": list(settings), "kinds": {each.id: each.kind for each in factors}}
    made = Design(
        path, spec.title.model_dump(), spec.design, scenarios, tuple(factors), settings, spec.replications,
        spec.only_luck, tuple(spec.outcomes), asked,
    )  # fmt: skip
    _try(made, path, lines)
    return made


def fault(path: Path, tree: yaml_file.Mapping, error: Any, spec: type[BaseModel]) -> InputError:
    """A fault that pydantic found in a file written as ``spec``, with the line of the innermost key that is there."""
    line: int = 1
    at: Any = tree
    for step in error["loc"]:
        if isinstance(at, yaml_file.Mapping) and step in at:
            line, at = at.lines[step], at[step]
        elif isinstance(at, list) and isinstance(step, int) and step < len(at):
            at = at[step]
    known = list(spec.model_fields) if len(error["loc"]) == 1 else [*FactorRecord.model_fields, "from"]
    return InputError(path, line, *explained(error, known))


def twice(place: str | Path, line: int) -> InputError:
    """That two scenarios are the same one."""
    return InputError(place, line, "a scenario is named twice", "同一个情景写了两次，请去掉一个")


def factor(name: str, record: FactorRecord, by_level: bool) -> Factor:
    """A factor checked against the parameter. Raises Wrong saying what is wrong."""
    parameters = load_all().parameters
    if name not in parameters:
        near = nearest(name, sorted(parameters))
        raise Wrong(f"there is no such lever or assumption{near.english}", f"没有这个抓手或假设{near.chinese}")
    parameter = parameters[name]
    given = [key for key in ("values", "quantiles") if getattr(record, key) is not None]
    ends = [end for end in ("low", "high") if getattr(record, end) is not None]
    if len(given) > 1 or (given and (ends or record.levels)):
        raise Wrong("takes one of values, quantiles, or low and high", "values、quantiles、low 与 high 三种写法只能选一种")
    if len(ends) == 1:
        raise Wrong("needs both low and high", "low 和 high 要同时写")
    quantile = record.quantiles is not None or (not given and not ends and parameter.role == "assumption")
    if quantile and not parameter.varies:
        raise Wrong("is fixed: it has no range to take quantiles of; give values", "是固定值，没有范围可取分位数；请改写 values")
    if quantile and record.start:
        raise Wrong("'from' is for levers; an assumption holds in all months", "from 只用于抓手；假设在所有月份都一样")
    low, high = (0.0, 1.0) if quantile else _range(parameter, record)
    whole = not quantile and all(isinstance(entry, int) for entry in (*parameter.entries(), low, high))
    month = _month(parameter, record, quantile)
    levels = tuple(record.values or record.quantiles or ())
    if record.quantiles and not all(0 < level < 1 for level in record.quantiles):
        raise Wrong("quantiles lie between 0 and 1, ends excluded", "分位数 quantiles 应大于 0、小于 1")
    if by_level and not levels:
        count = record.levels or (3 if quantile else 5)
        shares = np.linspace(0.05, 0.95, count) if quantile else np.linspace(0.0, 1.0, count)
        levels = tuple(
            round(float(low + share * (high - low))) if whole else float(low + share * (high - low)) for share in shares
        )
    if not by_level and given == ["values"]:
        raise Wrong(
            "a design that spreads its points needs low and high, or nothing, not values",
            "这种抽样设计应写 low 和 high，或什么都不写，不能写 values",
        )
    if not by_level and record.quantiles:
        raise Wrong(
            "a design that spreads its points takes the whole distribution; leave quantiles out",
            "这种抽样设计取整个分布，请删去 quantiles",
        )
    return Factor(
        name, parameter.name.model_dump(), "quantile" if quantile else parameter.unit, "quantile" if quantile else "value",
        levels, float(low), float(high), whole, month, parameter.role, parameter.evidence, parameter.value,
    )  # fmt: skip


def _range(parameter: Parameter, record: FactorRecord) -> tuple[float, float]:
    if record.values is not None:
        return 0.0, 0.0
    if parameter.options is not None or parameter.is_list:
        raise Wrong("is a switch or a list; give values", "是选项或列表，请写 values")
    given = None if record.low is None or record.high is None else (record.low, record.high)
    ends = given or parameter.bounds or parameter.range
    if ends is None:
        raise Wrong("has no bounds; give low and high", "没有上下限，请写 low 和 high")
    low, high = ends
    if low >= high:
        raise Wrong("low must be less than high", "low 必须小于 high")
    whole = all(isinstance(entry, int) for entry in parameter.entries()) and float(low).is_integer() and float(high).is_integer()
    return (int(low), int(high)) if whole else (float(low), float(high))


def _month(parameter: Parameter, record: FactorRecord, quantile: bool) -> int | None:
    """From which month a value holds: as written, else from when its clause lets it change."""
    start = record.start or (None if quantile else parameter.changes_from)
    if start is None:
        return None
    return month_within(start)


def _settings(spec: Spec, factors: Sequence[Factor]) -> Iterator[dict[str, Any]]:
    names = [each.id for each in factors]
    if spec.design in LEVELS:
        if spec.points is not None or spec.correlations:
            raise Wrong(
                f"'{spec.design}' has no 'points' and no 'correlations'; its points follow from the levels",
                f"“{spec.design}”不写 points 和 correlations，取哪些点由各因素的取值决定",
            )
        if spec.design == "one_at_a_time":
            yield {}
            yield from ({each.id: level} for each in factors for level in each.levels)
            return
        count = int(np.prod([len(each.levels) for each in factors]))
        if count > MOST_POINTS:
            raise Wrong(
                f"the grid has {count:,} points, at most {MOST_POINTS:,} are allowed; take fewer levels",
                f"组合共有 {count:,} 个点，最多允许 {MOST_POINTS:,} 个；请减少取值",
            )
        yield from (dict(zip(names, levels)) for levels in itertools.product(*(each.levels for each in factors)))
        return
    if spec.points is None:
        raise Wrong(f"'{spec.design}' needs 'points'", f"“{spec.design}”要写点数 points")
    if spec.design == "sobol" and spec.points & (spec.points - 1):
        raise Wrong(
            f"Sobol points come in powers of two, not {spec.points}; take {1 << spec.points.bit_length()}",
            f"sobol 的点数必须是2的幂，不能是 {spec.points}；可取 {1 << spec.points.bit_length()}",
        )
    for row in spread(spec.design, len(factors), spec.points, correlation(spec.correlations, names)):
        yield {each.id: each.at(float(share)) for each, share in zip(factors, row)}


def spread(kind: str, dimensions: int, points: int, correlation: np.ndarray | None = None, seed: int = 2021) -> np.ndarray:
    """Points in the unit cube, float64 (points, dimensions), of a Latin hypercube or of a scrambled Sobol sequence.

    ``correlation``: of the normal scores (see the function ``correlation``); the margins stay uniform.
    """
    sampler = qmc.LatinHypercube(dimensions, rng=seed) if kind == "latin_hypercube" else qmc.Sobol(dimensions, rng=seed)
    shares = sampler.random(points)
    if correlation is None:
        return shares
    scores = stats.norm.ppf(np.clip(shares, 1e-9, 1.0 - 1e-9)) @ np.linalg.cholesky(correlation).T
    return stats.norm.cdf(scores)


def correlation(pairs: Sequence[Correlation], names: Sequence[str]) -> np.ndarray | None:
    """The correlation matrix of normal scores that gives these rank correlations (2 sin(π ρ / 6)); Wrong if none does."""
    if not pairs:
        return None
    matrix = np.eye(len(names))
    for pair in pairs:
        unknown = [name for name in pair.between if name not in names]
        if unknown or pair.between[0] == pair.between[1]:
            raise Wrong(
                f"correlations are between two different factors of this sweep, not {' and '.join(pair.between)}",
                f"相关只能写在本次试算的两个不同因素之间，不能是 {' 与 '.join(pair.between)}",
            )
        one, two = (names.index(name) for name in pair.between)
        matrix[one, two] = matrix[two, one] = 2.0 * np.sin(np.pi * pair.rank / 6.0)
    if np.linalg.eigvalsh(matrix).min() <= 1e-9:
        raise Wrong(
            "no factors can have all these correlations at once; weaken one of them", "这些相关不可能同时成立，请减弱其中一个"
        )
    return matrix


def _try(design: Design, path: Path, lines: Mapping[str, int]) -> None:
    """Make every point once, so that what a parameter cannot take is said before anything is lived."""
    for scenario in design.scenarios:
        for setting in design.settings:
            for each in design.factors:
                if each.id in setting:
                    try:
                        point(scenario, [each], setting, "trial")
                    except InputError as problem:
                        raise InputError.of(path, lines.get(each.id, 0), problem) from None
