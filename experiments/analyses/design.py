"""The specification of a sweep: a YAML file, checked word by word, and the points it stands for.

A factor is a lever or an assumption. A lever takes values; an assumption takes quantiles of its own distribution, so that nobody
has to know its range to sweep it, or values, where somebody wants them. Designs: every combination of a few levels (``grid``),
one factor moved at a time away from the scenario (``one_at_a_time``), or points spread over all factors at once
(``latin_hypercube``, ``sobol``), where assumptions may be correlated (by rank, through a Gaussian copula).
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from experiments.execution.points import MOST_REPLICATIONS, affordable, distinct
from experiments.model_api import Point
from experiments.results.files import canonical, safe
from experiments.statistics.sampling import EDGE, Correlation, correlation, spread
from sim.core.inputs import yaml_file
from sim.core.inputs.errors import MOST_FAULTS, BilingualText, InputError, UserError, all_of, nearest, not_a_number
from sim.core.inputs.notation import shorten
from sim.core.inputs.parameters import MONTH, PLAN_MONTHS, Parameter, load_all, month_within
from sim.core.inputs.resolve import Override, convert, month_name
from sim.core.inputs.validation import Month, Real, Title, Truth, Whole, explain
from sim.scenario import Scenario, load_scenario
from sim.scenario.foundable import check_founding, decides_founding
from sim.scenario.scenario_reader import beyond

#: What somebody may write for the ends of a range.
ENDS = {"min": "low", "max": "high"}
LEVELS = ("grid", "one_at_a_time")
MOST_POINTS = 20_000
MOST_SCENARIOS = 500
Checked = TypeVar("Checked", bound=BaseModel)


class FactorRecord(BaseModel):
    """How a factor is written: levels, or a range, or nothing for all that it may be."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    values: list[Any] | None = Field(default=None, min_length=1)
    quantiles: list[Real] | None = Field(default=None, min_length=1)
    low: Real | None = None
    high: Real | None = None
    levels: Whole | None = Field(default=None, ge=2, le=101)
    start: Month | None = Field(default=None, alias="from")


class Spec(BaseModel):
    """A sweep as written."""

    model_config = ConfigDict(extra="forbid")
    title: Title
    scenarios: list[str] = Field(min_length=1, max_length=MOST_SCENARIOS)
    design: Literal["grid", "one_at_a_time", "latin_hypercube", "sobol"]
    points: Whole | None = Field(default=None, ge=2, le=MOST_POINTS)
    replications: Whole = Field(default=20, ge=1, le=MOST_REPLICATIONS)
    only_luck: Truth = False
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

    def at(self, share: float, even: bool = False) -> Any:
        """The value, or quantile, at a share in [0, 1] of the range; ``even``: every whole number of it, the ends too, has an
        equal part of the shares.
        """
        if self.kind == "quantile":
            return min(max(share, EDGE), 1.0 - EDGE)
        if self.whole and even:
            return int(min(self.low + share * (self.high - self.low + 1.0), self.high))
        value = self.low + share * (self.high - self.low)
        return round(value) if self.whole else value

    def override(self, value: Any) -> Override:
        """A value as a scenario sets it. Raises InputError if the parameter cannot take it."""
        made = Override(value if self.month is None else {self.month: value}, f"factor {self.id}", 0)
        made.check(load_all().parameters[self.id])
        return made

    def canonical_value(self, value: Any) -> Any:
        """What a value means in the rules, however it is spelled: equal for 4000 and 4000.0."""
        if self.kind == "quantile":
            return float(value)
        meant = convert(load_all().parameters[self.id], value)
        return tuple(meant) if isinstance(meant, list) else meant


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
    task: dict[str, Any]
    outcomes_line: int = 0

    def points(self) -> list[Point]:
        """Every scenario at every setting, scenario by scenario. Raises InputError where a value cannot be."""
        return [
            point(scenario, self.factors, setting, f"{safe(scenario.id)}.{number:05d}")
            for scenario in self.scenarios
            for number, setting in enumerate(self.settings)
        ]


def point(scenario: Scenario, factors: Sequence[Factor], setting: Mapping[str, Any], name: str) -> Point:
    """A scenario with some factors set, as it is run. Raises InputError for a value that the parameter cannot take."""
    return Point(name, *set_factors(scenario, factors, setting))


def set_factors(scenario: Scenario, factors: Sequence[Factor], setting: Mapping[str, Any]) -> tuple[Scenario, dict[str, float]]:
    """A scenario with the values of some factors, and the quantiles at which others are held. Raises InputError for a value that
    the parameter cannot take.
    """
    overrides = dict(scenario.overrides)
    held = {}
    for factor in factors:
        if factor.id not in setting:
            continue
        if factor.kind == "quantile":
            held[factor.id] = float(setting[factor.id])
            overrides.pop(factor.id, None)  # a held quantile goes before what the county file sets
            continue
        value = setting[factor.id]
        parameter = load_all().parameters[factor.id]
        by_clause = parameter.changes_from is not None and factor.month == month_within(parameter.changes_from)
        if factor.month is not None and by_clause and factor.month >= max(scenario.months, PLAN_MONTHS):
            least = 12 * (factor.month // 12 + 1)
            raise InputError(
                f"factor {factor.id}", 0, f"{factor.id}: clause {parameter.clause} keeps it as it is until "
                f"{month_name(factor.month)}, and the scenario ends with {month_name(scenario.months - 1)}; write "
                f"'months: {least}' or more in the scenario, or leave the factor out",
                f"{factor.id}：按政策文件第 {parameter.clause} 条，{month_name(factor.month)} 之前不能改，而情景到 "
                f"{month_name(scenario.months - 1)} 为止；请在情景里写 months: {least} 或更长，或删去这个因素"
            )  # fmt: skip
        if factor.month is not None and factor.month >= max(scenario.months, PLAN_MONTHS):
            raise InputError(f"factor {factor.id}", 0, *beyond(factor.id, factor.month, scenario.months))
        overrides[factor.id] = [*overrides.get(factor.id, []), factor.override(value)]
    return replace(scenario, overrides=overrides), held


def load(path: Path) -> Design:
    """Read and check a spec. Raises InputError (or InputErrors), each naming file, line, what is wrong and what to do."""
    return build_design(path, yaml_file.read_mapping(path))


def build_design(path: Path, tree: yaml_file.Mapping, scenarios: tuple[Scenario, ...] | None = None) -> Design:
    """A spec checked that was read, or made. ``scenarios``: those that it names, if they are no files beside it."""
    spec = validated(path, tree, Spec)
    lines = tree["factors"].lines if isinstance(tree["factors"], yaml_file.Mapping) else {}
    if scenarios is None:
        scenarios = scenarios_of(path, tree, spec.scenarios)
    if len(set(spec.outcomes)) < len(spec.outcomes):
        raise InputError(path, tree.lines["outcomes"], "outcomes: one is named twice; leave it out",
                         "outcomes：有一项写了两次，请去掉一个")  # fmt: skip
    faults = []
    factors = []
    for name, record in spec.factors.items():
        try:
            factors.append(factor(name, record, spec.design in LEVELS))
        except InputError as problem:
            faults.append(InputError.of(path, lines.get(name, 0), problem))
        except ValueError as problem:
            faults.append(InputError.of(path, lines.get(name, 0), problem, name))
    if faults:
        raise all_of(faults)
    try:
        settings = tuple(_settings(spec, factors))
    except ValueError as problem:
        key = next(key for key in ("correlations", "points", "design") if key in tree)
        raise InputError.of(path, tree.lines[key], problem) from None
    task = {
        "settings": list(settings),
        "kinds": {each.id: each.kind for each in factors},
        "from": {each.id: each.month for each in factors if each.month is not None},
    }
    made = Design(
        path, spec.title, spec.design, scenarios=scenarios, factors=tuple(factors), settings=settings,
        replications=spec.replications, only_luck=spec.only_luck, outcomes=tuple(spec.outcomes), task=task,
        outcomes_line=tree.lines.get("outcomes", 0),
    )  # fmt: skip
    _try_levels(made, path, lines)
    _try_counties(made, path, lines)
    affordable(path, tree.lines.get("replications", 1), len(scenarios) * len(settings), spec.replications)
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
    if error["loc"][0] == "factors" and len(error["loc"]) > 1:
        told = _explain_factor(str(error["loc"][1]), tree["factors"][error["loc"][1]], error)
        if told is not None:
            return InputError.of(path, line, told, ".".join(shorten(step) for step in error["loc"][1:]))
    known = list(spec.model_fields) if len(error["loc"]) == 1 else [*FactorRecord.model_fields, "from"]
    return InputError(path, line, *explain(error, known))


def _explain_factor(name: str, record: Any, error: Any) -> UserError | None:
    """What to write instead of a factor, or of an entry of one, that somebody wrote in another way; None for other faults."""
    kind, entry, given = error["type"], error["loc"][-1], error["input"]
    parameter = load_all().parameters.get(name)
    if kind == "model_type":
        options = list((parameter and parameter.options) or ())
        example = (
            f"[{shorten(given)}]" if isinstance(given, (int, float)) or given in options else f"[{', '.join(options) or '…'}]"
        )
        if options:
            return UserError(f"must be a list of values, such as {example}", f"应写成取值的列表，如 {example}")
        return UserError(
            f"must be a list of values, such as {example}, or {{low: …, high: …}}",
            f"应写成取值的列表，如 {example}，或 {{low: …, high: …}}",
        )
    if kind == "extra_forbidden" and MONTH.fullmatch(str(entry)):
        write = f"{{values: [{shorten(given)}], from: {entry}}}"
        return UserError(f"no month stands here; write {write}", f"这里不写月份；请写成 {write}")
    if kind == "extra_forbidden" and entry == "step":
        ends = [record.get(end) for end in ("low", "high")]
        count = ""
        if all(isinstance(number, (int, float)) and not isinstance(number, bool) for number in (*ends, given)) and given > 0:
            count = str(int((ends[1] - ends[0]) / given) + 1)
        return UserError(
            f"there is no 'step'; write how many values there are, ends included: levels: {count or '…'}",
            f"没有 step 这一项；请写包括两端共取几个值：levels: {count or '…'}",
        )
    if kind == "extra_forbidden" and entry in ENDS:
        return UserError(f"a range is written low and high: write {ENDS[entry]}", f"范围用 low 和 high 写；请写 {ENDS[entry]}")
    if entry in ("low", "high") and kind == "value_error" and parameter is not None and parameter.options is None:
        return UserError(*not_a_number(given, parameter.unit, parameter.limits()))
    return None


def validated(path: Path, tree: yaml_file.Mapping, kind: type[Checked]) -> Checked:
    """A file as a spec of this kind. Raises InputError (or InputErrors): all faults, of a great many the first."""
    if isinstance(tree.get("factors"), Mapping):
        for name, record in tree["factors"].items():  # the short forms: a list of values, or nothing at all
            if record is None or isinstance(record, list):
                tree["factors"][name] = {} if record is None else {"values": record}
    empty = [*_empty(path, tree, set(kind.model_fields)), *_with_commas(path, tree)]
    try:
        made = kind.model_validate(tree)
    except ValidationError as problem:
        if {"extends", "set", "county"} & set(tree):
            raise InputError(
                path, 1, "is a scenario, and no question about scenarios; see experiments/specs for how that is written",
                "这是情景文件，不是扫描、发现或优化的说明文件；写法见 experiments/specs"
            ) from None  # fmt: skip
        found = [fault(path, tree, error, kind) for error in problem.errors()[: MOST_FAULTS + 1]]
        raise all_of([*(each for each in found if each.line not in {one.line for one in empty}), *empty]) from None
    if empty:
        raise all_of(empty)
    return made


def _empty(path: Path, tree: yaml_file.Mapping, known: set[str]) -> list[InputError]:
    """A fault for each known key of a spec, and each key of its factors and programmes, that stands there without a value."""
    groups = (tree[key] for key in ("factors", "programmes") if isinstance(tree.get(key), yaml_file.Mapping))
    records = [(tree, ""), *((group[name], f"{shorten(name)}: ") for group in groups for name in group)]
    return [
        InputError(
            path, record.lines[key], f"{of}'{shorten(key)}' is empty; write its value after the colon, or leave the line out",
            f"{of}“{shorten(key)}”后面没有写值；请写上，或删去这一项"
        )
        for record, of in records if isinstance(record, yaml_file.Mapping)
        for key in record if record[key] is None and (of or key in known)
    ]  # fmt: skip


def _with_commas(path: Path, tree: yaml_file.Mapping) -> list[InputError]:
    """A fault for each factor whose list seems to hold a number with commas, which a list has between its entries."""
    factors = tree["factors"] if isinstance(tree.get("factors"), yaml_file.Mapping) else yaml_file.Mapping(0)
    found = {
        name: grouped
        for name, record in factors.items() if isinstance(record, Mapping)
        for key in ("values", "quantiles") if (grouped := getattr(record.get(key), "grouped", ""))
    }  # fmt: skip
    faults = []
    for name, grouped in found.items():
        number, apart = grouped.replace(",", ""), grouped.replace(",", ", ")
        several = BilingualText(
            f"; if several values are meant, a space after each comma: {apart}", f"；如果是几个值，请在逗号后空一格：{apart}"
        )
        several = BilingualText("", "") if ", 0" in apart else several
        faults.append(
            InputError(
                path, factors.lines[name], f"{shorten(name)}: a number without commas: write {number}{several.english}",
                f"{shorten(name)}：数字里不要写逗号：请写成 {number}{several.chinese}"
            )
        )  # fmt: skip
    return faults


def scenarios_of(path: Path, tree: yaml_file.Mapping, names: Sequence[str], key: str = "scenarios") -> tuple[Scenario, ...]:
    """The scenarios that a file names, each beside it; InputError where one is named twice."""
    files = [yaml_file.beside(path, tree.lines[key], key, name) for name in names]
    distinct(path, tree.lines[key], [file.stem for file in files])
    return tuple(load_scenario(file) for file in files)


def record_of(**written: Any) -> FactorRecord:
    """A factor as it is written elsewhere than in a file. Raises UserError."""
    try:
        return FactorRecord.model_validate(written)
    except ValidationError as problem:
        raise UserError(*explain(problem.errors()[0], [*FactorRecord.model_fields, "from"])) from None


def factor(name: str, record: FactorRecord, by_level: bool) -> Factor:
    """A factor checked against the parameter. Raises UserError saying what is wrong, InputError for a value it cannot take."""
    parameters = load_all().parameters
    if name not in parameters:
        near = nearest(name, load_all().called)
        raise UserError(f"there is no such lever or assumption{near.english}", f"没有这个政策措施或假定{near.chinese}")
    parameter = parameters[name]
    given = [key for key in ("values", "quantiles") if getattr(record, key) is not None]
    ends = [end for end in ("low", "high") if getattr(record, end) is not None]
    if len(given) > 1 or (given and (ends or record.levels)):
        raise UserError("takes one of values, quantiles, or low and high", "values、quantiles、low 与 high 三种写法只能选一种")
    if len(ends) == 1:
        raise UserError("needs both low and high", "low 和 high 要同时写")
    quantile = record.quantiles is not None or (not given and not ends and parameter.role == "assumption")
    if quantile and not parameter.varies:
        raise UserError(
            "is fixed: it has no range to take quantiles of; give values", "是固定值，没有范围可取分位数；请改写 values"
        )
    if quantile and record.start:
        raise UserError("'from' is for levers; an assumption holds in all months", "from 只用于政策措施；假定在所有月份都一样")
    low, high = (0.0, 1.0) if quantile else _range(parameter, record)
    whole = not quantile and all(isinstance(entry, int) for entry in (*parameter.entries(), low, high))
    start = record.start or (None if quantile else parameter.changes_from)  # as written, else from when its clause lets it change
    month = None if start is None else month_within(start)
    if record.levels is not None and not by_level:
        raise UserError("a design that spreads its points has no levels; leave them out", "这种抽样设计不分档，请删去 levels")
    levels = tuple(record.values or record.quantiles or ())
    if record.quantiles and not all(0 < level < 1 for level in record.quantiles):
        raise UserError("quantiles lie between 0 and 1, ends excluded", "分位数 quantiles 应大于 0、小于 1")
    if by_level and not levels:
        count = record.levels or (3 if quantile else 5)
        if whole and count > high - low + 1:
            count = _whole_levels(record, low, high)
        shares = np.linspace(0.05, 0.95, count) if quantile else np.linspace(0.0, 1.0, count)
        levels = tuple(
            round(float(low + share * (high - low))) if whole else float(low + share * (high - low)) for share in shares
        )
    if not by_level and given == ["values"]:
        raise UserError(
            "a design that spreads its points needs low and high, or nothing, not values",
            "这种抽样设计应写 low 和 high，或什么都不写，不能写 values",
        )
    if not by_level and record.quantiles:
        raise UserError(
            "a design that spreads its points takes the whole distribution; leave quantiles out",
            "这种抽样设计取整个分布，请删去 quantiles",
        )
    made = Factor(
        name, parameter.name.model_dump(), "quantile" if quantile else parameter.unit, kind="quantile" if quantile else "value",
        levels=levels, low=float(low), high=float(high), whole=whole, month=month, role=parameter.role,
        evidence=parameter.evidence, central=parameter.value,
    )  # fmt: skip
    _check_levels(made)
    return made


def _whole_levels(record: FactorRecord, low: float, high: float) -> int:
    """How many levels there are where whole numbers are fewer than usual; UserError if more were asked for."""
    there = int(high - low) + 1
    if record.levels is not None:
        raise UserError(
            f"there are only {there} whole numbers from {low:g} to {high:g}, so {record.levels} levels would be run twice; "
            f"write levels: {there}",
            f"从 {low:g} 到 {high:g} 只有 {there} 个整数，取 {record.levels} 档会有重复；请写 levels: {there}",
        )
    return there


def _check_levels(made: Factor) -> None:
    """Raise UserError unless every level is one value that the parameter takes, and no two mean the same."""
    seen: dict[Any, Any] = {}
    for level in made.levels:
        if isinstance(level, Mapping):
            raise UserError(
                "a level is one value, not one for each of several months; write the value, and 'from' for the month it holds "
                "from: {values: [10000000], from: 2021-01}",
                "每一档只能写一个值，不能逐月写；请只写数值，从哪个月起用 from 写：{values: [10000000], from: 2021-01}",
            )
        if made.kind == "value":
            made.override(level)
        meant = made.canonical_value(level)
        if meant in seen:
            raise UserError(
                f"{shorten(seen[meant])} and {shorten(level)} are the same level and would be run twice; leave one out",
                f"{shorten(seen[meant])} 和 {shorten(level)} 是同一档，会重复推演；请去掉一个",
            )
        seen[meant] = level


def _range(parameter: Parameter, record: FactorRecord) -> tuple[float, float]:
    if record.values is not None:
        return 0.0, 0.0
    if parameter.options is not None or parameter.is_list:
        raise UserError("is a switch or a list; give values", "是选项或列表，请写 values")
    given = None if record.low is None or record.high is None else (record.low, record.high)
    ends = given or parameter.bounds or parameter.range
    if ends is None:
        raise UserError("has no bounds; give low and high", "没有上下限，请写 low 和 high")
    low, high = ends
    for end in ends:
        parameter.check(end, override=True)
    if not low < high:
        raise UserError("low must be less than high", "low 必须小于 high")
    whole = all(isinstance(entry, int) for entry in parameter.entries()) and float(low).is_integer() and float(high).is_integer()
    return (int(low), int(high)) if whole else (float(low), float(high))


def _settings(spec: Spec, factors: Sequence[Factor]) -> Iterator[dict[str, Any]]:
    names = [each.id for each in factors]
    if spec.design in LEVELS:
        if spec.points is not None or spec.correlations:
            raise UserError(
                f"'{spec.design}' has no 'points' and no 'correlations'; its points follow from the levels",
                f"“{spec.design}”不写 points 和 correlations，取哪些点由各因素的取值决定",
            )
        sizes = [len(each.levels) for each in factors]  # Python's whole numbers, which never wrap
        count = 1 + sum(sizes) if spec.design == "one_at_a_time" else math.prod(sizes)
        if count > MOST_POINTS:
            raise UserError(
                f"the grid has {_format_count(count)} points, at most {MOST_POINTS:,} are allowed; take fewer levels",
                f"这样共有 {_format_count(count)} 个点，最多允许 {MOST_POINTS:,} 个；请减少取值",
            )
        if spec.design == "one_at_a_time":
            yield {}
            yield from ({each.id: level} for each in factors for level in each.levels)
            return
        yield from (dict(zip(names, levels)) for levels in itertools.product(*(each.levels for each in factors)))
        return
    if spec.points is None:
        raise UserError(f"'{spec.design}' needs 'points'", f"“{spec.design}”要写点数 points")
    if spec.design == "sobol" and spec.points & (spec.points - 1):
        raise UserError(
            f"Sobol points come in powers of two, not {spec.points}; take {1 << spec.points.bit_length()}",
            f"sobol 的点数必须是2的幂，不能是 {spec.points}；可取 {1 << spec.points.bit_length()}",
        )
    _check_room(spec.points, factors)
    rows = spread(spec.design, len(factors), spec.points, correlation(spec.correlations, names))
    for even in (False, True):
        made = [{each.id: each.at(float(share), even) for each, share in zip(factors, row)} for row in rows]
        if not all(each.whole for each in factors) or len({tuple(setting.values()) for setting in made}) == len(made):
            yield from made
            return
    raise UserError(
        f"the ranges are so narrow that some of the {spec.points} points would be run twice; widen a range, take fewer points, "
        "or a grid",
        f"范围太窄，{spec.points} 个点中有重复；请放宽范围，减少点数，或改用 grid",
    )


def _check_room(points: int, factors: Sequence[Factor]) -> None:
    """Raise UserError where whole numbers make fewer different points than are asked for, so that some would be run twice."""
    if all(each.whole for each in factors):
        there = math.prod(int(each.high - each.low) + 1 for each in factors)
        if there < points:
            raise UserError(
                f"there are only {there} different points in whole numbers, less than {points}; widen the range, or take a grid",
                f"整数取值只有 {there} 个不同的点，少于 {points} 个；请放宽范围，或改用 grid",
            )


def _format_count(count: int) -> str:
    """A number of points as people read it."""
    return f"{count:,}" if count < 10**12 else f"{count:.1e}" if count < 10**300 else "10^300"


def _try_levels(design: Design, path: Path, lines: Mapping[str, int]) -> None:
    """Try every level in every scenario, or both ends of a range: what cannot be is refused before anything is run."""
    for scenario in design.scenarios:
        for each in design.factors:
            for value in each.levels or (each.at(0.0), each.at(1.0)):
                try:
                    point(scenario, [each], {each.id: value}, "trial")
                except InputError as problem:
                    raise InputError.of(path, lines.get(each.id, 0), problem) from None


def _try_counties(design: Design, path: Path, lines: Mapping[str, int]) -> None:
    """Look at the county of every point, where factors are among the numbers it is founded on; those of others are the
    scenario's own, which was looked at.
    """
    deciding = [each.id for each in design.factors if decides_founding(each.id)]
    chosen = ({name: setting[name] for name in deciding if name in setting} for setting in design.settings)
    counties = {canonical(setting): setting for setting in chosen if setting}
    for scenario in design.scenarios:
        for setting in counties.values():
            try:
                refuse_unfounded(scenario, design.factors, setting)
            except InputError as problem:
                last = max(setting, key=lambda name: lines.get(name, 0))
                raise InputError.of(path, lines.get(last, 0), problem, say_setting(design.factors, setting)) from None


def refuse_unfounded(scenario: Scenario, factors: Sequence[Factor], setting: Mapping[str, Any]) -> None:
    """Raise InputError where no county can be founded on a scenario with these factors set."""
    check_founding(*set_factors(scenario, factors, setting))


def say_setting(factors: Sequence[Factor], setting: Mapping[str, Any]) -> str:
    """A setting as a message names it."""
    kinds = {each.id: " quantile" if each.kind == "quantile" else "" for each in factors}
    return ", ".join(f"{name}{kinds[name]} = {shorten(value)}" for name, value in setting.items())
