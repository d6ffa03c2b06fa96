"""``xianjie clauses``: the register of the policy paper, and where each of its numbers stands in the model."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Json, Lang, Language, OutFile


def clauses(
    section: Annotated[str | None, typer.Option(help="Only this section and those under it, such as 4.2 or annex.")] = None,
    department: Annotated[str | None, typer.Option(help="Only where a department with this in its name is responsible.")] = None,
    kind: Annotated[str | None, typer.Option(help="lever, goal, parameter, indicator or not_modelled.")] = None,
    status: Annotated[str | None, typer.Option(help="modelled, not_modelled or contradicted.")] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", help="The plan whose document it is: a folder, or a shipped plan.")
    ] = None,
    out: OutFile = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Print every number of a plan's document: what it fixes, and where it stands in the model."""
    with console.exit_codes():
        from experiments.reporting.translations import Words
        from sim.clauses import KINDS, STATUSES
        from sim.clauses import clauses as register
        from sim.core.inputs import shipped
        from sim.core.inputs.errors import InputError
        from sim.core.inputs.parameters import HOME
        from sim.goals.plans import load_plan

        file = shipped.plan_file(plan or HOME)
        load_plan(file)
        paper = register(file)
        if not paper:
            raise InputError(
                "--plan", 0, f"the plan '{plan}' has no register of clauses (clauses.yaml)",
                f"方案“{plan}”没有条款表（clauses.yaml）"
            )  # fmt: skip
        rows = [*paper.values(), *_list_own()]
        _check_choice("--kind", kind, KINDS)
        _check_choice("--status", status, STATUSES)
        chosen = [
            row
            for row in rows
            if (section is None or row.section == section or row.section.startswith((f"{section}.", f"{section} ")))
            and (
                department is None
                or any(department.lower() in text.lower() for each in row.departments for text in each.values())
            )
            and (kind is None or row.kind == kind)
            and (status is None or row.status == status)
        ]
        if not chosen and section is not None and not any(row.section.startswith(section) for row in rows):
            sections = _list_sections(rows)
            raise InputError(
                "--section", 0, f"the paper has no section '{section}'; it has {', '.join(sections)}",
                f"文件里没有“{section}”这一节；有 {'、'.join(sections)}"
            )  # fmt: skip
        if not chosen and department is not None:
            raise InputError(
                "--department", 0, f"no clause of this selection names a department with '{department}' in its name",
                f"所选条款中没有名称含“{department}”的部门；请换一个写法"
            )  # fmt: skip
        lines = [_clause_record(row) for row in chosen]
        if as_json:
            console.show_json(lines)
        else:
            console.show_long(_tell(lines, Words(lang)), out)


def _tell(lines: list[dict[str, Any]], words: Any) -> Iterator[Any]:
    """Each number of the paper in a line, and under it where it stands in the model, or why it does not."""
    from rich.padding import Padding

    from experiments.reporting.terminal.prose import Prose

    for line in lines:
        year = words("clause_year", year=line["year"]) if line["year"] else ""
        yield Prose(
            words(
                "clause_is", section=words.clause(line["section"]), fixes=words.of(line["fixes"]), value=_number_of(line, words)
            )
            + year,
            "bold",
        )
        kind = words(f"kind_{line['kind']}")
        reason = words.of(line["reason"]) if isinstance(line["reason"], dict) else line["reason"]
        place = words("comma").join(line["lives"])
        text = words("clause_reason", kind=kind, reason=reason) if reason else words("clause_place", kind=kind, lives=place)
        yield Padding(Prose(text), (0, 0, 0, 4))
    yield Prose(words("listed", count=len(lines)))


def _number_of(line: dict[str, Any], words: Any) -> str:
    """The number of a clause with its unit, as a person reads it."""
    value, unit = line["value"], words.unit(line["unit"])
    if words.language == "en" and not unit.isascii():  # kept in the paper's own language
        unit = ""
    if words.language == "en" and not str(value).isascii():
        return str(words("clause_in_words"))
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    known = words.has(f"unit_{line['unit']}")
    text: str = words.level(value, line["unit"]) if number and known else f"{value} {unit}".strip()
    return text.replace(",", "").replace(" ", "") if words.language == "zh" else text


def _check_choice(option: str, chosen: str | None, known: tuple[str, ...]) -> None:
    from sim.core.inputs.errors import InputError, one_of

    if chosen is not None and chosen not in known:
        raise InputError(option, 0, *one_of(chosen, known))


def _list_own() -> Iterator[Any]:
    """What researchers added and the paper does not ask for (clause ``own``): levers, parameters, goals."""
    from sim.clauses import own_clause
    from sim.core.inputs.parameters import OWN, load_all
    from sim.goals import GOALS

    for each in load_all().parameters.values():
        if each.clause == OWN:
            kind = "lever" if each.role == "lever" else "parameter"
            value = each.value if isinstance(each.value, (int, float, str)) else str(each.value)
            yield own_clause(each.id, each.name.model_dump(), value, unit=each.unit, kind=kind)
    for goal in GOALS.values():
        if goal.own:
            yield own_clause(goal.id, dict(goal.name), "", unit=goal.unit, kind="goal")


def _list_sections(rows: list[Any]) -> list[str]:
    return list(dict.fromkeys(row.section for row in rows))


def _clause_record(row: Any) -> dict[str, Any]:
    """A row as one object, its number as the paper gives it."""
    return {
        "id": row.id,
        "section": row.section,
        "section_name": row.section_name,
        "departments": list(row.departments),
        "fixes": row.fixes,
        "value": row.value,
        "unit": row.unit,
        "year": row.year,
        "clause": row.section,
        "evidence": "assumed" if row.own else "policy",
        "kind": row.kind,
        "status": row.status,
        "lives": list(row.lives),
        "reason": row.reason,
        "contradicts": row.contradicts,
    }
