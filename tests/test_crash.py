"""``kill -9`` at random moments of a run: the record opens, verifies and is gone on with; nothing acknowledged is lost."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from pathlib import Path

import pytest

from forewarn import messages as m
from forewarn.edge import store
from forewarn.edge.running import Options, run
from tests.small import SITE, table

FORK = multiprocessing.get_context("fork")
SECONDS = 60
SPEED = 60.0


def _run(folder: Path, record: Path, speed: float | None) -> None:
    run(folder / "site.toml", Options(data=folder, record=record, speed=speed), say=lambda text: None)


def _acknowledged(record: Path) -> list[bytes]:
    """The entries that are durable now, read beside the writer; none where there is no record yet."""
    try:
        return [m.encode(e) for e in store.entries(record)]
    except store.StoreError:
        return []


def _kill(folder: Path, record: Path, after_s: float) -> list[bytes]:
    """Run, and kill it after a time; what had been acknowledged just before."""
    child = FORK.Process(target=_run, args=(folder, record, SPEED))
    child.start()
    child.join(after_s)
    before = _acknowledged(record)
    if child.pid and child.is_alive():
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    return before


def _said(record: Path) -> list[tuple[object, ...]]:
    """What was warned of, and what was read."""
    entries = list(store.entries(record))
    chunks = [e.data for e in entries if isinstance(e, m.Chunk)]
    warnings = [(e.action, e.zone, e.t_ns) for e in entries if isinstance(e, m.Warning)]
    return [(b"".join(chunks), *warnings)]


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_kill_9_at_random_moments(tmp_path: Path, kills: int) -> None:
    rng = random.Random(kills)
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "plots.csv").write_text(table(SECONDS))
    _run(tmp_path, tmp_path / "whole", None)
    wanted = _said(tmp_path / "whole")
    record, number = tmp_path / "r0", 0
    for _ in range(kills):
        before = _kill(tmp_path, record, rng.uniform(0.0, 0.6))
        if not store.Store.exists(record):
            continue
        with store.Store.open(record):
            pass
        report = store.verify(record)
        assert report.ok, str(report)
        after = _acknowledged(record)
        assert after[: len(before)] == before, "an acknowledged entry was lost"
        if _said(record) == wanted:
            number += 1
            record = tmp_path / f"r{number}"
    _run(tmp_path, record, None)
    assert _said(record) == wanted
    assert store.verify(record).ok
