"""Who lives in the county: households with their places and sizes, and their members, each drawn at an address of its own.

Nothing is sampled from micro-data, because there is none; totals that the policy paper states are met exactly.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.binding import Tables
from sim.core.compiled.compilation import compiled
from sim.core.inputs.errors import CannotBeFounded
from sim.core.random_draws import decision_key, fill_uniforms, mix, uniform, word
from sim.core.random_draws import normal as normal_draw
from sim.world.codes import NONE, Destination, Segment, Stage
from sim.world.persons import capacity_at
from sim.world.places import NUMBERED, numbered_villages, read_townships, read_villages

LARGEST_SIZE = 6
SPARE_CASES = 60_000  # of ten years, like all spare rows
HANDS_TO_SPARE = 1.03  # chance decides who can work, and places are for those whom it lets


class Draws:
    """Keys of the decisions that founding takes, once in a replication."""

    def __init__(self, replication: np.uint64) -> None:
        self.replication = replication

    def key(self, decision: str) -> np.uint64:
        """The key of one decision."""
        return decision_key(self.replication, word(f"founding.{decision}"), 0)

    def uniforms(self, decision: str, identities: np.ndarray) -> np.ndarray:
        """A number in (0, 1) for each identity."""
        drawn = np.empty(len(identities))
        fill_uniforms(self.key(decision), identities, drawn)
        return drawn

    def normals(self, decision: str, identities: np.ndarray) -> np.ndarray:
        """A standard normal draw for each identity."""
        return normals(self.key(decision), identities)

    def lognormals(self, decision: str, identities: np.ndarray, spread: float) -> np.ndarray:
        """A lognormal draw of mean 1 for each identity."""
        return np.exp(spread * self.normals(decision, identities) - 0.5 * spread * spread)

    def order(self, decision: str, identities: np.ndarray, score: np.ndarray | float = 0.0) -> np.ndarray:
        """Rows in the order of ``score`` plus a uniform draw; ties by row, so that the order never depends on a library."""
        return np.argsort(self.uniforms(decision, identities) + score, kind="stable")


@compiled
def fill_normals(key, identities, drawn):
    """A standard normal draw for each identity, into ``drawn``."""
    for i in range(len(identities)):
        drawn[i] = normal_draw(key, identities[i])


@compiled
def fill_identities(base, made):
    """The identities of as many units as ``made`` has room for, into it."""
    for i in range(len(made)):
        made[i] = mix(base, np.uint64(i))


def normals(key: np.uint64, identities: np.ndarray) -> np.ndarray:
    """A standard normal draw for each identity."""
    drawn = np.empty(len(identities))
    fill_normals(key, identities, drawn)
    return drawn


def identities(kind: str, count: int) -> np.ndarray:
    """Identities (uint64, the addresses of random draws) of ``count`` units of a kind; more of a kind leave the others' alone."""
    made = np.empty(count, dtype=np.uint64)
    fill_identities(word(kind), made)
    return made


@dataclass(frozen=True)
class Counts:
    """Households and persons of each segment, in the order of ``Segment``, and households a row stands for."""

    households: tuple[int, ...]
    persons: tuple[int, ...]
    weight: tuple[int, ...]


def plan_counts(p, general_weight: int) -> Counts:
    """How many households and persons each segment has; of the registered as an import counts them, where there is one.

    Raises ValueError when the parameters contradict each other.
    """
    registered_dibao, dibao = round(p.registered_dibao_persons), round(p.dibao_persons)
    other_registered = round(p.registered_persons) - registered_dibao
    other_dibao = dibao - registered_dibao
    marginal = round(p.marginal_persons)
    general = round(p.rural_persons) - other_registered - dibao - marginal
    if other_registered <= 0 or general <= 0:
        raise CannotBeFounded(
            "founding: registered persons must exceed those on dibao, and rural persons all listed persons",
            "脱贫人口应多于其中的低保人口，农村常住人口应多于脱贫、低保和边缘人口：请在县情文件里核对这些数",
        )
    persons = (registered_dibao, other_registered, other_dibao, marginal, round(general / general_weight))
    households = (
        round(p.registered_dibao_households),
        round(other_registered / p.other_registered_size),
        round(p.dibao_households) - round(p.registered_dibao_households),
        round(marginal / p.other_registered_size),
        round(general / p.general_size / general_weight),
    )
    if p.registered is not None:
        others = p.registered.block(Segment.REGISTERED_OTHER)
        households = (households[0], others.stop - others.start, *households[2:])
    return Counts(households, persons, (1, 1, 1, 1, general_weight))


def make_places(tables: Tables, draws: Draws, p) -> np.ndarray:
    """Fill townships and villages; returns the relative size of each village."""
    count, owners = _places(p)
    townships = tables.make("townships", count)
    villages = tables.make("villages", len(owners))
    villages["township"] = owners
    villages["first_secretary"] = 1
    villages["visits"] = p.visits_per_village
    townships["maize_yield"] = 1.0
    townships["epidemic"] = 1.0
    return draws.lognormals("village size", identities("village", len(villages)), p.village_spread)


def _places(p) -> tuple[int, list[int]]:
    """How many townships there are, and the township of each village. Raises CannotBeFounded for a county without villages."""
    if p.places == NUMBERED:
        townships, villages = max(1, round(p.townships)), round(p.villages)
        if villages < townships:
            raise CannotBeFounded(
                f"founding: {villages} villages cannot be spread over {townships} townships",
                f"{villages} 个村分不到 {townships} 个乡镇：请在县情文件里核对乡镇数和村数",
            )
        return townships, numbered_villages(townships, villages)
    codes = [row["code"] for row in read_townships()]
    return len(codes), [codes.index(row["code"][:9]) for row in read_villages()]


def household_sizes(draws: Draws, names: np.ndarray, segment: int, persons: int, shares: np.ndarray) -> np.ndarray:
    """Sizes of a segment's households that add up to ``persons`` exactly: drawn, then mended one by one at random.

    Raises CannotBeFounded when no sizes from one to six can add up to it.
    """
    if not len(names) <= persons <= LARGEST_SIZE * len(names):
        raise CannotBeFounded(
            f"founding: {len(names)} households cannot have {persons} members in segment {segment}",
            f"第 {segment} 类农户有 {len(names)} 户，不可能有 {persons} 人：请在县情文件里核对户数和人数",
        )
    edges = np.cumsum(shares) / np.sum(shares)
    sizes = 1 + np.searchsorted(edges, draws.uniforms("size", names)).clip(0, LARGEST_SIZE - 1)
    order = draws.order("mend", names)
    gap = persons - int(sizes.sum())
    while gap != 0:
        step = 1 if gap > 0 else -1
        movable = order[(sizes[order] < LARGEST_SIZE) if step > 0 else (sizes[order] > 1)]
        chosen = movable[: abs(gap)]
        sizes[chosen] += step
        gap -= step * len(chosen)
    return sizes


def make_households(tables: Tables, draws: Draws, p, counts: Counts, village_size: np.ndarray) -> np.ndarray:
    """Fill households with segment, weight, place and size; returns the size of each."""
    total = sum(counts.households)
    general_room = counts.weight[Segment.GENERAL] > 1  # a sampled row may split once for each household it stands for
    households = tables.make("households", total, room=total + _room(total, general_room))
    villages = tables["villages"]
    concentrated = village_size * draws.lognormals(
        "registered villages", identities("village", len(villages)), p.registered_spread
    )
    sizes = np.empty(total, dtype=np.int64)
    start = 0
    for segment in Segment:
        block = slice(start, start + counts.households[segment])
        start = block.stop
        names = identities(segment.name, counts.households[segment])
        shares = p.size_shares_dibao if segment in (Segment.REGISTERED_DIBAO, Segment.OTHER_DIBAO) else p.size_shares_other
        sizes[block] = household_sizes(draws, names, segment, persons=counts.persons[segment], shares=shares)
        weights = village_size if segment == Segment.GENERAL else concentrated
        edges = np.cumsum(weights) / weights.sum()
        households["identity"][block] = names
        households["segment"][block] = segment
        households["weight"][block] = counts.weight[segment]
        u = draws.uniforms("village", names)
        households["village"][block] = np.searchsorted(edges, u).clip(0, len(villages) - 1)
        if p.registered is not None and segment <= Segment.REGISTERED_OTHER:
            own = p.registered.block(segment)
            sizes[block] = p.registered.size[own]
            placed = villages_in(p.registered.township[own], villages["township"], weights, u)
            households["village"][block] = np.where(placed >= 0, placed, households["village"][block])
    households["township"] = villages["township"][households["village"]]
    households["registered"] = households["segment"] <= Segment.REGISTERED_OTHER
    households["marginal"] = households["segment"] == Segment.MARGINAL
    households["members"] = sizes
    for place, table in (("village", villages), ("township", tables["townships"])):
        table["households"] = np.bincount(households[place], households["weight"], len(table))
    for column in ("onset", "entered", "entered_event", "event"):
        households[column] = NONE
    households["risk_cause"] = NONE
    return sizes


def villages_in(township: np.ndarray, owners: np.ndarray, size: np.ndarray, u: np.ndarray) -> np.ndarray:
    """The village of each household in its township, by size and a uniform draw; NONE where no township is given."""
    found = np.full(len(township), NONE)
    for place in np.unique(township[township >= 0]):
        rows, villages = np.flatnonzero(township == place), np.flatnonzero(owners == place)
        if len(villages):
            edges = np.cumsum(size[villages]) / size[villages].sum()
            found[rows] = villages[np.searchsorted(edges, u[rows]).clip(0, len(villages) - 1)]
    return found


def room_of(spare: int, p) -> int:
    """Room for rows that a county adds later, enough for every lever at its upper bound; a larger county adds more."""
    return int(spare * max(1.0, p.county_size))


def _room(rows: int, splits: bool) -> int:
    """Rows to spare: for children who found a household, and for sampled households that are signalled one by one.

    Spare rows are never touched before they are used, so that ample room costs nothing.
    """
    return max(64, int(rows * (1.0 if splits else 0.3)))


def enough_hands(p, counts: Counts, posts: int) -> np.ndarray:
    """Share of persons who can work, by segment: as drawn, or enough registered ones for the places the paper counts."""
    registered = [Segment.REGISTERED_DIBAO, Segment.REGISTERED_OTHER]
    share = np.array(p.labour_share, float)
    places = (p.outside_jobs + p.local_jobs) * (1.0 + p.idle_share) + posts
    expected = (share * counts.persons)[registered].sum()
    share[registered] *= max(places * HANDS_TO_SPARE / expected, 1.0)
    return share


def ages_of(p, counts: Counts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of children by segment, and how likely each single age is among the children, and among a segment's adults.

    Listed households have their own shares of children and of the old, and lean to the old by as much from every age to the
    next; the others are what the county's pyramid leaves.
    """
    pyramid = np.repeat(np.asarray(p.age_shares, float) / AGE_GROUP, AGE_GROUP)
    pyramid /= pyramid.sum()
    child, adult = pyramid[:ADULT] / pyramid[:ADULT].sum(), pyramid[ADULT:]
    children = np.array(p.child_share, float)[:, None]
    wanted = np.array(p.old_share, float)[:, None] / (1.0 - children)
    years = np.arange(len(adult)) / len(adult)
    low, high = np.full_like(children, -MOST_POWER), np.full_like(children, MOST_POWER)
    for _ in range(BISECTIONS):
        tilt = 0.5 * (low + high)
        adults = adult * np.exp(tilt * years)
        adults /= adults.sum(axis=1, keepdims=True)
        few = adults[:, OLD - ADULT :].sum(axis=1, keepdims=True) < wanted
        low, high = np.where(few, tilt, low), np.where(few, high, tilt)
    persons = (np.array(counts.persons, float) * counts.weight)[:, None]
    listed = slice(0, Segment.GENERAL)
    ages = persons * np.hstack([children * child, (1.0 - children) * adults])
    left = np.maximum(pyramid * persons.sum() - ages[listed].sum(axis=0), 0.0)
    children[Segment.GENERAL] = left[:ADULT].sum() / left.sum()
    adults[Segment.GENERAL] = left[ADULT:] / left[ADULT:].sum()
    return children[:, 0], child, np.hstack([np.zeros((len(Segment), ADULT)), adults])


def strengths_of(p, labour: np.ndarray, adults: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How a segment's adults are spread over strength: strength is ``(u / top) ** (1 / power)`` for a uniform ``u``.

    ``top`` and ``power`` are those with which the wanted shares of adults can work, and of these are weak, by the curves that
    hold in every later year too.
    """
    ages = np.arange(adults.shape[1])
    able, full = (np.interp(ages, np.arange(len(curve)) * p.strength_step, curve) for curve in (p.able_by_age, p.full_by_age))
    here = (
        adults
        * (1.0 - disabled_by(p, ages))
        * np.where(ages < p.graduation_age, 1.0 - p.senior_high_share * p.tertiary_share, 1.0)
    )
    low, high = np.full(len(labour), LEAST_POWER), np.full(len(labour), MOST_POWER)
    for _ in range(BISECTIONS):
        power = 0.5 * (low + high)
        of_able = (here * full ** power[:, None]).sum(axis=1) / (here * able ** power[:, None]).sum(axis=1)
        few = of_able < 1.0 - np.asarray(p.weak_share, float)
        low, high = np.where(few, low, power), np.where(few, power, high)
    chance = able ** power[:, None]
    top = labour / (here * chance).sum(axis=1)
    for _ in range(BISECTIONS):  # nobody is more than certain to be able, so that others are a little more often
        top = np.minimum(top * labour / (here * np.minimum(top[:, None] * chance, 1.0)).sum(axis=1), MOST_TOP)
    return top, power


def disabled_by(p, ages: np.ndarray) -> np.ndarray:
    """Share of people disabled by an age: as many as the yearly chance goes on to make."""
    yearly = np.where(ages >= p.older_from, p.older_multiple, 1.0) * p.disability_onset * (ages >= p.adult_age)
    return 1.0 - np.cumprod(1.0 - np.minimum(yearly, 1.0))


def make_persons(tables: Tables, draws: Draws, p, sizes: np.ndarray, counts: Counts, posts: int) -> None:
    """Give every household its members, with age, health, schooling and working capacity."""
    total = int(sizes.sum())
    persons = tables.make("persons", total, room=total + _room(total, counts.weight[Segment.GENERAL] > 1))
    households = tables["households"]
    child_share, child_ages, adult_ages = ages_of(p, counts)
    # A head is never a child, so children are drawn among the other members with a chance raised to give the wanted share.
    members, heads = np.array(counts.persons, float), np.array(counts.households, float)
    child_chance = np.minimum(child_share * members / np.maximum(members - heads, 1.0), 1.0)
    top, power = strengths_of(p, enough_hands(p, counts, posts) / (1.0 - child_share), adult_ages)
    keys = tuple(draws.key(name) for name in ("child", "age", "sex", "chronic", "school", "strength", "disabled"))
    fill_persons(
        households, persons, sizes, keys, child_chance, np.cumsum(child_ages), np.cumsum(adult_ages, axis=1), top, power,
        disabled_by(p, np.arange(adult_ages.shape[1])), p.chronic_share, np.asarray(p.able_by_age), np.asarray(p.full_by_age),
        p.strength_step, p.weak_capacity,
        (p.senior_high_share, p.senior_high_share * p.tertiary_share, p.graduation_age),
    )  # fmt: skip


#: Years of an age group of the pyramid; first year of working life and of old age; where stages of school begin.
AGE_GROUP, OLD = 5, 60
PRESCHOOL, SCHOOL, SENIOR_HIGH, TERTIARY, ADULT = 3, 6, 15, 18, 20
LEAST_POWER, MOST_POWER, MOST_TOP, BISECTIONS = 0.05, 40.0, 100.0, 40


@compiled
def fill_persons(
    households, persons, sizes, keys, child_chance, child_ages, adult_ages, top, power, disabled, chronic, able, full, step, weak,
    schooling,
):  # fmt: skip
    """Draw each member's age and strength, then what follows from them."""
    child_key, age_key, sex_key, chronic_key, school_key, strength_key, disabled_key = keys
    row = 0
    for h in range(len(households)):
        household = households[h]
        segment = household.segment
        household.first_person = row
        size = sizes[h]
        for place in range(size):
            person = persons[row]
            person.identity = mix(household.identity, np.uint64(place))
            person.household = h
            person.next = row + 1 if place < size - 1 else NONE
            person.alive = 1
            person.registered = household.registered
            person.enterprise = NONE
            person.productivity = 1.0
            person.female = 1 if uniform(sex_key, person.identity) < 0.5 else 0
            person.status = Destination.NONE
            child = place > 0 and uniform(child_key, person.identity) < child_chance[segment]
            ages = child_ages if child else adult_ages[segment]
            person.age = min(np.searchsorted(ages, uniform(age_key, person.identity)), len(ages) - 1)
            # Children are as strong as children anywhere; what keeps adults from work has to do with being listed.
            person.strength = uniform(strength_key, person.identity)
            if not child:
                person.strength = (person.strength / top[segment]) ** (1.0 / power[segment])
            _enter_school(person, uniform(school_key, person.identity), schooling)
            if person.stage == Stage.NOT_IN_SCHOOL and person.age >= SENIOR_HIGH:
                person.capacity = capacity_at(person.strength, person.age, able, full, step, weak)
                if uniform(disabled_key, person.identity) < disabled[person.age]:
                    person.capacity = 0.0
                person.disabled = 1 if person.capacity == 0.0 and ADULT <= person.age < OLD else 0
            if not child:  # one adult or more is ill in the wanted share of households
                spared = (1.0 - chronic[segment]) ** (1.0 / _adults(size))
                person.chronic = 1 if uniform(chronic_key, person.identity) < 1.0 - spared else 0
            row += 1


@compiled
def _adults(size):
    """Adults a household of this size is taken to have when chronic illness is spread over them."""
    return 1.0 if size == 1 else 2.0


@compiled
def _enter_school(person, u, schooling):
    """Where somebody stands in school, and how many years of the stage are left; as many go on as will in later years."""
    to_senior_high, to_tertiary, graduation = schooling
    if SCHOOL <= person.age < SENIOR_HIGH:
        person.stage = Stage.COMPULSORY
        person.school_years = SENIOR_HIGH - person.age
    elif SENIOR_HIGH <= person.age < TERTIARY and u < to_senior_high:
        person.stage = Stage.SENIOR_HIGH
        person.school_years = TERTIARY - person.age
    elif TERTIARY <= person.age < graduation and u < to_tertiary:
        person.stage = Stage.TERTIARY
        person.school_years = int(graduation) - person.age


def list_poor_students(tables: Tables, draws: Draws, p) -> None:
    """Put exactly the stated number of children from preschool to senior high on the list at zero burden.

    Registered children come first, then those of other listed households; the audit stops the run if they are too few.
    """
    persons, households = tables["persons"], tables["households"]
    segment = households["segment"][persons["household"]]
    in_school = (persons["age"] >= PRESCHOOL) & (persons["age"] < SENIOR_HIGH) | (persons["stage"] == Stage.SENIOR_HIGH)
    listed = np.flatnonzero(in_school & (segment != Segment.GENERAL))
    after = (segment[listed] > Segment.REGISTERED_OTHER).astype(float)
    order = draws.order("poor student", persons["identity"][listed], after)
    persons["poor_student"][listed[order[: round(p.poor_students)]]] = 1
