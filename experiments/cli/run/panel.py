"""``xianjie panel``: one row for each household and year, for researchers."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import console
from experiments.cli.console import BASELINE, Lang, Language, OnlyLuck, Scenario, Seed, Sets


def panel(
    scenario: Scenario = BASELINE,
    replications: Annotated[str, typer.Option(help="Which replications: numbers and ranges, such as 0,3,10-12.")] = "0",
    out: Annotated[Path | None, typer.Option(help="The parquet file; by default outputs/panel-ID-SEED.parquet.")] = None,
    seed: Seed = 2021,
    only_luck: OnlyLuck = False,
    sets: Sets = None,
    lang: Lang = Language.ZH,
) -> None:
    """Write one row for each household and year of chosen replications to a parquet file."""
    with console.exit_codes():
        from sim.core.inputs.errors import InputError
        from sim.scenario import load_scenario

        chosen = load_scenario(scenario, sets or [])
        numbers = _parse_numbers(replications)
        from experiments.results import household_panel as panels

        about = panels.describe(chosen, seed, only_luck)
        path = out or Path("outputs") / f"panel-{chosen.id}-{seed}.parquet"
        if out is None and path.exists() and _differing_keys(panels.read_description(path), about):
            path = path.with_name(f"{path.stem}-{about['asked'][:8]}{'-only-luck' * only_luck}.parquet")
        if path.suffix != ".parquet":
            raise InputError("--out", 0, f"{path} must end in .parquet", f"{path} 的文件名应以 .parquet 结尾")
        _check_path(path, about)
        from experiments.reporting.translations import Words
        from sim.county import catalogue

        places = [names["en"] for names in catalogue(chosen).townships]
        rows = panels.write(path, chosen, seed, replications=numbers, only_luck=only_luck, townships=places)
        words = Words(lang)
        console.show([words("panel_written", rows=words.grouped(f"{rows:,}"), path=path)])


def _check_path(path: Path, about: dict[str, str]) -> None:
    """Raise InputError unless a panel of this plan may be written to ``path``: nothing is there, or an older one of the same."""
    from experiments.results import files
    from experiments.results import household_panel as panels
    from sim.core.inputs.errors import InputError

    try:
        files.writable(path.parent)
        path.lstat()
    except files.NotOurs as reason:
        raise InputError.of("--out", 0, reason) from None
    except FileNotFoundError:
        return
    except (OSError, ValueError) as problem:
        raise InputError("--out", 0, f"no file can have this name: {problem}", f"文件名不行（系统提示：{problem}）") from None
    if path.is_dir():
        raise InputError("--out", 0, f"{path} is a folder", f"{path} 是文件夹；请写一个文件名")
    before = panels.read_description(path)
    if before is None:
        raise InputError(
            "--out", 0, f"{path} is no panel of this program and will not be touched; name another file",
            f"{path} 不是本程序写的，不会动它；请另写一个文件名"
        )  # fmt: skip
    differing = _differing_keys(before, about)
    if differing:
        english, chinese = ", ".join(differing), "、".join(differing)
        raise InputError(
            "--out", 0, f"{path} holds the panel of another plan (it differs in {english}); name another file",
            f"{path} 里是另一方案的数据（{chinese} 不同）；请另写一个文件名"
        )  # fmt: skip


def _differing_keys(before: dict[str, str] | None, about: dict[str, str]) -> list[str]:
    """The inputs in which a panel differs from the present ones, but for the place of the scenario's files."""
    return [key for key in about if key != "files" and (before or {}).get(key) != about[key]]


def _parse_numbers(text: str) -> list[int]:
    """Numbers and ranges as a list, in order and once each. Raises InputError."""
    from sim.core.inputs.errors import InputError

    found: dict[int, None] = {}
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or (dash and int(last) < int(first)):
            raise InputError(
                "--replications", 0, f"'{part.strip()}' is neither a number nor a range; write 0,3,10-12",
                f"“{part.strip()}”不是编号，也不是编号范围；应写成 0,3,10-12"
            )  # fmt: skip
        if int(last or first) >= console.MOST:
            raise InputError(
                "--replications", 0, f"'{part.strip()}' goes beyond {console.MOST - 1:,}, the last there is",
                f"“{part.strip()}”超过了最大编号 {console.MOST - 1:,}；请写小些"
            )  # fmt: skip
        found.update(dict.fromkeys(range(int(first), int(last or first) + 1)))
    return list(found)
