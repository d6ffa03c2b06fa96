"""From files to what is known of a county: every file read, joined, checked and counted; then only counts are left."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.county_data import (
    checks,
    contradictions,
    form,
    joining,
    plan_sheet,
    residents,
    residents_sheet,
    sheet,
    tabulate,
    workbook,
)
from experiments.county_data.checks import Rule
from experiments.county_data.facts import GivenFact
from experiments.county_data.findings import TEXTS, Findings
from experiments.county_data.form import Form
from experiments.county_data.residents import Fitted
from experiments.county_data.sheet import Sheet
from experiments.county_data.tabulate import Counts, Tables
from experiments.county_data.workbook import Table
from sim.core.inputs.errors import InputError, UserError

#: Takes what is being done: a file, and how many rows of it were read.
Progress = Callable[[str, int], None]
#: Kinds of tables that households, facts or places are read from.
FORM = "form"


@dataclass(frozen=True)
class TableRead:
    """A table that was read: what it is a table of, its rows by what became of them, and how many of its columns are not read."""

    file: str
    sheet: str
    kind: str
    rows: dict[str, int]
    unused: tuple[str, ...]
    encoding: str = ""

    def described(self) -> dict[str, Any]:
        """For JSON."""
        return {"file": self.file, "sheet": self.sheet, "kind": self.kind, "rows": self.rows, "unused_columns": list(self.unused)}


@dataclass(frozen=True)
class Imported:
    """What is known of a county after an import; nothing in it is of a single household or person."""

    counts: Counts
    tables: Tables
    facts: dict[str, GivenFact]
    name: str
    code: str
    rules: tuple[Rule, ...]
    findings: Findings
    read: tuple[TableRead, ...]
    month: str
    has_register: bool
    has_civil: bool
    counted: frozenset[str] = field(default_factory=frozenset)  # totals that were counted, and not only stated
    plan: Mapping[str, Any] | None = None  # the scenario that the sheet 方案 states
    residents: Fitted = Fitted()


def read(paths: Sequence[Path], progress: Progress = lambda file, rows: None) -> Imported:
    """Read the files of a county. Raises InputError for a file that cannot be read, and where nothing can be founded on them."""
    findings, given = Findings(), Form()
    sheets: list[Sheet] = []
    tables: list[TableRead] = []
    distinct = _distinct(paths)
    for path in distinct:
        progress(path.name, 0)
        _read_file(path, given, sheets, tables, findings, progress)
    joined = joining.join(sheets, findings)
    _counties(sheets, findings)
    rules = checks.check(joined, findings)
    counts = tabulate.count(joined)
    counted = frozenset(name for name, value in counts.described().items() if value)
    contradictions.check(given.facts, form.parts(sheets, given), joined, counts, findings)
    made = tabulate.tables(joined)
    checks.check_columns(joined, bool(made.incomes), findings)
    census = Fitted() if given.residents is None else residents.fitted(given.residents, given.facts, sheets,
                                                                         tabulate.by_township(joined), findings)  # fmt: skip
    plan = _plan([path for path in distinct if any(each.kind == plan_sheet.KIND and each.file == path.name for each in tables)],
                 findings)  # fmt: skip
    rows = {(each.file, each.sheet): sum(each.rows.values()) for each in tables}
    findings.finish(rows)
    if (
        not given.facts
        and not census.cells
        and not joined.households
        and not joined.persons
        and not joined.villages
        and not joined.civil_households
    ):
        raise InputError(
            paths[0], 0, "there is nothing here to found a county on: no facts are filled in, and no table of households was "
            "found; begin with 'xianjie county template FILE.xlsx'",
            "没有可以建县的数据：县情表没有填写，也没有找到户、人的名单；可先运行 xianjie county template 本县.xlsx"
        )  # fmt: skip
    return Imported(
        _complete(counts, given), made, given.facts, given.name, given.code, tuple(rules), findings, tuple(tables),
        f"{joined.year}-{joined.month:02d}", bool(joined.households), bool(joined.civil_households or joined.civil_persons),
        counted, plan, census,
    )  # fmt: skip


def _plan(paths: Sequence[Path], findings: Findings) -> Mapping[str, Any] | None:
    """The plan of the first workbook that states one; a second is a finding."""
    first = None
    for path in paths:
        found = plan_sheet.read(path, findings)
        if found is not None and first is not None:
            findings.add((path.name, plan_sheet.SHEET), 1, "plan_twice")
        first = first or found
    return first


def _distinct(paths: Sequence[Path]) -> list[Path]:
    """The files, each once. Raises InputError for one that is not there, and for two of the same name: findings name files so."""
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            raise InputError(path, 0, "is a folder; name the files in it", "是文件夹；请写出其中的文件")
        if not path.exists():
            raise InputError(path, 0, "there is no such file", "没有这个文件")
        other = found.get(path.name)
        if other is not None and other.resolve() != path.resolve():
            raise InputError(
                path, 0, f"has the same name as {other}; rename one of the two", f"与 {other} 重名；请给其中一个改名"
            )  # fmt: skip
        found[path.name] = path
    return list(found.values())


def _read_file(
    path: Path, given: Form, sheets: list[Sheet], tables: list[TableRead], findings: Findings, progress: Progress
) -> None:
    """Read all tables of a file. What was read is kept only if the whole file can be."""
    found: list[Sheet] = []
    try:
        for table in workbook.tables(path):
            each = _read_table(table, given, findings, lambda rows: progress(path.name, rows))
            tables.append(each if isinstance(each, TableRead) else _described(each, table))
            if isinstance(each, Sheet) and each.kind != sheet.UNKNOWN:
                found.append(each)
    except UserError as problem:
        raise InputError(path, 0, problem.english, problem.chinese) from None
    except (MemoryError, RecursionError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as problem:
        # A fault of ours; its message may hold what stands in a cell, so only its kind is said.
        raise InputError(
            path, 0, f"could not be read ({type(problem).__name__}); open it, save it as .xlsx and try again",
            f"读取失败（{type(problem).__name__}）；请打开后另存为 .xlsx 再试"
        ) from None  # fmt: skip
    sheets += found
    _unread(path.name, [each for each in tables if each.file == path.name], findings)


def _unread(file: str, tables: Sequence[TableRead], findings: Findings) -> None:
    """Report a file without any known table, sheets that were added to a form, and in a note the others that were passed over."""
    if all(each.kind == sheet.UNKNOWN for each in tables):
        findings.add((file, tables[0].sheet if tables else ""), 1, "sheet_unread")
        return
    is_form = any(each.kind == FORM for each in tables)
    for each in tables:
        if each.kind != sheet.UNKNOWN or not any(each.rows.values()) or (is_form and each.sheet in form.NOTES_SHEETS):
            continue
        if is_form:
            findings.add((file, each.sheet), 1, "sheet_unread")
        else:
            text = TEXTS["sheet_unread"]
            findings.note((file, each.sheet), text.english, text.chinese)


def _read_table(table: Table, given: Form, findings: Findings, progress: Callable[[int], None]) -> Sheet | TableRead:
    if plan_sheet.is_plan(table):
        return TableRead(
            table.file, table.sheet, plan_sheet.KIND, {"placed": sum(any(c != "" for c in row) for _, row in table.rows)}, ()
        )
    head = list(itertools.islice(table.rows, 8))
    at = form.is_form(head)
    if at is not None:
        filled = form.read(table, head, at, given, findings)
        return TableRead(table.file, table.sheet, FORM, {"placed": filled}, ())
    if residents_sheet.find(head) is not None:
        found, filled = residents_sheet.read(table, head, table.rows, findings)
        if filled and given.residents is not None:
            findings.add(found.where, 1, "resident_twice", residents_sheet.SHEET)
        elif filled:
            given.residents = found
        return TableRead(table.file, table.sheet, residents_sheet.KIND, {"placed": filled}, ())
    return sheet.read(replace(table, rows=itertools.chain(head, table.rows)), findings, progress)


def _described(each: Sheet, table: Table) -> TableRead:
    rows = {name: number for name, number in each.rows.items() if number}
    return TableRead(*each.where, each.kind, rows, tuple(each.unused), table.encoding)


def _counties(sheets: list[Sheet], findings: Findings) -> None:
    """Rows of another county than most."""
    found = [
        (each.where, record.row, str(record.get("county"))) for each in sheets for record in each.records if record.get("county")
    ]
    if not found:
        return
    names = [name for _, _, name in found]
    most = max(set(names), key=names.count)
    for where, row, name in found:
        if name != most:
            findings.add(where, row, "other_county", "县")


def _complete(counts: Counts, given: Form) -> Counts:
    """Totals that no table gave, as the facts state them."""
    stated = {"registered_households": "registered_households", "registered_persons": "registered_persons",
              "monitored_households": "monitored_households", "monitored_persons": "monitored_persons",
              "dibao_households": "dibao_households", "dibao_persons": "dibao_persons", "posts": "posts", "loans": "loans",
              "townships": "townships", "villages": "villages"}  # fmt: skip
    described = counts.described()
    more = {name: int(given.facts[fact].value) for name, fact in stated.items() if not described[name] and fact in given.facts}
    return replace(counts, **more)
