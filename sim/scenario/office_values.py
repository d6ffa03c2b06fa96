"""Numbers and months between a form, in the units of offices, and a scenario file, in those of the model: exact both ways."""

import re
from decimal import Decimal
from typing import Any

from sim.core.inputs.errors import UserError, not_a_number
from sim.core.inputs.notation import LONGEST_NUMBER, half, intended_number
from sim.core.inputs.parameters import Parameter
from sim.core.inputs.units import office_scale

_PLAIN = re.compile(r"[-+]?\d+(\.\d+)?")


def read_month(value: Any) -> str:
    """A month as files write it; what is none stays, for the reader of scenarios to refuse."""
    if hasattr(value, "year"):
        return value.strftime("%Y-%m")
    text = half(str(value)).strip()
    found = re.fullmatch(r"(20\d\d)[-./年](\d{1,2})月?", text)
    return f"{found[1]}-{int(found[2]):02d}" if found else text


def read_number(cell: Any, form: str, parameter: Parameter) -> int | float:
    """A number in the unit of files, of one in the unit of offices; ``2000万元`` and ``5%`` say their unit. Raises UserError."""
    scale = office_scale(parameter.unit, parameter.limits()[1])
    share = parameter.unit == "share"
    if isinstance(cell, bool) or hasattr(cell, "isoformat") or hasattr(cell, "total_seconds"):
        raise UserError(*not_a_number(str(cell), parameter.unit))
    if isinstance(cell, (int, float)):
        text = repr(cell)
        if "%" in form:  # Excel keeps 5 % as 0.05
            if not share:
                raise UserError("is a percentage; this is no share", "单元格是百分比格式，但这一项不是比例；请改为常规格式")
            scale = Decimal(1)
        return _exact(Decimal(text) * scale)
    text = re.sub(r"(?<=\d)[, ](?=\d{3}(?!\d))", "", half(str(cell)).strip())
    if len(text) <= LONGEST_NUMBER and _PLAIN.fullmatch(text):
        return _exact(Decimal(text) * scale, whole="." not in text)
    if not share and ("%" in text or "‰" in text):
        raise UserError("is a percentage; this is no share: type the number", "写的是百分数，但这一项不是比例；请直接填数")
    found = intended_number(text)
    if found is None or (share and "%" not in text and "‰" not in text):
        raise UserError(*not_a_number(str(cell), ""))
    return found


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
