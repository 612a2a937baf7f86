"""The chance that each object enters each zone within the zone's horizon, and when.

Each object's present state is a mixture of normals over motion models; its future is ``paths``. The chance of entry is the share of
its sample paths that touch the zone's solid; the times are those of the first touch, exact on each straight piece, so continuous in
time. Objects that cannot reach a zone are told apart first and cost next to nothing. The samples that fall are
``falls``.

``elsewhere`` is the share of paths that are outside every zone now and touch none within its horizon.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forewarn.messages import Threat, Track
from forewarn.project.falls import falls
from forewarn.project.paths import MODELS, Paths, paths, roots
from forewarn.project.shapes import Solid, solid
from forewarn.project.touch import first_times
from forewarn.site import Site

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Mask = NDArray[np.bool_]

FLOOR = 0.001
"""Chances below it are left out."""
QUANTILES = (0.1, 0.5, 0.9)
FAR_SD = 3.0  # a path whose mean keeps so many deviations off a zone has less than ``FLOOR`` to touch it


class Picture(Protocol):
    """What the tracker publishes of ``n`` objects, predicted to now; objects last.

    ``mean`` (M, 6, n) and ``cov`` (M, 6, 6, n): east, north, up (m) and their rates (m/s) about the site's origin, by motion model: calm,
    agile and, where M is 3, falling; ``model`` (M, n): the models' probabilities. ``messages``: the tracks in the same order, and
    behind them others.
    """

    @property
    def mean(self) -> np.ndarray: ...
    @property
    def cov(self) -> np.ndarray: ...
    @property
    def model(self) -> np.ndarray: ...
    @property
    def messages(self) -> tuple[Track, ...]: ...


def project(site: Site, picture: Picture, t_ns: int) -> tuple[Threat, ...]:
    """Threats of all objects to all zones, in the site's order, and then to ``elsewhere``; those below ``FLOOR`` are left out."""
    tracks = picture.messages[: picture.mean.shape[2]]
    if not tracks:
        return ()
    solids = [solid(site, zone) for zone in site.zones]
    horizons = [zone.horizon_s for zone in site.zones]
    away_s = site.elsewhere.horizon_s
    ways = paths(site.tracking, max([away_s, *horizons]))
    falling = falls(picture.mean, picture.cov, picture.model, ways, solids, site.origin.alt_m)
    times = [falling.joined(s, *found) for s, found in enumerate(first_touches(picture, ways, solids))]
    threats: list[Threat] = []
    for zone, (who, found) in zip(site.zones, times, strict=True):
        threats += _threats(zone.id, t_ns, [tracks[i] for i in who], np.where(found <= zone.horizon_s, found, np.inf))
    return (*threats, *_elsewhere(t_ns, tracks, times, len(ways.choice), away_s))


def first_touches(picture: Picture, ways: Paths, solids: Sequence[Solid]) -> list[tuple[NDArray[np.intp], Array]]:
    """For each solid the objects that may reach it (r,), and when each of their sample paths first touches it (r, N): s, inf for never."""
    if not solids:
        return []
    reach = may_reach(picture, ways, solids)
    some = np.flatnonzero(reach.any(axis=(0, 1)))
    flights = sample(picture, ways, some)
    found = []
    for shape, pieces in zip(solids, reach[:, :, some], strict=True):
        rows = np.flatnonzero(pieces.any(axis=0))
        found.append((some[rows], first_times(flights[rows], ways.knots_s, np.ascontiguousarray(pieces[:, rows]), *shape.bare)))
    return found


def may_reach(picture: Picture, ways: Paths, solids: Sequence[Solid]) -> Mask:
    """On which pieces of their way objects come near enough to solids to be looked at, (solids, K, n): by each model's mean path and its
    deviation."""
    t = ways.knots_s[:, None]
    mean, cov = picture.mean[:MODELS, :, None], picture.cov[:MODELS, :, :, None]
    east, north = mean[:, 0] + t * mean[:, 3], mean[:, 1] + t * mean[:, 4]
    a, b, d = (cov[:, i, j] + t * (cov[:, i, j + 3] + cov[:, i + 3, j]) + t * t * cov[:, i + 3, j + 3] for i, j in ((0, 0), (0, 1), (1, 1)))
    widest = (a + d) / 2 + np.sqrt((a - d) ** 2 / 4 + b * b) + ways.spread_m[:, :, None] ** 2
    spread = FAR_SD * np.sqrt(np.maximum(widest[:, 1:], widest[:, :-1]))
    centre = np.array([shape.centre for shape in solids])[:, :, None, None, None]
    radius = np.array([shape.radius_m for shape in solids])[:, None, None, None]
    off = _distance(centre[:, 0], centre[:, 1], east, north)
    return np.asarray(((off <= spread + radius) & (picture.model[:MODELS, None] > FLOOR / MODELS)).any(axis=1))


def _distance(x: Array, y: Array, east: Array, north: Array) -> Array:
    """From a place to each straight piece of paths given at knots, (..., K + 1, n): (..., K, n)."""
    px, py = x - east[:, :-1], y - north[:, :-1]
    dx, dy = np.diff(east, axis=1), np.diff(north, axis=1)
    square = dx * dx + dy * dy
    s = np.clip((px * dx + py * dy) / np.where(square > 0.0, square, 1.0), 0.0, 1.0)
    return np.asarray(np.hypot(px - s * dx, py - s * dy))


def sample(picture: Picture, ways: Paths, who: NDArray[np.intp]) -> Single:
    """The sample paths of c objects, (c, 3, K + 1, N): east, north, up at the knots. Which model a sample has now is chosen by its own
    coordinate. In single precision: a centimetre at 100 km."""
    mean, cov = np.moveaxis(picture.mean[:MODELS, :, who], -1, 1), np.moveaxis(picture.cov[:MODELS, :, :, who], -1, 1)
    root = np.concatenate([roots(cov), mean[..., None]], axis=-1).astype(np.float32)  # times (normals, 1): the state
    calm, agile = root @ ways.state
    shares = picture.model[:, who]
    is_calm = ways.choice < (shares[0] / shares.sum(axis=0))[:, None]
    now = np.where(is_calm[:, None], calm, agile)
    place = np.where(is_calm[:, None, None], ways.noise[0], ways.noise[1])
    place += now[:, :3, None]
    place += now[:, 3:, None] * ways.knots_s[:, None].astype(np.float32)
    return np.asarray(place)


def _threats(zone: str, t_ns: int, tracks: Sequence[Track], times: Array) -> list[Threat]:
    """The threats to one zone from the times of the first touch, (tracks, N)."""
    samples = times.shape[1]
    count = (times < np.inf).sum(axis=1)
    within = (times <= 0.0).sum(axis=1) / samples
    ranks = np.minimum((np.array(QUANTILES) * count[:, None]).astype(int), np.maximum(count - 1, 0)[:, None])
    quantiles = np.take_along_axis(np.sort(times, axis=1), ranks, axis=1).tolist()
    return [
        Threat(track=track.track, zone=zone, t_ns=t_ns, entry=entry, inside=now, in_s=tuple(when), causes=(track.seq,))
        for track, entry, now, when in zip(tracks, (count / samples).tolist(), within.tolist(), quantiles, strict=True)
        if entry >= FLOOR
    ]


def _elsewhere(
    t_ns: int, tracks: Sequence[Track], found: Sequence[tuple[NDArray[np.intp], Array]], samples: int, horizon_s: float
) -> list[Threat]:
    """The chance of each object to be outside every zone now and to touch none within the horizon; it is so from now on."""
    first = np.full((len(tracks), samples), np.inf)
    for who, times in found:
        first[who] = np.minimum(first[who], times)
    chances, within = (first > horizon_s).sum(axis=1) / samples, (first > 0.0).sum(axis=1) / samples
    return [
        Threat(track=track.track, zone="elsewhere", t_ns=t_ns, entry=chance, inside=now, in_s=(0.0, 0.0, 0.0), causes=(track.seq,))
        for track, chance, now in zip(tracks, chances.tolist(), within.tolist(), strict=True)
        if chance >= FLOOR
    ]
