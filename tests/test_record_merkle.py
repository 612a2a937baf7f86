"""Tree and proofs against the published vectors of RFC 6962's reference implementation, and against its definitions written out."""

from __future__ import annotations

from itertools import product

import pytest

from forewarn import record
from tests.rfc6962 import mth, path, proof

# The eight leaves, roots and proofs of certificate-transparency (C++: merkletree/merkle_tree_test.cc; Go: transparency-dev/merkle).
LEAVES = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
NODES = {
    "A": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "B": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "C": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "D": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "E": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "F": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "G": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "H": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "I": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
}
INCLUSION = {(0, 1): "", (0, 8): "ABC", (5, 8): "DEF", (2, 3): "G", (1, 5): "HBD"}
CONSISTENCY = {(1, 1): "", (1, 8): "ABC", (6, 8): "IEF", (2, 5): "BD"}

HASHES = record.of_leaves([record.leaf_hash(leaf) for leaf in LEAVES])
MANY = [b"%d" % i for i in range(40)]
OF_MANY = record.of_leaves([record.leaf_hash(leaf) for leaf in MANY])


def nodes(names: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(NODES[name]) for name in names)


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size: int) -> None:
    tree = record.Tree()
    for leaf in LEAVES[:size]:
        tree.append(record.leaf_hash(leaf))
    assert tree.root().hex() == record.root(HASHES, size).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_published_inclusion_proofs(index: int, size: int) -> None:
    expected = nodes(INCLUSION[index, size])
    assert record.inclusion_proof(HASHES, index, size) == expected
    assert record.verify_inclusion(record.leaf_hash(LEAVES[index]), index, size, expected, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_published_consistency_proofs(old: int, new: int) -> None:
    expected = nodes(CONSISTENCY[old, new])
    assert record.consistency_proof(HASHES, old, new) == expected
    assert record.verify_consistency(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), expected)


def test_proofs_are_those_of_the_definitions() -> None:
    for new in range(1, len(MANY) + 1):
        assert record.root(OF_MANY, new) == mth(MANY[:new])
        for n in range(new):
            assert list(record.inclusion_proof(OF_MANY, n, new)) == path(n, MANY[:new])
            assert list(record.consistency_proof(OF_MANY, n + 1, new)) == proof(n + 1, MANY[:new])


def test_every_honest_proof_is_accepted() -> None:
    roots = [mth(MANY[:n]) for n in range(len(MANY) + 1)]
    for new in range(1, len(MANY) + 1):
        for n in range(new):
            assert record.verify_inclusion(record.leaf_hash(MANY[n]), n, new, path(n, MANY[:new]), roots[new])
            assert record.verify_consistency(n + 1, new, roots[n + 1], roots[new], proof(n + 1, MANY[:new]))


def test_what_is_not_so_is_not_accepted() -> None:
    roots = [mth(MANY[:n]) for n in range(13)]
    for (old, new), (index, size) in product(product(range(1, 13), repeat=2), [(3, 7), (0, 12), (6, 7)]):
        good = path(index, MANY[:size])
        accepted = record.verify_inclusion(record.leaf_hash(MANY[index]), old - 1, new, good, roots[new])
        assert accepted == ((old - 1, new) == (index, size)), (old, new, index, size)
        for wrong in (good[:-1], [*good, roots[1]], [roots[2], *good[1:]], good[::-1] if good[::-1] != good else []):
            assert not record.verify_inclusion(record.leaf_hash(MANY[index]), index, size, wrong, roots[size])
        if old < new:
            steps = proof(old, MANY[:new])
            for bad in (steps[:-1], [*steps, roots[1]], [bytes(32), *steps[1:]]):
                assert not record.verify_consistency(old, new, roots[old], roots[new], bad)
            assert not record.verify_consistency(old, new, roots[old - 1], roots[new], steps)
            assert not record.verify_consistency(old, new, roots[old], roots[new - 1], steps)


@pytest.mark.parametrize(("a", "b"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(a: int, b: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        record.inclusion_proof(OF_MANY, a, b)
    assert not record.verify_inclusion(record.leaf_hash(MANY[0]), a, b, (), mth(MANY[:1]))


@pytest.mark.parametrize(("a", "b"), [(0, 3), (4, 3), (-1, 3)])
def test_a_tree_that_does_not_begin_another_has_no_proof(a: int, b: int) -> None:
    with pytest.raises(ValueError, match="no proof"):
        record.consistency_proof(OF_MANY, a, b)
    assert not record.verify_consistency(a, b, record.EMPTY, mth(MANY[:3]), ())


def test_a_tree_is_the_same_loaded_at_any_size_as_grown() -> None:
    grown = record.Tree()
    for size in range(len(MANY) + 1):
        loaded = record.Tree.load(size, OF_MANY)
        assert (loaded.size, loaded.root()) == (grown.size, grown.root()) == (size, mth(MANY[:size]))
        if size < len(MANY):
            grown.append(record.leaf_hash(MANY[size]))
            loaded.append(record.leaf_hash(MANY[size]))
            assert loaded.root() == grown.root()


def test_growing_gives_the_hashes_of_full_tiles() -> None:
    leaves = [record.leaf_hash(b"%d" % i) for i in range(256 * 256 + 1)]
    tree, levels = record.Tree(), {0: [], 1: [], 2: []}  # type: dict[int, list[bytes]]
    for leaf in leaves:
        for level, done in enumerate(tree.append(leaf)):
            levels[level].append(done)
    assert levels[0] == leaves
    assert levels[1] == [record.of_leaves(leaves)(8, n) for n in range(256)]
    assert levels[2] == [record.of_leaves(levels[1])(8, 0)]

    def read(path: str) -> bytes:
        _, level, number = path.split("/", 2)
        first = int(number.replace("x", "").replace("/", "")) * 256
        return b"".join(levels.get(int(level), [])[first : first + 256])

    assert record.Tree.load(len(leaves), record.of_tiles(read)).root() == tree.root()
    assert record.inclusion_proof(record.of_tiles(read), 300, 65_000) == record.inclusion_proof(record.of_leaves(leaves), 300, 65_000)


def test_a_copy_grows_apart() -> None:
    tree = record.Tree.load(5, OF_MANY)
    other = tree.copy()
    other.append(record.leaf_hash(b"other"))
    assert (tree.size, tree.root()) == (5, mth(MANY[:5]))


def test_a_hash_that_is_not_there_is_said() -> None:
    with pytest.raises(LookupError, match="no subtree of height 3 at 5"):
        OF_MANY(3, 5)
    with pytest.raises(LookupError, match="tile/1/000 holds no hash 0"):
        record.Tree.load(300, record.of_tiles(lambda path: b""))
