"""Where entries and hashes lie: paths, entry bundles and hash tiles of C2SP tlog-tiles (https://c2sp.org/tlog-tiles).

A bundle holds 256 entries, each behind its length as a big-endian uint16; a tile holds 256 hashes of 32 bytes. Only the last of
each kind may hold fewer: it grows by appending, under the name of the whole one. The ``.p/W`` resource of tlog-tiles is its first
``W`` items, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

WIDTH = 256
HASH = 32
MAX_ENTRY = 65_535
MAX_BUNDLE = WIDTH * (2 + MAX_ENTRY)
MAX_TILE = WIDTH * HASH
NO_HASH = bytes(HASH)  # what a torn write may leave; no entry is known that hashes to it

_PLACE = re.compile(r"tile/(entries|0|[1-9]\d?)/((?:x\d{3}/){0,5}\d{3})", re.ASCII)


def tile_path(level: int, number: int) -> str:
    """``tile/1/x001/x234/067`` for the hash tile 1234067 of level 1."""
    return f"tile/{level}/{_digits(number)}"


def bundle_path(number: int) -> str:
    """``tile/entries/x001/x234/067`` for the entry bundle 1234067."""
    return f"tile/entries/{_digits(number)}"


def _digits(number: int) -> str:
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))


def place(path: str) -> tuple[int | None, int] | None:
    """What a path names: level and number of a tile, None and number of a bundle; or nothing that is one."""
    found = _PLACE.fullmatch(path)
    if found is None:
        return None
    kind, number = found[1], int(re.sub(r"\D", "", found[2]))
    named = bundle_path(number) if kind == "entries" else tile_path(int(kind), number)
    return (None if kind == "entries" else int(kind), number) if named == path else None


def frame(entries: Sequence[bytes]) -> bytes:
    """Entries as they lie in a bundle. Raises ``OverflowError`` for one that is longer than 65,535 bytes."""
    return b"".join(part for entry in entries for part in (len(entry).to_bytes(2, "big"), entry))


def unframe(bundle: bytes) -> tuple[list[bytes], int]:
    """The whole entries of a bundle, at most 256, and how many bytes they take; what lies behind is no whole entry, or too much.

    A length of nought ends them: no message is that short, and a torn write may leave noughts.
    """
    entries: list[bytes] = []
    at = 0
    while len(entries) < WIDTH:
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if end - at <= 2 or end > len(bundle):
            break
        entries.append(bundle[at + 2 : end])
        at = end
    return entries, at


def split(tile: bytes) -> list[bytes]:
    """The hashes of a tile, at most 256, up to the first that is missing."""
    hashes = [tile[i : i + HASH] for i in range(0, min(len(tile), MAX_TILE) - HASH + 1, HASH)]
    return hashes[: hashes.index(NO_HASH)] if NO_HASH in hashes else hashes


def runs(first: int, count: int) -> Iterator[tuple[int, int, slice]]:
    """How ``count`` items from item ``first`` on fall into files of 256: number of the file, place in it, which of the items."""
    done = 0
    while done < count:
        number, at = divmod(first + done, WIDTH)
        take = min(WIDTH - at, count - done)
        yield number, at, slice(done, done + take)
        done += take
