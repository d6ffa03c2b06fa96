"""The folders a brief is written from: read, checked against their manifest, and refused or marked, with the reason.

What a brief reads must be what the run wrote: a file that was changed since, or is missing, is refused. What it does not read
(tables for people to open) is only marked.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments import model_api
from experiments.analyses import attribution, budget, comparison
from experiments.results import folder as results
from experiments.results.folder import Results
from sim.core.inputs.errors import UserError, describe_problem

WITHOUT_POLICY, WITHOUT_COUNTY_MONEY = "without_policy", "without_county_money"
#: What a brief cannot do without.
NEEDED = (
    "goals.json", "audit.json", "budget.csv", "replications.parquet", "payments.parquet", "months.parquet", "years.parquet",
    "bands.parquet",
)  # fmt: skip


#: What the parts and repairs of a plan are as a study.
PARTS = "parts"
#: What ``xianjie budget --out`` keeps: what a million more of the county's own money buys, programme by programme.
LEAGUE = "league"


class Unusable(UserError):
    """A folder no brief may be written from; the message says why."""


@dataclass(frozen=True)
class Mark:
    """Something a reader has to know of a folder: a label of the words, and the values put into it."""

    label: str
    facts: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Source:
    """A result folder that may be briefed on. ``marks``: what the reader must know of it first."""

    results: Results
    marks: tuple[Mark, ...]
    without_policy: Results | None = None
    without_county_money: Results | None = None

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest: the run's inputs and how it went."""
        return self.results.manifest


def open_source(folder: Path) -> Source:
    """A result folder, checked; with the runs beside it, all policy stopped and the county's own money stopped, where they are.

    Raises Unusable for what is no result, another program's or format's, empty, or not as the run left it.
    """
    result, marks = check_folder(folder)
    beside = {name: _companion(result, folder / name, marks) for name in (WITHOUT_POLICY, WITHOUT_COUNTY_MONEY)}
    return Source(result, tuple(marks), beside[WITHOUT_POLICY], beside[WITHOUT_COUNTY_MONEY])


def _companion(result: Results, folder: Path, marks: list[Mark]) -> Results | None:
    """A run beside a result; what must be known of it is added to ``marks``."""
    if not (folder / "manifest.json").exists():
        return None
    try:
        found, own = check_folder(folder)
        comparison.check([found, result])
    except (Unusable, comparison.Unpaired) as reason:
        marks.append(Mark("mark_without_unusable", (("reason", str(reason)),)))
        return None
    marks += [mark for mark in own if mark not in marks]
    return found


def check_folder(folder: Path) -> tuple[Results, list[Mark]]:
    """A result folder and the marks that a brief must show; raises Unusable as ``open_source`` does."""
    try:
        result = results.open_folder(folder)
        manifest = result.manifest
        program, counts, files = manifest["program"]["name"], manifest["replications"], manifest["files"]
        scenario = manifest["scenario"]
        needed = (scenario["id"], scenario["title"]["zh"], scenario["title"]["en"], manifest["months"][0], manifest["hash"])
        completed, failed = int(counts["completed"]), int(counts["failed"])
    except UserError as problem:
        raise Unusable(*describe_problem(problem)) from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OSError) as problem:
        raise Unusable(*describe_problem(results.unreadable(folder, problem))) from None
    if program != "xianjie" or not all(isinstance(each, str) for each in needed):
        raise Unusable(f"{folder} was not written by xianjie", f"{folder} 不是 xianjie 写的结果；请核对文件夹")
    if completed <= 0:
        raise Unusable(
            f"{folder} holds no finished replication: {failed} replications failed; see failures.json, and run it again",
            f"{folder} 里没有一次推演完成：{failed} 次失败；请查看 failures.json 后重新运行",
        )
    marks = _find_changed_files(folder, files)
    _check_agreement(result)
    if not manifest["complete"]:
        marks.append(
            Mark(
                "mark_incomplete",
                (
                    ("completed", completed),
                    ("requested", counts["requested"]),
                ),
            )
        )
    elif failed:
        marks.append(
            Mark(
                "mark_failed",
                (
                    ("failed", failed),
                    ("requested", counts["requested"]),
                ),
            )
        )
    if manifest["lives"] != model_api.COUNTY:
        marks.append(Mark("mark_foreign", (("lives", manifest["lives"]),)))
    elif manifest["code"] != model_api.load_model(model_api.COUNTY).code():
        marks.append(Mark("mark_other_code"))
    if completed < 20:
        marks.append(Mark("mark_few", (("runs", completed),)))
    return result, marks


def is_read(name: str) -> bool:
    """Whether a brief, its tables or its pictures may be made from this file; the other tables are for people to open."""
    return name in NEEDED or name.endswith((".parquet", ".json"))


def _find_changed_files(folder: Path, files: dict[str, Any]) -> list[Mark]:
    """Compare every file with the manifest; Unusable if one that a brief reads is not as it was written."""
    marks = []
    missing = [name for name in NEEDED if name not in files]
    if missing:
        raise Unusable(
            f"{folder}: its manifest lists no {missing[0]}; this is no whole result",
            f"{folder}：清单 manifest.json 里没有 {missing[0]}，结果不完整；请重新运行",
        )
    for name, record in files.items():
        if Path(name).name != name:
            raise Unusable(
                f"{folder}: its manifest lists the file {name!r}, which lies outside the folder",
                f"{folder}：清单 manifest.json 列了文件夹以外的文件“{name}”；请重新运行",
            )
        path = folder / name
        if not path.is_file():
            if is_read(name):
                raise Unusable(
                    f"{folder}: {name} is missing; run the scenario again, or copy the folder whole",
                    f"{folder}：缺少 {name}；请重新运行情景，或把整个文件夹复制过来",
                )
            continue
        if hashlib.sha256(path.read_bytes()).hexdigest() != record["sha256"]:
            if is_read(name):
                raise Unusable(
                    f"{folder}: {name} was changed after the run (its hash is not the one in manifest.json); a brief is written "
                    f"from untouched results only: run the scenario again",
                    f"{folder}：{name} 在运行之后被改过（校验值与 manifest.json 不符）；"
                    "简报只依据未改动的结果编写，请重新运行情景",
                )
            marks.append(Mark("mark_changed", (("name", name),)))
    return marks


def _check_agreement(result: Results) -> None:
    """Check the manifest against the files it describes (replications, seed, scenario); Unusable if they disagree."""
    table = result.table("replications", ["replication", "kept"])
    identity = hashlib.sha256("".join(f"{number} {kept}\n" for number, kept in table.itertuples(index=False)).encode())
    scoreboard = json.loads((result.folder / "goals.json").read_text(encoding="utf-8"))
    manifest = result.manifest
    for what, one, two in (
        ("hash", identity.hexdigest(), manifest["hash"]),
        ("seed", scoreboard["seed"], manifest["seed"]),
        ("scenario", scoreboard["scenario"], manifest["scenario"]["id"]),
        ("only_luck", scoreboard["only_luck"], manifest["only_luck"]),
        ("replications", len(table), manifest["replications"]["completed"]),
    ):
        if one != two:
            raise Unusable(
                f"{result.folder}: manifest.json was changed after the run ({what}: {two}, the replications say {one})",
                f"{result.folder}：manifest.json 在运行之后被改过（{what} 写的是 {two}，模拟数据是 {one}）；请重新运行情景",
            )


@dataclass(frozen=True)
class Study:
    """A folder of a sweep, of a sensitivity analysis, of the parts of a plan or of its league table; ``kind`` says which."""

    folder: Path
    kind: str
    record: dict[str, Any]


def read_study(folder: Path) -> Study | None:
    """The study in a folder; None if it holds none."""
    for name, kind in (
        ("sensitivity.json", "sensitivity"),
        (attribution.FILE, PARTS),
        (budget.RECORD, LEAGUE),
        ("manifest.json", "sweep"),
    ):
        try:
            record = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if kind == "sensitivity" and "screening" in record:
            return Study(folder, kind, record)
        if kind == PARTS and isinstance(record, dict) and "repairs" in record:
            return Study(folder, kind, record)
        if kind == LEAGUE and isinstance(record, dict) and "league" in record:
            return Study(folder, kind, record)
        if kind == "sweep" and isinstance(record, dict) and record.get("kind") == "sweep":
            return Study(folder, kind, record)
    return None


def sort_folders(folders: Sequence[Path]) -> tuple[list[Source], list[Study]]:
    """The folders of the command line: results to brief on, and studies of what influences them."""
    found: list[Source] = []
    studies: list[Study] = []
    for folder in folders:
        one = read_study(folder) if folder.is_dir() else None
        if one is None:
            found.append(open_source(folder))
        else:
            studies.append(one)
    return found, studies
