"""``xianjie verify``: a sample of recorded replications lived again and compared."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands import console
from experiments.commands.console import Json, Lang, Language, Quiet, Workers


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
    """Live recorded replications again, and say whether they are what the folder says, bit for bit.

    Exit codes: 0 they are; 1 some are not; 2 there is nothing to compare.
    """
    with console.exit_codes():
        from experiments import verifying
        from experiments.briefing.words import Words
        from experiments.commands import living
        from sim.core.errors import InputError, joined, said

        try:
            found = verifying.verify(folder, sample, seed, workers, living.teller(console.messages(quiet), lang))
        except (ValueError, KeyError, OSError) as problem:
            reason = said(problem)
            raise InputError(folder, 0, f"cannot be verified: {reason.english}", f"无法复核：{reason.chinese}") from None
        words = Words(lang)
        if as_json:
            console.show_json(vars(found) | {"changes": [each.english for each in found.changes]})
        else:
            numbers = words("comma").join(map(str, found.wrong))
            label = "verified_not" if found.wrong else "verified"
            console.show(
                [words(label, checked=len(found.checked), count=found.recorded, wrong=len(found.wrong), numbers=numbers)]
            )
            if found.changes:
                why = joined(found.changes)
                console.show([words("verified_other", reasons=why.chinese if lang == "zh" else why.english)])
        if found.wrong:
            raise typer.Exit(console.Code.UNEXPECTED)
