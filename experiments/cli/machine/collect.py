"""``xianjie collect``: the shards of a run joined, as if it had been run in one place."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import Json, Lang, Language, NoFigures, Quiet


def collect(
    parts: Annotated[list[Path], typer.Argument(help="The folders of all shards.", metavar="FOLDER…")],
    out: Annotated[Path | None, typer.Option(help="Result folder; by default the shards' name without the shard.")] = None,
    lang: Lang = Language.ZH,
    as_json: Json = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
) -> None:
    """Join the shards of a run. The result is, byte for byte, that of a run in one place.

    Exit codes: 0 done, 2 the folders do not make a whole run, 3 some replications failed.
    """
    with console.exit_codes():
        from experiments.execution import shards as joining
        from experiments.reporting.figures import gallery
        from experiments.reporting.terminal import scoreboard
        from experiments.reporting.translations import Words
        from experiments.results import folder as results
        from experiments.results import folder_lock
        from sim.core.inputs.errors import InputError

        target = out or parts[0].with_name(parts[0].name.partition("-shard-")[0])
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise InputError(
                "--out", 0, f"{target} is no empty folder; name a new one", f"{target} 不是空文件夹；请写一个新文件夹"
            )
        try:
            manifest = joining.collect(parts, target)
        except (joining.Unjoined, folder_lock.Held) as reason:
            raise InputError.of("collect", 0, reason) from None
        found = results.open_folder(target)
        if not no_figures and manifest["replications"]["completed"]:
            gallery.render(found)
        count = manifest["replications"]
        if as_json:
            console.show_json({"out": str(target), "hash": manifest["hash"], **count, "goals": found.goals})
        else:
            console.show(scoreboard.answer(manifest, found.goals, found.audit, lang))
            console.show([Words(lang)("collected", parts=len(parts), count=count["completed"], out=target)])
        if count["failed"]:
            raise typer.Exit(console.Code.SOME_FAILED)
