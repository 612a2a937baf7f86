"""Bearings: a track's azimuth from a sensor, linearised over the track's whole spread, so that it stays honest near the sensor.

Statistical linear regression (Lefebvre, Bruyninckx and De Schutter, IEEE Trans. Automatic Control 47 (8), 2002) over the 25 points
of the five-point Gauss-Hermite rule for the horizontal position. Angles are taken about the azimuth of the mean, so none needs to wrap.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.track.belief import Belief
from forewarn.track.match import GATE, LOG_2PI, Pairs

Array = NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def pairs(belief: Belief, spot: tuple[float, float, float], bearing: Array, variance: Array) -> Pairs:
    """Every track with every bearing (b,) inside its gate; ``variance`` (n, b). Tracks ascending."""
    azimuth, spread, cross = regression(belief, spot)
    s = spread[:, :, None] + variance
    nu = geo.wrap_rad(bearing - azimuth[:, :, None])  # (M, n, b)
    d2 = nu**2 / s
    track, at = np.nonzero(d2.min(axis=0) < GATE[1])
    nu, s, pht = nu[:, track, at], s[:, track, at], cross[..., track]
    gain = pht / s[:, None]
    mean = belief.mean[..., track] + gain * nu[:, None]
    cov = belief.cov[..., track] - gain[:, :, None] * pht[:, None]
    return Pairs(track, at, -0.5 * (d2[:, track, at] + np.log(s) + LOG_2PI), mean, cov)


def regression(belief: Belief, spot: tuple[float, float, float]) -> tuple[Array, Array, Array]:
    """Expected azimuth (M, n), its variance (M, n) and its covariance with the state (M, D, n)."""
    p = belief.cov[:, :2, :2]
    a = np.sqrt(p[:, 0, 0])
    b = p[:, 1, 0] / a
    c = np.sqrt(np.maximum(p[:, 1, 1] - b**2, 1e-12))
    one, two = (grid.ravel()[:, None, None] for grid in np.meshgrid(NODES, NODES))
    east, north = one * a, one * b + two * c  # (25, M, n)
    level = belief.mean[:, :2] - np.array(spot)[:2, None]
    middle = np.arctan2(level[:, 0], level[:, 1])
    turn = geo.wrap_rad(np.arctan2(level[:, 0] + east, level[:, 1] + north) - middle)
    weight = np.outer(WEIGHTS, WEIGHTS).ravel()[:, None, None]
    mean = (weight * turn).sum(axis=0)
    off = weight * (turn - mean)
    spread = (off * (turn - mean)).sum(axis=0)
    with_place = np.stack([(off * east).sum(axis=0), (off * north).sum(axis=0)], axis=1)  # (M, 2, n)
    slope = _solve(p, with_place)
    cross = np.einsum("mdan,man->mdn", belief.cov[:, :, :2], slope)
    return middle + mean, spread, cross


def _solve(p: Array, rhs: Array) -> Array:
    """P^-1 rhs for P (M, 2, 2, n), rhs (M, 2, n)."""
    det = p[:, 0, 0] * p[:, 1, 1] - p[:, 0, 1] ** 2
    one = p[:, 1, 1] * rhs[:, 0] - p[:, 0, 1] * rhs[:, 1]
    two = p[:, 0, 0] * rhs[:, 1] - p[:, 1, 0] * rhs[:, 0]
    return np.stack([one, two], axis=1) / det[:, None]
