"""Calibration of the county: its specification, the replications of each wave, and the ensemble that is stored.

Every replication has its own random draws and its own draw of the assumptions that are not calibrated: what they do to a figure
is scatter about the calibrated ones, exactly as it will be when the ensemble is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from experiments.analyses import design
from experiments.analyses.sensitivity import factors_of
from experiments.execution.study import Study
from experiments.model_api import Point
from experiments.results import journal
from experiments.statistics import history_matching
from experiments.statistics.estimates import quantiles
from experiments.statistics.sampling import spread
from experiments.validation.backtest import band_ends, widen
from experiments.validation.published_figures import Figure, Gauge
from experiments.validation.published_figures import load as load_figures
from sim.core.inputs import ensemble, shipped, yaml_file
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_all
from sim.core.inputs.validation import explain
from sim.scenario import Scenario, load_scenario

FILE = Path(__file__).parent / "calibration.yaml"
DRAW = 2  # replications of a draw: every replication here has a draw of its own
WAVE = 1_000_000  # so far apart are the replications of two waves
Array = NDArray[np.float64]


class Spec(BaseModel):
    """A calibration as written; see ``calibration.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scenario: str
    months: int = Field(ge=24, le=60)
    vantage: str
    seed: int = Field(ge=0)
    waves: tuple[int, int]
    check: int = Field(ge=20)
    candidates: int = Field(ge=1000)
    members: int = Field(ge=50)
    recovered: int = Field(ge=10)
    assumptions: dict[str, dict[str, str]] = Field(min_length=1)


def load(path: Path = FILE) -> Spec:
    """The calibration of the project. Raises InputError."""
    tree = yaml_file.read_mapping(path)
    try:
        return Spec.model_validate(dict(tree))
    except ValidationError as problem:
        first = problem.errors()[0]
        raise InputError(path, tree.lines.get(first["loc"][0], 1), *explain(first, list(Spec.model_fields))) from None


@dataclass
class CalibrationPlan:
    """What a calibration runs: the scenario of its replications, its assumptions as factors, its figures."""

    spec: Spec
    scenario: Scenario = field(init=False)
    factors: list[design.Factor] = field(init=False)
    gauge: Gauge = field(init=False)
    data: history_matching.Data = field(init=False)

    def __post_init__(self) -> None:
        chosen = load_scenario(shipped.folder(shipped.SCENARIOS) / f"{self.spec.scenario}.yaml")
        self.scenario = replace(chosen, months=self.spec.months, vantage=self.spec.vantage, uncertainty="prior")
        self.factors = factors_of(self.scenario, list(self.spec.assumptions))
        self.gauge = Gauge([figure for figure in load_figures() if figure.use == "calibration"])
        self.data = history_matching.Data(self.gauge.centres, self.gauge.spreads)

    @property
    def names(self) -> list[str]:
        """The calibrated assumptions."""
        return [factor.id for factor in self.factors]

    @property
    def task(self) -> dict[str, Any]:
        """What replications depend on beside the scenario, as plain data: a journal of other assumptions is another journal."""
        return {"assumptions": self.names, "first wave": self.spec.waves[0]}

    @property
    def replications(self) -> int:
        """How many replications it takes in all."""
        return sum(self.spec.waves) + self.spec.check

    def wave(self, study: Study, number: int, rows: Array) -> "Wave":
        """Run one county at each row of the unit cube, and measure the figures. ``number`` counts the waves from 0."""
        points, numbers = [], []
        for place, row in enumerate(rows):
            setting = {factor.id: factor.at(float(share)) for factor, share in zip(self.factors, row)}
            points.append(design.point(self.scenario, self.factors, setting, f"wave-{number}.{place:05d}"))
            numbers.append(number * WAVE + DRAW * place)
        study.run([(point, [replication]) for point, replication in zip(points, numbers)])
        return measure_wave(study, self.gauge, points, rows)

    def prior(self) -> Array:
        """The first wave: a Latin hypercube over all quantiles."""
        return spread("latin_hypercube", len(self.factors), self.spec.waves[0], seed=self.spec.seed)


@dataclass(frozen=True)
class Wave:
    """One replication a point: ``rows`` (points, assumptions); ``simulated`` (points, figures), scaled; ``failed``: names."""

    rows: Array
    simulated: Array
    failed: tuple[str, ...] = ()

    def join(self, other: "Wave") -> "Wave":
        """The points of this wave, then those of the other."""
        rows, simulated = np.concatenate([self.rows, other.rows]), np.concatenate([self.simulated, other.simulated])
        return Wave(rows, simulated, self.failed + other.failed)


def measure_wave(study: Study, gauge: Gauge, points: Sequence[Point], rows: Array) -> Wave:
    """Read the figures of these points from the journal; a replication that failed, or lacks one, is left out and named."""
    found, kept, failed = [], [], []
    for point, row in zip(points, rows):
        values = [gauge.of(series) for series in _series(study.plan.folder, point.name)]
        if values and np.isfinite(values[0]).all():
            found.append(values[0][0])
            kept.append(row)
        else:
            failed.append(point.name)
    if len(kept) < 10:
        raise ValueError(f"{len(failed)} of {len(points)} replications failed, the first {failed[0]}: nothing to calibrate with")
    return Wave(np.array(kept), np.array(found), tuple(failed))


def _series(folder: Path, point: str) -> list[dict[str, Array]]:
    """Indicators by month (replications, months) of each chunk of a point."""
    chunks = [chunk for chunk in journal.read(folder, point) if chunk.completed]
    return [
        {name: chunk.array("months")[:, :, place] for place, name in enumerate(chunk.header["layout"]["indicators"])}
        for chunk in chunks
    ]


@dataclass(frozen=True)
class Result:
    """A finished calibration: what was left after each wave, the members, what was learned, and replications of members."""

    shares: tuple[float, ...]
    sample: history_matching.Sample
    learned: list[history_matching.Learned]
    lines: list[dict[str, Any]]
    implausible_centre: float


def calibrate(work: CalibrationPlan, study: Study) -> Result:
    """Two waves of history matching, ABC, and replications of the members that say whether the bands hold the figures."""
    spec, size = work.spec, len(work.factors)
    first = work.wave(study, 0, work.prior())
    emulators = history_matching.Emulators(first.rows, first.simulated, spec.seed)
    left = history_matching.not_ruled_out(
        emulators.expected(history_matching.cube(size, spec.candidates, spec.seed + 1)), work.data
    )
    second = work.wave(study, 1, left.points[: spec.waves[1]])
    both = first.join(second)
    emulators = history_matching.Emulators(both.rows, both.simulated, spec.seed)
    last = history_matching.not_ruled_out(
        emulators.expected(history_matching.cube(size, spec.candidates, spec.seed + 2)), work.data
    )
    found = history_matching.sample(work.data, last, spec.members, spec.seed)
    check = work.wave(study, 2, found.members[: spec.check])
    centre = emulators.expected(np.median(found.members, axis=0)[None]).implausibility(work.data).max()
    lines = compare_bands(work.gauge.figures, first.simulated, check.simulated)
    return Result(
        (left.share, last.share),
        found,
        history_matching.learned(work.names, found.members),
        lines=lines,
        implausible_centre=float(centre),
    )


def recover(work: CalibrationPlan, study: Study) -> history_matching.Recovery:
    """Known truth: replications of the first wave stand for the real county, one after another."""
    wave = work.wave(study, 0, work.prior())
    spec = work.spec
    return history_matching.recover(
        wave.rows, wave.simulated, work.gauge.spreads, truths=spec.recovered, candidates=spec.candidates // 6, seed=spec.seed
    )


def compare_bands(figures: Sequence[Figure], prior: Array, posterior: Array) -> list[dict[str, Any]]:
    """A line for each figure: bands of nine in ten replications before and after, the last also widened by the misfit allowed.

    ``inside``: whether the figure lies in the band of replications, ``hit``: in the wide one; a range does if it meets the band.
    """
    lines = []
    for place, figure in enumerate(figures):
        bands = {
            name: [float(v) for v in figure.from_scale(quantiles(values[:, place], (0.05, 0.5, 0.95)))]
            for name, values in (("prior", prior), ("ensemble", posterior))
        }
        low, _, high = bands["ensemble"]
        wide = [float(end) for end in figure.from_scale(np.array(band_ends(widen(posterior[:, place], figure.spread))))]
        lines.append({
            "id": figure.id, "name": figure.name, "place": figure.place, "when": figure.when, "unit": figure.unit,
            "published": figure.published, **bands, "wide": wide, "inside": figure.meets(low, high), "hit": figure.meets(*wide),
        })  # fmt: skip
    return lines


def store(work: CalibrationPlan, result: Result, code: str, path: Path = ensemble.FILE) -> None:
    """Write the ensemble where the model looks for it, with what makes it again."""
    from experiments.results.files import write_text

    spec = work.spec
    about = {
        "what": "plausible ensemble: quantiles of calibrated assumptions, one row a member",
        "command": "xianjie calibrate --store",
        "seed": str(spec.seed),
        "code": code,
        "lives": f"{work.replications} of {spec.months} months, vantage {spec.vantage}",
        "figures": " ".join(work.gauge.names),
        "left after each wave": " ".join(f"{share:.4f}" for share in result.shares),
        "effective members": f"{result.sample.effective:.0f}",
    }
    write_text(path, ensemble.text(about, work.names, result.sample.members, load_all()))


def summary(work: CalibrationPlan, result: Result, recovery: history_matching.Recovery, code: str) -> dict[str, Any]:
    """All results of a calibration as plain data."""
    return {
        "scenario": work.scenario.id, "seed": work.spec.seed, "code": code, "lives": work.replications,
        "recovery": recovery_record(work.names, recovery),
        "left": list(result.shares), "effective": result.sample.effective, "members": len(result.sample.members),
        "implausibility_of_centre": result.implausible_centre, "figures": result.lines,
        "learned": [{**vars(row), "narrowed": row.narrowed, **_values(row)} for row in result.learned],
    }  # fmt: skip


def recovery_record(names: Sequence[str], recovery: history_matching.Recovery) -> dict[str, Any]:
    """How known truths were recovered, as plain data."""
    rows: Mapping[str, Any] = {
        name: {"covered": float(c), "narrowed": float(n)} for name, c, n in zip(names, recovery.covered, recovery.narrowed)
    }
    return {"truths": recovery.truths, "matched": recovery.matched, "covered": recovery.overall, "assumptions": rows}


def _values(row: history_matching.Learned) -> dict[str, Any]:
    parameter = load_all().parameters[row.name]
    ends = {end: parameter.at_quantile(getattr(row, end)) for end in ("low", "centre", "high")}
    return {
        "title": parameter.name.model_dump(), "unit": "multiple" if parameter.has_factor_range else parameter.unit,
        "before": 1.0 if parameter.has_factor_range else parameter.value, "value": ends,
    }  # fmt: skip
