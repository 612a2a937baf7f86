"""One look taken into the belief: pair, associate, correct, and let what no track explains give birth.

Weights follow the TOMB/P recursion (Williams 2015, section IV): a track that is there with chance r and detected with chance p
shows plot z with weight r p l(z), and nothing with 1 - r p; a plot that is no track's is false or a new object, weight c(z) + u p l(z).
What the sensor thinks of a plot enters as a likelihood ratio against false plots; of its own track, each opinion of a self-tracking sensor
replaces the one before. Ghosts share kinematics and detection with objects, and are seen by their own sensor only. Lone reports
(``scan`` false) tell nothing by their absence. Tracks that contend for plots are taken together (``relabel.py``); where a sensor tracks
by itself, what it says again of a track is rather that track's, and each keeps its own.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.sight import clutter
from forewarn.sight.echo import Near
from forewarn.track import bearing, cross, direct, fixture, match, motion, relabel, resolve
from forewarn.track.associate import Marginals, marginals
from forewarn.track.belief import Belief
from forewarn.track.birth import born
from forewarn.track.errors import compare
from forewarn.track.errors.correct import corrected
from forewarn.track.existence import at, freshness
from forewarn.track.fixture import Standing
from forewarn.track.look import Look
from forewarn.track.match import Pairs
from forewarn.track.plan import Plan, Sense
from forewarn.track.relabel import Outcomes

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NIL, LEAST, SCARCE = 1e-300, 1e-9, 1e-12
SURE = 0.5
"""Objects that are there with this chance may give echoes."""


class Chances(NamedTuple):
    """Of each track (n,): that it is there and shown, that it is a ghost and shown, that it stands and is shown; ``tells``: how much of
    that its absence denies (nothing in lone reports, less where it may be in one plot with another); ``missed``: weight of showing
    nothing."""

    shown: Array
    ghost: Array
    fixed: Array
    tells: Array
    missed: Array


class Found(NamedTuple):
    """What a look said of tracks: the chances of its pairs, ``clear`` (p,) (see ``_clear``), what tracks are if it shows nothing of
    them, and the outcomes (q,), tracks ascending, that make each track what it is after the look; ``ratio`` (K, m): the sensor's opinion
    of each plot, against a false one. ``before`` (K, n): the chances of the kinds before the look."""

    chance: Marginals
    clear: Array
    idle: Outcomes
    made: Outcomes
    ratio: Array
    before: Array


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
    if len(look.bearing):
        belief = cross.placed(plan, belief, look)
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
    near = _near(sense, belief, look)
    dense = clutter.factor(learned, place, near)
    false = np.log(np.maximum(look.view.clutter(place) * dense, NIL)) + plots.false
    ratio = look.odds[:-1, :m] - look.odds[-1, :m]
    fresh = born(plan, belief, look, plots, ratio)
    chances = detected(sense, belief, look, look.scan)
    other = np.logaddexp(np.logaddexp(false, fresh.log), fresh.fixed)
    standing = fixture.standing(plan, sense, belief, look, plots.false, pairs.track, pairs.plot)
    found = _associate(plan, sense, belief, pairs, standing, chances, other, ratio)
    belief = compare.learn(plan, belief, raw, pairs.track, pairs.plot, found.clear, lines=False)
    belief = _correct(plan, sense, belief, look, found, chances)
    if look.scan:
        learned = clutter.learn(learned, place, found.chance.new, look.view.density, near)
        belief = belief.but(clutter={**belief.clutter, look.sensor: learned})
    return fresh.join(plan, belief, look, false, found.chance.new)


def _near(sense: Sense, belief: Belief, look: Look) -> Near | None:
    """The objects that may give the sensor echoes, if it has any."""
    if not sense.echoes or look.view.spot is None:
        return None
    sure = np.flatnonzero(belief.real >= SURE)
    places = np.add.reduce(belief.model[:, None, sure] * belief.mean[:, :2, sure], axis=0)
    return Near(look.view.spot, np.ascontiguousarray(places), look.view.reach_m[1])


def _lines(plan: Plan, look: Look) -> list[list[int]]:
    """The bearings that are taken together: a whole scan, or one by one where they are lone reports."""
    every = list(range(len(look.bearing)))
    if look.scan and not plan.sensors[look.sensor].places:
        return [every]
    return [[b] for b in every]


def _bearings(plan: Plan, belief: Belief, look: Look, raw: Look, part: list[int]) -> Belief:
    """Bearings correct, raise and hold, and in a scan their absence lowers; what no track explains is followed as a direction, and gives
    birth once it tells a range."""
    if look.view.spot is None:
        return belief
    belief, left = _sighted(plan, belief, look, raw, part) if belief.n else (belief, np.ones(len(part)))
    return belief.but(lines=direct.follow(plan, belief.lines, look, part, left))


def _sighted(plan: Plan, belief: Belief, look: Look, raw: Look, part: list[int]) -> tuple[Belief, Array]:
    """The tracks after bearings, and the chance (b,) that each bearing is no track's whose place is known well enough to be published."""
    sense, m = plan.sensors[look.sensor], look.place.shape[1]
    alike = 1.0 - freshness(sense, belief)
    variance = look.bearing_sd[part] ** 2 * ((1.0 + alike) / np.maximum(1.0 - alike, 1e-6))[:, None]
    pairs = bearing.pairs(belief, look.view.spot or (0.0, 0.0, 0.0), look.bearing[part], variance)
    false = np.log(np.maximum(look.view.clutter(np.zeros((3, len(part)))), NIL))
    which = [m + b for b in part]
    chances = detected(sense, belief, look, look.scan and not sense.places)
    never = fixture.never(belief, pairs.track)
    found = _associate(plan, sense, belief, pairs, never, chances, false, look.odds[:-1, which] - look.odds[-1, which])
    belief = compare.learn(plan, belief, raw, pairs.track, np.array(part)[pairs.plot], found.clear, lines=True)
    _, cov = motion.merged(belief.mean[:, :2], belief.cov[:, :2, :2], belief.model)
    known = found.chance.pair * (cov[0, 0] + cov[1, 1] <= plan.vague_m**2)[pairs.track]
    left = np.maximum(1.0 - np.bincount(pairs.plot, known, len(part)), 0.0)
    return _correct(plan, sense, belief, look, found, chances), left


def detected(sense: Sense, belief: Belief, look: Look, scan: bool) -> Chances:
    """How likely this look shows each track."""
    whole = np.add.reduce(belief.model[:, None] * belief.mean[:, :3], axis=0)
    seen = look.view.detection(whole) * belief.seen[sense.index]
    tells = np.full(belief.n, float(scan))
    if sense.cell is not None and look.view.spot is not None:
        level = motion.merged(belief.mean[:, :2], belief.cov[:, :2, :2], belief.model)
        single, clear = resolve.apart(sense.cell, look.view.spot, *level, belief.real + belief.fixed)
        seen, tells = seen * clear, tells * single
    shown, ghost = belief.real * seen, own_ghost(sense, belief) * seen
    fixed = belief.fixed * seen if sense.places else np.zeros(belief.n)
    return Chances(shown, ghost, fixed, tells, np.maximum(1.0 - (shown + ghost + fixed) * tells, LEAST))


def own_ghost(sense: Sense, belief: Belief) -> Array:
    """Chance (n,) that each track is a ghost of this sensor."""
    return np.where(belief.origin == sense.index, belief.ghost, 0.0)


def _associate(
    plan: Plan, sense: Sense, belief: Belief, pairs: Pairs, standing: Standing, chances: Chances, other: Array, ratio: Array
) -> Found:
    """Whose the plots are. ``standing``: see ``fixture.standing``; ``other`` (m,): log weight of a plot that is no track's; ``ratio``
    (K, m)."""
    i, j, whole, before = pairs.track, pairs.plot, np.ascontiguousarray, plan.shares(belief.log_kind)
    weight, object, fixed, models, kind = weighed(
        whole(pairs.log), belief.model, whole(ratio), belief.opinion[sense.index], before, chances.shown, chances.ghost, chances.fixed,
        chances.missed, other, standing.log, i, j,
    )  # fmt: skip
    clear = _clear(i, j, weight, belief.n, len(other))
    if not sense.ghosts:  # what it says again so soon is less than new evidence
        weight = np.minimum(weight, weight ** freshness(sense, belief)[i])
    chance = marginals(i, j, weight, belief.n, len(other))
    made = Outcomes(i, j, chance.pair, np.ones(len(i)), object, fixed, np.ones(len(i)), standing.spot, models, kind, pairs.mean, pairs.cov)
    idle = _idle(sense, belief, chances, before)
    if not sense.ghosts:
        chance, made = relabel.together(weight, made, idle, chance)
    return Found(chance, clear, idle, made, ratio, before)


def _idle(sense: Sense, belief: Belief, chances: Chances, before: Array) -> Outcomes:
    """What tracks are if the look shows nothing of them, one outcome a track."""
    real, ghost = belief.real - chances.shown * chances.tells, belief.ghost - chances.ghost * chances.tells
    fixed = belief.fixed - chances.fixed * chances.tells
    there = np.maximum(real + ghost + fixed, NIL)
    seen = _could(sense, belief) * belief.seen[sense.index] - (chances.shown + chances.ghost + chances.fixed) * chances.tells
    return Outcomes(
        np.arange(belief.n), np.full(belief.n, -1), there, there / chances.missed, real / there, fixed / there, seen / there, belief.spot,
        belief.model, before, belief.mean, belief.cov,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def weighed(
    log: Array, model: Array, ratio: Array, opinion: Array, kind: Array, shown: Array, ghost: Array, fixed: Array,
    missed: Array, other: Array, stands: Array, track: Index, plot: Index,
) -> tuple[Array, Array, Array, Array, Array]:  # fmt: skip
    """Of p pairs the weight against nothing (p,), the shares in it of an object and of a thing that stands (p,) (the rest is a ghost's),
    and what it makes of the chances of the models (M, p) and of the kinds (K, p).

    ``log`` (M, p): log likelihoods under each model of chances ``model`` (M, n); ``ratio`` (K, m): the sensor's opinion of each plot, of
    which ``opinion`` (K, n) is in the tracks' ``kind`` (K, n) already; ``shown``, ``ghost``, ``fixed``, ``missed`` (n,): see
    ``Chances``; ``other`` (m,): log weight of a plot that is no track's; ``stands`` (p,): log likelihoods of what stands."""
    weight, object, still = np.empty(len(track)), np.empty(len(track)), np.empty(len(track))
    models, kinds = np.empty((len(model), len(track))), np.empty((len(kind), len(track)))
    for k in range(len(track)):
        i, j = track[k], plot[k]
        for q in range(len(kind)):
            kinds[q, k] = math.exp(ratio[q, j] - opinion[q, i]) * kind[q, i]
        said = kinds[:, k].sum()
        kinds[:, k] /= max(said, NIL)
        real = shown[i] * said
        for m in range(len(model)):
            models[m, k] = log[m, k] + math.log(max(model[m, i], NIL))
        top = models[:, k].max()
        for m in range(len(model)):
            models[m, k] = math.exp(models[m, k] - top)
        fit = models[:, k].sum()
        models[:, k] /= fit
        moving = max(real + ghost[i], NIL) * math.exp(min(max(top + math.log(fit) - other[j], -300.0), 300.0))
        standing = fixed[i] * said * math.exp(min(max(stands[k] - other[j], -300.0), 300.0))
        weight[k], still[k] = (moving + standing) / missed[i], standing / (moving + standing + NIL)
        object[k] = real / (real + ghost[i] + NIL) * (1.0 - still[k])
    return weight, object, still, models, kinds


@njit(cache=True, error_model="numpy")
def _clear(i: Index, j: Index, weight: Array, n: int, m: int) -> Array:
    """The chance (p,) of each pair that outweighs all others of its track and of its plot nine to one; 0 of the rest."""
    rest = np.bincount(i, weight, n)[i] + np.bincount(j, weight, m)[j] - 2.0 * weight
    for k in range(len(weight)):
        rest[k] = weight[k] / (1.0 + weight[k]) if weight[k] * (1.0 - compare.CLEAR) > compare.CLEAR * rest[k] else 0.0
    return rest


def _correct(plan: Plan, sense: Sense, belief: Belief, look: Look, found: Found, chances: Chances) -> Belief:
    """The tracks after the look."""
    made, kept = found.made, found.chance.none / chances.missed
    real, ghost, fixed, shown = there(
        found.idle.object, found.idle.fixed, found.chance.none * found.idle.there, made.track, made.plot, made.chance, made.object,
        made.fixed,
    )  # fmt: skip
    hit_ns = belief.hit_ns.copy()
    hit_ns[sense.index, _hit(made.track, made.plot, made.chance, real + ghost + fixed, len(found.chance.new))] = look.t_ns
    mean, cov, model = _moved(belief, found, chances, kept)
    after = belief.but(
        mean=mean, cov=cov, model=model, real=real, ghost=ghost, fixed=fixed, hit_ns=hit_ns,
        updated_ns=np.where(shown > 0.5, look.t_ns, belief.updated_ns),
        log_kind=evidence(found.before, found.chance.none, made.track, made.chance * (1.0 - made.fixed), made.kind, _prior(plan.kinds)),
    )  # fmt: skip
    if plan.fixtures and len(made.track):
        none = kept * (belief.fixed - chances.fixed * chances.tells)
        after = after.but(spot=fixture.mixed(belief.spot, none, made.track, made.chance * made.fixed, np.ascontiguousarray(made.spot)))
    if sense.hidden:
        own = found.chance.none * found.idle.there * found.idle.seen
        after = _in_sight(sense, after, own + np.bincount(made.track, made.chance * made.seen, belief.n))
    return _thought(sense, after, found) if sense.ghosts else after


@njit(cache=True, error_model="numpy")
def there(
    object: Array, standing: Array, none: Array, track: Index, plot: Index, chance: Array, real: Array, fixed: Array
) -> tuple[Array, Array, Array, Array]:
    """Chances (n,) to be there, to be a ghost and to stand after the look, and to have been shown. Of tracks that it showed nothing of:
    ``none`` (n,), their chance to be anything, and ``object``, ``standing`` (n,), its shares; the rest (q,): see ``Outcomes``."""
    after, still, ghost, showed = none * object, none * standing, none * (1.0 - object - standing), np.zeros(len(none))
    for k in range(len(track)):
        after[track[k]] += chance[k] * real[k]
        ghost[track[k]] += chance[k] * (1.0 - real[k] - fixed[k])
        still[track[k]] += chance[k] * fixed[k]
        showed[track[k]] += chance[k] * (plot[k] >= 0)
    after = np.minimum(np.maximum(after, 0.0), 1.0)
    still = np.minimum(np.maximum(still, 0.0), 1.0 - after)
    return after, np.minimum(np.maximum(ghost, 0.0), 1.0 - after - still), still, showed


@njit(cache=True, error_model="numpy")
def _hit(track: Index, plot: Index, chance: Array, there: Array, plots: int) -> NDArray[np.bool_]:
    """Whether the look probably shows each track (n,), if it is ``there`` (n,): a plot counts for one track, whose it most likely is."""
    own, shown, whole = np.full(plots, -1), np.zeros(len(there)), chance.copy()
    for k in range(len(track)):
        o = k - 1
        while o >= 0 and track[o] == track[k]:  # it may take the plot in more than one way
            if plot[o] == plot[k]:
                whole[k], whole[o] = whole[k] + whole[o], 0.0
            o -= 1
    share = whole / np.maximum(there, NIL)[track]
    for k in range(len(track)):
        if plot[k] >= 0:
            best = own[plot[k]]
            if best < 0 or (whole[k] > 0.5, share[k]) > (whole[best] > 0.5, share[best]):
                own[plot[k]] = k
    for k in own[own >= 0]:
        shown[track[k]] += share[k]
    return shown > 0.5


def _moved(belief: Belief, found: Found, chances: Chances, kept: Array) -> tuple[Array, Array, Array]:
    """Each model's mixture over what the track may have shown, as one Gaussian, and the models' new chances (see ``mix``)."""
    made, whole = found.made, np.ascontiguousarray
    if len(made.track) == 0:
        return belief.mean, belief.cov, belief.model
    none = kept * np.maximum(belief.real + belief.ghost - (chances.shown + chances.ghost) * chances.tells, LEAST)
    mean, cov, model = belief.mean.copy(), belief.cov.copy(), belief.model.copy()
    mix(mean, cov, model, none, made.track, made.chance * (1.0 - made.fixed) * made.model, whole(made.mean), whole(made.cov))
    return mean, cov, model


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


@njit(cache=True, error_model="numpy")
def evidence(before: Array, none: Array, track: Index, pair: Array, kinds: Array, prior: Array) -> Array:
    """Log evidence (K, n) of the kinds, against their log ``prior`` (K,): the mixture over what the track may have shown: nothing, with
    chance ``none`` (n,), which leaves them as ``before`` (K, n), or a plot, with chance ``pair`` (p,), which makes ``kinds`` (K, p) of
    it."""
    share = before * none
    for k in range(len(track)):
        for q in range(len(share)):
            share[q, track[k]] += pair[k] * kinds[q, k]
    for q in range(len(share)):
        for i in range(len(none)):
            share[q, i] = math.log(max(share[q, i], SCARCE)) - prior[q]
    return share


@lru_cache(maxsize=16)
def _prior(kinds: tuple[float, ...]) -> Array:
    """Log shares (K,) of the kinds by the site file."""
    return np.asarray(np.log(np.maximum(kinds, SCARCE)))


def _in_sight(sense: Sense, after: Belief, seen: Array) -> Belief:
    """What the sensor has in sight. ``seen`` (n,): weight of being in sight."""
    chain, could = after.seen.copy(), _could(sense, after)
    chain[sense.index] = np.minimum(np.maximum(seen / np.maximum(could, NIL), 0.0), 1.0)
    return after.but(seen=chain)


def _could(sense: Sense, belief: Belief) -> Array:
    """The chance (n,) that each track is something that the sensor can show."""
    return np.asarray(belief.real + own_ghost(sense, belief) + belief.fixed * sense.places)


def _thought(sense: Sense, after: Belief, found: Found) -> Belief:
    """What a sensor that tracks by itself now thinks of each track."""
    opinion, sure = after.opinion.copy(), found.made.chance > 0.5
    sure &= found.made.plot >= 0
    opinion[sense.index][:, found.made.track[sure]] = found.ratio[:, found.made.plot[sure]]
    return after.but(opinion=opinion)
