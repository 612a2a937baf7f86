"""A small watch for tests: one radar, one zone, an object that comes in from the north."""

from __future__ import annotations

import math
from collections.abc import Iterator

from forewarn import watch
from forewarn.edge.watching import site_events
from forewarn.messages import Chunk, Event, Message, Tick

START_NS = 1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000
SITE = """
version = 1
name = "small"
origin = { lat_deg = 52.0, lon_deg = 5.0 }
tick_s = 1.0

[[sensors]]
id = "radar"
kind = "radar"
position = { lat_deg = 52.0, lon_deg = 5.0 }
reports = "position"
sigma_m = 10.0
clutter = 0.1
interval_s = 1.0
coverage = { max_range_m = 2000.0 }

[[feeds]]
id = "radar"
sensor = "radar"
format = "table"
file = "plots.csv"

[feeds.table]
time = { column = "time", unit = "s" }
scan_time = { column = "time", unit = "s" }
columns = { lat = { column = "lat", unit = "deg" }, lon = { column = "lon", unit = "deg" } }

[[zones]]
id = "clinic"
name = { en = "The clinic", ar = "العيادة" }
circle = { lat_deg = 52.0, lon_deg = 5.0, radius_m = 100.0 }
tell = []
"""


def table(seconds: int = 60, speed_mps: float = 15.0) -> str:
    """Rows of something that comes from 900 m north; every seventh look sees nothing."""
    rows = ["time,lat,lon"]
    for second in range(seconds):
        lat = 52.0 + (900 - speed_mps * second) / 111_250
        place = f"{lat:.7f},{5.0 + 3e-5 * math.sin(second):.7f}"
        rows.append(f"{START_NS // SECOND_NS + second},{place if second % 7 != 6 else ','}")
    return "\n".join(rows) + "\n"


def events(text: str | None = None) -> Iterator[Event]:
    """The table's rows as chunks, one a second, each with a tick behind it."""
    header, *rows = (text or table()).splitlines(keepends=True)
    offset = 0
    for second, row in enumerate(rows):
        t_ns = START_NS + second * SECOND_NS
        data = ((header if second == 0 else "") + row).encode()
        yield Chunk(t_ns=t_ns, feed="radar", data=data, offset=offset, whole=True, derived=True)
        yield Tick(t_ns=t_ns)
        offset += len(data)


def begun(toml: str = SITE) -> watch.State:
    """A watch with its site file in force."""
    state = watch.State()
    for event in site_events(toml, START_NS):
        state, *_ = watch.account(state, watch.stamped(state, event))
    return state


def fold(state: watch.State, some: Iterator[Event]) -> tuple[watch.State, list[Message]]:
    """Take all events; every message in order."""
    said: list[Message] = []
    for event in some:
        state, messages, _ = watch.account(state, watch.stamped(state, event))
        said.extend(messages)
    return state, said
