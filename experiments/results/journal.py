"""Every finished chunk of replications is on disk before it is counted.

A chunk is one NumPy archive: written under a temporary name, synced, then renamed, so that a file with a
proper name is whole. Arrays are read member by member, so that the final tables can be made one after another without holding
all replications in memory.

A chunk holds successive replications of one point: of a run there is one point, of a sweep there are many. No chunk is believed
by its name alone: inside stand what it belongs to (the hash of ``fingerprint.collect_inputs``), its point and its
replications, and a digest over all of it. Where name and content do not agree, or a replication stands twice, the chunk
does not count.
"""

import glob
import hashlib
import io
import json
import math
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.model_api import Catalogue, RunResult
from experiments.results.files import canonical, whole
from sim.core.inputs.errors import UserError

FORMAT = 3
BANDED_LIMIT = 12
NAME = re.compile(r"(.+)-([0-9]{7,})-([0-9]{7,})\.npz")
DIGEST = "digest"  # the member of a chunk that holds the digest over all others


class Damaged(UserError):
    """A chunk that does not count; ``path`` is its file, the message says why."""

    def __init__(self, english: str, chinese: str, path: Path) -> None:
        super().__init__(f"{path}: {english}", f"{path}：{chinese}")
        self.path = path


@dataclass(frozen=True)
class Failure:
    """A replication that failed."""

    replication: int
    draw: int
    seed: int
    error: str
    traceback: str


@dataclass(frozen=True)
class Replication:
    """One replication and its result."""

    replication: int
    draw: int
    quantiles: dict[str, float]
    result: RunResult


@dataclass
class Chunk:
    """A chunk read back. ``header`` is small and read at once, arrays on demand."""

    path: Path
    header: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.header = json.loads(self.array("header").tobytes())
        if self.header["format"] != FORMAT:
            raise Damaged("written by another version of the program", "由本程序的另一版写成", self.path)

    def array(self, name: str) -> NDArray:
        """One array; its check sum is verified. KeyError if the chunk has none of this name."""
        with self.path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            value: NDArray = archive[name]
            return value

    @property
    def completed(self) -> list[dict[str, Any]]:
        """One record for each completed replication: its number, draw, the model's digest and that of what was kept,
        timings.
        """
        value: list[dict[str, Any]] = self.header["lives"]
        return value

    @property
    def replications(self) -> list[int]:
        """Its replications, in order: those completed and those that failed."""
        value: list[int] = self.header["replications"]
        return value

    @property
    def failures(self) -> list[Failure]:
        """The replications that failed."""
        return [Failure(**failure) for failure in self.header["failures"]]


def chunk_path(folder: Path, point: str, replications: Sequence[int]) -> Path:
    """Where the chunk of these replications of a point is kept; the names sort by point and replication."""
    return folder / f"{point}-{replications[0]:07d}-{replications[-1]:07d}.npz"


def chunk_files(folder: Path, point: str | None = None) -> list[Path]:
    """All files of a journal that are named as chunks, or as chunks of one point, in the order of replications."""
    found = [
        (name[1], int(name[2]), path)
        for path in folder.glob("*.npz" if point is None else f"{glob.escape(point)}-*.npz")
        if (name := NAME.fullmatch(path.name)) and point in (None, name[1])
    ]
    return [path for _point, _first, path in sorted(found)]


def account(folder: Path, digest: str | None = None) -> tuple[list[Chunk], list[Damaged]]:
    """What a journal holds: its chunks, each replication once, and what is wrong with the others. Nothing is changed.

    ``digest``: the hash that chunks must carry; None takes any.
    """
    chunks: list[Chunk] = []
    wrong: list[Damaged] = []
    seen: dict[str, set[int]] = {}
    for path in chunk_files(folder):
        try:
            chunk = _checked(path, digest)
            _record_once(chunk, seen)
            chunks.append(chunk)
        except Damaged as problem:
            wrong.append(problem)
    return chunks, wrong


def stored_replications(folder: Path, digest: str | None = None) -> dict[str, set[int]]:
    """The replications that are on disk, by point. Nothing is changed."""
    return by_point(account(folder, digest)[0])


def by_point(chunks: Sequence[Chunk]) -> dict[str, set[int]]:
    """The replications of these chunks."""
    found: dict[str, set[int]] = {}
    for chunk in chunks:
        found.setdefault(chunk.header["point"], set()).update(chunk.replications)
    return found


def settle(folder: Path, digest: str) -> dict[str, set[int]]:
    """Make a journal of one's own, which nobody else writes, ready for going on; the replications that it holds, by point.

    Removed, so that it is simulated again: what does not count, and replications whose process died, because who killed it is not
    known. Only an error of its own makes a replication a failed one. Raises Damaged where a folder has a chunk's name.
    """
    chunks, wrong = account(folder, digest)
    for path in (*(problem.path for problem in wrong), *(chunk.path for chunk in chunks if chunk.header["died"])):
        if path.is_dir() and not path.is_symlink():
            raise Damaged("a folder stands where a chunk belongs; move it away", "应是文件，却是文件夹；请把它移到别处", path)
        path.unlink(missing_ok=True)
    return by_point([chunk for chunk in chunks if not chunk.header["died"]])


def _checked(path: Path, digest: str | None) -> Chunk:
    """The chunk of this name, read whole. Raises Damaged unless name, header and content agree."""
    if not path.is_file():
        raise Damaged("not a file", "不是普通文件", path)
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.read(DIGEST).decode() != _digest(archive):
                raise Damaged("its content is not what was written", "内容与写入时不同", path)
        chunk = Chunk(path)
        header, numbers = chunk.header, chunk.replications
        contained = [*(record["replication"] for record in chunk.completed), *(failure.replication for failure in chunk.failures)]
        agree = (
            numbers == sorted(contained)
            and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            and path.name == chunk_path(path.parent, header["point"], numbers).name
        )
    except Damaged:
        raise
    except Exception as problem:  # zipfile, zlib, NumPy and JSON each have their own ways to say that bytes make no sense
        raise Damaged(f"not a whole chunk ({problem})", f"内容不完整（系统提示原文：{problem}）", path) from None
    if not agree:
        raise Damaged("its name does not say what it holds", "文件名与内容不符", path)
    if digest is not None and header["belongs"] != digest:
        raise Damaged("it belongs to another run", "属于另一次推演", path)
    return chunk


def _record_once(chunk: Chunk, seen: dict[str, set[int]]) -> None:
    """Note the replications of a chunk; Damaged if one of them was seen before."""
    have, numbers = seen.setdefault(chunk.header["point"], set()), chunk.replications
    twice = sorted(have.intersection(numbers))
    if twice:
        raise Damaged(f"replication {twice[0]} stands in another chunk too", f"第 {twice[0]} 次在另一个文件里也有", chunk.path)
    have.update(numbers)


def _digest(archive: zipfile.ZipFile) -> str:
    """Hash over the names and bytes of all members but the hash itself. Members are stored as they are: nothing to unpack."""
    digest = hashlib.sha256()
    for member in sorted(archive.infolist(), key=lambda member: member.filename):
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{member.filename} is compressed")
        if member.filename != DIGEST:
            content = archive.read(member)
            digest.update(f"{member.filename} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def store(path: Path, chunk: bytes) -> None:
    """Put a packed chunk into the journal: under a temporary name, synced, renamed."""
    with whole(path) as partial:
        partial.write_bytes(chunk)


def pack(
    point: str,
    completed: Sequence[Replication],
    failures: Sequence[Failure],
    catalogue: Catalogue,
    outcomes_only: bool = False,
    digest: str = "",
    died: bool = False,
) -> bytes:
    """Results and failures of a point as one archive: bytes, because who runs them may not see the journal's disk. ``digest``:
    the hash of what they belong to; ``died``: they failed because their process went down.

    Arrays, with k replications, float64: months (k, months, indicators); quantiles (k, assumptions); goals (k,
    goals, 3 + years): met, margin, value, met so far by each year's end; audit (k, lines, 4): lowest and
    highest value wanted, achieved, ok; budget (k, cells, 3): yuan, count, shortfall. For townships and segments, float32:
    townships.years (k, years, indicators, units) each December, and townships.months.ID (k, months, units)
    for each banded indicator. For portraits, float32: portrait.NAME (k, its axes).

    With ``outcomes_only``, as sweeps write, it has goals, budget, quantiles and, float64, decembers (k, years, indicators).
    """
    arrays: dict[str, NDArray] = {}
    header: dict[str, Any] = {
        "format": FORMAT,
        "belongs": digest,
        "point": point,
        "replications": sorted([each.replication for each in completed] + [failure.replication for failure in failures]),
        "died": died,
        "failures": [vars(failure) for failure in failures],
        "lives": [],
    }
    if completed:
        names = layout(completed[0])
        header["layout"] = names
        for each in completed[1:]:
            if layout(each) != names:
                raise ValueError(f"replication {each.replication} has other indicators than {completed[0].replication}")
        arrays.update(_outcome_arrays(completed, names) if outcomes_only else _arrays(completed, names, catalogue))
        header["audit"] = [] if outcomes_only else _statuses(completed)
        header["portraits"] = {} if outcomes_only else portraits(completed[0])
        header["budget"], arrays["budget"] = _budget(completed)
        header["lives"] = [_record(each, row, arrays, header["budget"]) for row, each in enumerate(completed)]
    arrays["header"] = np.frombuffer(json.dumps(header, ensure_ascii=False).encode(), dtype=np.uint8)
    archive = io.BytesIO()
    np.savez(archive, **arrays)  # type: ignore[arg-type]
    with zipfile.ZipFile(archive, "a") as members:
        members.writestr(zipfile.ZipInfo(DIGEST), _digest(members))
    return archive.getvalue()


def layout(each: Replication) -> dict[str, list[str]]:
    """The names along the axes of a replication's arrays."""
    result = each.result
    return {
        "indicators": list(result.indicators),
        "townships": list(result.townships),
        "segments": list(result.segments),
        "assumptions": list(each.quantiles),
        "goals": list(result.goals),
        "audit": [str(line["id"]) for line in result.audit],
    }


def portraits(each: Replication) -> dict[str, Any]:
    """Unit and axes of a replication's portraits; a model may have none."""
    found = getattr(each.result, "portraits", {})
    return {name: {"unit": each.unit, "axes": {axis: list(of) for axis, of in each.axes.items()}} for name, each in found.items()}


def banded(catalogue: Catalogue, names: Sequence[str]) -> list[str]:
    """Those indicators whose monthly bands are kept for townships and segments.

    Raises ValueError above twelve: they take most of the room on disk.
    """
    chosen = [name for name in names if name in catalogue.indicators and catalogue.indicators[name].banded]
    if len(chosen) > BANDED_LIMIT:
        raise ValueError(f"{len(chosen)} indicators are marked banded; at most {BANDED_LIMIT} may be")
    return chosen


def _outcome_arrays(completed: Sequence[Replication], names: dict[str, list[str]]) -> dict[str, NDArray]:
    decembers = np.array([[each.result.indicators[name][11::12] for name in names["indicators"]] for each in completed])
    return {
        "decembers": np.ascontiguousarray(decembers.swapaxes(1, 2)),
        "quantiles": np.array([list(each.quantiles.values()) for each in completed], dtype=np.float64),
        "goals": np.array(
            [[(goal.met, goal.margin, goal.value, *goal.by_year) for goal in each.result.goals.values()] for each in completed],
            dtype=np.float64,
        ),
    }


def _arrays(completed: Sequence[Replication], names: dict[str, list[str]], catalogue: Catalogue) -> dict[str, NDArray]:
    arrays = {
        **{name: array for name, array in _outcome_arrays(completed, names).items() if name != "decembers"},
        "months": np.array([[each.result.indicators[name] for name in names["indicators"]] for each in completed]).swapaxes(1, 2),
        "audit": np.array(
            [[(*_limits(line["target"]), line["achieved"], line["ok"]) for line in each.result.audit] for each in completed],
            dtype=np.float64,
        ).reshape(len(completed), -1, 4),
    }
    for scope in ("townships", "segments"):
        series = [getattr(each.result, scope) for each in completed]
        if not names[scope]:
            continue
        decembers = [[result[name][11::12] for name in names[scope]] for result in series]
        arrays[f"{scope}.years"] = np.array(decembers, dtype=np.float32).swapaxes(1, 2)
        for name in banded(catalogue, names[scope]):
            arrays[f"{scope}.months.{name}"] = np.array([result[name] for result in series], dtype=np.float32)
    for name in portraits(completed[0]):
        arrays[f"portrait.{name}"] = np.array([each.result.portraits[name].values for each in completed], dtype=np.float32)
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _limits(target: Any) -> tuple[float, float]:
    """What an audited quantity may be: one number, or a pair of which either may be None (no limit)."""
    low, high = target if isinstance(target, (list, tuple)) else (target, target)
    return tuple(math.nan if limit is None else float(limit) for limit in (low, high))  # type: ignore[return-value]


def _budget(completed: Sequence[Replication]) -> tuple[list[list], NDArray[np.float64]]:
    """Cells (year, fund, use) in order of first appearance, and their yuan, count and shortfall in each replication.

    A cell that a replication never used is 0 in it.
    """
    cells: dict[tuple, int] = {}
    for each in completed:
        for line in each.result.budget:
            cells.setdefault((int(line["year"]), str(line["fund"]), str(line["use"])), len(cells))
    money = np.zeros((len(completed), len(cells), 3))
    for row, each in enumerate(completed):
        for line in each.result.budget:
            cell = cells[int(line["year"]), str(line["fund"]), str(line["use"])]
            money[row, cell] += (line["yuan"], line["count"], line["shortfall"])
    return [list(cell) for cell in cells], money


def _statuses(completed: Sequence[Replication]) -> list[dict[str, Any]]:
    """What the audit says of each line: its status in the first replication, and in the first that missed
    it.
    """
    return [
        {
            "id": str(first["id"]),
            "name": dict(first["name"]),
            "unit": str(first.get("unit", "")),
            "exact": bool(first["exact"]),
            "first": str(first["status"]),
            "missed": next((str(line["status"]) for line in lines if not line["ok"]), None),
        }
        for first, *lines in ((lines[0], *lines) for lines in zip(*(each.result.audit for each in completed), strict=True))
    ]


def _record(each: Replication, row: int, arrays: dict[str, NDArray], cells: list[list]) -> dict[str, Any]:
    """What names a replication, with a digest over everything that is kept of it (times excepted)."""
    record = {"replication": each.replication, "draw": each.draw, "digest": each.result.digest}
    digest = hashlib.sha256(canonical(record).encode())
    for name in sorted(arrays):
        kept = arrays[name][row]
        if name == "budget":  # which cells there are, and their order, depends on the neighbours in the chunk
            used = [(cell, money.tolist()) for cell, money in zip(cells, kept, strict=True) if money.any()]
            digest.update(canonical(sorted(used)).encode())
        else:
            digest.update(name.encode() + kept.tobytes())
    return {**record, "kept": digest.hexdigest(), "timings": dict(each.result.timings or {})}


def read(folder: Path, point: str | None = None) -> list[Chunk]:
    """All chunks of a settled journal, or those of one point, by replication. Raises Damaged for a broken file, and where a
    replication stands twice.
    """
    chunks: list[Chunk] = []
    seen: dict[str, set[int]] = {}
    for path in chunk_files(folder, point):
        try:
            chunks.append(Chunk(path))
            _record_once(chunks[-1], seen)
        except Damaged:
            raise
        except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as problem:
            raise Damaged(f"not a whole chunk ({problem})", f"内容不完整（系统提示原文：{problem}）", path) from problem
    return chunks
