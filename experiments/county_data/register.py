"""Households and persons as the tables of an office list them, each once, and what belongs to them."""

from dataclasses import dataclass, field
from typing import Any

from experiments.county_data import identity, sheet, values
from experiments.county_data.sheet import Record, Sheet

Where = tuple[str, str]
#: 1 January 2021, for which counties are founded: ages are of that day.
FOUNDED = 2021
#: Fields that the rows of a household say of it, not of a person.
OF_HOUSEHOLD = (
    "township", "village", "household_type", "monitored_type", "identified", "removed", "removed_month", "removal", "cause",
    "development", "industry_help", "job_help", "post_help", "finance_help", "loan", "dibao", "tekun", "without_labour",
    "members", "members_year", "land", "unsafe_house", "safe_water", "wage", "post_income", "production", "costs", "cost_subsidy",
    "property", "transfer", "dibao_money", "gross_income", "net_income", "income_per_head",
)  # fmt: skip


@dataclass(slots=True)
class Person:
    """A person listed; ``household`` is the hash of its number, empty where it has none."""

    household: bytes
    where: Where
    row: int
    identity: identity.Identity
    values: dict[str, Any]

    @property
    def birth(self) -> tuple[int, int, int] | None:
        """Birth date (year, month, day; 0 where not known): by the identity number, else as entered."""
        return self.identity.birth or self.values.get("birth")

    @property
    def female(self) -> bool | None:
        """Sex: by the identity number, else as entered."""
        return self.identity.female if self.identity.female is not None else self.values.get("sex")

    def age_on(self, year: int, month: int = 1) -> int | None:
        """Age in full years at the first of a month; None where the birth date is not known. Never below 0."""
        if self.birth is None:
            return None
        born, born_month, day = self.birth
        before = (born_month, day or 1) <= (month, 1)
        return max(year - born - (0 if before else 1), 0)


@dataclass(slots=True)
class Household:
    """A household listed: what its rows say of it, and its persons."""

    where: Where
    row: int
    values: dict[str, Any]
    persons: list[Person] = field(default_factory=list)
    by_name: str = ""  # class by the name of the table, where no column says it
    astray: int = 0  # rows beside its own that say no household, or repeat a person: they may be of it
    incomes: set[tuple[Any, ...]] = field(default_factory=set)  # those that its rows say, once they are checked

    def get(self, name: str) -> Any:
        """What its rows say; None for nothing."""
        return self.values.get(name)

    @property
    def kind(self) -> str:
        """Its class, as ``distributions.KINDS`` names them; of one that was lifted and is unstable, the latter."""
        monitored, own = self.get("monitored_type"), self.get("household_type")
        if monitored not in (None, values.GENERAL):
            return str(monitored)
        return str(own or self.by_name or values.GENERAL)

    @property
    def registered(self) -> bool:
        """Whether it is a household lifted out of poverty, stable or not."""
        return self.kind in (values.REGISTERED, values.UNSTABLE) or self.get("household_type") in (
            values.REGISTERED,
            values.UNSTABLE,
        )

    @property
    def monitored(self) -> bool:
        """Whether it is, or was, under monitoring."""
        return self.kind in (values.UNSTABLE, values.MARGINAL, values.SUDDEN)

    @property
    def size(self) -> int:
        """Persons: those listed, else as many as it states; 0 where neither is known."""
        return len(self.persons) or int(self.get("members") or 0)

    @property
    def able(self) -> int:
        """Persons with any ability to work, those at school left out."""
        return sum(bool(each.values.get("skill")) and not each.values.get("student") for each in self.persons)


@dataclass
class Register:
    """All that was joined. ``households`` and ``persons`` by hash of their number, in the order of the tables."""

    households: dict[bytes, Household] = field(default_factory=dict)
    persons: dict[bytes, Person] = field(default_factory=dict)
    sheets: list[Sheet] = field(default_factory=list)
    #: Persons on civil affairs' list, and of its households: hash of the head (or a running number), persons insured, where.
    civil_persons: dict[bytes, Person] = field(default_factory=dict)
    civil_households: list[tuple[bytes, float | None, Where, int]] = field(default_factory=list)
    post_holders: set[bytes] = field(default_factory=set)
    borrowers: set[bytes] = field(default_factory=set)
    villages: dict[tuple[str, str], Record] = field(default_factory=dict)
    #: Registered persons whose household is not known: counted as persons, and in no household.
    alone: list[Household] = field(default_factory=list)
    #: Persons of tables that say no household, while the tables of households say how many persons each has.
    unplaced: int = 0
    year: int = FOUNDED
    month: int = 1
    household_by_identity: dict[bytes, bytes] = field(default_factory=dict)

    def has(self, *kinds: str) -> bool:
        """Whether there is a table of one of these kinds."""
        return any(each.kind in kinds for each in self.sheets)

    def knows(self, *names: str) -> bool:
        """Whether some table of households or persons has all these columns."""
        listed = [each for each in self.sheets if each.kind in (sheet.PERSONS, sheet.HOUSEHOLDS)]
        return all(any(name in each.fields for each in listed) for name in names)

    def knows_any(self, *names: str) -> bool:
        """Whether some table of households or persons has one of these columns."""
        return any(self.knows(name) for name in names)

    def knows_monitoring(self) -> bool:
        """Whether the tables say which households are under monitoring: in a column, or by the class of a household."""
        return self.knows("monitored_type") or any(each.monitored for each in self.households.values())

    def registered(self) -> list[Household]:
        """Registered households."""
        return [each for each in self.households.values() if each.registered]

    def household_of(self, record: Record) -> bytes:
        """The household that a row of another table is about: by its number, else by an identity number, else empty."""
        key = record.get("household")
        if key is not None:
            return bytes(key)
        for name in ("identity", "head_identity"):
            found = record.get(name)
            if found is not None and found.hash in self.household_by_identity:
                return self.household_by_identity[found.hash]
        return b""


def village_name(text: str | None) -> str:
    """A village's name without what it is: the same in every table."""
    bare = (text or "").strip()
    for ending in ("村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"):
        if len(bare) > len(ending) + 1 and bare.endswith(ending):
            return bare.removesuffix(ending)
    return bare


def township_name(text: str | None) -> str:
    """A township's name as all tables write it."""
    return (text or "").strip()
