"""One scan after prediction, as one compiled call: gate, weigh, associate, correct, gather into modes, recycle."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from forewarn.track.pmbm.associate import associated
from forewarn.track.pmbm.gate import pairs
from forewarn.track.pmbm.linear import Array, Index, update, whole
from forewarn.track.pmbm.merge import gathered, mixed
from forewarn.track.pmbm.undetected import appear, arrivals, recycled

TINY = 1e-300
Four = tuple[Array, Array, Array, Array]
Three = tuple[Array, Array, Array]
Clusters = tuple[Index, Index, Index, Index, Array]


@njit(cache=True)
def weigh(start: Index, log: Array, r: Array, seen: Array, part: Array, clutter: Array, scan: bool) -> tuple[Array, Array, Array, Array]:
    """Log likelihoods made log weights in place; and `associate.Weights`' miss, left, new, fresh. ``seen`` (n,): chance that each is
    shown if it is there; ``scan``: the sensor would have shown it, so its absence tells."""
    miss, left = np.zeros(r.size), r.copy()
    for i in range(r.size):
        shown = r[i] * seen[i]
        if scan:
            none = max(1.0 - shown, TINY)
            miss[i], left[i] = math.log(none), (r[i] - shown) / none
        if start[i + 1] > start[i]:
            hit = math.log(max(shown, TINY))
            for p in range(start[i], start[i + 1]):
                log[p] += hit
    new, fresh = np.empty(clutter.size), np.empty(clutter.size)
    for j in range(clutter.size):
        rate = 0.0
        for c in range(part.shape[0]):
            rate += part[c, j]
        new[j], fresh[j] = math.log(max(clutter[j] + rate, TINY)), rate / max(clutter[j] + rate, TINY)
    return miss, left, new, fresh


@njit(cache=True)
def corrected(
    tracks: Four, expected: Three, hidden: Four, hoped: Three, z: Array, turn: Array, near: bool, part: Array,
    parent: Index, plot: Index, out_mean: Array, out_cov: Array, out_model: Array,
) -> None:  # fmt: skip
    """Writes each child's Gaussians: of tracks by `linear.update`, of new ones from the undetected."""
    update(*tracks[1:], *expected, z, turn, False, parent, plot, out_mean, out_cov, out_model)
    new = np.flatnonzero(parent < 0)
    if new.size:
        mean, cov, model = appear(*hidden[1:], *hoped, z, turn, near, part, plot[new])
        for k in range(new.size):
            out_mean[:, :, new[k]], out_cov[:, :, :, new[k]], out_model[:, new[k]] = mean[:, :, k], cov[:, :, :, k], model[:, k]


@njit(cache=True)
def cycle(
    settled: int, label: Index, contest: Clusters, tracks: Four, expected: Three, seen: Array,
    hidden: Four, hoped: Three, h_seen: Array, near: bool,
    z: Array, turn: Array, axes: tuple[int, int], clutter: Array, scan: bool, stamp: int,
    gate: float, keep: int, cut: float, least: tuple[float, float], modes: int, apart: float, alone: int, vague: float,
) -> tuple[int, Index, Clusters, Four, Four]:  # fmt: skip
    """Settled tracks, labels, contest, tracks and undetected objects after a scan; see `tracker.step`, which gives the arguments their
    shapes."""
    start, plot, log = pairs(z, expected[0], expected[1], tracks[3], turn, gate, axes)
    part = arrivals(z, hoped[0], hoped[1], hidden[3], turn, near, hidden[0] * h_seen)
    miss, left, new, fresh = weigh(start, log, tracks[0], seen, part, clutter, scan)
    found = associated(settled, *contest, start, plot, log, miss, left, new, fresh, keep, cut, least)
    lone, parent, plot, exist, track = found[0], found[1], found[2], found[3], found[4]
    models, s, _ = tracks[1].shape
    many = parent.size - lone
    mean, cov, model = np.empty((models, s, many)), np.empty((models, s, s, many)), np.empty((models, many))
    corrected(tracks, expected, hidden, hoped, z, turn, near, part, parent[lone:], plot[lone:], mean, cov, model)
    o_track, o_row, o_entry, o_hypothesis, o_weight = found[5], found[6], found[7], found[8], found[9]
    x, p = whole(mean, cov, model)
    to = gathered(o_track, o_row, o_entry, o_hypothesis, o_weight, lone, exist[lone:], x, p, modes, apart, alone, least[0])
    also, begin, of, share, who = to[0], to[1], to[2], to[3], to[4]
    n = lone + begin.size - 1
    r, means, covs, chances = np.empty(n), np.empty((models, s, n)), np.empty((models, s, s, n)), np.empty((models, n))
    r[:lone] = exist[:lone]
    corrected(tracks, expected, hidden, hoped, z, turn, near, part, parent[:lone], plot[:lone], means, covs, chances)
    mixed(begin, of, share, mean, cov, model, lone, r, means, covs, chances)
    labels = np.empty((2, lone + who.size), np.int64)
    for k in range(labels.shape[1]):
        t = track[k] if k < lone else track[lone + who[k - lone]]
        labels[0, k], labels[1, k] = (label[0, t], label[1, t]) if t >= 0 else (stamp, -1 - t)
    rest = hidden[0] * (1.0 - h_seen) if scan else hidden[0].copy()
    out = recycled(vague, lone + also, labels, r, means, covs, chances, rest, hidden[1], hidden[2], hidden[3])
    gone = lone + also - out[0]
    hypothesis = to[8]
    for e in range(hypothesis.size):
        if hypothesis[e] >= 0:
            hypothesis[e] += lone - gone
    return out[0], out[1], (to[5], to[6], to[7], hypothesis, to[9]), (out[2], out[3], out[4], out[5]), (out[6], out[7], out[8], out[9])
