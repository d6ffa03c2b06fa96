"""``xianjie brief``: the decision brief made from result folders alone: a page, a Word document, a workbook."""

import shlex
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Json, Quiet
from experiments.cli.progress import BRIEF, LIVE

if TYPE_CHECKING:
    from experiments.cli.progress import CommandProgress
    from experiments.cli.run_helpers import RunRequest
    from experiments.execution.runner import Outcome, Progress
    from experiments.reporting.terminal.first_table import FirstTable


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
PLAN = "plan"  # the run itself, among those beside it


def brief(
    context: typer.Context,
    out: Annotated[
        list[Path],
        typer.Argument(help="A result folder, and folders of sweep, sensitivity or budget to draw on.", metavar="OUT…"),
    ],
    compare: Annotated[
        bool, typer.Option("--compare", help="Hold the results against each other, the first as the reference.")
    ] = False,
    lang: Annotated[Languages, typer.Option(help="Language of the brief.")] = Languages.ZH,
    formats: Annotated[str, typer.Option("--format", help="html, word, excel, or several with commas, or all.")] = "all",
    to: Annotated[
        Path | None,
        typer.Option("--out", "--to", help="Where the documents go; by default the folder 'brief' in the first OUT."),
    ] = None,
    style: Annotated[Style, typer.Option(help="Word: plain, or official after GB/T 9704.")] = Style.PLAIN,
    annexes: Annotated[bool, typer.Option("--annexes", help="Add the tables and pictures behind the two pages.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a brief of two pages: what breaks, persons, money, who gains and loses, how sure it is; a workbook has the tables.

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
        compared = _compared(out)
        if compared:
            out, to, compare = compared, to or out[0] / "brief", True
        options = ((lang is not Languages.ZH, f"--lang {lang}"), (style is not Style.PLAIN, f"--style {style}"),
                   (annexes, "--annexes"))  # fmt: skip
        command = " ".join([*words, *(text for given, text in options if given)])
        made = write(
            out,
            to,
            languages=languages,
            formats=kinds,
            style=style,
            command=command,
            compare=compare,
            annexes=annexes,
            quiet=quiet,
        )
        if as_json:
            console.show_json({"files": [str(path) for path in made]})
        else:
            from experiments.reporting.translations import Words

            translate = Words("zh" if languages[0] == "zh" else "en")
            console.show([translate("brief_written", path=path) for path in made])


def _compared(folders: Sequence[Path]) -> list[Path]:
    """The results that a folder of ``compare`` holds, the reference first, with what else was named; [] for other folders."""
    from experiments.analyses import comparison

    found = comparison.compared(folders[0])
    return [*found, *folders[1:]] if found else []


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
    annexes: bool = False,
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
        return write_document.write(
            folders, target, languages, formats=formats, style=style, command=command, compare=compare, annexes=annexes
        )
    except inputs.Unusable as reason:
        raise InputError.of("brief", 0, reason) from None


def _counterfactual_options(options: "RunRequest") -> "RunRequest":
    """The options of a run's counterfactual."""
    from dataclasses import replace

    return replace(options, again=True, resume=False, add=0, precision=None, profile=False)


#: The runs beside a plan that its brief reads, by the folder within the result: what the plan does is told from them.
COMPANIONS = ("without_policy", "without_county_money")


def companions(scenario: Any) -> dict[str, Any]:
    """The scenarios of the runs beside a plan, by folder: all policy stopped, and only the county's own money stopped."""
    import sim.scenario

    return {name: getattr(sim.scenario, name)(scenario) for name in COMPANIONS}


def check_companions(out: Path, scenario: Any, options: "RunRequest") -> None:
    """Raise InputError, before the run, where the runs beside it may not be written."""
    from experiments.cli import run_helpers

    for name, beside in companions(scenario).items():
        run_helpers.check_folder(beside, out / name, _counterfactual_options(options))


def run_trial(
    scenario: Any, out: Path, work: Path, options: "RunRequest", bar: "CommandProgress", table: "FirstTable", trial: int
) -> None:
    """Run the first ``trial`` replications of a plan, in its folder ``work``, and of the runs beside it; ``table`` takes them in.

    Their journals keep them, so that nothing is run twice. Ctrl-C and a full disk end the command, as they end a study.
    """
    from dataclasses import replace

    from experiments import model_api
    from experiments.cli import run_helpers
    from experiments.execution import runner

    few = min(trial, options.replications)
    beside = _counterfactual_options(options)
    with run_helpers.guard_study(out, options.lang):
        runs = {PLAN: (scenario, work)}
        for name, other in companions(scenario).items():
            runs[name] = (other, run_helpers.prepare_folder(other, out / name, beside))
        for name, (each, folder) in runs.items():
            reported = replace(
                beside, replications=few, model_name=model_api.COUNTY, on_status=bar.on_status,
                on_progress=bar.follow(f"{LIVE}:{name}", total=options.replications)
            )  # fmt: skip
            for chunk in runner.run_first(each, folder, reported):
                table.add(name, chunk)


def run_companions(
    outcome: "Outcome", scenario: Any, options: "RunRequest", bar: "CommandProgress", table: "FirstTable | None" = None
) -> None:
    """Run a finished run's replications again with all policy and with the county's own money stopped, each in a folder within
    its own; nothing after an interruption: the runs go on when the command is repeated.
    """
    from dataclasses import replace

    from experiments.cli import run_helpers

    if outcome.interrupted:
        return
    alike = replace(_counterfactual_options(options), replications=outcome.requested)
    for name, other in companions(scenario).items():
        reported = replace(alike, on_progress=partial(take_in, table, name))
        done = run_helpers.run_scenario(other, outcome.out / name, reported, bar.console, bar, f"{LIVE}:{name}")
        if done.interrupted:
            raise typer.Exit(console.Code.INTERRUPTED)


def write_after_run(outcome: "Outcome", options: "RunRequest", bar: "CommandProgress") -> list[Path]:
    """Write the brief of a run, once those beside it are there."""
    bar.begin(BRIEF)
    command = f"xianjie brief {shlex.quote(str(outcome.out))}"
    made = write([outcome.out], None, languages=(options.lang,), formats=FORMATS, style=Style.PLAIN, command=command, quiet=True)
    bar.end(BRIEF)
    return made


def take_in(table: "FirstTable | None", name: str, watch: "Progress") -> None:
    """Put the newest replications of a run into the table that is shown meanwhile."""
    if table is not None and watch.newest is not None:
        table.add(name, watch.newest)
