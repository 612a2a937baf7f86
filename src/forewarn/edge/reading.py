"""A record on the disk as its readers see it, beside its writer or without one; and what may be wrong with it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from forewarn import record
from forewarn.edge import disk
from forewarn.edge.recover import given
from forewarn.messages import Any
from forewarn.record import Report, Unfit, tile_path
from forewarn.record.tiles import HASH, WIDTH
from forewarn.record.verify import CHECKPOINT


class StoreError(Exception):
    """What is wrong with a record or its disk; the watch can go on without it."""


class Locked(StoreError):
    """Another process writes this record; ``pid`` says which, or is 0."""

    def __init__(self, path: Path, held: disk.Held) -> None:
        super().__init__(f"{path}: {held} is writing this record; a record has one writer")
        self.pid = held.pid


class Damaged(StoreError):
    """The record does not fit in a way that no crash explains; ``fault`` says where. Nothing was cut off."""

    def __init__(self, path: Path, fault: record.Fault) -> None:
        super().__init__(f"{path}: {fault}. This is no trace of a crash, so nothing was changed; `forewarn verify` tells more")
        self.fault = fault


class Unwritable(StoreError):
    """The disk is full, gone or closed to us. What is acknowledged stands; ``commit`` may be tried again."""


def exists(path: Path) -> bool:
    """Whether there is a record: a checkpoint, a leaf hash, or one whole entry."""
    with telling(path, "read"):
        if (path / CHECKPOINT).exists() or disk.size(path / tile_path(0, 0)) >= HASH:
            return True
        return bool(record.read_page(disk.Folder(path), 0).entries)


def must_exist(path: Path) -> None:
    """Raise ``StoreError`` where there is no record."""
    if not exists(path):
        raise StoreError(f"{path}: there is no record there")


def entries(path: Path, start: int = 0) -> Entries:
    """The messages of a record from entry ``start`` on. Raises ``StoreError`` where there is no record."""
    must_exist(path)
    return Entries(path, start)


def verify(path: Path, root: str | None = None) -> Report:
    """Check a record. ``root``: one noted elsewhere, in hex or base64, if need be with the size it was noted at: ``SIZE:ROOT``."""
    must_exist(path)
    size, noted = _noted(root) if root else (None, None)
    with telling(path, "read"):
        return record.verify(disk.Folder(path), noted, size)


class Entries:
    """Messages in the order of the record, each held against its leaf hash. Raises ``Damaged`` at one that does not fit.

    ``torn`` says, once all are read, what lies behind the last whole entry; it is empty where nothing does. ``stop``: read no further.
    """

    def __init__(self, path: Path, start: int = 0, stop: int | None = None) -> None:
        self.path, self.start, self.stop, self.torn = path, start, stop, ""

    def __iter__(self) -> Iterator[Any]:
        folder = disk.Folder(self.path)
        with telling(self.path, "read"):
            stated = given(folder)
        covered = stated.size if stated else 0
        for number in count(min(self.start, covered) // WIDTH):
            with telling(self.path, "read"):
                page = record.read_page(folder, number)
                page.check(covered)
                sound = page.sound()
                end = sound if self.stop is None else min(sound, self.stop - page.first)
                messages = [page.message(at) for at in range(max(0, self.start - page.first), end)]
            yield from messages
            if end < sound:
                return
            if sound < WIDTH:
                behind = page.behind + page.used - page.offset(sound)
                self.torn = f"{behind} bytes behind entry {page.first + sound - 1}, torn and never acknowledged" if behind else ""
                return


@contextmanager
def telling(path: Path, what: str) -> Iterator[None]:
    """The world's errors as the store's own."""
    try:
        yield
    except disk.Held as held:
        raise Locked(path, held) from None
    except Unfit as unfit:
        raise Damaged(path, unfit.fault) from None
    except OSError as error:
        raise Unwritable(f"{path}: cannot be {what}: {error}") from None


def _noted(root: str) -> tuple[int | None, bytes]:
    """A root as people note it."""
    size, _, text = root.rpartition(":")
    try:
        noted = bytes.fromhex(text) if len(text) == 2 * HASH else base64.b64decode(text, validate=True)
        if len(noted) != HASH:
            raise ValueError("not 32 bytes")
        return int(size) if size else None, noted
    except (ValueError, binascii.Error) as error:
        raise StoreError(f"root {root!r}: is not ROOT or SIZE:ROOT, the root in hex or base64 ({error})") from None
