"""``xianjie counties``: county files of invented counties; and what ``run`` does with several files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from experiments.commands import console
from experiments.commands.console import Code, Json, Lang, Language, Seed

if TYPE_CHECKING:
    from experiments.commands.living import Wanted

FILES = ("counties.csv", "counties.json")


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
        from experiments import synthetic_counties
        from experiments.briefing.words import Words

        paths = synthetic_counties.write(to, synthetic, seed)
        if as_json:
            console.show_json({"counties": len(paths), "to": str(to), "synthetic": True})
        else:
            console.show([Words(lang)("counties_written", count=len(paths), to=to)])


def load(files: list[Path], plan: Path, sets: list[str]) -> list[Any]:
    """A scenario for each file: itself, or ``plan`` lived in the county whose facts it holds.

    Raises InputError before anything is lived when a file is wrong, or when two counties have the same id.
    """
    from experiments.files import same_file
    from sim.core.errors import InputError
    from sim.county_file import is_county_file
    from sim.scenario import load_scenario

    found: dict[str, Path] = {}
    chosen = []
    for file in files:
        scenario = load_scenario(plan, sets, file) if is_county_file(file) else load_scenario(file, sets)
        if (name := same_file(scenario.id)) in found:
            raise InputError(
                file, 0, f"has the same id '{scenario.id}' as {found[name]}: their results would overwrite each other; "
                "rename one of the files",
                f"与 {found[name]} 的编号“{scenario.id}”相同，结果会互相覆盖；请给其中一个文件改名"
            )  # fmt: skip
        found[name] = file
        chosen.append(scenario)
    return chosen


def run_all(chosen: list[Any], out: Path | None, wanted: "Wanted", as_json: bool, screen: Console) -> None:
    """Live every county in a folder of its own, on the same seed and the same workers; print and write goals by counties.

    Asked again after an interruption it goes on where it stopped.
    """
    from dataclasses import replace
    from functools import partial

    from experiments import results
    from experiments.briefing.words import Words
    from experiments.commands import living
    from experiments.executors import InProcess, Processes, Shared, usable_processors
    from experiments.files import as_json as written
    from experiments.files import write_csv, write_text

    words = Words(wanted.lang)
    target = out or living.OUTPUTS / f"counties-{wanted.seed}-x{wanted.replications}"
    count = wanted.workers or usable_processors()
    shared = Shared(wanted.executor or (InProcess if count == 1 else partial(Processes, workers=count)))
    wanted = replace(wanted, again=True, executor=shared)
    lines: list[dict[str, Any]] = []
    failed = 0
    try:
        for number, scenario in enumerate(chosen, start=1):
            screen.print(words("say_county", number=number, of=len(chosen), title=words.of(scenario.title)))
            outcome = living.live(scenario, target / scenario.id, wanted, screen)
            if outcome.interrupted:
                raise typer.Exit(Code.INTERRUPTED)
            failed += outcome.failed
            goals = results.open_folder(outcome.out).goals if outcome.completed else []
            lines += [
                {"county": scenario.id, "title_zh": scenario.title["zh"], "title_en": scenario.title["en"], "goal": goal["id"],
                 "name_zh": goal["name"]["zh"], "name_en": goal["name"]["en"], "headline": goal["headline"], "runs": goal["runs"],
                 "probability": goal["probability"], "low": goal["low"], "high": goal["high"]}
                for goal in goals
            ]  # fmt: skip
    finally:
        shared.end()
    write_csv(target / "counties.csv", lines)
    write_text(target / "counties.json", written(lines))
    if as_json:
        console.show_json({"out": str(target), "counties": len(chosen), "failed": failed, "goals": lines})
    else:
        from experiments.briefing import counties as table

        console.show([*table.answer(lines, wanted.lang), words("folder", out=target)])
    raise typer.Exit(Code.SOME_FAILED if failed else Code.DONE)
