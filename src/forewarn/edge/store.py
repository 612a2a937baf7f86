"""A record on the disk: one writer, any number of readers, and nothing acknowledged that a crash could take away.

``commit`` writes the waiting entries, then their leaf hashes, each made durable before the next; only then are they acknowledged. The
format is ``docs/record.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Self

from forewarn import record
from forewarn.edge import disk
from forewarn.edge.reading import Damaged, Entries, Locked, StoreError, Unwritable, entries, exists, must_exist, telling, verify
from forewarn.edge.recover import Recovered, recover
from forewarn.messages import Message, Snapshot, encode
from forewarn.record import Tree, bundle_path, frame, leaf_hash, runs, tile_path
from forewarn.record.checkpoint import Checkpoint, origin, to_text
from forewarn.record.tiles import HASH, MAX_ENTRY, WIDTH
from forewarn.record.verify import CHECKPOINT, LOCK, NEW, SNAPSHOTS, snapshot_number

__all__ = ["Damaged", "Locked", "Store", "StoreError", "TooLong", "Unwritable", "entries", "verify"]

CHECKPOINT_EVERY = 4_096  # entries; as many are read again at most when a record is opened after a crash
KEEP_SNAPSHOTS = 3
MAX_WAITING = 1 << 26  # bytes of entries that may wait for a disk that takes none


class TooLong(StoreError):
    """A message that no entry holds: more than 65,535 bytes. Nothing of its batch was taken."""


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
        """Whether there is a record that can be gone on with."""
        return exists(path)

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new record in a folder that is new or empty. Raises ``StoreError``."""
        with telling(path, "written"):
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
        must_exist(path)
        with telling(path, "opened"), _locked(path) as lock:
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
        with telling(self.path, "written"):
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
        with telling(self.path, "written"):
            disk.replace(self.path / f"{SNAPSHOTS}{seq}", state)
        self.append((Snapshot(of=seq, sha256=sha256(state).hexdigest(), size=len(state)),))
        self.commit()
        with telling(self.path, "written"):
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
                with telling(self.path, "written"):
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
            with telling(self.path, "read"):
                page = record.read_page(disk.Folder(self.path), number)
                page.check(self.size)
                places = [at for at, entry in enumerate(page.entries) if entry.startswith(b'{"type":"Snapshot"')]
                found = [(page.first + at, named) for at in places if isinstance(named := page.message(at), Snapshot)]
            for entry, named in reversed(found):
                if named.of < (oldest or 0):
                    return
                yield entry, named

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
def _locked(path: Path) -> Iterator[int]:
    """The lock, which stays held unless what is done under it fails."""
    lock = disk.lock(path / LOCK)
    try:
        yield lock
    except BaseException:
        os.close(lock)
        raise


def _must_be_empty(path: Path) -> None:
    """Of a record; or nearly so, where a crash came before its first entry."""
    if exists(path):
        raise StoreError(f"{path}: holds a record already; open it, or name another folder")
    if strange := [name for name, _ in disk.Folder(path).files() if name not in _BEGUN]:
        raise StoreError(f"{path}: is not empty ({strange[0]}); a record needs a folder of its own")
