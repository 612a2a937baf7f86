"""A record on the disk: one writer, any number of readers, and nothing acknowledged that a crash could take away.

``commit`` writes the waiting entries, then their leaf hashes, each made durable before the next; only then are they acknowledged. The
format is ``docs/record.md``.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Self

from forewarn import record
from forewarn.edge import disk
from forewarn.edge.recover import Recovered, given, recover
from forewarn.messages import Any, Message, Snapshot, encode
from forewarn.record import Report, Tree, Unfit, bundle_path, frame, leaf_hash, runs, tile_path
from forewarn.record.checkpoint import Checkpoint, origin, to_text
from forewarn.record.tiles import HASH, MAX_ENTRY, WIDTH
from forewarn.record.verify import CHECKPOINT, LOCK, NEW, SNAPSHOTS, snapshot_number

CHECKPOINT_EVERY = 4_096  # entries; as many are read again at most when a record is opened after a crash
KEEP_SNAPSHOTS = 3
MAX_WAITING = 1 << 26  # bytes of entries that may wait for a disk that takes none


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


class TooLong(StoreError):
    """A message that no entry holds: more than 65,535 bytes. Nothing of its batch was taken."""


def entries(path: Path, start: int = 0) -> Entries:
    """The messages of a record from entry ``start`` on. Raises ``StoreError`` where there is no record."""
    _must_exist(path)
    return Entries(path, start)


def verify(path: Path, root: str | None = None) -> Report:
    """Check a record. ``root``: one noted elsewhere, in hex or base64, if need be with the size it was noted at: ``SIZE:ROOT``."""
    _must_exist(path)
    size, noted = _noted(root) if root else (None, None)
    with _telling(path, "read"):
        return record.verify(disk.Folder(path), noted, size)


class Entries:
    """Messages in the order of the record, each held against its leaf hash. Raises ``Damaged`` at one that does not fit.

    ``torn`` says, once all are read, what lies behind the last whole entry; it is empty where nothing does. ``stop``: read no further.
    """

    def __init__(self, path: Path, start: int = 0, stop: int | None = None) -> None:
        self.path, self.start, self.stop, self.torn = path, start, stop, ""

    def __iter__(self) -> Iterator[Any]:
        folder = disk.Folder(self.path)
        with _telling(self.path, "read"):
            stated = given(folder)
        covered = stated.size if stated else 0
        for number in count(min(self.start, covered) // WIDTH):
            with _telling(self.path, "read"):
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


class Store:
    """The one writer of a record. ``size``: entries acknowledged. ``notes``: what ``open`` found amiss and mended, for the operators."""

    def __init__(self, path: Path, lock: int, found: Recovered) -> None:
        self.path, self.notes = path, list(found.notes)
        self._lock, self._tree, self._first_leaf = lock, found.tree, found.first_leaf
        self._tail = found.tail  # bytes of the last bundle
        self._upper = found.upper  # hashes for tiles above level 0, written with the next checkpoint
        self._checkpointed = found.checkpointed
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    @staticmethod
    def exists(path: Path) -> bool:
        """Whether there is a record: a checkpoint, a leaf hash, or one whole entry."""
        with _telling(path, "read"):
            if (path / CHECKPOINT).exists() or disk.size(path / tile_path(0, 0)) >= HASH:
                return True
            return bool(record.read_page(disk.Folder(path), 0).entries)

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new record in a folder that is new or empty. Raises ``StoreError``."""
        with _telling(path, "written"):
            _must_be_empty(path)
            disk.make_folder(path)
            with _locked(path) as lock:
                _must_be_empty(path)
                for name in _BEGUN[1:]:
                    disk.drop(path / name)
                return cls(path, lock, Recovered(Tree(), 0, b"", 0, [], []))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Go on with a record, after a crash too; ``notes`` says what it left. Raises ``Locked``, ``Damaged``, ``Unwritable``."""
        _must_exist(path)
        with _telling(path, "opened"), _locked(path) as lock:
            store = cls(path, lock, recover(disk.Folder(path)))
            store._clear()
            if store.size > store._checkpointed:
                store._checkpoint()
            return store

    @property
    def size(self) -> int:
        """Entries that are on the disk for good."""
        return self._tree.size

    def root(self) -> bytes:
        """The tree hash over them."""
        return self._tree.root()

    def append(self, messages: Iterable[Message]) -> None:
        """Take messages as the next entries; they wait for ``commit``. Raises ``TooLong``, or ``Unwritable`` if too many wait already."""
        batch = [encode(message) for message in messages]
        for entry in batch:
            if len(entry) > MAX_ENTRY:
                raise TooLong(f"{self.path}: a message of {len(entry)} bytes, {MAX_ENTRY} at most: {entry[:100]!r}...")
        total = self._waiting_bytes + sum(map(len, batch))
        if total > MAX_WAITING:
            raise Unwritable(f"{self.path}: {len(self._waiting)} entries wait to be written already")
        self._waiting += batch
        self._waiting_bytes = total

    def commit(self) -> int:
        """Make durable what waits; how many entries are acknowledged now. After ``Unwritable`` all that waited waits still."""
        with _telling(self.path, "written"):
            if self._waiting:
                self._write(self._waiting)
            if self.size - self._checkpointed >= (CHECKPOINT_EVERY if self._checkpointed else 1):
                self._checkpoint()
        return self.size

    def snapshot(self, seq: int, state: bytes) -> None:
        """Keep the watch's state after number ``seq`` beside the log, and name it there. One of the same number is not written again."""
        self.commit()
        if seq in self._snapshots():
            return
        with _telling(self.path, "written"):
            disk.replace(self.path / f"{SNAPSHOTS}{seq}", state)
        self.append((Snapshot(of=seq, sha256=sha256(state).hexdigest(), size=len(state)),))
        self.commit()
        with _telling(self.path, "written"):
            self._checkpoint()
            for old in self._snapshots()[:-KEEP_SNAPSHOTS]:
                disk.drop(self.path / f"{SNAPSHOTS}{old}")

    def last_snapshot(self) -> tuple[int, bytes | None]:
        """The newest state that is whole, and the first entry behind it: ``(0, None)`` where there is none."""
        there = self._snapshots()
        for entry, named in self._named(min(there, default=None)):
            state = disk.Folder(self.path).read(f"{SNAPSHOTS}{named.of}", named.size)
            if state is not None and sha256(state).hexdigest() == named.sha256:
                return entry + 1, state
            if named.of in there:
                self.notes.append(f"snapshot {named.of} is not what entry {entry} names; an older one is taken")
        return 0, None

    def entries(self, start: int = 0) -> Entries:
        """The acknowledged messages from entry ``start`` on."""
        return Entries(self.path, start, self.size)

    def close(self) -> None:
        """Commit, write the checkpoint, and let another write. The record is free even if that fails."""
        try:
            self.commit()
            if self.size > self._checkpointed:
                with _telling(self.path, "written"):
                    self._checkpoint()
        finally:
            if self._lock >= 0:
                os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, batch: list[bytes]) -> None:
        """Entries, then leaf hashes; a second try writes the same bytes in the same places."""
        first, tail = self.size, self._tail
        leaves = [leaf_hash(entry) for entry in batch]
        for number, place, part in runs(first, len(batch)):
            data = frame(batch[part])
            disk.put(self.path / bundle_path(number), tail if place else 0, data)
            tail = (tail if place else 0) + len(data)
        for number, place, part in runs(first, len(batch)):
            disk.put(self.path / tile_path(0, number), place * HASH, b"".join(leaves[part]))
        for leaf in leaves:
            done = self._tree.append(leaf)
            self._upper += [(level, (self.size >> 8 * level) - 1, done[level]) for level in range(1, len(done))]
        self._tail, self._first_leaf = tail, self._first_leaf or leaves[0]
        self._waiting, self._waiting_bytes = [], 0

    def _checkpoint(self) -> None:
        """Write the tiles above level 0 up to here, then the checkpoint over them."""
        for level in sorted({level for level, _, _ in self._upper}):
            first, *_ = mine = [index for at, index, _ in self._upper if at == level]
            nodes = [node for at, _, node in self._upper if at == level]
            for number, place, part in runs(first, len(mine)):
                disk.put(self.path / tile_path(level, number), place * HASH, b"".join(nodes[part]))
        self._upper = []
        disk.replace(self.path / CHECKPOINT, to_text(Checkpoint(origin(self._first_leaf), self.size, self.root())))
        self._checkpointed = self.size

    def _snapshots(self) -> list[int]:
        """The numbers of the snapshots in the folder, ascending."""
        folder = self.path / SNAPSHOTS
        names = (f"{SNAPSHOTS}{file.name}" for file in (folder.iterdir() if folder.is_dir() else ()))
        return sorted(number for name in names if (number := snapshot_number(name)) is not None)

    def _named(self, oldest: int | None) -> Iterator[tuple[int, Snapshot]]:
        """The log's ``Snapshot`` entries, newest first, back to number ``oldest``; none at all for None."""
        for number in reversed(range(-(-self.size // WIDTH)) if oldest is not None else ()):
            page = record.read_page(disk.Folder(self.path), number)
            for place in reversed(range(len(page.stored))):
                if page.entries[place].startswith(b'{"type":"Snapshot"'):
                    named = page.message(place)
                    if not isinstance(named, Snapshot) or named.of < (oldest or 0):
                        return
                    yield page.first + place, named

    def _clear(self) -> None:
        """Remove what a crash left half done: files meant for another's place, a snapshot that the log does not name yet."""
        disk.drop(self.path / (CHECKPOINT + NEW))
        folder = self.path / SNAPSHOTS
        for file in sorted(folder.glob(f"*{NEW}")) if folder.is_dir() else ():
            disk.drop(file)
        there = self._snapshots()
        newest = next((named.of for _, named in self._named(min(there, default=None))), -1)
        for seq in there:
            if seq > newest:
                disk.drop(folder / str(seq))


_BEGUN = (LOCK, bundle_path(0), tile_path(0, 0), CHECKPOINT + NEW)  # what a crash may leave of a record before its first entry


@contextmanager
def _telling(path: Path, what: str) -> Iterator[None]:
    """The world's errors as the store's own."""
    try:
        yield
    except disk.Held as held:
        raise Locked(path, held) from None
    except Unfit as unfit:
        raise Damaged(path, unfit.fault) from None
    except OSError as error:
        raise Unwritable(f"{path}: cannot be {what}: {error}") from None


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The lock, which stays held unless what is done under it fails."""
    lock = disk.lock(path / LOCK)
    try:
        yield lock
    except BaseException:
        os.close(lock)
        raise


def _must_exist(path: Path) -> None:
    if not Store.exists(path):
        raise StoreError(f"{path}: there is no record there")


def _must_be_empty(path: Path) -> None:
    """Of a record; or nearly so, where a crash came before its first entry."""
    if Store.exists(path):
        raise StoreError(f"{path}: holds a record already; open it, or name another folder")
    if strange := [name for name, _ in disk.Folder(path).files() if name not in _BEGUN]:
        raise StoreError(f"{path}: is not empty ({strange[0]}); a record needs a folder of its own")


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
