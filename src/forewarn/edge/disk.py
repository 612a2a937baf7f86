"""Files so that a crash, of the program or of the machine, leaves each write done, undone or torn at its end, and nothing else.

Every function returns only when what it did is on the disk (fsync of the file, and of the folder where a name changed).
All raise ``OSError``.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

NEW = ".new"


def put(path: Path, offset: int, data: bytes) -> None:
    """Write ``data`` at ``offset`` of a file, which begins with it if it is not there."""
    fresh = not size(path)
    if fresh:
        make_folder(path.parent)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _write(fd, offset, data)
        os.fsync(fd)
    finally:
        os.close(fd)
    if fresh:
        sync(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Put a file in another's place, whole or not at all."""
    make_folder(path.parent)
    new = path.with_name(path.name + NEW)
    new.unlink(missing_ok=True)
    put(new, 0, data)
    new.replace(path)
    sync(path.parent)


def cut(path: Path, size: int) -> None:
    """Shorten a file to ``size`` bytes; to none is to remove it."""
    if not size:
        drop(path)
        return
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.ftruncate(fd, size)
        os.fsync(fd)
    finally:
        os.close(fd)


def drop(path: Path) -> None:
    """Remove a file, if it is there."""
    if path.exists():
        path.unlink()
        sync(path.parent)


def make_folder(path: Path) -> None:
    """A folder, with those above it."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync(path.parent)


def size(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    return path.stat().st_size if path.is_file() else 0


def _write(fd: int, offset: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(fd, view, offset)
        view, offset = view[done:], offset + done


def sync(path: Path) -> None:
    """What was written to a file, or the names in a folder."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_above(path: Path, top: Path) -> None:
    """The names of a file and of the folders that it is in, up to ``top``; for a crash may have come between a name and its fsync."""
    for folder in path.parents:
        if folder.is_dir():
            sync(folder)
        if folder == top:
            return


class Held(Exception):
    """Somebody holds the lock: process ``pid``, or 0 where that cannot be said (this process itself, say)."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"process {pid}" if pid else "another writer")
        self.pid = pid


def lock(path: Path) -> int:
    """Hold an empty file until the descriptor that is given is closed, or this process ends however. Raises ``Held``.

    The lock itself is flock's; fcntl's beside it is there to be asked for its holder.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = _holder(fd)
        os.close(fd)
        raise Held(pid) from None
    with contextlib.suppress(OSError):  # some network disks know but one kind
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return fd


def _holder(fd: int) -> int:
    """The process that holds fcntl's lock; a process cannot ask for its own."""
    if not sys.platform.startswith("linux"):
        return 0
    layout = "hhqqi"  # struct flock of fcntl(2): type, whence, start, length, pid
    asked = struct.pack(layout, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    found = struct.unpack(layout, fcntl.fcntl(fd, fcntl.F_GETLK, asked)[: struct.calcsize(layout)])
    return 0 if found[0] == fcntl.F_UNLCK else int(found[4])


class Folder:
    """A record's folder for ``record.verify`` to read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self) -> Iterator[tuple[str, int]]:
        """All files below, in the order of their names; what is neither file nor folder too, and links as what they are."""
        if self.path.is_dir():
            yield from self._below(self.path, "")

    def read(self, name: str, limit: int) -> bytes | None:
        """At most ``limit`` bytes of a file; None where there is none."""
        path = self.path / name
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(min(limit, os.fstat(file.fileno()).st_size))

    def _below(self, folder: Path, prefix: str) -> Iterator[tuple[str, int]]:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(folder / entry.name, f"{prefix}{entry.name}/")
            else:
                yield f"{prefix}{entry.name}", entry.stat(follow_symlinks=False).st_size
