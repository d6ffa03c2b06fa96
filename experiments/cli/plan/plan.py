"""``xianjie plan``: a scenario as a form of an office."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import Json, Lang, Language
from experiments.cli.usage_errors import Commands

plan = typer.Typer(
    name="plan",
    cls=Commands,
    help="A plan as an Excel form.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@plan.command()
def form(
    scenario: Annotated[Path, typer.Argument(help="A scenario: a file, or the name of a shipped one.", metavar="SCENARIO")],
    file: Annotated[Path, typer.Argument(help="The workbook to write (.xlsx); it must not be there yet.", metavar="FILE.xlsx")],
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Write a scenario as an Excel form, which every command takes in place of the YAML file.

    Levers stand by year, in 10 000 yuan, percent and numbers; what is left empty is not set.
    """
    with console.exit_codes():
        from experiments.reporting import plan_workbook
        from experiments.reporting.translations import Words
        from experiments.results import files

        with files.new_workbook(file) as partial:
            made, count = plan_workbook.write(scenario, partial, lang)
        if as_json:
            console.show_json({"file": str(file), "scenario": made.id, "values": count})
        else:
            console.show([Words(lang)("form_written", file=file, title=Words(lang).of(made.title), count=count)])
