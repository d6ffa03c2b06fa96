"""Lives of a scenario with a progress bar: what ``run`` and ``backtest`` do alike."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from experiments import journal, lives, results, runner, stopping
from experiments.briefing.words import Words
from experiments.commands.console import Code
from experiments.crew import Make
from sim.core.errors import InputError, said

OUTPUTS = Path("outputs")
LEAST_ANNOUNCED = 40


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
    resume: bool = False
    fresh: bool = False
    again: bool = False  # go on with, or keep, whatever the folder holds of the same lives
    add: int = 0
    shard: str | None = None
    precision: float | None = None
    largest: int = 10_000
    executor: Make | None = None  # another place to live them


def folder(scenario: Any, wanted: Wanted) -> Path:
    """The result folder of a run for which none is named: runs that differ in what was asked stay apart."""
    parts = [scenario.id, str(wanted.seed), f"x{wanted.replications}"]
    if wanted.only_luck:
        parts.append("only-luck")
    if wanted.precision is not None:
        parts[-1] = f"precision-{wanted.precision:g}"
    if wanted.sets:
        parts.append(hashlib.sha256("\n".join(wanted.sets).encode()).hexdigest()[:8])
    if wanted.shard is not None:
        parts.append(f"shard-{wanted.shard.replace('/', '-of-')}")
    return OUTPUTS / "-".join(parts)


def live(scenario: Any, out: Path, wanted: Wanted, console: Console) -> runner.Outcome:
    """Fill ``out`` with a result, telling the console how far it is.

    A finished result of the same scenario is replaced; an unfinished one is gone on with if ``wanted.resume``, thrown away if
    ``wanted.fresh``. InputError rather than touch anything else, or lose work. A full disk ends in exit code 5: what is done is
    kept, and ``--resume`` goes on.
    """
    _make_way(scenario, out, wanted)
    replications = wanted.replications
    if wanted.add:
        replications = requested(out) + wanted.add
    until = None if wanted.precision is None else runner.Sequential(wanted.precision, wanted.largest)
    part = None if wanted.shard is None else part_of(wanted.shard, replications)
    try:
        with bar(len(part) if part is not None else replications, wanted.lang, console) as progress:
            outcome = runner.run(
                scenario,
                out,
                replications,
                wanted.seed,
                wanted.workers,
                wanted.only_luck,
                wanted.profile,
                lives.COUNTY,
                teller(console, wanted.lang),
                progress,
                executor=wanted.executor,
                part=part,
                until=until,
            )
    except runner.Refused as reason:
        raise unjoinable("--resume", out, reason) from None
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise unwritten(problem, out, wanted.lang) from None
    if outcome.problem:
        told = why(outcome.cause, wanted.lang) or outcome.problem
        typer.echo(Words(wanted.lang)(outcome.words, out=out, problem=told, done=outcome.completed), err=True)
        raise typer.Exit(Code.INCOMPLETE)
    return outcome


def count(wanted: Wanted) -> int:
    """How many replications there will be at most."""
    if wanted.shard is not None:
        return len(part_of(wanted.shard, wanted.replications))
    return wanted.largest if wanted.precision is not None else wanted.add or wanted.replications


def announce(scenario: Any, wanted: Wanted, console: Console, times: int = 1) -> None:
    """Say, from two lives measured here, how many runs there will be, how long they take and what room they need.

    ``times``: for how many scenarios. Runs so short that the measurement would be a good part of them are not announced.
    """
    replications = (wanted.add or wanted.replications) * times
    if console.quiet or (replications < LEAST_ANNOUNCED and wanted.precision is None):
        return
    words = Words(wanted.lang)
    most = wanted.largest * times if wanted.precision is not None else replications
    cost = runner.forecast(
        scenario, most, wanted.seed, wanted.workers, wanted.only_luck, lives.COUNTY, teller(console, wanted.lang)
    )
    facts = {
        "runs": most,
        "workers": cost.workers,
        "seconds": words.seconds(cost.seconds),
        "disk": words.bytes(cost.disk),
        "journal": words.bytes(cost.journal),
        "memory": words.bytes(cost.memory),
    }
    label = "say_forecast" if wanted.precision is None else "say_forecast_precision"
    console.print(words(label, precision=f"{100 * (wanted.precision or 0):g}", least=stopping.LEAST, **facts))


def requested(out: Path) -> int:
    """How many replications a result folder was asked for; InputError if it holds no result."""
    try:
        return int(results.open_folder(out).manifest["replications"]["requested"])
    except (ValueError, KeyError) as problem:
        why = said(problem)
        raise InputError(
            "--add-replications", 0, f"{out} holds no result to add to ({why.english})",
            f"{out} 里没有可以续加的结果（{why.chinese}）"
        ) from None  # fmt: skip


def unwritten(problem: OSError, out: Path, lang: str) -> typer.Exit:
    """Say that results could not be written, though what was lived is kept; the end of the command."""
    typer.echo(Words(lang)("disk_problem", out=out, problem=why(problem, lang), done=done(out)), err=True)
    return typer.Exit(Code.INCOMPLETE)


def why(problem: BaseException | None, lang: str) -> str:
    """What the system refused, in a language; nothing for anything else."""
    if not isinstance(problem, OSError):
        return ""
    both = said(problem)
    return both.chinese if lang == "zh" else both.english


def done(out: Path) -> int:
    """How many replications the journal of a folder holds."""
    return sum(len(numbers) for numbers in journal.done(out / "journal").values())


def unjoinable(option: str, out: Path, reason: runner.Refused) -> InputError:
    """That what is in ``out`` may not be gone on with."""
    return InputError(
        option, 0, f"{out} holds lives that may not be joined: {reason.english}; "
        "name another --out, or throw them away with --fresh",
        f"{out} 里已有的模拟不能与这次的合在一起：{reason.chinese}；请用 --out 另写文件夹，或用 --fresh 舍弃旧的重算"
    )  # fmt: skip


def part_of(shard: str, replications: int) -> range:
    """The replications of shard ``3/10``: successive, whole draws, and none in two shards."""
    number, _, of = shard.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise InputError(
            "--shard", 0, f"write it as 3/10, the third of ten parts, not '{shard}'",
            f"应写成 3/10，表示十份中的第三份，现在写的是“{shard}”"
        )  # fmt: skip
    first, last = (replications * k // int(of) // 2 * 2 if k < int(of) else replications for k in (int(number) - 1, int(number)))
    if first >= last:
        raise InputError(
            "--shard",
            0,
            f"{replications} replications cannot be cut into {of} parts",
            f"{replications} 遍模拟分不成 {of} 份；请少分几份",
        )
    return range(first, last)


def _make_way(scenario: Any, out: Path, wanted: Wanted) -> None:
    """Clear ``out`` for a new result, or leave it for going on; InputError if either would lose something."""
    reason = results.foreign(out, scenario.id)
    if reason:
        raise InputError(
            "--out", 0, f"{out} will not be overwritten: {reason.english}; name another folder",
            f"不会覆盖 {out}：{reason.chinese}；请另写一个文件夹"
        )  # fmt: skip
    begun = any((out / "journal").glob("*.npz"))
    if wanted.again and begun and not wanted.fresh:
        return
    if wanted.resume or wanted.add:
        if not begun:
            raise InputError(
                "--resume", 0, f"there is no run to go on with in {out}; leave the option out to begin one",
                f"{out} 里没有可以接着算的模拟；去掉这一项即可从头开始"
            )  # fmt: skip
        return
    complete = (out / "manifest.json").exists() and results.Results(out).manifest.get("complete")
    if begun and not complete and not wanted.fresh:
        count = done(out)
        raise InputError(
            "--out", 0, f"{out} holds an unfinished run of {count} replications; "
            "go on with it by --resume, or begin anew by --fresh",
            f"{out} 里有一次没算完的模拟，已算 {count} 遍；用 --resume 接着算，或用 --fresh 从头算"
        )  # fmt: skip
    results.clear(out)


def teller(console: Console, language: str) -> Callable[..., None]:
    """Somebody who says on the console, in a language, what is being done."""
    words = Words(language)
    return lambda what, **facts: console.print(words(what, **facts))


@contextmanager
def bar(total: int, lang: str, console: Console) -> Iterator[Callable[[runner.Progress], None]]:
    """A progress bar, drawn from the first life on; yields what the runner calls after every chunk."""
    words = Words(lang)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[hits]}"),
        TimeRemainingColumn(),
        TextColumn(words("say_left")),
    )
    # Four times a second: drawn more often, the bar takes time from the lives.
    with Progress(*columns, console=console, refresh_per_second=4, transient=True) as shown:
        task = shown.add_task(words("say_living"), total=total, visible=False, hits="")

        def tell(watch: runner.Progress) -> None:
            hits = words("say_hits", hits=watch.hits, lived=watch.done - watch.failed)
            shown.update(task, completed=watch.done, total=watch.total, visible=True, hits=hits)

        yield tell
