"""The scoreboard of a brief: true values beside recorded ones, with and without the plan, in numbers and in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Bullets, Cell, Chart, Column, Table
from experiments.reporting.documents.context import ReportContext, column, part, points, share
from experiments.reporting.documents.probability_wording import Chance, Change
from experiments.reporting.goal_selection import group_goals
from experiments.reporting.translations import Words, margin
from experiments.results import curves

#: A curve is read off where it reaches this probability.
SURE = 0.9


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
    if full:
        columns.append(column(words, "reading", width=2.2))
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
        "reading": probability_wording.reading(chance, words),
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
            "change": points(change, words),
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
    return cells


def _four(value: float | None, scale: float) -> float | None:
    """Four digits that matter: a median of runs is known no better."""
    return None if value is None else float(f"{value * scale:.4g}")


def list_curves(context: ReportContext) -> Bullets | None:
    """What the growth and the relapse goals hang on, and how far policy reaches; None where the runs do not say."""
    found = tuple(sentence for rule in (_growth, _lever, _running, _thresholds) for sentence in rule(context))
    return Bullets(found) if found else None


def _curve(context: ReportContext, goal: str) -> list[dict[str, Any]]:
    """The curve of a goal; empty where no run was assessed."""
    outcomes, draws = curves.read_outcomes(context.measured.outcomes), context.measured.outcomes["draw"].to_numpy()
    return [point for point in curves.curve(goal, outcomes, draws) if point["runs"]]


def _growth(context: ReportContext) -> Iterator[str]:
    points, words = _curve(context, curves.GROWTH), context.words
    level = next((Chance.of(point) for point in points if point["at"] == 0.0), None)
    if level is not None:
        shown, needed = probability_wording.format_probability(level, words), _sure_from(points, words, difference=True)
        yield words("curve_growth_said", told=shown, needed=needed)


def _sure_from(points: Sequence[Mapping[str, Any]], words: Words, difference: bool = False) -> str:
    """The least gap (in points) or threshold from which on one may be sure; "more than" the last where one never is."""
    at = curves.first_reaching(points, SURE)
    shown = points[-1]["at"] if at is None else at
    gap = words("with_unit", number=f"{100 * shown:.10g}".replace("-", words.minus), unit=words.unit("share", difference=True))
    text = gap if difference else words.level(shown, "share")
    return words("curve_beyond", limit=text) if at is None else text


def _lever(context: ReportContext) -> Iterator[str]:
    """What all levers of the plan together do to the gap in growth: the rest of it no policy moves."""
    measured, words, name = context.measured, context.words, f"goal.{curves.GROWTH}.margin"
    if measured.base is None or name not in measured.outcomes:
        return
    own, base = (results.table("replications", ["replication", name]).set_index("replication")[name]
                 for results in (measured.results, measured.base))  # fmt: skip
    moved = measured.paired(own, base)
    change = probability_wording.with_interval(moved.mean, moved.low, moved.high, "share", words, True)
    yield words("curve_lever_said", change=change)


def _running(context: ReportContext) -> Iterator[str]:
    outcomes, draws = curves.read_outcomes(context.measured.outcomes), context.measured.outcomes["draw"].to_numpy()
    found = curves.years_running(outcomes, draws)
    chance = None if found is None else Chance.of(found)
    if found is not None and chance is not None:
        shown = probability_wording.format_probability(chance, context.words)
        yield context.words("curve_running_said", first=found["first"], last=found["last"], told=shown)


def _thresholds(context: ReportContext) -> Iterator[str]:
    words, reached = context.words, {}
    for label, goal in (("income", curves.INCOME_ALONE), ("spending", curves.AFTER_SPENDING)):
        points = _curve(context, goal)
        if not points:
            return
        reached[label] = _sure_from(points, words)
    yield words("curve_relapse_said", **reached)


def find_unlikely(goals: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Goals that the paper sets and that are unlikely to be met, the whole interval considered."""
    found = []
    for goal in goals:
        chance = Chance.of(goal)
        if goal.get("weight") and chance is not None and probability_wording.verdict(chance) in ("unlikely", "very_unlikely"):
            found.append(goal)
    return found
