"""``xianjie warn``: when a goal becomes unlikely, how one would see it, and which lever still rescues it."""

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Fresh, Json, Lang, Language, OnlyLuck, Out, Quiet, Sets, Workers, Yes

FILES = ("warning.json", "warning.csv", "groups.csv", "rescue.csv")  # each is written only if there is something in it


def warn(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(help="A result folder of 40 replications or more, or a scenario (then only --levers can be asked).")
    ],
    goal: Annotated[
        list[str] | None, typer.Option(help="A goal to look at; may be repeated. By default those of the paper.")
    ] = None,
    levers: Annotated[
        str | None, typer.Option(help="Levers to try, with commas between: NAME=VALUE, or NAME for both its bounds.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="Months from which they change, with commas between.")] = None,
    likely: Annotated[
        float,
        typer.Option(min=0.05, max=0.95, help="A goal with less than this probability is unlikely."),
    ] = 0.5,
    replications: Annotated[int, typer.Option(min=10, max=console.MOST, help="Replications for every lever and month.")] = 40,
    seed: Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="The seed; of a result folder its own.")] = None,
    only_luck: OnlyLuck = False,
    workers: Workers = None,
    sets: Sets = None,
    out: Out = None,
    fresh: Fresh = False,
    yes: Yes = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say from which month on a goal is unlikely, given what is seen so far, and which lever still rescues it.

    Reads a result folder; with --levers and --from it runs the same futures again, each lever changed from each of the months.
    Repeated after an interruption, it goes on. Exit codes: 0 done; 2 wrong usage or input; 5 the disk is full; 130 interrupted.
    """
    with console.exit_codes():
        from experiments import model_api
        from experiments.analyses import early_warning as early_warning_analysis
        from experiments.analyses.early_warning_request import TASK, WarningRequest, list_trials, outlooks, run_rescues
        from experiments.cli.run_helpers import RunRequest
        from experiments.cli.study_run import StudyRun
        from experiments.execution.points import affordable
        from experiments.results import output_folder
        from experiments.results.files import as_json as written
        from experiments.results.files import safe, write_csv, write_text
        from sim.core.inputs.errors import InputError

        if levers is None and start is None:
            console.refuse_given(
                context, "is for --levers and --from: without them nothing is run; leave it out",
                "只与 --levers 和 --from 一起用，没有它们就不推演；请去掉", "replications", "workers", "yes"
            )  # fmt: skip
        request = WarningRequest.of(path, seed, only_luck, sets or [])
        catalogue = model_api.load_model(model_api.COUNTY).catalogue(request.scenario)
        goals = request.goals(goal or [], catalogue)
        if (levers is None) != (start is None):
            raise InputError(
                "--levers", 0, "give both --levers and --from, or neither", "--levers 和 --from 要么都写，要么都不写"
            )
        if request.results is None and levers is None:
            raise InputError(
                path, 0, "is a scenario: name a result folder, or what to try with --levers and --from",
                "这是情景文件；请给结果文件夹，或用 --levers 和 --from 写明要试什么"
            )  # fmt: skip
        points = (
            list_trials(request.scenario, levers, start, goals=goals, catalogue=catalogue)
            if levers is not None and start is not None
            else []
        )
        affordable("--replications", 0, len(points) + 1, replications)
        if points and request.runs and replications > request.runs:
            console.refuse_given(
                context, f"{path} holds only {request.runs} futures, and levers are tried on these; add some with 'xianjie run … "
                "--add-replications', or ask for fewer",
                f"{path} 只有 {request.runs} 次推演，政策措施只能在这些推演上试；"
                "请用 xianjie run … --add-replications 补足，或少要些",
                "replications"
            )  # fmt: skip
        study = StudyRun(
            "warn",
            {request.scenario.id: request.scenario},
            TASK,
            RunRequest(seed=request.seed, workers=workers, only_luck=request.only_luck, lang=lang, fresh=fresh),
            stem=safe(f"warn-{request.scenario.id}-{request.seed}{'-only-luck' if request.only_luck else ''}"),
            out=out,
            quiet=quiet,
        )
        numbers = range(min(replications, request.runs or replications))
        if points:
            study.begin((len(points) + 1) * len(numbers), yes, unasked=True)
        else:
            study.make_way()
        seen = outlooks(request, goals, catalogue, likely) if request.results is not None else {}
        found: list[early_warning_analysis.Rescue] = []
        if points:
            with study.running(0) as options:
                found = run_rescues(request, points, goals, numbers, target=study.work, likely=likely, options=options)
        made: dict[str, Any] = {
            "scenario": request.scenario.id, "seed": request.seed, "runs": request.runs, "likely": likely,
            "goals": [_goal_record(name, catalogue.goals[name], look) for name, look in seen.items()],
            "groups": [{"goal": name, **vars(group)} for name, look in seen.items() for group in look.groups],
            "rescues": [vars(each) for each in found],
        }  # fmt: skip
        with study.finishing(), output_folder.building(study.work, FILES) as new:
            write_text(new / "warning.json", written(made))
            for name, key in (("warning.csv", "goals"), ("groups.csv", "groups"), ("rescue.csv", "rescues")):
                rows = [{k: v for k, v in row.items() if not isinstance(v, (list, dict))} for row in made[key]]
                if rows:
                    write_csv(new / name, rows)
            _render_figures(new, request, seen, catalogue=catalogue, likely=likely)
        if as_json:
            console.show_json({**made, "out": str(study.target)})
        else:
            _print_answer(made, seen, found, catalogue=catalogue, likely=likely, lang=lang, target=study.target)


def _goal_record(name: str, goal: Any, look: Any) -> dict[str, Any]:
    """A goal in numbers: its probability, the months from which futures lose it, how many of them are recognised and when."""
    import numpy as np

    lost = look.lost_from[~np.isnan(look.lost_from)]
    quarters = [float(value) for value in np.quantile(lost, (0.1, 0.5, 0.9), method="nearest")] if len(lost) else [math.nan] * 3
    half = next((m for m, share in zip(look.months, look.recognised) if share >= 0.5), None)
    return {
        "goal": name, "name": dict(goal.name), "watched": goal.watched, "probability": look.prior.probability,
        "low": look.prior.low, "high": look.prior.high, "bound": look.prior.bound, "lost_share": len(lost) / len(look.lost_from),
        "lost_from_p10": _format_month(quarters[0]), "lost_from": _format_month(quarters[1]),
        "lost_from_p90": _format_month(quarters[2]),
        "half_recognised": _format_month(half),
        "months": [_format_month(month) for month in look.months],
        "recognised": look.recognised.tolist(), "false_alarms": look.false_alarms.tolist(),
    }  # fmt: skip


def _format_month(month: float | None) -> str | None:
    from sim.core.inputs.resolve import month_name

    return None if month is None or math.isnan(month) else month_name(int(month))


def _print_answer(made: dict[str, Any], seen: Any, found: Any, catalogue: Any, likely: float, lang: str, target: Path) -> None:
    from rich import box
    from rich.table import Table

    from experiments.reporting.translations import Words, probability

    words = Words(lang)
    parts: list[Any] = []
    if seen:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for label in ("column_goal", "column_probability", "warn_from", "warn_range", "warn_lost", "warn_sign"):
            table.add_column(words(label), justify="left" if label in ("column_goal", "warn_sign") else "right", overflow="fold")
        for line in made["goals"]:
            span = (
                words("range", low=line["lost_from_p10"], high=line["lost_from_p90"]) if line["lost_from"] else words("unknown")
            )
            table.add_row(
                f"{line['goal']} {words.of(line['name'])}", probability(words, line), line["lost_from"] or words("warn_never"),
                span, words.percent(line["lost_share"]),
                _describe_sign(seen[line["goal"]], line, catalogue, likely=likely, words=words),
            )  # fmt: skip
        parts += [words("warn_head", runs=made["runs"], likely=words.percent(likely)), table, words("warn_rule")]
    if found:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for label in ("column_goal", "warn_lever", "warn_start", "warn_before", "warn_with", "warn_change", "warn_verdict"):
            table.add_column(words(label), justify="left" if label in ("column_goal", "warn_lever") else "right", overflow="fold")
        from sim.core.inputs.parameters import load_all

        for each in found:
            parameter = load_all().parameters[each.lever]
            setting = (
                words.quantity(each.setting, parameter.unit) if isinstance(each.setting, (int, float)) else str(each.setting)
            )
            lever = words("name_and_unit", name=words.of(parameter.name.model_dump()), unit=setting)
            low, high = (words.number(value, "share", sign=True) for value in (each.difference_low, each.difference_high))
            change = words(
                "with_range", value=words.quantity(each.difference, "share", difference=True),
                range=words("range_signed", low=low, high=high),
            )  # fmt: skip
            name = f"{each.goal} {words.of(catalogue.goals[each.goal].name)}"
            table.add_row(name, lever, each.start, words.percent(each.before), probability(words, vars(each)), change,
                          words(f"warn_{each.verdict}"))  # fmt: skip
        parts += [words("warn_rescue_head", likely=words.percent(likely)), table]
    console.show([*parts, words("folder", out=target)])


def _describe_sign(look: Any, line: dict[str, Any], catalogue: Any, likely: float, words: Any) -> str:
    """The first sign that a goal is in danger while every year so far was on course: which value of the watched indicator."""
    from experiments.analyses.early_warning import alarm

    groups = alarm(look.groups, likely)
    if line["probability"] < likely or not groups or line["watched"] is None:
        return words("warn_no_sign")
    month = groups[0].month
    first = [group for group in groups if group.month == month]
    above = first[0].number > 0 or len(first) == first[0].groups
    edge = min(group.lowest for group in first) if above else max(group.highest for group in first)
    worst = min(first, key=lambda group: group.probability)
    name = describe_watched(line["watched"], catalogue, words)
    return words(
        "warn_sign_above" if above else "warn_sign_below", month=_format_month(month), name=name,
        value=words.quantity(edge, catalogue.indicators[line["watched"]].unit) if "/" not in line["watched"] else f"{edge:,.4g}",
        chance=words.percent(worst.probability), range=words.percents(worst.low, worst.high),
    )  # fmt: skip


def describe_watched(watched: str, catalogue: Any, words: Any) -> str:
    """The indicator that a goal watches, in words."""
    return " ÷ ".join(words.of(catalogue.indicators[name].name) for name in watched.split("/"))


def _render_figures(target: Path, request: Any, seen: Any, catalogue: Any, likely: float) -> None:
    """A figure of each goal that some of the futures meet and some miss, in both languages."""
    from experiments.reporting.figures import early_warning, style
    from experiments.reporting.translations import LANGUAGES, Words
    from experiments.results.fingerprint import version

    facts = {"title": request.scenario.title, "runs": request.runs, "seed": request.seed, "version": version("xianjie"),
             "likely": likely}  # fmt: skip
    folder = target / "figures"
    folder.mkdir(exist_ok=True)
    for language in LANGUAGES:
        words = Words(language)
        for name, look in seen.items():
            if look.prior.bound is None:
                goal = catalogue.goals[name]
                watched = describe_watched(goal.watched, catalogue, words) if goal.watched else ""
                figure = early_warning.plot_outlook(look, goal.name, watched, language=language, facts=facts)
                caption = early_warning.describe_outlook(look, goal.name, language, likely)
                style.save(figure, folder / f"outlook-{name}-{language}", caption, f"seed: {request.seed}")
