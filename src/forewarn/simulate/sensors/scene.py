"""What a simulated sensor looks at: objects, ground, weather and light, and the frame in which it measures.

All times are seconds from the start of the scenario; ``enu`` is metres east, north, up of the site's origin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.site import Position, Sector
from forewarn.site import Sensor as Stated

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
SECOND_NS = 1_000_000_000
MS_NS = 1_000_000  # simulated sensors tell time in whole milliseconds
ROUNDS = 6  # of Newton's method


class Flight(Protocol):
    """One object's truth, as sensors need it."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def rcs_m2(self) -> float: ...
    @property
    def size_m(self) -> float: ...
    @property
    def sound_db(self) -> float: ...
    @property
    def radio(self) -> str: ...
    @property
    def claims(self) -> Sequence[Any]: ...
    def at(self, t_s: Array) -> tuple[Array, Array, Bools]:
        """Places (3, k), velocities (3, k) and whether it is there (k,) at times (k,)."""
        ...


class Ground(Protocol):
    """Terrain and buildings."""

    def visible(self, spot: Array, enu: Array) -> Bools:
        """Whether places (3, n) are in line of sight of a spot (3,)."""
        ...


class Weather(Protocol):
    """The scenario's weather."""

    @property
    def wind_mps(self) -> float: ...
    @property
    def wind_from_deg(self) -> float: ...
    @property
    def rain_mm_h(self) -> float: ...
    @property
    def visibility_m(self) -> float: ...
    @property
    def sea_state(self) -> float: ...


class Scene(NamedTuple):
    """All that a sensor could see, hear or receive. ``light``: day, dusk or night."""

    flights: Sequence[Flight]
    ground: Ground
    weather: Weather
    light: str
    origin: geo.Origin
    starts_ns: int
    lasts_s: float

    def ns(self, t_s: Array) -> Ints:
        """Unix time of seconds since the start, in whole milliseconds."""
        at_ms = self.starts_ns // MS_NS + np.rint(np.asarray(t_s) * 1000.0)
        return at_ms.astype(np.int64) * MS_NS


class Frame(NamedTuple):
    """A sensor's own local level frame: ``local = turn @ (enu - spot)``; exact, since both frames are Cartesian."""

    origin: geo.Origin
    spot: Array
    turn: Array

    def local(self, enu: Array) -> Array:
        """Metres east, north, up of the sensor, of places (3, n)."""
        return np.asarray(self.turn @ (enu - self.spot[:, None]))

    def site(self, local: Array) -> Array:
        """The way back."""
        return np.asarray(self.turn.T @ local + self.spot[:, None])

    def places(self, local: Array) -> Array:
        """Latitudes, longitudes (degrees) and heights (3, n) of what lies at (3, n) of the sensor."""
        return geo.to_place(local, self.origin)


def frame(position: Position | None, origin: geo.Origin) -> Frame:
    """The frame of a sensor that stands there; at the site's origin where nobody says."""
    own = (position.lat_deg, position.lon_deg, position.alt_m) if position else origin
    axes = np.hstack([np.zeros((3, 1)), np.eye(3) * 1000.0])
    lat, lon, alt = geo.to_place(axes, own)
    corners = geo.to_enu(lat, lon, alt, origin)
    return Frame(own, corners[:, 0], ((corners[:, 1:] - corners[:, :1]) / 1000.0).T)


class Sights(NamedTuple):
    """Chances to see an object, in order of look and object: which ``flight`` (m,), in which ``look`` (m,), when (``t_s``), where
    (``local`` (3, m)), its velocity (``vel`` (3, m), site frame), slant range, azimuth from true north and elevation."""

    flight: Ints
    look: Ints
    t_s: Array
    local: Array
    vel: Array
    range_m: Array
    azimuth_deg: Array
    elevation_deg: Array

    def at(self, which: Bools | Ints) -> Sights:
        """Some of them."""
        return Sights._make(field[..., which] for field in self)


def angles(local: Array) -> tuple[Array, Array, Array]:
    """Slant range, azimuth from north (0 to 360) and elevation of (3, n)."""
    level = np.hypot(local[0], local[1])
    return np.hypot(level, local[2]), geo.azimuth_deg(local[0], local[1]), np.degrees(np.arctan2(local[2], level))


def sights(scene: Scene, own: Frame, looks_s: Array, reach_m: float, turn_s: float = 0.0, sound_mps: float = math.inf) -> Sights:
    """Every object within ``reach_m`` in each look. ``turn_s``: the beam turns clockwise from north and is back there at the end
    of each look, so a thing is measured when the beam passes it; 0: all at the end of the look. ``sound_mps``: what is heard at
    the end of the look left the object earlier, and is where it was then."""
    found = []
    for i, flight in enumerate(scene.flights):
        if flight.kind != "ghost":
            one = _one(flight, own, looks_s, reach_m, turn_s, sound_mps)
            found.append(one._replace(flight=np.full(len(one.look), i)))
    if not found:
        none = np.zeros(0)
        return Sights(none.astype(np.int64), none.astype(np.int64), none, np.zeros((3, 0)), np.zeros((3, 0)), none, none, none)
    fields = zip(*found, strict=True)
    joined = Sights._make(np.concatenate(columns, axis=-1) for columns in fields)
    return joined.at(np.lexsort((joined.flight, joined.look)))


def _one(flight: Flight, own: Frame, looks_s: Array, reach_m: float, turn_s: float, sound_mps: float) -> Sights:
    """The sights of one object; its number is set by the caller."""
    t_s, told_s = looks_s - turn_s / 2, looks_s
    if turn_s > 0:
        t_s = told_s = looks_s - turn_s * (1.0 - angles(own.local(flight.at(t_s)[0]))[1] / 360.0)
    elif sound_mps < math.inf:
        t_s = _emitted(flight, own, looks_s, sound_mps)
    enu, vel, alive = flight.at(t_s)
    local = own.local(enu)
    range_m, azimuth, elevation = angles(local)
    look = np.arange(len(looks_s))
    near = np.flatnonzero(alive & (range_m <= reach_m))
    return Sights(look, look, told_s, local, vel, range_m, azimuth, elevation).at(near)


def _emitted(flight: Flight, own: Frame, heard_s: Array, sound_mps: float) -> Array:
    """When the sound left that is heard at ``heard_s``: the root of ``t + R(t) / c - heard`` by Newton's method."""
    t_s = heard_s
    for _ in range(ROUNDS):
        enu, vel, _ = flight.at(t_s)
        local = own.local(enu)
        range_m = np.maximum(angles(local)[0], 1.0)
        closing = ((own.turn @ vel) * local).sum(axis=0) / range_m
        t_s = t_s - (t_s + range_m / sound_mps - heard_s) / np.maximum(1.0 + closing / sound_mps, 0.1)
    return t_s


def within(stated: Stated, own: Frame, sectors: tuple[Sector, ...], blank: tuple[Sector, ...], seen: Sights) -> Bools:
    """Whether what the sensor looks at lies in its ranges, heights and directions."""
    cover = stated.coverage
    up = own.site(seen.local)[2]
    inside = (seen.range_m >= cover.min_range_m) & (up >= cover.min_height_m) & (up <= cover.max_height_m)
    return np.asarray(inside & facing(seen.azimuth_deg, sectors, blank))


def facing(azimuth: Array, sectors: tuple[Sector, ...], blank: tuple[Sector, ...]) -> Bools:
    """Whether directions lie in one of the sectors (none: all) and in no blank one."""
    inside = np.full(np.shape(azimuth), not sectors)
    for sector in sectors:
        inside |= geo.in_sector(azimuth, sector.from_deg, sector.to_deg)
    for sector in blank:
        inside &= ~geo.in_sector(azimuth, sector.from_deg, sector.to_deg)
    return np.asarray(inside)


def unmasked(scene: Scene, own: Frame, seen: Sights) -> Bools:
    """Whether hills and houses leave the line of sight free."""
    return np.asarray(scene.ground.visible(own.spot, own.site(seen.local)), dtype=bool)
