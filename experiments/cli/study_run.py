"""A study from the command line, from its folder to its end: what sweep, solve, screen and the others have in common."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from experiments import model_api
from experiments.cli import console, executor_options
from experiments.cli.progress import COMPILE, COMPILING, LIVE, CommandProgress
from experiments.cli.run_helpers import (
    RunRequest,
    choose_folder,
    count_done,
    guard_study,
    guard_writing,
    make_status_printer,
)
from experiments.execution import reuse, runner
from experiments.execution.local_executor import usable_processors
from experiments.reporting.translations import Words
from sim.core.inputs.errors import InputError
from sim.scenario import load_scenario

SHORT = 60.0  # seconds; a shorter study begins without confirmation


class StudyRun:
    """One study of the command ``command``: ``begin`` it, fill ``work`` while ``running``, write there while ``finishing``.

    ``stem``: the default folder's name. ``task``: the question, as plain data. ``request``: seed, workers, language and whether
    what is there is thrown away. ``target`` is the folder that is named, ``work`` the one that is written to.
    """

    def __init__(
        self,
        command: str,
        scenarios: Mapping[str, model_api.Scenario],
        task: Any,
        request: RunRequest,
        *,
        stem: str,
        out: Path | None,
        quiet: bool,
    ) -> None:
        self.command, self.scenarios, self.task, self.request = command, scenarios, task, request
        self.screen = console.progress_console(quiet)
        self.on_status = make_status_printer(self.screen, request.lang)
        self._now = reuse.inputs_of(scenarios, request.seed, request.only_luck, task)
        self.target = self.work = out or choose_folder(stem, self._now)

    def connect(self, place: executor_options.Place) -> None:
        """Run on the workers of ``place``; InputError if they cannot be had."""
        place.open(self.screen)
        self.request = replace(self.request, workers=place.workers, executor=place.executor)

    def find_place(self) -> None:
        """Find where to write, and touch nothing; InputError if the folder holds something else."""
        self.work = reuse.find_place(self.target, self.command, self._now, self.request.fresh)

    def make_way(self) -> None:
        """Make the folder ready; InputError if it holds something else."""
        self.work = reuse.make_way(self.target, self.command, self._now, self.request.fresh)

    def announce(self, count: int) -> float:
        """Print how many of ``count`` replications are left to run, their time and memory, from two timed here; the seconds."""
        words = Words(self.request.lang)
        left = count if self.request.fresh else max(0, count - count_done(self.work))
        if left == 0 or self.screen.quiet:
            return 0.0
        request = self.request
        options = runner.RunOptions(2, request.seed, 1, request.only_luck, model_name=model_api.COUNTY, on_status=self.on_status)
        processes = min(request.workers or usable_processors(), left)
        return announce(self.screen, next(iter(self.scenarios.values())), options, count, left, processes, words)

    def begin(self, count: int, yes: bool, unasked: bool = False) -> None:
        """Announce ``count`` replications, ask as ``confirm`` does, and make the folder ready.

        InputError if the folder holds something else, or the answer is no.
        """
        self.find_place()
        self.confirm(count, yes, unasked)
        self.make_way()

    def confirm(self, count: int, yes: bool, unasked: bool = False) -> None:
        """Announce ``count`` replications; unless ``yes``, ask for confirmation if they take long. ``unasked``: where there is no
        terminal to ask on, begin, instead of refusing.
        """
        seconds = self.announce(count)
        if not yes and not (unasked and not sys.stdin.isatty()):
            confirm_long(seconds, self.request.lang)

    @contextmanager
    def running(self, total: int) -> Iterator[RunRequest]:
        """How to run, with a progress bar over ``total`` replications; what stops a study becomes the right exit code."""
        lang, stages = self.request.lang, ((COMPILE, COMPILING), (LIVE, total))
        with guard_study(self.target, lang), CommandProgress(self.screen, lang, stages) as bar:
            yield replace(
                self.request, model_name=model_api.COUNTY, on_status=bar.on_status, on_progress=bar.follow(LIVE, total=total)
            )

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """While results are written to ``work``; at the end they take their place."""
        with guard_writing(self.target, self.request.lang):
            yield
        reuse.end(self.target, self.work)


def announce(
    screen: Console, scenario: model_api.Scenario, options: runner.RunOptions, count: int, left: int, processes: int, words: Words
) -> float:
    """Print how many of ``count`` replications are ``left`` to run, their time and memory, from two timed here; the seconds."""
    cost = runner.forecast(scenario, options)
    seconds = runner.duration(cost.pace, left, processes)
    screen.print(words("study_forecast", lives=count, left=left, workers=processes, seconds=words.seconds(seconds),
                       memory=words.bytes(cost.memory)))  # fmt: skip
    return seconds


def announce_here(screen: Console, count: int, seed: int, lang: str, yes: bool) -> None:
    """Announce about ``count`` replications of the baseline that this process will run itself; on a terminal, and unless ``yes``,
    ask if they take long. InputError if the answer is no.
    """
    if screen.quiet:
        return
    on_status = make_status_printer(screen, lang)
    options = runner.RunOptions(2, seed, 1, model_name=model_api.COUNTY, on_status=on_status)
    seconds = announce(screen, load_scenario(console.BASELINE), options, count, count, 1, Words(lang))
    if not yes and sys.stdin.isatty():
        confirm_long(seconds, lang)


def confirm_long(seconds: float, lang: str) -> None:
    """Ask for confirmation before a long study; InputError if the answer is no, or without a terminal."""
    if seconds < SHORT:
        return
    words = Words(lang)
    if not sys.stdin.isatty() or not typer.confirm(words("study_confirm", seconds=words.seconds(seconds)), err=True):
        raise InputError(
            "--yes", 0, "not confirmed, nothing was begun; add --yes to begin without being asked",
            "未确认，没有开始；加 --yes 可不再询问"
        )  # fmt: skip
