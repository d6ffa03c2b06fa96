"""What all commands share: stdout for the answer, stderr for the way there, documented exit codes."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, RenderableType

from sim.core.errors import INDENT, InputError, Wrong

if TYPE_CHECKING:
    from experiments.runner import Outcome

PIPED_WIDTH = 110  # columns where there is no terminal to ask


class Code(IntEnum):
    """How a command ends."""

    DONE = 0
    UNEXPECTED = 1
    WRONG_INPUT = 2
    SOME_FAILED = 3
    MISSED = 4  # a goal with --check, or a strict relation of selftest
    INCOMPLETE = 5
    INTERRUPTED = 130


def code_of(outcome: "Outcome") -> Code:
    """How a command ends that lived these replications."""
    if outcome.interrupted:
        return Code.INTERRUPTED
    if outcome.failed:
        return Code.SOME_FAILED
    return Code.DONE if outcome.completed == outcome.requested else Code.INCOMPLETE


class Language(StrEnum):
    """In which language a command answers."""

    ZH = "zh"
    EN = "en"


Scenario = Annotated[Path, typer.Argument(help="The scenario, a YAML file.")]
Replications = Annotated[int, typer.Option(min=1, help="How many counties to live; pairs share parameters.")]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="The seed of all luck and all draws.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; by default one for each processor.")]
Out = Annotated[Path | None, typer.Option(help="Result folder; by default outputs/ID-SEED-xN.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set one value; may be repeated.")]
Lang = Annotated[Language, typer.Option(help="Language of the answer.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")]
OnlyLuck = Annotated[bool, typer.Option("--only-luck", help="Hold all parameters at their central values.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be lived and what it costs, and keep nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Begin without asking.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Throw away what the result folder holds of this study.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]

BASELINE = Path("scenarios/baseline.yaml")


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn wrong input and Ctrl-C into their exit codes, without a traceback."""
    try:
        yield
    except InputError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(Code.WRONG_INPUT) from problem
    except Wrong as problem:  # from whoever does not know where it was written
        typer.echo(f"{problem.chinese}\n{INDENT}{problem.english}", err=True)
        raise typer.Exit(Code.WRONG_INPUT) from problem
    except OSError as problem:
        from sim.core.errors import Both

        what = f"{problem.filename}: {problem.strerror}" if problem.filename else str(problem)
        said = Both(
            f"cannot be written or read to its end ({what}); what was finished before is kept: make room and ask again",
            f"写不下去或读不到底（系统提示：{what}）；此前算完的都还在，请腾出空间后再次执行",
        )
        typer.echo(f"{said.chinese}\n    {said.english}", err=True)
        raise typer.Exit(Code.INCOMPLETE) from problem
    except KeyboardInterrupt as problem:
        raise typer.Exit(Code.INTERRUPTED) from problem


def messages(quiet: bool = False) -> Console:
    """Where progress is told: stderr, or nowhere."""
    return Console(stderr=True, quiet=quiet, highlight=False, markup=False)


def show_json(value: object) -> None:
    """Print one JSON document on stdout."""
    from experiments.files import as_json

    typer.echo(as_json(value), nl=False)


def show(parts: Iterable[RenderableType]) -> None:
    """Print an answer on stdout; a character that the console cannot show becomes a question mark."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, markup=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED_WIDTH
    for part in parts:
        console.print(part)
