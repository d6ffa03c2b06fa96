"""What the model is made of, read from the model itself: scenarios checked, levers, parameters, goals, the month."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import BASELINE, Json, Lang, Language, OutFile, Seed


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check."""
    with console.exit_codes():
        from sim.core.inputs.parameters import load_all
        from sim.scenario import scenario_schema

        console.show_json(scenario_schema(load_all()))


def levers(
    search: Annotated[str | None, typer.Option(help="Only those with this in their name, subject, fund or id.")] = None,
    out: OutFile = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """List what government may set, by subject: status quo, bounds, who pays, clause of the paper, and what each does."""
    with console.exit_codes():
        from experiments.reporting import lever_effects
        from experiments.reporting.terminal import levers as table
        from experiments.reporting.translations import Words
        from sim.core.inputs.errors import InputError
        from sim.core.inputs.parameters import load_all

        chosen = [each for each in load_all().parameters.values() if each.role == "lever"]
        if search is not None:
            chosen = table.search(chosen, search)
            if not chosen:
                raise InputError("--search", 0, *(Words(each)("levers_none", text=search) for each in ("en", "zh")))
        if as_json:
            known = lever_effects.stored().get("levers", {})
            console.show_json([{**_parameter_record(each), "effects": known.get(each.id)} for each in chosen])
            return
        console.show_long(table.answer(chosen, lang), out)


def parameters(
    role: Annotated[str, typer.Option(help="assumption, lever or all.")] = "all",
    out: OutFile = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """List every number of the model with its range, evidence and source."""
    _list_parameters(role, lang, as_json, out)


def _list_parameters(role: str, lang: Language, as_json: bool, out: Path | None) -> None:
    with console.exit_codes():
        from sim.core.inputs.errors import InputError, one_of
        from sim.core.inputs.parameters import load_all

        roles = ("assumption", "lever", "all")
        if role not in roles:
            raise InputError("--role", 0, *one_of(role, roles))
        chosen = [each for each in load_all().parameters.values() if role in ("all", each.role)]
        if as_json:
            console.show_json([_parameter_record(each) for each in chosen])
            return
        from experiments.reporting.terminal import levers as table

        console.show_long(table.answer(chosen, lang), out)
        if out is None:
            from experiments.reporting.translations import Words

            words = Words(lang)
            counts = Counter(each.evidence for each in chosen)
            counted = words("comma").join(words(f"evidence_{grade}", count=count) for grade, count in counts.most_common())
            console.show([words("sentence", text=words("evidence_counts", told=counted))])


def _describe_own_clauses(lines: Sequence[Mapping[str, Any]], lang: Language) -> list[dict[str, Any]]:
    """The lines with the clause ``own`` in words: the paper does not require it."""
    from experiments.reporting.translations import Words

    words = Words(lang)
    return [{**line, "clause": words.clause(line["clause"]) or None} for line in lines]


def _parameter_record(parameter: Any) -> dict[str, Any]:
    """A parameter as one object."""
    names = {"zh": parameter.name.zh, "en": parameter.name.en}
    record = parameter.model_dump(exclude_none=True, exclude={"name"})
    return {"id": parameter.id, "name": names, "clause": None, **record}


def goals(
    explain: Annotated[bool, typer.Option("--explain", help="Also define each goal.")] = False,
    plan: Annotated[
        str | None,
        typer.Option("--plan", help="Those of a plan: a folder, or a shipped plan. By default Lingyuan's."),
    ] = None,
    indicators: Annotated[
        bool, typer.Option("--indicators", help="List the indicators instead, which a goal of your own may be about.")
    ] = False,
    out: OutFile = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """List the goals: id, name, clause and deadline; with --explain what each is."""
    with console.exit_codes():
        from sim.core.inputs.errors import InputError
        from sim.goals import EXIT_GOALS, GOALS
        from sim.goals.plans import goals_asked, load_plan

        if indicators:
            if plan is not None:
                raise InputError(
                    "--plan", 0, "does nothing with --indicators; leave it out", "与 --indicators 同用时不起作用；请去掉"
                )  # fmt: skip
            _list_indicators(explain, lang, as_json, out)
            return
        judged_by = None if plan is None else load_plan(plan)
        asked = GOALS if judged_by is None else goals_asked(judged_by)
        sources = {} if judged_by is None else {each.id: each.source for each in judged_by.asked if each.source}
        lines = [
            {
                "id": goal.id,
                "name": dict(goal.name),
                "definition": dict(goal.definition),
                "unit": goal.unit,
                "clause": goal.clause,
                "scope": goal.scope,
                "deadline": goal.deadline,
                "weight": goal.weight,
                "headline": goal.headline,
                "observed": goal.observed,
                **({"source": sources[goal.id]} if goal.id in sources else {}),
            }
            for goal in (*asked.values(), *EXIT_GOALS.values())
        ]
        if not as_json:
            lines = _describe_own_clauses(lines, lang)
        columns = ("id", "name", *(["definition"] if explain else []), "clause", "deadline")
        show_list(lines, columns, lang, as_json, out)


def _list_indicators(explain: bool, lang: Language, as_json: bool, out: Path | None) -> None:
    """The indicators by id, with unit; what a goal of the reader's own may be about."""
    from experiments.reporting.translations import Words
    from sim.goals.own_goal import known_indicators

    words = Words(lang)
    lines = [
        {
            "id": each.id,
            "name": dict(each.name),
            "unit": each.unit if as_json else words.unit(each.unit),
            "definition": each.definition,
        }
        for each in known_indicators().values()
    ]
    show_list(lines, ("id", "name", "unit", *(["definition"] if explain else [])), lang, as_json, out)


def month(
    context: typer.Context,
    timed: Annotated[bool, typer.Option("--timed", help="Live one county and add milliseconds.")] = False,
    scenario: Annotated[Path, typer.Option(help="The scenario that --timed runs.")] = BASELINE,
    seed: Seed = 2021,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Print what happens in a month, in order, and why each thing has its place."""
    with console.exit_codes():
        from sim.month import MONTH

        if not timed:
            console.refuse_given(
                context, "is for --timed; leave it out, or add --timed", "只与 --timed 一起用；请去掉，或加上 --timed",
                "scenario", "seed"
            )  # fmt: skip
        times = _measure_times(scenario, seed, lang) if timed else {}
        lines = [
            {
                "part": {"zh": part.zh, "en": part.en},
                "id": step.process.name,
                "when": step.cadence,
                "meaning": step.process.meaning,
                "reason": step.reason,
                **({"milliseconds": round(times.get(step.process.name, 0.0), 1)} if timed else {}),
            }
            for part in MONTH
            for step in part.steps
        ]
        if as_json:
            console.show_json(lines)
            return
        from experiments.reporting.terminal import month as calendar

        console.show_long(calendar.answer(lines, lang), None)


def _measure_times(scenario: Path, seed: int, lang: Language) -> Mapping[str, float]:
    """Milliseconds by process over one replication, after a first one so that nothing is compiled while the clock runs."""
    from experiments import model_api
    from experiments.cli import run_helpers
    from sim.scenario import load_scenario

    chosen = load_scenario(scenario)
    county = model_api.load_model(model_api.COUNTY)
    county.prepare(chosen, run_helpers.make_status_printer(console.progress_console(), lang))
    county.run(chosen, None, seed, replication=0, profile=False)
    return county.run(chosen, None, seed, replication=0, profile=True).timings


def show_list(
    lines: Sequence[Mapping[str, Any]], columns: Iterable[str], lang: Language, as_json: bool, out: Path | None = None
) -> None:
    """Print a list of objects, as JSON or as a table of the chosen columns; or write the table to a file."""
    if as_json:
        console.show_json(lines)
        return
    from experiments.reporting.terminal import tables

    console.show_long(tables.listing(lines, tuple(columns), lang), out)
