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

Array = NDArray[np.float64]
Index = NDArray[np.int64]
BLOCK = 128  # children that are corrected together


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
def factor(spread: Array, m: int, i: int, g: Array) -> float:
    """Cholesky factor of spread[m, :, :, i] into ``g`` (dz, dz), with reciprocals on its diagonal; gives log det / 2."""
    size = g.shape[0]
    half = 0.0
    for a in range(size):
        for b in range(a + 1):
            left = spread[m, a, b, i]
            for c in range(b):
                left -= g[a, c] * g[b, c]
            if a == b:
                root = math.sqrt(max(left, 1e-300))
                half += math.log(root)
                g[a, a] = 1.0 / root
            else:
                g[a, b] = left * g[b, b]
    return half


@njit(cache=True)
def whiten(g: Array, z: Array, j: int, at: Array, m: int, i: int, turn: Array, y: Array) -> float:
    """y = G^-1 (z[:, j] - at[m, :, i]); gives y . y. ``turn`` (dz,): the full circle of a measured angle, 0 for what is none."""
    total = 0.0
    for a in range(y.shape[0]):
        left = z[a, j] - at[m, a, i]
        if turn[a] > 0.0:
            left -= turn[a] * np.rint(left / turn[a])
        for c in range(a):
            left -= g[a, c] * y[c]
        y[a] = left * g[a, a]
        total += y[a] * y[a]
    return total


@njit(cache=True)
def update(  # noqa: C901 -- a kernel
    mean: Array, cov: Array, model: Array, at: Array, spread: Array, cross: Array, z: Array, turn: Array, near: bool,
    parent: Index, plot: Index, means: Array, covs: Array, chances: Array,
) -> None:  # fmt: skip
    """Each child's Gaussians into ``means`` (M, s, k), ``covs`` (M, s, s, k), ``chances`` (M, k): its ``parent`` (k,) corrected by its
    ``plot`` (k,), or as it is where that is -1. ``model`` (M, n) are the models' chances, which the plot's likelihood under each
    changes. ``near``: what is expected is given for each pair of an object and a plot, at object * plots + plot. Children whose
    parent is -1 are left to the caller.

    Children go in blocks that fit the cache, each number of a matrix in a loop of its own over the block: a child without a plot has a
    gain of nought.
    """
    models, s, n = mean.shape
    size, plots = z.shape
    if n == 0:
        return
    g, y, w = np.empty((size, size, BLOCK)), np.empty((size, BLOCK)), np.empty((s, size, BLOCK))
    log, of, by, hit = np.zeros((models, BLOCK)), np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64), np.empty(BLOCK)
    for begin in range(0, parent.size, BLOCK):
        k = min(BLOCK, parent.size - begin)
        for c in range(k):
            of[c] = max(parent[begin + c], 0)
            hit[c] = 0.0 if plot[begin + c] < 0 or parent[begin + c] < 0 else 1.0
            by[c] = of[c] * plots + max(plot[begin + c], 0) if near else of[c]
        for m in range(models):
            log[m] = 0.0
            for a in range(size):
                for b in range(a + 1):
                    for c in range(k):
                        left = spread[m, a, b, by[c]]
                        for q in range(b):
                            left -= g[a, q, c] * g[b, q, c]
                        if a == b:
                            g[a, a, c] = 1.0 / math.sqrt(max(left, 1e-300))
                        else:
                            g[a, b, c] = left * g[b, b, c]
                for c in range(k):
                    left = z[a, plot[begin + c]] - at[m, a, by[c]] if hit[c] > 0.0 else 0.0
                    if turn[a] > 0.0:
                        left -= turn[a] * np.rint(left / turn[a])
                    for q in range(a):
                        left -= g[a, q, c] * y[q, c]
                    y[a, c] = left * g[a, a, c] * hit[c]
                    g[a, a, c] *= hit[c]
                if models > 1:
                    for c in range(k):
                        log[m, c] += math.log(g[a, a, c]) - 0.5 * y[a, c] * y[a, c] if hit[c] > 0.0 else 0.0
            for a in range(s):
                for q in range(size):
                    for c in range(k):
                        left = cross[m, a, q, by[c]]
                        for r in range(q):
                            left -= g[q, r, c] * w[a, r, c]
                        w[a, q, c] = left * g[q, q, c]
                for c in range(k):
                    value = mean[m, a, of[c]]
                    for q in range(size):
                        value += w[a, q, c] * y[q, c]
                    means[m, a, begin + c] = value
                for b in range(a + 1):
                    for c in range(k):
                        value = cov[m, a, b, of[c]]
                        for q in range(size):
                            value -= w[a, q, c] * w[b, q, c]
                        covs[m, a, b, begin + c] = value
                        covs[m, b, a, begin + c] = value
        for c in range(k):
            if models > 1:
                _weigh(model, log, of[c], chances, begin + c, c)
            else:
                chances[0, begin + c] = 1.0


@njit(cache=True)
def _weigh(model: Array, log: Array, i: int, chances: Array, to: int, c: int) -> None:
    """The models' chances after a plot: old times likelihood, in one."""
    top, total = -np.inf, 0.0
    for m in range(log.shape[0]):
        top = max(top, log[m, c])
    for m in range(log.shape[0]):
        chances[m, to] = model[m, i] * math.exp(log[m, c] - top)
        total += chances[m, to]
    for m in range(log.shape[0]):
        chances[m, to] /= total


@njit(cache=True)
def whole(mean: Array, cov: Array, model: Array) -> tuple[Array, Array]:
    """Mean (s, n) and covariance (s, s, n) over the models."""
    models, s, n = mean.shape
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
