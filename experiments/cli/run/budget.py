"""``xianjie budget``: who pays for what in each year, what programmes truly cost, and what one more million would do."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import BASELINE, Json, Lang, Language, OnlyLuck, Scenario, Seed, Sets, Workers, Yes


def budget(
    scenario: Scenario = BASELINE,
    replications: Annotated[int, typer.Option(min=1, max=console.MOST, help="Pairs of replications behind each number.")] = 8,
    programme: Annotated[
        list[str] | None, typer.Option(help="Only this programme; may be repeated. 'none' for the table alone.")
    ] = None,
    seed: Seed = 2021,
    only_luck: OnlyLuck = False,
    workers: Workers = None,
    sets: Sets = None,
    out: Annotated[Path | None, typer.Option(help="Keep the answer in this folder too; a brief takes it in.")] = None,
    yes: Yes = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Print fund × use × year, and for each programme static cost, clawback, behavioural effect, and one million more.

    How long it takes is measured and printed before it begins.
    """
    with console.exit_codes():
        from experiments.analyses import budget as budget_analysis
        from experiments.cli.run_helpers import RunRequest
        from experiments.cli.study_run import StudyRun
        from experiments.results import output_folder
        from experiments.results.files import safe
        from sim.core.inputs.errors import InputError, nearest
        from sim.county import prepare
        from sim.scenario import load_scenario

        known = list(budget_analysis.programmes())
        chosen = known if not programme else [] if programme == ["none"] else list(dict.fromkeys(programme))
        for name in chosen:
            if name not in known:
                near = nearest(name, known)
                raise InputError(
                    "--programme", 0, f"unknown programme '{name}'{near.english}; there are {', '.join(known)}",
                    f"没有这个项目：“{name}”{near.chinese}；可写 {'、'.join(known)}"
                )  # fmt: skip
        load = load_scenario(scenario, sets or [])
        for name in chosen:  # settings are checked before anything is run
            for side in ("off", "more"):
                load_scenario(scenario, (*(sets or ()), *budget_analysis.settings(name, side)))
        study = StudyRun(
            "budget", {load.id: load}, {"programmes": chosen, "replications": replications},
            RunRequest(seed=seed, workers=workers, only_luck=only_luck, lang=lang), stem=safe(f"budget-{load.id}-{seed}"),
            out=out, quiet=as_json,
        )  # fmt: skip
        if out is not None:
            study.find_place()
        study.confirm(replications * (1 + 2 * len(chosen)), yes, unasked=True)
        prepare(load, study.on_status)
        found = budget_analysis.run_pairs(
            scenario, tuple(sets or ()), seed, count=replications, only_luck=only_luck, chosen=chosen, workers=workers
        )
        table, costs, league = budget_analysis.table(found[("", "")]), budget_analysis.costs(found), budget_analysis.league(found)
        made = {"scenario": load.id, "seed": seed, "replications": replications, "table": table,
                "programmes": [_as_record(row) for row in costs], "league": [_as_record(row) for row in league]}  # fmt: skip
        if out is not None:
            study.make_way()
            with study.finishing(), output_folder.building(study.work) as new:
                budget_analysis.write(made, new)
        if as_json:
            console.show_json(made)
            return
        _print_tables(load, table, costs, league, lang=lang, count=replications)


def _as_record(row: dict[str, Any]) -> dict[str, Any]:
    return {name: vars(value) if hasattr(value, "mean") else value for name, value in row.items()}


def _print_tables(
    scenario: Any, table: list[dict[str, Any]], costs: list[dict[str, Any]], league: list[dict[str, Any]], lang: Language,
    count: int ) -> None:  # fmt: skip
    from experiments.reporting.terminal import budget as briefing
    from experiments.reporting.translations import Words
    from sim.household_trace import fund_names

    words = Words(lang)
    console.show([words("budget_heading", title=scenario.title[lang], count=count)])
    console.show([briefing.table(table, fund_names(), lang), words("budget_note")])
    if costs:
        console.show([words("costs_title"), briefing.costs(costs, lang), words("costs_note")])
        console.show([words("one_more_title"), briefing.one_more(costs, lang)])
    if league:
        console.show([words("league_title"), briefing.league(league, lang), words("league_note", count=count)])
