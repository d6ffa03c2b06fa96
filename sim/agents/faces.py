"""Faces of rows: Mesa agents whose attributes are the columns of a table. They show what the rules compute, and take no value:
a month would overwrite it, or find that the books do not close.
"""

from typing import Any, ClassVar

import mesa

from sim.core.errors import InputError
from sim.core.ledger import Fund


class Face(mesa.Agent):
    """One row of a table with Mesa's face; ``row`` is its number. Columns are attributes, to be read.

    Setting one raises AttributeError; attributes of one's own are kept as in any Mesa agent.
    """

    table: ClassVar[str]

    def __init__(self, model: Any, row: int) -> None:
        super().__init__(model)
        self.__dict__["row"] = row
        self.__dict__["_rows"] = model.county.tables.rows[self.table]

    def __getattr__(self, name: str) -> Any:
        rows = self.__dict__.get("_rows")
        if rows is None or name not in rows.dtype.names:
            raise AttributeError(f"a {type(self).__name__} has no '{name}'")
        return rows[name][self.__dict__["row"]]

    def __setattr__(self, name: str, value: Any) -> None:
        rows = self.__dict__.get("_rows")
        if rows is not None and (name in rows.dtype.names or name in ("row", "_rows")):
            raise AttributeError(str(_refusal(type(self).__name__, name)))
        super().__setattr__(name, value)


def _refusal(kind: str, column: str) -> InputError:
    """Why a column cannot be set, and what can."""
    return InputError(
        f"{kind}.{column}", 0, "is what the rules compute and cannot be set; change a lever or an assumption instead: "
        "CountyModel(scenario, public_posts__count=3000), or under 'set' in the scenario",
        "由规则逐月算出，不能直接改；请改抓手或假设：写 CountyModel(scenario, public_posts__count=3000)，"
        "或写在情景文件的 set 里"
    )  # fmt: skip


class Household(Face):
    """A household, or several alike (``weight``)."""

    table = "households"

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
