"""When the bytes of a recording came, as told by the file that a feed's ``arrivals`` names (``docs/formats/arrivals.md``)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from forewarn.decode.pieces import PIECE_BYTES, Piece
from forewarn.edge.problem import Problem

HEADER = ["t_ns", "bytes"]
MOST_NS = (1 << 63) - 1


def pieces(recording: Path, told: Path) -> Iterator[Piece]:
    """The recording cut as it came. Raises ``Problem``, with the line, where the two files do not fit together or cannot be read."""
    try:
        with recording.open("rb") as data, told.open(newline="", encoding="ascii", errors="replace") as text:
            offset = 0
            for line, t_ns, size in _reads(told, csv.reader(text)):
                yield from _read(data, t_ns, offset, size, f"{told}: line {line}")
                offset += size
            if data.read(1):
                raise Problem(f"{told}: tells of {offset} bytes; {recording} has more")
    except OSError as error:
        raise Problem(f"{error.filename or recording}: cannot be read: {error.strerror}") from None


def _reads(told: Path, rows: Iterator[list[str]]) -> Iterator[tuple[int, int, int]]:
    """Line, time and size of each read; times never go back."""
    last = 0
    try:
        if (head := next(rows, [])) != HEADER:
            raise Problem(f"{told}: line 1: {','.join(head)[:80]!r}: begins with {','.join(HEADER)}")
        for line, row in enumerate(rows, 2):
            numbers = [int(cell) if cell.isdecimal() and len(cell) < 20 else -1 for cell in row]
            if len(row) != 2 or not last <= numbers[0] <= MOST_NS or numbers[1] < 1:
                raise Problem(f"{told}: line {line}: {','.join(row)[:80]!r}: a time in ns, not before {last}, and a number of bytes")
            last = numbers[0]
            yield line, numbers[0], numbers[1]
    except csv.Error as error:
        raise Problem(f"{told}: cannot be read: {error}") from None


def _read(data: BinaryIO, t_ns: int, offset: int, size: int, where: str) -> Iterator[Piece]:
    end = offset + size
    while offset < end:
        block = data.read(min(PIECE_BYTES, end - offset))
        if not block:
            raise Problem(f"{where}: tells of {end} bytes up to here; the recording has {offset}")
        yield Piece(t_ns, offset, block, offset + len(block) == end)
        offset += len(block)
