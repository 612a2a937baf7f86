"""A zone, or ``elsewhere``, as the rest of ``warn`` needs it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from forewarn import geo
from forewarn.messages import Track
from forewarn.project.shapes import solid
from forewarn.site import Circle, Costs, Elsewhere, Site, Zone
from forewarn.warn.state import Seen
from forewarn.warn.words import Language

AWAY: dict[Language, str] = {"en": "the surroundings of the zones", "ar": "محيط المناطق"}
CLEAR_AFTER_S = 20.0
LEAST_M = 500.0
Around = tuple[float, float, float]


class Spot(msgspec.Struct, frozen=True):
    """Where people are told what. ``centre``: east and north of the site's origin; of ``elsewhere`` None, and it has no outline."""

    id: str
    name: Mapping[Language, str]
    costs: Costs
    tell: tuple[str, ...]
    horizon_s: float
    need_s: float
    clear_after_s: float
    centre: tuple[float, float] | None
    circle: Circle | None
    polygon: tuple[tuple[float, float], ...] | None


def spots(site: Site) -> tuple[Spot, ...]:
    """All of a site's, in its order, ``elsewhere`` last."""
    return (*(_zone(site, zone) for zone in site.zones), _elsewhere(site.elsewhere))


def spot(site: Site, name: str) -> Spot:
    """The one that is called so, which must be there."""
    return next(spot for spot in spots(site) if spot.id == name)


def _zone(site: Site, zone: Zone) -> Spot:
    centre = solid(site, zone).centre
    return Spot(
        zone.id, zone.name, zone.costs, zone.tell, zone.horizon_s, zone.need_s, zone.clear_after_s, centre, zone.circle, zone.polygon
    )


def _elsewhere(away: Elsewhere) -> Spot:
    return Spot("elsewhere", AWAY, away.costs, away.tell, away.horizon_s, 0.0, CLEAR_AFTER_S, None, None, None)


def seen_from(site: Site, spot: Spot, track: Track) -> Seen:
    """Where a track is as seen from a zone's centre (of ``elsewhere``: the site's origin)."""
    at, origin = track.aided, (site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m)
    east, north, _ = geo.to_enu(at.lat_deg, at.lon_deg, at.alt_m, origin).tolist()
    if spot.centre is not None:
        east, north = east - spot.centre[0], north - spot.centre[1]
    away = math.hypot(east, north)
    closing = -(east * at.east_mps + north * at.north_mps) / away if away > 0 else 0.0
    return Seen(track.track, track.t_updated_ns, away, float(geo.azimuth_deg(east, north)), closing)


def around(spot: Spot, track: Track) -> Around:
    """For ``elsewhere``: latitude, longitude and radius (m) of where a track may be within the horizon."""
    at = track.aided
    reach = math.hypot(at.east_mps, at.north_mps) * spot.horizon_s + 2 * at.sigma_m
    return at.lat_deg, at.lon_deg, max(LEAST_M, reach)
