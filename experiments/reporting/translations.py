"""The texts of figures, documents and scoreboards in two languages, and numbers as each language writes them."""

import calendar
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("zh", "en")
LARGE = 10_000  # yuan, from which a county office says 万元
HUNDRED_MILLION = 100_000_000  # yuan, from which it says 亿元
MILLION = 1_000_000
DUST = 1e-9  # less is what adding the same numbers up in another order leaves
COUNTED = ("persons", "households", "cases", "months", "years", "students", "projects", "townships", "enterprises")


@cache
def _book() -> dict[str, dict[str, str]]:
    """The labels of ``words.yaml`` and of the subjects beside it, ``words_SUBJECT.yaml``; ValueError if two files have one."""
    book: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("words*.yaml")):
        labels = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        twice = sorted(book.keys() & labels.keys())
        if twice:
            raise ValueError(f"{path}: another file has the label '{twice[0]}' already")
        book |= labels
    return book


class Words:
    """Labels in one language: ``Words("zh")("margin", margin=…, range=…)``.

    ``minus`` is the sign before negative numbers: a GBK console has only the hyphen, print deserves better.
    """

    def __init__(self, language: str, minus: str = "-") -> None:
        if language not in LANGUAGES:
            raise ValueError(f"the languages are {', '.join(LANGUAGES)}, not '{language}'")
        self.language, self.minus = language, minus

    def __call__(self, label: str, **values: Any) -> str:
        """The label of this name with its values put in, — for one that is not known; KeyError if there is no such label."""
        return _book()[label][self.language].format(**{name: "—" if each is None else each for name, each in values.items()})

    def has(self, label: str) -> bool:
        """Whether there is a label of this name."""
        return label in _book()

    def of(self, names: Mapping[str, str] | None) -> str:
        """The text of a bilingual record in this language."""
        return "" if names is None else str(names.get(self.language, ""))

    def clause(self, clause: str | None) -> str:
        """A clause of the paper by its number, that of an annex in the language; in words where the paper has none (``own``)."""
        if clause == "own":
            return self("clause_own")
        return (clause or "").replace("annex ", self("clause_annex"))

    def option(self, name: str, typed: bool = True) -> str:
        """A choice of a switch in words, with what is typed for it unless ``typed`` says otherwise."""
        if not self.has(f"option_{name}"):
            return name
        return f"{self(f'option_{name}')} {name}" if typed else self(f"option_{name}")

    def month(self, month: str) -> str:
        """A month written 2023-01 as a person writes it: 2023年1月, January 2023."""
        year, _, number = month.partition("-")
        return f"{year}年{int(number)}月" if self.language == "zh" else f"{calendar.month_name[int(number)]} {year}"

    def percent(self, share: float) -> str:
        """A share as whole percent; with one decimal below 1 % and above 99 %, so that neither end is
        claimed.
        """
        number = 100 * share
        near_an_end = 0 < number < 1 or 99 < number < 100
        text = f"{number:.1f}" if near_an_end else f"{number:.0f}"
        if near_an_end and text in ("0.0", "100.0"):
            text = f"{number:.2g}" if number < 1 else f"{math.floor(number * 1000) / 1000:.3f}"
        return self("percent", number=text)

    def percents(self, low: float, high: float) -> str:
        """A range of shares as percent."""
        first = self.percent(low)
        return self("range", low=first if self.language == "zh" else first.rstrip(" %"), high=self.percent(high))

    def grouped(self, number: str) -> str:
        """A number whose thousands have commas, as the language writes it: an office's Chinese has none."""
        return number.replace(",", "") if self.language == "zh" else number

    def unit(self, unit: str, difference: bool = False) -> str:
        """A unit of ``sim.goals``, or as it is where the words do not know it; shares differ by points."""
        if difference and unit == "share":
            return self("unit_points")
        return self(f"unit_{unit}") if self.has(f"unit_{unit}") else unit

    def large(self, unit: str, largest: float, difference: bool = False) -> tuple[float, str]:
        """By what values of a unit are divided where the largest is this, and how the unit is then called: from 10 000 yuan on in
        万元, from 100 million in 亿元, English in million yuan from 100 000; millions of yuan likewise, English as they are.
        """
        name = self.unit(unit, difference)
        if unit.startswith("million yuan") and self.language == "zh":
            most = largest >= HUNDRED_MILLION / MILLION
            return (100.0, name.replace("百万元", "亿元", 1)) if most else (0.01, name.replace("百万元", "万元", 1))
        if not unit.startswith("yuan") or largest < LARGE:
            return 1.0, name
        if self.language == "zh":
            most = largest >= HUNDRED_MILLION
            return (1e8, name.replace("元", "亿元", 1)) if most else (10_000.0, name.replace("元", "万元", 1))
        return (float(MILLION), f"million {name}") if largest >= MILLION / 10 else (1.0, name)

    def number(self, value: float | None, unit: str, sign: bool = False) -> str:
        """A quantity without its unit: three digits that matter, thousands grouped, counts whole, shares in
        percent.
        """
        if value is None or not math.isfinite(value):
            return self("unknown")
        shown = 100 * value if unit == "share" else value
        size = abs(shown) if abs(shown) >= DUST else 0.0
        whole = size >= 100 or (unit in COUNTED and (size >= 10 or float(shown).is_integer()))
        digits = 0 if whole or size == 0 else 1 if size >= 10 else 2
        text = self.grouped(f"{size:,.{digits}f}")
        if size and float(text.replace(",", "")) == 0:
            text = plain(size, 2)
        return (self.minus if shown < 0 < size else "+" if sign and shown > 0 < size else "") + text

    def level(self, value: float, unit: str) -> str:
        """A set level with its unit, as short as it was written: 2 %, not 2.00 %."""
        shown = 100 * value if unit == "share" else value
        text = plain(shown, 10) if 0 < abs(shown) < 1e-3 else self.grouped(f"{shown:,.10g}")
        return self.with_unit(text.replace("-", self.minus), self.unit(unit))

    def quantity(self, value: float | None, unit: str, difference: bool = False) -> str:
        """A quantity with its unit; a difference carries its sign."""
        number = self.number(value, unit, sign=difference)
        return number if value is None else self.with_unit(number, self.unit(unit, difference))

    def with_unit(self, number: str, name: str) -> str:
        """A number and the name of its unit, as the language puts them together."""
        if name == "%":
            return self("percent", number=number)
        return self("with_unit", number=number, unit=name) if name else number

    def target(self, target: Any, unit: str) -> str:
        """The target of an audited quantity: a number, or limits of which one may be missing."""
        if not isinstance(target, (list, tuple)):
            return self.quantity(target, unit)
        low, high = (None if limit is None else self.quantity(limit, unit) for limit in target)
        if low is None or high is None:
            return self("at_least", share=low) if high is None else self("at_most", share=high)
        return self("range", low=low, high=high)

    @property
    def table_money(self) -> float:
        """Yuan in the unit of tables of money: 万元, English million yuan."""
        return LARGE if self.language == "zh" else float(MILLION)

    def sum_in_table(self, yuan: float) -> str:
        """A sum as tables of money have it, without its unit: whole 万元, English a tenth of a million yuan."""
        return self.grouped(f"{yuan / self.table_money:,.{0 if self.language == 'zh' else 1}f}")

    def seconds(self, seconds: float) -> str:
        """A duration, roughly."""
        if seconds < 100:
            return self("seconds", number=f"{max(1, round(seconds))}")
        return self("minutes", number=f"{seconds / 60:.0f}")

    def bytes(self, size: float) -> str:
        """A size on disk or in memory."""
        return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def plain(value: float, digits: int) -> str:
    """A number below 1 with so many digits that matter at most, never with a power of ten."""
    return f"{value:.{digits - 1 - math.floor(math.log10(abs(value)))}f}".rstrip("0")


def bound(words: Words, goal: Mapping[str, Any]) -> str:
    """The bound of the probability of a goal that none, or all, of the runs met."""
    if goal["bound"] == "below":
        return words("at_most", share=words.percent(goal["high"]))
    return words("at_least", share=words.percent(goal["low"]))


def is_nothing(value: float, low: float | None, high: float | None) -> bool:
    """Whether a difference and its interval are 0, but for what adding numbers up in another order leaves."""
    return all(each is not None and abs(each) < DUST for each in (value, low, high))


def probability(words: Words, goal: Mapping[str, Any]) -> str:
    """The probability of a goal with its interval; as a bound where none or all of the runs met it."""
    if goal["probability"] is None:
        return words("unknown")
    if goal["bound"]:
        return bound(words, goal)
    share = words.percent(goal["probability"])
    return words("with_range", value=share, range=words.percents(goal["low"], goal["high"]))


def margin(words: Words, goal: Mapping[str, Any]) -> tuple[str, str]:
    """The median margin of a goal with its unit, and the range of nine runs in ten without: shares in points of at most two
    decimals, large sums of yuan as ``Words.large`` has them.
    """
    unit, values = goal["unit"], [goal[key] for key in ("margin", "margin_p05", "margin_p95")]
    known = [abs(value) for value in values if value is not None and math.isfinite(value)]
    scale, name = words.large(unit, max(known, default=0.0), difference=True)
    decimals = 4 if unit == "share" else None  # two of its points
    shown = [value if value is None or decimals is None else round(value, decimals) for value in values]
    middle, low, high = (words.number(value if value is None else value / scale, unit, sign=True) for value in shown)
    return middle if values[0] is None else words.with_unit(middle, name), words("range_signed", low=low, high=high)
