"""The directions from which a zone could be approached unseen.

Definition. An object comes straight at the zone's centre, level, at 20 m/s (the open category's C1 drones may fly 19 m/s: EU
2019/945, annex, part 2 (2)), from where it is ``horizon_s`` away from the zone's edge. It is *seen* if at least one sensor that
works detects it while the zone's people still have the time they need (``need_s``). Looks are counted as independent:

    P(unseen) = product over sensors and steps of the way (1 - P_detection)^(step time / interval)

with P_detection from ``View.detection``, the only coverage model. A direction is blind if P(unseen) exceeds 0.5 at any of five heights
from the zone's floor (the site's origin, where the floor lies below it) to its ceiling. Directions are told apart by 2 degrees.
A polygon counts as the circle about the mean of its corners that holds it.

Only sensors that scan are counted on: a lone report's absence says nothing, and a claim is the object's own choice. One that works but
whose place nobody knows sees everywhere, as ``View`` has it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.messages import BlindAt, Sector
from forewarn.sight.health import WORKING, scans
from forewarn.sight.state import Basis, Condition, State
from forewarn.sight.view import view
from forewarn.site import Sensor, Site, Zone

APPROACH_MPS = 20.0
UNSEEN = 0.5
BINS = 180
HEIGHTS = 5
STEPS = 16
MOVED_M = 50.0  # a sensor that moved less far has not moved, for this purpose
CERTAIN = 1e-12

Array = NDArray[np.float64]


def basis(state: State, site: Site) -> dict[str, Basis]:
    """What the blind directions depend on, for each sensor that is counted on."""
    return {sensor.id: _basis(state.sensors[sensor.id]) for sensor in site.sensors if scans(sensor)}


def _basis(sensor: Condition) -> Basis:
    works = sensor.state in WORKING
    return Basis(works=works, stated=sensor.stated, place=sensor.place if works else None, blank=sensor.blank if works else ())


def same(old: dict[str, Basis] | None, new: dict[str, Basis]) -> bool:
    """Whether nothing changed that matters."""
    return old is not None and all(_alike(old[name], now) for name, now in new.items())


def _alike(old: Basis, new: Basis) -> bool:
    if old == new:
        return True
    if (old.works, old.stated, old.blank) != (new.works, new.stated, new.blank) or old.place is None or new.place is None:
        return False
    return bool(np.linalg.norm(geo.to_enu(*new.place, old.place)) < MOVED_M)


def directions(state: State, site: Site, zone: Zone, t_ns: int) -> tuple[tuple[Sector, ...], float, tuple[BlindAt, ...]]:
    """The blind directions of a zone as seen from its centre, clockwise, their share of the circle, and the same at each height."""
    log_unseen = np.zeros((BINS, HEIGHTS))
    points, step_s = approaches(site, zone)
    for sensor in site.sensors:
        if scans(sensor) and _basis(state.sensors[sensor.id]).works:
            log_unseen += _log_unseen(state, site, sensor, points, step_s, t_ns)
    blind = log_unseen > np.log(UNSEEN)
    heights = [
        BlindAt(height_m=height, sectors=sectors(at), share=float(at.mean()))
        for height, at in zip(_heights(zone).tolist(), blind.T, strict=True)
    ]
    anywhere = blind.any(axis=1)
    return sectors(anywhere), float(anywhere.mean()), tuple(heights) if anywhere.any() else ()


def blind_sectors(state: State, site: Site, zone: Zone, t_ns: int) -> tuple[tuple[Sector, ...], float]:
    """The blind directions of a zone at any height, and their share of the circle."""
    found, share, _ = directions(state, site, zone, t_ns)
    return found, share


def _log_unseen(state: State, site: Site, sensor: Sensor, points: Array, step_s: float, t_ns: int) -> Array:
    """Log of the chance that one sensor misses the object all the way: (BINS, HEIGHTS)."""
    detection = view(state, site, sensor.id, t_ns, None).detection(points.reshape(3, -1)).reshape(points.shape[1:])
    chance = np.clip(detection, 0.0, 1.0 - CERTAIN)
    return np.asarray(np.log1p(-chance).sum(axis=2) * (step_s / sensor.interval_s))


def approaches(site: Site, zone: Zone) -> tuple[Array, float]:
    """Sample points of all approaches, east, north, up about the site's origin, shape (3, BINS, HEIGHTS, STEPS), and the
    seconds that each stands for. Bin ``i`` is seen from the zone's centre at ``2 i + 1`` degrees."""
    (east, north), radius = _circle(site, zone)
    soonest = min(zone.need_s, zone.horizon_s)
    step_s = max(zone.horizon_s - soonest, 1.0) / STEPS
    far = radius + APPROACH_MPS * (soonest + step_s * (np.arange(STEPS) + 0.5))
    azimuth = np.radians((np.arange(BINS) + 0.5) * (360.0 / BINS))[:, None, None]
    points = np.broadcast_arrays(east + np.sin(azimuth) * far, north + np.cos(azimuth) * far, _heights(zone)[:, None])
    return np.stack(points), step_s


def _heights(zone: Zone) -> Array:
    floor = max(zone.floor_m, 0.0) if zone.ceiling_m > 0 else zone.floor_m
    return np.linspace(floor, zone.ceiling_m, HEIGHTS)


def _circle(site: Site, zone: Zone) -> tuple[tuple[float, float], float]:
    """Centre (east, north) and radius in the site's frame, metres."""
    origin = (site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m)
    if zone.circle is not None:
        east, north, _ = geo.to_enu(zone.circle.lat_deg, zone.circle.lon_deg, site.origin.alt_m, origin)
        return (float(east), float(north)), zone.circle.radius_m
    lat, lon = np.asarray(zone.polygon).T
    corners = geo.to_enu(lat, lon, np.full(lat.shape, site.origin.alt_m), origin)[:2]
    centre = corners.mean(axis=1)
    return (float(centre[0]), float(centre[1])), float(np.linalg.norm(corners - centre[:, None], axis=0).max())


def sectors(blind: NDArray[np.bool_]) -> tuple[Sector, ...]:
    """Runs of blind bins, clockwise from north; a run over north is one sector. All blind: 0 to 360."""
    if blind.all():
        return (Sector(from_deg=0.0, to_deg=360.0),)
    width = 360.0 / len(blind)
    begins = np.flatnonzero(blind & ~np.roll(blind, 1))
    ends = np.flatnonzero(blind & ~np.roll(blind, -1))
    if len(begins) and ends[0] < begins[0]:
        ends = np.roll(ends, -1)
    return tuple(Sector(from_deg=float(b * width), to_deg=float((e + 1) * width % 360.0)) for b, e in zip(begins, ends, strict=True))
