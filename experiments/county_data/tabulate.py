"""From households to counts: totals, joint cells, margins and incomes. Nothing that this module returns is of a single household.

Cells and categories of fewer than ``distributions.FEWEST`` households are merged: a joint cell as
``distributions.merge_cells`` says, and across dibao where that leaves a small one; a category of a margin into ``other``, and the
next smallest too while that is small.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from experiments.county_data import sheet
from experiments.county_data.register import FOUNDED, Household, Register, township_name, village_name
from experiments.county_data.values import MARGINAL, SUDDEN, UNSTABLE
from sim.scenario.distributions import (
    ABLE,
    AGE_WIDTH,
    AGES,
    CAUSES,
    FEWEST,
    HOLDS,
    KINDS,
    OLDEST,
    OTHER,
    SIZES,
    SOURCES,
    TOTAL,
    WITHOUT,
    Cell,
    merge_cells,
)
from sim.world.codes import Cause

#: Households with an income below which its deciles would show single ones.
FEWEST_FOR_DECILES = 50


@dataclass(frozen=True)
class Counts:
    """Totals as listed; None where no table says anything of it. ``register_dibao_*``: on dibao by the register, where civil
    affairs' lists may say otherwise.
    """

    registered_households: int | None = None
    registered_persons: int | None = None
    monitored_households: int | None = None
    monitored_persons: int | None = None
    dibao_households: int | None = None
    dibao_persons: int | None = None
    posts: int | None = None
    loans: int | None = None
    townships: int | None = None
    villages: int | None = None
    register_dibao_households: int | None = None
    register_dibao_persons: int | None = None
    other_households: int | None = None
    other_persons: int | None = None

    def described(self) -> dict[str, int | None]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Tables:
    """The three tables of ``sim.scenario.distributions`` as rows by column; empty where nothing could be counted."""

    cells: list[dict[str, Any]]
    margins: list[dict[str, Any]]
    incomes: list[dict[str, Any]]


def on_dibao(household: Household) -> bool:
    """Whether a household is on dibao: by the register, by one of its members, or by civil affairs' list."""
    return bool(
        household.get("dibao") or household.get("civil") or any(each.values.get("person_dibao") for each in household.persons)
    )


def has_loan(household: Household) -> bool:
    """Whether a household has a small loan."""
    return bool(household.get("loan") or household.get("finance_help"))


def holders(register: Register, household: Household) -> int:
    """How many of a household hold a public-welfare post."""
    return sum(bool(each.values.get("post")) for each in household.persons)


def count(register: Register) -> Counts:
    """All totals."""
    registered = register.registered()
    homeless = sum(not each.household for each in register.persons.values()) - len(register.alone) - register.unplaced
    monitored = [each for each in register.households.values() if each.monitored]
    dibao = [each for each in register.households.values() if on_dibao(each)]
    flagged = any("person_dibao" in each.values for each in register.persons.values())
    dibao_persons = sum(
        sum(bool(one.values.get("person_dibao")) for one in each.persons) if flagged and each.persons else each.size
        for each in dibao
    )
    civil_households, civil_persons = len(register.civil_households), len(register.civil_persons)
    insured = [each[1] for each in register.civil_households]
    posts = len(register.post_holders) or sum(bool(each.values.get("post")) for each in register.persons.values())
    loans = len(register.borrowers) or sum(has_loan(each) for each in register.households.values())
    places = set(register.villages) or {
        (township_name(each.get("township")), village_name(each.get("village")))
        for each in register.households.values()
        if each.get("village")
    }
    townships = {each for each, _ in places if each} or {
        township_name(each.get("township")) for each in register.households.values() if each.get("township")
    }
    persons = sum(each.size for each in registered) + len(register.alone)
    rest = [each for each in register.households.values() if not each.registered]
    found = Counts(
        len(registered), persons, len(monitored), sum(each.size for each in monitored),
        civil_households or len(dibao),
        civil_persons or int(sum(each or 0 for each in insured)) or dibao_persons,
        posts, loans, len(townships), len(places), len(dibao), dibao_persons,
        len(rest), sum(each.size for each in rest) + homeless,
    )  # fmt: skip
    known = _known(register)
    return replace(found, **{name: None for name, total in found.described().items() if not total and name not in known})


def _known(register: Register) -> set[str]:
    """Totals that some table says, so that none of them is a count."""
    listed = register.has(sheet.HOUSEHOLDS, sheet.PERSONS)
    on_register = listed and register.knows_any("dibao", "person_dibao")
    said = {
        "registered": listed, "other": listed, "monitored": register.knows_monitoring(), "register_dibao": on_register,
        "dibao": on_register or register.has(sheet.CIVIL_HOUSEHOLDS, sheet.CIVIL_PERSONS),
    }  # fmt: skip
    known = {f"{name}_{of}" for name, is_known in said.items() if is_known for of in ("households", "persons")}
    known |= {"posts"} if register.has(sheet.POSTS) or register.knows("post") else set()
    known |= {"loans"} if register.has(sheet.LOANS) or register.knows_any("loan", "finance_help") else set()
    return known


def tables(register: Register) -> Tables:
    """Joint cells, margins and incomes of the registered households of known size."""
    placed = [each for each in register.registered() if each.size]
    if len(placed) < FEWEST:
        return Tables([], [], [])
    return Tables(_cells(placed), _margins(register, placed), _incomes(placed))


def by_township(register: Register) -> dict[str, tuple[int, int]]:
    """Registered households and persons of each township that is named."""
    households: Counter[str] = Counter()
    persons: Counter[str] = Counter()
    for each in register.registered():
        if name := township_name(each.get("township")):
            households[name] += 1
            persons[name] += each.size
    return {name: (number, persons[name]) for name, number in households.items()}


def _place(household: Household) -> tuple[int, int, int, str]:
    size = min(household.size, SIZES[-1])
    known = household.get("cause")
    cause = (Cause.LOW_INCOME if known is None else known).name.lower()
    return size, min(household.able, ABLE[-1], size), int(on_dibao(household)), cause


def _cells(placed: list[Household]) -> list[dict[str, Any]]:
    households: Counter[tuple[int, int, int, str]] = Counter()
    persons: Counter[tuple[int, int, int, str]] = Counter()
    for each in placed:
        households[_place(each)] += 1
        persons[_place(each)] += each.size
    cells = merge_cells([Cell(*place, number, persons[place]) for place, number in sorted(households.items())])
    # Fewer households on dibao, or without, than may be shown: they are shown among the others.
    small = [cell for cell in cells if cell.households < FEWEST]
    kept = [cell for cell in cells if cell.households >= FEWEST]
    for cell in small if kept else ():
        nearest = min(
            kept, key=lambda other: (abs(other.size - cell.size) + abs(other.able - cell.able), other.cause != cell.cause)
        )
        kept[kept.index(nearest)] = replace(
            nearest, households=nearest.households + cell.households, persons=nearest.persons + cell.persons
        )
    order = sorted(kept, key=lambda cell: (cell.size, cell.able, cell.dibao, CAUSES.index(cell.cause)))
    return [asdict(cell) for cell in order]


def _margins(register: Register, placed: list[Household]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(variable: str, found: Iterable[tuple[str, int, int]], order: Iterable[str] | None = None) -> None:
        households: Counter[str] = Counter()
        persons: Counter[str] = Counter()
        for category, number, heads in found:
            households[category] += number
            persons[category] += heads
        for category, number, heads in merged(households, persons, order):
            rows.append({"variable": variable, "category": category, "households": number, "persons": heads})

    add("size", ((str(_place(each)[0]), 1, each.size) for each in placed), map(str, SIZES))
    if register.knows("skill"):
        add("able", ((str(_place(each)[1]), 1, each.size) for each in placed), map(str, ABLE))
    if register.knows("dibao") or any(on_dibao(each) for each in placed):
        add("dibao", ((str(_place(each)[2]), 1, each.size) for each in placed), ("0", "1"))
    if register.knows("cause"):
        add("cause", ((_place(each)[3], 1, each.size) for each in placed), CAUSES)
    if register.knows("post"):
        found = [(each, holders(register, each)) for each in placed]
        add("post", ((HOLDS if number else WITHOUT, 1, number or each.size) for each, number in found), (HOLDS, WITHOUT))
    if register.knows("finance_help") or register.borrowers or register.knows("loan"):
        add("loan", ((HOLDS if has_loan(each) else WITHOUT, 1, each.size) for each in placed), (HOLDS, WITHOUT))
    if register.knows("township"):
        add("township", ((township_name(each.get("township")) or OTHER, 1, each.size) for each in placed))
    listed = [
        each
        for each in register.households.values()
        if each.size and (each.registered or each.kind in (UNSTABLE, MARGINAL, SUDDEN))
    ]
    if register.knows_monitoring():
        add("kind", ((each.kind if each.kind in KINDS else KINDS[0], 1, each.size) for each in listed), KINDS)
    if all(each.persons for each in placed):
        rows += _ages(placed)
    return rows


def merged(households: Counter[str], persons: Counter[str], order: Iterable[str] | None = None) -> list[tuple[str, int, int]]:
    """Categories with households and persons, those of too few households merged into ``other``."""
    small = [name for name, number in households.items() if number < FEWEST or name == OTHER]
    left = sorted((name for name in households if name not in small), key=lambda name: (households[name], name))
    while small and left and sum(households[name] for name in small) < FEWEST:
        small.append(left.pop(0))
    known = list(order or [])
    found = [
        (name, households[name], persons[name])
        for name in sorted(left, key=lambda name: (known.index(name) if name in known else len(known), name))
    ]
    total = sum(households[name] for name in small)
    return [*found, (OTHER, total, sum(persons[name] for name in small))] if total >= FEWEST else found


def _ages(placed: list[Household]) -> list[dict[str, Any]]:
    """Persons by sex and age on 1 January 2021; households with a member of the group."""
    persons: Counter[str] = Counter()
    homes: defaultdict[str, set[int]] = defaultdict(set)
    for number, household in enumerate(placed):
        for person in household.persons:
            age, female = person.age_on(FOUNDED), person.female
            category = (
                OTHER if age is None or female is None else f"{'女' if female else '男'}{AGES[min(age, OLDEST) // AGE_WIDTH]}"
            )
            persons[category] += 1
            homes[category].add(number)
    households = Counter({category: len(found) for category, found in homes.items()})
    small = [name for name in households if households[name] < FEWEST or name == OTHER]
    order = [f"{sex}{age}" for sex in "男女" for age in AGES]
    left = sorted((name for name in households if name not in small), key=lambda name: (households[name], name))
    while small and left and len(set().union(*(homes[name] for name in small))) < FEWEST:
        small.append(left.pop(0))
    rows = [(name, households[name], persons[name]) for name in sorted(left, key=order.index)]
    if small:
        rows.append((OTHER, len(set().union(*(homes[name] for name in small))), sum(persons[name] for name in small)))
    return [{"variable": "age_sex", "category": name, "households": number, "persons": heads} for name, number, heads in rows]


def _incomes(placed: list[Household]) -> list[dict[str, Any]]:
    """Incomes of households whose four sources are all known; none where fewer than ``FEWEST_FOR_DECILES`` have them."""
    known = []
    for each in placed:
        parts = _sources(each)
        if parts is not None:
            known.append((each.get("members_year") or each.size, parts))
    if len(known) < FEWEST_FOR_DECILES:
        return []
    heads = np.array([size for size, _ in known], dtype=float)
    amounts = np.array([[*parts, sum(parts)] for _, parts in known], dtype=float)
    scale = len(placed) / len(known)
    rows = []
    for place, source in enumerate((*SOURCES, TOTAL)):
        having = amounts[:, place] != 0.0
        number = int(having.sum())
        deciles = [0.0] * 9
        if number >= FEWEST_FOR_DECILES:
            deciles = [
                round(float(value), 1) for value in np.quantile(amounts[having, place] / heads[having], np.arange(1, 10) / 10)
            ]
        rows.append(
            {"source": source, "households_with": 0 if number < FEWEST else min(round(number * scale), len(placed)),
             "mean": round(float(amounts[:, place].sum() / heads.sum()), 2),
             **{f"p{10 * (tenth + 1)}": value for tenth, value in enumerate(deciles)}}
        )  # fmt: skip
    return rows


def _sources(household: Household) -> tuple[float, float, float, float] | None:
    """Wages, business, property and transfers of a household, yuan a year; None where one of them is not known."""
    get = household.get
    wage, production, transfer = get("wage"), get("production"), get("transfer")
    if wage is None or production is None or transfer is None:
        return None
    business = production - (get("costs") or 0.0) + (get("cost_subsidy") or 0.0)
    return wage, business, get("property") or 0.0, transfer
