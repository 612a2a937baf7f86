"""Zones as solids in the local level frame, and when a straight piece of a path first touches one.

A zone is an upright solid: a circle or polygon on the ground, between a floor and a ceiling. It is closed, so that touching is
entering. On a straight piece a + s (b - a), 0 <= s <= 1, the first touch is one of few places: the start, where the path comes
through the floor or ceiling, or where it crosses the outline. Each is tried, so that no crossing is too short to be seen.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.site import Circle, Origin, Site, Zone

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
NEVER = np.inf
SLACK_M = 0.5
Ground = tuple[NDArray[np.floating], NDArray[np.floating]]


class Solid(msgspec.Struct, frozen=True):
    """A zone about the site's origin. ``corners``: east and north, (2, corners), None for a circle.

    ``centre`` (east, north) and ``radius_m`` are the circle, or one that holds the polygon.
    """

    centre: tuple[float, float]
    radius_m: float
    corners: np.ndarray | None
    floor_m: float
    ceiling_m: float


def solid(site: Site, zone: Zone) -> Solid:
    """The zone in the site's local level frame, taken as flat (curvature: 2 m at 5 km)."""
    return _solid(site.origin, zone.circle, zone.polygon, zone.floor_m, zone.ceiling_m)


@lru_cache(maxsize=256)
def _solid(
    origin: Origin, circle: Circle | None, polygon: tuple[tuple[float, float], ...] | None, floor_m: float, ceiling_m: float
) -> Solid:
    at = (origin.lat_deg, origin.lon_deg, origin.alt_m)
    if circle is not None:
        east, north, _ = geo.to_enu(circle.lat_deg, circle.lon_deg, origin.alt_m, at)
        return Solid((float(east), float(north)), circle.radius_m, None, floor_m, ceiling_m)
    lat, lon = np.array(polygon, dtype=float).T
    corners = geo.to_enu(lat, lon, np.full(len(lat), origin.alt_m), at)[:2]
    centre = (corners.min(axis=1) + corners.max(axis=1)) / 2
    radius = float(np.hypot(*(corners - centre[:, None])).max())
    return Solid((float(centre[0]), float(centre[1])), radius, corners, floor_m, ceiling_m)


def near(solid: Solid, a: Ground, b: Ground) -> Mask:
    """Whether straight pieces from ``a`` to ``b``, east and north of any one shape, may touch the solid: by boxes about both; cheap, and
    never wrongly no (``SLACK_M`` is for single precision)."""
    (east, north), reach = solid.centre, solid.radius_m + SLACK_M
    beside = (np.maximum(a[0], b[0]) >= east - reach) & (np.minimum(a[0], b[0]) <= east + reach)
    return np.asarray(beside & (np.maximum(a[1], b[1]) >= north - reach) & (np.minimum(a[1], b[1]) <= north + reach))


def first_touch(solid: Solid, a: Array, b: Array) -> Array:
    """Of pieces from ``a`` to ``b``, each (3, m): the least s in 0..1 at which a piece is in the solid, ``NEVER`` if it is not, (m,)."""
    level = _within(solid, a[2])
    start = np.where(level & inside(solid, a[0], a[1]), 0.0, NEVER)
    s = np.minimum(start, _through_outline(solid, a, b))
    return s if level.all() else np.minimum(s, _through_level(solid, a, b))


def inside(solid: Solid, east: Array, north: Array) -> Mask:
    """Whether places lie in the outline, each (m,). For a polygon by the even-odd rule (a ray east; each side half-open)."""
    if solid.corners is None:
        return np.asarray((east - solid.centre[0]) ** 2 + (north - solid.centre[1]) ** 2 <= solid.radius_m**2)
    (x0, y0), (x1, y1) = solid.corners[:, :, None], np.roll(solid.corners, -1, axis=1)[:, :, None]
    spans = (y0 <= north) != (y1 <= north)
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    left = east < x0 + (north - y0) * (x1 - x0) / rise
    return np.asarray((spans & left).sum(axis=0) % 2 == 1)


def _within(solid: Solid, up: Array) -> Mask:
    return np.asarray((up >= solid.floor_m) & (up <= solid.ceiling_m))


def _through_level(solid: Solid, a: Array, b: Array) -> Array:
    """The s at which pieces come in through the floor or the ceiling inside the outline."""
    climb = b[2] - a[2]
    level = np.where(a[2] < solid.floor_m, solid.floor_m, solid.ceiling_m)
    s = (level - a[2]) / np.where(climb == 0.0, 1.0, climb)
    met = ~_within(solid, a[2]) & (climb != 0.0) & (s >= 0.0) & (s <= 1.0)  # a level piece passes neither
    return np.where(met & inside(solid, a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1])), s, NEVER)


def _through_outline(solid: Solid, a: Array, b: Array) -> Array:
    """The least s at which pieces cross the outline between floor and ceiling."""
    s = _circle_crossing(solid, a, b) if solid.corners is None else _side_crossings(solid.corners, a, b)
    up = a[2] + np.where(s < NEVER, s, 0.0) * (b[2] - a[2])
    return np.asarray(np.where(_within(solid, up), s, NEVER).min(axis=0))


def _circle_crossing(solid: Solid, a: Array, b: Array) -> Array:
    """Where pieces come into the circle: the lesser root of |a + s d - centre|^2 = radius^2, as (1, m)."""
    (dx, dy), (x, y) = b[:2] - a[:2], a[:2] - np.array(solid.centre)[:, None]
    square, half = dx * dx + dy * dy, x * dx + y * dy
    root = half * half - square * (x * x + y * y - solid.radius_m**2)
    s = (-half - np.sqrt(np.maximum(root, 0.0))) / np.where(square > 0.0, square, 1.0)
    return np.where((root >= 0.0) & (square > 0.0) & (s >= 0.0) & (s <= 1.0), s, NEVER)[None]


def _side_crossings(corners: Array, a: Array, b: Array) -> Array:
    """Where pieces cross each side of a polygon: (sides, m)."""
    (px, py), (qx, qy) = corners[:, :, None], np.roll(corners, -1, axis=1)[:, :, None]
    (dx, dy), ex, ey = b[:2] - a[:2], qx - px, qy - py
    across = dx * ey - dy * ex
    safe = np.where(across == 0.0, 1.0, across)
    s = ((px - a[0]) * ey - (py - a[1]) * ex) / safe
    along = ((px - a[0]) * dy - (py - a[1]) * dx) / safe
    met = (across != 0.0) & (s >= 0.0) & (s <= 1.0) & (along >= 0.0) & (along <= 1.0)
    return np.where(met, s, NEVER)
