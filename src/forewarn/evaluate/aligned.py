"""Tracks and truth side by side, on whole seconds and in one plane of metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forewarn.evaluate.tables import Array, Tracks, Truth, TruthObject

Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]


class Plane(NamedTuple):
    """A plane of metres about a place: east and north are differences of longitude and latitude, scaled."""

    lat_deg: float
    lon_deg: float
    east_m_per_deg: float
    north_m_per_deg: float


def round_plane(lat_deg: float, lon_deg: float) -> Plane:
    """The plane with 111,320 m to a degree of longitude at the equator and 110,574 m to one of latitude, the common round
    figures. North comes out up to 1 % short away from the equator; figures that others compute so can be compared to the digit."""
    return Plane(lat_deg, lon_deg, 111320.0 * math.cos(math.radians(lat_deg)), 110574.0)


def true_plane(lat_deg: float, lon_deg: float) -> Plane:
    """The plane with the scale of the WGS 84 ellipsoid at the place: the radii of curvature M and N of its meridian and
    prime vertical (Snyder, Map Projections, USGS Professional Paper 1395, eqs. 4-18 and 4-20). Errors grow with the square
    of the distance: some 0.3 m at 1 km and 60 degrees north."""
    a, e2 = 6378137.0, 0.00669437999014
    phi = math.radians(lat_deg)
    w2 = 1.0 - e2 * math.sin(phi) ** 2
    m, n = a * (1.0 - e2) / w2**1.5, a / math.sqrt(w2)
    return Plane(lat_deg, lon_deg, math.radians(1.0) * n * math.cos(phi), math.radians(1.0) * m)


def to_plane(plane: Plane, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Array, Array]:
    """East and north of the plane's place, metres, in the shape that came."""
    lat, lon = np.asarray(lat_deg, dtype=float), np.asarray(lon_deg, dtype=float)
    return (lon - plane.lon_deg) * plane.east_m_per_deg, (lat - plane.lat_deg) * plane.north_m_per_deg


def whole_seconds(truth: Truth) -> Array:
    """The whole seconds that the truth spans, from its first to its last time over all objects: shape (s,)."""
    start, end = min(o.time_s[0] for o in truth), max(o.time_s[-1] for o in truth)
    return np.arange(math.ceil(start), math.floor(end) + 1.0)


class At(NamedTuple):
    """One real object at given times, all of shape (s,): NaN where the object is not ``present``."""

    lat_deg: Array
    lon_deg: Array
    alt_m: Array
    height_m: Array
    present: Flags


def at(obj: TruthObject, times_s: Array) -> At:
    """The object at ``times_s`` (s,): present from its first to its last time, interpolated linearly between them, gaps included."""
    present = (times_s >= obj.time_s[0]) & (times_s <= obj.time_s[-1])
    lat, lon, alt, height = (
        np.where(present, np.interp(times_s, obj.time_s, c), np.nan) for c in (obj.lat_deg, obj.lon_deg, obj.alt_m, obj.height_m)
    )
    return At(lat, lon, alt, height, present)


def up(here: At, min_height_m: float) -> Flags:
    """The times at which the object is present and above a height; one whose height nobody knows counts as above: shape (s,)."""
    return here.present & ~(here.height_m <= min_height_m)


class Snapshot(NamedTuple):
    """What a reader of the track table knows at each second: one row of it for each confirmed track. Both of shape (m,), seconds
    ascending: ``second`` numbers the seconds from 0, ``row`` the table's rows."""

    second: Indices
    row: Indices


def snapshot(tracks: Tracks, since_s: Array, until_s: Array, confirmed: float) -> Snapshot:
    """The newest row of each track among those with ``since_s <= time_s < until_s``, bounds of shape (s,), for each second;
    then those of them whose existence is at least ``confirmed``."""
    low, high = np.searchsorted(tracks.time_s, since_s), np.searchsorted(tracks.time_s, until_s)
    names = tracks.track.tolist()
    second: list[int] = []
    row: list[int] = []
    for k, (first, last) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        newest = {names[i]: i for i in range(first, last)}
        second += [k] * len(newest)
        row += newest.values()
    rows = np.array(row, dtype=np.intp)
    live = tracks.existence[rows] >= confirmed
    return Snapshot(np.array(second, dtype=np.intp)[live], rows[live])


def distances(tracks: Tracks, shot: Snapshot, here: Sequence[At], plane: Plane) -> Array:
    """Horizontal distance of each row of the snapshot from each real object at that second: shape (m, k), NaN where absent."""
    east, north = to_plane(plane, tracks.lat_deg[shot.row], tracks.lon_deg[shot.row])
    out = np.empty((len(shot.row), len(here)))
    for k, obj in enumerate(here):
        e, n = to_plane(plane, obj.lat_deg, obj.lon_deg)
        out[:, k] = np.hypot(east - e[shot.second], north - n[shot.second])
    return out
