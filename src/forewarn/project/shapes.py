"""Zones as solids in the local level frame: a circle or polygon on the ground, upright between a floor and a ceiling."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.project.touch import Round
from forewarn.site import Circle, Origin, Site, Zone

Array = NDArray[np.float64]


class Solid(msgspec.Struct, frozen=True):
    """A zone about the site's origin. ``corners``: east and north, (2, corners), None for a circle.

    ``centre`` (east, north) and ``radius_m`` are the circle, or one that holds the polygon.
    """

    centre: tuple[float, float]
    radius_m: float
    corners: np.ndarray | None
    floor_m: float
    ceiling_m: float

    @property
    def bare(self) -> tuple[Round, Array]:
        """As the kernels of ``touch`` take it."""
        corners = np.empty((2, 0)) if self.corners is None else np.ascontiguousarray(self.corners)
        return (*self.centre, self.radius_m, self.floor_m, self.ceiling_m), corners


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
