"""How January 2021 came to be: people and places, work and land, incomes, files; and the audit that proves it.

The county founds in two steps, because incomes are scaled to what a trial year of ordinary rules pays: ``found_people``,
then ``found_incomes`` with what that year paid.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.core.binding import Tables
from sim.core.inputs.parameters import ParameterBook
from sim.core.inputs.resolve import Values
from sim.core.random_draws import MONTHS_BEFORE_ZERO, decision_key, word
from sim.founding.imported import inherited_households, registered_households, set_members
from sim.founding.incomes import DibaoRules, TrialYear, settle_incomes
from sim.founding.livelihoods import assign_work, make_farms
from sim.founding.members import list_poor_students, make_persons, set_resident_ages
from sim.founding.population import (
    SPARE_CASES,
    Draws,
    identities,
    make_households,
    make_places,
    normals,
    plan_counts,
    room_of,
)
from sim.founding.row_order import order_persons
from sim.founding.village_economy import make_village_economy
from sim.world import dibao_rules
from sim.world.codes import NONE, CaseState, Cause, Channel, Commodity, Destination, Listing, Segment
from sim.world.farms import is_fresh
from sim.world.labour_market import STRENGTHS, market_of
from sim.world.places import NUMBERED, township_names

YEAR = 12
TOTAL = "total"  # the row of all income in a table of incomes by source


#: Numbers that a process owns and founding needs as well.
BORROWED = {
    "loan_size": "microcredit.loan_size",
    "loan_term": "microcredit.term_months",
    "loan_ability_spread": "microcredit.ability_spread",
    "farm_price": "farming.farm_price",
    "net_share": "farming.net_share",
    "enterprise_tax": "enterprises.tax",
    "able_by_age": "demography.able_by_age",
    "full_by_age": "demography.full_by_age",
    "strength_step": "demography.strength_step",
    "weak_capacity": "demography.weak_capacity",
    "senior_high_share": "demography.senior_high_share",
    "tertiary_share": "demography.tertiary_share",
    "land_rent": "land_rents.rent",
    "rent_paid_share": "land_rents.paid_share",
    "subsidy_per_mu": "transfers.subsidy_per_mu",
    "own_work_wage_part": "own_work.wage_part",
    "adult_age": "health.adult_age",
    "older_from": "health.older_from",
    "older_multiple": "health.older_multiple",
    "disability_onset": "health.disability_onset",
}


def parameters(
    book: ParameterBook, values: Values, tables: Any = None, home: bool = True, residents: Any = None
) -> SimpleNamespace:  # fmt: skip
    """The parameters of founding as plain attributes; lists are arrays.

    ``tables``: distributions of the registered households (``sim.scenario.distributions``), or None; ``home``: whether it is the
    county whose numbers the parameters have; ``residents``: its tables of residents (``sim.scenario.residents``), or None.
    """
    own = {name: f"founding.{name}" for name in book.of("founding")}
    p = SimpleNamespace(**{name: values.at(identity, -YEAR) for name, identity in {**own, **BORROWED}.items()})
    p.tables, p.home, p.registered, p.residents = tables, home, None, residents
    p.resident_places = _resident_places(p)
    total = None if tables is None else tables.income(TOTAL)
    if total is not None:  # what the county's own files say that the registered have
        p.income_ratio = total.mean / p.rural_income
    return p


def found_people(tables: Tables, replication: np.uint64, p: Any, general_weight: int, posts: int, posts_promised: int) -> Draws:
    """Fill places, households, persons, work, enterprises and farms; returns the random draws of founding.

    ``posts`` are those that the scenario fills; there are hands enough for ``posts_promised``, the same people in every scenario.
    """
    draws = Draws(replication)
    if p.tables is not None:
        p.registered = registered_households(p.tables, draws, places=p.resident_places or _township_names(p))
    counts = plan_counts(p, general_weight)
    village_size = make_places(tables, draws, p)
    sizes = make_households(tables, draws, p, counts=counts, village_size=village_size)
    make_persons(tables, draws, p, sizes=sizes, counts=counts, posts=posts_promised)
    if p.registered is not None:
        set_members(tables, draws, p, p.registered, counts, posts_promised)
    if p.residents is not None:
        set_resident_ages(tables, draws, p, counts, posts_promised)
    list_poor_students(tables, draws, p)
    households = tables["households"]
    for name in ("histories", "register"):
        tables.make(name, len(households), room=len(tables.rows["households"]))
    _open_files(tables)
    if p.registered is not None:
        tables["register"]["poverty_cause"][: len(p.registered.cause)] = p.registered.cause
    tables.make("cases", 0, room=room_of(SPARE_CASES, p))
    tables.make("packages", 0, room=room_of(2 * SPARE_CASES, p))
    environment = tables.make("environment", 1)
    for index in ("farm_trend", "transfer_trend", "cost_trend", "province_income", "epidemic", "floor_growth"):
        environment[index] = 1.0
    tables.make("commodities", 6)["price"] = 1.0
    tables.make("markets", len(Segment) * STRENGTHS)
    assign_work(tables, draws, p, posts)
    make_farms(tables, draws, p)
    _count_workers(tables)
    make_village_economy(tables, draws, p)
    order_persons(tables)
    return draws


def _township_names(p: Any) -> list[str]:
    """The townships' names in the order of their rows; none where places are merely numbered."""
    return [] if p.places == NUMBERED else [name["zh"] for name in township_names(int(p.places), round(p.townships))]


def _resident_places(p: Any) -> list[str]:
    """The townships that the tables of residents name, in the order of the county's rows; none where there is no such table."""
    if p.residents is None or not p.residents.cells:
        return []
    return p.residents.townships if p.places == NUMBERED else _township_names(p)


def _open_files(tables: Tables) -> None:
    """Empty files: nothing is pending and nobody is signalled."""
    register = tables["register"]
    for column in ("grace_until", "application", "signal", "signalled", "case_row", "found", "poverty_cause"):
        register[column] = NONE
    register["noticed"] = 1
    register["listed_as"] = np.where(tables["households"]["marginal"] == 1, Listing.MARGINAL, Listing.UNSTABLE)
    for column in ("seen", "turned_down_until"):
        register[column] = -MONTHS_BEFORE_ZERO


def _count_workers(tables: Tables) -> None:
    """Workers and labour units of each household."""
    persons, households = tables["persons"], tables["households"]
    able = (persons["capacity"] > 0.0) & (persons["stage"] == 0)
    households["workers"] = np.bincount(persons["household"][able], minlength=len(households))


def settle_markets(tables: Tables) -> None:
    """Remember going pay and where each market's labour wishes to be, so that choice is at rest when nothing changes."""
    persons, households, markets = tables["persons"], tables["households"], tables["markets"]
    markets["pay_founded"] = markets["pay"]
    able = (persons["capacity"] > 0.0) & (persons["stage"] == 0) & (persons["preference"] != Destination.PUBLIC_POST)
    segment = households["segment"][persons["household"][able]]
    group = segment * STRENGTHS + (persons["capacity"][able] >= 1.0)
    weight = households["weight"][persons["household"][able]].astype(float)
    counted = np.zeros((len(markets), len(Destination)))
    np.add.at(counted, (group, persons["preference"][able]), weight)
    counted[counted.sum(axis=1) == 0.0, Destination.FARM] = 1.0  # where all hold posts, the farm is what else there is
    markets["shares"] = counted / counted.sum(axis=1, keepdims=True)
    assert market_of(int(Segment.GENERAL), 1.0) == len(markets) - 1


def ordinary_absence(values: Values) -> float:
    """Share of working time that an ordinary year loses to hospital stays; founding incomes allow for it."""
    rate, share, major, ordinary = (
        float(values.at(f"illness.{name}", -YEAR)) for name in ("admission_rate", "major_share", "major_months", "months_lost")
    )
    return rate * (share * int(major) + (1.0 - share) * min(ordinary, 1.0))


def ordinary_loan_income(tables: Tables, values: Values) -> np.ndarray:
    """What outstanding loans bring each household in an ordinary year, yuan; their interest is borne by public money."""
    loans = tables["loans"]
    yearly = loans["principal"] * loans["ability"] * float(values.at("microcredit.loan_return", -YEAR)) * YEAR
    return np.bincount(loans["household"], yearly, len(tables["households"]))


def found_incomes(tables: Tables, draws: Draws, book: ParameterBook, values: Values, p: Any, trial: TrialYear) -> dict[str, Any]:
    """Scale livelihoods to incomes, set dibao and savings, value the enterprises; returns incomes by source, yuan a year."""
    environment = tables["environment"][0]
    households = tables["households"]
    trait_key = decision_key(draws.replication, word(dibao_rules.TRAIT), 0)
    error, persistence, least = (
        values.at(f"dibao.{name}", -YEAR) for name in ("assessment_error", "error_persistence", "least_share")
    )

    def assessed(counted, names):
        score = np.sqrt(persistence) * normals(trait_key, names) + np.sqrt(1.0 - persistence) * draws.normals("assessed", names)
        return np.maximum(counted, 0.0) * np.exp(error * score - 0.5 * error * error)

    def due(assessment, members):
        return np.maximum(environment.dibao_line - assessment, least * environment.dibao_line) * members / YEAR

    rules = DibaoRules(
        float(values.at("lines.poverty_line", 0)), float(values.at("lines.monitoring_line", 0)), float(environment.dibao_line),
        counted_share=float(values.at("accounts.post_pay_counted", -YEAR)), assessed=assessed, due=due,
    )  # fmt: skip
    sources = settle_incomes(tables, draws, p, trial=trial, rules=rules)
    register = tables["register"]
    names = households["identity"]
    without = households["workers"] == 0
    interval = np.where(without, values.at("dibao.review_without_labour", -YEAR), values.at("dibao.review_with_labour", -YEAR))
    register["recertification"] = np.where(register["dibao"] == 1, (draws.uniforms("review", names) * interval).astype(int), 0)
    _value_enterprises(tables, p)
    environment.fresh_sales = sum(p.output[kind] * p.farm_price[kind] for kind in Commodity if is_fresh(kind))
    environment.grain_land = p.output[Commodity.MAIZE] / p.farm_yield[Commodity.MAIZE]
    tables["commodities"]["net_unit"] = p.farm_yield * p.farm_price * p.net_share
    growers = households["weight"] @ (households["holdings"] > 0.0)
    tables["commodities"]["usual"] = households["weight"] @ households["holdings"] / np.maximum(growers, 1.0)
    return sources


def _value_enterprises(tables: Tables, p: Any) -> None:
    """Open the accounts of enterprises: wages of all workers, a margin on them, what goes into sales; a month is in hand."""
    persons, enterprises, households = tables["persons"], tables["enterprises"], tables["households"]
    working = np.flatnonzero((persons["status"] == Destination.LOCAL_FIRM) & (persons["alive"] == 1))
    row, employer = persons["household"][working], persons["enterprise"][working]
    group = households["segment"][row] * STRENGTHS + (persons["capacity"][working] >= 1.0)
    pay = tables["markets"]["pay"][group, Destination.LOCAL_FIRM] * persons["productivity"][working]
    wages = np.bincount(employer[employer >= 0], pay[employer >= 0], len(enterprises))
    others = np.where(employer < 0, households["weight"][row], 0.0)
    cluster = enterprises["revenue"] > 0.0
    if others.sum() > 0.0:
        mean_pay = (others * pay).sum() / others.sum()
        staff = enterprises["staff_founded"]
        staff[cluster] = np.maximum(p.wages_in_sales * enterprises["revenue"][cluster] / YEAR - wages[cluster], 0.0) / mean_pay
        enterprises["staff"] = staff * enterprises["alive"]
        there = min(1.0, p.staff_ceiling * others.sum() / max(enterprises["staff"].sum(), 1.0))
        enterprises["staff_founded"] *= there
        enterprises["staff"] *= there
        wages = wages + enterprises["staff"] * mean_pay
    enterprises["capital"] = (enterprises["jobs_founded"] + enterprises["staff_founded"]) * p.capital_per_job
    tables["environment"]["other_local"] = others.sum()
    tables["environment"]["local_founded"] = households["weight"][row].sum()
    tables["environment"]["staff_founded"] = tables["environment"]["staff"] = enterprises["staff"].sum()
    enterprises["wages"] = wages
    enterprises["margin"] = p.enterprise_margin
    enterprises["materials"] = p.enterprise_materials
    ordinary = YEAR * p.enterprise_margin * wages
    selling = cluster & (wages > 0.0)
    enterprises["materials"][selling] = np.maximum(enterprises["revenue"][selling] / ordinary[selling] - 1.0, 0.0)
    if selling.any():  # those that have not opened yet are like those that have
        enterprises["materials"][cluster & ~selling] = enterprises["materials"][selling].mean()
    enterprises["fortune"] = enterprises["prospect"] = 1.0
    enterprises["usual"] = p.enterprise_margin * (1.0 - p.enterprise_tax[enterprises["sector"]]) - 1.0
    enterprises["expected"] = enterprises["usual"]
    enterprises["cash"] = p.enterprise_margin * wages


def open_inherited_cases(tables: Tables, draws: Draws, p: Any, month: int) -> None:
    """Put the stock of 2020 under monitoring: registered households with the lowest income on file, by the rule of 2020."""
    households, register = tables["households"], tables["register"]
    registered = np.flatnonzero(households["registered"] == 1)
    names = households["identity"][registered]
    on_file = households["net_per_head"][registered] * draws.lognormals("income on file", names, 0.1)
    register["verified_income"][registered] = on_file
    order = registered[np.argsort(on_file, kind="stable")]
    persons = np.cumsum(households["members"][order])
    counted = inherited_households(p)
    share = p.inherited_cases_share * households["members"][registered].sum()
    chosen = order[: int(np.searchsorted(persons, share)) if counted is None else counted]
    cases = tables.rows["cases"]
    count = len(chosen)
    if count > len(cases):
        raise OverflowError("table 'cases' is full: the inherited cases do not fit")
    tables.counts["cases"][0] = count
    opened = tables["cases"]
    opened["identity"] = identities("inherited case", count)
    opened["household"] = chosen
    opened["state"] = CaseState.MONITORED
    opened["cause"] = Cause.LOW_INCOME
    ill = households["rigid_12"][chosen] > 0.5 * households["members"][chosen] * tables["environment"]["poverty_line"][0]
    opened["cause"][ill] = Cause.ILLNESS
    recorded = register["poverty_cause"][chosen]
    opened["cause"] = np.where(recorded >= 0, recorded, opened["cause"])
    opened["channel"] = Channel.INHERITED
    for column in ("signalled", "identified"):
        opened[column] = month
    opened["eliminated"] = NONE
    register["case_row"][chosen] = np.arange(count)
    register["identified"][chosen] = 1
