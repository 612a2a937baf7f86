"""Tracks that are one object become one; tracks that are nothing, or nowhere any more, are forgotten."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track import motion
from forewarn.track.belief import Belief, take
from forewarn.track.match import TINY
from forewarn.track.plan import NEVER, Plan

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SAME = 4.0
"""Squared distance of place and velocity, against their errors, below which two tracks may be one object (chi-squared, 4: 0.6)."""
TWO = 1.5
"""Tracks of one object share its existence; where plots may be of two objects, chances that sum to more are of two."""
SOME = 1.3
"""Chances that sum to more are not of one object, where one sensor shows both."""
LATELY = 6.0
"""Looks of a sensor that does not track by itself within which two tracks that it shows both are left to what its plots say."""
CROWD = 12
"""A track with more others at its place than this is not one of so many objects, but of a heap of plots."""
MERGES = 64


def tidy(plan: Plan, belief: Belief) -> Belief:
    """Forget and merge. A track ends when for ``coast_s`` no place was probably its own, or no plot was more likely its than not; to one
    that bearings gave birth to, they are as good as places."""
    places = [sense.index for sense in plan.sensors.values() if sense.places]
    placed = np.maximum.reduce(belief.hit_ns[places], axis=0, initial=NEVER)
    crossed = ~plan.does[0][belief.origin]
    if crossed.any():
        placed = np.where(crossed, np.maximum.reduce(belief.hit_ns, axis=0, initial=NEVER), placed)
    oldest_ns = belief.t_ns - plan.coast_s * 1e9
    keep = (belief.real + belief.fixed >= plan.drop_below) & (placed >= oldest_ns)
    if not keep.all():
        belief = take(belief, keep)
    if belief.n < 2:
        return belief
    back_ns = np.array([0 if sense.ghosts else round(LATELY * sense.interval_s * 1e9) for sense in plan.senses])
    return merge(belief, belief.look_ns - back_ns, any(sense.cell is not None for sense in plan.senses))


def merge(belief: Belief, since_ns: Index, unresolved: bool = False) -> Belief:
    """Of two tracks at one place with one velocity, which no sensor has shown apart in its last look, the likelier stays. Two that a
    sensor has both shown ``since_ns`` (S,), and of which one alone is not likely, stay.

    ``unresolved``: a sensor may show two objects as one plot; then the last look that showed either counts, and two likely tracks stay."""
    mean, cov = motion.merged(belief.mean, belief.cov, belief.model)
    one, two = alike(mean, cov, np.argsort(mean[0], kind="stable"))
    if len(one) == 0:
        return belief
    hit_ns, known = (belief.hit_ns[:, one], belief.hit_ns[:, two]), NEVER + 1
    late = np.minimum(*hit_ns) >= np.maximum(since_ns, known)[:, None]
    shown = (hit_ns[0] == hit_ns[1]) & (hit_ns[0] >= np.maximum(known if unresolved else belief.look_ns[:, None], known))
    there = belief.real + belief.fixed
    chances, alikes = there[one] + there[two], np.bincount(one, minlength=belief.n) + np.bincount(two, minlength=belief.n)
    few = np.maximum(alikes[one], alikes[two]) <= CROWD
    apart = shown.any(axis=0) | (late.any(axis=0) & few & (chances > SOME)) | (unresolved & (chances > TWO))
    same = np.flatnonzero(~apart & one_sort(belief.real, belief.fixed, belief.spot, one, two))
    if len(same) == 0:
        return belief
    real, fixed, gone, merged = belief.real.copy(), belief.fixed.copy(), np.zeros(belief.n, dtype=bool), list(belief.merged)
    for a, b in zip(one[same].tolist(), two[same].tolist(), strict=True):
        if gone[a] or gone[b]:
            continue
        stay, go = (a, b) if (there[a], -a) >= (there[b], -b) else (b, a)
        real[stay] = min(1.0 - (1.0 - real[stay]) * (1.0 - real[go]), 1.0 - belief.ghost[stay])
        fixed[stay] = min(1.0 - (1.0 - fixed[stay]) * (1.0 - fixed[go]), 1.0 - belief.ghost[stay] - real[stay])
        gone[go] = True
        names = tuple(tuple(belief.label[:, r].tolist()) for r in (go, stay))
        merged.append((*names, belief.t_ns))  # type: ignore[arg-type]
    return take(belief.but(real=real, fixed=fixed, merged=tuple(merged[-MERGES:])), ~gone)


@njit(cache=True)
def one_sort(real: Array, fixed: Array, spot: Array, one: Index, two: Index) -> NDArray[np.bool_]:
    """Whether of each pair of tracks (k,) both rather move, or both rather stand, and then on one spot. ``real``, ``fixed`` (n,), ``spot``
    (5, n): see ``Belief``."""
    same = np.empty(len(one), dtype=np.bool_)
    for k in range(len(one)):
        i, j = one[k], two[k]
        same[k] = like(fixed[i] > real[i], fixed[j] > real[j], spot[:, i], spot[:, j])
    return same


@njit(cache=True, nogil=True)
def like(stands: bool, other_stands: bool, spot: Array, other: Array) -> bool:
    """``one_sort`` of two tracks, each with whether it rather stands, and where (5,)."""
    return bool(stands == other_stands and (not stands or spots_apart(spot, other) < SAME))


@njit(cache=True, nogil=True)
def spots_apart(a: Array, b: Array) -> float:
    """Squared distance of two spots (5,), against their errors."""
    east, north, ee, en, nn = a[0] - b[0], a[1] - b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]
    return float((nn * east**2 - 2.0 * en * east * north + ee * north**2) / max(ee * nn - en**2, TINY))


@njit(cache=True)
def alike(mean: Array, cov: Array, order: Index) -> tuple[Index, Index]:
    """Pairs of tracks, ascending, of (D, n) and (D, D, n) whose places and velocities over ground differ by less than ``SAME`` against
    their errors. ``order``: the tracks by east, where only neighbours can be close."""
    reach = np.sqrt(SAME * 2 * (cov[0, 0] + cov[1, 1]))
    widest, found = reach.max(), [(0, 0) for _ in range(0)]
    for place in range(len(order)):
        for other in order[place + 1 :]:
            i, j = min(order[place], other), max(order[place], other)
            if mean[0, other] - mean[0, order[place]] > 2 * widest:
                break
            if math.hypot(mean[0, i] - mean[0, j], mean[1, i] - mean[1, j]) < reach[i] + reach[j] and _apart(mean, cov, i, j) < SAME:
                found.append((i, j))
    found.sort()
    return np.array([i for i, _ in found], dtype=np.int64), np.array([j for _, j in found], dtype=np.int64)


@njit(cache=True)
def _apart(mean: Array, cov: Array, i: int, j: int) -> float:
    """Squared Mahalanobis distance of two tracks' places and velocities over ground."""
    part = (0, 1, 3, 4)
    gap, spread = np.empty(4), np.empty((4, 4))
    for a in range(4):
        gap[a] = mean[part[a], i] - mean[part[a], j]
        for b in range(4):
            spread[a, b] = cov[part[a], part[b], i] + cov[part[a], part[b], j] + (TINY if a == b else 0.0)
    return float(gap @ np.linalg.solve(spread, gap))
