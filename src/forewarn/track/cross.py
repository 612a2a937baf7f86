"""Tracks from directions alone: bearing tracks of two sensors that stand apart, or of one that moves, once they tell a range.

Two bearing tracks a, b are of one object, or of two that only one sensor shows each. With rho objects a square metre, rho r_a r_b /
sin(angle) of them cross in a radian of either sensor, and rho R^2 / 2 are in a radian of one that reaches R: the ratio is the weight of
the pair, as far as they are known with the same ratio for the rates at which the azimuths turn, and less what the common fit to their
sightings misses (``models.bearings.locate``). Which pairs hold is association once more (``associate.py``), between one sensor's and
another's. Where lines cross that belong to different objects, no pair is clear: then nothing is begun, for no track could take back
what it had made certain.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.track.associate import marginals
from forewarn.track.belief import Belief, join
from forewarn.track.lines import Lines, at, lately, rates, unused
from forewarn.track.look import Look
from forewarn.track.models.bearings import NEAREST_M, Placed, Sightings, locate
from forewarn.track.models.measure import Prior
from forewarn.track.plan import FLIES, MODELS, NEVER, Plan

Array = NDArray[np.float64]
LIKELY = 0.25
"""Chance from which a track is begun: of both bearing tracks together, and that they are one object."""
CLEAR = 0.9  # a pair's part of the chances of all pairs with one of its two, from which a track is begun
RIVAL = 0.1  # bearing tracks that are less likely are nobody's rivals
SIGHTED = 4  # sightings of each, so that rivals have come forth
TRIES = 24  # pairs of two sensors that are tried; where there are more, none is clear
FAR_M = 5.0 * NEAREST_M  # what a sensor has to move before it is tried alone
ODD = 4.0  # standard deviations of its misfit by which one sensor's own fit may be off
NARROW = 0.02  # sine of the angle of lines that all but run together
NIL = 1e-300


class Found(NamedTuple):
    """A bearing track of the look's sensor, one of another's (or the same), where they put their object, and the chance of that."""

    one: int
    two: int
    fit: Placed
    real: float


def placed(plan: Plan, belief: Belief, look: Look) -> Belief:
    """The belief with tracks where bearing tracks that this look has shown tell a range; theirs are so much less likely then."""
    index = plan.sensors[look.sensor].index
    if look.view.spot is None or not ((belief.lines.sensor == index) & (belief.lines.hit_ns == look.t_ns)).any():
        return belief
    lines = at(plan, belief.lines, look.t_ns)
    good = lately(plan, lines, look.t_ns) & (lines.real >= RIVAL)
    own = np.flatnonzero(good & (lines.sensor == index)).tolist()
    moved = [a for a in own if lines.real[a] >= LIKELY and lines.hit_ns[a] == look.t_ns and _moved(lines, a)]
    found = [one for a in moved[:TRIES] for one in _alone(plan, lines, a)]
    for other in np.unique(lines.sensor[good]).tolist():
        if other != index:
            found += _pairs(plan, lines, own, np.flatnonzero(good & (lines.sensor == other)).tolist())
    best: dict[int, Found] = {}
    for one in sorted(found, key=lambda each: (-each.real, each.one, each.two)):
        if lines.hit_ns[one.one] == look.t_ns and not {one.one, one.two} & {line for b in best.values() for line in (b.one, b.two)}:
            best[one.one] = one
    if not best:
        return belief
    real = lines.real.copy()
    for each in best.values():
        for line in {each.one, each.two}:
            real[line] = max(real[line] - each.real, 0.0)
    return _born(plan, belief.but(lines=msgspec.structs.replace(lines, real=real)), look, list(best.values()))


def _alone(plan: Plan, lines: Lines, a: int) -> list[Found]:
    """What the sightings of one bearing track tell, whose sensor has moved."""
    fit = _fit(plan, lines, a, a)
    if fit is None or fit.misfit > fit.freedom + ODD * math.sqrt(2.0 * fit.freedom):
        return []
    return [Found(a, a, fit, float(lines.real[a]))]


def _pairs(plan: Plan, lines: Lines, own: list[int], theirs: list[int]) -> list[Found]:
    """Of one sensor's bearing tracks and another's the pairs that are clearly one object."""
    tried = [(a, b) for a in own for b in theirs]
    if not 0 < len(tried) <= TRIES or (lines.real[own].max() * lines.real[theirs].max()) < LIKELY:
        return []
    fits = [(a, b, fit) for a, b in tried if (fit := _fit(plan, lines, a, b)) is not None]
    if not fits:
        return []
    one, two = (np.array([pair[side] for pair in fits]) for side in (0, 1))
    weight = np.array([_same(plan, lines, *pair) for pair in fits]) * _alike(plan, lines, one, two)
    (rows, i), (columns, j) = np.unique(one, return_inverse=True), np.unique(two, return_inverse=True)
    share = marginals(i, j, np.maximum(weight, NIL), len(rows), len(columns)).pair
    rivals = np.bincount(i, share)[i] + np.bincount(j, share)[j] - share
    real = share * lines.real[one] * lines.real[two]
    old = np.minimum(*((lines.seen_ns[:, of] != NEVER).sum(axis=0) for of in (one, two))) >= SIGHTED
    return [Found(*fits[p], float(real[p])) for p in np.flatnonzero(old & (share >= CLEAR * rivals) & (real >= LIKELY)).tolist()]


def _moved(lines: Lines, a: int) -> bool:
    place = lines.seen[:2, :, a][:, lines.seen_ns[:, a] != NEVER]
    return bool(np.hypot(*np.ptp(place, axis=1)) > FAR_M)


def _fit(plan: Plan, lines: Lines, a: int, b: int) -> Placed | None:
    """Where the sightings of two bearing tracks (or of one) put their object, if they do where both sensors reach, and well enough for it
    to be published. Its misfit is what it misses beyond what each bearing track misses by itself, of about 3 degrees of freedom.

    A sensor's error that stays does not average away: each of k sightings counts as if it were k times the variance beside its noise."""
    parts, alone = [], 0.0
    for line in sorted({a, b}):
        known = np.flatnonzero(lines.seen_ns[:, line] != NEVER)
        t_s, seen = (lines.seen_ns[known, line] - max(lines.seen_ns[-1, a], lines.seen_ns[-1, b])) / 1e9, lines.seen[:, known, line]
        seen[4] = np.sqrt(seen[4] ** 2 + (len(known) - 1) * plan.senses[lines.sensor[line]].error_sd[0] ** 2)
        parts.append(np.vstack([t_s, seen]))
        alone += _misses(*parts[-1][[0, 4, 5]])
    rows = np.concatenate(parts, axis=1)
    rows = rows[:, np.argsort(rows[0], kind="stable")]
    reach = [plan.senses[lines.sensor[line]].reach_m for line in (a, b)]
    none = np.full(rows.shape[1], np.nan)
    found = locate(
        Sightings(rows[0], rows[1:4], rows[4], rows[5], none, none), Prior(plan.speed_mps, plan.climb_mps, *plan.height), max(reach)
    )
    if not isinstance(found, Placed) or found.cov[0, 0] + found.cov[1, 1] > plan.vague_m**2:
        return None
    away = [float(np.hypot(*(found.mean[:2] - lines.seen[:2, -1, line]))) for line in (a, b)]
    found = found._replace(misfit=max(found.misfit - alone, 0.0), freedom=3)
    return found if away[0] <= reach[0] and away[1] <= reach[1] else None


def _misses(t_s: Array, azimuth: Array, sd: Array) -> float:
    """Squared misses, in standard deviations, of the parabola over time that fits best."""
    powers = np.stack([np.ones_like(t_s), t_s, t_s**2]) / sd
    turned = geo.wrap_rad(azimuth - azimuth[-1]) / sd
    best = np.linalg.lstsq(powers.T, turned, rcond=None)[0]
    return float(((turned - best @ powers) ** 2).sum())


def _same(plan: Plan, lines: Lines, a: int, b: int, fit: Placed) -> float:
    """How much likelier two bearing tracks are of one object than of two, but for kinds; see above. The fit's misfit holds the prior of its
    velocity but for its peak; of two objects the rates of the azimuths are what they are by themselves."""
    away = [fit.mean[:2] - lines.seen[:2, -1, line] for line in (a, b)]
    far = [max(float(np.hypot(*one)), 1.0) for one in away]
    turned = abs(float(away[0][0] * away[1][1] - away[0][1] * away[1][0])) / (far[0] * far[1])
    crossing = far[0] * far[1] / max(turned, NARROW)
    places, rates_apart, known = crossing * plan.births * plan.life_s, 1.0, 1.0
    for line in (a, b):
        sense = plan.senses[lines.sensor[line]]
        places /= plan.births * plan.life_s * sense.reach_m**2 / 2.0
        _, spread = rates(plan, sense)
        rates_apart *= math.exp(-0.5 * (lines.mean[1, line] / spread) ** 2) / (math.sqrt(2.0 * math.pi) * spread)
        known *= max(1.0 - lines.cov[1, 1, line] / spread**2, 0.0)
    together = crossing / (2.0 * math.pi * plan.speed_mps**2)
    return float(places * (together / max(rates_apart, NIL)) ** known * math.exp(-0.5 * max(fit.misfit - fit.freedom, 0.0)))


def _alike(plan: Plan, lines: Lines, one: NDArray[np.int64], two: NDArray[np.int64]) -> Array:
    """How much likelier (p,) the sensors' opinions of the kind are of one object than of two."""
    first, second = (plan.shares(lines.log_kind[:, of]) for of in (one, two))
    return np.asarray((first * second / np.exp(plan.log_kinds)).sum(axis=0))


def _born(plan: Plan, belief: Belief, look: Look, found: list[Found]) -> Belief:
    """With a new track from each."""
    lines, sense, k = belief.lines, plan.sensors[look.sensor], len(found)
    mean, cov = np.zeros((MODELS, plan.size, k)), np.zeros((MODELS, plan.size, plan.size, k))
    hit_ns, log_kind = np.full((len(plan.ids), k), NEVER), np.zeros((len(plan.kinds), k))
    for at_m, _, sigma_m in plan.slow:
        for axis in (0, 1):
            cov[:, at_m + axis, at_m + axis] = sigma_m**2
    for row, each in enumerate(found):
        mean[:, :6, row], cov[:, :6, :6, row] = each.fit.mean, each.fit.cov
        for line in sorted({each.one, each.two}):
            hit_ns[lines.sensor[line], row] = lines.hit_ns[line]
            log_kind[:, row] += lines.log_kind[:, line]
    who, t_ns = np.full(k, sense.index), np.full(k, look.t_ns)
    place = look.place.shape[1] + len(look.bearing) + unused(belief.label, sense.index, look.t_ns) + np.arange(k)
    return join(belief, {
        "mean": mean, "cov": cov, "model": np.repeat(np.array(FLIES)[:, None], k, axis=1), "real": np.array([each.real for each in found]),
        "ghost": np.zeros(k), "origin": who, "seen": plan.followed.repeat(k, axis=1), "hit_ns": hit_ns, "log_kind": log_kind,
        "opinion": np.zeros((len(plan.ids), *log_kind.shape)), "updated_ns": t_ns, "label": np.array([who, t_ns, place]),
    })  # fmt: skip
