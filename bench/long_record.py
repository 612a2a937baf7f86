"""A record as long as a day of watching, made without watching a day: right in form, order and hashes, with nothing of meaning in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from forewarn.edge.build import header
from forewarn.edge.store import Store
from forewarn.messages import Chunk, Message, SiteChanged, StepDigest

T_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000
BATCH = 5_000
TAIL_S = 60  # how far before the end the newest snapshot lies: as far as a watch lets it

State = Callable[[int, int], bytes]
Tail = Callable[[int, int], Iterable[Message]]


def day(t_ns: int, hours: float, per_s: int) -> Iterator[Message]:
    """A header, an empty site file, and ``per_s`` entries a second: chunks of 300 bytes, each with its step's digest."""
    yield header(t_ns, "", resumed=False)
    yield SiteChanged(t_ns=t_ns, seq=1, toml="")
    for number in range(1, int(hours * 3600 * per_s / 2)):
        seq, now = 3 * number - 1, t_ns + number * SECOND_NS * 2 // per_s
        yield Chunk(t_ns=now, seq=seq, feed="radar", data=seq.to_bytes(8, "big") * 25, offset=200 * number, whole=True)
        yield StepDigest(of=seq, messages=2, sha256=f"{seq:064x}")


def write_day(
    path: Path, hours: float = 24.0, per_s: int = 20, state: State = lambda seq, t_ns: bytes(200_000), tail: Tail | None = None
) -> tuple[Store, int]:
    """Such a record, still open, and how many entries it has. It ends as a watch's does: a snapshot, then a minute of events.

    ``state(seq, t_ns)`` gives the snapshot's bytes, of a watch that has come to number ``seq`` and time ``t_ns``; ``tail(seq, t_ns)`` the
    entries that come behind it. Without them both are filler, which nobody can thaw or step through.
    """
    store = Store.create(path)
    entries = day(T_NS, hours, per_s)
    before = int(hours * 3600 * per_s) - TAIL_S * per_s
    last: Message | None = None
    for at in range(0, before, BATCH):
        batch = list(islice(entries, min(BATCH, before - at)))
        store.append(batch)
        store.commit()
        last = batch[-1]
    assert isinstance(last, StepDigest)
    seq, t_ns = last.of + last.messages, T_NS + (last.of + 1) // 3 * SECOND_NS * 2 // per_s
    store.snapshot(seq, state(seq, t_ns))
    store.append(entries if tail is None else tail(seq, t_ns))
    return store, store.commit()
