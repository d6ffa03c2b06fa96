"""The brief as a whole: which parts, in which order, for one result or for several compared with each other."""

from collections.abc import Iterator, Sequence
from typing import Any

from experiments.reporting.documents import assumptions, drivers, goals, money, people, risks, summary, townships, workbook_tables
from experiments.reporting.documents import comparison as comparison_document
from experiments.reporting.documents.content import Block, Brief, Illustration, Section, clean_part
from experiments.reporting.documents.context import ReportContext
from experiments.reporting.documents.inputs import Source, Study
from experiments.reporting.documents.measures import Measurements
from experiments.reporting.translations import Words
from experiments.results.folder import Results

#: The sections of a brief, in order.
ORDER = ("goals", "people", "moves", "money", "who", "risks", "life", "assumed", "limits", "again", "other")
#: Labels that every document needs.
LABELS = ("contents", "figure_label", "table_label", "sheet_answer", "number_gap", "heading_gap")
#: In which section a picture of the gallery stands, by the section it names.
PLACE_OF_PICTURES = {"answer": "people", "other": "other"}


def build_brief(source: Source, studies: Sequence[Study], language: str, command: str) -> Brief:
    """The brief of one result; ``command``: the command line that writes it again."""
    words = Words(language, minus="\u2212")
    context = ReportContext(Measurements(source.results, source.without_policy), words)
    found = drivers.find_drivers(context, studies)
    pictures, left_out = _pictures([source.results, *_folders(studies)], language, words)
    blocks: dict[str, list[Block]] = {
        "goals": [goals.build_headline_table(context)],
        "people": list(people.build_blocks(context)),
        "moves": list(found.blocks),
        "money": list(money.build_blocks(context)),
        "who": list(townships.build_blocks(context)),
        "risks": [risks.list_risks(context)],
        "assumed": assumptions.build_assumptions(context, found.influential),
        "limits": assumptions.build_limitations(context),
        "again": [assumptions.build_reproduction_table(context, command)],
    }
    for place, picture in pictures:
        blocks.setdefault(place, []).append(picture)
    curves = goals.list_curves(context)
    blocks["goals"] += [] if curves is None else [curves]
    rest = goals.build_other_goals_table(context)
    appendix = [*([] if rest is None else [rest]), *workbook_tables.build_tables([source.results], words)]
    blocks["other"] = [*appendix, *blocks.get("other", [])]
    return _whole(
        context, words("brief_title", title=context.title), summary.build_opening(context, source.marks, left_out), blocks
    )


def build_comparison(sources: Sequence[Source], language: str, command: str) -> Brief:
    """The brief of several results, each compared with the first on common random numbers; ``command`` as for ``build_brief``."""
    words = Words(language, minus="\u2212")
    first = ReportContext(Measurements(sources[0].results), words)
    others = [ReportContext(Measurements(each.results, sources[0].results), words, first.title) for each in sources[1:]]
    pictures, left_out = _pictures([each.results for each in sources], language, words)
    marks = list(dict.fromkeys(mark for each in sources for mark in each.marks))
    blocks: dict[str, list[Block]] = {}
    titles = {}
    for number, other in enumerate(others):
        name = f"against{number}"
        titles[name] = words("compare_section", other=other.title, first=first.title)
        blocks[name] = comparison_document.build_blocks(other, str(number + 1) if len(others) > 1 else "")
    blocks["risks"] = []
    for place, picture in pictures:
        blocks.setdefault(place if place in ORDER else "other", []).append(picture)
    blocks["limits"] = assumptions.build_limitations(first)
    blocks["again"] = [assumptions.build_reproduction_table(each, command) for each in (first, *others)]
    title = words("compare_title", titles=words("compare_versus").join(each.title for each in (first, *others)))
    return _whole(first, title, comparison_document.build_opening(first, others, marks, left_out), blocks=blocks, titles=titles)


def _whole(
    context: ReportContext,
    title: str,
    opening: Sequence[Block],
    blocks: dict[str, list[Block]],
    titles: dict[str, str] | None = None,
) -> Brief:
    words, manifest, titles = context.words, context.manifest, titles or {}
    scenario, program = manifest["scenario"], manifest["program"]
    draws = context.results.goals[0]["draws"] if context.results.goals else 0
    subtitle = words(
        "brief_subtitle_luck" if manifest["only_luck"] else "brief_subtitle",
        vantage=context.vantage, runs=manifest["replications"]["completed"], draws=draws,
    )  # fmt: skip
    footer = words(
        "brief_footer", version=program.get("version") or "", id=scenario["id"], seed=manifest["seed"], hash=manifest["hash"][:12]
    )
    ordered = [*titles, *(name for name in ORDER if name not in titles)]
    sections = tuple(
        Section(name, titles.get(name) or words(f"section_{name}"), tuple(blocks[name])) for name in ordered if blocks.get(name)
    )
    labels = {name: words(name) for name in LABELS}
    return clean_part(
        Brief(
            words.language,
            title,
            subtitle,
            opening=tuple(opening),
            sections=sections,
            footer=footer,
            day=context.day,
            labels=labels,
        )
    )


def _folders(studies: Sequence[Study]) -> list[Results]:
    return [Results(study.folder) for study in studies]


def _pictures(shown: Sequence[Results], language: str, words: Words) -> tuple[list[tuple[str, Illustration]], list[str]]:
    """The pictures by section, and sentences on those that could not be rendered."""
    found: list[tuple[str, Illustration]] = []
    left_out: list[str] = []
    for picture in _drawable_pictures(shown, language, words, left_out):
        place = PLACE_OF_PICTURES.get(picture.section, picture.section)
        caption = picture.title if not picture.caption else f"{picture.title}{words('picture_colon')}{picture.caption}"
        found.append((place if place in ORDER else "other", Illustration(picture.id, caption, picture.alt, picture)))
    return found, left_out


def _drawable_pictures(shown: Sequence[Results], language: str, words: Words, left_out: list[str]) -> Iterator[Any]:
    from experiments.reporting.figures import gallery, style

    for picture in gallery.gallery(shown, language):
        try:
            style.check_glyphs(picture.figure)
        except style.MissingGlyphError as problem:
            left_out.append(words("mark_picture", name=picture.title, reason=str(problem)))
            continue
        yield picture
