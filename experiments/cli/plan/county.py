"""``xianjie county``: a county's own facts and exports, from an empty form to a county folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Code, Json, Lang, Language, Quiet
from experiments.cli.usage_errors import Commands, take_language

if TYPE_CHECKING:
    from experiments.county_data.importer import Imported

county = typer.Typer(
    name="county",
    cls=Commands,
    help="Your own county: a form to fill in, and the exports of your systems.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
county.callback()(take_language)
SHOWN = 20


@county.command()
def template(
    file: Annotated[Path, typer.Argument(help="The workbook to write (.xlsx); it must not be there yet.", metavar="FILE.xlsx")],
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Write an empty form of a county's facts and of its plan, as a workbook with checked cells.

    Lingyuan's value stands in grey beside each cell; only what is filled in counts.
    """
    with console.exit_codes():
        from experiments.county_data.facts import asked_facts
        from experiments.reporting import plan_workbook
        from experiments.reporting.translations import Words
        from experiments.results import files

        with files.new_workbook(file) as partial:
            sheets = plan_workbook.write_county_form(partial, lang)
        if as_json:
            console.show_json({"file": str(file), "facts": len(asked_facts()), "sheets": sheets})
        else:
            console.show([Words(lang)("county_template", file=file, count=len(asked_facts()))])


@county.command(name="import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="The form, and exports (.xlsx .xls .ods .csv).", metavar="FILE…")],
    out: Annotated[Path, typer.Option(help="The county folder to write.", metavar="FOLDER")],
    quiet: Quiet = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Read a county's form and the exports of its systems, and write a county folder with an audit.

    What is written are counts; no household and no person. Every row is placed or listed with file, sheet and row.
    Exit codes: 0 done; 2 nothing can be founded on the files, or one cannot be read; 4 facts contradict each other.
    """
    with console.exit_codes():
        from experiments.county_data import county_writer, importer
        from experiments.reporting.documents import county_audit
        from experiments.results import output_folder

        output_folder.check(out, "county import")
        imported = importer.read(files, _progress(quiet or as_json, lang))
        title = imported.name or out.resolve().name
        output_folder.claim(out, "county import")
        with output_folder.building(out, ALL_FILES) as new:
            county_writer.write(imported, new, title)
            county_audit.write(imported, title, new, lang)
        if as_json:
            console.show_json({"out": str(out), **described(imported)})
        else:
            console.show(_summary(imported, title, out, lang))
        if imported.findings.contradictions:
            raise typer.Exit(Code.MISSED)


ALL_FILES = (
    "county.yaml",
    "方案.yaml",
    "registered_households.csv",
    "registered_margins.csv",
    "registered_incomes.csv",
    "resident_households.csv",
    "resident_ages.csv",
    "audit.xlsx",
    "audit.html",
)


def described(imported: "Imported") -> dict[str, Any]:
    """An import for JSON."""
    findings = imported.findings
    return {
        "county": imported.name, "code": imported.code, "month": imported.month, "counts": imported.counts.described(),
        "findings": [each.described() for each in findings.found], "contradictions": len(findings.contradictions),
        "notes": [each.described() for each in findings.notes], "rules": [each.described() for each in imported.rules],
        "tables": [each.described() for each in imported.read], "facts": len(imported.facts),
        "residents": imported.residents.described(),
    }  # fmt: skip


def _progress(quiet: bool, lang: Language) -> Any:
    """Says on stderr which file is being read."""
    from experiments.reporting.translations import Words

    screen, words = console.progress_console(quiet), Words(lang)

    def say(file: str, rows: int) -> None:
        if rows == 0 or rows % 20_000 == 0:
            screen.print(words("county_reading" if rows == 0 else "county_reading_rows", file=file, rows=rows))

    return say


def _summary(imported: "Imported", title: str, out: Path, lang: Language) -> list[Any]:
    from experiments.county_data import plan_sheet
    from experiments.reporting.terminal import county as table
    from experiments.reporting.translations import Words

    words = Words(lang)
    plan = [] if imported.plan is None else [words("county_plan", file=out / plan_sheet.FILE)]
    census = imported.residents.described()
    residents = [] if census is None else [words("county_residents", **census)]
    return [*table.answer(imported, title, lang, SHOWN), *residents, *plan, words("folder", out=out)]


@county.command()
def check(
    folder: Annotated[Path, typer.Argument(help="A county folder.", metavar="FOLDER")],
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Check a county folder: its facts, its tables, and whether they go together.

    Exit codes: 0 it is right; 2 it is not; each fault is one line with file, line and what to do.
    """
    with console.exit_codes():
        from experiments.reporting.translations import Words
        from sim.core.inputs.errors import InputError
        from sim.scenario import load_county, load_scenario
        from sim.scenario.county_file import is_county_file

        if not folder.is_dir():
            raise InputError(folder, 0, "is no folder; name a county folder", "不是文件夹；请写县数据文件夹")
        if not is_county_file(folder):
            raise InputError(folder, 0, "holds no county.yaml", "里面没有 county.yaml")
        facts, title = load_county(folder)
        scenario = load_scenario("baseline", county_file=folder)
        tables = scenario.distributions
        counts = None if tables is None else {"registered_households": tables.households, "registered_persons": tables.persons}
        assumed = sum(fact.evidence in ("assumed", "derived") for fact in facts)
        if as_json:
            console.show_json(
                {"county": folder.resolve().name, "ok": True, "facts": len(facts), "assumed": assumed, "counts": counts}
            )
            return
        words = Words(lang)
        lines = [words("check_county", file=folder, title=words.of(title) or folder.name, count=len(facts), assumed=assumed)]
        if counts is not None:
            lines.append(words("county_tables", households=counts["registered_households"], persons=counts["registered_persons"]))
        if (census := scenario.residents) is not None:
            lines.append(
                words(
                    "county_residents",
                    households=census.households,
                    persons=census.persons or sum(band.persons for band in census.ages),
                    townships=len(census.townships),
                )
            )
        console.show(lines)


@county.command()
def diff(
    first: Annotated[Path, typer.Argument(help="A county folder.", metavar="A")],
    second: Annotated[Path, typer.Argument(help="The county folder to hold beside it.", metavar="B")],
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Say in which facts and counts two county folders differ.

    Exit codes: 0 they are the same; 1 they differ; 2 one of them is not right.
    """
    with console.exit_codes():
        from experiments.county_data import county_writer
        from experiments.reporting.terminal import county as table

        found = county_writer.difference(_content(first), _content(second))
        if as_json:
            console.show_json({"a": str(first), "b": str(second), "differences": found})
        else:
            console.show(table.difference(found, first, second, lang))
        if found:
            raise typer.Exit(Code.UNEXPECTED)


def _content(folder: Path) -> dict[str, Any]:
    """Facts and counts of a county folder by id, with names, values and sources. Raises InputError."""
    from sim.scenario import load_county, load_scenario

    facts, _title = load_county(folder)
    found = {fact.id: {"name": fact.name, "value": fact.value, "source": fact.source} for fact in facts}
    scenario = load_scenario("baseline", county_file=folder)
    tables, census = scenario.distributions, scenario.residents
    rows: list[tuple[str, float, str]] = []
    if tables is not None:
        rows += [(f"{each.variable}:{each.category}", each.households, "registered_margins.csv") for each in tables.margins]
        rows += [(f"income:{each.source}", each.mean, "registered_incomes.csv") for each in tables.incomes]
    if census is not None:
        rows += [(f"residents:{each.township}:{each.size}", each.households, "resident_households.csv") for each in census.cells]
        rows += [(f"residents:{each.sex}:{each.age}", each.persons, "resident_ages.csv") for each in census.ages]
    named = {name: {"name": {"zh": name, "en": name}, "value": value, "source": source} for name, value, source in rows}
    return found | named
