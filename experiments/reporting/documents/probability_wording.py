"""From estimates to sentences: no word claims more than its interval allows, no digit more than the runs support.

A probability is reported as so many of ten (hundred, thousand) futures: the coarsest such number that lies within the interval.
Where the interval is wide, both its ends are reported. None or all of the runs is a bound. A verdict ("likely") is true of the
whole interval.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.reporting.translations import Words, bound, probability

#: Of how many futures a probability may be reported.
OF = (10, 100, 1000)
#: Beyond this width a single number of ten would hide how little is known.
WIDE = 0.3
#: Verdicts, each with the part of [0, 1] in which the whole interval must lie; the narrowest that contains it is reported.
VERDICTS: tuple[tuple[str, float, float], ...] = (
    ("very_likely", 0.9, 1.0),
    ("very_unlikely", 0.0, 0.1),
    ("likely", 2 / 3, 1.0),
    ("unlikely", 0.0, 1 / 3),
    ("rather_likely", 0.5, 1.0),
    ("rather_unlikely", 0.0, 0.5),
    ("undecided", 0.0, 1.0),
)


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


def verdict(chance: Chance) -> str:
    """The id of the strongest verdict that holds at both its ends."""
    return next(name for name, low, high in VERDICTS if low <= chance.low and chance.high <= high)


def frequency(chance: Chance) -> tuple[int, int] | None:
    """So many of so many futures, neither none nor all, within the interval; None if even thousandths are too coarse."""
    for of in OF:
        count = round(chance.probability * of)
        if 0 < count < of and chance.low <= count / of <= chance.high:
            return count, of
    return None


def span(chance: Chance) -> tuple[int, int]:
    """The interval in tenths, outwards."""
    return math.floor(chance.low * 10 + 1e-9), math.ceil(chance.high * 10 - 1e-9)


def reading(chance: Chance | None, words: Words) -> str:
    """The probability in everyday words: "in about 7 of 10 futures"; a bound where none or all of the runs met it."""
    if chance is None:
        return words("reading_unknown")
    if chance.bound == "below":
        return words("reading_none", runs=chance.runs, bound=words.percent(chance.high))
    if chance.bound == "above":
        return words("reading_all", runs=chance.runs, bound=words.percent(chance.low))
    if chance.width > WIDE:
        low, high = span(chance)
        return words("reading_span", low=low, high=high)
    fraction = frequency(chance)
    if fraction is None:  # so near an end that not even one in a thousand fits
        near = "reading_rarely" if chance.probability < 0.5 else "reading_nearly"
        return words(near, bound=words.percent(chance.high if chance.probability < 0.5 else chance.low))
    count, of = fraction
    return words(f"reading_of_{of}", count=_numeral(count, of, words))


def _numeral(count: int, of: int, words: Words) -> str:
    """A number of tenths as Chinese says it; figures otherwise."""
    return "一两三四五六七八九"[count - 1] if words.language == "zh" and of == 10 else str(count)


def format_verdict(chance: Chance | None, words: Words) -> str:
    """The verdict in words."""
    return words("verdict_unknown") if chance is None else words(f"verdict_{verdict(chance)}")


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
        if self.difference == self.low == self.high == 0:
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
    text = f"{abs(shown):,.{max(0, places)}f}"
    return (words.minus if shown < 0 else "+" if sign and shown > 0 else "") + text


def with_interval(value: float | None, low: float | None, high: float | None, unit: str, words: Words, sign: bool = False) -> str:
    """A quantity over its interval, all rounded alike: "15,700 yuan (15,500–15,900)"; a difference (``sign``) carries signs."""
    if value is None or not math.isfinite(value):
        return words("unknown")
    if value == low == high == 0:
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


def change_of_probability(change: Change | None, words: Words) -> str:
    """What a change does to a probability, in points; "cannot be shown" where the interval includes 0."""
    if change is None:
        return words("change_unknown")
    if change.direction == "same":
        return words("change_same")
    if change.direction == "unclear":
        ends = (
            _grouped(100 * end, digits(100 * change.low, 100 * change.high), words, True) for end in (change.low, change.high)
        )
        return words("change_unclear", range=words("range_signed", **dict(zip(("low", "high"), ends))))
    size = [100 * abs(change.difference), *sorted((100 * abs(change.low), 100 * abs(change.high)))]
    points = with_interval(size[0], size[1], size[2], unit="points", words=words)
    return words(f"change_{change.direction}", points=points)
