"""Goals of the reader's own: an indicator, a threshold, and when it is to hold. No clause asks for them, and they say so."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.inputs.errors import UserError, bilingual, not_a_number, unit_name, unknown
from sim.core.inputs.notation import shorten
from sim.core.inputs.parameters import LONGEST, OWN, month_number
from sim.goals.goal import YEARS_IN_MONTHS, Goal, GoalInputs, GoalOutcome, round_margins
from sim.goals.indicators import COUNTY_ONLY, INDICATORS, Indicator

OWN_KEYS = ("indicator", "at_least", "at_most", "when")
KEYS = ("name", *OWN_KEYS)
EVERY_YEAR = "every_year"
MOST_MONTHS = 120
#: Growth over a year is known from here on: December 2021, when both sums of twelve months are whole.
KNOWN_FROM = {"rural_income_growth": 11, "quarter_income_growth": 2}
MARK = {"zh": "（本方案自定目标）", "en": " (a goal of the plan's own)"}


@dataclass(frozen=True)
class OwnGoal:
    """``at_least`` or ``at_most``, the other None, in the indicator's unit; ``when``: months since January 2021, all of which must
    meet it; none for the end of every year.
    """

    id: str
    name: dict[str, str]
    indicator: str
    at_least: float | None
    at_most: float | None
    when: tuple[int, ...]

    @property
    def first_due(self) -> int:
        """The months that a scenario has to last for it to be judged."""
        return max(self.when, default=YEARS_IN_MONTHS - 1) + 1


def is_own_id(name: str) -> bool:
    """Whether a goal of this id is a reader's own: ids of the model's goals begin with a capital."""
    return name[:1].islower() and not name.startswith("joint_")


def known_indicators() -> dict[str, Indicator]:
    """The indicators that a goal of the reader's own may be about."""
    return {**INDICATORS, **COUNTY_ONLY}


@dataclass
class RecordFaults:
    """Hands on each fault of one goal's record, with the goal's name and the line of the key; ``count``: how many there were."""

    place: Any
    name: str
    record: Any
    line: int
    add_fault: Callable[[Any, int, str, str], None]
    count: int = 0

    def __call__(self, key: str, english: str, chinese: str) -> None:
        """A fault of a key."""
        self.count += 1
        self.add_fault(self.place, self.record.lines.get(key, self.line), f"{self.name}: {english}", f"{self.name}：{chinese}")


def read_own_goal(
    place: Any, name: str, record: Any, line: int, add_fault: Callable[[Any, int, str, str], None]
) -> OwnGoal | None:
    """A goal of the reader's own from its record; None after a fault."""
    fault = RecordFaults(place, name, record, line, add_fault)
    for key in record:
        if key not in KEYS:
            fault(key, *unknown("a goal of your own has no key", "自定目标没有这一项：", key, KEYS))
    called = {"zh": name, "en": name}
    if "name" not in record:
        fault("name", "'name' is missing: write 'name: {zh: …, en: …}'", "缺少“name”：请写 name: {zh: 中文名, en: English name}")
    else:
        try:
            called = bilingual(record["name"])
        except UserError as problem:
            fault("name", f"'name' {problem.english}", f"“name”{problem.chinese}")
    indicator = _indicator(record, fault)
    least, most = (_threshold(record, key, indicator, fault) for key in ("at_least", "at_most"))
    if ("at_least" in record) == ("at_most" in record):
        fault(
            "at_least", "write one of 'at_least: …' and 'at_most: …'", "“at_least”（不低于）和“at_most”（不高于）要写一个，也只能写一个"
        )  # fmt: skip
    when = _when(record, indicator, fault)
    if fault.count or indicator is None:
        return None
    return OwnGoal(name, called, indicator.id, least, most, when)


def _indicator(record: Any, fault: Callable[[str, str, str], None]) -> Indicator | None:
    if "indicator" not in record:
        fault(
            "indicator", "'indicator' is missing; 'xianjie goals --indicators' lists them",
            "缺少“indicator”；可用 xianjie goals --indicators 列出全部指标"
        )  # fmt: skip
        return None
    known = known_indicators()
    chosen = record["indicator"]
    if not isinstance(chosen, str) or chosen not in known:
        problem = unknown("unknown indicator", "没有这个指标：", shorten(str(chosen)), list(known))
        fault(
            "indicator", f"{problem[0]}; 'xianjie goals --indicators' lists them", f"{problem[1]}；可用 xianjie goals --indicators 列出"
        )  # fmt: skip
        return None
    return known[chosen]


def _threshold(record: Any, key: str, indicator: Indicator | None, fault: Callable[[str, str, str], None]) -> float | None:
    if key not in record:
        return None
    value = record[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        problem = not_a_number(value, indicator.unit if indicator else "")
        fault(key, f"'{key}' {problem[0]}", f"“{key}”{problem[1]}")
        return None
    if indicator is not None and indicator.unit == "share" and abs(value) > 1.0:
        unit = unit_name(indicator.unit)
        fault(
            key, f"'{key}' is {value:g}, and {indicator.id} is a {unit.english}: write {value / 100:g} for {value:g} %",
            f"“{key}”写的是 {value:g}，而 {indicator.id} 是比例：{value:g}% 请写成 {value / 100:g}"
        )  # fmt: skip
        return None
    return float(value)


def _when(record: Any, indicator: Indicator | None, fault: Callable[[str, str, str], None]) -> tuple[int, ...]:
    how = (
        "write 'when: 2025' (its December), 'when: 2025-06', 'when: [2023, 2025]' or 'when: every_year'",
        "请写 when: 2025（当年12月）、when: 2025-06、when: [2023, 2025] 或 when: every_year（每年末）",
    )
    if "when" not in record:
        fault("when", f"'when' is missing; {how[0]}", f"缺少“when”；{how[1]}")
        return ()
    written = record["when"]
    if written == EVERY_YEAR:
        return ()
    listed = written if isinstance(written, list) else [written]
    if not listed or len(listed) > MOST_MONTHS:
        fault("when", how[0], how[1])
        return ()
    found: list[int] = []
    for each in listed:
        if isinstance(each, (bool, dict, list)):
            fault("when", how[0], how[1])
            return ()
        try:
            month = month_number(each) + (YEARS_IN_MONTHS - 1 if len(str(each)) == 4 else 0)
        except UserError:
            fault(
                "when",
                f"'{shorten(str(each))}' is no year and no month; {how[0]}",
                f"“{shorten(str(each))}”不是年份或月份；{how[1]}",
            )
            return ()
        first = KNOWN_FROM.get(indicator.id, 0) if indicator is not None else 0
        if not first <= month < LONGEST:
            begins = f"2021-{first + 1:02d}"
            fault(
                "when", f"{each} lies outside {begins} to 2030-12, for which there are values", f"{each} 不在有数值的 {begins} 至 2030-12 之内"
            )  # fmt: skip
            return ()
        found.append(month)
    return tuple(sorted(set(found)))


def month_text(month: int) -> str:
    """A month as people write it, 0 being January 2021."""
    return f"{2021 + month // 12}-{month % 12 + 1:02d}"


def own_goal(record: OwnGoal) -> Goal:
    """A goal of the reader's own as the model judges it; its name says that it is one."""
    indicator = known_indicators()[record.indicator]
    unit = unit_name(indicator.unit)
    limit = record.at_least if record.at_least is not None else record.at_most
    months = "、".join(map(month_text, record.when)) or "每年12月"
    english = ", ".join(map(month_text, record.when)) or "each December"
    words = ("不低于", "at least") if record.at_least is not None else ("不高于", "at most")
    definition = {
        "zh": f"{months}，{indicator.name['zh']}{words[0]} {limit:.10g}（单位：{unit.chinese}）。文件未提出，由本方案自定；当月没有数值的，视为达到。",
        "en": f"In {english}: {indicator.name['en']} {words[1]} {limit:.10g} ({unit.english}). No document asks for it, it is the "
        "plan's own; a month without a value counts as met.",
    }

    def judge(inputs: GoalInputs) -> GoalOutcome:
        return outcome_of(record, inputs)

    name = {language: f"{text}{MARK[language]}" for language, text in record.name.items()}
    return Goal(record.id, name, definition, OWN, indicator.unit, judge, watched=record.indicator)


def outcome_of(record: OwnGoal, inputs: GoalInputs) -> GoalOutcome:
    """How a replication ended for it: the worst of its months counts, ``by_year`` says how each December stands."""
    series = inputs.series[record.indicator][YEARS_IN_MONTHS:]
    decembers = np.arange(inputs.years) * YEARS_IN_MONTHS + YEARS_IN_MONTHS - 1
    margins = _margins(record, series)
    months = np.array([min(month, len(series) - 1) for month in record.when]) if record.when else decembers
    worst = int(months[np.argmin(margins[months])])
    return GoalOutcome(
        bool(margins[worst] >= 0.0), float(margins[worst]), float(np.nan_to_num(series[worst])), margins[decembers] >= 0.0
    )


def _margins(record: OwnGoal, series: np.ndarray) -> np.ndarray:
    """Distance to the threshold by month, positive when met; 0 where there is nothing to compare."""
    margins = series - record.at_least if record.at_least is not None else np.float64(record.at_most or 0.0) - series
    missing = np.isnan(margins)
    return np.where(missing, 0.0, round_margins(np.where(missing, 0.0, margins), np.where(missing, 0.0, series)))
