"""A recording cut by its feed's stated rule for arrival times.

The pieces of a feed, put together, are its bytes, in order. Arrival times never go back: what says an earlier time than what came
before it, or none, is taken to arrive with it. A time that leaps ahead by more than ``LEAP_NS``, and the first of all, is believed
once the next one lies within ``DAY_NS`` behind it, so that one broken cell does not move the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from forewarn.decode import autoferry, beast, columns, mode_s
from forewarn.decode.lines import raw_lines
from forewarn.decode.refusals import Unusable
from forewarn.decode.times import SECOND_NS, parse
from forewarn.site import Column, Feed, Table

PIECE_BYTES = 32_768
LEAP_NS = 60 * SECOND_NS
DAY_NS = 86_400 * SECOND_NS
HELD_BYTES = 1 << 20
ELAPSED = frozenset({"beast"})  # formats without a time: their pieces' count from the beginning of the recording


class Piece(NamedTuple):
    """``t_arrival_ns`` 0: nothing in the recording gave a time yet. ``whole``: the last piece of its arrival."""

    t_arrival_ns: int
    offset: int
    data: bytes
    whole: bool


Timed = tuple[bytes, int | None]  # a part of the recording, and what it says of its arrival


def arrivals(parts: Iterable[Timed]) -> Iterator[tuple[bytes, int]]:
    """Parts with the arrival time that is believed; at most ``HELD_BYTES`` wait for one."""
    last, leap, held, size = 0, 0, list[bytes](), 0
    for data, t_ns in parts:
        if t_ns is not None:
            if leap:
                last = leap if leap <= t_ns <= leap + DAY_NS else last
                yield from ((d, last) for d in held if last)
                held, leap = ([], 0) if last else (held, 0)
            last, leap = (last, t_ns) if t_ns > last + LEAP_NS else (max(last, t_ns), 0)
        held.append(data)
        size = size + len(data) if len(held) > 1 else len(data)
        if size > HELD_BYTES and not last:
            last, leap = leap, 0
        if (last and not leap) or size > HELD_BYTES:
            yield from ((d, last) for d in held)
            held = []
    if leap and (not last or leap <= last + DAY_NS):
        last = leap
    yield from ((d, last) for d in held)


def pieces(parts: Iterable[tuple[bytes, int]]) -> Iterator[Piece]:
    """Parts of one arrival together, in pieces of at most ``PIECE_BYTES``."""
    offset, t_ns, group = 0, 0, bytearray()
    for data, arrival_ns in parts:
        if group and arrival_ns != t_ns:
            yield Piece(t_ns, offset, bytes(group), True)
            offset += len(group)
            group.clear()
        t_ns = arrival_ns
        group += data
        while len(group) > PIECE_BYTES:
            yield Piece(t_ns, offset, bytes(group[:PIECE_BYTES]), False)
            offset += PIECE_BYTES
            del group[:PIECE_BYTES]
    if group:
        yield Piece(t_ns, offset, bytes(group), True)


def cut(feed: Feed, data: Iterable[bytes]) -> Iterator[Piece]:
    """A recording of the feed, given in blocks of any size, as pieces with the arrival times that its rule gives."""
    return pieces(arrivals(_parts(feed, data)))


def _parts(feed: Feed, data: Iterable[bytes]) -> Iterator[Timed]:
    match feed.format:
        case "autoferry":
            return autoferry.parts(feed, data)
        case "mode_s":
            return mode_s.parts(data)
        case "beast":
            return beast.parts(data)
        case "table":
            assert feed.table is not None
            return _rows(feed.table, data)


def _rows(table: Table, data: Iterable[bytes]) -> Iterator[Timed]:
    """The lines of a table, each with the time in the column that gives its arrival; a look is not taken apart."""
    by_look = table.arrival == "scan_time" and table.scan_time is not None
    column = table.scan_time if by_look and table.scan_time else table.time
    look = table.scan_time.column if table.scan_time and not by_look else ""
    part, newest, current = bytearray(), 0, ""
    for line, cells in _cells(table, data):
        scan = cells.get(look, "")
        if part and (not look or (scan and scan != current) or len(part) > HELD_BYTES):
            yield bytes(part), newest or None
            part, newest = bytearray(), 0
        current = scan or current
        part += line
        newest = max(newest, _time_or_0(cells.get(column.column, ""), column))
    if part:
        yield bytes(part), newest or None


def _time_or_0(text: str, column: Column) -> int:
    try:
        return parse(text, column.unit, column.column) if text else 0
    except Unusable:
        return 0


def _cells(table: Table, data: Iterable[bytes]) -> Iterator[tuple[bytes, dict[str, str]]]:
    """The lines of a table as they are, each with its cells by column; none for what is no row."""
    wanted = {table.time.column, table.scan_time.column if table.scan_time else table.time.column}
    places: dict[str, int] | None = None
    for line, sound in raw_lines(data):
        try:
            cells = columns.cells(line.rstrip(b"\r\n"), places is None) if sound else ()
        except Unusable:
            cells = ()
        if places is None and columns.is_header(table, cells):
            places = {name: cells.index(name) for name in sorted(wanted) if name in cells}
            cells = ()
        yield line, {name: cells[at] for name, at in (places or {}).items() if at < len(cells)}
