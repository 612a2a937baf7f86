"""Messages in the order that a watch writes them, made up from a seed; and records made of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from forewarn.edge.store import Store
from forewarn.messages import Chunk, Header, Message, Notice, SiteChanged, StepDigest, Tick

T_NS = 1_790_000_000_000_000_000


class Line(NamedTuple):
    """A message, and the last number that the watch has given where a step ends with it."""

    message: Message
    ends: int | None


def header(t_ns: int = T_NS, *, resumed: bool = False) -> Header:
    """A header that any machine writes alike."""
    return Header(t_ns=t_ns, format=1, build="0+0", python="3", numpy="2", processor="none", features=(), resumed=resumed)


def story(seed: int, longest: int = 2_000) -> Iterator[Line]:
    """A header, a site file, then steps without end; chunks of up to ``longest`` bytes."""
    chance = random.Random(seed)
    yield Line(header(), 0)
    yield Line(SiteChanged(t_ns=T_NS, seq=1, toml='name = "harbour"\n'), 1)
    seq, t_ns = 2, T_NS
    while True:
        t_ns += chance.randrange(3) * 100_000_000
        kept = chance.randrange(3)
        given = kept + chance.randrange(5)
        event = (
            Tick(t_ns=t_ns, seq=seq) if given else Chunk(t_ns=t_ns, seq=seq, feed="radar", data=chance.randbytes(chance.randrange(longest)))
        )
        yield Line(event, None if given else seq)
        for number in sorted(chance.sample(range(seq + 1, seq + given + 1), kept)):
            yield Line(Notice(t_ns=t_ns, seq=number, about="zone", subject="pier", state="blind", text="n" * chance.randrange(99)), None)
        if given:
            yield Line(StepDigest(of=seq, messages=given, sha256=chance.randbytes(32).hex()), seq + given)
        seq += given + 1


def lines(seed: int, count: int, longest: int = 2_000) -> list[Line]:
    """The beginning of a story: so many lines, and on to the end of the step."""
    told: list[Line] = []
    for line in story(seed, longest):
        told.append(line)
        if len(told) >= count and line.ends is not None:
            break
    return told


def write(path: Path, lines: list[Line], snapshots: int = 0, batch: int = 7) -> Store:
    """A record of these lines, committed every ``batch``, with a snapshot wherever ``snapshots`` more steps have ended; left open."""
    store = Store.create(path)
    ended = 0
    for number, line in enumerate(lines, 1):
        store.append([line.message])
        if number % batch == 0:
            store.commit()
        ended += line.ends is not None
        if line.ends is not None and snapshots and ended % snapshots == 0:
            store.snapshot(line.ends, random.Random(ended).randbytes(500))
    store.commit()
    return store


def contents(path: Path) -> dict[str, bytes]:
    """All files of a folder, by their names in it."""
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


class InMemory:
    """A record's files as ``record.verify`` reads them."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.held = files

    def files(self) -> list[tuple[str, int]]:
        """Name and size."""
        return [(name, len(data)) for name, data in sorted(self.held.items())]

    def read(self, name: str, limit: int) -> bytes | None:
        """At most ``limit`` bytes."""
        data = self.held.get(name)
        return None if data is None else data[:limit]
