"""The oracle observer: the yardstick of the watch, run on the same observations.

It is told by the truth which plot is of which object and what each object is (kind, authorised, conforming), so it never takes clutter for
an object, one object for another, or a bird for a drone. Where objects are it does not know: it filters their plots with the watch's own
motion models and the errors that the site states. Entry chances come from the same ``project``, warnings from the same ``warn``.

An object exists for it, with chance 1, from its first plot until nothing was heard of it for the site's ``coast_s``, or until the truth
says that it is gone or has landed. One that will break its authorisation within the longest horizon is known to. Like the watch's, a
track that has grown vague is not published. Claims that are true are measurements to it; others are nothing. A plot far from where the
truth has its object (a sensor that lies) is nothing too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from forewarn import project, warn
from forewarn.evaluate import cost
from forewarn.evaluate.oracle import filters
from forewarn.evaluate.oracle.filters import Past
from forewarn.evaluate.oracle.knowing import Known, Story, known
from forewarn.messages import KINDS, Alert, Claim, Deliver, Estimate, Identity, Kind, Message, Observation, Track
from forewarn.sight.view import View
from forewarn.site import Elsewhere, Site, Zone
from forewarn.track import motion
from forewarn.track import plan as planning
from forewarn.track.belief import Belief
from forewarn.track.picture import estimates
from forewarn.track.plan import Plan

if TYPE_CHECKING:
    from forewarn.evaluate.suite.real import Real

Array = NDArray[np.float64]
Index = NDArray[np.intp]
__all__ = ["State", "claim", "hear", "judge", "start"]


class State(msgspec.Struct, frozen=True):
    """All that the oracle remembers. ``harmful``: the kinds, conforming or not, whose entry would do any harm anywhere; ``horizon_s``: the
    longest that is asked for; ``clock_ns``: the newest arrival."""

    plan: Plan
    known: Known
    harmful: frozenset[tuple[Kind, bool]]
    horizon_s: float
    past: Past
    warn: warn.State
    clock_ns: int = 0


class Picture(NamedTuple):
    """What ``project`` needs of n objects; see ``project.Picture``."""

    mean: Array
    cov: Array
    model: Array
    messages: tuple[Track, ...]


def start(site: Site, real: Real, story: Story, plots: pa.Table) -> State:
    """An oracle that has heard nothing yet. ``plots``: sensor, t_ns, first, second, object, as ``Truth.plots`` of the simulator."""
    plan = planning.make(site)
    places: tuple[Zone | Elsewhere, ...] = (*site.zones, site.elsewhere)
    harmful = frozenset(
        (kind, keeps) for kind in KINDS for keeps in (True, False) if any(cost.harm(place.costs, kind, keeps) > 0 for place in places)
    )
    horizon_s = max(place.horizon_s for place in places)
    return State(plan, known(real, story, plots), harmful, horizon_s, filters.nothing(plan, site), warn.start(site))


def hear(state: State, site: Site, view: View, look: Observation) -> State:
    """Take one look: of its plots those that are an object's. What the watch refuses as too late or too early, the oracle does too."""
    clock = max(state.clock_ns, look.t_arrival_ns)
    state = msgspec.structs.replace(state, clock_ns=clock)
    oldest, newest = _span(site, clock)
    if not oldest <= look.t_ns <= newest:
        return state
    told = [(plot, state.known.whose(look.sensor, plot)) for plot in look.plots if oldest <= plot.t_ns <= newest]
    own = [(plot, who) for plot, who in told if who is not None]
    if not own:
        return state
    seen = filters.sighting(state.plan, state.known, state.past.base, view, look, own)
    return msgspec.structs.replace(state, past=filters.add(state.plan, state.known, state.past, seen, oldest))


def claim(state: State, site: Site, said: Claim) -> State:
    """Take one claim, if it is true."""
    clock = max(state.clock_ns, said.t_arrival_ns)
    state = msgspec.structs.replace(state, clock_ns=clock)
    oldest, newest = _span(site, clock)
    seen = filters.told(state.plan, state.known, said) if oldest <= said.t_ns <= newest else None
    if seen is None:
        return state
    return msgspec.structs.replace(state, past=filters.add(state.plan, state.known, state.past, seen, oldest))


def judge(state: State, site: Site, t_ns: int) -> tuple[State, tuple[Message, ...]]:
    """Tracks, identities, threats, decisions and warnings at a tick, like the watch's; without CAP and deliveries."""
    belief = filters.ahead(state.plan, state.past.belief, t_ns)
    rows, tracks = _tracks(state, belief, t_ns)
    identities = tuple([_identity(state.known, track.track - 1, t_ns, state.horizon_s) for track in tracks])
    may = [i for i, who in enumerate(identities) if _key(who) in state.harmful]
    threats = project.project(site, _picture(belief, rows[may], tuple([tracks[i] for i in may])), t_ns) if may else ()
    warned, decided = warn.decide(state.warn, site, t_ns, tracks, identities, threats)
    told = tuple([m for m in decided if not isinstance(m, (Alert, Deliver))])
    return msgspec.structs.replace(state, warn=warned), (*tracks, *identities, *threats, *told)


def _tracks(state: State, belief: Belief, t_ns: int) -> tuple[Index, tuple[Track, ...]]:
    """Which objects of the belief are told of, and their tracks; a track's number is its object's place in the truth, from 1."""
    rows = np.flatnonzero(filters.fresh(state.plan, state.known, belief, t_ns))
    if not len(rows):
        return rows, ()
    mean, cov = motion.merged(belief.mean[:, :6, rows], belief.cov[:, :6, :6, rows], belief.model[:, rows])
    clear = np.sqrt(cov[0, 0] + cov[1, 1]) <= state.plan.vague_m
    rows, where = rows[clear], estimates(state.plan, mean[:, clear], cov[..., clear])
    told = zip(belief.label[0, rows].tolist(), where, belief.updated_ns[rows].tolist(), strict=True)
    return rows, tuple([_track(state.known, *one, t_ns) for one in told])


def _track(known: Known, who: int, where: Estimate, updated_ns: int, t_ns: int) -> Track:
    return Track(
        track=who + 1,
        label=known.real.names[who],
        t_ns=t_ns,
        existence=1.0,
        existence_sensed=1.0,
        aided=where,
        sensed=where,
        t_updated_ns=updated_ns,
    )


def _picture(belief: Belief, rows: Index, tracks: tuple[Track, ...]) -> Picture:
    return Picture(belief.mean[:, :6, rows], belief.cov[:, :6, :6, rows], belief.model[:, rows], tracks)


def _identity(known: Known, who: int, t_ns: int, horizon_s: float) -> Identity:
    ours, keeps = bool(known.real.authorised[who, known.second(t_ns)]), known.keeps(who, t_ns, horizon_s)
    return Identity(
        track=who + 1,
        t_ns=t_ns,
        kinds={known.real.kinds[who]: 1.0},
        authorised=float(ours),
        standing="authorised" if ours else "unknown",
        conforming=float(keeps),
        reasons=("the truth says so",),
    )


def _key(who: Identity) -> tuple[Kind, bool]:
    """An object whose key is not among the ``harmful`` weighs nothing in any decision."""
    return next(iter(who.kinds)), who.conforming > 0


def _span(site: Site, clock_ns: int) -> tuple[int, float]:
    """The oldest and the newest time that is still taken, ns."""
    return clock_ns - round(site.tracking.late_s * 1e9), clock_ns + site.future_s * 1e9
