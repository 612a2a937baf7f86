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
from forewarn.project.reach import flights, near_pieces
from forewarn.project.shapes import Solid, solid
from forewarn.project.touch import first_times
from forewarn.site import Site

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Mask = NDArray[np.bool_]

FLOOR = 0.001
"""Chances below it are left out."""
QUANTILES = np.array([0.1, 0.5, 0.9])
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
    away_s = site.elsewhere.horizon_s
    ways = paths(site.tracking, max([away_s, *(zone.horizon_s for zone in site.zones)]))
    falling = falls(picture.mean, picture.cov, picture.model, ways, solids, site.origin.alt_m)
    who, times = falling.joined(*first_touches(picture, ways, solids))
    return (*_threats(site, t_ns, [tracks[i] for i in who], times), *_elsewhere(t_ns, tracks, who, times, away_s))


def first_touches(picture: Picture, ways: Paths, solids: Sequence[Solid]) -> tuple[NDArray[np.intp], Array]:
    """The objects that may reach any solid (r,), and when each of their sample paths first touches each (solids, r, N): s, inf for
    never."""
    reach = may_reach(picture, ways, solids)
    who = np.flatnonzero(np.logical_or.reduce(reach, axis=(0, 1)))
    times = np.full((len(solids), len(who), len(ways.choice)), np.inf)
    if len(who):
        flights = sample(picture, ways, who)
        for found, pieces, shape in zip(times, np.ascontiguousarray(reach[:, :, who]), solids, strict=True):
            found[:] = first_times(flights, ways.knots_s, pieces, *shape.bare)
    return who, times


def may_reach(picture: Picture, ways: Paths, solids: Sequence[Solid]) -> Mask:
    """On which pieces of their way objects come near enough to solids to be looked at, (solids, K, n): by each model's mean path and its
    deviation."""
    rounds = np.array([(*shape.centre, shape.radius_m) for shape in solids]).reshape(-1, 3)
    return np.asarray(
        near_pieces(picture.mean, picture.cov, picture.model, ways.knots_s, ways.spread_m, rounds, FLOOR / MODELS, FAR_SD), dtype=bool
    )


def sample(picture: Picture, ways: Paths, who: NDArray[np.intp]) -> Single:
    """The sample paths of c objects, (c, 3, K + 1, N): east, north, up at the knots. Which model a sample has now is chosen by its own
    coordinate. In single precision: a centimetre at 100 km."""
    mean, cov = picture.mean[:MODELS, :, who].transpose(0, 2, 1), picture.cov[:MODELS, :, :, who].transpose(0, 3, 1, 2)
    root = np.concatenate([roots(cov), mean[..., None]], axis=-1).astype(np.float32)  # times (normals, 1): the state
    shares = picture.model[:, who]
    calm = shares[0] / np.add.reduce(shares, axis=0)
    return np.asarray(flights(root @ ways.state, calm, ways.choice, ways.noise, ways.knots_s.astype(np.float32)))


def _threats(site: Site, t_ns: int, tracks: Sequence[Track], times: Array) -> list[Threat]:
    """The threats to all zones from the times of the first touch, (zones, tracks, N)."""
    horizon_s = np.array([zone.horizon_s for zone in site.zones])[:, None, None]
    count = np.add.reduce(times <= horizon_s, axis=2)
    zone, track = np.nonzero(count / times.shape[2] >= FLOOR)
    if not len(zone):
        return []
    ordered, count = np.sort(times[zone, track], axis=1), count[zone, track]
    ranks = np.minimum((QUANTILES[:, None] * count).astype(int), count - 1)
    quantiles = ordered[np.arange(len(zone)), ranks].T
    entry, within = count / times.shape[2], np.add.reduce(ordered <= 0.0, axis=1) / times.shape[2]
    return [
        Threat(track=tracks[i].track, zone=site.zones[z].id, t_ns=t_ns, entry=p, inside=now, in_s=tuple(when), causes=(tracks[i].seq,))
        for z, i, p, now, when in zip(*(a.tolist() for a in (zone, track, entry, within, quantiles)), strict=True)
    ]


def _elsewhere(t_ns: int, tracks: Sequence[Track], who: NDArray[np.intp], times: Array, horizon_s: float) -> list[Threat]:
    """The chance of each object to be outside every zone now and to touch none within the horizon; it is so from now on. ``times``
    (zones, r, N): when the objects ``who`` (r,) first touch them; the others touch none."""
    first = np.minimum.reduce(times, axis=0, initial=np.inf)
    chances, within = np.ones((2, len(tracks)))
    chances[who], within[who] = (np.add.reduce(first > after_s, axis=1) / times.shape[2] for after_s in (horizon_s, 0.0))
    return [
        Threat(track=track.track, zone="elsewhere", t_ns=t_ns, entry=chance, inside=now, in_s=(0.0, 0.0, 0.0), causes=(track.seq,))
        for track, chance, now in zip(tracks, chances.tolist(), within.tolist(), strict=True)
        if chance >= FLOOR
    ]
