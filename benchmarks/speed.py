"""How long the default baseline takes, from a command line's point of view: wall time, memory, and what each process costs.

    python benchmarks/speed.py [--repeats 3] [--replications 100]

Prints wall seconds of ``xianjie run scenarios/baseline.yaml`` with a warm cache (figures included), the largest memory of any
process, the same for a fifth of the replications (memory must be flat), and the ten dearest processes of the month.
Not a test: a busy machine is no defect. ``--cold`` also empties the cache and times the first result.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BASELINE = str(ROOT / "scenarios" / "baseline.yaml")
#: Runs the command and says, on the last line, how much memory its largest process took (kilobytes).
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def run(replications: int, *options: str, cache: str | None = None) -> tuple[float, float]:
    """Wall seconds and megabytes of the largest process of one run."""
    environment = {**os.environ, **({"XIANJIE_CACHE": cache} if cache else {})}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "experiments", "run", BASELINE, "--replications", str(replications), "--quiet"]
        command += ["--out", f"{folder}/out", *options]
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        return time.perf_counter() - start, int(done.stdout.split()[-1]) / 1024


def profile() -> dict[str, float]:
    """Milliseconds by process over one life."""
    command = [sys.executable, "-m", "experiments", "month", "--timed", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {line["id"]: line["milliseconds"] for line in json.loads(done.stdout)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--replications", type=int, default=100)
    parser.add_argument("--cold", action="store_true")
    asked = parser.parse_args()
    if asked.cold:
        with tempfile.TemporaryDirectory() as cache:
            seconds, _ = run(asked.replications, cache=cache)
        print(f"from an empty cache, {asked.replications} replications: {seconds:.1f} s")
    run(2)
    times, memory = zip(*(run(asked.replications) for _ in range(asked.repeats)))
    _, small = run(max(2, asked.replications // 5))
    print(f"{asked.replications} replications: median {statistics.median(times):.1f} s of {[round(t, 1) for t in times]}")
    print(f"largest process: {max(memory):.0f} MB; with a fifth of the replications {small:.0f} MB")
    dearest = sorted(profile().items(), key=lambda item: -item[1])[:10]
    print("milliseconds over one life: " + ", ".join(f"{name} {ms:.0f}" for name, ms in dearest))


if __name__ == "__main__":
    main()
