"""Small files written whole or not at all: text, JSON, CSV that Excel opens."""

import contextlib
import csv
import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

LARGEST_OBJECT = 64 << 20  # bytes; what we write ourselves is far smaller
LONG_NAME = 200  # bytes; a file system takes 255, and a temporary name is longer than the name
PARTIAL = re.compile(r"\..+\.[0-9]+\.partial")


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary name beside ``path`` to write to; on success it is synced and takes the place of
    ``path``.
    """
    name = path.name if len(path.name.encode(errors="surrogateescape")) < LONG_NAME else path.name[: LONG_NAME // 4]
    partial = path.with_name(f".{name}.{os.getpid()}.partial")
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only once its folder is on disk too; Windows sees to that itself."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        except OSError:  # some network folders cannot
            pass
        finally:
            os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Text in UTF-8, with the same line ends on every system."""
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as CSV, a column for every key that occurs, with the mark by which Excel knows Chinese; missing is
    empty.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with whole(path) as partial, partial.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: "" if _missing(value) else value for key, value in row.items()})


def as_json(value: Any, indent: int | None = 1) -> str:
    """One JSON document ending in a line end; what JSON does not know is made plain first."""
    return json.dumps(plain(value), ensure_ascii=False, indent=indent, allow_nan=False) + "\n"


def read_object(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file of ours; None where there is no such file, or something else stands in it."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_OBJECT:
            return None
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def remove_partials(folder: Path) -> None:
    """Remove what a process that was killed had half written by ``whole``. Only for a folder that nobody else writes into."""
    for path in folder.glob(".*.partial"):
        if PARTIAL.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values, equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plain(value: Any) -> Any:
    """Plain data: NumPy's numbers as Python's, missing numbers as None, everything unknown as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if _missing(value):
        return None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))
