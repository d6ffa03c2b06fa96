"""What sweep, sensitivity and solve do alike on the console: announce, resume, end with the right code."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from experiments import identity, journal, lives, runner
from experiments.briefing.words import Words
from experiments.commands import living
from experiments.commands.console import Code
from experiments.crew import Stopped
from experiments.executors import Halted, usable_processors
from experiments.study import make_way
from sim.core.errors import InputError

__all__ = ["announce", "bar", "confirm", "ending", "make_way"]

SHORT = 60.0  # seconds that nobody has to be asked about


@contextmanager
def ending(out: Path, lang: str) -> Iterator[None]:
    """Turn Ctrl-C, a full disk and a journal of something else into one sentence and the right exit code."""
    words = Words(lang)
    try:
        yield
    except runner.Refused as reason:
        raise living.unjoinable("--out", out, reason) from None
    except Stopped:
        typer.echo(words("study_stopped", out=out, done=_done(out)), err=True)
        raise typer.Exit(Code.INTERRUPTED) from None
    except Halted as problem:
        typer.echo(words(problem.words, out=out, problem=problem, done=_done(out)), err=True)
        raise typer.Exit(Code.INCOMPLETE) from None


def _done(out: Path) -> int:
    return sum(len(numbers) for numbers in journal.done(out / "journal").values())


def announce(
    scenario: Any, count: int, out: Path, seed: int, workers: int | None, only_luck: bool, lang: str, screen: Console
) -> float:
    """Say how many lives there are to live, how long they take and what memory they need, from two lives lived here; seconds."""
    words = Words(lang)
    left = max(0, count - (_done(out) if identity.noted(out / "journal") else 0))
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
