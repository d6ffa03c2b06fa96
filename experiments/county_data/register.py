"""Households and persons of all tables, joined by the system's numbers and, where there are none, by hashes of identity numbers.

Every household and every person is counted once, however many tables list it. What a household's rows say of it is taken from the
first that says it.
"""

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from experiments.county_data import identity, sheet, values
from experiments.county_data.findings import Findings
from experiments.county_data.sheet import Record, Sheet

Where = tuple[str, str]
#: 1 January 2021, for which counties are founded: ages are of that day.
FOUNDED = 2021
#: Share of persons outside the table of households beyond which the two tables are of different households.
MOST_OUTSIDE = 0.1
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
    year: int = FOUNDED
    month: int = 1
    _hash: dict[bytes, bytes] = field(default_factory=dict)  # household of an identity number

    def has(self, *kinds: str) -> bool:
        """Whether there is a table of one of these kinds."""
        return any(each.kind in kinds for each in self.sheets)

    def knows(self, *names: str) -> bool:
        """Whether some table of households or persons has all these columns."""
        listed = [each for each in self.sheets if each.kind in (sheet.PERSONS, sheet.HOUSEHOLDS)]
        return all(any(name in each.fields for each in listed) for name in names)

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
            if found is not None and found.hash in self._hash:
                return self._hash[found.hash]
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


def join(sheets: list[Sheet], findings: Findings) -> Register:
    """Join the tables. What cannot be joined, or stands twice, is a finding; nobody is left out for it."""
    register = Register(sheets=sheets)
    register.year, register.month = _date(sheets)
    for each in sheets:
        if each.kind == sheet.HOUSEHOLDS:
            _take_households(register, each, findings)
    for each in sheets:
        if each.kind == sheet.PERSONS:
            _take_persons(register, each, findings)
    _duplicate_identities(register, findings)
    for person in register.persons.values():
        if person.identity.hash and person.household:
            register._hash.setdefault(person.identity.hash, person.household)
    for table, record in sheet.records_of(sheets, sheet.HOUSEHOLDS, sheet.PERSONS):
        head, key = record.get("head_identity"), record.get("household")
        if head is not None and head.hash and key is not None and table.kind == sheet.HOUSEHOLDS:
            register._hash.setdefault(head.hash, key)
    _take_others(register, findings)
    return register


def _date(sheets: list[Sheet]) -> tuple[int, int]:
    """The month of the exports, for ages: the latest month that several rows name and that is not to come, from January 2021."""
    today = datetime.date.today()
    counts: Counter[int] = Counter()
    for _table, record in sheet.records_of(sheets, sheet.PERSONS, sheet.HOUSEHOLDS, sheet.WORK):
        counts.update(month for name in ("identified", "removed_month", "job_start") if (month := record.get(name)) is not None)
    known = [month for month, count in counts.items() if count >= 5 and month <= today.year * 100 + today.month]
    latest = max([FOUNDED * 100 + 1, *known])
    return latest // 100, latest % 100


def _class_by_name(table: Sheet) -> str:
    """What the households of a table are where no column says it."""
    named = " ".join((*table.where, table.title))
    if "household_type" in table.fields or "monitored_type" in table.fields:
        return ""
    return values.REGISTERED if "脱贫" in named or "建档立卡" in named else ""


def _take_households(register: Register, table: Sheet, findings: Findings) -> None:
    seen: set[bytes] = set()
    by_name = _class_by_name(table)
    for record in table.records:
        key = record.get("household")
        if key is None:
            if not _has_finding(findings, table.where, record.row):
                findings.add(table.where, record.row, "missing_key", table.fields["household"].name)
            continue
        if key in seen:
            findings.add(table.where, record.row, "duplicate_household")
            continue
        seen.add(key)
        _merge(register, key, table, record, by_name, findings=findings)


def _has_finding(findings: Findings, where: Where, row: int) -> bool:
    return any(
        (each.file, each.sheet) == where and each.row == row and each.kind == "spoilt_key" for each in findings.found[-50:]
    )


def _merge(register: Register, key: bytes, table: Sheet, record: Record, by_name: str, findings: Findings) -> Household:
    """Add what a row says of a household to what is known."""
    own = {name: record.values[name] for name in OF_HOUSEHOLD if name in record.values}
    household = register.households.get(key)
    if household is None:
        household = register.households[key] = Household(table.where, record.row, own, by_name=by_name)
        return household
    household.by_name = household.by_name or by_name
    known = household.values
    if household.where == table.where:
        for name, kind, plain in (("village", "two_places", village_name), ("household_type", "two_types", str)):
            if name in own and name in known and plain(own[name]) != plain(known[name]):
                findings.add(table.where, record.row, kind, table.fields[name].name)  # type: ignore[arg-type]
    for name, value in own.items():
        if name not in known:
            known[name] = value
    return household


def _take_persons(register: Register, table: Sheet, findings: Findings) -> None:
    seen: set[bytes] = set()
    by_name = _class_by_name(table)
    heads: Counter[bytes] = Counter()
    listed = set(register.households) if register.has(sheet.HOUSEHOLDS) else set()
    outside = [each for each in table.records if each.get("household") is not None and each.get("household") not in listed]
    # A table of other households says nothing of those that are missing in it.
    if listed and len(outside) <= MOST_OUTSIDE * len(table.records):
        for record in outside:
            findings.add(table.where, record.row, "no_household")
    for record in table.records:
        own = record.get("identity") or identity.NO_NUMBER
        number = record.get("person")
        if number is not None and number in seen:
            findings.add(table.where, record.row, "duplicate_person")
            continue
        if number is None and "person" in table.fields and not _has_finding(findings, table.where, record.row):
            findings.add(table.where, record.row, "missing_key", table.fields["person"].name)
        key = number or own.hash or identity.hashed(f"{table.where}{record.row}")
        if number is None and own.hash and key in seen:
            findings.add(table.where, record.row, "duplicate_row")
            continue
        seen.add(key)
        home = record.get("household")
        if home is None and "household" in table.fields and not _has_finding(findings, table.where, record.row):
            findings.add(table.where, record.row, "missing_key", table.fields["household"].name)
        if home is not None:
            household = _merge(register, home, table, record, by_name, findings=findings)
        if record.get("relation") == values.HEAD and home is not None:
            heads[home] += 1
            if heads[home] == 2:
                findings.add(table.where, record.row, "two_heads")
        if key in register.persons:  # in another table as well
            known = register.persons[key]
            for name, value in record.values.items():
                known.values.setdefault(name, value)
            if known.identity.state != identity.VALID and own.state == identity.VALID:
                known.identity = own
            continue
        person = Person(home or b"", table.where, record.row, own, record.values)
        register.persons[key] = person
        if home is not None:
            household.persons.append(person)
        else:
            alone = Household(table.where, record.row, person.values, [person], by_name)
            register.alone += [alone] if alone.registered else []
    if "relation" in table.fields:
        for key, household in register.households.items():
            if household.persons and household.persons[0].where == table.where and not heads[key]:
                findings.add(table.where, household.persons[0].row, "no_head")


def _duplicate_identities(register: Register, findings: Findings) -> None:
    """The same identity number under two person numbers."""
    seen: set[bytes] = set()
    for person in register.persons.values():
        if person.identity.hash:
            if person.identity.hash in seen:
                findings.add(person.where, person.row, "duplicate_identity")
            seen.add(person.identity.hash)


def _take_others(register: Register, findings: Findings) -> None:
    """Civil affairs' lists, posts, loans and villages."""
    seen: dict[Where, set[Any]] = {}

    def again(table: Sheet, record: Record, key: Any) -> bool:
        known = seen.setdefault(table.where, set())
        if key and key in known:
            findings.add(table.where, record.row, "duplicate_row")
            return True
        known.add(key)
        return False

    for table, record in sheet.records_of(register.sheets, sheet.CIVIL_HOUSEHOLDS):
        key = _someone(record)
        if not again(table, record, key):
            register.civil_households.append((key, record.get("insured"), table.where, record.row))
            if (home := register.household_of(record)) in register.households:
                register.households[home].values.setdefault("civil", True)
    for table, record in sheet.records_of(register.sheets, sheet.CIVIL_PERSONS, sheet.POSTS):
        own = record.get("identity") or identity.NO_NUMBER
        key = record.get("person") or own.hash or identity.hashed(f"{table.where}{record.row}")
        if again(table, record, key):
            continue
        if table.kind == sheet.POSTS:
            register.post_holders.add(key)
            continue
        register.civil_persons[key] = Person(b"", table.where, record.row, own, record.values)
        if (home := register.household_of(record)) in register.households:
            register.households[home].values.setdefault("civil", True)
    for table, record in sheet.records_of(register.sheets, sheet.LOANS):
        home = register.household_of(record)
        register.borrowers.add(home or _someone(record) or identity.hashed(f"{table.where}{record.row}"))
        if home in register.households and record.get("loan") != 0:
            register.households[home].values["loan"] = record.get("loan") or 1.0
    for table, record in sheet.records_of(register.sheets, sheet.VILLAGES):
        place = (township_name(record.get("township")), village_name(record.get("village")))
        if not again(table, record, place):
            register.villages[place] = record


def _someone(record: Record) -> bytes:
    """Who a row is about, by whichever number it has."""
    for name in ("household", "person"):
        if record.get(name) is not None:
            return bytes(record.get(name))
    for name in ("head_identity", "identity"):
        found = record.get(name)
        if found is not None and found.hash:
            return bytes(found.hash)
    return b""


def households_of(register: Register, *kinds: str) -> Iterator[Household]:
    """Households of these classes."""
    return (each for each in register.households.values() if each.kind in kinds)
