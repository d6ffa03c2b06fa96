"""The two pages of a comparison: the plan against the reference, from one set of facts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.analyses import comparison as comparison_analysis
from experiments.analyses import settings
from experiments.analyses.attribution import BELOW
from experiments.analyses.changes import GoalChange
from experiments.analyses.consequences import OWN_FUND, RECORDED, TRUE, Consequences, monitored
from experiments.reporting import answer
from experiments.reporting.documents import pages
from experiments.reporting.documents.content import Block, Cell, Illustration, Paragraph, Section, Table
from experiments.reporting.figures import answer_figure
from experiments.reporting.lever_values import lever_name
from experiments.reporting.office_numbers import OfficeNumbers
from experiments.reporting.translations import Words
from sim.goals.own_goal import is_own_id

INDUSTRY = ("industry_assets", "industry_enterprises", "industry_parks", "industry_year_end")
HELP = "waiting_help"
MOST_BROKEN = 5


def lead(facts: Consequences, words: Words) -> str:
    """Which two plans, and how often they were run."""
    numbers = OfficeNumbers(words)
    changed = answer.describe_levers(facts, numbers)
    first, other = (answer.long_title(words.of(settings.title(each.manifest["scenario"]))) for each in (facts.first, facts.other))
    plan = words("lead_plan", levers=changed) if changed else words("lead_plan_title", title=other)
    trial = words("lead_trial") if facts.trial else ""
    return words("lead_comparison", plan=plan, first=first, runs=facts.pairs, trial=trial)


def build_sections(facts: Consequences, words: Words, parts: Mapping[str, Any] | None = None) -> list[Section]:
    """The sections of the two pages; ``parts``: what each setting contributes and what repairs a promise, if that was run."""
    numbers = OfficeNumbers(words)
    places = comparison_analysis.against(facts.first, facts.other)["places"]
    told = [text for text in answer.sentences(facts, words) if text != words("answer_trial", runs=facts.pairs)]
    repairs = [] if parts is None else parts["repairs"]
    told[1:1] = [answer.repair_sentence(each, words) for each in repairs]
    sections = [Section("answer", words("page_answer"), tuple(_paragraphs(told, words)))]
    if facts.same:
        return sections
    picture = answer_figure.promise_and_people(facts, words.language)
    table: list[Block] = [build_table(facts, numbers)]
    table += [] if picture is None else [Illustration("answer", picture.title, picture.alt, picture)]
    sections.append(Section("table", words("page_comparison_table"), tuple(table)))
    hurt = [*_concerned(facts, numbers), *pages.who(places, numbers)]
    sections.append(Section("who", words("page_who"), (Paragraph(_joined(hurt, words)),)))
    if parts is not None and parts["parts"]:
        sections.append(Section("parts", words("page_parts"), (build_parts_table(parts["parts"], numbers),)))
    sections.append(Section("basis", words("page_basis"), (Paragraph(_joined(_basis(facts, numbers, bool(repairs)), words)),)))
    checks = pages.checks(facts.other, numbers)
    if checks:
        sections.append(Section("checks", words("page_checks"), (Paragraph(checks, small=True),)))
    return sections


def _paragraphs(sentences: Sequence[str], words: Words) -> Iterator[Paragraph]:
    """The worst alone, then the rest in one paragraph."""
    if sentences:
        yield Paragraph(sentences[0], strong=True)
    if len(sentences) > 1:
        yield Paragraph(_joined(sentences[1:], words))


def _joined(sentences: Any, words: Words) -> str:
    return words("sentence_gap").join(text for text in sentences if text)


def _concerned(facts: Consequences, numbers: OfficeNumbers) -> Iterator[str]:
    """Whom the promises that break are about, those in one number once, and who waits for help."""
    words, told, texts = numbers.words, set(), []
    for group in answer.grouped(answer.in_order(facts.broken)):
        change = group[0]
        behind = change.behind or (change.id,)
        if change.persons is None or behind in told or answer.counted_below(change):
            continue
        told.add(behind)
        name = words("name_list").join(words("quoted_name", name=answer.short_name(each, words)) for each in group)
        texts.append(words("who_concerned_item", name=name, change=_persons_cell(change, facts, numbers)))
    for row in _people_rows(facts, numbers, (HELP,)):
        if facts.broken:
            texts.append(words("who_waiting_item", change=row["persons"]))
    if texts:
        yield words("who_concerned", items=words("item_list").join(texts))


def _persons_cell(change: GoalChange, facts: Consequences, numbers: OfficeNumbers) -> str:
    """Whom a broken promise is about: payments not made, or persons fewer or more; nothing where no number is known."""
    if change.persons is None:
        return numbers.words("cell_none")
    year, count = facts.persons_year(change), numbers.count(change.persons.difference)
    if year is None:
        return numbers.words("cell_cases", count=count)
    text = numbers.words("cell_fewer" if change.persons.difference < 0 else "cell_more", count=count)
    return numbers.words("cell_at_end", year=year, text=text)


def _basis(facts: Consequences, numbers: OfficeNumbers, repaired: bool) -> Iterator[str]:
    yield from pages.surety(facts, numbers)
    yield pages.definition(facts, numbers)
    yield pages.evidence(facts.other, numbers.words)
    yield numbers.words("basis_untested" if facts.broken and not repaired else "basis_synthetic")


def build_parts_table(parts: Mapping[str, Any], numbers: OfficeNumbers) -> Table:
    """What each setting contributes to the number of persons below the line: alone, left out, its share, with intervals."""
    from sim.core.inputs.parameters import load_all

    words, book = numbers.words, load_all().parameters
    metric = next(each for each in parts["metrics"] if each["metric"] == BELOW)
    rows: list[dict[str, Cell | str]] = []
    for part in metric["parts"]:
        known = book.get(part["lever"])
        row: dict[str, Cell | str] = {"item": part["lever"] if known is None else lever_name(known, words)}
        for key in ("alone", "left_out", "share"):
            row[key] = Cell(part[key]["mean"], pages.around(part[key], numbers))
        rows.append(row)
    total = metric["total"]
    rows.append(
        {"item": words("parts_total"), "alone": "", "left_out": "", "share": Cell(total["mean"], pages.around(total, numbers))}
    )
    columns = [("item", 2.6, None), ("alone", 1.8, None), ("left_out", 1.8, None), ("share", 1.8, None)]
    return pages.page_table(words, "parts", columns, rows, words("page_note_parts"))


def build_table(facts: Consequences, numbers: OfficeNumbers) -> Table:
    """At most eight rows in the order of the text, each with its year, persons and what its repair would take."""
    words = numbers.words
    groups = answer.grouped(answer.in_order(facts.broken))[:MOST_BROKEN]
    rows = [_own_row(facts, numbers)]
    paid: set[tuple[str, ...]] = set()
    for group in groups:
        rows.append(_goal_row(group, facts, numbers, group[0].behind in paid))
        paid |= {group[0].behind} if group[0].behind else set()
    told = {each.id for group in groups for each in group}
    mine = [each for each in facts.goals if is_own_id(each.id) and each.id not in told]
    rows += [_goal_row([each], facts, numbers, False) for each in mine[: pages.MOST_OWN]]
    rows += _people_rows(facts, numbers, (TRUE, RECORDED))
    rows += [*_industry_row(facts, numbers), *_people_rows(facts, numbers, (HELP,))]  # the text names the first
    columns: list[tuple[str, float, str | None]] = [
        ("item", 2.5, None), ("first", 1.7, None), ("other", 1.7, None), ("since", 1.05, None), ("persons", 1.7, None),
        ("repair", 1.7, None),
    ]  # fmt: skip
    return pages.page_table(words, "comparison", columns, rows[: pages.MOST_ROWS], words("page_note_comparison"))


def _own_row(facts: Consequences, numbers: OfficeNumbers) -> dict[str, Cell | str]:
    words, amount = numbers.words, facts.paid(funds=(OWN_FUND,), a_year=True)
    side = "saved" if facts.own.difference < 0 else "spent"
    label = words(f"cell_{side}", money=numbers.money(facts.own.difference)) if answer.moves(facts.own) else ""
    return {
        "item": words("row_own"), "unit": pages.money_unit(words, "/year"), "since": _year(facts.since, words),
        "persons": words("cell_none"), "repair": label or words("cell_none"),
        "first": pages.money_cell(amount.first, words("money_per_year", money=numbers.money(amount.first)), words),
        "other": pages.money_cell(amount.other, words("money_per_year", money=numbers.money(amount.other)), words),
    }  # fmt: skip


def _goal_row(
    group: Sequence[GoalChange], facts: Consequences, numbers: OfficeNumbers, counted: bool
) -> dict[str, Cell | str]:  # fmt: skip
    """``counted``: a row above counts the same payments already."""
    words, change = numbers.words, group[0]
    first, other = numbers.times(change.met_first, change.pairs), numbers.times(change.met_other, change.pairs)
    persons, lacking = _persons_cell(change, facts, numbers), words("cell_none")
    year = facts.persons_year(change)
    if change.given_up and change.persons is not None:
        first, other = numbers.persons(change.persons.first), numbers.persons(change.persons.other)
    if change.yuan is not None and abs(change.yuan.difference) >= 1.0:
        money = numbers.money(change.yuan.difference)
        own_year = year is not None and not change.behind
        lacking = words("cell_in_year", year=year, money=money) if own_year else words("cell_a_year", money=money)
    if counted:
        persons = lacking = words("cell_counted")
    return {
        "item": words("name_list").join(answer.short_name(each, words) for each in group), "unit": words("unit_of_runs"),
        "first": Cell(change.first, first), "other": Cell(change.other, other),
        "since": _year(change.first_year or facts.since, words), "persons": persons, "repair": lacking,
    }  # fmt: skip


def _year(year: int, words: Words) -> str:
    return words("cell_year", year=year)


def _people_rows(
    facts: Consequences, numbers: OfficeNumbers, indicators: Sequence[str]
) -> Iterator[dict[str, Cell | str]]:  # fmt: skip
    words, found = numbers.words, answer.worst_year(facts)
    year = found[0] if found is not None else facts.years[-1]
    labels = {TRUE: "row_true", RECORDED: "row_recorded", HELP: "row_help"}
    for indicator in indicators:
        label, amount = labels[indicator], facts.persons(indicator, year)
        if amount is None:
            continue
        side = "cell_more" if amount.difference > 0 else "cell_fewer"
        if indicator == HELP:
            shown = [numbers.count(each) for each in (amount.first, amount.other)]
            if not amount.clear:
                continue
        else:
            shown = [numbers.persons(each) for each in (amount.first, amount.other)]
        side = f"{side}_items" if indicator == HELP else side
        moves = answer.persons_move(amount, facts.pairs) if indicator == TRUE else amount.clear
        changed = words(side, count=numbers.count(amount.difference)) if moves else words("cell_unclear")
        changed = words("cell_none") if amount.first == amount.other else changed
        cells = [Cell(round(value), text) for value, text in zip((amount.first, amount.other), shown)]
        if indicator == RECORDED:
            seen = [monitored(each, year) for each in (facts.first, facts.other)]
            cells = [cell if each else Cell(None, words("cell_unmonitored")) for cell, each in zip(cells, seen)]
            changed = changed if all(seen) else words("cell_none")
        yield {
            "item": words(label, year=year), "unit": words.unit("packages" if indicator == HELP else "persons"),
            "first": cells[0], "other": cells[1],
            "since": _year(facts.since, words), "persons": changed, "repair": words("cell_none"),
        }  # fmt: skip


def _industry_row(facts: Consequences, numbers: OfficeNumbers) -> list[dict[str, Cell | str]]:
    words, amount = numbers.words, facts.paid(funds=(OWN_FUND, "bridging"), uses=INDUSTRY)
    years = ("—" if numbers.chinese else "–").join(map(str, sorted({facts.in_force[0], facts.in_force[-1]})))
    if not amount.clear:
        return []
    return [{
        "item": words("row_industry", years=years), "unit": pages.money_unit(words), "since": _year(facts.since, words),
        "first": pages.money_cell(amount.first, numbers.money(amount.first), words),
        "other": pages.money_cell(amount.other, numbers.money(amount.other), words),
        "persons": words("cell_none"),
        "repair": words("cell_less" if amount.difference < 0 else "cell_added", money=numbers.money(amount.difference)),
    }]  # fmt: skip
