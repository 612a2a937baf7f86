"""The Kalman update of many objects under several models at once: z = A x + e, with A on the first k states.

By the Cholesky factor of the innovation covariance S = L L': the gain never appears, and P - W W' with W = P A' L^-T is symmetric to the
last bit. Where a measurement takes away so much spread that the difference would cancel, Joseph's form is used instead (Bucy and Joseph,
"Filtering for Stochastic Processes with Applications to Guidance", 1968), a sum of two positive terms.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
LOG_2PI = float(np.log(2.0 * np.pi))
CANCELS = 1e-8  # det R / det S below which P - W W' may lose digits that matter


class Updated(NamedTuple):
    """``log`` (M, n): log likelihood; ``mean`` (M, s, n), ``cov``; ``apart`` (M, d, n): innovation, ``spread`` (M, d, d, n): its own."""

    log: Array
    mean: Array
    cov: Array
    apart: Array
    spread: Array


def update(mean: Array, cov: Array, a: Array, apart: Array, noise: Array) -> Updated:
    """Take a measurement each. Shapes: mean (M, s, n), cov (M, s, s, n), a (d, k, n), apart = z - A x (M, d, n), noise (d, d, n)."""
    across, spread = _crossed(cov, a, noise)
    after, less = mean.copy(), np.empty_like(cov)
    square, det = _taken(after, cov, less, a, apart, noise, across, spread)
    log = -0.5 * (square + np.log(det) + len(a) * LOG_2PI)
    return Updated(log, after, less, apart, spread)


@njit(cache=True)
def _crossed(cov: Array, a: Array, noise: Array) -> tuple[Array, Array]:  # noqa: C901  loops over objects, innermost
    """P A' as (M, d, s, n), and S = A P A' + R (M, d, d, n)."""
    models, s, n = cov.shape[0], cov.shape[1], cov.shape[3]
    d, k = a.shape[:2]
    across, spread = np.zeros((models, d, s, n)), np.zeros((models, d, d, n))
    for c in range(d):
        for i in range(k):
            if not a[c, i].any():  # a place reads three states out of nine pairs
                continue
            for m in range(models):
                for b in range(s):
                    row, by, of = across[m, c, b], a[c, i], cov[m, i, b]
                    for j in range(n):
                        row[j] += by[j] * of[j]
    for m in range(models):
        for c in range(d):
            for e in range(c + 1):
                row = spread[m, c, e]
                row[:] = noise[c, e]
                for i in range(k):
                    by, of = a[e, i], across[m, c, i]
                    for j in range(n):
                        row[j] += by[j] * of[j]
                spread[m, e, c] = row
    return across, spread


@njit(cache=True)
def _taken(mean: Array, cov: Array, less: Array, a: Array, apart: Array, noise: Array, across: Array, spread: Array) -> tuple[Array, Array]:
    """mean in place, ``less`` the covariance after; squared distances and det S, (M, n) each. ``across`` becomes W."""
    models, _, n = mean.shape
    square, det, own = np.zeros((models, n)), np.ones((models, n)), _determinants(noise)
    for m in range(models):
        low, nu = spread[m].copy(), apart[m].copy()
        _whitened(low, nu, across[m], square[m], det[m])
        _lessened(mean[m], cov[m], less[m], nu, across[m])
        for j in range(n):
            if own[j] < CANCELS * det[m, j]:
                less[m, :, :, j] = _joseph(cov[m, :, :, j], a[:, :, j], noise[:, :, j], across[m, :, :, j], low[:, :, j])
    return square, det


@njit(cache=True, error_model="numpy")
def _whitened(low: Array, nu: Array, across: Array, square: Array, det: Array) -> None:  # noqa: C901  loops over objects, innermost
    """In place: S (d, d, n) becomes L, its diagonal inverted; nu (d, n) L^-1 nu; P A' (d, s, n) W'; |nu|^2 and det S (n,)."""
    d, s, n = across.shape
    for c in range(d):
        for i in range(c):
            for j in range(n):
                low[c, c, j] -= low[c, i, j] ** 2
        for j in range(n):
            det[j] *= low[c, c, j]
            low[c, c, j] = 1.0 / np.sqrt(low[c, c, j])
        for e in range(c + 1, d):
            for i in range(c):
                for j in range(n):
                    low[e, c, j] -= low[e, i, j] * low[c, i, j]
            for j in range(n):
                low[e, c, j] *= low[c, c, j]
        for i in range(c):
            for j in range(n):
                nu[c, j] -= low[c, i, j] * nu[i, j]
            for b in range(s):
                for j in range(n):
                    across[c, b, j] -= low[c, i, j] * across[i, b, j]
        for j in range(n):
            nu[c, j] *= low[c, c, j]
            square[j] += nu[c, j] ** 2
        for b in range(s):
            for j in range(n):
                across[c, b, j] *= low[c, c, j]


@njit(cache=True)
def _lessened(mean: Array, cov: Array, less: Array, nu: Array, across: Array) -> None:
    """mean + W nu in place, and P - W W' in ``less``."""
    d, s, n = across.shape
    for b in range(s):
        for c in range(d):
            for j in range(n):
                mean[b, j] += across[c, b, j] * nu[c, j]
        for e in range(b + 1):
            row = less[b, e]
            row[:] = cov[b, e]
            for c in range(d):
                one, other = across[c, b], across[c, e]
                for j in range(n):
                    row[j] -= one[j] * other[j]
            less[e, b] = row


@njit(cache=True)
def _determinants(r: Array) -> Array:
    """Of positive semidefinite r (d, d, n), (n,)."""
    low, det = r.copy(), np.ones(r.shape[2])
    for c in range(len(r)):
        for j in range(r.shape[2]):
            det[j] *= max(low[c, c, j], 0.0)
        for e in range(c + 1, len(r)):
            for i in range(c + 1, len(r)):
                for j in range(r.shape[2]):
                    low[e, i, j] -= low[e, c, j] / max(low[c, c, j], 1e-300) * low[c, i, j]
    return det


@njit(cache=True)
def _joseph(cov: Array, a: Array, noise: Array, w: Array, low: Array) -> Array:  # noqa: C901  matrix products, spelt out
    """(I - K A) P (I - K A)' + K R K' of one object, with K = W' L^-1; ``low`` holds L with its diagonal inverted."""
    s, (d, k) = len(cov), a.shape
    gain, keep = w.T.copy(), np.eye(s)
    for b in range(s):
        for c in range(d - 1, -1, -1):  # K L = W': back substitution, a row at a time
            for i in range(c + 1, d):
                gain[b, c] -= gain[b, i] * low[i, c]
            gain[b, c] *= low[c, c]
        for i in range(k):
            for c in range(d):
                keep[b, i] -= gain[b, c] * a[c, i]
    out = np.zeros((s, s))
    half = np.zeros((s, s))
    for b in range(s):
        for e in range(s):
            for i in range(s):
                half[b, e] += keep[b, i] * cov[i, e]
    for b in range(s):
        for e in range(b + 1):
            for i in range(s):
                out[b, e] += half[b, i] * keep[e, i]
            for c in range(d):
                for i in range(d):
                    out[b, e] += gain[b, c] * noise[c, i] * gain[e, i]
            out[e, b] = out[b, e]
    return out
