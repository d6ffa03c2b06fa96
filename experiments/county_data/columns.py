"""The columns that are read from an office's exports, and how a heading is matched with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sim.core.inputs.notation import half

#: What a unit in a heading does to the number below it, towards yuan, mu or persons.
UNITS = {"元": 1.0, "万元": 1e4, "千元": 1e3, "亿元": 1e8, "元/年": 1.0, "元/月": 1.0, "亩": 1.0, "公顷": 15.0,
         "人": 1.0, "万人": 1e4,
         "户": 1.0, "个": 1.0, "月": 1.0, "%": 1.0, "平方米": 1.0, "头": 1.0, "次": 1.0}  # fmt: skip
_BRACKETED = re.compile(r"\(([^()]*)\)")
#: Remarks in brackets behind a name.
_REMARKS = ("合计", "总计", "旧指标", "必填", "选填", "年度", "YYYYMM", "YYYYMMDD", "单选", "多选")
#: What a second column of the same name gets by some programs.
_AGAIN = re.compile(r"(?:[._]\d|(?<=\D)0)$")
_YEAR = re.compile(r"^(?:19|20)\d\d年(?:度)?")


@dataclass(frozen=True)
class Field:
    """A column that is read: its kind (``columns.yaml``), names, and the range and unit of its numbers."""

    id: str
    kind: str
    names: tuple[str, ...]
    least: float | None = None
    most: float | None = None
    whole: bool = False
    unit: str = ""

    @property
    def name(self) -> str:
        """What messages call it: the first of its names."""
        return self.names[0]


@dataclass(frozen=True)
class Heading:
    """A column of a table that was recognised: its place from 0, its field, and the factor of its unit or None."""

    place: int
    field: Field
    factor: float | None = None


@cache
def fields() -> Mapping[str, Field]:
    """All columns that are read, by id. ValueError if two have the same name."""
    records = yaml.safe_load((Path(__file__).parent / "columns.yaml").read_text(encoding="utf-8"))
    found = {name: Field(name, record["kind"], tuple(map(str, record["names"])), record.get("least"), record.get("most"),
                         record.get("whole", False), record.get("unit", "元" if record["kind"] == "money" else ""))
             for name, record in records.items()}  # fmt: skip
    names = [name for each in found.values() for name in each.names]
    if len(names) != len(set(names)):
        raise ValueError(f"two columns have the same name: {sorted(name for name in set(names) if names.count(name) > 1)}")
    return found


@cache
def _by_name() -> Mapping[str, Field]:
    return {name.lower(): each for each in fields().values() for name in each.names}


def plain(text: object) -> str:
    """A heading without spaces, marks of required entries and full-width forms."""
    return re.sub(r"[\s*#:：]+", "", half(str(text)).replace("〔", "(").replace("〕", ")")).replace(",", "、")


def unit(text: str) -> float | None:
    """The factor of a heading that is nothing but a unit: 元, （万元）, 单位：元; None for any other."""
    bare = plain(text).removeprefix("单位").strip("()")
    return UNITS.get(bare)


def match(text: object) -> tuple[Field, float | None] | None:
    """The field that a heading names, and the factor of the unit in its brackets; None for a column that is not read."""
    if not isinstance(text, str) or not text or len(text) > 60:
        return None
    name, factor = plain(text), None
    known = _by_name()
    for attempt in (name, _AGAIN.sub("", name)):
        if attempt.lower() in known:
            return known[attempt.lower()], None
    for bracket in _BRACKETED.findall(name):
        if bracket in UNITS:
            factor = UNITS[bracket]
        if bracket in UNITS or bracket in _REMARKS:
            name = name.replace(f"({bracket})", "")
    name = _YEAR.sub("", name)
    for attempt in (name, _AGAIN.sub("", name)):
        if attempt.lower() in known:
            return known[attempt.lower()], factor
    return None
