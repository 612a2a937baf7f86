"""How well places fit tracks: pairs inside the gate, their likelihoods and their Kalman updates, for both models at once.

A plot's components are east, north and, where the sensor gives them, up and the rates east and north. What one plot does not
tell is masked: no row of H, a unit likelihood that false plots have too. Gate: chi-squared at 1 - 1e-5.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.belief import Belief
from forewarn.track.look import Look
from forewarn.track.plan import Plan

Array = NDArray[np.float64]
Index = NDArray[np.int64]

GATE = (0.0, 19.5, 23.0, 25.9, 28.5, 30.9)
"""Squared Mahalanobis distance beyond which one in 1e5 lies, by the number of components (0 to 5)."""
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
            false += _side(z, h, r, d, tall, *plan.height)
        elif part > 2:
            r[d, d] = sense.velocity_mps**2
            false += _side(z, h, r, d, moving, 0.0, plan.speed_mps)
    return Plots(z, h, r, false)


def _side(z: Array, h: Array, r: Array, d: int, told: NDArray[np.bool_], mean: float, sd: float) -> Array:
    """Mask a component where it is not told, in place; log density (m,) of it for false plots."""
    z[d] = np.where(told, z[d], 0.0)
    h[d] *= told
    r[d, d] = np.where(told, r[d, d], 1.0)
    log = -0.5 * ((z[d] - mean) / sd) ** 2 - np.log(sd)
    return np.asarray(np.where(told, log, 0.0) - 0.5 * LOG_2PI)


def pairs(belief: Belief, plot: Plots) -> Pairs:
    """Every track with every plot inside its gate, tracks ascending."""
    track, at = near(belief, plot)
    nu, s, pht = innovation(belief, plot, track, at)
    inverse, logdet = inverted(s)
    d2 = np.einsum("map,mabp,mbp->mp", nu, inverse, nu)
    ok = np.flatnonzero(d2.min(axis=0, initial=np.inf) < GATE[len(plot.z)])
    track, at, nu, inverse, pht = track[ok], at[ok], nu[..., ok], inverse[..., ok], pht[..., ok]
    gain = np.einsum("mdap,mabp->mdbp", pht, inverse)
    mean = belief.mean[..., track] + np.einsum("mdap,map->mdp", gain, nu)
    cov = belief.cov[..., track] - np.einsum("mdap,meap->mdep", gain, pht)
    log = -0.5 * (d2[:, ok] + logdet[:, ok] + len(plot.z) * LOG_2PI)
    return Pairs(track, at, log, mean, cov)


def near(belief: Belief, plot: Plots) -> tuple[Index, Index]:
    """Pairs that boxes along the axes cannot rule out: no wider apart on either than the gate's share of all spreads together."""
    close = np.ones((belief.n, plot.z.shape[1]), dtype=bool)
    lag = -plot.h[0, 3]
    late = bool(lag.any())
    for a in (0, 1):
        slow = [d for d in range(6, belief.mean.shape[1]) if plot.h[a, d].any()]
        ends = belief.mean[:, [a, *slow]].sum(axis=1) if slow else belief.mean[:, a]
        spread = sum(np.sqrt(belief.cov[:, d, d].max(axis=0)) for d in (a, *slow))
        low, high = ends.min(axis=0), ends.max(axis=0)
        reach = np.sqrt(GATE[-1]) * (spread[:, None] + np.sqrt(plot.r[a, a])) + ((high - low) / 2)[:, None]
        where = ((high + low) / 2)[:, None] - plot.z[a]
        if late:
            where = where - belief.mean[:, a + 3].mean(axis=0)[:, None] * lag
            rate = np.sqrt(GATE[-1] * belief.cov[:, a + 3, a + 3].max(axis=0)) + np.ptp(belief.mean[:, a + 3], axis=0) / 2
            reach += rate[:, None] * np.abs(lag)
        close &= np.abs(where) <= reach
    track, at = np.nonzero(close)
    return track.astype(np.int64), at.astype(np.int64)


def innovation(belief: Belief, plot: Plots, track: Index, at: Index) -> tuple[Array, Array, Array]:
    """For pairs: z - H x (M, d, p), its covariance (M, d, d, p), and P H' (M, D, d, p)."""
    h = plot.h[..., at]
    nu = plot.z[:, at] - np.einsum("adp,mdp->map", h, belief.mean[..., track])
    pht = np.einsum("mdep,aep->mdap", belief.cov[..., track], h)
    return nu, np.einsum("adp,mdbp->mabp", h, pht) + plot.r[..., at], pht


def inverted(s: Array) -> tuple[Array, Array]:
    """Inverse of positive definite (M, d, d, p), and log determinants (M, p)."""
    last: NDArray[Any] = np.moveaxis(s, (1, 2), (-2, -1))
    if last.size == 0:
        return s, np.zeros((s.shape[0], s.shape[3]))
    return np.moveaxis(np.linalg.inv(last), (-2, -1), (1, 2)), np.linalg.slogdet(last)[1]


def none(belief: Belief) -> Pairs:
    """No pairs at all."""
    nobody = np.zeros(0, dtype=np.int64)
    return Pairs(nobody, nobody, np.zeros((2, 0)), belief.mean[..., :0], belief.cov[..., :0])
