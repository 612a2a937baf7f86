"""What one sensor can see from where it stands at one look: the only coverage model of the house.

Coverage is a shell: a stretch of slant range, sectors of azimuth less blank ones, a stretch of height, less what the ground hides
(``skyline.py``). Inside it the sensor detects with its stated chance p, which falls with range r and grows with size s where the site
file says by how much: p 2^-((r / half)^4 s0 / s) for a radar (a fluctuating target's echo over a threshold: Swerling's first case,
Marcum and Swerling, IRE Trans. Information Theory 6 (2), 1960), with the square of the range for all else. What a sensor has shown
of objects that say where they are corrects it (``learned.py``). Outside it detects nothing. False plots are spread evenly over the
coverage's area (or over its angle, where a sensor gives bearings only). A sensor whose place nobody knows sees everywhere.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.messages import Place, Sector
from forewarn.sight import learned, skyline
from forewarn.site import Coverage, Site

if TYPE_CHECKING:
    from forewarn.sight.state import State

Array = NDArray[np.float64]
Spot = tuple[float, float, float]
SURE = 0.999  # no sensor is certain


class View(msgspec.Struct, frozen=True):
    """One sensor's view. ``spot``: where it stands, metres east, north, up of the site's origin; None: not known.

    ``sectors``: where it looks (none: all round), ``blank``: where not. ``chance``: of detection inside the coverage, 0
    where the sensor is down. ``density``: false plots a look and square metre, or a radian for bearings. ``half``: the range at which
    the chance is halved and the power of the range by which it falls; ``size_m2``: of the object that this is stated for.
    ``skyline`` (azimuths, steps, 2) and ``learned`` (2, *CELLS): see those modules; None: flat ground, nothing learned.
    """

    sensor: str
    spot: Spot | None
    chance: float
    density: float
    reach_m: tuple[float, float]
    height_m: tuple[float, float]
    sectors: tuple[Sector, ...] = ()
    blank: tuple[Sector, ...] = ()
    half: tuple[float, float] | None = None
    size_m2: float = 0.01
    min_radial_mps: float = 0.0
    skyline: np.ndarray | None = None
    learned: np.ndarray | None = None

    def detection(self, enu: Array, rates: Array | None = None, size_m2: float | None = None) -> Array:
        """Chance (n,) that one look detects objects at ``enu`` (3, n), metres about the site's origin, that move with ``rates`` (3, n),
        m/s (None: fast enough), and have a size (None: the one that the site file states the sensor for)."""
        if self.spot is None:
            return np.where(self.inside(enu), self.chance, 0.0)
        away, distance = self._from(self.spot, enu)
        chance = np.where(self._looks(enu, away, distance), self.chance, 0.0)
        if self.half is not None:
            chance = chance * np.exp2(-((distance / self.half[0]) ** self.half[1]) * (self.size_m2 / (size_m2 or self.size_m2)))
        if self.min_radial_mps > 0.0 and rates is not None:
            radial = np.abs(np.add.reduce(away * rates, axis=0)) / np.maximum(distance, 1e-9)
            chance = np.where(radial >= self.min_radial_mps, chance, 0.0)
        if self.learned is not None:
            chance = learned.corrected(self.learned, self.reach_m[1], away, enu[2], chance)
        return np.asarray(chance)

    def clutter(self, enu: Array) -> Array:
        """False plots (n,) a look at each place ``enu`` (3, n): per square metre; per radian where the sensor gives bearings."""
        return np.full(enu.shape[1], self.density)

    def inside(self, enu: Array) -> NDArray[np.bool_]:
        """Whether places (3, n) lie in the coverage, shape (n,)."""
        if self.spot is None:
            return self._tall(enu)
        return self._looks(enu, *self._from(self.spot, enu))

    def _tall(self, enu: Array) -> NDArray[np.bool_]:
        return np.asarray((enu[2] >= self.height_m[0]) & (enu[2] <= self.height_m[1]))

    def _from(self, spot: Spot, enu: Array) -> tuple[Array, Array]:
        """The way to places (3, n) from where the sensor stands, and how far it is, (n,)."""
        away = enu - np.array(spot)[:, None]
        return away, np.sqrt(np.add.reduce(away * away, axis=0))

    def _looks(self, enu: Array, away: Array, distance: Array) -> NDArray[np.bool_]:
        """``inside``, given ``_from``."""
        seen = self._tall(enu) & (distance >= self.reach_m[0]) & (distance <= self.reach_m[1])
        if self.sectors or self.blank:
            azimuth = np.degrees(np.arctan2(away[0], away[1])) % 360.0
            seen &= _within(azimuth, self.sectors) if self.sectors else True
            seen &= ~_within(azimuth, self.blank)
        if self.skyline is not None:
            seen &= ~skyline.hidden(self.skyline, away)
        return np.asarray(seen)


def view(state: State, site: Site, sensor_id: str, t_ns: int, pose: Place | None) -> View:
    """The view of one sensor at a look: from the pose that the look gives, else from where it last said it is. KeyError: no such sensor."""
    sensor, condition = site.sensor(sensor_id), state.sensors[sensor_id]
    stated = _stated(sensor_id, sensor.kind, sensor.reports == "bearing", sensor.clutter, sensor.coverage)
    place = condition.place
    if pose is not None:
        height = pose.alt_m if pose.alt_m is not None else place[2] if place else site.origin.alt_m
        place = (pose.lat_deg, pose.lon_deg, height)
    return msgspec.structs.replace(
        stated,
        spot=None if place is None else spot(place, site),
        chance=min(sensor.p_detection, SURE) * {"down": 0.0, "degraded": sensor.degraded}.get(condition.stated, 1.0),
        blank=condition.blank,
        learned=learned.counts(state.learned, sensor),
    )


@lru_cache(maxsize=256)
def _stated(sensor: str, kind: str, bearings: bool, clutter: float, cover: Coverage) -> View:
    """As far as the site file alone says it; ``clutter``: false plots a look."""
    return View(
        sensor=sensor,
        spot=None,
        chance=0.0,
        density=clutter / (_angle(cover) if bearings else area_m2(cover)),
        reach_m=(cover.min_range_m, cover.max_range_m),
        height_m=(cover.min_height_m, cover.max_height_m),
        sectors=tuple(Sector(from_deg=s.from_deg, to_deg=s.to_deg) for s in cover.sectors),
        half=None if cover.half_range_m is None else (cover.half_range_m, 4.0 if kind == "radar" else 2.0),
        size_m2=cover.half_size_m2,
        min_radial_mps=cover.min_radial_mps,
        skyline=skyline.table(cover),
    )


def spot(place: tuple[float, float, float], site: Site) -> Spot:
    """A place as metres east, north, up of the site's origin."""
    return _spot(place, (site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m))


@lru_cache(maxsize=256)
def _spot(place: tuple[float, float, float], origin: geo.Origin) -> Spot:
    east, north, up = geo.to_enu(*place, origin).tolist()
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
