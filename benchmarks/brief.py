"""How long, and how much memory, a brief of a large result takes: ``python benchmarks/brief.py FOLDER [--replications 1000]``.

FOLDER is a result made with ``--brief``, so that the life without county policy is there. Its tables are repeated, under new
replication numbers and parameter draws, until they hold as many replications as asked, and so does the manifest; reading and
measuring them costs what a real result of that size costs. Then ``xianjie brief`` is run on it in a process of its own.

"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

REPEATED = ("replications", "payments", "months", "years")


def repeated(table: pa.Table, times: int, lives: int, draws: int) -> pa.Table:
    """A table again and again, each time with new replications and draws."""
    pieces = []
    for number in range(times):
        piece = table
        for name, step in (("replication", lives), ("draw", draws)):
            if name in piece.column_names:
                place = piece.column_names.index(name)
                moved = pc.add(piece[name], pa.scalar(number * step, piece[name].type))
                piece = piece.set_column(place, name, moved)
        pieces.append(piece)
    return pa.concat_tables(pieces)


def enlarged(source: Path, target: Path, wanted: int) -> int:
    """Make a result of about ``wanted`` replications out of a small one; how many it has."""
    target.mkdir(parents=True)
    manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    lives = manifest["replications"]["completed"]
    times = -(-wanted // lives)
    draws = pc.max(pq.read_table(source / "replications.parquet", columns=["draw"])["draw"]).as_py() + 1
    for name, record in manifest["files"].items():
        if name.removesuffix(".parquet") in REPEATED:
            pq.write_table(repeated(pq.read_table(source / name), times, lives, draws), target / name, compression="zstd")
        else:
            shutil.copy(source / name, target / name)
        record["sha256"] = hashlib.sha256((target / name).read_bytes()).hexdigest()
    kept = pq.read_table(target / "replications.parquet", columns=["replication", "kept"]).to_pydict()
    identity = hashlib.sha256("".join(f"{r} {k}\n" for r, k in zip(kept["replication"], kept["kept"], strict=True)).encode())
    manifest["hash"] = identity.hexdigest()
    manifest["replications"] = {"requested": lives * times, "completed": lives * times, "failed": 0}
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    if (source / "without_policy").exists():
        enlarged(source / "without_policy", target / "without_policy", wanted)
    return lives * times


def main() -> None:
    """Enlarge, brief, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--replications", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        large = Path(root) / "large"
        lives = enlarged(asked.folder, large, asked.replications)
        size = sum(path.stat().st_size for path in large.rglob("*.parquet")) / 1e6
        print(f"{lives} replications, with the life without policy; {size:.0f} MB of tables")
        for formats in ("html", "word", "excel", "all"):
            started = time.perf_counter()
            command = [sys.executable, "-m", "experiments", "brief", str(large), "--quiet", "--format", formats]
            child = subprocess.Popen([*command, "--to", str(Path(root) / formats)], stdout=subprocess.DEVNULL)
            _pid, status, used = os.wait4(child.pid, 0)
            seconds = time.perf_counter() - started
            if status:
                raise SystemExit(f"xianjie brief --format {formats} failed")
            processor = used.ru_utime + used.ru_stime
            print(f"{formats:6} {seconds:6.1f} s, {processor:6.1f} s of processor, {used.ru_maxrss / 1e3:6.0f} MB")


if __name__ == "__main__":
    main()
