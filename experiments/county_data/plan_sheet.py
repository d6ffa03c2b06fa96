"""The sheet 方案 of a county's form: the plan that it states, for a scenario beside the county's facts.

``sim.scenario.plan_form`` reads it, as it does where a workbook is given in place of a scenario; a fault there is a finding here,
without what stands in the cell (``xianjie check FILE`` says that).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from experiments.county_data.findings import Findings
from experiments.county_data.workbook import Table
from sim.core.inputs import shipped
from sim.core.inputs.errors import BilingualText, InputError, InputErrors
from sim.core.inputs.parameters import load_all
from sim.scenario import load_scenario, plan_form
from sim.scenario.distributions import COUNTY_FILE

FILE = "方案.yaml"
KIND, SHEET = "plan", plan_form.SHEET
#: Where a county's own plan stands; what the sheet says of it counts only for a workbook that is run itself.
_PLACES = ("county", "plan")
#: A long number in a title may be of a person.
_PRIVATE = re.compile(r"\d{11,}")


def is_plan(table: Table) -> bool:
    """Whether a table is the sheet 方案 of an .xlsx workbook."""
    return table.sheet == SHEET and table.file.lower().endswith(plan_form.SUFFIX)


def read(path: Path, findings: Findings) -> Mapping[str, Any] | None:
    """The scenario that the sheet of a workbook states, by YAML's keys; None if it sets nothing or is faulty (a finding)."""
    where = (path.name, SHEET)
    try:
        with plan_form.with_facts_apart():
            tree = plan_form.read(path, load_all())
    except InputError as problem:
        for each in _each(problem):
            findings.add(where, each.line, "plan_value")
        return None
    if not {"set", "levers"} & set(tree):
        return None
    try:
        with plan_form.with_facts_apart():
            load_scenario(path)
    except InputError as problem:  # each cell is right by itself: 'xianjie check' would send whoever asks it to the import
        for each in _each(problem):
            detail = BilingualText(_PRIVATE.sub("…", each.english), _PRIVATE.sub("…", each.chinese))
            findings.add(where, each.line, "plan_contradicts", detail=detail)
        return None
    if tree.get("extends") not in (None, *shipped.files()):
        findings.add(where, tree.lines["extends"], "plan_extends")
        return None
    for key in _PLACES:
        if key in tree:
            findings.note(
                where, f"'{key}' of the plan is not taken over", f"方案中的“{plan_form.SETTINGS[key][0]}”未采用，以本县数据为准"
            )
    found = {key: _plain(value) for key, value in tree.items() if key not in _PLACES}
    return {**found, **{key: {language: _PRIVATE.sub("…", text) for language, text in found[key].items()}
                        for key in ("title", "reason") if key in found}}  # fmt: skip


def _each(problem: InputError) -> Sequence[InputError]:
    return problem.errors if isinstance(problem, InputErrors) else (problem,)


def _plain(value: Any) -> Any:
    """What YAML writes without tags."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value.item() if hasattr(value, "item") else value


def text(plan: Mapping[str, Any]) -> str:
    """The scenario as a file beside the county's facts."""
    head = "# The county's plan as its form states it (sheet 方案). Run it: xianjie run 方案.yaml --brief\n\n"
    return head + yaml.safe_dump({**plan, "county": COUNTY_FILE}, allow_unicode=True, sort_keys=False, width=120)
