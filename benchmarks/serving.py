"""An implementation in a process of its own, asked for one replication after another: ``python -m benchmarks.serving MODULE``.

The process reads sizes, one on a line, and answers each with one line of JSON: processor seconds of one replication, what came
out, and the most memory it has held. Every process warms up before it answers, so that neither compiling nor importing is
timed, and several can be asked in turn. Processor seconds, not wall seconds: every implementation uses one core, and others
may share the machine.
"""

import importlib
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from benchmarks.measuring import ROOT

SMALL = 243  # units of the replication that warms up


@dataclass(frozen=True)
class Answer:
    """``seconds`` of one replication, ``came_out`` (equal for equal results), ``megabytes`` held at most so far."""

    seconds: float
    came_out: dict[str, Any]
    megabytes: float


class ServerProcess:
    """A process that runs ``module.run_once(size)`` when it is asked; use it in a ``with`` statement."""

    def __init__(self, module: str, python: str = sys.executable) -> None:
        words = [python, "-m", "benchmarks.serving", module]
        self._process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.module = module

    def ask(self, size: int) -> Answer:
        """Run one replication; RuntimeError if the process fails (its messages are on stderr)."""
        sizes, answers = self._process.stdin, self._process.stdout
        if sizes is None or answers is None:
            raise RuntimeError("no pipe")
        try:
            print(size, file=sizes, flush=True)
        except BrokenPipeError:
            raise RuntimeError(f"{self.module} could not start") from None
        line = answers.readline()
        if not line:
            raise RuntimeError(f"{self.module} failed at {size}")
        return Answer(**json.loads(line))

    def __enter__(self) -> "ServerProcess":
        return self

    def __exit__(self, *problem: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


def has(package: str, python: str) -> bool:
    """Whether a Python can import a package."""
    try:
        return subprocess.run([python, "-c", f"import {package}"], capture_output=True).returncode == 0
    except OSError:
        return False


def megabytes() -> float:
    """The most memory this process has held."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Answer until the input ends."""
    module = importlib.import_module(sys.argv[1])
    module.run_once(SMALL)
    for line in sys.stdin:
        seconds, came_out = module.run_once(int(line))
        print(json.dumps({"seconds": seconds, "came_out": came_out, "megabytes": megabytes()}), flush=True)


if __name__ == "__main__":
    main()
