"""Feeds and sites for the tests of `decode`, and ways to feed bytes to a decoder."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from forewarn import decode
from forewarn.decode.refusals import Unusable
from forewarn.freeze import freeze, thaw
from forewarn.messages import Chunk, Claim, Message, Observation, Refusal, SensorStatus
from forewarn.site import Feed, Site, parse

T = TypeVar("T")
approx: Any = pytest.approx  # so that it may stand in a message

T0 = 1_600_000_000_000_000_000  # 2020-09-13T12:26:40Z
SECOND = 1_000_000_000

HEAD = """
version = 1
name = "test"
origin = { lat_deg = 60.0, lon_deg = 10.0 }
"""
SENSOR = """
[[sensors]]
id = "%s"
kind = "radar"
position = { lat_deg = 60.0, lon_deg = 10.0 }
reports = "%s"
interval_s = 2.0
scan = %s
"""
RADAR = (
    SENSOR % ("radar", "position", "true")
    + """
[[feeds]]
id = "radar"
sensor = "radar"
format = "table"
file = "radar.csv"
[feeds.table]
time = { column = "plot_s", unit = "s" }
scan_time = { column = "scan_s", unit = "s", hold = true }
arrival = "scan_time"
unused = ["note"]
ignore = { junk = ["yes"] }
[feeds.table.columns]
lat = { column = "lat" }
lon = { column = "lon" }
alt = { column = "height", unit = "ft" }
speed = { column = "speed", unit = "kt" }
label = { column = "class" }
score = { column = "score", unit = "%" }
alarm = { column = "alarm" }
"""
)
RADAR_HEADER = "plot_s,scan_s,lat,lon,height,speed,class,score,alarm,junk,note"
FINDER = (
    SENSOR % ("finder", "bearing", "false")
    + """
[[feeds]]
id = "finder"
sensor = "finder"
format = "table"
file = "finder.csv"
[feeds.table]
time = { column = "t", unit = "s" }
[feeds.table.columns]
azimuth = { column = "azimuth", unit = "rad" }
sigma_azimuth = { column = "sd", unit = "rad" }
emitter = { column = "radio" }
"""
)
FINDER_HEADER = "t,azimuth,sd,radio"
STATUS = """
[[feeds]]
id = "status"
sensor = "radar"
format = "table"
file = "status.csv"
[feeds.table]
holds = "status"
time = { column = "t", unit = "ms" }
states = { ON = "operational", HALF = "degraded", OFF = "down" }
[feeds.table.columns]
state = { column = "state" }
sensor_lat = { column = "lat" }
sensor_lon = { column = "lon" }
blank_centre = { column = "centre", unit = "rad" }
blank_width = { column = "width", unit = "rad" }
"""
STATUS_HEADER = "t,state,lat,lon,centre,width"
CLAIMS = """
[[feeds]]
id = "claims"
sensor = "radar"
format = "table"
file = "claims.csv"
[feeds.table]
holds = "claims"
identity_scheme = "icao"
time = { column = "t", unit = "iso8601" }
[feeds.table.columns]
identity = { column = "who" }
lat = { column = "lat" }
lon = { column = "lon" }
speed = { column = "speed", unit = "kmh" }
course = { column = "course" }
kind = { column = "kind" }
on_ground = { column = "ground" }
callsign = { column = "callsign" }
"""
CLAIMS_HEADER = "t,who,lat,lon,speed,course,kind,ground,callsign"
FERRY = "".join(
    f"""
[[sensors]]
id = "ferry{channel}"
kind = "{kind}"
moves = true
reports = "{reports}"
[[feeds]]
id = "ferry{channel}"
sensor = "ferry{channel}"
format = "autoferry"
file = "detections.json"
channel = {channel}
"""
    for channel, kind, reports in ((1, "lidar", "polar"), (2, "radar", "polar"), (3, "camera", "bearing"), (4, "camera", "bearing"))
)
MODE_S = (
    SENSOR % ("receiver", "claims", "false")
    + """
[[feeds]]
id = "mode_s"
sensor = "receiver"
format = "mode_s"
file = "frames.jsonl"
[[feeds]]
id = "beast"
sensor = "receiver"
format = "beast"
file = "frames.bin"
"""
)
TRIAL_RADAR = """
[[sensors]]
id = "%(name)s"
kind = "radar"
moves = true
reports = "position"
[[feeds]]
id = "%(name)s"
sensor = "%(name)s"
format = "table"
file = "%(name)s.csv"
[feeds.table]
time = { column = "plot_time_s", unit = "s" }
scan_time = { column = "scan_time_s", unit = "s", hold = true }
arrival = "scan_time"
[feeds.table.columns]
lat = { column = "lat_deg", unit = "deg" }
lon = { column = "lon_deg", unit = "deg" }
alt = { column = "alt_m", unit = "m" }
course = { column = "course_deg", unit = "deg" }
speed = { column = "speed_mps", unit = "mps" }
reflection = { column = "reflection_db", unit = "dB" }
label = { column = "class" }
score = { column = "score" }
alarm = { column = "alarm" }
[[feeds]]
id = "%(name)s_status"
sensor = "%(name)s"
format = "table"
file = "%(name)s_status.csv"
[feeds.table]
holds = "status"
time = { column = "time_s", unit = "s" }
[feeds.table.columns]
state = { column = "state" }
sensor_lat = { column = "lat_deg" }
sensor_lon = { column = "lon_deg" }
sensor_alt = { column = "alt_m" }
blank_from = { column = "blank_angle_deg", unit = "rad" }
blank_width = { column = "blank_span_deg", unit = "rad" }
"""
TRIAL_FINDERS = """
[[sensors]]
id = "venus"
kind = "radio_finder"
position = { lat_deg = 51.51942, lon_deg = 5.8578 }
reports = "bearing"
scan = false
[[sensors]]
id = "diana"
kind = "radio_finder"
moves = true
reports = "bearing"
scan = false
[[feeds]]
id = "venus"
sensor = "venus"
format = "table"
file = "venus.csv"
[feeds.table]
time = { column = "time_s", unit = "s" }
unused = ["frequency_hz", "state"]
ignore = { threat = ["0.0"] }
[feeds.table.columns]
azimuth = { column = "azimuth_deg" }
sigma_azimuth = { column = "azimuth_std_deg" }
emitter = { column = "radio" }
[[feeds]]
id = "diana"
sensor = "diana"
format = "table"
file = "diana.csv"
[feeds.table]
time = { column = "time_s", unit = "s" }
unused = ["range_m", "snr_db", "type"]
[feeds.table.columns]
azimuth = { column = "bearing_deg" }
emitter = { column = "emitter" }
label = { column = "model" }
score = { column = "score" }
sensor_lat = { column = "sensor_lat_deg" }
sensor_lon = { column = "sensor_lon_deg" }
sensor_alt = { column = "sensor_alt_m" }
"""


def drone_trial(*radars: str) -> Site:
    """A site for the counter-drone trial's files, with these radars."""
    head = HEAD.replace("60.0", "51.52").replace("10.0", "5.86")
    return parse(head + "".join(TRIAL_RADAR % {"name": name} for name in radars) + TRIAL_FINDERS)


def site(*parts: str) -> Site:
    """A site of these sensors and feeds."""
    return parse(HEAD + "".join(parts))


def everything() -> Site:
    """A site with a feed of each format."""
    return site(RADAR, FINDER, STATUS, CLAIMS, FERRY, MODE_S)


def feed(of: Site, name: str) -> Feed:
    """The feed called so."""
    return next(f for f in of.feeds if f.id == name)


def lines(header: str, *rows: str) -> bytes:
    """A table as bytes."""
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


def chunks(name: str, data: bytes, cuts: Iterable[int], t_ns: int = T0, whole: bool = True) -> Iterator[Chunk]:
    """The bytes cut at the given places, all arriving at once."""
    edges = [0, *sorted({c for c in cuts if 0 < c < len(data)}), len(data)]
    for begin, end in pairwise(edges):
        yield Chunk(feed=name, t_ns=t_ns, data=data[begin:end], offset=begin, whole=whole and end == len(data))


def feeding(of: Site, events: Iterable[Chunk], name: str, freezing: bool = False) -> tuple[Message, ...]:
    """All that a decoder says of the chunks, and of a tick a long time after the last."""
    return feeding_from(decode.start(feed(of, name), of), of, *events, freezing=freezing)


def feeding_from(state: decode.State, of: Site, *events: Chunk, freezing: bool = False) -> tuple[Message, ...]:
    """The same, from a state that has read something."""
    items: list[Message] = []
    last = 0
    for event in events:
        if freezing:
            state = thaw(freeze(state), decode.State)  # type: ignore[arg-type]
        state, said = decode.decode(state, of, event)
        items += said
        last = event.t_ns
    state, said = decode.flush(state, of, last + 100 * SECOND)
    return (*items, *said)


def say(of: Site, name: str, data: bytes, cuts: Sequence[int] = (), t_ns: int = T0, whole: bool = True) -> tuple[Message, ...]:
    """All that a decoder says of the bytes."""
    return feeding(of, chunks(name, data, cuts, t_ns, whole), name)


def recorded(of: Site, name: str, data: bytes) -> tuple[Message, ...]:
    """All that a decoder says of a recording that is cut by its rule."""
    pieces = decode.cut(feed(of, name), [data])
    events = (Chunk(feed=name, t_ns=p.t_arrival_ns, data=p.data, offset=p.offset, whole=p.whole) for p in pieces)
    return feeding(of, events, name)


def refusals(items: Iterable[Message]) -> dict[tuple[str, str], int]:
    """How many were refused, by reason and field."""
    found: dict[tuple[str, str], int] = {}
    for item in items:
        if isinstance(item, Refusal):
            found[item.reason, item.field] = found.get((item.reason, item.field), 0) + item.count
    return found


def observations(items: Iterable[Message]) -> list[Observation]:
    return [item for item in items if isinstance(item, Observation)]


def claims(items: Iterable[Message]) -> list[Claim]:
    return [item for item in items if isinstance(item, Claim)]


def statuses(items: Iterable[Message]) -> list[SensorStatus]:
    return [item for item in items if isinstance(item, SensorStatus)]


def random_cuts(data: bytes, seed: int) -> list[int]:
    """Some places to cut at."""
    chance = random.Random(seed)
    return sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(1, 60)))


def attempt(call: Callable[..., T], *args: object) -> T | Unusable:
    """What a call gives, or that what it was given cannot be used."""
    try:
        return call(*args)
    except Unusable as bad:
        return bad
