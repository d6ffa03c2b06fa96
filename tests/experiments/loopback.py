"""A real Dask scheduler and real workers, each a process of its own, on the loopback interface."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Loopback:
    """A scheduler; workers are started and killed by hand. ``allowed``: deaths of a worker under one task that Dask forgives.

    Use it in a ``with`` statement.
    """

    def __init__(self, workers=0, allowed=3):
        self.processes, self.allowed = [], allowed
        self.scratch = tempfile.TemporaryDirectory()
        self.scheduler = self._begin("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", log="scheduler")
        self.address = self._address()
        self.workers = [self.worker() for _ in range(workers)]

    def _begin(self, which, *options, log, path=ROOT):
        with (Path(self.scratch.name) / f"{log}.log").open("w") as written:
            command = [sys.executable, "-m", f"distributed.cli.dask_{which}", *options]
            environment = dict(
                os.environ,
                PYTHONPATH=str(path),
                DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__GIL__ENABLED="False",
                DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=str(self.allowed),
            )
            child = subprocess.Popen(command, cwd=self.scratch.name, env=environment, stdout=written, stderr=written)
        self.processes.append(child)
        return child

    def _address(self):
        log = Path(self.scratch.name) / "scheduler.log"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for line in log.read_text().splitlines():
                if "Scheduler at:" in line:
                    return line.split()[-1]
            time.sleep(0.05)
        raise AssertionError(log.read_text())

    def worker(self, path=ROOT, nanny=False):
        """Start a worker of one thread; its process is the worker itself unless there is a nanny to start it again."""
        options = ["--nthreads", "1", "--no-dashboard", *([] if nanny else ["--no-nanny"])]
        return self._begin("worker", self.address, *options, log=f"worker-{len(self.processes)}", path=path)

    def logs(self):
        """All that was written, for the message of a failed test."""
        return "\n".join(path.read_text() for path in Path(self.scratch.name).glob("*.log"))

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        for child in reversed(self.processes):
            if child.poll() is None:
                child.send_signal(signal.SIGKILL if child is not self.scheduler else signal.SIGTERM)
        for child in self.processes:
            child.wait(timeout=30)
        self.scratch.cleanup()
