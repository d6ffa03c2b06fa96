"""Run a discovery and write it down: the cases, the boxes found in most of them, how these do on the cases held back."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.analyses.discovery_spec import Discovery
from experiments.execution.runner import RunOptions
from experiments.execution.study import Study
from experiments.model_api import Catalogue, load_model
from experiments.results import dictionary, output_folder, tables
from experiments.results.files import as_json, plain, whole, write_csv, write_text
from experiments.results.fingerprint import version, versions
from experiments.results.folder import description
from experiments.statistics import estimates, prim
from sim.core.inputs.errors import InputError, unknown

FILES = ("manifest.json", "boxes.csv", "trajectory.csv", "cases.parquet")
SURE = 0.05  # how likely chance may be to do as well as a box that stands
LEAST_SOUGHT = 8  # cases of the kind sought that a search needs at least


@dataclass(frozen=True)
class DiscoveryRun:
    """Cases that came to their end: shares of the factors (cases, columns), numbers, whether the goal was met, by what margin."""

    shares: NDArray[np.float64]
    numbers: NDArray[np.int64]
    met: NDArray[np.bool_]
    margin: NDArray[np.float64]
    kept: tuple[str, ...]
    failed: tuple[int, ...]


def check(discovery: Discovery, *catalogues: Catalogue) -> None:
    """Raise InputError unless the goal is one of every scenario: one that runs on beyond the plan has more."""
    for catalogue in catalogues:
        if discovery.goal not in catalogue.goals:
            known = list(catalogue.goals)
            raise InputError(discovery.path, 0, *unknown("there is no goal", "没有这个目标：", discovery.goal, known))


def discover(discovery: Discovery, out: Path, options: RunOptions) -> dict[str, Any]:
    """Run the cases in ``out``, seek boxes and write the tables; the manifest. What the journal holds is not run again."""
    scenarios = {scenario.id: scenario for scenario in discovery.scenarios}
    seed = options.seed
    cube = discovery.cube(seed)
    cases = discovery.cases(cube)
    with Study(out, scenarios, discovery.task(), options) as study:
        check(discovery, *map(load_model(options.model_name).catalogue, discovery.scenarios))
        study.run([(point, [number]) for point, number in cases])
        run = _finished_cases(discovery, study, cube)
        goal = study.catalogue.goals[discovery.goal]
    held = held_out(run, discovery, seed)
    sought = run.met if discovery.where == "holds" else ~run.met
    found = boxes(discovery, run.shares, sought, held)
    return _write(discovery, out, run, seed=seed, held=held, found=found, name=dict(goal.name))


def _finished_cases(discovery: Discovery, study: Study, cube: NDArray[np.float64]) -> DiscoveryRun:
    rows: list[int] = []
    met: list[bool] = []
    margin: list[float] = []
    kept: list[str] = []
    failed: list[int] = []
    for number, (point, replication) in enumerate(discovery.cases(cube)):
        try:
            found = study.outcomes(point, [replication])
        except ValueError:  # this one replication failed; the others still count
            failed.append(number)
            continue
        values = found.outcome(discovery.goal)
        if math.isnan(values[0]):
            failed.append(number)
            continue
        rows.append(number)
        met.append(bool(values[0] > 0))
        margin.append(found.outcome(f"{discovery.goal}.margin")[0])
        kept += found.kept
    numbers = np.array(rows, dtype=np.int64)
    return DiscoveryRun(
        cube[numbers], numbers, np.array(met, dtype=bool), margin=np.array(margin), kept=tuple(kept), failed=tuple(failed)
    )


def held_out(run: DiscoveryRun, discovery: Discovery, seed: int) -> NDArray[np.bool_]:
    """(cases,) which cases have no part in the search: the same share of those that met the goal and of those that did not."""
    random = np.random.default_rng([seed, 7])
    result = np.zeros(len(run.met), dtype=bool)
    for kind in (True, False):
        own = random.permutation(np.flatnonzero(run.met == kind))
        result[own[: round(discovery.held_out * len(own))]] = True
    return result


def boxes(
    discovery: Discovery, shares: NDArray[np.float64], sought: NDArray[np.bool_], held: NDArray[np.bool_]
) -> dict[str, Any]:
    """Boxes one after the other, each in what the ones before it left, until one does not stand.

    A box stands if on the cases held back chance alone would do as well at most once in twenty times. ``reason``: why nothing,
    or nothing more, was found: "rare" (too few cases of the kind sought), "common" (too few others), "none" (no restriction
    helps), "chance" (the last box does not stand), "enough" (as many boxes as were asked for).
    """
    left = np.ones(len(sought), dtype=bool)
    made: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    reason = "enough"
    while len(made) < discovery.boxes:
        learn, check_ = left & ~held, left & held
        if int(sought[learn].sum()) < LEAST_SOUGHT:
            reason = "rare"
            break
        if int((~sought[learn]).sum()) < LEAST_SOUGHT:
            reason = "common"
            break
        path = prim.trajectory(shares[learn], sought[learn], discovery.choices)
        chosen = prim.choose(path, shares[learn], sought[learn], discovery.density)
        box = prim.pruned(chosen, shares[learn], sought[learn])
        if discovery.density is None:
            box = prim.refined(box, shares[learn], sought[learn])
        steps += _steps(len(made) + 1, path, (chosen, box), shares=shares, sought=sought, learn=learn, check_=check_)
        if not box:
            reason = "none"
            break
        confirmed = prim.found(box, shares[check_], sought[check_])
        chance = prim.chance(confirmed)
        stands = chance <= SURE
        made.append(
            {
                "number": len(made) + 1,
                "stands": stands,
                "chance": chance,
                "restrictions": _restrictions(discovery, box, shares[learn], sought[learn]),
                "learnt": _box_record(prim.found(box, shares[learn], sought[learn]), int(sought[~held].sum())),
                "held_out": _box_record(confirmed, int(sought[held].sum())),
                "box": box,
            }
        )
        if not stands:
            reason = "chance"
            break
        left &= ~prim.inside(box, shares)
    return {"boxes": made, "steps": steps, "reason": reason}


def _box_record(found: prim.BoxStats, sought: int) -> dict[str, Any]:
    """Numbers of a box: coverage of all cases ``sought``, density with its interval, and the density outside."""
    low, high = estimates.wilson(found.hits, found.held)
    return {
        "cases": found.cases, "held": found.held, "hits": found.hits, "sought": sought,
        "coverage": found.hits / sought if sought else math.nan, "density": found.density, "density_low": low,
        "density_high": high, "elsewhere": found.elsewhere,
    }  # fmt: skip


def _steps(
    number: int, path: Sequence[prim.Box], chosen: tuple[prim.Box, prim.Box], shares: Any, sought: Any, learn: Any, check_: Any
) -> list[dict[str, Any]]:
    """The trade-off: every box on the way, on the cases it was sought in and on those held back; last the box reported."""
    rows = []
    for step, box in enumerate((*path, chosen[1])):
        last = step == len(path)
        row: dict[str, Any] = {
            "box": number, "step": step, "restricted": len(box),
            "chosen": "told" if last else "best" if box == chosen[0] else "",
        }  # fmt: skip
        for part, mask in (("learnt", learn), ("held_out", check_)):
            found = prim.found(box, shares[mask], sought[mask])
            row |= {f"{part}_held": found.held, f"{part}_hits": found.hits, f"{part}_coverage": found.coverage,
                    f"{part}_density": found.density}  # fmt: skip
        rows.append(row)
    return rows


def _restrictions(discovery: Discovery, box: prim.Box, shares: Any, sought: Any) -> list[dict[str, Any]]:
    """What a box asks, in the units of the factors, with the quasi-p-value of each restriction; the surest first."""
    values = prim.quasi_p(box, shares, sought)
    rows = []
    for restriction in sorted(box, key=lambda each: values[each.factor]):
        column = restriction.factor
        row = {**discovery.describe_column(column), "column": column, "quasi_p": values[column], "among": None, "kind": "choice"}
        names = row.pop("choices")
        if restriction.among is not None:
            row["among"] = [names[choice] for choice in sorted(restriction.among)]
        else:
            for end, bound in (("low", restriction.low), ("high", restriction.high)):
                row[f"{end}_share"] = bound if math.isfinite(bound) else None
                row[end], kind = discovery.physical_value(column, bound) if math.isfinite(bound) else (None, row["kind"])
                row["kind"] = kind
        rows.append(row)
    return rows


def _write(
    discovery: Discovery, out: Path, run: DiscoveryRun, *, seed: int, held: Any, found: dict[str, Any], name: dict[str, str]
) -> dict[str, Any]:
    rows = []
    for box in found["boxes"]:
        for restriction in box["restrictions"]:
            kept = ("id", "unit", "kind", "low", "high", "low_share", "high_share", "quasi_p")
            among = [each["en"] for each in restriction["among"]] if restriction["among"] else None
            rows.append({"box": box["number"], "stands": box["stands"], "chance": box["chance"],
                         **{key: restriction.get(key) for key in kept}, "among": " | ".join(among) if among else None,
                         **{f"{part}_{key}": box[part][key] for part in ("learnt", "held_out")
                            for key in ("held", "hits", "coverage", "density", "density_low", "density_high", "elsewhere")}})  # fmt: skip  # noqa: E501
    identity = "".join(f"{number} {kept}\n" for number, kept in zip(run.numbers, run.kept))
    manifest = {
        "kind": "discovery",
        "program": {"name": "xianjie", "version": version("xianjie")},
        "title": discovery.title,
        "scenarios": [description(scenario) for scenario in discovery.scenarios],
        "goal": {"id": discovery.goal, "name": name},
        "where": discovery.where,
        "seed": seed,
        "asked": discovery.points,
        "cases": len(run.met),
        "missed": int((~run.met).sum()),
        "held_out": int(held.sum()),
        "failed": list(run.failed),
        "density_asked": discovery.density,
        "factors": [discovery.describe_column(column) for column in range(len(discovery.columns))],
        "boxes": [{key: value for key, value in box.items() if key != "box"} for box in found["boxes"]],
        "reason": found["reason"],
        "columns": dictionary.describe_columns(("boxes.csv", "trajectory.csv", "cases.parquet")),
        "hash": hashlib.sha256(identity.encode()).hexdigest(),
        "versions": versions(),
    }
    made = plain(manifest)
    with output_folder.building(out, FILES) as new:
        write_csv(new / "boxes.csv", rows)
        write_csv(new / "trajectory.csv", found["steps"])
        with whole(new / "cases.parquet") as partial:
            tables.grouped(partial, iter([_table(discovery, run, held, found)]), 10_000, dictionary.about("cases.parquet"))
        write_text(new / "manifest.json", as_json(made))
    return made


def _table(discovery: Discovery, run: DiscoveryRun, held: Any, found: dict[str, Any]) -> Any:
    """One row a case: its values, how the goal came out, and in which boxes it lies."""
    import pyarrow as pa

    columns: dict[str, Any] = {"case": run.numbers, "met": run.met, "margin": run.margin, "held_out": held}
    first = len(discovery.columns) - len(discovery.factors)
    if first:
        columns["scenario"] = [discovery.scenarios[int(share)].id for share in run.shares[:, 0]]
    for column, factor in enumerate(discovery.factors, start=first):
        shares = run.shares[:, column]
        if factor.levels:
            columns[factor.id] = [str(discovery.value(factor, share)) for share in shares]
        else:
            columns[factor.id] = np.array([discovery.physical_value(column, share)[0] for share in shares])
    for box in found["boxes"]:
        columns[f"in_box_{box['number']}"] = prim.inside(box["box"], run.shares)
    columns["kept"] = list(run.kept)
    return pa.table(columns)
