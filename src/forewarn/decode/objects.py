"""A stream of flat JSON objects (RFC 8259), in an array or one behind another, whatever way it is cut, in bounded memory.

The objects hold no objects, so each brace begins one or ends one: a broken object costs nothing behind the next brace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from forewarn.decode.refusals import Unusable

OBJECT_BYTES = 262_144
HEAD_BYTES = 256
BETWEEN = b"[], \t\r\n"  # what may stand between two objects
_BRACE = re.compile(rb"[{}]")


class Open(msgspec.Struct, frozen=True):
    """What came since the last brace: within an object, or between two, where only what does not belong there is kept.

    ``dropped`` > 0: it is too long, so many bytes, and ``rest`` is its head.
    """

    inside: bool = False
    rest: bytes = b""
    dropped: int = 0


class Stretch(NamedTuple):
    """What ends at a brace: an object with its braces, or (``fault``) something that is none. ``offset``: where it begins."""

    offset: int
    data: bytes
    fault: Unusable | None = None


def split(opened: Open, data: bytes, offset: int) -> tuple[Open, list[Stretch]]:
    """Bytes that follow, the first of them at ``offset`` of the stream: the stretches that they end, and what stays open."""
    done: list[Stretch] = []
    at = 0
    for brace in _BRACE.finditer(data):
        opened = _more(opened, data[at : brace.start()])
        done += _ended(opened, brace.group(), offset + brace.start())
        opened, at = Open(inside=brace.group() == b"{"), brace.end()
    return _more(opened, data[at:]), done


def unfinished(opened: Open, offset: int) -> list[Stretch]:
    """What is open, when nothing more will come; ``offset``: where the stream ends."""
    return _ended(opened, b"", offset)


def stretches(data: Iterable[bytes]) -> Iterator[bytes]:
    """All bytes, cut behind each closing brace, and where none comes for too long."""
    rest = b""
    for block in data:
        *done, rest = (rest + block).split(b"}")
        yield from (stretch + b"}" for stretch in done)
        if len(rest) > OBJECT_BYTES:
            yield rest
            rest = b""
    if rest:
        yield rest


def _more(opened: Open, data: bytes) -> Open:
    fresh = data if opened.inside or opened.rest else data.lstrip(BETWEEN)
    if not fresh:
        return opened
    size = (opened.dropped or len(opened.rest)) + len(fresh)
    if size <= OBJECT_BYTES:
        return Open(opened.inside, opened.rest + fresh)
    return Open(opened.inside, (opened.rest + fresh[:HEAD_BYTES])[:HEAD_BYTES], size)


def _ended(opened: Open, brace: bytes, offset: int) -> list[Stretch]:
    """What is open, ended by a brace at ``offset`` or (no brace) by the end of the stream: nothing, or one stretch."""
    data = b"{" * opened.inside + opened.rest
    begin = offset - (opened.dropped or len(opened.rest)) - opened.inside
    if opened.dropped:
        return [Stretch(begin, data, Unusable("too_long", "object", f"{opened.dropped} bytes", f"at most {OBJECT_BYTES}"))]
    if opened.inside and brace == b"}":
        return [Stretch(begin, data + b"}")]
    if opened.inside:
        return [Stretch(begin, data, Unusable("truncated", "object", "not closed", "flat objects, each closed"))]
    if data or brace == b"}":
        return [Stretch(begin, data + brace * (brace == b"}"), Unusable("malformed", "between objects", _shown(data + brace), "a comma"))]
    return []


def _shown(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")
