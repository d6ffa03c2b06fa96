"""``xianjie discover``: when does the plan fail?"""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.commands import console
from experiments.commands.console import Code, DryRun, Fresh, Json, Lang, Language, NoFigures, Out, Quiet, Seed, Workers, Yes


def discover(
    context: typer.Context,
    spec: Annotated[
        Path, typer.Argument(help="A discovery spec (see experiments/specs), or a scenario.", metavar="SPEC_OR_SCENARIO")
    ],
    goal: Annotated[
        str | None, typer.Option(help="The goal whose failure is explained; by default as the file says, or R3.")
    ] = None,
    points: Annotated[
        int | None, typer.Option(min=40, max=20_000, help="How many futures; by default as the file says, or 200.")
    ] = None,
    seed: Seed = 2021,
    workers: Workers = None,
    out: Out = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
    yes: Yes = False,
    no_figures: NoFigures = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Live futures spread over what nobody knows, and say in plain words in which of them a goal is missed.

    A spec says with 'where' whether failures (fails) or successes (holds) are sought; at least 40 futures, or no box can stand.
    Boxes are sought in most of the futures and checked on the others; one that chance explains is said not to stand. How long it
    takes is measured and printed, and you are asked before it begins. Asked again after an interruption it goes on. Exit codes:
    0 done (also when no box stands), 2 wrong usage or input, or not confirmed, 3 some lives failed, 5 the disk is full, 130
    interrupted.
    """
    with console.exit_codes():
        from experiments import discovering, discovery, lives
        from experiments.commands import living, studying
        from experiments.files import safe

        asked = discovery.load(spec, goal, points)
        discovering.check(asked, *map(lives.find(lives.COUNTY).catalogue, asked.scenarios))
        screen = console.messages(quiet)
        stem = safe(f"discover-{spec.stem}-{asked.goal}-{seed}-x{asked.points}")
        target = out or living.OUTPUTS / stem
        if dry_run:
            studying.nothing_thrown_away(context)
            seconds = studying.announce(asked.scenarios[0], asked.points, target, seed, workers, False, lang, screen)
            console.show_json({"lives": asked.points, "factors": list(asked.columns), "seconds": round(seconds)})
            return
        studying.make_way(target, fresh, discovering.FILES)
        seconds = studying.announce(asked.scenarios[0], asked.points, target, seed, workers, False, lang, screen)
        studying.confirm(seconds, yes, lang)
        with studying.ending(target, lang), studying.bar(asked.points, lang, screen) as progress:
            teller = living.teller(screen, lang)
            manifest = discovering.discover(asked, target, seed, workers, lives.COUNTY, teller, progress)
        with studying.writing(target, lang):
            tell(target, manifest, lang, as_json, not no_figures)
        if manifest["failed"]:
            raise typer.Exit(Code.SOME_FAILED)


def tell(target: Path, manifest: dict[str, Any], lang: str, as_json: bool, figures: bool) -> None:
    """Write the findings in both languages, draw them, and print them in one."""
    from experiments.briefing import box_pictures, boxes
    from experiments.briefing.words import LANGUAGES
    from experiments.files import write_text

    said = {language: list(boxes.answer(manifest, language)) for language in LANGUAGES}
    for language, paragraphs in said.items():
        write_text(target / f"findings-{language}.txt", "\n\n".join(paragraphs) + "\n")
    if figures:
        box_pictures.draw(target, manifest)
    if as_json:
        console.show_json({**manifest, "findings": said, "out": str(target)})
    else:
        console.show("\n".join((paragraph, "")) for paragraph in boxes.answer(manifest, lang, target))
