"""Paths and framing of tlog-tiles."""

from __future__ import annotations

import pytest

from forewarn.record import tiles


def test_the_paths_of_the_specification() -> None:
    assert tiles.tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.bundle_path(1234067) == "tile/entries/x001/x234/067"
    assert (tiles.tile_path(2, 0), tiles.tile_path(0, 999), tiles.bundle_path(1000)) == (
        "tile/2/000",
        "tile/0/999",
        "tile/entries/x001/000",
    )


@pytest.mark.parametrize("number", [0, 7, 999, 1000, 1001, 999_999, 1_000_000, 123_456_789])
def test_a_path_names_its_place(number: int) -> None:
    assert tiles.place(tiles.bundle_path(number)) == (None, number)
    assert tiles.place(tiles.tile_path(3, number)) == (3, number)


@pytest.mark.parametrize(
    "path",
    [
        "tile/entries/00", "tile/entries/0000", "tile/entries/x000/000", "tile/01/000", "tile/0/000.new", "tile/0/000/", "tile/-1/000",
        "tile/0/001/000", "xtile/0/000", "tile/entries/٠٠٠", "tile/0/000.p/5", "checkpoint", "tile/0/X01/000", "tile/0/000\n",
        "tile/100/000",
    ],
)  # fmt: skip
def test_no_other_path_does(path: str) -> None:
    assert tiles.place(path) is None


def test_an_entry_lies_behind_its_length() -> None:
    assert tiles.frame([b"ab", b"c" * 300]) == b"\x00\x02ab\x01\x2c" + b"c" * 300
    assert tiles.frame([b"x" * 65_535])[:2] == b"\xff\xff"
    with pytest.raises(OverflowError):
        tiles.frame([b"x" * 65_536])


def test_a_bundle_ends_where_an_entry_is_torn() -> None:
    bundle = tiles.frame([b"one", b"two", b"three"])
    for size in range(len(bundle) + 1):
        entries, used = tiles.unframe(bundle[:size])
        assert entries == [b"one", b"two", b"three"][: len(entries)]
        assert used == len(tiles.frame(entries)) <= size
        assert len(entries) == (size >= 5) + (size >= 10) + (size >= 17)
    assert tiles.unframe(bundle + bytes(50)) == ([b"one", b"two", b"three"], len(bundle))


def test_a_bundle_holds_256_and_no_more() -> None:
    bundle = tiles.frame([b"{}"] * 300)
    assert tiles.unframe(bundle) == ([b"{}"] * 256, 256 * 4)


def test_a_tile_ends_where_a_hash_is_missing() -> None:
    a, b = bytes([1]) * 32, bytes([2]) * 32
    assert tiles.split(a + b) == [a, b]
    assert tiles.split(a + b[:31]) == [a]
    assert tiles.split(a + bytes(32) + b) == [a]
    assert tiles.split(a * 256 + b) == [a] * 256
    assert tiles.split(b"") == []


def test_items_fall_into_files_of_256() -> None:
    assert list(tiles.runs(250, 300)) == [(0, 250, slice(0, 6)), (1, 0, slice(6, 262)), (2, 0, slice(262, 300))]
    assert list(tiles.runs(256, 1)) == [(1, 0, slice(0, 1))]
    assert list(tiles.runs(3, 0)) == []
