"""``xianjie discover``: the conditions under which a plan misses a goal."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Code, DryRun, Fresh, Json, Lang, Language, NoFigures, Out, Quiet, Seed, Workers, Yes


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
    """Run futures spread over what nobody knows, and say in plain words in which of them a goal is missed.

    A spec says with 'where' whether failures (fails) or successes (holds) are sought; at least 40 futures, or no box can stand.
    Boxes are sought in most of the futures and checked on the others; one that chance explains is said not to stand. How long it
    takes is measured and printed, and you are asked before it begins. Repeated after an interruption, it goes on. Exit codes:
    0 done (also when no box stands), 2 wrong usage or input, or not confirmed, 3 some replications failed, 5 the disk is full,
    130 interrupted.
    """
    with console.exit_codes():
        from experiments import model_api
        from experiments.analyses import discovery, discovery_spec
        from experiments.cli.run_helpers import RunRequest, refuse_fresh
        from experiments.cli.study_run import StudyRun
        from experiments.results.files import safe

        request = discovery_spec.load(spec, goal, points)
        discovery.check(request, *map(model_api.load_model(model_api.COUNTY).catalogue, request.scenarios))
        study = StudyRun(
            "discover",
            {each.id: each for each in request.scenarios},
            request.task(),
            RunRequest(seed=seed, workers=workers, lang=lang, fresh=fresh),
            stem=safe(f"discover-{spec.stem}-{request.goal}-{seed}-x{request.points}"),
            out=out,
            quiet=quiet,
        )
        if dry_run:
            refuse_fresh(context)
            seconds = study.announce(request.points)
            console.show_json({"lives": request.points, "factors": list(request.columns), "seconds": round(seconds)})
            return
        study.begin(request.points, yes)
        with study.running(request.points) as options:
            manifest = discovery.discover(request, study.work, options)
        with study.finishing():
            findings = write_findings(study.work, manifest, not no_figures)
        print_findings(study.target, manifest, findings, lang=lang, as_json=as_json)
        if manifest["failed"]:
            raise typer.Exit(Code.SOME_FAILED)


def write_findings(out: Path, manifest: dict[str, Any], figures: bool) -> dict[str, list[str]]:
    """Write the findings in both languages, and their figures unless switched off; returns the paragraphs by language."""
    from experiments.reporting import discovery_text
    from experiments.reporting.figures import discovery_boxes
    from experiments.reporting.translations import LANGUAGES
    from experiments.results import output_folder
    from experiments.results.files import write_text

    findings = {language: list(discovery_text.answer(manifest, language)) for language in LANGUAGES}
    with output_folder.building(out) as new:
        for language, paragraphs in findings.items():
            write_text(new / f"findings-{language}.txt", "\n\n".join(paragraphs) + "\n")
    if figures:
        discovery_boxes.render(out, manifest)
    return findings


def print_findings(target: Path, manifest: dict[str, Any], findings: dict[str, list[str]], lang: str, as_json: bool) -> None:
    """Print the findings in one language."""
    from experiments.reporting import discovery_text

    if as_json:
        console.show_json({**manifest, "findings": findings, "out": str(target)})
    else:
        console.show("\n".join((paragraph, "")) for paragraph in discovery_text.answer(manifest, lang, target))
