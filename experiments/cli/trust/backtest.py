"""``xianjie backtest``: the model beside published figures, and its predictions beside two baseline predictors."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import (
    BASELINE,
    Code,
    Json,
    Lang,
    Language,
    NoFigures,
    Out,
    Quiet,
    Replications,
    Scenario,
    Seed,
    Sets,
    Workers,
)


def backtest(
    context: typer.Context,
    scenario: Scenario = BASELINE,
    replications: Replications = 100,
    seed: Seed = 2021,
    workers: Workers = None,
    out: Out = None,
    vantage: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="Predict with what was known in this month; 'now' for all that is known.")
    ] = "2022-12",
    sets: Sets = None,
    source: Annotated[Path | None, typer.Option("--from", help="Read this result folder instead of living anew.")] = None,
    no_figures: NoFigures = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Predict 2023 to 2025 from what was known in 2022, and compare the predictions with what was published.

    Prints the band of nine in ten, the figure, and hit or miss; coverage and CRPS beside a trend line and a static calculation
    without behaviour; and how the figures of 2021 and 2022 lie, which chose the ensemble.
    Exit codes: 0 done (also when figures are missed), 2 wrong usage or input, 3 some replications failed, 130 interrupted.
    """
    with console.exit_codes():
        from experiments.cli import run_helpers
        from experiments.model_api import COUNTY, load_model
        from experiments.reporting.figures import backtest as backtest_figure
        from experiments.reporting.terminal import backtest as backtest_table
        from experiments.results import folder as results
        from experiments.results import output_folder
        from experiments.validation import backtest as comparison
        from experiments.validation import baseline_predictors, published_figures
        from sim.core.inputs.errors import InputError

        code = Code.DONE
        if source is not None:
            console.refuse_given(
                context, "does nothing with --from, whose folder was run already; leave one of them out",
                "与 --from 同用时不起作用，那个文件夹已经算好；请去掉其中一个",
                "scenario", "replications", "seed", "workers", "out", "vantage", "sets"
            )  # fmt: skip
        else:
            from sim.scenario import load_scenario

            chosen = load_scenario(scenario, sets or [])
            chosen = replace(chosen, vantage=_parse_vantage(vantage))
            marks = (*(sets or ()), f"vantage={vantage}")
            options = run_helpers.RunRequest(replications, seed, workers, sets=marks, lang=lang, again=True, offers_fresh=False)
            source = out or run_helpers.default_folder(chosen, options)
            code = console.choose_exit_code(run_helpers.run_scenario(chosen, source, options, console.progress_console(quiet)))
        try:
            result = results.open_folder(source)
        except ValueError as problem:
            raise InputError.of("--from", 0, problem) from None
        figures = published_figures.load()
        scenario_run = load_model(COUNTY).restore_scenario(result.manifest["scenario"])
        still = baseline_predictors.standing_still(scenario_run, int(result.manifest["seed"]))
        lines = comparison.compare(figures, comparison.series_of(result, figures), still)
        made: dict[str, Any] = {
            "scenario": scenario_run.id, "vantage": scenario_run.vantage, "figures": lines, "scores": comparison.scores(lines),
            "out": str(source),
        }  # fmt: skip
        if not no_figures:
            with output_folder.building(source) as new:
                backtest_figure.render(made, result.manifest, new / "figures")
        if as_json:
            console.show_json(made)
        else:
            console.show(backtest_table.answer(made, lang))
        raise typer.Exit(code)


def _parse_vantage(text: str) -> str | None:
    """A vantage as a scenario has it; InputError if it is no month."""
    from sim.core.inputs.errors import InputError, describe_problem
    from sim.core.inputs.parameters import month_within

    if text == "now":
        return None
    try:
        month_within(text)
    except ValueError as problem:
        why = describe_problem(problem)
        raise InputError("--vantage", 0, f"{why.english}, or 'now'", f"{why.chinese}，也可写 now") from None
    return text
