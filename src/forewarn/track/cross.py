"""Tracks from directions alone: bearing tracks of two sensors that stand apart, or of one that moves, once they tell a range.

Two bearing tracks a, b are of one object, or of two that only one sensor shows each. With rho objects a square metre, rho r_a r_b /
sin(angle) of them cross in a radian of either sensor, and rho R^2 / 2 are in a radian of one that reaches R: the ratio is the weight of
the pair, less what the common fit to their sightings misses (``models.bearings.locate``). Which pairs hold is association once more
(``associate.py``): each is one object with at most one of the other sensors'. Where lines cross that belong to different objects, the
chances are shared, and so is existence.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn.track.associate import marginals
from forewarn.track.belief import Belief, join
from forewarn.track.lines import Lines, lately
from forewarn.track.look import Look
from forewarn.track.models.bearings import NEAREST_M, Placed, Sightings, locate
from forewarn.track.models.measure import Prior
from forewarn.track.plan import FLIES, MODELS, NEVER, Plan

Array = NDArray[np.float64]
LIKELY = 0.25
"""Bearing tracks whose chances make less than this together are not tried yet; nor is a track begun that is less likely."""
TRIES = 8  # pairs that are tried in one look, the likeliest first
NARROW = 0.02  # sine of the angle of lines that all but run together
SURE, NIL = 1e9, 1e-300


def placed(plan: Plan, belief: Belief, look: Look) -> Belief:
    """The belief with tracks where bearing tracks that this look has shown tell a range; theirs are so much less likely then."""
    sense, lines = plan.sensors[look.sensor], belief.lines
    fresh = np.flatnonzero((lines.sensor == sense.index) & (lines.hit_ns == look.t_ns) & (lines.real >= LIKELY))
    if len(fresh) == 0 or look.view.spot is None:
        return belief
    tried = sorted(_pairs(plan, lines, fresh, look.t_ns), key=lambda pair: (-lines.real[pair[0]] * lines.real[pair[1]], pair))[:TRIES]
    found = [(a, b, fit) for a, b in tried if (fit := _fit(plan, lines, a, b)) is not None]
    if not found:
        return belief
    one, two = (np.array([pair[side] for pair in found]) for side in (0, 1))
    same = np.array([_same(plan, lines, *pair) for pair in found])
    weight = np.where(one == two, SURE, same * _alike(plan, lines, one, two))
    rows, columns = np.unique(one), np.unique(two)
    share = marginals(np.searchsorted(rows, one), np.searchsorted(columns, two), np.maximum(weight, NIL), len(rows), len(columns)).pair
    real = share * np.where(one == two, lines.real[one], lines.real[one] * lines.real[two])
    good = np.flatnonzero(real >= LIKELY)
    if len(good) == 0:
        return belief
    left = lines.real.copy()
    for g in good.tolist():
        for line in {int(one[g]), int(two[g])}:
            left[line] = max(left[line] - real[g], 0.0)
    born = _born(plan, belief, look, [found[g] for g in good.tolist()], real[good])
    return born.but(lines=msgspec.structs.replace(lines, real=left))


def _pairs(plan: Plan, lines: Lines, fresh: NDArray[np.int64], t_ns: int) -> list[tuple[int, int]]:
    """Of each bearing track ``fresh`` that another sensor's may be one with; with itself, where its sensor has moved."""
    old = ~lately(plan, lines, t_ns)
    found = []
    for a in fresh.tolist():
        if _moved(lines, a):
            found.append((a, a))
        likely = lines.real[a] * lines.real >= LIKELY
        found += [(a, b) for b in np.flatnonzero(likely & ~old & (lines.sensor != lines.sensor[a])).tolist()]
    return found


def _moved(lines: Lines, a: int) -> bool:
    place = lines.seen[:2, :, a][:, lines.seen_ns[:, a] != NEVER]
    return bool(np.hypot(*np.ptp(place, axis=1)) > NEAREST_M)


def _fit(plan: Plan, lines: Lines, a: int, b: int) -> Placed | None:
    """Where the sightings of two bearing tracks (or of one) put their object, if they do where both sensors reach, and well enough for it
    to be published.

    A sensor's error that stays does not average away: each of k sightings counts as if it were k times the variance beside its noise."""
    times, columns, bias = [], [], []
    for line in sorted({a, b}):
        known = np.flatnonzero(lines.seen_ns[:, line] != NEVER)
        times.append(lines.seen_ns[known, line])
        columns.append(lines.seen[:, known, line])
        bias.append(np.full(len(known), (len(known) - 1) * plan.senses[lines.sensor[line]].error_sd[0] ** 2))
    t_ns, seen, more = np.concatenate(times), np.concatenate(columns, axis=1), np.concatenate(bias)
    order = np.argsort(t_ns, kind="stable")
    t_ns, seen, more, k = t_ns[order], seen[:, order], more[order], len(order)
    reach = [plan.senses[lines.sensor[line]].reach_m for line in (a, b)]
    sightings = Sightings((t_ns - t_ns[-1]) / 1e9, seen[:3], seen[3], np.sqrt(seen[4] ** 2 + more), np.full(k, np.nan), np.ones(k))
    found = locate(sightings, Prior(plan.speed_mps, plan.climb_mps, *plan.height), max(reach))
    if not isinstance(found, Placed) or found.cov[0, 0] + found.cov[1, 1] > plan.vague_m**2:
        return None
    away = [float(np.hypot(*(found.mean[:2] - lines.seen[:2, -1, line]))) for line in (a, b)]
    return found if away[0] <= reach[0] and away[1] <= reach[1] else None


def _same(plan: Plan, lines: Lines, a: int, b: int, fit: Placed) -> float:
    """How much likelier two bearing tracks are of one object than of two, but for kinds; see above."""
    away = [fit.mean[:2] - lines.seen[:2, -1, line] for line in (a, b)]
    far = [max(float(np.hypot(*one)), 1.0) for one in away]
    turned = abs(float(away[0][0] * away[1][1] - away[0][1] * away[1][0])) / (far[0] * far[1])
    reach = [plan.senses[lines.sensor[line]].reach_m for line in (a, b)]
    crossing = far[0] * far[1] / max(turned, NARROW)
    apart = plan.births * plan.life_s * (reach[0] * reach[1]) ** 2 / 4.0
    return float(crossing / apart * math.exp(-0.5 * max(fit.misfit - fit.freedom, 0.0)))


def _alike(plan: Plan, lines: Lines, one: NDArray[np.int64], two: NDArray[np.int64]) -> Array:
    """How much likelier (p,) the sensors' opinions of the kind are of one object than of two."""
    first, second = (plan.shares(lines.log_kind[:, of]) for of in (one, two))
    return np.asarray((first * second / np.exp(plan.log_kinds)).sum(axis=0))


def _born(plan: Plan, belief: Belief, look: Look, found: list[tuple[int, int, Placed]], real: Array) -> Belief:
    """With a new track from each pair."""
    lines, sense, k = belief.lines, plan.sensors[look.sensor], len(found)
    mean, cov = np.zeros((MODELS, plan.size, k)), np.zeros((MODELS, plan.size, plan.size, k))
    hit_ns, log_kind = np.full((len(plan.ids), k), NEVER), np.zeros((len(plan.kinds), k))
    for at_m, _, sigma_m in plan.slow:
        for axis in (0, 1):
            cov[:, at_m + axis, at_m + axis] = sigma_m**2
    for row, (a, b, fit) in enumerate(found):
        mean[:, :6, row], cov[:, :6, :6, row] = fit.mean, fit.cov
        for line in sorted({a, b}):
            hit_ns[lines.sensor[line], row] = lines.hit_ns[line]
            log_kind[:, row] += lines.log_kind[:, line]
    seen = np.ones((len(plan.ids), k)) * np.array([[0.5 if s.ghosts else 1.0] for s in plan.senses])
    place = look.place.shape[1] + len(look.bearing) + np.arange(k)
    return join(belief, {
        "mean": mean, "cov": cov, "model": np.repeat(np.array(FLIES)[:, None], k, axis=1), "real": real, "ghost": np.zeros(k),
        "origin": np.full(k, sense.index), "seen": seen, "hit_ns": hit_ns, "log_kind": log_kind,
        "opinion": np.zeros((len(plan.ids), *log_kind.shape)), "updated_ns": np.full(k, look.t_ns),
        "label": np.array([np.full(k, sense.index), np.full(k, look.t_ns), place]),
    })  # fmt: skip
