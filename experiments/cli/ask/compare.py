"""``xianjie compare``: what a scenario changes, replication by replication, on common random numbers."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli import console, executor_options
from experiments.cli.console import Code, Json, Lang, Language, OnlyLuck, Out, Quiet, Replications, Seed, Sets, Workers, Yes
from experiments.cli.progress import COMPILE, COMPILING, LIVE, WRITE, WRITING, CommandProgress

if TYPE_CHECKING:
    from experiments.analyses import attribution


def compare(
    context: typer.Context,
    which: Annotated[
        list[Path],
        typer.Argument(
            help="Scenarios (YAML) or result folders, the reference first; of one scenario, the baseline is the reference.",
            metavar="[A] B…",
        ),
    ],
    replications: Replications = console.USUAL,
    seed: Seed = 2021,
    workers: Workers = None,
    only_luck: OnlyLuck = False,
    sets: Sets = None,
    out: Out = None,
    parts: Annotated[
        bool, typer.Option("--parts", help="Say what each lever of the plan contributes: alone, left out, Shapley share.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Seek the cheapest repair of each promise that the plan breaks, with its price.")
    ] = False,
    yes: Yes = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw unfinished runs in the result folder away.")] = False,
    executor: executor_options.Executor = executor_options.Kind.LOCAL,
    scheduler: executor_options.Scheduler = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare scenarios with the first on common random numbers: goals, flips, money, who gains and who loses.

    Replications that were run before, for this comparison or with 'run' in outputs, are used again: an interrupted comparison
    goes on when repeated, and the baseline is not run twice.
    Exit codes: 0 done, 2 wrong usage or input, 3 some replications failed, 5 the disk is full or the cluster lost, 130
    interrupted.
    """
    with console.exit_codes(), executor_options.Place(executor, scheduler, workers, lang) as place:
        from experiments.analyses import comparison as comparison_analysis
        from experiments.execution import reuse
        from experiments.reporting import answer
        from sim.core.inputs import shipped
        from sim.core.inputs.errors import InputError

        if len(which) == 1 and which[0].is_dir():
            raise InputError(
                "compare", 0, "names at least two result folders, the reference first, or a scenario",
                "至少要给两个结果文件夹，作参照的放在最前；只给一个方案时与基准方案比较"
            )  # fmt: skip
        if len(which) == 1:
            if shipped.scenario_file(which[0]).resolve() == shipped.scenario_file(console.BASELINE).resolve():
                raise InputError(
                    "compare", 0, "the baseline is what a plan is held against: name another plan, or at least two scenarios",
                    "基准方案是用来对照的；请写另一个方案，或至少写两个"
                )  # fmt: skip
            which = [console.BASELINE, *which]
        found: list[Any]
        if all(path.is_dir() for path in which):
            console.refuse_given(
                context, "does nothing where result folders are compared: they have their own; leave it out",
                "对比的是结果文件夹，设置以文件夹里的为准，这一项不起作用；请去掉",
                "replications", "seed", "workers", "only_luck", "sets", "fresh", "executor", "parts", "repair", "yes"
            )  # fmt: skip
            found = [_open_result(path) for path in which]
            target = out
            if target is not None:
                names = [f"{each.manifest['scenario']['id']} {each.manifest['seed']}" for each in found]
                now = reuse.inputs_of({}, 0, False, {"results": names})
                _check_folder(target, now, False, False)
        elif any(path.is_dir() for path in which):
            raise InputError(
                "compare", 0, "takes scenarios or result folders, not both", "情景文件和结果文件夹不能混用，请只给一种"
            )
        else:
            package = _package(which, tuple(sets or ()), divide=parts) if parts or repair else None
            target, now, found = _run_scenarios(
                which,
                place,
                out,
                replications=replications,
                seed=seed,
                only_luck=only_luck,
                sets=tuple(sets or ()),
                fresh=fresh,
                lang=lang,
                quiet=quiet,
            )
        try:
            made = comparison_analysis.compare(found)
        except comparison_analysis.Unpaired as reason:
            raise InputError.of("compare", 0, reason) from None
        answer.add_answers(made, found)
        beside: Path | None = None
        if target is not None:
            _write(made, target, now)  # before longer runs, which may be declined or interrupted
        if parts or repair:
            request = _Request(
                replications, seed, only_luck, sets=tuple(sets or ()), lang=lang, fresh=fresh, quiet=quiet, yes=yes
            )
            extra, beside = _extra(which, found, out, request, place, package, repair=repair)
            answer.add_parts(made, extra)
            if target is not None:
                _write(made, target, now)
        if as_json:
            console.show_json(made)
        else:
            from experiments.reporting.terminal import comparison
            from experiments.reporting.translations import Words

            console.show(comparison.answer(made, lang, target))
            if target is not None and comparison_analysis.compared(target):
                folders = " ".join(shlex.quote(str(path)) for path in (target, beside) if path is not None)
                console.show([Words(lang)("say_brief_command", command=f"xianjie brief {folders}")])
        if any(each.manifest["replications"]["failed"] for each in found):
            raise typer.Exit(Code.SOME_FAILED)


def _write(made: dict[str, Any], target: Path, now: dict[str, Any]) -> None:
    """Write a comparison into its folder."""
    from experiments.analyses import comparison
    from experiments.results import output_folder

    output_folder.claim(target, "compare", now)
    with output_folder.building(target) as new:
        comparison.write(made, new)


@dataclass(frozen=True)
class _Request:
    """How the runs behind the parts and the repairs of a plan are made."""

    replications: int
    seed: int
    only_luck: bool
    sets: tuple[str, ...]
    lang: str
    fresh: bool
    quiet: bool
    yes: bool


def _package(files: list[Path], sets: tuple[str, ...], *, divide: bool) -> "attribution.Package | None":
    """What a plan sets beside its reference, to be divided if ``--parts`` is given. Raises InputError, before any run."""
    from experiments.analyses import attribution
    from sim.core.inputs.errors import InputError
    from sim.scenario import load_scenario

    if len(files) != 2:
        raise InputError(
            "compare", 0, "--parts and --repair are about one plan: name it and its reference, or it alone",
            "--parts 和 --repair 只用于一个方案：请只给基准方案和这个方案，或只给这个方案"
        )  # fmt: skip
    try:
        return attribution.Package.of(*(load_scenario(file, sets) for file in files)) if divide else None
    except attribution.Indivisible as reason:
        raise InputError.of("--parts", 0, reason) from None


def _extra(
    files: list[Path], found: list[Any], out: Path | None, request: _Request, place: executor_options.Place,
    package: "attribution.Package | None", *, repair: bool,
) -> tuple[dict[str, Any], Path | None]:  # fmt: skip
    """The contributions of a plan's settings, where there is a package to divide, and the repairs of what it breaks, from runs of
    their own on the same draws; and the folder that holds them, None where nothing had to be run.
    """
    from experiments.analyses import attribution
    from experiments.analyses.consequences import Consequences
    from experiments.cli.run_helpers import RunRequest
    from experiments.cli.study_run import StudyRun
    from experiments.execution.study import Study
    from experiments.results import output_folder
    from experiments.results.files import safe
    from sim.scenario import load_scenario

    first, other = (load_scenario(file, request.sets) for file in files)
    facts = Consequences(found[0], found[1])
    mended = attribution.repairable(facts) if repair else []
    count = (package.runs(request.replications) if package else 0) + len(mended) * attribution.repair_runs(request.replications)
    if count == 0:
        return {"parts": None, "repairs": []}, None
    # Both questions are asked of points of the same two plans, which name what they set: one may be added to the other.
    task = {"points": "parts and repairs"}
    run = StudyRun(
        "compare", {first.id: first, f"{other.id}*": other}, task,
        RunRequest(request.replications, request.seed, only_luck=request.only_luck, lang=request.lang, fresh=request.fresh),
        stem=safe(f"parts-{first.id}-{other.id}-{request.seed}-x{request.replications}"),
        out=None if out is None else out.with_name(f"{out.name}-parts"), quiet=request.quiet,
    )  # fmt: skip
    run.connect(place)
    run.begin(count, request.yes)
    made = attribution.found_before(run.work, request.replications)
    with run.running(count) as options, Study(run.work, run.scenarios, task, options) as study:
        if package is not None:
            goals = [each.id for each in facts.broken if not each.given_up][:3]
            made["parts"] = attribution.attribute(
                package, study, request.replications, goals, len(facts.in_force) / len(facts.years)
            )
        if repair:
            made["repairs"] = [attribution.repair(facts, each, other, study, request.replications) for each in mended]
    with run.finishing(), output_folder.building(run.work) as new:
        attribution.write(made, new)
    return made, run.work


def _check_folder(target: Path, now: dict[str, Any], fresh: bool, offers_fresh: bool = True) -> None:
    """Raise InputError if ``target`` is the folder of something else than this comparison; an empty one is made its own.

    ``offers_fresh``: whether --fresh may be given.
    """
    from experiments.execution import reuse
    from experiments.results import output_folder

    reuse.usable(target, "compare")
    reason = reuse.unlike(target, now)
    if reason and not fresh:
        raise reuse.unjoinable("--out", target, reason, offers_fresh)
    if not output_folder.holds(target):
        output_folder.claim(target, "compare", now)


def _open_result(path: Path) -> Any:
    from experiments.results import folder as results
    from sim.core.inputs.errors import InputError

    try:
        return results.open_folder(path)
    except ValueError as problem:
        raise InputError.of(path, 0, problem) from None


def _run_scenarios(
    files: list[Path], place: executor_options.Place, out: Path | None, *, replications: int, seed: int, only_luck: bool,
    sets: tuple[str, ...], fresh: bool, lang: str, quiet: bool,
) -> tuple[Path, dict[str, Any], list[Any]]:  # fmt: skip
    """Run each scenario in a folder of its own; returns the folder of all, the canonical inputs and the results."""
    from dataclasses import replace
    from functools import partial

    from experiments.cli import run_helpers
    from experiments.execution import reuse
    from experiments.execution.local_executor import InProcess, Processes, SharedExecutor, usable_processors
    from experiments.results.files import same_file
    from sim.scenario import load_scenario

    chosen = [load_scenario(file, sets) for file in files]  # all are checked before one is run
    names = [scenario.id for scenario in chosen]
    folders = [name if names.count(name) == 1 else f"{number}-{name}" for number, name in enumerate(names, start=1)]
    if len(set(map(same_file, folders))) < len(folders):
        folders = [f"{number}-{name}" for number, name in enumerate(names, start=1)]
    more = [*(["only-luck"] * only_luck), *run_helpers.digest_settings(sets)]
    now = reuse.inputs_of(dict(zip(folders, chosen)), seed, only_luck, None)
    target = out or run_helpers.choose_folder("-".join(["compare", *names, str(seed), f"x{replications}", *more]), now)
    screen = console.progress_console(quiet)
    place.open(screen)
    first = run_helpers.RunRequest(
        replications, seed, place.workers, only_luck, sets=sets, lang=lang, fresh=fresh, again=True, executor=place.executor
    )
    for scenario, folder in zip(chosen, folders):
        run_helpers.check_folder(scenario, target / folder, first)
    _check_folder(target, now, fresh)
    run_helpers.announce_run(chosen[0], first, screen, len(chosen))
    works = [run_helpers.prepare_folder(scenario, target / folder, first) for scenario, folder in zip(chosen, folders)]
    for scenario, work in zip(chosen, works):
        run_helpers.borrow(scenario, work, first, screen)
    count = place.workers or usable_processors()
    shared = SharedExecutor(place.executor or (InProcess if count == 1 else partial(Processes, workers=count)))
    first = replace(first, executor=shared)
    keys = [f"{LIVE}:{number}" for number in range(len(chosen))]
    stages = ((COMPILE, COMPILING), *((key, replications) for key in keys), (WRITE, WRITING * len(chosen)))
    found = []
    try:
        with CommandProgress(screen, lang, stages) as bar:
            for scenario, folder, work, key in zip(chosen, folders, works, keys):
                outcome = run_helpers.run_scenario(scenario, target / folder, first, screen, bar, key, work)
                if outcome.interrupted:
                    raise typer.Exit(Code.INTERRUPTED)
                found.append(_open_result(target / folder))
    finally:
        shared.end()
    return target, now, found
