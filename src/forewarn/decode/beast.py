"""Mode S frames in the binary form of the Mode-S Beast receiver, which most receivers' programs speak.

Source: "Mode-S Beast: Data Output Formats", wiki.modesbeast.com. A frame is ``1a``, a type (``31`` Mode A/C, ``32`` short and ``33``
long Mode S), six bytes of a counter, one of signal level, and 2, 7 or 14 bytes of the message; each ``1a`` after the type is sent twice.
The counter runs at 12 MHz from no stated moment, so it gives no time: a frame is measured when it arrives. In a
recording it tells how long after the first frame each came. See ``docs/formats/beast.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from forewarn.decode.receiver import Heard, Item, Receiver, due, told
from forewarn.decode.refusals import Unusable
from forewarn.messages import Chunk
from forewarn.site import Site

SIZES = {0x31: 9, 0x32: 14, 0x33: 21}  # bytes behind the type, by type
HEAD_BYTES = 256
HELD_BYTES = 65_536
_JUNK = re.compile(rb"(?:[^\x1a]|\x1a[^\x31-\x33])*", re.DOTALL)  # up to where a frame begins, or may begin
_BODY = re.compile(rb"(?:[^\x1a]|\x1a\x1a)*", re.DOTALL)
_WHOLE = {kind: re.compile(rb"(?:[^\x1a]|\x1a\x1a){%d}" % size, re.DOTALL) for kind, size in SIZES.items()}


class Open(msgspec.Struct, frozen=True):
    """The frame that is still open, from its ``1a``; before it what is no frame: so many bytes, and their head."""

    rest: bytes = b""
    junk: int = 0
    head: bytes = b""


class Frame(NamedTuple):
    """One frame as sent, or (``fault``) the head of what is none; ``body``: counter, level and message, each ``1a`` once."""

    offset: int
    data: bytes
    body: bytes = b""
    fault: Unusable | None = None


class State(msgspec.Struct, frozen=True, kw_only=True, tag="beast"):
    """What is remembered from chunk to chunk."""

    feed: str
    begun: bool = False
    open: Open = Open()
    heard: Heard = Heard()


def decode(state: State, site: Site, chunk: Chunk) -> tuple[State, tuple[Item, ...]]:
    """The claims that the chunk completes. What could not be used is counted and told at a tick."""
    receiver = Receiver(state.feed, site, state.heard, chunk.t_ns)
    opened, frames = split(state.open, chunk.data, chunk.offset)
    if chunk.whole:
        frames += unfinished(opened, chunk.offset + len(chunk.data))
        opened = Open()
        if not (state.begun or chunk.data):
            receiver.refuse(Unusable("missing", "frame", "an empty feed", "Beast frames"), b"", 0)
    for frame in frames:
        _take(receiver, frame, chunk.t_ns)
    return State(feed=state.feed, begun=state.begun or bool(chunk.data), open=opened, heard=receiver.heard), tuple(receiver.items)


def flush(state: State, site: Site, t_ns: int) -> tuple[State, tuple[Item, ...]]:
    """Tell what was refused."""
    if not due(state.heard, t_ns):
        return state, ()
    heard, items = told(state.heard)
    return msgspec.structs.replace(state, heard=heard), items


def split(opened: Open, data: bytes, offset: int) -> tuple[Open, list[Frame]]:
    """Bytes that follow, the first of them at ``offset`` of the stream: the frames that they end, and what stays open."""
    buffer, frames = opened.rest + data, list[Frame]()
    start, at, junk, head = offset - len(opened.rest), 0, opened.junk, opened.head
    while at < len(buffer):
        found = _JUNK.match(buffer, at)
        end = found.end() if found else at
        junk, head, at = junk + end - at, (head + buffer[at:end][:HEAD_BYTES])[:HEAD_BYTES], end
        if at + 2 > len(buffer):
            break
        frame = _frame(buffer, at, start + at)
        if frame is None:
            break
        frames += [*_between(start + at, junk, head), frame]
        junk, head, at = 0, b"", at + len(frame.data)
    return Open(buffer[at:], junk, head), frames


def unfinished(opened: Open, offset: int) -> list[Frame]:
    """What is open, when nothing more will come; ``offset``: where the stream ends."""
    begin = offset - len(opened.rest)
    cut = [Frame(begin, opened.rest, fault=Unusable("truncated", "frame", opened.rest.hex(), "whole frames"))] if opened.rest else []
    return _between(begin, opened.junk, opened.head) + cut


def parts(data: Iterable[bytes]) -> Iterator[tuple[bytes, int | None]]:
    """The frames of a recording, each with the nanoseconds from the first frame to it, and one."""
    opened, offset, held, first = Open(), 0, b"", None
    for block in data:
        opened, frames = split(opened, block, offset)
        offset += len(block)
        held += block
        for frame in frames:
            if not frame.fault:
                count = int.from_bytes(frame.body[:6])
                first = count if first is None else first
                size = len(held) - (offset - frame.offset - len(frame.data))
                yield held[:size], (count - first) * 250 // 3 + 1 if count >= first else None
                held = held[size:]
        if len(held) > HELD_BYTES:
            yield held, None
            held = b""
    if held:
        yield held, None


def _frame(buffer: bytes, at: int, offset: int) -> Frame | None:
    """The frame that begins at ``at`` of the buffer; None where it is still open."""
    if whole := _WHOLE[buffer[at + 1]].match(buffer, at + 2):
        return Frame(offset, buffer[at : whole.end()], whole[0].replace(b"\x1a\x1a", b"\x1a"))
    body = _BODY.match(buffer, at + 2)
    end = body.end() if body else at + 2
    if buffer[end:] in (b"", b"\x1a"):
        return None
    return Frame(offset, buffer[at:end], fault=Unusable("truncated", "frame", buffer[at:end].hex(), "whole frames"))


def _between(end: int, junk: int, head: bytes) -> list[Frame]:
    """What lies between two frames, ``junk`` bytes up to ``end``, as one that is none."""
    return [Frame(end - junk, head, fault=Unusable("malformed", "between frames", head.hex(), "1a and 31, 32 or 33"))] if junk else []


def _take(receiver: Receiver, frame: Frame, t_ns: int) -> None:
    try:
        if frame.fault:
            raise frame.fault
        if frame.data[1] == 0x31:
            raise Unusable("ignored", "Mode A/C", frame.data.hex(), "Mode S: others hold no address")
        count, message = frame.body[:6], frame.body[7:]
        receiver.frame(message, t_ns, f"{count.hex()} {message.hex()}" if any(count) else None)
    except Unusable as bad:
        receiver.refuse(bad, frame.data, frame.offset)
