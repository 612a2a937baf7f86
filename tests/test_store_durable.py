"""Nothing is acknowledged before it is on the disk: the order of writes and fsyncs, and writers that are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from forewarn.edge import store
from forewarn.edge.store import Store
from forewarn.messages import Snapshot
from tests.record_help import T_NS, header, lines, story, write

ROOT = Path(__file__).resolve().parents[1]

CHILD = """
import random, sys
from itertools import islice
from pathlib import Path
from forewarn.edge import store
from forewarn.edge.store import Store
from forewarn.messages import Snapshot
from tests.record_help import story

path, chance = Path(sys.argv[1]), random.Random(int(sys.argv[2]))
store.CHECKPOINT_EVERY = 500
one = Store.open(path) if Store.exists(path) else Store.create(path)
done = sum(not isinstance(m, Snapshot) for m in one.entries())
lines = islice(story(8, longest=900), done, None)
while True:
    batch = list(islice(lines, chance.choice((1, 3, 20, 300))))
    one.append(line.message for line in batch)
    print(one.commit(), flush=True)
    if batch[-1].ends is not None and chance.random() < 0.3:
        one.snapshot(batch[-1].ends, chance.randbytes(chance.randrange(50_000)))
        print(one.size, flush=True)
"""


def acknowledged_until_killed(path: Path, seed: int) -> int:
    """Let a process write, kill it at a moment that nobody chose, and give the last number of entries that it called durable."""
    chance = random.Random(seed)
    command = [sys.executable, "-c", CHILD, str(path), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as child:
        assert child.stdout is not None
        heard = b"".join(islice(child.stdout, chance.choice((0, 1, 1, 2, 3, 6))))
        time.sleep(chance.random() * (0.05 if heard else 0.4))
        child.send_signal(signal.SIGKILL)
        heard += child.stdout.read()
    assert child.returncode == -signal.SIGKILL
    return max(map(int, heard.splitlines()), default=0)


def survive(path: Path, seed: int) -> None:
    """The record opens, fits and has all that was acknowledged; then it can be gone on with."""
    acknowledged = acknowledged_until_killed(path, seed)
    if not Store.exists(path):
        assert acknowledged == 0
        return
    assert store.verify(path).ok
    with Store.open(path) as one:
        assert one.size >= acknowledged
        position, state = one.last_snapshot()
        assert (state is None) == (position == 0)
    assert store.verify(path).ok
    found = [m for m in store.entries(path) if not isinstance(m, Snapshot)]
    assert found == [line.message for line in islice(story(8, longest=900), len(found))]


def test_a_writer_killed_20_times_loses_nothing_acknowledged(tmp_path: Path) -> None:
    for seed in range(20):
        survive(tmp_path / str(seed // 5), seed)


@pytest.mark.slow
def test_a_writer_killed_200_times_loses_nothing_acknowledged(tmp_path: Path) -> None:
    for seed in range(1_000, 1_200):
        survive(tmp_path / str(seed // 20), seed)


# ------------------------------------------------------------------------------------------------------ writes and fsyncs


class Trace:
    """What is written and made durable, by file, in order."""

    def __init__(self, patch: pytest.MonkeyPatch, below: Path) -> None:
        self.below, self.calls = below, [("", "")]
        for name in ("pwrite", "fsync"):
            patch.setattr(os, name, self._traced(name, getattr(os, name)))
        patch.setattr(Path, "replace", self._traced("replace", Path.replace))

    def _traced(self, name: str, do):  # type: ignore[no-untyped-def]
        def call(first, *more):  # type: ignore[no-untyped-def]
            file = first if isinstance(first, Path) else Path(f"/proc/self/fd/{first}").readlink()
            self.calls.append((name, file.relative_to(self.below).as_posix()))
            return do(first, *more)

        return call

    def since(self) -> Iterator[tuple[str, str]]:
        calls, self.calls = self.calls, []
        return iter(calls)


def test_entries_are_durable_before_their_hashes_and_both_before_they_are_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [line.message for line in lines(4, 300)]
    with write(tmp_path / "record", lines(4, 10)[:5]) as one:
        trace = Trace(monkeypatch, tmp_path / "record")
        list(trace.since())
        one.append(told[5:9])
        one.commit()
        entries, hashes = "tile/entries/000", "tile/0/000"
        assert list(trace.since()) == [("pwrite", entries), ("fsync", entries), ("pwrite", hashes), ("fsync", hashes)]
        one.append(told[9:290])
        one.commit()
        more, beyond = "tile/entries/001", "tile/0/001"
        assert list(trace.since()) == [
            *[("pwrite", entries), ("fsync", entries), ("pwrite", more), ("fsync", more), ("fsync", "tile/entries")],
            *[("pwrite", hashes), ("fsync", hashes), ("pwrite", beyond), ("fsync", beyond), ("fsync", "tile/0")],
        ]
        assert one.commit() == 290
        assert list(trace.since()) == []


def test_a_checkpoint_takes_the_place_of_another_once_it_and_the_tiles_under_it_are_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = write(tmp_path / "record", lines(4, 300))
    trace = Trace(monkeypatch, tmp_path / "record")
    list(trace.since())
    one.close()
    calls = [call for call in trace.since() if call[1] != "tile"]
    assert calls == [
        *[("pwrite", "tile/1/000"), ("fsync", "tile/1/000"), ("fsync", "tile/1")],
        *[("pwrite", "checkpoint.new"), ("fsync", "checkpoint.new"), ("fsync", "."), ("replace", "checkpoint.new"), ("fsync", ".")],
    ]


def test_tiles_are_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = lines(4, 300)
    one = write(tmp_path / "record", told)
    one.snapshot(told[-1].ends or 0, b"state")
    trace = Trace(monkeypatch, tmp_path / "record")
    one.append([header(T_NS * 2, resumed=True)])
    one.close()
    assert "tile/1/000" not in {file for _, file in trace.since()}


def test_entries_that_a_kill_left_are_durable_before_they_get_their_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record"
    write(path, lines(4, 300)).close()
    (path / "tile/0/001").unlink()
    (path / "checkpoint").unlink()
    trace = Trace(monkeypatch, path)
    Store.open(path).close()
    calls = list(trace.since())
    before = calls[: calls.index(("pwrite", "tile/0/001"))]
    assert {("fsync", name) for name in ("tile/entries/001", "tile/entries", "tile", ".")} <= set(before)


def test_a_snapshot_is_durable_before_the_log_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = lines(4, 20)
    with write(tmp_path / "record", told) as one:
        trace = Trace(monkeypatch, tmp_path / "record")
        one.snapshot(told[-1].ends or 0, b"state")
        named = [file for call, file in trace.since() if call in ("pwrite", "replace")]
        state = f"snapshots/{told[-1].ends}.new"
        assert named == [state, state, "tile/entries/000", "tile/0/000", "checkpoint.new", "checkpoint.new"]
        assert isinstance(list(one.entries())[-1], Snapshot)
