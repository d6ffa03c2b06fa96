"""What was assumed, and how to make the result again: tables of the workbook."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Any

from experiments.analyses.sensitivity import WEAKEST
from experiments.reporting.documents.content import Block, Cell, Column, Paragraph, Table
from experiments.reporting.documents.context import ReportContext, column
from experiments.reporting.lever_values import lever_name, range_text, used_text

MOST = 20


def build_assumptions(context: ReportContext, influential: Sequence[str]) -> list[Block]:
    """How many assumptions have which grade of evidence, and the main ones; the workbook has a sheet of all."""
    words = context.words
    rows = _ordered(context, influential)
    assumptions = [row for row in rows if row["role"] == "assumption"]
    counts = {grade: sum(row["grade"] == grade for row in assumptions) for grade in WEAKEST}
    grade_counts = words("brief_and").join(
        words("evidence_count", grade=words(f"grade_{grade}"), count=count) for grade, count in counts.items() if count
    )
    summary = words("assumed_said", count=len(assumptions), levers=len(rows) - len(assumptions), evidence=grade_counts)
    return [
        Paragraph(summary),
        Table("assumed", words("table_assumed"), _columns(context), rows=tuple(_shown(row, context) for row in rows[:MOST]),
              note=words("note_assumed")),
    ]  # fmt: skip


def _ordered(context: ReportContext, influential: Sequence[str]) -> list[dict[str, Any]]:
    """Every parameter used: the influential first, then what the scenario sets, missing local facts, the weakest evidence."""
    from sim.core.inputs.parameters import load_all

    known = load_all().parameters
    scenario = context.manifest["scenario"]
    # What the county file fixes is a fact of the county; what a scenario or --set says is the scenario's own.
    own = {
        identity
        for identity, entries in (scenario.get("overrides") or {}).items()
        if any(not str(entry["place"]).endswith("county.yaml") for entry in entries)
    }
    facts = {fact["parameter"] for fact in scenario.get("county") or () if fact["evidence"] in ("assumed", "derived")}
    rows = []
    for identity, value in context.manifest["parameters"].items():
        parameter = known.get(identity)
        why = (
            "influence" if identity in influential
            else "scenario" if identity in own
            else "county" if identity in facts
            else "weak" if parameter is not None and parameter.varies and parameter.evidence == "assumed"
            else "rest"
        )  # fmt: skip
        grade = None if parameter is None else parameter.evidence
        place = influential.index(identity) if identity in influential else 0
        order = (REASONS.index(why), place, WEAKEST.index(grade) if grade in WEAKEST else len(WEAKEST), identity)
        role = "assumption" if parameter is None else parameter.role
        rows.append(
            {"id": identity, "value": value, "parameter": parameter, "why": why, "grade": grade, "role": role, "order": order}
        )
    return sorted(rows, key=lambda row: row["order"])


REASONS = ("influence", "scenario", "county", "weak", "rest")


def _columns(context: ReportContext) -> tuple[Column, ...]:
    words = context.words
    widths = {"parameter": 3.2, "central": 1.8, "range": 1.8, "evidence": 1.1, "why": 1.2}
    return tuple(column(words, name, width=width) for name, width in widths.items())


def _shown(row: Mapping[str, Any], context: ReportContext) -> dict[str, Cell | str]:
    words, parameter = context.words, row["parameter"]
    name = row["id"] if parameter is None else lever_name(parameter, words)
    return {
        "parameter": name,
        "central": format_value(row["value"]) if parameter is None else used_text(parameter, row["value"], words),
        "range": "" if parameter is None else range_text(parameter, row["value"], words),
        "evidence": words("unknown") if row["grade"] is None else words(f"grade_{row['grade']}"),
        "why": words(f"why_{row['why']}"),
    }


def format_value(value: Any) -> str:
    """A parameter's value as text."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return f"{value:.10g}"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {format_value(each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(format_value(each) for each in value)
    return str(value)


def file_name(place: Any) -> str:
    """A place without the folders of the computer it was on; --set and whatever else is no path as it is."""
    text = str(place)
    return text if text.startswith("-") or "=" in text else PureWindowsPath(text).name or text


def without_folders(command: str) -> str:
    """A command line whose files are named without the folders of the computer it was on."""
    try:
        return shlex.join(file_name(word) if PureWindowsPath(word).root else word for word in shlex.split(command))
    except ValueError:  # no command line
        return command


def build_reproduction_table(context: ReportContext, command: str) -> Table:
    """The reproducibility box: everything needed to make the same result, and this brief, again."""
    words, manifest = context.words, context.manifest
    scenario, program, counts = manifest["scenario"], manifest["program"], manifest["replications"]
    draws = context.results.goals[0]["draws"] if context.results.goals else 0
    changed = words("again_changed") if program.get("changed") else ""
    commit = (program.get("commit") or "")[:12]
    sets = [
        f"{identity} = {format_value(entry['value'])} ({file_name(entry['place'])})"
        for identity, entries in (scenario.get("overrides") or {}).items()
        for entry in entries
    ]
    base, months = context.measured.base, manifest["months"]
    versions = [f"{name} {number}" for name, number in manifest["versions"].items() if number]
    where = manifest["platform"]
    rows = (
        ("again_scenario", f"{context.title} ({scenario['id']})"),
        ("again_files", ", ".join(map(file_name, scenario.get("files") or ()))),
        ("again_sets", "\n".join(sets[:NAMED_SETS]) + ("\n…" if len(sets) > NAMED_SETS else "") or words("nothing")),
        ("again_runs", words("again_runs_said", first=months[0], last=months[-1], runs=counts["completed"], draws=draws)),
        ("again_seed", str(manifest["seed"])),
        ("again_vantage", context.vantage),
        ("again_program", f"xianjie {program.get('version') or ''} {commit}{changed}"),
        ("again_versions", f"{', '.join(versions)}; {where['system']} {where['machine']}"),
        ("again_hash", manifest["hash"]),
        ("again_code", str(manifest["code"])),
        ("again_without", words("again_without_none") if base is None else base.manifest["hash"]),
        ("again_command", without_folders(context.command())),
        ("again_brief", without_folders(command)),
        ("again_verify", f"xianjie verify {shlex.quote(context.results.folder.name)}"),
    )  # fmt: skip
    columns = (
        column(words, "key", width=1.4, label="again_key", meaning="explains_again_key"),
        column(words, "value", width=5, label="again_value", meaning="explains_again_value"),
    )
    return Table("again", words("table_again"), columns, tuple({"key": words(key), "value": text} for key, text in rows))


NAMED_SETS = 12
