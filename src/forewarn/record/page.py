"""One bundle of 256 entries beside the tile of its leaf hashes: what fits, what does not, what is torn."""

from __future__ import annotations

import msgspec

from forewarn import messages
from forewarn.record.merkle import leaf_hash
from forewarn.record.tiles import HASH, WIDTH, bundle_path, split, tile_path, unframe


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something of a record that does not fit. ``offset``: the byte of the file where what does not fit begins; None where only the
    whole file can be named. ``entry``: the entry that it belongs to."""

    file: str
    expected: str
    found: str
    entry: int | None = None
    offset: int | None = None

    def __str__(self) -> str:
        where = self.file if self.offset is None else f"{self.file}, byte {self.offset}"
        which = "" if self.entry is None else f"entry {self.entry}: "
        return f"{which}{where}: expected {self.expected}, found {self.found}"


class Unfit(Exception):
    """A record that does not fit; ``fault`` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class Page:
    """Bundle ``number`` and its tile, as read: the whole ``entries``, their ``leaves`` computed, the leaf hashes ``stored``."""

    def __init__(self, number: int, bundle: bytes, tile: bytes) -> None:
        self.number = number
        self.first = number * WIDTH
        self.entries, self.used = unframe(bundle)
        self.leaves = [leaf_hash(entry) for entry in self.entries]
        self.stored = split(tile)
        self.behind = len(bundle) - self.used
        self.behind_tile = len(tile) - HASH * len(self.stored)

    def offset(self, place: int) -> int:
        """Where entry ``place`` of the bundle begins, its length included."""
        return sum(2 + len(entry) for entry in self.entries[:place])

    def misfit(self) -> int | None:
        """The first place whose leaf hash is stored but whose entry is another, or missing."""
        if self.leaves[: len(self.stored)] == self.stored:
            return None
        pairs = zip(self.leaves, self.stored, strict=False)
        return next((i for i, (leaf, stored) in enumerate(pairs) if leaf != stored), len(self.leaves))

    def fault(self, place: int) -> Fault:
        """Entry ``place`` blamed for a misfit with its leaf hash."""
        found = f"leaf hash {self.leaves[place].hex()}" if place < len(self.leaves) else "no whole entry"
        return self.blame(place, f"leaf hash {self.stored[place].hex()}", found)

    def tile_fault(self, place: int) -> Fault:
        """The leaf hash at ``place`` blamed."""
        file, offset = tile_path(0, self.number), place * HASH
        return Fault(entry=self.first + place, file=file, offset=offset, expected=self.leaves[place].hex(), found=self.stored[place].hex())

    def overfull(self) -> Fault | None:
        """Bytes behind the 256th entry or hash, which no crash leaves."""
        if len(self.stored) < WIDTH:
            return None
        if self.behind:
            return Fault(file=bundle_path(self.number), offset=self.used, expected="the end of a full bundle", found=f"{self.behind} bytes")
        if self.behind_tile:
            return Fault(
                file=tile_path(0, self.number), offset=WIDTH * HASH, expected="the end of a full tile", found=f"{self.behind_tile} bytes"
            )
        return None

    def check(self, covered: int) -> None:
        """Raise ``Unfit`` unless every stored leaf hash has its entry, and every entry of the ``covered`` first of the log a leaf hash."""
        if (at := self.misfit()) is not None:
            raise Unfit(self.fault(at))
        if fault := self.overfull():
            raise Unfit(fault)
        lost = len(self.stored)
        if lost < min(WIDTH, covered - self.first):
            expected = f"the leaf hash of entry {self.first + lost}, one of {covered} that the checkpoint covers"
            raise Unfit(Fault(entry=self.first + lost, file=tile_path(0, self.number), offset=lost * HASH, expected=expected, found="none"))

    def message(self, place: int) -> messages.Any:
        """Entry ``place`` as a message. Raises ``Unfit`` where it is none."""
        try:
            return messages.decode(self.entries[place])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise Unfit(self.blame(place, "a message", str(error))) from None

    def sound(self) -> int:
        """How many entries stand: those with a stored hash, and of the others up to the first that a torn write spoiled."""
        place = min(len(self.stored), len(self.entries))
        while place < len(self.entries) and self._is_message(place):
            place += 1
        return place

    def _is_message(self, place: int) -> bool:
        try:
            self.message(place)
        except Unfit:
            return False
        return True

    def blame(self, place: int, expected: str, found: str) -> Fault:
        """Entry ``place`` is not what it should be."""
        return Fault(entry=self.first + place, file=bundle_path(self.number), offset=self.offset(place), expected=expected, found=found)
