"""What all commands share: stdout for the answer, stderr for the way there, documented exit codes."""

import io
import logging
import math
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console, Group, RenderableType

from experiments.reporting.terminal.prose import Prose, as_called
from sim.core.inputs.errors import INDENT, CannotBeFounded, InputError, UserError, disk_is_full
from sim.core.inputs.notation import escape

if TYPE_CHECKING:
    from experiments.execution.runner import Outcome
    from sim.scenario.doubts import Doubt

PIPED_WIDTH = 110  # columns where there is no terminal to ask
USUAL = 20  # replications where none are asked for: a first answer in minutes, marked as a trial; decisions take 100 or more
MOST = 1_000_000  # the upper bound of whatever an option counts: larger runs would never end


class Code(IntEnum):
    """How a command ends."""

    DONE = 0
    UNEXPECTED = 1
    WRONG_INPUT = 2
    SOME_FAILED = 3
    MISSED = 4  # a goal with --check, a strict relation of selftest; or facts of a county contradict each other
    INCOMPLETE = 5
    INTERRUPTED = 130


def choose_exit_code(outcome: "Outcome") -> Code:
    """The exit code of a command that ran these replications."""
    if outcome.interrupted:
        return Code.INTERRUPTED
    if outcome.failed:
        return Code.SOME_FAILED
    return Code.DONE if outcome.completed == outcome.requested else Code.INCOMPLETE


class Language(StrEnum):
    """In which language a command answers."""

    ZH = "zh"
    EN = "en"


Scenario = Annotated[Path, typer.Argument(help="The scenario: a YAML file, or the name of a shipped one.")]
Replications = Annotated[int, typer.Option(min=1, max=MOST, help="How many counties to live; pairs share parameters.")]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="The seed of all random and parameter draws.")]
Workers = Annotated[int | None, typer.Option(min=1, max=1024, help="Processes; by default one for each processor.")]


def _at_home(path: Path | None) -> Path | None:
    """A path whose ``~`` no shell has replaced, as in ``--out=~/results``, in the user's own folder."""
    with suppress(RuntimeError):  # nobody has this name: the path is meant as it stands
        return path if path is None else path.expanduser()
    return path


Out = Annotated[Path | None, typer.Option(callback=_at_home, help="Result folder; by default outputs/ID-SEED-xN.")]
OutFile = Annotated[Path | None, typer.Option("--out", callback=_at_home, help="Write the answer to this text file instead.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set one value; may be repeated.")]
Lang = Annotated[Language, typer.Option(help="Language of the answer; by default the system's.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")]
OnlyLuck = Annotated[bool, typer.Option("--only-luck", help="Hold all parameters at their central values.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be run and what it costs, and keep nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Begin without asking.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Throw away what the result folder holds of this study.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]

BASELINE = Path("baseline")  # the shipped one, unless the working folder has its own


#: The language that the command line names with --lang; None where it names none, or both.
_NAMED: list[str | None] = [None]


def remember_language(words: Sequence[str]) -> None:
    """Remember the language that a command line names, before it is parsed: errors in it are reported in that language."""
    named = None
    for word, following in zip(words, (*words[1:], "")):
        if word == "--lang" or word.startswith("--lang="):
            named = following if word == "--lang" else word.partition("=")[2]
    _NAMED[0] = named if named in tuple(Language) else None


def message_language() -> str | None:
    """The language of error messages: that of --lang, else that of the system; None, for both, where neither is known."""
    system = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return _NAMED[0] or next((each for each in Language if system.lower().startswith(each)), None)


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn wrong input, what the system refuses and Ctrl-C into their exit codes, without a traceback; ask about doubts."""
    log, questions = logging.getLogger("xianjie"), Questions()
    log.addHandler(questions)
    try:
        yield
    except InputError as problem:
        typer.echo(as_called(problem.text_in(message_language())), err=True)
        raise typer.Exit(Code.WRONG_INPUT) from problem
    except UserError as problem:  # raised where file and line are not known
        both = {"zh": problem.chinese, "en": problem.english}
        text = both.get(message_language() or "", f"{problem.chinese}\n{INDENT}{problem.english}")
        typer.echo(as_called(escape(text)), err=True)
        raise typer.Exit(Code.WRONG_INPUT) from problem
    except CannotBeFounded as problem:
        chinese, english = escape(problem.chinese), escape(problem.english)
        text = {"zh": chinese, "en": english}.get(message_language() or "", f"{chinese}\n{INDENT}{english}")
        typer.echo(text, err=True)
        raise typer.Exit(Code.MISSED) from problem
    except OSError as problem:
        raise typer.Exit(report_refusal(problem)) from problem
    except KeyboardInterrupt as problem:
        raise typer.Exit(Code.INTERRUPTED) from problem
    finally:
        log.removeHandler(questions)


class Questions(logging.Handler):
    """Prints a question on stderr for each value that a scenario sets far from the status quo, once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._put: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Print one doubt, or what was told of a file, unless it was printed before."""
        from sim.scenario.doubts import Doubt

        for doubt in record.args or ():
            if isinstance(doubt, Doubt):
                text = format_doubt(doubt, message_language() or Language.ZH)
            else:
                text = doubt.text_in(message_language()) if isinstance(doubt, InputError) else str(doubt)
            if text not in self._put:
                self._put.add(text)
                typer.echo(text, err=True)


def format_doubt(doubt: "Doubt", lang: str) -> str:
    """The question about a value far from the status quo: both values, how far they are apart, and the likely slip of the pen."""
    from experiments.reporting.translations import Words
    from sim.core.inputs.parameters import load_all

    words, parameter = Words(lang), load_all().parameters[doubt.identity]

    def amount(value: float) -> str:
        ten_thousands = lang == Language.ZH and "yuan" in parameter.unit and abs(value) >= 10_000
        return (
            words.level(value / 10_000, parameter.unit).replace("元", "万元", 1)
            if ten_thousands
            else words.level(value, parameter.unit)
        )

    more = abs(doubt.value) > abs(doubt.usual)
    guess = "ten_thousand" if 2_000 <= doubt.times <= 50_000 else "zeros"
    where = f"{doubt.place}:{doubt.line}" if doubt.line else doubt.place
    return escape(
        words(
            f"doubt_{'more' if more else 'less'}", where=where, id=doubt.identity, name=words.of(parameter.name.model_dump()),
            value=amount(doubt.value), usual=amount(doubt.usual), times=words.grouped(f"{doubt.times:,.0f}"),
            guess=words(f"doubt_{guess}_{'more' if more else 'less'}"),
        )
    )  # fmt: skip


def report_refusal(problem: OSError) -> Code:
    """Print what the system refused; the exit code: 5 where the disk, or the output, takes no more, else 2.

    Nothing is printed for a reader that went away (``| head``): it has what it needs, but not the whole answer.
    """
    if not isinstance(problem, BrokenPipeError):
        with suppress(OSError):
            typer.echo(InputError.of(str(problem.filename or "xianjie"), 0, problem).text_in(message_language()), err=True)
    for stream in (sys.stdout, sys.stderr):
        _discard_rest(stream)
    return Code.INCOMPLETE if disk_is_full(problem) or isinstance(problem, BrokenPipeError) else Code.WRONG_INPUT


def _discard_rest(stream: TextIO) -> None:
    """Discard what a stream still holds if it cannot be written: Python would report it once more at exit."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def finite_number(value: float | None) -> float | None:
    """The value of an option that takes a number; BadParameter for 'nan' and 'inf', which bounds do not exclude."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a number")
    return value


def refuse_given(context: typer.Context, english: str, chinese: str, *names: str) -> None:
    """Raise InputError if one of these parameters was given, since it would do nothing; the texts follow its name and say why."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name in names and source is not None and source.name == "COMMANDLINE":
            raise InputError(parameter.opts[0], 0, english, chinese)


class Screen(Console):
    """A console that leaves a broken pipe to ``exit_codes``."""

    def on_broken_pipe(self) -> None:
        """Called while the error is handled; raise it again unchanged."""
        raise


def progress_console(quiet: bool = False) -> Console:
    """The console for progress: stderr, or nothing where ``quiet``."""
    return Screen(stderr=True, quiet=quiet, highlight=False, markup=False)


def show_json(value: object) -> None:
    """Print one JSON document on stdout."""
    from experiments.results.files import as_json

    typer.echo(as_json(value), nl=False)


def show(parts: Iterable[RenderableType]) -> None:
    """Print an answer on stdout; a character that the console cannot show becomes a question mark."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    console = _screen()
    for part in parts:
        if isinstance(part, Prose):
            part = Prose(as_called(part.text), part.style)
        console.print(Prose(as_called("\n".join(map(escape, part.split("\n"))))) if isinstance(part, str) else part)


def show_long(parts: Iterable[RenderableType], out: Path | None = None) -> None:
    """Print a long answer: into the file ``out``, through a pager on a terminal that it does not fit, else as ``show`` does.

    InputError if ``out`` exists already.
    """
    made = list(parts)
    if out is not None:
        _write_answer(made, out)
        return
    console = _screen()
    lines = console.render_lines(Group(*made), console.options.update(height=None), pad=False)
    if console.is_terminal and sys.stdin.isatty() and len(lines) > console.height and "PAGER" in os.environ:
        with console.pager(styles=True):
            console.print(*made, sep="\n")
        return
    show(made)


def _write_answer(parts: Sequence[RenderableType], out: Path) -> None:
    from experiments.results.files import write_text

    if out.exists():
        raise InputError("--out", 0, f"{out} exists already; name a new file", f"{out} 已经存在；请写一个新文件名")
    text = io.StringIO()
    page = Screen(file=text, width=PIPED_WIDTH, highlight=False, markup=False)
    for part in parts:
        page.print(part)
    write_text(out, text.getvalue())
    typer.echo(str(out))


def _screen() -> Screen:
    """The console for answers: stdout, of a fixed width where there is no terminal to ask."""
    console = Screen(highlight=False, markup=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED_WIDTH
    return console
