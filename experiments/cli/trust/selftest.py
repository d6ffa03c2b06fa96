"""``xianjie selftest``: every relation and every stylised fact, as one table."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import Code, Json, Lang, Language, Quiet, Seed, Yes


def selftest(
    quick: Annotated[bool, typer.Option("--quick", help="A county an eighth the size, four seeds, facts on one replication.")] = False,  # noqa: E501
    only: Annotated[list[str] | None, typer.Option(help="Only this relation (MR17); may be repeated. Leaves the facts out.")] = None,  # noqa: E501
    finding: Annotated[Path | None, typer.Option(help="Also keep the finding in this file.")] = None,
    seed: Seed = 2021,
    yes: Yes = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Check the metamorphic relations MR1 to MR32 and the stylised facts, and print what was measured and whether it holds.

    Exit codes: 0 done, 2 wrong usage, 4 a strict relation does not hold. Facts may miss, and are printed as they fall.
    """
    with console.exit_codes():
        from experiments.cli import run_helpers, study_run
        from experiments.cli.trust.structure import write_finding
        from experiments.model_api import COUNTY, load_model
        from experiments.reporting.terminal import selftest as briefing
        from experiments.validation import selftest
        from experiments.validation.relations import RELATIONS
        from experiments.validation.relations.world import scenario
        from sim.core.inputs.errors import InputError, unknown

        for name in only or []:
            if name not in RELATIONS:
                raise InputError("--only", 0, *unknown("there is no relation", "没有这条关系：", name, sorted(RELATIONS)))
        screen = console.progress_console(quiet)
        extent = selftest.QUICK if quick else selftest.WHOLE
        load_model(COUNTY).prepare(scenario(), run_helpers.make_status_printer(screen, lang))
        study_run.announce_here(screen, extent.count_replications(len(set(only or RELATIONS))), seed, lang, yes)
        with screen.status("") as status:
            rows = list(selftest.relations(extent, seed, status.update, only))
            facts = [] if only else selftest.facts(extent, seed)
        command = " ".join(
            ["xianjie selftest", *(["--quick"] if quick else []), *([f"--finding {finding.as_posix()}"] if finding else [])]
        )
        made = {"command": command, "seed": seed, "size": extent.size, "seeds": extent.seeds, "lives": extent.replications,
                "relations": rows, "facts": facts}  # fmt: skip
        if finding is not None:
            write_finding(
                {**made, "relations": [{k: v for k, v in row.items() if k != "seconds"} for row in rows]}, finding, None
            )
        if as_json:
            console.show_json(made)
        else:
            console.show(briefing.answer(made, lang))
        if not all(row["holds"] for row in rows if row["kind"] == "strict"):
            raise typer.Exit(Code.MISSED)
