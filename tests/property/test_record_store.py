"""Whatever the sizes of entries and wherever the machine stops: what was acknowledged is there, or the record says that it is not."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forewarn import record
from forewarn.edge import store
from forewarn.edge.store import Damaged, Store
from forewarn.messages import Message, Snapshot
from tests.crashes import Stopping, beginning, let_go, sectors, stopped
from tests.record_help import Line, contents, story, write

LINES = list(islice(story(77, longest=600), 3_600))
Left = Callable[[random.Random, bytes], bytes]


@pytest.fixture(autouse=True, scope="module")
def quick_disk() -> Iterator[None]:
    """No waiting for the disk: that fsync is called where it must be is tests/test_store_durable.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda fd: None)
        yield


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "record"


def told(path: Path) -> list[Message]:
    return [m for m in store.entries(path) if not isinstance(m, Snapshot)]


class Watch:
    """Writes the story from where the record stands, in commits of these sizes, with a snapshot where a step ends; knows what was
    acknowledged."""

    def __init__(self, path: Path, commits: list[int]) -> None:
        self.path, self.commits, self.acknowledged = path, commits, 0

    def run(self) -> None:
        one = Store.open(self.path) if Store.exists(self.path) else Store.create(self.path)
        done = len(told(self.path)) if one.size else 0
        assert done >= self.acknowledged
        for size in self.commits:
            batch = LINES[done : done + size]
            one.append(line.message for line in batch)
            one.commit()
            done += size
            self.acknowledged = done
            if batch[-1].ends is not None:
                one.snapshot(batch[-1].ends, b"state" * size)
        one.close()


def check(path: Path, acknowledged: int) -> None:
    """The record holds a beginning of the story, with all that was acknowledged, and fits."""
    if not Store.exists(path):
        assert acknowledged == 0
        return
    with Store.open(path) as one:
        position, state = one.last_snapshot()
        assert (state is None) == (position == 0)
    found = told(path)
    assert len(found) >= acknowledged
    assert found == [line.message for line in LINES[: len(found)]]
    report = store.verify(path)
    assert report.ok, str(report)


COMMITS = st.lists(st.sampled_from([1, 2, 3, 30, 257]), min_size=1, max_size=4)


@settings(max_examples=100)
@given(COMMITS, st.integers(1, 120), st.integers(1, 30), st.sampled_from([beginning, sectors]), st.integers(0, 2**32))
@example([3, 257, 257], 14, 2, sectors, 0)
def test_a_crash_anywhere_and_another_while_mending_takes_nothing_acknowledged(
    commits: list[int], at: int, again: int, left: Left, seed: int
) -> None:
    with folder() as path, pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "CHECKPOINT_EVERY", 300)
        watch = Watch(path, commits)
        for number, step in enumerate((at, again)):
            with pytest.MonkeyPatch.context() as inner:
                Stopping(inner, step, left, seed + number)
                crashed = stopped(watch.run)
            let_go(path)
            if not crashed:
                break
        check(path, watch.acknowledged)
        watch.run()  # and the watch goes on
        check(path, watch.acknowledged)


def test_each_single_step_may_be_the_last(tmp_path: Path) -> None:
    for at in range(1, 200):
        path = tmp_path / str(at)
        watch = Watch(path, [3, 260, 2, 40])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, "CHECKPOINT_EVERY", 256)
            Stopping(patch, at, beginning, at)
            crashed = stopped(watch.run)
        let_go(path)
        check(path, watch.acknowledged)
        if not crashed:
            assert at > 30
            return
    raise AssertionError("the story is longer than this test")


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return LINES[:700]


@pytest.fixture(scope="module")
def whole(lines: list[Line], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A record as a kill leaves it, its checkpoint behind its end."""
    path = tmp_path_factory.mktemp("records") / "whole"
    one = write(path, lines[:300], snapshots=20)
    one.append(line.message for line in lines[300:])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "CHECKPOINT_EVERY", 1 << 30)
        one.commit()
    os.close(one._lock)
    return contents(path)


def put(path: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)


@settings(max_examples=100)
@given(st.data())
def test_files_cut_short_anywhere_lose_nothing_in_silence(whole: dict[str, bytes], lines: list[Line], data: st.DataObject) -> None:
    """All that was acknowledged comes back, or opening or reading refuses."""
    files = dict(whole)
    for name in data.draw(st.lists(st.sampled_from(sorted(n for n in whole if whole[n])), min_size=1, max_size=2, unique=True)):
        size = data.draw(st.integers(0, len(whole[name]) - 1))
        files = {n: d for n, d in files.items() if n != name} if data.draw(st.booleans()) else files | {name: whole[name][:size]}
    hashes_left = sum(len(d) // 32 for n, d in files.items() if n.startswith("tile/0/"))
    covered = int(whole["checkpoint"].split(b"\n")[1])
    with folder() as path:
        put(path, files)
        try:
            Store.open(path).close()
            found = told(path)
        except Damaged:
            return
        if len(found) < len(lines):  # possible only where leaf hashes and entries were lost together, behind the checkpoint
            assert hashes_left < record_size(whole)
            assert len(found) >= (covered if "checkpoint" in files else 0) - 3
        assert found == [line.message for line in lines[: len(found)]]


def record_size(files: dict[str, bytes]) -> int:
    return sum(len(record.unframe(d)[0]) for n, d in files.items() if n.startswith("tile/entries/"))
