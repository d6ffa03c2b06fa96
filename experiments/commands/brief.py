"""``xianjie brief``: what a planner hands to a leader, from result folders alone: a page, a Word document, a workbook."""

import shlex
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands import console
from experiments.commands.console import Json, Quiet


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

    Reads the folders only and never lives anything. Exit codes: 0 done, 2 wrong usage, or a folder no brief may be written from.
    """
    with console.exit_codes():
        languages = ("zh", "en") if lang is Languages.BOTH else (lang.value,)
        words = ["xianjie brief", *(["--compare"] if compare else []), *(shlex.quote(str(folder)) for folder in out)]
        options = ((lang is not Languages.ZH, f"--lang {lang}"), (style is not Style.PLAIN, f"--style {style}"))
        command = " ".join([*words, *(said for wanted, said in options if wanted)])
        made = write(out, to, languages, chosen(formats), style, command, compare, quiet)
        if as_json:
            console.show_json({"files": [str(path) for path in made]})
        else:
            from experiments.briefing.words import Words

            said = Words("zh" if languages[0] == "zh" else "en")
            console.show([said("brief_written", path=path) for path in made])


def chosen(formats: str) -> tuple[str, ...]:
    """The formats of ``--format``; InputError for one there is not."""
    from sim.core.errors import InputError, nearest

    wanted = [part.strip() for part in formats.split(",")]
    if wanted == ["all"]:
        return FORMATS
    for part in wanted:
        if part not in FORMATS:
            raise InputError(
                "--format", 0, f"unknown format '{part}'{nearest(part, list(FORMATS))}; there are all, {', '.join(FORMATS)}"
            )
    return tuple(dict.fromkeys(wanted))


def write(
    folders: Sequence[Path],
    to: Path | None,
    languages: Sequence[str],
    formats: Sequence[str],
    style: str,
    command: str,
    compare: bool = False,
    quiet: bool = False,
) -> list[Path]:
    """Write the documents; InputError where that may not be."""
    from experiments.briefing.documents import sources, writing
    from experiments.briefing.words import Words
    from sim.core.errors import InputError

    target = to if to is not None else folders[0] / writing.FOLDER
    if target.exists() and not target.is_dir():
        raise InputError("--to", 0, f"{target} is a file; name a folder")
    console.messages(quiet).print(Words(languages[0])("say_brief"))
    try:
        return writing.write(folders, target, languages, formats, style, command, compare)
    except sources.Unusable as reason:
        raise InputError("brief", 0, str(reason)) from None
