"""The record: how fast it is written, opened after a crash, and verified."""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from bench import Figure, Value, measures
from bench.long_record import T_NS, day, write_day
from forewarn import messages
from forewarn.edge import store
from forewarn.edge.store import Store

GROUP = 64  # entries that are made durable together


def timed(act: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def ours(groups: Iterable[Sequence[messages.Message]]) -> list[float]:
    """Seconds that each group takes to be durable on a new record."""
    with tempfile.TemporaryDirectory() as name, Store.create(Path(name) / "record") as one:

        def put(group: Sequence[messages.Message]) -> None:
            one.append(group)
            one.commit()

        return [timed(partial(put, group)) for group in groups]


@measures(Figure("record.append_per_s", "1/s"), Figure("record.commit_ms", "ms"))
def append() -> Iterator[Value]:
    """Entries of some 450 bytes, encoded, hashed and made durable: 64 at a time, and the time of one durable commit of a single entry.
    Beside it SQLite (WAL, synchronous=FULL), which is given the bytes and keeps no hashes."""
    entries = list(islice(day(T_NS, 24, 20), 20_000))
    groups = [entries[at : at + GROUP] for at in range(0, len(entries), GROUP)]
    runs = [(len(entries) / sum(ours(groups)), len(entries) / sqlite(groups)) for _ in range(5)]
    singles = ours([entry] for entry in entries[:1_000])
    rate, peer = (statistics.median(rates) for rates in zip(*runs, strict=True))
    yield Value("record.append_per_s", rate, peer={"sqlite_wal": peer}, runs=len(runs))
    yield Value("record.commit_ms", statistics.median(singles) * 1e3, runs=len(singles))


def sqlite(groups: list[list[messages.Message]]) -> float:
    """Seconds to put the same bytes into a table, a transaction a group."""
    with tempfile.TemporaryDirectory() as name:
        base = sqlite3.connect(Path(name) / "record.db", isolation_level=None)
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        base.execute("CREATE TABLE log (n INTEGER PRIMARY KEY, entry BLOB)")
        begun = time.perf_counter()
        for group in groups:
            base.execute("BEGIN")
            base.executemany("INSERT INTO log (entry) VALUES (?)", [(messages.encode(message),) for message in group])
            base.execute("COMMIT")
        took = time.perf_counter() - begun
        base.close()
    return took


@measures(
    Figure("record.open_s", "s", at_most=5.0),
    Figure("record.verify_entries_per_s", "1/s"),
    Figure("record.verify_peak_mb", "MB"),
)
def a_day() -> Iterator[Value]:
    """A record of 24 hours at 20 entries a second, its checkpoint as far behind as it may be. Opening ends with the newest snapshot and the
    entries behind it read and decoded; the state in it is filler (thawing it is the watch's part). Verifying reads everything."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "record"
        one, size = write_day(path)
        os.close(one._lock)  # as if killed
        yield Value("record.open_s", timed(lambda: recover(path)))
        before = peak_mb()
        yield Value("record.verify_entries_per_s", size / timed(lambda: verified(path, size)))
        yield Value("record.verify_peak_mb", peak_mb() - before)


def recover(path: Path) -> None:
    """Open after a crash, and read what a watch needs to go on."""
    one = Store.open(path)
    position, state = one.last_snapshot()
    assert state is not None
    assert len(list(one.entries(position))) > 1_000
    os.close(one._lock)


def verified(path: Path, size: int) -> None:
    """The whole record, from its bytes."""
    report = store.verify(path)
    assert report.ok, str(report)
    assert report.entries == size


def peak_mb() -> float:
    """The most memory that this process has held so far."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
