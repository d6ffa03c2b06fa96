"""Workbooks of the old format (.xls), read in a process of their own: nothing in such a file says beforehand how much memory its
cells will take, so a broken one may ask for more than there is, and then only this process ends.

``python -m experiments.county_data.old_workbook FILE`` writes its sheets to stdout for ``sheets`` to read: name, merged ranges,
and rows one by one. Nothing is put on disk.
"""

import io
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from experiments.county_data.packages import MOST_CELLS, damaged, too_large
from sim.core.inputs.errors import UserError

MOST_MEMORY = 1_500_000_000  # bytes; where the system can limit them
LONGEST = 300.0  # seconds
PIECE = 500  # rows that are handed over at once
PROTECTED, LARGE = "protected", "large"


def sheets(path: Path, protected: UserError) -> Iterator[tuple[str, list[Any], Iterator[list[Any]]]]:
    """Name, merged ranges and rows of each sheet. Raises UserError for a file that cannot be read, ``protected`` if it needs a
    password.
    """
    command = [sys.executable, "-m", "experiments.county_data.old_workbook", str(path)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        limit = threading.Timer(LONGEST, process.kill)
        limit.start()
        try:
            assert process.stdout is not None
            yield from _received(process.stdout, protected)
        finally:
            limit.cancel()
            process.kill()


def _received(stream: IO[bytes], protected: UserError) -> Iterator[tuple[str, list[Any], Iterator[list[Any]]]]:
    while (head := _next(stream)) is not None:
        if head in (PROTECTED, LARGE):
            raise protected if head == PROTECTED else too_large()
        name, merged = head
        rows = _rows(stream)
        yield name, merged, rows
        for _ in rows:  # what nobody read stands before the next sheet
            pass


def _rows(stream: IO[bytes]) -> Iterator[list[Any]]:
    while piece := _next(stream):
        yield from piece


def _next(stream: IO[bytes]) -> Any:
    """The next object that was written; None at the end, which the writer says. Raises UserError where it ended before."""
    try:
        return pickle.load(stream)  # of our own process
    except (EOFError, pickle.UnpicklingError, ValueError, OSError):
        raise damaged() from None


def _write(path: str, stream: IO[bytes]) -> None:
    """Write every sheet of a workbook."""
    import python_calamine

    def put(what: Any) -> None:
        pickle.dump(what, stream, pickle.HIGHEST_PROTOCOL)

    try:
        with python_calamine.load_workbook(io.BytesIO(Path(path).read_bytes())) as book:
            for each in book.sheets_metadata:
                if each.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_name(each.name)
                if sheet.start is not None and sheet.total_height * sheet.total_width > MOST_CELLS:
                    put(LARGE)
                    return
                put((each.name, sheet.merged_cell_ranges or []))
                piece: list[list[Any]] = []
                for row in sheet.iter_rows() if sheet.start is not None else ():
                    piece.append(row)
                    if len(piece) == PIECE:
                        put(piece)
                        piece = []
                if piece:
                    put(piece)
                put([])
        put(None)
    except python_calamine.PasswordError:
        put(PROTECTED)


def _limit() -> None:
    """Let this process take so much memory and no more, and leave no image of it behind, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit()
    _write(sys.argv[1], sys.stdout.buffer)
    sys.stdout.buffer.flush()
