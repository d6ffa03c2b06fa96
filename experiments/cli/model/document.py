"""``xianjie document``: the pages of docs/ that are read off the model."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import Code, Lang, Language


def document(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 4 if a page would change.")] = False,
    lang: Lang = Language.ZH,
) -> None:
    """Write docs/odd*.md, docs/reference and docs/goals anew from the model and the stored findings.

    Exit codes: 0 done, 2 wrong usage or input, 4 with --check: a page is stale, or a goal was not screened.
    """
    with console.exit_codes():
        from experiments.reporting import model_reference
        from experiments.reporting.translations import Words
        from experiments.results.files import write_text
        from sim.core.inputs.errors import InputError

        try:
            made, unscreened = model_reference.pages(), model_reference.find_unscreened_goals()
        except FileNotFoundError as missing:
            raise InputError(
                missing.filename, 0, "belongs to the program, but is missing; restore it, or install the program again",
                "这是程序自带的文件，却没有找到；请恢复它，或重新安装"
            ) from None  # fmt: skip
        stale = [name for name, text in made.items() if not Path(name).exists() or Path(name).read_text(encoding="utf-8") != text]
        foreign = next((name for name in stale if Path(name).exists() and not model_reference.is_ours(Path(name))), None)
        if foreign is not None and not check:
            raise InputError(
                foreign, 1, "is no page that this command made and will not be touched; move it, or run this in another folder",
                "不是本命令写的页面，不会动它；请移走它，或换一个文件夹运行"
            )  # fmt: skip
        for name in () if check else stale:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            write_text(Path(name), made[name])
        console.show([Words(lang)("document_stale" if check else "document_written", count=len(stale), pages=len(made)), *stale])
        if unscreened:
            commands = "`xianjie screen --finding docs/findings/screening.json`, `xianjie structure --finding docs/findings/structure.json`"  # noqa: E501
            console.show([Words(lang)("document_unscreened", count=len(unscreened), commands=commands), ", ".join(unscreened)])
        if check and (stale or unscreened):
            raise typer.Exit(Code.MISSED)
