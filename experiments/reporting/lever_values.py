"""A value of a lever or an assumption as an office reads it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.reporting.translations import HUNDRED_MILLION, LARGE, MILLION, Words

#: What a name says of shares that are told in percent anyway: （1为按计划，0为不运行）.
AS_SHARE = re.compile(r"（1为[^）]*）|, 1 as planned, 0 none$")
NUMBER = re.compile(r"-?[\d.,]+")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
#: Figures that somebody may have typed; what has more was worked out, and is known no better than to three.
TYPED = 4


def value_text(lever: Any, value: Any, words: Words) -> str:
    """A value of a lever as a person reads it: with its unit, each part by its name, each date by its month."""
    if isinstance(value, Mapping):
        by_month = (
            words("lever_from", month=words.month(month), value=_any(lever, each, words)) for month, each in value.items()
        )
        return words("comma").join(by_month)
    return _any(lever, value, words)


def _any(lever: Any, value: Any, words: Words) -> str:
    if isinstance(value, (list, tuple)):
        if len(set(value)) == 1:
            return words("lever_each", value=number_text(value[0], lever.unit, words))
        if not words.has(f"parts_{lever.id}"):
            return words("comma").join(number_text(each, lever.unit, words) for each in value)
        return words("comma").join(
            f"{name} {number_text(each, lever.unit, words)}" for name, each in zip(part_names(lever, words), value, strict=True)
        )
    if isinstance(value, str):
        return words.month(value) if MONTH.fullmatch(value) else words.option(value, typed=False)
    return number_text(value, lever.unit, words)


def used_text(lever: Any, value: Any, words: Words) -> str:
    """The value that a run used, as a brief tells it wherever it does: what was worked out to three figures."""
    return value_text(lever, worked_out(value), words)


def worked_out(value: Any) -> Any:
    """A number with more figures than anybody types to three of them, each of a list or by month; counts below a million, and
    whatever is no number, as they are.
    """
    if isinstance(value, Mapping):
        return {month: worked_out(each) for month, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [worked_out(each) for each in value]
    if not isinstance(value, (int, float)) or isinstance(value, bool) or (value == int(value) and abs(value) < MILLION):
        return value
    return value if float(f"{value:.{TYPED}g}") == value else float(f"{value:.3g}")


def lever_name(lever: Any, words: Words) -> str:
    """The name of a lever or an assumption beside its value in office units."""
    name = words.of(lever.name.model_dump())
    return AS_SHARE.sub("", name) if lever.unit == "share" else name


def part_names(lever: Any, words: Words) -> list[str]:
    """What the numbers of a lever are called; one without a name where it is a single number."""
    if words.has(f"parts_{lever.id}"):
        return words(f"parts_{lever.id}").split("|")
    return [words("screen_part", number=number + 1) for number in range(len(lever.value))] if lever.is_list else [""]


def limits_text(lever: Any, limits: Sequence[float], words: Words) -> tuple[str, str]:
    """Both ends of how far a value goes, the lower one without its unit where it is that of the upper."""
    low, high = (number_text(limit, lever.unit, words) for limit in limits)
    same = NUMBER.sub("", low) == NUMBER.sub("", high) or limits[0] == 0
    if same and not (words.language == "zh" and "%" in low):
        low = "".join(NUMBER.findall(low)).strip()
    return low, high


def range_text(parameter: Any, value: Any, words: Words) -> str:
    """What a parameter is drawn from, or a lever's bounds; empty for one that has neither, or that a county sets beyond it."""
    limits = parameter.range or parameter.bounds
    if limits is None or (isinstance(value, (int, float)) and not limits[0] <= value <= limits[1]):
        return ""
    if parameter.range and parameter.has_factor_range:  # drawn as one factor of them all
        return words("range_factor", range=words("range", low=f"{limits[0]:g}", high=f"{limits[1]:g}"))
    low, high = limits_text(parameter, limits, words)
    before = re.match(r"[^\d.-]*", high)
    if before and before[0] and low.startswith(before[0]):  # 每年0.5%～8%
        high = high[before.end() :]
    return words("range" if limits[0] >= 0 else "range_signed", low=low, high=high)


def number_text(value: float, unit: str, words: Words) -> str:
    """One number with its unit, in Chinese as an office writes it: no comma, no space, large sums in 万元 and 亿元."""
    text = _with_unit(value, unit, words)
    return text.replace(",", "").replace(" ", "") if words.language == "zh" else text


def _with_unit(value: float, unit: str, words: Words) -> str:
    if unit.startswith("yuan") and "person" not in unit:  # large sums in the reader's own: 万元, million yuan
        large, one, many = (LARGE, "元", "万元") if words.language == "zh" else (MILLION, "yuan", "million yuan")
        if words.language == "zh" and abs(value) >= HUNDRED_MILLION:
            large, many = HUNDRED_MILLION, "亿元"
        if abs(value) >= large:
            return words.level(value / large, unit).replace(one, many, 1)
    if unit.startswith("probability"):
        return words("lever_chance", share=words.level(value, "share"), unit=words.unit(unit))
    if unit in ("share/year", "growth/year"):
        return words("lever_yearly", share=words.level(value, "share"))
    return words.level(value, unit)
