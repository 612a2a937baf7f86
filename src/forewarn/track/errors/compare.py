"""Comparisons: a plot that is clearly a track's beside the last place that another sensor, or a claim, clearly showed of the same track.

Plots are compared with plots, not with the track's estimate, which has the sensor's own errors in it: so no sensor learns from what it
alone has seen. The other's place is carried over with the track's velocity; z_s - z_r = J_s b_s - J_r b_r + noise of both and of the
way. As an angle of some degrees is not small, both are taken with the errors as now estimated off, and the Jacobian there.

A place is compared once with each other sensor's. Errors that stay alike for ``correlation_s`` (a claim's: ``between.CLAIM_S``) tell anew
with 1 - exp(-t / tau) alone; where both of two sensors plot, each plot is used twice and counts half; of several others each counts its
share of what they all would tell. What is odd weighs less: a claim that lies, a wrong pair (``again``). ``between`` has the numbers.

Each ledger of the belief goes through this by itself, with what it knows and what it has compared: the first with sensors' places alone,
so that no claim moves what is taken off plots; the second, which the first claim beside a track begins, with claims' places too.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.belief import PLACE, Belief
from forewarn.track.errors import again, between, joint
from forewarn.track.errors.joint import EACH, Joint
from forewarn.track.look import Look
from forewarn.track.plan import Plan, Sense

Array = NDArray[np.float64]
Index = NDArray[np.int64]
CLEAR = 0.9  # a comparison is made where the track is there with this chance, and a pair likelier than its rivals by as much
LIKELY = 0.5  # chance of the pair, false plots among what else it may be, from which it is made; it weighs by that chance
GATE = 13.8  # squared distance of a claim from a track, of two numbers: chi-squared, 1e-3
LEVEL, RATES = np.array([0, 1, 3, 4]), np.array([3, 4])  # of a track's state: place and velocity over ground; velocity


def learn(plan: Plan, belief: Belief, look: Look, track: Index, plot: Index, chance: Array, lines: bool) -> Belief:
    """The belief with what clear pairs of ``track`` and ``plot`` (p,) tell, each with its ``chance`` (p,), 0 where it is not clear;
    ``plot`` counts bearings if ``lines``, else places.

    ``look`` is as the sensor gave it, with the stated bias off and nothing else; the belief is at its time, before the look."""
    sense = plan.sensors[look.sensor]
    sure = (belief.real[track] > CLEAR) & (chance > LIKELY)
    track, plot, chance = track[sure], plot[sure], chance[sure]
    if len(track) == 0:
        return belief
    ledgers, compared_ns = list(belief.ledgers), belief.compared_ns.copy()
    for which, last_ns in enumerate(compared_ns[:, sense.index]):
        ledgers[which] = _compared(plan, belief, look, which, last_ns, track, plot, chance, lines)
    belief = belief.but(ledgers=tuple(ledgers), compared_ns=compared_ns)
    return belief if lines else _shown(belief, look, sense, track, plot)


def _compared(
    plan: Plan, belief: Belief, look: Look, which: int, last_ns: Index, track: Index, plot: Index, chance: Array, lines: bool
) -> Joint:
    """Ledger ``which`` with what clear pairs tell it; ``last_ns`` (n,), its last comparisons of the look's sensor, is kept up. The first
    ledger compares with sensors' places, the second with claims' too."""
    known, own, time_ns = belief.ledgers[which], plan.sensors[look.sensor].index, look.time_ns[plot + (look.place.shape[1] if lines else 0)]
    sensor, pair, age, share = between.chosen(own, which > 0, belief.shown_ns, last_ns, track, time_ns, chance, plan.tau_s, plan.does)
    if len(pair) == 0:
        return known
    with_track, off = track[pair], joint.read(known, plan.stated).mean.reshape(-1, EACH)
    rate, spread = kinematics(belief.mean, belief.cov, belief.model, with_track, RATES)
    dt = age + off[sensor, 2] - off[own, 2]
    other = between.carried(belief.shown, sensor, with_track, dt, off, rate, spread, max(plan.power), plan.does[1])
    numbers = (_bearings if lines else _places)(plan, look, plot[pair], off, rate, sensor, other)
    last_ns[with_track] = time_ns[pair]
    return _added(plan, known, look.t_ns, own, sensor, share, *numbers)


def vouch(plan: Plan, belief: Belief, look: Look) -> Belief:
    """A claim beside the tracks: where it can be one track's alone, its place is kept to compare that track's plots with."""
    if not belief.n:
        return belief
    mean, cov = kinematics(belief.mean, belief.cov, belief.model, np.arange(belief.n), LEVEL)
    dt = (look.t_ns - belief.t_ns) / 1e9
    gap = look.place[:2] - (mean[:2] + dt * mean[2:])
    away = np.hypot(*gap)
    reach = np.sqrt(GATE * (cov[0, 0] + cov[1, 1] + dt**2 * (cov[2, 2] + cov[3, 3]) + look.noise[0, 0, 0]))
    reach += joint.LOOSE[1] + joint.LOOSE[0] * np.hypot(*mean[:2])
    near = np.flatnonzero((away < reach) & (belief.real > 1.0 - CLEAR))
    if len(near) != 1 or belief.real[near[0]] <= CLEAR:
        return belief
    return _shown(_begun(belief), look, plan.sensors[look.sensor], near, np.zeros(1, dtype=np.int64))


def _begun(belief: Belief) -> Belief:
    """With the second ledger: until a claim is beside a track, it is the first."""
    if len(belief.ledgers) > 1:
        return belief
    return belief.but(ledgers=belief.ledgers * 2, compared_ns=np.repeat(belief.compared_ns, 2, axis=0))


@njit(cache=True)
def kinematics(mean: Array, cov: Array, model: Array, track: Index, part: Index) -> tuple[Array, Array]:
    """The numbers ``part`` (d,) of the states of ``track`` (p,): mean (d, p) and covariance (d, d, p), over all models."""
    d, p = len(part), len(track)
    whole, spread = np.zeros((d, p)), np.zeros((d, d, p))
    for j, i in enumerate(track):
        for m in range(len(model)):
            for a in range(d):
                whole[a, j] += model[m, i] * mean[m, part[a], i]
        for m in range(len(model)):
            for a in range(d):
                for b in range(d):
                    apart = (mean[m, part[a], i] - whole[a, j]) * (mean[m, part[b], i] - whole[b, j])
                    spread[a, b, j] += model[m, i] * (cov[m, part[a], part[b], i] + apart)
    return whole, spread


def _shown(belief: Belief, look: Look, sense: Sense, track: Index, plot: Index) -> Belief:
    """With the places ``plot`` of the look as the last that its sensor clearly showed of ``track``."""
    shown, shown_ns = belief.shown.copy(), belief.shown_ns.copy()
    place, noise, slow = look.place[:2, plot], look.noise[..., plot], sense.slow_m**2 if sense.at else 0.0
    row = np.empty((PLACE, len(plot)))
    row[:2], row[2:4] = place, place - _spot(look, place)
    row[4], row[5], row[6] = noise[0, 0] + slow, noise[0, 1], noise[1, 1] + slow
    shown[sense.index][:, track], shown_ns[sense.index, track] = row, look.time_ns[plot]
    return belief.but(shown=shown, shown_ns=shown_ns)


def _spot(look: Look, place: Array) -> Array:
    """Where the sensor stands (2, 1); if it stands nowhere, each ``place`` (2, k) itself."""
    return np.array(look.view.spot[:2])[:, None] if look.view.spot else place


def _places(
    plan: Plan, look: Look, plot: Index, off: Array, rate: Array, sensor: Index, other: between.Carried
) -> tuple[Array, Array, Array]:
    """Differences (2, k) of places, their Jacobian (2, B, k) and noise (2, 2, k)."""
    sense, place, noise = plan.sensors[look.sensor], look.place[:2].take(plot, axis=-1), look.noise.take(plot, axis=-1)
    if sense.at:
        noise = noise + sense.slow_m**2 * np.eye(2)[..., None]
    return between.places(sense.index, place, _spot(look, place), noise, off, rate, sensor, other)


def _bearings(
    plan: Plan, look: Look, plot: Index, off: Array, rate: Array, sensor: Index, other: between.Carried
) -> tuple[Array, Array, Array]:
    """Differences (1, k) of bearings, their Jacobian (1, B, k) and noise (1, 1, k)."""
    spot, own = _spot(look, np.zeros((2, 1))), plan.sensors[look.sensor].index
    return between.bearings(own, look.bearing[plot], look.bearing_sd[plot], spot, off, rate, sensor, other)


def _added(plan: Plan, known: Joint, t_ns: int, own: int, sensor: Index, share: Array, y: Array, jacobian: Array, noise: Array) -> Joint:
    """The comparisons of sensor ``own`` with each ``sensor`` (k,) taken in, each for its ``share`` (k,), what is odd with less weight."""
    now = joint.read(known, plan.loose)
    inverse, d2 = between.surprise(y, jacobian, noise, now.mean, now.cov)
    weight = share * again.weighed(len(y), d2)
    added = joint.add(known, t_ns, jacobian, y, inverse, weight)
    return again.judged(added, now, own, sensor, jacobian, y, inverse, share, weight)
