"""Where the founded households' income comes from, and registered households founded with the sources that an import counts."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.binding import Tables

if TYPE_CHECKING:
    from sim.founding.incomes import DibaoIncomes, OtherIncomes, TrialYear

MONTHS, ROUNDS = 12, 60
SOURCES, TOTAL = ("wage", "business", "property", "transfer"), "total"
#: A step of the search changes wages or farms by no more than this factor; closer than this to all goals it ends.
WIDEST, CLOSE = 3.0, 1e-5
#: Least and most of the land drawn that a household which lets it may have.
LAND_REACH = (0.25, 4.0)
TAIL = 0.8  # most that the distance of the highest incomes to the ninth decile is stretched, or shrunk
DECILES = np.arange(1, 10) / 10.0


def income_by_source(tables: Tables, p: Any, trial: "TrialYear", scale: np.ndarray, income: np.ndarray) -> dict[str, np.ndarray]:
    """Income of each household in an ordinary year by source, yuan; ``scale``: of its wages, ``income``: all of it."""
    households = tables["households"]
    own_work = households["own_work"] * MONTHS * trial.local_pay * (1.0 - trial.absence)
    wage = scale * trial.wages + trial.post_pay + p.own_work_wage_part * own_work
    business = trial.farm_share * households["holdings"].sum(axis=1) + trial.loans + (1.0 - p.own_work_wage_part) * own_work
    property_income = trial.programmes - trial.loans
    return {
        "wage": wage,
        "business": business,
        "property": property_income,
        "transfer": income - wage - business - property_income,
    }


def aims_of(given: Any, per_head: np.ndarray, members: np.ndarray) -> np.ndarray:
    """The income wanted of each registered household, yuan: as high among them as ``per_head`` puts it, and as high in yuan per
    head as the deciles say; beyond the outer deciles it keeps its distance to them. The mean is the import's own.
    """
    total = given.income(TOTAL)
    order = np.argsort(per_head, kind="stable")
    rank = np.empty(len(order))
    rank[order] = (np.arange(len(order)) + 0.5) / len(order)
    deciles = np.array(total.deciles)
    aim = np.interp(rank, DECILES, deciles)
    for outside, end, decile in ((rank < DECILES[0], DECILES[0], deciles[0]), (rank > DECILES[-1], DECILES[-1], deciles[-1])):
        aim[outside] = decile * per_head[outside] / max(float(np.quantile(per_head, end)), 1.0)
    aim *= members
    # The deciles say nothing of how high the highest are: their distance to the ninth makes up the mean, and only then all do.
    high = rank > DECILES[-1]
    above = np.where(high, aim - deciles[-1] * members, 0.0)
    if above.sum() > 0.0:
        aim += above * float(np.clip((total.mean * members.sum() - aim.sum()) / above.sum(), -TAIL, TAIL))
    return aim * (total.mean * members.sum() / aim.sum())


def fit_property(tables: Tables, p: Any, trial: "TrialYear") -> "TrialYear":
    """Let registered households that till nothing have so much land that its rent brings the property income that was counted.

    Returns the trial year as it would have been: rents, and subsidies by the mu. As far as ``LAND_REACH`` allows; what villages
    and enterprises hand out is theirs.
    """
    households = tables["households"]
    registered = households["registered"] == 1
    lets = registered & (households["farm_labour"] <= 0.0)
    rents = np.where(lets, households["land"] * p.land_rent * p.rent_paid_share, 0.0)
    now = float((trial.programmes - trial.loans)[registered].sum())
    wanted = p.tables.income("property").mean * float(households["members"][registered].sum())
    if rents.sum() <= 0.0:
        return trial
    more = float(np.clip(1.0 + (wanted - now) / rents.sum(), *LAND_REACH))
    subsidies = np.where(lets, p.subsidy_per_mu * households["land"], 0.0)
    households["land"][lets] *= more
    return replace(
        trial, programmes=trial.programmes + (more - 1.0) * rents, transfers=trial.transfers + (more - 1.0) * subsidies
    )


def fit_sources(
    tables: Tables, p: Any, trial: "TrialYear", scale: np.ndarray, dibao: "DibaoIncomes", others: "OtherIncomes",
    on_dibao: np.ndarray, verified: np.ndarray, line: float,
) -> np.ndarray:  # fmt: skip
    """Scale wages and farms of the registered until they bring what the import says, and so does all they have.

    ``verified``: what each household had at least, yuan a year; ``line``: the poverty line, yuan per head.
    Returns the scale of wages; ``holdings`` are changed. Support and other transfers take up what is left of each income.
    """
    households = tables["households"]
    registered = households["registered"] == 1
    members, verified = households["members"][registered].astype(float), verified[registered]
    goals = {source: p.tables.income(source).mean * members.sum() for source in (*SOURCES, TOTAL)}
    scale = scale.copy()

    def settle() -> np.ndarray:
        earned = scale * trial.wages + trial.farm_share * households["holdings"].sum(axis=1)
        return np.where(on_dibao, dibao.settle(earned, on_dibao), others.settle(earned))

    first = settle()[registered]
    aim = aims_of(p.tables, first / members, members)
    # Where by the count hardly anybody was below the line, nobody was once ordinary rigid spending was paid: that was verified.
    least = verified if p.tables.income(TOTAL).deciles[0] >= line else np.zeros(len(aim))
    level = 1.0
    for _ in range(ROUNDS):
        wanted = np.maximum(level * aim, least)
        dibao.aim(registered, wanted)
        others.aim(registered, wanted / members)
        income = settle()
        by_source = income_by_source(tables, p, trial, scale, income)
        sums = {source: float(amount[registered].sum()) for source, amount in by_source.items()}
        wages, farms = (scale * trial.wages)[registered].sum(), trial.farm_share * households["holdings"][registered].sum()
        more_wages = _factor(wages, goals["wage"] - sums["wage"])
        more_farms = _factor(farms, goals["business"] - sums["business"])
        more = goals[TOTAL] / income[registered].sum()
        if max(abs(more_wages - 1.0), abs(more_farms - 1.0), abs(more - 1.0)) < CLOSE:
            break
        scale[registered] *= more_wages
        households["holdings"][registered] *= more_farms
        level *= more
    return scale


def _factor(now: float, lacking: float) -> float:
    """What a sum is multiplied by to gain what is lacking, within a step's reach; 1 where there is nothing to multiply."""
    return float(np.clip((now + lacking) / now, 1.0 / WIDEST, WIDEST)) if now > 0.0 else 1.0
