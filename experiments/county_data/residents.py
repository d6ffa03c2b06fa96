"""A census's residents as the form's sheet has them: held against the county's other numbers, and fitted to tables for founding.

Households by township and by size are two margins of one table, and each township's persons say how its sizes lean. What is
kept are two tables of counts, for ``sim.scenario.residents``; no cell of fewer than ``FEWEST`` is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.county_data import sheet
from experiments.county_data.facts import GivenFact
from experiments.county_data.findings import Findings, Kind
from experiments.county_data.register import township_name
from experiments.county_data.residents_sheet import (
    AGE,
    BROAD,
    HEADINGS,
    HOUSEHOLDS,
    OF_SIZE,
    PERSONS,
    SIZE,
    TOWNSHIP,
    GivenResidents,
)
from sim.core.inputs.errors import BilingualText
from sim.core.inputs.parameters import load_all
from sim.founding.residents import MOST_MEMBERS, apportion, fit, round_table
from sim.scenario.distributions import AGE_WIDTH, FEWEST, OLDEST, SIZES
from sim.scenario.residents import ALL, COLLECTIVE, SEXES, AgeBand, ResidentCell, whole_ages

#: Persons of a household on average at most; how far the sum of sizes may miss that of townships and still be used in
#: proportion; members of a household of the open class where no sizes are given.
LARGEST_MEAN, TOLERANCE, USUAL_OPEN = 8.0, 0.02, 6.4
SHARES = "founding.size_shares_other"


@dataclass(frozen=True)
class Fitted:
    """The two tables that founding reads; either may be empty."""

    cells: tuple[ResidentCell, ...] = ()
    ages: tuple[AgeBand, ...] = ()
    source: str = ""

    def described(self) -> dict[str, int | None] | None:
        """Totals for JSON and for the screen; None where there is nothing, and for what was left blank."""
        if not self.cells:
            persons = sum(band.persons for band in self.ages)
            return {"townships": None, "households": None, "persons": persons} if self.ages else None
        return {"townships": len({cell.township for cell in self.cells}),
                "households": sum(cell.households for cell in self.cells),
                "persons": sum(cell.persons for cell in self.cells) or sum(band.persons for band in self.ages)}  # fmt: skip


def fitted(
    given: GivenResidents, facts: Mapping[str, GivenFact], sheets: Sequence[sheet.Sheet],
    registered: Mapping[str, tuple[int, int]], findings: Findings
) -> Fitted:  # fmt: skip
    """The two tables, after every contradiction was named; a part with a fault, or that contradicts itself, is left out.

    ``registered``: registered households and persons by township, as exports count them.
    """
    towns = _check_townships(given, facts, sheets, registered, findings)
    sizes = _check_sizes(given, findings) if towns else None
    if given.sizes and not towns and TOWNSHIP not in given.spoilt and not given.townships:
        findings.add(given.where, next(iter(given.sizes.values()))[1], "resident_alone", HEADINGS["zh"][OF_SIZE])
    ages = _ages(given, findings)
    cells = _cells(given, sizes, findings) if towns else ()
    total = sum(band.persons for band in ages)
    if cells and ages and not given.persons <= total <= given.persons * (1.0 + COLLECTIVE):
        row = min(row for _, row in given.ages.values())
        findings.add(
            given.where, row, "contradiction_parts", HEADINGS["zh"][AGE],
            BilingualText(f"ages add up to {total}, and the townships' households to {given.persons} persons",
                          f"各年龄组合计 {total} 人，各乡镇家庭户人口合计 {given.persons} 人"),
        )  # fmt: skip
        ages = ()
    return Fitted(cells, ages, given.source)


def _contradict(given: GivenResidents, findings: Findings, row: int, place: int, english: str, chinese: str,
                kind: Kind = "contradiction_parts") -> None:  # fmt: skip
    findings.add(given.where, row, kind, HEADINGS["zh"][place], BilingualText(english, chinese))


def _check_townships(
    given: GivenResidents, facts: Mapping[str, GivenFact], sheets: Sequence[sheet.Sheet],
    registered: Mapping[str, tuple[int, int]], findings: Findings
) -> bool:  # fmt: skip
    """Whether the part of townships can be used."""
    if not given.townships or TOWNSHIP in given.spoilt:
        return False
    usable = True
    for name, (households, persons, row) in given.townships.items():
        if not households <= persons <= LARGEST_MEAN * households:
            _contradict(given, findings, row, PERSONS, f"{persons} persons in {households} households",
                        f"{households} 户有 {persons} 人，户均人口不合理")  # fmt: skip
            usable = False
        listed = registered.get(name, (0, 0))
        for counted, whole, place, english, chinese in ((listed[0], households, HOUSEHOLDS, "households", "户"),
                                                        (listed[1], persons, PERSONS, "persons", "人")):  # fmt: skip
            if counted > whole:
                _contradict(given, findings, row, place, f"{whole} {english}, fewer than {counted} registered in the exports",
                            f"{whole} {chinese}，少于导出表中的 {counted} {chinese}", "contradiction_hukou")  # fmt: skip
                usable = False
    first = min(row for _, _, row in given.townships.values())
    named = {township_name(str(record.get("township"))) for each in sheets if each.kind == sheet.TOWNSHIPS
             for record in each.records if record.get("township")} | set(registered)  # fmt: skip
    if lacking := named - set(given.townships):
        _contradict(given, findings, first, TOWNSHIP, f"{len(lacking)} townships of other tables are not in this one",
                    f"其他表中的 {len(lacking)} 个乡镇在本表中没有，请核对乡镇名称")  # fmt: skip
        usable = usable and not lacking & set(registered)
    rural = facts.get("rural_persons")
    for fact, whole, low in ((rural, given.persons, 1.0 - COLLECTIVE), (facts.get("resident_persons"), given.persons, 0.0),
                             (facts.get("townships"), len(given.townships), 0.0)):  # fmt: skip
        if fact is not None and not low * fact.value <= whole <= fact.value:
            place = TOWNSHIP if fact.asked.id == "townships" else PERSONS
            _contradict(given, findings, first, place, f"{whole} in all, and '{fact.asked.en}' is {fact.value:g}",
                        f"各行合计 {whole}，“{fact.asked.zh}”填的是 {fact.value:g}")  # fmt: skip
            usable = usable and fact.asked.id != "townships"
    return usable


def _check_sizes(given: GivenResidents, findings: Findings) -> np.ndarray | None:
    """Households by size in proportion to the townships' sum, (6,); None where they are not given or cannot be used."""
    if not given.sizes or SIZE in given.spoilt:
        return None
    row = min(row for _, row in given.sizes.values())
    if set(given.sizes) != set(SIZES):
        findings.add(given.where, row, "resident_gap", HEADINGS["zh"][SIZE])
        return None
    counts = np.array([given.sizes[size][0] for size in SIZES])
    total = int(counts.sum())
    if total != given.households:
        _contradict(given, findings, row, OF_SIZE, f"sizes add up to {total} households, and townships to {given.households}",
                    f"各规模户数合计 {total} 户，各乡镇合计 {given.households} 户")  # fmt: skip
        if abs(total - given.households) > TOLERANCE * given.households:
            return None
    made = apportion(counts, given.households)
    rest = given.persons - int((made * np.array(SIZES))[:-1].sum())
    if not SIZES[-1] * made[-1] <= rest <= MOST_MEMBERS * made[-1]:
        _contradict(given, findings, row, OF_SIZE,
                    f"{given.persons - rest} persons in smaller households leave {rest} for {made[-1]} of six or more",
                    f"1至5人户共 {given.persons - rest} 人，余下 {rest} 人不可能住在 {made[-1]} 个6人及以上户里")  # fmt: skip
        return None
    return made


def _cells(given: GivenResidents, sizes: np.ndarray | None, findings: Findings) -> tuple[ResidentCell, ...]:
    """Households by township and size: both margins, and the persons of each township."""
    names = list(given.townships)
    rows = np.array([given.townships[name][0] for name in names])
    persons = np.array([given.townships[name][1] for name in names])
    size = np.array([*SIZES[:-1], USUAL_OPEN], float)
    if sizes is not None and sizes[-1]:
        size[-1] = (given.persons - (sizes * size)[:-1].sum()) / sizes[-1]
    shares = np.asarray(load_all().parameters[SHARES].value, float) if sizes is None else sizes / sizes.sum()
    wanted = None if sizes is None else sizes.astype(float)
    table = fit(np.outer(rows, shares), rows.astype(float), wanted, size, persons.astype(float))
    if wanted is not None and np.abs(table.sum(axis=0) - wanted).max() > max(1.0, TOLERANCE * given.households / 10.0):
        row = min(row for _, row in given.sizes.values())
        _contradict(given, findings, row, OF_SIZE, "these sizes and the persons of each township do not go together",
                    "各规模户数与各乡镇户均人口对不上")  # fmt: skip
    whole = round_table(table, rows, apportion(table.sum(axis=0), int(rows.sum())) if sizes is None else sizes)
    made = []
    for name, counts, total in zip(names, whole, persons, strict=True):
        merged = {each: int(count) for each, count in zip(SIZES, counts, strict=True) if count}
        while (small := next((each for each, count in merged.items() if count < FEWEST), None)) is not None and len(merged) > 1:
            near = min((each for each in merged if each != small), key=lambda each: (abs(each - small), -merged[each]))
            merged[near] += merged.pop(small)
        heads = {each: each * count for each, count in merged.items()}
        last = max(heads)  # the open class has the persons that are left
        heads[last] = max(int(total) - sum(heads.values()) + heads[last], merged[last])
        made += [ResidentCell(name, each, merged[each], heads[each]) for each in sorted(merged)]
    return tuple(made)


def _ages(given: GivenResidents, findings: Findings) -> tuple[AgeBand, ...]:
    """Persons by sex and age, narrow groups before the three broad ones, groups of fewer than ``FEWEST`` merged with the next."""
    if not given.ages or AGE in given.spoilt:
        return ()
    broad = {key: found for key, found in given.ages.items() if key[1:] in BROAD}
    narrow = {key: found for key, found in given.ages.items() if key[1:] not in BROAD}
    for (sex, low, high), (number, row) in broad.items() if narrow else ():
        parts = sum(count for (other, first, _), (count, _) in narrow.items()
                    if other == sex and first >= low and (high is None or first <= high))  # fmt: skip
        if parts != number:
            _contradict(given, findings, row, AGE, f"{number} here, and its age groups add up to {parts}",
                        f"这里是 {number}，所含各年龄组合计 {parts}")  # fmt: skip
    chosen = narrow or broad
    bands = [AgeBand(sex, f"{low}+" if high is None else f"{low}-{high}", number)
             for (sex, low, high), (number, _) in chosen.items()]  # fmt: skip
    fives = all(
        low % AGE_WIDTH == 0 and low <= OLDEST and (high is None or high % AGE_WIDTH == AGE_WIDTH - 1) for _, low, high in chosen
    )
    if not fives or whole_ages(bands) is not None or not sum(band.persons for band in bands):
        findings.add(given.where, min(row for _, row in chosen.values()), "resident_gap", HEADINGS["zh"][AGE])
        return ()
    return tuple(band for sex in (*SEXES, ALL) for band in _merged([each for each in bands if each.sex == sex]))


def _merged(bands: list[AgeBand]) -> list[AgeBand]:
    """Bands of one sex by age; one of fewer than ``FEWEST`` persons joins the next, the last the one before."""
    left = sorted(bands, key=lambda band: band.years(0)[0])
    while len(left) > 1 and (small := next((n for n, band in enumerate(left) if band.persons < FEWEST), None)) is not None:
        first = min(small, len(left) - 2)
        one, other = left[first], left[first + 1]
        low, high = one.years(0)[0], other.years(0)[1]
        left[first : first + 2] = [AgeBand(one.sex, f"{low}-{high - 1}" if high else f"{low}+", one.persons + other.persons)]
    return left
