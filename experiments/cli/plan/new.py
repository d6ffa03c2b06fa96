"""``xianjie new``: a planner's own plan, from a few questions or options, as a YAML file with comments."""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Json, Lang, Language, Sets

FIRST_YEAR, LAST_YEAR = 2021, 2025
FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]|^\.|^-|\s$|^\s')


@dataclass(frozen=True)
class Question:
    """A question about one lever: its option, the lever's id, and how many of the lever's units one unit of the answer is."""

    option: str
    lever: str
    times: float = 1.0


#: Asked in this order. Money is asked in 万元, and stands in the file in yuan, as everywhere.
QUESTIONS = (
    Question("money", "budget.county_floor", 10_000.0),
    Question("posts", "public_posts.count"),
    Question("post_pay", "earnings.post_pay"),
    Question("enclaves", "enclave_projects.effort"),
)


@dataclass(frozen=True)
class Answers:
    """What a planner wants: the plan's name, the first year in which it differs, and values of levers in the model's units.

    ``settings``: further ones, as KEY=VALUE. Whoever asks in another way, such as a workbook, hands the same to ``plan_text``.
    """

    name: str
    start: int = FIRST_YEAR
    values: Mapping[str, float] = field(default_factory=dict)
    settings: tuple[str, ...] = ()


def new(
    name: Annotated[str, typer.Argument(help="The plan's name, which is also the name of its file.")],
    money: Annotated[float | None, typer.Option(help="The county's own money, in 10,000 yuan a year.")] = None,
    posts: Annotated[float | None, typer.Option(help="Public-welfare posts.")] = None,
    post_pay: Annotated[float | None, typer.Option(help="Pay of a post, yuan a month.")] = None,
    enclaves: Annotated[float | None, typer.Option(help="Effort to win enclave projects, of what it is.")] = None,
    start: Annotated[
        int, typer.Option("--from", min=FIRST_YEAR, max=LAST_YEAR, help="The first year in which these hold.")
    ] = FIRST_YEAR,
    sets: Sets = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Write a plan of your own: answer a few questions, or give options; only what differs from the baseline is written.

    Nothing is overwritten, and what was written is checked. Exit codes: 0 done, 2 wrong usage or input.
    """
    with console.exit_codes():
        from experiments.reporting.translations import Words

        given = dict(zip((each.option for each in QUESTIONS), (money, posts, post_pay, enclaves)))
        file = free_file(name)
        if any(value is not None for value in given.values()) or sets:
            values = {each.lever: check(each, given[each.option]) for each in QUESTIONS if given[each.option] is not None}
            answers = Answers(name, start, values, tuple(sets or ()))
        else:
            answers = ask(name, Words(lang))
        write_plan(answers, file)
        if as_json:
            console.show_json({"file": str(file), "set": settings_of(answers)})
        else:
            console.show([Words(lang)("new_written", file=file, name=name)])


def ask(name: str, words: Any) -> Answers:
    """Put the questions on the terminal; an empty answer keeps things as they are. InputError where there is no terminal."""
    from sim.core.inputs.errors import InputError

    if not sys.stdin.isatty():
        raise InputError(
            "new", 0, "there is no terminal to ask on; give options, such as --money 1000 --posts 3000",
            "没有终端可以提问；请写选项，如 --money 1000 --posts 3000"
        )  # fmt: skip
    start = typer.prompt(words("new_ask_start"), default=str(FIRST_YEAR), err=True, value_proc=_year)
    values = {}
    for each in QUESTIONS:
        usual = _usual(each)
        answer = typer.prompt(
            words(f"new_ask_{each.option}", usual=f"{usual:g}"), default=f"{usual:g}", err=True,
            value_proc=lambda text, question=each: _number(text, question)  # type: ignore[misc]
        )  # fmt: skip
        value = answer * each.times if isinstance(answer, float) else float(answer) * each.times
        if value != usual * each.times:
            values[each.lever] = value
    return Answers(name, start, values)


def _year(text: str) -> int:
    if not (text.strip().isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise typer.BadParameter(f"{FIRST_YEAR}-{LAST_YEAR}")
    return int(text)


def _number(text: str, question: Question) -> float:
    from sim.core.inputs.errors import InputError

    try:
        value = float(text)
        check(question, value)
    except ValueError:
        raise typer.BadParameter("123") from None
    except InputError as problem:
        raise typer.BadParameter(problem.text_in(console.message_language() or Language.ZH)) from None
    return value


def check(question: Question, answer: float | None) -> float:
    """The answer in the lever's unit; InputError, naming the option, where it lies outside the lever's bounds."""
    from sim.core.inputs.errors import InputError
    from sim.core.inputs.parameters import load_all

    assert answer is not None
    low, high = (limit / question.times for limit in load_all().parameters[question.lever].bounds or (0.0, 0.0))
    if not low <= answer <= high:
        option = f"--{question.option.replace('_', '-')}"
        raise InputError(option, 0, f"must lie between {low:g} and {high:g}, not {answer:g}",
                         f"应在 {low:g} 到 {high:g} 之间，现在写的是 {answer:g}")  # fmt: skip
    return answer * question.times


def _usual(question: Question) -> float:
    """What the baseline has, in the unit of the question."""
    from experiments.cli.console import BASELINE
    from sim.core.inputs.parameters import load_all
    from sim.scenario import load_scenario

    overrides = load_scenario(BASELINE).overrides.get(question.lever)
    value = overrides[-1].value if overrides else load_all().parameters[question.lever].value
    first = next(iter(value.values())) if isinstance(value, Mapping) else value
    return float(first) / question.times


def free_file(name: str) -> Path:
    """Where the plan is written: in ``scenarios`` of the working folder if there is one. InputError for a name that cannot be a
    file's, that a shipped scenario has, or whose file exists.
    """
    from sim.core.inputs import shipped
    from sim.core.inputs.errors import InputError

    if not name or FORBIDDEN.search(name) or len(name.encode()) > 120 or name.endswith((".yaml", ".yml")):
        raise InputError(
            "new", 0, f"'{name}' cannot be the name of a plan: write a short name without / \\ : * ? \" < > | and without .yaml",
            f"“{name}”不能作方案名：请写一个短名称，不含 / \\ : * ? \" < > |，也不加 .yaml"
        )  # fmt: skip
    if name in shipped.files():
        raise InputError("new", 0, f"'{name}' is a shipped scenario; choose another name", f"“{name}”是自带方案的名称；请换一个")
    folder = Path(shipped.SCENARIOS)
    file = (folder if folder.is_dir() else Path()) / f"{name}.yaml"
    if file.exists():
        raise InputError(
            "new", 0, f"{file} exists already and is left alone; choose another name", f"{file} 已经存在，没有动它；请换一个名称"
        )
    return file


def settings_of(answers: Answers) -> dict[str, Any]:
    """What the plan sets, as it stands in the file: a value, or the value from a month on."""
    made: dict[str, Any] = {}
    for lever, value in answers.values.items():
        number: float | int = int(value) if float(value).is_integer() else value
        made[lever] = number if answers.start == FIRST_YEAR else {f"{answers.start}-01": number}
    return made


def plan_text(answers: Answers) -> str:
    """The YAML file of a plan, with a comment over each lever that says what it is and how far it may go."""
    return "\n".join(_lines(answers)) + "\n"


def _lines(answers: Answers) -> Iterator[str]:
    from experiments.reporting.terminal import levers
    from experiments.reporting.translations import Words
    from sim.core.inputs.parameters import load_all

    words, book = Words("zh"), load_all().parameters
    yield f"# {words('new_comment_head', name=answers.name)}"
    yield "extends: baseline"
    yield f"title: {_quoted(answers.name)}"
    yield f"reason: {_quoted(words('new_reason', name=answers.name))}"
    yield "set:"
    for lever, value in settings_of(answers).items():
        yield f"  # {words.of(book[lever].name.model_dump())}：{levers.facts(book[lever], words)}"
        shown = f"{{{', '.join(f'{month}: {each}' for month, each in value.items())}}}" if isinstance(value, dict) else value
        yield f"  {lever}: {shown}"
    for setting in answers.settings:
        key, _, value = setting.partition("=")
        if key in book:
            yield f"  # {words.of(book[key].name.model_dump())}：{levers.facts(book[key], words)}"
        yield f"  {key}: {value}"


def _quoted(text: str) -> str:
    """A text as YAML writes it between quotation marks."""
    import json

    return json.dumps(text, ensure_ascii=False)


def write_plan(answers: Answers, file: Path) -> None:
    """Write the plan and read it back; InputError, and no file, where it changes nothing or would be refused."""
    from experiments.cli.console import BASELINE
    from experiments.results.files import write_text
    from sim.core.inputs.errors import InputError
    from sim.scenario import load_scenario

    if not answers.values and not answers.settings:
        raise InputError("new", 0, "all is as in the baseline: nothing was written", "各项都与基准方案相同，没有写文件")
    load_scenario(BASELINE, list(answers.settings))  # a wrong setting is told as it was typed
    write_text(file, plan_text(answers))
    try:
        load_scenario(file)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
