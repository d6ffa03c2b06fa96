"""Distributions of a county's registered households, as an import of an office's own files leaves them: three tables of counts.

One (``HOUSEHOLDS_FILE``) holds joint cells, one (``MARGINS_FILE``) exact margins, one (``INCOMES_FILE``) incomes by source.
Nothing in them is of a single household: a cell or category of fewer than ``FEWEST`` households was merged by whoever wrote it.
The names below are all there is to the format; who writes these files uses them too.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.core.inputs.errors import BilingualText, one_of
from sim.core.inputs.notation import shorten
from sim.world.codes import Cause

HOUSEHOLDS_FILE, MARGINS_FILE, INCOMES_FILE = "registered_households.csv", "registered_margins.csv", "registered_incomes.csv"
COUNTY_FILE = "county.yaml"
#: Households below which no cell and no category is written by itself.
FEWEST = 5

#: A joint cell: size (6: six or more), persons able to work (4: four or more), on dibao, main cause of poverty as registered.
CELL_COLUMNS = ("size", "able", "dibao", "cause", "households", "persons")
SIZES, ABLE = (1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4)
CAUSES = tuple(cause.name.lower() for cause in Cause)

#: A margin: households and persons of one category of one variable.
MARGIN_COLUMNS = ("variable", "category", "households", "persons")
#: What is left of a variable whose smaller categories were merged.
OTHER = "other"
#: Of ``post`` and ``loan``: those that hold one, and the rest. Persons of ``post`` ``holds`` are the holders themselves.
HOLDS, WITHOUT = "holds", "none"
#: Kinds of listed households; the first two are registered.
KINDS = ("脱贫户", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
#: Sex and five years of age; the last group is open. Its households are those with such a member.
AGE_WIDTH, OLDEST = 5, 85
AGES = (*(f"{low}-{low + AGE_WIDTH - 1}" for low in range(0, OLDEST, AGE_WIDTH)), f"{OLDEST}+")
AGE_SEX = tuple(f"{sex}{age}" for sex in ("男", "女") for age in AGES)
#: The categories of each variable; None where they are names of the county's own.
CATEGORIES: dict[str, tuple[str, ...] | None] = {
    "size": tuple(map(str, SIZES)),
    "able": tuple(map(str, ABLE)),
    "dibao": ("0", "1"),
    "cause": CAUSES,
    "post": (HOLDS, WITHOUT),
    "loan": (HOLDS, WITHOUT),
    "township": None,
    "kind": KINDS,
    "age_sex": AGE_SEX,
}
#: Variables whose categories are all registered households, once each.
PARTITIONS = ("size", "able", "dibao", "cause", "post", "loan", "township")

#: Income of a source, yuan a year: households that have it; the mean per head over *all* registered persons; and deciles per
#: head over the registered households that have it. ``total`` is all four.
SOURCES = ("wage", "business", "property", "transfer")
TOTAL = "total"
DECILES = tuple(f"p{share}" for share in range(10, 100, 10))
INCOME_COLUMNS = ("source", "households_with", "mean", *DECILES)

#: Takes what is wrong: place, line, English, Chinese.
AddFault = Callable[[Any, int, str, str], None]


@dataclass(frozen=True)
class Cell:
    """Registered households alike in size, ability to work, dibao and cause, and the persons in them."""

    size: int
    able: int
    dibao: int
    cause: str
    households: int
    persons: int


@dataclass(frozen=True)
class Margin:
    """Households and persons of a category of a variable."""

    variable: str
    category: str
    households: int
    persons: int


@dataclass(frozen=True)
class Income:
    """Income of a source: see ``SOURCES``."""

    source: str
    households_with: int
    mean: float
    deciles: tuple[float, ...]


@dataclass(frozen=True)
class Distributions:
    """The three tables of one county; ``margins`` and ``incomes`` may be empty. ``folder``: where they were read."""

    folder: str
    cells: tuple[Cell, ...]
    margins: tuple[Margin, ...] = ()
    incomes: tuple[Income, ...] = ()

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Distributions":
        """The distributions that ``dataclasses.asdict`` described, through JSON."""
        return cls(
            described["folder"],
            tuple(Cell(**each) for each in described["cells"]),
            tuple(Margin(**each) for each in described["margins"]),
            tuple(Income(**{**each, "deciles": tuple(each["deciles"])}) for each in described["incomes"]),
        )

    def margin(self, variable: str) -> dict[str, Margin]:
        """The margin of a variable by category; empty where it was not given."""
        return {each.category: each for each in self.margins if each.variable == variable}

    def names(self, variable: str) -> list[str]:
        """The categories of a variable that were not merged, in the order of the table."""
        return [category for category in self.margin(variable) if category != OTHER]

    def income(self, source: str) -> Income | None:
        """The income of a source; None where it was not given."""
        return next((each for each in self.incomes if each.source == source), None)

    @property
    def households(self) -> int:
        """Registered households."""
        return sum(cell.households for cell in self.cells)

    @property
    def persons(self) -> int:
        """Registered persons."""
        return sum(cell.persons for cell in self.cells)

    def settings(self) -> dict[str, tuple[float, str]]:
        """What the tables say of parameters: a value and the file it stands in, by parameter."""
        dibao = [cell for cell in self.cells if cell.dibao]
        found: dict[str, tuple[float, str]] = {
            "founding.registered_persons": (self.persons, HOUSEHOLDS_FILE),
            "founding.registered_dibao_persons": (sum(cell.persons for cell in dibao), HOUSEHOLDS_FILE),
            "founding.registered_dibao_households": (sum(cell.households for cell in dibao), HOUSEHOLDS_FILE),
        }
        posts, kinds, loans = self.margin("post"), self.margin("kind"), self.margin("loan")
        if HOLDS in loans:
            found["founding.loans_outstanding"] = (loans[HOLDS].households, MARGINS_FILE)
        if HOLDS in posts:
            found["public_posts.count"] = (posts[HOLDS].persons, MARGINS_FILE)
        if KINDS[2] in kinds:
            found["founding.marginal_persons"] = (kinds[KINDS[2]].persons, MARGINS_FILE)
        return found


def has_distributions(folder: Path) -> bool:
    """Whether a county folder holds tables of distributions."""
    return any((folder / name).is_file() for name in (HOUSEHOLDS_FILE, MARGINS_FILE, INCOMES_FILE))


def read(folder: Path, add_fault: AddFault) -> Distributions | None:
    """The distributions of a county folder; None, and a fault added for each, if there is anything wrong with them."""
    faults: list[int] = []

    def fault(place: Any, line: int, english: str, chinese: str) -> None:
        faults.append(line)
        add_fault(place, line, english, chinese)

    households, margins, incomes = (folder / name for name in (HOUSEHOLDS_FILE, MARGINS_FILE, INCOMES_FILE))
    if not households.is_file():
        given = margins if margins.is_file() else incomes
        fault(given, 1, f"needs {HOUSEHOLDS_FILE} beside it", f"旁边还应有 {HOUSEHOLDS_FILE}")
        return None
    cells = [Cell(*values) for _, values in rows(households, CELL_COLUMNS, _cell, fault, keys=4)]
    if sum(cell.persons for cell in cells) > MOST_COUNTED:
        fault(households, 2, f"holds more than {MOST_COUNTED:,} persons", f"合计超过 {MOST_COUNTED} 人")
    if not cells and not faults:
        fault(households, 2, "holds no households", "里面没有任何户")
    found = Distributions(
        str(folder),
        tuple(cells),
        tuple(Margin(*values) for _, values in rows(margins, MARGIN_COLUMNS, _margin, fault, keys=2))
        if margins.is_file()
        else (),
        tuple(
            Income(source, households_with, mean, tuple(deciles))
            for _, (source, households_with, mean, *deciles) in rows(incomes, INCOME_COLUMNS, _income, fault, keys=1)
        )
        if incomes.is_file()
        else (),
    )
    if not faults:
        _check_sums(found, margins, fault)
        _check_incomes(found, incomes, fault)
    return None if faults else found


def rows(
    file: Path, columns: Sequence[str], check: Callable[..., BilingualText | None], fault: AddFault, keys: int
) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a table, each with its line, as text or numbers; what is wrong with one is a fault and leaves it out.

    ``keys``: how many columns say which row it is.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        fault(file, 1, "is not UTF-8 text; save it as CSV (UTF-8)", "不是 UTF-8 文字；请另存为“CSV UTF-8”格式")
        return
    except OSError as problem:
        fault(file, 0, f"cannot be read: {problem.strerror}", f"读不了：{problem.strerror}")
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    seen: dict[tuple[Any, ...], int] = {}
    try:
        header = next(reader, [])
        if tuple(name.strip() for name in header) != tuple(columns):
            wanted = ",".join(columns)
            fault(file, 1, f"the first line must read: {wanted}", f"第一行应是：{wanted}")
            return
        for row in reader:
            line = reader.line_num
            if not any(entry.strip() for entry in row):
                continue
            if len(row) != len(columns):
                fault(file, line, f"has {len(row)} entries, not {len(columns)}", f"有 {len(row)} 项，应有 {len(columns)} 项")
                continue
            values = [_value(entry.strip(), name) for entry, name in zip(row, columns, strict=True)]
            bad = next((name for name, value in zip(columns, values, strict=True) if value is None), None)
            if bad is not None:
                shown = shorten(row[columns.index(bad)])
                fault(
                    file,
                    line,
                    f"{bad} must be a number of 0 or more, not '{shown}'",
                    f"{bad} 应是不小于 0 的数，现在写的是“{shown}”",
                )
                continue
            wrong = check(*values)
            if wrong is not None:
                fault(file, line, *wrong)
                continue
            key = tuple(values[:keys])
            if key in seen:
                fault(file, line, f"is the same as line {seen[key]}; keep one", f"与第 {seen[key]} 行重复；请只留一行")
                continue
            seen[key] = line
            yield line, values
    except csv.Error as problem:
        fault(file, reader.line_num, f"is no table of comma-separated values: {problem}", f"不是逗号分隔的表格：{problem}")


TEXTS = ("variable", "category", "cause", "source", "township", "sex", "age")
AMOUNTS = ("mean", *DECILES)
MOST = 1e9
MOST_COUNTED = 5_000_000  # no county has more persons, and memory is not for typing errors


def _value(entry: str, name: str) -> Any:
    """An entry as its column wants it: text, a whole number, or an amount; None if it is none."""
    if name in TEXTS:
        return entry
    if name not in AMOUNTS:
        return int(entry) if entry.isascii() and entry.isdigit() and len(entry) < 10 and int(entry) <= MOST_COUNTED else None
    try:
        number = float(entry)
    except ValueError:
        return None
    return number if -MOST <= number <= MOST else None  # business, and so income, may be negative


def _cell(size: int, able: int, dibao: int, cause: str, households: int, persons: int) -> BilingualText | None:
    for name, value, allowed in (("size", size, SIZES), ("able", able, ABLE), ("dibao", dibao, (0, 1)), ("cause", cause, CAUSES)):
        if value not in allowed:
            problem = one_of(value, [str(each) for each in allowed])
            return BilingualText(f"{name} {problem.english}", f"{name} 这一项{problem.chinese}")
    if able > size:
        return BilingualText(f"{able} able to work of a household of {size}", f"{size} 口之家不会有 {able} 个劳动力")
    if not households:
        return BilingualText("a cell without households; leave it out", "没有户的格子请删去")
    return _count_persons(households, persons)


def _count_persons(households: int, persons: int) -> BilingualText | None:
    if persons < households:
        return BilingualText(f"{persons} persons in {households} households", f"{households} 户只有 {persons} 人")
    return None


def _margin(variable: str, category: str, households: int, persons: int) -> BilingualText | None:
    if variable not in CATEGORIES:
        problem = one_of(variable, list(CATEGORIES))
        return BilingualText(f"variable {problem.english}", f"变量 variable {problem.chinese}")
    allowed = CATEGORIES[variable]
    if not category or (allowed is not None and category not in (*allowed, OTHER)):
        problem = one_of(category, [*(allowed or ()), OTHER])
        return BilingualText(f"category {problem.english}", f"类别 category {problem.chinese}")
    if variable == "size" and category != OTHER:
        size = int(category)
        if persons < size * households or (size < SIZES[-1] and persons > size * households):
            return BilingualText(
                f"{households} households of size {category} cannot have {persons} persons",
                f"{households} 户 {category} 人户不会有 {persons} 人",
            )
    # The holders of posts are counted, and the members of an age group: their households may be more or fewer.
    return _count_persons(households, persons) if variable in PARTITIONS or variable == "kind" else None


def _income(source: str, households_with: int, mean: float, *deciles: float) -> BilingualText | None:
    if source not in (*SOURCES, TOTAL):
        problem = one_of(source, [*SOURCES, TOTAL])
        return BilingualText(f"source {problem.english}", f"来源 source {problem.chinese}")
    if list(deciles) != sorted(deciles):
        return BilingualText("deciles must not fall from p10 to p90", "p10 至 p90 应由低到高")
    return None


def _check_sums(found: Distributions, file: Path, fault: AddFault) -> None:
    """Every margin that parts the registered households has as many of them, and of their persons, as the cells have."""
    for variable in PARTITIONS:
        margin = found.margin(variable).values()
        if not margin:
            continue
        sums = {"households": sum(each.households for each in margin), "persons": sum(each.persons for each in margin)}
        for unit, (zh, total) in {"households": ("户数", found.households), "persons": ("人数", found.persons)}.items():
            if variable == "post" and unit == "persons":
                continue
            if sums[unit] != total:
                fault(
                    file, 1, f"{variable} adds up to {sums[unit]} {unit}, and {HOUSEHOLDS_FILE} to {total}; correct one of them",
                    f"{variable} 的{zh}合计 {sums[unit]}，{HOUSEHOLDS_FILE} 合计 {total}；请改正其中一个"
                )  # fmt: skip
                break  # what is wrong with a variable is said once
    ages = found.margin("age_sex").values()
    if ages and sum(each.persons for each in ages) != found.persons:
        total = sum(each.persons for each in ages)
        fault(
            file, 1, f"age_sex adds up to {total} persons, and {HOUSEHOLDS_FILE} to {found.persons}; correct one of them",
            f"age_sex 的人数合计 {total}，{HOUSEHOLDS_FILE} 合计 {found.persons}；请改正其中一个"
        )  # fmt: skip


def _check_incomes(found: Distributions, file: Path, fault: AddFault) -> None:
    """All sources or none, of no more households than there are, and adding up."""
    if not found.incomes:
        return
    lacking = [source for source in (*SOURCES, TOTAL) if found.income(source) is None]
    if lacking:
        fault(file, 1, f"lacks the source(s) {', '.join(lacking)}", f"缺少收入来源 {'、'.join(lacking)}")
        return
    for each in found.incomes:
        if each.households_with > found.households:
            fault(
                file, 1, f"{each.source}: {each.households_with} households of {found.households}",
                f"{each.source}：共 {found.households} 户，有此项收入的却有 {each.households_with} 户"
            )  # fmt: skip
    total, parts = found.income(TOTAL), sum(each.mean for each in found.incomes if each.source != TOTAL)
    if total is not None and abs(parts - total.mean) > 0.005 * max(abs(total.mean), 1.0):
        fault(
            file, 1, f"the sources' means add up to {parts:,.2f} yuan, and the total is {total.mean:,.2f}; correct one of them",
            f"各项收入均值合计 {parts:.2f} 元，总收入写的是 {total.mean:.2f} 元；请改正其中一个"
        )  # fmt: skip


def merge_cells(cells: Sequence[Cell]) -> list[Cell]:
    """The same households with no cell below ``FEWEST``: the smallest joins its nearest, by turns, until none is left.

    Nearest are those that differ least in size and persons able to work together, then those of the same cause; never across
    dibao. A merged cell keeps the names of the one joined, and the persons of both.
    """
    left = {(cell.size, cell.able, cell.dibao, cell.cause): [cell.households, cell.persons] for cell in cells}
    while True:
        small = [key for key, (households, _) in left.items() if households < FEWEST]
        small = [key for key in small if any(other != key and other[2] == key[2] for other in left)]
        if not small:
            return [Cell(*key, *counts) for key, counts in sorted(left.items())]
        key = min(small, key=lambda each: (left[each][0], each))
        size, able, dibao, cause = key
        near = min(
            (other for other in left if other != key and other[2] == dibao),
            key=lambda other: (abs(other[0] - size) + abs(other[1] - able), other[3] != cause, other),
        )
        households, persons = left.pop(key)
        left[near][0] += households
        left[near][1] += persons
