"""How cost and memory grow with the households of a county, and with counties.

Each size is one county run in a process of its own, every household a row (detail: full), so that the largest memory is that
of this size. A county of N households is the baseline's with everything that grows with a county multiplied
(founding.county_size), in numbered townships. Its cost is the processor time of the months after 2020 divided by
household-months; founding and the year of burn-in are given apart.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.measuring import ROOT, BenchmarkOptions, Line, command, scratch

HERE = 135_000.0  # households of the baseline in full detail, about: only to choose a size; what is printed is counted
SMALL, LARGE, MONTHS = 10_000, 1_600_000, 60
REPEATED, OFTEN = 50_000, 5  # a county smaller than this is over in a moment, and is measured so often
GIGABYTES, TIMES = 4.0, 2.0
COUNTIES, FEW, MANY = 832, 4, 12

SCRIPT = """
import json, resource, sys, time
from sim import county
from sim.scenario import load_scenario
size, months = float(sys.argv[1]), int(sys.argv[2])
scenario = load_scenario("scenarios/baseline.yaml", [f"founding.county_size={size}", "founding.places=numbered"])
import dataclasses
scenario = dataclasses.replace(scenario, population_detail="full", months=60)
warm = load_scenario("scenarios/baseline.yaml", ["founding.county_size=0.02", "founding.places=numbered"])
county.County(dataclasses.replace(warm, months=12), county.values_of(warm, None), 1, 0).run()  # everything is loaded
start = time.process_time()
made = county.County(scenario, county.values_of(scenario, None), 1, 0)
founded = time.process_time()
for _ in range(months):
    made.step()
ended = time.process_time()
print(json.dumps({
    "households": len(made.tables["households"]), "persons": len(made.tables["persons"]), "founding": founded - start,
    "living": ended - founded, "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
}))
"""


def run_size(households: int, months: int) -> dict[str, float]:
    """One county in a process of its own: rows, seconds of founding (2020 included) and of what follows, gigabytes."""
    words = [sys.executable, "-c", SCRIPT, str(households / HERE), str(months)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"a county of {households:,} households did not run to its end:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measure_size(households: int, months: int) -> dict[str, float]:
    """A size, several times where it is small; with nanoseconds of a household-month as ``ns``."""
    runs = [run_size(households, months) for _ in range(OFTEN if households < REPEATED else 1)]
    one = runs[0] | {"living": statistics.median(each["living"] for each in runs)}
    return one | {"ns": 1e9 * one["living"] / (one["households"] * months)}


def describe(one: dict[str, float], months: int) -> str:
    """What a size took, in words."""
    return (
        f"{one['households']:,} households, {one['persons']:,} persons, {months} months: {one['living']:.1f} s, "
        f"{one['ns']:.0f} ns a household-month, founding and 2020 {one['founding']:.1f} s"
    )


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """Households, then counties."""
    large_size, months = (40_000, 6) if options.quick else (LARGE, MONTHS)
    small, large = measure_size(SMALL, months), measure_size(large_size, months)
    yield Line(
        f"memory of a county of {large['households']:,} households in one process",
        f"{large['gigabytes']:.2f} GB",
        f"< {GIGABYTES:g} GB",
        None if options.quick else large["gigabytes"] < GIGABYTES,
        describe(large, months),
    )
    times = large["ns"] / small["ns"]
    yield Line(
        f"a household-month among {large['households']:,} beside {small['households']:,}",
        f"{times:.2f}",
        f"<= {TIMES:g}",
        None if options.quick else times <= TIMES,
        describe(small, months),
    )
    few, many = (2, 4) if options.quick else (FEW, MANY)
    with scratch() as folder:
        command("-m", "experiments", "counties", "--synthetic", str(many), "--to", str(folder / "counties"))
        files = sorted(map(str, (folder / "counties").glob("*.yaml")))

        def seconds(count: int) -> float:
            words = ["--replications", "2", "--workers", "1", "--quiet", "--out", str(folder / f"out{count}")]
            return command("-m", "experiments", "run", *files[:count], *words)[0]

        each = (seconds(many) - seconds(few)) / (many - few)
    yield Line(
        "seconds for each invented county more, two replications, one process",
        f"{each:.1f} s",
        note=f"projected: {COUNTIES} counties {each * COUNTIES / 60:.0f} min, with 100 replications each "
        f"{each * COUNTIES * 50 / 3600:.0f} h, or that divided by the workers of a cluster",
    )
