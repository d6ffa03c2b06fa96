"""What is recorded of a replication while it runs, so that stylised facts can be looked up in it."""

from dataclasses import dataclass, field

import numpy as np

from sim.core.inputs import shipped
from sim.county import County, SimulationResult, values_of
from sim.scenario import load_scenario
from sim.world.codes import Destination, Segment

YEAR = 12
SCENARIOS = shipped.folder(shipped.SCENARIOS)


@dataclass
class Observation:
    """What is recorded of one replication while it runs; registered households of 2021 only."""

    result: SimulationResult
    entries: np.ndarray  # (households,) month of the first fall by income, −1 if none
    registered: np.ndarray
    spells: list[tuple[int, bool]] = field(default_factory=list)  # months, somebody chronically ill
    by_savings: list[tuple[float, float]] = field(default_factory=list)
    at_risk: dict[str, list[float]] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    #: Below the line at year ends, by savings and by whether heavy spending struck: (rich or not, struck or not, below or not).
    below_by: np.ndarray = field(default_factory=lambda: np.zeros((2, 2, 2)))
    #: Households a year or more below at one year's end, by the work they did, and whether they were out at the next.
    left_poverty: dict[str, list[bool]] = field(default_factory=dict)


def observe(file: str, seed: int, replication: int) -> Observation:
    """Run one replication of a scenario file to its end, month by month, and record what the facts need."""
    scenario = load_scenario(SCENARIOS / file)
    county = County(scenario, values_of(scenario, None), seed, replication)
    households = county.tables["households"]
    registered = np.flatnonzero((households["registered"] == 1) & (households["inherited"] == 0))
    savings = households["cash"][registered] / np.maximum(households["members"][registered], 1)
    rich = savings >= np.median(savings)
    entries = np.full(len(registered), -1)
    ever = np.zeros(len(registered), dtype=bool)
    seen = Observation(None, entries, registered)  # type: ignore[arg-type]  # the result is known at the end
    last = households["below_months"][registered].copy()
    alive = county.tables["enterprises"]["alive"].copy()
    poor: dict[str, np.ndarray] = {}
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
            _record_risk(seen, county, registered)
            _record_savings(seen, county, registered, rich)
            _record_exits(seen, county, registered, poor)
            poor = {name: chosen & (months >= YEAR) for name, chosen in _work_of(county, registered).items()}
    seen.by_savings = [(float(ever[rich].mean()), float(ever[~rich].mean()))]
    seen.result = county.run()
    return seen


def _with(county: County, column: str) -> np.ndarray:
    """Which households have a living member with this flag."""
    persons = county.tables["persons"]
    rows = persons["household"][(persons[column] == 1) & (persons["alive"] == 1)]
    return np.bincount(rows, minlength=len(county.tables["households"])) > 0


def _work_of(county: County, registered: np.ndarray) -> dict[str, np.ndarray]:
    """What registered households live on: somebody works outside; else in a local firm; else somebody farms."""
    households, persons = county.tables["households"], county.tables["persons"]
    able = (persons["alive"] == 1) & (persons["capacity"] > 0.0)
    has = {
        name: np.bincount(persons["household"][able & (persons["status"] == where)], minlength=len(households))[registered] > 0
        for name, where in (("outside", Destination.OUTSIDE), ("local", Destination.LOCAL_FIRM), ("farm", Destination.FARM))
    }
    return {
        "outside": has["outside"],
        "local": has["local"] & ~has["outside"],
        "farm": has["farm"] & ~has["outside"] & ~has["local"],
    }


def _record_risk(seen: Observation, county: County, registered: np.ndarray) -> None:
    """Risk of households that live on wages and of those that live on the farm."""
    households, work = county.tables["households"], _work_of(county, registered)
    own = households["segment"][registered] == Segment.REGISTERED_OTHER
    for name, chosen in (("wage", own & (work["outside"] | work["local"])), ("farm", own & work["farm"])):
        if chosen.any():
            seen.at_risk.setdefault(name, []).append(float(households["at_risk"][registered][chosen].mean()))


def _record_savings(seen: Observation, county: County, registered: np.ndarray, rich: np.ndarray) -> None:
    """Who is below the line, by savings of 2021 and by whether the year's own spending was heavy."""
    households = county.tables["households"][registered]
    line = float(county.tables["environment"]["monitoring_line"][0])
    struck = households["rigid_12"] > float(county.setting("accounts.heavy_share")) * line * households["members"]
    for wealth in (0, 1):
        for shock in (0, 1):
            for state in (0, 1):
                chosen = (rich == wealth) & (struck == shock) & (households["below"] == state) & (households["members"] > 0)
                seen.below_by[wealth, shock, state] += int(chosen.sum())


def _record_exits(seen: Observation, county: County, registered: np.ndarray, poor: dict[str, np.ndarray]) -> None:
    """Of those long below a year ago, who is out."""
    households = county.tables["households"][registered]
    for name, chosen in poor.items():
        here = chosen & (households["members"] > 0)
        seen.left_poverty.setdefault(name, []).extend((households["below"][here] == 0).tolist())
