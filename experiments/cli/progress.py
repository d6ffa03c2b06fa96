"""One progress bar for the whole of a command: what is being done now, how much of everything is done, and the time left."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from experiments.reporting.translations import Words

if TYPE_CHECKING:
    from experiments.execution.runner import Progress

#: What a stage weighs beside a replication: measured on two processors, where a replication takes 0.4 seconds of the clock.
COMPILING, WRITING, BRIEFING, DRAWING = 80.0, 3.0, 30.0, 45.0
COMPILE, LIVE, WRITE, BRIEF, DRAW = "compile", "live", "write", "brief", "draw"
#: Messages that say what the bar shows: where there is a bar they are not printed.
SHOWN = {"tell_compiling": COMPILE, "tell_compiled": COMPILE, "tell_writing": WRITE}
DRAWN_PER_SECOND = 4  # drawn more often, the bar takes time from the replications
LEAST_SHARE = 0.04  # of everything, before the time left is told


@dataclass
class Stage:
    """A part of a command: a key, its ``weight`` in replications, the ``share`` of it that is done, and what follows its name."""

    key: str
    weight: float
    share: float = 0.0
    note: str = ""


class CommandProgress:
    """A bar over all stages of a command, on stderr, with ``above`` over it; nothing where that is no terminal.

    Use it in a ``with`` statement; ``follow`` and ``on_status`` are callbacks for what runs replications. Stages begin in any
    order: the bar shows the one that was told of last.
    """

    def __init__(
        self, console: Console, lang: str, stages: Sequence[tuple[str, float]], above: RenderableType | None = None
    ) -> None:
        self.console, self.words, self.above = console, Words(lang), above
        self._stages = {key: Stage(key, weight) for key, weight in stages}
        self._now: Stage | None = None
        self._began: float | None = None  # when work began: reading files and starting programs says nothing about the rest
        self._live: Live | None = None
        if console.is_terminal and not console.quiet:
            self._live = Live(
                console=console, transient=True, refresh_per_second=DRAWN_PER_SECOND, get_renderable=lambda: Group(*self._parts())
            )

    def __enter__(self) -> "CommandProgress":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *problem: object) -> None:
        if self._live is not None:
            self._live.stop()

    def begin(self, key: str, note: str = "") -> None:
        """Show a stage as the one under way; ``note`` follows its name."""
        self._reach(key, self._stage(key).share, note)

    def advance(self, key: str, weight: float) -> None:
        """So much of a stage is done."""
        stage = self._stage(key)
        stage.share = min(1.0, stage.share + weight / stage.weight) if stage.weight else 1.0

    def end(self, key: str) -> None:
        """A stage is done."""
        self._stage(key).share = 1.0

    def follow(self, key: str, then: "Callable[[Progress], None] | None" = None, total: int = 0) -> Any:
        """A callback for the runner's ``Progress`` of the stage ``key``; ``total``: at least so many replications are expected,
        however few were asked for so far. ``then`` is called after it.
        """

        run = key.partition(":")[2]
        note = self.words(f"run_of_{run}") if self.words.has(f"run_of_{run}") else ""

        def update(watch: "Progress") -> None:
            of = max(1, watch.total, total)
            hits = self.words("say_hits", hits=watch.hits, lived=watch.done - watch.failed) if watch.hits else ""
            self._reach(key, watch.done / of, "  ".join(filter(None, (note, f"{watch.done}/{of}", hits))))
            if then is not None:
                then(watch)

        return update

    def on_status(self, what: str, **facts: Any) -> None:
        """A status message: shown by the bar where it is about a stage, else printed above it."""
        stage = SHOWN.get(what)
        if stage is not None and self._live is not None:
            done = facts.get("done")
            note = "" if done is None else f"{done}/{facts['total']}"
            self._reach(stage, self._stage(stage).share if done is None else done / max(1, facts["total"]), note)
            return
        if what == "tell_living" and self._live is not None:
            return  # the stage of the run says so
        if what != "tell_compiled":  # to a file or a pipe, one line says that it compiles
            self.console.print(self.words(what, **facts))

    def _stage(self, key: str) -> Stage:
        return self._stages.setdefault(key, Stage(key, 0.0))

    def _reach(self, key: str, share: float, note: str) -> None:
        if key != COMPILE and COMPILE in self._stages:
            compiling = self._stages[COMPILE]
            if compiling.share == 0.0:  # nothing was to be compiled
                compiling.weight = 0.0
            compiling.share = 1.0
        self._began = time.monotonic() if self._began is None else self._began
        self._now = self._stage(key)
        self._now.share, self._now.note = max(self._now.share, min(1.0, share)), note

    def share_done(self) -> float:
        """The share of everything that is done, by weight."""
        total = sum(stage.weight for stage in self._stages.values())
        return sum(stage.weight * stage.share for stage in self._stages.values()) / total if total else 0.0

    def seconds_left(self) -> float | None:
        """Seconds that are left at the pace so far; None while nothing can be said."""
        share = self.share_done()
        if self._began is None or share < LEAST_SHARE:
            return None
        return (time.monotonic() - self._began) * (1.0 - share) / share

    def _parts(self) -> Iterator[RenderableType]:
        if self.above is not None:
            yield self.above
        if self._now is None:
            return
        left = self.seconds_left()
        name = self.words(f"stage_{self._now.key.partition(':')[0]}")
        line = Table.grid(padding=(0, 1))
        line.add_row(
            f"{name} {self._now.note}".strip(),
            ProgressBar(total=1.0, completed=self.share_done(), width=20),
            f"{100 * self.share_done():.0f}%",
            "" if left is None else self.words("stage_left", time=self.words.seconds(left)),
        )
        yield line
