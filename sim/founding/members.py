"""Members of households: ages, strength, schooling and health, each drawn at an address of its own."""

import numpy as np

from sim.core.binding import Tables
from sim.core.compiled.compilation import compiled, entry_point
from sim.core.random_draws import mix, uniform
from sim.founding.population import Counts, Draws, rows_to_spare
from sim.founding.residents import fit_ages
from sim.world.codes import NONE, Destination, Segment, Stage
from sim.world.persons import capacity_at

HANDS_TO_SPARE = 1.03  # chance decides who can work, and places are for those whom it lets
#: Years of an age group of the pyramid; first year of working life and of old age; where stages of school begin.
AGE_GROUP, OLD = 5, 60
PRESCHOOL, SCHOOL, SENIOR_HIGH, TERTIARY, ADULT = 3, 6, 15, 18, 20
LEAST_POWER, MOST_POWER, MOST_TOP, BISECTIONS = 0.05, 40.0, 100.0, 40


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
    persons = tables.make("persons", total, room=total + rows_to_spare(total, counts.weight[Segment.GENERAL] > 1))
    households = tables["households"]
    child_share, child_ages, adult_ages = ages_of(p, counts)
    # A head is never a child, so children are drawn among the other members with a chance raised to give the wanted share.
    members, heads = np.array(counts.persons, float), np.array(counts.households, float)
    child_chance = np.minimum(child_share * members / np.maximum(members - heads, 1.0), 1.0)
    keys = tuple(draws.key(name) for name in ("child", "age", "sex"))
    fill_persons(
        households, persons, sizes, keys, child_chance, np.cumsum(child_ages), np.cumsum(adult_ages, axis=1)
    )  # fmt: skip
    settle(tables, draws, p, counts, posts, first=0)


def settle(tables: Tables, draws: Draws, p, counts: Counts, posts: int, first: int) -> None:
    """Give persons from row ``first`` on the strength, schooling and health that go with their ages."""
    child_share, _, adult_ages = ages_of(p, counts)
    top, power = strengths_of(p, enough_hands(p, counts, posts) / (1.0 - child_share), adult_ages)
    keys = tuple(draws.key(name) for name in ("chronic", "school", "strength", "disabled"))
    settle_persons(
        tables["households"], tables["persons"], first, keys, top, power,
        disabled_by(p, np.arange(adult_ages.shape[1])), p.chronic_share, np.asarray(p.able_by_age), np.asarray(p.full_by_age),
        p.strength_step, p.weak_capacity,
        (p.senior_high_share, p.senior_high_share * p.tertiary_share, p.graduation_age),
    )  # fmt: skip


def set_resident_ages(tables: Tables, draws: Draws, p, counts: Counts, posts: int) -> None:
    """Give members of general rows the ages and sexes that a census counts beyond those of the listed.

    A scenario that sets another pyramid than the census's keeps what was drawn from it. Before persons are
    put in order. ``posts``: as for ``make_persons``.
    """
    if not p.residents.ages or not np.allclose(p.age_shares, p.residents.age_shares()):
        return
    persons, households = tables["persons"], tables["households"]
    general = np.flatnonzero(households["segment"][persons["household"]] == Segment.GENERAL)
    first = int(general[0])  # general rows come last
    ages, female = persons["age"].astype(np.int64), persons["female"].astype(np.int64)
    heads = households["first_person"][persons["household"][general]] == general
    listed = ages[:first], female[:first], counts.weight[Segment.GENERAL]
    ages, female = fit_ages(p, draws, persons["identity"][general], ages[general], female[general], heads, listed, ADULT)
    persons["age"][general], persons["female"][general] = ages, female
    for column in ("stage", "school_years", "capacity", "disabled", "chronic"):
        persons[column][general] = 0
    settle(tables, draws, p, counts, posts, first)


@entry_point
def fill_persons(households, persons, sizes, keys, child_chance, child_ages, adult_ages):
    """Draw each member's sex and age."""
    child_key, age_key, sex_key = keys
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
            row += 1


@entry_point
def settle_persons(households, persons, first, keys, top, power, disabled, chronic, able, full, step, weak, schooling):
    """Draw the strength of each person from row ``first`` on, then what follows from it and the age."""
    chronic_key, school_key, strength_key, disabled_key = keys
    for row in range(first, len(persons)):
        person = persons[row]
        household = households[person.household]
        segment = household.segment
        # Children are as strong as children anywhere; what keeps adults from work has to do with being listed.
        person.strength = uniform(strength_key, person.identity)
        if person.age >= ADULT:
            person.strength = (person.strength / top[segment]) ** (1.0 / power[segment])
        _enter_school(person, uniform(school_key, person.identity), schooling)
        if person.stage == Stage.NOT_IN_SCHOOL and person.age >= SENIOR_HIGH:
            person.capacity = capacity_at(person.strength, person.age, able, full, step, weak)
            if uniform(disabled_key, person.identity) < disabled[min(person.age, len(disabled) - 1)]:
                person.capacity = 0.0
            person.disabled = 1 if person.capacity == 0.0 and ADULT <= person.age < OLD else 0
        if person.age >= ADULT:  # one adult or more is ill in the wanted share of households
            spared = (1.0 - chronic[segment]) ** (1.0 / _adults(household.members))
            person.chronic = 1 if uniform(chronic_key, person.identity) < 1.0 - spared else 0


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
