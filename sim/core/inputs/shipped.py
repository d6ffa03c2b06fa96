"""Files that come with the program but belong to none of its packages, such as the scenarios, and the names they go by.

A checkout has them in its own folders; the build puts the same folders under ``xianjie/data`` (see setup.py), so that an
installed program finds them from wherever it is run.
"""

import os
from pathlib import Path

from sim.core.inputs.errors import InputError, unknown

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS, COUNTY = "scenarios", "county"
#: Shipped counties have a folder each; the file of facts in a county's folder.
COUNTIES, COUNTY_FILE = "counties", "county.yaml"
#: Shipped plans have a folder each; the file of a plan in its folder.
PLANS, PLAN_FILE = "scenarios/plans", "plan.yaml"
SUFFIXES = (".yaml", ".yml")


def folder(name: str) -> Path:
    """The folder that a checkout has under this name (``scenarios``, ``docs/findings``), wherever the program was installed."""
    data = ROOT / "xianjie" / "data"
    return (data if data.is_dir() else ROOT) / name


def files() -> dict[str, Path]:
    """Every shipped scenario and county file by its name; a county in a folder goes by ``counties/NAME``."""
    here = folder(SCENARIOS)
    counties = {f"{COUNTIES}/{path.parent.name}": path for path in sorted(here.glob(f"{COUNTIES}/*/{COUNTY_FILE}"))}
    return {path.stem: path for path in sorted(here.glob("*.yaml"))} | counties


def names() -> list[str]:
    """The names of the shipped scenarios."""
    return [name for name in files() if name != COUNTY and not name.startswith(f"{COUNTIES}/")]


def scenario_file(which: str | os.PathLike[str]) -> Path:
    """The file of a scenario or county that a person names by a path, or by a bare name such as ``baseline``.

    A bare name is the file of this name in the working folder or in its ``scenarios``, with or without ``.yaml``; where there is
    none, the shipped one. A county may be named by its folder. Raises InputError, with the nearest name, where there is none.
    """
    path, name = Path(which), os.fspath(which)
    if os.path.isfile(path):
        return path
    if os.path.isdir(path):
        if os.path.isfile(path / COUNTY_FILE):
            return path / COUNTY_FILE
        raise InputError(
            path, 0, f"is a folder without {COUNTY_FILE}: name a scenario file, or the folder of a county",
            f"这个文件夹里没有 {COUNTY_FILE}：请写情景文件，或县的文件夹"
        )  # fmt: skip
    shipped_county = files().get(path.as_posix().removeprefix(f"{SCENARIOS}/"))
    if shipped_county is not None and path.suffix not in SUFFIXES and "/" in path.as_posix() and not os.path.lexists(path):
        return shipped_county
    if path.name != name or path.suffix in SUFFIXES:
        if path.stem in files() and not os.path.lexists(path):
            raise InputError(
                path, 0, f"there is no such file; the shipped scenario is called '{path.stem}', without folder and .yaml",
                f"没有这个文件；要用程序自带的情景，请只写名称 {path.stem}，不加路径和 .yaml"
            )  # fmt: skip
        return path
    for own in (Path(f"{name}.yaml"), Path(SCENARIOS, f"{name}.yaml")):
        if os.path.isfile(own):
            return own
    found = files().get(name)
    if found is None and not os.path.lexists(path):
        problem = unknown("there is neither a file nor a shipped scenario", "没有这个文件，也没有这个自带的情景：", name, names())
        raise InputError(name, 0, *problem)
    return found or path


def plans() -> dict[str, Path]:
    """The file of every shipped plan by its name."""
    return {path.parent.name: path for path in sorted(folder(PLANS).glob(f"*/{PLAN_FILE}"))}


def is_plan(which: str | os.PathLike[str]) -> bool:
    """Whether a person names a plan: a folder with its file, the file, or a shipped plan that no file or folder hides."""
    path = Path(which)
    return os.path.isfile(path / PLAN_FILE) or _names_shipped(path) or (path.name == PLAN_FILE and _lists_goals(path))


def plan_file(which: str | os.PathLike[str], beside: Path | None = None) -> Path:
    """The file of a plan that a person names by its folder, by the file, or, for a shipped one, by its name.

    ``beside``: a folder in which it is looked for first. Raises InputError, with the nearest name, where there is none.
    """
    name = os.fspath(which)
    places: tuple[Path, ...] = (Path(name),) if beside is None else (beside / name, Path(name))
    for path in places:
        try:
            if os.path.isfile(path / PLAN_FILE):
                return path / PLAN_FILE
            if path.name == PLAN_FILE and os.path.isfile(path):
                return path
        except ValueError:  # no file can have this name: it holds the character NUL
            pass
    if _names_shipped(Path(name)):
        return plans()[Path(name).name]
    english, chinese = unknown(
        "there is neither a plan folder nor a shipped plan", "没有这个方案文件夹，也没有这个自带的方案：", name, list(plans())
    )
    raise InputError(
        name, 0, f"{english}; a plan folder holds {PLAN_FILE}", f"{chinese}；方案文件夹里应有 {PLAN_FILE}"
    )  # fmt: skip


def _names_shipped(path: Path) -> bool:
    """Whether this is the name of a shipped plan, with or without the folders it is shipped in."""
    return path.as_posix() in {prefix + path.name for prefix in ("", "plans/", f"{PLANS}/")} and path.name in plans()


def _lists_goals(path: Path) -> bool:
    """Whether a file called like a plan's is one: a scenario may have the same name."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    return any(line.startswith("goals:") for line in lines) and not any(
        line.startswith(("extends:", "set:", "months:")) for line in lines
    )
