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
from forewarn.messages import Alert, Claim, Deliver, Identity, Message, Observation, Track
from forewarn.sight.view import View
from forewarn.site import Site
from forewarn.track import motion
from forewarn.track import plan as planning
from forewarn.track.belief import Belief, take
from forewarn.track.existence import at
from forewarn.track.picture import estimates
from forewarn.track.plan import Plan

if TYPE_CHECKING:
    from forewarn.evaluate.suite.real import Real

Array = NDArray[np.float64]
Rows = NDArray[np.bool_]
__all__ = ["State", "claim", "hear", "judge", "start"]


class State(msgspec.Struct, frozen=True):
    """All that the oracle remembers. ``clock_ns``: the newest arrival."""

    plan: Plan
    known: Known
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
    return State(plan, known(real, story, plots), filters.nothing(plan, site), warn.start(site))


def hear(state: State, site: Site, view: View, look: Observation) -> State:
    """Take one look: of its plots those that are an object's. What the watch refuses as too late or too early, the oracle does too."""
    clock = max(state.clock_ns, look.t_arrival_ns)
    state = msgspec.structs.replace(state, clock_ns=clock)
    own = [
        (plot, who) for plot in look.plots if (who := state.known.whose(look.sensor, plot)) is not None and _timely(site, clock, plot.t_ns)
    ]
    if not own or not _timely(site, clock, look.t_ns):
        return state
    seen = filters.sighting(state.plan, state.known, view, look, own)
    return msgspec.structs.replace(state, past=filters.add(state.plan, state.known, state.past, seen, _oldest(site, clock)))


def claim(state: State, site: Site, said: Claim) -> State:
    """Take one claim, if it is true."""
    clock = max(state.clock_ns, said.t_arrival_ns)
    state = msgspec.structs.replace(state, clock_ns=clock)
    seen = filters.told(state.plan, state.known, said) if _timely(site, clock, said.t_ns) else None
    if seen is None:
        return state
    return msgspec.structs.replace(state, past=filters.add(state.plan, state.known, state.past, seen, _oldest(site, clock)))


def judge(state: State, site: Site, t_ns: int) -> tuple[State, tuple[Message, ...]]:
    """Tracks, identities, threats, decisions and warnings at a tick, like the watch's; without CAP and deliveries."""
    belief = at(state.plan, state.past.belief, t_ns)
    belief = take(belief, filters.fresh(state.plan, state.known, belief, t_ns))
    mean, cov = motion.merged(belief.mean[:, :6], belief.cov[:, :6, :6], belief.model)
    clear = np.sqrt(cov[0, 0] + cov[1, 1]) <= state.plan.vague_m
    belief, tracks = take(belief, clear), _tracks(state, take(belief, clear), mean[:, clear], cov[..., clear], t_ns)
    horizon_s = max([site.elsewhere.horizon_s, *(zone.horizon_s for zone in site.zones)])
    identities = tuple(_identity(state.known, track.track - 1, t_ns, horizon_s) for track in tracks)
    may = [i for i, who in enumerate(identities) if _matters(site, who)]
    picture = Picture(belief.mean[:, :6, may], belief.cov[:, :6, :6, may], belief.model[:, may], tuple(tracks[i] for i in may))
    threats = project.project(site, picture, t_ns)
    warned, decided = warn.decide(state.warn, site, t_ns, tracks, identities, threats)
    told = tuple(m for m in decided if not isinstance(m, Alert | Deliver))
    return msgspec.structs.replace(state, warn=warned), (*tracks, *identities, *threats, *told)


def _tracks(state: State, belief: Belief, mean: Array, cov: Array, t_ns: int) -> tuple[Track, ...]:
    """A track's number is its object's place in the truth, from 1."""
    return tuple(
        Track(
            track=who + 1, label=state.known.real.names[who], t_ns=t_ns, existence=1.0, existence_sensed=1.0, aided=where, sensed=where,
            t_updated_ns=updated,
        )
        for who, where, updated in zip(belief.label[0].tolist(), estimates(state.plan, mean, cov), belief.updated_ns.tolist(), strict=True)
    )  # fmt: skip


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


def _matters(site: Site, who: Identity) -> bool:
    """Whether its entry would do any harm anywhere; one that does none weighs nothing in any decision."""
    kind = next(iter(who.kinds))
    return any(cost.harm(costs, kind, who.conforming > 0) > 0 for costs in (*(zone.costs for zone in site.zones), site.elsewhere.costs))


def _timely(site: Site, clock_ns: int, t_ns: int) -> bool:
    return _oldest(site, clock_ns) <= t_ns <= clock_ns + site.future_s * 1e9


def _oldest(site: Site, clock_ns: int) -> int:
    return clock_ns - round(site.tracking.late_s * 1e9)
