"""One filter an object, all at once: the tracker's models, measurements and late looks, with the association known.

A look goes where its time belongs; what came after it is taken again. A plot that does not fit its object's filter (outside
the tracker's own gate) though it lies where the object is starts the filter anew, as the tracker would start a new track. An object that
only gave bearings yet lies on the first of them, somewhere in the sensor's reach.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn.evaluate.oracle.knowing import Known
from forewarn.messages import KINDS, Claim, Observation, Plot
from forewarn.sight.view import View
from forewarn.site import Site
from forewarn.track import bearing, birth, claims, match, motion
from forewarn.track import look as looks
from forewarn.track.belief import Belief, empty, join, take
from forewarn.track.birth import Begun
from forewarn.track.errors.correct import corrected
from forewarn.track.existence import freshness
from forewarn.track.look import Look
from forewarn.track.match import Pairs
from forewarn.track.plan import FLIES, MODELS, NEVER, Plan

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Flags = NDArray[np.bool_]
SURELY_NOT = -300.0  # log odds
NOWHERE = View(sensor="", spot=None, chance=0.0, density=0.0, reach_m=(0.0, 0.0), height_m=(0.0, 0.0))


class Sighting(NamedTuple):
    """A look at known objects: ``who`` (m + b,), in the look's order, places first."""

    look: Look
    who: Index

    @property
    def order(self) -> tuple[int, str]:
        """Sightings are taken in this order, whatever order they came in."""
        return self.look.t_ns, self.look.sensor


class Past(msgspec.Struct, frozen=True):
    """``sightings`` in order, none older than the site's ``late_s``, and the belief after each; ``base``: before the first."""

    base: Belief
    sightings: tuple[Sighting, ...] = ()
    after: tuple[Belief, ...] = ()

    @property
    def belief(self) -> Belief:
        """After all of them."""
        return self.after[-1] if self.after else self.base


def nothing(plan: Plan, site: Site) -> Past:
    """No object is known yet. The first row of a belief's labels is the object's place in the truth."""
    return Past(empty(plan, site.priors.life_s))


# ----------------------------------------------------------------------------------------------------------- sightings


def sighting(plan: Plan, known: Known, base: Belief, view: View, seen: Observation, own: Sequence[tuple[Plot, int]]) -> Sighting:
    """The look at objects' plots without those that lie. Plots are put a nanosecond apart, so that the look's order tells whose each is.
    ``base``: any belief of the oracle's, which knows nothing of the sensors' errors."""
    plots, whose, last = [], {}, NEVER
    for plot, who in sorted(own, key=lambda one: (one[0].t_ns, one[1])):
        last = max(plot.t_ns, last + 1)
        plots.append(plot if plot.t_ns == last else msgspec.structs.replace(plot, t_ns=last))
        whose[last] = who
    off = round(plan.sensors[seen.sensor].error[2] * 1e9)  # the stated error of the clock, which the look is rid of
    # the watch learns what the site file is not sure of; the oracle, that has learnt nothing, adds it to the noise
    look = corrected(plan, base, looks.read(plan, view, seen, tuple(plots)))
    return _honest(known, Sighting(look, np.array([whose[t + off] for t in look.time_ns.tolist()], dtype=np.intp)))


def told(plan: Plan, known: Known, said: Claim) -> Sighting | None:
    """A claim as a look of its receiver, if it is of an object that there is, and where it says; else None."""
    who, fix = known.identities.get(said.identity), claims.fix(plan, said)
    if who is None or fix is None or said.sensor not in plan.sensors:
        return None
    moving = plan.sensors[said.sensor].velocity_mps > 0
    look = Look(
        sensor=said.sensor, t_ns=said.t_ns, scan=False, view=NOWHERE, place=np.array(fix.place)[:, None],
        noise=fix.sigma_m**2 * np.eye(2)[..., None], up_var=np.array([claims.UP_M**2]),
        velocity=np.array(fix.rates[:2])[:, None] if moving else np.full((2, 1), np.nan),
        bearing=np.zeros(0), bearing_sd=np.zeros(0), time_ns=np.array([said.t_ns]), odds=np.zeros((len(KINDS) + 1, 1)),
    )  # fmt: skip
    seen = _honest(known, Sighting(look, np.array([who], dtype=np.intp)))
    return seen if len(seen.who) else None


def _honest(known: Known, seen: Sighting) -> Sighting:
    """Without the plots that are far from their objects."""
    look, m = seen.look, seen.look.place.shape[1]
    every = ~known.far(look, seen.who)
    if every.all():
        return seen
    good, fine = every[:m], every[m:]
    parts = {name: getattr(look, name)[..., good] for name in ("place", "noise", "up_var", "velocity")}
    parts |= {name: getattr(look, name)[fine] for name in ("bearing", "bearing_sd")}
    parts |= {name: getattr(look, name)[..., every] for name in ("time_ns", "odds")}
    return Sighting(msgspec.structs.replace(look, **parts), seen.who[every])


def add(plan: Plan, known: Known, past: Past, seen: Sighting, oldest_ns: int) -> Past:
    """The past with one more look, in its place, and without what is older than ``oldest_ns``."""
    place = bisect_right(past.sightings, seen.order, key=lambda kept: kept.order)
    sightings = (*past.sightings[:place], seen, *past.sightings[place:])
    after = list(past.after[:place])
    for one in sightings[place:]:
        after.append(taken(plan, known, after[-1] if after else past.base, one))
    old = bisect_left(sightings, oldest_ns, hi=len(sightings) - 1, key=lambda kept: kept.look.t_ns)
    return Past(after[old - 1] if old else past.base, sightings[old:], tuple(after[old:]))


# -------------------------------------------------------------------------------------------------------------- filters


def ahead(plan: Plan, belief: Belief, t_ns: int) -> Belief:
    """The belief at a later time, with nothing more seen. Of its fields the oracle uses the estimates alone: it knows what is there."""
    if belief.t_ns == NEVER or t_ns <= belief.t_ns or not belief.n:
        return belief.but(t_ns=max(t_ns, belief.t_ns))
    mean, cov, model = motion.predict(plan, belief.mean, belief.cov, belief.model, (t_ns - belief.t_ns) / 1e9)
    return belief.but(t_ns=t_ns, mean=mean, cov=cov, model=model)


def fresh(plan: Plan, known: Known, belief: Belief, t_ns: int) -> Flags:
    """Which objects (n,) of the belief are still there, and heard of lately enough."""
    return np.asarray(known.there(t_ns)[belief.label[0]] & (t_ns - belief.updated_ns <= plan.coast_s * 1e9))


def taken(plan: Plan, known: Known, belief: Belief, seen: Sighting) -> Belief:
    """The belief after a look at known objects."""
    look, m = seen.look, seen.look.place.shape[1]
    belief = ahead(plan, belief, look.t_ns)
    stay = fresh(plan, known, belief, look.t_ns)
    belief = belief if stay.all() else take(belief, stay)
    for which in _rounds(seen.who[:m]):
        belief = _places(plan, known, belief, look, which, seen.who)
    for which in _rounds(seen.who[m:]):
        belief = _bearings(plan, belief, look, which, seen.who[m:])
    return belief


def _rounds(who: Index) -> Iterator[Index]:
    """The plots in rounds of one an object."""
    if len(set(who.tolist())) == len(who):
        yield from (np.arange(len(who)),) if len(who) else ()
        return
    times: dict[int, Iterator[int]] = {}
    turn = np.array([next(times.setdefault(k, count())) for k in who.tolist()], dtype=np.intp)
    yield from (np.flatnonzero(turn == r) for r in range(int(turn.max()) + 1))


def _places(plan: Plan, known: Known, belief: Belief, look: Look, which: Index, who: Index) -> Belief:
    """The belief after plots that are places, at most one an object: each is tried on its own object's filter alone."""
    plots, (track, at) = match.plots(plan, look), np.nonzero(belief.label[0][:, None] == who[which])
    mean, cov, z, h, r = (np.ascontiguousarray(part) for part in (belief.mean, belief.cov, plots.z, plots.h, plots.r))
    log, mean, cov, d2 = match.fitted(mean, cov, z, h, r, track, which[at])
    fits = d2.min(axis=0, initial=np.inf) < match.GATE[len(z)]
    belief = _corrected(plan, belief, look, Pairs(track[fits], at[fits], log[:, fits], mean[..., fits], cov[..., fits]))
    if fits.all() and len(at) == len(which):
        return belief
    new = np.delete(which, at[fits])
    sure = np.array([[0.0 if kind == known.real.kinds[k] else SURELY_NOT for k in who[: look.place.shape[1]]] for kind in KINDS])
    return _begun(plan, belief, look, who[new], Begun(*(part[..., new] for part in birth.begun(plan, look, sure))))


def _bearings(plan: Plan, belief: Belief, look: Look, which: Index, who: Index) -> Belief:
    if look.view.spot is None:
        return belief
    sense = plan.sensors[look.sensor]
    true = belief.label[0][:, None] == who[which]
    if true.any():
        alike = 1.0 - freshness(sense, belief)
        variance = look.bearing_sd[which] ** 2 * ((1.0 + alike) / np.maximum(1.0 - alike, 1e-6))[:, None]
        pairs = bearing.pairs(belief, look.view.spot, look.bearing[which], variance)
        belief = _corrected(plan, belief, look, _own(pairs, true))
    new = which[~true.any(axis=0)]
    return _begun(plan, belief, look, who[new], _along(plan, look, new)) if len(new) else belief


def _own(pairs: Pairs, true: Flags) -> Pairs:
    """Of all pairs of objects and plots those that are true (n, b)."""
    good = true[pairs.track, pairs.plot]
    return Pairs(pairs.track[good], pairs.plot[good], pairs.log[:, good], pairs.mean[..., good], pairs.cov[..., good])


def _corrected(plan: Plan, belief: Belief, look: Look, pairs: Pairs) -> Belief:
    """Each model's Kalman update, and the models' new chances; at most one plot an object."""
    if not len(pairs.track):
        return belief
    rows, index = pairs.track, plan.sensors[look.sensor].index
    mean, cov, model, hit_ns, updated = (part.copy() for part in (belief.mean, belief.cov, belief.model, belief.hit_ns, belief.updated_ns))
    share = np.log(np.maximum(model[:, rows], 1e-300)) + pairs.log
    share = np.exp(share - share.max(axis=0))
    mean[..., rows], cov[..., rows] = pairs.mean, (pairs.cov + pairs.cov.swapaxes(1, 2)) / 2
    model[:, rows], hit_ns[index, rows], updated[rows] = share / share.sum(axis=0), look.t_ns, look.t_ns
    return belief.but(mean=mean, cov=cov, model=model, hit_ns=hit_ns, updated_ns=updated)


def _begun(plan: Plan, belief: Belief, look: Look, who: Index, new: Begun) -> Belief:
    """With the filters of objects ``who`` (k,) begun, or begun anew."""
    belief = take(belief, ~np.isin(belief.label[0], who))
    k, s = len(who), len(plan.sensors)
    hit_ns = np.full((s, k), NEVER, dtype=np.int64)
    hit_ns[plan.sensors[look.sensor].index] = look.t_ns
    return join(belief, {
        "mean": new.mean, "cov": new.cov, "model": new.model, "real": np.ones(k), "ghost": np.zeros(k),
        "origin": np.zeros(k, dtype=np.int64), "seen": np.ones((s, k)), "hit_ns": hit_ns, "log_kind": np.zeros((len(KINDS), k)),
        "opinion": np.zeros((s, len(KINDS), k)), "updated_ns": np.full(k, look.t_ns), "label": np.stack([who, who * 0, who * 0]),
    })  # fmt: skip


def _along(plan: Plan, look: Look, which: Index) -> Begun:
    """New tracks of objects somewhere on bearings: even over the reach, its first two moments."""
    near, far = look.view.reach_m
    k, azimuth = len(which), look.bearing[which]
    out, side = (np.stack([np.sin(azimuth + turn), np.cos(azimuth + turn)]) for turn in (0.0, math.pi / 2))
    middle, spread = (near + far) / 2, (far - near) / math.sqrt(12)
    across = middle * look.bearing_sd[which]
    mean, cov = np.zeros((plan.size, k)), np.zeros((plan.size, plan.size, k))
    mean[:2], mean[2] = np.array(look.view.spot or (0.0, 0.0, 0.0))[:2, None] + middle * out, plan.height[0]
    cov[:2, :2] = spread**2 * out[:, None] * out[None] + across**2 * side[:, None] * side[None]
    for d, sd in zip(range(2, 6), (plan.height[1], plan.speed_mps, plan.speed_mps, plan.climb_mps), strict=True):
        cov[d, d] = sd**2
    for place, _, sigma_m in plan.slow:
        cov[place, place] = cov[place + 1, place + 1] = sigma_m**2
    return Begun(np.stack([mean] * MODELS), np.stack([cov] * MODELS), np.array(FLIES)[:, None].repeat(k, axis=1))
