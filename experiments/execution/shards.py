"""The parts of a run that were simulated in different places, joined: the same files as from one run.

What is joined is the user's own: nothing in the parts is changed, and nothing half-made is left where the whole would be.
"""

import itertools
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.execution.worker_pool import CHUNKS
from experiments.model_api import Plan, Scenario, load_model
from experiments.results import fingerprint, folder_lock, journal
from experiments.results import folder as results
from experiments.results.files import as_json, read_object, write_text
from sim.core.inputs.errors import BilingualText, InputError, UserError, describe_problem, join_texts

FILE = "shard.json"


class Unjoined(UserError):
    """Parts that do not make a whole; the message says which and why."""


def write_shard_record(out: Path, scenario: Scenario, replications: int, belongs: str) -> None:
    """Beside a shard's journal, what is needed to make the whole: the scenario as checked, and how many replications it has.

    ``belongs``: the digest that the journal's chunks carry; with it the note is sealed.
    """
    record = {"scenario": results.description(scenario), "replications": replications}
    write_text(out / FILE, as_json({**record, "digest": _seal(record, belongs)}))


def _seal(record: Mapping[str, Any], belongs: str) -> str:
    return fingerprint.digest(
        {"scenario": record.get("scenario"), "replications": record.get("replications"), "belongs": belongs}
    )


@dataclass(frozen=True)
class Part:
    """A shard as it was found: what its journal belongs to, the plan as noted beside it, and its chunks."""

    folder: Path
    belongs: dict[str, Any]
    scenario: Scenario
    replications: int
    chunks: list[journal.Chunk]


def collect(folders: Sequence[Path], out: Path) -> dict[str, Any]:
    """Join the journals of ``folders`` in ``out``, which must be absent or empty; the manifest of the whole.

    Raises Unjoined when a folder is no shard, when a chunk in it is damaged or its plan is not the one that was simulated, when
    two do not belong to one run, and when replications are missing or twice there; Held when another process makes ``out``.
    """
    parts: list[Part] = []
    for folder in folders:
        parts.append(_part(folder))
        _alike(parts[0], parts[-1])
    _whole(parts)
    target = out.resolve()
    made = target.with_name(f".{target.name}.partial")
    if made.exists() and not (made / "journal" / folder_lock.FILE).exists():
        raise Unjoined(f"{made} is in the way; move it elsewhere", f"{made} 占了位置；请把它移到别处")
    with folder_lock.held(made / "journal"):
        try:
            for stale in (*made.iterdir(), *(made / "journal").iterdir()):  # what an attempt that was killed left behind
                if stale.is_file() and stale.name != folder_lock.FILE:
                    stale.unlink()
                elif stale.is_dir() and stale.name != "journal":
                    shutil.rmtree(stale)
            manifest = _write(parts, made)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    if target.exists():
        target.rmdir()
    made.replace(target)
    return manifest


def _part(folder: Path) -> Part:
    """A shard, once everything in it was found to agree. Nothing is changed."""
    belongs, record = fingerprint.read_fingerprint(folder / "journal"), read_object(folder / FILE)
    if belongs is None or record is None:
        raise Unjoined(
            f"{folder} is no shard: {FILE}, or {fingerprint.FILE} in its journal, is missing or broken",
            f"{folder} 不是分片：缺少 {FILE} 或 journal/{fingerprint.FILE}，或已损坏",
        )
    digest = fingerprint.digest(belongs)
    if record.get("digest") != _seal(record, digest):
        raise _otherwise(folder, BilingualText("it was changed since, or is another shard's", "后来改过，或者是别的分片的"))
    try:
        model = load_model(belongs.get("lives"), from_file=True)
        scenario = model.restore_scenario(record["scenario"])
        now = fingerprint.collect_inputs(
            model, belongs["lives"], {scenario.id: scenario}, seed=belongs["seed"], only_luck=belongs["only_luck"]
        )
    except (InputError, ValueError, TypeError, KeyError, AttributeError) as problem:  # fields missing, or of another kind
        raise _otherwise(folder, describe_problem(problem)) from None
    reasons = fingerprint.changes(belongs, now)
    if reasons:
        raise _otherwise(folder, join_texts(reasons))
    chunks, wrong = journal.account(folder / "journal", digest)
    if wrong:
        raise Unjoined(
            f"{wrong[0].english}; run that shard again with --resume, then collect",
            f"{wrong[0].chinese}；请对该分片加 --resume 再运行一次，然后合并",
        )
    return Part(
        folder,
        belongs,
        scenario,
        replications=record["replications"],
        chunks=[chunk for chunk in chunks if chunk.header["point"] == CHUNKS],
    )


def _otherwise(folder: Path, why: BilingualText) -> Unjoined:
    return Unjoined(
        f"{folder}: {FILE} does not describe what was simulated here by this program: {why.english}",
        f"{folder}：{FILE} 写的不是本程序在这里推演的内容：{why.chinese}",
    )


def _alike(first: Part, other: Part) -> None:
    """Raise Unjoined unless two shards are parts of one run."""
    reasons = fingerprint.changes(first.belongs, other.belongs)
    one, two = first.replications, other.replications
    if one != two:
        reasons.append(BilingualText(f"one is of {one} replications, the other of {two}", f"一个共 {one} 次，另一个共 {two} 次"))
    if reasons:
        why = join_texts(reasons)
        raise Unjoined(
            f"{other.folder} and {first.folder} are not parts of one run: {why.english}",
            f"{other.folder} 和 {first.folder} 不属于同一次推演：{why.chinese}",
        )


def _whole(parts: Sequence[Part]) -> None:
    """Raise Unjoined unless every replication stands in exactly one shard."""
    replications = parts[0].replications
    owners: dict[int, Path] = {}
    for part in parts:
        for number in itertools.chain.from_iterable(chunk.replications for chunk in part.chunks):
            if number in owners:
                raise Unjoined(
                    f"replication {number} is in {owners[number]} and in {part.folder}",
                    f"第 {number} 次推演在 {owners[number]} 和 {part.folder} 里都有；请只留一份",
                )
            if number >= replications:
                raise Unjoined(
                    f"{part.folder} holds replication {number}, and there are only {replications}, counted from 0",
                    f"{part.folder} 里有第 {number} 次推演，而总共只有 {replications} 次（从 0 数起）",
                )
            owners[number] = part.folder
    missing = replications - len(owners)
    if missing:
        first = next(number for number in itertools.count() if number not in owners)
        raise Unjoined(
            f"{missing} of {replications} replications are in no part, the first of them {first}",
            f"共 {replications} 次推演，有 {missing} 次哪个分片里都没有，最前面缺的是第 {first} 次",
        )


def _write(parts: Sequence[Part], made: Path) -> dict[str, Any]:
    """The whole in ``made``: one journal of all chunks, and the tables; the manifest."""
    target = made / "journal"
    for part in parts:
        for chunk in part.chunks:
            _place(chunk.path, target / chunk.path.name)
    first = parts[0]
    belongs = first.belongs
    fingerprint.write_fingerprint(target, belongs)
    plan = Plan(belongs["seed"], belongs["only_luck"], target, belongs["lives"], digest=fingerprint.digest(belongs))
    now = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    record = {"started": now, "seconds": 0.0, "workers": len(parts), "host": "", "interrupted": False}
    return results.write(made, plan, first.scenario, requested=first.replications, run_record=record)


def _place(source: Path, target: Path) -> None:
    """The same file under another name where the disk can do that, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
