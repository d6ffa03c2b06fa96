"""Contracts over every process of the month."""

import ast
import importlib

import pytest

from sim.core.calendar import steps_of
from sim.core.inputs.parameters import load_all
from sim.core.process import PROCESSES
from sim.core.tables import TABLES
from sim.county import make_ready
from sim.month import MONTH, OPENING, PROCESSES_IN_ORDER
from sim.world.funds import check_permitted, fund_records
from tests.contracts.sources import ROOT, SIM, advice, process_files, tree

make_ready()
for path in process_files():  # those that the month has no line for, too
    importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def test_every_process_has_exactly_one_place():
    names = [process.name for process in PROCESSES_IN_ORDER]
    assert len(names) == len(set(names))
    astray = sorted(set(PROCESSES) - set(names))
    assert not astray, advice("A programme", (f"{name}: has no line in sim/month.py" for name in astray))
    assert len(names) == len(list(steps_of(MONTH))) + len(OPENING)


@pytest.mark.parametrize("process", PROCESSES_IN_ORDER, ids=lambda process: process.name)
def test_a_process_says_what_it_does_and_why_it_stands_where_it_stands(process):
    assert process.meaning.endswith("."), advice(
        "A programme", [f"{process.name}: its docstring says in one sentence, with a full stop, what it does"]
    )
    reasons = [step.reason for step in steps_of(MONTH) if step.process is process]
    assert process in OPENING or all(len(reason) > 8 for reason in reasons), advice(
        "A programme", [f"{process.name}: its line in sim/month.py gives no reason for its place"]
    )


@pytest.mark.parametrize("process", PROCESSES_IN_ORDER, ids=lambda process: process.name)
def test_a_process_of_the_administration_declares_no_truth(process):
    if process.sees != "records":
        return
    declared = [(table, column) for part in (process.reads, process.writes) for table in part for column in part[table]]
    assert [column for table, column in declared if TABLES[table].column(column).truth] == []


def test_some_processes_see_records_only():
    assert {process.name for process in PROCESSES_IN_ORDER if process.sees == "records"} >= {
        "case_review", "help_requests", "targeted_help", "risk_elimination", "relapse_records",
    }  # fmt: skip


def test_no_two_processes_share_a_decision_of_luck():
    words = [decision.word for process in PROCESSES_IN_ORDER for decision in process.draws]
    owners = {(process.owner, decision.name) for process in PROCESSES_IN_ORDER for decision in process.draws}
    assert len(set(words)) == len(owners)


def test_every_payment_is_permitted_and_every_permission_used():
    check_permitted(PROCESSES_IN_ORDER)
    used = {(payer.name, pay.reason) for process in PROCESSES_IN_ORDER for pay in process.pays for payer in pay.payers}
    allowed = {(fund.name, reason) for fund, record in fund_records().items() for reason in record.pays}
    assert allowed == used, advice(
        "A programme",
        (f"{fund.lower()}: no process pays '{use}': declare it in pays=, or take it out of sim/world/funds.yaml"
         for fund, use in sorted(allowed - used)),
    )  # fmt: skip


def test_a_payment_beyond_the_matrix_is_refused():
    from dataclasses import replace

    from sim.core.inputs.errors import InputError
    from sim.core.ledger import Fund
    from sim.core.process import PaymentDeclaration

    process = next(each for each in PROCESSES_IN_ORDER if each.pays)
    astray = replace(process, pays=(PaymentDeclaration(process.pays[0].reason, (Fund.BANK,), Fund.OUTSIDE),))
    with pytest.raises(InputError, match=r"funds.yaml:\d+: .*\n.*'bank' may not pay .* or with 'own'"):
        check_permitted([astray])


def test_every_column_is_read_somewhere():
    """A column that is only ever written costs memory in every replication and informs nobody."""
    read = set()
    for path in SIM.rglob("*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                read.add(node.attr)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "having":
                read.add(ast.literal_eval(node.args[1]))
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant):
                read.add(node.slice.value)
    unread = [f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns if column.name not in read]
    assert not unread, advice(
        "A column", (f"{name}: no rule reads it (+= alone does not): read it, or take its line away" for name in unread)
    )


def test_every_parameter_has_both_names_and_an_honest_grade():
    faults = []
    for parameter in load_all().parameters.values():
        if not parameter.name.zh.strip() or not parameter.name.en.strip():
            faults.append(f"{parameter.id} lacks a name")
        if parameter.evidence == "measured" and not parameter.sources:
            faults.append(f"{parameter.id} is called measured without a source")
        if parameter.evidence == "policy" and parameter.clause is None:
            faults.append(f"{parameter.id} is called policy without a clause")
    assert faults == []
