"""``xianjie sweep``: a scenario run at many values of levers and assumptions, on common random numbers."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console, executor_options
from experiments.cli.console import Code, DryRun, Fresh, Json, Lang, Language, NoFigures, Out, Quiet, Seed, Workers


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
        from experiments.execution import points, reuse
        from experiments.results.files import safe

        design = sweep_design.load(spec)
        count = replications or design.replications
        screen = console.progress_console(quiet)
        places = len(design.scenarios) * len(design.settings)
        points.affordable("--replications", 0, places, count)
        total = places * count
        sweep_analysis.outcomes_of(design, *map(model_api.load_model(model_api.COUNTY).catalogue, design.scenarios))
        part = None if shard is None else run_helpers.parse_shard(shard, total)
        replications_here = total if part is None else len(part)
        now = reuse.inputs_of({each.id: each for each in design.scenarios}, seed, design.only_luck, design.task)
        part_name = [f"shard-{shard.replace('/', '-of-')}"] if shard else []
        target = out or run_helpers.choose_folder("-".join(["sweep", safe(spec.stem), str(seed), f"x{count}", *part_name]), now)
        if dry_run:
            run_helpers.refuse_fresh(context)
            seconds = run_helpers.announce_study(
                design.scenarios[0],
                replications_here,
                target,
                seed=seed,
                workers=workers,
                only_luck=design.only_luck,
                lang=lang,
                screen=screen,
            )
            console.show_json({"points": places, "lives": replications_here, "seconds": round(seconds)})
            return
        place.open(screen)
        work = reuse.make_way(target, "sweep", now, fresh)
        run_helpers.announce_study(
            design.scenarios[0],
            replications_here,
            work,
            seed=seed,
            workers=place.workers,
            only_luck=design.only_luck,
            lang=lang,
            screen=screen,
        )
        with run_helpers.guard_study(target, lang), run_helpers.show_progress(total, lang, screen) as progress:
            on_status = run_helpers.make_status_printer(screen, lang)
            manifest = sweep_analysis.sweep(
                design, work, seed, place.workers, part, count, model_api.COUNTY, on_status, progress, place.executor
            )
        if manifest is None:
            console.show_json({"out": str(target), "shard": shard})
            return
        if not no_figures:
            from experiments.reporting.figures import sweep_figures

            with run_helpers.guard_writing(target, lang):
                sweep_figures.render(work, manifest)
        reuse.end(target, work)
        _print_answer(manifest, target, lang, as_json)


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
