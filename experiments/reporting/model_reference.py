"""The pages of docs/ that are generated from the model, so that they stay true: ODD+D, reference, a review page for each goal.

What a person must write stands in ``docs/written``, with a mark ``{{part}}`` where a generated part goes. Findings that need
simulation runs are read from ``docs/findings``; nothing here runs a county. Where a folder has neither, those shipped are read.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from experiments.reporting import lever_effects, origin_text
from experiments.reporting.lever_values import limits_text, value_text
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results import dictionary
from sim.core.inputs import shipped
from sim.core.inputs.parameters import Parameter, load_all
from sim.core.tables import TABLES
from sim.goals import COUNTY_ONLY, EXIT_INDICATORS, GOALS, INDICATORS
from sim.month import MONTH
from sim.scenario.origins import is_local

FINDINGS = Path("docs/findings")
WRITTEN = Path("docs/written")
THREE = 3
LEAST = 0.001  # what is smaller in all its interval is written as less than this
NOTE = {
    "zh": "<!-- 本页由 `xianjie document` 生成，请勿手改。 -->\n\n",
    "en": "<!-- Made by `xianjie document`; do not edit. -->\n\n",
}


def find_unscreened_goals(root: Path = Path(".")) -> list[str]:
    """Goals that a stored finding does not cover: their pages say so and a check fails, since nothing may be concluded on them.

    Raises FileNotFoundError where a finding is missing.
    """
    found = _findings(root).values()
    return [name for name in GOALS if any(name not in each["goals"] for each in found)]


def _findings(root: Path) -> dict[str, Any]:
    names = ("screening", "structure")
    return {name: json.loads(_stored(root, FINDINGS / f"{name}.json")) for name in names}


def _stored(root: Path, name: Path) -> str:
    """What a stored file says: the one under ``root``, else the shipped one."""
    own = root / name
    return (own if own.exists() else shipped.folder(name.as_posix())).read_text(encoding="utf-8")


def is_ours(page: Path) -> bool:
    """Whether an existing page bears the mark of generated pages."""
    return page.read_bytes().startswith(tuple(note.strip().encode() for note in NOTE.values()))


def pages(root: Path = Path(".")) -> dict[str, str]:
    """Every generated page by its path under ``root``. Raises FileNotFoundError where a written part or a finding is missing."""
    found = {**_findings(root), "effects": lever_effects.stored(root)}
    texts: dict[str, str] = {}
    for language in LANGUAGES:
        words = Words(language)
        suffix = "" if language == "en" else ".zh"
        text = _stored(root, WRITTEN / f"odd.{language}.md")
        for part, generate in PARTS.items():
            text = text.replace("{{" + part + "}}", generate(words, found))
        texts[f"docs/odd{suffix}.md"] = NOTE[language] + text
        for name in ("levers", "assumptions", "goals", "processes", "tables", "results", "look_up"):
            texts[f"docs/reference/{name}.{language}.md"] = NOTE[language] + REFERENCE[name](words, found)
    for name in GOALS:
        texts[f"docs/goals/{name}.md"] = NOTE["zh"] + "\n".join(_goal_page(Words(each), name, found) for each in LANGUAGES)
    return texts


def _table(heads: list[str], rows: list[list[Any]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(_cell(each) for each in row) + " |" for row in rows]) + "\n"


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def _heads(words: Words, *labels: str) -> list[str]:
    return [words(f"doc_{label}") for label in labels]


def _limits(words: Words, parameter: Parameter) -> str:
    if parameter.options:
        return " / ".join(map(words.option, parameter.options))
    limits = parameter.range or parameter.bounds
    if not limits:
        return ""
    low, high = limits_text(parameter, limits, words)
    return words("lever_span", low=low, high=high)


def _parameters(words: Words, role: str) -> str:
    rows = []
    for each in load_all().parameters.values():
        if each.role == role:
            sources = "; ".join(f"{source.title}: {source.where}".rstrip(": ") for source in each.sources)
            name, value = words.of(each.name.model_dump()), value_text(each, each.value, words)
            rows.append([f"`{each.id}`", name, value, _limits(words, each), words(f"doc_grade_{each.evidence}"),
                         words.clause(each.clause), sources])  # fmt: skip
    return _table(_heads(words, "id", "name", "value", "limits", "evidence", "clause", "source"), rows)


def _look_up(words: Words, found: Any) -> str:
    """Numbers that differ from county to county, by how much the goals depend on them, as if a county stated none of them."""
    numbers = [
        {
            "id": each.id,
            "name": each.name.model_dump(),
            "unit": each.unit,
            "origin": "scaled",
            "evidence": each.evidence,
            "local": True,
        }
        for each in load_all().parameters.values()
        if is_local(each)
    ]
    main = [name for name, goal in GOALS.items() if goal.headline]
    scale = 100.0 / origin_text.WEAKNESS["scaled"]
    rows = [
        [f"`{each['id']}`", words.of(each["name"]), words.unit(each["unit"]) or each["unit"],
         f"{100 * each['matters']:.1f}", f"{each['goal']} {scale * each['largest']:.1f}"]
        for each in origin_text.look_up_first(numbers, found["screening"], main)
    ]  # fmt: skip
    heads = [*_heads(words, "id", "name", "unit", "matters"), words("column_most_for")]
    return f"# {words('doc_look_up_title')}\n\n{words('doc_look_up_intro')}\n\n" + _table(heads, rows)


def _effects(words: Words, found: Any) -> str:
    """What each lever clearly changes, off and turned as far as it goes, and who pays."""
    effects, rows = found["effects"], []
    for each in load_all().parameters.values():
        effect = effects.get("levers", {}).get(each.id)
        if each.role != "lever":
            continue
        if effect is None or effect["verdict"] == "fixed":
            sides, pays = [lever_effects.sentence(words, effect), ""], ""
        else:
            sides = [
                lever_effects.side_text(words, effect, side, tell=partial(_tell, words, each)) if side in effect else ""
                for side in lever_effects.SIDES
            ]
            pays = lever_effects.payers(words, effect)
        rows.append([f"`{each.id}`", *sides, pays, words(f"doc_grade_{each.evidence}")])
    made = words("effects_made_by", command=effects["command"], futures=effects["futures"]) if effects else ""
    return f"## {words('effects_table')}\n\n{made}\n\n" + _table(
        _heads(words, "lever", "off", "most", "payers", "evidence"), rows
    )


def _tell(words: Words, parameter: Parameter, value: Any) -> str:
    return value_text(parameter, value, words)


def _evidence(words: Words, found: Any) -> str:
    """The share of assumed numbers, and the ten that matter most."""
    book = load_all().parameters
    counts = Counter(each.evidence for each in book.values())
    shown = words("comma").join(f"{words(f'doc_grade_{grade}')} {count}" for grade, count in counts.most_common())
    screening = found["screening"]
    rows = []
    for place, line in enumerate(screening["most"], 1):
        parameter = book.get(line["factor"])
        name = words.of(parameter.name.model_dump()) if parameter else ""
        rows.append([place, f"`{line['factor']}`", name, words(f"doc_grade_{parameter.evidence}") if parameter else "",
                     words.percent(line["share"])])  # fmt: skip
    share = words.percent(counts["assumed"] / len(book))
    head = words(
        "doc_evidence_share", count=len(book), told=shown, share=share, points=screening["points"], command=screening["command"]
    )
    return head + "\n\n" + _table(_heads(words, "place", "id", "name", "evidence", "variance"), rows)


def _entities(words: Words, found: Any) -> str:
    rows = [[f"`{name}`", table.meaning, len(table.columns)] for name, table in sorted(TABLES.items())]
    return _table(_heads(words, "table", "row", "columns"), rows)


def _tables(words: Words, found: Any) -> str:
    parts = [f"# {words('doc_tables')}\n"]
    for name, table in sorted(TABLES.items()):
        rows = [
            [f"`{each.name}`", each.unit, words("doc_yes" if not each.truth else "doc_no"), each.meaning]
            for each in table.columns
        ]
        parts.append(f"## `{name}`\n\n{table.meaning}\n\n" + _table(_heads(words, "column", "unit", "known", "meaning"), rows))
    return "\n".join(parts)


def _schedule(words: Words, found: Any) -> str:
    parts = []
    for part in MONTH:
        rows = [[f"`{step.process.name}`", step.cadence, step.process.meaning, step.reason] for step in part.steps]
        parts.append(
            f"**{part.zh if words.language == 'zh' else part.en}**\n\n"
            + _table(_heads(words, "process", "when", "does", "why"), rows)
        )
    return "\n".join(parts)


def _processes(words: Words, found: Any) -> str:
    rows = []
    for part in MONTH:
        for step in part.steps:
            each = step.process
            rows.append([f"`{each.name}`", step.cadence, each.sees, each.meaning, " ".join(d.name for d in each.draws),
                         "; ".join(pay.reason for pay in each.pays), each.module.replace(".", "/") + ".py"])  # fmt: skip
    return f"# {words('doc_processes')}\n\n" + _table(
        _heads(words, "process", "when", "sees", "does", "luck", "pays", "module"), rows
    )


def _sources(words: Words, found: Any) -> str:
    """The sources cited most often, with how many numbers each supports."""
    counts = Counter(source.title for each in load_all().parameters.values() for source in each.sources)
    return _table(_heads(words, "source", "numbers"), [[title, count] for title, count in counts.most_common(25)])


def _goals(words: Words, found: Any) -> str:
    rows = [[f"[{goal.id}]({words('doc_goal_path')}{goal.id}.md)", words.of(goal.name), words.of(goal.definition),
             words.clause(goal.clause)] for goal in GOALS.values()]  # fmt: skip
    return _table(_heads(words, "id", "name", "definition", "clause"), rows)


def _goal_page(words: Words, name: str, found: Mapping[str, Any]) -> str:
    """Definition with its denominator, clause, the three numbers it depends on most, and the result under each switch."""
    goal, book = GOALS[name], load_all().parameters
    denominator = words(f"doc_denominator_{goal.unit}") if words.has(f"doc_denominator_{goal.unit}") else words("doc_denominator")
    parts = [
        f"# {goal.id} {words.of(goal.name)}\n", f"**{words('doc_definition')}** {words.of(goal.definition)}\n",
        f"**{words('doc_denominator_head')}** {denominator}\n", f"**{words('doc_clause')}** {words.clause(goal.clause) or words('doc_no_clause')}\n",  # noqa: E501
    ]  # fmt: skip
    if words.has(f"doc_curve_{name}"):
        parts.append(words(f"doc_curve_{name}", change=_reach(words, name, found["structure"]["goals"])) + "\n")
    parts.append(f"## {words('doc_hangs_on')}\n")
    screened = found["screening"]["goals"].get(name)
    lines = (screened or [])[:THREE]
    if screened is None:
        parts.append(words("screening_not_done") + "\n")
    elif lines:
        rows = [[f"`{line['factor']}`", words.of(book[line["factor"]].name.model_dump()) if line["factor"] in book else "",
                 f"{line['correlation']:+.2f}", "" if line["stands_out"] else words("screening_in_noise")] for line in lines]  # fmt: skip  # noqa: E501
        parts.append(_table(_heads(words, "id", "name", "correlation", "remark"), rows))
    else:
        parts.append(words("screening_never_varies") + "\n")
    structure = found["structure"]
    if name not in structure["goals"]:
        parts.append(words("structure_not_done") + "\n")
    for plan, results in structure["goals"].get(name, {}).items():
        parts.append(f"## {words('doc_switches', plan=words.of(structure['plans'][plan]))}\n")
        rows = [[words.of(structure["switches"][row["switch"]]["name"]), words("structure_met", met=row["met"], futures=row["futures"]),  # noqa: E501
                 words.quantity(row["margin"], goal.unit, True), _change(words, row, goal.unit)] for row in results]  # fmt: skip
        parts.append(_table(_heads(words, "switch", "met", "margin", "change"), rows))
    parts.append(words("doc_made_by", first=found["screening"]["command"], second=structure["command"]) + "\n")
    return "\n".join(parts)


def _reach(words: Words, name: str, goals: Mapping[str, Any]) -> str:
    """By how much all support together moves the mean margin of a goal, as the structural runs found it."""
    margins = [row["margin"] for plan in ("baseline", "support_withdrawn") for row in goals.get(name, {}).get(plan, [])
               if row["switch"] == "reference"]  # fmt: skip
    return words.quantity(margins[0] - margins[1], GOALS[name].unit, True) if len(margins) == 2 else words("unknown")


def _change(words: Words, row: Mapping[str, Any], unit: str) -> str:
    if row["switch"] == "reference":
        return ""
    scale = 100 if unit == "share" else 1
    if row["change"] and all(abs(row[key]) * scale < LEAST for key in ("change", "change_low", "change_high")):
        return words("less_than", value=words.with_unit(f"{LEAST:g}", words.unit(unit, True)))
    value, low, high = (round(row[key], 5 if unit == "share" else 3) for key in ("change", "change_low", "change_high"))
    ends = words("range_signed", low=words.number(low, unit, sign=True), high=words.number(high, unit, sign=True))
    return words("with_range", value=words.quantity(value, unit, True), range=ends)


def _results(words: Words, found: Any) -> str:
    """Every column of every result file, and every indicator."""
    heads = _heads(words, "results_column", "name", "unit", "definition", "results_denominator")
    parts = [f"# {words('doc_results')}\n\n{words('doc_results_note')}\n"]
    for file in dictionary.files():
        rows = [_described(words, name, each) for name, each in dictionary.columns(file).items()]
        parts.append(f"## `{file}`\n\n{words('doc_results_row', row=words.of(dictionary.row(file)))}\n\n" + _table(heads, rows))
    known = {**INDICATORS, **COUNTY_ONLY, **EXIT_INDICATORS}
    rows = [_described(words, name, dictionary.of_indicator(each)) for name, each in known.items()]
    parts.append(f"## {words('doc_results_indicators')}\n\n" + _table(heads, rows))
    return "\n".join(parts)


def _described(words: Words, name: str, column: dictionary.Column) -> list[Any]:
    unit = dictionary.unit(column.unit)
    shown = words.of(unit) if unit else words.unit(column.unit) or column.unit
    denominator = words.of(column.denominator) if column.denominator else ""
    return [f"`{name}`", words.of(column.name), shown, words.of(column.definition), denominator]


Generator = Callable[[Words, Any], str]
PARTS: dict[str, Generator] = {
    "entities": _entities, "schedule": _schedule, "evidence": _evidence, "sources": _sources, "goals": _goals,
}  # fmt: skip
REFERENCE: dict[str, Generator] = {
    "levers": lambda words, found: f"# {words('doc_levers')}\n\n" + _parameters(words, "lever") + "\n" + _effects(words, found),
    "assumptions": lambda words, found: (
        f"# {words('doc_assumptions')}\n\n{_evidence(words, found)}\n" + _parameters(words, "assumption")
    ),
    "goals": lambda words, found: (
        f"# {words('doc_goals')}\n\n" + _goals(words, found).replace(words("doc_goal_path"), "../goals/")
    ),
    "processes": _processes,
    "tables": _tables,
    "results": _results,
    "look_up": _look_up,
}
