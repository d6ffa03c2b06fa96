"""``xianjie check``: a scenario or a county file checked word by word, or two scenarios compared month by month."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Code, Json, Lang, Language, Seed, Sets

COLUMNS_SHOWN = 6


def check(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="The scenario or county file (YAML); with --paired two scenarios.", metavar="FILE [FILE]")
    ],
    paired: Annotated[bool, typer.Option("--paired", help="Live two scenarios in step and say when they first differ.")] = False,
    until: Annotated[str, typer.Option(help="With --paired: the month before which they must not differ.")] = "2026-01",
    replication: Annotated[int, typer.Option(min=0, help="With --paired: which replication.")] = 0,
    seed: Seed = 2021,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also list the levers that are in proportion to the county's size.")
    ] = False,
    sets: Sets = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Check a scenario or a county file without running it: every key, value, range and month.

    With --paired two scenarios run in step on common random numbers; every row of every table is compared at every month's end.
    Exit codes: 0 it is right, or the two are the same until then; 1 they differ earlier; 2 it is not right; each fault is one
    line with file, line and what to do. A value ten times or more away from the status quo is right, and asked about on stderr.
    """
    with console.exit_codes():
        from sim.core.inputs.errors import InputError
        from sim.scenario import load_scenario
        from sim.scenario.county_file import is_county_file

        if not paired:
            console.refuse_given(
                context, "is for --paired; leave it out, or add --paired", "只与 --paired 一起用；请去掉，或加上 --paired",
                "until", "replication", "seed"
            )  # fmt: skip
        if explain and (paired or as_json):
            raise InputError(
                "--explain",
                0,
                "has nothing to add to --paired or --json; leave it out",
                "与 --paired、--json 一起用没有作用；请去掉",
            )
        number = 2 if paired else 1
        if len(files) != number:
            raise InputError(
                "check",
                0,
                f"scenario files wanted here: {number}; given: {len(files)}",
                f"这里应给 {number} 个情景文件，现在给了 {len(files)} 个",
            )
        if not paired and is_county_file(files[0]):
            _check_county(files[0], sets, lang, as_json, explain)
            return
        chosen = [load_scenario(file, sets or []) for file in files]
        if paired:
            _compare_paired(chosen, _parse_month(until), seed, replication=replication, lang=lang, as_json=as_json)
            return
        _check_scenario(files[0], chosen[0], lang, as_json, explain)


def _check_scenario(file: Path, scenario: Any, lang: Language, as_json: bool, explain: bool) -> None:
    from experiments.analyses import settings
    from experiments.reporting import plan_differences
    from experiments.reporting.translations import Words
    from experiments.results.folder import description
    from sim.core.inputs.parameters import load_all
    from sim.scenario.doubts import doubts

    if as_json:
        questions = [console.format_doubt(doubt, lang) for doubt in doubts(scenario.overrides, load_all())]
        found = {"scenario": scenario.id, "ok": True, "resolved": description(scenario)}
        console.show_json({**found, "warnings": questions} if questions else found)
        return
    words = Words(lang)
    changes = list(plan_differences.differences(scenario, settings.without_plan(scenario), words))
    console.show(
        [
            words("check_ok", file=file, title=words.of(scenario.title), count=len(scenario.own)),
            *([words("plan_changes_head"), *changes] if changes else []),
            *plan_differences.in_proportion(scenario, words, explain),
        ]
    )


def _check_county(file: Path, sets: list[str] | None, lang: Language, as_json: bool, explain: bool) -> None:
    """Check a county file by itself: what it says of the county, whatever is planned there."""
    from experiments.reporting import plan_differences
    from experiments.reporting.translations import Words
    from sim.core.inputs import shipped
    from sim.core.inputs.errors import InputError
    from sim.scenario import load_county, load_scenario
    from sim.scenario.county_file import name_of

    if sets:
        raise InputError("--set", 0, "is for a scenario; this is a county file", "只用于情景；这是县情文件，请去掉 --set")
    facts, title = load_county(file)
    planned = load_scenario("baseline", county_file=file)
    name = name_of(shipped.scenario_file(file))
    assumed = sum(fact.evidence in ("assumed", "derived") for fact in facts)
    if as_json:
        console.show_json({"county": name, "ok": True, "facts": len(facts), "assumed": assumed})
        return
    words = Words(lang)
    called = words.of(title) or name
    scaled = plan_differences.in_proportion(planned, words, explain)
    console.show([words("check_county", file=file, title=called, count=len(facts), assumed=assumed), *scaled])


def _parse_month(text: str) -> int:
    from sim.core.inputs.errors import InputError
    from sim.core.inputs.parameters import LONGEST, month_number

    try:
        month = month_number(text)
    except ValueError as problem:
        raise InputError.of("--until", 0, problem) from None
    if not 0 < month <= LONGEST:
        raise InputError(
            "--until", 0, f"must lie after 2021-01 and not after 2031-01, not {text}",
            f"应在 2021-01 之后、不晚于 2031-01，现在写的是 {text}"
        )  # fmt: skip
    return month


def _compare_paired(scenarios: list[Any], until: int, seed: int, replication: int, lang: Language, as_json: bool) -> None:
    from experiments.reporting.translations import Words
    from experiments.validation.divergence_check import first_difference

    found = first_difference(scenarios[0], scenarios[1], seed, replication=replication, until=until)
    names = {"one": scenarios[0].id, "two": scenarios[1].id}
    words = Words(lang)
    last = _format_month(until - 1)
    if as_json:
        same = {**names, "same_through": last if found is None else _format_month(found.month - 1) if found.month > 0 else None}
        console.show_json({**same, "first_difference": None if found is None else _format_month(found.month),
                           "columns": [] if found is None else list(found.columns)})  # fmt: skip
    elif found is None:
        console.show([words("paired_same", **names, month=last)])
    else:
        shown = words("comma").join(found.columns[:COLUMNS_SHOWN])
        label = "paired_founded" if found.month < 0 else "paired_differ"
        console.show([words(label, **names, month=_format_month(found.month), count=len(found.columns), columns=shown)])
    if found is not None:
        raise typer.Exit(Code.UNEXPECTED)


def _format_month(month: int) -> str:
    """A month, counted from January 2021 = 0, as YYYY-MM."""
    return f"{2021 + month // 12}-{month % 12 + 1:02d}"
