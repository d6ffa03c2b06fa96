"""What the founded households live from: work, land and what it carries.

Wages and farms are first set at the going rates; ``incomes`` then scales them to the income each household had.
"""

import numpy as np

from sim.core.binding import Tables
from sim.founding.population import Draws, identities
from sim.world.codes import COMMODITY_COUNT, Commodity, Destination, Stage

YOUNGEST_MIGRANT = 20


def assign_work(tables: Tables, draws: Draws, p, posts: int) -> None:
    """Where everybody's labour goes on 1 January 2021.

    Registered persons fill the stated numbers outside, in local firms and on public-welfare posts exactly; other
    segments work outside or locally with the assumed shares. Who can work and has no job works on the farm.
    """
    persons, households = tables["persons"], tables["households"]
    persons["status"] = Destination.NONE
    able = (persons["capacity"] > 0.0) & (persons["stage"] == Stage.NOT_IN_SCHOOL)
    persons["status"][able] = Destination.FARM
    segment = households["segment"][persons["household"]]
    registered = able & (persons["registered"] == 1)
    full = able & (persons["capacity"] >= 1.0)
    ageing = p.age_gradient * np.maximum(persons["age"] - YOUNGEST_MIGRANT, 0)

    candidates = np.flatnonzero(registered & full)
    order = candidates[draws.order("outside", persons["identity"][candidates], ageing[candidates])]
    outside = round(p.outside_jobs)
    persons["status"][order[:outside]] = Destination.OUTSIDE
    candidates = order[outside:]
    order = candidates[draws.order("local", persons["identity"][candidates])]
    if not p.home or p.tables is not None:  # a county that counts those in work has as many, weak hands too where need be
        weak = np.flatnonzero(registered & ~full)
        more = outside - int((persons["status"][registered] == Destination.OUTSIDE).sum())
        order = np.concatenate([order, weak[draws.order("local", persons["identity"][weak])]])[: round(p.local_jobs) + more]
    else:
        order = order[: round(p.local_jobs)]
    persons["status"][order] = Destination.LOCAL_FIRM

    others = np.flatnonzero(full & (persons["registered"] == 0))
    u = draws.uniforms("work", persons["identity"][others])
    outside_share = p.outside_share[segment[others]]
    local_share = p.local_share[segment[others]]
    persons["status"][others[u < outside_share]] = Destination.OUTSIDE
    persons["status"][others[(u >= outside_share) & (u < outside_share + local_share)]] = Destination.LOCAL_FIRM

    _fill_posts(persons, draws, np.flatnonzero(registered & (persons["status"] == Destination.FARM)), posts)
    persons["preference"] = persons["status"]
    _make_idle(persons, draws, p, able)


def _make_idle(persons, draws: Draws, p, able: np.ndarray) -> None:
    """As many of the farmers are between jobs as is usual for those who work outside and near home."""
    for registered in (0, 1):
        group = able & (persons["registered"] == registered)
        for destination in (Destination.OUTSIDE, Destination.LOCAL_FIRM):
            employed = group & (persons["status"] == destination)
            wanted = round(p.idle_share * employed.sum())
            free = np.flatnonzero(group & (persons["status"] == Destination.FARM) & (persons["capacity"] >= 1.0))
            idle = free[draws.order(f"idle {destination.name} {registered}", persons["identity"][free])[:wanted]]
            persons["status"][idle] = Destination.NONE
            persons["preference"][idle] = destination


def _fill_posts(persons, draws: Draws, candidates: np.ndarray, posts: int) -> None:
    """Give posts to weak labour first, one to a household; a second one only when every household has had its turn."""
    strength = np.where(persons["capacity"][candidates] < 1.0, 0.0, 1.0)
    order = candidates[draws.order("post", persons["identity"][candidates], strength)]
    _, first = np.unique(persons["household"][order], return_index=True)
    is_first = np.zeros(len(order), dtype=bool)
    is_first[first] = True
    candidates_in_turn = np.concatenate([order[is_first], order[~is_first]])
    persons["status"][candidates_in_turn[:posts]] = Destination.PUBLIC_POST


def make_farms(tables: Tables, draws: Draws, p) -> None:
    """Land, and what each household earns from each commodity in an ordinary year at 2020 prices (yuan).

    Whoever has nobody at home lets the land: the others till it too. Who grows what else, and how much more than a neighbour, is
    drawn; how much in all is what the county produces (``county_farming``).
    """
    households, persons = tables["households"], tables["persons"]
    names = households["identity"]
    households["land"] = p.land_per_household * draws.lognormals("land", names, p.land_spread)
    at_home = np.bincount(
        persons["household"],
        persons["capacity"] * ((persons["status"] == Destination.FARM) | (persons["status"] == Destination.PUBLIC_POST)),
        len(households),
    )
    households["holdings"][:, Commodity.MAIZE] = np.where(at_home > 0.0, households["land"], 0.0)
    segment = households["segment"]
    villages = identities("village", len(tables["villages"]))
    for commodity in range(1, COMMODITY_COUNT):
        kind = Commodity(commodity).name
        clustered = draws.lognormals(f"village {kind}", villages, p.village_clustering)[households["village"]]
        chance = p.commodity_shares[commodity] * p.commodity_access[segment] * clustered
        holds = (draws.uniforms(f"holds {kind}", names) < chance) & (at_home > 0.0)
        size = draws.lognormals(f"income {kind}", names, p.commodity_spread)
        households["holdings"][:, commodity] = np.where(holds, size, 0.0)
    anchor_farms(households, np.ones(len(households)), county_farming(p))
    households["herd"] = 1.0
    households["shed"] = 1.0
    households["disqualifying"] = draws.uniforms("disqualifying", names) < p.disqualifying_share[segment]
    households["awareness"] = draws.uniforms("awareness", names) + draws.uniforms("awareness too", names)


def county_farming(p) -> np.ndarray:
    """Net income of all households together from each commodity in an ordinary year, yuan: their part of what the county
    produces, at ordinary prices, less what it costs them.
    """
    return p.output * p.household_share * p.farm_price * p.net_share


def anchor_farms(households, scale: np.ndarray, county: np.ndarray, stride: float = 1.0) -> None:
    """Multiply each commodity by one number for all, so that holdings times ``scale`` come to ``county`` (by commodity).

    With a ``stride`` other than 1 the step is that much longer than the gap, in logarithms.
    """
    total = (households["weight"] * scale) @ households["holdings"]
    households["holdings"] *= np.where(total > 0.0, county / np.where(total > 0.0, total, 1.0), 1.0) ** stride
