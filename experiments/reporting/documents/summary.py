"""The opening of a brief: the question, the answer, the warnings, and the limit of the model."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.reporting import origin_text
from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Block, Callout
from experiments.reporting.documents.context import ReportContext
from experiments.reporting.documents.inputs import Mark
from experiments.reporting.documents.probability_wording import Chance, Change
from experiments.reporting.translations import Words


def build_opening(context: ReportContext, marks: Sequence[Mark], pictures_left_out: Sequence[str] = ()) -> list[Block]:
    """Question and answer, warnings, limit."""
    words = context.words
    names = words("brief_and").join(words("brief_goal_quoted", name=words.of(goal["name"])) for goal in context.headline)
    question = words("brief_question", title=context.title, year=context.last_year, goals=names)
    blocks: list[Block] = [
        Callout("question", words("tone_question"), (question,)),
        Callout("answer", words("tone_answer"), tuple(_answers(context))),
    ]
    origin = origin_text.sentence((context.manifest.get("origins") or {}).get("counts"), words)
    if origin is not None:
        blocks.append(Callout("limit", words("tone_data"), (origin,)))
    warned = list_warnings(marks, words) + tuple(pictures_left_out)
    if warned:
        blocks.append(Callout("warning", words("tone_warning"), warned))
    blocks.append(Callout("limit", words("tone_limit"), (words("limit_line", county=words("county_here")),)))
    return blocks


def list_warnings(marks: Sequence[Mark], words: Words) -> tuple[str, ...]:
    """What a reader must know of a folder first."""
    return tuple(words(mark.label, **dict(mark.facts)) for mark in marks)


def _answers(context: ReportContext) -> Iterator[str]:
    words = context.words
    for goal in context.headline:
        yield words("gap").join(_answer(context, goal))
    joint = next((goal for goal in context.results.goals if goal["id"] == "joint_headline"), None)
    chance = None if joint is None else Chance.of(joint)
    if chance is not None and len(context.headline) > 1:
        label = "answer_joint_bound" if chance.bound else "answer_joint"
        yield words(
            label, reading=probability_wording.reading(chance, words), told=probability_wording.format_probability(chance, words)
        )
    if context.measured.base is None:
        yield words("answer_no_counterfactual", command=f"{context.command()} --out {context.results.folder} --resume --brief")


def _answer(context: ReportContext, goal: Mapping[str, Any]) -> Iterator[str]:
    """The sentences on one headline goal: how probable, how probable without policy, what the files show."""
    words, chance, name = context.words, Chance.of(goal), context.words.of(goal["name"])
    if chance is None:
        yield words("answer_goal_plain", name=name)
        return
    facts = {"verdict": probability_wording.format_verdict(chance, words), "reading": probability_wording.reading(chance, words)}
    label = "answer_goal_bound" if chance.bound else "answer_goal"
    yield words(label, name=name, told=probability_wording.format_probability(chance, words), **facts)
    line = context.against(goal)
    without = None if line is None else Chance.of(line, "first_")
    if line is not None and without is not None:
        change = probability_wording.change_of_probability(Change.of(line), words)
        yield words("answer_without", told=probability_wording.format_probability(without, words), change=change)
    twin = context.twin(goal)
    recorded = None if twin is None else Chance.of(twin)
    if recorded is not None:
        yield words(
            "answer_on_file",
            told=probability_wording.format_probability(recorded, words),
            seen=words(f"seen_{compare_with_record(chance, recorded)}"),
        )


def compare_with_record(true: Chance, recorded: Chance) -> str:
    """Whether files look better or worse than the truth: only where the two intervals lie apart."""
    return "better" if recorded.low > true.high else "worse" if recorded.high < true.low else "alike"
