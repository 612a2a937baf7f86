"""Bearings: a track's azimuth from a sensor, linearised over the track's whole spread, so that it stays honest near the sensor.

Statistical linear regression (Lefebvre, Bruyninckx and De Schutter, IEEE Trans. Automatic Control 47 (8), 2002) over the 25 points
of the five-point Gauss-Hermite rule for the horizontal position. Angles are taken about the azimuth of the mean, so none needs to wrap.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.belief import Belief
from forewarn.track.match import GATE, LOG_2PI, TINY, Pairs

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def pairs(belief: Belief, spot: tuple[float, float, float], bearing: Array, variance: Array) -> Pairs:
    """Every track with every bearing (b,) inside its gate; ``variance`` (n, b). Tracks ascending."""
    mean, cov = np.ascontiguousarray(belief.mean), np.ascontiguousarray(belief.cov)
    return Pairs(*_fitted(mean, cov, *_regressed(mean, cov, spot[0], spot[1]), bearing, variance))


@njit(cache=True, error_model="numpy")
def _fitted(
    mean: Array, cov: Array, azimuth: Array, spread: Array, cross: Array, bearing: Array, variance: Array
) -> tuple[Index, Index, Array, Array, Array]:
    """The pairs (see ``Pairs``) inside the gate under any model, tracks ascending, with their Kalman updates."""
    models, size, n = mean.shape
    close = np.zeros((n, len(bearing)), dtype=np.bool_)
    for m in range(models):
        for i in range(n):
            for b in range(len(bearing)):
                close[i, b] |= _turn(bearing[b] - azimuth[m, i]) ** 2 < GATE[1] * (spread[m, i] + variance[i, b])
    track, at = np.nonzero(close)
    log, means, covs = np.empty((models, len(at))), np.empty((models, size, len(at))), np.empty((models, size, size, len(at)))
    for k in range(len(at)):
        i, b = track[k], at[k]
        for m in range(models):
            nu, s = _turn(bearing[b] - azimuth[m, i]), spread[m, i] + variance[i, b]
            log[m, k] = -0.5 * (nu * nu / s + math.log(s) + LOG_2PI)
            for e in range(size):
                gain = cross[m, e, i] / s
                means[m, e, k] = mean[m, e, i] + gain * nu
                for f in range(size):
                    covs[m, e, f, k] = cov[m, e, f, i] - gain * cross[m, f, i]
    return track, at, log, means, covs


@njit(cache=True)
def _turn(angle: float) -> float:
    """The same angle in [-pi, pi)."""
    return (angle + math.pi) % (2.0 * math.pi) - math.pi


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
                    turn[one, two] = _turn(off)
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
