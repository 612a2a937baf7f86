"""New tracks: what no track explains is a false plot or an object that nobody has seen yet.

Objects not yet seen by a sensor are a Poisson intensity, even over the ground, with heights and speeds spread as the site says. The
plot's own place, and course and speed where it has them, give the new track's estimate in closed form.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.messages import KINDS
from forewarn.track import fixture, motion, resolve
from forewarn.track.belief import Belief, join
from forewarn.track.look import Look
from forewarn.track.match import HIGH_M, USUAL, Plots, heights
from forewarn.track.plan import HARDLY, MODELS, NEVER, Bell, Plan

Array = NDArray[np.float64]
FAST_MPS = 150.0
"""Spread of each rate of a rocket in flight: some kilometres of range. Their heights are those of all that flies high (``HIGH_M``)."""
LEAST_FALLS = 0.01


class Begun(NamedTuple):
    """A new track from each of m plots: ``mean`` (M, D, m), ``cov`` (M, D, D, m), ``model`` (M, m)."""

    mean: Array
    cov: Array
    model: Array


class Born(NamedTuple):
    """For each of m plots: ``log`` (m,) weight of a new object, ``fixed`` (m,) of a thing that stands, the new track, where it stands
    if it does (5, m), and log opinions (K, m)."""

    log: Array
    fixed: Array
    track: Begun
    spot: Array
    kind: Array
    unseen: Array

    def join(self, plan: Plan, belief: Belief, look: Look, false: Array, new: Array) -> Belief:
        """The belief with the new tracks that are worth keeping; ``new`` (m,): chance that the plot is no old track's."""
        belief = belief.but(unseen=self.unseen)
        other = np.logaddexp(false, self.fixed)
        real = new / (1.0 + np.exp(np.minimum(np.maximum(other - self.log, -300.0), 300.0)))
        fixed = (new - real) * np.exp(self.fixed - other)
        keep = np.flatnonzero(real + fixed >= plan.drop_below)
        if len(keep) == 0:
            return belief
        sense, k = plan.sensors[look.sensor], len(keep)
        seen, hit_ns = plan.followed.repeat(k, axis=1), np.full((len(plan.ids), k), NEVER)
        seen[sense.index], hit_ns[sense.index] = 1.0, look.t_ns
        kind, origin = self.kind.take(keep, axis=-1), np.full(k, sense.index)
        opinion = np.zeros((len(plan.ids), *kind.shape))
        opinion[sense.index] = kind * sense.ghosts
        mean, cov, model = (part.take(keep, axis=-1) for part in self.track)
        return join(belief, {
            "mean": mean, "cov": cov, "model": model, "real": real[keep],
            "ghost": (new - real - fixed)[keep] if sense.ghosts else np.zeros(k),
            "fixed": fixed[keep], "spot": self.spot.take(keep, axis=-1), "origin": origin, "seen": seen, "hit_ns": hit_ns,
            "log_kind": kind, "opinion": opinion, "updated_ns": np.full(k, look.t_ns),
            "label": np.array([origin, look.time_ns[keep], keep]),
        })  # fmt: skip


def born(plan: Plan, belief: Belief, look: Look, plots: Plots, ratio: Array) -> Born:
    """What each plot would be as a new object's."""
    sense, m = plan.sensors[look.sensor], look.place.shape[1]
    track = begun(plan, look, ratio)
    place = track.mean[0, :3]
    chance = look.view.detection(place) if look.scan else np.full(m, look.view.chance)
    if sense.cell is not None and look.view.spot is not None:
        level = motion.merged(belief.mean[:, :2], belief.cov[:, :2, :2], belief.model)
        chance = chance * resolve.open_to(sense.cell, look.view.spot, place[:2], *level, belief.real + belief.fixed)
    density = belief.unseen[sense.index] * np.maximum(chance, 1e-12)
    opinion = np.log(np.array(plan.kinds) @ np.exp(ratio))
    unseen = belief.unseen.copy()
    if look.scan:
        unseen[sense.index] *= 1.0 - look.view.chance
    log = np.log(np.maximum(density, 1e-300)) + plots.false
    fixed = log + opinion + math.log(plan.fixtures) if plan.fixtures else np.full(m, -np.inf)
    return Born(log + opinion, fixed, track, fixture.at_first(sense, look), ratio, unseen)


def begun(plan: Plan, look: Look, ratio: Array) -> Begun:
    """A new track from each plot, with the site's spread where the plot does not tell; ``ratio`` (K, m): log opinions of its kind.

    What falls is of heights and speeds that no site's spread holds. It has its own (``HIGH_M``, ``FAST_MPS``), where the plot's height
    speaks for it; else it falls from where and as fast as the others fly.
    """
    flies = estimate(plan, look, (plan.speed_mps, plan.climb_mps), plan.height)
    falls = falling(plan, look, ratio)
    mean, cov = (np.empty((MODELS, *part.shape)) for part in flies)
    mean[:], cov[:] = flies
    if falls.any():
        own = estimate(plan, look, (FAST_MPS, FAST_MPS), (0.0, HIGH_M))
        mean[-1], cov[-1] = (np.where(falls > 0.0, *parts) for parts in zip(own, flies, strict=True))
    model = np.empty((MODELS, len(falls)))
    model[-1] = np.minimum(np.maximum(falls, HARDLY), 1.0 - HARDLY)
    model[:-1] = (1.0 - model[-1]) / 2.0
    return Begun(mean, cov, model)


def falling(plan: Plan, look: Look, ratio: Array) -> Array:
    """Chance (m,) that a new object is a rocket, and falls: by the sensor's opinion, ``ratio`` (K, m), and the height that it tells.

    0 where it is below ``LEAST_FALLS``, and where no height is told: tracks that may have any speed are near to all plots, and few of them
    are rockets."""
    tall = np.isfinite(look.place[2])
    if not tall.any():
        return np.zeros(len(tall))
    share = np.exp(ratio) * np.array(plan.kinds)[:, None]
    rocket = share[KINDS.index("rocket")] / np.maximum(share.sum(axis=0), 1e-300)
    low, high = heights(plan, np.where(tall, look.place[2], 0.0), look.up_var)
    other = (1.0 - rocket) * np.exp(np.logaddexp(low, high) - high) * (1.0 - USUAL)
    chance = rocket / (rocket + other)
    return np.where(tall & (chance >= LEAST_FALLS), chance, 0.0)


def estimate(plan: Plan, look: Look, speeds: tuple[float, float], height: Bell) -> tuple[Array, Array]:
    """Mean (D, m) and covariance (D, D, m) from each plot alone, with the spread of ``speeds`` (level, climb) and the ``height`` (mean,
    spread) where it does not tell."""
    sense, m = plan.sensors[look.sensor], look.place.shape[1]
    lag, (place, noise, velocity) = (look.t_ns - look.time_ns[:m]) / 1e9, map(np.ascontiguousarray, (look.place, look.noise, look.velocity))
    mean, cov = _estimate(place, noise, look.up_var, velocity, lag, sense.velocity_mps**2, plan.size, speeds, height)
    for at, _, sigma_m in plan.slow:
        for a in (0, 1):
            cov[at + a, at + a] = sigma_m**2
            if at == sense.at:
                cov[a, a] += sigma_m**2
                cov[a, at + a] = cov[at + a, a] = -(sigma_m**2)
    return mean, cov


@njit(cache=True, error_model="numpy")
def _estimate(
    place: Array, noise: Array, up_var: Array, velocity: Array, lag: Array, rate_var: float, size: int, speeds: tuple[float, float],
    height: Bell,
) -> tuple[Array, Array]:  # fmt: skip
    """``estimate`` but for slow errors, of arrays of a ``Look`` and ``lag`` (m,) s; ``rate_var``: of told rates (m^2/s^2)."""
    m = place.shape[1]
    mean, cov = np.zeros((size, m)), np.zeros((size, size, m))
    prior, prior_up = speeds[0] ** 2, height[1] ** 2
    for j in range(m):
        gain = prior / (prior + rate_var) if np.isfinite(velocity[0, j]) else 0.0
        gain_up = prior_up / (prior_up + up_var[j]) if np.isfinite(place[2, j]) else 0.0
        mean[2, j] = height[0] + (gain_up * (place[2, j] - height[0]) if gain_up else 0.0)
        cov[2, 2, j], cov[5, 5, j] = prior_up * (1.0 - gain_up), speeds[1] ** 2
        cov[:2, :2, j] = noise[:, :, j]
        for a in range(2):
            rate, var = gain * velocity[a, j] if gain else 0.0, prior * (1.0 - gain)
            mean[a, j], mean[a + 3, j] = place[a, j] + lag[j] * rate, rate
            cov[a, a, j] += lag[j] ** 2 * var
            cov[a, a + 3, j] = cov[a + 3, a, j] = lag[j] * var
            cov[a + 3, a + 3, j] = var
    return mean, cov
