"""Lives of a scenario with a progress bar: what ``run`` and ``backtest`` do alike."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from experiments import lives, results, runner
from experiments.briefing.words import Words
from sim.core.errors import InputError

OUTPUTS = Path("outputs")


@dataclass(frozen=True)
class Wanted:
    """How a scenario is to be lived."""

    replications: int
    seed: int
    workers: int | None
    only_luck: bool = False
    sets: tuple[str, ...] = ()
    profile: bool = False
    lang: str = "zh"


def folder(scenario: Any, wanted: Wanted) -> Path:
    """The result folder of a run for which none is named: runs that differ in what was asked stay apart."""
    parts = [scenario.id, str(wanted.seed), f"x{wanted.replications}"]
    if wanted.only_luck:
        parts.append("only-luck")
    if wanted.sets:
        parts.append(hashlib.sha256("\n".join(wanted.sets).encode()).hexdigest()[:8])
    return OUTPUTS / "-".join(parts)


def live(scenario: Any, out: Path, wanted: Wanted, console: Console) -> runner.Outcome:
    """Fill ``out`` with a new result, telling the console how far it is.

    A result of the same scenario is replaced; InputError rather than touch anything else.
    """
    reason = results.foreign(out, scenario.id)
    if reason:
        raise InputError("--out", 0, f"{out} will not be overwritten: {reason}; name another folder")
    results.clear(out)
    with _bar(wanted, console) as progress:
        return runner.run(
            scenario,
            out,
            wanted.replications,
            wanted.seed,
            wanted.workers,
            wanted.only_luck,
            wanted.profile,
            lives.COUNTY,
            teller(console, wanted.lang),
            progress,
        )


def teller(console: Console, language: str) -> Callable[..., None]:
    """Somebody who says on the console, in a language, what is being done."""
    words = Words(language)
    return lambda what, **facts: console.print(words(what, **facts))


@contextmanager
def _bar(wanted: Wanted, console: Console) -> Iterator[Callable[[runner.Progress], None]]:
    """A progress bar, drawn from the first life on; yields what the runner calls after every chunk."""
    words = Words(wanted.lang)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[hits]}"),
        TimeRemainingColumn(),
        TextColumn(words("say_left")),
    )
    # Four times a second: drawn more often, the bar takes time from the lives.
    with Progress(*columns, console=console, refresh_per_second=4, transient=True) as bar:
        task = bar.add_task(words("say_living"), total=wanted.replications, visible=False, hits="")

        def tell(watch: runner.Progress) -> None:
            hits = words("say_hits", hits=watch.hits, lived=watch.done - watch.failed)
            bar.update(task, completed=watch.done, visible=True, hits=hits)

        yield tell
