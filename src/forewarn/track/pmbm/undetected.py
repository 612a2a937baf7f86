"""Objects not yet detected: a Poisson mixture of a few Gaussians, objects last, and the new tracks that plots make of it.

The mixture has as many components as it began with: births go into the component they stand beside, tracks too vague to be followed
into the last (Williams, "Hybrid Poisson and multi-Bernoulli filters", 15th International Conference on Information Fusion, 2012,
section III).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from forewarn.track.pmbm.gate import LOG_2PI, TINY
from forewarn.track.pmbm.linear import per, square, update
from forewarn.track.pmbm.merge import mixed
from forewarn.track.pmbm.values import Array, Index


@njit()
def arrivals(z: Array, at: Array, root: Array, peak: Array, model: Array, turn: Array, near: bool, rate: Array) -> Array:
    """Expected new objects per unit of measurement space at each plot, by component: (k, m). ``rate`` (k,): expected detections of
    each; ``root``, ``peak``: see `linear.roots`; ``near``: as in `linear.update`."""
    (size, m), (models, k) = z.shape, model.shape
    out, off, turns = np.zeros((k, m)), np.zeros(size), per(turn)
    for c in range(k):
        for q in range(models):
            share = rate[c] * model[q, c] * math.exp(-0.5 * size * LOG_2PI)
            for j in range(m):
                e = c * m + j if near else c
                out[c, j] += share * peak[q, e] * math.exp(-0.5 * square(root, q, e, z, j, at, turn, turns, off))
    return out


@njit()
def appear(
    mean: Array, cov: Array, model: Array, at: Array, root: Array, cross: Array, z: Array, turn: Array, near: bool,
    part: Array, plot: Index, means: Array, covs: Array, chances: Array, place: int,
) -> None:  # fmt: skip
    """Writes the Gaussians of new tracks at ``plot`` (n,) from column ``place`` on: the mixture of the components corrected, moments
    matched. ``part`` (k, m) as `arrivals` gives it."""
    k, n = part.shape[0], plot.size
    models, s, _ = mean.shape
    if k == 1:
        update(mean, cov, model, at, root, cross, z, turn, near, np.zeros(n, np.int64), plot, means, covs, chances, place)
        return
    parent, shows, share = np.empty(k * n, np.int64), np.empty(k * n, np.int64), np.empty(k * n)
    for i in range(n):
        for c in range(k):
            parent[i * k + c], shows[i * k + c], share[i * k + c] = c, plot[i], max(part[c, plot[i]], TINY)
    x, p, q = np.empty((models, s, k * n)), np.empty((models, s, s, k * n)), np.empty((models, k * n))
    update(mean, cov, model, at, root, cross, z, turn, near, parent, shows, x, p, q, 0)
    mixed(np.arange(n + 1) * k, np.arange(n * k), share, x, p, q, place, np.empty(place + n), means, covs, chances)


@njit(cache=True)
def renewed(
    weight: Array, mean: Array, cov: Array, model: Array, birth: Array, birth_mean: Array, birth_cov: Array, birth_model: Array
) -> tuple[Array, Array, Array, Array]:
    """The mixture (k,) with births (b <= k,) added: component c takes birth c into itself, moments matched."""
    (k,), b = weight.shape, birth.size
    start, of, share = np.zeros(k + 1, np.int64), np.empty(k + b, np.int64), np.empty(k + b)
    at = 0
    for c in range(k):
        of[at], share[at] = c, max(weight[c], 1e-300)
        at += 1
        if c < b and birth[c] > 0.0:
            of[at], share[at] = k + c, birth[c]
            at += 1
        start[c + 1] = at
    means, covs = np.concatenate((mean, birth_mean), axis=2), np.concatenate((cov, birth_cov), axis=3)
    chances = np.concatenate((model, birth_model), axis=1)
    total, one, two, three = weight.copy(), np.empty_like(mean), np.empty_like(cov), np.empty_like(model)
    mixed(start, of[:at], share[:at], means, covs, chances, 0, np.empty(k), one, two, three)
    total[:b] += birth
    return total, one, two, three


@njit(cache=True)
def recycled(
    vague: float, settled: int, label: Index, r: Array, mean: Array, cov: Array, model: Array,
    weight: Array, h_mean: Array, h_cov: Array, h_model: Array,
) -> tuple[int, Index, Array, Array, Array, Array, Array, Array, Array, Array]:  # fmt: skip
    """Settled tracks whose place has a variance above ``vague`` (m^2) on an axis go back to the undetected: out of the tracks, into the
    last component."""
    models, s, n = mean.shape
    d, most = s // 2, 0.0
    for m in range(models):
        for a in range(min(d, 3)):
            for i in range(settled):
                most = max(most, model[m, i] * cov[m, a, a, i])
    if not most > vague:
        return settled, label, r, mean, cov, model, weight, h_mean, h_cov, h_model
    gone = np.zeros(n, np.bool_)
    for m in range(models):
        for a in range(min(d, 3)):
            for i in range(settled):
                gone[i] |= model[m, i] * cov[m, a, a, i] > vague
    stay, lost, k = np.flatnonzero(~gone), np.flatnonzero(gone), weight.size
    share = np.concatenate((np.maximum(weight, 1e-300), r[lost]))
    start = np.minimum(np.arange(k + 1), k - 1)
    start[k - 1], start[k] = k - 1, share.size
    means, covs = np.concatenate((h_mean, mean[:, :, lost]), axis=2), np.concatenate((h_cov, cov[:, :, :, lost]), axis=3)
    chances = np.concatenate((h_model, model[:, lost]), axis=1)
    total, one, two, three = weight.copy(), np.empty_like(h_mean), np.empty_like(h_cov), np.empty_like(h_model)
    mixed(start, np.arange(share.size), share, means, covs, chances, 0, np.empty(k), one, two, three)
    total[k - 1] += r[lost].sum()
    left = np.flatnonzero(~gone[:settled]).size
    keep = np.concatenate((np.flatnonzero(~gone[:settled]), np.arange(settled, label.shape[1])))
    return left, label[:, keep], r[stay], mean[:, :, stay], cov[:, :, :, stay], model[:, stay], total, one, two, three
