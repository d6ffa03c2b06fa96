"""``xianjie effects``: what every lever does and costs, off and turned as far as it goes."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import BASELINE, Fresh, Json, Lang, Language, Out, Quiet, Scenario, Seed, Workers, Yes
from experiments.cli.trust.structure import Finding, format_command, write_finding

Futures = Annotated[int, typer.Option(min=6, max=console.MOST, help="Parameter draws, each run once for every lever and end.")]
Levers = Annotated[list[str] | None, typer.Option("--lever", help="Only this lever; may be repeated. Default: all.")]
Weight = Annotated[
    int, typer.Option(min=1, max=100, help="General households for which one row stands; poor ones are all there.")
]


def effects(
    scenario: Scenario = BASELINE,
    lever: Levers = None,
    futures: Futures = 12,
    general_weight: Weight = 100,
    seed: Seed = 2021,
    workers: Workers = None,
    out: Out = None,
    finding: Finding = None,
    fresh: Fresh = False,
    yes: Yes = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Turn every lever off, and as far as it goes, in the same futures: what it changes, what it costs and who pays.

    Repeated after an interruption, it goes on. Exit codes: 0 done, 2 wrong usage or input, or not confirmed, 5 the disk is full,
    130 interrupted.
    """
    with console.exit_codes():
        from experiments import model_api
        from experiments.analyses import lever_effects
        from experiments.cli.run_helpers import RunRequest
        from experiments.cli.study_run import StudyRun
        from experiments.execution import points
        from experiments.execution.study import Study
        from experiments.results import output_folder
        from experiments.results.files import read_object, safe
        from sim.core.inputs.errors import InputError, unknown
        from sim.scenario import load_scenario

        chosen = replace(load_scenario(scenario), population_detail="sampled", general_weight=general_weight)
        known = {each.id: each for each in lever_effects.levers()}
        for name in lever or ():
            if name not in known:
                raise InputError("--lever", 0, *unknown("there is no lever", "没有这个政策措施：", name, list(known)))
        known_finding = read_object(finding) if lever and finding is not None else None  # of which the other levers stay
        turned = [known[name] for name in dict.fromkeys(lever or known)]
        made_points = lever_effects.points(chosen, turned)
        points.affordable("--futures", 0, len(made_points), futures)
        count = len(made_points) * futures
        task = {"effects": [each.id for each in turned], "asked": lever_effects.spec()}
        worlds = {point.name: point.scenario for point in made_points.values()}
        run = StudyRun(
            "effects",
            worlds,
            task,
            RunRequest(seed=seed, workers=workers, lang=lang, fresh=fresh),
            stem=safe(f"effects-{chosen.id}-{seed}-x{futures}"),
            out=out,
            quiet=quiet,
        )
        run.begin(count, yes)
        with run.running(count) as options, Study(run.work, worlds, task, options) as study:
            found = lever_effects.run_points(study, made_points, futures)
        arguments = [*([] if scenario == BASELINE else [str(scenario)]), *(f"--lever {each}" for each in lever or ())]
        numbers = {"futures": futures, "general-weight": general_weight, "seed": seed}
        made: dict[str, Any] = {
            "command": format_command("effects", finding, arguments, **numbers),
            "scenario": chosen.id, "months": chosen.months, "general_weight": general_weight, "seed": seed, "futures": futures,
            **lever_effects.summarise(found, turned, model_api.county.code()),
        }  # fmt: skip
        kept = lever_effects.joined(known_finding, made) if known_finding else made
        with run.finishing(), output_folder.building(run.work) as new:
            write_finding(made, new / "effects.json", None)
            if finding is not None:
                write_finding(kept, finding, None)
        if as_json:
            console.show_json(made)
        else:
            from experiments.reporting.terminal import lever_effects as briefing

            console.show(briefing.answer(made, lang, run.target))
