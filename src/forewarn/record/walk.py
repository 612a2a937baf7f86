"""The entries of a record, first to last: each against its leaf hash, its place in the order, and the hashes above it.

A bundle and its tile are held at a time, so a record of any length takes the memory of one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import count
from typing import Protocol

from forewarn.messages import Snapshot
from forewarn.record.checkpoint import Checkpoint
from forewarn.record.merkle import Tree
from forewarn.record.order import Misplaced, Order
from forewarn.record.page import Fault, Page, Unfit
from forewarn.record.tiles import HASH, MAX_BUNDLE, MAX_TILE, WIDTH, bundle_path, tile_path


class Reader(Protocol):
    """A record's files, wherever they lie; names are relative, with ``/``."""

    def files(self) -> Iterable[tuple[str, int]]:
        """Name and size in bytes of all that is there, in an order that is fixed."""
        ...

    def read(self, name: str, limit: int) -> bytes | None:
        """At most ``limit`` bytes of a file; None where there is none."""
        ...


def read_page(reader: Reader, number: int) -> Page:
    """Bundle ``number`` with its tile; the tile is read first, so that one that grows meanwhile is not ahead of its entries."""
    tile = reader.read(tile_path(0, number), MAX_TILE + 1) or b""
    return Page(number, reader.read(bundle_path(number), MAX_BUNDLE + 1) or b"", tile)


class Walk:
    """What is known of a record up to the entry where the walk stands.

    ``given``: what the checkpoint states, if it can be read. ``sizes``: where the root is to be kept in ``roots``. ``snapshots``: of
    these numbers, and of the newest, the log's ``Snapshot`` is kept in ``named`` with its entry. ``last``: the last bundle
    that there can be.
    """

    def __init__(self, reader: Reader, given: Checkpoint | None, sizes: Collection[int], snapshots: Collection[int]) -> None:
        self.tree, self.first_leaf = Tree(), b""
        self.roots = {size: self.tree.root() for size in sizes if size == 0}
        self.named: dict[int, tuple[int, Snapshot]] = {}
        self.newest: tuple[int, Snapshot] | None = None
        self.last = 0
        self.notes: list[str] = []
        self._reader, self._given, self._sizes, self._snapshots = reader, given, sizes, snapshots
        self._covered = given.size if given else 0
        self._order = Order()
        self._above: dict[int, tuple[int, bytes]] = {}  # the tile of each level above 0 that was read last

    def run(self) -> None:
        """All entries that have a leaf hash. Raises ``Unfit`` at the first that does not fit."""
        for number in count():
            page = read_page(self._reader, number)
            if (at := page.misfit()) is not None:
                raise Unfit(page.tile_fault(at) if self._tile_is_wrong(page, at) else page.fault(at))
            if fault := page.overfull():
                raise Unfit(fault)
            for at in range(len(page.stored)):
                self._take(page, at)
            if len(page.stored) < WIDTH:
                break
        self._end(page)

    def _take(self, page: Page, at: int) -> None:
        message = page.message(at)
        try:
            self._order.add(message)
        except Misplaced as misplaced:
            raise Unfit(page.blame(at, misplaced.expected, misplaced.found)) from None
        if isinstance(message, Snapshot):
            self._note(page.first + at, message)
        done = self.tree.append(page.leaves[at])
        self.first_leaf = self.first_leaf or done[0]
        for level in range(1, len(done)):
            self._compare_above(level, (self.tree.size >> 8 * level) - 1, done[level])
        if self.tree.size in self._sizes:
            self.roots[self.tree.size] = self.tree.root()

    def _note(self, entry: int, snapshot: Snapshot) -> None:
        self.newest = (entry, snapshot)
        if snapshot.of in self._snapshots:
            self.named[snapshot.of] = self.newest

    def _stored_above(self, level: int, index: int) -> bytes:
        number, at = divmod(index, WIDTH)
        if self._above.get(level, (-1, b""))[0] != number:
            self._above[level] = (number, self._reader.read(tile_path(level, number), MAX_TILE) or b"")
        return self._above[level][1][at * HASH : (at + 1) * HASH]

    def _compare_above(self, level: int, index: int, node: bytes) -> None:
        """A hash tile above level 0. It is there as far as the checkpoint reaches; a crash may leave more, or some of one."""
        stored = self._stored_above(level, index)
        if stored == node or (len(stored) < HASH and self.tree.size > self._covered):
            return
        offset = index % WIDTH * HASH
        raise Unfit(Fault(file=tile_path(level, index // WIDTH), offset=offset, expected=node.hex(), found=stored.hex() or "nothing"))

    def _tile_is_wrong(self, page: Page, at: int) -> bool:
        """Entry and leaf hash disagree: whether what lies above agrees with the entries, so that the leaf hash is at fault."""
        leaves = page.leaves[: max(0, self._covered - page.first)]
        if at >= len(leaves):
            return False
        tree = self.tree.copy()
        done = [tree.append(leaf) for leaf in leaves][-1]
        if len(leaves) == WIDTH:
            return self._stored_above(1, page.number) == done[1]
        return self._given is not None and self._given.size == tree.size and self._given.root == tree.root()

    def _end(self, page: Page) -> None:
        """Behind the last entry that was acknowledged."""
        whole, torn_hash = len(page.entries) - len(page.stored), page.behind_tile
        while len(page.entries) == WIDTH:  # entries of one commit may go on in the next bundle
            page = read_page(self._reader, page.number + 1)
            whole += len(page.entries)
        self.last = page.number
        if whole or page.behind or torn_hash:
            left = f"{whole} entries, {page.behind} bytes of one, {torn_hash} bytes of a leaf hash"
            self.notes.append(f"behind entry {self.tree.size - 1} a crash left what was never acknowledged: {left}")
        if self._order.within:
            self.notes.append("the record ends inside its last step")
