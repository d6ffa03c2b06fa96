"""The two pages of one plan: people and money first, the main goals over what they hang on, what the county's own money holds
up.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from experiments.analyses import comparison as comparison_analysis
from experiments.analyses import settings
from experiments.analyses.consequences import OWN_FUND, RECORDED, TRUE, Consequences, monitored
from experiments.reporting import answer, baseline_answer
from experiments.reporting.baseline_answer import INCOME, BaselineFacts
from experiments.reporting.documents import pages
from experiments.reporting.documents.content import Block, Cell, Illustration, Paragraph, Section, Table
from experiments.reporting.figures import answer_figure
from experiments.reporting.office_numbers import ENOUGH, OfficeNumbers
from experiments.reporting.translations import Words
from sim.goals.own_goal import is_own_id

#: Goals of the annexes on what is produced.
PRODUCTION = "Y_"
NAMED_USES = 3
#: Rows of promises that the county's own money holds up, beside the main goals.
MOST_HELD = 2


def lead(facts: BaselineFacts, words: Words) -> str:
    """Which plan, how often it was run, and beside what."""
    runs = facts.itself.pairs
    beside = words("lead_beside") if facts.stopped is not None and facts.own_stopped is not None else ""
    trial = words("lead_trial") if runs < ENOUGH else ""
    title = answer.long_title(words.of(settings.title(facts.results.manifest["scenario"])))
    return words("lead_baseline", title=title, runs=runs, beside=beside, trial=trial)


def build_sections(facts: BaselineFacts, words: Words) -> list[Section]:
    """The sections of the two pages."""
    numbers = OfficeNumbers(words)
    told = list(baseline_answer.sentences(facts, words))
    first = [Paragraph(told[0], strong=True)] if told else []
    rest = [Paragraph(_joined(told[1:], words))] if len(told) > 1 else []
    sections = [Section("answer", words("page_answer"), (*first, *rest))]
    table: list[Block] = [build_table(facts, numbers)]
    picture = answer_figure.goal_curves(facts, words.language)
    table += [] if picture is None else [Illustration("answer", picture.title, picture.alt, picture)]
    sections.append(Section("table", words("page_baseline_table"), tuple(table)))
    gains = _joined(_who(facts, numbers), words)
    if gains:
        heading = words("page_uses" if facts.stopped is None else "page_who")
        sections.append(Section("who", heading, (Paragraph(gains),)))
    sections.append(Section("basis", words("page_basis"), (Paragraph(_joined(_basis(facts, numbers), words)),)))
    checks = pages.checks(facts.results, numbers)
    if checks:
        sections.append(Section("checks", words("page_checks"), (Paragraph(checks, small=True),)))
    return sections


def _joined(sentences: Any, words: Words) -> str:
    return words("sentence_gap").join(text for text in sentences if text)


def _who(facts: BaselineFacts, numbers: OfficeNumbers) -> Iterator[str]:
    words = numbers.words
    if facts.stopped is not None:
        places = comparison_analysis.against(facts.stopped.first, facts.results)["places"]
        yield words("who_against_stopped")
        yield from pages.who(places, numbers)
    uses = own_uses(facts.itself, facts.in_force)
    if uses:
        from experiments.reporting.documents.money import use_label

        total = sum(yuan for _use, yuan in uses)
        shares = words("name_list").join(
            words("use_share", use=_bare_use(use_label(use, words)), share=numbers.share(yuan / total))
            for use, yuan in uses[:NAMED_USES]
        )
        label = "own_uses" if facts.in_force == facts.itself.years else "own_uses_years"
        yield words(label, money=numbers.money(total), uses=shares, years=_span(facts.in_force, words))


def _bare_use(name: str) -> str:
    """A use's name in a sentence: its kind before a colon and whose money it is go without saying."""
    return re.sub("（本级）|, county$", "", re.split("：|: ", name)[-1])


def _span(years: Sequence[int], words: Words) -> str:
    """Years in a heading."""
    dash = "—" if words.language == "zh" else "–"
    return dash.join(map(str, sorted({years[0], years[-1]})))


def own_uses(facts: Consequences, years: Sequence[int]) -> list[tuple[str, float]]:
    """What the county's own money goes to in these years, yuan a year, the largest use first."""
    names = sorted({key[3] for key in facts.columns() if key[2] == OWN_FUND})
    found = [(use, facts.paid(funds=(OWN_FUND,), uses=(use,), years=years, a_year=True).other) for use in names]
    return sorted((each for each in found if each[1] > 0.0), key=lambda each: -each[1])


def _basis(facts: BaselineFacts, numbers: OfficeNumbers) -> Iterator[str]:
    yield pages.definition(facts.itself, numbers)
    if facts.own_stopped is not None:
        found = list(pages.surety(facts.own_stopped, numbers))
        yield from [numbers.words("sure_own_stopped"), *found] if found else []
    yield pages.evidence(facts.results, numbers.words)
    yield numbers.words("basis_synthetic")


def build_table(facts: BaselineFacts, numbers: OfficeNumbers) -> Table:
    """The plan, the county's own money stopped, all policy stopped: goals, persons, income, money."""
    words = numbers.words
    runs: list[tuple[str, Consequences, bool]] = [("plan", facts.itself, True)]
    if facts.own_stopped is not None:
        runs.append(("own_stopped", facts.own_stopped, True))
    if facts.stopped is not None:
        runs.append(("stopped", facts.stopped, False))
    rows = [*_goal_rows(facts, runs, numbers), *_level_rows(facts, runs, numbers), _money_row(facts, runs, numbers)]
    columns: list[tuple[str, float, str | None]] = [("item", 2.5, None), *((name, 1.7, None) for name, _facts, _side in runs)]
    note = words("page_note_baseline") + _production(facts, numbers)
    name = "baseline" if len(runs) > 1 else "alone"
    return pages.page_table(words, name, columns, rows[: pages.MOST_ROWS], note)


def _goal_rows(facts: BaselineFacts, runs: Any, numbers: OfficeNumbers) -> Iterator[dict[str, Cell | str]]:
    """The main goals, goals of one's own, and the promises that the text says the county's own money holds up."""
    main = [[each] for each in facts.itself.goals if each.headline]
    mine = [[each] for each in facts.itself.goals if is_own_id(each.id) and not each.headline][: pages.MOST_OWN]
    held = [] if facts.own_stopped is None else answer.grouped(baseline_answer.held_up(facts.own_stopped))
    held = [each for each in held if not each[0].headline and not is_own_id(each[0].id)][:MOST_HELD]
    for group in (*main, *mine, *held):
        row: dict[str, Cell | str] = {}
        for key, own, is_other in runs:
            goal = own.goal(group[0].id)
            if goal is None:
                continue
            met = goal.met_other if is_other else goal.met_first
            row["unit"] = numbers.words("unit_of_runs")
            row["item"] = numbers.words("name_list").join(answer.short_name(each, numbers.words) for each in group)
            row[key] = Cell(met / max(goal.pairs, 1), numbers.times(met, goal.pairs))
        yield row


def _level_rows(facts: BaselineFacts, runs: Any, numbers: OfficeNumbers) -> Iterator[dict[str, Cell | str]]:
    for indicator, label in ((TRUE, "row_true"), (RECORDED, "row_recorded"), (INCOME, "row_income")):
        unit = numbers.words.unit("yuan" if indicator == INCOME else "persons")
        row: dict[str, Cell | str] = {"item": numbers.words(label, year=facts.last), "unit": unit}
        for key, own, is_other in runs:
            amount = own.persons(indicator, facts.last)
            if amount is not None:
                value = amount.other if is_other else amount.first
                row[key] = Cell(round(value), numbers.a_head(value) if indicator == INCOME else numbers.persons(value))
                if indicator == RECORDED and not monitored(own.other if is_other else own.first, facts.last):
                    row[key] = Cell(None, numbers.words("cell_unmonitored"))
        if len(row) > 2:
            yield row


def _money_row(facts: BaselineFacts, runs: Any, numbers: OfficeNumbers) -> dict[str, Cell | str]:
    """The county's own money a year; of a changed plan over the years from its first change on, which are named."""
    words, years = numbers.words, facts.in_force
    named = years != facts.itself.years
    label = words("row_own_years", years=_span(years, words)) if named else words("row_own")
    row: dict[str, Cell | str] = {"item": label, "unit": pages.money_unit(words, "/year")}
    for key, own, is_other in runs:
        amount = own.paid(funds=(OWN_FUND,), years=years, a_year=True)
        value = amount.other if is_other else amount.first
        shown = numbers.words("money_per_year", money=numbers.money(value)) if value >= 1.0 else numbers.words("cell_none")
        row[key] = pages.money_cell(value, shown, words)
    return row


def _production(facts: BaselineFacts, numbers: OfficeNumbers) -> str:
    """How many of the quantities that the annexes ask for are met in most runs, the others by name."""
    found = [each for each in facts.itself.goals if each.id.startswith(PRODUCTION) and each.pairs]
    if not found:
        return ""
    words = numbers.words
    missed = [each for each in found if each.other < 0.5 and not each.near]
    text = words("production_met", count=len(found), met=len(found) - len(missed))
    if missed:
        text += words("production_missed", names=words("name_list").join(words.of(each.name) for each in missed[:4]))
    return words("sentence_end", text=text)
