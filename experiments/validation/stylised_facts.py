"""Stylised facts of the literature compared with the model: hits and misses, all of them reported.

The facts and their bands stand in ``stylised_facts.yaml`` (SF2 to SF17); each is measured on whole
replications at central parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from experiments.validation.observer import SCENARIOS, YEAR, Observation, observe
from sim.county import County, values_of
from sim.scenario import load_scenario
from sim.world.codes import Commodity, Destination

FILE = Path(__file__).with_suffix(".yaml")
BASELINE = SCENARIOS / "baseline.yaml"
#: A spell no longer than this is transient (SF4).
TRANSIENT = 12  # months


@dataclass(frozen=True)
class FactFinding:
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


def measure(seed: int = 2021, replications: int = 12) -> list[FactFinding]:
    """Every fact, over a few replications with support and without."""
    usual = [observe("baseline.yaml", seed, number) for number in range(replications)]
    without = [observe("support_withdrawn.yaml", seed, number) for number in range(replications)]
    known = records()
    return [FactFinding(**known[key], value=value) for rule in RULES for key, value in rule(usual, without)]


@cache
def records() -> dict[str, dict[str, Any]]:
    """The facts and their bands, by name, as ``stylised_facts.yaml`` has them."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def _december(seen: Sequence[Observation], indicator: str, year: int) -> float:
    month = (year - 2021) * YEAR + YEAR - 1
    return float(np.mean([each.result.indicators[indicator][month] for each in seen]))


def _re_entry(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
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


def _spells(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
    spells = [each for seen in usual for each in seen.spells]
    short = float(np.mean([months <= TRANSIENT for months, _ill in spells]))
    ill, well = (float(np.mean([months for months, chronic in spells if chronic == flag])) for flag in (True, False))
    rich, poor = np.mean([pair for seen in usual for pair in seen.by_savings], axis=0)
    return [
        ("transient", short),
        ("savings", float(rich / poor)),
        ("chronic", ill / well),
    ]


def _work(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
    wage, farm = (float(np.mean([share for seen in usual for share in seen.at_risk[kind]])) for kind in ("wage", "farm"))
    return [("wages", wage / farm)]


def _ways_out(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
    """How much likelier long poverty ends with outside work or farming than with a local job; NaN where nobody was long poor."""
    exits: dict[str, list[bool]] = {"local": [], "other": []}
    for seen in without:
        for name, ends in seen.left_poverty.items():
            exits["local" if name == "local" else "other"] += ends
    local, other = (float(np.mean(ends)) if ends else float("nan") for ends in exits.values())
    return [("ways_out", other / local if local else float("nan"))]


def _buffers(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
    """By how much savings lower the share below the line among the struck, over that among the others."""
    counts = np.sum([seen.below_by for seen in usual], axis=0)
    share = counts[:, :, 1] / np.maximum(counts.sum(axis=2), 1.0)  # (rich, struck)
    saved = share[0] - share[1]
    return [("buffers", float(saved[1] - saved[0]))]


def _dependence(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
    """Employment that dibao costs those with high benefits, less what it costs those with low ones."""
    return [("dependence", _employment_lost(len(usual)))]


@cache
def _employment_lost(replications: int) -> float:
    lost = []
    for replication in range(replications):
        with_it, without_it = (
            _employed_by_benefit(load_scenario(BASELINE, sets), replication) for sets in ((), ("labour_choice.dependence=none",))
        )
        lost.append(without_it - with_it)  # (low, high)
    low, high = np.mean(lost, axis=0)
    return float(high - low)


def _employed_by_benefit(scenario: Any, replication: int) -> np.ndarray:
    """Share in paid work of persons able to work whose household is on dibao: below and above the median benefit per member."""
    county = County(scenario, values_of(scenario, None), 2021, replication)
    shares = []
    while county.month < scenario.months:
        county.step()
        if county.month % YEAR:
            continue
        households, persons, register = (county.tables[name] for name in ("households", "persons", "register"))
        own = persons["household"]
        seen = (persons["alive"] == 1) & (persons["capacity"] > 0.0) & (register["dibao"][own] == 1) & (persons["stage"] == 0)
        benefit = register["benefit"][own][seen] / np.maximum(households["members"][own][seen], 1)
        works = np.isin(persons["status"][seen], (Destination.OUTSIDE, Destination.LOCAL_FIRM))
        high = benefit > np.median(benefit)
        shares.append([works[~high].mean(), works[high].mean()])
    return np.mean(shares, axis=0)


def _monitoring(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
    years = range(2022, 2026)
    eliminated = float(np.mean([_december(usual, "eliminated_on_file", year) for year in years]))
    monitored = float(np.mean([_december(usual, "on_file_share", year) for year in years]))
    rural = float(
        np.mean([_december(usual, "on_file_persons", year) / _december(usual, "rural_persons", year) for year in years])
    )
    return [
        ("eliminated", eliminated),
        ("monitored", monitored),
        ("monitored_rural", rural),
    ]


def _income(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
    growth = [_december(usual, name, 2025) / _december(usual, name, 2021) for name in ("registered_income", "rural_income")]
    edge = growth[0] ** 0.25 - growth[1] ** 0.25
    return [("catching_up", edge)]


def _firms(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
    ages = np.array([age for seen in usual for age in seen.failures]) // YEAR
    peak = int(np.bincount(ages).argmax()) + 1
    enclaves = _december(usual, "enclave_registered", 2022) / _december(usual, "registered_local", 2022)
    return [
        ("third_year", float(peak)),
        ("late_enclaves", enclaves),
    ]


def _dibao(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
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
                result = County(scenario, values_of(scenario, None), 2021, replication).run()
                below = (result.indicators["relapse_rate"] * result.indicators["registered_persons"])[11::12].sum()
                differences += sign * np.array([-below, sum(row["yuan"] for row in result.budget if row["use"] == "dibao")])
        return float(differences[0] / differences[1])

    raised = "{2021-01: 1.05, 2021-07: 1.113, 2022-07: 1.2243, 2023-07: 1.3104, 2024-07: 1.3881, 2025-07: 1.4585}"
    return per_yuan("dibao.discovery={2021-01: 0.16}") / per_yuan(f"lines.dibao_uprating={raised}")


def _prices(usual: Sequence[Observation], without: Sequence[Observation]) -> list[tuple[str, float]]:
    values = values_of(load_scenario(BASELINE), None)
    hit = 1.0 - (1.0 - float(values.at("weather.hail_chance")) * float(values.at("storms.hit_share"))) ** 6
    low, high = float(values.at("storms.least_loss")), float(values.at("storms.most_loss"))
    mean_square = (low * low + low * high + high * high) / 3.0
    # A greenhouse that is hit is rebuilt within months: on average half the lost share is missed over the year.
    yield_risk = 0.5 * (hit * mean_square - (hit * (low + high) / 2.0) ** 2) ** 0.5
    price_risk = float(values.at("prices.price_spread")[Commodity.VEGETABLES])
    return [("prices", price_risk / yield_risk)]


Rule = Callable[[Sequence[Observation], Sequence[Observation]], list[tuple[str, float]]]
RULES: tuple[Rule, ...] = (
    _re_entry,
    _spells,
    _buffers,
    _work,
    _ways_out,
    _monitoring,
    _income,
    _firms,
    _dibao,
    _dependence,
    _prices,
)

#: Facts of the table that no replication can show, and why.
UNTESTED: dict[str, dict[str, dict[str, str]]] = {
    "SF16": {
        "fact": {"zh": "设施蔬菜风险小于露地", "en": "Greenhouse vegetables are less risky than those of open fields"},
        "why": {
            "zh": "模型只有设施蔬菜，没有露地蔬菜，无从比较",
            "en": "the model has greenhouse vegetables only, so there is nothing to compare with",
        },
    }
}


def lines(found: Sequence[FactFinding]) -> list[dict[str, Any]]:
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
