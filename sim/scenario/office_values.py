"""Numbers and months between a form, in the units of offices, and a scenario file, in those of the model: exact both ways.

A number may say its unit (``2100元`` where 万元 are asked for): one that matches is converted, one that contradicts is refused.
"""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from sim.core.inputs.errors import UserError, not_a_number
from sim.core.inputs.notation import LONGEST_NUMBER, half, intended_number
from sim.core.inputs.parameters import Parameter
from sim.core.inputs.units import OfficeName, office_name, office_scale

_PLAIN = re.compile(r"[-+]?\d+(\.\d+)?")
_GROUPED = re.compile(r"(?<=\d)[, ](?=\d{3}(?!\d))")
_MULTIPLES = "亿|千万|百万|万|千|百"
_TYPED = re.compile(rf"([¥￥]?)([-+]?[\d., _'eE+-]*\d\s*(?:{_MULTIPLES})?)\s*([%‰]?)\s*([^\d%‰]*)")
#: Multiples that no office calculates in: ``3千`` in a column of 万元 may be 3000 元 or 3000 万元.
_SMALL_MULTIPLES = ("千", "百")
_SCALES = {"万": Decimal(10**4), "亿": Decimal(10**8)}
#: Units as they are typed, and the word that stands for each. What is not here and not the unit asked for is no unit.
_WORDS = {
    word: unit
    for unit, words in {
        "元": "元 圆 块 yuan", "人": "人 名 口 persons people students", "户": "户 households", "头": "头 heads", "亩": "亩 mu",
        "个": "个 家 所 座 处 项 村 个村 个乡镇 个岗位 个名额 posts jobs enterprises villages townships",
        "吨": "吨 t", "公斤": "公斤 千克 kg", "公里": "公里 km", "年": "年 岁 years", "个月": "个月 月 months", "天": "天 日",
        "支": "支", "次": "次", "公顷": "公顷", "只": "只", "笔": "笔", "斤": "斤", "倍": "倍",
    }.items()
    for word in words.split()
}  # fmt: skip
_COUNTED = ("人", "户", "头", "支", "次", "笔")  # what 个 may stand for


class WrongUnit(UserError):
    """That a number says a unit which is not that of its place; it holds nothing else of what was written."""


class _Typed(NamedTuple):
    """A number as typed: with its multiple, which is named too; % or ‰; its unit."""

    number: Decimal
    multiple: str
    mark: str
    unit: str


def _typed(text: str) -> _Typed | None:
    """The parts of a number that was typed; None if it is none."""
    found = _TYPED.fullmatch(half(text).strip()) if len(text) <= LONGEST_NUMBER else None
    number = intended_number(found[2]) if found and not re.search(r"\d\s+\d", _GROUPED.sub("", found[2])) else None
    if found is None or number is None:
        return None
    multiple = re.search(rf"(?:{_MULTIPLES})$", found[2])
    unit = found[4].strip() or ("元" if found[1] else "")
    return _Typed(Decimal(repr(number)), multiple[0] if multiple else "", found[3], unit)


def _word(unit: str) -> str:
    """The word that stands for a unit without what it is counted by; "" for what is no unit."""
    return _WORDS.get(unit.partition("/")[0].strip().lower(), "")


def _fits(typed: str, asked: str) -> bool:
    """Whether a unit that was typed can be meant by the one that is asked for, both without 万 and 亿."""
    one, other = _word(typed), _word(asked) or asked.partition("/")[0]
    per, of = typed.partition("/")[2], asked.partition("/")[2]
    same = one == other or (one == "个" and other in _COUNTED) or (one == "个" and other.startswith("个") and other != "个月")
    return (same or (bool(one) and other.startswith(one))) and (not per or per == of or (per == "年" and of == "人年"))


def in_unit(text: str, unit: OfficeName) -> Decimal:
    """A number that was typed, in the unit of its place. Raises WrongUnit for one in another, and UserError for no number."""
    plain = _GROUPED.sub("", half(text).strip())
    if len(text) <= LONGEST_NUMBER and _PLAIN.fullmatch(plain):
        return Decimal(plain)
    typed = _typed(text)
    if typed is None or (typed.unit and not _word(typed.unit) and typed.unit != unit.english):
        raise UserError(*not_a_number(text, ""))
    if unit.chinese == "%":
        if typed.unit or typed.multiple:
            raise _wrong(typed, unit)
        return typed.number / (10 if typed.mark == "‰" else 1)
    if typed.mark:
        raise WrongUnit(f"is a percentage; this is no share: type the number, in {unit.english}",
                        f"写的是百分数，但这一项不是比例；请按“{unit.chinese}”直接填数")  # fmt: skip
    scale = _SCALES.get(unit.chinese[:1], Decimal(1))
    asked = unit.chinese[1:] if scale != 1 else unit.chinese
    if typed.unit == unit.english:
        return typed.number
    if typed.unit and not _fits(typed.unit, asked):
        raise _wrong(typed, unit)
    if scale != 1 and not typed.unit and typed.multiple in _SMALL_MULTIPLES:
        raise WrongUnit(
            f"ends with '{typed.multiple}' without a unit; write the number in {unit.english}, in digits only",
            f"“{typed.multiple}”后面没有写单位，看不出是多少；请按“{unit.chinese}”只填数字",
        )
    return typed.number / scale if typed.unit or typed.multiple else typed.number


def _wrong(typed: _Typed, unit: OfficeName) -> WrongUnit:
    given = typed.unit or typed.multiple
    return WrongUnit(
        f"is written in '{given}', and this is in {unit.english}; write the number in {unit.english}",
        f"写的单位是“{given}”，这一项的单位是“{unit.chinese}”；请按“{unit.chinese}”填写",
    )


def read_month(value: Any) -> str:
    """A month as files write it; what is none stays, for the reader of scenarios to refuse."""
    if hasattr(value, "year"):
        return value.strftime("%Y-%m")
    text = half(str(value)).strip()
    found = re.fullmatch(r"(20\d\d)[-./年](\d{1,2})月?", text)
    return f"{found[1]}-{int(found[2]):02d}" if found else text


def read_number(cell: Any, form: str, parameter: Parameter) -> int | float:
    """A number in the unit of files, of one in the unit of offices; ``2000万元`` and ``5%`` say their unit. Raises UserError."""
    highest = parameter.limits()[1]
    value = read_cell(cell, form, office_name(parameter.unit, highest)) * office_scale(parameter.unit, highest)
    pointed = isinstance(cell, str) and "." in cell and _PLAIN.fullmatch(half(cell).strip()) is not None
    return _exact(value, whole=not pointed)


def read_cell(cell: Any, form: str, unit: OfficeName) -> Decimal:
    """What a cell says in the unit of its place; ``form`` is how the spreadsheet shows a number. Raises UserError."""
    if isinstance(cell, bool) or hasattr(cell, "isoformat") or hasattr(cell, "total_seconds"):
        raise UserError(*not_a_number(str(cell), ""))
    if not isinstance(cell, (int, float)):
        return in_unit(str(cell), unit)
    if "%" not in form:
        return Decimal(repr(cell))
    if unit.chinese != "%":
        raise WrongUnit("is a percentage; this is no share", "单元格是百分比格式，但这一项不是比例；请改为常规格式")
    return Decimal(repr(cell)) * 100  # the spreadsheet keeps 5 % as 0.05


def _exact(value: Decimal, whole: bool = True) -> int | float:
    return int(value) if whole and value == value.to_integral_value() else float(value)


def office_cell(parameter: Parameter, value: Any) -> str | int | float:
    """A value of a file as a form holds it: a number in the unit of offices, or a text where a number would not come back."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return "；".join(_plain(_divided(parameter, each), each) for each in value)
    exact = _divided(parameter, value)
    number: int | float = int(exact) if exact == exact.to_integral_value() and isinstance(value, int) else float(exact)
    same = read_number(number, "", parameter)
    return number if same == value and type(same) is type(value) else _plain(exact, value)


def _divided(parameter: Parameter, value: int | float) -> Decimal:
    return Decimal(repr(value)) / office_scale(parameter.unit, parameter.limits()[1])


def _plain(value: Decimal, original: int | float) -> str:
    """A number as digits; one that a file writes with a decimal point keeps it."""
    text = f"{value.normalize():f}" if value else "0"
    return text if isinstance(original, int) or "." in text else f"{text}.0"
