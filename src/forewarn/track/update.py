"""One look taken into the belief: pair, associate, correct, and let what no track explains give birth.

Weights follow the TOMB/P recursion (Williams 2015, section IV): a track that is there with chance r and detected with chance p
shows plot z with weight r p l(z), and nothing with 1 - r p; a plot that is no track's is false or a new object, weight c(z) + u p l(z).
What the sensor thinks of a plot enters as a likelihood ratio against false plots; of its own track, each opinion of a self-tracking sensor
replaces the one before. Ghosts share kinematics and detection with objects, and are seen by their own sensor only. Lone reports
(``scan`` false) tell nothing by their absence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.sight import clutter
from forewarn.track import bearing, match, motion, resolve
from forewarn.track.associate import Marginals, marginals
from forewarn.track.belief import Belief
from forewarn.track.birth import born
from forewarn.track.errors import compare
from forewarn.track.errors.correct import corrected
from forewarn.track.existence import at, freshness, kinds
from forewarn.track.look import Look
from forewarn.track.match import Pairs
from forewarn.track.plan import Plan, Sense

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NIL, LEAST = 1e-300, 1e-9


class Chances(NamedTuple):
    """Of each track (n,): that it is there and shown, that it is a ghost and shown; ``tells``: how much of that its absence denies
    (nothing in lone reports, less where it may be in one plot with another); ``missed``: weight of showing nothing."""

    shown: Array
    ghost: Array
    tells: Array
    missed: Array


class Found(NamedTuple):
    """What a look said of tracks: ``pairs`` with the chances of each, ``clear`` (p,) (see ``_clear``), the share of an object (not a
    ghost) in each pair (p,), and what its opinion makes of the chances of the kinds (K, p); ``ratio`` (K, m): that opinion, against a
    false plot."""

    pairs: Pairs
    chance: Marginals
    clear: Array
    object: Array
    kinds: Array
    ratio: Array


def take(plan: Plan, belief: Belief, look: Look) -> Belief:
    """The belief after a look; the look is not older than the belief."""
    sense = plan.sensors[look.sensor]
    if sense.claims:
        return compare.vouch(plan, belief, look)
    belief = at(plan, belief, look.t_ns)
    raw, look = look, corrected(plan, belief, look)
    if look.place.shape[1] or (look.scan and sense.places):
        belief = _places(plan, belief, look, raw)
    for part in _lines(plan, look):
        belief = _bearings(plan, belief, look, raw, part)
    look_ns = belief.look_ns.copy()
    look_ns[sense.index] = look.t_ns
    return belief.but(look_ns=look_ns)


def _places(plan: Plan, belief: Belief, look: Look, raw: Look) -> Belief:
    """All plots of the look that are places: tracks, clutter and births. ``raw``: the look without the sensor's estimated errors off."""
    sense, m = plan.sensors[look.sensor], look.place.shape[1]
    plots = match.plots(plan, look)
    pairs = match.pairs(belief, plots) if m and belief.n else match.none(belief)
    learned = belief.clutter.get(look.sensor) or clutter.start((look.view.spot or (0.0, 0.0, 0.0))[:2], look.view.reach_m[1])
    place = np.where(np.isfinite(look.place), look.place, plan.height[0])
    false = np.log(np.maximum(look.view.clutter(place) * clutter.factor(learned, place), NIL)) + plots.false
    ratio = look.odds[:-1, :m] - look.odds[-1, :m]
    fresh = born(plan, belief, look, plots, ratio)
    chances = detected(sense, belief, look, look.scan)
    found = _associate(plan, sense, belief, pairs, chances, np.logaddexp(false, fresh.log), ratio)
    belief = compare.learn(plan, belief, raw, pairs.track, pairs.plot, found.clear, lines=False)
    belief = _correct(plan, sense, belief, look, found, chances)
    if look.scan:
        learned = clutter.learn(learned, place, found.chance.new, look.view.density)
        belief = belief.but(clutter={**belief.clutter, look.sensor: learned})
    return fresh.join(plan, belief, look, false, found.chance.new)


def _lines(plan: Plan, look: Look) -> list[list[int]]:
    """The bearings that are taken together: a whole scan, or one by one where they are lone reports."""
    every = list(range(len(look.bearing)))
    if look.scan and not plan.sensors[look.sensor].places:
        return [every]
    return [[b] for b in every]


def _bearings(plan: Plan, belief: Belief, look: Look, raw: Look, part: list[int]) -> Belief:
    """Bearings correct, raise and hold, and in a scan their absence lowers; they never give birth."""
    if look.view.spot is None or not belief.n:
        return belief
    sense, m = plan.sensors[look.sensor], look.place.shape[1]
    alike = 1.0 - freshness(sense, belief)
    variance = look.bearing_sd[part] ** 2 * ((1.0 + alike) / np.maximum(1.0 - alike, 1e-6))[:, None]
    pairs = bearing.pairs(belief, look.view.spot, look.bearing[part], variance)
    false = np.log(np.maximum(look.view.clutter(np.zeros((3, len(part)))), NIL))
    which = [m + b for b in part]
    chances = detected(sense, belief, look, look.scan and not sense.places)
    found = _associate(plan, sense, belief, pairs, chances, false, look.odds[:-1, which] - look.odds[-1, which])
    belief = compare.learn(plan, belief, raw, pairs.track, np.array(part)[pairs.plot], found.clear, lines=True)
    return _correct(plan, sense, belief, look, found, chances)


def detected(sense: Sense, belief: Belief, look: Look, scan: bool) -> Chances:
    """How likely this look shows each track."""
    whole = (belief.model[:, None] * belief.mean[:, :3]).sum(axis=0)
    seen = look.view.detection(whole) * belief.seen[sense.index]
    tells = np.full(belief.n, float(scan))
    if sense.cell is not None and look.view.spot is not None:
        level = motion.merged(belief.mean[:, :2], belief.cov[:, :2, :2], belief.model)
        single, clear = resolve.apart(sense.cell, look.view.spot, *level, belief.real)
        seen, tells = seen * clear, tells * single
    shown, ghost = belief.real * seen, own_ghost(sense, belief) * seen
    return Chances(shown, ghost, tells, np.maximum(1.0 - (shown + ghost) * tells, LEAST))


def own_ghost(sense: Sense, belief: Belief) -> Array:
    """Chance (n,) that each track is a ghost of this sensor."""
    return np.where(belief.origin == sense.index, belief.ghost, 0.0)


def _associate(plan: Plan, sense: Sense, belief: Belief, pairs: Pairs, chances: Chances, other: Array, ratio: Array) -> Found:
    """Whose the plots are. ``other`` (m,): log weight of a plot that is no track's; ``ratio`` (K, m)."""
    i, j = pairs.track, pairs.plot
    opinion = np.exp(ratio[:, j] - belief.opinion[sense.index][:, i]) * kinds(plan, belief.log_kind)[:, i]
    real, ghost = chances.shown[i] * opinion.sum(axis=0), chances.ghost[i]
    log = _likelihood(belief, pairs)
    weight = np.maximum(real + ghost, NIL) / chances.missed[i] * np.exp(np.clip(log - other[j], -300, 300))
    clear = _clear(i, j, weight, belief.n, len(other))
    if not sense.ghosts:  # what it says again so soon is less than new evidence
        weight = np.minimum(weight, weight ** freshness(sense, belief)[i])
    chance = marginals(i, j, weight, belief.n, len(other))
    return Found(pairs, chance, clear, real / (real + ghost + NIL), opinion / np.maximum(opinion.sum(axis=0), NIL), ratio)


def _clear(i: Index, j: Index, weight: Array, n: int, m: int) -> Array:
    """The chance (p,) of each pair that outweighs all others of its track and of its plot nine to one; 0 of the rest."""
    rest = np.bincount(i, weight, n)[i] + np.bincount(j, weight, m)[j] - 2.0 * weight
    clear = weight * (1.0 - compare.CLEAR) > compare.CLEAR * rest
    return np.asarray(np.where(clear, weight / (1.0 + weight), 0.0))


def _likelihood(belief: Belief, pairs: Pairs) -> Array:
    """Log likelihood (p,) of each pair over all models."""
    return np.asarray(np.logaddexp.reduce(pairs.log + np.log(np.maximum(belief.model[:, pairs.track], NIL)), axis=0))


def _correct(plan: Plan, sense: Sense, belief: Belief, look: Look, found: Found, chances: Chances) -> Belief:
    """The tracks after the look."""
    kept = found.chance.none / chances.missed
    there = belief.real + belief.ghost - (chances.shown + chances.ghost) * chances.tells
    after = _moved(belief, found, kept * np.maximum(there, LEAST))
    n, i, share = belief.n, found.pairs.track, found.chance.pair
    shown = np.bincount(i, share, n)
    real = np.clip(kept * (belief.real - chances.shown * chances.tells) + np.bincount(i, share * found.object, n), 0.0, 1.0)
    ghost = kept * (belief.ghost - chances.ghost * chances.tells) + np.bincount(i, share * (1.0 - found.object), n)
    ghost = np.clip(ghost, 0.0, 1.0 - real)
    hit_ns = belief.hit_ns.copy()
    hit_ns[sense.index, _hit(found, real + ghost)] = look.t_ns
    after = after.but(real=real, ghost=ghost, hit_ns=hit_ns, updated_ns=np.where(shown > 0.5, look.t_ns, belief.updated_ns))
    after = after.but(log_kind=_kinds(plan, belief, found))
    if not sense.ghosts:
        return after
    still = kept * ((belief.real + own_ghost(sense, belief)) * belief.seen[sense.index] - (chances.shown + chances.ghost) * chances.tells)
    return _followed(sense, after, found, still + shown)


def _hit(found: Found, there: Array) -> NDArray[np.bool_]:
    """Whether the look probably shows each track (n,), if it is ``there`` (n,): a plot counts for one track, whose it most likely is."""
    i, j, pair = found.pairs.track, found.pairs.plot, found.chance.pair
    share = pair / np.maximum(there[i], NIL)
    order = np.lexsort((-share, pair <= 0.5, j))
    own = order[np.append(True, j[order][1:] != j[order][:-1])[: len(j)]]
    return np.asarray(np.bincount(i[own], share[own], len(there)) > 0.5)


def _moved(belief: Belief, found: Found, none: Array) -> Belief:
    """Each model's mixture over what the track may have shown, as one Gaussian; the models' new chances. ``none`` (n,): nothing."""
    pairs, beta = found.pairs, found.chance.pair
    if len(beta) == 0:
        return belief
    whole = np.ascontiguousarray
    new = beta * np.exp(pairs.log + np.log(np.maximum(belief.model[:, pairs.track], NIL)) - _likelihood(belief, pairs))
    mean, cov, model = belief.mean.copy(), belief.cov.copy(), belief.model.copy()
    mix(mean, cov, model, none, pairs.track, whole(new), whole(pairs.mean), whole(pairs.cov))
    return belief.but(mean=mean, cov=cov, model=model)


@njit(cache=True)
def mix(mean: Array, cov: Array, model: Array, none: Array, track: Index, new: Array, means: Array, covs: Array) -> None:
    """Tracks' Gaussians (M, D, n), (M, D, D, n) and models (M, n), in place, mixed with those of their pairs (p), tracks ascending, each
    model's weights ``new`` (M, p), by moments; ``none`` (n,): weight of what they were."""
    models, size = mean.shape[:2]
    first = 0
    while first < len(track):
        i, last = track[first], first
        while last < len(track) and track[last] == i:
            last += 1
        for m in range(models):
            before = model[m, i] * none[i]
            total = max(before + new[m, first:last].sum(), 1e-300)
            stay, p0 = mean[m, :, i].copy(), cov[m, :, :, i].copy()
            middle = before / total * stay
            for k in range(first, last):
                middle += new[m, k] / total * means[m, :, k]
            for a in range(size):
                mean[m, a, i] = middle[a]
                for b in range(a + 1):
                    c = before / total * (p0[a, b] + (stay[a] - middle[a]) * (stay[b] - middle[b]))
                    for k in range(first, last):
                        c += new[m, k] / total * (covs[m, a, b, k] + (means[m, a, k] - middle[a]) * (means[m, b, k] - middle[b]))
                    cov[m, a, b, i] = cov[m, b, a, i] = c
            model[m, i] = total
        model[:, i] /= model[:, i].sum()
        first = last


def _kinds(plan: Plan, belief: Belief, found: Found) -> Array:
    """Log evidence (K, n) of the kinds: the mixture over what the track may have shown."""
    n, i = belief.n, found.pairs.track
    share = kinds(plan, belief.log_kind) * found.chance.none
    share = share + np.stack([np.bincount(i, found.chance.pair * row, n) for row in found.kinds])
    return np.asarray(np.log(np.maximum(share, 1e-12)) - np.log(np.maximum(plan.kinds, 1e-12))[:, None])


def _followed(sense: Sense, after: Belief, found: Found, seen: Array) -> Belief:
    """What a self-tracking sensor is following, and what it now thinks of it. ``seen`` (n,): weight of being followed."""
    chain, opinion = after.seen.copy(), after.opinion.copy()
    chain[sense.index] = np.clip(seen / np.maximum(after.real + own_ghost(sense, after), NIL), 0.0, 1.0)
    sure = found.chance.pair > 0.5
    opinion[sense.index][:, found.pairs.track[sure]] = found.ratio[:, found.pairs.plot[sure]]
    return after.but(seen=chain, opinion=opinion)
