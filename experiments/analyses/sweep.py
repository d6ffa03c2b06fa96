"""Run a sweep and sum it up: what comes out at every point, and what each factor changes with common random numbers."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.analyses.consequences import promised_by
from experiments.analyses.design import LEVELS, Design, set_factors
from experiments.analyses.settings import changes
from experiments.execution.runner import RunOptions
from experiments.execution.study import OWN, POLICY, PUBLIC, Outcomes, Study
from experiments.model_api import Catalogue, Point, load_model
from experiments.results import dictionary, output_folder, tables
from experiments.results.files import as_json, plain, whole, write_csv, write_text
from experiments.results.fingerprint import version, versions
from experiments.results.folder import description
from experiments.statistics import estimates, paired
from sim.core.inputs.errors import InputError, unknown

BINS = 6
#: Money as an outcome.
MONEY = {
    OWN: {"zh": "本级支出", "en": "The county's own spending"},
    POLICY: {"zh": "衔接和就业补助资金支出（含本级）", "en": "Spending of bridging and employment money, own included"},
    PUBLIC: {"zh": "公共资金支出", "en": "Spending of all public purses"},
}
#: With more factors than this, no promise is looked at unless the spec names it: there would be too many.
FEW_FACTORS = 2
FILES = ("manifest.json", "points.csv", "summary.csv", "effects.csv", "lives.parquet", "failures.json")


def sweep(design: Design, out: Path, options: RunOptions, replications: int | None = None) -> dict[str, Any] | None:
    """Run a sweep in ``out`` and write its tables; the manifest. What the journal holds already is not run again.

    ``replications``: of each point; by default as the design says, which also decides whether parameters are drawn.
    ``options.part``: run only these of all replications, counted point by point, and write no tables (None is returned).
    """
    points, part = design.points(), options.part
    numbers = range(replications or design.replications)
    wanted: list[tuple[Point, Sequence[int]]] = [(point, numbers) for point in points]
    if part is not None:
        wanted = [(point, _within(part, place * len(numbers), numbers)) for place, point in enumerate(points)]
    scenarios = {scenario.id: scenario for scenario in design.scenarios}
    with Study(out, scenarios, design.task, replace(options, only_luck=design.only_luck)) as study:
        chosen = outcomes_of(design, *map(load_model(options.model_name).catalogue, design.scenarios))
        study.run(wanted)
        if part is not None:
            return None
        return write(design, out, study, chosen, points=points, numbers=list(numbers))


def _within(part: Sequence[int], start: int, numbers: range) -> list[int]:
    """The replications of a point that, counted on from ``start``, lie within ``part``."""
    return [number for number in numbers if part[0] <= start + number <= part[-1]]


def outcomes_of(design: Design, *catalogues: Catalogue) -> tuple[str, ...]:
    """The outcomes to look at: as the spec says, or headline goals, the promises that hang on the levers swept, headline
    indicators and spending.

    ``catalogues``: of every scenario; one that runs on beyond the plan measures more. Raises InputError for an outcome that is
    not measured in all of them.
    """
    first, others = catalogues[0], catalogues[1:]
    goals_ = {name: goal for name, goal in first.goals.items() if all(name in each.goals for each in others)}
    indicators = {name: each for name, each in first.indicators.items() if all(name in other.indicators for other in others)}
    known = [*goals_, *(f"{name}.margin" for name in goals_), *indicators, *MONEY]
    for name in design.outcomes:
        if name not in known:
            raise InputError(
                design.path,
                design.outcomes_line,
                *unknown("outcomes: there is no goal or indicator", "outcomes：没有这个目标或指标：", name, known),
            )
    if design.outcomes:
        return design.outcomes
    levers = [factor.id for factor in design.factors if len(design.factors) <= FEW_FACTORS]
    goals = [name for name, goal in goals_.items() if goal.headline]
    held = [name for lever in levers for name in promised_by(lever, goals_, design.scenarios[0].plan)]
    return (*dict.fromkeys([*goals, *held]), *(name for name, each in indicators.items() if each.headline), *MONEY)


def subject(name: str, catalogue: Catalogue) -> dict[str, Any]:
    """Name and unit of an outcome; a goal's is its probability."""
    if name in MONEY:
        return {"id": name, "name": MONEY[name], "unit": "million yuan/year", "kind": "mean"}
    goal, _, part = name.partition(".")
    if goal in catalogue.goals:
        record = catalogue.goals[goal]
        kind, unit = ("margin", record.unit) if part else ("probability", "share")
        return {"id": name, "name": dict(record.name), "unit": unit, "kind": kind}
    record = catalogue.indicators[name]
    return {"id": name, "name": dict(record.name), "unit": record.unit, "kind": "mean"}


def write(
    design: Design, out: Path, study: Study, chosen: Sequence[str], *, points: Sequence[Point], numbers: Sequence[int]
) -> dict[str, Any]:
    """Tables of a finished sweep; the manifest."""
    settings = [dict(setting) for _scenario in design.scenarios for setting in design.settings]
    labels = [scenario.id for scenario in design.scenarios for _setting in design.settings]
    found = [study.outcomes(point, numbers) for point in points]
    heads = [{"point": point.name, "scenario": label, **setting} for point, label, setting in zip(points, labels, settings)]
    bases = {scenario: found[number] for scenario, number in _unchanged(design).items()}
    summary = [
        {**head, "outcome": name, **level(each, name), **(_beside(bases[label], each, name) if label in bases else {})}
        for head, label, each in zip(heads, labels, found)
        for name in chosen
    ]  # one row for each point and outcome
    effects = list(_effects(design, labels, settings, found=found, chosen=chosen))
    failed = [{"point": point.name, "replication": number} for point, each in zip(points, found) for number in each.failed]
    identity = hashlib.sha256(
        "".join(f"{p.name} {n} {k}\n" for p, e in zip(points, found) for n, k in zip(e.replications, e.kept)).encode()
    )
    manifest = {
        "kind": "sweep",
        "program": {"name": "xianjie", "version": version("xianjie")},
        "title": design.title,
        "design": design.kind,
        "scenarios": [description(scenario) for scenario in design.scenarios],
        "factors": [plain(vars(factor)) for factor in design.factors],
        "outcomes": [subject(name, study.catalogue) for name in chosen],
        "seed": study.plan.seed,
        "only_luck": design.only_luck,
        "points": len(points),
        "replications": len(numbers),
        "failed": failed,
        "columns": dictionary.describe_columns(FILES),
        "hash": identity.hexdigest(),
        "versions": versions(),
    }
    with output_folder.building(out, FILES) as new:
        write_csv(new / "points.csv", heads)
        write_csv(new / "summary.csv", summary)
        write_csv(new / "effects.csv", effects)
        with whole(new / "lives.parquet") as partial:
            tables.grouped(partial, (replication_rows(point, each) for point, each in zip(points, found)), 10_000,
                           dictionary.about("lives.parquet", study.catalogue.indicators))  # fmt: skip
        write_text(new / "manifest.json", as_json(manifest))
    return manifest


def level(found: Outcomes, name: str) -> dict[str, Any]:
    """An outcome at one point: ``mean`` (a probability, for a goal) with its interval, and the runs behind it."""
    values = found.outcome(name)
    goal, _, part = name.partition(".")
    if goal in found.goals and not part:
        chance = estimates.proportion(values, found.draws)
        return {"mean": chance.probability, "low": chance.low, "high": chance.high, "runs": chance.runs, "bound": chance.bound}
    mean = estimates.mean(values, found.draws)
    return {"mean": mean.mean, "low": mean.low, "high": mean.high, "runs": mean.runs, "bound": None}


def change(first: Outcomes, other: Outcomes, name: str) -> dict[str, Any]:
    """What an outcome changes by from one point to another, on the replications that both ran."""
    common, one, two = np.intersect1d(first.replications, other.replications, return_indices=True)
    before, after, draws = first.outcome(name)[one], other.outcome(name)[two], first.draws[one]
    goal, _, part = name.partition(".")
    if goal in first.goals and not part:
        known = ~(np.isnan(before) | np.isnan(after))
        if np.array_equal(before[known], after[known]) and np.array_equal(first.margin[one], other.margin[two], equal_nan=True):
            return {"difference": 0.0, "low": 0.0, "high": 0.0, "pairs": len(common)}
        middle, low, high = paired.difference_of_proportions(before[known], after[known], draws[known])
        return {"difference": middle, "low": low, "high": high, "pairs": len(common)}
    mean = paired.difference(before, after, draws)
    return {"difference": mean.mean, "low": mean.low, "high": mean.high, "pairs": len(common)}


def _unchanged(design: Design) -> dict[str, int]:
    """Of a grid, by scenario, the number of the point at which every factor has the scenario's own value. A scenario without such
    a point is left out.
    """
    found = {}
    for place, scenario in enumerate(design.scenarios if design.kind == "grid" else ()):
        own = {}
        for factor in design.factors:
            for value in factor.levels if factor.kind == "value" else ():
                turned, _held = set_factors(scenario, design.factors, {factor.id: value})
                if not any(changes(turned, scenario, [factor.id])):
                    own[factor.id] = value
        if own in design.settings:
            found[scenario.id] = place * len(design.settings) + design.settings.index(own)
    return found


def _beside(own: Outcomes, found: Outcomes, name: str) -> dict[str, Any]:
    """What an outcome differs by from the scenario's own values; nothing at that point itself."""
    if found is own:
        return {}
    moved = change(own, found, name)
    ends = {"difference_low": moved["low"], "difference_high": moved["high"]}
    return {"difference": moved["difference"], **ends, "pairs": moved["pairs"]}


def _effects(
    design: Design, labels: Sequence[str], settings: Sequence[dict], found: Sequence[Outcomes], chosen: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """What each factor does. One at a time: each level against the scenario itself, paired. Spread points: the mean of an
    outcome in sixths of the factor's range (``bin``), over points, and the top sixth less the bottom one.
    """
    for scenario in dict.fromkeys(labels):
        own = [number for number, label in enumerate(labels) if label == scenario]
        for name in chosen:
            if design.kind == "one_at_a_time":
                base = own[0]
                for number in own[1:]:
                    ((factor, value),) = settings[number].items()
                    moved = change(found[base], found[number], name)
                    yield {"scenario": scenario, "factor": factor, "value": value, "outcome": name, **moved}
            elif design.kind not in LEVELS:
                values = np.array([found[number].outcome(name).mean() for number in own])
                for factor in design.factors:
                    where = np.array([settings[number][factor.id] for number in own])
                    yield from (
                        {"scenario": scenario, "factor": factor.id, "outcome": name, **row} for row in _bins(where, values)
                    )


def _bins(where: NDArray, values: NDArray) -> Iterator[dict[str, Any]]:
    """Means of ``values`` in sixths of ``where``, ordered; each with its interval over points, and top less bottom."""
    parts = np.array_split(np.argsort(where, kind="stable"), min(BINS, max(2, len(where) // 4)))
    means = [estimates.mean(values[part], np.arange(len(part))) for part in parts]
    for number, (part, mean) in enumerate(zip(parts, means)):
        row = {"bin": number + 1, "value": float(np.mean(where[part])), "mean": mean.mean, "low": mean.low, "high": mean.high}
        if number == len(parts) - 1:
            gap = means[-1].mean - means[0].mean
            half = float(np.hypot((means[-1].high - means[-1].low) / 2, (means[0].high - means[0].low) / 2))
            row |= {"difference": gap, "difference_low": gap - half, "difference_high": gap + half}
        yield row


def replication_rows(point: Point, found: Outcomes) -> Any:
    """One row for each replication: point, numbers, digest, every goal and every indicator at the end."""
    import pyarrow as pa

    count = len(found.replications)
    columns: dict[str, Any] = {
        "point": pa.array([point.name] * count).dictionary_encode(),
        "replication": found.replications.astype(np.int32),
        "draw": found.draws.astype(np.int32),
        "kept": list(found.kept),
    }
    for number, name in enumerate(found.goals):
        columns[f"goal.{name}.met"] = found.met[:, number] > 0
        columns[f"goal.{name}.margin"] = np.ascontiguousarray(found.margin[:, number])
    columns |= {name: np.ascontiguousarray(found.decembers[:, -1, number]) for number, name in enumerate(found.indicators)}
    columns[PUBLIC] = found.public
    return pa.table(columns)
