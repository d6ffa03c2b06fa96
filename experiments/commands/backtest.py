"""``xianjie backtest``: the model beside published figures."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands import console
from experiments.commands.console import (
    BASELINE,
    Code,
    Json,
    Lang,
    Language,
    Out,
    Quiet,
    Replications,
    Scenario,
    Seed,
    Workers,
)


def backtest(
    scenario: Scenario = BASELINE,
    replications: Replications = 40,
    seed: Seed = 2021,
    workers: Workers = None,
    out: Out = None,
    source: Annotated[Path | None, typer.Option("--from", help="Read this result folder instead of living anew.")] = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Print what the lives of a scenario say of published figures: mean, band, figure, grade, inside or not.

    Exit codes: 0 done (also when figures are missed), 2 wrong usage or input, 3 some replications failed, 130
    interrupted.
    """
    with console.exit_codes():
        from experiments import backtest as comparison
        from experiments import results
        from experiments.briefing import reports
        from experiments.commands import living
        from sim.core.errors import InputError

        code = Code.DONE
        if source is None:
            from sim.scenario import load_scenario

            chosen = load_scenario(scenario)
            wanted = living.Wanted(replications, seed, workers, lang=lang)
            source = out or living.folder(chosen, wanted)
            code = console.code_of(living.live(chosen, source, wanted, console.messages(quiet)))
        try:
            result = results.open_folder(source)
            lines = comparison.compare(result, comparison.load())
        except (FileNotFoundError, ValueError) as problem:
            raise InputError("--from", 0, str(problem)) from problem
        if as_json:
            lived = result.manifest["scenario"]["id"]
            console.show_json({"scenario": lived, "figures": lines, "out": str(source)})
        else:
            console.show(reports.backtest(lines, lang))
        raise typer.Exit(code)
