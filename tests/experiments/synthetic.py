"""A county so simple that its true probabilities are known: every indicator is a line plus ignorance plus chance.

``level`` of a replication = IGNORANCE * (normal score of its parameter draw) + CHANCE * (normal score of its own random
draws), so the variance splits exactly as chosen, and a goal "level below c" is met with probability Phi(c /
sqrt(IGNORANCE^2 + CHANCE^2)).
"""

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.stats import norm

from experiments import model_api
from experiments.model_api import Catalogue

IGNORANCE, CHANCE = 0.6, 0.8
TOWNSHIPS = tuple(f"township {number}" for number in range(27))
SEGMENTS = ("registered_dibao", "registered_other", "other_dibao", "marginal", "general")


@dataclass(frozen=True)
class Goal:
    name: dict
    definition: dict
    threshold: float
    headline: bool = False
    clause: str | None = "2.1"
    unit: str = "share"


@dataclass(frozen=True)
class Indicator:
    name: dict
    unit: str
    banded: bool = False
    headline: bool = False


def both(zh: str, en: str) -> dict:
    return {"zh": zh, "en": en}


GOALS = {
    "G2": Goal(
        both("收入增速高于全省", "Income grows faster than the province's"),
        both("五年", "Five years"),
        0.0,
        True,
    ),
    "R3": Goal(both("返贫率", "Relapse"), both("净收入低于贫困线", "Net income below the line"), 1.0, True),
    "R3_observed": Goal(both("台账返贫率", "Relapse as recorded"), both("登记数", "As recorded"), 2.0),
    "Z3": Goal(both("清零", "Nobody below"), both("年底无人低于标准", "Nobody at the end of the year"), -9.0),
}


@dataclass
class Outcome:
    met: bool
    margin: float
    value: float
    by_year: np.ndarray


@dataclass
class Life:
    indicators: dict
    townships: dict
    segments: dict
    goals: dict
    audit: list
    budget: list
    timings: dict
    digest: str


@dataclass(frozen=True)
class Scenario:
    """What a test wants of the synthetic county; ``broken`` replications raise, ``deadly`` ones end their
    process.
    """

    id: str = "synthetic"
    title: dict = field(default_factory=lambda: both("合成", "Synthetic"))
    reason: dict = field(default_factory=lambda: both("检验", "A test"))
    months: int = 60
    indicators: int = 4
    banded: int = 2
    broken: tuple[int, ...] = ()
    deadly: tuple[int, ...] = ()
    seconds: float = 0.0
    started: Path | None = None  # a file touched when the first replication begins
    vantage: str | None = None
    shift: float = 0.0  # added to every level: what another scenario does
    overrides: dict = field(default_factory=dict)


class Synthetic:
    """Replications of the synthetic county."""

    def prepare(self, scenario, on_status=None):
        if on_status is not None:
            on_status("tell_compiling")

    def catalogue(self, scenario):
        indicators = {
            f"indicator_{i}": Indicator(both(f"指标{i}", f"Indicator {i}"), "share", banded=i < scenario.banded, headline=i < 2)
            for i in range(scenario.indicators)
        }
        return Catalogue(GOALS, indicators, TOWNSHIPS, SEGMENTS)

    def sample(self, scenario, seed, draw):
        random = np.random.default_rng([seed, draw, 1])
        return {"admission_rate": float(random.uniform()), "wage_growth": float(random.uniform())}

    def used(self, scenario, quantiles):
        return {"admission_rate": 0.152, "wage_growth": {"2021-01": 0.05}, **(quantiles or {})}

    def canonical_inputs(self, scenario):
        return {"id": scenario.id, "months": scenario.months, "indicators": scenario.indicators, "shift": scenario.shift}

    def ensemble(self, scenario):
        return None

    def code(self):
        return "synthetic"

    def restore_scenario(self, description):
        return Scenario(**{key: tuple(value) if isinstance(value, list) else value for key, value in description.items()})

    def population(self, scenario, seed):
        return {"audit": self.run(scenario, None, seed, 0, False).audit, "production": []}

    def run(self, scenario, quantiles, seed, replication, profile):
        if scenario.started is not None:
            scenario.started.touch()
        if replication in scenario.deadly:
            os._exit(9)
        if replication in scenario.broken:
            raise ValueError(f"month 2023-07: fund 'county_floor' is short in {replication}")
        if scenario.seconds:
            end = time.perf_counter() + scenario.seconds
            while time.perf_counter() < end:
                pass
        random = np.random.default_rng([seed, replication, 2])
        ignorance = IGNORANCE * norm.ppf(quantiles["admission_rate"]) if quantiles else 0.0
        level = ignorance + CHANCE * random.normal() + scenario.shift
        months = scenario.months
        trend = np.linspace(0, 1, months)
        names = [f"indicator_{i}" for i in range(scenario.indicators)]
        indicators = {name: level + trend * (i + 1) + 0.01 * random.normal(size=months) for i, name in enumerate(names)}
        townships = {name: series[:, None] + random.normal(size=(months, 27)) for name, series in indicators.items()}
        townships[names[0]][:, 3] = np.nan
        segments = {name: series[:, None] + random.normal(size=(months, 5)) for name, series in indicators.items()}
        goals = {}
        for name, goal in GOALS.items():
            by_year = (level < goal.threshold) * np.ones(months // 12)
            goals[name] = Outcome(bool(level < goal.threshold), goal.threshold - level, level, by_year)
        audit = [
            {
                "id": "dibao_households",
                "name": both("低保户", "Dibao households"),
                "target": 11680,
                "achieved": 11680,
                "status": "exact",
                "ok": True,
                "exact": True,
            },
            {
                "id": "ratio",
                "name": both("收入比", "Income ratio"),
                "target": [0.5, 0.8],
                "achieved": 0.64 + 0.01 * level,
                "status": "within",
                "ok": True,
                "exact": False,
            },
            {
                "id": "inherited_below",
                "name": both("期初已低于标准", "Below already"),
                "target": [None, 1.0],
                "achieved": 0.001,
                "status": "within",
                "ok": True,
                "exact": False,
            },
        ]
        budget = [
            {
                "year": year,
                "fund": "county_floor",
                "use": use,
                "yuan": 1e6 + 1e4 * level,
                "count": 10,
                "shortfall": 0.0,
            }
            for year in range(2021, 2021 + months // 12)
            for use in ("posts", *(("relief",) if replication % 2 else ()))
        ]
        timings = {"environment": 1.5, "illness": 4.0} if profile else {}
        digest = hashlib.sha256(indicators[names[0]].tobytes()).hexdigest()
        return Life(indicators, townships, segments, goals, audit, budget, timings, digest)


synthetic = Synthetic()
NAME = "tests.experiments.synthetic:synthetic"
model_api.MODELS.add(NAME)
