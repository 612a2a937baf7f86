"""What one sensor can see from where it stands at one look: the only coverage model of the house.

Coverage is a shell: a stretch of slant range, sectors of azimuth less blank ones, a stretch of height. Inside it the sensor
detects with its stated chance, outside never. False plots are spread evenly over the coverage's area (or over its angle, where a
sensor gives bearings only). A sensor whose place nobody knows sees everywhere.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.messages import Place, Sector
from forewarn.site import Coverage, Site

if TYPE_CHECKING:
    from forewarn.sight.state import State

Array = NDArray[np.float64]
Spot = tuple[float, float, float]
SURE = 0.999  # no sensor is certain


class View(msgspec.Struct, frozen=True):
    """One sensor's view. ``spot``: where it stands, metres east, north, up of the site's origin; None: not known.

    ``sectors``: where it looks (none: all round), ``blank``: where not. ``chance``: of detection inside the coverage, 0
    where the sensor is down. ``density``: false plots a look and square metre, or a radian for bearings.
    """

    sensor: str
    spot: Spot | None
    chance: float
    density: float
    reach_m: tuple[float, float]
    height_m: tuple[float, float]
    sectors: tuple[Sector, ...] = ()
    blank: tuple[Sector, ...] = ()

    def detection(self, enu: Array) -> Array:
        """Chance (n,) that one look detects an object at ``enu`` (3, n), metres about the site's origin."""
        return np.where(self.inside(enu), self.chance, 0.0)

    def clutter(self, enu: Array) -> Array:
        """False plots (n,) a look at each place ``enu`` (3, n): per square metre; per radian where the sensor gives bearings."""
        return np.full(enu.shape[1], self.density)

    def inside(self, enu: Array) -> NDArray[np.bool_]:
        """Whether places (3, n) lie in the coverage, shape (n,)."""
        tall = (enu[2] >= self.height_m[0]) & (enu[2] <= self.height_m[1])
        if self.spot is None:
            return np.asarray(tall)
        away = enu - np.array(self.spot)[:, None]
        distance = np.sqrt((away**2).sum(axis=0))
        seen = tall & (distance >= self.reach_m[0]) & (distance <= self.reach_m[1])
        if self.sectors or self.blank:
            azimuth = np.degrees(np.arctan2(away[0], away[1])) % 360.0
            seen &= _within(azimuth, self.sectors) if self.sectors else True
            seen &= ~_within(azimuth, self.blank)
        return np.asarray(seen)


def view(state: State, site: Site, sensor_id: str, t_ns: int, pose: Place | None) -> View:
    """The view of one sensor at a look: from the pose that the look gives, else from where it last said it is. KeyError: no such sensor."""
    sensor, condition = site.sensor(sensor_id), state.sensors[sensor_id]
    place = condition.place
    if pose is not None:
        height = pose.alt_m if pose.alt_m is not None else place[2] if place else site.origin.alt_m
        place = (pose.lat_deg, pose.lon_deg, height)
    cover = sensor.coverage
    return View(
        sensor=sensor_id,
        spot=None if place is None else spot(place, site),
        chance=0.0 if condition.stated == "down" else min(sensor.p_detection, SURE),
        density=sensor.clutter / (_angle(cover) if sensor.reports == "bearing" else area_m2(cover)),
        reach_m=(cover.min_range_m, cover.max_range_m),
        height_m=(cover.min_height_m, cover.max_height_m),
        sectors=tuple(Sector(from_deg=s.from_deg, to_deg=s.to_deg) for s in cover.sectors),
        blank=condition.blank,
    )


def spot(place: tuple[float, float, float], site: Site) -> Spot:
    """A place as metres east, north, up of the site's origin."""
    east, north, up = geo.to_enu(*place, (site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m)).tolist()
    return east, north, up


def area_m2(cover: Coverage) -> float:
    """Ground area of a coverage, blank sectors counted in."""
    return _angle(cover) / 2 * max(cover.max_range_m**2 - cover.min_range_m**2, 1.0)


def _angle(cover: Coverage) -> float:
    """How much of the circle it looks at, radians."""
    if not cover.sectors:
        return 2 * math.pi
    widths = [360.0 if s.to_deg - s.from_deg >= 360.0 else (s.to_deg - s.from_deg) % 360.0 for s in cover.sectors]
    return math.radians(min(max(sum(widths), 1.0), 360.0))


def _within(azimuth: Array, sectors: tuple[Sector, ...]) -> NDArray[np.bool_]:
    found = np.zeros(azimuth.shape, dtype=bool)
    for sector in sectors:
        found |= geo.in_sector(azimuth, sector.from_deg, sector.to_deg)
    return found
