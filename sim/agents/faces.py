"""Faces of rows: Mesa agents whose attributes are the columns of a table, read and written in place."""

from typing import Any, ClassVar

import mesa

from sim.core.ledger import Fund


class Face(mesa.Agent):
    """One row of a table with Mesa's face; ``row`` is its number. Columns are attributes."""

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
        if rows is not None and name in rows.dtype.names:
            rows[name][self.__dict__["row"]] = value
        else:
            super().__setattr__(name, value)


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
