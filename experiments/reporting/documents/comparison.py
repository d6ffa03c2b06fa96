"""The brief of a comparison: what each scenario changes against the first, on common random numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from experiments.reporting.documents import goals, money, people, probability_wording, townships
from experiments.reporting.documents.content import Block, Callout, Paragraph, Table
from experiments.reporting.documents.context import ReportContext
from experiments.reporting.documents.inputs import Mark
from experiments.reporting.documents.probability_wording import Chance, Change
from experiments.reporting.documents.summary import list_warnings
from experiments.reporting.translations import Words


def build_opening(
    first: ReportContext, others: Sequence[ReportContext], marks: Sequence[Mark], pictures_left_out: Sequence[str]
) -> list[Block]:
    """Question and answer, warnings, limit."""
    words = first.words
    named = words("brief_and").join(words("brief_goal_quoted", name=other.title) for other in others)
    answers = tuple(sentence for other in others for sentence in _answers(first, other))
    blocks: list[Block] = [
        Callout("question", words("tone_question"), (words("compare_question", first=first.title, others=named),)),
        Callout("answer", words("tone_answer"), answers),
    ]
    warned = (*list_warnings(marks, words), *pictures_left_out)
    if warned:
        blocks.append(Callout("warning", words("tone_warning"), warned))
    blocks.append(Callout("limit", words("tone_limit"), (words("limit_line", county=words("county_here")),)))
    return blocks


def _answers(first: ReportContext, other: ReportContext) -> Iterator[str]:
    words, comparison = first.words, other.measured.comparison
    assert comparison is not None
    titles = {"first": first.title, "other": other.title}
    if comparison["same"]:
        yield words("compare_same_lives", **titles)
        return
    for line in comparison["goals"]:
        sides = Chance.of(line, "first_"), Chance.of(line, "other_")
        if line["headline"] and None not in sides:
            first_probability, other_probability = (probability_wording.format_probability(side, words) for side in sides)
            change = probability_wording.change_of_probability(Change.of(line), words)
            goal = words.of(line["name"])
            yield words(
                "compare_answer_goal",
                goal=goal,
                told_first=first_probability,
                told_other=other_probability,
                change=change,
                **titles,
            )
    yield words("compare_answer_money", other=other.title, change=_money(other, words))


def _money(other: ReportContext, words: Words) -> str:
    found = other.measured.paired(other.measured.public(), other.measured.public(base=True))
    if found.mean == found.low == found.high == 0:
        return words("no_difference")
    if found.low > 0:
        return words("money_more", yuan=money.format_million(found.mean, found.low, found.high, other))
    if found.high < 0:
        return words("money_less", yuan=money.format_million(-found.mean, -found.high, -found.low, other))
    low, high = (end / money.MILLION for end in (found.low, found.high))
    ends = (probability_wording.format_rounded(end, low, high, unit="", words=words, sign=True) for end in (low, high))
    return words("money_unclear", range=words("range_signed", **dict(zip(("low", "high"), ends))))


def build_blocks(other: ReportContext, suffix: str) -> list[Block]:
    """Goals, people, money and places of one comparison; ``suffix`` keeps the tables of several apart."""
    comparison = other.measured.comparison
    assert comparison is not None
    found: list[Block] = [
        Paragraph(other.words("compare_pairs_note", pairs=comparison["pairs"], draws=comparison["draws"]), small=True),
        replace(goals.build_headline_table(other), note=""),
    ]
    rest = goals.build_other_goals_table(other)
    tail: list[Block] = [] if rest is None else [rest]
    found += [*people.build_blocks(other), money.build_fund_table(other), *townships.build_blocks(other), *tail]
    return [replace(block, id=f"{block.id}{suffix}") if isinstance(block, Table) else block for block in found]
