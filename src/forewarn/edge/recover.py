"""A record as a crash left it, made whole again without reading all of it.

The checkpoint gives size and root; the tree up to there comes from the hash tiles, and must have that root. Entries behind it are read
and held against their leaf hashes. Whole entries that have no leaf hash yet are kept and get one: nothing that arrived is thrown away.
What is torn behind them was never acknowledged; it is cut off and said. Anything else that does not fit is no crash, and is refused.
"""

from __future__ import annotations

from itertools import count

import msgspec

from forewarn import record
from forewarn.edge import disk
from forewarn.record import Fault, Page, Tree, Unfit, bundle_path, tile_path
from forewarn.record import checkpoint as checkpoints
from forewarn.record.tiles import HASH, MAX_TILE, WIDTH
from forewarn.record.verify import CHECKPOINT


class Recovered(msgspec.Struct):
    """``tree`` over all entries that stand; ``checkpointed``: how many the checkpoint covers; ``first_leaf``: of entry 0; ``tail``: bytes
    of the last bundle; ``upper``: hashes of tiles above level 0 that the checkpoint does not cover; ``notes``: what was found amiss."""

    tree: Tree
    checkpointed: int
    first_leaf: bytes
    tail: int
    upper: list[tuple[int, int, bytes]]
    notes: list[str]


def recover(folder: disk.Folder) -> Recovered:
    """Read the record's end, mend it, and make what stands durable. Raises ``Unfit`` for what no crash leaves, ``OSError``."""
    stated = given(folder)
    tree = _tree(folder, stated)
    start = tree.size
    found = Recovered(tree, start, b"", 0, [], [] if stated else ["there was no checkpoint: every entry was read"])
    hashless: list[tuple[int, int, bytes]] = []
    for number in count(start // WIDTH):
        page = record.read_page(folder, number)
        page.check(start)
        sound = page.sound()
        for leaf in page.leaves[max(0, start - page.first) : sound]:
            _grow(found, leaf)
        if sound > len(page.stored):
            hashless.append((number, len(page.stored), b"".join(page.leaves[len(page.stored) : sound])))
        if sound < WIDTH:
            break
    _nothing_beyond(folder, page, sound)
    _cut_entries(folder, page, sound, found)
    _give_hashes(folder, page, hashless, found)
    found.first_leaf = folder.read(tile_path(0, 0), HASH) or b""
    return found


def given(folder: disk.Folder) -> record.Checkpoint | None:
    """What the checkpoint states; None where there is none. Raises ``Unfit`` for one that cannot be read."""
    text = folder.read(CHECKPOINT, checkpoints.MAX_BYTES + 1)
    try:
        return None if text is None else checkpoints.of_text(text)
    except ValueError as error:
        raise Unfit(Fault(file=CHECKPOINT, expected="a checkpoint", found=f"{text!r} ({error})")) from None


def _tree(folder: disk.Folder, stated: record.Checkpoint | None) -> Tree:
    """The tree at the checkpoint, from the hash tiles."""
    if stated is None:
        return Tree()
    try:
        tree = Tree.load(stated.size, record.of_tiles(lambda path: folder.read(path, MAX_TILE) or b""))
    except LookupError as error:
        raise Unfit(Fault(file="tile", expected=f"hashes over {stated.size} entries, as the checkpoint says", found=str(error))) from None
    if tree.root() != stated.root:
        found = f"hash tiles with the root {tree.root().hex()}"
        raise Unfit(Fault(file=CHECKPOINT, expected=f"the root {stated.root.hex()} over {stated.size} entries", found=found))
    return tree


def _grow(found: Recovered, leaf: bytes) -> None:
    done = found.tree.append(leaf)
    size = found.tree.size
    found.upper += [(level, (size >> 8 * level) - 1, done[level]) for level in range(1, len(done))]


def _nothing_beyond(folder: disk.Folder, page: Page, sound: int) -> None:
    """A bundle or tile is begun once the one before it is full and on the disk: none can stand behind one that is not."""
    for name in (bundle_path(page.number + 1), tile_path(0, page.number + 1)):
        if disk.size(folder.path / name):
            raise Unfit(page.blame(sound, f"a whole entry, since {name} follows", "none"))


def _cut_entries(folder: disk.Folder, page: Page, sound: int, found: Recovered) -> None:
    """What is torn behind the last entry that stands, in ``page``."""
    path = folder.path / bundle_path(page.number)
    found.tail = page.offset(sound)
    lost = disk.size(path) - found.tail
    if lost:
        disk.cut(path, found.tail)
        found.notes.append(f"{lost} bytes behind entry {found.tree.size - 1} were cut off: torn, and never acknowledged")


def _give_hashes(folder: disk.Folder, page: Page, hashless: list[tuple[int, int, bytes]], found: Recovered) -> None:
    """Leaf hashes for whole entries that have none, once these are surely on the disk, and so are the names of all files."""
    for number, _, _ in hashless:
        disk.sync(folder.path / bundle_path(number))
    for name in (bundle_path(page.number), tile_path(0, page.number)):
        disk.sync_above(folder.path / name, folder.path)
    for number, place, hashes in hashless:
        disk.put(folder.path / tile_path(0, number), place * HASH, hashes)
    kept = sum(len(hashes) for _, _, hashes in hashless) // HASH
    if kept:
        found.notes.append(f"{kept} whole entries up to {found.tree.size - 1} were never acknowledged, and are kept")
