"""Which objects may come near which solids, and the sample paths of those that may: the kernels, one object at a time."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Mask = NDArray[np.bool_]


@njit(cache=True, error_model="numpy")
def near_pieces(
    mean: Array, cov: Array, model: Array, knots_s: Array, spread_m: Array, rounds: Array, least: float, deviations: float
) -> Mask:
    """On which pieces of their way objects come near enough to solids to be looked at, (S, K, n).

    ``mean`` (m, 6, n), ``cov`` (m, 6, 6, n), ``model`` (m, n): a mixture for each object; models of a chance up to ``least`` are left
    out. ``spread_m`` (m, K + 1): deviation by noise at the knots. ``rounds`` (S, 3): east, north, radius that hold a solid. Near is a
    model's mean path within so many ``deviations``, the widest way of the greater end's: the larger eigenvalue of its covariance.
    """
    found = np.zeros((len(rounds), len(knots_s) - 1, mean.shape[2]), dtype=np.bool_)
    for i in range(mean.shape[2]):
        for m in range(len(spread_m)):
            if model[m, i] > least:
                x, p = mean[m, :, i], cov[m, :, :, i]
                before = _widest(p, 0.0) + spread_m[m, 0] ** 2
                for k in range(len(knots_s) - 1):
                    t, then = knots_s[k], knots_s[k + 1]
                    after = _widest(p, then) + spread_m[m, k + 1] ** 2
                    spread = deviations * math.sqrt(max(before, after))
                    a, b = (x[0] + t * x[3], x[1] + t * x[4]), (x[0] + then * x[3], x[1] + then * x[4])
                    for s in range(len(rounds)):
                        if _off(rounds[s, 0], rounds[s, 1], a, b) <= spread + rounds[s, 2]:
                            found[s, k, i] = True
                    before = after
    return found


@njit(cache=True, error_model="numpy")
def _widest(p: Array, t: float) -> float:
    """The greater eigenvalue of the covariance of east and north after ``t`` seconds at constant velocity; ``p`` (6, 6)."""
    a = p[0, 0] + t * (p[0, 3] + p[3, 0]) + t * t * p[3, 3]
    b = p[0, 1] + t * (p[0, 4] + p[3, 1]) + t * t * p[3, 4]
    d = p[1, 1] + t * (p[1, 4] + p[4, 1]) + t * t * p[4, 4]
    return float((a + d) / 2 + math.sqrt((a - d) ** 2 / 4 + b * b))


@njit(cache=True, error_model="numpy")
def _off(east: float, north: float, a: tuple[float, float], b: tuple[float, float]) -> float:
    """From a place to the straight piece from ``a`` to ``b``."""
    dx, dy, px, py = b[0] - a[0], b[1] - a[1], east - a[0], north - a[1]
    square = dx * dx + dy * dy
    s = min(max((px * dx + py * dy) / square, 0.0), 1.0) if square > 0.0 else 0.0
    return math.hypot(px - s * dx, py - s * dy)


@njit(cache=True, error_model="numpy")
def flights(states: Single, calm: Array, choice: Array, noise: Single, knots_s: Single) -> Single:
    """The sample paths of c objects, (c, 3, K + 1, N). ``states`` (2, c, 6, N): now, if calm and if agile; ``calm`` (c,): the chance of
    calm; ``choice`` (N,) and ``noise`` (2, 3, K + 1, N): see ``Paths``."""
    objects, samples = states.shape[1], states.shape[3]
    place = np.empty((objects, 3, len(knots_s), samples), dtype=np.float32)
    for i in range(objects):
        for axis in range(3):
            for k in range(len(knots_s)):
                for n in range(samples):
                    m = 0 if choice[n] < calm[i] else 1
                    place[i, axis, k, n] = noise[m, axis, k, n] + states[m, i, axis, n] + states[m, i, axis + 3, n] * knots_s[k]
    return place
