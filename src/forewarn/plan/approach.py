"""Straight approaches to a zone from all directions, and how many seconds of warning each would give.

The chosen object appears at a place, T seconds before it would enter, and flies level and straight at the zone's centre. Warning time is
the time from the warning to the entry, 0 if none is raised before it; its mean over what the sensors happen to show. All starts on
one line share the line's geometry; a start more than ``SETTLE_S`` beyond the zone's horizon gives no more than that one does, since the
track has settled and the zone's horizon is what limits the warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.messages import Kind
from forewarn.plan import numbers
from forewarn.plan.course import Course
from forewarn.plan.fly import many
from forewarn.plan.numbers import Place
from forewarn.sight.view import View
from forewarn.site import Site, Zone

Array = NDArray[np.float64]
Ground = Callable[[Array, Array], Array]
"""Heights (n,) of the ground above the site's origin at places east (n,) and north (n,)."""
Each = Callable[[Callable[[int], Array], Iterable[int]], Iterable[Array]]
SETTLE_S = 60.0
STEP_S = 0.5
LEAST_EASED = 24
EASED_ERROR = 0.375**0.5
"""From so many directions on neighbours are averaged (weights 1/4, 1/2, 1/4); and what that leaves of their standard error."""
OVER_M = 20.0
"""The chosen object keeps so far above ground that is in its way."""


class Chosen(NamedTuple):
    """The object that the map is for. ``height_m``: above the site's origin; ``size_m2``: to a radar, its cross-section."""

    kind: Kind = "drone"
    speed_mps: float = 20.0
    height_m: float = 60.0
    size_m2: float = 0.01


class Table(NamedTuple):
    """Of one zone: mean warning time (A, T) and its standard error (A, T), seconds, by direction seen from the zone's centre
    ``azimuth_deg`` (A,) and time to the entry ``ahead_s`` (T,) where the object appears; ``edge_m`` (A,): from the centre to the zone's
    edge; ``enters``: whether the object's height lies within the zone's."""

    zone: str
    azimuth_deg: Array
    ahead_s: Array
    mean_s: Array
    error_s: Array
    edge_m: Array
    enters: bool


def table(
    site: Site, zone: Zone, chosen: Chosen, ground: Ground | None = None, directions: int = 72, runs: int = 12, each: Each = map
) -> Table:
    """Warning times of one zone, by ``runs`` approaches for each direction and start. ``each``: ``map``, or one of a pool of threads."""
    place, azimuth = numbers.place(site, zone), np.asarray(np.arange(directions) * (360.0 / directions), dtype=np.float64)
    edge = np.array([edge_m(place, a) for a in np.radians(azimuth)])
    ahead, enters = starts(zone.horizon_s), bool(place.floor_m <= chosen.height_m <= place.ceiling_m)
    flown = Flown(site, place, chosen)

    def of(a: int) -> Array:
        path = line(place, float(np.radians(azimuth[a])), float(edge[a]), chosen, float(ahead[-1]), ground)
        return flown.times(path, ahead, np.arange(runs, dtype=np.int64) + a * runs + 1)

    times = np.stack(list(each(of, range(directions)))) if enters else np.zeros((directions, len(ahead), runs))
    error: Array = np.std(times, axis=2).astype(np.float64) / runs**0.5
    if directions < LEAST_EASED:
        return Table(zone.id, azimuth, ahead, times.mean(axis=2), error, edge, enters)
    return Table(zone.id, azimuth, ahead, eased(times.mean(axis=2)), eased(error) * EASED_ERROR, edge, enters)


def eased(by_direction: Array) -> Array:
    """Each direction with a quarter of the next one on either side: what few approaches happen to show does not look like a gap."""
    return by_direction / 2 + (np.roll(by_direction, 1, axis=0) + np.roll(by_direction, -1, axis=0)) / 4


def starts(horizon_s: float) -> Array:
    """Times to the entry at which objects appear: close where it matters, up to ``SETTLE_S`` beyond the horizon."""
    return np.concatenate([np.linspace(0.0, horizon_s, 11), horizon_s + SETTLE_S * np.array([0.3, 1.0])])


class Flown:
    """A site's numbers, and the approaches flown with them."""

    def __init__(self, site: Site, place: Place, chosen: Chosen) -> None:
        self.watch, self.senses, self.ways = numbers.watch(site), numbers.senses(site), numbers.samples(site)
        self.views, self.place, self.chosen = numbers.views(site), place, chosen

    def times(self, path: Array, ahead_s: Array, seeds: NDArray[np.int64]) -> Array:
        """Warning times (starts, seeds) on one line: ``path`` (6, k), from the farthest start to the entry, every ``STEP_S``."""
        shown = self._each(lambda view: view.detection(path[:3], path[3:], self.chosen.size_m2))
        expected = self._each(lambda view: view.detection(path[:3]))
        found = np.zeros((len(ahead_s), len(seeds)))
        whole = STEP_S * (path.shape[1] - 1)
        for i, ahead in enumerate(ahead_s.tolist()):
            k = max(round((whole - ahead) / STEP_S), 0)
            if ahead > 0.0:
                part, seen, believed = (np.ascontiguousarray(rows[:, k:]) for rows in (path, shown, expected))
                course = Course(part, seen, believed, STEP_S)
                found[i] = many(self.watch, self.senses, self.ways, self.place, course, ahead, seeds)
        return found

    def _each(self, chances: Callable[[View], Array]) -> Array:
        """Chances (S, k) of all sensors."""
        return np.stack([chances(view) for view in self.views]) if self.views else np.zeros((0, 1))


def line(place: Place, azimuth: float, edge: float, chosen: Chosen, ahead_s: float, ground: Ground | None) -> Array:
    """Places and rates (6, k), from ``ahead_s`` before the entry to the entry, every ``STEP_S``; ``azimuth`` from the centre, radians."""
    back = np.arange(round(ahead_s / STEP_S), -1, -1) * STEP_S
    far = edge + chosen.speed_mps * back
    east, north = place.centre[0] + far * np.sin(azimuth), place.centre[1] + far * np.cos(azimuth)
    up = np.full(len(far), chosen.height_m)
    if ground is not None:
        up = np.maximum(up, ground(east, north) + OVER_M)
    still = np.ones(len(far))
    rates = (-chosen.speed_mps * np.sin(azimuth) * still, -chosen.speed_mps * np.cos(azimuth) * still, np.gradient(up, STEP_S))
    return np.stack([east, north, up, *rates])


def edge_m(place: Place, azimuth: float) -> float:
    """From a zone's centre to where an object that comes from a direction (radians) straight at the centre first touches the zone."""
    if place.corners.shape[1] == 0:
        return place.radius_m
    (px, py), (qx, qy) = place.corners - place.centre[:, None], np.roll(place.corners, -1, axis=1) - place.centre[:, None]
    dx, dy = np.sin(azimuth), np.cos(azimuth)
    across = dx * (qy - py) - dy * (qx - px)
    safe = np.where(across == 0.0, 1.0, across)
    far, along = (px * (qy - py) - py * (qx - px)) / safe, (px * dy - py * dx) / safe
    return float(np.max(far, where=(across != 0.0) & (along >= 0.0) & (along <= 1.0), initial=0.0))
