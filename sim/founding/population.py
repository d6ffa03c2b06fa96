"""Who lives in the county: households with their places and sizes, each drawn at an address of its own.

Nothing is sampled from micro-data, because there is none; totals that the policy paper states are met exactly.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.binding import Tables
from sim.core.compiled.compilation import entry_point
from sim.core.inputs.errors import CannotBeFounded
from sim.core.random_draws import decision_key, fill_uniforms, mix, word
from sim.core.random_draws import normal as normal_draw
from sim.core.tables import TABLES
from sim.founding.residents import general_households, resident_margins
from sim.world.codes import NONE, Segment
from sim.world.places import NUMBERED, numbered_villages, read_townships, read_villages

LARGEST_SIZE = 6
SPARE_CASES = 60_000  # of ten years, like all spare rows


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


@entry_point
def fill_normals(key, identities, drawn):
    """A standard normal draw for each identity, into ``drawn``."""
    for i in range(len(identities)):
        drawn[i] = normal_draw(key, identities[i])


@entry_point
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


#: Segments as messages name them.
SEGMENTS = (
    ("registered households on dibao", "低保中的脱贫户"), ("registered households without dibao", "未纳入低保的脱贫户"),
    ("other dibao households", "其他低保户"), ("marginal households", "边缘易致贫户"), ("general households", "一般农户"),
)  # fmt: skip


def check_counts(p, general_weight: int) -> None:
    """Raise CannotBeFounded where households, persons, townships and villages, as counted, cannot be founded."""
    counts = plan_counts(p, general_weight)
    for segment in Segment:
        _check_sizes(counts.households[segment], counts.persons[segment], segment)
    townships, owners = _places(p)
    if (townships, len(owners)) != (round(p.townships), round(p.villages)):
        raise CannotBeFounded(
            f"founding: the public list has {townships} townships and {len(owners)} villages, not {p.townships:g} and "
            f"{p.villages:g}; set founding.places to numbered, or leave their numbers out",
            f"公开名单有 {townships} 个乡镇、{len(owners)} 个村，不是 {p.townships:g} 个和 {p.villages:g} 个："
            "请把 founding.places 设为 numbered，或不写乡镇数和村数",
        )


def unusual_rooms(p, general_weight: int) -> dict[str, int]:
    """How many rows are allocated for tables of a county that are so large that rules have to be compiled for them once more;
    by name.

    Raises CannotBeFounded as ``plan_counts`` does.
    """
    counts = plan_counts(p, general_weight)
    splits = general_weight > 1
    households, persons = (total + rows_to_spare(total, splits) for total in (sum(counts.households), sum(counts.persons)))
    rooms = {**dict.fromkeys(("households", "histories", "register"), households), "persons": persons}
    return {name: room for name, rows in rooms.items() if (room := TABLES[name].unusual_room(rows))}


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
    size = draws.lognormals("village size", identities("village", len(villages)), p.village_spread)
    if p.resident_places:  # the villages of a township have its households among them
        wanted = resident_margins(p, count)[0].sum(axis=1)
        here = np.bincount(villages["township"], size, count)
        size *= (wanted / np.where(here > 0.0, here, 1.0))[villages["township"]]
    return size


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
    _check_sizes(len(names), persons, segment)
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


def _check_sizes(households: int, persons: int, segment: int) -> None:
    if not households <= persons <= LARGEST_SIZE * households:
        english, chinese = SEGMENTS[segment]
        raise CannotBeFounded(
            f"founding: {households} households cannot have {persons} members ({english}, {LARGEST_SIZE} members at most); "
            "correct the numbers of households and persons in the county file, or its size if it is too small",
            f"{chinese}有 {households} 户，不可能有 {persons} 人（每户最多 {LARGEST_SIZE} 人）："
            "请在县情文件里核对户数和人数；县的规模太小时也会这样",
        )


def make_households(tables: Tables, draws: Draws, p, counts: Counts, village_size: np.ndarray) -> np.ndarray:
    """Fill households with segment, weight, place and size; returns the size of each."""
    total = sum(counts.households)
    general_room = counts.weight[Segment.GENERAL] > 1  # a sampled row may split once for each household it stands for
    households = tables.make("households", total, room=total + rows_to_spare(total, general_room))
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
        if p.resident_places and segment == Segment.GENERAL:
            before = slice(0, block.start)
            listed = villages["township"][households["village"][before]], sizes[before]
            sizes[block], township = general_households(
                p, draws, names, len(tables["townships"]), listed, counts.persons[segment], counts.weight[segment]
            )
            households["village"][block] = villages_in(township, villages["township"], weights, u)
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


def rows_to_spare(rows: int, splits: bool) -> int:
    """Rows to spare: for children who found a household, and for sampled households that are signalled one by one.

    Spare rows are never touched before they are used, so that ample room costs nothing.
    """
    return max(64, int(rows * (1.0 if splits else 0.3)))
