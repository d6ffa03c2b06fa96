"""What pydantic finds wrong with a record, in both languages."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator

from sim.core.inputs.errors import BilingualText, UserError, bilingual, describe_problem, not_a_number, one_of, unknown
from sim.core.inputs.notation import as_written, intended_number, shorten


def number(value: Any) -> int | float:
    """A value that must be a number, and finite. Raises UserError, with the number that a text seems to mean."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise UserError(*not_a_number(value, ""))
    return value


def whole(value: Any) -> int:
    """A value that must be a whole number. Raises UserError."""
    if number(value) != int(value):
        raise UserError(f"must be a whole number, not {as_written(value)}", f"必须是整数，现在写的是 {as_written(value)}")
    return int(value)


def truth(value: Any) -> bool:
    """A value that must be true or false, without quotes. Raises UserError."""
    if not isinstance(value, bool):
        raise UserError(
            f"must be true or false, without quotes, not '{shorten(value)}'",
            f"只能写 true 或 false，不加引号，现在写的是“{shorten(value)}”",
        )
    return value


def _month(value: Any) -> Any:
    """A month as text: YAML takes 2023 for a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


#: How records of files that people write hold numbers, months and titles.
Real = Annotated[float, BeforeValidator(number)]
Whole = Annotated[int, BeforeValidator(whole)]
Truth = Annotated[bool, BeforeValidator(truth)]
Month = Annotated[str, BeforeValidator(_month)]
Title = Annotated[dict[str, str], BeforeValidator(bilingual)]

_PREFIX = "Value error, "
NO_NUMBERS = ("nan", "inf", "infinity")
_TYPES = {
    "string": "必须是文字",
    "int": "必须是整数",
    "float": "必须是数字",
    "finite": "必须是有限的数字",
    "bool": "只能写 true 或 false",
    "list": "必须是列表，如 [a, b]",
    "tuple": "必须是列表，如 [a, b]",
    "dict": "下面应一行写一个“名称: 值”",
    "model": "下面应一行写一个“名称: 值”",
}
#: By pydantic's type of error; what is in braces comes from the error's own context.
_CHINESE = {
    "greater_than": "必须大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "必须小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "只能是 {expected} 之一",
    "string_too_short": "不能少于 {min_length} 个字",
    "string_too_long": "不能多于 {max_length} 个字",
    "too_short": "至少要有 {min_length} 项，现在有 {actual_length} 项",
    "too_long": "最多只能有 {max_length} 项，现在有 {actual_length} 项",
}


#: As ``_CHINESE``, where pydantic's own words are not for people.
_ENGLISH = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "needs at least {min_length} entries, and has {actual_length}",
    "too_long": "takes at most {max_length} entries, and has {actual_length}",
}
_KINDS = {"bool": "must be true or false", "list": "must be a list, such as [a, b]", "tuple": "must be a list, such as [a, b]",
          "string": "must be text"}  # fmt: skip


def explain(error: Mapping[str, Any], known: Sequence[str], name: str = "") -> BilingualText:
    """One of ``ValidationError.errors()``: ``known`` are the keys there could be, ``name`` that of the record in its file."""
    where = ".".join(  # entries of a list are counted from one
        shorten(step + 1 if isinstance(step, int) else step) for step in ((name,) if name else ()) + tuple(error["loc"])
    )
    if error["type"] == "extra_forbidden":
        found = unknown("unknown key", "没有这一项：", str(error["loc"][-1]), known)
        if where == error["loc"][-1]:
            return found
    elif error["type"] == "missing":
        return BilingualText(f"'{where}' is missing", f"缺少“{where}”，请补上")
    else:
        found = explain_value(error)
    return BilingualText(f"{where}: {found.english}", f"{where}：{found.chinese}")


def explain_value(error: Mapping[str, Any]) -> BilingualText:
    """What is wrong with a value, whatever it is the value of."""
    return _of_value(error) or _of_kind(error)


def _of_value(error: Mapping[str, Any]) -> BilingualText | None:
    """What is wrong with a number, or with one of a few words, and what to write; None for anything else."""
    kind, given = error["type"], error.get("input")
    text = given if isinstance(given, str) else ""
    if kind == "literal_error" or "is not one of" in error["msg"]:
        return one_of(
            given, re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected") or error["msg"].partition("one of")[2]))
        )
    if kind.startswith("float_") or "finite" in kind or text.strip().lower().lstrip("+-") in NO_NUMBERS or given != given:
        return not_a_number(given, "")
    if kind.startswith("int_"):
        meant = intended_number(text)
        write = isinstance(meant, int) or (meant is not None and meant.is_integer())
        return BilingualText(
            f"must be a whole number, not '{shorten(given)}'{f'; write {int(meant or 0)}' if write else ''}",
            f"必须是整数，现在写的是“{shorten(given)}”{f'；请写成 {int(meant or 0)}' if write else ''}",
        )
    return None


def _of_kind(error: Mapping[str, Any]) -> BilingualText:
    lines = error["type"] in ("dict_type", "model_type")  # pydantic would name a class of ours
    message = "must be given as lines 'name: value'" if lines else _english(error)
    return BilingualText(message[:1].lower() + message[1:], _chinese(error, message))


def _context(error: Mapping[str, Any]) -> dict[str, Any]:
    """The limits that an error names, as a file would have them."""
    return {key: as_written(each) if isinstance(each, float) else each for key, each in error.get("ctx", {}).items()}


def _english(error: Mapping[str, Any]) -> str:
    if error["type"] in _ENGLISH:
        return _ENGLISH[error["type"]].format(**_context(error))
    return _KINDS.get(error["type"].partition("_")[0]) or str(error["msg"]).removeprefix(_PREFIX)


def _chinese(error: Mapping[str, Any], message: str) -> str:
    context = _context(error)
    if isinstance(context.get("error"), Exception):  # raised by a validator of ours
        return describe_problem(context["error"]).chinese
    if error["type"] in _CHINESE:
        return _CHINESE[error["type"]].format(**context).replace(" or ", "、").replace(", ", "、")
    family = _TYPES.get(error["type"].partition("_")[0])
    return family if family is not None else f"写法不对，系统提示原文：{message}"
