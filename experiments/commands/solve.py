"""``xianjie solve``: how much of a lever is enough for a goal."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.commands import console, placing
from experiments.commands.console import Fresh, Json, Lang, Language, OnlyLuck, Out, Quiet, Scenario, Seed, Sets, Workers


def solve(
    scenario: Scenario,
    lever: Annotated[str, typer.Option(help="The lever to search, as 'xianjie levers' lists them.")],
    goal: Annotated[str, typer.Option(help="The goal to reach, as 'xianjie goals' lists them.")],
    probability: Annotated[float, typer.Option(min=0.01, max=0.99, help="How likely it must be.")] = 0.8,
    largest: Annotated[
        bool, typer.Option("--largest", help="The largest value that still reaches it, not the smallest.")
    ] = False,
    low: Annotated[
        float | None, typer.Option(callback=console.number, help="Search from here; by default the lever's lower bound.")
    ] = None,
    high: Annotated[
        float | None, typer.Option(callback=console.number, help="Search up to here; by default the lever's upper bound.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="The month from which the value holds.")] = None,
    replications: Annotated[int, typer.Option(min=10, max=console.MOST, help="Futures lived at every value.")] = 100,
    seed: Seed = 2021,
    only_luck: OnlyLuck = False,
    workers: Workers = None,
    sets: Sets = None,
    out: Out = None,
    fresh: Fresh = False,
    executor: placing.Executor = placing.Kind.LOCAL,
    scheduler: placing.Scheduler = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the smallest (or largest) value of a lever at which a goal is met with the wanted probability.

    All values are tried on the same futures. Refuses where the goal is not monotone in the lever or not reachable within its
    bounds. Asked again after an interruption it goes on. Exit codes: 0 found; 1 there is no answer, and why; 2 wrong usage or
    input; 5 the disk is full or the cluster lost; 130 interrupted.
    """
    with console.exit_codes(), placing.Place(executor, scheduler, workers, lang) as place:
        from experiments import designs, lives, output_folder, points, solving
        from experiments.commands import living, studying
        from experiments.files import as_json as written
        from experiments.files import safe, write_csv, write_text
        from experiments.identity import version
        from experiments.study import Study
        from sim.core.errors import InputError, unknown
        from sim.scenario import load_scenario

        chosen = load_scenario(scenario, sets or [])
        catalogue = lives.find(lives.COUNTY).catalogue(chosen)
        if goal not in catalogue.goals:
            raise InputError("--goal", 0, *unknown("there is no goal", "没有这个目标：", goal, list(catalogue.goals)))
        if (low is None) != (high is None):
            raise InputError("--low", 0, "give both --low and --high, or neither", "--low 和 --high 要么都写，要么都不写")
        record = designs.FactorRecord.model_validate({"low": low, "high": high, "from": start})
        try:
            factor = designs.factor(lever, record, False)
        except ValueError as problem:
            raise InputError.of("--lever", 0, problem, lever) from None
        if factor.kind != "value":
            raise InputError(
                "--lever", 0, f"{lever} is an assumption: nobody sets it. Name a lever, or give --low and --high",
                f"{lever} 是假设，不由政府设定；请改写一个抓手，或写明 --low 和 --high"
            )  # fmt: skip
        for end in (factor.low, factor.high):
            designs.point(chosen, [factor], {lever: end}, "trial")
        stem = safe(f"solve-{chosen.id}-{lever}-{goal}-{seed}-x{replications}{'-only-luck' if only_luck else ''}")
        task = {"lever": lever, "from": factor.month}
        now = studying.asked({chosen.id: chosen}, seed, only_luck, task)
        target = out or living.apart(stem, now)
        screen = console.messages(quiet)
        place.open(screen)
        work = studying.make_way(target, "solve", now, fresh)
        points.affordable("--replications", 0, solving.FIRST + solving.EXPECTED, replications)
        looks = solving.FIRST + solving.EXPECTED
        studying.announce(chosen, looks * replications, work, seed, place.workers, only_luck, lang, screen)
        numbers = range(replications)
        with studying.ending(target, lang), studying.bar(0, lang, screen) as progress:
            teller = living.teller(screen, lang)
            with Study(
                work, {chosen.id: chosen}, seed, only_luck, task, place.workers, lives.COUNTY, teller, progress, place.executor
            ) as study:

                def live(value: float) -> tuple[Any, Any]:
                    setting = {lever: int(value) if factor.whole else value}
                    point = designs.point(chosen, [factor], setting, f"v{value!r}")
                    study.live([(point, numbers)])
                    found = study.outcomes(point, numbers)
                    return found.outcome(goal), found.draws

                try:
                    answer = solving.solve(live, (factor.low, factor.high), probability, largest, factor.whole)
                except solving.NoAnswer as none:
                    _no_answer(none, probability, lang, as_json)
                    raise typer.Exit(console.Code.UNEXPECTED) from None
        made: dict[str, Any] = {
            "scenario": chosen.id, "lever": lever, "goal": goal, "probability": probability, "largest": largest, "seed": seed,
            "replications": replications, "value": answer.value, "low": answer.low, "high": answer.high,
            "curve": [{key: getattr(at, key) for key in ("value", "probability", "low", "high")} for at in answer.curve],
            "title": dict(chosen.title), "version": version("xianjie"),
            "subject": {"id": goal, "name": dict(catalogue.goals[goal].name), "unit": "share", "kind": "probability"},
            "factor": {"id": lever, "name": factor.name, "unit": factor.unit, "kind": factor.kind, "central": factor.central},
        }  # fmt: skip
        with studying.writing(target, lang), output_folder.building(work) as new:
            write_text(new / "solution.json", written(made))
            write_csv(new / "curve.csv", made["curve"])
            _draw(new)
        studying.end(target, work)
        if as_json:
            console.show_json({**made, "out": str(target)})
        else:
            _answer(made, factor, catalogue.goals[goal], lang, target)


def _no_answer(none: Any, wanted: float, lang: str, as_json: bool) -> None:
    from experiments.briefing.words import Words

    words = Words(lang)
    if as_json:
        console.show_json({"answer": None, "reason": none.reason.removeprefix("solve_"), "why": str(none), **none.facts})
        return
    shares = ("probability", "high", "low", "first", "second")
    facts = {name: words.percent(value) if name in shares else f"{value:,g}" for name, value in none.facts.items()}
    console.show([words(none.reason, **facts, wanted=words.percent(wanted))])


def _answer(made: dict[str, Any], factor: Any, goal: Any, lang: str, target: Path) -> None:
    from rich import box
    from rich.table import Table

    from experiments.briefing.words import Words, probability

    words = Words(lang)
    low = words("solve_below") if made["low"] is None else words.quantity(made["low"], factor.unit)
    high = words("solve_above") if made["high"] is None else words.quantity(made["high"], factor.unit)
    label = "solve_answer_largest" if made["largest"] else "solve_answer_smallest"
    said = words(label, lever=words.of(factor.name), value=words.quantity(made["value"], factor.unit), goal=words.of(goal.name),
                 wanted=words.percent(made["probability"]), range=words("range_signed", low=low, high=high))  # fmt: skip
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in (words("column_lever"), words("outcome_probability", name=words.of(goal.name))):
        table.add_column(name, justify="right", overflow="fold")
    for at in made["curve"]:
        bound = "below" if at["probability"] == 0 else "above" if at["probability"] == 1 else None
        table.add_row(words.quantity(at["value"], factor.unit), probability(words, {**at, "bound": bound}))
    console.show([said, table, words("folder", out=target)])


def _draw(target: Path) -> None:
    """The curve in both languages."""
    from experiments.briefing import gallery, studies
    from experiments.briefing.words import LANGUAGES
    from experiments.results import Results

    for language in LANGUAGES:
        for picture in studies.pictures_of_study(Results(target), language):
            gallery.save(picture, target / "figures")
