"""Runs of the central county under changed parameters, each made once, in a county as large as wanted.

``subject__name=value`` sets ``subject.name`` for all months, also outside the range that a scenario may ask for, since a relation
must hold there too; a mapping sets it by month through the scenario's own door. In a small county all that is counted in persons,
households, enterprises or yuan of the county is so much smaller; ``amount`` scales what a relation sets itself.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.binding import BoundProcess
from sim.core.inputs import shipped
from sim.core.inputs.parameters import load_all
from sim.core.inputs.resolve import Values, convert
from sim.county import County, SimulationResult, make_ready, values_of
from sim.scenario import Scenario, load_scenario

SCENARIOS = shipped.folder(shipped.SCENARIOS)
#: What a county of another size has more or less of; counts are rounded, lists of counts by entry.
COUNTS = (
    "founding.registered_persons", "founding.registered_dibao_persons", "founding.registered_dibao_households",
    "founding.dibao_persons", "founding.dibao_households", "founding.marginal_persons", "founding.rural_persons",
    "founding.poor_students", "founding.outside_jobs", "founding.local_jobs", "founding.enterprise_count",
    "founding.loans_outstanding", "public_posts.count", "thresholds.posts", "thresholds.outside_jobs", "thresholds.local_jobs",
    "enterprise_growth.targets", "training.talents", "training.person_times", "work_relief.places",
    "microcredit.loans", "microcredit.startup_loans",
)  # fmt: skip
AMOUNTS = (
    "founding.visits_per_village", "founding.asset_value", "capacity.cases_per_quarter", "budget.county_floor", "budget.bridging",
    "budget.employment", "microcredit.compensation", "enclave_projects.leads", "enclave_projects.construction_plan",
    "founding.above_scale_firms", "founding.tight_firms", "founding.cluster_revenue", "founding.output",
    "farm_works.greenhouses", "farm_works.cold_stores", "farm_works.online_sellers", "farm_works.fields",
    "farm_works.roads", "farming.road_network",
)  # fmt: skip


@cache
def scenario(file: str = "baseline.yaml", sets: tuple[str, ...] = ()) -> Scenario:
    """A scenario of the project."""
    return load_scenario(SCENARIOS / file, sets)


@dataclass
class World:
    """A county ``size`` times the real one, and the ``seeds`` (replications of ``seed``) in which relations are looked at."""

    size: float = 1.0
    seeds: range = range(8)
    seed: int = 2021
    _results: dict[tuple[int, str, str], SimulationResult] = field(default_factory=dict, repr=False)

    @cached_property
    def _scaled(self) -> dict[str, Any]:
        """The parameters of a county of this size, in the units of the files."""
        if self.size == 1.0:
            return {}
        book = load_all().parameters
        made: dict[str, Any] = {}
        for name in (*COUNTS, *AMOUNTS):
            value = book[name].value
            numbers = np.asarray(list(value.values()) if isinstance(value, dict) else value, dtype=np.float64) * self.size
            numbers = np.round(numbers) if name in COUNTS else numbers
            if isinstance(value, dict):
                made[name] = dict(zip(value, numbers.tolist()))
            else:
                made[name] = numbers.tolist()
        return made

    def amount(self, whole: float) -> float:
        """What is ``whole`` in the real county: yuan, posts, cases."""
        return whole * self.size

    def values(self, file: str = "baseline.yaml", **changes: Any) -> Values:
        """Central values, some of them changed."""
        names = {name.replace("__", "."): value for name, value in changes.items()}
        dated = tuple(f"{name}={json.dumps(value)}" for name, value in sorted(names.items()) if isinstance(value, dict))
        given = scenario(file, dated)
        central = values_of(given, None)
        paths = dict(central.paths)
        for name, value in self._scaled.items():
            if name in names and isinstance(names[name], dict):
                continue
            if name in given.overrides or isinstance(value, dict):  # a scenario's own path, in proportion
                paths[name] = paths[name] * self.size
            else:
                paths[name] = self._constant(name, value, paths)
        for name, value in names.items():
            if not isinstance(value, dict):
                paths[name] = self._constant(name, value, paths)
        return replace(central, paths=paths)

    @staticmethod
    def _constant(name: str, value: Any, paths: dict[str, NDArray]) -> NDArray:
        usual = paths[name]
        return np.broadcast_to(convert(load_all().parameters[name], value), usual.shape).astype(usual.dtype)

    def county(self, replication: int = 0, file: str = "baseline.yaml", **changes: Any) -> County:
        """A founded county at central values, January 2021."""
        return County(scenario(file), self.values(file, **changes), self.seed, replication)

    def result(self, replication: int = 0, file: str = "baseline.yaml", **changes: Any) -> SimulationResult:
        """The result of such a county over all months; kept, so that it is run once."""
        make_ready()
        key = (replication, file, json.dumps(changes, sort_keys=True))
        if key not in self._results:
            self._results[key] = self.county(replication, file, **changes).run()
        return self._results[key]

    def yearly(self, indicator: str, replication: int = 0, file: str = "baseline.yaml", **changes: Any) -> NDArray:
        """An indicator at the end of every year, 2021 to 2025."""
        return self.result(replication, file, **changes).indicators[indicator][11::12]

    def means(self, indicator: str, file: str = "baseline.yaml", **changes: Any) -> NDArray:
        """For each seed, the mean of an indicator over the ends of the years."""
        return np.array([self.yearly(indicator, seed, file, **changes).mean() for seed in self.seeds])

    def paid(self, use: str, replication: int = 0, file: str = "baseline.yaml", **changes: Any) -> float:
        """Yuan that all funds together paid for a use over the five years."""
        return sum(row["yuan"] for row in self.result(replication, file, **changes).budget if row["use"] == use)

    def due(self, use: str, replication: int = 0, file: str = "baseline.yaml", **changes: Any) -> float:
        """Yuan paid or left unpaid for a use over the five years."""
        budget = self.result(replication, file, **changes).budget
        return sum(row["yuan"] + row["shortfall"] for row in budget if row["use"] == use)

    def difference(self, indicator: str, file: str = "baseline.yaml", **changes: Any) -> NDArray:
        """For each seed, how much higher the mean of the years is than in the baseline."""
        return self.means(indicator, file, **changes) - self.means(indicator)


@contextmanager
def restoring(county: County) -> Iterator[None]:
    """Whatever is done to the tables of a county inside, outside nothing has happened."""
    tables = county.tables
    rows: dict[str, Any] = {name: array.copy() for name, array in tables.rows.items()}
    counts: dict[str, Any] = {name: array.copy() for name, array in tables.counts.items()}
    try:
        yield
    finally:
        for name, array in rows.items():
            tables.rows[name][:] = array
        for name, array in counts.items():
            tables.counts[name][:] = array


def run_again(county: County, process: str, month: int, values: Values) -> None:
    """Run one process in a county as it stands, under other parameters than its own."""
    own = county.processes[process]
    names = sorted(load_all().of(own.process.owner))
    slices = {payment.reason: _lines_of(county, payment.reason) for payment in own.process.pays}
    BoundProcess(
        own.process, county.tables, names, path=values.path, replication=own.replication, slices=slices, first=own.first
    )(month)


def _lines_of(county: County, reason: str) -> slice:
    from sim.month import PROCESSES_IN_ORDER

    start = 0
    for each in PROCESSES_IN_ORDER:
        for payment in each.pays:
            if payment.reason == reason:
                return slice(start, start + len(payment.payers))
            start += len(payment.payers)
    raise KeyError(reason)


def line_sum(county: County, reason: str) -> float:
    """Yuan paid for a reason in the current month."""
    return float(county.tables["lines"]["yuan"][_lines_of(county, reason)].sum())


def call_around(county: County, process: str, months: int, look: Callable[[int], None], after: bool = False) -> None:
    """Run so many months, and call ``look`` with the month each time just before (or after) a process runs."""

    def watch(running: Any, month: int, before: bool) -> None:
        if running.name == process and before != after:
            look(month)

    county.watch = watch
    for _ in range(months):
        county.step()
    county.watch = None
