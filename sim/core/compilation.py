"""Compile a rule written for one row, and keep the compiled code where nothing stale can be found.

Numba's own cache looks only at the file of the function it compiles: a rule whose helper in another file was
edited would go on serving the old code. So the cache lives in a directory named by everything that can change
a result; an edit anywhere in ``sim`` opens a new directory, and old ones are removed.
"""

import hashlib
import os
import platform
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core import config

from sim.core.columns import Columns

settings: Any = config  # Numba fills its settings in when it is imported

SIM = Path(__file__).resolve().parents[1]
KEPT_CACHES = 4
ENSEMBLE = "ensemble.csv"


def cache_root() -> Path:
    """Where compiled rules are kept: ``XIANJIE_CACHE``, or ``.cache/rules`` beside the package."""
    chosen = os.environ.get("XIANJIE_CACHE")
    return Path(chosen) if chosen else SIM.parent / ".cache" / "rules"


def source_fingerprint() -> str:
    """Hash of every ``sim/**/*.py``, of Numba, NumPy, Python and of the processor: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(SIM.rglob("*.py")):
        digest.update(path.relative_to(SIM).as_posix().encode())
        digest.update(path.read_bytes())
    for part in (numba.__version__, np.__version__, platform.python_version(), platform.machine()):
        digest.update(part.encode())
    return digest.hexdigest()[:16]


def model_fingerprint() -> str:
    """Hash of the source fingerprint and of every parameter file and table of ``sim``: what can change a life.

    The ensemble is no part of it: calibration, which makes it, has to be able to go on after it was stored.
    """
    digest = hashlib.sha256(FINGERPRINT.encode())
    for path in sorted((*SIM.rglob("*.yaml"), *(path for path in SIM.rglob("*.csv") if path.name != ENSEMBLE))):
        digest.update(path.relative_to(SIM).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


FINGERPRINT = source_fingerprint()
CACHE = cache_root() / FINGERPRINT


def _open_cache() -> bool:
    """Point Numba at this fingerprint's directory and drop the oldest others; False if nothing can be kept."""
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False  # a read-only installation: Numba falls back to its own user-wide directory
    os.environ["NUMBA_CACHE_DIR"] = str(CACHE)
    settings.CACHE_DIR = str(CACHE)
    others = sorted((path for path in CACHE.parent.iterdir() if path != CACHE), key=lambda path: path.stat().st_mtime)
    for stale in others[: max(0, len(others) - KEPT_CACHES)]:
        shutil.rmtree(stale, ignore_errors=True)
    return True


_KEPT = _open_cache()


def everything_is_compiled() -> bool:
    """Whether a whole month was compiled into the cache before."""
    return _KEPT and (CACHE / "complete").exists()


def note_everything_is_compiled() -> None:
    """Remember it, where there is a place to remember."""
    if _KEPT:
        (CACHE / "complete").touch()


#: True when the rules run compiled; False under ``NUMBA_DISABLE_JIT=1``, where the same source runs as Python.
IS_COMPILED = not settings.DISABLE_JIT


def compiled(function):
    """Compile ``function`` on first use, releasing the interpreter lock, without fast-math and without threads.

    Results must depend neither on the order of additions nor on the number of threads, hence neither
    ``fastmath`` nor ``parallel``. Rules change rows and allocate nothing, so Numba need not count references to
    the tables they are handed (``_nrt``); counting them took more time than the rules.
    Under ``NUMBA_DISABLE_JIT=1`` the function itself is returned.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False, "forceinline": True}
    return numba.njit(**options)(function)


@dataclass(frozen=True)
class MachineCode:
    """What Numba made of a function for arguments of certain types: ``call`` it with them; or from machine code, at ``address``,
    with what those ``types`` consist of. The address is 0 where nothing was compiled.
    """

    call: Callable[..., None]
    address: int = 0
    types: tuple = ()


def machine_code(function, arguments: tuple) -> MachineCode:
    """The machine code of ``function`` for arguments of these types, free of Numba's search for it.

    That search looks at the type of every table at every call: forty microseconds, a tenth of a county's life. A caller may keep
    what is returned for as long as it calls with the same types. Whatever Numba would do itself is returned where it has none.
    """
    types = tuple(numba.typeof(argument) for argument in arguments)
    found = getattr(function, "overloads", {}).get(types)
    if found is None:
        return MachineCode(function)
    native = found.library.get_pointer_to_function(found.fndesc.llvm_func_name)
    return MachineCode(found.entry_point, native, found.fndesc.argtypes)


def capacities(tables: Iterable) -> tuple:
    """What of tables kept by column, or of tuples of them, belongs to their type, and so to the code compiled for them; None for
    other arguments."""
    return tuple(
        table.capacity if isinstance(table, Columns) else capacities(table) if isinstance(table, tuple) else None
        for table in tables
    )


def settled(function):
    """A caller of a compiled ``function`` whose arguments have always the same types, but for how much room their tables have:
    after the first call with so much room, its machine code.
    """
    kept: dict[tuple, Callable[..., None]] = {}

    def call(*arguments) -> None:
        room = capacities(arguments)
        code = kept.get(room)
        if code is None:
            function(*arguments)
            kept[room] = machine_code(function, arguments).call
        else:
            code(*arguments)

    return call
