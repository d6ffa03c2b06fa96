"""What the villages and townships own and owe in January 2021: enterprises and their links, assets, loans, revenue, tap water."""

from typing import Any

import numpy as np

from sim.core.binding import Tables
from sim.founding.population import Draws, identities, room_of
from sim.world.codes import (
    COMMODITY_COUNT,
    NONE,
    AssetState,
    Commodity,
    Contract,
    Destination,
    Industry,
    Linkage,
    LoanKind,
    Sector,
    Segment,
)

#: The commodity whose price each industry follows; livestock is hogs or cattle, and the last two follow none.
COMMODITY_OF = {
    Industry.VEGETABLES: Commodity.VEGETABLES,
    Industry.FLOWERS: Commodity.FLOWERS,
    Industry.LIVESTOCK: Commodity.HOGS,
    Industry.FRUIT: Commodity.FRUIT,
    Industry.PHOTOVOLTAICS: Commodity.VEGETABLES,
    Industry.PROCESSING: Commodity.VEGETABLES,
}
#: Industries that grow or raise something themselves.
GROWERS = (Industry.VEGETABLES, Industry.FLOWERS, Industry.LIVESTOCK, Industry.FRUIT)
#: Room for rows added later, enough for every lever at its upper bound.
SPARE_LOANS, SPARE_LEADS, SPARE_PROJECTS = 40_000, 120_000, 24_000
LINKS_HOUSEHOLDS = (Linkage.ORDERS, Linkage.SHARES)


def make_village_economy(tables: Tables, draws: Draws, p: Any) -> None:
    """Fill enterprises, assets, loans and enclave projects, and what townships and villages hold."""
    make_enterprises(tables, draws, p)
    link_households(tables, draws, p)
    make_assets(tables, draws, p)
    make_loans(tables, draws, p)
    make_township_finance(tables, draws, p)
    villages = tables["villages"]
    villages["team"] = villages["first_secretary"]
    spread = draws.normals("tap", identities("village", len(villages)))
    villages["tap"] = np.clip(p.tap_water + p.tap_spread * spread, 0.0, 1.0)
    # Clipping moves the mean; the county's share is what is known.
    weight = villages["households"] / max(1, villages["households"].sum())
    villages["tap"] = np.clip(villages["tap"] + p.tap_water - (weight * villages["tap"]).sum(), 0.0, 1.0)
    tables.make("enclaves", 0, room=room_of(SPARE_LEADS, p))
    tables.make("risks", 8)


def _enterprise_rows(tables: Tables, draws: Draws, p: Any) -> tuple[np.ndarray, np.ndarray]:
    """Places for enterprises, of which some operate, some are closed and some are not yet founded; returns names and sizes."""
    places = np.ceil(p.enterprise_count * (1.0 + p.enterprise_places)).astype(int)
    total = int(places.sum())
    enterprises = tables.make("enterprises", total, room=total + room_of(SPARE_PROJECTS, p))
    names = identities("enterprise", total)
    enterprises["identity"] = names
    enterprises["sector"] = np.repeat(np.arange(len(places)), places)
    order = draws.uniforms("closed", names)
    for sector, count in enumerate(p.enterprise_count * p.enterprise_founded):
        rows = np.flatnonzero(enterprises["sector"] == sector)
        rows = rows[np.argsort(order[rows], kind="stable")]
        operating = min(round(float(count)), len(rows))
        closed = min(round(float(p.closed_share * count)), len(rows) - operating)
        enterprises["alive"][rows[:operating]] = 1
        enterprises["planned"][rows[operating + closed :]] = 1
    size = p.enterprise_size[enterprises["sector"]] * draws.lognormals("enterprise size", names, p.enterprise_spread)
    return names, size


def make_enterprises(tables: Tables, draws: Draws, p: Any) -> None:
    """Village enterprises and the registered persons they employ; everybody else's local employer is no row (−1)."""
    names, size = _enterprise_rows(tables, draws, p)
    enterprises, villages, persons = tables["enterprises"], tables["villages"], tables["persons"]
    total = len(enterprises)
    edges = np.cumsum(villages["households"]) / max(1, villages["households"].sum())
    enterprises["village"] = np.searchsorted(edges, draws.uniforms("enterprise village", names)).clip(0, len(villages) - 1)
    enterprises["township"] = villages["township"][enterprises["village"]]
    _set_industries(enterprises, draws, p, names)
    enterprises["age"] = (draws.uniforms("enterprise age", names) * p.oldest_enterprise).astype(int)
    enterprises["linkage"] = np.searchsorted(np.cumsum(p.linkage_shares), draws.uniforms("linkage", names)).clip(
        0, len(Linkage) - 1
    )
    leading = np.flatnonzero((enterprises["sector"] == Sector.LEADING_FIRM) & (enterprises["alive"] == 1))
    tight = leading[draws.order("tight", names[leading])][: round(p.tight_firms)]
    enterprises["tight"][tight] = 1
    enterprises["linkage"][tight] = Linkage.ORDERS
    _set_revenue(enterprises, draws, p, names)
    _set_farming(enterprises, p, size)
    _fill_jobs(persons, enterprises, draws, p=p, names=names, size=size, total=total)


def _set_industries(enterprises, draws: Draws, p: Any, names: np.ndarray) -> None:
    """The line of business of each; processors process."""
    drawn = np.searchsorted(np.cumsum(p.industry_mix), draws.uniforms("enterprise commodity", names)).clip(0, len(Industry) - 1)
    enterprises["industry"] = np.where(enterprises["sector"] == Sector.PROCESSOR, Industry.PROCESSING, drawn)
    commodities = np.array([COMMODITY_OF[each] for each in Industry])
    enterprises["commodity"] = commodities[enterprises["industry"]]
    cattle = (enterprises["industry"] == Industry.LIVESTOCK) & (draws.uniforms("cattle", names) < p.cattle_share)
    enterprises["commodity"][cattle] = Commodity.CATTLE
    enterprises["exposure"] = p.industry_exposure[enterprises["industry"]]


def _set_revenue(enterprises, draws: Draws, p: Any, names: np.ndarray) -> None:
    """Sales of the processing cluster: a few processors above the statistical threshold of scale, small ones, leading firms."""
    drawn = draws.lognormals("revenue", names, p.revenue_spread)
    processors = np.flatnonzero(enterprises["sector"] == Sector.PROCESSOR)
    operating = processors[enterprises["alive"][processors] == 1]
    ranked = operating[draws.order("scale", names[operating])]
    large, small = ranked[: round(p.above_scale_firms)], np.setdiff1d(processors, ranked[: round(p.above_scale_firms)])
    if len(large):
        enterprises["revenue"][large] = p.cluster_revenue * p.above_scale_part * drawn[large] / drawn[large].sum()
    enterprises["revenue"][small] = np.minimum(p.small_revenue * drawn[small], p.next_revenue)
    if len(ranked) > len(large):
        enterprises["revenue"][ranked[len(large)]] = p.next_revenue
    leading = np.flatnonzero(enterprises["sector"] == Sector.LEADING_FIRM)
    counted = leading[enterprises["alive"][leading] == 1]
    rest = max(p.cluster_revenue - enterprises["revenue"][operating].sum(), 0.0)
    if len(counted):
        enterprises["revenue"][leading] = rest * drawn[leading] / drawn[counted].sum()


def _set_farming(enterprises, p: Any, size: np.ndarray) -> None:
    """What the county grows beyond its households' part: growers and keepers of livestock share it by their size."""
    grower = np.isin(enterprises["industry"], GROWERS)
    for kind in range(COMMODITY_COUNT):
        rows = np.flatnonzero(grower & (enterprises["commodity"] == kind))
        operating = (size * enterprises["alive"])[rows].sum()
        if operating > 0.0:
            total = max(p.output[kind] * (1.0 - p.household_share[kind]), 0.0) * p.farm_price[kind]
            enterprises["grows"][rows] = total * size[rows] / operating


def _fill_jobs(persons, enterprises, draws: Draws, p: Any, names, size: np.ndarray, total: int) -> None:
    """Registered workers of local firms are spread over the enterprises that operate, in proportion to size."""
    persons["enterprise"] = NONE
    if total == 0 or not enterprises["alive"].any():
        return
    workers = np.flatnonzero((persons["status"] == Destination.LOCAL_FIRM) & (persons["registered"] == 1))
    operating = size * enterprises["alive"]
    edges = np.cumsum(operating) / operating.sum()
    persons["enterprise"][workers] = np.searchsorted(edges, draws.uniforms("employer", persons["identity"][workers])).clip(
        0, total - 1
    )
    enterprises["registered"] = np.bincount(persons["enterprise"][workers], minlength=total)
    vacant = identities("vacancy", round(p.vacancy_share * len(workers)))
    vacancies = np.bincount(np.searchsorted(edges, draws.uniforms("vacancy", vacant)).clip(0, total - 1), minlength=total)
    mean_jobs = len(workers) * size / operating.sum()
    enterprises["staff_founded"] = mean_jobs * p.enterprise_staff
    enterprises["desired"] = enterprises["registered"] + vacancies
    enterprises["jobs_founded"] = np.where(enterprises["alive"] == 1, enterprises["desired"], mean_jobs)


def link_households(tables: Tables, draws: Draws, p: Any) -> None:
    """Some registered growers are linked to an enterprise of their township that buys from them or shares with them."""
    households, enterprises = tables["households"], tables["enterprises"]
    households["linked"] = NONE
    names = households["identity"]
    growers = (households["registered"] == 1) & (households["holdings"][:, 1:COMMODITY_COUNT].sum(axis=1) > 0.0)
    wanted = np.flatnonzero(growers & (draws.uniforms("linked", names) < p.linked_share))
    links = (enterprises["alive"] == 1) & np.isin(enterprises["linkage"], LINKS_HOUSEHOLDS)
    choice = draws.uniforms("linked to", names)
    for township in range(len(tables["townships"])):
        firms = np.flatnonzero(links & (enterprises["township"] == township))
        rows = wanted[households["township"][wanted] == township]
        if len(firms):
            households["linked"][rows] = firms[(choice[rows] * len(firms)).astype(int)]


def make_assets(tables: Tables, draws: Draws, p: Any) -> None:
    """Village assets, worth as much as assumed in all; some in arrears, some idle, some let to an enterprise of the village."""
    villages, enterprises = tables["villages"], tables["enterprises"]
    total = len(villages) * round(p.assets_per_village)
    assets = tables.make("assets", total)
    names = identities("asset", total)
    assets["identity"] = names
    assets["village"] = np.arange(total) // max(1, round(p.assets_per_village))
    drawn = draws.lognormals("asset value", names, p.asset_spread)
    assets["value"] = p.asset_value * drawn / max(drawn.sum(), 1.0)
    fixed = draws.uniforms("contract", names) < p.fixed_contracts
    assets["contract"] = np.where(fixed, Contract.FIXED_RETURN, Contract.PROFIT_SHARE)
    u = draws.uniforms("asset state", names)
    assets["state"] = np.where(u < p.asset_idle, AssetState.IDLE, AssetState.OPERATING)
    assets["state"][(u >= p.asset_idle) & (u < p.asset_idle + p.asset_arrears)] = AssetState.IN_ARREARS
    assets["operator"] = NONE
    renting = np.flatnonzero((enterprises["alive"] == 1) & (enterprises["linkage"] == Linkage.ASSET_RENT))
    first = np.full(len(villages), NONE)
    first[enterprises["village"][renting[::-1]]] = renting[::-1]
    operated = (assets["state"] == AssetState.OPERATING) & (draws.uniforms("operator", names) < p.rented_assets)
    assets["operator"][operated] = first[assets["village"][operated]]


def make_loans(tables: Tables, draws: Draws, p: Any) -> None:
    """The loans being served when 2021 begins, at every age up to their term, so that as many fall due each month as are made.

    Those made in 2020 took the place of others that had run out: they earn throughout the year that is run before January 2021.
    """
    households = tables["households"]
    households["loan"] = NONE
    loans = tables.make("loans", 0, room=room_of(SPARE_LOANS, p))
    listed = (households["registered"] == 1) | (households["marginal"] == 1)
    on_dibao = np.isin(households["segment"], (Segment.REGISTERED_DIBAO, Segment.OTHER_DIBAO))
    able = np.flatnonzero(listed & (households["workers"] > 0) & ~on_dibao)
    order = draws.order("loan", households["identity"][able]).astype(np.int64)
    if p.tables is not None and p.tables.margin("loan"):  # the import counts registered households with a loan
        order = order[np.argsort(households["registered"][able[order]] == 0, kind="stable")]
    chosen = able[order][: round(p.loans_outstanding)]
    tables.counts["loans"][0] = len(chosen)
    loans = tables["loans"]
    names = identities("loan", len(chosen))
    loans["identity"] = names
    loans["household"] = chosen
    loans["kind"] = LoanKind.MICROCREDIT
    loans["principal"] = loans["capital"] = p.loan_size
    loans["term"] = round(p.loan_term)
    loans["started"] = -1 - (draws.uniforms("loan age", names) * p.loan_term).astype(int)
    loans["ability"] = draws.lognormals("loan ability", households["identity"][chosen], p.loan_ability_spread)
    households["loan"][chosen] = np.arange(len(chosen))


def make_township_finance(tables: Tables, draws: Draws, p: Any) -> None:
    """Own revenue and needs of each township, in proportion to its rural households; town streets count as an average one."""
    townships = tables["townships"]
    households = np.bincount(tables["villages"]["township"], tables["villages"]["households"], len(townships))
    size = np.where(households > 0.0, households, households[households > 0.0].mean() if households.any() else 0.0)
    names = identities("township", len(townships))
    townships["own_revenue"] = size * p.township_revenue / 12 * draws.lognormals("revenue", names, p.township_spread)
    townships["need"] = size * p.township_need / 12 * draws.lognormals("need", names, p.need_spread)
    for column in ("effort", "seeking", "rounds", "care", "papers", "courting"):
        townships[column] = 1.0
    sites = size**p.site_spread
    townships["sites"] = sites / max(sites.mean(), 1e-9)
