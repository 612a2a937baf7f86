"""A live feed: a file that grows is followed by the wall clock, warned of in earnest, and ended in order by a signal."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from forewarn.edge import store
from forewarn.messages import Alert, Chunk, DeliveryReport, Observation, Tick, Warning
from tests.small import SITE

PEOPLE = """
salt = "0123456789abcdef0123456789abcdef"

[[recipients]]
id = "desk"
channel = { kind = "folder", path = "told" }
"""
LIVE = (
    SITE.replace('file = "plots.csv"', 'file = "plots.csv"\nlive = true')
    .replace("tell = []", 'tell = ["desk"]')
    .replace("tick_s = 1.0", 'tick_s = 0.2\nrecipients = "people.toml"')
    .replace('unit = "s"', 'unit = "ns"')
    .replace("interval_s = 1.0", "interval_s = 0.1")
)


def row(t_ns: int, age_s: float) -> str:
    """Something that comes from 600 m north at 60 m/s."""
    return f"{t_ns},{52.0 + (600 - 60 * age_s) / 111_250:.7f},{5.0 + 1e-5 * math.sin(age_s):.7f}\n"


def test_a_growing_file_is_followed_and_a_signal_ends_the_watch_in_order(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(LIVE)
    (tmp_path / "people.toml").write_text(PEOPLE)
    plots = tmp_path / "plots.csv"
    plots.write_text("time,lat,lon\n")
    child = subprocess.Popen(
        [sys.executable, "-m", "forewarn.cli", "run", "site.toml", "--record", "r"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, env={**os.environ},
    )  # fmt: skip
    try:
        until = time.monotonic() + 600  # where nothing is compiled yet, that comes first
        while not store.Store.exists(tmp_path / "r") and child.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        begun, until = time.time_ns(), time.monotonic() + 60
        while time.monotonic() < until and not any((tmp_path / "told" / "desk").glob("*.xml")):
            now = time.time_ns()
            with plots.open("a") as file:
                file.write(row(now, (now - begun) / 1e9))
            time.sleep(0.1)
        time.sleep(0.5)  # some ticks more
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == 0, err
    assert "live feeds" in out
    entries = list(store.entries(tmp_path / "r"))
    assert store.verify(tmp_path / "r").ok
    chunks = [e for e in entries if isinstance(e, Chunk)]
    assert chunks
    assert not any(c.derived for c in chunks), "arrival was seen, not worked out"
    assert all(begun - 10**9 <= c.t_ns <= time.time_ns() for c in chunks if c.offset)
    assert sum(isinstance(e, Tick) for e in entries) >= 2
    assert not any(isinstance(e, Observation) for e in entries), "what replay gives back is not written"
    assert any(isinstance(e, Warning) and e.action == "raise" for e in entries)
    assert {e.status for e in entries if isinstance(e, Alert)} <= {"Actual", "System"}
    assert any(isinstance(e, Alert) and e.status == "Actual" for e in entries)
    assert any(isinstance(e, DeliveryReport) and e.state == "sent" for e in entries)
