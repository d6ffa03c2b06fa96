"""One implementation in a process of its own: ``python -m benchmarks.micro_model NAME``.

Reads numbers of households, one on a line, and answers each with one line of JSON: seconds of one life and its aggregates. The
first life of a size is not answered for: it warms caches and compilers.
"""

import importlib
import json
import sys


def main() -> None:
    """Answer until the input ends."""
    module = importlib.import_module(f"benchmarks.micro_model.{sys.argv[1]}")
    module.live(243)
    for line in sys.stdin:
        seconds, answer = module.live(int(line))
        print(json.dumps({"seconds": seconds, **answer}), flush=True)


if __name__ == "__main__":
    main()
