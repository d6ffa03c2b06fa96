"""What all benchmarks share: a line of the table of results, timing in turns, commands measured from outside."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BASELINE = ROOT / "scenarios" / "baseline.yaml"
#: Runs a command and prints, on the last line, its wall seconds, the processor seconds of all its processes, and how much memory
#: the largest of them took (kilobytes). Workers are children of a server that outlives the command by a moment: on Linux this
#: process asks to inherit it (PR_SET_CHILD_SUBREAPER, 36), and waits for it.
MEASURED = """
import ctypes, os, resource, subprocess, sys, time
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
start = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - start
try:
    while True:
        os.wait()
except ChildProcessError:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(code)
"""


@dataclass(frozen=True)
class BenchmarkOptions:
    """How to measure. ``quick``: small sizes and few repeats, to see that it works; ``workers``: processes that
    replications may use; ``peers``: the Python that has Starsim, a path.
    """

    quick: bool = False
    workers: int = 2
    peers: str = sys.executable


@dataclass(frozen=True)
class Line:
    """A line of the table: what was measured, the value with its unit, what it must reach, and whether it did (None: no target,
    or not measured).
    """

    what: str
    measured: str
    target: str = ""
    reached: bool | None = None
    note: str = ""


@dataclass(frozen=True)
class Cost:
    """What a command took: wall seconds, processor seconds of all its processes, megabytes of the largest."""

    seconds: float
    processor: float
    megabytes: float


@dataclass(frozen=True)
class Ratio:
    """How many times longer one thing took than another: median, lowest and highest over rounds timed in turn."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.low:.3g} to {self.high:.3g})"


def ratio(longer: list[float], shorter: list[float]) -> Ratio:
    """The ratio of seconds, round by round."""
    found = [a / b for a, b in zip(longer, shorter, strict=True)]
    return Ratio(statistics.median(found), min(found), max(found))


def in_turn(candidates: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each candidate in each round; every round calls all, so that a slow minute of the machine strikes all alike.

    A candidate does what has to be timed once and returns the seconds of that part.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, call in candidates.items():
            seconds[name].append(call())
    return seconds


def seconds_of(call: Callable[[], object]) -> float:
    """Wall seconds of a call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def cost(*words: str, cache: str | None = None, python: str = sys.executable, place: Path = ROOT) -> Cost:
    """What a Python command takes; RuntimeError with its messages if it fails.

    ``cache``: where compiled rules are kept, if not where they usually are; ``place``: the folder it is started in, whose ``sim``
    it imports.
    """
    environment = {**os.environ, **({"XIANJIE_CACHE": cache} if cache else {})}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, python, *words], cwd=place, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    seconds, processor, kilobytes = map(float, done.stdout.split()[-3:])
    return Cost(seconds, processor, kilobytes / 1024)


def command(*words: str, cache: str | None = None, python: str = sys.executable) -> tuple[float, float]:
    """Wall seconds of a Python command and megabytes of its largest process; see ``cost``."""
    found = cost(*words, cache=cache, python=python)
    return found.seconds, found.megabytes


def run_cost(replications: int, workers: int, *options: str, cache: str | None = None) -> Cost:
    """What ``xianjie run scenarios/baseline.yaml`` takes, tables and, without ``--no-figures``, figures included."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--replications", str(replications), "--workers", str(workers), "--quiet", "--out", f"{folder}/out"]
        return cost("-m", "experiments", "run", str(BASELINE), *arguments, *options, cache=cache)


def run_command(replications: int, workers: int, cache: str | None = None) -> tuple[float, float]:
    """Wall seconds and megabytes of ``xianjie run scenarios/baseline.yaml``, tables and figures included."""
    found = run_cost(replications, workers, cache=cache)
    return found.seconds, found.megabytes


@contextmanager
def scratch():
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="xianjie-benchmark-") as folder:
        yield Path(folder)


def installed(package: str) -> str:
    """Version of a package here, or "absent"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def machine() -> dict[str, str]:
    """What the numbers were measured on."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": platform.platform(terse=True),
        "load": _load(),
        "Python": platform.python_version(),
        **{name: installed(name) for name in ("numba", "numpy", "mesa")},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"
    except (AttributeError, ValueError, OSError):
        return "unknown"


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f} processes waiting or running before" if hasattr(os, "getloadavg") else "unknown"
