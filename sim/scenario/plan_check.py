"""Checks a plan folder as a whole: its plan and the register of its document, and what one says of the other."""

from pathlib import Path

from sim.clauses import FILE, read_clauses
from sim.core.inputs import shipped
from sim.core.inputs.errors import InputError, InputErrors, unknown
from sim.core.inputs.parameters import load_all
from sim.goals import COUNTY_ONLY, GOALS, INDICATORS
from sim.goals.plans import Plan, read_plan


def check_plan(which: str | Path) -> tuple[Plan | None, list[InputError]]:
    """A plan folder, and everything that is wrong with it; None where it cannot be used.

    Raises InputError where there is no such folder.
    """
    file = shipped.plan_file(which)
    faults: list[InputError] = []
    plan = None
    try:
        plan = read_plan(file, lambda *fault: faults.append(InputError(*fault)))
    except InputError as problem:
        faults += _each(problem)
    register = file.with_name(FILE)
    try:
        rows, wrong = read_clauses(register)
    except InputError as problem:
        return None, faults + _each(problem)
    faults += wrong
    sections = {row.section for row in rows.values()}
    known = {*load_all().parameters, *GOALS, *INDICATORS, *COUNTY_ONLY, *(each.id for each in (plan.own if plan else ()))}
    for row in rows.values():
        for name in row.lives:
            if name not in known and not name.startswith("scenario."):
                lost = unknown(f"{row.id}: 'lives' names no part of the model", f"{row.id}：模型里没有：", name, sorted(known))
                faults.append(InputError(register, row.line, *lost))
    for asked in plan.asked if plan is not None and sections else ():
        if asked.clause is not None and asked.clause not in sections:
            says = (f"{asked.id}: {FILE} has no section", f"{asked.id}：{FILE} 里没有这一节：")
            lost = unknown(*says, asked.clause, sorted(sections))
            faults.append(InputError(file, asked.line, *lost))
    return (None if faults else plan), faults


def _each(problem: InputError) -> list[InputError]:
    return list(problem.errors) if isinstance(problem, InputErrors) else [problem]
