"""How long, and how much memory, a brief of a thousand replications takes.

The tables of a smaller result made with ``--brief``, so that the run without county policy is there, are repeated under new
replication numbers and parameter draws until they hold a thousand, and so does the manifest; reading and measuring them costs
what a real result of that size costs. Then ``xianjie brief`` is run on it in a process of its own.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.measuring import BASELINE, BenchmarkOptions, Line, command, scratch

SIMULATED, WANTED, ROUNDS = 50, 1000, 3
SECONDS, MEGABYTES = 30.0, 1000.0
REPEATED = ("replications", "payments", "months", "years")


def repeat_table(table: pa.Table, times: int, count: int, draws: int) -> pa.Table:
    """A table again and again, each time with new replications and draws."""
    pieces = []
    for number in range(times):
        piece = table
        for name, step in (("replication", count), ("draw", draws)):
            if name in piece.column_names:
                place = piece.column_names.index(name)
                moved = pc.add(piece[name], pa.scalar(number * step, piece[name].type))
                piece = piece.set_column(place, name, moved)
        pieces.append(piece)
    return pa.concat_tables(pieces)


def enlarge_result(source: Path, target: Path, wanted: int) -> int:
    """Make a result of about ``wanted`` replications out of a small one; how many it has."""
    target.mkdir(parents=True)
    manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    count = manifest["replications"]["completed"]
    times = -(-wanted // count)
    draws = pc.max(pq.read_table(source / "replications.parquet", columns=["draw"])["draw"]).as_py() + 1
    for name, record in manifest["files"].items():
        if name.removesuffix(".parquet") in REPEATED:
            pq.write_table(repeat_table(pq.read_table(source / name), times, count, draws), target / name, compression="zstd")
        else:
            shutil.copy(source / name, target / name)
        record["sha256"] = hashlib.sha256((target / name).read_bytes()).hexdigest()
    kept = pq.read_table(target / "replications.parquet", columns=["replication", "kept"]).to_pydict()
    identity = hashlib.sha256("".join(f"{r} {k}\n" for r, k in zip(kept["replication"], kept["kept"], strict=True)).encode())
    manifest["hash"] = identity.hexdigest()
    manifest["replications"] = {"requested": count * times, "completed": count * times, "failed": 0}
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    if (source / "without_policy").exists():
        enlarge_result(source / "without_policy", target / "without_policy", wanted)
    return count * times


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """Every format by itself, then all at once."""
    simulated, wanted, rounds = (4, 8, 1) if options.quick else (SIMULATED, WANTED, ROUNDS)
    with scratch() as folder:
        small, large = folder / "small", folder / "large"
        words = ["--replications", str(simulated), "--workers", str(options.workers), "--quiet", "--brief", "--out", str(small)]
        command("-m", "experiments", "run", str(BASELINE), *words)
        count = enlarge_result(small, large, wanted)
        for formats in ("html", "word", "excel", "all"):
            taken = [
                command(
                    "-m",
                    "experiments",
                    "brief",
                    str(large),
                    "--quiet",
                    "--format",
                    formats,
                    "--to",
                    str(folder / f"{formats}{n}"),
                )
                for n in range(rounds)
            ]
            seconds, megabytes = sorted(taken)[len(taken) // 2]
            judged = formats == "all"
            yield Line(
                f"brief of {count} replications, with the run without policy: {formats}",
                f"{seconds:.1f} s, {megabytes:.0f} MB",
                f"< {SECONDS:.0f} s and {MEGABYTES:.0f} MB" if judged else "",
                seconds < SECONDS and megabytes < MEGABYTES if judged and not options.quick else None,
                f"median of {rounds}, pictures included",
            )
