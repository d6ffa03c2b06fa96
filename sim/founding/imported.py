"""Registered households as an import of the county's own files counts them, in place of those that founding would draw.

Each registered household is a row of weight 1, so that counts are exact whatever general households stand for: households,
persons, sizes, persons able to work, dibao, causes, townships. What the cells had to merge is put right by the margins, moving as
few households as possible. How these go together is the cells' own; who is beside whom in a cell is drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.binding import Tables
from sim.core.inputs.errors import CannotBeFounded
from sim.founding.members import ADULT, OLD, SCHOOL, SENIOR_HIGH, TERTIARY, ages_of, enough_hands, strengths_of
from sim.founding.population import Counts, Draws, identities
from sim.founding.residents import trade
from sim.world.codes import NONE, Cause, Segment, Stage

#: The largest category of sizes and of persons able to work: so many or more.
LARGEST, MOST_ABLE = 6, 4
OTHER, UNSTABLE = "other", "脱贫不稳定户"
YOUNGEST_WORKER, LAST_GROUP, OLDEST_AGE, AGE_GROUP, MEN = 16, 85, 95, 5, "男"
#: What keeps the odds of an age at which all can work finite, and those of one at which nobody can above nothing.
CERTAIN, IMPOSSIBLE = 0.01, 1e-12


@dataclass
class Registered:
    """An entry for each registered household, those on dibao first, as founding makes their rows."""

    on_dibao: int
    size: np.ndarray
    able: np.ndarray
    cause: np.ndarray
    township: np.ndarray

    def block(self, segment: int) -> slice:
        """The entries of a segment."""
        return slice(0, self.on_dibao) if segment == Segment.REGISTERED_DIBAO else slice(self.on_dibao, len(self.size))


def registered_households(given: Any, draws: Draws, places: Sequence[str] = ()) -> Registered:
    """The registered households that distributions describe; ``places``: names of the townships, empty where merely numbered.

    Raises ValueError where the margins cannot be met.
    """
    cells = sorted(given.cells, key=lambda cell: -cell.dibao)
    counts = np.array([cell.households for cell in cells])
    on_dibao = int(sum(cell.households for cell in cells if cell.dibao))
    others = int(counts.sum()) - on_dibao
    names = np.concatenate([
        identities(Segment.REGISTERED_DIBAO.name, on_dibao), identities(Segment.REGISTERED_OTHER.name, others)
    ])  # fmt: skip
    size = np.concatenate([_share(cell.persons, cell.households) for cell in cells])
    able = np.repeat([cell.able for cell in cells], counts)
    cause = np.repeat([int(Cause[cell.cause.upper()]) for cell in cells], counts)
    order = draws.order("imported", names, np.where(np.arange(len(names)) < on_dibao, 0.0, 1.0))
    made = Registered(on_dibao, size[order], able[order], cause[order], np.full(len(names), NONE))
    random = draws.order("imported mending", names)
    persons = int(size.sum()), int(size[:on_dibao].sum())
    _mend_sizes(made, given, random, *persons)
    made.able = np.minimum(made.able, made.size)
    _mend(made.able, _wanted(given, "able", MOST_ABLE + 1), MOST_ABLE, random, made.size)
    causes = {name.lower(): int(code) for name, code in Cause.__members__.items()}
    _mend(made.cause, {causes[name]: count for name, count in _named(given, "cause").items()}, max(Cause), random)
    persons_of = {causes[name]: each.persons for name, each in given.margin("cause").items() if name != OTHER}
    trade(made.cause, made.size, persons_of, random)
    _spread_over_townships(made, given, draws, names, places)
    return made


def _share(persons: int, households: int) -> np.ndarray:
    """Sizes of so many households, as alike as can be, that add up to ``persons``."""
    each, more = divmod(persons, households)
    return np.where(np.arange(households) < more, each + 1, each)


def _named(given: Any, variable: str) -> dict[str, int]:
    """Households of each category of a margin that was not merged."""
    return {category: each.households for category, each in given.margin(variable).items() if category != OTHER}


def _wanted(given: Any, variable: str, categories: int) -> dict[int, int]:
    """Households wanted of each category of a numbered variable; those that a full margin does not name are wanted nowhere."""
    named = {int(category): count for category, count in _named(given, variable).items()}
    full = bool(named) and OTHER not in given.margin(variable)
    return {category: named.get(category, 0) for category in range(categories)} if full else named


def _mend(
    values: np.ndarray, wanted: Mapping[int, int], largest: int, order: np.ndarray, limit: np.ndarray | None = None
) -> None:
    """Move households between categories, to the nearest that lacks some, until each named one has as many as wanted.

    ``largest`` is open upwards; ``limit``: the largest value that each household can have.
    """
    while True:
        have = np.bincount(np.minimum(values, largest), minlength=largest + 1)
        lacking = [category for category, count in wanted.items() if have[category] < count]
        over = [category for category in range(largest + 1) if have[category] > wanted.get(category, len(values))]
        spare = over or [category for category in range(largest + 1) if category not in wanted and have[category] > 0]
        free = [category for category in range(largest + 1) if category not in wanted]
        pairs = [
            (abs(source - goal), source, goal)
            for source in (spare if lacking else over)
            for goal in (lacking or free)
            if source != goal
        ]
        for _, source, goal in sorted(pairs):
            rows = order[np.minimum(values[order], largest) == source]
            if limit is not None:
                rows = rows[limit[rows] >= goal]
            most = have[source] - wanted.get(source, 0)
            if goal in wanted:
                most = min(most, wanted[goal] - have[goal])
            if len(rows) and most > 0:
                values[rows[:most]] = goal
                break
        else:
            return


def _mend_sizes(made: Registered, given: Any, order: np.ndarray, persons: int, on_dibao: int) -> None:
    """Sizes by their margin, with as many persons in all, and on dibao, as the cells have."""
    size = made.size
    margin = given.margin("size")
    wanted = _wanted(given, "size", LARGEST + 1)
    if wanted:
        wanted[0] = 0
        _mend(size, wanted, LARGEST, order)
    largest = np.flatnonzero(size >= LARGEST)
    if str(LARGEST) in margin and len(largest) == margin[str(LARGEST)].households:
        size[largest] = _share(margin[str(LARGEST)].persons, len(largest))
    gap = persons - int(size.sum())
    if gap:  # a margin with merged categories leaves some sizes open
        named = [int(category) for category in _named(given, "size")]
        unnamed = order[~np.isin(np.minimum(size[order], LARGEST), named)]
        movable = np.concatenate([unnamed, order[np.isin(order, unnamed, invert=True)]])
        while gap:
            step = 1 if gap > 0 else -1
            rows = movable[size[movable] + step >= 1][: abs(gap)]
            size[rows] += step
            gap -= step * len(rows)
    # Two households trade sizes until those on dibao have the persons that they have.
    here, there = np.arange(made.on_dibao), np.arange(made.on_dibao, len(size))
    while (gap := on_dibao - int(size[here].sum())) != 0 and len(there):
        low, high = (here, there) if gap > 0 else (there, here)
        for small in np.unique(size[low]):
            step = size[high] - small
            near = high[(step > 0) & (step <= abs(gap))]
            if len(near):
                other = near[np.argmin(size[near])]
                mine = low[np.argmax(size[low] == small)]
                size[mine], size[other] = size[other], size[mine]
                break
        else:
            raise CannotBeFounded(
                "founding: the imported sizes cannot be parted between households on dibao and others",
                "导入的户规模分不到低保户和其他户：请核对导入的脱贫户人口和低保人口",
            )


def _spread_over_townships(made: Registered, given: Any, draws: Draws, names: np.ndarray, places: Sequence[str]) -> None:
    """As many households in each township as its margin says; merged ones lie in the townships that it does not name."""
    margin, named = given.margin("township"), _named(given, "township")
    known = list(places) if len(places) else list(named)
    order = draws.order("imported township", names)
    start = 0
    for name, count in named.items():
        if name in known:
            made.township[order[start : start + count]] = known.index(name)
            start += count
    others = [place for place in range(len(known)) if known[place] not in named]
    if named and others:
        left = order[start:]
        made.township[left] = np.array(others)[np.arange(len(left)) % len(others)]
    trade(made.township, made.size, {known.index(name): margin[name].persons for name in named if name in known}, order)


def set_members(tables: Tables, draws: Draws, p: Any, made: Registered, counts: Counts, posts: int) -> None:
    """Give the members of registered households ages by the margin, and the ability to work that their household has.

    Ages, and how likely somebody of an age can work, or is weak, are otherwise those of founding. Before persons are put in
    order: those of registered households stand first, household by household. ``posts``: as for ``make_persons``.
    """
    persons = tables["persons"]
    household = np.repeat(np.arange(len(made.size)), made.size)
    rows = np.arange(len(household))
    names = persons["identity"][rows]
    place = rows - np.repeat(np.cumsum(made.size) - made.size, made.size)
    can_work = place < made.able[household]
    ages, female = _ages(draws, p, names, persons["age"][rows].astype(np.int64), persons["female"][rows].astype(np.int64))
    stage = _stages(draws, p, names, ages)
    child_share, _, adults = ages_of(p, counts)
    top, power = strengths_of(p, enough_hands(p, counts, posts) / (1.0 - child_share), adults)
    seats = np.empty(len(rows), dtype=np.int64)
    weak = np.zeros(len(rows), dtype=bool)
    for segment in (Segment.REGISTERED_DIBAO, Segment.REGISTERED_OTHER):
        here = np.flatnonzero((household < made.on_dibao) == (segment == Segment.REGISTERED_DIBAO))
        chance = np.minimum(top[segment] * _curve(p, p.able_by_age, ages[here]) ** power[segment], 1.0)
        chance[(ages[here] < YOUNGEST_WORKER) | (stage[here] != Stage.NOT_IN_SCHOOL)] = 0.0
        _let_grow(draws, names, ages, stage, here, chance, int(can_work[here].sum()))
        seats[here] = here[_seats(draws, names[here], ages[here], chance, can_work[here], place[here] == 0)]
        able, full = (_curve(p, curve, ages[seats[here]]) ** power[segment] for curve in (p.able_by_age, p.full_by_age))
        strong = np.minimum(top[segment] * full, 1.0) / np.maximum(np.minimum(top[segment] * able, 1.0), IMPOSSIBLE)
        weak[here] = can_work[here] & (draws.uniforms("imported weak", names[here]) >= strong)
    ages, female, stage = ages[seats], female[seats], stage[seats]
    able, full = _curve(p, p.able_by_age, ages), _curve(p, p.full_by_age, ages)
    u = draws.uniforms("imported strength", names)
    persons["strength"][rows] = np.where(can_work, np.where(weak, full + (able - full) * u, full * u), able + (1.0 - able) * u)
    persons["age"][rows], persons["female"][rows], persons["stage"][rows] = ages, female, stage
    persons["school_years"][rows] = np.select(
        [stage == Stage.COMPULSORY, stage == Stage.SENIOR_HIGH, stage == Stage.TERTIARY],
        [SENIOR_HIGH - ages, TERTIARY - ages, int(p.graduation_age) - ages], 0,
    )  # fmt: skip
    persons["capacity"][rows] = np.where(can_work, np.where(weak, p.weak_capacity, 1.0), 0.0)
    persons["disabled"][rows] = (stage == Stage.NOT_IN_SCHOOL) & (ages >= ADULT) & (ages < OLD) & ~can_work
    persons["chronic"][rows] = _chronic(draws, p, made, household, names, ages >= ADULT)


def _curve(p: Any, curve: Any, ages: np.ndarray) -> np.ndarray:
    """A curve of working capacity at these ages."""
    return np.interp(ages, np.arange(len(curve)) * p.strength_step, curve)


def _chronic(
    draws: Draws, p: Any, made: Registered, household: np.ndarray, names: np.ndarray, adult: np.ndarray
) -> np.ndarray:  # fmt: skip
    """Who is chronically ill: an adult of every household that is poor through illness, and of as many others as usually are;
    in such a household each other adult with the chance that founding has it.
    """
    ill = made.cause == Cause.ILLNESS
    order = draws.order("imported ill household", np.arange(len(ill), dtype=np.uint64) + np.uint64(1), ill * -1.0)
    chosen = np.zeros(len(ill), dtype=bool)
    for segment in (Segment.REGISTERED_DIBAO, Segment.REGISTERED_OTHER):
        block = made.block(segment)
        usual = round(float(p.chronic_share[segment]) * (block.stop - block.start))
        own = order[(order >= block.start) & (order < block.stop)]
        chosen[own[: max(usual, int(ill[block].sum()))]] = True
    first = np.lexsort((draws.uniforms("imported ill", names) + ~adult, household))
    whose = first[np.cumsum(made.size) - made.size]  # of each household the one with the smallest draw, adults before children
    found = np.zeros(len(names), dtype=bool)
    found[whose[chosen]] = True
    of_segment = np.where(household < made.on_dibao, int(Segment.REGISTERED_DIBAO), int(Segment.REGISTERED_OTHER))
    also = 1.0 - np.sqrt(1.0 - np.asarray(p.chronic_share)[of_segment])
    found |= chosen[household] & (draws.uniforms("imported ill as well", names) < also)
    return found & adult


def _ages(draws: Draws, p: Any, names: np.ndarray, ages: np.ndarray, female: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ages and sexes by their margin: whoever was drawn older is older; persons of merged categories stay as they were drawn."""
    groups: dict[int, list[int]] = {}
    for category, each in p.tables.margin("age_sex").items():
        if category != OTHER:
            low = int(category[1:].rstrip("+").partition("-")[0])
            groups.setdefault(low, [0, 0])[0 if category.startswith(MEN) else 1] += each.persons
    named = sum(map(sum, groups.values()))
    chosen = np.sort(draws.order("imported person", names)[:named])
    rows = chosen[np.lexsort((draws.uniforms("imported age", names[chosen]), ages[chosen]))]
    u = draws.uniforms("imported year", names)
    ages, female = ages.copy(), female.copy()
    start = 0
    for low, (men, women) in sorted(groups.items()):
        own = rows[start : start + men + women]
        ages[own] = low + (u[own] * (AGE_GROUP if low < LAST_GROUP else OLDEST_AGE - LAST_GROUP)).astype(int)
        own = own[np.argsort(draws.uniforms("imported sex", names[own]), kind="stable")]
        female[own] = np.arange(len(own)) >= men
        start += len(own)
    return ages, female


def _stages(draws: Draws, p: Any, names: np.ndarray, ages: np.ndarray) -> np.ndarray:
    """Where everybody stands in school, as founding has it."""
    u = draws.uniforms("school", names)
    stage = np.full(len(ages), int(Stage.NOT_IN_SCHOOL))
    stage[(ages >= SCHOOL) & (ages < SENIOR_HIGH)] = Stage.COMPULSORY
    stage[(ages >= SENIOR_HIGH) & (ages < TERTIARY) & (u < p.senior_high_share)] = Stage.SENIOR_HIGH
    stage[(ages >= TERTIARY) & (ages < p.graduation_age) & (u < p.senior_high_share * p.tertiary_share)] = Stage.TERTIARY
    return stage


def _let_grow(
    draws: Draws, names: np.ndarray, ages: np.ndarray, stage: np.ndarray, here: np.ndarray, chance: np.ndarray, workers: int
) -> None:
    """Where fewer are of an age to work than can work, the oldest of the young, then others, stand in as adults of that age."""
    short = workers - int((chance > 0.0).sum())
    if short <= 0:
        return
    idle = np.flatnonzero(chance <= 0.0)
    young = idle[np.lexsort((-ages[here[idle]], ages[here[idle]] >= OLD))][:short]
    ages[here[young]] = ADULT + (draws.uniforms("imported grown", names[here[young]]) * (OLD - ADULT)).astype(int)
    stage[here[young]] = Stage.NOT_IN_SCHOOL
    chance[young] = 1.0


def _seats(
    draws: Draws, names: np.ndarray, ages: np.ndarray, chance: np.ndarray, can_work: np.ndarray, heads: np.ndarray
) -> np.ndarray:  # fmt: skip
    """Whose age each person has: who can work one at which that is likely, ``chance``; heads an adult's, as long as there are."""
    odds = np.where(chance > 0.0, chance / (1.0 - chance + CERTAIN), IMPOSSIBLE)
    seat = np.argsort(-np.log(draws.uniforms("imported seat", names)) / odds, kind="stable")
    found = np.empty(len(names), dtype=np.int64)
    for chosen, whose, again in ((seat[: can_work.sum()], can_work, "worker"), (seat[can_work.sum() :], ~can_work, "rest")):
        # In an order of its own, for ``seat`` has the likely ages first.
        mixed = chosen[np.argsort(draws.uniforms(f"imported {again}", names[chosen]), kind="stable")]
        grown = ages[mixed] >= ADULT
        first = np.flatnonzero(whose & heads)
        for_heads = np.concatenate([mixed[grown], mixed[~grown]])[: len(first)]
        found[first], found[np.flatnonzero(whose & ~heads)] = for_heads, mixed[np.isin(mixed, for_heads, invert=True)]
    return found


def inherited_households(p: Any) -> int | None:
    """How many registered households are under monitoring at the start; None where no import says."""
    kinds = {} if p.tables is None else p.tables.margin("kind")
    return kinds[UNSTABLE].households if UNSTABLE in kinds else None
