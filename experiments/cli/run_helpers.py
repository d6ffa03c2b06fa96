"""Lives of a scenario with a progress bar: what ``run`` and ``backtest`` do alike."""

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from experiments import model_api
from experiments.cli import console
from experiments.cli.console import Code
from experiments.execution import reuse, runner, stopping_rule
from experiments.execution.local_executor import PlaceLost, RunInterrupted, usable_processors
from experiments.execution.worker_pool import Stopped
from experiments.reporting.translations import Words
from experiments.results import folder as results
from experiments.results import journal, output_folder
from experiments.results.files import canonical
from sim.core.inputs.errors import InputError, said

SHORT = 60.0  # seconds that nobody has to be asked about

OUTPUTS = Path("outputs")
RUN = "run"
QUESTION = ("scenarios", "seed", "only_luck", "task")  # what of an identity is asked; the rest is program and machine
LEAST_ANNOUNCED = 40
LONGEST = 180  # bytes of a default name; file systems take 255, and names within must fit too


@dataclass(frozen=True)
class RunRequest(runner.RunOptions):
    """How a scenario is to be run, and what the command line adds: settings, language, and what to do with what is there."""

    sets: tuple[str, ...] = ()
    lang: str = "zh"
    resume: bool = False
    fresh: bool = False
    again: bool = False  # go on with, or keep, whatever the folder holds of the same lives
    offers_fresh: bool = True  # whether the command has --fresh
    add: int = 0
    shard: str | None = None
    precision: float | None = None
    largest: int = 10_000


def folder(scenario: Any, wanted: RunRequest) -> Path:
    """The result folder of a run for which none is named: runs that differ in what was asked stay apart."""
    parts = [scenario.id, str(wanted.seed), f"x{wanted.replications}"]
    if wanted.only_luck:
        parts.append("only-luck")
    if wanted.precision is not None:
        parts[-1] = f"precision-{wanted.precision:g}"
    parts += digest_of(wanted.sets)
    if wanted.shard is not None:
        parts.append(f"shard-{wanted.shard.replace('/', '-of-')}")
    return apart("-".join(parts), asked(scenario, wanted), wanted.resume or wanted.add > 0)


def digest_of(sets: tuple[str, ...] | list[str] | None) -> list[str]:
    """What settings on the command line add to a default name, if there are any."""
    return [hashlib.sha256("\n".join(sets).encode(errors="surrogatepass")).hexdigest()[:8]] if sets else []


def asked(scenario: Any, wanted: RunRequest) -> dict[str, Any]:
    """What decides the replications of a run."""
    return reuse.inputs_of({scenario.id: scenario}, wanted.seed, wanted.only_luck)


def apart(name: str, now: dict[str, Any], go_on: bool = False) -> Path:
    """The default folder of this name, or one with a digest of what is asked where that of another plan has the name: two files
    of one name, one county under two plans. ``go_on``: what is gone on with has its folder already.
    """
    if len(name.encode(errors="surrogatepass")) > LONGEST:
        whole = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
        name = f"{name.encode(errors='surrogatepass')[:LONGEST].decode(errors='ignore')}-{whole}"
    place = OUTPUTS / name
    if not taken(place, now):
        return place
    other = OUTPUTS / f"{name}-{digest(now)}"
    return place if go_on and not other.exists() else other


def taken(place: Path, now: dict[str, Any]) -> bool:
    """Whether a folder holds a result of something else than is asked now; another version's is of the same."""
    before = output_folder.recorded_inputs(place) if output_folder.holds(place) else None
    return before is not None and any(before.get(key) != now[key] for key in QUESTION)


def digest(now: dict[str, Any]) -> str:
    """What is asked, as part of a folder's name."""
    return hashlib.sha256(canonical({key: now[key] for key in QUESTION}).encode(errors="surrogatepass")).hexdigest()[:8]


def live(scenario: Any, out: Path, wanted: RunRequest, console: Console) -> runner.Outcome:
    """Fill ``out`` with a result, telling the console how far it is.

    A finished result of the same lives stands until the new one is whole and takes its place; an unfinished one is gone on with
    if ``wanted.resume``, thrown away if ``wanted.fresh``. InputError rather than touch anything else, or lose work. A full disk
    ends in exit code 5: what is done is kept, and ``--resume`` goes on.
    """
    work = _make_way(scenario, out, wanted)
    replications = wanted.replications
    if wanted.add:
        replications = requested(out) + wanted.add
    until = None if wanted.precision is None else runner.Sequential(wanted.precision, wanted.largest)
    part = None if wanted.shard is None else part_of(wanted.shard, replications)
    try:
        with bar(len(part) if part is not None else replications, wanted.lang, console) as progress:
            options = replace(
                wanted,
                replications=replications,
                model_name=model_api.COUNTY,
                part=part,
                until=until,
                on_status=teller(console, wanted.lang),
                on_progress=progress,
            )
            outcome = runner.run(scenario, work, options)
    except runner.Refused as reason:
        raise reuse.unjoinable("--resume", out, reason, wanted.offers_fresh) from None
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise unwritten(problem, out, wanted.lang) from None
    if outcome.problem:
        told = why(outcome.cause, wanted.lang) or outcome.problem
        typer.echo(Words(wanted.lang)(outcome.message_key, out=out, problem=told, done=outcome.completed), err=True)
        raise typer.Exit(Code.INCOMPLETE)
    if work != out and outcome.manifest["complete"]:
        output_folder.replace(out)
        outcome = replace(outcome, out=out)
    return outcome


def count(wanted: RunRequest) -> int:
    """How many replications there will be at most."""
    if wanted.shard is not None:
        return len(part_of(wanted.shard, wanted.replications))
    return wanted.largest if wanted.precision is not None else wanted.add or wanted.replications


def announce(scenario: Any, wanted: RunRequest, console: Console, times: int = 1) -> None:
    """Say, from two lives measured here, how many runs there will be, how long they take and what room they need.

    ``times``: for how many scenarios. Runs so short that the measurement would be a good part of them are not announced.
    """
    replications = (wanted.add or wanted.replications) * times
    if console.quiet or (replications < LEAST_ANNOUNCED and wanted.precision is None):
        return
    words = Words(wanted.lang)
    most = wanted.largest * times if wanted.precision is not None else replications
    status = teller(console, wanted.lang)
    cost = runner.forecast(scenario, replace(wanted, replications=most, model_name=model_api.COUNTY, on_status=status))
    facts = {
        "runs": most,
        "workers": cost.workers,
        "seconds": words.seconds(cost.seconds),
        "disk": words.bytes(cost.disk),
        "journal": words.bytes(cost.journal),
        "memory": words.bytes(cost.memory),
    }
    label = "say_forecast" if wanted.precision is None else "say_forecast_precision"
    console.print(words(label, precision=f"{100 * (wanted.precision or 0):g}", least=stopping_rule.LEAST, **facts))


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
    """How many replications the journal of a folder holds, or that of the result being made anew in it."""
    beside = output_folder.next_to(out)
    folder = beside if output_folder.begun(beside) else out
    return sum(len(numbers) for numbers in journal.stored_replications(folder / output_folder.JOURNAL).values())


def check(scenario: Any, out: Path, wanted: RunRequest) -> None:
    """Raise InputError where a run may not be written: before anything is lived."""
    reuse.usable(out, RUN)
    reason = reuse.unlike(out, asked(scenario, wanted))
    same = scenario.id in ((output_folder.recorded_inputs(out) or {}).get("scenarios") or {})
    if reason and not (wanted.fresh and same):
        raise reuse.unjoinable("--out", out, reason, wanted.offers_fresh and same)


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


def _make_way(scenario: Any, out: Path, wanted: RunRequest) -> Path:
    """Where to write: ``out``, made ready, or a place beside the result that stands in it. InputError rather than lose any."""
    check(scenario, out, wanted)
    now = asked(scenario, wanted)
    beside, finished = output_folder.next_to(out), bool(output_folder.manifest(out))
    if wanted.shard and finished:
        raise InputError(
            "--out", 0, f"{out} holds a result; a shard needs a folder of its own", f"{out} 里已有结果；分片请另写一个文件夹"
        )
    begun, anew = output_folder.begun(out), output_folder.begun(beside)
    go_on = wanted.resume or wanted.again
    # A run that died before its first chunk has left its mark, or no more than the journal's folder.
    died_early = wanted.resume and not finished and (output_folder.marked(out) or (out / output_folder.JOURNAL).is_dir())
    if (wanted.add or (wanted.resume and not anew and not died_early)) and not begun:
        raise InputError(
            "--add-replications" if wanted.add else "--resume", 0,
            f"there is no run to go on with in {out}; leave the option out to begin one",
            f"{out} 里没有可以接着算的模拟；去掉这一项即可从头开始"
        )  # fmt: skip
    if wanted.add or (go_on and begun and not anew and not wanted.fresh):
        return out
    if go_on and anew and not wanted.fresh:
        return beside
    complete = output_folder.manifest(out).get("complete")
    if not wanted.fresh and (anew or (begun and not complete)):
        count = done(out)
        raise InputError(
            "--out", 0, f"{out} holds an unfinished run of {count} replications; "
            "go on with it by --resume, or begin anew by --fresh",
            f"{out} 里有一次没算完的模拟，已算 {count} 遍；用 --resume 接着算，或用 --fresh 从头算"
        )  # fmt: skip
    if finished:
        output_folder.discard(beside)
        output_folder.claim(beside, RUN, now)
        return beside
    output_folder.clear(out)
    output_folder.claim(out, RUN, now)
    return out


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
        raise unwritten(problem, out, lang) from None


@contextmanager
def ending(out: Path, lang: str) -> Iterator[None]:
    """Turn Ctrl-C, a full disk and a journal of something else into one sentence and the right exit code."""
    words = Words(lang)
    try:
        with writing(out, lang):
            yield
    except runner.Refused as reason:
        raise reuse.unjoinable("--out", out, reason) from None
    except Stopped:
        typer.echo(words("study_stopped", out=out, done=done(out)), err=True)
        raise typer.Exit(Code.INTERRUPTED) from None
    except RunInterrupted as problem:
        told = "" if isinstance(problem, PlaceLost) else why(problem.__cause__, lang)
        typer.echo(words(problem.message_key, out=out, problem=told or problem, done=done(out)), err=True)
        raise typer.Exit(Code.INCOMPLETE) from None


def announce_study(
    scenario: Any, count: int, out: Path, seed: int, workers: int | None, only_luck: bool, lang: str, screen: Console
) -> float:
    """Say how many lives there are to live, how long they take and what memory they need, from two lives lived here; seconds."""
    words = Words(lang)
    left = max(0, count - done(out))
    if left == 0 or screen.quiet:
        return 0.0
    options = runner.RunOptions(2, seed, 1, only_luck, model_name=model_api.COUNTY, on_status=teller(screen, lang))
    cost = runner.forecast(scenario, options)
    processes = min(workers or usable_processors(), left)
    seconds = runner.duration(cost.pace, left, processes)
    screen.print(words("study_forecast", lives=count, left=left, workers=processes, seconds=words.seconds(seconds),
                       memory=words.bytes(cost.memory)))  # fmt: skip
    return seconds


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
