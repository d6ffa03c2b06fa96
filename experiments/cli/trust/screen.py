"""``xianjie screen``: the numbers on which each goal depends most, from a few hundred replications."""

from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import BASELINE, Fresh, Json, Lang, Language, Out, Quiet, Scenario, Seed, Workers, Yes
from experiments.cli.trust.structure import Finding, format_command, write_finding


def screen(
    scenario: Scenario = BASELINE,
    points: Annotated[int, typer.Option(min=24, max=20_000, help="Replications, each with all assumptions drawn anew.")] = 240,
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
    """Draw all assumptions at once and rank them for every goal; `sensitivity` then looks at the few that stand out.

    Repeated after an interruption, it goes on. Exit codes: 0 done, 2 wrong usage or input, or not confirmed, 3 some replications failed,
    5 the disk is full, 130 interrupted.
    """  # noqa: E501
    with console.exit_codes():
        from experiments import model_api
        from experiments.analyses import screening
        from experiments.cli.run_helpers import RunRequest
        from experiments.cli.study_run import StudyRun
        from experiments.execution.study import Study
        from experiments.results import output_folder
        from experiments.results.files import safe
        from sim.scenario import load_scenario

        chosen = load_scenario(scenario)
        catalogue = model_api.load_model(model_api.COUNTY).catalogue(chosen)
        factors = screening.factors_of(chosen)
        names = [each.id for each in factors]
        made_points = screening.points(chosen, factors, points, seed)
        task = {"screen": names, "points": points}
        run = StudyRun(
            "screen",
            {chosen.id: chosen},
            task,
            RunRequest(seed=seed, workers=workers, only_luck=True, lang=lang, fresh=fresh),
            stem=safe(f"screen-{chosen.id}-{seed}-x{points}"),
            out=out,
            quiet=quiet,
        )
        run.begin(points, yes)
        with run.running(points) as options, Study(run.work, run.scenarios, task, options) as study:
            kept, values = screening.run_points(study, made_points, screening.measures(catalogue))
        headline = [name for name, goal in catalogue.goals.items() if goal.headline]
        arguments = [] if scenario == BASELINE else [str(scenario)]
        made: dict[str, Any] = {
            "command": format_command("screen", finding, arguments, points=points, seed=seed),
            "code": model_api.county.code(), "scenario": chosen.id, "seed": seed, "failed": points - len(kept),
            **screening.summarise(names, screening.rows_of(kept, names), values, headline),
        }  # fmt: skip
        with run.finishing(), output_folder.building(run.work) as new:
            write_finding(made, new / "screening.json", finding)
        if as_json:
            console.show_json(made)
        else:
            from experiments.reporting.terminal import structural_uncertainty as briefing

            console.show(briefing.screening(made, catalogue.goals, lang, run.target))
        if made["failed"]:
            raise typer.Exit(console.Code.SOME_FAILED)
