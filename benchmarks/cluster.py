"""What Dask costs on loopback: the same run on local processes and on a cluster of as many workers, in turn.

    python benchmarks/cluster.py [--replications 200] [--workers 2] [--repeats 2]

Every run is timed from the command's point of view, start of processes and connection included, and the cluster's workers have
lived before (a cluster is up when it is used). The result hashes are compared as well. Not a test: a busy machine is no defect.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def run(out: str, replications: int, *where: str) -> tuple[float, str]:
    """Wall seconds and the hash of the result."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "experiments", "run", "scenarios/baseline.yaml", "--replications", str(replications), "--quiet",
         "--no-figures", "--json", "--out", out, *where], cwd=ROOT, capture_output=True, text=True, check=True)  # fmt: skip
    return time.perf_counter() - start, json.loads(done.stdout)["hash"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=2)
    asked = parser.parse_args()
    from tests.experiments.loopback import Loopback

    local, dask, hashes = [], [], set()
    with Loopback(asked.workers) as there, tempfile.TemporaryDirectory() as folder:
        places = {"local": ("--workers", str(asked.workers)), "dask": ("--executor", "dask", "--scheduler", there.address)}
        for name, where in places.items():
            run(f"{folder}/warm-{name}", 4, *where)
        for number in range(asked.repeats):
            for name, times in (("local", local), ("dask", dask)):
                seconds, made = run(f"{folder}/{name}-{number}", asked.replications, *places[name])
                times.append(seconds)
                hashes.add(made)
                print(f"{name}: {seconds:.1f} s", flush=True)
    overhead = statistics.median(dask) / statistics.median(local) - 1
    print(f"{asked.replications} replications on {asked.workers} workers: local {statistics.median(local):.1f} s, "
          f"Dask on loopback {statistics.median(dask):.1f} s, overhead {100 * overhead:+.1f} %; results "
          f"{'the same' if len(hashes) == 1 else 'DIFFER'}")  # fmt: skip


if __name__ == "__main__":
    main()
