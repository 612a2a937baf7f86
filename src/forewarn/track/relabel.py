"""Objects that are close together: what a look may have shown of them, all together, and whose place each then has.

Marginal chances alone melt tracks that cross into one in their middle, for each may have shown what the other showed; and if one of
four is gone, all four become doubtful. So where tracks contend, the look's best assignments are gone through one by one, as in
a Poisson multi-Bernoulli mixture (Garcia-Fernandez, Williams, Granstrom and Svensson, IEEE Trans. Aerospace and Electronic Systems
54 (4), 2018), with the search of ``pmbm/search.py``. In each the outcomes (a track with its plot, or with none) go to the tracks in the
order of least cross-entropy to the best assignment, and only then are they averaged: the multi-Bernoulli that is nearest to the mixture
(Williams, "An efficient, variational approximation of the best fitting multi-Bernoulli filter", IEEE Trans. Signal Processing 63
(1), 2015). What kind of thing a track is takes part in that order, so that a bird and a drone keep what is known of each.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track import motion
from forewarn.track.associate import Marginals, root
from forewarn.track.match import TINY
from forewarn.track.pmbm.merge import order
from forewarn.track.pmbm.search import best

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LIKELY = 1e-3
"""Pairs less likely than this take no part."""
CONTENDED = 1e-2
"""Two tracks contend for a plot that is each one's with this chance."""
TRACKS, PLOTS = 48, 60
"""Larger clusters keep their marginal chances."""
KEEP, CUT = 100, 1e-4
"""Assignments of a cluster that are gone through, and the least weight of one against the best."""
NIL = 1e-300
LOW, HIGH = 1e-3, 1.0 - 1e-3
"""Existence, and chance of a kind, in the best assignment, so that no order costs infinitely much."""


class Outcomes(NamedTuple):
    """What tracks may have shown of themselves, e outcomes last.

    ``track``, ``plot`` (e,), -1: none; ``chance`` (e,); ``there`` (e,): chance of being there then, and ``object``, ``fixed`` (e,): the
    shares of that which are an object and a thing that stands, at ``spot`` (5, e), the rest is a ghost; ``seen`` (e,): share in sight;
    ``model`` (M, e), ``kind`` (K, e): chances of models and kinds; ``mean`` (M, D, e), ``cov`` (M, D, D, e)."""

    track: Index
    plot: Index
    chance: Array
    there: Array
    object: Array
    fixed: Array
    seen: Array
    spot: Array
    model: Array
    kind: Array
    mean: Array
    cov: Array

    def take(self, which: Index) -> Outcomes:
        """These alone."""
        return Outcomes._make(part[..., which] for part in self)

    def joined(self, more: Outcomes) -> Outcomes:
        """With more behind them."""
        return Outcomes._make(np.concatenate(parts, axis=-1) for parts in zip(self, more, strict=True))


def together(weight: Array, shown: Outcomes, idle: Outcomes, chance: Marginals) -> tuple[Marginals, Outcomes]:
    """The chances of a look once tracks that contend are taken together, and of what each track is made then. ``none`` then counts
    what a track was itself; what it takes of others that showed none is among the outcomes, with the chance that it is there.

    ``shown``: an outcome a pair, of ``weight`` (p,) against nothing, tracks ascending; ``idle``: one a track, of showing none."""
    pair, none = chance.pair.copy(), chance.none.copy()
    alone, slots, sources, parts = np.ones(len(none), dtype=bool), [], [], []
    for which in clusters(shown.track, shown.plot, chance.pair, len(none), len(chance.new)):
        found = assigned(shown.track[which], shown.plot[which], weight[which])
        if found is None:
            continue
        tracks, share, rows = found
        what, own = shown.take(which).joined(idle.take(tracks)), len(which) + np.arange(len(tracks))
        kinematics = motion.merged(what.mean[:, :6], what.cov[:, :6, :6], what.model)
        takes = shares(np.where(rows >= 0, rows, own), share, what.there, *kinematics, what.kind)
        pair[np.isin(shown.track, tracks)] = 0.0
        pair[which] = np.add.reduce(takes[:, : len(which)], axis=0)
        none[tracks], takes[own - len(which), own] = takes[own - len(which), own], 0.0
        slot, source = np.nonzero(takes)
        alone[tracks] = False
        slots.append(tracks[slot])
        sources.append(np.concatenate([which, len(weight) + tracks])[source])
        parts.append(takes[slot, source])
    if not slots:
        return chance, shown
    own = np.flatnonzero(alone[shown.track])
    slot, source, part = (np.concatenate(a) for a in ([shown.track[own], *slots], [own, *sources], [pair[own], *parts]))
    turn, every = np.argsort(slot, kind="stable"), shown.joined(idle)
    stays = every.track[source] == slot  # a ghost is of the sensor that its track began with: no other track takes that part of it
    taken = np.where(stays, 1.0, every.object[source] + every.fixed[source])
    chances, object, fixed = part * every.there[source] * taken, *(share[source] / np.maximum(taken, NIL) for share in every[4:6])
    made = every.take(source[turn])._replace(track=slot[turn], chance=chances[turn], object=object[turn], fixed=fixed[turn])
    new = np.maximum(1.0 - np.bincount(shown.plot, pair, len(chance.new)), 0.0)
    return Marginals(pair, none, new), made


def clusters(track: Index, plot: Index, chance: Array, n: int, m: int) -> list[Index]:
    """The likely pairs, as indices, of each cluster of tracks in which two contend for a plot."""
    if len(track) < 2:
        return []
    of = _clusters(track, plot, chance, n, m)
    return [np.flatnonzero(of == c) for c in np.unique(of[of >= 0]).tolist()] if of.max() >= 0 else []


@njit(cache=True)
def _clusters(track: Index, plot: Index, chance: Array, n: int, m: int) -> Index:
    """The lowest track of each likely pair's cluster (p,); -1 of other pairs, and where no two tracks contend."""
    above, contended, of = np.arange(n), np.zeros(n, dtype=np.bool_), np.full(len(track), -1)
    first, rival = np.full(m, -1), np.full(m, -1)
    for p in range(len(track)):
        if chance[p] < LIKELY:
            continue
        if first[plot[p]] < 0:
            first[plot[p]] = track[p]
        one, two = root(above, first[plot[p]]), root(above, track[p])
        low, high = min(one, two), max(one, two)
        contended[low] |= contended[high]
        above[high] = low
        if chance[p] >= CONTENDED:
            if rival[plot[p]] < 0:
                rival[plot[p]] = track[p]
            else:
                contended[low] = True
    for p in range(len(track)):
        if chance[p] >= LIKELY:
            one = root(above, track[p])
            of[p] = one if contended[one] else -1
    return of


def assigned(track: Index, plot: Index, weight: Array) -> tuple[Index, Array, Index] | None:
    """The best assignments of a cluster's p pairs, falling: its tracks (t,), the chance (g,) of each assignment, and what each gives to
    each track (g, t): one of the pairs, or -1. None where the cluster is too large to be searched."""
    tracks, column = np.unique(track, return_inverse=True)
    plots, bit = np.unique(plot, return_inverse=True)
    if len(tracks) > TRACKS or len(plots) > PLOTS:
        return None
    turn = np.lexsort((-weight, column))
    ends = np.searchsorted(column[turn], np.arange(len(tracks) + 1))
    parent = np.arange(len(tracks))[None]
    found, log, child = best(parent, np.zeros(1), ends[:-1], ends[1:], bit[turn], np.log(weight[turn]), KEEP, -math.log(CUT))
    if found == 0:
        return None
    share, rows = np.exp(log[:found] - log[0]), child[:found, 1:]
    return tracks, share / share.sum(), np.where(rows >= 0, turn[rows], -1)


@njit(cache=True, error_model="numpy")
def shares(rows: Index, share: Array, real: Array, mean: Array, cov: Array, kinds: Array) -> Array:
    """The chance (t, h) that each track takes each of h outcomes (see ``costs``), of assignments ``rows`` (g, t) of chances ``share``
    (g,)."""
    many, tracks = rows.shape
    cost, none = costs(rows[0], real, mean, cov, kinds)
    slot, out = np.empty(tracks, np.int64), np.zeros((tracks, len(real)))
    for g in range(many):
        order(rows[g], 0, cost, none, slot)
        for t in range(tracks):
            out[slot[t], rows[g, t]] += share[g]
    return out


@njit(cache=True, error_model="numpy")
def costs(row: Index, real: Array, mean: Array, cov: Array, kinds: Array) -> tuple[Array, Array]:
    """Cross-entropy (t, h), nats, of each of h outcomes with each of those of the best assignment, ``row`` (t,); and that of nothing
    (t,). ``real`` (h,), ``mean`` (6, h), ``cov`` (6, 6, h), ``kinds`` (K, h): existence, place and rates, and kinds of the outcomes."""
    cost, none = np.empty((len(row), len(real))), np.empty(len(row))
    for t, k in enumerate(row):
        r, spread = min(max(real[k], LOW), HIGH), cov[:, :, k] + TINY * np.eye(len(cov))
        inverse, log = np.linalg.inv(spread), np.linalg.slogdet(spread)[1]
        none[t] = -math.log(1.0 - r)
        for h in range(len(real)):
            gap = mean[:, h] - mean[:, k]
            there = 0.5 * (log + (inverse * cov[:, :, h]).sum() + gap @ inverse @ gap) - math.log(r)
            for q in range(len(kinds)):
                there -= kinds[q, h] * math.log(max(kinds[q, k], LOW))
            cost[t, h] = real[h] * there + (1.0 - real[h]) * none[t]
    return cost, none
