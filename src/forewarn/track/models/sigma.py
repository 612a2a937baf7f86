"""Gaussians as points: square roots, spreading, and the moments of what the points became. Objects last, vectorised over them.

Rules: the third-degree spherical cubature, 2 d points at sqrt(d) (Arasaratnam and Haykin, IEEE Trans. Automatic Control 54 (6), 2009);
the Gauss-Hermite product of three or five points an axis. All weights are positive, so a covariance of points is never negative.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@cache
def cubature(d: int) -> tuple[Array, Array]:
    """Standard points (d, 2 d) and weights (2 d,)."""
    points = np.sqrt(d) * np.hstack([np.eye(d), -np.eye(d)])
    return points, np.full(2 * d, 1.0 / (2 * d))


@cache
def hermite(d: int, order: int) -> tuple[Array, Array]:
    """Standard points (d, order^d) and weights (order^d,)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(order)
    points = np.array(list(product(nodes, repeat=d))).T
    return np.ascontiguousarray(points), np.array([np.prod(w) for w in product(weights / weights.sum(), repeat=d)])


@njit(cache=True)
def root(cov: Array) -> Array:  # noqa: C901  loops over objects, innermost
    """Lower triangular L (s, s, n) with L L' = cov (s, s, n); a direction without spread gives a column of noughts."""
    s, n = cov.shape[1:]
    low = np.zeros((s, s, n))
    scale = np.zeros(n)
    for c in range(s):
        diagonal = low[c, c]
        for j in range(n):
            diagonal[j] = cov[c, c, j]
        for k in range(c):
            for j in range(n):
                diagonal[j] -= low[c, k, j] ** 2
        for j in range(n):
            left = diagonal[j] if diagonal[j] > 1e-14 * cov[c, c, j] else 0.0
            diagonal[j] = np.sqrt(left)
            scale[j] = 1.0 / diagonal[j] if left > 0.0 else 0.0
        for a in range(c + 1, s):
            row = low[a, c]
            for j in range(n):
                row[j] = cov[a, c, j]
            for k in range(c):
                for j in range(n):
                    row[j] -= low[a, k, j] * low[c, k, j]
            for j in range(n):
                row[j] *= scale[j]
    return low


@njit(cache=True)
def spread(mean: Array, low: Array, points: Array) -> Array:
    """Points (s, k, n): mean (s, n) + L (s, d, n) times the standard points (d, k)."""
    s, n = mean.shape
    d, k = points.shape
    out = np.empty((s, k, n))
    for a in range(s):
        for p in range(k):
            row = out[a, p]
            for j in range(n):
                row[j] = mean[a, j]
            for c in range(d):
                by = points[c, p]
                if by != 0.0:
                    for j in range(n):
                        row[j] += by * low[a, c, j]
    return out


@njit(cache=True)
def moments(points: Array, weights: Array) -> tuple[Array, Array]:  # noqa: C901  loops over objects, innermost
    """Mean (s, n) and covariance (s, s, n) of points (s, k, n) with weights (k,); the points are left as distances from the mean."""
    s, k, n = points.shape
    mean, cov = np.zeros((s, n)), np.zeros((s, s, n))
    for a in range(s):
        for p in range(k):
            for j in range(n):
                mean[a, j] += weights[p] * points[a, p, j]
        for p in range(k):
            for j in range(n):
                points[a, p, j] -= mean[a, j]
    for a in range(s):
        for b in range(a, s):
            row = cov[a, b]
            for p in range(k):
                for j in range(n):
                    row[j] += weights[p] * points[a, p, j] * points[b, p, j]
            if b > a:
                cov[b, a] = row
    return mean, cov
