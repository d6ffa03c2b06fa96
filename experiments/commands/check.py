"""``xianjie check``: a scenario checked word by word, or two scenarios held against each other on the same luck."""

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.commands import console
from experiments.commands.console import Code, Json, Lang, Language, Seed, Sets

COLUMNS_SHOWN = 6


def check(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="The scenario, a YAML file; with --paired two of them.", metavar="FILE [FILE]")
    ],
    paired: Annotated[bool, typer.Option("--paired", help="Live two scenarios in step and say when they first differ.")] = False,
    until: Annotated[str, typer.Option(help="With --paired: the month before which they must not differ.")] = "2026-01",
    replication: Annotated[int, typer.Option(min=0, help="With --paired: which replication.")] = 0,
    seed: Seed = 2021,
    sets: Sets = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Check a scenario without living it: every key, value, range and month.

    With --paired two scenarios are lived in step on the same luck, and every row of every table is compared at every month's end.
    Exit codes: 0 it is right, or the two are the same until then; 1 they differ earlier; 2 it is not right; each fault is one
    line with file, line and what to do.
    """
    with console.exit_codes():
        from sim.core.errors import InputError
        from sim.scenario import load_scenario

        if not paired:
            console.refuse_given(
                context, "is for --paired; leave it out, or add --paired", "只与 --paired 一起用；请去掉，或加上 --paired",
                "until", "replication", "seed"
            )  # fmt: skip
        wanted = 2 if paired else 1
        if len(files) != wanted:
            raise InputError(
                "check",
                0,
                f"names {wanted} scenario(s), not {len(files)}",
                f"这里应给 {wanted} 个情景文件，现在给了 {len(files)} 个",
            )
        chosen = [load_scenario(file, sets or []) for file in files]
        if paired:
            _paired(chosen, _month(until), seed, replication, lang, as_json)
            return
        _single(files[0], chosen[0], lang, as_json)


def _single(file: Path, scenario: Any, lang: Language, as_json: bool) -> None:
    from experiments.briefing.words import Words
    from experiments.results import description

    if as_json:
        console.show_json({"scenario": scenario.id, "ok": True, "resolved": description(scenario)})
        return
    words = Words(lang)
    console.show([words("check_ok", file=file, title=words.of(scenario.title), count=len(scenario.overrides))])


def _month(text: str) -> int:
    from sim.core.errors import InputError
    from sim.core.parameters import LONGEST, month_number

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


def _paired(scenarios: list[Any], until: int, seed: int, replication: int, lang: Language, as_json: bool) -> None:
    from experiments.briefing.words import Words
    from experiments.pairing import first_difference

    found = first_difference(scenarios[0], scenarios[1], seed, replication, until)
    names = {"one": scenarios[0].id, "two": scenarios[1].id}
    words = Words(lang)
    last = _named(until - 1)
    if as_json:
        same = {**names, "same_through": last if found is None else _named(found.month - 1) if found.month > 0 else None}
        console.show_json({**same, "first_difference": None if found is None else _named(found.month),
                           "columns": [] if found is None else list(found.columns)})  # fmt: skip
    elif found is None:
        console.show([words("paired_same", **names, month=last)])
    else:
        shown = words("comma").join(found.columns[:COLUMNS_SHOWN])
        label = "paired_founded" if found.month < 0 else "paired_differ"
        console.show([words(label, **names, month=_named(found.month), count=len(found.columns), columns=shown)])
    if found is not None:
        raise typer.Exit(Code.UNEXPECTED)


def _named(month: int) -> str:
    """A month since January 2021 as people write it."""
    return f"{2021 + month // 12}-{month % 12 + 1:02d}"
