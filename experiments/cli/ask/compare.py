"""``xianjie compare``: what a scenario changes, future by future, on the same luck."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console, executor_options
from experiments.cli.console import Code, Json, Lang, Language, OnlyLuck, Out, Quiet, Replications, Seed, Sets, Workers


def compare(
    context: typer.Context,
    which: Annotated[list[Path], typer.Argument(help="Scenarios (YAML) or result folders, the reference first.", metavar="A B…")],
    replications: Replications = 100,
    seed: Seed = 2021,
    workers: Workers = None,
    only_luck: OnlyLuck = False,
    sets: Sets = None,
    out: Out = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw unfinished runs in the result folder away.")] = False,
    executor: executor_options.Executor = executor_options.Kind.LOCAL,
    scheduler: executor_options.Scheduler = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hold scenarios against the first on the same luck: goals, flips, money, who gains and who loses.

    What was lived before for this comparison is used again, so a comparison that was interrupted goes on when it is asked again.
    Exit codes: 0 done, 2 wrong usage or input, 3 some replications failed, 5 the disk is full or the cluster lost, 130
    interrupted.
    """
    with console.exit_codes(), executor_options.Place(executor, scheduler, workers, lang) as place:
        from experiments.analyses import comparison as comparison_analysis
        from experiments.execution import reuse
        from experiments.results import output_folder
        from sim.core.inputs.errors import InputError

        if len(which) < 2:
            raise InputError(
                "compare", 0, "names at least two scenarios or result folders, the reference first",
                "至少要给两个情景或两个结果文件夹，作参照的放在最前"
            )  # fmt: skip
        found: list[Any]
        if all(path.is_dir() for path in which):
            console.refuse_given(
                context, "does nothing where result folders are compared: they have their own; leave it out",
                "对比的是结果文件夹，设置以文件夹里的为准，这一项不起作用；请去掉",
                "replications", "seed", "workers", "only_luck", "sets", "fresh", "executor"
            )  # fmt: skip
            found = [_opened(path) for path in which]
            target = out
            if target is not None:
                names = [f"{each.manifest['scenario']['id']} {each.manifest['seed']}" for each in found]
                now = reuse.inputs_of({}, 0, False, {"results": names})
                _check(target, now, False, False)
        elif any(path.is_dir() for path in which):
            raise InputError(
                "compare", 0, "takes scenarios or result folders, not both", "情景文件和结果文件夹不能混用，请只给一种"
            )
        else:
            target, now, found = _live(which, replications, seed, place, only_luck, tuple(sets or ()), out, fresh, lang, quiet)
        try:
            made = comparison_analysis.compare(found)
        except comparison_analysis.Unpaired as reason:
            raise InputError.of("compare", 0, reason) from None
        if target is not None:
            output_folder.claim(target, "compare", now)
            with output_folder.building(target) as new:
                comparison_analysis.write(made, new)
        if as_json:
            console.show_json(made)
        else:
            from experiments.reporting.terminal import comparison

            console.show(comparison.answer(made, lang, target))
        if any(each.manifest["replications"]["failed"] for each in found):
            raise typer.Exit(Code.SOME_FAILED)


def _check(target: Path, now: dict[str, Any], fresh: bool, offers_fresh: bool = True) -> None:
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


def _opened(path: Path) -> Any:
    from experiments.results import folder as results
    from sim.core.inputs.errors import InputError

    try:
        return results.open_folder(path)
    except ValueError as problem:
        raise InputError.of(path, 0, problem) from None


def _live(
    files: list[Path], replications: int, seed: int, place: executor_options.Place, only_luck: bool, sets: tuple[str, ...],
    out: Path | None, fresh: bool, lang: str, quiet: bool,
) -> tuple[Path, dict[str, Any], list[Any]]:  # fmt: skip
    """Live each scenario in a folder of its own; where they are, what was asked, and the results."""
    from experiments.cli import run_helpers
    from experiments.execution import reuse
    from experiments.results.files import same_file
    from sim.scenario import load_scenario

    chosen = [load_scenario(file, sets) for file in files]  # all are checked before one is lived
    names = [scenario.id for scenario in chosen]
    folders = [name if names.count(name) == 1 else f"{number}-{name}" for number, name in enumerate(names, start=1)]
    if len(set(map(same_file, folders))) < len(folders):
        folders = [f"{number}-{name}" for number, name in enumerate(names, start=1)]
    more = [*(["only-luck"] * only_luck), *run_helpers.digest_of(sets)]
    now = reuse.inputs_of(dict(zip(folders, chosen)), seed, only_luck, None)
    target = out or run_helpers.apart("-".join(["compare", *names, str(seed), f"x{replications}", *more]), now)
    screen = console.messages(quiet)
    place.open(screen)
    first = run_helpers.RunRequest(
        replications, seed, place.workers, only_luck, sets=sets, lang=lang, fresh=fresh, again=True, executor=place.executor
    )
    for scenario, folder in zip(chosen, folders):
        run_helpers.check(scenario, target / folder, first)
    _check(target, now, fresh)
    run_helpers.announce(chosen[0], first, screen, len(chosen))
    found = []
    for scenario, folder in zip(chosen, folders):
        outcome = run_helpers.live(scenario, target / folder, first, screen)
        if outcome.interrupted:
            raise typer.Exit(Code.INTERRUPTED)
        found.append(_opened(target / folder))
    return target, now, found
