"""``xianjie optimise``: how a given budget may be divided over programmes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import DryRun, Fresh, Json, Lang, Language, NoFigures, Out, Quiet, Seed, Workers, Yes


def optimise(
    context: typer.Context,
    spec: Annotated[Path, typer.Argument(help="What to divide, a YAML file; see experiments/specs.", metavar="SPEC")],
    seed: Seed = 2021,
    workers: Workers = None,
    out: Out = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
    yes: Yes = False,
    no_figures: NoFigures = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Divide a budget over programmes against several goals, robust over what nobody knows.

    Plans are compared over the same futures; those that no other beats are run again on fresh random draws, and all that is
    printed comes from there, with intervals and with how much the search had flattered them. A budget below entitlements is
    refused. Repeated after an interruption, it goes on. Exit codes: 0 done, 2 wrong usage or input, or not confirmed, 5 the
    disk is full, 130 interrupted.
    """
    with console.exit_codes():
        from experiments import model_api
        from experiments.analyses import budget_allocation, optimisation
        from experiments.cli.run_helpers import RunRequest, refuse_fresh
        from experiments.cli.study_run import StudyRun
        from experiments.results.files import safe
        from experiments.statistics import nsga2
        from sim.core.inputs.errors import InputError

        if dry_run:
            refuse_fresh(context)
        try:
            nsga2.require()
        except nsga2.Missing:
            raise InputError(
                "optimise", 0, "the optimiser is not installed: pip install 'xianjie[optimise]'",
                "没有安装优化器；请运行 pip install 'xianjie[optimise]'"
            ) from None  # fmt: skip
        request, scenario = budget_allocation.read(spec)
        model = model_api.load_model(model_api.COUNTY)
        optimisation.check(request.goals, model.catalogue(scenario))
        study = StudyRun(
            "optimise",
            {scenario.id: scenario},
            request.model_dump(mode="json"),
            RunRequest(seed=seed, workers=workers, lang=lang, fresh=fresh),
            stem=safe(f"optimise-{spec.stem}-{seed}"),
            out=out,
            quiet=quiet,
        )
        if not dry_run:
            study.find_place()  # a folder of something else is refused before anything is priced
        model.prepare(scenario, study.on_status)
        division = budget_allocation.price(spec, request, scenario, seed)
        if dry_run:
            seconds = study.announce(division.most_replications)
            sizes = {"lives": division.most_replications, "seconds": round(seconds), "steps": division.steps}
            console.show_json({**sizes, **division.facts})
            return
        study.begin(division.most_replications, yes)
        with study.running(division.most_replications) as options:
            manifest = optimisation.optimise(division, study.work, options)
        with study.finishing():
            if not no_figures:
                from experiments.reporting.figures import pareto

                pareto.render(study.work, manifest)
        if as_json:
            console.show_json({**manifest, "out": str(study.target)})
        else:
            _print_answer(manifest, lang, study.target)


def _print_answer(made: dict[str, Any], lang: str, target: Path) -> None:
    from rich import box
    from rich.table import Table

    from experiments.reporting.translations import Words

    words = Words(lang)
    facts = {key: words.sum_in_table(made["facts"][key]) for key in ("budget", "upper", "kept", "money")}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(words("divide_money"), overflow="fold")
    for subject in made["goals"].values():
        table.add_column(words.of(subject["name"]), overflow="fold")
    table.add_column(words("divide_all"), overflow="fold")
    names = {each["id"]: words.of(each["name"]) for each in made["programmes"]}
    for row in made["frontier"]:
        money = [f"{names[name]} {words.sum_in_table(yuan)}" for name, yuan in row["money"].items()]
        money.append(f"{words('divide_reserve')} {words.sum_in_table(row['reserve'])}")
        head = words("divide_as_it_runs") if row is made["frontier"][0] else ""
        beaten = words("divide_beaten") if row["beaten_by"] else ""
        cells = [_format_goal(each, made["goals"][goal]["unit"], words) for goal, each in row["goals"].items()]
        table.add_row("\n".join(filter(None, [head, *money, beaten])), *cells, _format_share(row["all_met"], words))
    console.show([words.of(made["title"]), words("divide_head", **facts),
                  words("divide_said", plans=made["plans"], futures=made["futures"], fresh=made["fresh"],
                        level=words.percent(made["level"])), table,
                  words("divide_note"), words("folder", out=target)])  # fmt: skip


def _format_share(share: dict[str, Any], words: Any) -> str:
    from experiments.reporting.translations import probability

    if share.get("bound"):
        return probability(words, {**share, "probability": share["share"]})
    return words("with_range", value=words.percent(share["share"]), range=words.percents(share["low"], share["high"]))


def _format_goal(each: dict[str, Any], unit: str, words: Any) -> str:
    regret, gain = each["regret"], each["gain_fresh"]
    known = (abs(number) for number in (*(regret[key] for key in ("value", "low", "high")), gain["mean"]) if number is not None)
    scale, name = words.large(unit, max(known), difference=True)

    def shown(number: float | None, sign: bool = False) -> str:
        return words.number(number if number is None else number / scale, unit, sign=sign)

    middle = words.with_unit(shown(regret["value"]), name)
    mean = words.with_unit(shown(gain["mean"], True), name)
    return "\n".join([
        words("divide_met", share=_format_share(each["met"], words)),
        words("divide_regret", value=middle, low=shown(regret["low"]), high=shown(regret["high"])),
        words("divide_gain", value=mean, low=shown(gain["low"], True), high=shown(gain["high"], True)),
    ])  # fmt: skip
