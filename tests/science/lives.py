"""Lives of the central county under changed parameters, each lived once per test run."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from sim.core.parameters import load_all
from sim.core.resolving import Values, convert
from sim.county import County, Life, ready, values_of
from sim.scenario import Scenario, load_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SEED = 2021
SEEDS = range(8)

#: Whatever can strike a household: set to 0 there are none, set to 2 there are twice as many.
SHOCKS = (
    "illness", "accidents", "health", "housing", "livestock_disease", "weather", "prices", "separations", "epidemics",
)  # fmt: skip


@cache
def scenario(file: str = "baseline.yaml", sets: tuple[str, ...] = ()) -> Scenario:
    """A scenario of the project."""
    return load_scenario(SCENARIOS / file, sets)


def values(file: str = "baseline.yaml", **changes) -> Values:
    """Central values, some of them changed: ``subject__name=value`` sets ``subject.name``.

    Values by month go through the scenario's own door; the others may lie outside the range that a scenario may ask for, since
    a relation must hold there too.
    """
    names = {name.replace("__", "."): value for name, value in changes.items()}
    dated = tuple(f"{name}={json.dumps(value)}" for name, value in sorted(names.items()) if isinstance(value, dict))
    central = values_of(scenario(file, dated), None)
    book, paths = load_all().parameters, dict(central.paths)
    for name, value in names.items():
        if not isinstance(value, dict):
            paths[name] = np.broadcast_to(convert(book[name], value), paths[name].shape).astype(paths[name].dtype)
    return replace(central, paths=paths)


def county(replication: int = 0, file: str = "baseline.yaml", **changes) -> County:
    """A founded county at central values, January 2021."""
    return County(scenario(file), values(file, **changes), SEED, replication)


@cache
def _life(replication: int, file: str, changes: str) -> Life:
    return county(replication, file, **json.loads(changes)).live()


def life(replication: int = 0, file: str = "baseline.yaml", **changes) -> Life:
    """The whole life of such a county."""
    ready()
    return _life(replication, file, json.dumps(changes, sort_keys=True))


def yearly(indicator: str, replication: int = 0, file: str = "baseline.yaml", **changes) -> np.ndarray:
    """An indicator at the end of every year, 2021 to 2025."""
    return life(replication, file, **changes).indicators[indicator][11::12]


def paid(use: str, replication: int = 0, file: str = "baseline.yaml", **changes) -> float:
    """Yuan that all funds together paid for a use over the five years."""
    return sum(row["yuan"] for row in life(replication, file, **changes).budget if row["use"] == use)


def difference(indicator: str, file: str = "baseline.yaml", **changes) -> np.ndarray:
    """For each seed, how much higher the mean of the years is than in the baseline."""
    return np.array([
        yearly(indicator, seed, file, **changes).mean() - yearly(indicator, seed).mean() for seed in SEEDS
    ])  # fmt: skip
