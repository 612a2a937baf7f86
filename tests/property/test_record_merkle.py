"""Trees and proofs of any size against RFC 6962's definitions, and bundles of any entries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forewarn import record
from tests.rfc6962 import mth, path, proof

ENTRIES = st.lists(st.binary(max_size=40), max_size=70)


@given(ENTRIES)
def test_a_tree_has_the_root_of_its_entries(entries: list[bytes]) -> None:
    tree = record.Tree()
    for entry in entries:
        tree.append(record.leaf_hash(entry))
    assert tree.root() == mth(entries) == record.root(record.of_leaves([record.leaf_hash(e) for e in entries]), len(entries))


@given(st.data())
def test_proofs_are_the_definitions_and_are_accepted(data: st.DataObject) -> None:
    entries = data.draw(ENTRIES.filter(bool))
    new = data.draw(st.integers(1, len(entries)))
    old, index = data.draw(st.integers(1, new)), data.draw(st.integers(0, new - 1))
    hashes = record.of_leaves([record.leaf_hash(entry) for entry in entries])
    inclusion, consistency = record.inclusion_proof(hashes, index, new), record.consistency_proof(hashes, old, new)
    assert (list(inclusion), list(consistency)) == (path(index, entries[:new]), proof(old, entries[:new]))
    assert record.verify_inclusion(record.leaf_hash(entries[index]), index, new, inclusion, mth(entries[:new]))
    assert record.verify_consistency(old, new, mth(entries[:old]), mth(entries[:new]), consistency)


@given(st.data())
def test_a_proof_with_a_flipped_bit_is_not_accepted(data: st.DataObject) -> None:
    entries = data.draw(st.lists(st.binary(max_size=8), min_size=2, max_size=40))
    new = len(entries)
    old, index = data.draw(st.integers(1, new - 1)), data.draw(st.integers(0, new - 1))
    leaf = record.leaf_hash(entries[index])
    good = path(index, entries)
    assert not record.verify_inclusion(leaf, index, new, _flipped(data, good), mth(entries))
    steps = proof(old, entries)
    assert not record.verify_consistency(old, new, mth(entries[:old]), mth(entries), _flipped(data, steps))


def _flipped(data: st.DataObject, nodes: list[bytes]) -> list[bytes]:
    at, bit = data.draw(st.integers(0, len(nodes) - 1)), data.draw(st.integers(0, 255))
    changed = bytearray(nodes[at])
    changed[bit // 8] ^= 1 << bit % 8
    return [*nodes[:at], bytes(changed), *nodes[at + 1 :]]


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=300), st.data())
def test_a_bundle_cut_anywhere_gives_its_whole_entries(entries: list[bytes], data: st.DataObject) -> None:
    bundle = record.frame(entries)
    size = data.draw(st.integers(0, len(bundle)))
    found, used = record.unframe(bundle[:size])
    assert found == entries[: len(found)]
    assert used == len(record.frame(found))
    assert len(found) == 256 or size - used < 2 + len(entries[len(found)]) if len(found) < len(entries) else used == len(bundle)
