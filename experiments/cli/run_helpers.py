"""Runs from the command line: result folders, forecasts, progress, and what ends a run early."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from experiments import model_api
from experiments.analyses import settings
from experiments.cli import console
from experiments.cli.console import Code
from experiments.cli.progress import COMPILE, COMPILING, LIVE, WRITE, WRITING, CommandProgress
from experiments.execution import reuse, runner, stopping_rule
from experiments.execution.local_executor import PlaceLost, RunInterrupted
from experiments.execution.worker_pool import Stopped
from experiments.reporting import plan_differences
from experiments.reporting.translations import Words
from experiments.results import folder as results
from experiments.results import journal, output_folder
from experiments.results.files import canonical
from experiments.results.fingerprint import FILE as FINGERPRINT
from sim.core.inputs.errors import InputError, describe_problem

OUTPUTS = Path("outputs")
RUN = "run"
#: The inputs in a fingerprint; the rest is program and machine.
INPUT_KEYS = ("scenarios", "seed", "only_luck", "single_draws", "task")
LEAST_ANNOUNCED = 200
MOST_CHANGES = 12  # differences from the baseline that are shown before a run; a check shows all
LONGEST = 180  # bytes of a default name; file systems take 255, and names within must fit too


@dataclass(frozen=True)
class RunRequest(runner.RunOptions):
    """How a scenario is to be run, and what the command line adds: settings, language, and what to do with what is there."""

    sets: tuple[str, ...] = ()
    lang: str = "zh"
    resume: bool = False
    fresh: bool = False
    again: bool = False  # go on with, or keep, whatever the folder holds of the same replications
    offers_fresh: bool = True  # whether the command has --fresh
    add: int = 0
    shard: str | None = None
    precision: float | None = None
    largest: int = 10_000


def default_folder(scenario: Any, options: RunRequest) -> Path:
    """The result folder of a run for which none is named; runs with different inputs get different folders."""
    parts = [scenario.id, str(options.seed), f"x{options.replications}"]
    if options.only_luck:
        parts.append("only-luck")
    if options.precision is not None:
        parts[-1] = f"precision-{options.precision:g}"
    if options.single_draws:
        parts.append("single-draws")
    parts += digest_settings(options.sets)
    if options.shard is not None:
        parts.append(f"shard-{options.shard.replace('/', '-of-')}")
    return choose_folder("-".join(parts), canonical_inputs(scenario, options), options.resume or options.add > 0)


def digest_settings(sets: tuple[str, ...] | list[str] | None) -> list[str]:
    """The part of a default folder name that settings on the command line add; empty without settings."""
    return [hashlib.sha256("\n".join(sets).encode(errors="surrogatepass")).hexdigest()[:8]] if sets else []


def canonical_inputs(scenario: Any, options: RunRequest) -> dict[str, Any]:
    """The inputs that decide the replications of a run."""
    return reuse.inputs_of({scenario.id: scenario}, options.seed, options.only_luck, single_draws=options.single_draws)


def choose_folder(name: str, now: dict[str, Any], go_on: bool = False) -> Path:
    """The default folder of this name, or one with a digest of the inputs where a result with other inputs has the name: two
    files of one name, one county under two plans. ``go_on``: the run to be resumed has its folder already.
    """
    if len(name.encode(errors="surrogatepass")) > LONGEST:
        whole = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
        name = f"{name.encode(errors='surrogatepass')[:LONGEST].decode(errors='ignore')}-{whole}"
    place = OUTPUTS / name
    if not is_taken(place, now):
        return place
    other = OUTPUTS / f"{name}-{digest_inputs(now)}"
    return place if go_on and not other.exists() else other


def is_taken(place: Path, now: dict[str, Any]) -> bool:
    """Whether a folder holds a result with other inputs; a result of another version with the same inputs does not count."""
    before = output_folder.recorded_inputs(place) if output_folder.holds(place) else None
    return before is not None and any(before.get(key) != now.get(key) for key in INPUT_KEYS)


def digest_inputs(now: dict[str, Any]) -> str:
    """A digest of the inputs, for a folder's name: eight hexadecimal digits."""
    inputs = canonical({key: now[key] for key in INPUT_KEYS if key in now})
    return hashlib.sha256(inputs.encode(errors="surrogatepass")).hexdigest()[:8]


def run_scenario(
    scenario: Any,
    out: Path,
    options: RunRequest,
    console: Console,
    bar: CommandProgress | None = None,
    stage: str = LIVE,
    work: Path | None = None,
) -> runner.Outcome:
    """Fill ``out`` with a result, telling how far it is: in the ``stage`` of a command's ``bar``, or in a bar of its own.

    A finished result of the same replications stays until the new one is complete and replaces it; an unfinished one is resumed
    with ``options.resume`` and deleted with ``options.fresh``. InputError rather than touch anything else, or lose work. A full
    disk ends in exit code 5: finished replications are kept, and ``--resume`` goes on. ``work``: as ``prepare_folder`` gave it.
    """
    replications = options.replications
    if options.add:
        replications = read_requested(out) + options.add
    until = None if options.precision is None else runner.Sequential(options.precision, options.largest)
    part = None if options.shard is None else parse_shard(options.shard, replications)
    work = work or prepare_folder(scenario, out, options)
    try:
        with ExitStack() as stack:
            if bar is None:
                stages = ((COMPILE, COMPILING), (stage, len(part) if part is not None else replications), (WRITE, WRITING))
                bar = stack.enter_context(CommandProgress(console, options.lang, stages))
            options = replace(
                options,
                replications=replications,
                model_name=model_api.COUNTY,
                part=part,
                until=until,
                on_status=bar.on_status,
                on_progress=bar.follow(stage, options.on_progress),
            )
            outcome = runner.run(scenario, work, options)
            bar.advance(WRITE, WRITING)
    except runner.Refused as reason:
        raise reuse.unjoinable("--resume", out, reason, options.offers_fresh) from None
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise report_unwritten(problem, out, options.lang) from None
    if outcome.problem:
        refusal = explain_refusal(outcome.cause, options.lang) or outcome.problem
        typer.echo(Words(options.lang)(outcome.message_key, out=out, problem=refusal, done=outcome.completed), err=True)
        raise typer.Exit(Code.INCOMPLETE)
    if work != out and outcome.manifest["complete"]:
        output_folder.replace(out)
        outcome = replace(outcome, out=out)
    return outcome


def borrow(scenario: Any, work: Path, options: RunRequest, console: Console) -> None:
    """Take over replications of this very scenario, seed and program that lie in the folder of outputs, and say so."""
    places = (place.parent.parent for place in sorted(OUTPUTS.glob(f"**/{output_folder.JOURNAL}/{FINGERPRINT}")))
    found = reuse.borrow(work, canonical_inputs(scenario, options), options.replications, places)
    if found:
        console.print(Words(options.lang)("say_borrowed", count=found, title=scenario.title[options.lang]))


def count_replications(options: RunRequest) -> int:
    """The largest number of replications that a run may take."""
    if options.shard is not None:
        return len(parse_shard(options.shard, options.replications))
    return options.largest if options.precision is not None else options.add or options.replications


def announce_plan(scenario: Any, lang: str, console: Console, explain: bool = False) -> None:
    """Print what a plan sets otherwise than the baseline, in an office's words and units; nothing for the baseline itself."""
    if console.quiet:
        return
    words = Words(lang)
    found = list(plan_differences.differences(scenario, settings.without_plan(scenario), words))
    if found:
        lines = [words("plan_changes_head"), *found[:MOST_CHANGES]]
        if len(found) > MOST_CHANGES:
            lines.append(words("plan_changes_rest", count=len(found) - MOST_CHANGES))
        for line in lines:
            console.print(line, markup=False, highlight=False)
    for line in plan_differences.in_proportion(scenario, words, explain):
        console.print(line, markup=False, highlight=False)


def announce_run(scenario: Any, options: RunRequest, console: Console, times: int = 1) -> None:
    """Print a forecast from two replications timed here: how many there will be, time, disk and memory.

    ``times``: for how many scenarios. Runs so short that the measurement would be a good part of them are not announced.
    """
    replications = (options.add or options.replications) * times
    if console.quiet or (replications < LEAST_ANNOUNCED and options.precision is None):
        return
    words = Words(options.lang)
    most = options.largest * times if options.precision is not None else replications
    status = make_status_printer(console, options.lang)
    cost = runner.forecast(scenario, replace(options, replications=most, model_name=model_api.COUNTY, on_status=status))
    facts = {
        "runs": most,
        "workers": cost.workers,
        "seconds": words.seconds(cost.seconds),
        "disk": words.bytes(cost.disk),
        "journal": words.bytes(cost.journal),
        "memory": words.bytes(cost.memory),
    }
    label = "say_forecast" if options.precision is None else "say_forecast_precision"
    console.print(words(label, precision=f"{100 * (options.precision or 0):g}", least=stopping_rule.LEAST, **facts))


def read_requested(out: Path) -> int:
    """The number of replications requested of a result folder; InputError if it holds no result."""
    try:
        return int(results.open_folder(out).manifest["replications"]["requested"])
    except (ValueError, KeyError) as problem:
        why = describe_problem(problem)
        raise InputError(
            "--add-replications", 0, f"{out} holds no result to add to ({why.english})",
            f"{out} 里没有可以续加的结果（{why.chinese}）"
        ) from None  # fmt: skip


def report_unwritten(problem: OSError, out: Path, lang: str) -> typer.Exit:
    """Print that results could not be written, though finished replications are kept; the exception that ends the command."""
    typer.echo(Words(lang)("disk_problem", out=out, problem=explain_refusal(problem, lang), done=count_done(out)), err=True)
    return typer.Exit(Code.INCOMPLETE)


def explain_refusal(problem: BaseException | None, lang: str) -> str:
    """Why the system refused, in one language; empty for any other error."""
    if not isinstance(problem, OSError):
        return ""
    both = describe_problem(problem)
    return both.chinese if lang == "zh" else both.english


def count_done(out: Path) -> int:
    """The number of replications in a folder's journal, or in that of the result being made again beside it."""
    beside = output_folder.next_to(out)
    folder = beside if output_folder.begun(beside) else out
    return sum(len(numbers) for numbers in journal.stored_replications(folder / output_folder.JOURNAL).values())


def check_folder(scenario: Any, out: Path, options: RunRequest) -> dict[str, Any]:
    """The inputs of a run; InputError where it may not be written, before any replication is run."""
    reuse.usable(out, RUN)
    now = canonical_inputs(scenario, options)
    reason = reuse.unlike(out, now)
    same = scenario.id in ((output_folder.recorded_inputs(out) or {}).get("scenarios") or {})
    if reason and not (options.fresh and same):
        raise reuse.unjoinable("--out", out, reason, options.offers_fresh and same)
    return now


def parse_shard(shard: str, replications: int) -> range:
    """The replications of shard ``3/10``: consecutive, both of a pair together, and none in two shards."""
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
            f"{replications} 次推演分不成 {of} 份；请少分几份",
        )
    return range(first, last)


def prepare_folder(scenario: Any, out: Path, options: RunRequest) -> Path:
    """The folder to write to: ``out``, cleared and claimed, or one beside the result in it. InputError rather than lose any."""
    now = check_folder(scenario, out, options)
    beside, finished = output_folder.next_to(out), bool(output_folder.manifest(out))
    if options.shard and finished:
        raise InputError(
            "--out", 0, f"{out} holds a result; a shard needs a folder of its own", f"{out} 里已有结果；分片请另写一个文件夹"
        )
    begun, anew = output_folder.begun(out), output_folder.begun(beside)
    go_on = options.resume or options.again
    # A run killed before its first chunk has left its mark, or only the journal's folder.
    died_early = options.resume and not finished and (output_folder.marked(out) or (out / output_folder.JOURNAL).is_dir())
    if (options.add or (options.resume and not anew and not died_early)) and not begun:
        raise InputError(
            "--add-replications" if options.add else "--resume", 0,
            f"there is no run to go on with in {out}; leave the option out to begin one",
            f"{out} 里没有可以接着算的推演；去掉这一项即可从头开始"
        )  # fmt: skip
    if options.add or (go_on and begun and not anew and not options.fresh):
        return out
    if go_on and anew and not options.fresh:
        return beside
    complete = output_folder.manifest(out).get("complete")
    if not options.fresh and (anew or (begun and not complete)):
        count = count_done(out)
        raise InputError(
            "--out", 0, f"{out} holds an unfinished run of {count} replications; "
            "go on with it by --resume, or begin anew by --fresh",
            f"{out} 里有一次没算完的推演，已算 {count} 次；用 --resume 接着算，或用 --fresh 从头算"
        )  # fmt: skip
    if finished:
        output_folder.discard(beside)
        output_folder.claim(beside, RUN, now)
        return beside
    output_folder.clear(out)
    output_folder.claim(out, RUN, now)
    return out


def make_status_printer(console: Console, language: str) -> Callable[..., None]:
    """A callback ``(message_key, **facts)`` that prints a status message on the console in one language."""
    words = Words(language)
    return lambda what, **facts: console.print(words(what, **facts))


def refuse_fresh(context: typer.Context) -> None:
    """Raise InputError if --fresh was given beside --dry-run."""
    console.refuse_given(
        context, "does nothing with --dry-run, which touches no folder; leave one of them out",
        "与 --dry-run 同用时不起作用：预演不动任何文件夹；请去掉其中一个", "fresh"
    )  # fmt: skip


@contextmanager
def guard_writing(out: Path, lang: str) -> Iterator[None]:
    """Turn an OSError while results are written into one sentence and exit code 5; finished replications are kept."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise report_unwritten(problem, out, lang) from None


@contextmanager
def guard_study(out: Path, lang: str) -> Iterator[None]:
    """Turn Ctrl-C, a full disk and a journal with other inputs into one sentence and the right exit code."""
    words = Words(lang)
    try:
        with guard_writing(out, lang):
            yield
    except runner.Refused as reason:
        raise reuse.unjoinable("--out", out, reason) from None
    except Stopped:
        typer.echo(words("study_stopped", out=out, done=count_done(out)), err=True)
        raise typer.Exit(Code.INTERRUPTED) from None
    except RunInterrupted as problem:
        refusal = "" if isinstance(problem, PlaceLost) else explain_refusal(problem.__cause__, lang)
        typer.echo(words(problem.message_key, out=out, problem=refusal or problem, done=count_done(out)), err=True)
        raise typer.Exit(Code.INCOMPLETE) from None
