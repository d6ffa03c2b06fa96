"""What the worker processes of a machine have in common, loaded once by the process that they are forked from.

``multiprocessing`` imports this in a fork server, before there is any worker (see ``local_executor``). A process forked from one
that has threads may hang, so a server with threads ends here, and workers are started the other way.
"""

import gc
import os
import sys

from sim.core.collecting import collect_rarely

THREADS = "/proc/self/task"  # a folder for each thread of a process, those of libraries included: Linux


def count_threads() -> int:
    """How many threads this process has."""
    return len(os.listdir(THREADS))


def load() -> None:
    """What a worker runs, with all that it imports, and the code of the rules."""
    import experiments.execution.worker_pool  # noqa: F401
    from sim import compile_ahead, county

    county.make_ready()
    compile_ahead.load_code()


collect_rarely()
load()
gc.collect()
gc.freeze()  # a worker that looks for garbage among what is shared would get a copy of it
if count_threads() > 1:
    sys.exit(1)
