"""From what files say to what rules see: overrides, draws and dates become one value for every month, in the rules' units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from sim.core.inputs.errors import BilingualText, InputError, UserError, not_a_number
from sim.core.inputs.notation import as_written
from sim.core.inputs.parameters import PLAN_MONTHS, Parameter, ParameterBook, month_number
from sim.core.inputs.units import UNITS


@dataclass(frozen=True)
class Override:
    """A value that a scenario or a county file sets: one, or one for each of several months (months since January 2021)."""

    value: Any
    place: str
    line: int
    local: bool = False  # a fact of another place, which ranges and bounds of this one do not bind
    status_quo: bool = False  # a county file says so: it held before the plan as well

    def check(self, parameter: Parameter, lines: Mapping[int, int] = MappingProxyType({})) -> None:
        """Raise InputError if the parameter cannot take it; ``lines``: where the values of some months stand."""
        line = self.line
        try:
            dated = self.value.items() if isinstance(self.value, Mapping) else [(None, self.value)]
            for month, value in dated:
                line = self.line if month is None else lines.get(month, self.line)
                if parameter.options is None and isinstance(value, (list, tuple)) != parameter.is_list:
                    if parameter.is_list:
                        raise UserError("must be a list", "应写成列表，如 [1, 2, 3]")
                    without = getattr(value, "grouped", "").replace(",", "")
                    write = BilingualText(f"; write {without}", f"；请写成 {without}") if without else BilingualText("", "")
                    raise UserError(f"must be one value, not a list{write.english}", f"只能写一个值，不能写列表{write.chinese}")
                if parameter.is_list and len(value) != len(parameter.entries()[0]):
                    for each in value:
                        if isinstance(each, str):  # a full-width comma, say, which makes one text of two numbers
                            raise UserError(*not_a_number(each, parameter.unit))
                    count = len(parameter.entries()[0])
                    raise UserError(f"must be a list of {count} values", f"列表里应正好有 {count} 个值")
                parameter.check(value, override=True, elsewhere=self.local)
            line = self.line
            self._check_time(parameter)
        except ValueError as problem:
            raise InputError.of(self.place, line, problem, parameter.id) from None

    def _check_time(self, parameter: Parameter) -> None:
        """Raise UserError if it changes a lever before the plan begins, or in months for which the clause keeps it as it is."""
        dates = self.value if isinstance(self.value, Mapping) else ()
        if parameter.role == "lever" and not self.status_quo and any(month < 0 for month in dates):
            raise UserError(
                "a plan acts from 2021-01 at the earliest: what held before is the county's past; write 2021-01 in place of "
                f"{month_name(min(dates))}, or state what held before in the county file",
                f"规划最早从2021-01起作用；请把 {month_name(min(dates))} 改为 2021-01，此前的情况请写在县情文件里",
            )
        if dates and parameter.id.startswith("founding.") and not parameter.is_dated:
            raise UserError("a county is founded once: write one value, without months", "县只建一次：请只写一个值，不要按月份写")
        if parameter.changes_from is None:
            return
        first = month_number(parameter.changes_from)
        early = self.value.items() if isinstance(self.value, Mapping) else [(0, self.value)]
        if any(month < first and value != parameter.value for month, value in early):
            value, stays = as_written(next(iter(dict(early).values()))), as_written(parameter.value)
            raise UserError(
                f"clause {parameter.clause} keeps it at {stays} until {parameter.changes_from}; "
                f"write {{{parameter.changes_from}: {value}}}, or leave it",
                f"按政策文件第 {parameter.clause} 条，{parameter.changes_from} 之前须保持 {stays}；"
                f"请写成 {{{parameter.changes_from}: {value}}}，或不改这一项",
            )


class Fixed(np.ndarray):
    """Values by month, which cannot be set: UserError says how to change them. What is computed of them is an ordinary array."""

    def __setitem__(self, key: Any, value: Any) -> None:
        if not self.flags.writeable:
            raise UserError(
                "values are fixed once a county is founded; set the parameter before: in the scenario, by --set, or as "
                "CountyModel(scenario, public_posts__count=3000)",
                "县建成后参数值不能再改；请事先设定：写在情景文件里，用 --set，"
                "或写 CountyModel(scenario, public_posts__count=3000)",
            )
        super().__setitem__(key, value)


@dataclass(frozen=True)
class Values:
    """Parameters as used in one replication. ``used``: as written, in the units of the files; ``provenance``: who set them.

    They are fixed once resolved: rules have copies of their own, so a change here would reach some of them and not others.
    """

    paths: Mapping[str, np.ndarray]
    used: dict[str, Any]
    provenance: dict[str, str]
    months_before: int

    def path(self, identity: str) -> np.ndarray:
        """Values by month in the unit of the rules; the first month is ``months_before`` before January 2021."""
        return self.paths[identity].view(Fixed)

    def at(self, identity: str, month: int = 0) -> Any:
        """The value in one month (0 = January 2021)."""
        return self.paths[identity][month + self.months_before]


def assumptions(book: ParameterBook) -> list[str]:
    """Ids of the parameters that are drawn, in a fixed order."""
    return sorted(identity for identity, parameter in book.parameters.items() if parameter.varies)


def convert(parameter: Parameter, value: Any) -> Any:
    """A value in the unit of the rules: a number, a list of numbers, or a switch's code."""
    if parameter.options is not None:
        return parameter.options[value]
    unit = UNITS[parameter.unit].convert
    if isinstance(value, (list, tuple)):
        return [unit(float(number)) for number in value]
    return unit(float(value))


def resolve_central(parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """Central values of a few parameters in the unit of the rules; of a dated one its first value."""
    return {name: convert(parameter, parameter.entries()[0]) for name, parameter in parameters.items()}


def _known(parameter: Parameter, vantage: str | None) -> dict[int, Any]:
    """A dated value by month as it was known, or to be expected, at the vantage."""
    dated = {month_number(month): value for month, value in parameter.value.items()}
    if vantage is None:
        return dated
    limit = month_number(vantage)
    known_from = {month_number(m): month_number(k) for m, k in (parameter.known_from or {}).items()}
    last = None
    for month in sorted(dated):
        if last is None or known_from.get(month, month) <= limit:
            last = month
        elif isinstance(dated[month], (int, float)):
            growth = parameter.forecast.growth if parameter.forecast else 0.0
            dated[month] = dated[last] * (1.0 + growth) ** ((month - last) / 12.0)
        else:
            dated[month] = dated[last]
    return dated


def vantages(book: ParameterBook, months: int) -> tuple[int, int]:
    """The first and the last month (0 = January 2021) whose knowledge differs from another's, for a horizon of ``months``: before
    the first nothing more is unknown, and after the last nothing is.
    """
    learned = []
    for parameter in book.parameters.values():
        dates = sorted(parameter.value, key=month_number) if parameter.is_dated else []
        known_from = parameter.known_from or {}
        learned += [month_number(known_from.get(date, date)) for date in dates[1:] if month_number(date) < months]
    return min(learned) - 1, max(learned) - 1


def _beyond_the_plan(parameter: Parameter, dated: dict[int, Any], months: int) -> dict[int, Any]:
    """Dated values, gone on with by the forecast rule for the years after 2025 that a horizon reaches.

    A step each year, in the month in which the last dated value began to hold; what has no forecast rule stays as it was last.
    """
    last = max(dated)
    if parameter.forecast is None or not isinstance(dated[last], (int, float)):
        return dated
    first = last + 12 * max(1, -(-(PLAN_MONTHS - last) // 12))
    growth = 1.0 + parameter.forecast.growth
    return dated | {month: dated[last] * growth ** (step + 1) for step, month in enumerate(range(first, months, 12))}


def resolve(
    book: ParameterBook,
    overrides: Mapping[str, list[Override]] | None = None,
    draw: Mapping[str, float] | None = None,
    vantage: str | None = None,
    months_before: int = 12,
    months: int = PLAN_MONTHS,
    centre: Mapping[str, float] | None = None,
) -> Values:
    """Every parameter month by month.

    ``overrides``: by id, later ones win from their month on; ``draw``: quantiles of the assumptions that vary, by id
    (an assumption that a scenario sets is no longer drawn); ``vantage``: dated values known later are forecast;
    ``centre``: quantiles at which assumptions stand that are not drawn, instead of their own central values. A plan sets levers
    from January 2021 at the earliest; before, every scenario of a county has the county's status quo. Beyond 2025
    (``months`` > 60) dated values go on by their forecast rule. A value that scales with another parameter is multiplied by it,
    unless an override sets it.
    Raises InputError for an override that does not fit.
    """
    overrides, draw, centre = overrides or {}, draw or {}, centre or {}
    paths, used, provenance = {}, {}, {}
    for identity, parameter in book.parameters.items():
        scenario, size = overrides.get(identity, []), overrides.get(parameter.scales_with or "")
        quantile = draw[identity] if identity in draw else centre.get(identity)
        known_at = vantage if parameter.is_dated else None
        if scenario or size or identity in draw:
            found = _follow(parameter, scenario, size, quantile=quantile, vantage=known_at, start=-months_before, months=months)
            source = "drawn" if identity in draw else "ensemble"
        else:  # the same for whoever asks, and most parameters are so in every replication
            key = identity, quantile, known_at, months_before, months
            if key not in book.settled:
                book.settled[key] = _follow(parameter, quantile=quantile, vantage=known_at, start=-months_before, months=months)
            found, source = book.settled[key], "ensemble"
        used[identity] = dict(found.used) if isinstance(found.used, dict) else found.used
        paths[identity] = found.path
        provenance[identity] = source if found.is_drawn else found.provenance
    return Values(MappingProxyType(paths), used, provenance, months_before)


class _Followed(NamedTuple):
    """One parameter over time: as written, by month in the unit of the rules, who set it, whether at a quantile."""

    used: Any
    path: np.ndarray
    provenance: str
    is_drawn: bool


def _follow(
    parameter: Parameter,
    scenario: Sequence[Override] = (),
    size: Sequence[Override] | None = None,
    *,
    quantile: float | None,
    vantage: str | None,
    start: int,
    months: int,
) -> _Followed:
    """One parameter from month ``start`` on, as ``resolve`` says; ``size``: what sets the parameter that it scales with."""
    if parameter.is_dated:
        base = _beyond_the_plan(parameter, _known(parameter, vantage), months)
    else:
        base = {start: parameter.value}
    provenance = parameter._path
    is_drawn = quantile is not None and parameter.varies and not scenario
    if is_drawn and quantile is not None:
        drawn = parameter.at_quantile(quantile)
        if parameter.has_factor_range:
            base = {month: _scaled(parameter, value, drawn) for month, value in base.items()}
        else:
            base = {start: drawn}
    if size:
        base = {month: scale_value(value, size[-1].value) for month, value in base.items()}
    past = base
    for override in scenario:
        override.check(parameter)
        provenance = f"{override.place}:{override.line}"
        if isinstance(override.value, Mapping):
            for month, value in override.value.items():
                base = {m: v for m, v in base.items() if m < month} | {month: value}
        elif parameter.role == "lever" and not override.status_quo:
            base = {0: override.value}
        else:
            past = base = {start: override.value}
    if parameter.role == "lever" and 0 in base:
        base = {month: value for month, value in base.items() if month >= 0}
    path = _path(parameter, _before(past, base, -start) | base, -start, months - start)
    return _Followed(_readable(base), path, provenance, is_drawn)


def month_name(month: int) -> str:
    """A month (0 = January 2021) as people write it."""
    return f"{2021 + month // 12}-{month % 12 + 1:02d}"


def value_in_force(used: Any, month: int) -> Any:
    """What a value of ``Values.used`` is in a month (0 = January 2021), as it would be written in a file."""
    if not isinstance(used, Mapping):
        return used
    months = sorted(used, key=month_number)
    return used[max((each for each in months if month_number(each) <= month), key=month_number, default=months[0])]


def _scaled(parameter: Parameter, value: Any, factor: float) -> Any:
    """A value times a drawn factor, kept within what its unit admits."""
    unit = UNITS[parameter.unit]
    if isinstance(value, (list, tuple)):
        return [min(max(number * factor, unit.lowest), unit.highest) for number in value]
    return min(max(value * factor, unit.lowest), unit.highest)


def scale_value(value: Any, factor: float) -> Any:
    """A value, or each of a list, or of what is dated, times a factor."""
    if isinstance(value, Mapping):
        return {month: scale_value(each, factor) for month, each in value.items()}
    return [number * factor for number in value] if isinstance(value, (list, tuple)) else value * factor


def _before(past: dict[int, Any], base: dict[int, Any], months_before: int) -> dict[int, Any]:
    """What held until the first month of ``base``: a first date never reaches back beyond itself."""
    return {-months_before: past[min(past)]} | {month: value for month, value in past.items() if month < min(base)}


def _path(parameter: Parameter, base: dict[int, Any], months_before: int, length: int) -> np.ndarray:
    """Values by month: each holds from its month on, the first also before."""
    first = convert(parameter, base[min(base)])
    path = np.empty((length, *np.shape(first)), dtype=np.int64 if parameter.options is not None else np.float64)
    path[:] = first
    for month in sorted(base)[1:]:
        path[max(0, month + months_before) :] = convert(parameter, base[month])
    path.setflags(write=False)
    return path


def _readable(base: dict[int, Any]) -> Any:
    """A value as it would be written in a file."""
    if len(base) == 1:
        return next(iter(base.values()))
    return {month_name(month): value for month, value in sorted(base.items())}
