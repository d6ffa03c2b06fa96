"""``xianjie plan``: a scenario as a form of an office, and plan folders."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import Code, Json, Lang, Language
from experiments.cli.usage_errors import Commands, take_language

plan = typer.Typer(
    name="plan",
    cls=Commands,
    help="A plan as an Excel form, and plan folders: what a document asks for.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
plan.callback()(take_language)


@plan.command()
def form(
    scenario: Annotated[Path, typer.Argument(help="A scenario: a file, or the name of a shipped one.", metavar="SCENARIO")],
    file: Annotated[Path, typer.Argument(help="The workbook to write (.xlsx); it must not be there yet.", metavar="FILE.xlsx")],
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Write a scenario as an Excel form, which every command takes in place of the YAML file.

    Levers stand by year, in 10,000 yuan, percent and numbers; what is left empty is not set.
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


@plan.command()
def template(
    folder: Annotated[Path, typer.Argument(help="The plan folder to write; it must be absent or empty.", metavar="FOLDER")],
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Write an empty plan folder with comments: the goals of a county's own document, its numbers, and goals of one's own."""
    with console.exit_codes():
        from experiments.reporting import plan_template
        from experiments.reporting.translations import Words
        from experiments.results import files
        from sim.core.inputs import shipped
        from sim.core.inputs.errors import InputError

        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(
                folder, 0, "is there already and not an empty folder; choose another name",
                "已经存在，又不是空文件夹；请换一个名称"
            )  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        files.write_text(folder / shipped.PLAN_FILE, plan_template.plan_text(lang))
        files.write_text(folder / "clauses.yaml", plan_template.register_text(lang))
        written = [str(folder / name) for name in (shipped.PLAN_FILE, "clauses.yaml")]
        if as_json:
            console.show_json({"folder": str(folder), "files": written})
        else:
            console.show([Words(lang)("plan_template_written", folder=folder)])


@plan.command()
def check(
    folder: Annotated[str, typer.Argument(help="A plan folder, or the name of a shipped plan.", metavar="FOLDER")],
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Check a plan folder: its goals and targets, goals of one's own, the register of its document. All faults at once.

    Exit codes: 0 it is right, 2 it is not; each fault is one line with file, line and what to do.
    """
    with console.exit_codes():
        from experiments.reporting.translations import Words
        from sim.core.inputs.errors import all_of
        from sim.scenario.plan_check import check_plan

        found, faults = check_plan(folder)
        if as_json:
            console.show_json(
                {
                    "plan": folder, "ok": not faults, "goals": [] if found is None else [each.id for each in found.asked],
                    "own": [] if found is None else [each.id for each in found.own],
                    "findings": [
                        {"file": each.place, "line": each.line, "zh": each.chinese, "en": each.english} for each in faults
                    ],
                }
            )  # fmt: skip
            if faults:
                raise typer.Exit(Code.WRONG_INPUT)
        elif found is None:
            raise all_of(faults)
        else:
            document = sum(not each.national for each in found.asked)
            words = Words(lang)
            console.show(
                [
                    words(
                        "plan_checked", folder=folder, title=words.of(found.title), national=len(found.asked) - document,
                        document=document, own=len(found.own),
                    )
                ]
            )  # fmt: skip
