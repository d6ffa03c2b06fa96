"""``xianjie structure``: whether the conclusions depend on how the model is built."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Fresh, Json, Lang, Language, Out, Quiet, Seed, Workers, Yes

Futures = Annotated[
    int, typer.Option(min=4, max=console.MOST, help="Parameter draws, each run once under every switch and plan.")
]
Ranked = Annotated[
    int | None,
    typer.Option(
        min=4, max=console.MOST, help="Parameter draws for plans after the first two, which are only ranked; by default all."
    ),
]
Finding = Annotated[Path | None, typer.Option(help="Also keep the finding in this file, from which the pages of goals are made.")]


def structure(
    plans: Annotated[list[Path] | None, typer.Argument(help="Plans to rank, the reference first; by default those of structure.yaml.")] = None,  # noqa: E501
    futures: Futures = 12,
    ranked: Ranked = None,
    seed: Seed = 2021,
    workers: Workers = None,
    out: Out = None,
    finding: Finding = None,
    fresh: Fresh = False,
    yes: Yes = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Run the same futures under every structural switch and say what it does to goals and to the order of the plans.

    Repeated after an interruption, it goes on. Exit codes: 0 done, 2 wrong usage or input, or not confirmed, 5 the disk is full,
    130 interrupted.
    """
    with console.exit_codes():
        from experiments import model_api
        from experiments.analyses import structural_uncertainty as structure
        from experiments.cli.run_helpers import RunRequest
        from experiments.cli.study_run import StudyRun
        from experiments.execution import points
        from experiments.execution.study import Study
        from experiments.results import output_folder
        from experiments.results.files import safe
        from sim.core.inputs.errors import InputError
        from sim.scenario import load_scenario

        files = plans or [Path(name) for name in structure.scenarios()]
        loaded = [load_scenario(file) for file in files]
        points.distinct("structure", 0, [each.id for each in loaded])
        chosen = {each.id: each for each in loaded}
        if len(chosen) < 2:
            raise InputError(
                "structure",
                0,
                "takes at least two different plans, the reference first",
                "至少要两个不同的方案，作参照的放在最前",
            )
        measured = [model_api.load_model(model_api.COUNTY).catalogue(each) for each in loaded]
        if any(set(each.goals) != set(measured[0].goals) for each in measured):
            raise InputError(
                "structure", 0, "takes plans of one length: those that run on beyond 2025 have goals that the others lack",
                "各方案的期限要相同：推演到2025年以后的方案，有别的方案没有的目标；请统一 months"
            )  # fmt: skip
        switches = structure.switches()
        points.affordable("--futures", 0, len(switches) * len(chosen), futures)
        if ranked is not None and ranked > futures:
            raise InputError(
                "--ranked", 0, f"ranks plans over the first of the {futures} futures: give at most {futures}",
                f"只能用前若干组参数排名，共{futures}组：请不超过{futures}"
            )  # fmt: skip
        counts = structure.count_futures(list(chosen), futures, ranked or futures)
        count = len(switches) * sum(counts.values())
        first = next(iter(chosen.values()))
        worlds = {
            f"{switch.id}.{name}": structure.apply_switch(plan, switch) for switch in switches for name, plan in chosen.items()
        }
        task = {"structure": {switch.id: switch.sets for switch in switches}}
        run = StudyRun(
            "structure",
            worlds,
            task,
            RunRequest(seed=seed, workers=workers, lang=lang, fresh=fresh),
            stem=safe(f"structure-{'-'.join(chosen)}-{seed}-x{futures}"),
            out=out,
            quiet=quiet,
        )
        run.begin(count, yes)
        with run.running(count) as options, Study(run.work, worlds, task, options) as study:
            found = structure.run_switches(study, chosen, futures, ranked or futures)
        catalogue = model_api.load_model(model_api.COUNTY).catalogue(first)
        numbers = {"futures": futures, **({"ranked": ranked} if ranked else {}), "seed": seed}
        made: dict[str, Any] = {
            "command": format_command("structure", finding, [str(path) for path in plans or []], **numbers),
            "code": model_api.load_model(model_api.COUNTY).code(),
            "seed": seed, "futures": futures, "ranked": min(counts.values()),
            "switches": {switch.id: {"name": switch.name, "set": switch.sets} for switch in switches},
            "plans": {name: dict(plan.title) for name, plan in chosen.items()},
            **structure.summarise(found, catalogue),
        }  # fmt: skip
        with run.finishing(), output_folder.building(run.work) as new:
            write_finding(made, new / "structure.json", finding)
        if as_json:
            console.show_json(made)
        else:
            from experiments.reporting.terminal import structural_uncertainty as briefing

            console.show(briefing.answer(made, catalogue.goals, lang, run.target))


def format_command(name: str, finding: Path | None, arguments: list[str], **numbers: int) -> str:
    """The command line that makes a finding again."""
    options = [f"--{key} {value}" for key, value in numbers.items()]
    return " ".join(["xianjie", name, *arguments, *options, "--yes", *([f"--finding {finding.as_posix()}"] if finding else [])])


def write_finding(made: dict[str, Any], own: Path, finding: Path | None) -> None:
    """Write a finding into its folder and, if ``finding`` names a file, there too, for the documentation."""
    from experiments.results.files import as_json, write_text

    for path in (own, finding):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, as_json(made))
