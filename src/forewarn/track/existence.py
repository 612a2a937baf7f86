"""Whether an object is there: how that changes with time, and what kinds it may be.

An object stays for ``life_s`` on the mean. It may be out of a sensor's sight for a spell, though it is in the coverage: a two-state
chain, so that after a few misses a spell is the likely reason and further ones tell little (the second Markov chain of Musicki, Evans and
Stankovic, "Integrated probabilistic data association", IEEE Trans. Automatic Control 39 (6), 1994; *visibility* in Brekke, Hem and Tokle,
"Multitarget tracking with multiple models and visibility", IEEE J. Oceanic Engineering 46 (4), 2021). A sensor that tracks by itself
follows an object in runs with holes between, both of ``correlation_s`` on the mean. Its false plots come in runs too (*ghosts*), which
end with the rate 1 / ``correlation_s``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from forewarn.track import motion
from forewarn.track.belief import Belief
from forewarn.track.plan import NEVER, Plan, Sense

Array = NDArray[np.float64]
WANDER = 0.3
"""m^2/s: the point that a quay or a hull reflects from drifts as the sensor moves; by half a metre in a second, three in half a minute."""


def at(plan: Plan, belief: Belief, t_ns: int) -> Belief:
    """The belief at a later time, with nothing more seen."""
    if t_ns <= belief.t_ns:
        return belief
    if belief.t_ns == NEVER:
        return belief.but(t_ns=t_ns)
    dt = (t_ns - belief.t_ns) / 1e9
    mean, cov, model = motion.predict(plan, belief.mean, belief.cov, belief.model, dt)
    stay = math.exp(-dt / plan.life_s)
    cast_off = belief.fixed * (1.0 - stay)
    return belief.but(
        t_ns=t_ns, mean=mean, cov=cov, model=model, seen=_still_seen(plan, belief.seen, dt), real=belief.real * stay + cast_off,
        ghost=belief.ghost * stay, fixed=belief.fixed - cast_off, spot=wandered(belief.spot, dt) if plan.fixtures else belief.spot,
        unseen=belief.unseen * stay + plan.births * plan.life_s * (1.0 - stay),
    )  # fmt: skip


def wandered(spot: Array, dt: float) -> Array:
    """Where things stand (5, n) ``dt`` seconds later."""
    later = spot.copy()
    later[2::2] += WANDER * dt
    return later


def _still_seen(plan: Plan, seen: Array, dt: float) -> Array:
    """Chances (S, n) to be in sight, ``dt`` seconds later; of sensors without spells they stay."""
    if not any(sense.hidden for sense in plan.senses):
        return seen
    later = seen.copy()
    for sense in plan.senses:
        if sense.hidden:
            usual = 1.0 - sense.hidden
            later[sense.index] = usual + (seen[sense.index] - usual) * math.exp(-dt / (sense.spell_s * usual))
    return later


def freshness(sense: Sense, belief: Belief) -> Array:
    """How new (n,) what this sensor says of each track is, 0 to 1: 1 - exp(-t / tau) after it last showed the track."""
    if sense.tau_s <= 0:
        return np.ones(belief.n)
    since = np.where(belief.hit_ns[sense.index] == NEVER, np.inf, (belief.t_ns - belief.hit_ns[sense.index]) / 1e9)
    return np.asarray(1.0 - np.exp(-np.maximum(since, 0.0) / sense.tau_s))
