"""General households as a census of the county counts residents: by township and size, and their members by sex and age.

A table of counts is fitted to its margins by iterative proportional fitting (Deming and Stephan 1940), and rounded so that the
margins stay whole. An import fits sizes to townships once; founding takes off the listed households, and fits what is left.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.core.inputs.errors import CannotBeFounded

#: Rounds of fitting at most, and the relative gap at which it ends; halvings in search of a township's mean size.
ROUNDS, CLOSE, HALVINGS = 500, 1e-10, 60
STEEPEST = 6.0  # a factor of exp(6) from one size to the next: all households of a township are of one size then
#: The last class of sizes is open: so many persons or more, and how many a household of it has at most.
SIZES, MOST_MEMBERS = 6, 12
OLDEST_AGE = 90  # as founding draws ages
ALL, WOMEN = "all", "女"


def fit(
    seed: np.ndarray, rows: np.ndarray, columns: np.ndarray | None = None, size: np.ndarray | None = None,
    persons: np.ndarray | None = None
) -> np.ndarray:  # fmt: skip
    """The table nearest to ``seed`` whose rows add up to ``rows`` and, where given, its columns to ``columns``.

    With ``persons`` each row also has so many persons, a household of a column having ``size``: the row is then tilted by a
    constant factor from one size to the next. Where margins contradict each other, rows and persons of the last round hold.
    """
    found = np.asarray(seed, float).copy()
    for _ in range(ROUNDS):
        if columns is not None:
            found *= _ratio(columns, found.sum(axis=0))
        found *= _ratio(rows, found.sum(axis=1))[:, None]
        if persons is not None and size is not None:
            found = _tilt(found, rows, size, persons)
        if columns is None or np.abs(found.sum(axis=0) - columns).max() <= CLOSE * max(float(np.sum(columns)), 1.0):
            break
    return found


def _ratio(wanted: np.ndarray, have: np.ndarray) -> np.ndarray:
    """Factor from what is to what is wanted; 0 where there is nothing to enlarge."""
    return np.divide(wanted, have, out=np.zeros(len(have)), where=have > 0.0)


def _tilt(found: np.ndarray, rows: np.ndarray, size: np.ndarray, persons: np.ndarray) -> np.ndarray:
    """Each row times ``exp(b * size)``, with the ``b`` that gives it its persons and leaves its households."""
    low, high = np.full(len(found), -STEEPEST), np.full(len(found), STEEPEST)
    for _ in range(HALVINGS):
        b = 0.5 * (low + high)
        tilted = found * np.exp(b[:, None] * (size - size[0]))
        few = tilted @ size * rows < persons * tilted.sum(axis=1)
        low, high = np.where(few, b, low), np.where(few, high, b)
    return tilted * _ratio(rows, tilted.sum(axis=1))[:, None]


def apportion(shares: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in proportion to ``shares`` that add up to ``total``: the largest remainders are rounded up."""
    shares = np.asarray(shares, float)
    if total <= 0 or shares.sum() <= 0.0:
        return np.zeros(len(shares), dtype=np.int64)
    exact = shares * (total / shares.sum())
    made = np.floor(exact + CLOSE * total).astype(np.int64)
    made[np.argsort(made - exact, kind="stable")[: total - int(made.sum())]] += 1
    return made


def round_table(table: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Whole numbers near ``table`` with these whole margins, which add up to the same."""
    made = np.minimum(np.floor(table + CLOSE * max(table.sum(), 1.0)).astype(np.int64), rows[:, None])
    lack, spare = rows - made.sum(axis=1), columns - made.sum(axis=0)
    for place in np.argsort((made - table).ravel(), kind="stable"):
        row, column = divmod(int(place), table.shape[1])
        if lack[row] > 0 and spare[column] > 0 and table[row, column] > 0.0:
            made[row, column] += 1
            lack[row] -= 1
            spare[column] -= 1
    for row in np.flatnonzero(lack):  # what is left goes, and comes, where a column is out most
        while lack[row]:
            step = 1 if lack[row] > 0 else -1
            column = np.argmax(np.where((made[row] + step >= 0), step * spare, -np.inf))
            made[row, column] += step
            lack[row] -= step
            spare[column] -= step
    while (over := int(np.argmin(spare))) != (under := int(np.argmax(spare))) and spare[under] > 0:
        row = int(np.argmax(made[:, over] * (table[:, under] + CLOSE)))
        if made[row, over] == 0:
            break
        made[row, over] -= 1
        made[row, under] += 1
        spare[over] += 1
        spare[under] -= 1
    return made


def table_of(given: Any, places: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Households by township and size, (townships, 6), and persons by township, in the order of ``places``.

    Raises CannotBeFounded where a township of the table is not among the places.
    """
    households, persons = np.zeros((len(places), SIZES)), np.zeros(len(places))
    for cell in given.cells:
        if cell.township not in places:
            raise CannotBeFounded(
                f"founding: the table of residents names the township '{cell.township}', which the county does not have",
                f"常住户分布表中的“{cell.township}”不在本县乡镇之列：请核对乡镇数和乡镇名称",
            )
        households[places.index(cell.township), cell.size - 1] += cell.households
        persons[places.index(cell.township)] += cell.persons
    return households, persons


def general_households(
    p: Any, draws: Any, names: np.ndarray, places: int, listed: tuple[np.ndarray, np.ndarray], persons: int, weight: int
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Size and township of each general row: what the county's table of residents has beyond the listed households.

    ``listed``: township and size of each listed household; ``persons``: of all general rows together, ``weight``: households a
    row stands for. Townships and sizes of households are met to half a row, persons of a township by what households of the open
    class take up and by trading households of different sizes with other townships.
    """
    households, heads = resident_margins(p, places)
    taken, members = np.zeros_like(households), np.zeros(places)
    np.add.at(taken, (listed[0], np.minimum(listed[1], SIZES) - 1), 1.0)
    np.add.at(members, listed[0], listed[1].astype(float))
    total = len(names)
    households *= (taken.sum() + total * weight) / households.sum()
    heads *= (members.sum() + persons * weight) / heads.sum()
    rows = apportion(np.maximum((households - taken).sum(axis=1), 0.0), total)
    columns = apportion(np.maximum((households - taken).sum(axis=0), 0.0), total)
    wanted = apportion(np.maximum(heads - members, 0.0), persons)
    size = np.arange(1.0, SIZES + 1.0)
    if columns[-1]:  # the open class has what the others leave
        size[-1] = np.clip((persons - (size * columns)[:-1].sum()) / columns[-1], SIZES, MOST_MEMBERS)
    cells = round_table(fit(np.maximum(households - taken, 0.0), rows, columns, size, wanted), rows, columns)
    township = np.repeat(np.arange(places), rows)
    made = np.concatenate([np.repeat(np.arange(1, SIZES + 1), row) for row in cells])
    _open_class(made, township, wanted)
    trade(township, made, dict(enumerate(wanted.tolist())), np.arange(total))
    order = draws.order("resident household", names)
    sizes, towns = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    sizes[order], towns[order] = made, township
    return sizes, towns


def resident_margins(p: Any, places: int) -> tuple[np.ndarray, np.ndarray]:
    """The county's table of residents, as :func:`table_of` has it. Raises CannotBeFounded for another number of townships."""
    names = p.resident_places
    if len(names) != places:
        raise CannotBeFounded(
            f"founding: the county has {places} townships, and its table of residents {len(names)}",
            f"全县有 {places} 个乡镇，常住户分布表有 {len(names)} 个：请核对乡镇数",
        )
    return table_of(p.residents, names)


def _open_class(size: np.ndarray, township: np.ndarray, persons: np.ndarray) -> None:
    """Give the households of the open class what their township's persons are beyond those of all others; what one township
    cannot take up, the others do.
    """
    for place in (*range(len(persons)), -1):
        here = np.flatnonzero((size >= SIZES) & ((township == place) | (place < 0)))
        gap = int(persons.sum() - size.sum()) if place < 0 else int(persons[place] - size[township == place].sum())
        while gap and len(here):
            step = 1 if gap > 0 else -1
            movable = here[(size[here] + step >= SIZES) & (size[here] + step <= MOST_MEMBERS)]
            if not len(movable):
                break
            movable = movable[np.argsort(step * size[movable], kind="stable")][: abs(gap)]
            size[movable] += step
            gap -= step * len(movable)


def trade(labels: np.ndarray, size: np.ndarray, persons: Mapping[int, int], order: np.ndarray) -> None:
    """Have households of different sizes trade labels until each label named has so many persons, or no trade helps."""
    while True:
        gaps = {label: wanted - int(size[labels == label].sum()) for label, wanted in persons.items()}
        over, under = min(gaps, key=gaps.__getitem__, default=0), max(gaps, key=gaps.__getitem__, default=0)
        reach = min(-gaps.get(over, 0), gaps.get(under, 0))
        if reach <= 0:
            return
        larger, smaller = order[labels[order] == over], order[labels[order] == under]
        steps = [
            (big - little, big, little)
            for big in np.unique(size[larger])
            for little in np.unique(size[smaller])
            if 0 < big - little <= reach
        ]
        if not steps:
            return
        step, big, little = max(steps)
        give, take = larger[size[larger] == big], smaller[size[smaller] == little]
        count = min(len(give), len(take), reach // step)
        labels[give[:count]], labels[take[:count]] = under, over


def bands_of(given: Any) -> dict[str, list[tuple[int, int, int]]]:
    """Persons by sex (or ``ALL``) and age: first year, the year after the last, persons; in the order of age."""
    found: dict[str, list[tuple[int, int, int]]] = {}
    for band in given.ages:
        low, high = band.years(OLDEST_AGE)
        found.setdefault(band.sex, []).append((low, high, band.persons))
    return {sex: sorted(bands) for sex, bands in found.items()}


def fit_ages(
    p: Any, draws: Any, names: np.ndarray, ages: np.ndarray, female: np.ndarray, heads: np.ndarray, listed: Any, adult: int
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Ages and sexes of the members of general rows, so that they and the listed have the county's counts.

    Whoever was drawn older stays older; ``heads`` stay grown up (``adult`` years) as long as others are there to be young.
    ``listed``: ages, sexes, and how many persons a general row stands for.
    """
    bands = bands_of(p.residents)
    listed_ages, listed_female, weight = listed
    total = len(names)
    scale = (len(listed_ages) + total * weight) / sum(persons for each in bands.values() for _, _, persons in each)
    ages, female = ages.copy(), female.copy()
    sexes = [(sex, None if sex == ALL else int(sex == WOMEN)) for sex in bands]
    wanted = {
        sex: np.array([
            max(persons * scale - _count(listed_ages, listed_female, low, high, code), 0.0) for low, high, persons in bands[sex]
        ])
        for sex, code in sexes
    }  # fmt: skip
    share = apportion(np.array([wanted[sex].sum() for sex, _ in sexes]), total)
    if WOMEN in bands:
        number = int(share[[sex for sex, _ in sexes].index(WOMEN)])
        order = draws.order("resident sex", names, 1.0 - female)  # those drawn as women first
        female[:] = 0
        female[order[:number]] = 1
    year = draws.uniforms("resident age", names)
    for (sex, code), number in zip(sexes, share, strict=True):
        here = np.flatnonzero(female == code) if code is not None else np.arange(total)
        counts = apportion(wanted[sex], int(number))
        young = int(sum(count for count, (_, high, _) in zip(counts, bands[sex], strict=True) if high <= adult))
        order = here[np.argsort(ages[here] + year[here], kind="stable")]
        few = order[np.argsort(heads[order], kind="stable")][:young]
        order = np.concatenate([order[np.isin(order, few)], order[~np.isin(order, few)]])
        start = 0
        for count, (low, high, _) in zip(counts, bands[sex], strict=True):
            own = order[start : start + count]
            start += count
            floor = np.where(heads[own] & (high > adult), max(low, adult), low)
            moved = (ages[own] < floor) | (ages[own] >= high)
            ages[own[moved]] = (floor + year[own] * (high - floor)).astype(np.int64)[moved]
    return ages, female


def _count(ages: np.ndarray, female: np.ndarray, low: int, high: int, code: int | None) -> float:
    here = (ages >= low) & ((ages < high) | (high >= OLDEST_AGE))
    return float((here & (female == code)).sum() if code is not None else here.sum())
