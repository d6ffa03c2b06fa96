"""A simulated county's registered households as the distributions that an import leaves, to see that founding gives them back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from experiments.results.files import write_csv
from sim.county import County, values_of
from sim.scenario import Scenario
from sim.scenario.distributions import (
    AGE_WIDTH,
    AGES,
    CAUSES,
    CELL_COLUMNS,
    DECILES,
    FEWEST,
    HOLDS,
    HOUSEHOLDS_FILE,
    INCOME_COLUMNS,
    INCOMES_FILE,
    KINDS,
    MARGIN_COLUMNS,
    MARGINS_FILE,
    OTHER,
    PARTITIONS,
    SIZES,
    SOURCES,
    TOTAL,
    WITHOUT,
    Cell,
    Distributions,
    Income,
    Margin,
    merge_cells,
)
from sim.scenario.residents import SEXES, AgeBand, ResidentCell, Residents
from sim.world.codes import Cause, Destination


class FoundedCounty(County):
    """A county on the day it is founded: 2020 is not run."""

    def _run_month(self) -> None:
        self.month += 1

    def _open(self) -> None:
        """January 2021 does not open."""


def found(scenario: Scenario, seed: int = 2021, replication: int = 0) -> FoundedCounty:
    """A county founded at central values, and not run."""
    return FoundedCounty(scenario, values_of(scenario, None), seed, replication)


def columns_of(county: County) -> dict[str, np.ndarray]:
    """What an import knows of each registered household: a column each, by the variable's name, and ``members``."""
    households, persons, register = county.tables["households"], county.tables["persons"], county.tables["register"]
    rows = np.flatnonzero(households["registered"] == 1)
    here = np.full(len(households), -1)
    here[rows] = np.arange(len(rows))
    alive = (persons["alive"] == 1) & (here[persons["household"]] >= 0)
    owner = here[persons["household"][alive]]

    def held(condition: np.ndarray) -> np.ndarray:
        return np.bincount(owner, condition[alive], len(rows)).astype(int)

    chronic, student = held(persons["chronic"] == 1), held(persons["poor_student"] == 1)
    recorded = register["poverty_cause"][rows]
    likely = np.select([chronic > 0, student > 0], [int(Cause.ILLNESS), int(Cause.EDUCATION)], int(Cause.LOW_INCOME))
    members = households["members"][rows].astype(int)
    return {
        "members": members,
        "size": np.minimum(members, SIZES[-1]),
        "able": np.minimum(households["workers"][rows].astype(int), 4),
        "dibao": register["dibao"][rows].astype(int),
        "cause": np.where(recorded >= 0, recorded, likely).astype(int),
        "township": households["township"][rows].astype(int),
        "post": held(persons["status"] == Destination.PUBLIC_POST),
        "loan": (households["loan"][rows] >= 0).astype(int),
        "kind": np.where(register["case_row"][rows] >= 0, 1, 0),
        "segment": households["segment"][rows].astype(int),
    }


def export(county: County, townships: Iterable[str] = ()) -> Distributions:
    """The distributions of a county's registered households, cells and categories below ``FEWEST`` merged.

    ``townships``: the townships' names, by row; without them they are numbered.
    """
    found = columns_of(county)
    names = list(townships) or [f"第{number}乡镇" for number in range(1, len(county.tables["townships"]) + 1)]
    counted: dict[tuple[int, int, int, str], list[int]] = {}
    for size, able, dibao, cause, members in zip(*(found[name] for name in ("size", "able", "dibao", "cause", "members"))):
        entry = counted.setdefault((int(size), int(able), int(dibao), CAUSES[cause]), [0, 0])
        entry[0] += 1
        entry[1] += int(members)
    cells = merge_cells([Cell(*key, *entry) for key, entry in sorted(counted.items())])
    texts: dict[str, list[str]] = {
        "size": [str(each) for each in found["size"]],
        "able": [str(each) for each in found["able"]],
        "dibao": [str(each) for each in found["dibao"]],
        "cause": [CAUSES[each] for each in found["cause"]],
        "post": [HOLDS if each else WITHOUT for each in found["post"]],
        "loan": [HOLDS if each else WITHOUT for each in found["loan"]],
        "township": [names[each] for each in found["township"]],
        "kind": [KINDS[each] for each in found["kind"]],
    }
    margins: list[Margin] = []
    for variable in (*PARTITIONS, "kind"):
        households = Counter(texts[variable])
        persons: Counter[str] = Counter()
        for category, members, holders in zip(texts[variable], found["members"], found["post"]):
            persons[category] += int(holders if variable == "post" and category == HOLDS else members)
        margins += _margins(variable, households, persons)
    return Distributions("", tuple(cells), (*margins, *_ages(county)), tuple(_incomes(county, found["members"])))


def residents(county: County, townships: Iterable[str] = ()) -> Residents:
    """All rural households of a county by township and size, and their members by sex and five years of age, nothing merged."""
    households, persons = county.tables["households"], county.tables["persons"]
    names = list(townships) or [f"第{number}乡镇" for number in range(1, len(county.tables["townships"]) + 1)]
    cells, weight = np.zeros((len(names), len(SIZES), 2)), households["weight"].astype(float)
    place = households["township"], np.minimum(households["members"], SIZES[-1]) - 1
    np.add.at(cells, (*place, 0), weight)
    np.add.at(cells, (*place, 1), weight * households["members"])
    alive = persons["alive"] == 1
    groups = np.minimum(persons["age"][alive] // AGE_WIDTH, len(AGES) - 1)
    ages = np.zeros((len(SEXES), len(AGES)))
    np.add.at(ages, (persons["female"][alive], groups), weight[persons["household"][alive]])
    return Residents(
        "",
        tuple(
            ResidentCell(name, size, round(count), round(heads))
            for name, row in zip(names, cells)
            for size, (count, heads) in zip(SIZES, row)
            if count
        ),
        tuple(AgeBand(sex, band, round(count)) for sex, row in zip(SEXES, ages) for band, count in zip(AGES, row)),
    )


def _margins(variable: str, households: Mapping[str, int], persons: Mapping[str, int]) -> list[Margin]:
    """The categories of a variable, the small ones in one."""
    large = {category for category, count in households.items() if count >= FEWEST}
    made = [Margin(variable, category, households[category], persons[category]) for category in sorted(large)]
    rest = [category for category in households if category not in large]
    if rest:
        made.append(Margin(variable, OTHER, sum(households[each] for each in rest), sum(persons[each] for each in rest)))
    return made


def _ages(county: County) -> list[Margin]:
    persons = county.tables["persons"]
    rows = np.flatnonzero((persons["registered"] == 1) & (persons["alive"] == 1))
    groups = np.minimum(persons["age"][rows] // AGE_WIDTH, len(AGES) - 1)
    counted: Counter[str] = Counter()
    owners: dict[str, set[int]] = {}
    for group, female, owner in zip(groups, persons["female"][rows], persons["household"][rows]):
        name = f"{'女' if female else '男'}{AGES[group]}"
        counted[name] += 1
        owners.setdefault(name, set()).add(int(owner))
    return _margins("age_sex", {name: len(own) for name, own in owners.items()}, counted)


def _incomes(county: County, members: np.ndarray) -> list[Income]:
    households = county.tables["households"]
    rows = households["registered"] == 1
    by_source = {source: county.founded_sources[source][rows] for source in SOURCES}
    made = []
    for source, amount in {**by_source, TOTAL: sum(by_source.values())}.items():
        having = np.abs(amount) > 0.5
        per_head = amount[having] / members[having]
        deciles = np.quantile(per_head, np.arange(1, len(DECILES) + 1) / 10.0) if having.any() else np.zeros(len(DECILES))
        made.append(
            Income(source, int(having.sum()), float(amount.sum() / members.sum()), tuple(float(each) for each in deciles))
        )
    return made


def write(folder: Path, given: Distributions) -> None:
    """Write the tables into a folder; what is empty is left out."""
    for name, columns, rows in (
        (HOUSEHOLDS_FILE, CELL_COLUMNS, [vars(cell) for cell in given.cells]),
        (MARGINS_FILE, MARGIN_COLUMNS, [vars(margin) for margin in given.margins]),
        (INCOMES_FILE, INCOME_COLUMNS, [
            {"source": each.source, "households_with": each.households_with, "mean": round(each.mean, 2)}
            | dict(zip(DECILES, (round(decile, 2) for decile in each.deciles)))
            for each in given.incomes
        ]),
    ):  # fmt: skip
        if rows:
            write_csv(folder / name, [{column: row[column] for column in columns} for row in rows])
