"""``xianjie verify``: whether a result matches its own record, and a sample of its replications comes out the same again."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import Json, Lang, Language, Quiet, Workers


def verify(
    folder: Annotated[Path, typer.Argument(help="A result folder.", metavar="FOLDER")],
    sample: Annotated[
        int | None, typer.Option(min=1, max=console.MOST, help="How many; by default one in a hundred, at least three.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Chooses the sample.")] = 1,
    workers: Workers = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say whether a folder is what was written, bit for bit: its files, tables, goals, and recorded replications run again.

    A brief or picture that somebody edited is named, and is no fault. Exit codes: 0 it is; 1 it is not; 2 there is nothing to
    compare.
    """
    with console.exit_codes():
        from experiments.cli import run_helpers
        from experiments.execution import verify as verifying
        from experiments.reporting.translations import Words
        from sim.core.inputs.errors import InputError, describe_problem, join_texts

        try:
            found = verifying.verify(
                folder,
                sample,
                seed,
                workers=workers,
                on_status=run_helpers.make_status_printer(console.progress_console(quiet), lang),
            )
        except (ValueError, KeyError, OSError) as problem:
            reason = describe_problem(problem)
            raise InputError(folder, 0, f"cannot be verified: {reason.english}", f"无法复核：{reason.chinese}") from None
        words = Words(lang)
        if as_json:
            plain = {key: [each.english for each in getattr(found, key)] for key in ("changes", "faults", "notes")}
            console.show_json(vars(found) | plain)
        else:
            for label, parts in (("verified_fault", found.faults), ("verified_note", found.notes)):
                console.show(words(label, reason=each.chinese if lang == "zh" else each.english) for each in parts)
            if found.edited:
                console.show([words("verified_edited", files=words("comma").join(found.edited))])
            numbers = words("comma").join(map(str, found.wrong))
            label = "verified_not" if found.wrong else "verified"
            console.show(
                [words(label, checked=len(found.checked), count=found.recorded, wrong=len(found.wrong), numbers=numbers)]
            )
            if found.changes:
                why = join_texts(found.changes)
                console.show([words("verified_other", reasons=why.chinese if lang == "zh" else why.english)])
        if found.wrong or found.faults:
            raise typer.Exit(console.Code.UNEXPECTED)
