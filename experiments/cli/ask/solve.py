"""``xianjie solve``: how much of a lever is enough for a goal."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console, executor_options
from experiments.cli.console import Fresh, Json, Lang, Language, OnlyLuck, Out, Quiet, Scenario, Seed, Sets, Workers, Yes


def solve(
    scenario: Scenario,
    lever: Annotated[str, typer.Option(help="The lever to search, as 'xianjie levers' lists them.")],
    goal: Annotated[str, typer.Option(help="The goal to reach, as 'xianjie goals' lists them.")],
    probability: Annotated[float, typer.Option(min=0.01, max=0.99, help="How likely it must be.")] = 0.8,
    largest: Annotated[
        bool, typer.Option("--largest", help="The largest value that still reaches it, not the smallest.")
    ] = False,
    low: Annotated[
        float | None, typer.Option(callback=console.finite_number, help="Search from here; by default the lever's lower bound.")
    ] = None,
    high: Annotated[
        float | None, typer.Option(callback=console.finite_number, help="Search up to here; by default the lever's upper bound.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="The month from which the value holds.")] = None,
    replications: Annotated[int, typer.Option(min=10, max=console.MOST, help="Replications at every value.")] = 100,
    seed: Seed = 2021,
    only_luck: OnlyLuck = False,
    workers: Workers = None,
    sets: Sets = None,
    out: Out = None,
    fresh: Fresh = False,
    yes: Yes = False,
    executor: executor_options.Executor = executor_options.Kind.LOCAL,
    scheduler: executor_options.Scheduler = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the smallest (or largest) value of a lever at which a goal is met with the wanted probability.

    All values are tried on the same futures. Refuses where the goal is not monotone in the lever or not reachable within its
    bounds. Repeated after an interruption, it goes on. Exit codes: 0 found, or why there is no answer (in JSON 'answer' is null
    and 'reason' says why); 2 wrong usage or input; 5 the disk is full or the cluster lost; 130 interrupted.
    """
    with console.exit_codes(), executor_options.Place(executor, scheduler, workers, lang) as place:
        from experiments import model_api
        from experiments.analyses import solve as solve_analysis
        from experiments.cli.run_helpers import RunRequest
        from experiments.cli.study_run import StudyRun
        from experiments.execution import points
        from experiments.execution.study import Study
        from experiments.results import output_folder
        from experiments.results.files import safe
        from sim.scenario import load_scenario

        chosen = load_scenario(scenario, sets or [])
        catalogue = model_api.load_model(model_api.COUNTY).catalogue(chosen)
        question = solve_analysis.Question(lever, goal, probability, largest=largest, low=low, high=high, start=start)
        factor = question.factor(chosen, catalogue, "--")
        task = solve_analysis.task_of(question, factor)
        run = StudyRun(
            "solve",
            {chosen.id: chosen},
            task,
            RunRequest(seed=seed, only_luck=only_luck, lang=lang, fresh=fresh),
            stem=safe(f"solve-{chosen.id}-{lever}-{goal}-{seed}-x{replications}{'-only-luck' if only_luck else ''}"),
            out=out,
            quiet=quiet,
        )
        looks = solve_analysis.FIRST + solve_analysis.EXPECTED
        points.affordable("--replications", 0, looks, replications)
        run.connect(place)
        run.begin(looks * replications, yes, unasked=True)
        with run.running(looks * replications) as options, Study(run.work, run.scenarios, task, options) as study:
            try:
                made = solve_analysis.answer(chosen, question, study, replications)
            except solve_analysis.NoAnswer as none:
                _print_no_answer(none, probability, lang, as_json)
                return
        with run.finishing(), output_folder.building(run.work) as new:
            solve_analysis.write(made, new)
            _render_curve(new)
        if as_json:
            console.show_json({**made, "answer": made["value"], "out": str(run.target)})
        else:
            _print_answer(made, factor, catalogue.goals[goal], lang=lang, target=run.target)


def _print_no_answer(none: Any, probability: float, lang: str, as_json: bool) -> None:
    from experiments.reporting.figures import study_figures

    if as_json:
        console.show_json({"answer": None, "reason": none.reason.removeprefix("solve_"), "why": str(none), **none.facts})
        return
    console.show([study_figures.no_answer(none.reason, none.facts, probability, lang)])


def _print_answer(made: dict[str, Any], factor: Any, goal: Any, lang: str, target: Path) -> None:
    from rich import box
    from rich.table import Table

    from experiments.reporting.translations import Words, probability

    words = Words(lang)
    low = words("solve_below") if made["low"] is None else words.quantity(made["low"], factor.unit)
    high = words("solve_above") if made["high"] is None else words.quantity(made["high"], factor.unit)
    label = "solve_answer_largest" if made["largest"] else "solve_answer_smallest"
    answer = words(label, lever=words.of(factor.name), value=words.quantity(made["value"], factor.unit), goal=words.of(goal.name),
                 wanted=words.percent(made["probability"]), range=words("range_signed", low=low, high=high))  # fmt: skip
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in (words("column_lever"), words("outcome_probability", name=words.of(goal.name))):
        table.add_column(name, justify="right", overflow="fold")
    for at in made["curve"]:
        bound = "below" if at["probability"] == 0 else "above" if at["probability"] == 1 else None
        table.add_row(words.quantity(at["value"], factor.unit), probability(words, {**at, "bound": bound}))
    console.show([answer, table, words("folder", out=target)])


def _render_curve(target: Path) -> None:
    """Save the response curve in both languages."""
    from experiments.reporting.figures import gallery, study_figures
    from experiments.reporting.translations import LANGUAGES
    from experiments.results.folder import Results

    for language in LANGUAGES:
        for picture in study_figures.pictures_of_study(Results(target), language):
            gallery.save(picture, target / "figures")
