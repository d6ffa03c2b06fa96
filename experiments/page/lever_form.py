"""Levers as a form shows them: grouped by clause, in the units that offices use, by year; and back to what a scenario sets.

The form has one number for each year, the one in force at its end; a file has months. Reading the form back keeps every month
that nobody touched. Nothing here knows a rule of the model: bounds, names and evidence are read from the parameters, and what is
typed is checked by the same reader as a scenario file.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from experiments.reporting import lever_effects
from experiments.reporting.lever_values import lever_name, part_names, value_text
from experiments.reporting.translations import Words
from sim.clauses import clauses
from sim.core.inputs.errors import UserError
from sim.core.inputs.notation import half
from sim.core.inputs.parameters import Parameter, load_all, month_number
from sim.core.inputs.resolve import month_name, resolve, value_in_force
from sim.core.inputs.units import office_scale
from sim.scenario import Scenario
from sim.scenario.doubts import doubts
from sim.scenario.office_values import read_number
from sim.world.funds import fund_records

YEARS = (2021, 2022, 2023, 2024, 2025)
MONTHS = 60
TEN_THOUSAND = 10_000
MOST_KEPT = 100
_STEPS: dict[int, tuple[Scenario, dict[str, dict[int, Any]]]] = {}
MANY = 100  # steps of a slider, from which it moves by whole numbers


@dataclass(frozen=True)
class Part:
    """One number of a lever (most have one): its label, and what holds at the end of each year in the plan and the reference."""

    label: str
    plan: tuple[str, ...]
    reference: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """A lever in the form; numbers are texts in the unit shown. ``differs``: the plan sets something else than the reference.
    ``turns``: in which month of a year its value changes, if that is not January.
    """

    id: str
    name: str
    unit: str
    low: str
    high: str
    step: str
    parts: tuple[Part, ...]
    options: tuple[str, ...]
    constant: bool
    differs: bool
    set_here: bool
    held_until: str
    held_month: str
    turns: str
    clause: str
    says: tuple[str, ...]
    payer: str
    evidence: str
    source: str
    effect: str
    problem: str = ""


@dataclass(frozen=True)
class Group:
    """The levers of one section of the paper."""

    title: str
    fields: tuple[Field, ...]


def scale_of(parameter: Parameter) -> float:
    """How many of the file's units one of the form's is: 10 000 for 万元, 0.01 for %."""
    return 1.0 if parameter.options is not None else float(office_scale(parameter.unit, parameter.limits()[1]))


def unit_of(parameter: Parameter, words: Words) -> str:
    """The unit that the form shows."""
    scale, name = scale_of(parameter), words.unit(parameter.unit)
    if scale == TEN_THOUSAND:
        return name.replace("元", "万元", 1) if words.language == "zh" else f"10 000 {name}"
    return name


def shown(parameter: Parameter, value: Any) -> str:
    """A number of a file as the form shows it, without needless digits."""
    if isinstance(value, str):
        return value
    return f"{round(float(value) / scale_of(parameter), 6):.10g}"


def steps(scenario: Scenario) -> dict[str, dict[int, Any]]:
    """What each lever is from January 2021 on, by the months in which it changes (0 = January 2021), in the units of files. Kept,
    since every request asks it of the same few scenarios; to be read, not changed.
    """
    kept = _STEPS.get(id(scenario))
    if kept is not None and kept[0] is scenario:
        return kept[1]
    book = load_all()
    values = resolve(book, scenario.overrides, months=MONTHS)
    found = {}
    for each in book.parameters.values():
        if each.role == "lever":
            used = values.used[each.id]
            months = sorted({0, *(number for text in used if (number := month_number(text)) > 0)}) if _dated(used) else [0]
            found[each.id] = without_repeats({month: value_in_force(used, month) for month in months})
    if len(_STEPS) >= MOST_KEPT:
        _STEPS.clear()
    _STEPS[id(scenario)] = (scenario, found)
    return found


def _dated(value: Any) -> bool:
    return isinstance(value, Mapping)


def without_repeats(found: Mapping[int, Any]) -> dict[int, Any]:
    """Values by month without the months in which nothing changes."""
    kept: dict[int, Any] = {}
    for month in sorted(found):
        if not kept or kept[max(kept)] != found[month]:
            kept[month] = found[month]
    return kept


def year_ends(found: Mapping[int, Any]) -> list[Any]:
    """The values in force in December of each year of the plan."""
    return [found[max(month for month in found if month <= 12 * number + 11)] for number in range(len(YEARS))]


@cache
def _effects() -> dict[str, Any]:
    """The measured effects of levers, by lever."""
    found: dict[str, Any] = lever_effects.stored().get("levers", {})
    return found


def groups(
    scenario: Scenario,
    reference: Scenario,
    own: Mapping[str, Any],
    words: Words,
    problems: Mapping[str, str],
    typed: Mapping[str, str],
) -> list[Group]:
    """The form of a plan. ``own``: what its file sets itself; ``problems``: what is wrong, by lever; ``typed``: what was typed
    and not taken, by field, which is shown again.
    """
    plan, other = steps(scenario), steps(reference)
    effects = _effects()
    funds = {fund.name.lower(): words.of(record.name) for fund, record in fund_records().items()}
    by_lever: dict[str, list[Any]] = {}
    for clause in clauses().values():
        for identity in clause.lives:
            by_lever.setdefault(identity, []).append(clause)
    found: dict[str, list[Field]] = {}
    for parameter in load_all().parameters.values():
        if parameter.role != "lever":
            continue
        papers, ours = by_lever.get(parameter.id, []), plan[parameter.id]
        title = words.of(papers[0].section_name) if papers else words("screen_own_levers")
        made = Field(
            parameter.id,
            lever_name(parameter, words),
            unit_of(parameter, words),
            *_limits(parameter),
            parts=_parts(parameter, year_ends(ours), year_ends(other[parameter.id]), words, typed),
            options=tuple(parameter.options or ()),
            constant=not any(0 < month < MONTHS for month in ours),
            differs=_within(ours) != _within(other[parameter.id]),
            set_here=parameter.id in own,
            held_until=parameter.changes_from or "",
            held_month=words.month(parameter.changes_from) if parameter.changes_from else "",
            turns=_turns(ours, words),
            clause=words.clause(parameter.clause),
            says=tuple(dict.fromkeys(words.of(each.fixes) for each in papers)),
            payer=funds.get(parameter.fund or "", ""),
            evidence=words(f"doc_grade_{parameter.evidence}"),
            source="; ".join(source.title for source in parameter.sources),
            effect=lever_effects.sentence(words, effects.get(parameter.id), partial(value_text, parameter, words=words)),
            problem=problems.get(parameter.id, ""),
        )
        found.setdefault(title, []).append(made)
    return [Group(title, tuple(fields)) for title, fields in found.items()]


def _within(found: Mapping[int, Any]) -> dict[int, Any]:
    """The steps of the years that the form shows."""
    return {month: value for month, value in found.items() if month < MONTHS}


def _turns(found: Mapping[int, Any], words: Words) -> str:
    """The month of a year in which values change, where they all do in the same and it is not January."""
    months = {month % 12 for month in found if 0 < month < MONTHS}
    if len(months) != 1 or months == {0}:
        return ""
    return words.month(month_name(months.pop())).removeprefix("2021年").removesuffix(" 2021")


def _limits(parameter: Parameter) -> tuple[str, str, str]:
    if parameter.options is not None:
        return "", "", ""
    low, high = (shown(parameter, limit) for limit in parameter.limits())
    span = float(high) - float(low)
    whole = all(isinstance(number, int) for entry in parameter.entries() for number in (entry if parameter.is_list else [entry]))
    step = "1" if whole or span >= MANY else "0.1" if span >= 10 else "0.01"
    return low, high, step


def _parts(
    parameter: Parameter, plan: Sequence[Any], reference: Sequence[Any], words: Words, typed: Mapping[str, str]
) -> tuple[Part, ...]:
    parts = []
    for number, label in enumerate(part_names(parameter, words)):
        ours, theirs = (
            [shown(parameter, year[number] if parameter.is_list else year) for year in values] for values in (plan, reference)
        )
        ours = [typed.get(field_name(parameter.id, number, year), text) for year, text in zip(YEARS, ours)]
        parts.append(Part(label, tuple(ours), tuple(theirs)))
    return tuple(parts)


def field_name(identity: str, part: int, year: int | None = None) -> str:
    """The name of an input: of one year, or of all."""
    return f"{identity}:{part}:{year or 'all'}"


def read(
    form: Mapping[str, str], own: Mapping[str, Any], plan: Scenario, base: Scenario
) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """What a posted form makes a plan set: settings by lever, the label of what is wrong by lever, and what was typed there.

    ``plan``: as it stands; ``base``: what it would be if its file set nothing. A lever whose fields were left as they were shown
    keeps what the file says of it, months included; one that is as in the base is not set.
    """
    settings: dict[str, Any] = dict(own)
    problems: dict[str, str] = {}
    typed: dict[str, str] = {}
    before, standing = steps(base), steps(plan)
    for parameter in load_all().parameters.values():
        if parameter.role != "lever" or not any(field_name(parameter.id, 0, year) in form for year in YEARS):
            continue
        texts = [[form.get(field_name(parameter.id, part, year), "") for part in range(_count(parameter))] for year in YEARS]
        try:
            years = [[_number(parameter, text) for text in row] for row in texts]
        except ValueError:
            typed |= {
                field_name(parameter.id, part, year): text for year, row in zip(YEARS, texts) for part, text in enumerate(row)
            }
            problems[parameter.id] = "screen_not_a_number"
            continue
        values = [row if parameter.is_list else row[0] for row in years]
        if same(parameter, values, year_ends(standing[parameter.id])):
            continue
        if same(parameter, values, year_ends(before[parameter.id])):
            settings.pop(parameter.id, None)
        else:
            settings[parameter.id] = dated(parameter, values, standing[parameter.id], before[parameter.id])
    return settings, problems, typed


def same(parameter: Parameter, values: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether two lists of values at the ends of years are the same as the form shows them."""
    return [_texts(parameter, each) for each in values] == [_texts(parameter, each) for each in others]


def _texts(parameter: Parameter, value: Any) -> list[str]:
    return [shown(parameter, each) for each in (value if isinstance(value, (list, tuple)) else [value])]


def _count(parameter: Parameter) -> int:
    return len(parameter.entries()[0]) if parameter.is_list else 1


def _number(parameter: Parameter, text: str) -> Any:
    """A typed text in the unit of files, read as in a workbook's form. Raises ValueError."""
    return text if parameter.options is not None else read_number(text, "", parameter)


def dated(parameter: Parameter, values: Sequence[Any], standing: Mapping[int, Any], base: Mapping[int, Any]) -> Any:
    """What a file sets so that ``values`` hold at the ends of the years: one value, or values by the months from which they hold.

    Of a year left as ``standing`` every month stays as it is. The value of a changed year holds from the month in which the lever
    changes in that year, in the plan as it stands, else in its ``base``, else in most years.
    """
    now = year_ends(standing)
    touched = [not same(parameter, [value], [old]) for value, old in zip(values, now)]
    values = [_exact(parameter, value, old) for value, old in zip(values, now)]
    after = {month: each for month, each in standing.items() if month >= MONTHS}
    if all(touched) and all(each == values[0] for each in values):  # typed for all years at once
        return _written({0: values[0]} | after, base, parameter)
    found = {0: standing[0]}
    for number, value in enumerate(values):
        own = {month: each for month, each in standing.items() if month // 12 == number}
        if touched[number] or (number and touched[number - 1] and not own):  # what held since an earlier year is said again
            own |= {_turn(number, standing, base, parameter): value}
        found |= own
    return _written(found | after, base, parameter)


def _exact(parameter: Parameter, value: Any, old: Any) -> Any:
    """A typed value; where it, or a part of it, is what was shown of the old one, the old one with all its digits."""
    if parameter.is_list:
        return [before if shown(parameter, each) == shown(parameter, before) else each for each, before in zip(value, old)]
    return old if same(parameter, [value], [old]) else value


def _turn(number: int, standing: Mapping[int, Any], base: Mapping[int, Any], parameter: Parameter) -> int:
    """The month from which a value of a year holds."""
    for found in (standing, base):
        own = [month for month in found if month // 12 == number]
        if own:
            return max(own)
    stated = [month_number(text) for text in parameter.value] if parameter.is_dated else []
    usual = Counter(month % 12 for month in (*stated, *standing, *base) if month > 0)
    return 12 * number + (usual.most_common(1)[0][0] if usual else 0)


def _written(found: Mapping[int, Any], base: Mapping[int, Any], parameter: Parameter) -> Any:
    """Values by month as a file has them; without the start where that is the base's and no whole number, as in a county of
    another size, though the lever counts what cannot be divided.
    """
    kept = without_repeats(found)
    if len(kept) > 1 and kept[0] == base[0] and parameter.is_counted and kept[0] != int(kept[0]):
        del kept[0]
    return kept[0] if [*kept] == [0] else {month_name(month): value for month, value in kept.items()}


def hints(scenario: Scenario, words: Words) -> dict[str, str]:
    """A question, by lever, about each value that is taken but is far from what there is now."""
    book, found = load_all(), {}
    for doubt in doubts(scenario.overrides, book):
        parameter = book.parameters[doubt.identity]
        usual, value = (f"{shown(parameter, each)}{unit_of(parameter, words)}" for each in (doubt.usual, doubt.value))
        label = "screen_doubt_more" if abs(doubt.value) > abs(doubt.usual) else "screen_doubt_less"
        found[doubt.identity] = words(label, value=value, usual=usual, times=f"{doubt.times:,.0f}")
    return found


def outside(settings: Mapping[str, Any], words: Words) -> dict[str, str]:
    """What is wrong with numbers beyond their bounds, by lever, in the unit of the form; a file has others."""
    book, found = load_all().parameters, {}
    for identity, value in settings.items():
        parameter = book[identity]
        if parameter.options is not None:
            continue
        low, high = parameter.limits()
        wrong = [number for number in _numbers(value) if not low <= number <= high]
        if wrong:
            limits = {"low": shown(parameter, low), "high": shown(parameter, high), "unit": unit_of(parameter, words)}
            found[identity] = words("screen_outside", value=shown(parameter, wrong[0]), **limits)
    return found


def _numbers(value: Any) -> Iterator[float]:
    """The numbers of a setting: one, a list, or either by month."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, (int, float)):
        yield value


def read_values(parameter: Parameter, text: str, most: int) -> list[Any]:
    """The values of a lever that a sweep tries, typed one after another. Raises UserError for none, too many, and wrong ones."""
    parts = half(text).replace(",", " ").replace("、", " ").replace(";", " ").split()
    try:
        values = [_number(parameter, part) for part in parts]
    except ValueError:
        values = []
    if not 2 <= len(values) <= most:
        raise UserError(f"give 2 to {most} numbers, apart by spaces", f"请填 2 至 {most} 个数，用空格隔开")
    for value in values:
        parameter.check(value, override=True)
    return values
