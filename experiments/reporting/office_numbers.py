"""Numbers as an office writes them: rounded to what matters, money in 万元 and 亿元, persons whole, runs counted.

Settings are told as they are; results carry "about" from the sentence around them. See ``translations`` for figures and tables of
measured digits.
"""

import math
from typing import Any

from experiments.reporting.translations import Words

#: From so many runs on a probability is told in tenths, with fewer as the count itself.
ENOUGH = 50
NUMERALS = "零一二三四五六七八九十"


class OfficeNumbers:
    """Numbers in one language."""

    def __init__(self, words: Words) -> None:
        self.words, self.chinese = words, words.language == "zh"

    def whole(self, number: float) -> str:
        """A whole number; English groups thousands, Chinese does not."""
        return f"{round(number)}" if self.chinese else f"{round(number):,}"

    def few(self, number: int) -> str:
        """A small count in a sentence, in words up to ten."""
        return self.tenth(number) if 0 < number <= 10 else self.whole(number)

    def rounded(self, number: float) -> float:
        """A count to 5 below 100, to 10 below 1000, to 100 above; below 10 as it is."""
        size = abs(number)
        step = 1 if size < 10 else 5 if size < 100 else 10 if size < 1000 else 100
        return math.floor(size / step + 0.5) * step

    def count(self, number: float) -> str:
        """A count of persons or cases without its unit, without sign."""
        value = self.rounded(number)
        if self.chinese and value >= 10000:
            return f"{value / 10000:.3g}万" if value < 100000 else f"{value / 10000:.0f}万"
        return self.whole(value)

    def persons(self, number: float) -> str:
        """Persons, without sign."""
        return self.words("persons_count", number=self.count(number))

    def persons_exact(self, number: float) -> str:
        """Persons as somebody set them."""
        return self.words("persons_count", number=self.whole(number))

    def money(self, yuan: float) -> str:
        """Money to two or three figures, without sign: 万元, from 100 million on 亿元; English thousand or million yuan."""
        size = abs(yuan)
        if self.chinese:
            return f"{size / 1e8:.3g}亿元" if size >= 0.9995e8 else f"{_figures(size / 1e4)}万元"
        return f"{_figures(size / 1e6)} million yuan" if size >= 0.9995e6 else f"{self.whole(_step(size, 1000))} yuan"

    def table_money(self, yuan: float, sign: bool = False) -> str:
        """Money of a table whose head names the unit, 万元 (English: million yuan); a sign for differences."""
        size = abs(yuan) / (1e4 if self.chinese else 1e6)
        digits = 0 if size >= 100 else 1 if self.chinese or size >= 10 else 2
        text = f"{size:,.{digits}f}"
        text = text.replace(",", "") if self.chinese else text
        if float(text.replace(",", "")) == 0:
            return "0"
        mark = self.words.minus if yuan < 0 else "+" if sign else ""
        return f"{mark}{text}"

    def exact_money(self, yuan: float) -> str:
        """Money that somebody set, as it is."""
        if self.chinese:
            return f"{yuan / 1e8:.10g}亿元" if yuan >= 1e8 else f"{yuan / 1e4:.10g}万元" if yuan >= 1e4 else f"{yuan:.10g}元"
        return f"{yuan / 1e6:.10g} million yuan" if yuan >= 1e6 else f"{yuan:,.10g} yuan"

    def a_head(self, yuan: float) -> str:
        """Yuan a head to 10 yuan, to 100 above 1000, without sign."""
        value = _step(abs(yuan), 10 if abs(yuan) < 1000 else 100)
        return f"{value:.0f}元" if self.chinese else f"{value:,.0f} yuan"

    def share(self, share: float) -> str:
        """A share in whole percent."""
        return self.words("percent", number=f"{100 * share:.0f}")

    def points(self, share: float) -> str:
        """A difference of shares in points, one decimal, without sign."""
        return f"{abs(100 * share):.1f}"

    def times(self, met: int, runs: int) -> str:
        """How often of so many runs: tenths where there are enough of them, the count itself in a trial."""
        words = self.words
        if runs < ENOUGH:
            return words("times_count", met=met, runs=runs)
        if met == runs:
            return words("times_all")
        if met == 0:
            return words("times_none")
        tenths = 10 * met / runs
        if tenths < 0.75:
            return words("times_few", met=met, runs=runs)
        if tenths >= 9.35:
            return words("times_most")
        near = round(tenths)
        if abs(tenths - near) <= 0.35:
            return words("times_about_one" if near == 1 else "times_about", count=self.tenth(near))
        low, high = math.floor(tenths), math.ceil(tenths)
        label = "times_between" if low else "times_about_one"
        return words(label, low=self.tenth(low), high=self.tenth(high), count=self.tenth(high))

    def tenth(self, number: int) -> str:
        """A number of ten runs, in words."""
        if self.chinese:
            return "两" if number == 2 else NUMERALS[number]
        return ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")[number]

    def setting(self, value: Any, unit: str) -> str:
        """What somebody set, in a unit of parameters."""
        if isinstance(value, (list, tuple)):
            return self.words("comma_list").join(self.setting(each, unit) for each in value)
        if isinstance(value, str):
            return self.words.option(value, typed=False)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return str(value)
        if unit in ("share", "probability/month"):
            return self.words("percent", number=f"{100 * value:.6g}")
        base, _, per = unit.partition("/")
        if base == "yuan":
            told = self.words("yuan_count", number=self.whole(value)) if per.startswith("person") else self.exact_money(value)
            label = f"money_per_{per.replace('-', '_')}"
            return self.words(label, money=told) if per and self.words.has(label) else told
        number = f"{value:.10g}" if self.chinese else f"{value:,.10g}"
        label = f"set_{base}"
        return self.words(label, number=number) if self.words.has(label) else number

    def month(self, month: str) -> str:
        """A month YYYY-MM in words."""
        year, _, number = month.partition("-")
        if self.chinese:
            return f"{year}年{int(number)}月"
        names = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
                 "December")  # fmt: skip
        return f"{names[int(number) - 1]} {year}"


def _figures(number: float) -> str:
    """Two figures below 10 and three above, no more than the number is worth."""
    if number >= 1000:
        return f"{_step(number, 10):.0f}"
    if number >= 100:
        return f"{number:.0f}"
    return f"{number:.0f}" if number >= 9.95 else f"{number:.1f}"


def _step(number: float, step: float) -> float:
    return math.floor(number / step + 0.5) * step
