"""Search for plans, and run the winners again with fresh random draws: the frontier with intervals, never a point as truth."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.analyses.budget_allocation import Division
from experiments.analyses.sweep import replication_rows
from experiments.execution.runner import RunOptions
from experiments.execution.study import Outcomes, Study
from experiments.model_api import Catalogue, Point
from experiments.results import dictionary, output_folder, tables
from experiments.results.files import as_json, plain, whole, write_csv, write_text
from experiments.results.fingerprint import version, versions
from experiments.results.folder import description
from experiments.statistics import estimates, nsga2, pareto
from experiments.statistics.nsga2 import Plan
from sim.core.inputs.errors import InputError, unknown

FILES = ("manifest.json", "plans.csv", "frontier.csv", "lives.parquet")


def check(goals: Sequence[str], catalogue: Catalogue) -> None:
    """Raise InputError unless every goal is one of the model's."""
    for goal in goals:
        if goal not in catalogue.goals:
            raise InputError("goals", 0, *unknown("there is no goal", "没有这个目标：", goal, list(catalogue.goals)))


class Archive:
    """Every plan run, over the same futures."""

    def __init__(self, division: Division, study: Study) -> None:
        self.division, self.study = division, study

    def point(self, plan: Plan | None) -> Point:
        """The county under a plan; None is the plan as it runs."""
        division = self.division
        if plan is None:
            return division.reference
        return division.point(division.yuan(plan), "plan." + "-".join(f"{number:03d}" for number in plan))

    def run(self, plans: Sequence[Plan | None], futures: range) -> list[Outcomes]:
        """Run plans over futures. Raises ValueError where a replication failed: plans are compared over the same futures."""
        points = [self.point(plan) for plan in plans]
        self.study.run([(point, futures) for point in points])
        found = [self.study.outcomes(point, futures) for point in points]
        for point, each in zip(points, found):
            if len(each.replications) < len(futures):
                raise ValueError(
                    f"{len(futures) - len(each.replications)} replications of {point.name} failed: plans cannot be compared"
                )
        return found

    def arrays(self, found: Sequence[Outcomes]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Margins and whether met, (plans, futures, goals)."""
        goals = self.division.goals
        margins = np.array([np.stack([each.outcome(f"{goal}.margin") for goal in goals], axis=1) for each in found])
        met = np.array([np.stack([each.outcome(goal) for goal in goals], axis=1) for each in found])
        if not np.isfinite(margins).all():
            raise ValueError(
                "a goal is not assessed in some futures; name goals whose deadline lies within the scenario's months"
            )
        return margins, met


def optimise(division: Division, out: Path, options: RunOptions) -> dict[str, Any]:
    """Search and confirm in ``out``, write the tables; the manifest. What the journal holds already is not run again."""
    task = {**division.facts, "step": division.step, "programmes": [[each.id, each.least] for each in division.programmes]}
    scenarios = {division.scenario.id: division.scenario}
    searched = range(division.futures)
    start = division.futures + division.futures % 2  # a parameter draw of the search is no fresh one
    fresh = range(start, start + division.fresh)
    with Study(out, scenarios, plain(task), options) as study:
        check(division.goals, study.catalogue)
        archive = Archive(division, study)
        known: dict[Plan | None, Outcomes] = {None: archive.run([None], searched)[0]}

        def stand(plans: Sequence[Plan]) -> NDArray[np.float64]:
            new = [plan for plan in dict.fromkeys(plans) if plan not in known]
            known.update(zip(new, archive.run(new, searched)))
            costs = pareto.standing(division.criterion, *archive.arrays(list(known.values())), division.level)
            place = {plan: number for number, plan in enumerate(known)}
            return costs[[place[plan] for plan in plans]]

        tried = nsga2.search(
            stand,
            first_plans(division),
            steps=division.steps,
            most=division.most,
            goals=len(division.goals),
            population=division.population,
            generations=division.generations,
            seed=options.seed,
        )
        plans = list(dict.fromkeys(plan for generation in tried for plan in generation))
        costs = stand(plans)
        best = [number for number, good in enumerate(pareto.unbeaten(costs)) if good]
        finalists = [plans[best[number]] for number in pareto.spread(costs[best], division.finalists)]
        shown: list[Plan | None] = [None, *finalists]
        before = [known[plan] for plan in shown]
        after = archive.run(shown, fresh)
        rows = _frontier(division, archive, shown, before=before, after=after, seed=options.seed)
        table = [
            {"plan": archive.point(plan).name, **division.yuan(plan), "generation": number, "unbeaten": place in best,
             **{f"{division.criterion}.{goal}": cost for goal, cost in zip(division.goals, costs[place])}}
            for place, plan in enumerate(plans)
            for number in [next(n for n, generation in enumerate(tried) if plan in generation)]
        ]  # fmt: skip
        subjects = {goal: {"name": dict(study.catalogue.goals[goal].name), "unit": study.catalogue.goals[goal].unit}
                    for goal in division.goals}  # fmt: skip
    with output_folder.building(out, FILES) as new:
        with whole(new / "lives.parquet") as partial:  # what the numbers shown rest on: fresh replications
            tables.grouped(partial, (replication_rows(archive.point(plan), each) for plan, each in zip(shown, after)), 10_000,
                           dictionary.about("lives.parquet", study.catalogue.indicators))  # fmt: skip
        return _write(division, new, options.seed, rows, table=table, subjects=subjects, found=[*before, *after],
                      futures=(searched, fresh))  # fmt: skip


def first_plans(division: Division) -> list[list[float]]:
    """Shares that a search begins with: the plan as it runs, all alike, and everything to one programme."""
    width = len(division.programmes) + 1
    now = [max(each.now - each.least, 0.0) for each in division.programmes]
    spare = max(division.steps * division.step, 1.0)
    return [
        [*now, max(spare - sum(now), 0.0)],
        [1.0] * width,
        *([1.0 if place == own else 0.0 for place in range(width)] for own in range(width)),
    ]


def _frontier(
    division: Division, archive: Archive, shown: Sequence[Plan | None], *,
    before: Sequence[Outcomes], after: Sequence[Outcomes], seed: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """One row a plan, the one as it runs first: its money, and by goal what the search saw, what fresh futures say, the loss."""
    (old, _), (new, met) = archive.arrays(before), archive.arrays(after)
    old_draws, draws = before[0].draws, after[0].draws
    regrets = pareto.regrets(new)
    beaten = pareto.surely_beaten(new, draws)
    names = [archive.point(plan).name for plan in shown]
    rows = []
    for number, plan in enumerate(shown):
        money = division.yuan(plan) if plan is not None else {each.id: each.now for each in division.programmes}
        joint = pareto.share_met(met[number], draws)
        beaten_by = beaten[number]
        spent = estimates.mean(after[number].outcome("public_spending"), draws)
        row: dict[str, Any] = {
            "plan": names[number], "money": money, "reserve": division.money - sum(money.values()),
            "beaten_by": None if beaten_by is None else names[beaten_by],
            "all_met": {"share": joint.probability, "low": joint.low, "high": joint.high},
            "public_spending": vars(spent), "goals": {},
        }  # fmt: skip
        for place, goal in enumerate(division.goals):
            share = pareto.share_met(met[number, :, place], draws)
            regret = pareto.regret_interval(regrets[number, :, place], draws, division.level, seed)
            curse = pareto.shrunk((old[0, :, place], old[number, :, place], old_draws),
                                    (new[0, :, place], new[number, :, place], draws))  # fmt: skip
            row["goals"][goal] = {
                "margin": vars(estimates.mean(new[number, :, place], draws)),
                "met": {"share": share.probability, "low": share.low, "high": share.high, "bound": share.bound},
                "regret": vars(regret), "largest_regret": float(regrets[number, :, place].max()),
                "gain_searched": vars(curse.searched), "gain_fresh": vars(curse.fresh),
                "shrank": {"value": curse.shrank, "low": curse.low, "high": curse.high},
            }  # fmt: skip
        rows.append(row)
    return rows


def _write(
    division: Division, out: Path, seed: int, rows: list[dict[str, Any]], *, table: list[dict[str, Any]], subjects: Any,
    found: Sequence[Outcomes], futures: tuple[range, range],
) -> dict[str, Any]:  # fmt: skip
    write_csv(out / "plans.csv", table)
    write_csv(out / "frontier.csv", [flat(row) for row in rows])
    identity = hashlib.sha256("".join(kept for each in found for kept in each.kept).encode())
    manifest = plain({
        "kind": "optimisation", "program": {"name": "xianjie", "version": version("xianjie")}, "title": division.title,
        "scenario": description(division.scenario), "seed": seed, "money": division.money, "step": division.step,
        "programmes": [vars(each) for each in division.programmes], "facts": division.facts, "goals": subjects,
        "criterion": division.criterion, "level": division.level, "plans": len(table),
        "futures": len(futures[0]), "fresh": len(futures[1]), "frontier": rows, "columns": dictionary.describe_columns(FILES),
        "hash": identity.hexdigest(),
        "versions": {**versions(), "pymoo": version("pymoo")},
    })  # fmt: skip
    write_text(out / "manifest.json", as_json(manifest))
    return manifest


def flat(record: dict[str, Any], stem: str = "") -> dict[str, Any]:
    """Nested plain data as one row."""
    row: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{stem}.{key}" if stem else key
        row |= flat(value, name) if isinstance(value, dict) else {name: value}
    return row
