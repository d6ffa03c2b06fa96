"""One process at a time writes into a folder. The lock is the system's own, so it ends with the process that holds it, however
that process ends; what stands in the file only says who it was.

On a disk that knows no locks (some network folders) none is held; a journal still refuses whatever stands in it twice.
"""

import contextlib
import errno
import json
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

from sim.core.inputs.errors import UserError

FILE = "lock"
PLACE = 1 << 30  # the byte that is locked on Windows: far behind the text, which others must be able to read
TAKEN = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)


class Held(UserError):
    """Another process works in this folder; the message says which."""


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold ``folder``, which is made if need be. Raises Held at once if another process, or another part of this one, does."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = _taken(folder)
    try:
        who = {"process": os.getpid(), "host": platform.node(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(who).encode())
        yield
    finally:
        os.close(handle)


def check(folder: Path) -> None:
    """Raise Held if a process works in ``folder``; nothing is made."""
    if (folder / FILE).exists():
        with held(folder):
            pass


def _taken(folder: Path) -> int:
    """The lock's file, opened and locked."""
    path = folder / FILE
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    while True:
        handle = os.open(path, flags, 0o644)
        try:
            _lock(handle)
            if _stands(handle, path):
                return handle
        except Held:
            raise _held(folder, handle) from None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # whoever held it before threw the folder away: begin anew


def _stands(handle: int, path: Path) -> bool:
    """Whether an opened file is still the one of this name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return False


def _lock(handle: int) -> None:
    try:
        try:
            import fcntl
        except ImportError:
            import msvcrt

            os.lseek(handle, PLACE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        if problem.errno in TAKEN:
            raise Held("", "") from None
        # a disk that knows no locks


def _held(folder: Path, handle: int) -> Held:
    """Who holds a folder, in a sentence; closes the file."""
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        who = json.loads(os.read(handle, 1000))
        english = f" (process {who['process']} on {who['host']}, since {who['since']})"
        chinese = f"（{who['host']} 上的进程 {who['process']}，{who['since']} 开始）"
    except (OSError, ValueError, KeyError, TypeError):  # it has been taken this very moment
        english = chinese = ""
    finally:
        os.close(handle)
    return Held(
        f"another process is at work in {folder}{english}; wait until it has ended, or name another folder",
        f"另一个进程正在 {folder} 里工作{chinese}；请等它结束，或另写一个文件夹",
    )
