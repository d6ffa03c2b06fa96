"""``xianjie sweep``: a scenario lived at many values of levers and assumptions, on the same luck."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.commands import console, placing
from experiments.commands.console import Code, DryRun, Fresh, Json, Lang, Language, NoFigures, Out, Quiet, Seed, Workers


def sweep(
    context: typer.Context,
    spec: Annotated[Path, typer.Argument(help="What to sweep, a YAML file; see experiments/specs.", metavar="SPEC")],
    replications: Annotated[
        int | None, typer.Option(min=1, max=console.MOST, help="Lives at each point; by default as the file says.")
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
    executor: placing.Executor = placing.Kind.LOCAL,
    scheduler: placing.Scheduler = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Live the points of a spec; write tables, response curves, tornado or heat map.

    Asked again after Ctrl-C, a crash or a full disk, it goes on where it stopped. Exit codes: 0 done, 2 wrong usage or input, 3
    some lives failed, 5 the disk is full or the cluster lost, 130 interrupted.
    """
    with console.exit_codes(), placing.Place(executor, scheduler, workers, lang) as place:
        from experiments import designs, lives, points, sweeping
        from experiments.commands import living, studying
        from experiments.files import safe

        design = designs.load(spec)
        count = replications or design.replications
        screen = console.messages(quiet)
        places = len(design.scenarios) * len(design.settings)
        points.affordable("--replications", 0, places, count)
        total = places * count
        sweeping.outcomes_of(design, *map(lives.find(lives.COUNTY).catalogue, design.scenarios))
        part = None if shard is None else living.part_of(shard, total)
        wanted = total if part is None else len(part)
        target = out or living.OUTPUTS / "-".join(
            [
                "sweep",
                safe(spec.stem),
                str(seed),
                f"x{count}",
                *([f"shard-{shard.replace('/', '-of-')}"] if shard else []),
            ]
        )
        if dry_run:
            studying.nothing_thrown_away(context)
            seconds = studying.announce(design.scenarios[0], wanted, target, seed, workers, design.only_luck, lang, screen)
            console.show_json({"points": places, "lives": wanted, "seconds": round(seconds)})
            return
        place.open(screen)
        studying.make_way(target, fresh, sweeping.FILES)
        studying.announce(design.scenarios[0], wanted, target, seed, place.workers, design.only_luck, lang, screen)
        with studying.ending(target, lang), studying.bar(total, lang, screen) as progress:
            teller = living.teller(screen, lang)
            manifest = sweeping.sweep(
                design, target, seed, place.workers, part, count, lives.COUNTY, teller, progress, place.executor
            )
        if manifest is None:
            console.show_json({"out": str(target), "shard": shard})
            return
        if not no_figures:
            from experiments.briefing import sweep_pictures

            with studying.writing(target, lang):
                sweep_pictures.draw(target, manifest)
        _answer(manifest, target, lang, as_json)


def _answer(manifest: dict[str, Any], target: Path, lang: str, as_json: bool) -> None:
    from experiments.briefing import sweep_tables
    from experiments.briefing.words import Words
    from experiments.files import read_csv

    summary = read_csv(target / "summary.csv")
    if as_json:
        rows = summary.astype(object).where(summary.notna(), None).to_dict("records")
        console.show_json({**manifest, "summary": rows, "out": str(target)})
    else:
        console.show([*sweep_tables.answer(manifest, target, lang), Words(lang)("folder", out=target)])
    if manifest["failed"]:
        raise typer.Exit(Code.SOME_FAILED)
