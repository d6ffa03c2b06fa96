"""What the experiments know of the model: how to live one county, and what its goals and indicators are
called.

Everything above this module works on a ``SimulationModel``; ``county`` is the real one, and the tests have a synthetic
one whose true probabilities are known. A worker finds it by name (``module:attribute``), so nothing but text
is sent to it.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.core.inputs.errors import UserError

COUNTY = "experiments.model_api:county"
#: What the county was called in result folders of 0.7.
FORMER = {"experiments.lives:county": COUNTY}
#: Told what is being done: a key of ``words.yaml``, and the facts that its sentence names.
Say = Callable[..., None]


@dataclass(frozen=True)
class Catalogue:
    """What a life measures, and the names of its places.

    ``goals`` and ``indicators`` are the records of ``sim.goals`` by id; ``townships`` and ``segments`` name
    the second axis of the life's arrays, in order (text, or a bilingual name); ``first_month`` is the month
    in which lives begin.
    """

    goals: Mapping[str, Any]
    indicators: Mapping[str, Any]
    townships: tuple[Any, ...] = ()
    segments: tuple[Any, ...] = ()
    first_month: str = "2021-01"

    def places(self, scope: str) -> tuple[str, ...]:
        """What the ``townships`` or the ``segments`` are called in tables: by their English names.

        Raises ValueError if two places have the same name.
        """
        names = [name["en"] if isinstance(name, Mapping) else str(name) for name in getattr(self, scope)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"several {scope} are called {', '.join(twice)}")
        return tuple(names)


class RunResult(Protocol):
    """What is read of one life; ``sim.result.SimulationResult`` documents shapes and units."""

    indicators: dict[str, NDArray[np.float64]]
    townships: dict[str, NDArray[np.float64]]
    segments: dict[str, NDArray[np.float64]]
    goals: dict[str, Any]
    audit: list[dict]
    budget: list[dict]
    timings: dict[str, float]
    digest: str
    portraits: dict[str, Any]


class SimulationModel(Protocol):
    """A model that can be lived many times."""

    def prepare(self, scenario: Any, say: Say | None = None) -> None:
        """Load and compile everything once; ``say`` is told what is being done."""

    def catalogue(self, scenario: Any) -> Catalogue:
        """Goals, indicators and places of this scenario."""

    def draw(self, scenario: Any, seed: int, draw: int) -> dict[str, float]:
        """The quantile in (0, 1) of every assumption that varies, for one parameter draw."""

    def used(self, scenario: Any, quantiles: Mapping[str, float] | None) -> dict[str, Any]:
        """Every parameter as used (JSON-able), at these quantiles or, with None, at central values."""

    def live(self, scenario: Any, quantiles: Mapping[str, float] | None, seed: int, replication: int, profile: bool) -> RunResult:
        """One life. Any exception counts as a failed replication."""

    def population(self, scenario: Any, seed: int) -> list[dict]:
        """The audit of one founding."""

    def asked(self, scenario: Any) -> dict[str, Any]:
        """All of a scenario that decides what its lives are, as plain data: equal data, equal lives."""

    def ensemble(self, scenario: Any) -> dict[str, Any] | None:
        """The calibrated ensemble that parameter draws are members of, as plain data; None where there is none."""

    def code(self) -> str:
        """A hash of the model's rules, their files and their compiler: another hash, perhaps other lives."""

    def revive(self, description: Mapping[str, Any]) -> Any:
        """The scenario that ``results.description`` described."""


class County:
    """The real county: ``sim.county``, imported when it is first asked, so that ``--help`` stays quick."""

    def prepare(self, scenario: Any, say: Say | None = None) -> None:
        """Load the parameters and compile the month."""
        import sim.county

        sim.county.prepare(scenario, say or _silent)

    def catalogue(self, scenario: Any) -> Catalogue:
        """Goals, indicators and places of the county."""
        import sim.county

        record = sim.county.catalogue(scenario)
        return Catalogue(
            record.goals,
            record.indicators,
            tuple(record.townships),
            tuple(record.segments),
            str(record.first_month),
        )

    def draw(self, scenario: Any, seed: int, draw: int) -> dict[str, float]:
        """Quantiles of the assumptions."""
        import sim.county

        return sim.county.sample_quantiles(scenario, seed, draw)

    def used(self, scenario: Any, quantiles: Mapping[str, float] | None) -> dict[str, Any]:
        """Every parameter as used."""
        import sim.county

        return sim.county.parameters_used(scenario, quantiles)

    def live(self, scenario: Any, quantiles: Mapping[str, float] | None, seed: int, replication: int, profile: bool) -> RunResult:
        """One life of the county."""
        import sim.county

        return sim.county.run_county(scenario, quantiles, seed, replication, profile)

    def population(self, scenario: Any, seed: int) -> list[dict]:
        """The audit of a founding at central values."""
        import sim.county

        return sim.county.audit_population(scenario, seed)

    def asked(self, scenario: Any) -> dict[str, Any]:
        """Every central value, which of them are fixed, and the frame; not where a value was written."""
        import sim.county

        return {
            "parameters": sim.county.parameters_used(scenario, None),
            "fixed": sorted(scenario.overrides),
            "months": scenario.months,
            "vantage": scenario.vantage,
            "start": scenario.start,
            "weight": scenario.weight,
            "ensemble": self.ensemble(scenario),
            **({"policies": {each.name: each.canonical_inputs() for each in scenario.policies}} if scenario.policies else {}),
        }

    def ensemble(self, scenario: Any) -> dict[str, Any] | None:
        """The plausible ensemble that draws are members of: which, how many, and of which assumptions."""
        import sim.county

        plausible = sim.county.ensemble_of(scenario)
        if plausible is None:
            return None
        return {"digest": plausible.digest, "members": len(plausible.members), "assumptions": list(plausible.names)}

    def code(self) -> str:
        """Rules, parameters and tables of ``sim``, and what they are compiled with."""
        import sim.core.compiled.compilation

        return sim.core.compiled.compilation.model_fingerprint()

    def revive(self, description: Mapping[str, Any]) -> Any:
        """A checked scenario from a manifest, without its files."""
        import sim.scenario

        return sim.scenario.restore_scenario(description)


def _silent(what: str, **facts: Any) -> None:
    """Said to nobody."""


county = County()


#: Models that a file may name. A folder may come from anybody, and what it names is imported: nothing else is.
MODELS = {COUNTY}


def model_named(name: Any) -> SimulationModel:
    """The model that a manifest or a journal names. Raises UserError for one that is not among ``MODELS``."""
    name = FORMER.get(name, name) if isinstance(name, str) else name
    if not isinstance(name, str) or name not in MODELS:
        raise UserError(f"it names a model that is none of ours: {name!r}", f"里面写的模型不是本程序的：{name!r}")
    return find(name)


def find(name: str) -> SimulationModel:
    """The model called ``module:attribute``; the name comes from our own code."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


@dataclass(frozen=True)
class Point:
    """One county to live many times: a scenario, and quantiles at which some of its assumptions are held.

    ``name`` names its chunks.
    """

    name: str
    scenario: Any
    held: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What all lives of a journal have in common; picklable. ``lives`` names the model (see ``model_api.find``).

    ``only_luck``: parameters stay at their central values but for what a point holds. ``brief``: only outcomes are kept.
    ``belongs``: the digest of what the journal belongs to (see ``runner.claim``).
    """

    seed: int
    only_luck: bool
    folder: Path
    lives: str = COUNTY
    profile: bool = False
    brief: bool = False
    belongs: str = ""

    def draw(self, replication: int) -> int:
        """The parameter draw of a replication: two lives share one, unless only luck varies."""
        return replication if self.only_luck else replication // 2
