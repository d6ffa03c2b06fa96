"""``xianjie open``: the planner's page, in the browser on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import Lang, Language

FOLDER = Path("xianjie-workspace")


def open_page(
    folder: Annotated[Path, typer.Argument(help="The folder of plans and results, made if need be.")] = FOLDER,
    port: Annotated[
        int | None, typer.Option(min=1024, max=65535, help="The port; by default the first free one from 8765.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address, and open no browser.")] = False,
    lang: Lang = Language.ZH,
) -> None:
    """Open the planner's page in the browser: plans, runs, comparisons and briefs without a terminal.

    It serves this machine alone and asks nothing of a network. Ctrl-C or the button on the page ends it; runs under way go on,
    and the next start finds them. Exit codes: 0 ended, 2 wrong usage or input.
    """
    with console.exit_codes():
        from experiments.page import server
        from experiments.reporting.translations import Words

        words = Words(lang)

        def tell(address: str, there: bool) -> None:
            console.show([words("screen_open_again" if there else "screen_open", address=address)])

        server.serve(folder.resolve(), port, not no_browser, tell)
