"""How well places fit tracks: pairs inside the gate, their likelihoods and their Kalman updates, for all models at once.

A plot's components are east, north and, where the sensor gives them, up and the rates east and north. What one plot does not
tell is masked: no row of H, a unit likelihood that false plots have too. Gate: chi-squared at 1 - 1e-5.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

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
    place, noise, velocity = (np.ascontiguousarray(a) for a in (look.place, look.noise, look.velocity))
    rates, false = (velocity, sense.velocity_mps**2), (*plan.height, plan.speed_mps)
    return Plots(*_measured(place, noise, look.up_var, *rates, lag, plan.size, sense.at, false))


@njit(cache=True, error_model="numpy")
def _measured(
    place: Array, noise: Array, up_var: Array, velocity: Array, rate_var: float, lag: Array, size: int, slow: int,
    usual: tuple[float, float, float],
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """``Plots`` of the arrays of a ``Look``, its rates' variance (m^2/s^2) and ``lag`` (m,) s. ``slow``: where the sensor's slow error
    stands in a state of ``size``, 0: it has none; ``usual``: mean and spread of heights (m), spread of rates (m/s)."""
    m = place.shape[1]
    tall, moving = np.isfinite(place[2]), np.isfinite(velocity[0])
    parts = [0, 1]
    if tall.any():
        parts.append(2)
    if moving.any():
        parts += [3, 4]
    z, h, r, false = np.zeros((len(parts), m)), np.zeros((len(parts), size, m)), np.zeros((len(parts), len(parts), m)), np.zeros(m)
    r[:2, :2] = noise
    for d, part in enumerate(parts):
        for j in range(m):
            if (part == 2 and not tall[j]) or (part > 2 and not moving[j]):
                r[d, d, j] = 1.0
                false[j] -= 0.5 * LOG_2PI
                continue
            z[d, j] = place[part, j] if part < 3 else velocity[part - 3, j]
            h[d, part, j] = 1.0
            if part < 3:
                h[d, part + 3, j] = -lag[j]
            if part < 2 and slow:
                h[d, slow + part, j] = 1.0
            if part == 2:
                r[d, d, j] = up_var[j]
                false[j] += np.logaddexp(*_heights(z[d, j], 0.0, usual[0], usual[1]))
            if part > 2:
                r[d, d, j] = rate_var
                false[j] += _bell(z[d, j], 0.0, usual[2])
    return z, h, r, false


def heights(plan: Plan, up: Array, variance: Array | float = 0.0) -> tuple[Array, Array]:
    """Log density of heights (m,), told with an error of ``variance`` (m^2), in two parts: ``USUAL`` of all, false plots too, are as high
    as the site says, the rest as high as anything flies."""
    low, high = _heights(up, variance, *plan.height)
    return np.asarray(low), np.asarray(high)


@njit(cache=True, error_model="numpy")
def _heights(up: Any, variance: Any, mean: float, sd: float) -> tuple[Any, Any]:
    """``heights``, numbers or arrays."""
    low, high = np.sqrt(sd**2 + variance), np.sqrt(HIGH_M**2 + variance)
    return math.log(USUAL) + _bell(up, mean, low), math.log(1.0 - USUAL) + _bell(up, 0.0, high)


@njit(cache=True, error_model="numpy")
def _bell(x: Any, mean: float, sd: Any) -> Any:
    """Log density of a normal, numbers or arrays."""
    return -0.5 * ((x - mean) / sd) ** 2 - np.log(sd) - 0.5 * LOG_2PI


def pairs(belief: Belief, plot: Plots) -> Pairs:
    """Every track with every plot inside its gate, tracks ascending."""
    whole = np.ascontiguousarray
    mean, cov, z, h, r = whole(belief.mean), whole(belief.cov), whole(plot.z), whole(plot.h), whole(plot.r)
    track, at = near(mean, cov, z, h, r)
    log, mean, cov, d2 = fitted(mean, cov, z, h, r, track, at)
    ok = np.minimum.reduce(d2, axis=0) < GATE[len(plot.z)]
    if not ok.all():
        track, at, log, mean, cov = track[ok], at[ok], log[:, ok], mean[..., ok], cov[..., ok]
    return Pairs(track, at, log, mean, cov)


@njit(cache=True)
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
            drift = (rates.max() + rates.min()) / 2
            for j in range(z.shape[1]):
                lag = -h[a, a + 3, j]
                reach = gate * (spread + math.sqrt(r[a, a, j])) + half + rate * abs(lag)
                close[i, j] &= abs(middle - z[a, j] - drift * lag) <= reach
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
