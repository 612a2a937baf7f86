"""Comparisons: a plot that is clearly a track's beside the last place that another sensor, or a claim, clearly showed of the same track.

Plots are compared with plots, not with the track's estimate, which has the sensor's own errors in it: so no sensor learns from what it
alone has seen. The other's place is carried over with the track's velocity; z_s - z_r = J_s b_s - J_r b_r + noise of both and of the
way. As an angle of some degrees is not small, both are taken with the errors as now estimated off, and the Jacobian there.

A place is compared once with each other sensor's. Errors that stay alike for ``correlation_s`` (a claim's: ``CLAIM_S``) tell anew with
1 - exp(-t / tau) alone; where both of two sensors plot, each plot is used twice and counts half; of several others each counts its share
of what they all would tell. Weights (nu + d) / (nu + d2) of Student's t (Lange, Little and Taylor, J. American Statistical Association
84, 1989) hold down what is odd: a claim that lies, a wrong pair.

Each ledger of the belief goes through this by itself, with what it knows and what it has compared: the first with sensors' places alone,
so that no claim moves what is taken off plots; the second, which the first claim beside a track begins, with claims' places too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.track.belief import NEVER, Belief
from forewarn.track.errors import joint
from forewarn.track.errors.joint import EACH, Joint
from forewarn.track.errors.place import of_place, true
from forewarn.track.look import Look
from forewarn.track.plan import Plan, Sense

Array = NDArray[np.float64]
Index = NDArray[np.int64]
CLEAR = 0.9  # a comparison is made where the track is there with this chance, and a pair likelier than its rivals by as much
LIKELY = 0.5  # chance of the pair, false plots among what else it may be, from which it is made; it weighs by that chance
WINDOW_S = 5.0  # a place older than this is no longer compared with
CLAIM_S = 60.0  # an object's claims err alike, or lie alike, for so long
NU = 4.0
NARROW = 0.26  # radians: a bearing is not compared where the other's place leaves it less sure than this
GATE = 13.8  # squared distance of a claim from a track, of two numbers: chi-squared, 1e-3
LEVEL, RATES = np.array([0, 1, 3, 4]), np.array([3, 4])  # of a track's state: place and velocity over ground; velocity


class Clear(NamedTuple):
    """p clear pairs: ``track``, ``plot``, ``time_ns``, ``chance`` (p,); the tracks' ``rate`` (2, p), its covariance ``spread`` (2, 2, p);
    ``age`` (S, p): seconds since each sensor, or receiver of claims, clearly showed the track, infinite where it never did."""

    track: Index
    plot: Index
    time_ns: Index
    chance: Array
    rate: Array
    spread: Array
    age: Array


class Others(NamedTuple):
    """k places to compare with: the ``pair`` (k,) that each is for; ``place``, ``cov``, ``jacobian`` (2, k), (2, 2, k), (2, B, k) of each,
    with the sensors' errors ``off`` (B,) off it and carried over to the plot's time by both clocks; the object's ``rate`` (2, k);
    ``weight`` (k,)."""

    pair: Index
    place: Array
    cov: Array
    jacobian: Array
    off: Array
    rate: Array
    weight: Array


def learn(plan: Plan, belief: Belief, look: Look, track: Index, plot: Index, chance: Array, lines: bool) -> Belief:
    """The belief with what clear pairs of ``track`` and ``plot`` (p,) tell, each with its ``chance`` (p,), 0 where it is not clear;
    ``plot`` counts bearings if ``lines``, else places.

    ``look`` is as the sensor gave it, with the stated bias off and nothing else; the belief is at its time, before the look."""
    sense = plan.sensors[look.sensor]
    sure = (belief.real[track] > CLEAR) & (chance > LIKELY)
    track, plot, chance = track[sure], plot[sure], chance[sure]
    if len(track) == 0:
        return belief
    time_ns = look.time_ns[plot + (look.place.shape[1] if lines else 0)]
    clear = Clear(track, plot, time_ns, chance, *_kinematics(belief, track, RATES), _ages(belief, track, time_ns))
    compared_ns, ledgers = belief.compared_ns.copy(), []
    for heeds, known, last_ns in zip(_heeds(plan), belief.ledgers, compared_ns[:, sense.index], strict=False):
        others = _others(plan, belief, sense, clear, known, heeds, last_ns[track])
        if len(others.pair):
            numbers = _bearing(look, sense, plot, others) if lines else _place(look, sense, plot, others)
            known = _added(plan, known, look.t_ns, others, *numbers)
            last_ns[track[others.pair]] = time_ns[others.pair]
        ledgers.append(known)
    belief = belief.but(ledgers=tuple(ledgers), compared_ns=compared_ns)
    return belief if lines else _shown(belief, look, sense, track, plot)


def _heeds(plan: Plan) -> NDArray[np.bool_]:
    """Whose places (2, S) each ledger compares with."""
    return np.array([[not s.claims for s in plan.senses], [True] * len(plan.ids)])


def vouch(plan: Plan, belief: Belief, look: Look) -> Belief:
    """A claim beside the tracks: where it can be one track's alone, its place is kept to compare that track's plots with."""
    if not belief.n:
        return belief
    mean, cov = _kinematics(belief, np.arange(belief.n), LEVEL)
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


def _kinematics(belief: Belief, track: Index, part: Index) -> tuple[Array, Array]:
    """The numbers ``part`` (d,) of the states of ``track`` (p,): mean (d, p) and covariance (d, d, p), over all models."""
    model, means = belief.model[:, track], belief.mean[:, part[:, None], track]
    mean = np.einsum("mp,mdp->dp", model, means)
    off = means - mean
    cov = belief.cov[:, part[:, None, None], part[:, None], track] + off[:, :, None] * off[:, None]
    return mean, np.einsum("mp,mdep->dep", model, cov)


def _shown(belief: Belief, look: Look, sense: Sense, track: Index, plot: Index) -> Belief:
    """With the places ``plot`` of the look as the last that its sensor clearly showed of ``track``."""
    shown, shown_ns = belief.shown.copy(), belief.shown_ns.copy()
    spot = np.array(look.view.spot[:2])[:, None] if look.view.spot else look.place[:2, plot]
    noise, slow = look.noise[..., plot], sense.slow_m**2 if sense.at else 0.0
    rows = [*look.place[:2, plot], *(look.place[:2, plot] - spot), noise[0, 0] + slow, noise[0, 1], noise[1, 1] + slow]
    shown[sense.index][:, track], shown_ns[sense.index, track] = np.stack(rows), look.time_ns[plot]
    return belief.but(shown=shown, shown_ns=shown_ns)


def _others(plan: Plan, belief: Belief, sense: Sense, clear: Clear, known: Joint, heeds: NDArray[np.bool_], last_ns: Index) -> Others:
    """What clear pairs are compared with for one ledger, which has ``known``, ``heeds`` (S,) and ``last_ns`` (p,) compared these tracks."""
    use = (np.abs(clear.age) <= WINDOW_S) & (belief.shown_ns[:, clear.track] > last_ns) & heeds[:, None]
    use[sense.index] = False
    sensor, pair = np.nonzero(use)
    rate = clear.rate[:, pair]
    off = joint.read(known, plan.stated).mean
    clock = off[2::EACH]
    shown, dt = belief.shown[sensor, :, clear.track[pair]].T, clear.age[sensor, pair] + clock[sensor] - clock[sense.index]
    noise = shown[[[4, 5], [5, 6]]] + dt**2 * clear.spread[..., pair]
    noise[[0, 1], [0, 1]] += max(plan.power) * np.abs(dt) ** 3 / 3.0
    away = true(shown[2:4], off.reshape(-1, EACH).T[:, sensor])
    place = shown[:2] - shown[2:4] + away + dt * rate
    exact = np.array([s.claims for s in plan.senses])[sensor]
    jacobian = _spread_out(np.where(exact, 0.0, of_place(away, rate)), sensor, len(off))
    return Others(pair, place, noise, jacobian, off, rate, clear.chance[pair] * _weights(plan, sense, clear, last_ns, sensor, pair))


def _ages(belief: Belief, track: Index, time_ns: Index) -> Array:
    """Seconds (S, p) since each sensor clearly showed the plots' tracks; infinite where it never did."""
    shown = belief.shown_ns[:, track]
    never = shown == NEVER
    return np.where(never, np.inf, (time_ns - np.where(never, 0, shown)) / 1e9)


def _weights(plan: Plan, sense: Sense, clear: Clear, last_ns: Index, sensor: Index, pair: Index) -> Array:
    """How much each comparison tells that those before have not told."""
    senses, last = plan.senses, last_ns[pair]
    since = np.where(last == NEVER, np.inf, (clear.time_ns[pair] - np.where(last == NEVER, 0, last)) / 1e9)
    tau = np.array([max(sense.tau_s, CLAIM_S if s.claims else s.tau_s) for s in senses])[sensor]
    half = np.array([0.5 if sense.places and s.places else 1.0 for s in senses])[sensor]
    anew = -np.expm1(-np.maximum(since, 0.0) / np.maximum(tau, 1e-9))
    every = np.maximum(np.bincount(pair, anew * half, len(clear.track)), 1e-12)[pair]
    return np.asarray((anew * half) ** 2 / every)


def _spread_out(slope: Array, sensor: Index, size: int) -> Array:
    """Slopes (2, 3, k), each by its own sensor's errors, as slopes (2, B, k) by all."""
    whole, k = np.zeros((2, size, len(sensor))), np.arange(len(sensor))
    whole[:, EACH * sensor + np.arange(EACH)[:, None], k] = slope
    return whole


def _place(look: Look, sense: Sense, plot: Index, others: Others) -> tuple[Array, Array, Array]:
    """Differences (2, k) of places, their Jacobian (2, B, k) and noise (2, 2, k)."""
    place = look.place[:2, plot[others.pair]]
    spot = np.array(look.view.spot[:2])[:, None] if look.view.spot else place
    own = np.full(len(others.pair), sense.index)
    away = true(place - spot, others.off.reshape(-1, EACH).T[:, own])
    jacobian = _spread_out(of_place(away, others.rate), own, len(others.off)) - others.jacobian
    noise = look.noise[..., plot[others.pair]] + (sense.slow_m**2 if sense.at else 0.0) * np.eye(2)[..., None]
    gap = spot + away - others.place + np.einsum("abk,b->ak", jacobian, others.off)
    return gap, jacobian, noise + others.cov


def _bearing(look: Look, sense: Sense, plot: Index, others: Others) -> tuple[Array, Array, Array]:
    """Differences (1, k) of bearings, their Jacobian (1, B, k) and noise (1, 1, k)."""
    which, at = plot[others.pair], EACH * sense.index
    away = others.place - np.array(look.view.spot or (0.0, 0.0, 0.0))[:2, None]
    slope = np.stack([away[1], -away[0]]) / np.maximum((away**2).sum(axis=0), 1.0)
    spread = np.einsum("ak,abk,bk->k", slope, others.cov, slope)
    jacobian = -np.einsum("ak,abk->bk", slope, others.jacobian)[None]
    jacobian[0, at] += 1.0
    jacobian[0, at + 2] -= np.einsum("ak,ak->k", slope, others.rate)
    far = np.where(spread < NARROW**2, 1.0, 1e6)
    y = geo.wrap_rad(look.bearing[which] - others.off[at] - np.arctan2(away[0], away[1]))
    return y + np.einsum("abk,b->ak", jacobian, others.off), jacobian, ((look.bearing_sd[which] ** 2 + spread) * far)[None, None]


def _inverted(noise: Array) -> Array:
    """Inverses of (d, d, k)."""
    return np.asarray(np.linalg.inv(noise.T).T, dtype=np.float64)


def _added(plan: Plan, known: Joint, t_ns: int, others: Others, y: Array, jacobian: Array, noise: Array) -> Joint:
    """The comparisons taken in, what is odd with less weight."""
    now = joint.read(known, plan.loose)
    gap = y - np.einsum("abk,b->ak", jacobian, now.mean)
    spread = noise + np.einsum("abk,dbk->adk", jacobian, now.cov @ jacobian)
    d2 = np.einsum("ak,abk,bk->k", gap, _inverted(np.asarray(spread)), gap)
    weight = others.weight * np.minimum((NU + len(y)) / (NU + d2), 1.0)
    return joint.add(known, t_ns, jacobian, y, _inverted(noise), weight)
