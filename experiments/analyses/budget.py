"""The budget table, and what programmes cost and bring when behaviour may respond: pairs of replications with common
random numbers.

What a programme costs at first sight (static cost) is what is written under its uses. Switching it off saves less than that
where other purses then pay more (clawback), and changes what people earn themselves (behavioural effect).
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy import stats

from experiments.execution.local_executor import without_main
from experiments.results.files import as_json, write_text
from sim.county import County, SimulationResult, parameter_draw_of, sample_values
from sim.goals import goals_of
from sim.scenario import Scenario, load_scenario
from sim.world.funds import NOT_PUBLIC

FILE = Path(__file__).with_name("programmes.yaml")
RECORD = "budget.json"
CONFIDENCE = 0.95
OWN_INCOME = ("wages", "business")
MILLION = 1e6
OWN_FUND = "county_floor"
#: A programme whose expansion adds less own money a year than this is paid by others.
LEAST_OWN = 1e5


@dataclass(frozen=True)
class Estimate:
    """A mean over paired replications with its 95 % interval (Student's t)."""

    mean: float
    low: float
    high: float


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and interval of independent values; an interval of one value is unknown (NaN)."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Estimate(mean, float("nan"), float("nan"))
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return Estimate(mean, mean - half, mean + half)


@cache
def programmes() -> dict[str, dict[str, Any]]:
    """The programmes of ``programmes.yaml`` by id."""
    return yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def settings(programme: str, side: str) -> tuple[str, ...]:
    """The settings of a programme switched ``off``, or with one million ``more``, as ``--set`` takes them."""
    return tuple(f"{name}={_format_value(value)}" for name, value in programmes()[programme][side].items())


def _format_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{month}: {_format_value(entry)}" for month, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_format_value(entry) for entry in value) + "]"
    return str(value)


def run_replications(
    file: str, sets: tuple[str, ...], seed: int, replications: Sequence[int], only_luck: bool
) -> list[dict[str, Any]]:
    """Run a few replications of a scenario; of each the budget's rows and the sums that effects are measured by."""
    scenario = load_scenario(file, sets)
    return [_summary(scenario, seed, number, only_luck) for number in replications]


def _summary(scenario: Scenario, seed: int, replication: int, only_luck: bool) -> dict[str, Any]:
    number = None if only_luck else parameter_draw_of(replication)
    county = County(scenario, sample_values(scenario, seed, number), seed, replication)
    own = 0.0
    months_short: dict[tuple[int, str, str], int] = {}
    while county.month < scenario.months:
        year = 2021 + county.month // 12
        county.step()
        households = county.tables["households"]
        own += float(sum((households["weight"] * households[name]).sum() for name in OWN_INCOME))
        for key in county.short_lines():
            months_short[(year, *key)] = months_short.get((year, *key), 0) + 1
    result: SimulationResult = county.run()
    posts = sum(row["yuan"] for row in result.budget if row["use"] == "post_pay")
    help_ = sum(row["yuan"] for row in result.budget if row["use"] == "work_relief_wages")
    years = scenario.months / 12
    return {
        "budget": [{**row, "months": months_short.get((row["year"], row["fund"], row["use"]), 0)} for row in result.budget],
        "public": sum(row["yuan"] for row in result.budget if row["fund"] not in NOT_PUBLIC) / years,
        "own": (own - posts - help_) / years,
        "relapsed": float((result.indicators["relapse_rate"] * result.indicators["registered_persons"])[11::12].mean()),
        "waiting": float(result.indicators["waiting_help"].sum() / years),
        "income": float(result.indicators["registered_income"][11::12].mean()),
        "promises": float(
            sum(result.goals[name].met for name, goal in goals_of(scenario.months, scenario.plan).items() if goal.weight > 0.0)
        ),
    }


def run_pairs(
    scenario: Path, sets: tuple[str, ...], seed: int, count: int, only_luck: bool, chosen: Iterable[str], workers: int | None
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Replications by (programme, side) with common random numbers; the scenario itself is ("", "")."""
    wanted = [("", "")] + [(programme, side) for programme in chosen for side in ("off", "more")]
    numbers = list(range(count))
    jobs = [(key, (*sets, *(settings(*key) if key[0] else ()))) for key in wanted]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        with without_main():
            futures = {key: pool.submit(run_replications, str(scenario), given, seed, numbers, only_luck) for key, given in jobs}
        return {key: future.result() for key, future in futures.items()}


def table(plain: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Fund × use × year, means over replications: yuan, payments, months in which something went unpaid, yuan unpaid."""
    sums: dict[tuple[str, str, int], np.ndarray] = {}
    for result in plain:
        for row in result["budget"]:
            key = (row["fund"], row["use"], row["year"])
            sums[key] = sums.get(key, np.zeros(4)) + [row["yuan"], row["count"], row["months"], row["shortfall"]]
    return [
        dict(zip(("fund", "use", "year", "yuan", "count", "months", "shortfall"), (*key, *(total / len(plain)).tolist())))
        for key, total in sorted(sums.items())
    ]


def costs(found: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """For each programme, yuan a year: static cost, net cost to all public purses, clawback, behavioural effect; and per
    million more: persons below the line, help left waiting (package-months), own income.
    """
    plain = found[("", "")]
    rows = []
    for programme in dict.fromkeys(name for name, _side in found if name):
        uses, off, more = programmes()[programme]["uses"], found[(programme, "off")], found[(programme, "more")]
        static = [_under(result, uses) - _under(without, uses) for result, without in zip(plain, off)]
        net = [result["public"] - without["public"] for result, without in zip(plain, off)]
        added = [_under(extra, uses) - _under(result, uses) for result, extra in zip(plain, more)]
        per = MILLION / max(float(np.mean(added)), 1.0)
        rows.append(
            {
                "id": programme,
                "name": programmes()[programme]["name"],
                "static": estimate(static),
                "net": estimate(net),
                "clawback": estimate([cost - saved for cost, saved in zip(static, net)]),
                "behavioural": estimate([result["own"] - without["own"] for result, without in zip(plain, off)]),
                "added": estimate(added),
                "relapsed_per_million": estimate(
                    [per * (extra["relapsed"] - result["relapsed"]) for result, extra in zip(plain, more)]
                ),
                "waiting_per_million": estimate(
                    [per * (extra["waiting"] - result["waiting"]) for result, extra in zip(plain, more)]
                ),
                "own_per_million": estimate([per * (extra["own"] - result["own"]) for result, extra in zip(plain, more)]),
            }
        )
    return rows


def league(found: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """What one more million yuan a year of the county's own buys, programme by programme, the most persons kept above the line
    first: persons, income per head of registered persons (yuan) and promises of the paper kept, each with its interval over
    pairs.

    Only programmes whose expansion draws on the county's own money: others are not the county's to buy. The purse stays as it is,
    but for the programme that is the purse itself: the million is taken from what the year's end leaves to industry.
    """
    plain, rows = found[("", "")], []
    for programme in dict.fromkeys(name for name, _side in found if name):
        more = found[(programme, "more")]
        uses = programmes()[programme]["uses"]
        added = [_under(extra, uses, OWN_FUND) - _under(result, uses, OWN_FUND) for result, extra in zip(plain, more)]
        if float(np.mean(added)) < LEAST_OWN:
            continue
        per = MILLION / float(np.mean(added))
        gains = {key: [per * sign * (extra[key] - result[key]) for result, extra in zip(plain, more)]
                 for key, sign in (("relapsed", -1.0), ("income", 1.0), ("promises", 1.0))}  # fmt: skip
        rows.append({
            "id": programme, "name": programmes()[programme]["name"], "own": estimate(added), "kept": estimate(gains["relapsed"]),
            "income": estimate(gains["income"]), "promises": estimate(gains["promises"]),
        })  # fmt: skip
    return sorted(rows, key=lambda row: -row["kept"].mean)


def write(made: Mapping[str, Any], folder: Path) -> None:
    """Write the answer into a folder, where a brief finds it."""
    write_text(folder / RECORD, as_json(made))


def _under(result: Mapping[str, Any], uses: Sequence[str], fund: str | None = None) -> float:
    """Yuan a year under some uses, of one purse or of all."""
    years = len({row["year"] for row in result["budget"]})
    chosen = (row["yuan"] for row in result["budget"] if row["use"] in uses and fund in (None, row["fund"]))
    return float(sum(chosen)) / max(years, 1)
