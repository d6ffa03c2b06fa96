"""What the experiments know of the model: how to run one county, and what its goals and indicators are called.

Everything above this module works on a ``SimulationModel``; ``county`` is the real one, and the tests have a synthetic
one whose true probabilities are known. A worker process loads it by name (``module:attribute``), so nothing but text
is sent to it.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.inputs.errors import UserError

if TYPE_CHECKING:
    import sim.scenario

COUNTY = "experiments.model_api:county"
#: Replications that come in pairs, which share a parameter draw, where those after them do not. Even.
PAIRED = 100
#: What the county was called in result folders of 0.7.
FORMER = {"experiments.lives:county": COUNTY}
#: Receives what is being done: a key of ``words.yaml``, and the facts that its sentence names.
OnStatus = Callable[..., None]


class Scenario(Protocol):
    """What the experiments read of a scenario; each model has a record of its own."""

    @property
    def id(self) -> str:
        """Its name, short enough for a folder."""

    @property
    def months(self) -> int:
        """How many months are simulated."""


@dataclass(frozen=True)
class Catalogue:
    """What a replication measures, and the names of its places.

    ``goals`` and ``indicators`` are the records of ``sim.goals`` by id; ``townships`` and ``segments`` name
    the second axis of a result's arrays, in order (text, or a bilingual name); ``first_month`` is the first month
    that is simulated.
    """

    goals: Mapping[str, Any]
    indicators: Mapping[str, Any]
    townships: tuple[Any, ...] = ()
    segments: tuple[Any, ...] = ()
    first_month: str = "2021-01"

    def places(self, scope: str) -> tuple[str, ...]:
        """The English names of the ``townships`` or the ``segments``, as tables have them.

        Raises ValueError if two places have the same name.
        """
        names = [name["en"] if isinstance(name, Mapping) else str(name) for name in getattr(self, scope)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"several {scope} are called {', '.join(twice)}")
        return tuple(names)


class RunResult(Protocol):
    """What is read of the result of one replication; ``sim.result.SimulationResult`` documents shapes and units."""

    indicators: dict[str, NDArray[np.float64]]
    townships: dict[str, NDArray[np.float64]]
    segments: dict[str, NDArray[np.float64]]
    goals: dict[str, Any]
    audit: list[dict]
    budget: list[dict]
    timings: dict[str, float]
    digest: str
    portraits: dict[str, Any]


#: The record in which a model keeps a scenario.
S = TypeVar("S", bound=Scenario)


class SimulationModel(Protocol[S]):
    """A model of which many replications can be run."""

    def prepare(self, scenario: S, on_status: OnStatus | None = None) -> None:
        """Load and compile everything once; ``on_status`` is notified of what is being done."""

    def catalogue(self, scenario: S) -> Catalogue:
        """Goals, indicators and places of this scenario."""

    def sample(self, scenario: S, seed: int, draw: int) -> dict[str, float]:
        """The quantile in (0, 1) of every assumption that varies, for the parameter draw of this number."""

    def used(self, scenario: S, quantiles: Mapping[str, float] | None) -> dict[str, Any]:
        """Every parameter as used (JSON-able), at these quantiles or, with None, at central values."""

    def run(self, scenario: S, quantiles: Mapping[str, float] | None, seed: int, replication: int, profile: bool) -> RunResult:
        """One replication. Any exception counts as a failed one."""

    def population(self, scenario: S, seed: int) -> dict[str, list[dict]]:
        """The audit of one synthetic population."""

    def canonical_inputs(self, scenario: S) -> dict[str, Any]:
        """All of a scenario that decides its replications, as plain data: equal data, equal results."""

    def origins(self, scenario: S) -> list[dict[str, Any]]:
        """Where every number of a scenario comes from: its ``id``, its ``origin`` and whatever else is known of it."""

    def ensemble(self, scenario: S) -> dict[str, Any] | None:
        """The calibrated ensemble that parameter draws are members of, as plain data; None where there is none."""

    def code(self) -> str:
        """A hash of the model's rules, their files and their compiler: another hash, perhaps other results."""

    def restore_scenario(self, description: Mapping[str, Any]) -> S:
        """The scenario that ``results.folder.description`` described."""


class County:
    """The real county: ``sim.county``, imported when it is first used, so that ``--help`` stays quick."""

    def prepare(self, scenario: "sim.scenario.Scenario", on_status: OnStatus | None = None) -> None:
        """Load the parameters and compile the month."""
        import sim.county

        sim.county.prepare(scenario, on_status or _ignore_status)

    def catalogue(self, scenario: "sim.scenario.Scenario") -> Catalogue:
        """Goals, indicators and places of the county."""
        import sim.county

        record = sim.county.catalogue(scenario)
        return Catalogue(
            record.goals,
            record.indicators,
            tuple(record.townships),
            segments=tuple(record.segments),
            first_month=str(record.first_month),
        )

    def sample(self, scenario: "sim.scenario.Scenario", seed: int, draw: int) -> dict[str, float]:
        """Quantiles of the assumptions."""
        import sim.county

        return sim.county.sample_quantiles(scenario, seed, draw)

    def used(self, scenario: "sim.scenario.Scenario", quantiles: Mapping[str, float] | None) -> dict[str, Any]:
        """Every parameter as used."""
        import sim.county

        return sim.county.parameters_used(scenario, quantiles)

    def run(
        self,
        scenario: "sim.scenario.Scenario",
        quantiles: Mapping[str, float] | None,
        seed: int,
        replication: int,
        profile: bool,
    ) -> RunResult:
        """One replication of the county."""
        import sim.county

        return sim.county.run_county(scenario, quantiles, seed, replication=replication, profile=profile)

    def population(self, scenario: "sim.scenario.Scenario", seed: int) -> dict[str, list[dict]]:
        """The ``audit`` and the ``production`` accounts of a founding at central values."""
        import sim.county

        return sim.county.describe_population(scenario, seed)

    def canonical_inputs(self, scenario: "sim.scenario.Scenario") -> dict[str, Any]:
        """Every central value, which of them are fixed, and the frame; not where a value was written."""
        import sim.county
        import sim.goals

        return {
            "parameters": sim.county.parameters_used(scenario, None),
            "fixed": sorted(scenario.overrides),
            "months": scenario.months,
            "vantage": scenario.vantage,
            "start": scenario.start,
            "weight": scenario.weight,
            "ensemble": self.ensemble(scenario),
            **({"distributions": asdict(scenario.distributions) | {"folder": ""}} if scenario.distributions else {}),
            "plan": (scenario.plan or sim.goals.home_plan()).canonical_inputs(),
            **({"policies": {each.name: each.canonical_inputs() for each in scenario.policies}} if scenario.policies else {}),
        }

    def origins(self, scenario: "sim.scenario.Scenario") -> list[dict[str, Any]]:
        """Every parameter with its origin, see ``sim.scenario.origins``."""
        import sim.scenario

        return [vars(each) for each in sim.scenario.origins(scenario)]

    def ensemble(self, scenario: "sim.scenario.Scenario") -> dict[str, Any] | None:
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

    def restore_scenario(self, description: Mapping[str, Any]) -> "sim.scenario.Scenario":
        """A checked scenario from a manifest, without its files."""
        import sim.scenario

        return sim.scenario.restore_scenario(description)


def _ignore_status(what: str, **facts: Any) -> None:
    """For a caller that does not listen."""


county: SimulationModel["sim.scenario.Scenario"] = County()


#: Models that a file may name. A folder may come from anybody, and what it names is imported: nothing else is.
MODELS = {COUNTY}


def load_model(name: Any, from_file: bool = False) -> SimulationModel:
    """The model called ``module:attribute``.

    ``from_file``: the name stands in a manifest or a journal. Raises UserError if such a name is not among ``MODELS``.
    """
    name = FORMER.get(name, name) if isinstance(name, str) else name
    if from_file and (not isinstance(name, str) or name not in MODELS):
        raise UserError(f"it names a model that is none of ours: {name!r}", f"里面写的模型不是本程序的：{name!r}")
    module, _, attribute = name.partition(":")
    model: SimulationModel = getattr(importlib.import_module(module), attribute)
    return model


@dataclass(frozen=True)
class Point:
    """One county to run many times: a scenario, and quantiles at which some of its assumptions are held.

    ``name`` names its chunks.
    """

    name: str
    scenario: Scenario
    held: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What all replications of a journal have in common; picklable. ``model_name``: see ``load_model``.

    ``only_luck``: parameters stay at their central values but for what a point holds. ``outcomes_only``: the months are not kept.
    ``digest``: the hash of the fingerprint that the journal's chunks carry (see ``runner.claim``).
    """

    seed: int
    only_luck: bool
    folder: Path
    model_name: str = COUNTY
    profile: bool = False
    outcomes_only: bool = False
    digest: str = ""
    #: Only the first ``PAIRED`` replications come in pairs.
    single_draws: bool = False

    def parameter_draw(self, replication: int) -> int:
        """The parameter draw of a replication: two replications share one, unless only the random draws vary.

        With ``single_draws`` the pairs end at ``PAIRED``: enough of them to tell chance from ignorance; what follows has a
        draw of its own, the next in order, and says the more about a probability.
        """
        if self.only_luck:
            return replication
        return replication - PAIRED // 2 if self.single_draws and replication >= PAIRED else replication // 2
