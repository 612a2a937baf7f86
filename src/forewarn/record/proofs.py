"""Proofs that an entry is in a tree, and that one tree is the beginning of another.

Made as RFC 6962 defines them (sections 2.1.1 and 2.1.2), checked as RFC 9162 does (sections 2.1.3.2 and 2.1.4.2).
"""

from __future__ import annotations

from collections.abc import Sequence

from forewarn.record.merkle import EMPTY, Hashes, node_hash


def root(hashes: Hashes, size: int) -> bytes:
    """The hash of the tree over the first ``size`` leaves."""
    return _root(hashes, 0, size) if size else EMPTY


def inclusion_proof(hashes: Hashes, index: int, size: int) -> tuple[bytes, ...]:
    """The audit path of leaf ``index`` in the tree of ``size`` leaves, from the leaf up. Raises ``ValueError`` outside the tree."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return tuple(_path(hashes, index, 0, size))


def consistency_proof(hashes: Hashes, old: int, new: int) -> tuple[bytes, ...]:
    """That the tree of ``old`` leaves is the beginning of that of ``new``. Raises ``ValueError`` unless 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError(f"no proof from a tree of {old} leaves to one of {new}")
    return tuple(_subproof(hashes, old, 0, new, True))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows that leaf hash ``leaf`` is number ``index`` of the ``size`` leaves under ``root``."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(step, node)
            at, last = _rise(at, last)
        else:
            node = node_hash(node, step)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the ``old`` leaves under ``old_root`` are the first of the ``new`` under ``new_root``."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            at, last = _rise(at, last)
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _rise(at: int, last: int) -> tuple[int, int]:
    """Up the tree's right edge, past the levels where the node has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _half(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1


def _root(hashes: Hashes, start: int, end: int) -> bytes:
    """MTH(D[start:end]) for a range that RFC 6962's definitions come by: where its size is a power of two, its start is a multiple."""
    count = end - start
    if count & (count - 1) == 0:
        return hashes(count.bit_length() - 1, start // count)
    middle = start + _half(count)
    return node_hash(_root(hashes, start, middle), _root(hashes, middle, end))


def _path(hashes: Hashes, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _half(end - start)
    if index < middle:
        return [*_path(hashes, index, start, middle), _root(hashes, middle, end)]
    return [*_path(hashes, index, middle, end), _root(hashes, start, middle)]


def _subproof(hashes: Hashes, old: int, start: int, end: int, known: bool) -> list[bytes]:
    """SUBPROOF(old, D[start:end], known); ``known``: the subtree is one that the older tree had for its root."""
    if old == end:
        return [] if known else [_root(hashes, start, end)]
    middle = start + _half(end - start)
    if old <= middle:
        return [*_subproof(hashes, old, start, middle, known), _root(hashes, middle, end)]
    return [*_subproof(hashes, old, middle, end, False), _root(hashes, start, middle)]
