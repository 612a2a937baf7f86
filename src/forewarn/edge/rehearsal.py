"""A watch rehearses before it goes live: a short made-up scene, so that no real look waits for the compiler.

The rooms' kernels are compiled when they are first called with arrays of some kind, and kept on the disk. On a machine that has not
compiled them that takes a minute or more, in which nothing would be warned of. The scene calls them all, with the arrays that the watch
gives them: one object alone and several (what NumPy picks out of one is laid out in another way than of several), looks of one plot, of
several and of none, each kind of sensor. ``tests/test_rehearsal.py`` holds it against shipped scenarios.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numba.core import event as numba_event

from forewarn import geo, watch
from forewarn.edge.watching import site_events
from forewarn.messages import Chunk, Event, Tick

PREPARING = "preparing: compiling for this machine, once; about a minute"
START_NS, SECOND_NS = 1_700_000_000_000_000_000, 1_000_000_000
ORIGIN = (52.0, 5.0, 0.0)
ALONE_S, LOOKS_S, ENDS_S, NOTHING_S = 3, 9, 15, (1, 5)
"""So long there is one object alone; so long sensors look, all but silent at ``NOTHING_S``; then nothing comes any more."""

SITE = """
version = 1
name = "rehearsal"
origin = { lat_deg = 52.0, lon_deg = 5.0 }

[priors]
fixtures = 0.01

[[zones]]
id = "round"
name = { en = "Round" }
circle = { lat_deg = 52.0, lon_deg = 5.0, radius_m = 100.0 }
horizon_s = 60.0

[[zones]]
id = "cornered"
name = { en = "Cornered" }
polygon = [[52.001, 5.001], [52.001, 5.003], [52.003, 5.002]]

[[authorisations]]
id = "ours"
identity = "serial:OURS"
starts = 2023-11-14T00:00:00Z
ends = 2023-11-15T00:00:00Z
circle = { lat_deg = 52.0, lon_deg = 5.0, radius_m = 2000.0 }

[[sensors]]
id = "tall"
kind = "radar"
reports = "polar"
position = { lat_deg = 52.0, lon_deg = 5.0 }
sigma_elevation_deg = 1.0
clutter = 0.1
resolution = { range_m = 20.0, azimuth_deg = 2.0, shadow = true }
echoes = true
coverage = { max_range_m = 9000.0, half_range_m = 8000.0, skyline = [[[50.0, 0.1]]] }

[sensors.opinions]
labels = { rocket = { rocket = 0.9, other = 0.01, false = 0.01 } }
reflection_db = { other = { mean = -20.0, sd = 5.0 }, false = { mean = -35.0, sd = 7.0 } }
score = { true = { mean = 0.9, sd = 0.2 }, false = { mean = 0.5, sd = 0.3 } }

[[sensors]]
id = "flat"
kind = "radar"
reports = "polar"
position = { lat_deg = 52.0, lon_deg = 5.0 }
bias_sigma_azimuth_deg = 1.0
bias_sigma_clock_s = 0.1
clutter = 0.1

[[sensors]]
id = "follower"
kind = "radar"
reports = "position"
position = { lat_deg = 52.0, lon_deg = 5.0 }
bias_azimuth_deg = 1.0
correlation_s = 10.0
clutter = 0.1

[[sensors]]
id = "finder"
kind = "radio_finder"
reports = "bearing"
sigma_azimuth_deg = 0.5
coverage = { max_range_m = 1500.0 }
position = { lat_deg = 52.0, lon_deg = 5.0 }
clutter = 0.1

[[sensors]]
id = "ear"
kind = "microphone"
reports = "bearing"
sigma_azimuth_deg = 0.5
coverage = { max_range_m = 1500.0 }
position = { lat_deg = 52.002, lon_deg = 5.0 }
scan = false

[[sensors]]
id = "receiver"
kind = "receiver"
reports = "claims"
"""
FEED = """
[[feeds]]
id = "{0}"
sensor = "{0}"
format = "table"
file = "{0}.csv"

[feeds.table]
holds = "{1}"
time = {{ column = "time", unit = "ns" }}
{2}
[feeds.table.columns]
"""
LOOK_TIME = 'scan_time = { column = "time", unit = "ns" }'
COLUMNS = {
    "finder": "azimuth",
    "ear": "azimuth",
    "flat": "range azimuth",
    "follower": "lat lon course speed",
    "receiver": "identity lat lon alt course speed",
    "tall": "range azimuth elevation label score reflection",
}
"""What each sensor's rows hold. Looks of one time go by their sensors' names: `ear` comes late for that, and `finder` is taken anew."""
EAR_M = (0.0, 222.5, 0.0)  # where `ear` stands; the others, at the origin
UNITS = {"range": "m", "alt": "m", "speed": "mps", "reflection": "dB", "label": "", "score": "", "identity": ""}  # else degrees


class Thing(NamedTuple):
    """What is there: metres east, north and up of the origin at the start, and metres a second; who sees it."""

    label: str
    place: tuple[float, float, float]
    rates: tuple[float, float, float]
    seen_by: str


THINGS = (
    Thing("drone", (-150.0, 900.0, 60.0), (0.0, -25.0, 0.0), "tall flat follower finder ear receiver"),
    Thing("drone", (400.0, 700.0, 40.0), (-5.0, -10.0, 0.0), "tall flat follower"),
    Thing("drone", (408.0, 704.0, 40.0), (-5.0, -10.0, 0.0), "tall flat follower"),  # close by: they compete for plots
    Thing("rocket", (2500.0, 2000.0, 4000.0), (-150.0, -100.0, -200.0), "tall"),
    Thing("clutter", (600.0, -900.0, 30.0), (-300.0, 170.0, 0.0), "tall flat follower"),  # too fast for a track
    Thing("drone", (-700.0, 300.0, 60.0), (10.0, 0.0, 0.0), "finder ear"),  # known by their directions alone
    Thing("drone", (-705.0, 310.0, 60.0), (10.0, 0.0, 0.0), "finder ear"),
)


def site() -> str:
    """The site file."""
    return SITE + "".join(map(_feed, COLUMNS))


def events() -> Iterator[Event]:
    """Looks, claims and ticks, second by second."""
    for second in range(ENDS_S):
        t_ns = START_NS + second * SECOND_NS
        for feed in COLUMNS if second < LOOKS_S else ():
            yield Chunk(t_ns=t_ns, feed=feed, data=_rows(feed, second).encode(), whole=True)
        yield Tick(t_ns=t_ns)


def rehearse(say: Callable[[str], None], stopped: Callable[[], bool] = lambda: False) -> None:
    """Take a watch through the scene, or until ``stopped``, and forget it. ``say`` is told ``PREPARING`` if anything has to be compiled."""
    state = watch.State()
    with numba_event.install_listener("numba:compile", _Told(say)):
        for event in (*site_events(site(), START_NS), *events()):
            if stopped():
                return
            state, _ = watch.step(state, event)


class _Told(numba_event.Listener):
    """Says once that something is being compiled."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say: Callable[[str], None] | None = say

    def on_start(self, event: object) -> None:
        if self.say is not None:
            self.say(PREPARING)
        self.say = None

    def on_end(self, event: object) -> None:
        pass


def _feed(sensor: str) -> str:
    claims = sensor == "receiver"
    columns = (f'{name} = {{ column = "{name}", unit = "{UNITS.get(name, "deg")}" }}\n' for name in COLUMNS[sensor].split())
    more = 'identity_scheme = "serial"' if claims else LOOK_TIME
    return FEED.format(sensor, "claims" if claims else "plots", more) + "".join(columns)


def _rows(feed: str, second: int) -> str:
    """A feed's rows of one second as CSV with its header."""
    columns, t_ns = COLUMNS[feed].split(), START_NS + second * SECOND_NS
    there = () if second in NOTHING_S and feed != "receiver" else THINGS[:1] if second < ALONE_S else THINGS
    readings = [_reading(feed, thing, second) for thing in there if feed in thing.seen_by.split()]
    rows = [[str(reading[name]) for name in columns] for reading in readings] or [[""] * len(columns)]
    return "".join(",".join(row) + "\n" for row in (["time", *columns], *([str(t_ns), *row] for row in rows)))


def _reading(feed: str, thing: Thing, second: int) -> dict[str, float | str]:
    """All that any sensor could tell of a thing."""
    place = np.array(thing.place) + second * np.array(thing.rates)
    lat, lon, alt = geo.to_place(place, ORIGIN).tolist()
    east, north, up = (place - EAR_M if feed == "ear" else place).tolist()
    level, course = math.hypot(east, north), math.degrees(math.atan2(thing.rates[0], thing.rates[1]))
    return {
        "range": math.hypot(level, up), "azimuth": math.degrees(math.atan2(east, north)), "elevation": math.degrees(math.atan2(up, level)),
        "lat": lat, "lon": lon, "alt": alt, "course": course, "speed": math.hypot(*thing.rates[:2]),
        "label": thing.label, "score": 0.9, "reflection": -20.0, "identity": "OURS",
    }  # fmt: skip
