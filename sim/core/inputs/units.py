"""Units of parameters, and what the rules make of them: files speak per year, rules per month."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

MONTHS_PER_YEAR = 12
MONTHS_PER_QUARTER = 3


def _plain(value: float) -> float:
    return value


def _yearly_chance(value: float) -> float:
    """The chance in a month that makes this chance in a year."""
    none: float = (1.0 - value) ** (1.0 / MONTHS_PER_YEAR)
    return 1.0 - none


def _yearly_growth(value: float) -> float:
    """The growth in a month that makes this growth in a year."""
    growth: float = (1.0 + value) ** (1.0 / MONTHS_PER_YEAR)
    return growth - 1.0


def _twelfth(value: float) -> float:
    return value / MONTHS_PER_YEAR


@dataclass(frozen=True)
class Unit:
    """A unit: its Chinese name (files write the English one), how a rule sees it, and what values it admits."""

    zh: str
    convert: Callable[[float], float]
    lowest: float = float("-inf")
    highest: float = float("inf")


#: What a unit admits in any county: beyond it nothing is meant, and nothing can be computed.
UNITS: dict[str, Unit] = {
    "probability/year": Unit("每年概率", _yearly_chance, 0.0, 1.0),
    "probability/quarter": Unit("每季概率", _plain, 0.0, 1.0),  # met by processes that run once a quarter
    "probability/month": Unit("每月概率", _plain, 0.0, 1.0),
    "probability/event": Unit("每次概率", _plain, 0.0, 1.0),
    "times/year": Unit("次/年", _twelfth, 0.0, 12.0),  # how often a year, on average; in a month at most once
    "growth/year": Unit("每年增长", _yearly_growth, -0.99, 10.0),
    "yuan/year": Unit("元/年", _twelfth, 0.0, 1e12),
    "share/year": Unit("每年占比", _twelfth, -1.0, 10.0),  # interest and returns: earned a twelfth at a time, not compounded
    "projects/year": Unit("个/年", _twelfth, 0.0, 1e5),
    "loans/year": Unit("笔/年", _twelfth, 0.0, 1e6),
    "yuan/month": Unit("元/月", _plain, 0.0, 1e12),
    "yuan": Unit("元", _plain, 0.0, 1e12),
    "yuan/event": Unit("元/次", _plain, 0.0, 1e12),
    "yuan/person-year": Unit("元/人年", _plain, 0.0, 1e12),  # a line or a threshold, never divided
    "share": Unit("比例", _plain, -1.0, 10.0),
    "multiple": Unit("倍", _plain, 0.0, 1e3),
    "index": Unit("指数", _plain, -1e3, 1e3),
    "log points": Unit("对数点", _plain, -10.0, 10.0),
    "months": Unit("个月", _plain, -1.0, 1200.0),
    "years": Unit("年", _plain, 0.0, 150.0),
    "persons": Unit("人", _plain, 0.0, 1e8),
    "households": Unit("户", _plain, 0.0, 1e8),
    "jobs": Unit("个岗位", _plain, 0.0, 1e7),
    "enterprises": Unit("家", _plain, 0.0, 1e6),
    "townships": Unit("个", _plain, 0.0, 1e3),
    "villages": Unit("个村", _plain, 0.0, 1e5),
    "quantity": Unit("数量", _plain, 0.0, 1e12),  # tonnes, stems or heads, as the record says
    "yuan/unit": Unit("元/单位", _plain, 0.0, 1e9),  # for a tonne, a stem or a head
    "km/year": Unit("公里/年", _plain, 0.0, 1e6),  # built once a year
    "mu/year": Unit("亩/年", _plain, 0.0, 1e8),  # built once a year
    "mu": Unit("亩", _plain, 0.0, 1e8),
    "places/year": Unit("个名额/年", _plain, 0.0, 1e7),  # given out once a year
    "teams": Unit("支队伍", _plain, 0.0, 1e5),
    "projects": Unit("个", _plain, 0.0, 1e5),
    "utils": Unit("效用", _plain, -1e6, 1e6),
    "switch": Unit("选项", _plain),
}


class OfficeName(NamedTuple):
    """A unit as offices write it."""

    english: str
    chinese: str


#: A lever's money is in 万元 where its bounds reach this many yuan.
LARGE = 1_000_000


def office_scale(unit: str, highest: float) -> Decimal:
    """How many of the files' units one of those is that offices write: 10 000 for 万元, 0.01 for %; ``highest``: upper bound."""
    if unit.startswith("yuan") and highest >= LARGE:
        return Decimal(10_000)
    return Decimal("0.01") if unit == "share" else Decimal(1)


def office_name(unit: str, highest: float) -> OfficeName:
    """The unit that offices write, in both languages."""
    scale, chinese = office_scale(unit, highest), UNITS[unit].zh
    if unit == "share":
        return OfficeName("%", "%")
    return OfficeName(f"10 000 {unit}", chinese.replace("元", "万元", 1)) if scale != 1 else OfficeName(unit, chinese)
