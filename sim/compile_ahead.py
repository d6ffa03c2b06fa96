"""Compile what runs in a month on all processors at once, before the first county is founded.

Compiling asks only for the types of what a process is handed, and of a table's rows they depend on nothing but how much room it
has (see ``sim.core.compiled.columns``): a county of one row of each kind, in which nothing happens, will do. Each process of this
machine compiles and keeps the modules in its share and no others, so that no two write to one file. What a share leaves out, or
fails to compile, is compiled by the first county.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Thread

import numba

from sim.core.binding import BoundProcess, Tables, open_purses
from sim.core.collecting import collecting_rarely
from sim.core.compiled.compilation import IS_COMPILED, KEEP_ONLY, SIM, cache_folder, everything_is_compiled
from sim.core.inputs.parameters import load_all
from sim.core.inputs.resolve import resolve
from sim.core.random_draws import replication_key
from sim.core.tables import TABLES
from sim.goals import measuring
from sim.goals.measuring import Record
from sim.month import PROCESSES_IN_ORDER, bind
from sim.world import bookkeeping
from sim.world.bookkeeping import close_month, open_month
from sim.world.funds import fund_records, owed_reasons

FEWEST = 12  # modules to compile, below which another process takes longer to start than it saves
#: Tables with no more room than is usual.
USUAL: Mapping[str, int] = {}
MOST = 8  # processes: beyond, what each compiles again of what rules share outweighs the gain


def bound_processes(rooms: Mapping[str, int] = USUAL) -> list[BoundProcess]:
    """Every process of the month, bound to tables of one row: its arguments have the types that they have in any county with so
    much room in its tables (``rooms``, rows by table; those not named are of a usual size).
    """
    book, tables = load_all(), Tables()
    for name in TABLES:
        tables.make(name, 1, room=rooms.get(name))
    purses = {fund: each.purse for fund, each in fund_records().items()}
    slices = open_purses(tables, purses, list(PROCESSES_IN_ORDER), owed_reasons())
    values, key = resolve(book), replication_key(0, 0)
    return [
        BoundProcess(each, tables, sorted(book.of(each.owner)), path=values.path, replication=key, slices=slices)
        for each in PROCESSES_IN_ORDER
    ]


def _run_books(tables: Tables) -> None:
    """The books of a month in which nothing is paid."""
    rows = [tables[name] for name in ("households", "enterprises", "funds", "lines")]
    open_month(*rows)
    close_month(*rows)


def _run_record(tables: Tables) -> None:
    """What is recorded of a month in which there is nobody."""
    Record(tables, 0, 1, 1.0).add_month(0)


#: Modules with code for every month that belongs to no process, and what runs it; these take longer than most rules.
OF_A_MONTH = {measuring.__name__: _run_record, bookkeeping.__name__: _run_books}


def compile_modules(modules: Iterable[str], on_module: Callable[[], None], rooms: Mapping[str, int] = USUAL) -> None:
    """Compile the processes of these modules, or find them compiled; ``on_module`` is called after each."""
    every = bound_processes(rooms)
    with collecting_rarely():
        for module in modules:
            for each in every:
                if each.process.module == module:
                    each.process.run.compile(tuple(map(numba.typeof, each.arguments(0))))
            if module in OF_A_MONTH:
                OF_A_MONTH[module](every[0].tables)
            on_module()


def load_code() -> None:
    """Load the code of all processes, where all is kept. A county loads what it needs; this is for who shares it with others."""
    if IS_COMPILED and everything_is_compiled():
        compile_modules(sorted({*(each.module for each in PROCESSES_IN_ORDER), *OF_A_MONTH}), lambda: None)


def uncompiled_modules(rooms: Mapping[str, int] = USUAL) -> list[str]:
    """Modules of processes of which nothing is kept that was compiled from them as they are, the longest first; all of them for
    counties that are larger than usual.
    """
    folders = {module: cache_folder(module) for module in (*(each.module for each in PROCESSES_IN_ORDER), *OF_A_MONTH)}
    cold = [module for module, folder in folders.items() if folder is not None and (rooms or not any(folder.rglob("*.nbi")))]
    return sorted(cold, key=lambda module: (-_size(module), module))


def _size(module: str) -> int:
    return Path(str(sys.modules[module].__file__)).stat().st_size


def share_out(modules: Sequence[str], count: int) -> list[list[str]]:
    """The modules, longest first, in ``count`` shares of about equal length."""
    lengths = [0] * count
    shares: list[list[str]] = [[] for _ in range(count)]
    for module in modules:
        least = lengths.index(min(lengths))
        shares[least].append(module)
        lengths[least] += _size(module)
    return shares


def compile_all(on_progress: Callable[[int, int], None], rooms: Mapping[str, int] = USUAL) -> None:
    """Compile all modules that are not, in as many processes as there are processors; ``on_progress`` is told how many are done.

    A process that cannot be started, or fails, costs time and nothing else.
    """
    modules = uncompiled_modules(rooms)
    count = min(MOST, usable_processors(), len(modules) // FEWEST)
    if count < 2:
        return
    mine, *others = share_out(modules, count)
    done: list[None] = []
    children = [child for share in others if share and (child := _start(share, rooms)) is not None]
    listeners = [Thread(target=_count_lines, args=(child, done), daemon=True) for child in children]
    for listener in listeners:
        listener.start()

    def count_one() -> None:
        done.append(None)
        on_progress(len(done), len(modules))

    try:
        compile_modules(mine, count_one, rooms)
        for child in children:
            while child.poll() is None:
                on_progress(len(done), len(modules))
                _wait(child)
    finally:
        for child in children:
            child.kill()
            child.wait()
    for listener in listeners:
        listener.join()
    on_progress(len(done), len(modules))


def _start(share: Sequence[str], rooms: Mapping[str, int]) -> "subprocess.Popen[str] | None":
    paths = [str(SIM.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, KEEP_ONLY: " ".join(share), "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "sim.compile_ahead", *share, *(f"{name}={rows}" for name, rows in rooms.items())]
    try:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
    except OSError:
        return None


def _count_lines(child: "subprocess.Popen[str]", done: list[None]) -> None:
    assert child.stdout is not None
    for _ in child.stdout:
        done.append(None)


def _wait(child: "subprocess.Popen[str]") -> None:
    try:
        child.wait(0.5)
    except subprocess.TimeoutExpired:
        pass


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    bind()
    given = [word.partition("=") for word in sys.argv[1:]]
    compile_modules(
        [name for name, _, rows in given if not rows],
        lambda: print(flush=True),
        {name: int(rows) for name, _, rows in given if rows},
    )
