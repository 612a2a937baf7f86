"""The tracker of a watch: its state, and how looks, claims and ticks change it."""

from __future__ import annotations

import math

import msgspec

from forewarn.messages import Claim, Observation, Plot, Reason, Refusal
from forewarn.sight.view import View
from forewarn.site import Site
from forewarn.track import belief, claims, history, look, plan
from forewarn.track import picture as publishing
from forewarn.track.claims import Claimed, Fix
from forewarn.track.errors.tell import Said, tell
from forewarn.track.history import History
from forewarn.track.picture import Picture, Told
from forewarn.track.plan import Plan

FASTEST_MPS = 20_000.0
LARGEST = 1e7  # no number of a plot is so large
HEARD = 512  # looks and claims that a track can name as its causes


class State(msgspec.Struct, frozen=True):
    """All that the tracker remembers. ``clock_ns``: the newest arrival. ``heard``: names and numbers of the newest looks and claims, in
    the order of arrival."""

    plan: Plan
    history: History
    claims: dict[str, Claimed] = {}
    told: Told = Told()
    clock_ns: int = 0
    heard: tuple[tuple[str, int], ...] = ()
    said: Said = Said()


def start(site: Site, before: State | None = None) -> State:
    """A tracker that knows nothing yet; under another site file it still ends what was published, and goes on with the numbers."""
    made = plan.make(site)
    told = before.told if before else Told()
    return State(plan=made, history=History(belief.empty(made, site.priors.life_s)), told=told)


def observe(state: State, site: Site, view: View, observation: Observation) -> tuple[State, tuple[Refusal, ...]]:
    """Take one look. Refused (``late``, ``future``, ``not_a_number``; ``unsupported``, of a sensor that only passes claims on): a look or
    plots that cannot be used; the rest is used."""
    clock = max(state.clock_ns, observation.t_arrival_ns)
    reason = "unsupported" if state.plan.sensors[observation.sensor].claims else _untimely(site, clock, observation.t_ns)
    if reason:
        return msgspec.structs.replace(state, clock_ns=clock), (_refused(observation, reason, observation.t_ns, clock, 1),)
    good, refused = _usable(site, clock, observation)
    taken = look.read(state.plan, view, observation, good)
    found = history.add(state.plan, state.history, taken, clock - round(site.tracking.late_s * 1e9))
    if found is None:
        return msgspec.structs.replace(state, clock_ns=clock), (*refused, _refused(observation, "late", observation.t_ns, clock, 1))
    return msgspec.structs.replace(state, history=found, clock_ns=clock, heard=_with(state.heard, observation, observation.sensor)), refused


def claim(state: State, site: Site, said: Claim) -> tuple[State, tuple[Refusal, ...]]:
    """Take one claim. One that names no place, or that an unknown object makes when too many are known, changes nothing."""
    clock = max(state.clock_ns, said.t_arrival_ns)
    state = msgspec.structs.replace(state, clock_ns=clock)
    reason = _untimely(site, clock, said.t_ns)
    new = claims.fix(state.plan, said)
    if reason is None and new is not None:
        if said.identity not in state.claims and len(state.claims) >= claims.MOST:
            reason = "too_many"
        else:
            known = claims.add(state.plan, state.claims.get(said.identity), said.identity, new)
            if known is not None:
                heard = _with(state.heard, said, said.identity)
                state = _vouched(state, site, said.sensor, new)
                return msgspec.structs.replace(state, claims={**state.claims, said.identity: known}, heard=heard), ()
            reason = "late"
    return state, (_refused(said, reason, said.t_ns, clock, 1),) if reason else ()


def publish(state: State, site: Site, t_ns: int) -> tuple[State, Picture]:
    """The tracks predicted to ``t_ns`` (arrival clock), with their public numbers."""
    coast_ns = round(site.tracking.coast_s * 1e9)
    alive = {name: known for name, known in state.claims.items() if t_ns - known.t_ns <= coast_ns}
    told, alive, picture = publishing.publish(state.plan, site, state.told, state.history.belief, alive, dict(state.heard), t_ns)
    said, errors = tell(state.plan, state.said, state.history.belief.vouched, t_ns)
    return msgspec.structs.replace(state, claims=alive, told=told, said=said), msgspec.structs.replace(picture, errors=errors)


def _vouched(state: State, site: Site, sensor: str, new: Fix) -> State:
    """With the claim as something to compare the sensors' plots with, where any could see it; too late for that, it is left out.

    Without authentication it is worth no more than one that states no error: it may lie."""
    reach_m = max((s.coverage.max_range_m for s in site.sensors if s.reports != "claims"), default=0.0)
    if sensor not in state.plan.sensors or not state.plan.sensors[sensor].claims or math.hypot(*new.place[:2]) > 2.0 * reach_m:
        return state
    oldest = state.clock_ns - round(site.tracking.late_s * 1e9)
    sigma_m = new.sigma_m if new.authenticated else max(new.sigma_m, claims.SIGMA_M)
    found = history.add(state.plan, state.history, look.claimed(state.plan, sensor, new.t_ns, new.place, sigma_m), oldest)
    return state if found is None else msgspec.structs.replace(state, history=found)


def _with(heard: tuple[tuple[str, int], ...], item: Observation | Claim, who: str) -> tuple[tuple[str, int], ...]:
    """The numbers with one more, the oldest forgotten."""
    return (*heard, (publishing.when(who, item.t_ns), item.seq))[-HEARD:]


def _untimely(site: Site, clock_ns: int, t_ns: int) -> Reason | None:
    if t_ns > clock_ns + site.future_s * 1e9:
        return "future"
    return "late" if t_ns < clock_ns - site.tracking.late_s * 1e9 else None


def _usable(site: Site, clock_ns: int, observation: Observation) -> tuple[tuple[Plot, ...], tuple[Refusal, ...]]:
    """The plots that can be used, and what is said of the others: one refusal a reason."""
    good: list[Plot] = []
    bad: dict[Reason, list[Plot]] = {}
    for plot in observation.plots:
        reason: Reason | None = _untimely(site, clock_ns, plot.t_ns) if _finite(plot) else "not_a_number"
        if reason is None:
            good.append(plot)
        else:
            bad.setdefault(reason, []).append(plot)
    return tuple(good), tuple(_refused(observation, reason, plots[0].t_ns, clock_ns, len(plots)) for reason, plots in sorted(bad.items()))


def _finite(plot: Plot) -> bool:
    """Whether every number of a plot is one; a bearing from nowhere, or a place beyond the world, is not."""
    m = plot.measured
    numbers = [*msgspec.structs.astuple(m), plot.sigma_m, plot.sigma_azimuth_deg, plot.sigma_range_m]
    numbers += [plot.course_deg, plot.speed_mps, plot.reflection_db, plot.score]
    stated = [s for s in (plot.sigma_m, plot.sigma_azimuth_deg, plot.sigma_range_m) if s is not None]
    fast = plot.speed_mps is not None and abs(plot.speed_mps) > FASTEST_MPS
    return not fast and all(n is None or -LARGEST < n < LARGEST for n in numbers) and all(s > 0 for s in stated)


def _refused(item: Observation | Claim, reason: Reason, t_ns: int, clock_ns: int, count: int) -> Refusal:
    allowed = {
        "late": "younger", "future": "not so far ahead", "not_a_number": "finite numbers", "too_many": f"{claims.MOST} identities",
        "unsupported": "looks of sensors that see",
    }  # fmt: skip
    age = f"{(clock_ns - t_ns) / 1e9:.3f} s old on arrival"
    field, value = ("reports", "claims") if reason == "unsupported" else ("t_ns", age)
    return Refusal(feed=item.sensor, t_ns=item.t_arrival_ns, reason=reason, field=field, value=value, allowed=allowed[reason], count=count)
