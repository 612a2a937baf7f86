"""The site that a plan is made for: sensors that move put in their place, one more sensor added."""

from __future__ import annotations

import re

from forewarn import geo
from forewarn.project.shapes import solid
from forewarn.site import Coverage, Position, Sensor, Site


class BadPlan(ValueError):
    """What was asked of the plan makes no sense: says what, and what would."""


_ADD = re.compile(r"^(?P<like>[^@]+)@(?P<lat>[-+0-9.]+),(?P<lon>[-+0-9.]+)(,(?P<alt>[-+0-9.]+))?$")


def placed(site: Site) -> tuple[Site, tuple[str, ...]]:
    """The site with every sensor somewhere, and the names of those that nobody placed: they stand at the centre of the first zone."""
    lost = tuple(s.id for s in site.sensors if s.position is None and s.reports != "claims")
    if not lost or not site.zones:
        return site, lost
    east, north = solid(site, site.zones[0]).centre
    lat, lon, alt = geo.to_place([east, north, 0.0], (site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m)).tolist()
    berth = Position(lat_deg=lat, lon_deg=lon, alt_m=alt)
    moved = tuple(s.model_copy(update={"position": berth}) if s.id in lost else s for s in site.sensors)
    return site.model_copy(update={"sensors": moved}), lost


def with_one_more(site: Site, add: str) -> tuple[Site, Sensor]:
    """The site with one more sensor: ``add`` is ``sensor@lat,lon`` or ``sensor@lat,lon,height``, a sensor of the site that it is like and
    where it stands (degrees; metres above the ellipsoid). ``BadPlan`` if it is not. It looks all round, over flat ground."""
    found = _ADD.match(add)
    like = next((s for s in site.sensors if found and s.id == found["like"]), None)
    if found is None or like is None:
        known = ", ".join(s.id for s in site.sensors if s.reports != "claims")
        raise BadPlan(f"--add {add}: give sensor@lat,lon or sensor@lat,lon,height; sensors of this site: {known}")
    try:
        lat, lon = float(found["lat"]), float(found["lon"])
        alt = float(found["alt"]) if found["alt"] else like.position.alt_m if like.position else site.origin.alt_m
        place = Position(lat_deg=lat, lon_deg=lon, alt_m=alt)
    except ValueError:
        raise BadPlan(f"--add {add}: latitude, longitude or height is out of range") from None
    names = {s.id for s in site.sensors}
    name = next(f"{like.id}-{n}" for n in range(2, len(names) + 3) if f"{like.id}-{n}" not in names)
    cover = like.coverage.model_copy(update={"skyline": (), "sectors": (), "blank": ()})
    more = like.model_copy(update={"id": name, "position": place, "moves": False, "coverage": Coverage.model_validate(cover.model_dump())})
    return site.model_copy(update={"sensors": (*site.sensors, more)}), more
