"""Small files written whole or not at all, under names that are one-to-one: text, JSON, CSV that Excel opens."""

import contextlib
import csv
import hashlib
import json
import math
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.inputs.errors import InputError, UserError, describe_problem, disk_is_full

LARGEST_OBJECT = 64 << 20  # bytes; what we write ourselves is far smaller
LONG_NAME = 200  # bytes; a file system takes 255, and a temporary name is longer than the name
PARTIAL = re.compile(r"\..+\.[0-9]+\.partial")

if TYPE_CHECKING:
    import pandas

#: How a text begins that a spreadsheet would take for a formula, and how it is written: as text, behind one more apostrophe.
FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
QUOTED = re.compile("'" + FORMULA.pattern)
#: A number that was written as text already does no harm.
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?(e[+-]?\d+)?", re.IGNORECASE)
LONGEST_NAME = 60  # letters of a part of a file name
#: Columns that name something: text, even where all names look like numbers.
NAMES = ("id", "point", "scenario", "outcome", "factor", "goal", "county", "fund", "use")


def safe(text: str) -> str:
    """A text as part of a file name, one-to-one: where letters are lost, a hash of the whole stands for them."""
    kept = re.sub(r"[^\w.-]", "_", text)
    if kept == text and len(text) <= LONGEST_NAME:
        return text
    return f"{kept[: LONGEST_NAME - 9]}~{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def same_file(name: str) -> str:
    """What two names have in common that some disks take for one: letters alike but for case, or composed otherwise."""
    return unicodedata.normalize("NFC", name).casefold()


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


class NotOurs(UserError):
    """A place that may not, or cannot, be written to; the message says why."""


def writable(out: Path) -> None:
    """Raise NotOurs unless files can be put into the folder ``out``, OSError where the disk is full; leaves no trace."""
    made: list[Path] = []
    try:
        with refusing(out):
            if out.exists() and not out.is_dir():
                raise NotOurs(f"{out} is a file; name a folder", f"{out} 是文件；请写一个文件夹")
            for folder in (*reversed(out.parents), out):
                if not folder.exists():
                    folder.mkdir()
                    made.append(folder)
            made.append(out / f".xianjie.{os.getpid()}.partial")
            made[-1].write_bytes(b"x")
    finally:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)


@contextlib.contextmanager
def refusing(out: Path) -> Iterator[None]:
    """Turn what the system says of a place into NotOurs."""
    try:
        yield
    except OSError as problem:
        if disk_is_full(problem):
            raise
        why = describe_problem(problem)
        raise NotOurs(
            f"{out} cannot be written to ({why.english}); name another folder",
            f"写不了 {out}（{why.chinese}）；请另写一个文件夹",
        ) from None
    except NotOurs:
        raise
    except ValueError:
        raise NotOurs("no folder can have this name; name another", "文件夹不能叫这个名字；请另写一个") from None


@contextlib.contextmanager
def new_workbook(file: Path) -> Iterator[Path]:
    """A temporary name to write a workbook to that must not be there yet. Raises InputError for another ending or one that is."""
    if file.suffix.lower() != ".xlsx":
        raise InputError(file, 0, "must end in .xlsx", "文件名应以 .xlsx 结尾")
    if file.exists() or file.is_symlink():
        raise InputError(file, 0, "is there already; choose another name", "已经存在；请换一个名称")
    with refusing(file.parent), whole(file) as partial:
        yield partial


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
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([cell(column) for column in columns])
        for row in rows:
            writer.writerow(["" if _missing(row.get(column)) else cell(row[column]) for column in columns])


def write_frame(path: Path, frame: "pandas.DataFrame") -> None:
    """A data frame as ``write_csv`` writes rows."""
    from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

    plain_ = (is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype)
    texts = [number for number, kind in enumerate(frame.dtypes) if not any(is_plain(kind) for is_plain in plain_)]
    safe = frame.copy(deep=False).set_axis([cell(column) for column in frame.columns], axis="columns")
    for number in texts:
        safe.isetitem(number, [None if _missing(value) else cell(value) for value in frame.iloc[:, number]])
    with whole(path) as partial:
        safe.to_csv(partial, index=False, encoding="utf-8-sig", lineterminator="\n")


def read_csv(path: Path, columns: Sequence[str] | None = None) -> "pandas.DataFrame":
    """A table as it was before ``write_csv`` or ``write_frame`` wrote it: names are text, and texts begin as they did."""
    import pandas

    try:
        frame = pandas.read_csv(
            path, encoding="utf-8-sig", usecols=columns, dtype=dict.fromkeys(NAMES, str), keep_default_na=False, na_values=[""]
        )
    except pandas.errors.EmptyDataError:
        return pandas.DataFrame()
    for column in frame.columns[[not pandas.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]]:
        frame[column] = frame[column].map(_unquoted, na_action="ignore")
    return frame.rename(columns=_unquoted)


def cell(value: Any) -> Any:
    """A value as a CSV holds it: a text that would be taken for a formula is marked as text, numbers stay numbers."""
    if isinstance(value, (bool, int, float, np.number, np.bool_)):
        return value
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")  # a return alone ends a line for some readers only
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def _unquoted(value: Any) -> Any:
    return value[1:] if isinstance(value, str) and QUOTED.match(value) else value


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
