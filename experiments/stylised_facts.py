"""Stylised facts of the literature held against the model: hits and misses, printed as they fall.

The facts and their bands are those of the model knowledge (SF2 to SF17); each is measured on whole lives at central parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sim.county import County, Life, values_of
from sim.scenario import load_scenario
from sim.world.codes import Commodity, Destination, Segment

FILE = Path(__file__).with_suffix(".yaml")
YEAR = 12
BASELINE = Path("scenarios/baseline.yaml")
SCENARIOS = BASELINE.parent
#: A spell no longer than this is transient (SF4).
TRANSIENT = 12  # months


@dataclass(frozen=True)
class Found:
    """What the model shows for a fact: ``value`` against ``low`` to ``high`` (None: no limit), in ``unit``."""

    id: str
    fact: dict[str, str]
    low: float | None
    high: float | None
    unit: str
    value: float

    @property
    def hit(self) -> bool:
        """Whether the value lies within its band."""
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


@dataclass
class _Observed:
    """What is noted of one life while it is lived; registered households of 2021 only."""

    life: Life
    entries: np.ndarray  # (households,) month of the first fall by income, −1 if none
    registered: np.ndarray
    spells: list[tuple[int, bool]] = field(default_factory=list)  # months, somebody chronically ill
    by_savings: list[tuple[float, float]] = field(default_factory=list)
    at_risk: dict[str, list[float]] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)


def _observe(file: str, seed: int, replication: int) -> _Observed:
    scenario = load_scenario(SCENARIOS / file)
    county = County(scenario, values_of(scenario, None), seed, replication)
    households = county.tables["households"]
    registered = np.flatnonzero((households["registered"] == 1) & (households["inherited"] == 0))
    savings = households["cash"][registered] / np.maximum(households["members"][registered], 1)
    rich = savings >= np.median(savings)
    entries = np.full(len(registered), -1)
    ever = np.zeros(len(registered), dtype=bool)
    seen = _Observed(None, entries, registered)  # type: ignore[arg-type]  # the life is known at the end
    last = households["below_months"][registered].copy()
    alive = county.tables["enterprises"]["alive"].copy()
    while county.month < scenario.months:
        ages = county.tables["enterprises"]["age"].copy()
        county.step()
        households, enterprises = county.tables["households"], county.tables["enterprises"]
        below = households["below_income"][registered] == 1
        entries[below & (entries < 0)] = county.month - 1
        months = households["below_months"][registered]
        ever |= months > 0
        ended = np.flatnonzero((last > 0) & (months == 0))
        ill = _with(county, "chronic")[registered]
        seen.spells += [(int(last[each]), bool(ill[each])) for each in ended]
        last = months.copy()
        failed = (alive[: len(ages)] == 1) & (enterprises["alive"][: len(ages)] == 0)
        seen.failures += list(ages[failed])
        alive = enterprises["alive"].copy()
        if county.month % YEAR == 0:
            _note_risk(seen, county, registered)
    seen.by_savings = [(float(ever[rich].mean()), float(ever[~rich].mean()))]
    seen.life = county.live()
    return seen


def _with(county: County, column: str) -> np.ndarray:
    """Which households have a living member with this flag."""
    persons = county.tables["persons"]
    rows = persons["household"][(persons[column] == 1) & (persons["alive"] == 1)]
    return np.bincount(rows, minlength=len(county.tables["households"])) > 0


def _note_risk(seen: _Observed, county: County, registered: np.ndarray) -> None:
    """Risk of households that live on wages and of those that live on the farm."""
    households, persons = county.tables["households"], county.tables["persons"]
    paid = np.isin(persons["status"], (Destination.OUTSIDE, Destination.LOCAL_FIRM)) & (persons["alive"] == 1)
    farms = (persons["status"] == Destination.FARM) & (persons["alive"] == 1) & (persons["capacity"] > 0.0)
    wage = np.bincount(persons["household"][paid], minlength=len(households))[registered] > 0
    farm = np.bincount(persons["household"][farms], minlength=len(households))[registered] > 0
    own = households["segment"][registered] == Segment.REGISTERED_OTHER
    for name, chosen in (("wage", own & wage), ("farm", own & farm & ~wage)):
        if chosen.any():
            seen.at_risk.setdefault(name, []).append(float(households["at_risk"][registered][chosen].mean()))


def measure(seed: int = 2021, lives: int = 4) -> list[Found]:
    """Every fact, over a few lives with support and without."""
    usual = [_observe("baseline.yaml", seed, number) for number in range(lives)]
    without = [_observe("support_withdrawn.yaml", seed, number) for number in range(lives)]
    known = records()
    return [Found(**known[key], value=value) for rule in RULES for key, value in rule(usual, without)]


@cache
def records() -> dict[str, dict[str, Any]]:
    """The facts and their bands, by name, as ``stylised_facts.yaml`` has them."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def _december(seen: Sequence[_Observed], indicator: str, year: int) -> float:
    month = (year - 2021) * YEAR + YEAR - 1
    return float(np.mean([each.life.indicators[indicator][month] for each in seen]))


def _re_entry(usual: Sequence[_Observed], without: Sequence[_Observed]) -> list[tuple[str, float]]:
    share = float(np.mean([(each.entries >= 0).mean() for each in without]))
    hazards = []
    for year in (0, 2):
        first, last = year * YEAR, year * YEAR + YEAR
        fell = sum(int(((each.entries >= first) & (each.entries < last)).sum()) for each in without)
        exposed = sum(int(((each.entries < 0) | (each.entries >= first)).sum()) for each in without)
        hazards.append(fell / max(exposed, 1))
    return [
        ("re_entry", share),
        ("duration", hazards[0] / max(hazards[1], 1e-9)),
    ]


def _spells(usual: Sequence[_Observed], without: Sequence[_Observed]) -> list[tuple[str, float]]:
    spells = [each for seen in usual for each in seen.spells]
    short = float(np.mean([months <= TRANSIENT for months, _ill in spells]))
    ill, well = (float(np.mean([months for months, chronic in spells if chronic == flag])) for flag in (True, False))
    rich, poor = np.mean([pair for seen in usual for pair in seen.by_savings], axis=0)
    return [
        ("transient", short),
        ("savings", float(rich / poor)),
        ("chronic", ill / well),
    ]


def _work(usual: Sequence[_Observed], without: Sequence[_Observed]) -> list[tuple[str, float]]:
    wage, farm = (float(np.mean([share for seen in usual for share in seen.at_risk[kind]])) for kind in ("wage", "farm"))
    return [("wages", wage / farm)]


def _monitoring(usual: Sequence[_Observed], without: Sequence[_Observed]) -> list[tuple[str, float]]:
    years = range(2022, 2026)
    eliminated = float(np.mean([_december(usual, "eliminated_share", year) for year in years]))
    monitored = float(np.mean([_december(usual, "monitored_share", year) for year in years]))
    rural = float(
        np.mean([_december(usual, "monitored_persons", year) / _december(usual, "rural_persons", year) for year in years])
    )
    return [
        ("eliminated", eliminated),
        ("monitored", monitored),
        ("monitored_rural", rural),
    ]


def _income(usual: Sequence[_Observed], without: Sequence[_Observed]) -> list[tuple[str, float]]:
    growth = [_december(usual, name, 2025) / _december(usual, name, 2021) for name in ("registered_income", "rural_income")]
    edge = growth[0] ** 0.25 - growth[1] ** 0.25
    return [("catching_up", edge)]


def _firms(usual: Sequence[_Observed], without: Sequence[_Observed]) -> list[tuple[str, float]]:
    ages = np.array([age for seen in usual for age in seen.failures]) // YEAR
    peak = int(np.bincount(ages).argmax()) + 1
    enclaves = _december(usual, "enclave_registered", 2022) / _december(usual, "registered_local", 2022)
    return [
        ("third_year", float(peak)),
        ("late_enclaves", enclaves),
    ]


def _dibao(usual: Sequence[_Observed], without: Sequence[_Observed]) -> list[tuple[str, float]]:
    left_out, wrongly_in = _december(usual, "dibao_exclusion", 2025), _december(usual, "dibao_inclusion", 2025)
    return [
        ("exclusion", left_out),
        ("inclusion", wrongly_in),
        ("coverage", _coverage_over_amount()),
    ]


@cache
def _coverage_over_amount() -> float:
    """Persons kept above the line per yuan of dibao: by finding twice as many, over by a line a twentieth higher."""

    def per_yuan(*sets: str) -> float:
        differences = np.zeros(2)
        for replication in range(4):
            for sign, given in ((1.0, sets), (-1.0, ())):
                scenario = load_scenario(BASELINE, given)
                life = County(scenario, values_of(scenario, None), 2021, replication).live()
                below = (life.indicators["relapse_rate"] * life.indicators["registered_persons"])[11::12].sum()
                differences += sign * np.array([-below, sum(row["yuan"] for row in life.budget if row["use"] == "dibao")])
        return float(differences[0] / differences[1])

    raised = "{2020-01: 1.0, 2021-01: 1.05, 2021-07: 1.113, 2022-07: 1.2243, 2023-07: 1.3104, 2024-07: 1.3881, 2025-07: 1.4585}"
    return per_yuan("dibao.discovery={2021-01: 0.16}") / per_yuan(f"lines.dibao_uprating={raised}")


def _prices(usual: Sequence[_Observed], without: Sequence[_Observed]) -> list[tuple[str, float]]:
    values = values_of(load_scenario(BASELINE), None)
    hit = 1.0 - (1.0 - float(values.at("weather.hail_chance")) * float(values.at("storms.hit_share"))) ** 6
    low, high = float(values.at("storms.least_loss")), float(values.at("storms.most_loss"))
    mean_square = (low * low + low * high + high * high) / 3.0
    # A greenhouse that is hit is rebuilt within months: on average half the lost share is missed over the year.
    yield_risk = 0.5 * (hit * mean_square - (hit * (low + high) / 2.0) ** 2) ** 0.5
    price_risk = float(values.at("prices.price_spread")[Commodity.VEGETABLES])
    return [("prices", price_risk / yield_risk)]


Rule = Callable[[Sequence[_Observed], Sequence[_Observed]], list[tuple[str, float]]]
RULES: tuple[Rule, ...] = (_re_entry, _spells, _work, _monitoring, _income, _firms, _dibao, _prices)

#: Facts of the table that no life can show, and why.
UNTESTED: dict[str, dict[str, str]] = {
    "SF15": {
        "zh": "低保对就业的影响按补差占收入比重计入，方向为结构开关，不另检验",
        "en": "The effect of dibao on work enters by its weight in income, with its sign as a switch; it is built in, not found",
    }
}


def lines(found: Sequence[Found]) -> list[dict[str, Any]]:
    """One object for each fact."""
    return [
        {
            "id": each.id,
            "fact": each.fact,
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "unit": each.unit,
            "hit": each.hit,
        }
        for each in found
    ]
