"""Residents of a county as its census counts them: two tables of counts that an import leaves beside the facts.

One (``RESIDENTS_FILE``) holds rural households and members by township and size, one (``AGES_FILE``) persons by sex and age.
A cell of fewer than ``distributions.FEWEST`` was merged with its neighbour by whoever wrote it; bands of ages may be wide.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.core.inputs.errors import BilingualText, one_of
from sim.core.inputs.notation import shorten
from sim.core.inputs.parameters import load_all
from sim.scenario import distributions
from sim.scenario.distributions import AGE_WIDTH, MOST_COUNTED, OLDEST, SIZES, AddFault

RESIDENTS_FILE, AGES_FILE = "resident_households.csv", "resident_ages.csv"
RESIDENT_COLUMNS = ("township", "size", "households", "persons")
AGE_COLUMNS = ("sex", "age", "persons")
#: Both sexes, or nobody's: a table has either.
SEXES, ALL = ("男", "女"), "all"
#: Some residents live in no household of their own (dormitories, homes): ages may count so many more persons, as a share.
COLLECTIVE = 0.1
AGE_SHARES, RURAL_PERSONS = "founding.age_shares", "founding.rural_persons"
_BAND = re.compile(r"(\d{1,2})(?:-(\d{1,2})|\+)")


@dataclass(frozen=True)
class ResidentCell:
    """Rural households of a township and a size (6: six or more), and the persons in them."""

    township: str
    size: int
    households: int
    persons: int


@dataclass(frozen=True)
class AgeBand:
    """Persons of a sex, or of both (``all``), and of ages such as ``15-59`` or ``85+``."""

    sex: str
    age: str
    persons: int

    def years(self, end: int) -> tuple[int, int]:
        """The first year, and the year after the last; ``end`` of the band that is open."""
        found = _BAND.fullmatch(self.age)
        assert found is not None  # checked when it was read
        return int(found[1]), end if found[2] is None else int(found[2]) + 1


@dataclass(frozen=True)
class Residents:
    """The two tables of one county; either may be empty. ``folder``: where they were read."""

    folder: str
    cells: tuple[ResidentCell, ...]
    ages: tuple[AgeBand, ...] = ()

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Residents":
        """The tables that ``dataclasses.asdict`` described, through JSON."""
        return cls(
            described["folder"],
            tuple(ResidentCell(**each) for each in described["cells"]),
            tuple(AgeBand(**each) for each in described["ages"]),
        )

    @property
    def townships(self) -> list[str]:
        """The townships in the order of the table."""
        return list(dict.fromkeys(cell.township for cell in self.cells))

    @property
    def households(self) -> int:
        """Households in all."""
        return sum(cell.households for cell in self.cells)

    @property
    def persons(self) -> int:
        """Members of all households."""
        return sum(cell.persons for cell in self.cells)

    def age_shares(self) -> list[float]:
        """The pyramid by five years of age; within a wider band it has the shape that founding assumes of any county."""
        usual = [float(each) for each in load_all().parameters[AGE_SHARES].value]
        found = [0.0] * len(usual)
        for band in self.ages:
            low, high = band.years(OLDEST + AGE_WIDTH)
            here = range(low // AGE_WIDTH, high // AGE_WIDTH)
            for group in here:
                found[group] += band.persons * usual[group] / sum(usual[each] for each in here)
        total = sum(found)
        return [each / total for each in found]

    def settings(self) -> dict[str, tuple[Any, str]]:
        """What the tables say of parameters: a value and the file it stands in, by parameter."""
        found: dict[str, tuple[Any, str]] = {}
        if self.cells:
            found[RURAL_PERSONS] = (self.persons, RESIDENTS_FILE)
        if self.ages:
            found[AGE_SHARES] = (self.age_shares(), AGES_FILE)
        return found


def has_residents(folder: Path) -> bool:
    """Whether a county folder holds tables of residents."""
    return any((folder / name).is_file() for name in (RESIDENTS_FILE, AGES_FILE))


def read(folder: Path, add_fault: AddFault) -> Residents | None:
    """The tables of residents of a county folder; None, and a fault added for each, if there is anything wrong with them."""
    faults: list[int] = []

    def fault(place: Any, line: int, english: str, chinese: str) -> None:
        faults.append(line)
        add_fault(place, line, english, chinese)

    households, ages = folder / RESIDENTS_FILE, folder / AGES_FILE
    cells = [ResidentCell(*values) for _, values in distributions.rows(households, RESIDENT_COLUMNS, _cell, fault, keys=2)
             ] if households.is_file() else []  # fmt: skip
    bands = [AgeBand(*values) for _, values in distributions.rows(ages, AGE_COLUMNS, _band, fault, keys=2)
             ] if ages.is_file() else []  # fmt: skip
    for file, given in ((households, cells), (ages, bands)):
        total = sum(each.persons for each in given)
        if file.is_file() and not faults and not total:
            fault(file, 2, "holds no persons", "里面没有任何人")
        if total > MOST_COUNTED:
            fault(file, 2, f"holds more than {MOST_COUNTED:,} persons", f"合计超过 {MOST_COUNTED} 人")
    found = Residents(str(folder), tuple(cells), tuple(bands))
    if not faults and bands:
        for wrong in (whole_ages(bands), same_persons(found)):
            if wrong is not None:
                fault(ages, 1, *wrong)
                break
    return None if faults else found


def _cell(township: str, size: int, households: int, persons: int) -> BilingualText | None:
    if not township:
        return BilingualText("the township has no name", "乡镇名称为空")
    if size not in SIZES:
        problem = one_of(size, [str(each) for each in SIZES])
        return BilingualText(f"size {problem.english}", f"size 这一项{problem.chinese}")
    if not households:
        return BilingualText("a cell without households; leave it out", "没有户的格子请删去")
    if persons < households:
        return BilingualText(f"{persons} persons in {households} households", f"{households} 户只有 {persons} 人")
    return None


def _band(sex: str, age: str, persons: int) -> BilingualText | None:
    if sex not in (*SEXES, ALL):
        problem = one_of(sex, [*SEXES, ALL])
        return BilingualText(f"sex {problem.english}", f"性别 sex {problem.chinese}")
    found = _BAND.fullmatch(age)
    if found is None or int(found[1]) % AGE_WIDTH or (found[2] is not None and (int(found[2]) + 1) % AGE_WIDTH):
        return BilingualText(
            f"age must be a band of five years or several such as 0-4, 15-59 or 60+, not '{shorten(age)}'",
            f"age 应写成 0-4、15-59、60+ 这样的五岁组或其合并，现在写的是“{shorten(age)}”",
        )
    if int(found[1]) > OLDEST or (found[2] is not None and not int(found[1]) < int(found[2]) <= OLDEST):
        return BilingualText(f"age '{age}' is no band of ages up to {OLDEST}+", f"年龄组“{age}”不对：最高一组写作 {OLDEST}+")
    return None


def whole_ages(bands: Sequence[AgeBand]) -> BilingualText | None:
    """What is wrong if bands of ages, of both sexes or of all, do not follow one another from 0 on, the last being open."""
    by_sex = {sex: sorted(band.years(0) for band in bands if band.sex == sex) for sex in (*SEXES, ALL)}
    given = tuple(sex for sex, years in by_sex.items() if years)
    if given not in (SEXES, (ALL,)):
        return BilingualText("needs men and women, or all together", "应分别写男、女，或只写合计（all）")
    for sex in given:
        begins = [low for low, _ in by_sex[sex]]
        ends = [high for _, high in by_sex[sex]]
        if begins != [0, *ends[:-1]] or ends[-1] != 0:
            return BilingualText(
                f"the ages of '{sex}' leave a gap, overlap, or do not end with an open band such as 85+",
                f"“{sex}”的年龄组有空缺或重叠，或最后一组不是“85+”这样的开口组",
            )
    return None


def same_persons(given: Residents) -> BilingualText | None:
    """What is wrong if ages count fewer persons than the households have, or many more than live in households."""
    total = sum(band.persons for band in given.ages)
    if not given.cells or given.persons <= total <= given.persons * (1.0 + COLLECTIVE):
        return None
    return BilingualText(
        f"ages add up to {total} persons, and households to {given.persons}: both must be of rural residents",
        f"各年龄组合计 {total} 人，各乡镇家庭户人口合计 {given.persons} 人：两者都应是乡村常住人口",
    )
