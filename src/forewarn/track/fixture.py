"""What stands: quays, masts, moored boats. Sensors show them look after look as they show objects, and nobody is to be warned of them.

A track may be such a thing from its birth on. Then all its plots lie about one place, and the two beliefs are weighed by how well each
foretells the next plot: one by a Kalman filter of a place that hardly moves, the other with the track's own motion. What has once moved
is no fixture any more; what stood and moves off becomes an object within some looks, for at the rate at which objects come and go each
fixture may turn out to be one (``existence.at``). What a sensor's opinion says of objects it says of fixtures, and heights and rates are
as of false plots.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.belief import Belief
from forewarn.track.existence import freshness
from forewarn.track.look import Look
from forewarn.track.plan import Plan, Sense

Array = NDArray[np.float64]
Index = NDArray[np.int64]
LEAST, SLIM = 1e-6, 1e-9
"""m^2 of the least variance of a spot; share of the product of both variances that a determinant has at the least."""
LOG_2PI = math.log(2.0 * math.pi)


def at_first(sense: Sense, look: Look) -> Array:
    """Spots (5, m) from one plot each: east and north (m, of the site's origin), variance east, covariance, variance north (m^2)."""
    slow = sense.slow_m**2
    return np.stack([*look.place[:2], look.noise[0, 0] + slow, look.noise[0, 1], look.noise[1, 1] + slow])


class Standing(NamedTuple):
    """How well plots of p pairs are those of things that stand: ``log`` likelihoods (p,), and at which ``spot`` (5, p) they then stand."""

    log: Array
    spot: Array


def never(belief: Belief, track: Index) -> Standing:
    """Plots that are of nothing that stands."""
    return Standing(np.full(len(track), -np.inf), belief.spot[:, track])


def standing(plan: Plan, sense: Sense, belief: Belief, look: Look, false: Array, track: Index, plot: Index) -> Standing:
    """Of pairs of ``track`` and ``plot`` (p,). ``false`` (m,): log density of a false plot's height and rates."""
    if not plan.fixtures:
        return never(belief, track)
    place, noise = np.ascontiguousarray(look.place), np.ascontiguousarray(look.noise)
    slow = sense.slow_m**2 * (1.0 - (1.0 - freshness(sense, belief)[track]) ** 2)  # what has changed of its error since it showed the track
    log, spot = fitted(belief.spot, place, noise, slow, track, plot)
    return Standing(log + false[plot], spot)


@njit(cache=True, error_model="numpy")
def fitted(spot: Array, place: Array, noise: Array, slow: Array, track: Index, plot: Index) -> tuple[Array, Array]:
    """Log likelihoods (p,) of plots as those of fixtures at ``spot`` (5, n), and where these then stand, (5, p)."""
    log, after = np.empty(len(track)), np.empty((5, len(track)))
    for k in range(len(track)):
        i, j = track[k], plot[k]
        numbers = stood(spot[:, i], place[0, j], place[1, j], noise[0, 0, j] + slow[k], noise[0, 1, j], noise[1, 1, j] + slow[k])
        log[k] = numbers[0]
        for e in range(5):
            after[e, k] = numbers[e + 1]
    return log, after


@njit(cache=True, nogil=True, error_model="numpy")
def stood(spot: Array, east: float, north: float, ee: float, en: float, nn: float) -> tuple[float, float, float, float, float, float]:
    """Of one plot at ``east`` and ``north`` with that covariance: its log likelihood as that of what stands at ``spot`` (5,), and the
    numbers of the spot then."""
    a, b, c = spot[2], spot[3], spot[4]
    sa, sb, sc, x, y = a + ee, b + en, c + nn, east - spot[0], north - spot[1]
    det = max(sa * sc - sb * sb, SLIM * sa * sc)
    log = -0.5 * ((sc * x * x - 2.0 * sb * x * y + sa * y * y) / det + math.log(det)) - LOG_2PI
    g00, g01 = (a * sc - b * sb) / det, (b * sa - a * sb) / det
    g10, g11 = (b * sc - c * sb) / det, (c * sa - b * sb) / det
    moved = spot[0] + g00 * x + g01 * y, spot[1] + g10 * x + g11 * y
    ee, en, nn = max(a - g00 * a - g01 * b, LEAST), b - g00 * b - g01 * c, max(c - g10 * b - g11 * c, LEAST)
    widest = math.sqrt((1.0 - SLIM) * ee * nn)
    return log, moved[0], moved[1], ee, min(max(en, -widest), widest), nn


@njit(cache=True, nogil=True, error_model="numpy")
def mixed(spot: Array, none: Array, track: Index, weight: Array, after: Array) -> Array:
    """The spots (5, n) after a look, each one Gaussian again by moments: of what they were, weight ``none`` (n,), and of what plots made
    of them, ``after`` (5, q) with ``weight`` (q,)."""
    total, out = none.copy(), np.zeros_like(spot)
    for k in range(len(track)):
        total[track[k]] += weight[k]
    for i in range(len(none)):
        for e in range(2):
            out[e, i] = none[i] * spot[e, i]
    for k in range(len(track)):
        for e in range(2):
            out[e, track[k]] += weight[k] * after[e, k]
    for i in range(len(none)):
        if total[i] > 0.0:
            out[0, i], out[1, i] = out[0, i] / total[i], out[1, i] / total[i]
            _spread(out, i, spot, i, none[i] / total[i])
        else:
            out[:, i] = spot[:, i]
    for k in range(len(track)):
        if total[track[k]] > 0.0:
            _spread(out, track[k], after, k, weight[k] / total[track[k]])
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _spread(out: Array, i: int, part: Array, k: int, share: float) -> None:
    """Add a part's variance, and that of its distance from the mean, to spot ``i``."""
    east, north = part[0, k] - out[0, i], part[1, k] - out[1, i]
    out[2, i] += share * (part[2, k] + east * east)
    out[3, i] += share * (part[3, k] + east * north)
    out[4, i] += share * (part[4, k] + north * north)
