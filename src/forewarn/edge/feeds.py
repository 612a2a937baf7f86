"""Feeds' files as events: recordings by their stated arrival times, live files as they grow."""

from __future__ import annotations

import heapq
import os
import time
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

from forewarn import decode
from forewarn.decode import parquet
from forewarn.decode.pieces import Piece
from forewarn.edge import arrivals
from forewarn.edge.problem import Problem
from forewarn.messages import Chunk, Tick
from forewarn.site import Feed, Site

BLOCK_BYTES = 1 << 18
CHUNK_BYTES = 32_768
TURN_CHUNKS = 64  # chunks that one live feed may give before the others have their turn
POLL_S = 0.05
MARGIN_BYTES = 65_536  # what is read again before the place to go on from
QUIET_NS = 3600 * 1_000_000_000  # so long after the last arrival, ticks wait for the next one
SECOND_NS = 1_000_000_000
Arrival = tuple[int, Chunk | None]  # a time at which something arrived; None: it was read before


def recorded(
    site: Site, data: Path, positions: Mapping[str, int] | None = None, t_ns: int = 0, after_s: float = 5.0
) -> Iterator[Chunk | Tick]:
    """All feeds of a site by arrival time (ties in the site file's order), with ticks until ``after_s`` behind the last of them.

    ``positions`` (bytes already read of each feed) and ``t_ns`` (the watch's clock) say where to go on. A tick at a time comes
    after all that arrives by then; an hour after the last arrival they wait for the next. Raises ``Problem`` for a file that is not there.
    """
    files = [_file(feed, data) for feed in site.feeds]
    begin = min(filter(None, map(_begins, files)), default=0)
    spans = (begin, max(begin, t_ns))
    came = heapq.merge(*(_arrivals(file, (positions or {}).get(file.feed.id), *spans) for file in files), key=itemgetter(0))
    yield from _ticking(came, site.tick_s, t_ns, int(after_s * SECOND_NS))


def next_tick_ns(t_ns: int, tick_s: float) -> int:
    """The first time after ``t_ns`` on the grid: whole multiples of ``tick_s``, and whole seconds where that is under a second."""
    steps = (round(tick_s * SECOND_NS), SECOND_NS) if tick_s < 1 else (round(tick_s * SECOND_NS),)
    return min((t_ns // step + 1) * step for step in steps)


def _ticking(arrivals: Iterator[Arrival], tick_s: float, t_ns: int, after_ns: int) -> Iterator[Chunk | Tick]:
    """Arrivals with the ticks between them and for ``after_ns`` behind them; up to ``t_ns`` there were ticks already."""
    due = next_tick_ns(t_ns, tick_s) if t_ns else 0
    last = 0
    for at_ns, chunk in arrivals:
        due = due or next_tick_ns(at_ns - 1, tick_s)
        while due < at_ns:
            yield Tick(t_ns=due)
            due = next_tick_ns(due if due < last + QUIET_NS else max(due, at_ns - 1), tick_s)
        last = at_ns
        if chunk is not None:
            yield chunk
    while due and due <= last + after_ns:
        yield Tick(t_ns=due)
        due = next_tick_ns(due, tick_s)


class _File(NamedTuple):
    """A recording; ``told``: the file that says when its bytes came, if it has one."""

    feed: Feed
    path: Path
    told: Path | None

    def pieces(self, skip: tuple[int, int] = (0, 0)) -> Iterator[Piece]:
        if self.told:
            return arrivals.pieces(self.path, self.told)
        return decode.cut(self.feed, _blocks(self.path, self.feed.format == "table", skip))

    @property
    def elapsed(self) -> bool:
        """Whether its pieces' times count from the beginning of the recording."""
        return self.told is None and self.feed.format in decode.ELAPSED


def _file(feed: Feed, data: Path) -> _File:
    file = _File(feed, data / feed.file, data / feed.arrivals if feed.arrivals else None)
    for key, path in (("file", file.path), ("arrivals", file.told)):
        if path and not path.is_file():
            raise Problem(f"feeds.{feed.id}.{key}: {path}: there is no such file")
    return file


def _blocks(path: Path, parquets: bool, skip: tuple[int, int] = (0, 0)) -> Iterator[bytes]:
    """A file's bytes but those from one place up to another; of a Parquet file all its rows as CSV."""
    try:
        with path.open("rb") as file:
            if parquets and parquet.is_parquet(file.read(4)):
                yield from parquet.csv_text(file)
                return
            file.seek(0)
            if skip[0]:
                yield file.read(skip[0])
            file.seek(skip[1])
            while block := file.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        raise Problem(f"{path}: cannot be read: {error}") from None


def _known(feed: Feed, path: Path, position: int) -> tuple[int, int]:
    """The stretch of a recording in lines that need not be read again: from behind its head up to a line well before ``position``."""
    if feed.format not in ("table", "mode_s") or position < 4 * MARGIN_BYTES:
        return 0, 0
    with path.open("rb") as file:
        head = file.read(MARGIN_BYTES)
        file.seek(position - MARGIN_BYTES)
        line = file.readline(MARGIN_BYTES)
    begin = head.rfind(b"\n") + 1
    return (begin, position - MARGIN_BYTES + len(line)) if begin and line.endswith(b"\n") and not parquet.is_parquet(head) else (0, 0)


def _begins(file: _File) -> int | None:
    """When the first bytes of a recording arrived; None: it gives no time."""
    return None if file.elapsed else next((piece.t_arrival_ns for piece in file.pieces() if piece.t_arrival_ns), None)


def _arrivals(file: _File, position: int | None, begin_ns: int, start_ns: int) -> Iterator[Arrival]:
    """A recording that began at ``begin_ns``: behind ``position`` chunks, none before ``start_ns``. An empty file is one empty chunk."""
    feed, derived = file.feed, file.told is None
    skip = _known(feed, file.path, position or 0) if derived else (0, 0)
    done, offset = (position or 0) - (skip[1] - skip[0]), 0  # counted in what is read
    for piece in file.pieces(skip):
        offset = piece.offset + len(piece.data)
        fresh = piece.data[max(0, done - piece.offset) :]
        t_ns = max(begin_ns, piece.t_arrival_ns + (begin_ns if file.elapsed else 0))
        if not fresh:
            yield t_ns, None
        else:
            t_ns, at = max(t_ns, start_ns), offset - len(fresh) + skip[1] - skip[0]
            yield t_ns, Chunk(t_ns=t_ns, feed=feed.id, data=fresh, offset=at, whole=piece.whole, derived=derived)
    if not offset and position is None:
        yield start_ns, Chunk(t_ns=start_ns, feed=feed.id, data=b"", whole=True, derived=True)


# ----------------------------------------------------------------------------------------------------------- live


def follow(
    site: Site,
    data: Path,
    clock: Callable[[], int],
    positions: Mapping[str, int] | None = None,
    stopped: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda text: None,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[Chunk | Tick]:
    """Files that grow, as they grow, until ``stopped``: chunks with the clock's time, and a tick on each time of the grid that it passes.

    A file that is not there yet is waited for. One that was put in another's place, or cut short, is read from its start, after an
    empty chunk that ends what the old one left open; ``say`` is told. Raises ``Problem`` where a feed is a recording.
    """
    recordings = [feed.id for feed in site.feeds if not feed.live]
    if recordings:
        raise Problem(f"feeds.{recordings[0]}: is a recording; a watch follows live feeds or plays recordings, not both")
    tails = [_Tail(feed, data / feed.file, (positions or {}).get(feed.id, 0), say) for feed in site.feeds]
    try:
        yield from _turns(tails, site.tick_s, clock, stopped, wait)
    finally:
        for tail in tails:
            tail.close()


def _turns(
    tails: list[_Tail], tick_s: float, clock: Callable[[], int], stopped: Callable[[], bool], wait: Callable[[float], None]
) -> Iterator[Chunk | Tick]:
    """Each feed in turn, and the ticks; what is read at a time comes behind the tick at that time or before."""
    now = clock()
    due = next_tick_ns(now, tick_s)
    while not stopped():
        now = max(now, clock())
        if now >= due:
            due = next_tick_ns(now, tick_s)
            yield Tick(t_ns=_tick_by(now, tick_s))
        heard = False
        for tail in tails:
            for chunk in tail.read(now):
                heard = True
                yield chunk
        if not heard:
            wait(min(POLL_S, max(0.0, (due - now) / SECOND_NS)))


def _tick_by(t_ns: int, tick_s: float) -> int:
    """The last time on the grid that is not after ``t_ns``."""
    steps = (round(tick_s * SECOND_NS), SECOND_NS) if tick_s < 1 else (round(tick_s * SECOND_NS),)
    return max(t_ns // step * step for step in steps)


class _Tail:
    """One growing file."""

    def __init__(self, feed: Feed, path: Path, position: int, say: Callable[[str], None]) -> None:
        self.feed, self.path, self.position, self.say = feed, path, position, say
        self.file: BinaryIO | None = None

    def read(self, t_ns: int) -> Iterator[Chunk]:
        """What was added, at most ``TURN_CHUNKS`` chunks of it."""
        if self.file is None and not self._open():
            return
        assert self.file is not None
        for _ in range(TURN_CHUNKS):
            block = self.file.read(CHUNK_BYTES)
            if not block:
                break
            yield Chunk(t_ns=t_ns, feed=self.feed.id, data=block, offset=self.position)
            self.position += len(block)
        else:
            return
        if self._gone():
            self.say(f"feeds.{self.feed.id}: {self.path} was put anew or cut short; it is read from its start")
            yield Chunk(t_ns=t_ns, feed=self.feed.id, data=b"", offset=self.position, whole=True)
            self.close()
            self.position = 0

    def close(self) -> None:
        """Let go of the file."""
        if self.file is not None:
            self.file.close()
        self.file = None

    def _open(self) -> bool:
        try:
            self.file = self.path.open("rb", buffering=0)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Problem(f"feeds.{self.feed.id}.file: {self.path}: cannot be read: {error}") from None
        if os.fstat(self.file.fileno()).st_size < self.position:
            self.position = 0
        self.file.seek(self.position)
        return True

    def _gone(self) -> bool:
        """Whether the file at the path is another one now, or shorter than what was read of it."""
        assert self.file is not None
        ours = os.fstat(self.file.fileno())
        try:
            there = self.path.stat()
        except OSError:
            return False  # between two files: wait for the new one
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino) or ours.st_size < self.position
