"""How cost and memory grow with households, replications and counties, measured on this machine, and what that projects to.

    python benchmarks/scale.py [--households 10000 40000 160000 1600000] [--months 12] [--replications 4 16] [--counties 4 12]

Each size is one county lived in a process of its own, every household a row (detail: full), so that the largest memory is that
of this size. A county of N households is the baseline's with everything that grows with a county multiplied
(founding.county_size), in numbered townships. Its cost is the processor time of the months after 2020 divided by
household-months; founding and the year of burn-in are given apart. What is measured and what is projected is labelled. Not a
test: a busy machine is no defect.
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
HERE = 135_000.0  # households of the baseline in full detail, about: only to choose a size; what is printed is counted
COUNTIES, HORIZON = 832, 60
LIMIT, TIMES = 4.0, 2.0  # what issue 7 asks: gigabytes at 1.6 million households, and times the cost at 10 000

LIFE = """
import json, resource, sys, time
from sim import county
from sim.scenario import load_scenario
size, months = float(sys.argv[1]), int(sys.argv[2])
scenario = load_scenario("scenarios/baseline.yaml", [f"founding.county_size={size}", "founding.places=numbered"])
import dataclasses
scenario = dataclasses.replace(scenario, population_detail="full", months=60)
warm = load_scenario("scenarios/baseline.yaml", ["founding.county_size=0.02", "founding.places=numbered"])
county.County(dataclasses.replace(warm, months=12), county.values_of(warm, None), 1, 0).live()  # everything is loaded
start = time.process_time()
made = county.County(scenario, county.values_of(scenario, None), 1, 0)
founded = time.process_time()
for _ in range(months):
    made.step()
lived = time.process_time()
print(json.dumps({
    "households": len(made.tables["households"]), "persons": len(made.tables["persons"]), "founding": founded - start,
    "living": lived - founded, "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
}))
"""


def life(households: int, months: int) -> dict[str, float]:
    """One county in a process of its own: rows, seconds of founding (2020 included) and of living, gigabytes at most."""
    command = [sys.executable, "-c", LIFE, str(households / HERE), str(months)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"a county of {households:,} households did not live:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def timed(*command: str) -> float:
    """Wall seconds of a command."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "experiments", *command], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - start


def by_households(sizes: list[int], months: int) -> dict[int, dict[str, float]]:
    """Measure every size; the smallest several times, because it is over in a moment."""
    print(f"measured: one life each, full detail, central parameters, {months} months after 2020, one process")
    print(f"{'households':>12} {'persons':>12} {'founding s':>11} {'living s':>9} {'ns/household-month':>19} {'GB':>6}")
    found = {}
    for size in sizes:
        repeats = [life(size, months) for _ in range(5 if size < 50_000 else 1)]
        one = repeats[0] | {"living": statistics.median(each["living"] for each in repeats)}
        one["ns"] = 1e9 * one["living"] / (one["households"] * months)
        found[size] = one
        print(f"{one['households']:12,} {one['persons']:12,} {one['founding']:11.2f} {one['living']:9.2f} {one['ns']:19.0f} "
              f"{one['gigabytes']:6.2f}", flush=True)  # fmt: skip
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--households", type=int, nargs="*", default=[10_000, 40_000, 160_000, 1_600_000])
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--replications", type=int, nargs="*", default=[4, 16])
    parser.add_argument("--counties", type=int, nargs="*", default=[4, 12])
    asked = parser.parse_args()
    sizes = by_households(asked.households, asked.months) if asked.households else {}
    if sizes:
        small, large = sizes[min(sizes)], sizes[max(sizes)]
        ratio = large["ns"] / small["ns"]
        print(f"measured: {large['households']:,} households cost {ratio:.2f} times as much a household-month as "
              f"{small['households']:,}, and took {large['gigabytes']:.2f} GB "
              f"(wanted at 1.6 million: at most {TIMES:g} times and {LIMIT:g} GB)")  # fmt: skip
        slope = (large["gigabytes"] - small["gigabytes"]) / max(1, large["households"] - small["households"])
        print(f"measured: {1e9 * slope:.0f} bytes for each household more")
    with tempfile.TemporaryDirectory() as folder:
        runs = {n: timed("run", "scenarios/baseline.yaml", "--replications", str(n), "--workers", "1", "--no-figures", "--quiet",
                         "--out", f"{folder}/r{n}") for n in asked.replications}  # fmt: skip
        for count, seconds in runs.items():
            print(f"measured: {count} replications of the baseline, one process: {seconds:.1f} s")
        if len(runs) > 1:
            few, many = min(runs), max(runs)
            each = (runs[many] - runs[few]) / (many - few)
            print(f"measured: {each:.2f} s for each replication more; projected: 1 000 in {each * 1000 / 60:.0f} min")
        if asked.counties:
            timed("counties", "--synthetic", str(max(asked.counties)), "--to", f"{folder}/counties")
            files = sorted(map(str, Path(folder, "counties").glob("*.yaml")))
            spent = {n: timed("run", *files[:n], "--replications", "2", "--workers", "1", "--quiet", "--out", f"{folder}/c{n}")
                     for n in asked.counties}  # fmt: skip
            for count, seconds in spent.items():
                print(f"measured: {count} synthetic counties, 2 replications each, one process: {seconds:.1f} s")
            if len(spent) > 1:
                few, many = min(spent), max(spent)
                each = (spent[many] - spent[few]) / (many - few)
                print(f"measured: {each:.2f} s for each county more (2 replications); projected: {COUNTIES} such counties take "
                      f"{each * COUNTIES / 60:.0f} min on one process, 100 replications each "
                      f"{each * COUNTIES * 50 / 3600:.0f} h, or that divided by the workers of a cluster")  # fmt: skip


if __name__ == "__main__":
    main()
