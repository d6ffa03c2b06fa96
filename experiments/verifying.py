"""Recorded lives lived again: are they what the record says, bit for bit?"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments import identity, journal
from experiments.crew import Crew, Plan, Point
from experiments.lives import Say, find
from experiments.results import open_folder
from experiments.runner import CHUNKS
from sim.core.errors import Both

LEAST = 3
ONE_IN = 100


@dataclass(frozen=True)
class Verdict:
    """Which replications were lived again, which of them came out otherwise, and what has changed since they were recorded."""

    checked: tuple[int, ...]
    wrong: tuple[int, ...]
    recorded: int
    changes: tuple[Both, ...]


def verify(out: Path, sample: int | None, seed: int, workers: int | None, say: Say = lambda what, **facts: None) -> Verdict:
    """Live a sample of the replications recorded in ``out`` again and compare what would be kept of them.

    ``sample``: how many, default one in a hundred and at least three; ``seed`` chooses them. Raises what ``open_folder`` raises.
    """
    found = open_folder(out)
    manifest = found.manifest
    model = find(manifest["lives"])
    scenario = model.revive(manifest["scenario"])
    table = found.table("replications", ["replication", "kept"])
    recorded = dict(zip(table["replication"].tolist(), table["kept"].tolist()))
    count = min(len(recorded), sample or max(LEAST, len(recorded) // ONE_IN))
    chosen = sorted(np.random.default_rng(seed).choice(sorted(recorded), count, replace=False).tolist())
    before = {"code": manifest.get("code"), "versions": manifest["versions"], "platform": manifest["platform"]}
    now = {"code": model.code(), "versions": identity.versions(), "platform": before["platform"]}
    with tempfile.TemporaryDirectory() as scratch:
        plan = Plan(manifest["seed"], manifest["only_luck"], Path(scratch), manifest["lives"])
        with Crew(plan, scenario, min(workers or count, count), say) as crew:
            crew.live([(Point(CHUNKS, scenario), chosen)])
        again = {life["replication"]: life["kept"] for chunk in journal.read(plan.folder) for life in chunk.lives}
    wrong = tuple(number for number in chosen if again.get(number) != recorded[number])
    return Verdict(tuple(chosen), wrong, len(recorded), tuple(identity.changes(before, now)))
