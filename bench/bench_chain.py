"""The whole chain: bytes to warnings to a durable record."""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench import Figure, Skip, Value, measures
from bench.peers import gnn_ms_per_scan
from forewarn import watch
from forewarn.edge.running import Options, run
from forewarn.edge.store import Store
from forewarn.edge.watching import Watching, site_events
from forewarn.messages import Chunk, Event, Tick

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "icmcis" / "1_1"
OBJECTS = (10, 100, 300)
SCANS = 40
START_NS = 1_700_000_000_000_000_000


def _quiet(text: str) -> None:
    """Nobody listens in a bench."""


@measures(Figure("chain.icmcis_1_1.times_real_time", "1", at_least=100.0), Figure("chain.peak_mb", "MB"))
def trial() -> Iterator[Value]:
    """The counter-drone trial, 11 minutes and 18,000 radar reports, recorded: seconds of events a second; memory of the process."""
    if not DATA.is_dir():
        raise Skip("needs the ICMCIS 2021 recording 1_1")
    speeds = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            summary = run(ROOT / "examples" / "icmcis_1_1.toml", Options(data=DATA, record=Path(folder) / "r"), say=_quiet)
        speeds.append((summary.until_ns - summary.begun_ns) / 1e9 / summary.wall_s)
    yield Value("chain.icmcis_1_1.times_real_time", statistics.median(speeds), runs=3)
    yield Value("chain.peak_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


FIELD = """
version = 1
name = "field"
origin = {{ lat_deg = 0.0, lon_deg = 0.0 }}
tick_s = 1.0

[[sensors]]
id = "radar"
kind = "radar"
reports = "position"
position = {{ lat_deg = 0.0, lon_deg = 0.0 }}
sigma_m = 5.0
clutter = {clutter}
interval_s = 1.0
coverage = {{ max_range_m = {reach} }}

[[feeds]]
id = "radar"
sensor = "radar"
format = "table"
file = "none"

[feeds.table]
time = {{ column = "t", unit = "ns" }}
scan_time = {{ column = "t", unit = "ns" }}
columns = {{ lat = {{ column = "lat", unit = "deg" }}, lon = {{ column = "lon", unit = "deg" }} }}

[[zones]]
id = "gate"
name = {{ en = "Gate" }}
circle = {{ lat_deg = 0.0, lon_deg = 0.0, radius_m = 100.0 }}
"""


def scans(objects: int, spacing_m: float, seed: int = 1) -> list[np.ndarray]:
    """Plots (2, n) of each scan: a square field of objects at walking pace, found with 0.9, 5 m noise, 0.2 N false ones."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(objects)))
    grid = (np.stack(np.unravel_index(np.arange(objects), (side, side))) - side / 2) * spacing_m
    speed = rng.normal(0.0, 5.0, (2, objects))
    half = side * spacing_m / 2
    out = []
    for k in range(SCANS):
        seen = rng.random(objects) < 0.9
        plots = (grid + speed * k)[:, seen] + rng.normal(0.0, 5.0, (2, int(seen.sum())))
        out.append(np.hstack([plots, rng.uniform(-half, half, (2, rng.poisson(0.2 * objects)))]))
    return out


def _events(field: list[np.ndarray]) -> Iterator[tuple[Chunk, Tick]]:
    header = "t,lat,lon\n"
    for k, plots in enumerate(field):
        t_ns = START_NS + k * 1_000_000_000
        rows = "".join(f"{t_ns},{n / 110574.0:.8f},{e / 111319.5:.8f}\n" for e, n in plots.T)
        text = (header if k == 0 else "") + rows
        yield Chunk(t_ns=t_ns, feed="radar", data=text.encode(), whole=True), Tick(t_ns=t_ns)


def _step_ms(objects: int) -> float:
    """Median milliseconds for one scan and the judging behind it, over the second half of the scans."""
    field = scans(objects, 200.0)
    reach = 200.0 * np.sqrt(objects) + 500.0
    state = watch.State()
    for event in site_events(FIELD.format(clutter=max(0.2 * objects, 0.1), reach=reach), START_NS):
        state, *_ = watch.account(state, watch.stamped(state, event))
    took = []
    for pair in _events(field):
        begun = time.perf_counter()
        state = _take(state, pair)
        took.append(time.perf_counter() - begun)
    return statistics.median(took[SCANS // 2 :]) * 1e3


def _take(state: watch.State, events: tuple[Event, ...]) -> watch.State:
    for event in events:
        state, *_ = watch.account(state, watch.stamped(state, event))
    return state


@measures(*(Figure(f"chain.step_ms.{n}", "ms") for n in OBJECTS))
def steps() -> Iterator[Value]:
    """One scan of N objects through the whole chain (decode to decisions, without the disk), beside a tracker alone."""
    for objects in OBJECTS:
        peer = {"stonesoup_gnn": gnn_ms_per_scan(scans(objects, 200.0))}
        yield Value(f"chain.step_ms.{objects}", _step_ms(objects), peer=peer, runs=SCANS // 2)


@measures(Figure("record.recovery_s", "s", at_most=5.0))
def recovery() -> Iterator[Value]:
    """From a record of 24 hours, left by a process that died, to a watch that takes events again. Two objects, a scan every 5 s,
    a tick a second: some 100,000 events. A snapshot is at most a minute old, so what is taken again is at most that."""
    toml = FIELD.format(clutter=0.5, reach=2000.0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r"
        child = multiprocessing.get_context("fork").Process(target=_day, args=(path, toml))
        child.start()
        child.join()
        begun = time.perf_counter()
        again = Watching(Store.open(path), say=_quiet)
        again.resume(toml)
        yield Value("record.recovery_s", time.perf_counter() - begun)


def _day(path: Path, toml: str) -> None:
    """Watch for 24 hours of events, and die without a word."""
    watching = Watching(Store.create(path), durable_every=1000, say=_quiet)
    watching.begin(toml, START_NS)
    chunks = [chunk for chunk, _ in _events(scans(2, 200.0))]
    for second in range(24 * 3600):
        t_ns = START_NS + second * 1_000_000_000
        if second % 5 == 0:
            watching.take(Chunk(t_ns=t_ns, feed="radar", data=_at(chunks[second // 5 % len(chunks)].data, t_ns, second == 0), whole=True))
        watching.take(Tick(t_ns=t_ns))
    watching.commit()
    os._exit(0)


def _at(data: bytes, t_ns: int, first: bool) -> bytes:
    """The rows of a chunk moved to another time; the header line with the first."""
    rows = [row.split(b",", 1)[1] for row in data.split(b"\n") if row and not row.startswith(b"t,")]
    return (b"t,lat,lon\n" if first else b"") + b"".join(str(t_ns).encode() + b"," + row + b"\n" for row in rows)
