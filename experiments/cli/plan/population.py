"""``xianjie population``: who lives in the county on 1 January 2021, and which local facts are assumed."""

from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import BASELINE, Code, Json, Lang, Language, Scenario, Seed, Sets


def population(
    scenario: Scenario = BASELINE,
    missing: Annotated[bool, typer.Option("--missing", help="List the local facts that are still assumed.")] = False,
    seed: Seed = 2021,
    sets: Sets = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Found the county once and print the audit (target, achieved, status) and the production accounts.

    Exit codes: 0 done, 1 an exact target was missed, 2 wrong usage or input.
    """
    with console.exit_codes():
        from experiments import model_api
        from experiments.reporting.terminal import tables
        from sim.scenario import load_scenario, missing_facts

        chosen = load_scenario(scenario, sets or [])
        facts = [vars(fact) for fact in missing_facts(chosen)] if missing else None
        found = model_api.load_model(model_api.COUNTY).population(chosen, seed)
        if as_json:
            described = {"scenario": chosen.id, "seed": seed, **found}
            console.show_json(described if facts is None else described | {"missing": facts})
        else:
            console.show(tables.population(found["audit"], lang))
            console.show(tables.production(found["production"], lang))
            console.show([] if facts is None else tables.missing_facts(facts, lang))
        if any(line["exact"] and not line["ok"] for line in found["audit"]):
            raise typer.Exit(Code.UNEXPECTED)
