"""``xianjie counties``: county files of invented counties; and what ``run`` does with several files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from experiments.cli import console
from experiments.cli.console import Code, Json, Lang, Language, Seed

ENOUGH = 100  # replications, from which a result is more than a trial

if TYPE_CHECKING:
    from experiments.cli.run_helpers import RunRequest


def counties(
    to: Annotated[Path, typer.Option(help="The folder to write them into; it must be absent or empty.")],
    synthetic: Annotated[int, typer.Option(min=1, max=5000, help="How many to invent; 832 counties were poor until 2020.")] = 832,
    seed: Seed = 2021,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Invent counties of many sizes and write a county file for each, to try out and to measure 'xianjie run FOLDER/*.yaml'.

    Not one of them is a real county; every file and title says so.
    """
    with console.exit_codes():
        from experiments.reporting.translations import Words
        from experiments.results import files
        from experiments.validation import synthetic_counties

        files.writable(to)
        paths = synthetic_counties.write(to, synthetic, seed)
        if as_json:
            console.show_json({"counties": len(paths), "to": str(to), "synthetic": True})
        else:
            console.show([Words(lang)("counties_written", count=len(paths), to=to)])


def load_scenarios(files: list[Path], plan: Path, sets: list[str]) -> list[Any]:
    """A scenario for each file: itself, or ``plan`` in the county whose facts it holds.

    Where ``plan`` is a plan folder and there are several files, a second scenario for each that has another plan of its own: the
    same county judged by ``plan``. Raises InputError, before anything is run, when a file is wrong, or when two counties have the
    same id.
    """
    from dataclasses import replace

    from experiments.cli.console import BASELINE
    from experiments.results.files import same_file
    from sim.core.inputs import shipped
    from sim.core.inputs.errors import InputError
    from sim.scenario import load_scenario
    from sim.scenario.county_file import is_county_file

    common = plan if shipped.is_plan(plan) else None
    base = BASELINE if common is not None else plan

    def load(file: Path, judged_by: Path | None) -> Any:
        if is_county_file(file):
            return load_scenario(base, sets, file, plan=judged_by)
        return load_scenario(file, sets, plan=judged_by)

    found: dict[str, Path] = {}
    chosen = []
    for file in files:
        scenario = load(file, common if len(files) == 1 else None)
        judged = [scenario]
        if common is not None and len(files) > 1:
            again = load(file, common)
            if again.plan != scenario.plan:
                judged.append(replace(again, id=f"{again.id}-{again.plan.id}"))
        for each in judged:
            if (name := same_file(each.id)) in found:
                raise InputError(
                    file, 0, f"has the same id '{each.id}' as {found[name]}: their results would overwrite each other; "
                    "rename one of the files",
                    f"与 {found[name]} 的编号“{each.id}”相同，结果会互相覆盖；请给其中一个文件改名"
                )  # fmt: skip
            found[name] = file
            chosen.append(each)
    return chosen


def run_counties(chosen: list[Any], out: Path | None, options: "RunRequest", as_json: bool, screen: Console) -> None:
    """Run every county in a folder of its own, on the same seed and the same workers; print and write goals by county.

    Repeated after an interruption, it goes on where it stopped. A county that cannot be founded or run is told, and the others go
    on.
    """
    from dataclasses import replace
    from functools import partial

    from experiments.cli import run_helpers
    from experiments.execution import reuse
    from experiments.execution.local_executor import InProcess, Processes, SharedExecutor, usable_processors
    from experiments.reporting.translations import Words
    from experiments.results import output_folder
    from experiments.results.files import as_json as written
    from experiments.results.files import write_csv, write_text
    from sim.core.inputs.errors import CannotBeFounded, recorded_problem
    from sim.scenario.origins import count_origins, origins

    words = Words(options.lang)
    more = [*(["only-luck"] if options.only_luck else []), *run_helpers.digest_settings(options.sets)]
    target = out or run_helpers.OUTPUTS / "-".join(["counties", str(options.seed), f"x{options.replications}", *more])
    if out is None:
        other = [
            now for each in chosen if run_helpers.is_taken(target / each.id, now := run_helpers.canonical_inputs(each, options))
        ]
        target = target.with_name(f"{target.name}-{run_helpers.digest_inputs(other[0])}") if other else target
    reuse.usable(target, "counties")
    for scenario in chosen:
        run_helpers.check_folder(scenario, target / scenario.id, options)
    output_folder.claim(target, "counties")
    run_helpers.announce_run(chosen[0], options, screen, len(chosen))
    count = options.workers or usable_processors()
    shared = SharedExecutor(options.executor or (InProcess if count == 1 else partial(Processes, workers=count)))
    options = replace(options, again=True, executor=shared)
    lines: list[dict[str, Any]] = []
    sources: list[dict[str, Any]] = []
    failures: list[dict[str, str]] = []
    failed = 0
    try:
        for number, scenario in enumerate(chosen, start=1):
            screen.print(words("say_county", number=number, of=len(chosen), title=words.of(scenario.title)))
            sources.append({"county": scenario.id, "judged_by": scenario.plan.id, **count_origins(origins(scenario))})
            try:
                outcome = run_helpers.run_scenario(scenario, target / scenario.id, options, screen)
            except CannotBeFounded as missed:  # met while the rules were compiled, before there was a worker
                failures.append({"county": scenario.id, "problem": missed.chinese if options.lang == "zh" else missed.english})
                failed += options.replications
                continue
            if outcome.interrupted:
                raise typer.Exit(Code.INTERRUPTED)
            failed += outcome.failed
            if not outcome.completed:
                failures.append({"county": scenario.id, "problem": recorded_problem(first_failure(outcome.out), options.lang)})
            lines += goal_lines(scenario, outcome)
    finally:
        shared.end()
    with output_folder.building(target) as new:
        write_csv(new / "counties.csv", lines)
        write_text(new / "counties.json", written(lines))
        write_csv(new / "counties_origins.csv", sources)
    trial = options.replications < ENOUGH
    if as_json:
        console.show_json(
            {
                "out": str(target), "counties": len(chosen), "failed": failed, "goals": lines, "origins": sources, "trial": trial,
                "failures": failures,
            }
        )  # fmt: skip
    else:
        from experiments.reporting.terminal import counties as table

        console.show([*table.answer(lines, options.lang), *table.origins(sources, options.lang)])
        console.show([words("counties_trial", count=options.replications)] if trial else [])
        console.show([*(words("county_failed", **each) for each in failures), words("folder", out=target)])
    raise typer.Exit(Code.SOME_FAILED if failed else Code.DONE)


def goal_lines(scenario: Any, outcome: Any) -> list[dict[str, Any]]:
    """A row for every goal by which a county was judged; none where no replication was completed."""
    from experiments.results import folder as results

    goals = results.open_folder(outcome.out).goals if outcome.completed else []
    return [
        {"county": scenario.id, "title_zh": scenario.title["zh"], "title_en": scenario.title["en"], "goal": goal["id"],
         "name_zh": goal["name"]["zh"], "name_en": goal["name"]["en"], "headline": goal["headline"], "runs": goal["runs"],
         "probability": goal["probability"], "low": goal["low"], "high": goal["high"]}
        for goal in goals
    ]  # fmt: skip


def first_failure(out: Path) -> str:
    """Why the first replication that failed did, as its record says."""
    from experiments.results import folder as results

    return next((str(each["error"]) for each in results.open_folder(out).failures), "")
