"""How well places fit tracks: pairs inside the gate, their likelihoods and their Kalman updates, for all models at once.

A plot's components are east, north and, where the sensor gives them, up and the rates east and north. What one plot does not
tell is masked: no row of H, a unit likelihood that false plots have too. Gate: chi-squared at 1 - 1e-5.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.belief import Belief
from forewarn.track.look import Look
from forewarn.track.plan import Plan

Array = NDArray[np.float64]
Index = NDArray[np.int64]

GATE = (0.0, 19.5, 23.0, 25.9, 28.5, 30.9)
"""Squared Mahalanobis distance beyond which one in 1e5 lies, by the number of components (0 to 5)."""
USUAL = 0.9
HIGH_M = 1500.0
"""Spread of heights of what flies higher than the site says."""
TINY = 1e-12  # no variance falls below it by rounding
LOG_2PI = float(np.log(2.0 * np.pi))


class Plots(NamedTuple):
    """``z`` (d, m), ``h`` (d, D, m), ``r`` (d, d, m); ``false`` (m,): log density of a false plot's height and rates."""

    z: Array
    h: Array
    r: Array
    false: Array


class Pairs(NamedTuple):
    """``track``, ``plot`` (p,); ``log`` (M, p): log likelihoods; ``mean`` (M, D, p) and ``cov`` (M, D, D, p) after the plot."""

    track: Index
    plot: Index
    log: Array
    mean: Array
    cov: Array


def plots(plan: Plan, look: Look) -> Plots:
    """The places of a look as measurements of the state."""
    sense, m = plan.sensors[look.sensor], look.place.shape[1]
    lag = (look.t_ns - look.time_ns[:m]) / 1e9
    tall, moving = np.isfinite(look.place[2]), np.isfinite(look.velocity[0])
    parts = [0, 1] + [2] * bool(tall.any()) + [3, 4] * bool(moving.any())
    z = np.vstack([look.place, look.velocity])[parts]
    h, r = np.zeros((len(parts), plan.size, m)), np.zeros((len(parts), len(parts), m))
    r[:2, :2] = look.noise
    false = np.zeros(m)
    for d, part in enumerate(parts):
        h[d, part] = 1.0
        if part < 3:
            h[d, part + 3] = -lag
        if part < 2 and sense.at:
            h[d, sense.at + part] = 1.0
        if part == 2:
            r[d, d] = look.up_var
            _mask(z, h, r, d, tall)
            low, high = heights(plan, z[d])
            false += np.where(tall, np.logaddexp(low, high), -0.5 * LOG_2PI)
        elif part > 2:
            r[d, d] = sense.velocity_mps**2
            _mask(z, h, r, d, moving)
            false += np.where(moving, _bell(z[d], 0.0, plan.speed_mps), -0.5 * LOG_2PI)
    return Plots(z, h, r, false)


def _mask(z: Array, h: Array, r: Array, d: int, told: NDArray[np.bool_]) -> None:
    """Mask a component where it is not told, in place."""
    z[d] = np.where(told, z[d], 0.0)
    h[d] *= told
    r[d, d] = np.where(told, r[d, d], 1.0)


def heights(plan: Plan, up: Array, variance: Array | float = 0.0) -> tuple[Array, Array]:
    """Log density of heights (m,), told with an error of ``variance`` (m^2), in two parts: ``USUAL`` of all, false plots too, are as high
    as the site says, the rest as high as anything flies."""
    low, high = (_bell(up, mean, np.sqrt(sd**2 + variance)) for mean, sd in (plan.height, (0.0, HIGH_M)))
    return np.log(USUAL) + low, np.log(1.0 - USUAL) + high


def _bell(x: Array, mean: float, sd: Array | float) -> Array:
    return np.asarray(-0.5 * ((x - mean) / sd) ** 2 - np.log(sd) - 0.5 * LOG_2PI)


def pairs(belief: Belief, plot: Plots) -> Pairs:
    """Every track with every plot inside its gate, tracks ascending."""
    whole = np.ascontiguousarray
    mean, cov, z, h, r = whole(belief.mean), whole(belief.cov), whole(plot.z), whole(plot.h), whole(plot.r)
    track, at = near(mean, cov, z, h, r)
    log, mean, cov, d2 = fitted(mean, cov, z, h, r, track, at)
    ok = d2.min(axis=0, initial=np.inf) < GATE[len(plot.z)]
    if not ok.all():
        track, at, log, mean, cov = track[ok], at[ok], log[:, ok], mean[..., ok], cov[..., ok]
    return Pairs(track, at, log, mean, cov)


def near(mean: Array, cov: Array, z: Array, h: Array, r: Array) -> tuple[Index, Index]:
    """Pairs that boxes along the axes cannot rule out: no wider apart on either than the gate's share of all spreads together."""
    track, at = np.nonzero(_boxed(mean, cov, z, h, r, math.sqrt(GATE[-1])))
    return track.astype(np.int64), at.astype(np.int64)


@njit(cache=True)
def _boxed(mean: Array, cov: Array, z: Array, h: Array, r: Array, gate: float) -> NDArray[np.bool_]:
    """Whether (n, m) tracks and plots are no farther apart, east and north, than ``gate`` of their deviations, all added up."""
    models, size, n = mean.shape
    close = np.ones((n, z.shape[1]), dtype=np.bool_)
    for a in range(2):
        parts = [a] + [f for f in range(6, size) if h[a, f].any()]
        for i in range(n):
            ends = np.zeros(models)
            spread = 0.0
            for f in parts:
                ends += mean[:, f, i]
                spread += math.sqrt(cov[:, f, f, i].max())
            rates = mean[:, a + 3, i]
            rate = gate * math.sqrt(cov[:, a + 3, a + 3, i].max()) + (rates.max() - rates.min()) / 2
            middle, half = (ends.max() + ends.min()) / 2, (ends.max() - ends.min()) / 2
            for j in range(z.shape[1]):
                lag = -h[a, a + 3, j]
                reach = gate * (spread + math.sqrt(r[a, a, j])) + half + rate * abs(lag)
                close[i, j] &= abs(middle - z[a, j] - (rates.max() + rates.min()) / 2 * lag) <= reach
    return close


@njit(cache=True)
def fitted(mean: Array, cov: Array, z: Array, h: Array, r: Array, track: Index, at: Index) -> tuple[Array, Array, Array, Array]:
    """Kalman updates of p pairs under each model: log likelihoods (M, p), means (M, D, p), covariances (M, D, D, p) and squared
    Mahalanobis distances (M, p). With S = H P H' + R = L L' and W = L^-1 H P: m + W' L^-1 nu and P - W' W."""
    models, size, d, p = mean.shape[0], mean.shape[1], z.shape[0], len(track)
    log, d2 = np.empty((models, p)), np.empty((models, p))
    means, covs = np.empty((models, size, p)), np.empty((models, size, size, p))
    nu, low, w = np.empty(d), np.empty((d, d)), np.empty((d, size))
    for k in range(p):
        i, j = track[k], at[k]
        for m in range(models):
            _expected(mean[m, :, i], cov[m, :, :, i], z[:, j], h[:, :, j], r[:, :, j], nu, low, w)
            det = _solved(nu, low, w)
            d2[m, k] = (nu * nu).sum()
            log[m, k] = -0.5 * (d2[m, k] + det + d * LOG_2PI)
            for e in range(size):
                means[m, e, k] = mean[m, e, i]
                for a in range(d):
                    means[m, e, k] += w[a, e] * nu[a]
                for f in range(size):
                    covs[m, e, f, k] = cov[m, e, f, i]
                    for a in range(d):
                        covs[m, e, f, k] -= w[a, e] * w[a, f]
    return log, means, covs, d2


@njit(cache=True)
def _expected(mean: Array, cov: Array, z: Array, h: Array, r: Array, nu: Array, s: Array, w: Array) -> None:
    """Of one pair: nu (d,), the lower half of S (d, d), and H P (d, D)."""
    for a in range(len(z)):
        nu[a], w[a] = z[a], 0.0
        for f in range(len(mean)):
            if h[a, f] != 0.0:
                nu[a] -= h[a, f] * mean[f]
                w[a] += h[a, f] * cov[f]
        for b in range(a + 1):
            s[a, b] = r[a, b]
            for f in range(len(mean)):
                if h[a, f] != 0.0:
                    s[a, b] += h[a, f] * w[b, f]


@njit(cache=True)
def _solved(nu: Array, low: Array, w: Array) -> float:
    """S (lower half) becomes L, nu L^-1 nu and H P L^-1 H P, in place; log det S."""
    det = 0.0
    for a in range(len(nu)):
        for b in range(a):
            for c in range(b):
                low[a, b] -= low[a, c] * low[b, c]
            low[a, b] /= low[b, b]
            low[a, a] -= low[a, b] ** 2
            nu[a] -= low[a, b] * nu[b]
            w[a] -= low[a, b] * w[b]
        low[a, a] = max(low[a, a], TINY)
        det += math.log(low[a, a])
        low[a, a] = math.sqrt(low[a, a])
        nu[a] /= low[a, a]
        w[a] /= low[a, a]
    return det


def none(belief: Belief) -> Pairs:
    """No pairs at all."""
    nobody = np.zeros(0, dtype=np.int64)
    return Pairs(nobody, nobody, np.zeros((len(belief.mean), 0)), belief.mean[..., :0], belief.cov[..., :0])
