"""Mode S frames as JSON lines: ``{"timestamp": 1720248189.525, "frame": "8f39…"}``, unix seconds and hexadecimal digits.

As rs1090's tools and the `traffic` library write them; what else a line holds is another decoder's reading, and is not used. See
``docs/formats/mode_s.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from forewarn.decode.lines import LINE_BYTES, Line, Lines, raw_lines, split, unfinished
from forewarn.decode.receiver import Heard, Item, Receiver, due, told
from forewarn.decode.refusals import Unusable
from forewarn.decode.times import parse
from forewarn.messages import Chunk
from forewarn.site import Site

_HEX = re.compile(r"(?:[0-9A-Fa-f]{14}){1,2}")
_TIME = re.compile(rb'"timestamp"\s*:\s*([-+0-9.eE]{1,40})')


class Row(msgspec.Struct):
    """A line; other keys are not read."""

    timestamp: msgspec.Raw
    frame: str


_rows = msgspec.json.Decoder(Row)


class State(msgspec.Struct, frozen=True, kw_only=True, tag="mode_s"):
    """What is remembered from chunk to chunk."""

    feed: str
    begun: bool = False
    lines: Lines = Lines()
    heard: Heard = Heard()


def decode(state: State, site: Site, chunk: Chunk) -> tuple[State, tuple[Item, ...]]:
    """The claims that the chunk completes. What could not be used is counted and told at a tick."""
    receiver = Receiver(state.feed, site, state.heard, chunk.t_ns)
    lines, done = split(state.lines, chunk.data, chunk.offset)
    for line in done:
        _line(receiver, line)
    if chunk.whole:
        _end(receiver, unfinished(lines, chunk.offset + len(chunk.data)), empty=not (state.begun or chunk.data))
        lines = Lines()
    begun = state.begun or bool(chunk.data)
    return State(feed=state.feed, begun=begun, lines=lines, heard=receiver.heard), tuple(receiver.items)


def flush(state: State, site: Site, t_ns: int) -> tuple[State, tuple[Item, ...]]:
    """Tell what was refused."""
    if not due(state.heard, t_ns):
        return state, ()
    heard, items = told(state.heard)
    return msgspec.structs.replace(state, heard=heard), items


def parts(data: Iterable[bytes]) -> Iterator[tuple[bytes, int | None]]:
    """The lines of a recording, each with its time stamp."""
    for line, _ in raw_lines(data):
        time = _TIME.search(line)
        try:
            yield line, parse(time[1].decode(), "s", "timestamp") if time else None
        except Unusable:
            yield line, None


def _end(receiver: Receiver, line: Line | None, empty: bool) -> None:
    if line is not None and line.dropped:
        _line(receiver, line)
    elif line is not None:
        receiver.refuse(Unusable("truncated", "line", "no newline at its end", "whole lines"), line.data, line.offset)
    elif empty:
        receiver.refuse(Unusable("missing", "line", "an empty feed", "lines of JSON"), b"", 0)


def _line(receiver: Receiver, line: Line) -> None:
    try:
        if line.dropped:
            raise Unusable("too_long", "line", f"{line.dropped} bytes", f"at most {LINE_BYTES}")
        if line.data.strip():
            _row(receiver, line.data)
    except Unusable as bad:
        receiver.refuse(bad, line.data, line.offset)


def _row(receiver: Receiver, data: bytes) -> None:
    try:
        row = _rows.decode(data)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Unusable("malformed", "line", str(error), 'a JSON object with "timestamp" and "frame"') from None
    if not _HEX.fullmatch(row.frame):
        raise Unusable("malformed", "frame", row.frame, "14 or 28 hexadecimal digits")
    text = bytes(row.timestamp).decode()
    t_ns = receiver.clock.not_ahead(parse(text, "s", "timestamp"), "timestamp", text)
    receiver.clock.in_order(t_ns, "timestamp", text)
    receiver.frame(bytes.fromhex(row.frame), t_ns, f"{text} {row.frame}")
