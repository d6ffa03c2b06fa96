"""``python -m benchmarks``: measure, print one table, and write it to ``benchmarks/RESULTS.md``."""

import argparse
import importlib
import os
import sys

from benchmarks import report
from benchmarks.measuring import BenchmarkOptions

#: By name: the module that measures, and what it asks.
BENCHMARKS = {
    "peers": ("benchmarks.peers", "one small county on our machinery, as Mesa objects, as arrays, in Starsim and in C"),
    "full": ("benchmarks.full_model", "the full model beside Starsim's plain SIR, and its dearest processes"),
    "cold": ("benchmarks.cold_start", "the first result from an empty cache, --help, importing"),
    "pairing": ("benchmarks.pairing", "what common random numbers are worth"),
    "precision": ("benchmarks.precision", "processor seconds to know the headline probabilities to ± 2 points"),
    "runner": ("benchmarks.runner", "a thousand replications, two processes, overhead, memory"),
    "brief": ("benchmarks.brief", "seconds and memory of a brief of a thousand replications"),
    "page": ("benchmarks.page", "a request to the planner's page while a run keeps all cores busy"),
    "cluster": ("benchmarks.cluster", "what Dask costs on loopback"),
    "nation": ("benchmarks.nation", "many invented counties on Dask: overhead, scaling, a thousand workers on paper"),
    "others": ("benchmarks.others", "the full model beside LASER, epiworld and Tax-Calculator"),
    "scale": ("benchmarks.scale", "1.6 million households in one process, and many counties"),
}


def main() -> None:
    """Measure the benchmarks named, or all."""
    listed = "\n".join(f"  {name:12} {what}" for name, (_, what) in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=f"benchmarks:\n{listed}",
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", choices=BENCHMARKS, metavar="NAME", help="these benchmarks; lines of others are kept"
    )
    parser.add_argument("--quick", action="store_true", help="small and few: to see that it works; nothing is written or judged")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes for replications (default: all)")
    parser.add_argument(
        "--peers",
        default=os.environ.get("XIANJIE_BENCH_PYTHON", sys.executable),
        metavar="PYTHON",
        help="the Python that has Starsim; default XIANJIE_BENCH_PYTHON, else this one",
    )
    given = parser.parse_args()
    options = BenchmarkOptions(given.quick, given.workers, given.peers)
    measured: dict[str, list] = {}
    for name in given.only or BENCHMARKS:
        print(f"\n{name}: {BENCHMARKS[name][1]}", file=sys.stderr)
        measured[name] = []
        for line in importlib.import_module(BENCHMARKS[name][0]).measure(options):
            print(report.row(name, line), flush=True)
            measured[name].append(line)
    if not given.quick:
        print(f"written to {report.write(measured)}", file=sys.stderr)


if __name__ == "__main__":
    main()
