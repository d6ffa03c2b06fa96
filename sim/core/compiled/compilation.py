"""Compile a rule written for one row, and keep the compiled code where nothing stale can be found.

Numba's own cache looks only at the file of the function it compiles: a rule whose helper in another file was edited would go on
serving the old code. So what is compiled of a module is kept in a folder named by the module, everything that it imports of
``sim``, and the versions that compile it: an edit opens a new folder for the modules that it can reach, and for no other.
"""

import hashlib
import os
import platform
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numba import extending
from numba.core import config
from platformdirs import user_cache_path

from sim.core.compiled.columns import Columns

Function = TypeVar("Function", bound=Callable[..., Any])

settings: Any = config  # Numba fills its settings in when it is imported

SIM = Path(__file__).resolve().parents[2]
ENSEMBLE = "ensemble.csv"
#: The folder of ours inside whatever folder is chosen, and the file that says it is ours: nothing else is ever removed.
FOLDER, MARK = "xianjie-rules", "made-by-xianjie"
#: Where it is set, only what is compiled of these modules is kept: a process that compiles its share of them leaves the others to
#: the processes whose share they are, and two never write to one file (see ``sim.compile_ahead``).
KEEP_ONLY = "XIANJIE_KEEP_ONLY"
#: So many editions of a module's code are kept: a branch and the one it left, and what a longer run still uses.
KEPT_EDITIONS = 4
IMPORT = re.compile(r"^[ \t]*(?:from (sim[\w.]*) import (\([^)]*\)|[^\n#]*)|import (sim[\w.]*))", re.MULTILINE)


def cache_root() -> Path:
    """Where compiled rules are kept: a folder of ours in ``XIANJIE_CACHE``; without it, beside the sources of a checkout, or in
    the user's cache folder where the program was installed.
    """
    chosen = os.environ.get("XIANJIE_CACHE")
    if chosen:
        return Path(chosen).absolute() / FOLDER
    is_checkout = (SIM.parent / "pyproject.toml").is_file()
    return (SIM.parent / ".cache" if is_checkout else user_cache_path("xianjie", False)) / FOLDER


def _versions() -> str:
    """What compiles: Numba, NumPy, Python and the kind of processor."""
    return " ".join((numba.__version__, np.__version__, platform.python_version(), platform.machine()))


def source_fingerprint() -> str:
    """Hash of every ``sim/**/*.py``, of Numba, NumPy, Python and of the processor: 16 hexadecimal digits."""
    digest = hashlib.sha256(_versions().encode())
    for path in sorted(SIM.rglob("*.py")):
        digest.update(path.relative_to(SIM).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def model_fingerprint() -> str:
    """Hash of the source fingerprint and of every parameter file and table of ``sim``: what can change a result.

    The ensemble is no part of it: calibration, which makes it, has to be able to go on after it was stored.
    """
    digest = hashlib.sha256(source_fingerprint().encode())
    for path in sorted((*SIM.rglob("*.yaml"), *(path for path in SIM.rglob("*.csv") if path.name != ENSEMBLE))):
        digest.update(path.relative_to(SIM).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _imports(module: str) -> tuple[str, bytes, tuple[str, ...]]:
    """The file of a module of ``sim`` (relative to it), what is in it, and the modules of ``sim`` that it names."""
    place = SIM.joinpath(*module.split(".")[1:])
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    if not path.is_file():
        return "", b"", ()  # a name within a module, not a module
    text = path.read_bytes()
    named = {module.rpartition(".")[0] or module}
    for source, names, whole in IMPORT.findall(text.decode("utf-8")):
        named |= {whole} if whole else {source, *(f"{source}.{name}" for name in re.findall(r"\w+", names))}
    return path.relative_to(SIM).as_posix(), text, tuple(sorted(named))


def _reached(module: str) -> Iterator[tuple[str, bytes]]:
    """Every module of ``sim`` that one imports, itself included: its file and what is in it."""
    seen, ahead = set(), [module]
    while ahead:
        each = ahead.pop()
        if each not in seen:
            seen.add(each)
            path, text, named = _imports(each)
            if path:
                yield path, text
            ahead += named


@cache
def _edition(module: str) -> str:
    """Hash of a module, of what it imports of ``sim``, and of what compiles it: 16 hexadecimal digits."""
    digest = hashlib.sha256(_versions().encode())
    for path, text in sorted(_reached(module)):
        digest.update(path.encode() + hashlib.sha256(text).digest())
    return digest.hexdigest()[:16]


@cache
def cache_folder(module: str) -> Path | None:
    """Where the compiled code of a module of ``sim`` is kept, made if need be; None where nothing can be kept.

    Nothing is kept of other modules, since nobody can say here what they import. Older editions of the module's code are removed,
    if they bear our mark.
    """
    if not module.startswith("sim."):
        return None
    family = cache_root() / module
    folder = family / _edition(module)
    try:
        if not (folder / MARK).is_file():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / MARK).touch()
            others = [path for path in family.iterdir() if path != folder and (path / MARK).is_file()]
            for stale in sorted(others, key=lambda path: path.stat().st_mtime)[: max(0, len(others) - KEPT_EDITIONS + 1)]:
                shutil.rmtree(stale, ignore_errors=True)
        elif not os.access(folder, os.W_OK):
            return None
    except OSError:
        return None
    _editions[module] = folder.name
    return folder


#: The edition of every module whose compiled code is kept.
_editions: dict[str, str] = {}


def is_kept() -> bool:
    """Whether what is compiled is there the next time; where nothing can be written it is not."""
    return cache_folder(__name__) is not None


def _whole(size: str) -> Path:
    """The file that says that everything was compiled of the editions in use, for counties of a size."""
    text = "".join(sorted(f"{module} {edition}," for module, edition in _editions.items()))
    return cache_root() / "complete" / hashlib.sha256((text + size).encode()).hexdigest()[:16]


def everything_is_compiled(size: str = "") -> bool:
    """Whether a whole month was compiled into the cache before; ``size``: for counties whose tables are larger than usual."""
    return is_kept() and _whole(size).exists()


def mark_everything_compiled(size: str = "") -> None:
    """Remember it, where there is a place to remember."""
    if is_kept():
        _whole(size).parent.mkdir(exist_ok=True)
        _whole(size).touch()


@contextmanager
def compiling_alone() -> Iterator[None]:
    """Of the processes that would compile into one cache, one does and the others wait for what it keeps.

    Where the system has no such lock, or the disk refuses it, each compiles for itself.
    """
    with ExitStack() as stack:
        with suppress(ImportError, OSError):
            import fcntl  # not on Windows

            file = stack.enter_context((cache_root() / "compiling.lock").open("a"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


#: True when the rules run compiled; False under ``NUMBA_DISABLE_JIT=1``, where the same source runs as Python.
IS_COMPILED = not settings.DISABLE_JIT


def _keeps(module: str) -> bool:
    chosen = os.environ.get(KEEP_ONLY)
    return chosen is None or module in chosen.split()


#: What all machine code has in common. Results must depend neither on the order of additions nor on the number of threads, hence
#: neither ``fastmath`` nor ``parallel``. Rules change rows and allocate nothing, so Numba need not count references to the tables
#: they are handed (``_nrt``); counting them took more time than the rules. Nobody calls rules from C.
OPTIONS: Mapping[str, Any] = {"nogil": True, "_nrt": False, "forceinline": True, "no_cfunc_wrapper": True}


def compiled(function: Function) -> Function:
    """What compiled code calls as a part of it, and Python as the function that it is.

    It is compiled with whatever calls it, without what would let Python call it: that took a fifth of the time of compiling.
    """
    return extending.register_jitable(**OPTIONS)(function) if IS_COMPILED else function


def entry_point(function: Function) -> Function:
    """Compile ``function``, which Python calls, on first use, and keep its code; the interpreter's lock is released meanwhile.

    Under ``NUMBA_DISABLE_JIT=1`` the function itself is returned.
    """
    folder = cache_folder(function.__module__) if IS_COMPILED and _keeps(function.__module__) else None
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(folder or "")  # Numba looks at it once, when a function is to be kept
    try:
        made: Function = numba.njit(**OPTIONS, cache=folder is not None)(function)  # called as the function itself is
        return made
    finally:
        settings.CACHE_DIR = before


def machine_code(function: Callable[..., None], arguments: tuple) -> Callable[..., None]:
    """The machine code of an entry point for arguments of these types, free of Numba's search for it.

    It is compiled, or loaded, where it was not before. That search looks at the type of every table at every call: forty
    microseconds, a tenth of a replication. A caller may keep what is returned for as long as it calls with the same types. Where
    nothing is compiled it is the function itself.
    """
    if not IS_COMPILED:
        return function
    dispatcher: Any = function
    # By the types alone, as a call looks for it: under a signature with its return type, kept code is not found.
    code: Callable[..., None] = dispatcher.compile(tuple(numba.typeof(argument) for argument in arguments))
    return code


def capacities(tables: Iterable) -> tuple:
    """What of tables kept by column, or of tuples of them, belongs to their type, and so to the code compiled for them; None for
    other arguments."""
    return tuple(
        table.capacity if isinstance(table, Columns) else capacities(table) if isinstance(table, tuple) else None
        for table in tables
    )


def reuse_machine_code(function: Callable[..., None]) -> Callable[..., None]:
    """An entry point of ``function`` whose arguments have always the same types, but for how much room their tables have:
    for so much room its machine code, found once.
    """
    entry = entry_point(function)
    kept: dict[tuple, Callable[..., None]] = {}

    def call(*arguments: Any) -> None:
        room = capacities(arguments)
        code = kept.get(room)
        if code is None:
            code = kept[room] = machine_code(entry, arguments)
        code(*arguments)

    return call
