"""``xianjie population``: who lives in the county on 1 January 2021, and where every number comes from."""

from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import BASELINE, Code, Json, Lang, Language, Scenario, Seed, Sets


def population(
    scenario: Scenario = BASELINE,
    missing: Annotated[
        bool, typer.Option("--missing", help="List what is not the county's own, and what to look up first.")
    ] = False,
    seed: Seed = 2021,
    sets: Sets = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Found the county once and print the audit (target, achieved, status), the production accounts and where numbers come from.

    Exit codes: 0 done, 1 an exact target was missed, 2 wrong usage or input, 4 the facts of the county contradict each other.
    """
    with console.exit_codes():
        import sim.county
        from experiments import model_api
        from experiments.reporting import origin_text
        from experiments.reporting.terminal import tables
        from sim.goals import goals_of
        from sim.scenario import load_scenario, missing_facts, origins
        from sim.scenario.county_file import is_county_file
        from sim.scenario.origins import count_origins

        in_county = is_county_file(scenario)
        chosen = load_scenario(BASELINE, sets or [], scenario) if in_county else load_scenario(scenario, sets or [])
        facts = [vars(fact) for fact in missing_facts(chosen)] if missing else None
        numbers = origins(chosen)
        records = [vars(fact) for fact in chosen.county if not fact.parameter]
        headline = [name for name, goal in goals_of(chosen.months, chosen.plan).items() if goal.headline]
        first = origin_text.look_up_first([vars(each) for each in numbers], origin_text.stored(), headline)
        found = model_api.load_model(model_api.COUNTY).population(chosen, seed)
        if as_json:
            by_origin = {"counts": count_origins(numbers), "numbers": [vars(each) for each in numbers], "on_record": records}
            described = {"scenario": chosen.id, "seed": seed, **found, "origins": by_origin}
            console.show_json(described if facts is None else described | {"missing": facts, "look_up_first": first})
        else:
            console.show(tables.population(found["audit"], lang))
            used = sim.county.parameters_used(chosen, None)
            console.show(tables.calibrated([vars(each) for each in numbers], used, lang))
            console.show(tables.production(found["production"], lang))
            console.show(tables.origins([vars(each) for each in numbers], records, lang))
            if facts is not None:
                console.show(tables.look_up_first(first, lang))
                console.show(tables.missing_facts(facts, lang))
        if any(line["exact"] and not line["ok"] for line in found["audit"]):
            raise typer.Exit(Code.UNEXPECTED)
