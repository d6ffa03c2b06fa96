"""The parts of a run that were lived in different places, joined: the same files as from one run."""

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments import identity, journal, results
from experiments.crew import Plan
from experiments.files import as_json, write_text
from experiments.lives import find
from experiments.runner import CHUNKS
from sim.core.errors import Both, Wrong, joined

FILE = "shard.json"


class Unjoined(Wrong):
    """Parts that do not make a whole; the message says which and why."""


def note(out: Path, scenario: Any, replications: int) -> None:
    """Beside a shard's journal, what is needed to make the whole: the scenario as checked, and how many replications it has."""
    write_text(out / FILE, as_json({"scenario": results.description(scenario), "replications": replications}))


def collect(folders: Sequence[Path], out: Path) -> dict[str, Any]:
    """Join the journals of ``folders`` in ``out``, which must be absent or empty; the manifest of the whole.

    Raises Unjoined when a folder is no shard, when two do not belong to one run, and when replications are missing or twice
    there.
    """
    import json

    belongs, records = [], []
    for folder in folders:
        mine = identity.noted(folder / "journal")
        if mine is None or not (folder / FILE).exists():
            raise Unjoined(
                f"{folder} is no shard: it has no {FILE}, or its journal does not say what it belongs to",
                f"{folder} 不是分片：没有 {FILE}，或者其中的记录没有写明属于哪次模拟",
            )
        belongs.append(mine)
        records.append(json.loads((folder / FILE).read_text(encoding="utf-8")))
        reasons = identity.changes(belongs[0], mine)
        if records[0]["replications"] != records[-1]["replications"]:
            one, other = records[0]["replications"], records[-1]["replications"]
            reasons.append(Both(f"one is of {one} replications, the other of {other}", f"一个共 {one} 遍，另一个共 {other} 遍"))
        if reasons:
            why = joined(reasons)
            raise Unjoined(
                f"{folder} and {folders[0]} are not parts of one run: {why.english}",
                f"{folder} 和 {folders[0]} 不属于同一次模拟：{why.chinese}",
            )
    replications = records[0]["replications"]
    owners: dict[int, Path] = {}
    for folder in folders:
        for number in journal.done(folder / "journal").get(CHUNKS, ()):
            if number in owners:
                raise Unjoined(
                    f"replication {number} is in {owners[number]} and in {folder}",
                    f"第 {number} 遍模拟在 {owners[number]} 和 {folder} 里都有；请只留一份",
                )
            owners[number] = folder
    missing = sorted(set(range(replications)) - set(owners))
    if missing:
        raise Unjoined(
            f"{len(missing)} of {replications} replications are in no part, the first of them {missing[0]}",
            f"共 {replications} 遍模拟，有 {len(missing)} 遍哪个分片里都没有，最前面缺的是第 {missing[0]} 遍",
        )
    target = out / "journal"
    target.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        for path in (folder / "journal").glob("*.npz"):
            _place(path, target / path.name)
    identity.note(target, belongs[0])
    first = belongs[0]
    scenario = find(first["lives"]).revive(records[0]["scenario"])
    plan = Plan(first["seed"], first["only_luck"], target, first["lives"])
    now = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    record = {"started": now, "seconds": 0.0, "workers": len(folders), "host": "", "interrupted": False}
    return results.write(out, plan, scenario, replications, record)


def _place(source: Path, target: Path) -> None:
    """The same file under another name where the disk can do that, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
