"""Run Peach Blossom for two years and print, as JSON, a hash of every table and every undeclared change.

Run with and without ``NUMBA_DISABLE_JIT=1``; the second argument ``declared`` hands out declared columns only.
"""

import hashlib
import json
import sys

import numpy as np

from sim.core.binding import plain
from tests.peach_blossom.six import Village

MONTHS = 24
#: What paying changes, and the ledger owns: allowed to every process that declares a payment.
OF_THE_LEDGER = {("funds", name) for name in ("balance", "inflow", "outflow", "drawn", "reserved", "owed")} | {
    ("lines", name) for name in ("yuan", "units", "unpaid")
}


def snapshot(tables) -> dict[tuple[str, str], bytes]:
    """Every column of every table as it stands: copies of tables kept by column would take a hundred times as long."""
    return {
        (name, column): rows[column].tobytes()
        for name, rows in ((name, plain(rows)) for name, rows in tables.rows.items())
        for column in rows.dtype.names
    }


def watcher(tables, faults: set[str], ran: set[str]):
    """What ``Village.run`` calls before each process: it notes every column that changes without being declared."""

    def watch(process):
        ran.add(process.name)
        before = snapshot(tables)
        allowed = {(table, column) for table, columns in process.writes.items() for column in columns}
        if process.pays:
            allowed |= OF_THE_LEDGER
        for table in process.creates:
            allowed |= {(table, column) for column in tables.rows[table].dtype.names}

        def after():
            now = snapshot(tables)
            for table, column in before.keys() - allowed:
                if before[table, column] != now[table, column]:
                    faults.add(f"{process.name} changed {table}.{column}, which it does not declare")

        return after

    return watch


def main() -> None:
    village = Village(declared_only="declared" in sys.argv)
    faults: set[str] = set()
    ran: set[str] = set()
    watch = watcher(village.tables, faults, ran)
    village.run(MONTHS, watch if "watch" in sys.argv else None)
    digest = hashlib.sha256()
    for name in sorted(village.tables.rows):
        rows = village.tables[name]
        for column in rows.dtype.names:
            digest.update(f"{name}.{column}".encode() + np.ascontiguousarray(rows[column]).tobytes())
    print(json.dumps({"digest": digest.hexdigest(), "faults": sorted(faults), "ran": sorted(ran)}))


if __name__ == "__main__":
    main()
