"""The brief as a whole: two pages from one set of facts, and annexes for those who want the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from experiments.analyses.consequences import Consequences
from experiments.reporting import answer, origin_text
from experiments.reporting.baseline_answer import BaselineFacts
from experiments.reporting.documents import annexes, baseline, comparison, pages
from experiments.reporting.documents.content import Block, Brief, Paragraph, Section, clean_part
from experiments.reporting.documents.context import ReportContext
from experiments.reporting.documents.inputs import Source, Study
from experiments.reporting.documents.measures import Measurements
from experiments.reporting.office_numbers import OfficeNumbers
from experiments.reporting.translations import Words

#: Labels that every document needs.
LABELS = ("figure_label", "table_label", "sheet_answer", "number_gap", "heading_gap", "attachment", "attachments", "item_gap")


def build_brief(
    source: Source, studies: Sequence[Study], language: str, command: str, with_annexes: bool = False,
    league: Mapping[str, Any] | None = None,
) -> Brief:  # fmt: skip
    """The brief of one result; ``command``: the command line that writes it again, ``league`` what ``analyses.budget`` wrote of
    the plan.
    """
    words = Words(language, minus="\u2212")
    context = ReportContext(Measurements(source.results, source.without_policy), words)
    facts = BaselineFacts.of(source.results, source.without_policy, source.without_county_money)
    opening = [Paragraph(text) for text in pages.warnings(source.marks, words)]
    extra = annexes.of_one(context, source, studies, command, pictures=with_annexes)
    title = words("title_baseline", title=answer.short_title(context.title))
    sections = _with_league(baseline.build_sections(facts, words), league, words)
    return _whole(context, title, baseline.lead(facts, words), opening, sections, extra, with_annexes)


def build_comparison(
    sources: Sequence[Source],
    language: str,
    command: str,
    with_annexes: bool = False,
    parts: Mapping[str, Any] | None = None,
    league: Mapping[str, Any] | None = None,
) -> Brief:
    """The brief of several results, each compared with the first on common random numbers; ``command`` as for ``build_brief``,
    ``parts`` what ``analyses.attribution`` wrote of the only plan, ``league`` what ``analyses.budget`` wrote of the last.

    The two pages are about the first plan; with more than one, each has its own sections, one after another.
    """
    words = Words(language, minus="\u2212")
    first = ReportContext(Measurements(sources[0].results), words)
    others = [ReportContext(Measurements(each.results, sources[0].results), words, first.title) for each in sources[1:]]
    found = [Consequences(sources[0].results, each.results) for each in sources[1:]]
    marks = list(dict.fromkeys(mark for each in sources for mark in each.marks))
    opening = [Paragraph(text) for text in pages.warnings(marks, words)]
    sections: list[Section] = []
    for number, (facts, other) in enumerate(zip(found, others)):
        own = comparison.build_sections(facts, words, parts)
        if number:
            own = annexes.renamed(own, str(number + 1))
            heading = Paragraph(comparison.lead(facts, words), strong=True)
            own = [replace(own[0], blocks=(heading, *own[0].blocks)), *own[1:]]
        sections += annexes.named_after(own, answer.short_title(other.title), words) if len(others) > 1 else own
    sections = _with_league(sections, league, words)
    title = words("title_comparison", titles=words("name_list").join(words("titled", title=each.title) for each in others))
    extra = annexes.of_comparison(first, others, sources, command, pictures=with_annexes)
    return _whole(others[0], title, comparison.lead(found[0], words), opening, sections, extra, with_annexes)


def _with_league(sections: Sequence[Section], league: Mapping[str, Any] | None, words: Words) -> list[Section]:
    """The sections with the league table, if that was run, before it is said how sure all is."""
    made = list(sections)
    if league is not None and league["league"]:
        table = pages.league_table(league, OfficeNumbers(words))
        place = next((number for number, each in enumerate(made) if each.id.startswith("basis")), len(made))
        made.insert(place, Section("league", words("page_league"), (table,)))
    return made


def _whole(
    context: ReportContext, title: str, lead: str, opening: Sequence[Block], sections: Sequence[Section],
    extra: Sequence[Section], with_annexes: bool,
) -> Brief:  # fmt: skip
    words = context.words
    origin = origin_text.sentence((context.manifest.get("origins") or {}).get("counts"), words)
    month = OfficeNumbers(words).month(context.manifest["scenario"].get("vantage") or context.day[:7])
    return clean_part(
        Brief(
            words.language, title, lead, opening=tuple(opening), sections=tuple(sections), footer=words("page_footer"),
            day=context.day, labels={name: words(name) for name in LABELS},
            source=words("gap").join(filter(None, (words("page_source", month=month), origin))),
            annexes=tuple(extra), with_annexes=with_annexes,
        )
    )  # fmt: skip
