"""WGS 84, earth-centred coordinates and the local level frame at a place (east, north, up; metres).

Conversions are pymap3d's (ellipsoid WGS 84); the height is carried above the ellipsoid, no geoid is applied anywhere.
"""

from __future__ import annotations

import numpy as np
import pymap3d
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Origin = tuple[float, float, float]  # latitude and longitude in degrees, height in metres


def to_enu(lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike, origin: Origin) -> Array:
    """Places to east, north, up about ``origin``: shapes (n,) or scalars to (3, n) or (3,)."""
    lat, lon, alt = (np.asarray(a, dtype=float) for a in (lat_deg, lon_deg, alt_m))
    return np.stack(pymap3d.geodetic2enu(lat, lon, alt, *origin)).astype(float)


def to_place(enu: ArrayLike, origin: Origin) -> Array:
    """East, north, up about ``origin``, shape (3, n) or (3,), to latitude, longitude (degrees) and height: same shape."""
    east, north, up = np.asarray(enu, dtype=float)
    return np.stack(pymap3d.enu2geodetic(east, north, up, *origin)).astype(float)


def azimuth_deg(east: ArrayLike, north: ArrayLike) -> Array:
    """Clockwise from north, 0 up to 360."""
    angle = np.degrees(np.arctan2(np.asarray(east, dtype=float), np.asarray(north, dtype=float))) % 360.0
    return np.where(angle >= 360.0, 0.0, angle)


def wrap_rad(angle: ArrayLike) -> Array:
    """The same angle in [-pi, pi)."""
    return (np.asarray(angle, dtype=float) + np.pi) % (2 * np.pi) - np.pi


def in_sector(azimuth: ArrayLike, from_deg: float, to_deg: float) -> NDArray[np.bool_]:
    """Whether azimuths lie clockwise between two directions; a sector whose ends are equal is empty, 0 to 360 is all."""
    if to_deg - from_deg >= 360.0:
        return np.ones(np.shape(azimuth), dtype=bool)
    width = (to_deg - from_deg) % 360.0
    return np.asarray((np.asarray(azimuth, dtype=float) - from_deg) % 360.0 < width)
