"""A county folder from an import: the file of facts, and the tables of registered households beside it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from experiments.county_data import plan_sheet
from experiments.county_data.facts import GivenFact, asked_facts
from experiments.county_data.importer import Imported
from experiments.results.files import write_csv, write_text
from sim.core.inputs.parameters import load_all
from sim.scenario import residents
from sim.scenario.distributions import (
    CELL_COLUMNS,
    COUNTY_FILE,
    HOUSEHOLDS_FILE,
    INCOME_COLUMNS,
    INCOMES_FILE,
    MARGIN_COLUMNS,
    MARGINS_FILE,
)

HOME_RURAL = "founding.rural_persons"
#: Facts that exports count: parameter, the total it is, names.
_COUNTED = {
    "dibao_households": "dibao_households",
    "dibao_persons": "dibao_persons",
    "loans": "loans",
    "townships": "townships",
    "villages": "villages",
    "registered_persons": "registered_persons",
    "posts": "posts",
    "registered_households": "registered_households",
}


def records(imported: Imported, title: str) -> dict[str, Any]:
    """The content of ``county.yaml``: title, code, and facts with their evidence."""
    found: dict[str, Any] = {"title": {"zh": title, "en": title}}
    if imported.code:
        found["code"] = int(imported.code)
    counted = dict(_counted(imported))
    for identity, fact in asked_facts().items():
        given = imported.facts.get(identity)
        if identity in counted:
            found[identity] = _record(fact.zh, fact.en, fact.parameter, counted[identity], "measured",
                                      f"counted from the exports of {imported.month}", None)  # fmt: skip
        elif given is not None and fact.element is None:
            found[identity] = _given(given)
    found |= _residents(imported)
    found |= _lists(imported)
    return found


def _residents(imported: Imported) -> dict[str, Any]:
    """Facts that a census says as well: they go before what is stated of those who live in no household, or of streets without
    rural residents.
    """
    cells = imported.residents.cells
    source = imported.residents.source
    totals = {
        "rural_persons": (sum(cell.persons for cell in cells), "members of households"),
        "townships": (len({cell.township for cell in cells}), "townships with rural residents"),
    }
    return {
        name: _record(f"{fact.zh}（{fact.unit}）", f"{fact.en} ({fact.en_unit})", fact.parameter, total,
                      "measured" if source else "assumed", f"{source or 'filled in without a source'}; {said}", None)
        for name, (total, said) in totals.items() if cells for fact in (asked_facts()[name],)
    }  # fmt: skip


def _counted(imported: Imported) -> Iterator[tuple[str, int]]:
    """Facts that were counted; those of civil affairs only where its lists were given."""
    described = imported.counts.described()
    for fact, total in _COUNTED.items():
        if total not in imported.counted or (total.startswith("dibao") and not imported.has_civil):
            continue
        if total in ("townships", "villages") and fact in imported.facts:
            continue  # the exports may lack villages without registered households
        yield fact, described[total] or 0


def _record(zh: str, en: str, parameter: str, value: Any, evidence: str, source: str, year: int | None) -> dict[str, Any]:
    record = {"name": {"zh": zh, "en": en}, "parameter": parameter or None, "value": value}
    if year is not None:
        record["year"] = year
    return {**record, "evidence": evidence, "source": source}


def _given(given: GivenFact) -> dict[str, Any]:
    fact = given.asked
    value = _plain(given.value * fact.factor)
    unit = f"（{fact.unit}）" if fact.factor == 1 else ""
    unit_en = f" ({fact.en_unit})" if fact.factor == 1 else ""
    return _record(f"{fact.zh}{unit}", f"{fact.en}{unit_en}", fact.parameter, value, "measured" if given.source else "assumed",
                   given.source or "filled in without a source", given.year)  # fmt: skip


def _lists(imported: Imported) -> dict[str, Any]:
    """Facts that are elements of a list. A list that grows with the county is set where all were filled in, else they are on
    record only; of one that does not, such as prices, what is blank stays as it is in Lingyuan.
    """
    found: dict[str, Any] = {}
    by_parameter: dict[str, list[GivenFact]] = {}
    for given in imported.facts.values():
        if given.asked.element is not None:
            by_parameter.setdefault(given.asked.parameter, []).append(given)
    for parameter, filled in by_parameter.items():
        asked = [fact for fact in asked_facts().values() if fact.parameter == parameter]
        book = load_all().parameters[parameter]
        found |= _per_unit(parameter, filled, imported.facts) if not book.scales_with else {}
        if not book.scales_with:
            continue
        if len(filled) == len(asked):
            values = [_plain(each.value * each.asked.factor) for each in sorted(filled, key=lambda each: each.asked.element or 0)]
            sources = "; ".join(dict.fromkeys(each.source for each in filled if each.source))
            complete = all(each.source for each in filled)
            years = [each.year for each in filled if each.year is not None]
            found[parameter.rpartition(".")[2]] = _record(
                book.name.zh, book.name.en, parameter, values, "measured" if complete else "assumed",
                sources or "filled in without a source", max(years, default=None))  # fmt: skip
            continue
        for each in filled:
            fact = each.asked
            found[fact.id] = _record(
                f"{fact.zh}（{fact.unit}）", f"{fact.en} ({fact.en_unit})", "", _plain(each.value),
                "measured" if each.source else "assumed",
                f"{each.source or 'filled in without a source'}; on record: the others of its sheet are blank", each.year,
            )  # fmt: skip
    return found


def _per_unit(parameter: str, filled: list[GivenFact], facts: Mapping[str, GivenFact]) -> dict[str, Any]:
    """A list of prices or yields with the county's own elements in it; what cannot be divided is on record only."""
    found: dict[str, Any] = {}
    book = load_all().parameters[parameter]
    values, used = [float(each) for each in book.value], []
    for each in filled:
        fact, whole = each.asked, facts.get(each.asked.per)
        if fact.per and (whole is None or not each.value or not whole.value):
            found[fact.id] = _record(
                f"{fact.zh}（{fact.unit}）", f"{fact.en} ({fact.en_unit})", "", _plain(each.value),
                "measured" if each.source else "assumed",
                f"{each.source or 'filled in without a source'}; on record: without output there is no yield", each.year,
            )  # fmt: skip
            continue
        amount = each.value * fact.factor
        values[fact.element or 0] = _plain(amount if whole is None else whole.value * whole.asked.factor / amount)
        used.append(each)
    if used:
        named = "; ".join(dict.fromkeys(each.source for each in used if each.source)) or "filled in without a source"
        own = ", ".join(each.asked.en for each in used)
        rest = f" (own: {own}; the others as in Lingyuan)" if len(used) < len(values) else ""
        measured = not rest and not used[0].asked.per
        evidence = "assumed" if not all(each.source for each in used) else "measured" if measured else "derived"
        years = [each.year for each in used if each.year is not None]
        found[parameter.rpartition(".")[2]] = _record(
            book.name.zh, book.name.en, parameter, values, evidence, named + rest, max(years, default=None)
        )
    return found


def _plain(value: float) -> int | float:
    """A whole number without its decimal point; others as few digits as they were given with."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def write(imported: Imported, folder: Path, title: str) -> list[str]:
    """Write the county folder, and return the names of its files."""
    names = [COUNTY_FILE]
    head = (
        "# Facts of the county as they were handed in (xianjie county import). What is not here is in proportion to\n"
        "# Lingyuan, or assumed: xianjie population --missing lists it.\n\n"
    )
    text = yaml.safe_dump(records(imported, title), allow_unicode=True, sort_keys=False, width=120)
    write_text(folder / COUNTY_FILE, head + text)
    for name, rows, order in (
        (HOUSEHOLDS_FILE, imported.tables.cells, CELL_COLUMNS),
        (MARGINS_FILE, imported.tables.margins, MARGIN_COLUMNS),
        (INCOMES_FILE, imported.tables.incomes, INCOME_COLUMNS),
        (residents.RESIDENTS_FILE, [vars(cell) for cell in imported.residents.cells], residents.RESIDENT_COLUMNS),
        (residents.AGES_FILE, [vars(band) for band in imported.residents.ages], residents.AGE_COLUMNS),
    ):
        if rows:
            write_csv(folder / name, [{column: row[column] for column in order} for row in rows])
            names.append(name)
    if imported.plan is not None:
        write_text(folder / plan_sheet.FILE, plan_sheet.text(imported.plan))
        names.append(plan_sheet.FILE)
    return names


def difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Facts that differ between two county files: id, name, both values, both sources; None where a file has none."""
    found = []
    for name in dict.fromkeys((*one, *other)):
        first, second = one.get(name), other.get(name)
        if first is None or second is None or first["value"] != second["value"]:
            either = first or second or {}
            found.append({"fact": name, "name": either["name"], "a": first and first["value"], "b": second and second["value"],
                          "source_a": first and first["source"], "source_b": second and second["source"]})  # fmt: skip
    return found
