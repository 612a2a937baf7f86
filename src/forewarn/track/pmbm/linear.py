"""Kernels for Gaussians, objects last: prediction under near-constant velocity or any linear motion, and the update by pairs.

Means are (M, s, n) and covariances (M, s, s, n): M motion models, s numbers of the state, n objects. A state holds d positions, then
their d velocities, then whatever else its models need. Loops run over numbers of the matrix outside and objects inside, so that they
vectorise.

A measurement of a Gaussian is given by three arrays: ``at`` (M, dz, n), what is expected; ``spread`` (M, dz, dz, n), the innovation's
covariance; ``cross`` (M, s, dz, n), the covariance of state and measurement. For a position they are slices of mean and covariance; for
other sensors a linearisation or sigma points give them. With the Cholesky factor G of the spread, W = cross G^-T, the update is mean +
W G^-1 (z - at), cov - W W^T (Bar-Shalom, Li, Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, section
5.2).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.pmbm.values import Array, Index

BLOCK = 256  # children that are corrected together
Unsigned = NDArray[np.uint64]


@njit(cache=True)
def velocity(mean: Array, cov: Array, dt: float, noise: Array) -> tuple[Array, Array]:
    """Near-constant velocity over ``dt``: state (positions, velocities), white acceleration of density ``noise`` (M,) in m^2/s^3 on
    every axis (Bar-Shalom et al. 2001, section 6.2.2). New arrays."""
    models, s, n = mean.shape
    d = s // 2
    moved, spread = np.empty_like(mean), np.empty_like(cov)
    for m in range(models):
        q = noise[m]
        q3, q2, q1 = q * dt**3 / 3.0, q * dt**2 / 2.0, q * dt
        for a in range(d):
            for i in range(n):
                moved[m, a, i] = mean[m, a, i] + dt * mean[m, d + a, i]
                moved[m, d + a, i] = mean[m, d + a, i]
            for b in range(a, d):
                own3, own1 = (q3, q1) if a == b else (0.0, 0.0)
                for i in range(n):
                    vv = cov[m, d + a, d + b, i]
                    pp = cov[m, a, b, i] + dt * (cov[m, a, d + b, i] + cov[m, b, d + a, i]) + dt * dt * vv + own3
                    spread[m, a, b, i] = pp
                    spread[m, b, a, i] = pp
                    spread[m, d + a, d + b, i] = vv + own1
                    spread[m, d + b, d + a, i] = vv + own1
            for b in range(d):
                own2 = q2 if a == b else 0.0
                for i in range(n):
                    pv = cov[m, a, d + b, i] + dt * cov[m, d + a, d + b, i] + own2
                    spread[m, a, d + b, i] = pv
                    spread[m, d + b, a, i] = pv
    return moved, spread


@njit(cache=True)
def linear(mean: Array, cov: Array, step: Array, noise: Array) -> tuple[Array, Array]:
    """One model's linear prediction: mean (s, n), cov (s, s, n), ``step`` (s, s), ``noise`` (s, s). New arrays."""
    s, n = mean.shape
    moved, half, spread = np.zeros((s, n)), np.zeros((s, s, n)), np.zeros((s, s, n))
    for a in range(s):
        for c in range(s):
            f = step[a, c]
            if f != 0.0:
                moved[a] += f * mean[c]
                half[a] += f * cov[c]
    for a in range(s):
        for b in range(a, s):
            spread[a, b] += noise[a, b]
            for c in range(s):
                if step[b, c] != 0.0:
                    spread[a, b] += step[b, c] * half[a, c]
            spread[b, a] = spread[a, b]
    return moved, spread


@njit(cache=True)
def roots(  # noqa: C901 -- a kernel
    spread: Array, noise: Array
) -> tuple[Array, Array]:
    """Of S = spread + noise, the lower triangular ``root`` (M, dz, dz, n) with root S root^T = 1, the inverse of its Cholesky factor,
    and root's determinant ``peak`` (M, n): of the density's value at its middle, all but (2 pi)^(-dz/2).

    ``spread`` (M, at least dz, at least dz, n); ``noise`` (dz, dz) is what it does not hold yet. What is above the diagonal of root
    is not set.
    """
    models, n, size = spread.shape[0], spread.shape[3], noise.shape[0]
    root, peak, g = np.empty((models, size, size, n)), np.empty((models, n)), np.empty((size, n))
    for m in range(models):
        for a in range(size):
            for i in range(n):
                root[m, a, a, i] = spread[m, a, a, i] + noise[a, a]
            for c in range(a):  # Cholesky factor's row, G[a, c] = sum of root[c, r] S[a, r]
                for i in range(n):
                    g[c, i] = 0.0
                for r in range(c + 1):
                    for i in range(n):
                        g[c, i] += root[m, c, r, i] * (spread[m, a, r, i] + noise[a, r])
                for i in range(n):
                    root[m, a, a, i] -= g[c, i] * g[c, i]
            for i in range(n):
                root[m, a, a, i] = 1.0 / math.sqrt(max(root[m, a, a, i], 1e-300))
                peak[m, i] = root[m, a, a, i] if a == 0 else peak[m, i] * root[m, a, a, i]
            for b in range(a):
                for i in range(n):
                    root[m, a, b, i] = 0.0
                for c in range(b, a):
                    for i in range(n):
                        root[m, a, b, i] -= g[c, i] * root[m, c, b, i]
                for i in range(n):
                    root[m, a, b, i] *= root[m, a, a, i]
    return root, peak


@njit(cache=True)
def per(turn: Array) -> Array:
    """Turns a unit (dz,), 0 for what is no angle."""
    out = np.zeros(turn.size)
    for a in range(turn.size):
        if turn[a] > 0.0:
            out[a] = 1.0 / turn[a]
    return out


@njit(forceinline=True)
def square(root: Array, m: int, i: int, z: Array, j: int, at: Array, turn: Array, turns: Array, off: Array) -> float:
    """Squared Mahalanobis distance of plot z[:, j] from at[m, :, i]. ``turn`` (dz,): the full circle of a measured angle, 0 for what
    is none; ``turns`` (dz,): how many a unit, `per`; ``off`` (dz,): work."""
    off[0] = first = _turned(z[0, j] - at[m, 0, i], turn[0], turns[0])
    y = root[m, 0, 0, i] * first
    total = y * y
    if off.size > 1:  # nearly all plots have two numbers: no loops for those
        off[1] = second = _turned(z[1, j] - at[m, 1, i], turn[1], turns[1])
        y = root[m, 1, 0, i] * first + root[m, 1, 1, i] * second
        total += y * y
    for a in range(2, off.size):
        off[a] = _turned(z[a, j] - at[m, a, i], turn[a], turns[a])
        y = 0.0
        for b in range(a + 1):
            y += root[m, a, b, i] * off[b]
        total += y * y
    return float(total)


@njit(forceinline=True)
def _turned(off: float, turn: float, turns: float) -> float:
    """A difference, of angles the short way round."""
    return float(off - turn * np.rint(off * turns)) if turn > 0.0 else off


@njit(cache=True)
def update(  # noqa: C901 -- a kernel
    mean: Array, cov: Array, model: Array, at: Array, root: Array, cross: Array, z: Array, turn: Array, near: bool,
    parent: Index, plot: Index, means: Array, covs: Array, chances: Array, place: int,
) -> None:  # fmt: skip
    """Each child's Gaussians into ``means`` (M, s, k), ``covs`` (M, s, s, k), ``chances`` (M, k) from column ``place`` on: its
    ``parent`` (k,) corrected by its ``plot`` (k,), or as it is where that is -1. ``root``: see `roots`. ``model`` (M, n) are the
    models' chances, which the plot's likelihood under each changes. ``near``: what is expected is given for each pair of an object
    and a plot, at object * plots + plot.

    Children go in blocks that fit the cache, each number of a matrix in a loop of its own over the block, so that it vectorises: a
    child without a plot has a gain of nought. Numbers without a sign are not held against the end of the row that they count in.
    """
    models, s, _ = mean.shape
    size, plots = z.shape
    off, y, log = np.empty((size, BLOCK)), np.empty((size, BLOCK)), np.zeros((models, BLOCK))
    u, w = np.empty((size, size, BLOCK)), np.empty((s, size, BLOCK))
    of, by, shown, hit = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint64), np.empty(BLOCK)
    for begin in range(0, parent.size, BLOCK):
        k, to = min(BLOCK, parent.size - begin), place + begin
        for c in range(k):
            of[c], shown[c] = parent[begin + c], max(plot[begin + c], 0)
            hit[c] = 0.0 if plot[begin + c] < 0 else 1.0
            by[c] = parent[begin + c] * plots + max(plot[begin + c], 0) if near else parent[begin + c]
        for m in range(models):
            for a in range(size):
                _gathered(at[m, a], by, k, off[a])
                if plots:
                    _subtracted(z[a], shown, k, turn[a], off[a])
                for b in range(a + 1):
                    _gathered(root[m, a, b], by, k, u[a, b])
                    _times(u[a, b], hit, k)
                _product(u[a, 0], off[0], k, y[a])
                for b in range(1, a + 1):
                    _add(u[a, b], off[b], k, y[a])
            if models > 1:
                _likelihood(u, y, hit, k, log[m])
            for a in range(s):
                for q in range(size):
                    _gathered(cross[m, a, q], by, k, off[q])
                    _product(off[0], u[q, 0], k, w[a, q])
                    for r in range(1, q + 1):
                        _add(off[r], u[q, r], k, w[a, q])
                out = means[m, a, to : to + k]
                _gathered(mean[m, a], of, k, out)
                for q in range(size):
                    _add(w[a, q], y[q], k, out)
                for b in range(a + 1):
                    out = covs[m, a, b, to : to + k]
                    _gathered(cov[m, a, b], of, k, out)
                    for q in range(size):
                        _take(w[a, q], w[b, q], k, out)
                    if b < a:
                        covs[m, b, a, to : to + k] = out
        chances[0, to : to + k] = 1.0
        for c in range(k if models > 1 else 0):
            _weigh(model, log, of[c], chances, to + c, c)


@njit()
def _gathered(row: Array, of: Unsigned, k: int, out: Array) -> None:
    for c in range(k):
        out[c] = row[of[c]]


@njit()
def _subtracted(row: Array, of: Unsigned, k: int, turn: float, out: Array) -> None:
    """Plots less what is expected, the short way round where they are angles."""
    for c in range(k):
        out[c] = row[of[c]] - out[c]
    if turn > 0.0:
        for c in range(k):
            out[c] -= turn * np.rint(out[c] / turn)


@njit()
def _times(out: Array, by: Array, k: int) -> None:
    for c in range(k):
        out[c] *= by[c]


@njit()
def _product(one: Array, two: Array, k: int, out: Array) -> None:
    for c in range(k):
        out[c] = one[c] * two[c]


@njit()
def _add(one: Array, two: Array, k: int, out: Array) -> None:
    for c in range(k):
        out[c] += one[c] * two[c]


@njit()
def _take(one: Array, two: Array, k: int, out: Array) -> None:
    for c in range(k):
        out[c] -= one[c] * two[c]


@njit()
def _likelihood(u: Array, y: Array, hit: Array, k: int, log: Array) -> None:
    """Log likelihood of each child's plot under one model, but for a constant; 0 without one."""
    for c in range(k):
        log[c] = 0.0
        if hit[c] > 0.0:
            peak = 1.0
            for a in range(y.shape[0]):
                peak *= u[a, a, c]
                log[c] -= 0.5 * y[a, c] * y[a, c]
            log[c] += math.log(peak)


@njit()
def _weigh(model: Array, log: Array, i: int, chances: Array, to: int, c: int) -> None:
    """The models' chances after a plot: old times likelihood, in one."""
    top, total = -np.inf, 0.0
    for m in range(log.shape[0]):
        if model[m, i] > 0.0:
            top = max(top, log[m, c])
    for m in range(log.shape[0]):
        chances[m, to] = model[m, i] * math.exp(log[m, c] - top) if model[m, i] > 0.0 else 0.0
        total += chances[m, to]
    for m in range(log.shape[0]):
        chances[m, to] /= total


@njit()
def _laid(row: Array, order: Index, out: Array) -> None:
    for k in range(order.size):
        out[order[k]] = row[k]


@njit()
def laid(mean: Array, cov: Array, model: Array, order: Index) -> tuple[Array, Array, Array]:
    """The same Gaussians (M, s, n), (M, s, s, n), (M, n) with the k-th put to ``order[k]``."""
    means, covs, chances = np.empty_like(mean), np.empty_like(cov), np.empty_like(model)
    for m in range(mean.shape[0]):
        _laid(model[m], order, chances[m])
        for a in range(mean.shape[1]):
            _laid(mean[m, a], order, means[m, a])
            for b in range(mean.shape[1]):
                _laid(cov[m, a, b], order, covs[m, a, b])
    return means, covs, chances


@njit(cache=True)
def whole(mean: Array, cov: Array, model: Array) -> tuple[Array, Array]:
    """Mean (s, n) and covariance (s, s, n) over the models."""
    models, s, n = mean.shape
    if models == 1:
        return mean[0], cov[0]
    x, p = np.zeros((s, n)), np.zeros((s, s, n))
    for m in range(models):
        for a in range(s):
            x[a] += model[m] * mean[m, a]
    for m in range(models):
        for a in range(s):
            for b in range(a, s):
                p[a, b] += model[m] * (cov[m, a, b] + (mean[m, a] - x[a]) * (mean[m, b] - x[b]))
                p[b, a] = p[a, b]
    return x, p


@njit(cache=True)
def mix(  # noqa: C901 -- a kernel
    mean: Array, cov: Array, model: Array, change: Array
) -> tuple[Array, Array, Array]:
    """The interacting models' mixing: ``change`` (M, M), the chance of going from the first to the second over the interval
    (Blom and Bar-Shalom, IEEE Trans. Automatic Control 33 (8), 1988)."""
    models, s, _ = mean.shape
    means, covs, chances = np.zeros_like(mean), np.zeros_like(cov), np.zeros_like(model)
    for to in range(models):
        for of in range(models):
            chances[to] += change[of, to] * model[of]
    for to in range(models):
        total = np.maximum(chances[to], 1e-300)
        for of in range(models):
            for a in range(s):
                means[to, a] += change[of, to] * model[of] / total * mean[of, a]
        for of in range(models):
            w = change[of, to] * model[of] / total
            for a in range(s):
                for b in range(a, s):
                    covs[to, a, b] += w * (cov[of, a, b] + (mean[of, a] - means[to, a]) * (mean[of, b] - means[to, b]))
        for a in range(s):
            for b in range(a):
                covs[to, a, b] = covs[to, b, a]
    return means, covs, chances
