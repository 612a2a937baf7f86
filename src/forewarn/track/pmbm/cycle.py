"""One scan as one compiled call: predict, gate, weigh, associate, correct, gather into modes, recycle."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from forewarn.track.pmbm.associate import associated, old_first
from forewarn.track.pmbm.gate import TINY, pairs
from forewarn.track.pmbm.linear import laid, mix, roots, update, velocity, whole
from forewarn.track.pmbm.merge import gathered, mixed
from forewarn.track.pmbm.tally import tally
from forewarn.track.pmbm.undetected import appear, arrivals, recycled, renewed
from forewarn.track.pmbm.values import Array, Clusters, Index

Four = tuple[Array, Array, Array, Array]
Three = tuple[Array, Array, Array]


@njit()
def moved(of: Four, dt: float, lives: float, noise: Array, change: Array) -> Four:
    """Objects ``dt`` seconds on under near-constant velocities of density ``noise`` (M,), ``change`` (M, M) between them."""
    weight, mean, cov, model = of
    if noise.size > 1:
        mean, cov, model = mix(mean, cov, model, change)
    mean, cov = velocity(mean, cov, dt, noise)
    return weight * lives, mean, cov, model


@njit()
def weigh(settled: int, r: Array, seen: Array, scan: bool) -> tuple[Array, Array, Array]:
    """Log chance of a miss (n,), only of contended hypotheses; existence after one; and the odds of being shown. ``seen`` (n,): chance
    that each is shown if it is there; ``scan``: the sensor would have shown it, so its absence tells."""
    miss, left, odds = np.zeros(r.size), r.copy(), r * seen
    if scan:
        for i in range(r.size):
            shown = odds[i]
            none = max(1.0 - shown, 1e-100)
            odds[i], left[i] = shown / none, (r[i] - shown) / none
        for i in range(settled, r.size):
            miss[i] = math.log(max(1.0 - r[i] * seen[i], 1e-100))
    return miss, left, odds


@njit()
def arrived(part: Array, clutter: Array) -> tuple[Array, Array]:
    """Of plots that are no track's: the intensity (m,), and the chance that they are an object."""
    fresh, rate = np.zeros(clutter.size), np.empty(clutter.size)
    for c in range(part.shape[0]):
        fresh += part[c]
    for j in range(clutter.size):
        rate[j] = max(clutter[j] + fresh[j], TINY)
        fresh[j] /= rate[j]
    return rate, fresh


@njit()
def corrected(
    tracks: Four, expected: Three, hidden: Four, hoped: Three, z: Array, turn: Array, near: bool, part: Array,
    parent: Index, plot: Index, out_mean: Array, out_cov: Array, out_model: Array,
) -> None:  # fmt: skip
    """Writes each child's Gaussians: first those of tracks, then new ones from the undetected. ``expected`` and ``hoped``: what is
    expected of either, its `linear.roots`, its covariance with the state."""
    old = parent.size
    while old > 0 and parent[old - 1] < 0:
        old -= 1
    if old > 0:
        update(
            tracks[1], tracks[2], tracks[3], expected[0], expected[1], expected[2], z, turn, False,
            parent[:old], plot[:old], out_mean, out_cov, out_model, 0,
        )  # fmt: skip
    if old < parent.size:
        appear(
            hidden[1], hidden[2], hidden[3], hoped[0], hoped[1], hoped[2], z, turn, near, part,
            plot[old:], out_mean, out_cov, out_model, old,
        )  # fmt: skip


@njit(cache=True)
def cycle(
    settled: int, label: Index, contest: Clusters, tracks: Four, hidden: Four,
    births: Four, dt: float, lives: float, noise: Array, change: Array,
    expected: Three, hoped: Three, direct: bool, added: Array, turn: Array, axes: tuple[int, int], near: bool,
    z: Array, seen: Array, h_seen: Array, clutter: Array, scan: bool, stamp: int,
    gate: float, keep: int, cut: float, least: tuple[float, float], modes: int, apart: float, alone: int, vague: float,
    doubted: bool, stated: Array,
) -> tuple[int, Index, Clusters, Four, Four, tuple[float, float, float]]:  # fmt: skip
    """Settled tracks, labels, contest, tracks and undetected objects after a scan, and what is learned of it (`tally.tally`, zeros if not
    ``doubted``); see `tracker.step`, which gives the arguments their shapes.

    ``direct``: all move with near-constant velocity and positions are measured, so that prediction is done here and what is expected are
    slices of its outcome; ``added`` (dz, dz): noise that is not in ``expected``'s covariance yet; ``seen``, ``h_seen``, ``clutter``,
    ``stated``: one number each, or one for all.
    """
    if direct:
        if dt > 0.0:
            tracks, hidden = moved(tracks, dt, lives, noise, change), moved(hidden, dt, lives, noise, change)
            hidden = renewed(hidden[0], hidden[1], hidden[2], hidden[3], births[0] * dt, births[1], births[2], births[3])
        expected, hoped = (tracks[1], tracks[2], tracks[2]), (hidden[1], hidden[2], hidden[2])
    n, m, (models, s, _) = tracks[0].size, z.shape[1], tracks[1].shape
    seen = np.full(n, seen[0]) if seen.size == 1 else seen
    h_seen = np.full(hidden[0].size, h_seen[0]) if h_seen.size == 1 else h_seen
    clutter = np.full(m, clutter[0]) if clutter.size == 1 else clutter
    root, peak = roots(expected[1], added)
    h_root, h_peak = roots(hoped[1], added)
    part = arrivals(z, hoped[0], h_root, h_peak, hidden[3], turn, near, hidden[0] * h_seen)
    miss, left, odds = weigh(settled, tracks[0], seen, scan)
    rate, fresh = arrived(part, clutter)
    start, plot, gain = pairs(z, expected[0], expected[1], added, root, peak, odds * tracks[3], rate, turn, gate, cut, axes)
    found = associated(
        settled, contest[0], contest[1], contest[2], contest[3], contest[4], start, plot, gain, miss, left, fresh, keep, cut, least
    )
    lone, parent, plot, exist, track = found[0], found[1], found[2], found[3], found[4]
    expects, hopes = (expected[0], root, expected[2]), (hoped[0], h_root, hoped[2])
    counts = (0.0, 0.0, 0.0)
    if doubted:
        stated = np.full(n, stated[0]) if stated.size == 1 else stated
        counts = tally(settled, contest, tracks[0], stated, lone, (found[5], found[6], found[7], found[8], found[9]), parent, plot, exist)
    many = parent.size - lone
    mean, cov, model = np.empty((models, s, many)), np.empty((models, s, s, many)), np.empty((models, many))
    order = old_first(-parent[lone:], 1)
    corrected(tracks, expects, hidden, hopes, z, turn, near, part, parent[lone:][order], plot[lone:][order], mean, cov, model)
    mean, cov, model = laid(mean, cov, model, order)
    o_track, o_row, o_entry, o_hypothesis, o_weight = found[5], found[6], found[7], found[8], found[9]
    x, p = whole(mean, cov, model)
    to = gathered(o_track, o_row, o_entry, o_hypothesis, o_weight, lone, exist[lone:], x, p, modes, apart, alone, least[0])
    also, begin, of, share, who = to[0], to[1], to[2], to[3], to[4]
    k = lone + begin.size - 1
    r, means, covs, chances = np.empty(k), np.empty((models, s, k)), np.empty((models, s, s, k)), np.empty((models, k))
    r[:lone] = exist[:lone]
    corrected(tracks, expects, hidden, hopes, z, turn, near, part, parent[:lone], plot[:lone], means, covs, chances)
    mixed(begin, of, share, mean, cov, model, lone, r, means, covs, chances)
    labels = np.empty((2, lone + who.size), np.int64)
    for i in range(labels.shape[1]):
        t = track[i] if i < lone else track[lone + who[i - lone]]
        labels[0, i], labels[1, i] = (label[0, t], label[1, t]) if t >= 0 else (stamp, -1 - t)
    rest = hidden[0] * (1.0 - h_seen) if scan else hidden[0].copy()
    out = recycled(vague, lone + also, labels, r, means, covs, chances, rest, hidden[1], hidden[2], hidden[3])
    gone = lone + also - out[0]
    hypothesis = to[8]
    for e in range(hypothesis.size):
        if hypothesis[e] >= 0:
            hypothesis[e] += lone - gone
    clusters = (to[5], to[6], to[7], hypothesis, to[9])
    return out[0], out[1], clusters, (out[2], out[3], out[4], out[5]), (out[6], out[7], out[8], out[9]), counts
