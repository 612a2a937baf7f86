"""A record checked from its bytes alone: every hash recomputed, every entry in its order, and what does not fit named.

A fault in the entries ends the check: what follows it could not be trusted. What a crash may leave behind the last acknowledged
entry is no fault; it is noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import msgspec

from forewarn.messages import Snapshot
from forewarn.record import checkpoint
from forewarn.record.checkpoint import Checkpoint
from forewarn.record.page import Fault, Unfit
from forewarn.record.tiles import HASH, MAX_TILE, WIDTH, bundle_path, place
from forewarn.record.walk import Reader, Walk

CHECKPOINT = "checkpoint"
LOCK = "lock"
SNAPSHOTS = "snapshots/"
NEW = ".new"  # ends the name of a file that is being written, before it takes another's place
MAX_FAULTS = 20


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. ``entries`` that fit, ``root`` (hex) over them, the size that the ``checkpoint`` states (None: it cannot be
    read), ``snapshots`` in the folder that the log names, ``faults`` in the order of the record (at most 20), ``notes``: what a
    crash left that takes nothing away."""

    ok: bool
    entries: int
    root: str
    checkpoint: int | None
    snapshots: int
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        head = f"{'the record fits' if self.ok else 'THE RECORD DOES NOT FIT'}: {self.entries} entries, root {self.root}"
        stated = "no checkpoint" if self.checkpoint is None else f"checkpoint at {self.checkpoint}"
        notes = (f"note: {note}" for note in self.notes)
        return "\n".join((head, f"{stated}, {self.snapshots} snapshots", *map(str, self.faults), *notes))


def verify(reader: Reader, root: bytes | None = None, size: int | None = None) -> Report:
    """Check a whole record. ``root``: one noted elsewhere that it must have at ``size`` entries, or where that is None at its end or
    its checkpoint."""
    text = reader.read(CHECKPOINT, checkpoint.MAX_BYTES + 1)
    given = _parsed(text)
    files = tuple(reader.files())
    kept = {number: size for name, size in files if (number := snapshot_number(name)) is not None}
    walk = Walk(reader, given, {*([given.size] if given else []), *([] if size is None else [size])}, kept)
    try:
        walk.run()
        faults = [*_of_checkpoint(walk, text, given), *_of_noted(walk, root, size), *_of_snapshots(walk, reader, kept)]
        faults += filter(None, (_of_name(walk, name, length) for name, length in files))
        walk.notes.extend(f"{name} was being written when a crash came" for name, _ in files if name.endswith(NEW))
    except Unfit as unfit:
        faults = [unfit.fault]
    return Report(
        ok=not faults,
        entries=walk.tree.size,
        root=walk.tree.root().hex(),
        checkpoint=given.size if given else None,
        snapshots=len(walk.named),
        faults=tuple(faults[:MAX_FAULTS]),
        notes=tuple(walk.notes[:MAX_FAULTS]),
    )


def _parsed(text: bytes | None) -> Checkpoint | None:
    try:
        return checkpoint.of_text(text) if text is not None else None
    except ValueError:
        return None


def snapshot_number(name: str) -> int | None:
    """The number of a snapshot by its file's name, ``snapshots/123``; None where it is no such name."""
    number = name.removeprefix(SNAPSHOTS)
    return int(number) if number != name and number.isascii() and number.isdecimal() and str(int(number)) == number else None


def _of_checkpoint(walk: Walk, text: bytes | None, given: Checkpoint | None) -> Iterator[Fault]:
    """The checkpoint's text is what it must be at the size it states; where only that size is wrong, what it must be at the end."""
    root, size = walk.tree.root(), walk.tree.size
    if text is None:
        if size > WIDTH:  # the first commit, of a header and a site file, writes it
            yield Fault(file=CHECKPOINT, expected="a checkpoint", found="no such file")
        return
    if given and given.root != root and given.size > size:
        expected = f"{given.size} entries, as the checkpoint says"
        yield Fault(entry=size, file=bundle_path(size // WIDTH), expected=expected, found=str(size))
        return
    if given and given.root != root:
        root, size = walk.roots[given.size], given.size
    wanted = checkpoint.to_text(Checkpoint(checkpoint.origin(walk.first_leaf), size, root))
    if text != wanted:
        same = next((i for i, (a, b) in enumerate(zip(text, wanted, strict=False)) if a != b), min(len(text), len(wanted)))
        yield Fault(file=CHECKPOINT, offset=same, expected=repr(wanted)[1:], found=repr(text)[1:])


def _of_noted(walk: Walk, root: bytes | None, size: int | None) -> Iterator[Fault]:
    roots = {**walk.roots, walk.tree.size: walk.tree.root()}
    if root is None or (root == roots.get(size) if size is not None else root in roots.values()):
        return
    where = "at its end or its checkpoint" if size is None else f"at {size} entries"
    found = [f"{known.hex()} at {at}" for at, known in sorted(roots.items())]
    yield Fault(file="the record", expected=f"the root {root.hex()} {where}", found=", ".join(found))


def _of_snapshots(walk: Walk, reader: Reader, kept: dict[int, int]) -> Iterator[Fault]:
    """The newest snapshot that the log names is there, and each that is there is the one that it names; older ones may go at any time."""
    if walk.newest and reader.read(f"{SNAPSHOTS}{walk.newest[1].of}", 1) is None:
        yield _misfit(walk.newest, "no such file")
    for entry, snapshot in walk.named.values():
        if kept[snapshot.of] != snapshot.size:
            yield _misfit((entry, snapshot), f"{kept[snapshot.of]} bytes")
            continue
        data = reader.read(f"{SNAPSHOTS}{snapshot.of}", snapshot.size)
        if data is not None and sha256(data).hexdigest() != snapshot.sha256:
            yield _misfit((entry, snapshot), f"SHA-256 {sha256(data).hexdigest()}")


def _misfit(named: tuple[int, Snapshot], found: str) -> Fault:
    entry, snapshot = named
    return Fault(
        entry=entry, file=f"{SNAPSHOTS}{snapshot.of}", expected=f"{snapshot.size} bytes with SHA-256 {snapshot.sha256}", found=found
    )


def _of_name(walk: Walk, name: str, size: int) -> Fault | None:
    """A file that has no place in this record, or is longer than it may be."""
    if (found := place(name)) is not None:
        return _of_tile(walk, name, size, *found)
    if name in (CHECKPOINT, CHECKPOINT + NEW) or (name == LOCK and not size):
        return None
    number = snapshot_number(name.removesuffix(NEW))
    newest = walk.newest[1].of if walk.newest else -1
    if number is not None and (number in walk.named or number > newest or name.endswith(NEW)):
        return None
    return Fault(file=name, expected="nothing in it" if name == LOCK else "no file of this name", found=f"{size} bytes")


def _of_tile(walk: Walk, name: str, size: int, level: int | None, number: int) -> Fault | None:
    if level is None or level == 0:
        last = walk.last if level is None else walk.tree.size // WIDTH
        return None if number <= last else Fault(file=name, expected="no file of this name", found=f"{size} bytes")
    most = max(0, min(MAX_TILE, ((walk.tree.size >> 8 * level) - number * WIDTH) * HASH))
    return None if size <= most else Fault(file=name, offset=most, expected=f"at most {most} bytes", found=f"{size} bytes")
