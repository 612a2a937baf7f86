"""How often each sensor really shows what says where it is, by range, azimuth and height: its stated chance, corrected.

A look at a cooperative object is a trial: was there a plot within the gate of where its claims, joined by straight lines, put it? Given
the trials in a cell of the coverage, the chance is a Beta posterior about the stated one (Gelman et al., "Bayesian Data Analysis",
3rd ed. 2013, 2.4), the prior worth ``FIRM`` looks: p' = (FIRM p + seen) / (FIRM + looks). Trials older than about ``MEMORY`` are forgotten.

A claim is no measurement, and may be a lie: it counts only for ``VOUCHED_S`` after a sensor that scans has shown something where it
says that it is. So a claim of an object that is not there teaches nothing. Sensors that give bearings only are left as stated.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn import geo
from forewarn.messages import Claim, Observation, Offset, Place, Plot, Polar, Position
from forewarn.sight import skyline
from forewarn.site import Coverage, Sensor, Site

Array = NDArray[np.float64]
FIRM = 30.0
MEMORY = 300.0
VOUCHED_S = 30.0
GAP_S = 10.0  # claims farther apart in time are not joined
GATE_SD, GATE_M = 4.0, 10.0
RANGES, AZIMUTHS, HEIGHTS_M = 6, 12, (50.0, 150.0)  # cells: sixths of the reach, 30 degrees, heights above the site's origin
CELLS = (len(HEIGHTS_M) + 1, AZIMUTHS, RANGES)
DEGREE_M = 111_320.0
GLANCES, PLOTS, CLAIMANTS = 32, 64, 256  # looks remembered of a sensor, plots of a look, identities


class Glance(msgspec.Struct, frozen=True):
    """A look: its sensor's place (3,), its plots' places east and north (2, m) and times (m,); nanoseconds, metres of the site's origin."""

    t_ns: int
    spot: tuple[float, float, float]
    places: np.ndarray
    time_ns: np.ndarray


class Claimant(msgspec.Struct, frozen=True):
    """An identity: its last claim, metres about the site's origin, and until when it counts."""

    t_ns: int
    place: tuple[float, float, float]
    until_ns: int = 0


class Learned(msgspec.Struct, frozen=True):
    """``seen`` and ``looks`` by sensor, shape ``CELLS``; ``glances`` by sensor, oldest first; ``claimants`` by identity."""

    seen: dict[str, np.ndarray] = {}
    looks: dict[str, np.ndarray] = {}
    glances: dict[str, tuple[Glance, ...]] = {}
    claimants: dict[str, Claimant] = {}


def learns(sensor: Sensor) -> bool:
    """Whether a sensor's chance can be learned: it scans, tells places, and the site lets it."""
    return sensor.learn and sensor.scan and sensor.reports in ("position", "polar")


def counts(learned: Learned, sensor: Sensor) -> NDArray[np.float32] | None:
    """Of a sensor: seen and looks, (2, *CELLS); None where there is nothing to correct."""
    if not learns(sensor) or sensor.id not in learned.looks:
        return None
    return np.stack([learned.seen[sensor.id], learned.looks[sensor.id]]).astype(np.float32)


@njit(cache=True, error_model="numpy")
def corrected(counted: NDArray[np.float32], reach_m: float, away: Array, up: Array, chance: Array) -> Array:
    """The stated ``chance`` (n,) at places ``away`` (3, n) from the sensor, ``up`` (n,) above the site's origin, as learned."""
    found = np.zeros(len(chance))
    for i in range(len(chance)):
        if chance[i] > 0.0:
            at = cell(reach_m, away[0, i], away[1, i], away[2, i], up[i])
            seen, looks = float(counted[0, at[0], at[1], at[2]]), float(counted[1, at[0], at[1], at[2]])
            found[i] = (FIRM * chance[i] + seen) / (FIRM + looks)
    return found


@njit(cache=True, error_model="numpy")
def cell(reach_m: float, east: float, north: float, rise: float, up: float) -> tuple[int, int, int]:
    """The cell, by height, azimuth and range, of a place so far ``east``, ``north`` and above the sensor, ``up`` above the site's
    origin; metres, finite."""
    height = 0
    for above_m in HEIGHTS_M:
        if up > above_m:
            height += 1
    turn = math.atan2(east, north) % (2 * math.pi) / (2 * math.pi)
    ring = min(math.sqrt(east * east + north * north + rise * rise) / reach_m * RANGES, RANGES - 1.0)
    return height, int(turn * AZIMUTHS) % AZIMUTHS, int(ring)


def look(learned: Learned, site: Site, spot: tuple[float, float, float] | None, seen: Observation) -> Learned:
    """Remember a look, if anything that claims is about."""
    sensor = site.sensor(seen.sensor)
    if not learned.claimants or spot is None or not seen.scan or not learns(sensor) or len(seen.plots) > PLOTS:
        return learned
    plots = [plot for plot in seen.plots if not (isinstance(plot.measured, Polar) and plot.measured.range_m is None)]
    places = np.array([_place(sensor, site, spot, plot) for plot in plots]).reshape(-1, 2).T
    glance = Glance(seen.t_ns, spot, np.ascontiguousarray(places), np.array([plot.t_ns for plot in plots], dtype=np.int64))
    kept = (*learned.glances.get(seen.sensor, ()), glance)[-GLANCES:]
    return msgspec.structs.replace(learned, glances={**learned.glances, seen.sensor: kept})


def _place(sensor: Sensor, site: Site, spot: tuple[float, float, float], plot: Plot) -> tuple[float, float]:
    m = plot.measured
    if isinstance(m, Offset):
        return spot[0] + m.east_m, spot[1] + m.north_m
    if isinstance(m, Position):
        east, north, _ = geo.to_enu(m.lat_deg, m.lon_deg, site.origin.alt_m, _origin(site)).tolist()
        return east, north
    azimuth = math.radians(m.azimuth_deg - sensor.bias_azimuth_deg)
    level = (m.range_m or 0.0) * math.cos(math.radians(m.elevation_deg or 0.0))
    return spot[0] + level * math.sin(azimuth), spot[1] + level * math.cos(azimuth)


def claim(learned: Learned, site: Site, said: Claim) -> Learned:
    """A claim, and with it what the looks since the one before showed of the object."""
    if said.place is None or said.place.alt_m is None or _far(site, said.place):
        return learned
    east, north, up = geo.to_enu(said.place.lat_deg, said.place.lon_deg, said.place.alt_m, _origin(site)).tolist()
    if not all(map(math.isfinite, (east, north, up))):
        return learned
    known = learned.claimants.get(said.identity)
    if known is not None and said.t_ns <= known.t_ns:
        return learned
    now = Claimant(said.t_ns, (east, north, up), known.until_ns if known else 0)
    if known is not None and (said.t_ns - known.t_ns) / 1e9 <= GAP_S:
        learned, now = _judged(learned, site, known, now, said.sigma_m or site.sensor(said.sensor).sigma_m)
    claimants = {**learned.claimants, said.identity: now}
    if len(claimants) > CLAIMANTS:
        del claimants[min(claimants, key=lambda name: (claimants[name].t_ns, name))]
    return msgspec.structs.replace(learned, claimants=claimants)


def _far(site: Site, place: Place) -> bool:
    """Whether a place is farther from the origin than twice the reach of every sensor that learns; roughly, since most claims are."""
    reach = 2.0 * max((sensor.coverage.max_range_m for sensor in site.sensors if learns(sensor)), default=-1.0)
    north = (place.lat_deg - site.origin.lat_deg) * DEGREE_M
    east = ((place.lon_deg - site.origin.lon_deg + 180.0) % 360.0 - 180.0) * DEGREE_M * math.cos(math.radians(site.origin.lat_deg))
    return not math.hypot(east, north) <= reach


def _could_see(cover: Coverage, up: float, away: Array) -> bool:
    """Whether a place at height ``up``, ``away`` (3,) from the sensor, lies where it looks at all: what it cannot see teaches nothing."""
    if not cover.min_range_m <= _length(away) <= cover.max_range_m:
        return False
    if not cover.min_height_m <= up <= cover.max_height_m:
        return False
    if not (cover.sectors or cover.blank or cover.skyline):
        return True
    azimuth = geo.azimuth_deg(away[0], away[1])
    looked = not cover.sectors or any(bool(geo.in_sector(azimuth, s.from_deg, s.to_deg)) for s in cover.sectors)
    if not looked or any(bool(geo.in_sector(azimuth, s.from_deg, s.to_deg)) for s in cover.blank):
        return False
    table = skyline.table(cover)
    return table is None or not bool(skyline.hidden(table, away[:, None])[0])


def _judged(learned: Learned, site: Site, known: Claimant, now: Claimant, sigma_m: float) -> tuple[Learned, Claimant]:
    """The looks between two claims, each a trial for its sensor, in the order of time."""
    between = [
        (glance.t_ns, sensor.id, sensor, glance)
        for sensor in site.sensors
        for glance in learned.glances.get(sensor.id, ())
        if known.t_ns < glance.t_ns <= now.t_ns
    ]
    for t_ns, _, sensor, glance in sorted(between, key=lambda one: one[:2]):
        place = _between(known, now, t_ns)
        away = place - np.array(glance.spot)
        if not _could_see(sensor.coverage, float(place[2]), away):
            continue
        shown = _shown(sensor, glance, known, now, away, sigma_m)
        if now.until_ns >= t_ns:
            learned = _trial(learned, sensor, away, float(place[2]), shown)
        if shown:
            now = msgspec.structs.replace(now, until_ns=t_ns + round(VOUCHED_S * 1e9))
    return learned, now


def _shown(sensor: Sensor, glance: Glance, known: Claimant, now: Claimant, away: Array, sigma_m: float) -> bool:
    """Whether a plot lies within the gate of where the object was when the plot was taken."""
    polar = math.hypot(sensor.sigma_range_m, math.radians(sensor.sigma_azimuth_deg) * _length(away))
    gate = GATE_M + GATE_SD * math.hypot(sensor.sigma_m if sensor.reports == "position" else polar, sigma_m)
    off = glance.places - _between(known, now, glance.time_ns)[:2]
    return bool((np.hypot(off[0], off[1]) <= gate).any())


def _between(known: Claimant, now: Claimant, t_ns: int | NDArray[np.int64]) -> Array:
    """On the straight line through two claims at one time, (3,), or at times (m,): (3, m)."""
    a, b = np.array(known.place), np.array(now.place)
    return np.asarray(a + np.multiply.outer((t_ns - known.t_ns) / (now.t_ns - known.t_ns), b - a)).T


def _length(away: Array) -> float:
    """Of one vector (3,)."""
    return math.sqrt(away[0] * away[0] + away[1] * away[1] + away[2] * away[2])


def _trial(learned: Learned, sensor: Sensor, away: Array, up: float, shown: bool) -> Learned:
    east, north, rise = away.tolist()
    at = cell(sensor.coverage.max_range_m, east, north, rise, up)
    keep = math.exp(-1.0 / MEMORY)
    seen, looks = (old.get(sensor.id, np.zeros(CELLS)).copy() for old in (learned.seen, learned.looks))
    seen[at], looks[at] = seen[at] * keep + shown, looks[at] * keep + 1.0
    return msgspec.structs.replace(learned, seen={**learned.seen, sensor.id: seen}, looks={**learned.looks, sensor.id: looks})


def _origin(site: Site) -> geo.Origin:
    return site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m
