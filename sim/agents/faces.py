"""Faces of rows: Mesa agents whose attributes are the columns of a table. They show what the rules compute, and take no value:
a month would overwrite it, or find that the books do not close.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import cache
from typing import Any, ClassVar

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.core import ledger
from sim.core.inputs.errors import InputError, nearest, unknown
from sim.core.ledger import Fund
from sim.core.tables import TABLES
from sim.world import codes


class Face(mesa.Agent):
    """One row of a table with Mesa's face; ``row`` is its number. Columns are attributes, to be read.

    Setting one raises AttributeError; attributes of one's own are kept as in any Mesa agent.
    """

    table: ClassVar[str]

    def __init__(self, model: Any, row: int) -> None:
        super().__init__(model)
        self.__dict__["row"] = row
        self.__dict__["_rows"] = model.county.tables.rows[self.table]

    @property
    def stands_for(self) -> int:
        """How many the row stands for: its households, or one."""
        return 1

    def __getattr__(self, name: str) -> Any:
        rows = self.__dict__.get("_rows")
        if rows is None or name not in rows.dtype.names:
            near = "" if rows is None or name.startswith("_") else nearest(name, dir(self)).english
            raise AttributeError(f"a {type(self).__name__} has no '{name}'{near}")
        value = rows[name][self.__dict__["row"]]
        meanings = _codes(self.table).get(name)
        return value if meanings is None or value not in meanings else meanings[value]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__dict__["_rows"].dtype.names})

    def __repr__(self) -> str:
        said = (
            f"{name}={value.name.lower()}" for name in _codes(self.table) if isinstance(value := getattr(self, name), IntEnum)
        )
        return f"<{', '.join([f'{type(self).__name__} {self.row}', *said])}>"

    def __setattr__(self, name: str, value: Any) -> None:
        rows = self.__dict__.get("_rows")
        if rows is not None and (name in rows.dtype.names or name in ("row", "_rows")):
            raise AttributeError(str(_refusal(type(self).__name__, name)))
        super().__setattr__(name, value)


@cache
def _codes(table: str) -> dict[str, dict[int, IntEnum]]:
    """The columns of a table that hold codes, and what each code means: ``household.segment`` is a word that equals a number."""
    found = {}
    for column in TABLES[table].columns:
        kind = column.unit.removeprefix("code (").removesuffix(")")
        meanings = getattr(codes, kind, None) or getattr(ledger, kind, None)
        if column.unit.startswith("code (") and meanings is not None:
            found[column.name] = {int(each): each for each in meanings}
    return found


class FaceSet(AgentSet):
    """Faces as Mesa's AgentSet, which also adds up households rather than rows: ``households.agg("members", "sum")``."""

    def agg(self, attribute: str, func: Callable | str | Iterable[Callable | str]) -> Any:
        """A function of the values of all rows, as in Mesa; or, by name, over the households that the rows stand for:
        "count", "sum" or "mean" (weighted; a mean of none is NaN). Several give a list.

        Raises ValueError, with the nearest name, for any other name.
        """
        if callable(func):
            return super().agg(attribute, func)
        if not isinstance(func, str):
            return [self.agg(attribute, each) for each in func]
        if func not in ("count", "sum", "mean"):
            raise ValueError(unknown("agg() knows no function", "agg() 没有这种算法：", func, ["count", "sum", "mean"]).english)
        values = np.array(self.get(attribute), dtype=np.float64)
        weights = np.array([face.stands_for for face in self], dtype=np.float64)
        total = {"count": weights, "sum": weights * values, "mean": weights * values}[func].sum()
        return float(total) if func != "mean" else float(total / weights.sum()) if len(values) else float("nan")

    def select(self, *arguments: Any, inplace: bool = False, **named: Any) -> Any:
        """As Mesa's; what is selected adds up households too."""
        return self._kept(super().select(*arguments, inplace=inplace, **named), inplace)

    def shuffle(self, inplace: bool = False) -> Any:
        """As Mesa's."""
        return self._kept(super().shuffle(inplace), inplace)

    def sort(self, key: Any, ascending: bool = False, inplace: bool = False) -> Any:
        """As Mesa's."""
        return self._kept(super().sort(key, ascending, inplace), inplace)

    def groupby(self, by: Any, result_type: str = "agentset") -> Any:
        """As Mesa's; each group adds up households too."""
        found = super().groupby(by, result_type)
        if result_type == "agentset":
            found.groups = {name: FaceSet(group, random=self.random) for name, group in found.groups.items()}
        return found

    def _kept(self, found: AgentSet, inplace: bool) -> AgentSet:
        return found if inplace else FaceSet(found, random=self.random)


def _refusal(kind: str, column: str) -> InputError:
    """Why a column cannot be set, and what can."""
    return InputError(
        f"{kind}.{column}", 0, "is what the rules compute and cannot be set; change a lever or an assumption instead: "
        "CountyModel(scenario, public_posts__count=3000), or under 'set' in the scenario",
        "由规则逐月算出，不能直接改；请改政策措施或假定：写 CountyModel(scenario, public_posts__count=3000)，"
        "或写在情景文件的 set 里"
    )  # fmt: skip


class Household(Face):
    """A household, or several alike (``weight``)."""

    table = "households"

    @property
    def stands_for(self) -> int:
        """How many households the row stands for."""
        return int(self.weight)

    @property
    def people(self) -> list["Person"]:
        """Its members' faces, the dead included, in the order of the chain."""
        persons = self.model.county.tables.rows["persons"]
        faces, row = [], int(self.first_person)
        while row >= 0:
            faces.append(Person(self.model, row))
            row = int(persons["next"][row])
        return faces


class Person(Face):
    """A member of a household."""

    table = "persons"

    @property
    def stands_for(self) -> int:
        """How many persons the row stands for: as many as its household stands for households."""
        return int(self.model.county.tables.rows["households"]["weight"][self.household])


class VillageEnterprise(Face):
    """A village enterprise."""

    table = "enterprises"


class Village(Face):
    """An administrative village."""

    table = "villages"


class Township(Face):
    """A township or street."""

    table = "townships"


class Government(mesa.Agent):
    """The county government: what its funds hold, and what this month's settings are."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)

    def fund(self, fund: Fund) -> float:
        """What a fund holds now, in yuan."""
        return float(self.model.county.tables["funds"][fund].balance)

    def setting(self, parameter: str) -> float:
        """A parameter's value this month, in the unit of the rules."""
        return self.model.county.setting(parameter)
