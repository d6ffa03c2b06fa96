"""The folder that a command writes: whose it is, which files in it are ours, and how new files take the place of older ones.

.xianjie/files.json     which command writes here, its inputs, and the hash of every file it wrote, but for the journal's
.xianjie/new-…/         files being written; nobody reads them
.xianjie/next/          a whole result being made anew beside the one that stands: a folder of the same kind
.xianjie/exchange.json  what was written is whole and is being moved to its place; whoever comes next brings that to its end

Only listed files that are still as they were written are ever deleted or replaced, and chunks of a journal that says what it
belongs to. What somebody edited or put there stays; where it stands in the way of a new file it is kept under a name beside it.
"""

import hashlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from experiments.model_api import load_model
from experiments.results import fingerprint, folder_lock, journal
from experiments.results.files import NotOurs, as_json, plain, refusing, writable, write_text
from sim.core.inputs.errors import BilingualText, InputError

STORE = ".xianjie"
LIST, NEW, NEXT, EXCHANGE = "files.json", "new", "next", "exchange.json"
HELD = "held"  # beside a folder of new files: the lock of the process that writes them
JOURNAL = "journal"
MANIFEST = "manifest.json"
#: Results of their own within a result, which go when it goes.
WITHIN = ("without_policy", "without_county_money")
#: Where what was made from a result lies; it is as true of another result with the same numbers.
MADE_FROM = ("figures", "brief", *WITHIN)
#: What a file browser leaves behind in a folder that somebody looked at.
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")
SHOWN = 3
STALE = 60.0  # seconds after which a lock that nobody took is that of a command that was killed
_INSIDE = re.compile(rf"{NEXT}|{NEW}-\w+")


def foreign(out: Path, command: str = "") -> BilingualText | None:
    """Why ``command`` may not put anything into ``out``; None if it may: it is absent, empty, or bears our mark."""
    if not out.exists():
        return None
    if not out.is_dir():
        return BilingualText("it is a file, not a folder", "它是文件，不是文件夹")
    if marked(out):
        other = (_record(out / STORE / LIST, "command") or {}).get("command")
        if not other or not command or other == command:
            return None
        return BilingualText(f"it holds what 'xianjie {other}' wrote", f"里面是 xianjie {other} 的结果")
    others = sorted(path.name for path in out.iterdir() if _holds_something(path))
    if not others:
        return None
    some, more = ", ".join(others[:SHOWN]), len(others) - SHOWN
    return BilingualText(
        f"it holds {some}{f' and {more} more' if more > 0 else ''}, and no result of this program",
        f"里面有 {some}{f'，另有 {more} 项' if more > 0 else ''}，却没有本程序的结果",
    )


def marked(out: Path) -> bool:
    """Whether a folder bears a mark of ours: the list of our files, a manifest, or a journal that says what it belongs to."""
    if _record(out / STORE / LIST, "files") is not None or _record(out / STORE / EXCHANGE, "moved") is not None:
        return True
    if fingerprint.read_fingerprint(out / JOURNAL) is not None:
        return True
    return bool(manifest(out).get("program", {}).get("name") == "xianjie")


def check(out: Path, command: str = "") -> None:
    """Raise NotOurs unless ``out`` is, or can become, a folder that ``command`` writes to; what is tried leaves no trace.

    Raises OSError where the disk is full, which is no fault of the place.
    """
    with refusing(out):
        reason = foreign(out, command)
    if reason is not None:
        raise NotOurs(
            f"{out} will not be touched: {reason.english}; name another folder",
            f"不会动 {out}：{reason.chinese}；请另写一个文件夹",
        )
    writable(out)


def claim(out: Path, command: str, asked: Mapping[str, Any] | None = None) -> None:
    """Make ``out`` the folder of a command from the start, so that one that was killed finds it again; ``asked``: its
    inputs, as ``recorded_inputs`` returns them.
    """
    settle(out)
    files = listed(out)
    (out / STORE).mkdir(parents=True, exist_ok=True)
    remove_abandoned(out)
    _note(out, {"command": command, "asked": asked}, files)


def remove_abandoned(out: Path) -> None:
    """Remove new files whose writer was killed before they took their places; whoever still writes holds a lock."""
    settle(out)
    for lock in (out / STORE).glob(f"{HELD}-*"):
        if not (lock / folder_lock.FILE).exists() and time.time() - lock.stat().st_mtime < STALE:
            continue  # made this very moment
        try:
            folder_lock.check(lock)
        except folder_lock.Held:
            continue
        _remove(_new_beside(lock))
        _remove(lock)


def _new_beside(lock: Path) -> Path:
    """The folder of new files that belongs to a lock."""
    return lock.with_name(f"{NEW}{lock.name.removeprefix(HELD)}")


def recorded_inputs(out: Path) -> dict[str, Any] | None:
    """The inputs of the result in a folder, as ``fingerprint.collect_inputs`` gives them; None where nothing says so.

    A run without the list says it by its journal or, where that was taken away, by its manifest.
    """
    record = (_record(out / STORE / LIST, "asked") or {}).get("asked") or fingerprint.read_fingerprint(out / JOURNAL)
    wrote = manifest(out)
    if isinstance(record, dict) or "lives" not in wrote:
        return record if isinstance(record, dict) else None
    found = {key: wrote.get(key) for key in ("seed", "only_luck", "lives", "code", "versions", "platform")}
    try:
        model, scenario = load_model(wrote["lives"], from_file=True), wrote["scenario"]
        scenarios = {scenario["id"]: plain(model.canonical_inputs(model.restore_scenario(scenario)))}
    except (ValueError, KeyError, TypeError, AttributeError, ImportError, InputError):
        scenarios = {}
    if wrote.get("single_draws"):
        found["single_draws"] = True
    return {"format": journal.FORMAT, "scenarios": scenarios, "task": None, **found}


@contextmanager
def building(out: Path, all_of: Iterable[str] = ()) -> Iterator[Path]:
    """An empty folder to write files to; when the block ends they take their places in ``out``, and until then nothing changes.

    ``all_of``: names of files that belong together; one of them that is ours and was not written anew is removed.
    """
    settle(out)
    (out / STORE).mkdir(parents=True, exist_ok=True)
    lock = Path(tempfile.mkdtemp(prefix=f"{HELD}-", dir=out / STORE))
    new = _new_beside(lock)
    try:
        with folder_lock.held(lock):
            new.mkdir()
            yield new
            stand = listed(out)
            exchange(out, new.name, {name: stand[name] for name in all_of if name in stand})
    except BaseException:
        if not (out / STORE / EXCHANGE).exists():
            _remove(new)
        raise
    finally:
        _remove(lock)


def holds(out: Path) -> bool:
    """Whether anything was simulated or written in a folder yet."""
    return bool(listed(out)) or begun(out) or begun(next_to(out))


def begun(out: Path) -> bool:
    """Whether the journal of a folder holds anything."""
    return bool(journal.chunk_files(out / JOURNAL))


def replace(out: Path) -> None:
    """Put the result that was made anew beside ``out`` (``next_to``) in the place of the one that stands.

    Figures, documents and the counterfactual of the old result stay where the new one is, replication by replication, the same.
    """
    before, after = (manifest(each).get("hash") for each in (out, next_to(out)))
    same = before is not None and before == after
    stand = holdings(out)
    gone = {name: kept for name, kept in stand.items() if not (same and name.partition("/")[0] in MADE_FROM)}
    exchange(out, NEXT, gone)


def next_to(out: Path) -> Path:
    """Where a result is made anew while the one in ``out`` stands."""
    return out / STORE / NEXT


def manifest(out: Path) -> dict[str, Any]:
    """The manifest of the result in a folder; empty if there is none that can be read."""
    return _record(out / MANIFEST, "program") or {}


def exchange(out: Path, source: str, gone: Mapping[str, str | None]) -> None:
    """Move every file of ``.xianjie/source`` to its place in ``out`` and remove ``gone`` (name: hash, None for chunks).

    From the moment that ``exchange.json`` is on disk the exchange is brought to its end, now or by ``settle``.
    """
    new = out / STORE / source
    moved = {
        path.relative_to(new).as_posix(): None if chunk(path.relative_to(new).as_posix()) else _sha(path)
        for path in _files(new)
        if _travels(path.relative_to(new).as_posix())
    }
    gone = {name: kept for name, kept in gone.items() if name not in moved}
    head = _head(new if source == NEXT else out)
    write_text(out / STORE / EXCHANGE, as_json({"from": source, "moved": moved, "gone": gone, "head": head}))
    settle(out)


def settle(out: Path) -> None:
    """Bring an exchange to its end that was begun in ``out`` and perhaps broken off; nothing if there is none.

    Every step may be done twice: a file that is not in the source any more is in its place.
    """
    plan = _record(out / STORE / EXCHANGE, "moved")
    if plan is None or not _INSIDE.fullmatch(str(plan.get("from"))):
        return
    stand, new = listed(out), out / STORE / plan["from"]
    gone = plan.get("gone", {})
    for name, kept in gone.items():
        if _inside(name):
            _unlink(out, name, kept)
    for name, sha in sorted(plan["moved"].items(), key=lambda item: item[0] == MANIFEST):  # what vouches for the rest comes last
        place, origin = out / name, new / name
        if not _inside(name) or not origin.is_file():
            continue
        if sha is not None and _present(place) and not _as_written(place, stand.get(name), sha):
            with suppress(FileNotFoundError):
                place.replace(beside(place))
        for folder in (*reversed(Path(name).parents[:-1]),):  # a file of somebody's where a folder of ours must be
            if _present(out / folder) and not (out / folder).is_dir():
                (out / folder).replace(beside(out / folder))
        place.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # somebody else brings the same exchange to its end
            origin.replace(place)
    kept = {name: sha for name, sha in stand.items() if name not in gone}
    _note(out, plan.get("head", {}), kept | {name: sha for name, sha in plan["moved"].items() if sha is not None})
    _remove(new)
    (out / STORE / EXCHANGE).unlink(missing_ok=True)


def clear(out: Path) -> None:
    """Remove what is ours, and nothing else, from a folder."""
    settle(out)
    for name, kept in holdings(out).items():
        _unlink(out, name, kept)
    _remove(out / STORE)


def listed(out: Path) -> dict[str, str]:
    """The files of ours in a folder, but for its journal: hashes by name. Results of 0.7 list their tables in the manifest."""
    record = _record(out / STORE / LIST, "files")
    if record is not None:
        return {name: sha for name, sha in record["files"].items() if _inside(name)}
    if not manifest(out) or not marked(out):
        return {}
    files = manifest(out).get("files")
    tables = {name: each["sha256"] for name, each in files.items() if _inside(name)} if isinstance(files, dict) else {}
    with suppress(OSError):
        tables[MANIFEST] = _sha(out / MANIFEST)
    return tables


def holdings(out: Path) -> dict[str, str | None]:
    """All that is ours in a folder: files listed, the journal, and results within the result; names with their hashes."""
    found: dict[str, str | None] = dict(listed(out))
    if fingerprint.read_fingerprint(out / JOURNAL) is not None:
        found |= {f"{JOURNAL}/{path.name}": None for path in (out / JOURNAL).iterdir() if chunk(f"{JOURNAL}/{path.name}")}
    for name in WITHIN:
        inner = out / name
        if inner.is_dir() and marked(inner):
            found |= {f"{name}/{each}": kept for each, kept in holdings(inner).items()}
            if (inner / STORE / LIST).is_file():
                found[f"{name}/{STORE}/{LIST}"] = _sha(inner / STORE / LIST)
    return found


def edited(out: Path) -> list[str]:
    """Listed files that somebody changed since they were written, by name."""
    return [name for name, sha in listed(out).items() if (out / name).is_file() and _sha(out / name) != sha]


def discard(folder: Path) -> None:
    """Throw away what was being made anew in ``next_to`` a result."""
    if folder.parent.name == STORE:
        _remove(folder)


def free(out: Path, place: Path) -> Path:
    """``place`` in ``out`` if nothing is there but what we wrote, else a free name beside it: for what people edit."""
    stand = listed(out)
    while _present(place):
        sha = stand.get(place.relative_to(out).as_posix())
        if sha is not None and _as_written(place, sha, sha):
            break
        place = _next(place)
    return place


def beside(place: Path) -> Path:
    """A free name beside a file: NAME-2 for NAME."""
    while _present(place):
        place = _next(place)
    return place


def _next(place: Path) -> Path:
    """The next name: NAME-2 after NAME, NAME-3 after NAME-2."""
    stem, dash, number = place.stem.rpartition("-")
    stem = f"{stem}-{int(number) + 1}" if dash and number.isdecimal() else f"{place.stem}-2"
    return place.with_name(stem + place.suffix)


def chunk(name: str) -> bool:
    """Whether a name is one of a journal's own: a chunk, or what the journal belongs to."""
    folder, _, file = name.rpartition("/")
    return folder == JOURNAL and (file == fingerprint.FILE or journal.NAME.fullmatch(file) is not None)


def _travels(name: str) -> bool:
    """Whether a file of a result made anew goes with it: not its own store, nor what guards its journal."""
    first = name.partition("/")[0]
    return first != STORE and (first != JOURNAL or chunk(name))


def _as_written(place: Path, before: str | None, now: str) -> bool:
    """Whether a file is the one we wrote before, or the one that is to come."""
    if _present(place) and not place.is_file():
        return False
    try:
        return _sha(place) in (before, now)
    except FileNotFoundError:
        return True


def _unlink(out: Path, name: str, kept: str | None) -> None:
    """Remove a file of ours unless somebody changed it, and the folders that this leaves empty."""
    path = out / name
    if not path.is_file() or (kept is not None and _sha(path) != kept):
        return
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == out:
            return
        try:
            folder.rmdir()
        except OSError:
            return


def _head(out: Path) -> dict[str, Any]:
    """What the list says beside the files."""
    return {key: value for key, value in (_record(out / STORE / LIST, "files") or {}).items() if key != "files"}


def _note(out: Path, head: Mapping[str, Any], files: Mapping[str, str]) -> None:
    write_text(out / STORE / LIST, as_json({**head, "files": dict(sorted(files.items()))}))


def _record(path: Path, key: str) -> dict[str, Any] | None:
    """A JSON object that has ``key``; None for anything else."""
    try:
        record = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or key not in record:
        return None
    return record if isinstance(record[key], dict) or key not in ("files", "moved", "program") else None


def _inside(name: str) -> bool:
    """Whether a listed name stays within its folder, whoever wrote the list."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not PurePosixPath(name).is_absolute() and not PureWindowsPath(name).drive and ".." not in parts


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def _holds_something(path: Path) -> bool:
    if path.is_symlink() or not path.is_dir():
        return not _litter(path)
    return any(not _litter(each) for each in _files(path))


def _litter(path: Path) -> bool:
    if path.parent.name == JOURNAL and path.name == folder_lock.FILE:
        return True
    return path.name in LITTER or (path.name.startswith(".") and path.name.endswith(".partial"))


def _present(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove(folder: Path) -> None:
    """Remove a folder within our store, which holds nothing but ours."""
    shutil.rmtree(folder, ignore_errors=True)
