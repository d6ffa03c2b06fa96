"""The scoreboard of a workbook: true values beside recorded ones, with and without the plan."""

from collections.abc import Mapping
from typing import Any

from experiments.analyses.consequences import RECORDED, TRUE, monitored
from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Cell, Chart, Column, Table
from experiments.reporting.documents.context import ReportContext, column, part, points, share
from experiments.reporting.documents.probability_wording import Chance, Change
from experiments.reporting.goal_selection import group_goals
from experiments.reporting.translations import Words, margin
from sim.goals import GOALS


def build_headline_table(context: ReportContext) -> Table:
    """The headline goals and all goals jointly, with every column."""
    shown = [*context.headline, *(goal for goal in context.results.goals if "members" in goal)]
    words = context.words
    chart = Chart(words("axis_probability"), "goal", ("probability", *(("base",) if context.measured.base else ())))
    return Table(
        "goals", words("brief_table_headline"), _columns(context, True), rows=tuple(build_row(context, goal) for goal in shown),
        note=words("note_headline"), chart=chart,
    )  # fmt: skip


def build_other_goals_table(context: ReportContext) -> Table | None:
    """All other goals under the headings of their families; None where there are none."""
    rows: list[Mapping[str, Cell | str]] = []
    heads: list[int] = []
    known = {goal["id"] for goal in context.headline}
    for heading, pairs in group_goals(context.results.goals):
        own = [pair[0] for pair in pairs if pair[0]["id"] not in known and "members" not in pair[0]]
        if own:
            heads.append(len(rows))
            rows.append({"goal": context.words(heading)})
            rows += [build_row(context, goal) for goal in own]
    if not rows:
        return None
    words = context.words
    chart = Chart(words("axis_probability"), "goal", ("probability",), most=60)
    return Table(
        "all_goals",
        words("table_goals"),
        _columns(context, False),
        rows=tuple(rows),
        note=words("brief_note_goals"),
        heads=frozenset(heads),
        chart=chart,
    )


def _columns(context: ReportContext, full: bool) -> tuple[Column, ...]:
    words, base, other = context.words, context.measured.base is not None, context.other
    columns = [column(words, "goal", width=2.6), column(words, "true", width=1.5, place="document")]
    if base:
        columns.append(column(words, "without" if other is None else "first", width=1.5, place="document", titled=other))
        changed = "col_change" if other is None else "col_change_other"
        columns.append(column(words, "change", width=1.5, place="document", label=changed))
    if any(goal["observed"] for goal in context.results.goals):
        columns.append(column(words, "on_file", width=1.5, place="document"))
    columns.append(column(words, "margin", width=1.6, place="document"))
    columns.append(column(words, "id", place="workbook"))
    columns += [column(words, name, "share", place="workbook") for name in ("probability", "low", "high")]
    if base:
        meaning = "explains_without" if other is None else "explains_first"
        label = "col_without_probability"
        columns.append(column(words, "base", "share", place="workbook", label=label, meaning=meaning, titled=other))
        columns.append(column(words, "difference", "share", place="workbook"))
        for end in ("low", "high"):
            name = f"difference_{end}"
            columns.append(column(words, name, "share", place="workbook", meaning=f"explains_{end}"))
        columns += [column(words, name, "whole", place="workbook") for name in ("helped", "harmed")]
    columns.append(column(words, "file_probability", "share", place="workbook", meaning="explains_on_file"))
    columns.append(column(words, "margin_median", "number", place="workbook", meaning="explains_margin", digits=2))
    columns += [column(words, name, "number", place="workbook", digits=2) for name in ("p05", "p95")]
    columns.append(column(words, "margin_unit", place="workbook"))
    columns.append(column(words, "runs", "whole", place="workbook"))
    columns.append(column(words, "luck", "share", place="workbook"))
    columns.append(column(words, "definition", place="workbook", width=3))
    return tuple(columns)


def build_row(context: ReportContext, goal: Mapping[str, Any]) -> dict[str, Cell | str]:
    """One goal: every column that a document or a workbook may need."""
    words, chance, twin, line = context.words, Chance.of(goal), context.twin(goal), context.against(goal)
    recorded = None if twin is None else Chance.of(twin)
    name = words.of(goal["name"]) + (words("on_file_mark") if goal["observed"] else "")
    cells: dict[str, Cell | str] = {
        "goal": name,
        "id": goal["id"],
        "true": probability_wording.format_probability(chance, words),
        "probability": share(chance, words),
        "low": part(None if chance is None else chance.low, "share", words),
        "high": part(None if chance is None else chance.high, "share", words),
        "on_file": probability_wording.format_probability(recorded, words) if recorded else "",
        "file_probability": share(recorded, words) if recorded else "",
        "runs": Cell(goal["runs"], str(goal["runs"])),
        "definition": words.of(goal.get("definition")),
        "margin": "",
    }
    if line is not None:
        change, base = Change.of(line), Chance.of(line, "first_")
        cells |= {
            "first": probability_wording.format_probability(base, words),
            "without": probability_wording.format_probability(base, words),
            "change": points(change, words, None if base is None or chance is None else (base.probability, chance.probability)),
            "base": share(base, words),
            **{key: part(line[name], "share", words) for key, name in
               (("difference", "difference"), ("difference_low", "low"), ("difference_high", "high"))},
            **{key: Cell(line[key], str(line[key])) for key in ("helped", "harmed")},
        }  # fmt: skip
    if "members" not in goal and goal.get("margin") is not None:
        middle, around = margin(words, goal)
        scale = 100.0 if goal["unit"] == "share" else 1.0
        cells |= {
            "margin": words("with_range", value=middle, range=around),
            "margin_unit": words.unit(goal["unit"], difference=True),
            "luck": part(goal["luck"], "share", words),
            **{key: Cell(_four(goal[field], scale), words.number(goal[field], goal["unit"])) for key, field in
               (("margin_median", "margin"), ("p05", "margin_p05"), ("p95", "margin_p95"))},
        }  # fmt: skip
    return cells | _unkept(context, goal, words)


def of_register(name: str) -> bool:
    """Whether a goal is judged by who is on the register; the household survey goes on without it."""
    true = name.removesuffix("_observed")
    watched = GOALS[true].watched if true in GOALS else None
    return watched == RECORDED or (true != name and watched == TRUE)


def _unkept(context: ReportContext, goal: Mapping[str, Any], words: Words) -> dict[str, Cell | str]:
    """What is said in place of the register's counts where nobody keeps it: nothing was seen, which is no good news."""
    year, base = int(context.last_month[:4]), context.measured.base
    none, gap = words("cell_unmonitored"), words("cell_none")
    kept, kept_before = (each is None or monitored(each, year) for each in (context.results, base))
    found: dict[str, Cell | str] = {}
    if not kept and of_register(f"{goal['id']}_observed"):
        found |= {"on_file": none, "file_probability": Cell(None, none)}
    if not of_register(goal["id"]):
        return found
    if not kept:
        found |= {"true": none, "probability": Cell(None, none), "low": Cell(None, gap), "high": Cell(None, gap), "margin": gap}
    if not kept_before:
        found |= {"first": none, "without": none, "base": Cell(None, none)}
    if not (kept and kept_before):
        names = ("difference", "difference_low", "difference_high", "helped", "harmed")
        found |= {"change": gap} | {key: Cell(None, gap) for key in names}
    return found


def _four(value: float | None, scale: float) -> float | None:
    """Four digits that matter: a median of runs is known no better."""
    return None if value is None else float(f"{value * scale:.4g}")
