"""The micro-model in C (``micro.c``), compiled with gcc when it is first needed."""

import ctypes
import os
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.micro_model import inputs
from benchmarks.micro_model.inputs import MONTHS, SCHOOL, SEASON, VILLAGES

SOURCE = Path(__file__).with_name("micro.c")
OPTIONS = ("-O3", "-ffp-contract=off")
#: The order of ``Household`` in the source.
LAYOUT = [
    *((name, "f8") for name in inputs.NUMBERS),
    ("key", "u8"),
    *((name, dtype) for name, dtype in inputs.INTEGERS.items() if dtype == "i2"),
    *((name, dtype) for name, dtype in inputs.INTEGERS.items() if dtype == "i1"),
]


class World(ctypes.Structure):
    """``World`` of the source."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("disaster", "price", "prices", "staff", "season", "school", "slots")),
        *((name, ctypes.c_int64) for name in ("households", "months", "budget")),
    )


@cache
def library() -> ctypes.CDLL:
    """The compiled source; FileNotFoundError without gcc. ``XIANJIE_BENCH_CFLAGS`` adds options."""
    gcc = shutil.which("gcc")
    if gcc is None:
        raise FileNotFoundError("gcc not installed")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "micro.so"
        extra = os.environ.get("XIANJIE_BENCH_CFLAGS", "").split()
        subprocess.run([gcc, *OPTIONS, *extra, "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-lm"], check=True)
        return ctypes.CDLL(str(made))


def run_once(count: int) -> tuple[float, dict]:
    """Seconds and aggregates of one replication; inputs are made outside the time."""
    compiled = library()
    rows = np.zeros(count, dtype=np.dtype(LAYOUT, align=True))
    for name, column in inputs.households(count).items():
        rows[name] = column
    rows["key"] = inputs.keys_of(np.arange(count))
    around = inputs.world(count)
    arrays = [around.disaster, around.price, around.prices, around.staff, np.array(SEASON), np.array(SCHOOL), around.slots]
    kept = [np.ascontiguousarray(array) for array in arrays]
    world = World(*(array.ctypes.data for array in kept), count, MONTHS, around.budget)
    requests, applications = np.zeros((count, 2), dtype=np.int64), np.zeros((count, 2), dtype=np.int64)
    counted = np.zeros((MONTHS, VILLAGES, len(inputs.COUNTED)), dtype=np.int64)
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (rows, requests, applications, counted)]
    start = time.process_time()
    compiled.run_county(pointers[0], ctypes.byref(world), *pointers[1:])
    seconds = time.process_time() - start
    return seconds, inputs.answer(counted, rows["savings"], rows["debt"], rows["job"], rows["pov_months"])
