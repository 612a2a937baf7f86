"""WGS 84 and the local level frame at a place (east, north, up; metres).

Conversions are PROJ's (``cart`` and ``topocentric``, by pyproj); the height is carried above the ellipsoid, no geoid and no grid is
applied anywhere. Back from earth-centred is Bowring's formula applied once: off by 1 micrometre 10 km up, by 0.1 millimetre 100 km up.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer
from pyproj.enums import TransformDirection

Array = NDArray[np.float64]
Origin = tuple[float, float, float]  # latitude and longitude in degrees, height in metres


@lru_cache(maxsize=64)
def _frame(lat_deg: float, lon_deg: float, alt_m: float) -> Transformer:
    """From longitude, latitude (degrees) and height to the frame about a place."""
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
        f"+step +proj=topocentric +ellps=WGS84 +lat_0={lat_deg!r} +lon_0={lon_deg!r} +h_0={alt_m!r}"
    )


def to_enu(lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike, origin: Origin) -> Array:
    """Places to east, north, up about ``origin``: shapes (n,) or scalars to (3, n) or (3,)."""
    places = np.empty((3, *np.broadcast(lat_deg, lon_deg, alt_m).shape))
    places[0], places[1], places[2] = lon_deg, lat_deg, alt_m
    return _moved(places, origin, TransformDirection.FORWARD)


def to_place(enu: ArrayLike, origin: Origin) -> Array:
    """East, north, up about ``origin``, shape (3, n) or (3,), to latitude, longitude (degrees) and height: same shape."""
    places = _moved(np.array(enu, dtype=float, order="C"), origin, TransformDirection.INVERSE)
    places[[0, 1]] = places[[1, 0]]
    return places


def _moved(places: Array, origin: Origin, direction: TransformDirection) -> Array:
    """Places (3, n) or (3,) moved where they stand."""
    one, two, three = places.reshape(3, -1)
    _frame(*map(float, origin)).transform(one, two, three, direction=direction, inplace=True)
    return places


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
