"""Plots of nothing: spread evenly, in clumps over sea and rain and ground, and tracks of nothing that go on.

The even part has as many plots a look as the site file states, Poisson, evenly over the ground that the sensor covers. Clumps are
richer than the watch's model: they stay, drift with the wind and crowd together. Sea: clumps within the nearer 40 % of the range,
where the sea is not yet below the horizon's grazing angle (Skolnik, "Radar Handbook", 3rd ed. 2008, ch. 15); the count in a clump
varies from look to look by a Gamma factor, which makes it over-dispersed as the K-distribution is (Ward, Tough and Watts, "Sea
Clutter", 2nd ed. 2013, 4.2). Rain: cells of some hundred metres that drift with the wind, plots in proportion to the rain. Ground:
fixed points that flicker.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forewarn.simulate.sensors.measure import placed
from forewarn.simulate.sensors.rig import Random, Rig
from forewarn.simulate.sensors.rows import Rows
from forewarn.simulate.sensors.scene import Array, Ints, Scene, angles, facing
from forewarn.simulate.sensors.tell import false
from forewarn.site import Sector

SEA_REACH, SEA_CLUMP_M, SEA_LIFE_S, SEA_SHAPE = 0.4, 60.0, 20.0, 0.7
RAIN_CELL_M, RAIN_KM2_EACH = 300.0, 20.0
FLICKER = 0.15  # of a fixed point, each look
FOLLOWED = 0.85  # chance that a look shows a track of nothing


class Specks(NamedTuple):
    """Plots of nothing: in which look (m,), at (2, m) metres east, north of the sensor, how high above it."""

    look: Ints
    level: Array
    up: Array


def clutter(rig: Rig, scene: Scene, rng: Random) -> Rows:
    """All plots of nothing of a radar, by look."""
    weather = (sea(rig, scene, rng), rain(rig, scene, rng))
    return told(rig, scene, (even(rig, rng), *weather, points(rig, rng), false_tracks(rig, scene, rng)), rng)


def told(rig: Rig, scene: Scene, parts: Sequence[Specks], rng: Random) -> Rows:
    """Rows of plots of nothing, as far as the sensor looks there; a plot's time is that of the beam."""
    look, level, up = (np.concatenate(fields, axis=-1) for fields in zip(*parts, strict=True))
    local = np.vstack([level, up])
    range_m, azimuth, _ = angles(local)
    near, far = rig.stated.coverage.min_range_m, rig.reach_m
    inside = (range_m >= near) & (range_m <= far) & facing(azimuth, rig.sectors, rig.blank)
    turn = rig.interval_s if rig.keys.rotates else 0.0
    t_s = rig.looks_s[look] - turn * (1.0 - azimuth / 360.0)
    return false(rig, scene, look[inside], t_s[inside], placed(rig, local[:, inside]), rng)


def even(rig: Rig, rng: Random) -> Specks:
    """The stated false plots, evenly over the ground."""
    look = _looks(rng.poisson(rig.clutter, len(rig.looks_s)))
    azimuth = _directions(rig.sectors, rig.blank, len(look), rng)
    near, far = rig.stated.coverage.min_range_m, rig.reach_m
    range_m = np.sqrt(near**2 + (far**2 - near**2) * rng.random(len(look)))
    return _at(look, _level(azimuth, range_m), rng)


def sea(rig: Rig, scene: Scene, rng: Random) -> Specks:
    """Clumps over the sea: each lives some twenty seconds, and a look's count in it swells and falls."""
    share = sum(_width(sector) for sector in rig.keys.sea) / 360.0
    mean = rig.keys.sea_clutter * scene.weather.sea_state * share
    if mean <= 0 or not len(rig.looks_s):
        return _none()
    clumps = 12
    born = rng.uniform(-SEA_LIFE_S, scene.lasts_s, math.ceil(clumps * (scene.lasts_s + SEA_LIFE_S) / SEA_LIFE_S))
    azimuth = _directions(rig.keys.sea, (), len(born), rng)
    middle = _level(azimuth, rig.reach_m * SEA_REACH * np.sqrt(rng.uniform(0.02, 1.0, len(born))))
    look, clump = _during(rig.looks_s, born, born + SEA_LIFE_S)
    times = rng.poisson(mean / clumps * rng.gamma(SEA_SHAPE, 1.0 / SEA_SHAPE, len(look)))
    look, clump = np.repeat(look, times), np.repeat(clump, times)
    return _at(look, middle[:, clump] + SEA_CLUMP_M * rng.standard_normal((2, len(look))), rng)


def rain(rig: Rig, scene: Scene, rng: Random) -> Specks:
    """Cells that drift with the wind."""
    if scene.weather.rain_mm_h <= 0:
        return _none()
    reach = rig.reach_m
    cells = max(1, int(rng.poisson(math.pi * reach**2 / 1e6 / RAIN_KM2_EACH)))
    middle = _level(360.0 * rng.random(cells), reach * np.sqrt(rng.random(cells)))
    to = math.radians(scene.weather.wind_from_deg + 180.0)
    drift = scene.weather.wind_mps * np.array([math.sin(to), math.cos(to)])
    mean = rig.keys.rain_clutter * scene.weather.rain_mm_h
    look, cell = _pairs(rng.poisson(mean, (len(rig.looks_s), cells)))
    along = drift[:, None] * (rig.looks_s[look] - scene.lasts_s / 2)
    return _at(look, middle[:, cell] + along + RAIN_CELL_M * rng.standard_normal((2, len(look))), rng)


def points(rig: Rig, rng: Random) -> Specks:
    """Fixed things near by: masts, trees, roads, each a few metres wide to the sensor."""
    count = rig.keys.ground_points
    middle = _level(360.0 * rng.random(count), rig.reach_m * 0.5 * np.sqrt(rng.random(count)))
    look = np.repeat(np.arange(len(rig.looks_s)), rng.binomial(count, FLICKER, len(rig.looks_s)))
    point = rng.integers(0, max(count, 1), len(look))
    return _at(look, middle[:, point] + 5.0 * rng.standard_normal((2, len(look))), rng)


def false_tracks(rig: Rig, scene: Scene, rng: Random) -> Specks:
    """Tracks of nothing: straight at 3 to 20 m/s, exponential lives, a plot in most looks."""
    keys = rig.keys
    begins = rng.uniform(0.0, scene.lasts_s, rng.poisson(keys.false_tracks_per_h * scene.lasts_s / 3600.0))
    n = len(begins)
    lives = rng.exponential(keys.false_track_s, n)
    start = _level(_directions(rig.sectors, rig.blank, n, rng), rig.reach_m * np.sqrt(rng.uniform(0.01, 0.8, n)))
    speed = _level(360.0 * rng.random(n), rng.uniform(3.0, 20.0, n))
    look, track = _during(rig.looks_s, begins, begins + lives)
    shown = rng.random(len(look)) < FOLLOWED
    look, track = look[shown], track[shown]
    age = rig.looks_s[look] - begins[track]
    sigma = rig.sigma_m if rig.stated.reports == "position" else rig.sigma_range_m
    level = start[:, track] + speed[:, track] * age + sigma * rng.standard_normal((2, len(look)))
    return Specks(look, level, rng.uniform(20.0, 150.0, n)[track])


def _looks(counts: Ints) -> Ints:
    return np.repeat(np.arange(len(counts)), counts)


def _during(looks_s: Array, from_s: Array, to_s: Array) -> tuple[Ints, Ints]:
    """Each look with each thing that is there then."""
    first, last = np.searchsorted(looks_s, from_s), np.searchsorted(looks_s, to_s)
    thing = np.repeat(np.arange(len(from_s)), last - first)
    return np.arange(len(thing)) - np.repeat(np.cumsum(last - first) - last, last - first), thing


def _pairs(counts: Ints) -> tuple[Ints, Ints]:
    """Look and column, once for each counted in (looks, columns)."""
    look, column = np.nonzero(counts)
    times = counts[look, column]
    return np.repeat(look, times), np.repeat(column, times)


def _level(azimuth: Array, range_m: Array) -> Array:
    angle = np.radians(azimuth)
    return np.stack([range_m * np.sin(angle), range_m * np.cos(angle)])


def _at(look: Ints, level: Array, rng: Random) -> Specks:
    return Specks(look, level, rng.uniform(0.0, 0.1, len(look)) * np.hypot(*level))


def _none() -> Specks:
    return Specks(np.zeros(0, dtype=np.int64), np.zeros((2, 0)), np.zeros(0))


def _width(sector: Sector) -> float:
    whole = sector.to_deg - sector.from_deg
    return 360.0 if whole >= 360.0 else whole % 360.0


def _directions(sectors: tuple[Sector, ...], blank: tuple[Sector, ...], n: int, rng: Random) -> Array:
    """Directions evenly over the sectors (none: all round), outside the blank ones."""
    grid = np.arange(0.0, 360.0, 0.5)
    free = grid[facing(grid + 0.25, sectors, blank)]
    if not len(free):
        return np.zeros(n)
    return np.asarray(free[rng.integers(0, len(free), n)] + 0.5 * rng.random(n))
