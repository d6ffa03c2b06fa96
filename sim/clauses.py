"""The register of a plan's document: every number of its body and annex, and where in the model it is."""

from collections import abc
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from sim.core.inputs import shipped
from sim.core.inputs.errors import InputError, all_of, unknown
from sim.core.inputs.parameters import HOME, OWN, Names, Strict
from sim.core.inputs.validation import explain
from sim.core.inputs.yaml_file import Mapping, read_mapping

FILE = "clauses.yaml"
MODELLED, NOT_MODELLED, CONTRADICTED = "modelled", "not_modelled", "contradicted"
PARTS = ("departments", "reasons", "sections", "clauses")
KINDS = ("lever", "goal", "parameter", "indicator", NOT_MODELLED)
STATUSES = (MODELLED, NOT_MODELLED, CONTRADICTED)
#: The section under which is listed what the paper does not ask for.
OWN_SECTION = {"zh": "自定（文件未提出）", "en": "Own, not asked for by the paper"}


class Row(Strict):
    """A row as it stands in the file."""

    section: str
    fixes: Names
    value: int | float | str
    unit: str
    year: int | str
    kind: Literal["lever", "goal", "parameter", "indicator", "not_modelled"]
    lives: tuple[str, ...] = ()
    reason: str | None = None
    contradicts: str | None = None


class Section(Strict):
    """A section of the paper and the departments it makes responsible."""

    zh: str
    en: str
    departments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clause:
    """A number of the paper: what it fixes, as the paper gives it, and where in the model it is.

    ``lives``: ids of parameters, goals, indicators, or fields of a scenario, the main one first; ``reason``: why it is not
    modelled; ``contradicts``: the row with which the paper contradicts itself; ``line``: where it stands in
    the register.
    """

    id: str
    section: str
    section_name: dict[str, str]
    departments: tuple[dict[str, str], ...]
    fixes: dict[str, str]
    value: int | float | str
    unit: str
    year: int | str
    kind: str
    lives: tuple[str, ...]
    reason: dict[str, str] | None
    contradicts: str | None
    line: int = 0

    @property
    def own(self) -> bool:
        """Whether it is no number of the paper."""
        return self.section == OWN

    @property
    def status(self) -> str:
        """Whether it is modelled, and whether the paper contradicts it elsewhere."""
        if self.contradicts is not None:
            return CONTRADICTED
        return NOT_MODELLED if self.kind == NOT_MODELLED else MODELLED


class _Register:
    """Reads one register, gathering what is wrong."""

    def __init__(self, file: Path) -> None:
        self.file, self.tree = file, read_mapping(file)
        self.faults: list[InputError] = []

    def fault(self, line: int, english: str, chinese: str) -> None:
        self.faults.append(InputError(self.file, line, english, chinese))

    def part(self, name: str) -> Mapping:
        """A part of the file; an empty one, and a fault, where it is no mapping."""
        found = self.tree.get(name)
        if isinstance(found, Mapping):
            return found
        if found is not None or name == "clauses":
            self.fault(
                self.tree.lines.get(name, 1), f"'{name}' must be a mapping, one entry to a line", f"“{name}”下面应一行写一项"
            )  # fmt: skip
        return Mapping(1)

    def records(self, kind: type[Strict], name: str) -> dict[str, Any]:
        """The records of a part by their keys."""
        tree, found = self.part(name), {}
        for key in tree:
            try:
                found[str(key)] = kind.model_validate(tree[key])
            except ValidationError as problem:
                self.fault(tree.lines[key], *explain(problem.errors()[0], list(kind.model_fields), str(key)))
        return found

    def read(self) -> dict[str, Clause]:
        for key in self.tree:
            if key not in PARTS:
                self.fault(self.tree.lines[key], *unknown("a register has no part", "条款表没有这一部分：", key, PARTS))
        departments, reasons = self.records(Names, "departments"), self.records(Names, "reasons")
        sections = self.records(Section, "sections")
        lines = self.part("sections").lines
        for key, section in sections.items():
            for name in section.departments:
                if name not in departments:
                    self.fault(lines[key], *unknown(f"{key}: no department", f"{key}：没有这个部门：", name, list(departments)))
        rows, register = self.records(Row, "clauses"), {}
        lines = self.part("clauses").lines
        for key, row in rows.items():
            before = len(self.faults)
            for name, known in ((row.section, sections), (row.reason, reasons), (row.contradicts, rows)):
                if name is not None and name not in known:
                    self.fault(lines[key], *unknown(f"{key}: unknown name", f"{key}：没有这个名称：", name, list(known)))
            if (row.kind == NOT_MODELLED) != (row.reason is not None) or (row.kind == NOT_MODELLED) == bool(row.lives):
                self.fault(
                    lines[key], f"{key}: a modelled row says in 'lives' where it is in the model, any other gives a reason",
                    f"{key}：已建模的条款要写明在模型何处（lives），未建模的要写明理由（reason）"
                )  # fmt: skip
            section = sections.get(row.section)
            if len(self.faults) > before or section is None:
                continue
            register[key] = Clause(
                id=key, section=row.section, section_name={"zh": section.zh, "en": section.en},
                departments=tuple(departments[name].model_dump() for name in section.departments if name in departments),
                fixes=row.fixes.model_dump(), value=row.value, unit=row.unit, year=row.year, kind=row.kind, lives=row.lives,
                reason=reasons[row.reason].model_dump() if row.reason else None, contradicts=row.contradicts, line=lines[key],
            )  # fmt: skip
        return register


def read_clauses(file: Path) -> tuple[dict[str, Clause], list[InputError]]:
    """A register by id, in the order of the document, and what is wrong with it; without any row where there is no such file.

    Raises InputError where it cannot be read at all.
    """
    if not file.is_file():
        return {}, []
    register = _Register(file)
    found = register.read()
    return found, register.faults


@cache
def clauses(plan_file: Path | None = None) -> dict[str, Clause]:
    """The register of a plan's document, or of Lingyuan's, by id. Raises InputError (or InputErrors) with line."""
    found, faults = read_clauses((plan_file or shipped.plan_file(HOME)).with_name(FILE))
    if faults:
        raise all_of(faults)
    return found


def clauses_of(plan: Any) -> dict[str, Clause]:
    """The register of a plan's document: of a record, or of its description in a manifest; Lingyuan's where there is none, and no
    row where the plan has no register, or its folder is gone.
    """
    if plan is None:
        return clauses()
    name, file = (plan["id"], plan["file"]) if isinstance(plan, abc.Mapping) else (plan.id, plan.file)
    if name == HOME:
        return clauses()
    try:
        return clauses(Path(file))
    except (InputError, OSError):
        return {}


def own_clause(id: str, name: dict[str, str], value: int | float | str, unit: str, kind: str) -> Clause:
    """A lever, goal or parameter of a researcher (clause ``own``) as a row beside those of the paper."""
    return Clause(
        id,
        OWN,
        OWN_SECTION,
        departments=(),
        fixes=name,
        value=value,
        unit=unit,
        year="",
        kind=kind,
        lives=(id,),
        reason=None,
        contradicts=None,
    )
