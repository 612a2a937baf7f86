"""Detections of the Autoferry data set: one JSON array of objects, each one look of one sensor of a moving ferry.

Source: the data set's own description (github.com/Autoferry/sensor_fusion_dataset) and Helgesen, Vasstein, Brekke and Stahl,
"Heterogeneous multi-sensor tracking for an autonomous surface vehicle in a littoral environment", Ocean Engineering 252
(2022) 111168. ``sensorID`` 1 and 2 (lidar, radar) give metres north and east of the ferry, all norths then all easts; 3 and
4 (cameras) bearings in radians clockwise from north. ``ownshipPosition`` is metres north and east of the map's origin.
The objects are flat: a brace ends one or begins the next, so a broken one costs nothing behind it. See ``docs/formats/autoferry.md``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

import msgspec

from forewarn import geo
from forewarn.decode.clock import Clock, feed_of, interval_ns
from forewarn.decode.columns import wrapped
from forewarn.decode.objects import OBJECT_BYTES, Open, Stretch, split, stretches, unfinished
from forewarn.decode.refusals import Tally, Unusable
from forewarn.decode.repeats import Memory, Seen
from forewarn.decode.times import parse
from forewarn.messages import Chunk, Observation, Offset, Place, Plot, Polar, Refusal
from forewarn.site import Feed, Site

ORIGIN = (63.4389029083, 10.39908278, 0.0)  # of the map, the data set's `Piren` frame; its README
OFFSETS, BEARINGS = (1, 2), (3, 4)
FARTHEST_M = 100_000.0
Item = Observation | Refusal
_TIME = re.compile(rb'"time"\s*:\s*([-+0-9.eE]{1,40})')
_ID = re.compile(rb'"sensorID"\s*:\s*(\d{1,9})\b')
_AT = re.compile(r"`\$\.?([^`]*)`")
_MISSING = re.compile(r"missing required field `([^`]*)`")


class Element(msgspec.Struct):
    """One object of the array; what else it holds is not used."""

    sensorID: int
    time: msgspec.Raw
    ownshipPosition: tuple[float, float]
    measurement: float | list[float | list[float]]


_elements = msgspec.json.Decoder(Element)


class State(msgspec.Struct, frozen=True, kw_only=True, tag="autoferry"):
    """What is remembered from chunk to chunk."""

    feed: str
    begun: bool = False
    open: Open = Open()
    newest_ns: int = 0
    seen: Seen = Seen()
    refused: tuple[Refusal, ...] = ()


def decode(state: State, site: Site, chunk: Chunk) -> tuple[State, tuple[Item, ...]]:
    """The looks of the feed's own sensor that the chunk completes, and what could not be used."""
    reader = _Reader(state, site, chunk.t_ns)
    opened, done = split(state.open, chunk.data, chunk.offset)
    for stretch in done:
        reader.take(stretch)
    if chunk.whole:
        reader.end(unfinished(opened, chunk.offset + len(chunk.data)), empty=not (state.begun or chunk.data))
        opened = Open()
    return reader.state(opened, state.begun or bool(chunk.data)), tuple(reader.items)


def flush(state: State, site: Site, t_ns: int) -> tuple[State, tuple[Item, ...]]:
    """Tell what was refused, once an interval of the sensor has passed since."""
    if not state.refused or t_ns - max(r.t_ns for r in state.refused) < interval_ns(state.feed, site):
        return state, ()
    return msgspec.structs.replace(state, refused=()), state.refused


def parts(feed: Feed, data: Iterable[bytes]) -> Iterator[tuple[bytes, int | None]]:
    """A recording in parts, each with the newest time in it: a part ends with an object of the feed's own sensor.

    The file's order stands for the order of arrival, so an object arrives when the newest of those before it was measured.
    """
    part, newest = bytearray(), 0
    for stretch in stretches(data):
        part += stretch
        time, sensor = _TIME.search(stretch), _ID.search(stretch)
        newest = max(newest, _time_or_0(time[1].decode())) if time else newest
        if (sensor and int(sensor[1]) == feed.channel) or len(part) > OBJECT_BYTES:
            yield bytes(part), newest or None
            part, newest = bytearray(), 0
    if part:
        yield bytes(part), newest or None


def _time_or_0(text: str) -> int:
    try:
        return parse(text, "s", "time")
    except Unusable:
        return 0


class _Reader:
    """The state, open for change while one chunk is read."""

    def __init__(self, state: State, site: Site, t_ns: int) -> None:
        self.feed = feed_of(state.feed, site)
        self.scan = site.sensor(self.feed.sensor).scan
        self.clock = Clock(site, t_ns, state.newest_ns)
        self.memory, self.tally = Memory(state.seen), Tally(state.feed, state.refused)
        self.items: list[Item] = []

    def state(self, opened: Open, begun: bool) -> State:
        """What is kept until the next chunk."""
        return State(
            feed=self.feed.id, begun=begun, open=opened, newest_ns=self.clock.newest_ns, seen=self.memory.seen, refused=self.tally.pending
        )

    def take(self, stretch: Stretch) -> None:
        """An object, or what is none."""
        try:
            if stretch.fault:
                raise stretch.fault
            self._element(stretch.data)
        except Unusable as bad:
            self.tally.add(bad, self.clock.t_ns, stretch.data, stretch.offset)

    def end(self, rest: list[Stretch], empty: bool) -> None:
        """The sender's message ends: what is open is cut short; what was refused is told."""
        for stretch in rest:
            self.take(stretch)
        if empty:
            self.tally.add(Unusable("missing", "object", "an empty feed", "an array of objects"), self.clock.t_ns, b"", 0)
        self.items.extend(self.tally.tell())

    def _element(self, data: bytes) -> None:
        element = _read(data)
        if element.sensorID != self.feed.channel:
            if element.sensorID not in OFFSETS + BEARINGS:
                raise Unusable("unknown_value", "sensorID", str(element.sensorID), "1, 2, 3, 4")
            return  # another feed reads it
        text = bytes(element.time).decode()
        t_ns = self.clock.not_ahead(parse(text, "s", "time"), "time", text)
        self.clock.in_order(t_ns, "time", text)
        measured = _offsets if element.sensorID in OFFSETS else _bearings
        plots = tuple(Plot(t_ns=t_ns, measured=m) for m in measured(element.measurement))
        pose = _pose(element.ownshipPosition)
        if text in self.memory:
            raise Unusable("repeat", "time", text, "a look once")
        self.memory.add(text)
        self.clock.passed(t_ns)
        self.items.append(
            Observation(
                sensor=self.feed.sensor, t_ns=t_ns, t_arrival_ns=self.clock.t_ns, plots=plots, scan=self.scan, pose=pose,
            )
        )  # fmt: skip


def _read(data: bytes) -> Element:
    try:
        return _elements.decode(data)
    except msgspec.ValidationError as error:
        text = str(error)
        if missing := _MISSING.search(text):
            raise Unusable("missing", missing[1], "nothing", "a value") from None
        at = _AT.search(text)
        raise Unusable("malformed", at[1] if at else "object", text, "see the format's page") from None
    except msgspec.DecodeError as error:
        raise Unusable("malformed", "object", str(error), "JSON") from None


def _pose(north_east: tuple[float, float]) -> Place:
    """Where the ferry is; its height is not said."""
    north, east = (_metres(m, "ownshipPosition") for m in north_east)
    lat, lon, _ = geo.to_place((east, north, 0.0), ORIGIN)
    return Place(lat_deg=float(lat), lon_deg=float(lon))


def _offsets(measurement: float | list[float | list[float]]) -> list[Offset]:
    """All norths, then all easts; a number each where there is one."""
    if not isinstance(measurement, list) or len(measurement) not in (0, 2):
        raise Unusable("malformed", "measurement", str(measurement), "norths and easts")
    norths, easts = ([m] if isinstance(m, float) else m for m in measurement or ([], []))
    if len(norths) != len(easts):
        raise Unusable("malformed", "measurement", f"{len(norths)} norths, {len(easts)} easts", "as many of each")
    return [Offset(east_m=_metres(e, "measurement"), north_m=_metres(n, "measurement")) for n, e in zip(norths, easts, strict=True)]


def _bearings(measurement: float | list[float | list[float]]) -> list[Polar]:
    """A number or a list of them, radians clockwise from north."""
    values = measurement if isinstance(measurement, list) else [measurement]
    return [Polar(azimuth_deg=_azimuth(value)) for value in values]


def _azimuth(value: float | list[float]) -> float:
    if not isinstance(value, float):
        raise Unusable("malformed", "measurement", str(value), "bearings")
    if not abs(value) <= 2 * math.pi:
        raise Unusable("out_of_range", "measurement", str(value), "-2 pi to 2 pi")
    return wrapped(math.degrees(value))


def _metres(value: float, field: str) -> float:
    if not abs(value) <= FARTHEST_M:
        raise Unusable("out_of_range", field, str(value), f"{-FARTHEST_M:g} to {FARTHEST_M:g}")
    return value
