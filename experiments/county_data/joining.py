"""Households and persons of all tables, joined by the system's numbers and, where there are none, by hashes of identity numbers.

Every household and every person is counted once, however many tables list it. What a household's rows say of it is taken from the
first that says it. A row whose number is missing or stands twice finds its household by the identity number of the head.
"""

import datetime
from collections import Counter
from typing import Any

from experiments.county_data import identity, incomes, sheet, values
from experiments.county_data.findings import Findings
from experiments.county_data.register import (
    FOUNDED,
    OF_HOUSEHOLD,
    Household,
    Person,
    Register,
    Where,
    township_name,
    village_name,
)
from experiments.county_data.sheet import Record, Sheet
from sim.core.inputs.errors import BilingualText

#: Share of persons outside the table of households beyond which the two tables are of different households.
MOST_OUTSIDE = 0.1
INCOMES = ("wage", "production", "costs", "cost_subsidy", "property", "transfer", "net_income", "income_per_head", "members_year")
_UNPLACED = BilingualText("nobody can say which household a person is of; households count with the members that they state",
                          "看不出每个人属于哪一户，各户人数按户表中的家庭人口数计")  # fmt: skip
_WITHOUT_HOUSEHOLDS = BilingualText("persons are counted, and their households are not", "只计人数，不计户数")
#: Numbers of a household that its rows repeat.
REPEATED = ("members", "land", *INCOMES)


def join(sheets: list[Sheet], findings: Findings) -> Register:
    """Join the tables. What cannot be joined, or stands twice, is a finding; nobody is left out for it."""
    register = Register(sheets=sheets)
    register.year, register.month = _date(sheets)
    adrift = [pair for each in sheets if each.kind == sheet.HOUSEHOLDS for pair in _take_households(register, each, findings)]
    listed = set(register.households)
    for each in sheets:
        if each.kind == sheet.PERSONS:
            _take_persons(register, each, findings)
    _duplicate_identities(register, findings)
    for person in register.persons.values():
        if person.identity.hash and person.household:
            register.household_by_identity.setdefault(person.identity.hash, person.household)
    for table, record in adrift:
        home = register.household_of(Record(record.row, {"head_identity": record.get("head_identity")}))
        if home and home not in listed:
            listed.add(home)
            household = _merge(register, home, table, record, _class_by_name(table), findings)
            household.where, household.row = table.where, record.row
    if register.has(sheet.HOUSEHOLDS):
        _outside(register, listed, len(adrift), findings)
        for _, record in sheet.records_of(sheets, sheet.HOUSEHOLDS):
            head, key = record.get("head_identity"), record.get("household")
            if head is not None and head.hash and key is not None:
                register.household_by_identity.setdefault(head.hash, key)
    _take_others(register, findings)
    return register


def _outside(register: Register, listed: set[bytes], adrift: int, findings: Findings) -> None:
    """Persons of households that the table of households does not list. A table of other households says nothing of those that it
    lacks, and rows without their number may be of as many households.
    """
    outside = [each for each in register.persons.values() if each.household and each.household not in listed]
    if len(outside) > MOST_OUTSIDE * len(register.persons) or len({each.household for each in outside}) <= adrift:
        return
    for person in outside:
        findings.add(person.where, person.row, "no_household")


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


def _take_households(register: Register, table: Sheet, findings: Findings) -> list[tuple[Sheet, Record]]:
    """Take a table of households, and return its rows that have no number of their own."""
    seen: set[bytes] = set()
    adrift: list[tuple[Sheet, Record]] = []
    by_name = _class_by_name(table)
    for record in table.records:
        key = record.get("household")
        if key is None:
            _missing(findings, table, record, "household")
        elif key in seen:
            findings.add(table.where, record.row, "duplicate_household")
        else:
            seen.add(key)
            _merge(register, key, table, record, by_name, findings)
            continue
        adrift.append((table, record))
    return adrift


def _missing(findings: Findings, table: Sheet, record: Record, name: str) -> None:
    """Say that a row lacks a number, unless it was said that the number is spoilt."""
    column = table.fields[name].name
    if not findings.has(table.where, record.row, "spoilt_key", column):
        findings.add(table.where, record.row, "missing_key", column)


def _merge(register: Register, key: bytes, table: Sheet, record: Record, by_name: str, findings: Findings) -> Household:
    """Add what a row says of a household to what is known."""
    own = {name: record.values[name] for name in OF_HOUSEHOLD if name in record.values}
    household = register.households.get(key)
    said = tuple(own.get(name) for name in REPEATED)
    if household is None or said not in household.incomes:
        incomes.check(own, table.where, record.row, findings)
    if household is None:
        household = register.households[key] = Household(table.where, record.row, own, by_name=by_name, incomes={said})
        return household
    household.by_name = household.by_name or by_name
    known = household.values
    if household.where == table.where and said not in household.incomes:
        for name in REPEATED:
            if name in own and name in known and own[name] != known[name]:
                findings.add(table.where, record.row, "differs", table.fields[name].name)
    household.incomes.add(said)
    if household.where == table.where:
        for name, plain in (("village", village_name), ("household_type", str)):
            if name in own and name in known and plain(own[name]) != plain(known[name]):
                findings.add(table.where, record.row, "two_places", table.fields[name].name)
    for name, value in own.items():
        known.setdefault(name, value)
    return household


def _take_persons(register: Register, table: Sheet, findings: Findings) -> None:
    seen: set[bytes] = set()
    by_name = _class_by_name(table)
    heads: Counter[bytes] = Counter()
    before: bytes | None = None
    lost = "household" not in table.fields
    sized = lost and any(each.get("members") for each in register.households.values())
    if lost:
        findings.add(table.where, 1, "column_missing", "户编号", _UNPLACED if sized else _WITHOUT_HOUSEHOLDS)
    astray = 0  # rows since the last household that may be of it or of the next
    for record in table.records:
        own = record.get("identity") or identity.NO_NUMBER
        number, home = record.get("person"), record.get("household")
        if number is None and "person" in table.fields:
            _missing(findings, table, record, "person")
        if home is None and "household" in table.fields:
            _missing(findings, table, record, "household")
        key = number or own.hash or identity.hashed(f"{table.where}{record.row}")
        again = key in seen
        if again:
            findings.add(table.where, record.row, "duplicate_person" if number is not None else "duplicate_row")
        seen.add(key)
        if home is None or again:
            astray += 1
            if before is not None:
                register.households[before].astray += 1
        if home is not None:
            household = _merge(register, home, table, record, by_name, findings)
            household.astray += again
            if home != before:
                household.astray += astray
                before, astray = home, 0
            if record.get("relation") == values.HEAD and not again:
                heads[home] += 1
                if heads[home] == 2:
                    findings.add(table.where, record.row, "two_heads")
        if again:
            continue
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
        elif sized:
            register.unplaced += 1
        else:
            alone = Household(table.where, record.row, person.values, [person], by_name)
            register.alone += [alone] if alone.registered else []
    if "relation" in table.fields:
        for home, household in register.households.items():
            if household.persons and household.persons[0].where == table.where and not heads[home] and not household.astray:
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
