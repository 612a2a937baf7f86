"""Bearings that are no track's, taken into the bearing tracks of their sensor (``lines.py``): weights as in ``update.py``."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.track.associate import marginals
from forewarn.track.lines import DEPTH, WIDEST_RAD, Lines, at, lately, rates, unused
from forewarn.track.look import Look
from forewarn.track.match import GATE
from forewarn.track.models.bearings import sighted
from forewarn.track.plan import NEVER, Plan

Array = NDArray[np.float64]
Index = NDArray[np.int64]
MOST = 64  # bearing tracks of one sensor: the likeliest stay
RINGS = 8  # ranges at which the chance of detection is taken
SPAN_S = 30.0  # sightings that are older are forgotten first
NIL, LEAST = 1e-300, 1e-9


def follow(plan: Plan, lines: Lines, look: Look, part: list[int], left: Array) -> Lines:
    """The bearing tracks after the bearings ``part`` (b,) of a look that is not older; ``left`` (b,): chance that each is no track's.

    A sensor shows so many new objects a look as come into its reach in the meantime. One that gives places as well is not followed: how
    often its lone directions are false is not stated."""
    sense, m = plan.sensors[look.sensor], look.place.shape[1]
    if look.view.spot is None or sense.places:
        return lines
    here, which = lines.sensor == sense.index, [m + b for b in part]
    others = lines.take(np.flatnonzero(~here & lately(plan, lines, look.t_ns)))
    own = at(plan, lines.take(np.flatnonzero(here)), look.t_ns)
    ratio = look.odds[:-1, which] - look.odds[-1, which]
    bearing, sd = look.bearing[part], look.bearing_sd[part]
    false = math.log(max(look.view.density, NIL))
    fresh = plan.births * sense.interval_s * sense.reach_m**2 / 2.0 * (chance(plan, look, bearing) > 0.0)
    new = np.log(np.maximum(fresh, NIL)) + np.log(np.array(plan.kinds) @ np.exp(ratio))
    own, free = _corrected(plan, own, look, (bearing, sd, ratio), left, np.logaddexp(false, new))
    real = left * free / (1.0 + np.exp(np.minimum(false - new, 300.0)))
    born = _born(plan, look, (bearing, sd, ratio), real, unused(own.label, sense.index, look.t_ns))
    return _kept(plan, own.joined(born), look.t_ns).joined(others)


def chance(plan: Plan, look: Look, azimuth: Array) -> Array:
    """Chance (n,) that a look shows an object in each direction (n,) that was shown before: the mean of squares over the mean, of chances
    at `RINGS` of equal area, at a usual height within what the sensor covers."""
    (east, north, _), (near, far) = look.view.spot or (0.0, 0.0, 0.0), look.view.reach_m
    away = np.sqrt(near**2 + (far**2 - near**2) * (np.arange(RINGS) + 0.5) / RINGS)[:, None]
    high = np.full((RINGS, len(azimuth)), min(max(plan.height[0], look.view.height_m[0]), look.view.height_m[1]))
    place = np.array([east + away * np.sin(azimuth), north + away * np.cos(azimuth), high])
    shown = look.view.detection(place.reshape(3, -1)).reshape(RINGS, -1)
    return np.asarray((shown**2).sum(axis=0) / np.maximum(shown.sum(axis=0), NIL))


def _corrected(
    plan: Plan, own: Lines, look: Look, told: tuple[Array, Array, Array], left: Array, other: Array
) -> tuple[Lines, Array]:  # fmt: skip
    """A sensor's bearing tracks after its bearings, and the chance (b,) that each is none of theirs; ``told``: azimuth (b,), standard
    deviation (b,) and opinion (K, b); ``other`` (b,): log weight of a bearing that is none's."""
    bearing, sd, ratio = told
    sense, before, k = plan.sensors[look.sensor], plan.shares(own.log_kind), own.n
    shown = own.real * chance(plan, look, own.mean[0])
    tells = shown if look.scan else np.zeros(k)
    missed = np.maximum(1.0 - tells, LEAST)
    fresh = 1.0 - np.exp(-(look.t_ns - own.hit_ns) / 1e9 / sense.tau_s) if sense.tau_s > 0.0 else np.ones(k)
    variance = sd**2 * ((2.0 - fresh) / np.maximum(fresh, 1e-6))[:, None]
    near = geo.wrap_rad(bearing - own.mean[0][:, None]) ** 2 < GATE[1] * (own.cov[0, 0][:, None] + variance)
    i, j = (np.ascontiguousarray(part) for part in np.nonzero(near))
    mean, cov, log = sighted(own.mean[:, i], own.cov[..., i], bearing[j], variance[i, j])
    kind = before[:, i] * np.exp(ratio[:, j])
    said = np.maximum(kind.sum(axis=0), NIL)
    weight = (shown / missed)[i] * said * left[j] * np.exp(np.clip(log - other[j], -300.0, 300.0))
    weight = np.maximum(np.minimum(weight, weight ** fresh[i]), NIL)
    found = marginals(i, j, weight, k, len(bearing))
    stay = found.none / missed * (own.real - tells)
    real = np.minimum(stay + np.bincount(i, found.pair, k), 1.0)
    own = _mixed(plan, own, stay, (i, found.pair), (mean, cov, kind / said))
    own = msgspec.structs.replace(own, real=real)
    sure = [(line, b) for line, b, p in zip(i.tolist(), j.tolist(), found.pair.tolist(), strict=True) if 2.0 * p > real[line]]
    return _sighting(own, look, sure, bearing, sd), found.new


def _mixed(
    plan: Plan, own: Lines, stay: Array, pairs: tuple[Index, Array], after: tuple[Array, Array, Array]
) -> Lines:  # fmt: skip
    """Each as one Gaussian, by moments, over what it may have shown: nothing (weight ``stay``, (l,)), or a bearing: of p ``pairs`` the
    bearing track and the weight, and what it is after that, mean (2, p), cov (2, 2, p) and chances of kinds (K, p)."""
    (i, pair), (mean, cov, kind) = pairs, after
    total = np.maximum(stay + np.bincount(i, pair, own.n), NIL)
    kinds, means, covs = plan.shares(own.log_kind) * stay / total, own.mean.copy(), own.cov * (stay / total)
    for p, line in enumerate(i.tolist()):
        means[:, line] += pair[p] / total[line] * (mean[:, p] - own.mean[:, line])
        kinds[:, line] += pair[p] / total[line] * kind[:, p]
    for line in np.unique(i).tolist():
        off = own.mean[:, line] - means[:, line]
        covs[..., line] += stay[line] / total[line] * np.outer(off, off)
    for p, line in enumerate(i.tolist()):
        off = mean[:, p] - means[:, line]
        covs[..., line] += pair[p] / total[line] * (cov[..., p] + np.outer(off, off))
    means[0] = geo.wrap_rad(means[0])
    return msgspec.structs.replace(own, mean=means, cov=covs, log_kind=np.log(np.maximum(kinds, 1e-12)) - plan.log_kinds)


def _sighting(own: Lines, look: Look, sure: list[tuple[int, int]], bearing: Array, sd: Array) -> Lines:
    """With the bearings that are rather theirs than not among their sightings. For a new one the oldest goes if it is older than
    `SPAN_S`, else that with the nearest neighbours, so that few tell of a long way."""
    hit_ns, seen_ns, seen = own.hit_ns.copy(), own.seen_ns.copy(), own.seen.copy()
    for line, b in sure:
        known = seen_ns[:, line]
        crowded = 1 + int(np.argmin(known[2:] - known[:-2]))
        gone = 0 if known[0] < look.t_ns - SPAN_S * 1e9 else crowded
        seen_ns[:, line] = [*np.delete(known, gone).tolist(), look.t_ns]
        seen[:, :-1, line] = np.delete(seen[..., line], gone, axis=1)
        seen[:, -1, line] = (*(look.view.spot or ()), bearing[b], sd[b])
        hit_ns[line] = look.t_ns
    return msgspec.structs.replace(own, hit_ns=hit_ns, seen_ns=seen_ns, seen=seen)


def _born(plan: Plan, look: Look, told: tuple[Array, Array, Array], real: Array, place: int) -> Lines:
    """New ones from each bearing that is worth it: ``real`` (b,), the chance of each; ``place``: the first that is free for a label."""
    bearing, sd, ratio = told
    sense, (_, rate) = plan.sensors[look.sensor], rates(plan, plan.sensors[look.sensor])
    keep = np.flatnonzero((real >= plan.drop_below) & (sd <= WIDEST_RAD))
    k = len(keep)
    cov = np.zeros((2, 2, k))
    cov[0, 0], cov[1, 1] = sd[keep] ** 2, rate**2
    who, t_ns = np.full(k, sense.index), np.full(k, look.t_ns)
    fresh = Lines(
        sensor=who, t_ns=t_ns, mean=np.array([geo.wrap_rad(bearing[keep]), np.zeros(k)]), cov=cov, real=real[keep], log_kind=ratio[:, keep],
        hit_ns=np.full(k, NEVER), label=np.array([who, t_ns, place + np.arange(k)]),
        seen_ns=np.full((DEPTH, k), NEVER), seen=np.zeros((5, DEPTH, k)),
    )  # fmt: skip
    return _sighting(fresh, look, list(enumerate(keep.tolist())), bearing, sd)


def _kept(plan: Plan, own: Lines, t_ns: int) -> Lines:
    """Those that are likely enough and were sighted lately; of too many, the likeliest."""
    good = np.flatnonzero((own.real >= plan.drop_below) & lately(plan, own, t_ns))
    if len(good) > MOST:
        good = np.sort(good[np.argsort(-own.real[good], kind="stable")[:MOST]])
    return own.take(good)
