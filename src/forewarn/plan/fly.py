"""One approach flown through the watch's own rule: looks drawn, the track and its existence carried on, until the zone would be warned.

What is kept of the chain: each sensor's looks with the chance that ``View.detection`` gives; all tracks that the object's own plots begin,
with birth, existence, ghosts, merging and end by the tracker's recursion (``track.update``, ``track.birth``, ``track.existence``,
``track.tidy``); both motion models; the learned map of false plots, and what the object's plots add to it while they pass for false
(``sight.clutter``); what the motion says of the kind (``identify.kinds``); the chance of entry by ``project``'s own sample paths; the
comparison of ``warn.decision`` at each tick, of each track by itself. Left out: other objects, false plots as such, what a sensor's labels
and readings say, and claims.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan import chance
from forewarn.plan.chance import normal, uniform
from forewarn.plan.course import Course, expected
from forewarn.plan.existence import carry, there
from forewarn.plan.judge import warns
from forewarn.plan.learned import nothing
from forewarn.plan.numbers import Place, Samples, Senses, Watch
from forewarn.plan.plots import hit
from forewarn.plan.tracks import MOST, none, tidy

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@numba.njit(cache=True, nogil=True)
def warned_s(watch: Watch, senses: Senses, ways: Samples, zone: Place, course: Course, enters_s: float, seed: int) -> float:
    """Seconds from the warning to the entry, 0 if none came before it; ``enters_s``: when, after its appearance, the object enters."""
    sensors = len(senses.what)
    tracks, learned, unshown = none(watch.size, sensors), nothing(sensors), np.zeros(MOST)
    slow, really = np.zeros((sensors, 2)), np.zeros(sensors, dtype=np.bool_)  # each sensor's error of the moment; whether it follows
    looks, last = np.zeros(sensors, dtype=np.int64), np.full(sensors, -math.inf)
    due = np.array([senses.interval_s[s] * uniform(seed, s, 0, chance.PHASE) for s in range(sensors)])
    tick, now = watch.tick_s * uniform(seed, 4095, 0, chance.PHASE), 0.0
    while True:
        s = int(np.argmin(due)) if sensors else 0
        then = min(due[s], tick) if sensors else tick
        if then >= enters_s:
            return 0.0
        carry(watch, senses, tracks, then - now)
        now = then
        if sensors == 0 or tick < due[s]:
            tick += watch.tick_s
            if warns(watch, zone, ways, tracks):
                return enters_s - now
            continue
        k = min(int(now / course.step_s + 0.5), course.path.shape[1] - 1)
        looks[s] += 1
        seen = _shown(senses, s, looks[s], really, slow, seed, course.shown[s, k], now - last[s])
        last[s] = now
        due[s] += senses.interval_s[s]
        if seen:
            true = course.path[:, k] + (now - k * course.step_s) * _ahead(course.path[:, k])
            hit(watch, senses, s, course, true, slow[s], looks[s], seed, tracks, learned[s], now)
        elif senses.scan[s]:
            there(senses, s, expected(course, s, tracks), unshown, unshown, tracks)
        tidy(watch, tracks, looks, now)


@numba.njit(cache=True, nogil=True)
def _ahead(state: Array) -> Array:
    rates = np.zeros(6)
    rates[:3] = state[3:]
    return rates


@numba.njit(cache=True, nogil=True)
def _shown(senses: Senses, s: int, look: int, really: NDArray[np.bool_], slow: Array, seed: int, p: float, since_s: float) -> bool:
    """Whether a look shows the object. There may be spells in which it does not; that of a sensor that tracks by itself has an error that
    stays."""
    (tau_s, sigma_m), (hidden, mean_s) = senses.slow[s], senses.spells[s]
    if hidden > 0.0:
        fade = 0.0 if look == 1 else math.exp(-since_s / (mean_s * (1.0 - hidden)))
        stays = 1.0 - (hidden if really[s] or look == 1 else 1.0 - hidden) * (1.0 - fade)
        really[s] = (really[s] or look == 1) == (uniform(seed, s, look, chance.FOLLOW) < stays)
    if tau_s > 0.0:
        keep = 0.0 if look == 1 else math.exp(-since_s / tau_s)
        for a in range(2):
            slow[s, a] = keep * slow[s, a] + math.sqrt(1.0 - keep * keep) * sigma_m * normal(seed, s, look, chance.SLOW_EAST + a)
    return (hidden == 0.0 or really[s]) and uniform(seed, s, look, chance.HIT) < p


@numba.njit(cache=True, nogil=True)
def many(watch: Watch, senses: Senses, ways: Samples, zone: Place, course: Course, enters_s: float, seeds: Ints) -> Array:
    """``warned_s`` for each seed."""
    found = np.empty(len(seeds))
    for i in range(len(seeds)):
        found[i] = warned_s(watch, senses, ways, zone, course, enters_s, seeds[i])
    return found
