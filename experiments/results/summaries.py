"""From the small records of all replications to the lines of the scoreboard, the audit and the budget."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.model_api import Catalogue, Scenario, SimulationModel
from experiments.results import curves, standing
from experiments.results.journal import Chunk
from experiments.statistics import control_variates, estimates
from experiments.statistics.estimates import quantiles

OUTER = (0.05, 0.50, 0.95)
JOINT = {
    "joint_headline": {"zh": "各项主要目标同时达到", "en": "All main goals at once"},
    "joint_plan": {"zh": "文件所提各项目标同时达到", "en": "All goals that the paper sets at once"},
    "joint_all": {"zh": "计分板上所有目标同时达到", "en": "Every goal of the scoreboard at once"},
}


def drawn_parameters(chunks: Sequence[Chunk], model: SimulationModel, scenario: Scenario, seed: int) -> control_variates.Draws:
    """The parameters of all replications in ``chunks``, and the members of the ensemble that some of them come from."""
    filled = [chunk for chunk in chunks if chunk.completed]
    names = list(filled[0].header["layout"]["assumptions"])
    ensemble = model.ensemble(scenario) or {"members": 0, "assumptions": []}
    together = [name for name in ensemble["assumptions"] if name in names]
    members = [model.sample(scenario, seed, draw) for draw in range(ensemble["members"] if together else 1)]
    return control_variates.Draws(
        np.array([record["draw"] for chunk in filled for record in chunk.completed]),
        np.concatenate([chunk.array("quantiles") for chunk in filled]),
        together=np.array([names.index(name) for name in together], dtype=np.int64),
        members=np.array([[member[name] for name in together] for member in members]).reshape(len(members), len(together)),
    )


def goal_lines(
    chunks: Sequence[Chunk],
    catalogue: Catalogue,
    names: Sequence[str],
    years: Sequence[int],
    drawn: control_variates.Draws | None = None,
) -> list[dict[str, Any]]:
    """One line for each goal in the order of the catalogue, then one each for all headline goals, all that the
    paper sets, and all.

    ``names`` are the goals along the second axis of the replications' outcomes. ``probability`` with ``low`` and
    ``high`` (95 %), the ``runs`` and parameter ``draws`` behind it; ``margin`` (the median distance to the
    threshold, positive when met) and ``value`` with their 5 % and 95 % quantiles over the runs; ``luck`` and
    ``ignorance``, the shares of the margin's variance (``ignorance_negative``: the estimate fell below 0 and
    stands at 0); ``by_year``, the probability of being on course at each year's end; ``curve`` and ``four_years`` where a
    goal has them, see ``curves``; with ``drawn``, ``adjusted`` where a headline goal can be (see ``control_variates``).
    """
    filled = [chunk for chunk in chunks if chunk.completed]
    draws = np.array([record["draw"] for chunk in filled for record in chunk.completed])
    outcomes = np.concatenate([chunk.array("goals") for chunk in filled])
    met: dict[str, NDArray] = {}
    paths: dict[str, NDArray] = {}
    lines = []
    for name, goal in catalogue.goals.items():
        own = outcomes[:, list(names).index(name)]
        met[name], paths[name] = own[:, 0], own[:, 3:]
        shares = estimates.split(own[:, 1], draws)
        lines.append(
            {
                "id": name,
                "name": dict(goal.name),
                "definition": dict(goal.definition),
                "clause": goal.clause,
                "headline": bool(goal.headline),
                "scope": getattr(goal, "scope", "county"),
                "deadline": getattr(goal, "deadline", None),
                "weight": float(getattr(goal, "weight", 0.0)),
                "observed": name.endswith("_observed"),
                "unit": goal.unit,
                **_chance(met[name], draws),
                **_spread("margin", own[:, 1], draws),
                **_spread("value", own[:, 2], draws),
                "luck": shares.luck,
                "ignorance": shares.ignorance,
                "ignorance_low": shares.low,
                "ignorance_high": shares.high,
                "ignorance_negative": shares.negative,
                "by_year": _by_year(_standing(paths[name], met[name]), draws, years),
            }
        )
        if drawn is not None and goal.headline and (adjusted := control_variates.adjust(own[:, 0], own[:, 1], drawn)):
            lines[-1]["adjusted"] = vars(adjusted)
    columns = ("met", "margin", "value", *map(str, years))
    parts = {name: dict(zip(columns, outcomes[:, i].T)) for i, name in enumerate(names)}
    curves.add_curves({line["id"]: line for line in lines}, parts, draws)
    headline = [name for name, goal in catalogue.goals.items() if goal.headline]
    weights = {name: float(getattr(goal, "weight", 0.0)) for name, goal in catalogue.goals.items()}
    plan = [name for name, weight in weights.items() if weight > 0.0]
    # Goals of the years after the plan have years of their own, and "all" means the plan's.
    every = [name for name, goal in catalogue.goals.items() if not getattr(goal, "after", False)]
    for name, members in (("joint_headline", headline), ("joint_plan", plan), ("joint_all", every)):
        if members:
            together = estimates.jointly({member: met[member] for member in members})
            if any(np.isnan(met[member]).all() for member in members):
                together[:] = np.nan  # who missed another goal says nothing of the chance to meet all of them
            by_year = np.array([_standing(paths[member], met[member]) for member in members]).min(axis=0)
            lines.append(
                {
                    "id": name,
                    "name": JOINT[name],
                    "headline": name == "joint_headline",
                    "observed": False,
                    "members": members,
                    **(_share_met(met, weights, members, draws) if name == "joint_plan" else {}),
                    **_chance(together, draws),
                    "by_year": _by_year(by_year, draws, years),
                }
            )
    return lines


def _share_met(
    met: Mapping[str, NDArray], weights: Mapping[str, float], members: Sequence[str], draws: NDArray
) -> dict[str, float]:
    """The mean weighted share of the paper's goals that a replication meets, with its 95 % interval."""
    total = sum(weights[member] for member in members)
    shares = sum(weights[member] * met[member] for member in members) / total
    mean = estimates.mean(shares, draws)
    low, high = np.clip((mean.low, mean.high), 0.0, 1.0)
    return {"share_met": mean.mean, "share_met_low": float(low), "share_met_high": float(high)}


def _chance(met: NDArray, draws: NDArray) -> dict[str, Any]:
    estimate = estimates.proportion(met, draws)
    return {
        "probability": estimate.probability,
        "low": estimate.low,
        "high": estimate.high,
        "runs": estimate.runs,
        "draws": estimate.draws,
        "effective_runs": estimate.effective_runs,
        "bound": estimate.bound,
    }


def _spread(part: str, values: NDArray, draws: NDArray) -> dict[str, float]:
    low, middle, high = quantiles(values, OUTER)
    mean = estimates.mean(values, draws)
    return {
        part: float(middle),
        f"{part}_p05": float(low),
        f"{part}_p95": float(high),
        f"{part}_mean": mean.mean,
        f"{part}_mean_low": mean.low,
        f"{part}_mean_high": mean.high,
    }


def _standing(paths: NDArray, met: NDArray) -> NDArray:
    """The standing of a goal by replication and year, see ``results.standing``."""
    found = standing.cumulate(dict(enumerate(paths.T)), met)
    return np.array([found[number] for number in found]).T if found else paths


def _by_year(paths: NDArray, draws: NDArray, years: Sequence[int]) -> list[dict[str, Any]]:
    chances = [(year, estimates.proportion(paths[:, i], draws)) for i, year in enumerate(years)]
    return [
        {
            "year": year,
            "probability": chance.probability,
            "low": chance.low,
            "high": chance.high,
            "runs": chance.runs,
        }
        for year, chance in chances
    ]


def audit_lines(chunks: Sequence[Chunk]) -> list[dict[str, Any]]:
    """One line for each audited quantity: mean target and achievement over the replications.

    ``target`` is one number, or a pair of limits of which one may be None. It may vary between replications, where
    it is itself uncertain. ``ok`` only if every replication met it; ``status`` is that of the first one that
    missed, or of the first.
    """
    filled = [chunk for chunk in chunks if chunk.completed]
    rows = np.concatenate([chunk.array("audit") for chunk in filled])
    lines = []
    for i, first in enumerate(filled[0].header["audit"]):
        low, high, achieved, ok = rows[:, i].T
        missed = (chunk.header["audit"][i]["missed"] for chunk in filled)
        lines.append(
            {
                "id": first["id"],
                "name": first["name"],
                "unit": first["unit"],
                "exact": first["exact"],
                "target": _target(low, high),
                "achieved": _mean(achieved),
                "lowest": float(achieved.min()),
                "highest": float(achieved.max()),
                "ok": bool(ok.all()),
                "ok_share": float(ok.mean()),
                "status": next(filter(None, missed), first["first"]),
                "runs": len(rows),
            }
        )
    return lines


def _target(low: NDArray, high: NDArray) -> float | list[float | None]:
    if (low == high).all():
        return _mean(low)
    return [None if math.isnan(limit) else limit for limit in (_mean(low), _mean(high))]


def _mean(values: NDArray) -> float:
    """The mean; of equal numbers that number, without rounding."""
    return float(values[0] if (values == values[0]).all() else values.mean())


def budget_lines(chunks: Sequence[Chunk]) -> list[dict[str, Any]]:
    """One line for each year, fund and use: yuan spent, payments and shortfall, mean and 5-95 % over the
    replications.

    A replication that never paid for a use counts as 0 for it.
    """
    filled = [chunk for chunk in chunks if chunk.completed]
    cells = sorted({tuple(cell) for chunk in filled for cell in chunk.header["budget"]})
    position = {cell: i for i, cell in enumerate(cells)}
    blocks = []
    for chunk in filled:
        block = np.zeros((len(chunk.completed), len(cells), 3))
        own = [position[tuple(cell)] for cell in chunk.header["budget"]]
        block[:, own] = chunk.array("budget")
        blocks.append(block)
    money = np.concatenate(blocks)
    low, high = quantiles(money, (0.05, 0.95))
    mean = money.mean(axis=0)
    lines = []
    for i, (year, fund, use) in enumerate(cells):
        line: dict[str, Any] = {"year": year, "fund": fund, "use": use}
        for part, what in enumerate(("yuan", "count", "shortfall")):
            line |= {
                what: float(mean[i, part]),
                f"{what}_p05": float(low[i, part]),
                f"{what}_p95": float(high[i, part]),
            }
        lines.append(line)
    return lines


def profile(chunks: Sequence[Chunk]) -> dict[str, float]:
    """Milliseconds each process of the month took in one replication, mean over the replications; empty if not timed."""
    timed = [record["timings"] for chunk in chunks for record in chunk.completed if record["timings"]]
    return {name: sum(times[name] for times in timed) / len(timed) for name in timed[0]} if timed else {}
