"""Is a result what its own record says? Files against the manifest, tables against the journal, goals against the tables, and
recorded replications simulated again, bit for bit.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from experiments.execution.worker_pool import CHUNKS, WorkerPool
from experiments.model_api import OnStatus, Plan, Point, load_model
from experiments.results import fingerprint, journal, tables
from experiments.results import folder as results
from experiments.results.files import plain, read_object, write_csv
from experiments.results.folder import MADE, Results, open_folder
from experiments.results.journal import Chunk
from experiments.statistics import estimates
from sim.core.inputs.errors import BilingualText, InputError, UserError, join_texts

LEAST = 3
ONE_IN = 100
LISTED = Path(".xianjie") / "files.json"  # the hash of every file of ours, documents included, as it was written
#: What the manifest says that follows from the journal.
DERIVED = ("hash", "parameters", "ensemble", "indicators", "months", "townships", "segments")


@dataclass(frozen=True)
class Verdict:
    """Which replications were simulated again, which of them came out otherwise, and what has changed since they were recorded.

    ``faults``: what does not agree within the folder; ``edited``: documents and pictures that somebody changed, which is no
    fault; ``notes``: what could not be compared.
    """

    checked: tuple[int, ...]
    wrong: tuple[int, ...]
    recorded: int
    changes: tuple[BilingualText, ...]
    faults: tuple[BilingualText, ...] = ()
    edited: tuple[str, ...] = ()
    notes: tuple[BilingualText, ...] = ()


@dataclass
class Case:
    """A result folder under examination: what it says of itself, the plan and the scenario to simulate again, its table of
    replications, and what was found.
    """

    out: Path
    found: Results
    manifest: dict[str, Any]
    plan: Plan
    scenario: Any
    recorded: Any
    faults: list[BilingualText] = field(default_factory=list)
    notes: list[BilingualText] = field(default_factory=list)


def verify(
    out: Path, sample: int | None, seed: int, workers: int | None, on_status: OnStatus = lambda what, **facts: None
) -> Verdict:
    """Compare all that ``out`` holds with what it follows from, and a sample of replications with themselves, simulated again.

    ``sample``: how many, default one in a hundred and at least three; ``seed`` chooses them. Raises UserError when the folder
    holds nothing that could be compared.
    """
    with tempfile.TemporaryDirectory() as scratch:
        case = _opened(out, Path(scratch) / "again")
        _files(case)
        _tables(case, Path(scratch) / "made")
        _goals(case, Path(scratch) / "goals.csv")
        numbers = sorted(case.recorded["replication"].tolist())
        count = min(len(numbers), sample or max(LEAST, len(numbers) // ONE_IN))
        chosen = sorted(np.random.default_rng(seed).choice(numbers, count, replace=False).tolist())
        wrong = _again(case, chosen, workers, on_status)
    before = {key: case.manifest[key] for key in ("code", "versions", "platform")}
    now = {
        "code": load_model(case.plan.model_name).code(),
        "versions": fingerprint.versions(),
        "platform": before["platform"],
    }
    changes = tuple(fingerprint.changes(before, now))
    return Verdict(
        tuple(chosen),
        wrong,
        len(numbers),
        changes=changes,
        faults=tuple(case.faults),
        edited=_edited(case),
        notes=tuple(case.notes),
    )


def _opened(out: Path, scratch: Path) -> Case:
    """The folder, once all was found in it that a comparison needs."""
    found = open_folder(out)
    manifest = found.manifest
    try:
        seed, only_luck, single_draws = manifest["seed"], manifest["only_luck"], manifest.get("single_draws", False)
        if type(seed) is not int or not 0 <= seed < 2**63 or type(only_luck) is not bool or type(single_draws) is not bool:
            raise ValueError(f"seed {seed!r}, only_luck {only_luck!r}, single_draws {single_draws!r}")
        for key in ("code", "hash", "versions", "platform", "complete", "files"):
            manifest[key]
        for record in (manifest["files"], manifest["replications"], *manifest["files"].values()):
            record.keys()
        scenario = load_model(manifest["lives"], from_file=True).restore_scenario(manifest["scenario"])
        recorded = found.table("replications")
        numbers = recorded["replication"].tolist()
        if not numbers or not all(type(number) is int and 0 <= number < 2**31 for number in numbers):
            raise ValueError("replications.parquet holds no replications")
    except UserError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, InputError) as problem:
        raise results.unreadable(out, problem) from None
    plan = Plan(seed, only_luck, scratch, manifest["lives"], single_draws=single_draws)
    return Case(out, found, manifest, plan=plan, scenario=scenario, recorded=recorded)


def _files(case: Case) -> None:
    """Every file against the manifest."""
    listed = case.manifest["files"]
    for name, record in listed.items():
        path = case.out / name
        if name not in MADE:
            case.faults.append(
                BilingualText(f"manifest.json lists {name!r}, which is none of ours", f"manifest.json 里列了不属于结果的“{name}”")
            )
        elif not path.is_file():
            case.faults.append(BilingualText(f"{name} is missing", f"缺少 {name}"))
        elif _sha(path) != record.get("sha256") or path.stat().st_size != record.get("bytes"):
            case.faults.append(BilingualText(f"{name} is not what was written", f"{name} 与写入时不同"))
    for name in MADE:
        if name != "manifest.json" and name not in listed and (case.out / name).exists():
            case.faults.append(BilingualText(f"{name} is not in manifest.json", f"manifest.json 里没有 {name}"))


def _tables(case: Case, rebuilt: Path) -> None:
    """The tables, and what the manifest says of them, made again from the journal."""
    folder = case.out / "journal"
    belongs = fingerprint.read_fingerprint(folder)
    if belongs is None and not journal.chunk_files(folder):
        case.notes.append(
            BilingualText("there is no journal: the tables could not be compared with it", "没有 journal 记录：各表无法与它核对")
        )
        return
    if belongs is None:
        case.faults.append(
            BilingualText(f"the journal's {fingerprint.FILE} is missing or broken", f"记录里的 {fingerprint.FILE} 缺失或已损坏")
        )
        return
    model, manifest, plan = load_model(case.plan.model_name), case.manifest, case.plan
    inputs = {case.scenario.id: model.canonical_inputs(case.scenario)}
    described = {**belongs, "scenarios": plain(inputs), **{key: manifest[key] for key in ("seed", "only_luck", "lives", "code")}}
    described["single_draws"] = manifest.get("single_draws")
    reasons = fingerprint.changes(belongs, {**described, "versions": manifest["versions"], "platform": manifest["platform"]})
    if reasons:
        why = join_texts(reasons)
        case.faults.append(
            BilingualText(
                f"manifest.json does not describe what the journal belongs to: {why.english}",
                f"manifest.json 写的不是记录所属的推演：{why.chinese}",
            )
        )
    chunks, wrong = journal.account(folder, fingerprint.digest(belongs))
    case.faults += [BilingualText(each.english, each.chinese) for each in wrong]
    if wrong or reasons or not chunks:
        return
    rebuilt.mkdir()
    again = results.made_from(rebuilt, plan, case.scenario, chunks=chunks, requested=manifest["replications"].get("requested"))
    differing = [name for name in again["files"] if not _same(rebuilt / name, case.out / name)]
    for name in differing:
        case.faults.append(BilingualText(f"{name} is not what the journal gives", f"{name} 与由记录重新生成的不同"))
    for key in (*DERIVED, "replications", "complete", "files"):
        if again[key] != manifest.get(key) and not (key == "files" and differing):
            case.faults.append(
                BilingualText(f"manifest.json: '{key}' is not what the journal gives", f"manifest.json 的“{key}”与记录不符")
            )


def _goals(case: Case, scratch: Path) -> None:
    """The goals' probabilities against the table of replications, and goals.csv against goals.json."""
    try:
        lines = case.found.goals
        write_csv(scratch, [results.flat(line) for line in lines])
        wrong = [str(line["id"]) for line in lines if not _follows(line, case.recorded)]
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as problem:
        case.faults.append(BilingualText(f"goals.json cannot be read ({problem})", f"goals.json 读不了；系统提示原文：{problem}"))
        return
    if wrong:
        names = ", ".join(wrong)
        case.faults.append(
            BilingualText(
                f"the probabilities of {names} are not what replications.parquet gives",
                f"{names} 的概率与 replications.parquet 不符",
            )
        )
    if not _same(scratch, case.out / "goals.csv"):
        case.faults.append(BilingualText("goals.csv does not say what goals.json says", "goals.csv 与 goals.json 不一致"))


def _follows(line: dict[str, Any], recorded: Any) -> bool:
    """Whether a line of the scoreboard follows from the table of replications, which does not say what was not assessed."""
    goals = line.get("members", [line["id"]])
    if any(recorded[f"goal.{name}.margin"].isna().any() for name in goals):
        return True
    met = {name: recorded[f"goal.{name}.met"].to_numpy(dtype=np.float64) for name in goals}
    chance = estimates.proportion(estimates.jointly(met), recorded["draw"].to_numpy())
    expected = {"probability": chance.probability, "low": chance.low, "high": chance.high, "runs": chance.runs}
    return all(line[key] == value for key, value in plain(expected).items())


def _again(case: Case, chosen: Sequence[int], workers: int | None, on_status: OnStatus) -> tuple[int, ...]:
    """Those of the chosen replications that, simulated again, are not the row that the table has of them."""
    with WorkerPool(case.plan, case.scenario, min(workers or len(chosen), len(chosen)), on_status) as pool:
        pool.run([(Point(CHUNKS, case.scenario), chosen)])
    catalogue = load_model(case.plan.model_name).catalogue(case.scenario)
    again = dict(_rows(journal.read(case.plan.folder), catalogue, case.plan.seed))
    rows = case.recorded.set_index("replication", drop=False)
    return tuple(number for number in chosen if number not in again or not _equal(rows.loc[[number]], again[number]))


def _rows(chunks: Sequence[Chunk], catalogue: Any, seed: int) -> Iterator[tuple[int, Any]]:
    """Replications of a journal as rows of the table, each with its number."""
    for chunk in chunks:
        if chunk.completed:
            table = tables.replications(chunk, tables.axes([chunk], catalogue), seed).to_pandas()
            for place, number in enumerate(table["replication"].tolist()):
                yield number, table.iloc[[place]]


def _equal(recorded: Any, again: Any) -> bool:
    """Whether two tables of one row say the same."""
    return list(recorded) == list(again) and recorded.reset_index(drop=True).equals(again.reset_index(drop=True))


def _edited(case: Case) -> tuple[str, ...]:
    """Documents and pictures that are not as they were written; those that were taken away are not looked for."""
    record = read_object(case.out / LISTED) or {}
    files = record.get("files")
    listed = {str(name): sha for name, sha in files.items() if name not in MADE} if isinstance(files, dict) else {}
    return tuple(name for name, sha in listed.items() if _within(case.out, name) and _sha(case.out / name) != sha)


def _within(out: Path, name: str) -> bool:
    """Whether a listed name is a file of this folder, whoever wrote the list."""
    path = out / name
    return path.is_file() and path.resolve().is_relative_to(out.resolve())


def _same(rebuilt: Path, path: Path) -> bool:
    return path.is_file() and rebuilt.stat().st_size == path.stat().st_size and rebuilt.read_bytes() == path.read_bytes()


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
