"""``xianjie brief``: the decision brief made from result folders alone: a page, a Word document, a workbook."""

import shlex
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from experiments.cli import console
from experiments.cli.console import Json, Quiet

if TYPE_CHECKING:
    from experiments.cli.run_helpers import RunRequest
    from experiments.execution.runner import Outcome


class Languages(StrEnum):
    """In which languages a brief is written."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


class Style(StrEnum):
    """How a Word document looks."""

    PLAIN = "plain"
    OFFICIAL = "official"


FORMATS = ("html", "word", "excel")


def brief(
    context: typer.Context,
    out: Annotated[
        list[Path],
        typer.Argument(help="A result folder, and folders of sweeps or sensitivity that say what moves it.", metavar="OUT…"),
    ],
    compare: Annotated[
        bool, typer.Option("--compare", help="Hold the results against each other, the first as the reference.")
    ] = False,
    lang: Annotated[Languages, typer.Option(help="Language of the brief.")] = Languages.ZH,
    formats: Annotated[str, typer.Option("--format", help="html, word, excel, or several with commas, or all.")] = "all",
    to: Annotated[
        Path | None, typer.Option(help="Where the documents go; by default the folder 'brief' in the first OUT.")
    ] = None,
    style: Annotated[Style, typer.Option(help="Word: plain, or official after GB/T 9704.")] = Style.PLAIN,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a brief: question and answer, goals, persons and yuan, cost, who gains, risks, assumptions, how to make it again.

    Reads the folders only and never runs anything. Exit codes: 0 done, 2 wrong usage, or a folder no brief may be written from.
    """
    with console.exit_codes():
        languages = ("zh", "en") if lang is Languages.BOTH else (lang.value,)
        kinds = parse_formats(formats)
        if "word" not in kinds:
            console.refuse_given(
                context, "is for Word documents, and none is written; leave it out",
                "只用于 Word 文档，这次不写 Word；请去掉", "style"
            )  # fmt: skip
        words = ["xianjie brief", *(["--compare"] if compare else []), *(shlex.quote(str(folder)) for folder in out)]
        options = ((lang is not Languages.ZH, f"--lang {lang}"), (style is not Style.PLAIN, f"--style {style}"))
        command = " ".join([*words, *(text for given, text in options if given)])
        made = write(out, to, languages=languages, formats=kinds, style=style, command=command, compare=compare, quiet=quiet)
        if as_json:
            console.show_json({"files": [str(path) for path in made]})
        else:
            from experiments.reporting.translations import Words

            translate = Words("zh" if languages[0] == "zh" else "en")
            console.show([translate("brief_written", path=path) for path in made])


def parse_formats(formats: str) -> tuple[str, ...]:
    """The formats of ``--format``; InputError for an unknown one."""
    from sim.core.inputs.errors import InputError, nearest

    names = [part.strip() for part in formats.split(",")]
    if names == ["all"]:
        return FORMATS
    for part in names:
        if part not in FORMATS:
            near = nearest(part, FORMATS)
            raise InputError(
                "--format", 0, f"unknown format '{part}'{near.english}; there are all, {', '.join(FORMATS)}",
                f"没有这种格式：“{part}”{near.chinese}；可写 all、{'、'.join(FORMATS)}"
            )  # fmt: skip
    return tuple(dict.fromkeys(names))


def write(
    folders: Sequence[Path],
    to: Path | None,
    *,
    languages: Sequence[str],
    formats: Sequence[str],
    style: str,
    command: str,
    compare: bool = False,
    quiet: bool = False,
) -> list[Path]:
    """Write the documents; InputError where they may not be written."""
    from experiments.reporting.documents import inputs
    from experiments.reporting.documents import write as write_document
    from experiments.reporting.translations import Words
    from experiments.results import files
    from sim.core.inputs.errors import InputError

    target = to if to is not None else folders[0] / write_document.FOLDER
    try:
        if to is not None or folders[0].is_dir():
            files.writable(target)
    except files.NotOurs as reason:
        raise InputError.of("--to", 0, reason) from None
    console.progress_console(quiet).print(Words(languages[0])("say_brief"))
    try:
        return write_document.write(folders, target, languages, formats=formats, style=style, command=command, compare=compare)
    except inputs.Unusable as reason:
        raise InputError.of("brief", 0, reason) from None


def _counterfactual_options(options: "RunRequest") -> "RunRequest":
    """The options of a run's counterfactual."""
    from dataclasses import replace

    return replace(options, again=True, resume=False, add=0, precision=None, profile=False)


def check_counterfactual(out: Path, scenario: Any, options: "RunRequest") -> None:
    """Raise InputError, before the run, where its counterfactual may not be written."""
    from experiments.cli import run_helpers
    from experiments.reporting.documents import inputs
    from sim.scenario import without_policy

    run_helpers.check_folder(without_policy(scenario), out / inputs.WITHOUT_POLICY, _counterfactual_options(options))


def write_after_run(outcome: "Outcome", scenario: Any, options: "RunRequest", screen: Console) -> list[Path]:
    """Run a finished run's replications again with no county policy, in ``without_policy`` of its folder, and write the brief.

    Nothing is written after an interruption; the counterfactual goes on when the command is repeated.
    """
    from dataclasses import replace

    from experiments.cli import run_helpers
    from experiments.reporting.documents import inputs
    from experiments.reporting.translations import Words
    from sim.scenario import without_policy

    if outcome.interrupted:
        return []
    screen.print(Words(options.lang)("say_without"))
    alike = replace(_counterfactual_options(options), replications=outcome.requested)
    without = run_helpers.run_scenario(without_policy(scenario), outcome.out / inputs.WITHOUT_POLICY, alike, screen)
    if without.interrupted:
        raise typer.Exit(console.Code.INTERRUPTED)
    command = f"xianjie brief {shlex.quote(str(outcome.out))}"
    return write(
        [outcome.out], None, languages=(options.lang,), formats=FORMATS, style=Style.PLAIN, command=command, quiet=screen.quiet
    )
