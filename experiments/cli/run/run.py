"""``xianjie run``: run a scenario many times, print how likely its goals are, write the result folder."""

import shlex
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from experiments.cli import console, executor_options
from experiments.cli.console import (
    BASELINE,
    Json,
    Lang,
    Language,
    NoFigures,
    OnlyLuck,
    Out,
    Quiet,
    Replications,
    Seed,
    Sets,
    Workers,
)
from experiments.cli.machine.counties import ENOUGH
from experiments.cli.progress import (
    BRIEF,
    BRIEFING,
    COMPILE,
    COMPILING,
    DRAW,
    DRAWING,
    LIVE,
    WRITE,
    WRITING,
    CommandProgress,
)
from experiments.cli.run import brief as briefing

if TYPE_CHECKING:
    from experiments.cli.run_helpers import RunRequest
    from experiments.execution.runner import Outcome

TRIAL = 4  # replications of each run, after which the first table is shown: two pairs
RUNS_WITH_COMPANIONS = 1 + len(briefing.COMPANIONS)


def run(
    context: typer.Context,
    scenario: Annotated[list[Path], typer.Argument(help="A scenario or county file (YAML), or several.", metavar="SCENARIO...")],
    replications: Replications = console.USUAL,
    seed: Seed = 2021,
    workers: Workers = None,
    out: Out = None,
    sets: Sets = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    only_luck: OnlyLuck = False,
    profile: Annotated[bool, typer.Option("--profile", help="Time every process of the month.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what the run would do and cost, and keep nothing.")] = False,
    show_config: Annotated[
        bool, typer.Option("--show-config", help="Say where every value comes from, and run nothing.")
    ] = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was interrupted, killed or out of disk.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw an unfinished run in the result folder away.")] = False,
    add_replications: Annotated[int, typer.Option(min=0, max=console.MOST, help="Add so many to a finished run.")] = 0,
    precision: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            max=0.2,
            callback=console.finite_number,
            help="Go on until every headline probability is known to plus or minus this.",
        ),
    ] = None,
    max_replications: Annotated[
        int, typer.Option(min=1, max=console.MOST, help="With --precision: stop there at the latest.")
    ] = 10_000,
    single_draws: Annotated[
        bool,
        typer.Option(
            "--single-draws",
            help="After the first 100 replications, one replication for each parameter draw instead of two: "
            "the same precision with fewer of them.",
        ),
    ] = False,
    brief: Annotated[
        bool,
        typer.Option(
            "--brief",
            help="Also run the same draws with all policy, and with the county's own money, stopped; "
            "write the brief (Word, HTML, Excel).",
        ),
    ] = False,
    beside: Annotated[
        bool,
        typer.Option("--beside", help="As --brief, but leave the documents to 'xianjie brief'."),
    ] = False,
    shard: Annotated[str | None, typer.Option(metavar="3/10", help="Live only this part; 'xianjie collect' joins them.")] = None,
    plan: Annotated[
        Path,
        typer.Option(
            "--plan",
            help="The scenario under which a file that holds only facts of a county is run; or a plan folder, by which it is "
            "judged: several counties beside each one's own plan.",
        ),
    ] = BASELINE,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Also say what each goal means, where its spread comes from, and which levers are scaled."
        ),
    ] = False,
    executor: executor_options.Executor = executor_options.Kind.LOCAL,
    scheduler: executor_options.Scheduler = None,
) -> None:
    """Run a scenario many times and print how likely its goals are; of several files, each in a folder of its own and a table.

    A county file (facts as in scenarios/county.yaml) or folder is run under --plan. Several files draw no figures, and go on
    where they stopped when the command is repeated.

    Exit codes: 0 done, 2 wrong usage or input, 3 some replications failed, 5 the disk is full or the cluster lost (what was done
    is kept, --resume goes on), 130 interrupted (the same).
    """
    with console.exit_codes(), executor_options.Place(executor, scheduler, workers, lang) as place:
        from experiments.cli import run_helpers
        from experiments.cli.machine.counties import load_scenarios, run_counties
        from experiments.results import output_folder
        from sim.core.inputs.errors import CannotBeFounded
        from sim.scenario.foundable import unfounded

        every = load_scenarios(scenario, plan, sets or [])
        chosen = every[0]
        options = run_helpers.RunRequest(
            replications,
            seed,
            workers,
            only_luck=only_luck,
            profile=profile,
            sets=tuple(sets or ()),
            lang=lang,
            resume=resume,
            fresh=fresh,
            add=add_replications,
            shard=shard,
            precision=precision,
            largest=max_replications,
            single_draws=single_draws,
        )
        if brief:
            console.refuse_given(context, "is part of --brief; leave it out", "已包含在 --brief 里；请去掉", "beside")
        companions = "--brief" if brief else "--beside" if beside else ""
        times = RUNS_WITH_COMPANIONS if companions else 1
        _check_options(options, companions, len(scenario), dry_run or show_config)
        _refuse_unused(context, scenario, options, plan, dry_run=dry_run, show_config=show_config, out=out)
        if precision is not None and max_replications < replications:
            console.refuse_given(
                context, f"is more than --max-replications {max_replications}; leave it out",
                f"超过了 --max-replications {max_replications}；请去掉", "replications"
            )  # fmt: skip
            options = replace(options, replications=max_replications)
        if show_config:
            _show_config(chosen, as_json, lang)
            return
        screen = console.progress_console(quiet)
        place.open(screen)
        options = replace(options, workers=place.workers, executor=place.executor)
        if dry_run:
            _show_forecast(chosen, options, as_json, screen=screen, figures=not no_figures, times=times)
            return
        if len(scenario) > 1:
            run_counties(every, out, options, as_json=as_json, screen=screen)
        target = out or run_helpers.default_folder(chosen, options)
        run_helpers.check_folder(chosen, target, options)
        if companions:
            briefing.check_companions(target, chosen, options)
        if not resume and not shard:
            run_helpers.announce_plan(chosen, options.lang, screen, explain)
            run_helpers.announce_run(chosen, options, screen, times)
        figures = not no_figures and not shard
        if figures:
            # Drawing needs a second of imports; this process has little else to do while the workers run.
            Thread(target=import_module, args=("experiments.reporting.figures.gallery",), daemon=True).start()
        words = [
            "xianjie run",
            *(shlex.quote(str(file)) for file in scenario),
            *(f"--set {shlex.quote(each)}" for each in sets or []),
            *([f"--plan {shlex.quote(str(plan))}"] if plan != BASELINE else []),
        ]
        words += [f"--replications {replications}"] * (replications != console.USUAL) + [f"--seed {seed}"] * (seed != 2021)
        words += [f"--out {shlex.quote(str(out))}"] * (out is not None) + ["--only-luck"] * only_luck
        words += [companions] * bool(companions) + ["--single-draws"] * single_draws
        go_on = " ".join([*words, f"--add-replications {max(0, ENOUGH - replications)}"])
        if companions:
            _run_beside(
                chosen, target, options, as_json, screen=screen, figures=figures, explain=explain, go_on=go_on, brief=brief
            )
        try:
            outcome = run_helpers.run_scenario(chosen, target, options, screen)
        except CannotBeFounded as problem:  # met while the rules were compiled, before there was a worker
            if not output_folder.manifest(target):  # a result of before stays
                _leave_nothing(target)
            raise unfounded(chosen, problem) from None
        if shard:
            console.show_json({"out": str(outcome.out), "shard": shard, "completed": outcome.completed, "failed": outcome.failed})
            raise typer.Exit(console.choose_exit_code(outcome))
        _refuse_unfounded(chosen, outcome)
        if figures:
            _draw(outcome, screen, lang)
        _print_answer(outcome, options, as_json, written=[], explain=explain, go_on=go_on)
        raise typer.Exit(console.choose_exit_code(outcome))


def _refuse_unfounded(scenario: Any, outcome: "Outcome") -> None:
    """Raise InputError, and leave nothing, where no replication was completed because the county cannot be founded."""
    from experiments.cli.machine.counties import first_failure
    from sim.core.inputs.errors import founding_problem
    from sim.scenario.foundable import unfounded

    if outcome.completed or not outcome.failed:
        return
    problem = founding_problem(first_failure(outcome.out))
    if problem is None:
        return
    _leave_nothing(outcome.out)
    raise unfounded(scenario, problem)


def _leave_nothing(out: Path) -> None:
    """Delete what a run wrote to a folder that it had to itself, and the folder if nothing else is in it."""
    from experiments.results import folder_lock, output_folder

    output_folder.clear(out)
    with suppress(OSError):  # what is not ours stays
        (out / output_folder.JOURNAL / folder_lock.FILE).unlink(missing_ok=True)
        (out / output_folder.JOURNAL).rmdir()
        out.rmdir()


def _run_beside(
    chosen: Any, target: Path, options: "RunRequest", as_json: bool, *, screen: Console, figures: bool, explain: bool, go_on: str,
    brief: bool,
) -> None:  # fmt: skip
    """Run a plan and those beside it on one set of workers, show the first few replications of all as a table, write the brief
    if that is asked, print the answer and end the command.
    """
    from experiments import model_api
    from experiments.cli import run_helpers
    from experiments.execution.local_executor import InProcess, Processes, SharedExecutor, usable_processors
    from experiments.reporting.terminal.first_table import FirstTable

    work = run_helpers.prepare_folder(chosen, target, options)
    count = options.workers or usable_processors()
    shared = SharedExecutor(options.executor or (InProcess if count == 1 else partial(Processes, workers=count)))
    options = replace(options, executor=shared)
    names = (briefing.PLAN, *briefing.COMPANIONS)
    replications = run_helpers.count_replications(options)
    stages = (
        (COMPILE, COMPILING), *((f"{LIVE}:{name}", replications) for name in names), (WRITE, len(names) * WRITING),
        *([(BRIEF, BRIEFING)] if brief else []), *([(DRAW, DRAWING)] if figures else []),
    )  # fmt: skip
    catalogue = model_api.load_model(model_api.COUNTY).catalogue(chosen)
    table = FirstTable(names, catalogue, options.lang, last_year=2020 + chosen.months // 12)
    written: list[Path] = []
    try:
        with CommandProgress(screen, options.lang, stages) as bar:
            if not options.add and options.precision is None:
                briefing.run_trial(chosen, target, work, options, bar, table, TRIAL)
                screen.print(table.heading(), table, bar.words("first_next"))
                bar.above = table
            reported = replace(options, on_progress=partial(briefing.take_in, table, briefing.PLAN))
            outcome = run_helpers.run_scenario(chosen, target, reported, screen, bar, f"{LIVE}:{briefing.PLAN}", work)
            if outcome.completed:
                briefing.run_companions(outcome, chosen, options, bar, table)
                if brief and not outcome.interrupted:
                    written = briefing.write_after_run(outcome, options, bar)
            if figures:
                bar.begin(DRAW)
                _draw(outcome, screen, options.lang)
    finally:
        shared.end()
    _print_answer(outcome, options, as_json, [str(path) for path in written], explain, go_on)
    raise typer.Exit(console.choose_exit_code(outcome))


def _check_options(options: "RunRequest", companions: str, files: int, describes: bool) -> None:
    """Raise InputError for options that contradict each other; ``companions``: the option that asks for runs beside the plan."""
    from experiments import model_api
    from sim.core.inputs.errors import InputError

    if companions and options.shard:
        raise InputError(
            companions, 0, "a shard is no whole result; collect the shards, then ask for the brief",
            "分片不是完整结果；请先用 xianjie collect 合并各分片，再写简报"
        )  # fmt: skip
    if companions and files > 1:
        raise InputError(
            companions, 0, "is of one scenario; 'xianjie brief FOLDER…' writes it for each",
            "一次只写一个情景的简报；可用 xianjie brief FOLDER… 分别来写"
        )  # fmt: skip
    if files > 1 and (describes or options.shard or options.add or options.precision is not None or options.profile):
        raise InputError(
            "run", 0, "of several files takes no --dry-run, --show-config, --shard, --add-replications, --precision or --profile",
            "同时运行几个文件时，不能用 --dry-run、--show-config、--shard、--add-replications、--precision 或 --profile"
        )  # fmt: skip
    if options.precision is not None and (options.add or options.shard):
        raise InputError(
            "--precision", 0, "decides by itself how many replications there are; leave --add-replications and --shard",
            "算多少次由它自己决定；请去掉 --add-replications 和 --shard"
        )  # fmt: skip
    if options.single_draws and (options.only_luck or options.shard or companions or files > 1):
        raise InputError(
            "--single-draws", 0, "is of one run, without --only-luck, --shard, --brief, --beside or more files; leave out one",
            "只用于一个情景的推演，不能与 --only-luck、--shard、--brief、--beside 或多个文件同用；请去掉其中之一"
        )  # fmt: skip
    asked = options.largest if options.precision is not None else options.replications
    if options.single_draws and not options.add and asked <= model_api.PAIRED:
        raise InputError(
            "--single-draws", 0,
            f"changes nothing in the first {model_api.PAIRED} replications, and {asked} are asked for; ask for more, or leave it "
            "out",
            f"对前 {model_api.PAIRED} 次推演不起作用，而这里只要 {asked} 次；请加大次数，或去掉这一项"
        )  # fmt: skip
    if options.shard and options.add:
        raise InputError(
            "--shard", 0, "a shard cannot be extended; collect the shards, then use --add-replications",
            "分片不能续加；请先用 xianjie collect 合并，再用 --add-replications"
        )  # fmt: skip
    if options.fresh and (options.resume or options.add):
        raise InputError(
            "--fresh", 0, "throws away what --resume and --add-replications go on with; keep one of them",
            "会舍弃 --resume 和 --add-replications 要接着算的内容；请只留一个"
        )  # fmt: skip


def _refuse_unused(
    context: typer.Context,
    files: list[Path],
    options: "RunRequest",
    plan: Path,
    dry_run: bool,
    show_config: bool,
    out: Path | None,
) -> None:
    """Raise InputError for options that were given and would do nothing."""
    from experiments.cli import run_helpers
    from sim.core.inputs import shipped
    from sim.scenario.county_file import is_county_file

    if options.precision is None:
        console.refuse_given(context, "is for --precision; leave it out", "只与 --precision 一起用；请去掉", "max_replications")
    if not any(map(is_county_file, files)) and not shipped.is_plan(plan):
        console.refuse_given(
            context, "is for county files, and there is none; leave it out", "只用于县情文件，这里没有；请去掉", "plan"
        )
    if show_config:
        console.refuse_given(
            context, "does nothing with --show-config, which runs nothing; leave it out",
            "与 --show-config 同用时不起作用，因为不推演；请去掉",
            "replications", "seed", "workers", "out", "only_luck", "profile", "dry_run", "no_figures", "resume", "fresh",
            "add_replications", "precision", "max_replications", "single_draws", "brief", "beside", "shard", "executor",
            "scheduler",
        )  # fmt: skip
    if dry_run:
        console.refuse_given(
            context, "does nothing with --dry-run, which touches no folder; leave it out",
            "与 --dry-run 同用时不起作用：预演不动任何文件夹；请去掉", "profile", "resume", "fresh"
        )  # fmt: skip
    if options.add and out is not None and not dry_run and run_helpers.read_requested(out) != options.replications:
        console.refuse_given(
            context, f"{out} was asked for another number; leave it out, or give --add-replications alone",
            f"{out} 原来的次数不是这个数；请去掉，只写 --add-replications", "replications"
        )  # fmt: skip


def _draw(outcome: "Outcome", screen: Console, lang: str) -> None:
    """Draw the figures of a run that came to its end."""
    from experiments.reporting.figures import gallery
    from experiments.reporting.translations import Words
    from experiments.results import folder as results

    if outcome.completed and not outcome.interrupted:
        if not screen.is_terminal:
            screen.print(Words(lang)("say_figures"))
        gallery.render(results.open_folder(outcome.out))


def _print_answer(
    outcome: "Outcome", options: "RunRequest", as_json: bool, written: list[str], explain: bool, go_on: str
) -> None:
    """Print the scoreboard or the JSON object, name the documents and the first failure."""
    from experiments.reporting.terminal import scoreboard
    from experiments.reporting.translations import Words
    from experiments.results import folder as results
    from sim.core.inputs.errors import recorded_problem

    words = Words(options.lang)
    result = results.open_folder(outcome.out)
    any_completed = outcome.completed > 0
    goals = result.goals if any_completed else []
    audit = result.audit if any_completed else []
    times = outcome.manifest["run"]["profile"] if options.profile else {}
    if as_json:
        more = ({"profile": times} if options.profile else {}) | ({"brief": written} if written else {})
        console.show_json(summarise(outcome, goals, audit) | more)
    else:
        console.show(scoreboard.answer(outcome.manifest, goals, audit, options.lang, explain))
        console.show(scoreboard.profile(times, options.lang) if times else [])
        console.show([words("folder", out=outcome.out), *(words("brief_written", path=path) for path in written)])
        if outcome.completed == options.replications < ENOUGH:
            console.show([words("say_more", command=go_on)])
        if any_completed and not written and not outcome.interrupted:
            console.show([words("say_brief_command", command=f"xianjie brief {shlex.quote(str(outcome.out))}")])
    if outcome.failed:
        first = result.failures[0]
        typer.echo(words("first_failure", **{**first, "error": recorded_problem(first["error"], options.lang)}), err=True)


def summarise(outcome: "Outcome", goals: list[dict], audit: list[dict]) -> dict[str, Any]:
    """The object that ``--json`` prints for a run."""
    manifest = outcome.manifest
    return {
        "scenario": manifest["scenario"]["id"],
        "seed": manifest["seed"],
        "only_luck": manifest["only_luck"],
        "replications": outcome.requested,
        "completed": outcome.completed,
        "failed": outcome.failed,
        "interrupted": outcome.interrupted,
        "seconds": outcome.seconds,
        "hash": manifest["hash"],
        "goals": goals,
        "audit": audit,
        "out": str(outcome.out),
    }


def _show_forecast(scenario: Any, options: "RunRequest", as_json: bool, screen: Console, figures: bool, times: int) -> None:
    """Print the resolved scenario and what the run would take; ``times``: how many scenarios are run with it."""
    from experiments import model_api
    from experiments.cli import run_helpers
    from experiments.execution import runner
    from experiments.reporting.figures.provenance import ROOM
    from experiments.reporting.terminal import settings
    from experiments.reporting.translations import Words
    from experiments.results import folder as results

    count, status = run_helpers.count_replications(options) * times, run_helpers.make_status_printer(screen, options.lang)
    cost = runner.forecast(scenario, replace(options, replications=count, model_name=model_api.COUNTY, on_status=status))
    disk = cost.disk + (ROOM if figures else 0)
    resolved = results.description(scenario)
    if as_json:
        console.show_json({"scenario": resolved, "seed": options.seed, **vars(cost), "disk": disk})
        return
    words = Words(options.lang)
    forecast = words(
        "say_forecast",
        runs=cost.replications,
        workers=cost.workers,
        seconds=words.seconds(cost.seconds),
        disk=words.bytes(disk),
        journal=words.bytes(cost.journal),
        memory=words.bytes(cost.memory),
    )
    console.show((*settings.differences(scenario, options.lang), f"\n{forecast}"))


def _show_config(scenario: Any, as_json: bool, lang: str) -> None:
    """Print every parameter as used, and which file or option set it: first those that differ from the model's own."""
    from experiments import model_api
    from experiments.reporting.terminal import settings
    from experiments.results.files import plain

    plausible = model_api.load_model(model_api.COUNTY).ensemble(scenario) or {"assumptions": []}
    places = dict.fromkeys(plausible["assumptions"], settings.ENSEMBLE) | scenario.provenance()
    used = plain(model_api.load_model(model_api.COUNTY).used(scenario, None))
    values = {name: {"value": value, "from": places.get(name, settings.BUILT_IN)} for name, value in used.items()}
    if as_json:
        console.show_json({"scenario": scenario.id, "values": values})
    else:
        console.show(settings.configuration(values, lang))
