"""Bearings: a track's azimuth from a sensor, linearised over the track's whole spread, so that it stays honest near the sensor.

Statistical linear regression (Lefebvre, Bruyninckx and De Schutter, IEEE Trans. Automatic Control 47 (8), 2002) over the 25 points
of the five-point Gauss-Hermite rule for the horizontal position. Angles are taken about the azimuth of the mean, so none needs to wrap.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn import geo
from forewarn.track.belief import Belief
from forewarn.track.match import GATE, LOG_2PI, TINY, Pairs

Array = NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def pairs(belief: Belief, spot: tuple[float, float, float], bearing: Array, variance: Array) -> Pairs:
    """Every track with every bearing (b,) inside its gate; ``variance`` (n, b). Tracks ascending."""
    azimuth, spread, cross = regression(belief, spot)
    s = spread[:, :, None] + variance
    nu = geo.wrap_rad(bearing - azimuth[:, :, None])  # (M, n, b)
    d2 = nu**2 / s
    track, at = (np.ascontiguousarray(part) for part in np.nonzero(d2.min(axis=0) < GATE[1]))
    nu, s, pht = nu[:, track, at], s[:, track, at], cross[..., track]
    gain = pht / s[:, None]
    mean = belief.mean[..., track] + gain * nu[:, None]
    cov = belief.cov[..., track] - gain[:, :, None] * pht[:, None]
    return Pairs(track, at, -0.5 * (d2[:, track, at] + np.log(s) + LOG_2PI), mean, cov)


def regression(belief: Belief, spot: tuple[float, float, float]) -> tuple[Array, Array, Array]:
    """Expected azimuth (M, n), its variance (M, n) and its covariance with the state (M, D, n)."""
    return _regressed(np.ascontiguousarray(belief.mean), np.ascontiguousarray(belief.cov), spot[0], spot[1])


@njit(cache=True)
def _regressed(mean: Array, cov: Array, east: float, north: float) -> tuple[Array, Array, Array]:
    models, size, n = mean.shape
    azimuth, spread, cross = np.empty((models, n)), np.empty((models, n)), np.empty((models, size, n))
    turn, nodes = np.empty((len(NODES), len(NODES))), len(NODES)
    for m in range(models):
        for i in range(n):
            xx, xy, yy = cov[m, 0, 0, i], cov[m, 1, 0, i], cov[m, 1, 1, i]
            a = math.sqrt(max(xx, TINY))
            b = xy / a
            c = math.sqrt(max(yy - b * b, TINY))
            x, y = mean[m, 0, i] - east, mean[m, 1, i] - north
            level, middle = math.atan2(x, y), 0.0
            for one in range(nodes):
                for two in range(nodes):
                    off = math.atan2(x + NODES[one] * a, y + NODES[one] * b + NODES[two] * c) - level
                    turn[one, two] = (off + math.pi) % (2.0 * math.pi) - math.pi
                    middle += WEIGHTS[one] * WEIGHTS[two] * turn[one, two]
            var = with_east = with_north = 0.0
            for one in range(nodes):
                for two in range(nodes):
                    off = WEIGHTS[one] * WEIGHTS[two] * (turn[one, two] - middle)
                    var += off * (turn[one, two] - middle)
                    with_east += off * NODES[one] * a
                    with_north += off * (NODES[one] * b + NODES[two] * c)
            det = max(xx * yy - xy * xy, TINY**2)
            along, across = (yy * with_east - xy * with_north) / det, (xx * with_north - xy * with_east) / det
            azimuth[m, i], spread[m, i] = level + middle, var
            for d in range(size):
                cross[m, d, i] = cov[m, d, 0, i] * along + cov[m, d, 1, i] * across
    return azimuth, spread, cross
