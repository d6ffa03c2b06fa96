"""A value of a lever or an assumption as an office reads it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.reporting.translations import HUNDRED_MILLION, LARGE, MILLION, Words

NUMBER = re.compile(r"-?[\d.,]+")


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
    return words.option(value, typed=False) if isinstance(value, str) else number_text(value, lever.unit, words)


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
