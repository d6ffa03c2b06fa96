"""``xianjie sensitivity``: which numbers decide the outcome, which of them are only assumed, and what it would be worth to
know them.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console, executor_options
from experiments.cli.console import BASELINE, Fresh, Json, Lang, Language, Out, Quiet, Scenario, Seed, Sets, Workers, Yes


def sensitivity(
    scenario: Scenario = BASELINE,
    outcome: Annotated[
        list[str] | None, typer.Option(help="A goal or an indicator; may be repeated. Default: the headline.")
    ] = None,
    factor: Annotated[
        list[str] | None, typer.Option(help="Only this assumption; may be repeated. Default: all that vary.")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="Another scenario: say what knowing a number would do to the choice; may be repeated."),
    ] = None,
    trajectories: Annotated[int, typer.Option(min=2, max=console.MOST, help="Trajectories of the screening (Morris).")] = 4,
    base: Annotated[
        int, typer.Option(min=8, max=console.MOST, help="Base size of the variance shares (Sobol), a power of two.")
    ] = 64,
    replicates: Annotated[
        int, typer.Option(min=2, max=console.MOST, help="Replications at each point; they tell chance from effect.")
    ] = 2,
    seed: Seed = 2021,
    workers: Workers = None,
    sets: Sets = None,
    out: Out = None,
    fresh: Fresh = False,
    yes: Yes = False,
    executor: executor_options.Executor = executor_options.Kind.LOCAL,
    scheduler: executor_options.Scheduler = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Screen the assumptions (Morris), divide the variance among the ten or fewer that pass (Sobol), and join the evidence.

    How long it takes is measured and printed, and you are asked before it begins. Repeated after an interruption, it goes on.
    Exit codes: 0 done, 2 wrong usage or input, or not confirmed, 5 the disk is full or the cluster lost, 130 interrupted.
    """
    with console.exit_codes(), executor_options.Place(executor, scheduler, workers, lang) as place:
        from experiments import model_api
        from experiments.analyses import sensitivity as sensitivity_analysis
        from experiments.analyses.sensitivity import rank_by_evidence
        from experiments.cli.run_helpers import RunRequest
        from experiments.cli.study_run import StudyRun
        from experiments.execution import points
        from experiments.execution.study import Study
        from experiments.results import output_folder
        from experiments.results.files import safe
        from experiments.results.fingerprint import version
        from experiments.statistics import sensitivity_indices as sensitivity
        from sim.core.inputs.errors import InputError
        from sim.scenario import load_scenario

        if base & (base - 1):
            raise InputError("--base", 0, f"must be a power of two, not {base}", f"必须是2的幂（如 64、128），现在写的是 {base}")
        chosen = load_scenario(scenario, sets or [])
        others = [load_scenario(path, sets or []) for path in against or []]
        points.distinct("--against", 0, [each.id for each in (chosen, *others)])
        catalogue = model_api.load_model(model_api.COUNTY).catalogue(chosen)
        outcomes = sensitivity_analysis.outcomes_of(outcome or [], catalogue)
        for each in others:  # one that ends earlier may lack a goal
            sensitivity_analysis.outcomes_of(list(outcomes), model_api.load_model(model_api.COUNTY).catalogue(each))
        factors = sensitivity_analysis.factors_of(chosen, factor or [])
        names = [each.id for each in factors]
        few = min(len(names), sensitivity_analysis.MOST_SHARED)
        total = replicates * (trajectories * (len(names) + 1) + base * (few + 2) + base * len(others))
        points.affordable("--base", 0, total // replicates, replicates)
        stem = f"sensitivity-{chosen.id}-{seed}" + (f"-{len(names)}-factors" if factor else "")
        task = {"factors": names, "trajectories": trajectories, "base": base}
        run = StudyRun(
            "sensitivity",
            {each.id: each for each in (chosen, *others)},
            task,
            RunRequest(seed=seed, only_luck=True, lang=lang, fresh=fresh),
            stem=safe(stem),
            out=out,
            quiet=quiet,
        )
        run.connect(place)
        run.begin(total, yes)
        with run.running(total) as options, Study(run.work, run.scenarios, task, options) as study:
            rows = sensitivity.morris_points(names, trajectories, seed)
            first = sensitivity_analysis.Stage(study, chosen, factors, rows, stem="screening", count=replicates)
            screened = sensitivity_analysis.screen_factors(first, names, outcomes, seed)
            passed = sensitivity_analysis.select_passing(screened)
            made: dict[str, Any] = {
                "scenario": chosen.id, "seed": seed, "factors": len(names), "trajectories": trajectories, "base": base,
                "replicates": replicates, "passed": passed,
                "screening": {name: rank_by_evidence([row for row in rows if row.passes], chosen) for name, rows in
                screened.items()}, "shares": {}, "worth": {},
            }  # fmt: skip
            everything = {name: rank_by_evidence(rows, chosen) for name, rows in screened.items()}
            if passed:
                few_factors = [each for each in factors if each.id in passed]
                passed = [each.id for each in few_factors]
                rows = sensitivity.sobol_points(passed, base, seed)
                second = sensitivity_analysis.Stage(study, chosen, few_factors, rows, stem="shares", count=replicates)
                found = sensitivity_analysis.variance_shares(second, passed, outcomes, goals=list(catalogue.goals), seed=seed)
                made["shares"] = {name: _as_record(each, chosen, rank_by_evidence) for name, each in found.items()}
                if others:
                    made["worth"] = _measure_worth(
                        study,
                        second,
                        [chosen, *others],
                        few_factors,
                        outcomes=outcomes,
                        catalogue=catalogue,
                        replicates=replicates,
                        seed=seed,
                    )
        made |= {"title": dict(chosen.title), "version": version("xianjie"), "subjects": _describe_outcomes(outcomes, catalogue)}
        with run.finishing(), output_folder.building(run.work) as new:
            _write(new, made, everything)
        if as_json:
            console.show_json({**made, "out": str(run.target)})
        else:
            from experiments.reporting.terminal import sensitivity as briefing

            subjects = {name: subject["name"] for name, subject in made["subjects"].items()}
            console.show(briefing.answer(made, subjects, lang, run.target))


def _describe_outcomes(outcomes: Any, catalogue: Any) -> dict[str, Any]:
    """Name and unit of each outcome, for figures: a goal is measured by its margin, in the goal's unit."""
    records = {name: catalogue.goals.get(name) or catalogue.indicators[name] for name in outcomes}
    return {name: {"name": dict(record.name), "unit": record.unit} for name, record in records.items()}


def _as_record(found: dict[str, Any], scenario: Any, joined: Any) -> dict[str, Any]:
    variance = found["variance"]
    plain: dict[str, Any] = {
        "shares": joined(found["shares"], scenario),
        "luck_share": variance.random_share,
        "variance": {"parameters": variance.parameters, "luck": variance.random, "noise_removed": variance.noise},
    }
    if "trust" in found:
        trust = found["trust"]
        plain["emulator"] = {**vars(trust), "trusted": trust.trusted}
        plain["probability"] = None if found["probability"] is None else joined(found["probability"], scenario)
    return plain


def _measure_worth(
    study: Any, stage: Any, scenarios: list[Any], factors: list[Any], *, outcomes: dict[str, str], catalogue: Any,
    replicates: int, seed: int,
) -> dict[str, Any]:  # fmt: skip
    """For each goal, the value of knowing each assumption for the choice among the scenarios; ``stage`` has run the first."""
    import numpy as np

    from experiments.analyses import sensitivity as sensitivity_analysis
    from experiments.analyses.sensitivity import rank_by_evidence
    from experiments.results.files import safe
    from experiments.statistics import sensitivity_indices as sensitivity

    chosen, *others = scenarios
    names = [each.id for each in factors]
    own = np.arange(0, len(stage.rows), len(names) + 2)  # the base points, each first of its block
    points = stage.rows[own]
    sides = [
        sensitivity_analysis.Stage(study, each, factors, points, stem=f"worth-{safe(each.id)}", count=replicates)
        for each in others
    ]
    made = {}
    for name, measure in outcomes.items():
        if name in catalogue.goals:
            means = [stage.outcome(measure)[own].mean(axis=1), *(side.outcome(measure).mean(axis=1) for side in sides)]
            table = np.stack(means, axis=1)
            best = [chosen.id, *(each.id for each in others)][int(np.argmax(table.mean(axis=0)))]
            rows = rank_by_evidence(sensitivity.worth_of_knowing(names, points, table, seed), chosen)
            made[name] = {
                "best_now": best,
                "unit": catalogue.goals[name].unit,
                "rows": sorted(rows, key=lambda row: -row["value"]),
            }
    return made


def _write(target: Path, made: dict[str, Any], everything: dict[str, Any]) -> None:
    from experiments.results import folder as results
    from experiments.results.files import as_json, write_csv, write_text

    write_text(target / "sensitivity.json", as_json(made))
    write_csv(target / "screening.csv", [{"outcome": o, **results.flat(row)} for o, rows in everything.items() for row in rows])
    shares = [
        {"outcome": name, "of": of, **results.flat(row)}
        for name, each in made["shares"].items()
        for of, rows in (("outcome", each["shares"]), ("probability", each.get("probability") or []))
        for row in rows
    ]
    write_csv(target / "shares.csv", shares)
    write_csv(
        target / "worth.csv", [{"outcome": o, **results.flat(row)} for o, each in made["worth"].items() for row in each["rows"]]
    )
