"""``xianjie sweep``: a scenario run at many values of levers and assumptions, on common random numbers."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console, executor_options
from experiments.cli.console import Code, DryRun, Fresh, Json, Lang, Language, NoFigures, Out, Quiet, Seed, Workers, Yes


def sweep(
    context: typer.Context,
    spec: Annotated[Path, typer.Argument(help="What to sweep, a YAML file; see experiments/specs.", metavar="SPEC")],
    replications: Annotated[
        int | None, typer.Option(min=1, max=console.MOST, help="Replications at each point; by default as the file says.")
    ] = None,
    seed: Seed = 2021,
    workers: Workers = None,
    out: Out = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
    yes: Yes = False,
    shard: Annotated[
        str | None,
        typer.Option(metavar="3/10", help="Live only this part; the journals of all parts in one folder make the whole."),
    ] = None,
    no_figures: NoFigures = False,
    executor: executor_options.Executor = executor_options.Kind.LOCAL,
    scheduler: executor_options.Scheduler = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run the points of a spec; write tables, response curves, tornado or heat map.

    Repeated after Ctrl-C, a crash or a full disk, it goes on where it stopped. Exit codes: 0 done, 2 wrong usage or input, 3
    some replications failed, 5 the disk is full or the cluster lost, 130 interrupted.
    """
    with console.exit_codes(), executor_options.Place(executor, scheduler, workers, lang) as place:
        from experiments import model_api
        from experiments.analyses import design as sweep_design
        from experiments.analyses import sweep as sweep_analysis
        from experiments.cli import run_helpers
        from experiments.cli.study_run import StudyRun
        from experiments.execution import points
        from experiments.results.files import safe

        design = sweep_design.load(spec)
        count = replications or design.replications
        places = len(design.scenarios) * len(design.settings)
        points.affordable("--replications", 0, places, count)
        total = places * count
        sweep_analysis.outcomes_of(design, *map(model_api.load_model(model_api.COUNTY).catalogue, design.scenarios))
        part = None if shard is None else run_helpers.parse_shard(shard, total)
        replications_here = total if part is None else len(part)
        part_name = [f"shard-{shard.replace('/', '-of-')}"] if shard else []
        study = StudyRun(
            "sweep",
            {each.id: each for each in design.scenarios},
            design.task,
            run_helpers.RunRequest(seed=seed, workers=workers, only_luck=design.only_luck, lang=lang, fresh=fresh, part=part),
            stem="-".join(["sweep", safe(spec.stem), str(seed), f"x{count}", *part_name]),
            out=out,
            quiet=quiet,
        )
        if dry_run:
            run_helpers.refuse_fresh(context)
            seconds = study.announce(replications_here)
            console.show_json({"points": places, "lives": replications_here, "seconds": round(seconds)})
            return
        study.connect(place)
        study.begin(replications_here, yes, unasked=True)
        with study.running(total) as options:
            manifest = sweep_analysis.sweep(design, study.work, options, count)
        if manifest is None:
            console.show_json({"out": str(study.target), "shard": shard})
            return
        with study.finishing():
            if not no_figures:
                from experiments.reporting.figures import sweep_figures

                sweep_figures.render(study.work, manifest)
        _print_answer(manifest, study.target, lang, as_json)


def _print_answer(manifest: dict[str, Any], target: Path, lang: str, as_json: bool) -> None:
    from experiments.reporting.terminal import sweep as sweep_table
    from experiments.reporting.translations import Words
    from experiments.results.files import read_csv

    summary = read_csv(target / "summary.csv")
    if as_json:
        rows = summary.astype(object).where(summary.notna(), None).to_dict("records")
        console.show_json({**manifest, "summary": rows, "out": str(target)})
    else:
        console.show([*sweep_table.answer(manifest, target, lang), Words(lang)("folder", out=target)])
    if manifest["failed"]:
        raise typer.Exit(Code.SOME_FAILED)
