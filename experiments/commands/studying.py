"""What sweep, sensitivity and solve do alike on the console: announce, resume, end with the right code."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from experiments import identity, lives, runner
from experiments.briefing.words import Words
from experiments.commands import console, living
from experiments.commands.console import Code
from experiments.crew import Stopped
from experiments.executors import Halted, PlaceLost, usable_processors
from experiments.study import make_way
from sim.core.errors import InputError

__all__ = ["announce", "bar", "confirm", "ending", "make_way"]

SHORT = 60.0  # seconds that nobody has to be asked about


def nothing_thrown_away(context: typer.Context) -> None:
    """Raise InputError if --fresh was given beside --dry-run."""
    console.refuse_given(
        context, "does nothing with --dry-run, which touches no folder; leave one of them out",
        "与 --dry-run 同用时不起作用：预演不动任何文件夹；请去掉其中一个", "fresh"
    )  # fmt: skip


@contextmanager
def writing(out: Path, lang: str) -> Iterator[None]:
    """Turn what the system refuses while results are written into one sentence and exit code 5: what was lived is kept."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise living.unwritten(problem, out, lang) from None


@contextmanager
def ending(out: Path, lang: str) -> Iterator[None]:
    """Turn Ctrl-C, a full disk and a journal of something else into one sentence and the right exit code."""
    words = Words(lang)
    try:
        with writing(out, lang):
            yield
    except runner.Refused as reason:
        raise living.unjoinable("--out", out, reason) from None
    except Stopped:
        typer.echo(words("study_stopped", out=out, done=living.done(out)), err=True)
        raise typer.Exit(Code.INTERRUPTED) from None
    except Halted as problem:
        told = "" if isinstance(problem, PlaceLost) else living.why(problem.__cause__, lang)
        typer.echo(words(problem.words, out=out, problem=told or problem, done=living.done(out)), err=True)
        raise typer.Exit(Code.INCOMPLETE) from None


def announce(
    scenario: Any, count: int, out: Path, seed: int, workers: int | None, only_luck: bool, lang: str, screen: Console
) -> float:
    """Say how many lives there are to live, how long they take and what memory they need, from two lives lived here; seconds."""
    words = Words(lang)
    left = max(0, count - (living.done(out) if identity.noted(out / "journal") else 0))
    if left == 0 or screen.quiet:
        return 0.0
    cost = runner.forecast(scenario, 2, seed, 1, only_luck, lives.COUNTY, living.teller(screen, lang))
    processes = min(workers or usable_processors(), left)
    seconds = runner.duration(cost.pace, left, processes)
    screen.print(words("study_forecast", lives=count, left=left, workers=processes, seconds=words.seconds(seconds),
                       memory=words.bytes(cost.memory)))  # fmt: skip
    return seconds


@contextmanager
def bar(total: int, lang: str, screen: Console) -> Iterator[Callable[[runner.Progress], None]]:
    """The progress bar of a study."""
    with living.bar(total, lang, screen) as tell:
        yield tell


def confirm(seconds: float, yes: bool, lang: str) -> None:
    """Ask before something long begins; InputError if the answer is no, or if there is nobody to ask."""
    if yes or seconds < SHORT:
        return
    words = Words(lang)
    if not sys.stdin.isatty() or not typer.confirm(words("study_confirm", seconds=words.seconds(seconds)), err=True):
        raise InputError(
            "--yes", 0, "not confirmed, nothing was begun; add --yes to begin without being asked",
            "未确认，没有开始；加 --yes 可不再询问"
        )  # fmt: skip
