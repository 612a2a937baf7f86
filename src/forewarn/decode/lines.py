"""A stream of bytes as lines, whatever way it is cut, in bounded memory.

A line ends with ``\\n``; a ``\\r`` before it belongs to the ending. A line of more than ``LINE_BYTES`` is not kept: its
bytes are counted up to the next newline and reported once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

LINE_BYTES = 65_536
HEAD_BYTES = 256


class Lines(msgspec.Struct, frozen=True):
    """The line that is still open: its bytes so far, or, once it is too long, its head and how many bytes there were."""

    rest: bytes = b""
    dropped: int = 0


NOTHING = Lines()


class Line(NamedTuple):
    """``data`` without its ending; ``offset`` where it began; ``dropped`` > 0: too long, so many bytes, ``data`` its head."""

    offset: int
    data: bytes
    dropped: int = 0


def split(lines: Lines, data: bytes, offset: int) -> tuple[Lines, list[Line]]:
    """Bytes that follow, the first of them at ``offset`` of the stream: the lines that they end, and what stays open."""
    done: list[Line] = []
    *parts, rest = data.split(b"\n")
    for part in parts:
        begun = offset - (lines.dropped or len(lines.rest))
        lines = _more(lines, part)
        done.append(Line(begun, lines.rest, lines.dropped) if lines.dropped else Line(begun, lines.rest.removesuffix(b"\r")))
        offset += len(part) + 1
        lines = NOTHING
    return _more(lines, rest), done


def unfinished(lines: Lines, offset: int) -> Line | None:
    """The open line, when nothing more will come; ``offset``: where the stream ends."""
    if not (lines.rest or lines.dropped):
        return None
    return Line(offset - (lines.dropped or len(lines.rest)), lines.rest, lines.dropped)


def raw_lines(data: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """All bytes as lines with their endings; False: a part of a line that is too long."""
    rest, long = b"", False
    for block in data:
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield line + b"\n", not long and len(line) <= LINE_BYTES
            long = False
        if len(rest) > LINE_BYTES:
            yield rest, False
            rest, long = b"", True
    if rest:
        yield rest, not long


def _more(lines: Lines, part: bytes) -> Lines:
    if lines.dropped:
        return Lines(lines.rest, lines.dropped + len(part))
    if not part:
        return lines
    if len(lines.rest) + len(part) > LINE_BYTES:
        return Lines((lines.rest + part[:HEAD_BYTES])[:HEAD_BYTES], len(lines.rest) + len(part))
    return Lines(lines.rest + part)
