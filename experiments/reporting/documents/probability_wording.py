"""From estimates to cells: no digit more than the runs support; none or all of the runs is a bound."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.reporting.translations import Words, bound, is_nothing, probability


def _known(line: Mapping[str, Any], keys: Sequence[str]) -> list[float] | None:
    """These numbers of a line; None if one is missing."""
    values = [line.get(key) for key in keys]
    numbers = [float(value) for value in values if value is not None and math.isfinite(value)]
    return numbers if len(numbers) == len(keys) else None


@dataclass(frozen=True)
class Chance:
    """A probability with its 95 % interval; ``bound``: "below" if no run met the goal, "above" if all did."""

    probability: float
    low: float
    high: float
    runs: int
    bound: str | None = None

    @classmethod
    def of(cls, line: Mapping[str, Any], prefix: str = "") -> "Chance | None":
        """Of a line of the scoreboard, or of one side of a comparison; None where nothing was assessed."""
        found = _known(line, [f"{prefix}{part}" for part in ("probability", "low", "high")])
        if found is None:
            return None
        return cls(found[0], found[1], found[2], runs=int(line.get("runs", 0)), bound=line.get(f"{prefix}bound"))

    @property
    def width(self) -> float:
        """Of the interval."""
        return self.high - self.low


def format_probability(chance: Chance | None, words: Words) -> str:
    """The probability with its interval, as in the tables."""
    return words("unknown") if chance is None else probability(words, vars(chance))


def format_bound(chance: Chance, words: Words) -> str:
    """The bound of a goal that none, or all, of the runs met."""
    return bound(words, vars(chance))


@dataclass(frozen=True)
class Change:
    """A difference with its 95 % interval; all 0 where no replication differs."""

    difference: float
    low: float
    high: float

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "Change | None":
        """Of a line of a comparison; None where the interval is not known."""
        found = _known(line, ("difference", "low", "high"))
        return None if found is None else cls(found[0], found[1], found[2])

    @property
    def direction(self) -> str:
        """up or down where the whole interval lies on one side of 0, same where nothing differs, else unclear."""
        if is_nothing(self.difference, self.low, self.high):
            return "same"
        return "up" if self.low > 0 else "down" if self.high < 0 else "unclear"


def digits(low: float | None, high: float | None) -> int | None:
    """Decimals (negative: places before the point) that an interval supports: its half width is two units of the last, or more.

    One more while an end that is not 0 would be written as 0. None where the interval is not known or has no width.
    """
    if low is None or high is None or not math.isfinite(low) or not math.isfinite(high) or high <= low:
        return None
    places = -math.floor(math.log10((high - low) / 4))
    if any(end != 0 and round(end, places) == 0 for end in (low, high)):
        places += 1
    return places


def round_to_interval(value: float, low: float | None, high: float | None) -> float:
    """A value with no digit more than its interval supports; three that matter where no interval is known."""
    places = digits(low, high)
    if places is None:
        places = 0 if value == 0 else 2 - math.floor(math.log10(abs(value)))
    return round(value, places) + 0.0


def format_rounded(
    value: float | None, low: float | None, high: float | None, unit: str, words: Words, sign: bool = False
) -> str:
    """A quantity without its unit, rounded to what its interval supports; shares in percent."""
    if value is None or not math.isfinite(value):
        return words("unknown")
    scale = 100.0 if unit == "share" else 1.0
    ends = (None if end is None else end * scale for end in (low, high))
    return _grouped(value * scale, digits(*ends), words, sign)


def _grouped(value: float, places: int | None, words: Words, sign: bool) -> str:
    if places is None:
        places = 0 if value == 0 else 2 - math.floor(math.log10(abs(value)))
    shown = round(value, places) + 0.0
    text = words.grouped(f"{abs(shown):,.{max(0, places)}f}")
    return (words.minus if shown < 0 else "+" if sign and shown > 0 else "") + text


def with_interval(value: float | None, low: float | None, high: float | None, unit: str, words: Words, sign: bool = False) -> str:
    """A quantity over its interval, all rounded alike: "15,700 yuan (15,500–15,900)"; a difference (``sign``) carries signs."""
    if value is None or not math.isfinite(value):
        return words("unknown")
    if is_nothing(value, low, high):
        return words("no_difference") if sign else "0"
    scale = 100.0 if unit == "share" else 1.0
    name = words.unit(unit, difference=sign)
    places = None if low is None or high is None else digits(low * scale, high * scale)
    middle = _grouped(value * scale, places, words, sign)
    middle = words("percent", number=middle) if name == "%" else words("with_unit", number=middle, unit=name) if name else middle
    if places is None or low is None or high is None:
        return middle
    ends = [_grouped(end * scale, places, words, sign) for end in (low, high)]
    label = "range_signed" if sign or low < 0 else "range"
    return words("with_range", value=middle, range=words(label, low=ends[0], high=ends[1]))
