"""New tracks: what no track explains is a false plot or an object that nobody has seen yet.

Objects not yet seen by a sensor are a Poisson intensity, even over the ground, with heights and speeds spread as the site says. The
plot's own place, and course and speed where it has them, give the new track's estimate in closed form.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.messages import KINDS
from forewarn.track import motion, resolve
from forewarn.track.belief import NEVER, Belief, join
from forewarn.track.look import Look
from forewarn.track.match import HIGH_M, USUAL, Plots, heights
from forewarn.track.plan import HARDLY, Bell, Plan

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
    """For each of m plots: ``log`` (m,) weight of a new object, the new track and log opinions (K, m)."""

    log: Array
    track: Begun
    kind: Array
    unseen: Array

    def join(self, plan: Plan, belief: Belief, look: Look, false: Array, new: Array) -> Belief:
        """The belief with the new tracks that are worth keeping; ``new`` (m,): chance that the plot is no old track's."""
        belief = belief.but(unseen=self.unseen)
        real = new / (1.0 + np.exp(np.clip(false - self.log, -300, 300)))
        keep = np.flatnonzero(real >= plan.drop_below)
        if len(keep) == 0:
            return belief
        sense, k = plan.sensors[look.sensor], len(keep)
        tau = np.array([s.tau_s for s in plan.senses])
        seen = np.where([s.ghosts for s in plan.senses], 0.5, 1.0)[:, None] * np.ones(k)
        hit_ns = np.full((len(tau), k), NEVER, dtype=np.int64)
        seen[sense.index], hit_ns[sense.index] = 1.0, look.t_ns
        opinion = np.zeros((len(tau), *self.kind[:, keep].shape))
        opinion[sense.index] = self.kind[:, keep] * sense.ghosts
        mean, cov, model = (part[..., keep] for part in self.track)
        return join(belief, {
            "mean": mean, "cov": cov, "model": model, "real": real[keep],
            "ghost": (new - real)[keep] if sense.ghosts else np.zeros(k), "origin": np.full(k, sense.index), "seen": seen,
            "hit_ns": hit_ns, "log_kind": self.kind[:, keep], "opinion": opinion, "updated_ns": np.full(k, look.t_ns),
            "label": np.stack([np.full(k, sense.index), look.time_ns[keep], keep]),
        })  # fmt: skip


def born(plan: Plan, belief: Belief, look: Look, plots: Plots, ratio: Array) -> Born:
    """What each plot would be as a new object's."""
    sense, m = plan.sensors[look.sensor], look.place.shape[1]
    track = begun(plan, look, ratio)
    place = track.mean[0, :3]
    chance = look.view.detection(place) if look.scan else np.full(m, look.view.chance)
    if sense.cell is not None and look.view.spot is not None:
        level = motion.merged(belief.mean[:, :2], belief.cov[:, :2, :2], belief.model)
        chance = chance * resolve.open_to(sense.cell, look.view.spot, place[:2], *level, belief.real)
    density = belief.unseen[sense.index] * np.maximum(chance, 1e-12)
    opinion = np.log((np.exp(ratio) * np.array(plan.kinds)[:, None]).sum(axis=0))
    unseen = belief.unseen.copy()
    if look.scan:
        unseen[sense.index] *= 1.0 - look.view.chance
    return Born(np.log(np.maximum(density, 1e-300)) + plots.false + opinion, track, ratio, unseen)


def begun(plan: Plan, look: Look, ratio: Array) -> Begun:
    """A new track from each plot, with the site's spread where the plot does not tell; ``ratio`` (K, m): log opinions of its kind.

    What falls is of heights and speeds that no site's spread holds. It has its own (``HIGH_M``, ``FAST_MPS``), where the plot's height
    speaks for it; else it falls from where and as fast as the others fly.
    """
    flies = estimate(plan, look, (plan.speed_mps, plan.climb_mps), plan.height)
    falls = falling(plan, look, ratio)
    chance = np.clip(falls, HARDLY, 1.0 - HARDLY)
    wide = flies
    if falls.any():
        own = estimate(plan, look, (FAST_MPS, FAST_MPS), (0.0, HIGH_M))
        wide = np.where(falls > 0.0, own[0], flies[0]), np.where(falls > 0.0, own[1], flies[1])
    mean, cov = (np.stack([flies[part], flies[part], wide[part]]) for part in (0, 1))
    return Begun(mean, cov, np.stack([(1.0 - chance) / 2.0, (1.0 - chance) / 2.0, chance]))


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
    sense, m, d = plan.sensors[look.sensor], look.place.shape[1], plan.size
    mean, cov = np.zeros((d, m)), np.zeros((d, d, m))
    told, tall = np.isfinite(look.velocity[0]), np.isfinite(look.place[2])
    prior = speeds[0] ** 2
    gain = prior / (prior + sense.velocity_mps**2) * told
    mean[3:5] = np.where(told, look.velocity, 0.0) * gain
    cov[3, 3] = cov[4, 4] = prior * (1.0 - gain)
    cov[5, 5] = speeds[1] ** 2
    prior_up = height[1] ** 2
    gain = prior_up / (prior_up + look.up_var) * tall
    mean[2] = height[0] + gain * (np.where(tall, look.place[2], height[0]) - height[0])
    cov[2, 2] = prior_up * (1.0 - gain)
    lag = (look.t_ns - look.time_ns[:m]) / 1e9
    mean[:2] = look.place[:2] + lag * mean[3:5]
    cov[:2, :2] = look.noise
    for a in (0, 1):
        cov[a, a] += lag**2 * cov[a + 3, a + 3]
        cov[a, a + 3] = cov[a + 3, a] = lag * cov[a + 3, a + 3]
    for at, _, sigma_m in plan.slow:
        for a in (0, 1):
            cov[at + a, at + a] = sigma_m**2
            if at == sense.at:
                cov[a, a] += sigma_m**2
                cov[a, at + a] = cov[at + a, a] = -(sigma_m**2)
    return mean, cov
