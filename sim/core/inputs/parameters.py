"""Parameters carry their papers: every number has two names, a unit, a range, evidence and its source.

Files hold what a person reads (per year, in yuan); ``resolve`` turns them into what rules see, month by month.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator

from sim.core.inputs import shipped, yaml_file
from sim.core.inputs.errors import InputError, UserError, all_of, hint_full_width, not_a_number, one_of, unit_name, unknown
from sim.core.inputs.notation import as_written, digits, half, shorten
from sim.core.inputs.units import UNITS
from sim.core.inputs.validation import explain

SIM = Path(__file__).resolve().parents[2]
#: Thresholds of goals: the model's beside the goals, a document's in its plan folder. Lingyuan's document of 2021 is the first.
THRESHOLDS, HOME = "thresholds.yaml", "lingyuan_2021"
MONTH = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?", re.ASCII)
Number = int | float
SUM_TOLERANCE = 1e-9
#: Where a range multiplies many values, a scenario may set what is so many times the largest of them.
FARTHEST = 10.0
#: Months of the plan, January 2021 to December 2025: its goals are measured at their end at the latest.
PLAN_MONTHS = 60
#: The longest horizon: to December 2030. Beyond it no parameter has data, nor a rule that anybody would stand up for.
LONGEST = 120
#: The clause of what the policy paper does not ask for: a lever, goal or use of money that is its author's own.
OWN = "own"


class Strict(BaseModel):
    """A record that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(Strict):
    """A Chinese and an English name."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Source(Strict):
    """Where a number was read."""

    title: str = Field(min_length=1)
    where: str = ""
    address: str = ""


class Forecast(Strict):
    """How a value not yet known is to be expected: ``growth`` per year from the last one known.

    It stands in for what a vantage does not know, and goes on after the last dated value where a scenario's horizon lies beyond
    2025. The rule has evidence of its own: nobody has measured what comes after 2025.
    """

    growth: float = 0.0
    evidence: Literal["policy", "derived", "assumed"]
    where: str = Field(min_length=1)


class Parameter(Strict):
    """One number of the model with its papers; see ``docs/`` for the meaning of each field."""

    name: Names
    role: Literal["assumption", "lever"]
    unit: str
    scales_with: str | None = None
    value: Any
    range: tuple[Number, Number] | None = None
    distribution: Literal["triangular", "uniform", "lognormal", "fixed"] | None = None
    bounds: tuple[Number, Number] | None = None
    least: Number | None = None
    off: Any = None
    fund: str | None = None
    options: dict[str, int] | None = None
    evidence: Literal["policy", "measured", "derived", "assumed"]
    sources: tuple[Source, ...] = ()
    clause: str | None = None
    checked: str
    known_from: dict[str, str] | None = None
    forecast: Forecast | None = None
    sums_to: float | None = None
    changes_from: str | None = None
    transition: bool = False
    note: str | None = None
    _id: str = PrivateAttr("")
    _path: str = PrivateAttr("")
    _line: int = PrivateAttr(0)

    @field_validator("checked")
    @classmethod
    def _day(cls, text: str) -> str:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise UserError("must be a day, such as 2026-11-23", "应写成日期，如 2026-11-23")
        return text

    @field_validator("clause", mode="before")
    @classmethod
    def _clause(cls, value: Any) -> Any:
        return None if value is None else str(value)

    @model_validator(mode="after")
    def _papers(self) -> "Parameter":
        if self.unit not in UNITS:
            raise UserError(*unknown("unknown unit", "没有这个单位：", self.unit, list(UNITS)))
        if self.evidence == "measured" and not self.sources:
            raise UserError("is said to be measured, but names no source", "标为 measured（实测），却没有写来源 sources")
        if self.evidence == "policy" and not self.clause:
            raise UserError(
                "is said to be fixed by the policy, but names no clause", "标为 policy（文件规定），却没有写条款 clause"
            )
        if self.evidence == "policy" and self.clause == OWN:
            raise UserError(
                "is said to be fixed by the policy, but its clause is 'own'; write 'evidence: assumed', or the paper's clause",
                "标为 policy（文件规定），条款却写成 own（自定）；请改成 evidence: assumed，或写明文件条款",
            )
        if (self.unit == "switch") != (self.options is not None):
            raise UserError(
                "options belong to the unit 'switch', and a switch needs them",
                "选项 options 只用于单位 switch，单位为 switch 时也必须写",
            )
        if self.role == "lever":
            if self.range is not None or self.distribution is not None:
                raise UserError(
                    "a lever has bounds, not a range or a distribution", "政策措施只写 bounds，不写 range 或 distribution"
                )
            if self.off is None or (self.bounds is None and self.options is None):
                raise UserError("a lever needs 'bounds' and 'off'", "政策措施必须写 bounds 和 off")
            if self.transition and (self.options is not None or self.is_list):
                raise UserError(
                    "support that ends with the transition period thins out: it must be a number",
                    "随过渡期结束而退坡的支持必须是一个数，才能逐步减下来",
                )
        elif self.transition:
            raise UserError(
                "'transition' marks a lever as support that ends with the transition period; this is none",
                "'transition' 只用来标明随过渡期结束的政策措施，这一项不是政策措施",
            )
        elif self.options is None:
            if self.distribution is None:
                raise UserError("an assumption needs a distribution", "假定必须写分布 distribution")
            if self.distribution != "fixed" and self.range is None:
                raise UserError("needs a range, or the distribution 'fixed'", "应写范围 range，或把分布写成 fixed")
        self._check_values()
        return self

    def _check_values(self) -> None:
        if self.bounds is not None and self.bounds[0] > self.bounds[1]:
            raise UserError("the bounds run from high to low", "上下限写反了，应从小到大")
        for value in self.entries():
            self.check(value)
        if self.role == "lever":
            try:
                self.check(self.off)
            except UserError as fault:
                raise UserError(f"'off': {fault.english}", f"无政策时的值 off：{fault.chinese}") from None
        if self.range is not None:
            low, high = self.range
            if low > high:
                raise UserError("the range runs from high to low", "范围写反了，应从小到大")
            centre = 1.0 if self.has_factor_range else self.value
            if not low <= centre <= high:
                what = "1" if self.has_factor_range else "value"
                raise UserError(
                    f"{what} lies outside its range {list(self.range)}", f"{what} 不在它的范围 {list(self.range)} 之内"
                )
        if self.known_from and not self.is_dated:
            raise UserError("known_from belongs to a dated value", "known_from 只用于按日期写的值")
        for month in self.known_from or {}:
            if month not in self.value:
                raise UserError(
                    f"known_from names {month}, for which there is no value", f"known_from 写了 {month}，但这个月没有对应的值"
                )

    @property
    def id(self) -> str:
        """``owner.name``."""
        return self._id

    @property
    def is_dated(self) -> bool:
        """Whether it has a value for each of several dates."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether each value is a list."""
        return isinstance(self.entries()[0], (list, tuple))

    @property
    def is_counted(self) -> bool:
        """Whether it counts what cannot be divided: places, and posts and teams that somebody sets."""
        units = ("townships", "villages", *(("jobs", "teams") if self.role == "lever" else ()))
        return self.unit in units and all(isinstance(entry, int) for entry in self.entries())

    @property
    def has_factor_range(self) -> bool:
        """Whether its range multiplies all its values."""
        return self.is_dated or self.is_list

    @property
    def varies(self) -> bool:
        """Whether it is drawn anew for each parameter draw."""
        return self.role == "assumption" and self.options is None and self.distribution != "fixed"

    def entries(self) -> list:
        """All its values, of one date or several."""
        return list(self.value.values()) if isinstance(self.value, dict) else [self.value]

    def check(self, value: Any, override: bool = False, elsewhere: bool = False) -> None:
        """Raise UserError if it cannot take this value; ``override`` also applies the range. In a place ``elsewhere`` neither
        range nor bounds bind, only what the unit admits.
        """
        if self.options is not None:
            if not isinstance(value, str) or value not in self.options:
                raise UserError(*one_of(value, list(self.options)))
            return
        numbers = value if isinstance(value, (list, tuple)) else [value]
        if not numbers:
            raise UserError("is an empty list", "列表是空的，至少要写一个值")
        unit, named = UNITS[self.unit], unit_name(self.unit)
        low, high = (unit.lowest, unit.highest) if elsewhere else self.limits(override)
        low = low if self.least is None else max(low, self.least)
        for number in numbers:
            if isinstance(number, bool) or not isinstance(number, (int, float)) or number != number:
                raise UserError(*not_a_number(number, self.unit, (low, high), is_whole=override and self.is_counted))
            shown = as_written(number)
            if not low <= number <= high:
                raise UserError(
                    f"{shown} lies outside {digits(low)} to {digits(high)} {named.english}",
                    f"{shown} 超出允许范围，应在 {digits(low)} 至 {digits(high)} 之间（单位：{named.chinese}）",
                )
            if override and self.is_counted and number != int(number):
                raise UserError(
                    f"{shown} is no whole number of {named.english}; write {int(number)} or {int(number) + 1}",
                    f"{shown} 不是整数（单位：{named.chinese}）；请写成 {int(number)} 或 {int(number) + 1}",
                )
        if self.sums_to is not None and abs(sum(numbers) - self.sums_to) > SUM_TOLERANCE:
            raise UserError(
                f"must add up to {self.sums_to:g}, not {sum(numbers):g}",
                f"各项之和应为 {self.sums_to:g}，现在是 {sum(numbers):g}",
            )

    def limits(self, override: bool = True) -> tuple[float, float]:
        """The lowest and highest number that a scenario may set."""
        if self.bounds is not None:
            return float(self.bounds[0]), float(self.bounds[1])
        if override and self.range is not None and not self.has_factor_range:
            return float(self.range[0]), float(self.range[1])
        unit = UNITS[self.unit]
        if override and self.range is not None:
            each = [number for entry in self.entries() for number in (entry if self.is_list else [entry])]
            far = FARTHEST * max(map(abs, each)) * self.range[1] or unit.highest
            return max(unit.lowest, -far), min(unit.highest, far)
        return unit.lowest, unit.highest

    def at_quantile(self, quantile: float) -> float:
        """The value, or the factor on all values, at this quantile of its distribution."""
        assert self.range is not None
        low, high = float(self.range[0]), float(self.range[1])
        centre = 1.0 if self.has_factor_range else float(self.value)
        if high == low:
            return centre
        if self.distribution == "uniform":
            return low + quantile * (high - low)
        if self.distribution == "lognormal":
            from statistics import NormalDist

            # The range is read as the 5th and 95th percentile, the value as the median; it is cut off at the range.
            spread = np.log(high / low) / (2.0 * NormalDist().inv_cdf(0.95))
            return float(np.clip(centre * np.exp(spread * NormalDist().inv_cdf(quantile)), low, high))
        share = (centre - low) / (high - low)
        if quantile < share:
            return low + float(np.sqrt(quantile * (high - low) * (centre - low)))
        return high - float(np.sqrt((1.0 - quantile) * (high - low) * (high - centre)))


def month_number(text: Any) -> int:
    """``2021-03`` or ``2021`` as months since January 2021. Raises UserError."""
    if text is None:
        raise UserError("needs a month, such as 2023-07, and is empty", "要写一个月份，如 2023-07，现在是空的")
    match = MONTH.fullmatch(str(text))
    if not match:
        text = str(text) if isinstance(text, float) else text  # 2022.0 is no 2022
        write, wide = _month_meant(str(text)), hint_full_width(text)
        raise UserError(
            f"'{shorten(text)}' is not a month; write {write}, or {write[:4]} for its January{wide.english}",
            f"“{shorten(text)}”不是月份；应写成 {write}，只写 {write[:4]} 表示当年1月{wide.chinese}",
        )
    return (int(match[1]) - 2021) * 12 + int(match[2] or 1) - 1


def _month_meant(text: str) -> str:
    """The month that a text such as ``2023/7``, ``2023年7月`` or ``2023-07-01`` stands for, or the end of the year that it names;
    one to go by if it stands for none.
    """
    found = re.match(r"(\d{4})(?:[-/.年]?(\d\d?)(?!\d))?(?!\d)", half(text[:40]).strip(), re.ASCII)
    if found is None or not 2020 <= int(found[1]) <= 2030:
        return "2023-07"
    return f"{found[1]}-{min(max(int(found[2] or 1), 1), 12):02d}"


def month_within(text: Any) -> int:
    """A month as a number, 0 = January 2021. Raises UserError if it is none, or none for which there are data or rules."""
    month = month_number(text)
    if not -12 <= month < LONGEST:
        raise UserError(f"'{text}' lies outside the years 2020 to 2030", f"“{text}”不在2020年至2030年之内")
    return month


def load_parameters(path: Path) -> dict[str, Parameter]:
    """The parameters of one file by name. Raises InputError naming file, line and parameter for anything amiss."""
    tree = yaml_file.read_mapping(path)
    loaded: dict[str, Parameter] = {}
    errors: list[InputError] = []
    shown = path.relative_to(SIM.parent) if path.is_relative_to(SIM.parent) else path
    for name, record in tree.items():
        line = tree.lines[name]
        if not isinstance(record, yaml_file.Mapping):
            errors.append(
                InputError(
                    shown, line, f"'{name}' must be a parameter: name, role, unit, value …",
                    f"“{name}”应写成一个参数：name、role、unit、value 等各占一行"
                )
            )  # fmt: skip
            continue
        try:
            parameter = Parameter.model_validate(record)
        except ValidationError as problem:
            for error in problem.errors():
                at = record.lines.get(str(error["loc"][0]), line) if error["loc"] else line
                errors.append(InputError(shown, at, *explain(error, list(Parameter.model_fields), name)))
            continue
        parameter._id = f"{path.stem}.{name}"
        parameter._path, parameter._line = str(shown), line
        loaded[name] = parameter
    if errors:
        raise all_of(errors)
    return loaded


@dataclass(frozen=True)
class ParameterBook:
    """Every parameter of the model by id."""

    parameters: dict[str, Parameter]

    def of(self, owner: str) -> dict[str, Parameter]:
        """The parameters of one file by name, in the order of the file."""
        return self._owners.get(owner, {})

    @cached_property
    def called(self) -> dict[str, str]:
        """Ids by what somebody may write for them: the ids themselves, and the Chinese names."""
        names = {parameter.name.zh: identity for identity, parameter in self.parameters.items()}
        return names | {identity: identity for identity in sorted(self.parameters)}

    @cached_property
    def settled(self) -> dict[Any, Any]:
        """What ``resolve`` made of parameters that nobody sets or draws, kept with what else decides it."""
        return {}

    @cached_property
    def _owners(self) -> dict[str, dict[str, Parameter]]:
        owners: dict[str, dict[str, Parameter]] = {}
        for identity, parameter in self.parameters.items():
            owner, _, name = identity.partition(".")
            owners.setdefault(owner, {})[name] = parameter
        return owners


_BOOK: list[ParameterBook] = []


def load_all() -> ParameterBook:
    """All parameters of the model, read once per process. Raises InputError."""
    if not _BOOK:
        files = [
            *sorted((SIM / "processes").rglob("*.yaml")),
            SIM / "founding" / "founding.yaml",
            SIM / "goals" / THRESHOLDS,
            shipped.folder(shipped.PLANS) / HOME / THRESHOLDS,  # targets of the document whose numbers the model has
        ]
        parameters: dict[str, Parameter] = {}
        owners: dict[str, Path] = {}
        for path in files:
            if path.stem in owners and path.name != THRESHOLDS:
                raise InputError(
                    path, 1, f"the name '{path.stem}' is taken by {owners[path.stem]}",
                    f"文件名“{path.stem}”已被 {owners[path.stem]} 占用，请换一个"
                )  # fmt: skip
            owners[path.stem] = path
            for parameter in load_parameters(path).values():
                parameters[parameter.id] = parameter
        for parameter in parameters.values():
            other = parameters.get(parameter.scales_with or parameter.id)
            if other is None or (parameter.scales_with and (other.varies or other.unit != "multiple")):
                raise InputError(
                    parameter._path,
                    parameter._line,
                    f"{parameter.id} scales with {parameter.scales_with}, which is no fixed multiple",
                    f"{parameter.id} 要随 {parameter.scales_with} 按比例变化，但后者不是固定的倍数",
                )
        _BOOK.append(ParameterBook(parameters))
    return _BOOK[0]
