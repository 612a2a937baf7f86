"""Merkle tree hashing of RFC 6962, section 2.1, with SHA-256: leaves, nodes, and a tree that only grows.

A ``Hashes`` is any source of the hashes inside a tree: ``hashes(height, index)`` is the hash of the perfect subtree of
``2**height`` leaves that begins at leaf ``index * 2**height``. ``of_leaves`` makes one from a list, ``of_tiles`` from the
record's hash tiles; it raises ``LookupError`` for a hash that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from forewarn.record.tiles import HASH, WIDTH, tile_path

EMPTY = sha256(b"").digest()  # the root of no leaves at all
Hashes = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The 32 bytes that stand for an entry in the tree: SHA-256 of 0x00 and the entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and the hashes of its two children."""
    return sha256(b"\x01" + left + right).digest()


def perfect(hashes: Sequence[bytes]) -> bytes:
    """The root over ``2**k`` hashes of subtrees of one height."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


class Tree:
    """A tree that grows leaf by leaf and remembers no more than the roots of its perfect subtrees, largest first."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    @classmethod
    def load(cls, size: int, hashes: Hashes) -> Tree:
        """The tree over the first ``size`` leaves."""
        tree = cls()
        tree.size = size
        tree._peaks = [hashes(h, (size >> h) - 1) for h in reversed(range(size.bit_length())) if size >> h & 1]
        return tree

    def copy(self) -> Tree:
        """The same tree, to grow apart from this one."""
        tree = Tree()
        tree.size, tree._peaks = self.size, list(self._peaks)
        return tree

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf hash. Gives the hashes that now have their place in a tile: the leaf's in level 0, and, where it fills a tile of
        256, that tile's in the level above, and so on (C2SP tlog-tiles)."""
        node, height, done = leaf, 0, [leaf]
        while self.size >> height & 1:
            node = node_hash(self._peaks.pop(), node)
            height += 1
            if height % 8 == 0:
                done.append(node)
        self._peaks.append(node)
        self.size += 1
        return done

    def root(self) -> bytes:
        """The tree's hash, as it stands."""
        if not self._peaks:
            return EMPTY
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def of_leaves(leaves: Sequence[bytes]) -> Hashes:
    """The inner hashes of a list of leaf hashes, computed when asked for."""

    def hashes(height: int, index: int) -> bytes:
        part = leaves[index << height : (index + 1) << height]
        if len(part) != 1 << height:
            raise LookupError(f"no subtree of height {height} at {index}: there are {len(leaves)} leaves")
        return perfect(part)

    return hashes


def of_tiles(read: Callable[[str], bytes]) -> Hashes:
    """The inner hashes of a record; ``read`` gives a tile's bytes by its path (``b""`` where there is none)."""

    def hashes(height: int, index: int) -> bytes:
        level, up = divmod(height, 8)
        tile, first = divmod(index << up, WIDTH)
        path = tile_path(level, tile)
        part = read(path)[first * HASH : (first + (1 << up)) * HASH]
        if len(part) != HASH << up:
            raise LookupError(f"{path} holds no hash {first + len(part) // HASH}")
        return perfect([part[i : i + HASH] for i in range(0, len(part), HASH)])

    return hashes
