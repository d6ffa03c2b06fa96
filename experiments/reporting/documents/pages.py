"""What the two pages of every brief share: table columns and cells, who gains and loses, how sure it is, what to check first."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from experiments.analyses.comparison import GAINS, LOSES
from experiments.analyses.consequences import TRUE, Consequences
from experiments.reporting.answer import is_slight, persons_move, short_name
from experiments.reporting.documents.content import Cell, Column, Table
from experiments.reporting.documents.context import column
from experiments.reporting.documents.inputs import Mark
from experiments.reporting.lever_values import used_text, worked_out
from experiments.reporting.office_numbers import OfficeNumbers
from experiments.reporting.translations import Words
from experiments.results.folder import Results

MOST_ROWS, MOST_CHECKS = 8, 5
MOST_OWN = 2  # goals of the reader's own in the table of the first page; all are in the workbook
GUESSED = ("assumed", "derived", "scaled", "taken")


def page_table(words: Words, name: str, columns: Sequence[tuple[str, float, str | None]], rows: Any, note: str = "") -> Table:
    """A table of page one: text columns of (label, width, title instead of the label's)."""
    made = tuple(
        Column(label, title or words(f"page_{label}"), words(f"explains_page_{label}"), width=width)
        for label, width, title in columns
    )
    rows = tuple(rows)
    if any("unit" in row for row in rows):  # cells of a document say theirs
        made = (made[0], column(words, "unit", place="workbook"), *made[1:])
    return Table(name, words(f"page_table_{name}"), made, rows=rows, note=note)


def around(found: Mapping[str, float], numbers: OfficeNumbers, digits: int = 0) -> str:
    """A mean over its interval, with signs."""
    texts = (f"{found[key]:+,.{digits}f}".replace("-", numbers.words.minus) for key in ("mean", "low", "high"))
    middle, low, high = texts
    return numbers.words("parts_around", middle=middle, low=low, high=high)


def league_table(record: Mapping[str, Any], numbers: OfficeNumbers) -> Table:
    """What a million more of the county's own money buys, the most persons first: persons, income, promises, with intervals."""
    words = numbers.words
    columns: list[tuple[str, float, str | None]] = [("item", 2.6, words("column_programme"))]
    shown = (("kept", 0), ("income", 0), ("promises", 1))
    columns += [(f"league_{name}", 1.8, None) for name, _digits in shown]
    rows = [
        {"item": words.of(each["name"])}
        | {f"league_{name}": cell(each[name]["mean"], around(each[name], numbers, digits)) for name, digits in shown}
        for each in record["league"]
    ]
    return page_table(words, "league", columns, rows, words("league_note", count=record["replications"]))


def cell(value: float | int | None, shown: str) -> Cell:
    """A number with what a reader sees of it."""
    return Cell(value, shown)


def money_cell(yuan: float, shown: str, words: Words) -> Cell:
    """A sum as a sheet has it, in the unit of tables of money."""
    return Cell(round(yuan / words.table_money, 2), shown)


def money_unit(words: Words, per: str = "") -> str:
    """What sums of tables are in."""
    return words.large(f"million yuan{per}", 0.0)[1]


def warnings(marks: Sequence[Mark], words: Words) -> Iterator[str]:
    """What must be known of the folders first; that there are few runs, the pages say themselves."""
    for mark in marks:
        if mark.label != "mark_few":
            yield words(mark.label, **dict(mark.facts))


def who(places: Sequence[Mapping[str, Any]], numbers: OfficeNumbers) -> Iterator[str]:
    """Kinds of households whose income or relapse clearly changes, by more than a trifle of it: the two that change most by name;
    townships never.
    """
    words = numbers.words
    kinds = [line for line in places if line["scope"] == "segment"]
    own = [line for line in kinds if line["indicator"] == "rural_income"]
    large = [line for line in kinds if not is_slight(line)]
    for verdict, label in ((LOSES, "who_lose"), (GAINS, "who_gain")):
        found = sorted(
            (line for line in large if line in own and line["verdict"] == verdict), key=lambda line: -abs(line["difference"])
        )
        if not found:
            continue
        every = len(found) == len(own)
        named = words("name_list").join(
            words(f"{label}_item", name=words.of(line["name"]), money=numbers.a_head(line["difference"])) for line in found[:2]
        )
        rest = words(f"{label}_rest") if len(found) > 2 and not every else ""
        yield words(f"{label}_all" if every else f"{label}_some", items=named, rest=rest)
    if not any(line["verdict"] in (GAINS, LOSES) for line in large if line in own):
        fall = [line for line in large if line["indicator"] == "relapse_rate"]
        worse = sorted((line for line in fall if line["verdict"] == LOSES), key=lambda line: -line["difference"])[:2]
        names = words("name_list").join(words.of(line["name"]) for line in worse)
        yield words("who_relapse", names=names) if names else words("who_none")


def surety(facts: Consequences, numbers: OfficeNumbers) -> Iterator[str]:
    """The direction in counts and the size in eight runs of ten, of the worst that the answer tells of and of persons below the
    line. What a plan gives up by decision is no evidence: it is missed since it was set.
    """
    words = numbers.words
    found = [each for each in facts.broken if each.harmed and not each.decided]
    promises = [each for each in found if each.promise or each.owed]
    worst = next(iter(promises or found), None)
    if worst is not None:
        label = "sure_goal_one_way" if worst.one_way and not worst.helped else "sure_goal"
        yield words(
            label, goal=short_name(worst, words), runs=worst.pairs, harmed=worst.harmed, helped=worst.helped
        )  # fmt: skip
    year = max(facts.years, key=lambda each: abs(amount.difference) if (amount := facts.persons(TRUE, each)) else 0.0)
    below = facts.persons(TRUE, year)
    if below is not None and persons_move(below, facts.pairs):
        more = below.difference > 0
        low, high = (below.p10, below.p90) if more else (-below.p90, -below.p10)
        label = "sure_people_more" if more else "sure_people_fewer"
        count = below.rises if more else below.falls
        label = f"{label}_always" if count == facts.pairs and low > 0 else label
        if low > 0:
            yield words(label, year=year, count=count, runs=facts.pairs, low=numbers.count(low), high=numbers.count(high))
        else:
            yield words(f"{label}_wide", year=year, count=count, runs=facts.pairs, high=numbers.count(high))


def evidence(results: Results, words: Words) -> str:
    """How much of what is put in is assumed, counted as in the line on origins; else only that households are synthetic."""
    counts = (results.manifest.get("origins") or {}).get("counts")
    if not counts:
        return words("basis_households")
    return words("basis_evidence", count=sum(counts.values()), assumed=counts.get("assumed", 0))


def definition(facts: Consequences, numbers: OfficeNumbers) -> str:
    """Which definition of relapse would turn what is said of it."""
    words = numbers.words
    alone, wider = facts.goal("R2"), facts.goal("L1_3")
    if alone is None or wider is None or not alone.pairs:
        return ""
    told = {"alone": numbers.times(alone.met_other, alone.pairs), "wider": numbers.times(wider.met_other, wider.pairs)}
    return words("basis_definition", **told)


def checks(results: Results, numbers: OfficeNumbers) -> str:
    """The local figures to check first, each with the value in force and the department: what the county's own file assumes or
    derives, then what it is silent on, as ``xianjie population --missing`` lists it.
    """
    from experiments.county_data.facts import asked_facts
    from sim.clauses import clauses_of
    from sim.core.inputs.errors import InputError
    from sim.core.inputs.parameters import load_all
    from sim.scenario import missing_facts, restore_scenario

    words, book = numbers.words, load_all().parameters
    description = {**results.manifest["scenario"], "policies": ()}
    facts = [fact for fact in description.get("county") or () if fact["evidence"] in GUESSED]
    facts.sort(key=lambda fact: fact["evidence"] != "assumed")
    with suppress(InputError, KeyError, TypeError):  # of another version of the program
        listed = {fact["parameter"] for fact in facts}
        facts += [vars(each) for each in missing_facts(restore_scenario(description)) if each.parameter not in listed]
    kept_at = {each.parameter: {"zh": each.zh_where, "en": each.en_where} for each in asked_facts().values() if each.parameter}
    offices = {
        name: clause.departments
        for clause in clauses_of(results.manifest["scenario"].get("plan")).values()
        for name in clause.lives
        if clause.departments
    }
    texts = []
    for number, fact in enumerate(facts[:MOST_CHECKS], 1):
        known, value = book.get(fact["parameter"]), results.manifest["parameters"].get(fact["parameter"], fact["value"])
        office = next(iter(offices.get(fact["parameter"], ())), kept_at.get(fact["parameter"]))
        department = words("check_office", office=words.of(office)) if office else ""
        name, shown = _bare(words.of(fact["name"])), _used(known, value, words)
        texts.append(words("check_item", number=number, name=name, value=shown, office=department))
    return words("sentence_end", text=words("item_list").join(texts)) if texts else ""


def _bare(name: str) -> str:
    """A fact's name without its unit in brackets."""
    return name.split("（")[0].split(" (")[0]


def _used(parameter: Any, value: Any, words: Words) -> str:
    """What the run used for a fact (where it draws, the middle of it); of a dated one the first value with its month."""
    if isinstance(value, Mapping):
        month = min(value)
        value = {month: value[month]} if len(value) > 1 else value[month]
    if parameter is None:
        return str(value)
    if parameter.unit.startswith("yuan/") and not isinstance(value, Mapping):
        return OfficeNumbers(words).setting(worked_out(value), parameter.unit)  # 每人每年5570元, as a sentence says it
    return used_text(parameter, value, words)
