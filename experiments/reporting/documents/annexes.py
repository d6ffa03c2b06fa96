"""What stands behind the two pages: tables of the workbook, and pictures where a document is to have them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from experiments.analyses.changes import Amount
from experiments.analyses.consequences import Consequences
from experiments.reporting.answer import short_title
from experiments.reporting.documents import assumptions, drivers, goals, money, people, townships, workbook_tables
from experiments.reporting.documents.content import Block, Cell, Column, Illustration, Paragraph, Section, Table
from experiments.reporting.documents.context import ReportContext, column
from experiments.reporting.documents.inputs import Source, Study
from experiments.reporting.office_numbers import OfficeNumbers
from experiments.reporting.translations import Words
from experiments.results.folder import Results


def of_one(
    context: ReportContext, source: Source, studies: Sequence[Study], command: str, pictures: bool
) -> list[Section]:  # fmt: skip
    """The annexes of one result."""
    found = drivers.find_drivers(context, studies)
    rest = goals.build_other_goals_table(context)
    sections: dict[str, list[Block]] = {
        "goals": [goals.build_headline_table(context), *([] if rest is None else [rest])],
        "people": [people.build_table(context)],
        "moves": list(found.blocks),
        "money": [money.build_fund_table(context), money.build_use_table(context)],
        "who": list(townships.build_tables(context)),
        "assumed": assumptions.build_assumptions(context, found.influential),
        "again": [assumptions.build_reproduction_table(context, command)],
        "other": list(workbook_tables.build_tables([source.results], context.words)),
    }
    if pictures:
        sections["other"] += list(_pictures([source.results, *(Results(study.folder) for study in studies)], context.words))
    return _titled(sections, context.words)


def of_comparison(
    first: ReportContext, others: Sequence[ReportContext], sources: Sequence[Source], command: str, pictures: bool
) -> list[Section]:  # fmt: skip
    """The annexes of a comparison: goals, persons, money and places of each plan beside the reference."""
    words, sections = first.words, []
    for number, other in enumerate(others, 1):
        suffix = str(number) if len(others) > 1 else ""
        rest = goals.build_other_goals_table(other)
        facts = Consequences(sources[0].results, sources[number].results)
        blocks: list[Block] = [
            replace(goals.build_headline_table(other), note=""),
            *([] if rest is None else [rest]),
            people.build_table(other),
            build_money_table(facts, words),
            build_years_table(facts, words),
            *townships.build_tables(other),
        ]
        title = words("compare_section", other=other.title)
        found = renamed([Section(f"against{number}", title, tuple(blocks))], suffix)
        if suffix:
            found = [replace(each, title=title) for each in named_after(found, short_title(other.title), words)]
        sections += found
    last: dict[str, list[Block]] = {
        "again": [_again(each, command, words, number) for number, each in enumerate((first, *others))],
    }  # fmt: skip
    if pictures:
        last["other"] = list(_pictures([each.results for each in sources], words))
    return [*sections, *_titled(last, words)]


#: Decimals of sums in a workbook, in 万元 or million yuan: to the yuan, so that lines add up.
MONEY_DIGITS = 4


def _again(context: ReportContext, command: str, words: Words, number: int) -> Table:
    """How to make one of several results again."""
    made = assumptions.build_reproduction_table(context, command)
    title = words("of_plan", plan=short_title(context.title), text=made.title)
    return replace(made, id=f"again{number or ''}", title=title)


def build_money_table(facts: Consequences, words: Words) -> Table:
    """Every purse over the years in force, so that the public ones add up to their sum; uncertain differences are marked."""
    from sim.household_trace import fund_names

    numbers, names = OfficeNumbers(words), fund_names()
    rows: list[dict[str, Cell | str]] = []
    for public in (True, False):
        for line in (each for each in facts.money if each.public is public):
            name = words.of(names[line.fund]) if line.fund in names else line.fund
            rows.append(_money_row(name, line.amount, numbers))
        if public:
            rows.append(_money_row(words("public_money"), facts.public, numbers))
    columns: tuple[Column, ...] = (
        column(words, "fund", width=2.6), column(words, "money_first", "money"), column(words, "money_other", "money"),
        column(words, "money_change", "money"), column(words, "certain", width=1.0),
    )  # fmt: skip
    first, last = facts.in_force[0], facts.in_force[-1]
    return Table("money", words("table_money", first=first, last=last), columns, rows=tuple(rows), note=words("note_money"))


def build_years_table(facts: Consequences, words: Words) -> Table:
    """What every public purse pays more or less in each year, and their sum; uncertain differences are marked."""
    from sim.household_trace import fund_names

    numbers, names = OfficeNumbers(words), fund_names()
    own = [line.fund for line in facts.money if line.public]
    lines = [(words.of(names[fund]) if fund in names else fund, (fund,)) for fund in own]
    rows: list[dict[str, Cell | str]] = []
    for name, funds in (*lines, (words("public_money"), tuple(own))):
        found = {year: facts.paid(funds=funds, years=(year,)) for year in facts.years}
        rows.append({"fund": name, **{f"y{year}": _year_cell(amount, numbers) for year, amount in found.items()}})
    years = (
        column(words, f"y{year}", "money", titled=words("col_money_year", year=year), meaning="explains_money_year")
        for year in facts.years
    )
    columns = (column(words, "fund", width=2.6), *years)
    return Table("money_years", words("table_money_years"), columns, rows=tuple(rows), note=words("note_money_years"))


def _year_cell(amount: Amount, numbers: OfficeNumbers) -> Cell:
    shown = numbers.table_money(amount.difference, sign=True)
    unsure = abs(amount.difference) >= 1.0 and not amount.clear
    value = round(amount.difference / numbers.words.table_money, MONEY_DIGITS)
    return Cell(value, numbers.words("year_unsure", money=shown) if unsure else shown)


def _sum(yuan: float, numbers: OfficeNumbers, sign: bool = False) -> Cell:
    """A sum in the unit of tables of money."""
    return Cell(round(yuan / numbers.words.table_money, MONEY_DIGITS), numbers.table_money(yuan, sign=sign))


def _money_row(name: str, amount: Amount, numbers: OfficeNumbers) -> dict[str, Cell | str]:
    large = abs(amount.difference) >= 1.0
    return {
        "fund": name,
        "money_first": _sum(amount.first, numbers),
        "money_other": _sum(amount.other, numbers),
        "money_change": _sum(amount.difference, numbers, sign=True),
        "certain": numbers.words("no_difference" if not large else "certain_yes" if amount.clear else "certain_no"),
    }


def renamed(sections: Sequence[Section], suffix: str) -> list[Section]:
    """Sections whose tables and pictures are told from those of another plan."""
    return [
        Section(
            f"{section.id}{suffix}", section.title,
            tuple(replace(block, id=f"{block.id}{suffix}") if isinstance(block, Table | Illustration) else block
                  for block in section.blocks),
        )
        for section in sections
    ]  # fmt: skip


def named_after(sections: Sequence[Section], plan: str, words: Words) -> list[Section]:
    """Sections, and the tables and sheets in them, that say which of several plans they are about."""

    def named(block: Block) -> Block:
        return replace(block, title=words("of_plan", plan=plan, text=block.title)) if isinstance(block, Table) else block

    return [
        replace(each, title=words("of_plan", plan=plan, text=each.title), blocks=tuple(map(named, each.blocks)))
        for each in sections
    ]


def _titled(sections: dict[str, list[Block]], words: Words) -> list[Section]:
    return [Section(f"annex_{name}", words(f"section_{name}"), tuple(blocks)) for name, blocks in sections.items() if blocks]


def _pictures(shown: Sequence[Results], words: Words) -> Iterator[Block]:
    """Every picture of the gallery; a sentence on one whose characters the font lacks."""
    from experiments.reporting.figures import gallery, style

    for picture in gallery.gallery(shown, words.language):
        try:
            style.check_glyphs(picture.figure)
        except style.MissingGlyphError as problem:
            yield Paragraph(words("mark_picture", name=picture.title, reason=str(problem)), small=True)
            continue
        caption = picture.title if not picture.caption else f"{picture.title}{words('picture_colon')}{picture.caption}"
        yield Illustration(picture.id, caption, picture.alt, picture)
