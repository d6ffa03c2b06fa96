"""The register of the policy paper: every number of its body and annex, and where in the model it is."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from sim.core.inputs.errors import InputError, unknown
from sim.core.inputs.parameters import OWN, Names, Strict
from sim.core.inputs.validation import explain
from sim.core.inputs.yaml_file import Mapping, read_mapping

FILE = Path(__file__).with_suffix(".yaml")
MODELLED, NOT_MODELLED, CONTRADICTED = "modelled", "not_modelled", "contradicted"
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
    modelled; ``contradicts``: the row with which the paper contradicts itself.
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


def _record(kind: type[Strict], tree: Mapping, key: str) -> Any:
    try:
        return kind.model_validate(tree[key])
    except ValidationError as problem:
        raise InputError(FILE, tree.lines[key], *explain(problem.errors()[0], list(kind.model_fields), key)) from None


@cache
def clauses() -> dict[str, Clause]:
    """The register by id, in the order of the paper. Raises InputError with the line of the first fault."""
    tree = read_mapping(FILE)
    departments = {key: _record(Names, tree["departments"], key) for key in tree["departments"]}
    reasons = {key: _record(Names, tree["reasons"], key) for key in tree["reasons"]}
    sections = {key: _record(Section, tree["sections"], key) for key in tree["sections"]}
    register = {}
    for key in tree["clauses"]:
        row: Row = _record(Row, tree["clauses"], key)
        line = tree["clauses"].lines[key]
        for name, known in ((row.section, sections), (row.reason, reasons), (row.contradicts, tree["clauses"])):
            if name is not None and name not in known:
                raise InputError(FILE, line, *unknown(f"{key}: unknown name", f"{key}：没有这个名称：", name, list(known)))
        if (row.kind == NOT_MODELLED) != (row.reason is not None) or (row.kind == NOT_MODELLED) == bool(row.lives):
            raise InputError(
                FILE, line, f"{key}: a modelled row says in 'lives' where it is in the model, any other gives a reason",
                f"{key}：已建模的条款要写明在模型何处（lives），未建模的要写明理由（reason）"
            )  # fmt: skip
        section = sections[row.section]
        register[key] = Clause(
            id=key, section=row.section, section_name={"zh": section.zh, "en": section.en},
            departments=tuple(departments[name].model_dump() for name in section.departments),
            fixes=row.fixes.model_dump(), value=row.value, unit=row.unit, year=row.year, kind=row.kind, lives=row.lives,
            reason=reasons[row.reason].model_dump() if row.reason else None, contradicts=row.contradicts,
        )  # fmt: skip
    return register


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
