"""New tracks: what no track explains is a false plot or an object that nobody has seen yet.

Objects not yet seen by a sensor are a Poisson intensity, even over the ground, with heights and speeds spread as the site says. The
plot's own place, and course and speed where it has them, give the new track's estimate in closed form.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.belief import NEVER, Belief, join
from forewarn.track.look import Look
from forewarn.track.match import Plots
from forewarn.track.plan import Plan

Array = NDArray[np.float64]


class Born(NamedTuple):
    """For each of m plots: ``log`` (m,) weight of a new object, the estimate (D, m), (D, D, m) and log opinions (K, m)."""

    log: Array
    mean: Array
    cov: Array
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
        both = np.stack([self.mean[:, keep]] * 2), np.stack([self.cov[..., keep]] * 2)
        return join(belief, {
            "mean": both[0], "cov": both[1], "model": np.full((2, k), 0.5), "real": real[keep],
            "ghost": (new - real)[keep] if sense.ghosts else np.zeros(k), "origin": np.full(k, sense.index), "seen": seen,
            "hit_ns": hit_ns, "log_kind": self.kind[:, keep], "opinion": opinion, "updated_ns": np.full(k, look.t_ns),
            "label": np.stack([np.full(k, sense.index), look.time_ns[keep], keep]),
        })  # fmt: skip


def born(plan: Plan, belief: Belief, look: Look, plots: Plots, ratio: Array) -> Born:
    """What each plot would be as a new object's."""
    sense, m = plan.sensors[look.sensor], look.place.shape[1]
    mean, cov = estimate(plan, look, plots)
    place = mean[:3]
    chance = look.view.detection(place) if look.scan else np.full(m, look.view.chance)
    density = belief.unseen[sense.index] * np.maximum(chance, 1e-12)
    opinion = np.log((np.exp(ratio) * np.array(plan.kinds)[:, None]).sum(axis=0))
    unseen = belief.unseen.copy()
    if look.scan:
        unseen[sense.index] *= 1.0 - look.view.chance
    return Born(np.log(np.maximum(density, 1e-300)) + plots.false + opinion, mean, cov, ratio, unseen)


def estimate(plan: Plan, look: Look, plots: Plots) -> tuple[Array, Array]:
    """Mean (D, m) and covariance (D, D, m) from the plot alone, with the site's spread where it does not tell."""
    sense, m, d = plan.sensors[look.sensor], look.place.shape[1], plan.size
    mean, cov = np.zeros((d, m)), np.zeros((d, d, m))
    told, tall = np.isfinite(look.velocity[0]), np.isfinite(look.place[2])
    prior = plan.speed_mps**2
    gain = prior / (prior + sense.velocity_mps**2) * told
    mean[3:5] = np.where(told, look.velocity, 0.0) * gain
    cov[3, 3] = cov[4, 4] = prior * (1.0 - gain)
    cov[5, 5] = plan.climb_mps**2
    prior_up = plan.height[1] ** 2
    gain = prior_up / (prior_up + look.up_var) * tall
    mean[2] = plan.height[0] + gain * (np.where(tall, look.place[2], plan.height[0]) - plan.height[0])
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
