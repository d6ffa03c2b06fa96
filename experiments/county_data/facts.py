"""The facts that the form asks for (``facts.yaml``): names, units, the parameter that each sets, and Lingyuan's value."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sim.core.inputs.parameters import load_all

#: The sheet of facts that names none.
GENERAL_SHEET = "县情"
MONEY_SHEET, FIRMS_SHEET, INDUSTRY_SHEET = "资金", "经营主体", "产业"
SHEETS = (GENERAL_SHEET, FIRMS_SHEET, INDUSTRY_SHEET, MONEY_SHEET)


@dataclass(frozen=True)
class AskedFact:
    """A fact that the form asks for. ``factor``: from its unit to that of the parameter; ``element``: its place in a list.

    ``per``: the fact that is divided by this one to give the parameter, "" where this one is the parameter. ``average``: it is a
    mean of counts, which may be a fraction.
    """

    id: str
    zh: str
    en: str
    unit: str
    en_unit: str
    sheet: str
    most: float
    least: float
    parameter: str
    factor: float
    element: int | None
    zh_where: str
    en_where: str
    per: str = ""
    average: bool = False

    @property
    def whole(self) -> bool:
        """Whether it counts what cannot be divided."""
        return self.unit in ("人", "户", "个", "家", "头") and not self.average

    @property
    def home(self) -> float | None:
        """Lingyuan's value in the unit of the form; None where the model has none."""
        if not self.parameter:
            return None
        value: Any = load_all().parameters[self.parameter].value
        if isinstance(value, Mapping):
            value = value[min(value)]
        if self.element is not None:
            value = value[self.element]
        if self.per:
            whole = asked_facts()[self.per]
            return float(round((whole.home or 0.0) * whole.factor / float(value) / self.factor))
        return round(float(value) / self.factor, 6)


@dataclass(frozen=True)
class GivenFact:
    """A fact as filled in: the value in the unit of the form, and where it stands."""

    asked: AskedFact
    value: float
    year: int | None
    source: str
    remark: str
    where: tuple[str, str]
    row: int


@cache
def asked_facts() -> Mapping[str, AskedFact]:
    """All facts by id, in the order of the form."""
    records = yaml.safe_load((Path(__file__).parent / "facts.yaml").read_text(encoding="utf-8"))
    return {
        name: AskedFact(
            name, record["zh"], record["en"], str(record["unit"]), str(record["en_unit"]), record.get("sheet", GENERAL_SHEET),
            float(record["most"]), float(record.get("least", 0)), record.get("parameter", ""), float(record.get("factor", 1)),
            record.get("element"), record["zh_where"], record["en_where"],
            record.get("per", ""), record.get("average", False),
        )
        for name, record in records.items()
    }  # fmt: skip
